//! Connections to the servers that a kubeconfig names, made as client-go makes them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use kube::client::Body;

use super::api::{Api, Log};
use super::credentials::{Credentials, has, text, tls_failure};
use super::errors::{Failure, Outcome};
use super::exec_plugin::{Plugin, forbidden, renewing};
use super::factory::{Factory, Target};
use super::flags::Flags;
use super::kubeconfig::Kubeconfig;
use super::login;
use crate::base::{Streams, Value, from_value, json, proxy_of};

/// Where a server is looked for that nobody names.
const DEFAULT_SERVER: &str = "http://localhost:8080";

impl Factory {
    /// Connects to a server outside of this process.
    pub(super) async fn connect_outside(
        &self,
        (config, preference): (&Kubeconfig, &Value),
        flags: &Flags,
        target: &Target,
        log: Log,
        asked: Option<&mut Streams>,
    ) -> Outcome<Api> {
        for (flag, section, what) in
            [("cluster", "clusters", "no server found for cluster"), ("user", "users", "auth info")]
        {
            let name = flags.global(flag);
            if !name.is_empty() && config.entry(section, name).is_none() {
                let end = if flag == "user" { " does not exist" } else { "" };
                return Err(Failure::message(format!("{what} {name:?}{end}")));
            }
        }
        let names = (
            name_of(config, flags, &target.context, "cluster"),
            name_of(config, flags, &target.context, "user"),
        );
        let cluster = cluster_entry(config, flags, &names.0);
        let user = user_entry(config, flags, &names.1);
        let folder = self.path("");
        let mut credentials = Credentials {
            cluster: &cluster,
            user: &user,
            cluster_name: &names.0,
            user_name: &names.1,
            folder: &folder,
        };
        credentials.check()?;
        let typed = cluster["server"].as_str().filter(|server| !server.is_empty()).unwrap_or(DEFAULT_SERVER);
        let address = server_address(typed)?;
        let terminal = asked.as_ref().is_some_and(|streams| streams.keyboard().is_some());
        let mut named = user.clone();
        if let Some(streams) = asked.filter(|_| address.is_secure() && credentials.is_anonymous()) {
            let (name, password) = login::ask(streams).await?;
            (named["username"], named["password"]) = (name.into(), password.into());
            credentials.user = &named;
        }
        let proxy = proxy_of(&address.url, cluster["proxy-url"].as_str(), self.environment());
        let hopeless = address.hopeless.clone().or_else(|| credentials.hopeless(reads_input(flags)));
        let client = match hopeless {
            Some(why) => failing(why),
            None => {
                let surroundings = (preference, terminal);
                self.client_as(&credentials, &address.url, proxy.as_deref(), surroundings).await?
            }
        };
        let host = address.url.trim_end_matches('/').to_owned();
        Ok(Api::new(self.through(client), host, log).unproven().with_proxy(proxy))
    }

    /// A client for who a user's plugin says is there, if there is one.
    async fn client_as(
        &self,
        credentials: &Credentials<'_>,
        address: &str,
        proxy: Option<&str>,
        (preference, terminal): (&Value, bool),
    ) -> Outcome<kube::Client> {
        let exec = &credentials.user["exec"];
        if !exec.is_object() || has_login(credentials.user) {
            return self.client_of(credentials, address, proxy).await;
        }
        let path = self.variable("PATH").unwrap_or_default();
        if let Some(why) = forbidden(preference, text(exec, "command"), path) {
            return Ok(failing(why));
        }
        let programs = self.shared_programs(text(exec, "command"))?;
        let plugin = Plugin::new(exec, credentials.cluster, programs, (self.path(""), terminal));
        let given = match plugin.ask().await {
            Ok(given) => given,
            Err(why) => return Ok(failing(why)),
        };
        let mut user = credentials.user.clone();
        let (certificate, key) = &given.certificate;
        for (field, pem) in [("client-certificate-data", certificate), ("client-key-data", key)] {
            if !pem.is_empty() {
                user[field] = BASE64.encode(pem).into();
            }
        }
        let client = self.client_of(&Credentials { user: &user, ..*credentials }, address, proxy).await;
        Ok(match client {
            Err(failure) if !certificate.is_empty() => {
                failing(format!("getting credentials: failed parsing client key/certificate: {failure}"))
            }
            client if given.token.is_empty() => client?,
            client => renewing(client?, plugin, given),
        })
    }

    async fn client_of(
        &self,
        credentials: &Credentials<'_>,
        address: &str,
        proxy: Option<&str>,
    ) -> Outcome<kube::Client> {
        let wrong = |error: &dyn std::fmt::Display| {
            let error = error.to_string();
            Failure::message(tls_failure(&error).map_or(error, str::to_owned))
        };
        let kubeconfig =
            one_context(credentials.cluster, credentials.user, address).map_err(|error| wrong(&error))?;
        let options = kube::config::KubeConfigOptions::default();
        let mut connection = kube::Config::from_custom_kubeconfig(kubeconfig, &options)
            .await
            .map_err(|error| wrong(&error))?;
        // A watch may be silent for long, and an error is for the person who typed to see at once.
        connection.read_timeout = None;
        connection.default_retry = false;
        connection.proxy_url = match proxy {
            None => None,
            Some(proxy) => match proxy.parse() {
                Ok(proxy) => Some(proxy),
                Err(error) => return Ok(failing(format!("invalid proxy address {proxy:?}: {error}"))),
            },
        };
        kube::Client::try_from(connection).map_err(|error| wrong(&error))
    }
}

/// A client whose requests all fail, in these words.
fn failing(why: String) -> kube::Client {
    let service = tower::service_fn(move |_: http::Request<Body>| {
        let failed = std::io::Error::other(why.clone());
        std::future::ready(Err::<http::Response<Body>, _>(failed))
    });
    kube::Client::new(service, "default")
}

/// Whether standard input is read as a file.
fn reads_input(flags: &Flags) -> bool {
    ["filename", "env"].iter().any(|flag| flags.all(flag).iter().any(|one| one == "-"))
}

/// Where a server is, and why no request could get there.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Address {
    url: String,
    hopeless: Option<String>,
}

impl Address {
    /// Whether the server is asked over TLS.
    fn is_secure(&self) -> bool {
        self.url.starts_with("https://")
    }
}

/// An address as it can be asked: without a scheme it is plain HTTP's, as client-go takes it.
fn server_address(typed: &str) -> Outcome<Address> {
    let has_host = |rest: &str| !rest.is_empty() && !rest.starts_with(['/', '?', '#']);
    let is_url = typed.split_once("://").is_some_and(|(scheme, rest)| !scheme.is_empty() && has_host(rest));
    let url = if is_url { typed.to_owned() } else { format!("http://{typed}") };
    let (scheme, rest) = url.split_once("://").unwrap_or_default();
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    // Only a URL has a path.
    let path = rest[host.len()..].split(['?', '#']).next().unwrap_or_default();
    let is_odd = !is_url && !matches!(path, "" | "/");
    let after_host = host.rsplit_once(']').map_or(host, |(_, port)| port);
    let port = after_host.split_once(':').map(|(_, port)| port).unwrap_or_default();
    let is_number = port.chars().all(|c| c.is_ascii_digit());
    // What is no URL is refused, what is no host only when it is asked.
    if is_odd || host.contains([' ', '<', '>', '"', '^']) || !is_number && is_url {
        return Err(Failure::message(format!("host must be a URL or a host:port pair: {typed:?}")));
    }
    let hopeless = if !is_number {
        Some(format!("invalid port {:?} after host", format!(":{port}")))
    } else if !matches!(scheme, "http" | "https") {
        Some(format!("unsupported protocol scheme {scheme:?}"))
    } else if host.is_empty() {
        Some("http: no Host in request URL".to_owned())
    } else if !port.is_empty() && port.parse::<u16>().is_err() {
        Some(format!("dial tcp: address {port}: invalid port"))
    } else {
        None
    };
    Ok(Address { url, hopeless })
}

/// The cluster or user that a flag names, or else the context.
pub(super) fn name_of(config: &Kubeconfig, flags: &Flags, context: &str, what: &str) -> String {
    let configured = || config.entry("contexts", context)?[what].as_str().map(str::to_owned);
    match flags.global(what) {
        "" => configured().unwrap_or_default(),
        given => given.to_owned(),
    }
}

/// What counts of a cluster: its entry, and flags.
fn cluster_entry(config: &Kubeconfig, flags: &Flags, name: &str) -> Value {
    let mut cluster = config.resolved_entry("clusters", name).unwrap_or_else(|| json!({}));
    for name in ["server", "certificate-authority", "tls-server-name"] {
        if !flags.text(name).is_empty() {
            cluster[name] = flags.text(name).into();
        }
    }
    let has_authority = !flags.text("certificate-authority").is_empty();
    if let (true, Some(cluster)) = (has_authority, cluster.as_object_mut()) {
        // What the kubeconfig holds would count more.
        cluster.remove("certificate-authority-data");
    }
    for name in ["insecure-skip-tls-verify", "disable-compression"] {
        if flags.is_set(name) {
            cluster[name] = flags.on(name).into();
        }
    }
    cluster
}

/// What counts of a user: its entry, and flags.
fn user_entry(config: &Kubeconfig, flags: &Flags, name: &str) -> Value {
    let mut user = config.resolved_entry("users", name).unwrap_or_else(|| json!({}));
    for name in ["token", "client-certificate", "client-key", "username", "password"] {
        if flags.is_set(name) {
            user[name] = flags.text(name).into();
            // What is typed counts more than what a program would say.
            if let Some(user) = user.as_object_mut() {
                user.remove("exec");
            }
        }
    }
    user
}

fn has_certificate(user: &Value) -> bool {
    has(user, "client-certificate") || has(user, "client-certificate-data")
}

/// Whether a certificate, a token or a name is there, which counts more than what a plugin would say.
fn has_login(user: &Value) -> bool {
    has_certificate(user) || ["token", "tokenFile", "username"].iter().any(|way| has(user, way))
}

/// A kubeconfig with exactly one context.
fn one_context(
    cluster: &Value,
    user: &Value,
    address: &str,
) -> Result<kube::config::Kubeconfig, serde_json::Error> {
    let (mut cluster, mut user) = (cluster.clone(), user.clone());
    cluster["server"] = address.into();
    // Who names no proxy gets none here: the one of the environment is looked at elsewhere.
    cluster["proxy-url"] = DEFAULT_SERVER.into();
    let has_certificate = has_certificate(&user);
    if let Some(user) = user.as_object_mut() {
        // Plugins are asked elsewhere, and a key alone proves nothing.
        user.retain(|field, _| field != "exec" && (has_certificate || !field.starts_with("client-key")));
    }
    from_value(json!({
        "current-context": "context",
        "clusters": [{"name": "cluster", "cluster": cluster}],
        "users": [{"name": "user", "user": user}],
        "contexts": [{"name": "context", "context": {"cluster": "cluster", "user": "user"}}],
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_refused_at_once_or_when_it_is_asked() {
        let hopeless =
            |typed: &str| server_address(typed).map(|address| address.hopeless.unwrap_or_default());
        assert_eq!(server_address("a:1").unwrap().url, "http://a:1");
        for (typed, why) in [
            ("https://[::1]:6443/x", ""),
            ("ftp://x", "unsupported protocol scheme \"ftp\""),
            ("/", "http: no Host in request URL"),
            ("a:1/", ""),
            ("https:a", "invalid port \":a\" after host"),
            ("https://127.0.0.1:99999", "dial tcp: address 99999: invalid port"),
            ("a:b", "invalid port \":b\" after host"),
        ] {
            assert_eq!(hopeless(typed).unwrap(), why);
        }
        for typed in ["https://a b", "https://a:b", "https://", "://", "/x", "a:1/b", "https:/a"] {
            let refused = format!("error: host must be a URL or a host:port pair: {typed:?}");
            assert_eq!(hopeless(typed).unwrap_err().report(), refused);
        }
    }
    #[test]
    fn who_says_who_they_are_is_asked_for_by_no_plugin() {
        for way in ["username", "token", "tokenFile", "client-certificate", "client-certificate-data"] {
            assert!(has_login(&json!({way: "x"})));
        }
        assert!(!has_login(&json!({"password": "x", "client-key": "y", "token": ""})));
    }
}
