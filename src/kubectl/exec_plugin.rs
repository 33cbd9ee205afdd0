//! Credential plugins: programs that are asked for a token or a certificate, as `client-go/plugin/pkg/client/auth/exec` asks them.

use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use http::HeaderValue;
use http::header::AUTHORIZATION;
use kube::client::Body;
use tokio::sync::Mutex;

use super::credentials::{has, text};
use super::errors::reason;
use super::go_shape::{Reading, Shape};
use super::manifest::json_type;
use super::programs::{Program, Programs};
use crate::apimachinery::go_json_error;
use crate::base::{Clock, Timestamp, Value, json, parse_yaml};

/// The API group of what plugins answer.
const GROUP: &str = "client.authentication.k8s.io";

/// The extension of a cluster's entry that is passed on to plugins.
const EXTENSION: &str = "client.authentication.k8s.io/exec";

static ANSWER: Shape = Shape::Struct(
    "ExecCredential",
    &[(
        "status",
        Shape::Struct(
            "ExecCredentialStatus",
            &[
                ("expirationTimestamp", Shape::Text),
                ("token", Shape::Text),
                ("clientCertificateData", Shape::Text),
                ("clientKeyData", Shape::Text),
            ],
        ),
    )],
);

/// A plugin of one user of one cluster.
pub(super) struct Plugin {
    programs: Arc<dyn Programs>,
    program: Program,
    command: String,
    version: String,
    hint: String,
    /// Why it may not be started.
    forbidden: Option<String>,
}

/// What a plugin gave.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Credential {
    /// A bearer token; empty when there is none.
    pub(super) token: String,
    /// A client's certificate and its key, as PEM; empty when there are none.
    pub(super) certificate: (String, String),
    /// When another must be asked for.
    pub(super) expires: Option<Timestamp>,
}

impl Plugin {
    /// The plugin that the `exec` of a user names. `terminal` says whether somebody sits there who can answer.
    pub(super) fn new(
        exec: &Value,
        cluster: &Value,
        programs: Arc<dyn Programs>,
        (folder, terminal): (PathBuf, bool),
    ) -> Self {
        let mode = text(exec, "interactiveMode");
        let interactive = terminal && mode != "Never";
        let unable = "exec plugin cannot support interactive mode: standard input is not a terminal";
        let texts = |list: &Value| -> Vec<String> {
            list.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
        };
        let command = text(exec, "command").to_owned();
        let mut words = vec![command.clone()];
        words.extend(texts(&exec["args"]));
        let set = exec["env"].as_array().into_iter().flatten();
        let mut environment: Vec<(String, String)> =
            set.map(|one| (text(one, "name").to_owned(), text(one, "value").to_owned())).collect();
        let version = text(exec, "apiVersion").to_owned();
        let asked = question(exec, (cluster, &folder), &version, interactive);
        environment.push(("KUBERNETES_EXEC_INFO".to_owned(), asked.to_string()));
        Self {
            programs,
            program: Program { words, environment, folder, captured: true, deaf: !interactive },
            command,
            version,
            hint: text(exec, "installHint").to_owned(),
            forbidden: (mode == "Always" && !terminal).then(|| unable.to_owned()),
        }
    }

    /// Asks it.
    ///
    /// # Errors
    /// When it does not answer, or not as it should: in client-go's words.
    pub(super) async fn ask(&self) -> Result<Credential, String> {
        if let Some(why) = &self.forbidden {
            return Err(getting(why));
        }
        match self.programs.run(self.program.clone()).await {
            Ok(ended) if ended.code == 0 => {
                credential_in(&ended.out, &self.version).map_err(|why| getting(&why))
            }
            Ok(ended) => Err(getting(&format!(
                "exec: executable {} failed with exit code {}",
                self.command, ended.code
            ))),
            Err(error) => Err(getting(&self.not_started(&error))),
        }
    }

    fn not_started(&self, error: &io::Error) -> String {
        let command = &self.command;
        if !command.contains('/') && error.kind() == io::ErrorKind::NotFound {
            let mut told = format!(
                "exec: executable {command} not found\n\nIt looks like you are trying to use a client-go credential plugin that is not installed.\n\nTo learn more about this feature, consult the documentation available at:\n      https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins"
            );
            if !self.hint.is_empty() {
                told.push_str("\n\n");
                told.push_str(&self.hint);
            }
            return told;
        }
        // Errno 8: the file is no program.
        let why =
            if error.raw_os_error() == Some(8) { "exec format error".to_owned() } else { reason(error) };
        format!("exec: fork/exec {}: {why}", cleaned(command).display())
    }
}

fn getting(why: &str) -> String {
    format!("getting credentials: {why}")
}

/// A path without the `.` in it.
fn cleaned(path: &str) -> PathBuf {
    Path::new(path).components().filter(|part| *part != Component::CurDir).collect()
}

/// Why a person's preferences let a plugin not run (`credentialPluginPolicy` of the kuberc file).
pub(super) fn forbidden(preference: &Value, command: &str, path: &str) -> Option<String> {
    match text(preference, "credentialPluginPolicy") {
        "DenyAll" => Some(getting(&format!("plugin {command:?} not allowed: policy set to \"DenyAll\""))),
        "Allowlist" => {
            let program = match looked_up(command, path) {
                Some(program) if program.exists() => program,
                found => {
                    let why = match found {
                        Some(program) => format!("stat {}: no such file or directory", program.display()),
                        None => "executable file not found in $PATH".to_owned(),
                    };
                    return Some(getting(&format!(
                        "plugin path {command:?} cannot be resolved for credential plugin allowlist check: exec: {command:?}: {why}"
                    )));
                }
            };
            let allowed = preference["credentialPluginAllowlist"].as_array().into_iter().flatten();
            let mut names = allowed.flat_map(|entry| [text(entry, "command"), text(entry, "name")]);
            let is_allowed = names.any(|name| looked_up(name, path).as_ref() == Some(&program));
            let told = format!("plugin path {program:?} is not permitted by the credential plugin allowlist");
            (!is_allowed).then(|| getting(&told))
        }
        _ => None,
    }
}

/// The program of that name in the folders of PATH; `None` when there is none.
fn looked_up(name: &str, path: &str) -> Option<PathBuf> {
    if name.is_empty() {
        return None;
    }
    if name.contains('/') {
        return Some(cleaned(name));
    }
    std::env::split_paths(path).map(|folder| folder.join(name)).find(|program| program.is_file())
}

/// What a plugin is told (KUBERNETES_EXEC_INFO).
fn question(exec: &Value, (cluster, folder): (&Value, &Path), version: &str, interactive: bool) -> Value {
    let mut spec = json!({"interactive": interactive});
    if exec["provideClusterInfo"] == true {
        let mut about = json!({"server": cluster["server"]});
        for field in [
            "tls-server-name",
            "insecure-skip-tls-verify",
            "certificate-authority-data",
            "proxy-url",
            "disable-compression",
        ] {
            if !cluster[field].is_null() {
                about[field] = cluster[field].clone();
            }
        }
        // A plugin is told what the file of an authority holds, and not where it is.
        let authority = text(cluster, "certificate-authority");
        if !has(cluster, "certificate-authority-data")
            && let Ok(pem) = std::fs::read(folder.join(authority))
        {
            about["certificate-authority-data"] = BASE64.encode(pem).into();
        }
        let extensions = cluster["extensions"].as_array().into_iter().flatten();
        let held = extensions.into_iter().find(|one| one["name"] == EXTENSION);
        about["config"] = held.map(|one| one["extension"].clone()).unwrap_or_default();
        spec["cluster"] = about;
    }
    json!({"kind": "ExecCredential", "apiVersion": version, "spec": spec})
}

/// The credential in what a plugin printed.
fn credential_in(printed: &[u8], version: &str) -> Result<Credential, String> {
    let unread = |why: String| format!("decoding stdout: couldn't get version/kind; json parse error: {why}");
    let answer = document(printed).map_err(unread)?;
    let header = "struct { APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; Kind string \"json:\\\"kind,omitempty\\\"\" }";
    if !answer.is_object() && !answer.is_null() {
        return Err(unread(format!(
            "json: cannot unmarshal {} into Go value of type {header}",
            json_type(&answer)
        )));
    }
    for field in ["apiVersion", "kind"] {
        if !answer[field].is_string() && !answer[field].is_null() {
            let found = json_type(&answer[field]);
            return Err(unread(format!(
                "json: cannot unmarshal {found} into Go struct field .{field} of type string"
            )));
        }
    }
    let (answered, kind) = (text(&answer, "apiVersion"), text(&answer, "kind"));
    let known = answered.is_empty()
        || answered.strip_prefix(GROUP).is_some_and(|rest| matches!(rest, "/v1" | "/v1beta1"));
    if !known || !matches!(kind, "" | "ExecCredential") {
        let kind = if kind.is_empty() { "ExecCredential" } else { kind };
        return Err(format!(
            "decoding stdout: no kind {kind:?} is registered for version {answered:?} in scheme \"pkg/client/auth/exec/exec.go:64\""
        ));
    }
    if let Some(mistake) = ANSWER.mistake(&answer, Reading { package: "v1", strict: false }) {
        return Err(format!("decoding stdout: {mistake}"));
    }
    let status = &answer["status"];
    let expiry = text(status, "expirationTimestamp");
    let expires = match expiry {
        "" => None,
        _ => Some(expiry.parse().map_err(|_| {
            format!("decoding stdout: parsing time {expiry:?} as \"2006-01-02T15:04:05Z07:00\": cannot parse {expiry:?} as \"2006\"")
        })?),
    };
    if answered != version {
        let internal = format!("{GROUP}/__internal");
        let answered = if answered.is_empty() { &internal } else { answered };
        return Err(format!(
            "exec plugin is configured to use API version {version}, plugin returned version {answered}"
        ));
    }
    if !status.is_object() {
        return Err("exec plugin didn't return a status field".to_owned());
    }
    let halves = (has(status, "clientCertificateData"), has(status, "clientKeyData"));
    if !has(status, "token") && halves == (false, false) {
        return Err("exec plugin didn't return a token or cert/key pair".to_owned());
    }
    if halves.0 != halves.1 {
        return Err("exec plugin returned only certificate or key, not both".to_owned());
    }
    for (field, what) in [("clientCertificateData", "certificate"), ("clientKeyData", "key")] {
        if halves.0 && !text(status, field).contains("-----BEGIN ") {
            return Err(format!(
                "failed parsing client key/certificate: tls: failed to find any PEM data in {what} input"
            ));
        }
    }
    let owned = |field: &str| text(status, field).to_owned();
    Ok(Credential {
        token: owned("token"),
        certificate: (owned("clientCertificateData"), owned("clientKeyData")),
        expires,
    })
}

/// What was printed, as JSON or else as YAML.
fn document(printed: &[u8]) -> Result<Value, String> {
    let printed_text = String::from_utf8_lossy(printed);
    if printed_text.trim_start().starts_with('{') {
        return serde_json::from_str(&printed_text)
            .map_err(|error| go_json_error(&error, printed_text.as_bytes()));
    }
    let documents = parse_yaml(&printed_text).map_err(|error| error.to_string())?;
    Ok(documents.into_iter().next().map(|document| document.value).unwrap_or_default())
}

/// A client whose requests bear the plugin's token, which is asked for again when it runs out.
pub(super) fn renewing(client: kube::Client, plugin: Plugin, first: Credential) -> kube::Client {
    let namespace = client.default_namespace().to_owned();
    let (plugin, held) = (Arc::new(plugin), Arc::new(Mutex::new(first)));
    let service = tower::service_fn(move |mut request: http::Request<Body>| {
        let (client, plugin, held) = (client.clone(), Arc::clone(&plugin), Arc::clone(&held));
        async move {
            let token = {
                let mut held = held.lock().await;
                if held.expires.is_some_and(|expires| expires <= Clock::system().now()) {
                    *held = plugin.ask().await.map_err(io::Error::other)?;
                }
                format!("Bearer {}", held.token)
            };
            let mut value = HeaderValue::try_from(token)?;
            value.set_sensitive(true);
            request.headers_mut().insert(AUTHORIZATION, value);
            Ok::<_, tower::BoxError>(client.send(request).await?)
        }
    });
    kube::Client::new(service, namespace)
}

#[cfg(test)]
mod tests {
    use futures::future::BoxFuture;

    use super::*;
    use crate::kubectl::programs::Ended;

    const V1: &str = "client.authentication.k8s.io/v1";

    #[test]
    fn an_answer_is_taken_as_client_go_takes_it() {
        let read = |answer: &str| credential_in(answer.replace("V1", V1).as_bytes(), V1);
        let token =
            r#"{"apiVersion":"V1","status":{"token":"t","expirationTimestamp":"2020-01-01T00:00:00Z"}}"#;
        let credential = read(token).unwrap();
        assert_eq!((credential.token.as_str(), credential.expires.is_some()), ("t", true));
        let head = "decoding stdout: couldn't get version/kind; json parse error: ";
        for (answer, why) in [
            ("{", &*format!("{head}unexpected end of JSON input")),
            (
                r#"{"apiVersion":7}"#,
                &*format!(
                    "{head}json: cannot unmarshal number into Go struct field .apiVersion of type string"
                ),
            ),
            (
                "",
                "exec plugin is configured to use API version client.authentication.k8s.io/v1, plugin returned version client.authentication.k8s.io/__internal",
            ),
            (
                r#"{"apiVersion":"V1beta1","status":{"token":"t"}}"#,
                "exec plugin is configured to use API version client.authentication.k8s.io/v1, plugin returned version client.authentication.k8s.io/v1beta1",
            ),
            (
                r#"{"apiVersion":"foo/v1","kind":"ExecCredential"}"#,
                "decoding stdout: no kind \"ExecCredential\" is registered for version \"foo/v1\" in scheme \"pkg/client/auth/exec/exec.go:64\"",
            ),
            (
                r#"{"apiVersion":"V1","status":{"token":7}}"#,
                "decoding stdout: json: cannot unmarshal number into Go struct field ExecCredentialStatus.status.token of type string",
            ),
            (
                r#"{"apiVersion":"V1","status":{"expirationTimestamp":7}}"#,
                "decoding stdout: json: cannot unmarshal number into Go struct field ExecCredentialStatus.status.expirationTimestamp of type string",
            ),
            ("apiVersion: V1", "exec plugin didn't return a status field"),
            (r#"{"apiVersion":"V1","status":{}}"#, "exec plugin didn't return a token or cert/key pair"),
            (
                r#"{"apiVersion":"V1","status":{"clientKeyData":"x"}}"#,
                "exec plugin returned only certificate or key, not both",
            ),
        ] {
            assert_eq!(read(answer), Err(why.to_owned()), "{answer}");
        }
        assert!(
            read("hello").unwrap_err().contains("cannot unmarshal string into Go value of type struct {")
        );
    }

    #[test]
    fn what_a_person_does_not_allow_is_not_run() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().to_str().unwrap();
        std::fs::write(folder.path().join("sh"), "").unwrap();
        let missing =
            json!({"credentialPluginPolicy": "Allowlist", "credentialPluginAllowlist": [{"name": "sh"}]});
        for (command, why) in [
            ("nope", "exec: \"nope\": executable file not found in $PATH"),
            ("/nope", "exec: \"/nope\": stat /nope: no such file or directory"),
        ] {
            assert!(forbidden(&missing, command, path).unwrap().ends_with(why), "{command}");
        }
        let told = |preference: Value| forbidden(&preference, "sh", path);
        let listed = |name: &str| {
            told(
                json!({"credentialPluginPolicy": "Allowlist", "credentialPluginAllowlist": [{"name": name}]}),
            )
        };
        assert_eq!(told(Value::Null), None);
        assert_eq!(
            told(json!({"credentialPluginPolicy": "DenyAll"})).unwrap(),
            "getting credentials: plugin \"sh\" not allowed: policy set to \"DenyAll\""
        );
        assert_eq!((listed("sh"), listed(&format!("{path}/./sh"))), (None, None));
        let why = format!(
            "getting credentials: plugin path \"{path}/sh\" is not permitted by the credential plugin allowlist"
        );
        assert_eq!((listed("other"), listed("/other/sh")), (Some(why.clone()), Some(why)));
    }

    #[test]
    fn a_plugin_is_told_what_the_file_of_an_authority_holds() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ca.crt"), "x").unwrap();
        let exec = json!({"provideClusterInfo": true});
        let told = |cluster: Value| {
            let spec = question(&exec, (&cluster, folder.path()), V1, false)["spec"].take();
            spec["cluster"]["certificate-authority-data"].clone()
        };
        assert_eq!(told(json!({"certificate-authority": "ca.crt"})), "eA==");
        let both = json!({"certificate-authority": "ca.crt", "certificate-authority-data": "eQ=="});
        assert_eq!((told(both), told(json!({}))), ("eQ==".into(), Value::Null));
    }

    struct Scripted(fn(Program) -> io::Result<Ended>);

    impl Programs for Scripted {
        fn run(&self, program: Program) -> BoxFuture<'_, io::Result<Ended>> {
            Box::pin(std::future::ready((self.0)(program)))
        }
    }

    async fn asked(
        exec: Value,
        terminal: bool,
        answer: fn(Program) -> io::Result<Ended>,
    ) -> Result<Credential, String> {
        let cluster =
            json!({"server": "https://a", "extensions": [{"name": EXTENSION, "extension": {"x": 1}}]});
        Plugin::new(&exec, &cluster, Arc::new(Scripted(answer)), (PathBuf::new(), terminal)).ask().await
    }

    #[tokio::test]
    async fn a_plugin_is_told_who_asks_and_what_it_does_wrong_is_worded_as_client_go_words_it() {
        let exec = json!({"apiVersion": V1, "command": "log-in", "installHint": "do this", "provideClusterInfo": true});
        let told = |program: Program| {
            let (_, info) = program.environment.last().unwrap();
            assert_eq!(
                serde_json::from_str::<Value>(info).unwrap(),
                json!({
                    "kind": "ExecCredential", "apiVersion": V1,
                    "spec": {"interactive": true, "cluster": {"server": "https://a", "config": {"x": 1}}},
                })
            );
            assert!(!program.deaf);
            Ok(Ended { code: 3, out: Vec::new() })
        };
        let why = asked(exec.clone(), true, told).await.unwrap_err();
        assert_eq!(why, "getting credentials: exec: executable log-in failed with exit code 3");
        let missing = |_| Err(io::ErrorKind::NotFound.into());
        let why = asked(exec, false, missing).await.unwrap_err();
        assert!(
            why.starts_with("getting credentials: exec: executable log-in not found\n\nIt looks"),
            "{why}"
        );
        assert!(why.ends_with("\n\ndo this"));
        let why = asked(json!({"command": "/a/./b"}), false, missing).await.unwrap_err();
        assert_eq!(why, "getting credentials: exec: fork/exec /a/b: no such file or directory");
        let why =
            asked(json!({"command": "x", "interactiveMode": "Always"}), false, missing).await.unwrap_err();
        assert!(why.ends_with("cannot support interactive mode: standard input is not a terminal"), "{why}");
    }
}
