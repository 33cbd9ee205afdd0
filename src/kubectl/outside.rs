//! Connections to the servers that a kubeconfig names, made as client-go makes them.

use super::api::{Api, Log};
use super::errors::{Failure, Outcome, reason};
use super::factory::{Factory, Target, user_of};
use super::flags::Flags;
use super::kubeconfig::Kubeconfig;
use crate::base::proxy_of;

/// Where a server is looked for that nobody names.
const DEFAULT_SERVER: &str = "http://localhost:8080";

impl Factory {
    /// Connects to a server outside of this process.
    pub(super) async fn connect_outside(
        &self,
        config: &Kubeconfig,
        flags: &Flags,
        target: &Target,
        log: Log,
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
        let cluster = config.entry("contexts", &target.context).map(|entry| &entry["cluster"]);
        let cluster = cluster.and_then(serde_json::Value::as_str).unwrap_or_default();
        let is_named = !flags.global("cluster").is_empty() || !flags.text("server").is_empty();
        let is_default = !is_named && config.entry("clusters", cluster).is_none();
        require_one_login(flags, &user_of(config, flags, target))?;
        self.require_files(config, flags, target)?;
        let wrong = |error: &dyn std::fmt::Display| plugin_failure(&error.to_string());
        require_interactive_mode(config, flags, &target.context)?;
        let mut kubeconfig = outside_config(config, flags, &target.context).map_err(|error| wrong(&error))?;
        for cluster in kubeconfig.clusters.iter_mut().filter_map(|named| named.cluster.as_mut()) {
            cluster.server = match cluster.server.as_deref() {
                None if is_default => Some(DEFAULT_SERVER.to_owned()),
                named => named.map(server_address).transpose()?,
            };
        }
        let mut clusters = kubeconfig.clusters.iter().filter_map(|named| named.cluster.as_ref());
        let proxy = clusters.find_map(|cluster| cluster.proxy_url.clone());
        let options = kube::config::KubeConfigOptions::default();
        let mut connection = kube::Config::from_custom_kubeconfig(kubeconfig, &options)
            .await
            .map_err(|error| wrong(&error))?;
        // A watch may be silent for long, and an error is for the person who typed to see at once.
        connection.read_timeout = None;
        connection.default_retry = false;
        let host = connection.cluster_url.to_string();
        let proxy = proxy_of(&host, proxy.as_deref(), self.environment());
        connection.proxy_url = match proxy {
            Some(proxy) => Some(proxy.parse().map_err(|error| {
                let why = format!("invalid proxy address {proxy:?}: {error}");
                Failure::Plain(format!("Unable to connect to the server: {why}"))
            })?),
            None => None,
        };
        let client = kube::Client::try_from(connection).map_err(|error| wrong(&error))?;
        Ok(Api::new(self.through(client), host.trim_end_matches('/').to_owned(), log).unproven())
    }

    /// Refuses flags that name files which cannot be read.
    fn require_files(&self, config: &Kubeconfig, flags: &Flags, target: &Target) -> Outcome {
        let cluster = config.entry("contexts", &target.context).map(|entry| &entry["cluster"]);
        let cluster = cluster.and_then(serde_json::Value::as_str).unwrap_or_default();
        let user = user_of(config, flags, target);
        let authority = flags.text("certificate-authority");
        if flags.on("insecure-skip-tls-verify") && !authority.is_empty() {
            return Err(Failure::message(
                "specifying a root certificates file with the insecure flag is not allowed",
            ));
        }
        for (flag, what, of) in [
            ("certificate-authority", "certificate-authority", cluster),
            ("client-certificate", "client-cert", user.as_str()),
            ("client-key", "client-key", user.as_str()),
        ] {
            let path = flags.text(flag);
            if path.is_empty() {
                continue;
            }
            if let Err(error) = std::fs::metadata(self.path(path)) {
                return Err(Failure::message(format!(
                    "unable to read {what} {path} for {of} due to open {path}: {}",
                    reason(&error)
                )));
            }
        }
        Ok(())
    }
}

/// A user logs in one way.
fn require_one_login(flags: &Flags, user: &str) -> Outcome {
    if flags.text("token").is_empty() || flags.text("username").is_empty() {
        return Ok(());
    }
    Err(Failure::message(format!(
        "more than one authentication method found for {user}; found [token basicAuth], only one is allowed"
    )))
}

/// An address as it can be asked: without a scheme it is plain HTTP's, as client-go takes it.
fn server_address(typed: &str) -> Outcome<String> {
    let address = if typed.contains("://") { typed.to_owned() } else { format!("http://{typed}") };
    let rest = address.split_once("://").map(|(_, rest)| rest).unwrap_or_default();
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let after_host = host.rsplit_once(']').map_or(host, |(_, port)| port);
    match after_host.split_once(':') {
        // What is no URL is refused, what is no host only when it is asked.
        Some((_, port)) if port.parse::<u16>().is_err() && !port.is_empty() && typed.contains("://") => {
            Err(Failure::message(format!("host must be a URL or a host:port pair: {typed:?}")))
        }
        Some((_, port)) if port.parse::<u16>().is_err() && !port.is_empty() => Err(Failure::Plain(format!(
            "Unable to connect to the server: invalid port {:?} after host",
            format!(":{port}")
        ))),
        _ => match address.split_once("://").map(|(scheme, _)| scheme) {
            Some("http" | "https") if !host.is_empty() => Ok(address),
            Some(scheme @ ("http" | "https")) => Err(Failure::Plain(format!(
                "Unable to connect to the server: {scheme}: no Host in request URL"
            ))),
            Some(scheme) => Err(Failure::Plain(format!(
                "Unable to connect to the server: unsupported protocol scheme {scheme:?}"
            ))),
            None => Err(Failure::message(format!("host must be a URL or a host:port pair: {typed:?}"))),
        },
    }
}

/// Words what a credential plugin did wrong as client-go does.
fn plugin_failure(text: &str) -> Failure {
    match text.strip_prefix("auth error: failed to parse auth exec output: ") {
        Some(why) => Failure::Plain(format!(
            "Unable to connect to the server: getting credentials: decoding stdout: couldn't get version/kind; json parse error: {}",
            why.lines().next().unwrap_or_default()
        )),
        None => Failure::message(text),
    }
}

/// A credential plugin of v1 must say whether it needs a person; one that always does gets none
/// where standard input is read already.
fn require_interactive_mode(config: &Kubeconfig, flags: &Flags, context: &str) -> Outcome {
    let given = flags.global("user");
    let entry = config.entry("contexts", context);
    let known = entry.and_then(|entry| entry["user"].as_str()).unwrap_or_default();
    let name = if given.is_empty() { known } else { given };
    let exec = config.entry("users", name).map(|user| &user["exec"]).filter(|exec| exec.is_object());
    let Some(exec) = exec.filter(|_| !flags.is_set("token") && !flags.is_set("client-certificate")) else {
        return Ok(());
    };
    match exec["interactiveMode"].as_str().unwrap_or_default() {
        "" if exec["apiVersion"] == "client.authentication.k8s.io/v1" => Err(Failure::message(format!(
            "interactiveMode must be specified for {name} to use exec authentication plugin"
        ))),
        "Always" if ["filename", "env"].iter().any(|flag| flags.all(flag).iter().any(|one| one == "-")) => Err(Failure::Plain(
            "Unable to connect to the server: getting credentials: exec plugin cannot support interactive mode: standard input is unavailable: used by stdin resource manifest reader".to_owned(),
        )),
        _ => Ok(()),
    }
}

/// A kubeconfig with exactly one context, flags applied, its paths seen from the folder of its file.
fn outside_config(
    config: &Kubeconfig,
    flags: &Flags,
    context: &str,
) -> Result<kube::config::Kubeconfig, serde_json::Error> {
    let mut merged = config.merged();
    for section in ["clusters", "contexts", "users"] {
        if merged[section].is_null() {
            merged[section] = serde_json::json!([]);
        }
    }
    let entry = config.entry("contexts", context).cloned().unwrap_or_default();
    let pick = |flag: &str, key: &str| {
        let given = flags.global(flag);
        if given.is_empty() { entry[key].as_str().unwrap_or_default().to_owned() } else { given.to_owned() }
    };
    let (cluster, user) = (pick("cluster", "cluster"), pick("user", "user"));
    let mut server = config.resolved_entry("clusters", &cluster).unwrap_or_else(|| serde_json::json!({}));
    if !flags.text("server").is_empty() {
        server["server"] = flags.text("server").into();
    }
    if flags.is_set("insecure-skip-tls-verify") {
        server["insecure-skip-tls-verify"] = flags.on("insecure-skip-tls-verify").into();
    }
    let mut identity = config.resolved_entry("users", &user).unwrap_or_else(|| serde_json::json!({}));
    for name in ["certificate-authority", "tls-server-name"] {
        if !flags.text(name).is_empty() {
            server[name] = flags.text(name).into();
        }
    }
    let has_authority = !flags.text("certificate-authority").is_empty();
    if let (true, Some(server)) = (has_authority, server.as_object_mut()) {
        // What the kubeconfig holds would count more.
        server.remove("certificate-authority-data");
    }
    if flags.is_set("disable-compression") {
        server["disable-compression"] = flags.on("disable-compression").into();
    }
    for name in ["token", "client-certificate", "client-key", "username", "password"] {
        if flags.is_set(name) {
            identity[name] = flags.text(name).into();
            // What is typed counts more than what a program would say.
            if let Some(identity) = identity.as_object_mut() {
                identity.remove("exec");
            }
        }
    }
    if let Some(identity) = identity.as_object_mut().filter(|identity| has_login(identity)) {
        identity.remove("exec");
    }
    merged["clusters"] = serde_json::json!([{"name": "cluster", "cluster": server}]);
    merged["users"] = serde_json::json!([{"name": "user", "user": identity}]);
    merged["contexts"] =
        serde_json::json!([{"name": "context", "context": {"cluster": "cluster", "user": "user"}}]);
    merged["current-context"] = "context".into();
    serde_json::from_value(merged)
}

/// Whether a user brings a certificate or a token, which count more than what a program would say.
fn has_login(user: &serde_json::Map<String, serde_json::Value>) -> bool {
    ["client-certificate", "client-certificate-data", "token", "tokenFile"].iter().any(|field| {
        user.get(*field).is_some_and(|value| value.as_str().is_some_and(|text| !text.is_empty()))
    })
}
