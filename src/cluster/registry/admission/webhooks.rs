//! Webhooks: who is asked about a write, and what follows from the answer
//! (`apiserver/pkg/admission/plugin/webhook`).

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::apimachinery::{Kind, Object, Status, apply_operations, builtin};
use crate::base::{Value, json};

use super::super::Registry;
use super::matching::{Request, conditions_hold, matches};
use super::mutations::decoded;
use super::{Attributes, Called, is_due};

/// What is said where the server would be a program that is not modelled.
const NOBODY: &str = "not simulated: webhook servers but for agnhost's; delete the configuration, or let it have failurePolicy Ignore";

/// Kinds about which no webhook is asked, lest it locks itself in.
const EXEMPT: &[&str] = &["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];

/// Asks the webhooks that only look; gives back their warnings.
pub(super) fn validate(registry: &Registry, request: Request<'_>) -> Result<Vec<String>, Status> {
    ask_all(registry, &builtin::VALIDATING_WEBHOOK_CONFIGURATION, request)
}

/// Asks the webhooks that may change something about a request in which nothing can be changed.
pub(super) fn ask_mutating(registry: &Registry, request: Request<'_>) -> Result<Vec<String>, Status> {
    ask_all(registry, &builtin::MUTATING_WEBHOOK_CONFIGURATION, request)
}

fn ask_all(
    registry: &Registry,
    configurations: &'static Kind,
    request: Request<'_>,
) -> Result<Vec<String>, Status> {
    let mut warnings = Vec::new();
    for (_, webhook) in webhooks(&listed(registry, configurations, request.kind)) {
        if concerns(registry, webhook, request)?
            && let Some(response) = ask(registry, webhook, request)?
        {
            let said = response["warnings"].as_array().into_iter().flatten().filter_map(Value::as_str);
            warnings.extend(said.map(str::to_owned));
        }
    }
    Ok(warnings)
}

/// Lets webhooks change an object; whether one has.
pub(super) fn mutate(
    registry: &Registry,
    attributes: &Attributes<'_>,
    object: &mut Object,
    called: &mut Called,
) -> Result<bool, Status> {
    let mut changed = false;
    let listed = listed(registry, &builtin::MUTATING_WEBHOOK_CONFIGURATION, attributes.kind);
    for (configuration, webhook) in webhooks(&listed) {
        let name = webhook["name"].as_str().unwrap_or_default();
        let key = (configuration.to_owned(), name.to_owned());
        if !is_due(called, &key, webhook.get("reinvocationPolicy"), object)
            || !concerns(registry, webhook, attributes.request(object))?
        {
            continue;
        }
        let response = ask(registry, webhook, attributes.request(object))?;
        if let Some(patch) = response.as_ref().and_then(|response| response["patch"].as_str()) {
            let next = patched(attributes.kind, object, patch)?;
            changed |= next != *object;
            *object = next;
        }
        called.insert(key, object.clone());
    }
    Ok(changed)
}

/// The configurations of one kind that may mean a request.
fn listed(registry: &Registry, configurations: &'static Kind, kind: &'static Kind) -> Vec<Arc<Object>> {
    if kind.group == configurations.group && EXEMPT.contains(&kind.kind) {
        return Vec::new();
    }
    registry.store().list(configurations, None).cloned().collect()
}

/// Their webhooks, with the names of the configurations.
fn webhooks(configurations: &[Arc<Object>]) -> impl Iterator<Item = (&str, &Value)> {
    configurations.iter().flat_map(|configuration| {
        configuration.list("/webhooks").iter().map(|webhook| (configuration.name(), webhook))
    })
}

/// Whether a webhook is to be asked.
///
/// # Errors
/// When its conditions cannot be told, and that matters.
fn concerns(registry: &Registry, webhook: &Value, request: Request<'_>) -> Result<bool, Status> {
    let has_rules = webhook["rules"].as_array().is_some_and(|rules| !rules.is_empty());
    if !has_rules || !matches(registry, webhook, "rules", request) {
        return Ok(false);
    }
    match conditions_hold(&webhook["matchConditions"], &request.variables(registry)) {
        Ok(holds) => Ok(holds),
        Err(_) if webhook["failurePolicy"] == "Ignore" => Ok(false),
        Err(why) => Err(Status::forbidden(request.kind, request.name(), &why)),
    }
}

/// Asks one webhook; `None` when it does not answer and need not.
fn ask(registry: &Registry, webhook: &Value, request: Request<'_>) -> Result<Option<Value>, Status> {
    let name = webhook["name"].as_str().unwrap_or_default();
    let harmless = webhook["sideEffects"] == "None" || webhook["sideEffects"] == "NoneOnDryRun";
    if request.options.dry_run && !harmless {
        return Err(Status::bad_request(format!("admission webhook {name:?} does not support dry run")));
    }
    let timeout = webhook["timeoutSeconds"].as_i64().unwrap_or(10);
    match registry.call_webhook(&webhook["clientConfig"], timeout, &review(webhook, request), NOBODY) {
        Ok(answer) if answer["response"]["allowed"] == true => Ok(Some(answer["response"].clone())),
        Ok(answer) => Err(denial(name, &answer["response"]["status"])),
        Err(_) if webhook["failurePolicy"] == "Ignore" => Ok(None),
        Err(why) => {
            Err(Status::internal(format!("failed calling webhook {name:?}: failed to call webhook: {why}")))
        }
    }
}

/// What a webhook is sent.
fn review(webhook: &Value, request: Request<'_>) -> Value {
    let versions = webhook["admissionReviewVersions"].as_array();
    let version = versions.into_iter().flatten().find(|version| **version == "v1" || **version == "v1beta1");
    let version = version.and_then(Value::as_str).unwrap_or("v1");
    let value =
        |object: Option<&Object>| object.map_or(Value::Null, |object| object.published().into_owned());
    let mut asked = request.request_value();
    asked["object"] = value(request.object);
    asked["oldObject"] = value(request.old);
    json!({"kind": "AdmissionReview", "apiVersion": format!("admission.k8s.io/{version}"), "request": asked})
}

/// The refusal of a webhook (`webhookerrors.ToStatusErr`).
fn denial(name: &str, status: &Value) -> Status {
    let text = |field: &str| status[field].as_str().filter(|text| !text.is_empty());
    let why = text("message").or(text("reason")).map(|why| format!(": {why}"));
    let code = status["code"].as_u64().and_then(|code| u16::try_from(code).ok()).unwrap_or_default().max(400);
    let message = format!(
        "admission webhook {name:?} denied the request{}",
        why.as_deref().unwrap_or(" without explanation")
    );
    Status::failure(code, text("reason").unwrap_or_default(), message)
}

/// The object with a webhook's patch (JSON, in base64) applied.
///
/// # Errors
/// What is wrong with the patch.
fn patched(kind: &'static Kind, object: &Object, patch: &str) -> Result<Object, Status> {
    let bytes = STANDARD.decode(patch).map_err(|error| Status::internal(error.to_string()))?;
    let operations: Vec<Value> =
        serde_json::from_slice(&bytes).map_err(|error| Status::internal(error.to_string()))?;
    let changed = apply_operations(object.value(), &operations)
        .map_err(|unapplied| Status::internal(unapplied.reason()))?;
    // As upstream: what the kind does not have is dropped without a word.
    decoded(kind, &changed).map(|(next, _)| next)
}
