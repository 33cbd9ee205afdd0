//! What a kubeconfig says of one cluster and one user: whether client-go would take it, and how it words what goes wrong.

use std::path::Path;

use crate::base::Value;

use super::errors::{Failure, Outcome, reason};

/// The versions that credential plugins may speak.
const PLUGIN_VERSIONS: [&str; 2] =
    ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"];

/// What one connection is made from, flags applied.
pub(super) struct Credentials<'a> {
    /// What the cluster's entry holds.
    pub(super) cluster: &'a Value,
    /// What the user's entry holds.
    pub(super) user: &'a Value,
    /// Name of the cluster.
    pub(super) cluster_name: &'a str,
    /// Name of the user.
    pub(super) user_name: &'a str,
    /// Where paths of flags start from.
    pub(super) folder: &'a Path,
}

/// A field that is a text; empty when it is none.
pub(super) fn text<'v>(value: &'v Value, field: &str) -> &'v str {
    value[field].as_str().unwrap_or_default()
}

/// Whether a field holds a text.
pub(super) fn has(value: &Value, field: &str) -> bool {
    !text(value, field).is_empty()
}

impl Credentials<'_> {
    /// Refuses what client-go refuses before it connects (`clientcmd.ConfirmUsable`, `transport.TLSConfigFor`).
    pub(super) fn check(&self) -> Outcome {
        let mut wrong = self.wrong_cluster();
        wrong.extend(self.wrong_user());
        match wrong.as_slice() {
            [] => {}
            [one] => return Err(Failure::message(one)),
            many => {
                return Err(Failure::Plain(format!("Error in configuration: \n* {}", many.join("\n* "))));
            }
        }
        self.check_provider()?;
        self.check_authority()?;
        self.check_plugin()
    }

    /// Whether nothing says who is there (`clientcmd.canIdentifyUser`).
    pub(super) fn is_anonymous(&self) -> bool {
        const WAYS: [&str; 5] =
            ["username", "client-certificate", "client-certificate-data", "token", "tokenFile"];
        let knows_program = self.user["exec"].is_object() || self.user["auth-provider"].is_object();
        !knows_program && !WAYS.iter().any(|way| has(self.user, way))
    }

    fn wrong_cluster(&self) -> Vec<String> {
        let (cluster, name) = (self.cluster, self.cluster_name);
        let mut wrong = Vec::new();
        let proxy = text(cluster, "proxy-url");
        match proxy.split_once("://") {
            _ if proxy.is_empty() => {}
            None => wrong.push(format!("invalid 'proxy-url' {proxy:?} for cluster {name:?}: could not parse: {proxy}")),
            Some(("http" | "https" | "socks5", _)) => {}
            Some((scheme, _)) => wrong.push(format!(
                "invalid 'proxy-url' {proxy:?} for cluster {name:?}: unsupported scheme {scheme:?}, must be http, https, or socks5"
            )),
        }
        if has(cluster, "certificate-authority") {
            if has(cluster, "certificate-authority-data") {
                wrong.push(format!(
                    "certificate-authority-data and certificate-authority are both specified for {name}. certificate-authority-data will override."
                ));
            }
            wrong.extend(self.unreadable(
                "certificate-authority",
                text(cluster, "certificate-authority"),
                name,
            ));
        }
        wrong
    }

    fn wrong_user(&self) -> Vec<String> {
        let (user, name) = (self.user, self.user_name);
        let mut wrong = Vec::new();
        let mut ways = Vec::new();
        if has(user, "token") || has(user, "tokenFile") {
            ways.push("token");
        }
        if has(user, "username") || has(user, "password") {
            ways.push("basicAuth");
        }
        if has(user, "client-certificate") || has(user, "client-certificate-data") {
            let key = has(user, "client-key") || has(user, "client-key-data");
            if has(user, "client-certificate") && has(user, "client-certificate-data") {
                wrong.push(format!("client-cert-data and client-cert are both specified for {name}. client-cert-data will override."));
            }
            if has(user, "client-key") && has(user, "client-key-data") {
                wrong.push(format!("client-key-data and client-key are both specified for {name}; client-key-data will override"));
            }
            if !key {
                wrong.push(format!("client-key-data or client-key must be specified for {name} to use the clientCert authentication method."));
            }
            for (field, what) in [("client-certificate", "client-cert"), ("client-key", "client-key")] {
                wrong.extend(self.unreadable(what, text(user, field), name));
            }
        }
        let exec = &user["exec"];
        if exec.is_object() {
            wrong.extend(wrong_plugin(exec, user, name));
        }
        if ways.len() > 1 {
            wrong.push(format!(
                "more than one authentication method found for {name}; found [{}], only one is allowed",
                ways.join(" ")
            ));
        }
        let more = ["as-groups", "as-user-extra"].iter().any(|field| is_filled(&user[*field]));
        if (more || has(user, "as-uid")) && !has(user, "as") {
            wrong.push(format!(
                "requesting uid, groups or user-extra for {name} without impersonating a user"
            ));
        }
        wrong
    }

    fn unreadable(&self, what: &str, path: &str, of: &str) -> Option<String> {
        if path.is_empty() {
            return None;
        }
        let error = std::fs::File::open(self.folder.join(path)).err()?;
        Some(format!("unable to read {what} {path} for {of} due to open {path}: {}", reason(&error)))
    }

    fn check_provider(&self) -> Outcome {
        let provider = &self.user["auth-provider"];
        match text(provider, "name") {
            "" => Ok(()),
            "oidc" if has(&provider["config"], "idp-issuer-url") => Ok(()),
            "oidc" => Err(Failure::message("Must provide idp-issuer-url")),
            "gcp" => Err(Failure::message(
                "The gcp auth plugin has been removed.\nPlease use the \"gke-gcloud-auth-plugin\" kubectl/client-go credential plugin instead.\nSee https://cloud.google.com/blog/products/containers-kubernetes/kubectl-auth-changes-in-gke for further details",
            )),
            "azure" => Err(Failure::message(
                "The azure auth plugin has been removed.\nPlease use the https://github.com/Azure/kubelogin kubectl/client-go credential plugin instead.\nSee https://docs.microsoft.com/en-us/azure/aks/kubelogin-authentication for further details",
            )),
            name => Err(Failure::message(format!("no Auth Provider found for name {name:?}"))),
        }
    }

    fn check_authority(&self) -> Outcome {
        let (file, data) =
            (text(self.cluster, "certificate-authority"), text(self.cluster, "certificate-authority-data"));
        if self.cluster["insecure-skip-tls-verify"] == true && !(file.is_empty() && data.is_empty()) {
            return Err(Failure::message(
                "specifying a root certificates file with the insecure flag is not allowed",
            ));
        }
        let token = text(self.user, "tokenFile");
        if !token.is_empty()
            && let Err(error) = std::fs::metadata(self.folder.join(token))
        {
            return Err(Failure::message(format!("open {token}: {}", reason(&error))));
        }
        let pem = match data {
            "" if file.is_empty() => return Ok(()),
            "" => std::fs::read(self.folder.join(file))
                .map_err(|error| Failure::message(format!("read {file}: {}", reason(&error))))?,
            data => decoded(data),
        };
        if String::from_utf8_lossy(&pem).contains("-----BEGIN CERTIFICATE-----") {
            return Ok(());
        }
        Err(Failure::message("unable to load root certificates: unable to parse bytes as PEM block"))
    }

    fn check_plugin(&self) -> Outcome {
        let version = text(&self.user["exec"], "apiVersion");
        if !self.user["exec"].is_object() || PLUGIN_VERSIONS.contains(&version) {
            return Ok(());
        }
        Err(Failure::message(format!("exec plugin: invalid apiVersion {version:?}")))
    }

    /// Why no request could be sent with these, known before one is.
    pub(super) fn hopeless(&self, reads_input: bool) -> Option<String> {
        if reads_input && text(&self.user["exec"], "interactiveMode") == "Always" {
            return Some("getting credentials: exec plugin cannot support interactive mode: standard input is unavailable: used by stdin resource manifest reader".to_owned());
        }
        let token = text(self.user, "token");
        http::HeaderValue::from_str(token)
            .is_err()
            .then(|| "net/http: invalid header field value for \"Authorization\"".to_owned())
    }
}

fn is_filled(value: &Value) -> bool {
    value.as_array().is_some_and(|list| !list.is_empty())
        || value.as_object().is_some_and(|map| !map.is_empty())
}

fn wrong_plugin(exec: &Value, user: &Value, name: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let needed =
        |what: &str| format!("{what} must be specified for {name} to use exec authentication plugin");
    if has(&user["auth-provider"], "name") {
        wrong.push(format!("authProvider cannot be provided in combination with an exec plugin for {name}"));
    }
    for field in ["command", "apiVersion"] {
        if !has(exec, field) {
            wrong.push(needed(field));
        }
    }
    let variables = exec["env"].as_array().map(Vec::as_slice).unwrap_or_default();
    if variables.iter().any(|variable| !has(variable, "name")) {
        wrong.push(needed("env variable name"));
    }
    match text(exec, "interactiveMode") {
        "Never" | "IfAvailable" | "Always" => {}
        "" if text(exec, "apiVersion") != PLUGIN_VERSIONS[0] => {}
        "" => wrong.push(needed("interactiveMode")),
        mode => wrong.push(format!("invalid interactiveMode for {name}: {mode:?}")),
    }
    wrong
}

fn decoded(data: &str) -> Vec<u8> {
    use base64::Engine;
    let data: String = data.split_whitespace().collect();
    base64::engine::general_purpose::STANDARD.decode(data).unwrap_or_default()
}

/// The words of client-go for certificates and keys that cannot be used together.
pub(super) fn tls_failure(error: &str) -> Option<&'static str> {
    let known = [
        ("identity PEM is invalid", "tls: failed to find any PEM data in certificate input"),
        ("identity PEM is missing certificate", "tls: failed to find any PEM data in certificate input"),
        ("identity PEM is missing a private key", "tls: failed to find any PEM data in key input"),
        ("KeyMismatch", "tls: private key does not match public key"),
        (
            "failed to add a root certificate",
            "unable to load root certificates: failed to parse certificate: x509: malformed certificate",
        ),
    ];
    known.into_iter().find(|(sign, _)| error.contains(sign)).map(|(_, words)| words)
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    fn check(cluster: Value, user: Value) -> String {
        let folder = Path::new("/");
        let credentials =
            Credentials { cluster: &cluster, user: &user, cluster_name: "c", user_name: "u", folder };
        credentials.check().err().map(|failure| failure.report()).unwrap_or_default()
    }

    #[test]
    fn what_cannot_be_used_is_refused_before_it_is_tried() {
        let v1 = "client.authentication.k8s.io/v1";
        for (cluster, user, expected) in [
            (json!({"server": "https://a"}), json!({"token": "t"}), ""),
            (
                json!({"certificate-authority": "/nope/ca"}),
                json!({}),
                "error: unable to read certificate-authority /nope/ca for c due to open /nope/ca: no such file or directory",
            ),
            (
                json!({}),
                json!({"client-certificate": "/nope/c", "client-key": "/nope/k"}),
                "Error in configuration: \n* unable to read client-cert /nope/c for u due to open /nope/c: no such file or directory\n* unable to read client-key /nope/k for u due to open /nope/k: no such file or directory",
            ),
            (
                json!({}),
                json!({"token": "t", "username": "a"}),
                "error: more than one authentication method found for u; found [token basicAuth], only one is allowed",
            ),
            (
                json!({"certificate-authority-data": "aGk="}),
                json!({}),
                "error: unable to load root certificates: unable to parse bytes as PEM block",
            ),
            (
                json!({}),
                json!({"exec": {"command": "x", "apiVersion": v1}}),
                "error: interactiveMode must be specified for u to use exec authentication plugin",
            ),
            (
                json!({}),
                json!({"exec": {"command": "x", "apiVersion": "foo/v1", "interactiveMode": "Never"}}),
                "error: exec plugin: invalid apiVersion \"foo/v1\"",
            ),
        ] {
            assert_eq!(check(cluster, user), expected);
        }
    }
}
