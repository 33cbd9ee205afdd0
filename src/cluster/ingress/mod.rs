//! What ingress-nginx makes of Ingresses: which of them are its own, and where a request goes.

mod admission;

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use regex::RegexBuilder;

use crate::apimachinery::builtin::{INGRESS, INGRESS_CLASS, POD, SECRET, SERVICE};
use crate::apimachinery::{Object, ObjectKey};
use crate::base::Value;

use super::authentication::server_certificate;
use super::registry::Registry;
use super::runtime::{INGRESS_HEALTH, ServerCertificate};

pub(crate) use admission::IngressNginxWebhook;

/// Where minikube's addon runs.
pub(crate) const CONTROLLER_NAMESPACE: &str = "ingress-nginx";
/// The controller's name in IngressClasses.
const CONTROLLER: &str = "k8s.io/ingress-nginx";
/// Where the class stood before `spec.ingressClassName`.
const CLASS_ANNOTATION: &str = "kubernetes.io/ingress.class";
/// Prefix of the controller's annotations.
const ANNOTATIONS: &str = "nginx.ingress.kubernetes.io";

/// Whose the certificate is that hosts without a good one get.
const FAKE_CERTIFICATE: &str = "O=Acme Co; CN=Kubernetes Ingress Controller Fake Certificate";

/// Bytes that a compiled path may take.
const PATTERN_MAX: usize = 1 << 20;

/// Where a request goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// To a port of a Service, with this path.
    Backend {
        /// The Service.
        service: ObjectKey,
        /// Its port.
        port: u16,
        /// The path with query as the Service shall see it.
        path: String,
    },
    /// To the same address over TLS.
    Redirect(String),
    /// The controller itself, of whose health the server of no particular host tells.
    Healthy,
    /// The Service or its port does not exist.
    Unavailable,
    /// No rule fits.
    Nowhere,
}

/// Whether a Pod is one of the controller's and ready.
pub(crate) fn is_ready_controller(pod: &Object) -> bool {
    pod.namespace() == CONTROLLER_NAMESPACE
        && pod.label("app.kubernetes.io/component") == Some("controller")
        && pod.condition_is_true("Ready")
        && !pod.is_terminating()
}

/// The controller's Pod, if one is ready.
pub(crate) fn controller(registry: &Registry) -> Option<Arc<Object>> {
    registry.store().list(&POD, Some(CONTROLLER_NAMESPACE)).find(|pod| is_ready_controller(pod)).cloned()
}

/// Whether an Ingress is of a class that ingress-nginx serves (`GetIngressClass`).
pub(crate) fn is_ours(registry: &Registry, ingress: &Object) -> bool {
    let class = ingress.text("/spec/ingressClassName");
    if class.is_empty() {
        let annotation = ingress.annotation(CLASS_ANNOTATION);
        return annotation.map_or_else(|| takes_classless(registry), |class| class == "nginx");
    }
    registry
        .get(&INGRESS_CLASS, &ObjectKey::new("", class))
        .is_ok_and(|class| class.text("/spec/controller") == CONTROLLER)
}

/// Whether the controller serves Ingresses that name no class.
fn takes_classless(registry: &Registry) -> bool {
    controller(registry).is_some_and(|pod| {
        let mut containers = pod.list("/spec/containers").iter();
        containers.any(|container| argument(container, "watch-ingress-without-class") == Some("true"))
    })
}

/// What a container's arguments say of a flag: `--name=value`.
fn argument<'a>(container: &'a Value, name: &str) -> Option<&'a str> {
    let mut words = container["args"].as_array()?.iter().filter_map(Value::as_str);
    words.find_map(|word| word.strip_prefix("--")?.strip_prefix(name)?.strip_prefix('='))
}

/// All Ingresses that ingress-nginx serves. Of two that say the same the older one has the word.
fn ours(registry: &Registry) -> Vec<&Arc<Object>> {
    let mut ingresses: Vec<&Arc<Object>> =
        registry.store().list(&INGRESS, None).filter(|ingress| is_ours(registry, ingress)).collect();
    ingresses.sort_by_key(|ingress| (ingress.creation_timestamp(), ingress.key()));
    ingresses
}

/// A host in small letters, without a port.
fn host_alone(host: &str) -> String {
    let port = host.rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok());
    port.map_or(host, |(host, _)| host).to_ascii_lowercase()
}

/// A rule's path, and how well it fits a request.
struct Candidate<'a> {
    ingress: &'a Object,
    entry: &'a Value,
    /// Exact paths before prefixes, then the longest.
    rank: (bool, usize),
}

/// Where a request with that host and path (with query) goes.
pub(crate) fn target(registry: &Registry, host: &str, path: &str, secure: bool) -> Target {
    let host = host_alone(host);
    let ingresses = ours(registry);
    let server = server_of(&ingresses, &host);
    let path_only = path.split('?').next().unwrap_or_default();
    if path_only == INGRESS_HEALTH && server.as_deref().unwrap_or_default().is_empty() {
        return Target::Healthy;
    }
    let Some(server) = server else { return default_target(registry, &ingresses, path) };
    let mut best: Option<Candidate<'_>> = None;
    for ingress in &ingresses {
        let rules = ingress.list("/spec/rules").iter().filter(|rule| host_of(rule) == server);
        for entry in rules.flat_map(paths_of) {
            let Some(rank) = fit(ingress, entry, path_only) else { continue };
            if best.as_ref().is_none_or(|best| rank > best.rank) {
                best = Some(Candidate { ingress, entry, rank });
            }
        }
    }
    let redirects = || {
        let chosen = best.as_ref().map(|found| found.ingress);
        chosen.and_then(|ingress| ingress.annotation(&format!("{ANNOTATIONS}/ssl-redirect"))) != Some("false")
    };
    if !secure && secured(&ingresses, &host).is_some() && redirects() {
        return Target::Redirect(format!("https://{host}{path}"));
    }
    match best {
        Some(found) => {
            let path = rewritten(found.ingress, found.entry, path);
            backend(registry, found.ingress, &found.entry["backend"], path)
        }
        None => {
            let own = ingresses.iter().find(|ingress| {
                ingress.get("/spec/defaultBackend").is_some_and(Value::is_object)
                    && ingress.list("/spec/rules").iter().any(|rule| host_of(rule) == server)
            });
            match own {
                Some(ingress) => {
                    let default = ingress.get("/spec/defaultBackend").unwrap_or(&Value::Null);
                    backend(registry, ingress, default, path.to_owned())
                }
                None => default_target(registry, &ingresses, path),
            }
        }
    }
}

fn host_of(rule: &Value) -> &str {
    rule["host"].as_str().unwrap_or_default()
}

fn paths_of(rule: &Value) -> impl Iterator<Item = &Value> {
    rule["http"]["paths"].as_array().into_iter().flatten()
}

/// The path of an entry, the root where it says nothing.
fn path_of(entry: &Value) -> &str {
    entry["path"].as_str().filter(|path| !path.is_empty()).unwrap_or("/")
}

/// The host of the rules that a request's host falls under: itself, a wildcard, or any.
fn server_of(ingresses: &[&Arc<Object>], host: &str) -> Option<String> {
    let named = |wanted: &str| {
        ingresses.iter().flat_map(|ingress| ingress.list("/spec/rules")).any(|rule| host_of(rule) == wanted)
    };
    let wildcard = host.split_once('.').map(|(_, rest)| format!("*.{rest}"));
    [Some(host.to_owned()), wildcard, Some(String::new())].into_iter().flatten().find(|name| named(name))
}

/// The backend of an Ingress that has nothing else.
fn default_target(registry: &Registry, ingresses: &[&Arc<Object>], path: &str) -> Target {
    let catch_all = ingresses.iter().find(|ingress| {
        ingress.get("/spec/defaultBackend").is_some_and(Value::is_object)
            && ingress.list("/spec/rules").is_empty()
    });
    match catch_all {
        Some(ingress) => {
            let default = ingress.get("/spec/defaultBackend").unwrap_or(&Value::Null);
            backend(registry, ingress, default, path.to_owned())
        }
        None => Target::Nowhere,
    }
}

fn is_regular(ingress: &Object) -> bool {
    ingress.annotation(&format!("{ANNOTATIONS}/use-regex")) == Some("true")
        || ingress.annotation(&format!("{ANNOTATIONS}/rewrite-target")).is_some()
}

/// How well a path entry fits; `None` when it does not.
fn fit(ingress: &Object, entry: &Value, path: &str) -> Option<(bool, usize)> {
    let wanted = path_of(entry);
    let exact = entry["pathType"] == "Exact";
    let fits = if exact {
        path == wanted
    } else if is_regular(ingress) {
        captures(wanted, path).is_some()
    } else if entry["pathType"] == "Prefix" {
        let folder = wanted.trim_end_matches('/');
        path == folder || path.starts_with(&format!("{folder}/"))
    } else {
        path.starts_with(wanted)
    };
    fits.then_some((exact, wanted.len()))
}

/// The groups of a pattern at the beginning of a path (`location ~* "^PATTERN"`); a group that takes no
/// part is empty. `None` when the path does not begin so, or the pattern is none.
fn captures(pattern: &str, path: &str) -> Option<Vec<String>> {
    let pattern = format!("^{}", pattern.trim_start_matches('^'));
    let pattern = RegexBuilder::new(&pattern).case_insensitive(true).size_limit(PATTERN_MAX).build().ok()?;
    let found = pattern.captures(path)?;
    let group =
        |group: Option<regex::Match<'_>>| group.map_or_else(String::new, |group| group.as_str().to_owned());
    Some(found.iter().skip(1).map(group).collect())
}

/// The path with query after `rewrite-target`.
fn rewritten(ingress: &Object, entry: &Value, path: &str) -> String {
    let Some(target) = ingress.annotation(&format!("{ANNOTATIONS}/rewrite-target")) else {
        return path.to_owned();
    };
    let (path, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
    let groups = captures(path_of(entry), path).unwrap_or_default();
    let mut text = target.to_owned();
    for (index, group) in groups.iter().enumerate().rev() {
        text = text.replace(&format!("${}", index + 1), group);
    }
    match query {
        Some(query) => format!("{text}?{query}"),
        None => text,
    }
}

/// The Ingress by which a host has a certificate: the first with rules for it that speaks of TLS.
fn secured<'a>(ingresses: &[&'a Arc<Object>], host: &str) -> Option<&'a Object> {
    let server = server_of(ingresses, host).filter(|server| !server.is_empty())?;
    let found = ingresses.iter().find(|ingress| {
        !ingress.list("/spec/tls").is_empty()
            && ingress.list("/spec/rules").iter().any(|rule| host_of(rule).eq_ignore_ascii_case(&server))
    });
    found.map(|ingress| &***ingress)
}

/// Whether a host has a certificate, be it the default one.
pub(crate) fn is_secured(registry: &Registry, host: &str) -> bool {
    secured(&ours(registry), &host_alone(host)).is_some()
}

/// The certificate for a host (`createServers`): of the Secret that its Ingress names, or the default one
/// when there is none, or it is for another host.
pub(crate) fn certificate(registry: &Registry, host: &str) -> ServerCertificate {
    let host = host_alone(host);
    let found = secured(&ours(registry), &host).and_then(|ingress| {
        let read = |entry: &Value| {
            let key = ObjectKey::new(ingress.namespace(), entry["secretName"].as_str()?);
            let secret = registry.get(&SECRET, &key).ok()?;
            secret.get("/data/tls.key")?;
            let bytes = STANDARD.decode(secret.get("/data/tls.crt")?.as_str()?).ok()?;
            server_certificate(&bytes).filter(|certificate| certificate.is_for(&host))
        };
        let lists = |entry: &&Value| {
            let hosts = entry["hosts"].as_array().into_iter().flatten();
            hosts.filter_map(Value::as_str).any(|listed| listed.eq_ignore_ascii_case(&host))
        };
        let entries = ingress.list("/spec/tls");
        match entries.iter().find(lists) {
            Some(entry) => read(entry),
            None => entries.iter().find_map(read),
        }
    });
    found.unwrap_or_else(|| ServerCertificate {
        subject: FAKE_CERTIFICATE.to_owned(),
        issuer: FAKE_CERTIFICATE.to_owned(),
        names: vec!["ingress.local".to_owned()],
        ..ServerCertificate::default()
    })
}

fn backend(registry: &Registry, ingress: &Object, backend: &Value, path: String) -> Target {
    let (name, port) = (backend["service"]["name"].as_str().unwrap_or_default(), &backend["service"]["port"]);
    let key = ObjectKey::new(ingress.namespace(), name);
    let Ok(service) = registry.get(&SERVICE, &key) else { return Target::Unavailable };
    let entry = service.list("/spec/ports").iter().find(|entry| match port["number"].as_u64() {
        Some(number) if number > 0 => entry["port"].as_u64() == Some(number),
        _ => entry["name"] == port["name"],
    });
    match entry.and_then(|entry| u16::try_from(entry["port"].as_u64()?).ok()) {
        Some(port) => Target::Backend { service: key, port, path },
        None => Target::Unavailable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apimachinery::Kind;
    use crate::base::{Random, Timestamp, json};
    use crate::cluster::registry::WriteOptions;

    fn create(registry: &mut Registry, kind: &'static Kind, name: &str, annotations: Value, spec: Value) {
        let mut object = Object::new(kind, if kind.namespaced { "default" } else { "" }, name);
        object.set("/metadata/annotations", annotations);
        object.set("/spec", spec);
        let namespace = object.namespace().to_owned();
        registry.create(kind, &namespace, object, &WriteOptions::component("test")).unwrap();
    }

    pub(super) fn path(path: &str, kind: &str, service: &str) -> Value {
        json!({"path": path, "pathType": kind, "backend": {"service": {"name": service, "port": {"number": 80}}}})
    }

    /// Services `web` and `api`, and Ingresses with these rules, by annotations.
    pub(super) fn registry(ingresses: &[(Value, Value)]) -> Registry {
        let mut registry = Registry::new(Timestamp::UNIX_EPOCH, Random::seeded(1));
        let none = || json!({});
        create(&mut registry, &crate::apimachinery::builtin::NAMESPACE, "default", none(), none());
        create(&mut registry, &INGRESS_CLASS, "nginx", none(), json!({"controller": CONTROLLER}));
        for name in ["web", "api"] {
            create(&mut registry, &SERVICE, name, none(), json!({"ports": [{"port": 80}]}));
        }
        for (number, (annotations, spec)) in ingresses.iter().enumerate() {
            let mut spec = spec.clone();
            spec["ingressClassName"] = json!("nginx");
            create(&mut registry, &INGRESS, &format!("i{number}"), annotations.clone(), spec);
        }
        registry
    }

    fn reached(registry: &Registry, host: &str, path: &str) -> String {
        match target(registry, host, path, false) {
            Target::Backend { service, path, .. } => format!("{} {path}", service.name),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn requests_follow_hosts_and_the_best_path() {
        let rules = json!({"rules": [
            {"host": "shop.test", "http": {"paths": [path("/", "Prefix", "web"), path("/api", "Prefix", "api"),
                path("/api/exact", "Exact", "web")]}},
            {"host": "*.any.test", "http": {"paths": [path("/x", "ImplementationSpecific", "api")]}}]});
        let registry = registry(&[(json!({}), rules)]);
        for (host, path, expected) in [
            ("shop.test", "/", "web /"),
            ("SHOP.test:8080", "/apple", "web /apple"),
            ("shop.test", "/api", "api /api"),
            ("shop.test", "/api/v1?a=b", "api /api/v1?a=b"),
            ("shop.test", "/api/exact", "web /api/exact"),
            ("a.any.test", "/xyz", "api /xyz"),
            ("a.any.test", "/", "Nowhere"),
            ("a.b.any.test", "/x", "Nowhere"),
            ("other.test", "/", "Nowhere"),
        ] {
            assert_eq!(reached(&registry, host, path), expected, "{host}{path}");
        }
    }

    #[test]
    fn annotations_rewrite_and_redirect() {
        let rewrite = json!({"nginx.ingress.kubernetes.io/rewrite-target": "/$2"});
        let rules = json!({"rules": [
            {"http": {"paths": [path("/app(/|$)(.*)", "ImplementationSpecific", "web")]}}]});
        let tls = json!({"tls": [{"hosts": ["safe.test"], "secretName": "cert"}],
            "rules": [{"host": "safe.test", "http": {"paths": [path("/", "Prefix", "web")]}}]});
        let default = json!({"defaultBackend": {"service": {"name": "gone", "port": {"number": 80}}}});
        let registry = registry(&[(rewrite, rules), (json!({}), tls), (json!({}), default)]);
        assert_eq!(reached(&registry, "any", "/app/a/b?c=d"), "web /a/b?c=d");
        assert_eq!(reached(&registry, "any", "/app"), "web /");
        assert_eq!(reached(&registry, "safe.test", "/x"), "Redirect(\"https://safe.test/x\")");
        assert_eq!(reached(&registry, "any", "/other"), "Unavailable");
        assert_eq!(reached(&registry, "10.244.0.9:10254", "/healthz"), "Healthy");
        assert_eq!(reached(&registry, "safe.test", "/healthz"), "Redirect(\"https://safe.test/healthz\")");
    }

    #[test]
    fn hosts_show_the_certificate_of_their_secret_or_a_default_one() {
        let rule = |host: &str| json!({"host": host, "http": {"paths": [path("/", "Prefix", "web")]}});
        let tls = |host: &str, secret: &str| {
            json!({"tls": [{"hosts": [host], "secretName": secret}],
            "rules": [rule(host), rule(&format!("more.{host}"))]})
        };
        let off = json!({"nginx.ingress.kubernetes.io/ssl-redirect": "false"});
        let mut registry = registry(&[
            (json!({}), tls("safe.test", "cert")),
            (json!({}), tls("other.test", "cert")),
            (off, tls("gone.test", "missing")),
            (json!({}), json!({"rules": [rule("plain.test")]})),
        ]);
        let pair = rcgen::generate_simple_self_signed(vec!["safe.test".to_owned()]).unwrap();
        let mut secret = Object::new(&SECRET, "default", "cert");
        secret.set("/type", "kubernetes.io/tls");
        secret.set("/data", json!({
            "tls.crt": STANDARD.encode(pair.cert.pem()), "tls.key": STANDARD.encode(pair.signing_key.serialize_pem())}));
        registry.create(&SECRET, "default", secret, &WriteOptions::component("test")).unwrap();
        let shown = |host: &str| {
            let shown = certificate(&registry, host);
            (shown.subject == FAKE_CERTIFICATE, is_secured(&registry, host))
        };
        assert_eq!(shown("SAFE.test:443"), (false, true));
        assert_eq!(shown("more.safe.test"), (true, true));
        assert_eq!(shown("other.test"), (true, true));
        assert_eq!(shown("gone.test"), (true, true));
        assert_eq!(shown("plain.test"), (true, false));
        assert_eq!(reached(&registry, "more.safe.test", "/"), "Redirect(\"https://more.safe.test/\")");
        assert_eq!(reached(&registry, "gone.test", "/"), "web /");
    }
}
