//! What ingress-nginx refuses and warns of, as its admission webhook does (`internal/ingress/controller`,
//! `internal/ingress/inspector`).

use crate::apimachinery::builtin::CONFIG_MAP;
use crate::apimachinery::{Object, ObjectKey};
use crate::base::{Value, json};

use super::super::registry::{Registry, WebhookAnswer, WebhookServer};
use super::super::runtime::image_named;
use super::{ANNOTATIONS, CONTROLLER_NAMESPACE, argument, host_of, is_ours, ours, path_of, paths_of};

/// The controller's program in the catalogue of images.
const PROGRAM: &str = "ingress-nginx";
/// The ConfigMap with the controller's settings.
const SETTINGS: &str = "ingress-nginx-controller";
/// What the controller calls the server of rules without a host.
const ANY_HOST: &str = "_";
/// Annotations that no longer do anything.
const DEPRECATED: &[&str] = &[
    "enable-influxdb",
    "influxdb-host",
    "influxdb-measurement",
    "influxdb-port",
    "influxdb-server-name",
    "secure-verify-ca-secret",
];

/// The webhook that the controller answers (`internal/admission/controller`).
#[derive(Debug)]
pub(crate) struct IngressNginxWebhook;

impl WebhookServer for IngressNginxWebhook {
    fn certificate_file(&self, container: &Value, port: u16) -> Option<String> {
        image_named(container["image"].as_str()?).filter(|image| image.program == PROGRAM)?;
        let own: u16 = argument(container, "validating-webhook")?.rsplit_once(':')?.1.parse().ok()?;
        let file = argument(container, "validating-webhook-certificate")?;
        (own == port).then(|| file.to_owned())
    }

    fn answer(&self, registry: &Registry, _: &Value, _: &str, review: &Value) -> Option<WebhookAnswer> {
        let ingress = Object::from_value(review["request"]["object"].clone())?;
        let mut response = match objection(registry, &ingress) {
            Some(why) => json!({"allowed": false, "status": {
                "status": "Failure", "code": 400, "reason": "BadRequest", "message": why,
            }}),
            None => json!({"allowed": true}),
        };
        response["warnings"] = warnings(&ingress).into();
        Some(WebhookAnswer::to(review, response))
    }
}

/// What an Ingress is warned of, of whichever class it is (`CheckWarning`).
fn warnings(ingress: &Object) -> Vec<String> {
    let annotations = ingress.map("/metadata/annotations").into_iter().flatten();
    let deprecated = annotations.map(|(name, _)| name).filter(|name| {
        let short = name.strip_prefix(ANNOTATIONS).and_then(|rest| rest.strip_prefix('/'));
        DEPRECATED.contains(&short.unwrap_or(name))
    });
    let deprecated = deprecated.map(|name| format!("annotation {name} is deprecated"));
    deprecated.chain(invalid_paths(ingress)).collect()
}

/// Why an Ingress is refused (`CheckIngress`).
fn objection(registry: &Registry, ingress: &Object) -> Option<String> {
    if ingress.is_terminating() || !is_ours(registry, ingress) {
        return None;
    }
    let invalid: Vec<String> = invalid_paths(ingress).collect();
    if !invalid.is_empty() && is_set(registry, "strict-validate-path-type", true) {
        return Some(format!("ingress contains invalid paths: {}", invalid.join("\n")));
    }
    let mut annotations = ingress.map("/metadata/annotations").into_iter().flatten();
    let snippet = annotations.find(|(name, _)| name.ends_with("-snippet"));
    if let Some((name, _)) = snippet
        && !is_set(registry, "allow-snippet-annotations", false)
    {
        return Some(format!(
            "{name} annotation cannot be used. Snippet directives are disabled by the Ingress administrator"
        ));
    }
    overlap(registry, ingress)
}

fn is_set(registry: &Registry, setting: &str, default: bool) -> bool {
    let settings = registry.get(&CONFIG_MAP, &ObjectKey::new(CONTROLLER_NAMESPACE, SETTINGS)).ok();
    let told = settings.and_then(|settings| settings.get("/data")?.get(setting)?.as_str()?.parse().ok());
    told.unwrap_or(default)
}

/// The paths that only `ImplementationSpecific` may have (`ValidatePathType`).
fn invalid_paths(ingress: &Object) -> impl Iterator<Item = String> {
    let plain = |path: &str| {
        let mut rest = path.strip_prefix('/').into_iter().flat_map(str::chars);
        path.starts_with('/') && rest.all(|c| c.is_ascii_alphanumeric() || "._-/".contains(c))
    };
    let entries = ingress.list("/spec/rules").iter().flat_map(paths_of);
    entries.filter_map(move |entry| {
        let (path, kind) = (entry["path"].as_str().unwrap_or_default(), entry["pathType"].as_str()?);
        let invalid = kind != "ImplementationSpecific" && !path.is_empty() && !plain(path);
        invalid.then(|| format!("path {path} cannot be used with pathType {kind}"))
    })
}

/// Who else has the first path of an Ingress that somebody else has (`checkOverlap`). As upstream, a path
/// that is shared with a canary, or that the Ingress itself has already, ends the search.
fn overlap(registry: &Registry, ingress: &Object) -> Option<String> {
    let key = ingress.key();
    let others: Vec<&Object> =
        ours(registry).into_iter().map(|other| &**other).filter(|other| other.key() != key).collect();
    for rule in ingress.list("/spec/rules") {
        for entry in paths_of(rule).filter(|entry| has_service(entry)) {
            let (host, path) = (host_of(rule), path_of(entry));
            let mut owners = owners(&others, ingress, host, path);
            if owners.is_empty() {
                continue;
            }
            if is_marked_canary(ingress) || owners.iter().any(|owner| owner.key() == key) {
                return None;
            }
            owners.retain(|owner| !is_marked_canary(owner));
            let owner = owners.first()?;
            let host = if host.is_empty() { ANY_HOST } else { host };
            return Some(format!(
                "host \"{host}\" and path \"{path}\" is already defined in ingress {}",
                owner.key()
            ));
        }
    }
    None
}

/// The Ingresses that have a path of a host, one for each type of path: the first to say so.
fn owners<'a>(others: &[&'a Object], ingress: &'a Object, host: &str, path: &str) -> Vec<&'a Object> {
    let mut found: Vec<(bool, &Object)> = Vec::new();
    let all = others.iter().copied().chain([ingress]);
    for candidate in all.filter(|candidate| !is_canary(candidate)) {
        let rules = candidate.list("/spec/rules").iter().filter(|rule| host_of(rule) == host);
        for entry in rules.flat_map(paths_of).filter(|entry| has_service(entry) && path_of(entry) == path) {
            // What is left to the controller is a prefix to it.
            let exact = entry["pathType"] == "Exact";
            if found.iter().all(|(known, _)| *known != exact) {
                found.push((exact, candidate));
            }
        }
    }
    found.into_iter().map(|(_, owner)| owner).collect()
}

fn has_service(entry: &Value) -> bool {
    entry["backend"]["service"].is_object()
}

fn canary(ingress: &Object) -> Option<&str> {
    ingress.annotation(&format!("{ANNOTATIONS}/canary"))
}

/// Whether an Ingress says of itself that it is a canary, or none.
fn is_marked_canary(ingress: &Object) -> bool {
    canary(ingress).is_some()
}

/// Whether an Ingress only takes a share of what another one gets.
fn is_canary(ingress: &Object) -> bool {
    canary(ingress) == Some("true")
}

#[cfg(test)]
mod tests {
    use super::super::tests::{path, registry};
    use super::*;
    use crate::apimachinery::builtin::{INGRESS, NAMESPACE};
    use crate::base::json;
    use crate::cluster::registry::WriteOptions;

    fn ingress(name: &str, annotations: Value, spec: Value) -> Object {
        let mut object = Object::new(&INGRESS, "default", name);
        object.set("/metadata/annotations", annotations);
        object.set("/spec", spec);
        object.set("/spec/ingressClassName", "nginx");
        object
    }

    fn rule(host: &str, paths: Value) -> Value {
        json!({"host": host, "http": {"paths": paths}})
    }

    #[test]
    fn two_ingresses_cannot_have_the_same_path_of_a_host() {
        let (web, any) =
            (path("/", "Prefix", "web"), json!({"http": {"paths": [path("/pay", "Prefix", "web")]}}));
        let registry = registry(&[(json!({}), json!({"rules": [rule("shop.test", json!([web])), any]}))]);
        let said = |name: &str, annotations: Value, rules: Value| {
            objection(&registry, &ingress(name, annotations, json!({"rules": rules})))
        };
        let again = || json!([rule("shop.test", json!([path("/", "ImplementationSpecific", "api")]))]);
        let why = "host \"shop.test\" and path \"/\" is already defined in ingress default/i0";
        assert_eq!(said("b", json!({}), again()).as_deref(), Some(why));
        assert_eq!(said("i0", json!({}), again()), None);
        let canary = json!({"nginx.ingress.kubernetes.io/canary": "true"});
        assert_eq!(said("b", canary, again()), None);
        let exact = json!([rule("shop.test", json!([path("/", "Exact", "api")]))]);
        assert_eq!(said("b", json!({}), exact), None);
        let other = json!([rule("other.test", json!([path("/", "Prefix", "api")]))]);
        assert_eq!(said("b", json!({}), other), None);
        let pay = json!([{"http": {"paths": [path("/pay", "Prefix", "api")]}}]);
        let why = "host \"_\" and path \"/pay\" is already defined in ingress default/i0";
        assert_eq!(said("b", json!({}), pay).as_deref(), Some(why));
        let mut foreign = ingress("b", json!({}), json!({"rules": again()}));
        foreign.set("/spec/ingressClassName", "traefik");
        assert_eq!(objection(&registry, &foreign), None);
    }

    #[test]
    fn patterns_need_the_type_of_path_that_is_left_to_the_controller() {
        let mut registry = registry(&[]);
        let with = |kind: &str| {
            let paths = json!([path("/a(/|$)(.*)", kind, "web"), path("/b.html", kind, "web")]);
            ingress("b", json!({}), json!({"rules": [rule("shop.test", paths)]}))
        };
        let (invalid, fine) = (with("Prefix"), with("ImplementationSpecific"));
        let warning = "path /a(/|$)(.*) cannot be used with pathType Prefix";
        assert_eq!(warnings(&invalid), [warning]);
        let why = format!("ingress contains invalid paths: {warning}");
        assert_eq!(objection(&registry, &invalid), Some(why));
        assert_eq!((warnings(&fine).len(), objection(&registry, &fine)), (0, None));
        let options = WriteOptions::component("test");
        let namespace = Object::new(&NAMESPACE, "", CONTROLLER_NAMESPACE);
        registry.create(&NAMESPACE, "", namespace, &options).unwrap();
        let mut settings = Object::new(&CONFIG_MAP, CONTROLLER_NAMESPACE, SETTINGS);
        settings.set("/data", json!({"strict-validate-path-type": "false"}));
        registry.create(&CONFIG_MAP, CONTROLLER_NAMESPACE, settings, &options).unwrap();
        assert_eq!(objection(&registry, &invalid), None);
    }

    #[test]
    fn snippets_are_refused_until_they_are_allowed() {
        let registry = registry(&[]);
        let name = "nginx.ingress.kubernetes.io/configuration-snippet";
        let spec = json!({"rules": [rule("shop.test", json!([path("/", "Prefix", "web")]))]});
        let why = objection(&registry, &ingress("b", json!({name: "return 200;"}), spec)).unwrap();
        assert!(why.starts_with(name) && why.contains("Snippet directives are disabled"), "{why}");
    }
}
