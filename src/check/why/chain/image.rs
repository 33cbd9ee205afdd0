//! Images that do not come: no such tag, a registry that refuses, a name that is none.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::apimachinery::{Object, builtin};
use crate::base::Value;

use super::super::super::partial::quote;
use super::super::finding::{Aside, Finding};
use super::super::near::odd_letters;
use super::super::sentences;
use super::probe::name_with_container;
use super::{Chain, text};

impl<'a> Chain<'a> {
    /// What a container that waits for its image waits for.
    pub(super) fn image(self, pod: &Object, status: &Value, reason: &str) -> Finding {
        let name = name_with_container(pod, status);
        let image = text(status, "/image");
        let message = self.pull_error(pod, status, image);
        let show = self.describe(pod);
        if let Some(secret) = self.missing_pull_secret(pod) {
            let near = self.near_name(&builtin::SECRET, pod.namespace(), secret);
            let words = [name.as_str(), "imagePullSecret", secret, pod.namespace()];
            let finding = Finding::lasting(&sentences::CONFIG_MISSING, words);
            return finding.aside(near).called(reason).shown_by("kubectl get secrets");
        }
        if let Some((secret, kind)) = self.other_secret(pod) {
            let finding = Finding::lasting(&sentences::PULL_SECRET_TYPE, [&name, secret, kind]);
            return finding.called(reason).shown_by(format!("kubectl get secret {secret}"));
        }
        let finding = match reason {
            "ErrImageNeverPull" => Finding::lasting(&sentences::NEVER_PULLED, [&name, image]),
            "InvalidImageName" => Finding::lasting(&sentences::IMAGE_NAME, [&name, image, &message]),
            _ => {
                let lower = message.to_lowercase();
                let says = |marks: &[&str]| marks.iter().any(|mark| lower.contains(mark));
                let sentence = if says(&[
                    "pull access denied",
                    "unauthorized",
                    "authentication required",
                    "forbidden",
                    "denied",
                ]) {
                    &sentences::IMAGE_DENIED
                } else if says(&["not found", "manifest unknown", "does not exist"]) {
                    &sentences::TAG_MISSING
                } else if says(&["no such host", "dial tcp", "i/o timeout", "connection refused", "x509"]) {
                    &sentences::REGISTRY_UNKNOWN
                } else {
                    &sentences::PULL_FAILS
                };
                Finding::lasting(sentence, [&name, image, &shorten_left(&message)])
            }
        };
        let aside = self.credentials(pod, image).filter(|_| finding.is(&sentences::IMAGE_DENIED));
        let aside = aside.or_else(|| odd_letters(image)).or_else(|| at_digest(image));
        let aside = aside.or_else(|| tag_with_v(image).filter(|_| finding.is(&sentences::TAG_MISSING)));
        finding.aside(aside).called(reason).shown_by(show)
    }

    /// What the pull secrets of a Pod have to say to the registry of an image.
    fn credentials(self, pod: &Object, image: &str) -> Aside {
        let named = |first: &&str| first.contains(['.', ':']) || *first == "localhost";
        let registry = image.split_once('/').map(|(first, _)| first).filter(named).unwrap_or("docker.io");
        let secrets = pod.list("/spec/imagePullSecrets").iter().map(|secret| text(secret, "/name"));
        let found =
            secrets.filter_map(|name| self.world.named(&builtin::SECRET, Some(pod.namespace()), name));
        let servers: Vec<(&str, String)> =
            found.flat_map(|one| servers(one).into_iter().map(|server| (one.name(), server))).collect();
        let words = |of: &(&str, String)| vec![of.0.to_owned(), of.1.clone(), registry.to_owned()];
        if let Some(own) = servers.iter().find(|(_, server)| is_of_registry(server, registry)) {
            return Some((&sentences::NOT_TAKEN, words(own)));
        }
        servers.first().map(|other| (&sentences::OTHER_REGISTRY, words(other)))
    }

    fn missing_pull_secret(self, pod: &Object) -> Option<&str> {
        let secrets = pod.list("/spec/imagePullSecrets").iter().map(|secret| text(secret, "/name"));
        let known = |name: &str| self.world.named(&builtin::SECRET, Some(pod.namespace()), name).is_some();
        secrets.into_iter().find(|name| !known(name))
    }

    /// A pull secret that holds no credentials of a registry, and its type.
    fn other_secret(self, pod: &Object) -> Option<(&'a str, &'a str)> {
        let secrets = pod.list("/spec/imagePullSecrets").iter().map(|secret| text(secret, "/name"));
        let found =
            secrets.filter_map(|name| self.world.named(&builtin::SECRET, Some(pod.namespace()), name));
        let mut types = found.map(|secret| (secret.name(), secret.text("/type")));
        types.find(|(_, kind)| !matches!(*kind, "kubernetes.io/dockerconfigjson" | "kubernetes.io/dockercfg"))
    }

    /// What the registry answered: the state says it, or else an event.
    fn pull_error(self, pod: &Object, status: &Value, image: &str) -> String {
        let message = text(status, "/state/waiting/message");
        if !message.is_empty() && !message.starts_with("Back-off") || message.contains("ErrImagePull: ") {
            return message.to_owned();
        }
        let events = self.events(pod);
        let failed = events.iter().find(|event| {
            event.text("/reason") == "Failed"
                && event.text("/message").contains("Failed to pull image")
                && event.text("/message").contains(image)
        });
        failed.map_or(message, |event| event.text("/message")).to_owned()
    }
}

/// A tag behind the sign of a digest: `nginx@1.27`.
pub(in crate::check::why) fn at_digest(image: &str) -> Aside {
    let (name, behind) = image.split_once('@').filter(|(_, behind)| !behind.contains(':'))?;
    (!behind.is_empty()).then(|| (&sentences::AT_DIGEST, vec![format!("{name}:{behind}")]))
}

/// A tag of an official image with a v before its number, which they have not.
fn tag_with_v(image: &str) -> Aside {
    let (name, tag) = image.split_once(':').filter(|(name, _)| !name.contains('/'))?;
    let number =
        tag.strip_prefix('v').filter(|rest| rest.starts_with(|first: char| first.is_ascii_digit()))?;
    Some((&sentences::TAG_WITHOUT_V, vec![format!("{name}:{number}")]))
}

/// The registries that a pull secret has credentials for.
fn servers(secret: &Object) -> Vec<String> {
    let data = secret.map("/data").and_then(|data| data.get(".dockerconfigjson")?.as_str());
    let text = data.and_then(|data| STANDARD.decode(data).ok()).and_then(|text| String::from_utf8(text).ok());
    let config: Value = text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    config["auths"].as_object().into_iter().flatten().map(|(server, _)| server.to_string()).collect()
}

/// Whether a server of a pull secret is the registry: `https://index.docker.io/v1/`, `*.example.com`.
fn is_of_registry(server: &str, registry: &str) -> bool {
    let host =
        server.split_once("://").map_or(server, |(_, rest)| rest).split('/').next().unwrap_or_default();
    match host.strip_prefix("*.") {
        Some(domain) => registry.split_once('.').is_some_and(|(_, rest)| rest == domain),
        None => host == registry || (registry == "docker.io" && host == "index.docker.io"),
    }
}

/// The end of a long message, where the registry's own words stand.
fn shorten_left(message: &str) -> String {
    let last = message.rsplit_once("\": ").map_or(message, |(_, last)| last);
    let last = last.rsplit_once("desc = ").map_or(last, |(_, last)| last);
    let last = last.trim_start_matches("failed to resolve image: ");
    // What the server adds says the same once more.
    let last = last.split(": server message").next().unwrap_or(last);
    quote(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_meant_where_no_digest_can_be() {
        let told =
            |image: &str| at_digest(image).or_else(|| tag_with_v(image)).map(|(_, words)| words.concat());
        assert_eq!(told("nginx@1.27").as_deref(), Some("nginx:1.27"));
        assert_eq!(told("nginx@sha256:abc"), None);
        assert_eq!(told("redis:v7").as_deref(), Some("redis:7"));
        // Others count their versions as they like.
        assert_eq!(told("registry.example.com/app:v7"), None);
        assert_eq!(told("nginx:vanilla"), None);
    }

    #[test]
    fn a_registry_is_known_by_its_whole_host() {
        for (server, registry, same) in [
            ("https://index.docker.io/v1/", "docker.io", true),
            ("registry.example.com", "registry.example.com", true),
            ("https://registry.example.com/team", "registry.example.com", true),
            ("*.example.com", "registry.example.com", true),
            ("old-registry.example.com", "registry.example.com", false),
            ("registry.example.com", "example.com", false),
            ("registry.example.com:5000", "registry.example.com", false),
        ] {
            assert_eq!(is_of_registry(server, registry), same, "{server} {registry}");
        }
    }
}
