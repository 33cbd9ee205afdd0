//! Credentials for registries: the Secrets that a Pod names, and what they are good for.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::apimachinery::builtin::SECRET;
use crate::apimachinery::{Object, ObjectKey, Status};
use crate::base::Value;

use super::super::manager::EventType;
use super::super::runtime::{self, Image, ImageReference};
use super::pod_worker::PodWorker;

impl PodWorker<'_> {
    /// Looks an image up as its registry answers this Pod.
    ///
    /// # Errors
    /// What containerd says.
    pub(super) fn resolve(&self, reference: &ImageReference) -> Result<&'static Image, String> {
        if runtime::is_private(reference) {
            runtime::admits(reference, &self.credentials(&reference.registry))?;
        }
        runtime::resolve(reference)
    }

    /// Tells of pull secrets that are not there (`getPullSecretsForPod`).
    pub(super) fn note_missing_pull_secrets(&mut self) {
        let missing: Vec<String> = self
            .pull_secrets()
            .filter(|(_, secret)| secret.is_err())
            .map(|(name, _)| name.to_owned())
            .collect();
        if !missing.is_empty() {
            let message = format!(
                "Unable to retrieve some image pull secrets ({}); attempting to pull the image may not succeed.",
                missing.join(", ")
            );
            self.event(None, EventType::Warning, "FailedToRetrieveImagePullSecret", &message);
        }
    }

    fn pull_secrets(&self) -> impl Iterator<Item = (&str, Result<std::sync::Arc<Object>, Status>)> {
        let names = self.pod.list("/spec/imagePullSecrets").iter();
        names
            .filter_map(|secret| secret["name"].as_str())
            .map(|name| (name, self.registry.get(&SECRET, &ObjectKey::new(self.pod.namespace(), name))))
    }

    /// Users and passwords that the Pod has for a registry.
    fn credentials(&self, registry: &str) -> Vec<(String, String)> {
        let found = self.pull_secrets().filter_map(|(_, secret)| secret.ok());
        found.flat_map(|secret| of_secret(&secret, registry)).collect()
    }
}

/// Users and passwords that a Secret of either type has for a registry.
fn of_secret(secret: &Object, registry: &str) -> Vec<(String, String)> {
    let config = |key: &str| -> Option<Value> {
        let text = secret.map("/data")?.get(key)?.as_str()?;
        serde_json::from_slice(&STANDARD.decode(text).ok()?).ok()
    };
    let hosts = match secret.text("/type") {
        "kubernetes.io/dockerconfigjson" => config(".dockerconfigjson").map(|config| config["auths"].clone()),
        "kubernetes.io/dockercfg" => config(".dockercfg"),
        _ => None,
    };
    let hosts = hosts.as_ref().and_then(Value::as_object).into_iter().flatten();
    hosts.filter(|(host, _)| host_of(host) == registry).filter_map(|(_, entry)| of_entry(entry)).collect()
}

fn of_entry(entry: &Value) -> Option<(String, String)> {
    if let Some(both) = entry["auth"].as_str().filter(|both| !both.is_empty()) {
        let both = String::from_utf8(STANDARD.decode(both).ok()?).ok()?;
        let (user, password) = both.split_once(':')?;
        return Some((user.to_owned(), password.to_owned()));
    }
    Some((entry["username"].as_str()?.to_owned(), entry["password"].as_str()?.to_owned()))
}

/// `https://index.docker.io/v1/` → `docker.io`.
fn host_of(key: &str) -> &str {
    let rest = key.split_once("://").map_or(key, |(_, rest)| rest);
    match rest.split('/').next().unwrap_or(rest) {
        "index.docker.io" | "registry-1.docker.io" => "docker.io",
        host => host,
    }
}
