//! Webhooks: nobody can answer them in this cluster, so a call fails as upstream's would, and its
//! `failurePolicy` says what follows (`apiserver/pkg/admission/plugin/webhook`).

use serde_json::Value;

use crate::apimachinery::{Kind, ObjectKey, Status, builtin};

use super::super::Registry;
use super::matching::{Request, conditions_hold, matches};

/// Kinds about which no webhook is asked, lest it locks itself in.
const EXEMPT: &[&str] = &["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];

/// Calls the webhooks of one kind of configuration that the request concerns.
pub(super) fn call(
    registry: &Registry,
    configurations: &'static Kind,
    request: Request<'_>,
) -> Result<(), Status> {
    if request.kind.group == configurations.group && EXEMPT.contains(&request.kind.kind) {
        return Ok(());
    }
    for configuration in registry.store().list(configurations, None) {
        for webhook in configuration.list("/webhooks") {
            let has_rules = webhook["rules"].as_array().is_some_and(|rules| !rules.is_empty());
            if !has_rules || !matches(registry, webhook, "rules", request) {
                continue;
            }
            let fails = webhook["failurePolicy"] != "Ignore";
            match conditions_hold(&webhook["matchConditions"], &request.variables(registry)) {
                Ok(false) => continue,
                Err(_) if !fails => continue,
                _ => {}
            }
            if fails {
                let name = webhook["name"].as_str().unwrap_or_default();
                let why = failure(registry, webhook);
                return Err(Status::internal(format!(
                    "failed calling webhook {name:?}: failed to call webhook: {why}"
                )));
            }
        }
    }
    Ok(())
}

/// Why a webhook does not answer.
fn failure(registry: &Registry, webhook: &Value) -> String {
    let nobody =
        "not simulated: webhook servers; delete the configuration, or let it have failurePolicy Ignore";
    let timeout = webhook["timeoutSeconds"].as_i64().unwrap_or(10);
    let client = &webhook["clientConfig"];
    if let Some(url) = client["url"].as_str() {
        return format!("Post \"{url}?timeout={timeout}s\": {nobody}");
    }
    let text = |field: &str| client["service"][field].as_str().unwrap_or_default();
    let (name, namespace) = (text("name"), text("namespace"));
    let port = client["service"]["port"].as_i64().unwrap_or(443);
    let url = format!("https://{name}.{namespace}.svc:{port}{}?timeout={timeout}s", text("path"));
    let key = ObjectKey::new(namespace, name);
    let why = if registry.store().get(&builtin::SERVICE, &key).is_none() {
        format!("service {name:?} not found")
    } else {
        let endpoints = registry.store().get(&builtin::ENDPOINTS, &key);
        let ready = endpoints.is_some_and(|found| {
            found
                .list("/subsets")
                .iter()
                .any(|subset| subset["addresses"].as_array().is_some_and(|all| !all.is_empty()))
        });
        if ready { nobody.to_owned() } else { format!("no endpoints available for service {name:?}") }
    };
    format!("Post \"{url}\": {why}")
}
