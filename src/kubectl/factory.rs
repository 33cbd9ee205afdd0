//! What commands share: settings, the kubeconfig's context, the namespace, the connection.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use http::{HeaderMap, HeaderValue};

use crate::base::{Clock, proxy_of};

use super::api::{Api, Log, Url};
use super::errors::{Failure, Outcome, reason};
use super::flags::Flags;
use super::kubeconfig::Kubeconfig;
use super::programs::Programs;

/// The version of kubectl that is imitated.
pub(super) const CLIENT_VERSION: &str = "v1.36.2";

/// What the caller knows about the surroundings of a command.
#[derive(Clone, Default)]
pub struct Settings {
    /// The files of KUBECONFIG, in order; empty for `~/.kube/config`.
    pub kubeconfig: Vec<PathBuf>,
    /// A context that is reached without a socket: its name and the client for it.
    pub in_process: Option<(String, kube::Client)>,
    /// Environment variables (`KUBE_EDITOR`, `KUBECTL_EXTERNAL_DIFF` …).
    pub environment: BTreeMap<String, String>,
    /// Folder that relative paths of `-f` start from.
    pub working_folder: PathBuf,
    /// Home folder.
    pub home: Option<PathBuf>,
    /// Whether refused manifests are explained without being asked (`--explain-errors`).
    pub explain_errors: bool,
    /// What starts editors and plugins; without it they are refused.
    pub programs: Option<Arc<dyn Programs>>,
    /// What every connection goes through: somebody who looks on.
    pub through: Option<Through>,
}

/// Makes a client that does as the given one, and something besides.
pub type Through = Arc<dyn Fn(kube::Client) -> kube::Client + Send + Sync>;

/// Makes connections for commands; one for many commands.
#[derive(Clone)]
pub struct Factory {
    settings: Settings,
    clock: Clock,
}

/// Where a command goes: resolved from kubeconfig and flags.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    /// Name of the context; empty when there is none.
    pub(super) context: String,
    /// Namespace; `default` when nothing says otherwise.
    pub(super) namespace: String,
    /// Whether `--namespace` was given.
    pub(super) explicit_namespace: bool,
}

impl Factory {
    /// A factory whose ages are counted on the system's clock.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self { settings, clock: Clock::system() }
    }

    /// Counts ages on another clock, such as a simulated cluster's.
    #[must_use]
    pub fn with_clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// The clock that ages are counted on.
    pub(super) fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Whether refused manifests are explained without being asked.
    pub(super) fn explains_errors(&self) -> bool {
        self.settings.explain_errors
    }

    /// What starts programs.
    pub(super) fn programs(&self) -> Option<&dyn Programs> {
        self.settings.programs.as_deref()
    }

    /// The environment.
    pub(super) fn environment(&self) -> &BTreeMap<String, String> {
        &self.settings.environment
    }

    /// The home folder.
    pub(super) fn home(&self) -> Option<&Path> {
        self.settings.home.as_deref()
    }

    /// An environment variable.
    pub(super) fn variable(&self, name: &str) -> Option<&str> {
        self.settings.environment.get(name).map(String::as_str)
    }

    /// A path as the caller means it: relative ones start from the working folder.
    pub(super) fn path(&self, path: &str) -> PathBuf {
        self.settings.working_folder.join(path)
    }

    /// The kubeconfig that flags and settings point to.
    pub(super) fn kubeconfig(&self, flags: &Flags) -> Outcome<Kubeconfig> {
        let explicit = flags.text("kubeconfig");
        if !explicit.is_empty() {
            let path = self.path(explicit);
            if !path.exists() {
                return Err(Failure::message(format!("stat {explicit}: no such file or directory")));
            }
            return Kubeconfig::load(vec![path]);
        }
        let paths = if self.settings.kubeconfig.is_empty() {
            self.settings.home.iter().map(|home| home.join(".kube/config")).collect()
        } else {
            self.settings.kubeconfig.clone()
        };
        Kubeconfig::load(paths)
    }

    /// Resolves context and namespace.
    pub(super) fn target(&self, flags: &Flags) -> Outcome<Target> {
        self.target_in(&self.kubeconfig(flags)?, flags)
    }

    fn target_in(&self, config: &Kubeconfig, flags: &Flags) -> Outcome<Target> {
        let mut context = flags.text("context").to_owned();
        if context.is_empty() {
            config.current_context().clone_into(&mut context);
        }
        let entry = config.entry("contexts", &context);
        let known = self.in_process(&context).is_some();
        if !context.is_empty() && entry.is_none() && !known {
            return Err(Failure::Plain(format!(
                "Error in configuration: context was not found for specified context: {context}"
            )));
        }
        if context.is_empty() && config.is_empty() {
            context = self.settings.in_process.as_ref().map(|(name, _)| name.clone()).unwrap_or_default();
        }
        let given = flags.text("namespace");
        let configured = entry.and_then(|entry| entry["namespace"].as_str()).unwrap_or_default();
        let namespace = [given, configured, "default"].into_iter().find(|name| !name.is_empty());
        Ok(Target {
            context,
            namespace: namespace.unwrap_or_default().to_owned(),
            explicit_namespace: !given.is_empty(),
        })
    }

    fn in_process(&self, context: &str) -> Option<&kube::Client> {
        self.settings.in_process.as_ref().filter(|(name, _)| name == context).map(|(_, client)| client)
    }

    /// Connects; warnings of the server go to `log`.
    pub(super) async fn connect(&self, flags: &Flags, log: Log) -> Outcome<Api> {
        let config = self.kubeconfig(flags)?;
        let target = self.target_in(&config, flags)?;
        let overridden = OVERRIDES.iter().any(|flag| flags.is_set(flag) && !flags.is_hidden(flag));
        let api = match self.in_process(&target.context).filter(|_| !overridden) {
            Some(client) => {
                let host = server_of(&config, &target).unwrap_or_else(|| "https://127.0.0.1:8443".to_owned());
                Api::new(self.through(client.clone()), host, log)
            }
            None => self.connect_outside(&config, flags, &target, log).await?,
        };
        let user = user_of(&config, flags, &target);
        let api = api.acting_as(impersonated(flags, &user)?).limited(flags.limit("request-timeout"));
        if flags.on("match-server-version") {
            require_same_version(&api).await?;
        }
        Ok(api)
    }

    async fn connect_outside(
        &self,
        config: &Kubeconfig,
        flags: &Flags,
        target: &Target,
        log: Log,
    ) -> Outcome<Api> {
        if (config.is_empty() || target.context.is_empty()) && flags.text("server").is_empty() {
            return Err(Failure::Plain(refused("localhost:8080")));
        }
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
        if !is_named && config.entry("clusters", cluster).is_none() {
            return Err(Failure::Plain(refused("localhost:8080")));
        }
        require_one_login(flags, &user_of(config, flags, target))?;
        self.require_files(config, flags, target)?;
        let wrong = |error: &dyn std::fmt::Display| plugin_failure(&error.to_string());
        require_interactive_mode(config, flags, &target.context)?;
        let mut kubeconfig = outside_config(config, flags, &target.context).map_err(|error| wrong(&error))?;
        for cluster in kubeconfig.clusters.iter_mut().filter_map(|named| named.cluster.as_mut()) {
            cluster.server = cluster.server.as_deref().map(server_address).transpose()?;
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
        let proxy = proxy_of(&host, proxy.as_deref(), &self.settings.environment);
        connection.proxy_url = match proxy {
            Some(proxy) => Some(proxy.parse().map_err(|error| {
                let why = format!("invalid proxy address {proxy:?}: {error}");
                Failure::Plain(format!("Unable to connect to the server: {why}"))
            })?),
            None => None,
        };
        let client = kube::Client::try_from(connection).map_err(|error| wrong(&error))?;
        Ok(Api::new(self.through(client), host.trim_end_matches('/').to_owned(), log))
    }

    fn through(&self, client: kube::Client) -> kube::Client {
        match &self.settings.through {
            Some(through) => through(client),
            None => client,
        }
    }
}

impl Factory {
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

/// The name of the user whose credentials count.
fn user_of(config: &Kubeconfig, flags: &Flags, target: &Target) -> String {
    let given = flags.global("user");
    let configured = || config.entry("contexts", &target.context)?["user"].as_str().map(str::to_owned);
    if given.is_empty() { configured().unwrap_or_default() } else { given.to_owned() }
}

/// The server's address in the kubeconfig.
fn server_of(config: &Kubeconfig, target: &Target) -> Option<String> {
    let cluster = config.entry("contexts", &target.context)?["cluster"].as_str()?;
    Some(config.entry("clusters", cluster)?["server"].as_str()?.to_owned())
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

/// Flags that make a connection another one than the context's.
const OVERRIDES: &[&str] = &[
    "server",
    "cluster",
    "user",
    "token",
    "certificate-authority",
    "client-certificate",
    "client-key",
    "tls-server-name",
    "username",
    "password",
];

/// The headers of `--as` and its like.
fn impersonated(flags: &Flags, user: &str) -> Outcome<HeaderMap> {
    let mut headers = HeaderMap::new();
    let mut add = |name: &str, value: &str| -> Outcome {
        let name = http::HeaderName::from_bytes(name.as_bytes());
        match (name, HeaderValue::from_str(value)) {
            (Ok(name), Ok(value)) => {
                headers.append(name, value);
                Ok(())
            }
            _ => Err(Failure::message(format!("invalid value to impersonate: {value:?}"))),
        }
    };
    let has_more =
        !flags.all("as-group").is_empty() || flags.is_set("as-uid") || flags.is_set("as-user-extra");
    match flags.text("as") {
        "" if has_more => {
            return Err(Failure::message(format!(
                "requesting uid, groups or user-extra for {} without impersonating a user",
                user
            )));
        }
        "" => {}
        user => add("impersonate-user", user)?,
    }
    if flags.is_set("as-uid") {
        add("impersonate-uid", flags.text("as-uid"))?;
    }
    for group in flags.all("as-group") {
        add("impersonate-group", group)?;
    }
    for pair in flags.all("as-user-extra") {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        add(&format!("impersonate-extra-{}", super::api::encode(&key.to_lowercase())), value)?;
    }
    Ok(headers)
}

/// `--match-server-version`.
async fn require_same_version(api: &Api) -> Outcome {
    let server = api.get(&Url::new("/version")).await?;
    let version = server["gitVersion"].as_str().unwrap_or_default();
    if version == CLIENT_VERSION {
        return Ok(());
    }
    Err(Failure::message(format!(
        "server version ({version}) differs from client version ({CLIENT_VERSION})!"
    )))
}

/// What kubectl says when nothing listens at an address.
pub(super) fn refused(host: &str) -> String {
    format!("The connection to the server {host} was refused - did you specify the right host or port?")
}

/// A path without its folder, for messages.
pub(super) fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}
