//! What commands share: settings, the kubeconfig's context, the namespace, the connection.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use http::{HeaderMap, HeaderValue};

use crate::base::{Clock, Streams, Value};

use super::api::{Api, Log, Url};
use super::errors::{Failure, Outcome};
use super::flags::{Flags, parse_duration};
use super::klog::{self, Severity};
use super::kubeconfig::Kubeconfig;
use super::outside::name_of;
use super::programs::{Programs, not_started};

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

    /// What starts programs, to be kept.
    pub(super) fn shared_programs(&self, name: &str) -> Outcome<Arc<dyn Programs>> {
        self.settings.programs.clone().ok_or_else(|| not_started(name))
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
            return Ok(Kubeconfig::load(vec![path])?.seen_from(self.path("")));
        }
        let paths = if self.settings.kubeconfig.is_empty() {
            self.settings.home.iter().map(|home| home.join(".kube/config")).collect()
        } else {
            self.settings.kubeconfig.clone()
        };
        Ok(Kubeconfig::load(paths)?.seen_from(self.path("")))
    }

    /// Resolves context and namespace.
    pub(super) fn target(&self, config: &Kubeconfig, flags: &Flags) -> Outcome<Target> {
        let mut context = flags.text("context").to_owned();
        if context.is_empty() {
            config.current_context().clone_into(&mut context);
        }
        let entry = config.entry("contexts", &context);
        let known = self.in_process(&context).is_some();
        if !context.is_empty() && entry.is_none() && !known {
            return Err(Failure::UnknownContext(context));
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

    /// Connects; warnings of the server go to `log`. Who nothing knows is asked for a name, if there is
    /// somebody to ask.
    pub(super) async fn connect(
        &self,
        (config, preference): (&Kubeconfig, &Value),
        flags: &Flags,
        log: Log,
        asked: Option<&mut Streams>,
    ) -> Outcome<Api> {
        let target = self.target(config, flags)?;
        check_timeout(flags)?;
        if log.level >= 6 {
            for path in config.read() {
                let text = format!("Config loaded from file:  {}", path.display());
                log.err.clone().line(klog::line(Severity::Info, "loader.go:407", &text))?;
            }
        }
        let overridden = OVERRIDES.iter().any(|flag| flags.is_set(flag) && !flags.is_hidden(flag));
        let api = match self.in_process(&target.context).filter(|_| !overridden) {
            Some(client) => {
                let host = server_of(config, &target).unwrap_or_else(|| "https://127.0.0.1:8443".to_owned());
                Api::new(self.through(client.clone()), host, log)
            }
            None => self.connect_outside((config, preference), flags, &target, log, asked).await?,
        };
        let user = name_of(config, flags, &target.context, "user");
        let api = api.acting_as(impersonated(flags, &user)?).limited(flags.limit("request-timeout"));
        if flags.on("match-server-version") {
            require_same_version(&api).await?;
        }
        Ok(api)
    }

    /// The client that looks on, around another.
    pub(super) fn through(&self, client: kube::Client) -> kube::Client {
        match &self.settings.through {
            Some(through) => through(client),
            None => client,
        }
    }
}

/// Refuses a `--request-timeout` that is none; upstream reads it when it connects.
fn check_timeout(flags: &Flags) -> Outcome {
    let text = flags.text("request-timeout");
    if text.is_empty() || parse_duration(text).is_some() || text.parse::<u64>().is_ok() {
        return Ok(());
    }
    Err(Failure::message(
        "Invalid timeout value. Timeout must be a single integer in seconds, or an integer followed by a corresponding time unit (e.g. 1s | 2m | 3h)",
    ))
}

/// The server's address in the kubeconfig.
fn server_of(config: &Kubeconfig, target: &Target) -> Option<String> {
    let cluster = config.entry("contexts", &target.context)?["cluster"].as_str()?;
    Some(config.entry("clusters", cluster)?["server"].as_str()?.to_owned())
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
        // What is no pair counts for nothing.
        let Some((key, value)) = pair.split_once('=') else { continue };
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

#[cfg(test)]
mod tests {
    use super::super::command::{Command, all_flags};
    use super::super::flags::parse;
    use super::check_timeout;

    #[test]
    fn a_timeout_is_a_number_a_duration_or_nothing() {
        let is_taken = |text: &str| {
            let words = [format!("--request-timeout={text}")];
            check_timeout(&parse(&all_flags(&Command::PLAIN), &words).unwrap().0).is_ok()
        };
        assert_eq!(["", "0", "5", "+5", "1m30s"].map(is_taken), [true; 5]);
        assert_eq!(["x", "-5", "1e3"].map(is_taken), [false; 3]);
    }
}
