//! Rules of webhook configurations.

use crate::apimachinery::{FieldErrors, Object};
use crate::base::{Map, Timestamp, Value, json};

use super::super::columns::{self, Column};
use super::super::strategy::Strategy;
use super::super::validation::Field;
use super::{rules, validation};

/// What a client is told: hardly anybody answers a webhook here.
const SERVERS: &str = "not simulated: webhook servers but for agnhost's; what the rules of this configuration mean \
                          is refused, or passes where failurePolicy is Ignore";

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

fn webhooks(object: &mut Object) -> impl Iterator<Item = &mut Map> {
    let list = object.get_mut("/webhooks").and_then(Value::as_array_mut);
    list.into_iter().flatten().filter_map(Value::as_object_mut)
}

fn set_defaults(webhook: &mut Map) {
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
    let webhooks = Field::of(object, "webhooks");
    errors.extend(webhooks.items().flat_map(|webhook| validation::webhook_errors(&webhook)));
    errors.extend(rules::names_once(&webhooks));
    errors
}

fn warnings(object: &Object) -> Vec<String> {
    if object.list("/webhooks").is_empty() { Vec::new() } else { vec![SERVERS.to_owned()] }
}

fn cells(object: &Object, now: Timestamp) -> Vec<Value> {
    vec![object.name().into(), object.list("/webhooks").len().into(), columns::age(object, now)]
}
