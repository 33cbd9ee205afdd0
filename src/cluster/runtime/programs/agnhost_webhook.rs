//! `agnhost webhook`: what the admission webhooks of Kubernetes' own suites answer
//! (`test/images/agnhost/webhook`).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::base::{Value, json};

use super::super::super::registry::{Registry, WebhookAnswer, WebhookServer};
use super::super::images::image_named;
use super::agnhost::{flag, subcommand_of};

/// The key that says what to refuse.
const MARK: &str = "webhook-e2e-test";
/// Its value for what is refused.
const DISALLOWED: &str = "webhook-disallow";
/// Seconds that the slow one takes.
const DELAY: i64 = 5;
/// Longer than anybody waits.
const FOR_EVER: i64 = i64::MAX;

/// `agnhost webhook`.
#[derive(Debug)]
pub(crate) struct AgnhostWebhook;

impl WebhookServer for AgnhostWebhook {
    fn certificate_file(&self, container: &Value, port: u16) -> Option<String> {
        let words = words_of(container, "webhook")?;
        let own = flag(&words, "port").map_or(Some(443), |port| port.parse().ok())?;
        if own == port { flag(&words, "tls-cert-file") } else { None }
    }

    fn answer(&self, _: &Registry, container: &Value, path: &str, body: &Value) -> Option<WebhookAnswer> {
        let request = &body["request"];
        let (mut after, object) = (0, &request["object"]);
        let response = match path {
            "/always-allow-delay-5s" => {
                after = DELAY;
                allowed()
            }
            "/always-deny" => denied("message", "this webhook denies all requests"),
            "/add-label" => add_label(object),
            "/pods" => {
                if object["metadata"]["labels"][MARK] == "wait-forever" {
                    after = FOR_EVER;
                }
                judged_pod(object)
            }
            "/pods/attach" => judged_attachment(request),
            "/mutating-pods" => with_init_container(object),
            "/mutating-pods-sidecar" => {
                with_sidecar(object, flag(&words_of(container, "webhook")?, "sidecar-image"))
            }
            "/configmaps" => judged_data(request, "configmap"),
            "/custom-resource" => judged_data(request, "custom resource"),
            "/mutating-configmaps" | "/mutating-custom-resource" => with_stages(object),
            "/crd" if object["metadata"]["labels"][MARK] == DISALLOWED => {
                denied("message", "the crd contains unwanted label")
            }
            "/crd" => allowed(),
            _ => return None,
        };
        Some(WebhookAnswer { after, ..WebhookAnswer::to(body, response) })
    }
}

/// The command line of a container in which agnhost runs a subcommand.
pub(super) fn words_of(container: &Value, subcommand: &str) -> Option<Vec<String>> {
    let image = image_named(container["image"].as_str()?).filter(|image| image.program == "agnhost")?;
    let texts = |field: &str| {
        let words = container[field].as_array()?.iter().filter_map(Value::as_str).map(str::to_owned);
        Some(words.collect::<Vec<_>>()).filter(|words| !words.is_empty())
    };
    let entrypoint = || image.entrypoint.iter().map(|word| (*word).to_owned()).collect();
    let mut words = texts("command").unwrap_or_else(entrypoint);
    words.extend(texts("args").unwrap_or_default());
    (subcommand_of(&words) == subcommand).then_some(words)
}

fn allowed() -> Value {
    json!({"allowed": true})
}

fn denied(field: &str, why: &str) -> Value {
    json!({"allowed": false, "status": {field: why}})
}

fn patching(operations: &Value) -> Value {
    let patch = STANDARD.encode(operations.to_string());
    json!({"allowed": true, "patchType": "JSONPatch", "patch": patch})
}

fn add_label(object: &Value) -> Value {
    let labels = object["metadata"]["labels"].as_object().filter(|labels| !labels.is_empty());
    let one = "/metadata/labels/added-label";
    match labels.map(|labels| labels.get("added-label")) {
        None => {
            patching(&json!([{"op": "add", "path": "/metadata/labels", "value": {"added-label": "yes"}}]))
        }
        Some(None) => patching(&json!([{"op": "add", "path": one, "value": "yes"}])),
        Some(Some(label)) if label != "yes" => {
            patching(&json!([{"op": "replace", "path": one, "value": "yes"}]))
        }
        Some(Some(_)) => allowed(),
    }
}

fn judged_pod(pod: &Value) -> Value {
    let mut why = Vec::new();
    if pod["metadata"]["labels"][MARK] == DISALLOWED {
        why.push("the pod contains unwanted label;");
    }
    let containers = pod["spec"]["containers"].as_array().into_iter().flatten();
    why.extend(containers.filter_map(|container| {
        let unwanted = container["name"].as_str().is_some_and(|name| name.contains(DISALLOWED));
        unwanted.then_some("the pod contains unwanted container name;")
    }));
    if why.is_empty() { allowed() } else { denied("message", &why.join(" ")) }
}

fn judged_attachment(request: &Value) -> Value {
    let options = &request["object"];
    let meant = request["name"] == "to-be-attached-pod"
        && options["stdin"] == true
        && options["container"] == "container1";
    if meant { denied("message", "attaching to pod 'to-be-attached-pod' is not allowed") } else { allowed() }
}

fn has_container(pod: &Value, list: &str, name: &str) -> bool {
    pod["spec"][list].as_array().is_some_and(|all| all.iter().any(|container| container["name"] == name))
}

fn with_init_container(pod: &Value) -> Value {
    let name = "webhook-added-init-container";
    if pod["metadata"]["name"] != "webhook-to-be-mutated" || has_container(pod, "initContainers", name) {
        return allowed();
    }
    let container = json!({"image": "webhook-added-image", "name": name, "resources": {}});
    patching(&json!([{"op": "add", "path": "/spec/initContainers", "value": [container]}]))
}

fn with_sidecar(pod: &Value, image: Option<String>) -> Value {
    let Some(image) = image.filter(|image| !image.is_empty()) else {
        let why = "No image specified by the sidecar-image parameter";
        return json!({"allowed": false, "status": {"status": "Failure", "message": why, "code": 500}});
    };
    let name = "webhook-added-sidecar";
    if has_container(pod, "containers", name) {
        return allowed();
    }
    let container = json!({"image": image, "name": name, "resources": {}});
    patching(&json!([{"op": "add", "path": "/spec/containers/-", "value": container}]))
}

fn judged_data(request: &Value, what: &str) -> Value {
    let deletes = request["operation"] == "DELETE";
    let data = &request[if deletes { "oldObject" } else { "object" }]["data"];
    match (deletes, data[MARK].as_str()) {
        (false, Some(DISALLOWED)) => {
            let found = if what == "configmap" { "key and value" } else { "data" };
            denied("reason", &format!("the {what} contains unwanted {found}"))
        }
        (true, Some("webhook-nondeletable")) => denied(
            "reason",
            &format!("the {what} cannot be deleted because it contains unwanted key and value"),
        ),
        _ => allowed(),
    }
}

fn with_stages(object: &Value) -> Value {
    let stage = match &object["data"] {
        data if data["mutation-stage-1"] == "yes" => 2,
        data if data["mutation-start"] == "yes" => 1,
        _ => return allowed(),
    };
    let path = format!("/data/mutation-stage-{stage}");
    patching(&json!([{"op": "add", "path": path, "value": "yes"}]))
}
