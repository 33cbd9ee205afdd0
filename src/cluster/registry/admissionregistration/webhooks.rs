//! Rules of webhook configurations.

use serde_json::{Map, Value, json};

use crate::apimachinery::{FieldErrors, Object};
use crate::base::Timestamp;

use super::super::columns::{self, Column};
use super::super::strategy::Strategy;
use super::super::validation::Field;

/// What a client is told: nothing calls a webhook here.
const NOT_CALLED: &str =
    "not simulated: admission webhooks; the configuration is kept, and no request is sent to it";

/// The longest time that a webhook may take, in seconds.
const TIMEOUT_MAX: i64 = 30;

/// `pkg/registry/admissionregistration/validatingwebhookconfiguration`.
pub(crate) struct ValidatingWebhookStrategy;

/// `pkg/registry/admissionregistration/mutatingwebhookconfiguration`.
pub(crate) struct MutatingWebhookStrategy;

const COLUMNS: &[Column] = &[columns::NAME, Column::number("Webhooks"), columns::AGE];

impl Strategy for ValidatingWebhookStrategy {
    fn counts_generations(&self) -> bool {
        true
    }

    fn set_defaults(&self, object: &mut Object) {
        webhooks(object).for_each(set_defaults);
    }

    fn desired_state_changed(&self, new: &Object, old: &Object) -> bool {
        new.get("/webhooks") != old.get("/webhooks")
    }

    fn validate(&self, object: &Object) -> FieldErrors {
        webhook_errors(object)
    }

    fn warnings(&self, object: &Object) -> Vec<String> {
        warnings(object)
    }

    fn columns(&self) -> &'static [Column] {
        COLUMNS
    }

    fn cells(&self, object: &Object, now: Timestamp) -> Vec<Value> {
        cells(object, now)
    }
}

impl Strategy for MutatingWebhookStrategy {
    fn counts_generations(&self) -> bool {
        true
    }

    fn set_defaults(&self, object: &mut Object) {
        for webhook in webhooks(object) {
            set_defaults(webhook);
            webhook.entry("reinvocationPolicy").or_insert_with(|| "Never".into());
        }
    }

    fn desired_state_changed(&self, new: &Object, old: &Object) -> bool {
        new.get("/webhooks") != old.get("/webhooks")
    }

    fn validate(&self, object: &Object) -> FieldErrors {
        let mut errors = webhook_errors(object);
        for webhook in Field::of(object, "webhooks").items() {
            errors.extend(webhook.child("reinvocationPolicy").one_of(&["IfNeeded", "Never"]));
        }
        errors
    }

    fn warnings(&self, object: &Object) -> Vec<String> {
        warnings(object)
    }

    fn columns(&self) -> &'static [Column] {
        COLUMNS
    }

    fn cells(&self, object: &Object, now: Timestamp) -> Vec<Value> {
        cells(object, now)
    }
}

fn webhooks(object: &mut Object) -> impl Iterator<Item = &mut Map<String, Value>> {
    let list = object.get_mut("/webhooks").and_then(Value::as_array_mut);
    list.into_iter().flatten().filter_map(Value::as_object_mut)
}

fn set_defaults(webhook: &mut Map<String, Value>) {
    for (field, value) in [
        ("failurePolicy", json!("Fail")),
        ("matchPolicy", json!("Equivalent")),
        ("namespaceSelector", json!({})),
        ("objectSelector", json!({})),
        ("timeoutSeconds", json!(10)),
    ] {
        webhook.entry(field).or_insert(value);
    }
    for rule in webhook.get_mut("rules").and_then(Value::as_array_mut).into_iter().flatten() {
        if let Value::Object(rule) = rule {
            rule.entry("scope").or_insert_with(|| "*".into());
        }
    }
    let client = webhook.get_mut("clientConfig");
    if let Some(Value::Object(service)) = client.and_then(|client| client.get_mut("service")) {
        service.entry("port").or_insert_with(|| 443.into());
    }
}

fn webhook_errors(object: &Object) -> FieldErrors {
    let mut errors = FieldErrors::new();
    let mut seen: Vec<&str> = Vec::new();
    for webhook in Field::of(object, "webhooks").items() {
        let name = webhook.child("name");
        if name.text().split('.').filter(|part| !part.is_empty()).count() < 3 {
            errors.push(name.invalid("should be a domain with at least three segments separated by dots"));
        } else if seen.contains(&name.text()) {
            errors.push(name.duplicate());
        }
        seen.push(name.text());
        errors.extend(webhook.child("failurePolicy").one_of(&["Fail", "Ignore"]));
        errors.extend(webhook.child("matchPolicy").one_of(&["Equivalent", "Exact"]));
        let effects = webhook.child("sideEffects");
        if effects.is_absent() {
            errors.push(effects.required("must specify one of None, NoneOnDryRun"));
        } else if !matches!(effects.text(), "None" | "NoneOnDryRun") {
            errors.push(effects.not_supported(&["None", "NoneOnDryRun"]));
        }
        let timeout = webhook.child("timeoutSeconds");
        if !(1..=TIMEOUT_MAX).contains(&timeout.number()) {
            errors.push(timeout.invalid("the timeout value must be between 1 and 30 seconds"));
        }
        let versions = webhook.child("admissionReviewVersions");
        if versions.is_empty() {
            errors.push(versions.required("must specify one of v1, v1beta1"));
        }
        let client = webhook.child("clientConfig");
        if client.child("url").is_absent() == client.child("service").is_absent() {
            errors.push(client.required("exactly one of url or service is required"));
        }
    }
    errors
}

fn warnings(object: &Object) -> Vec<String> {
    if object.list("/webhooks").is_empty() { Vec::new() } else { vec![NOT_CALLED.to_owned()] }
}

fn cells(object: &Object, now: Timestamp) -> Vec<Value> {
    vec![object.name().into(), object.list("/webhooks").len().into(), columns::age(object, now)]
}
