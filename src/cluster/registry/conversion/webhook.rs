//! Custom objects whose versions a webhook turns into each other
//! (`apiextensions-apiserver/pkg/apiserver/conversion`).

use std::sync::Arc;

use super::super::Registry;
use super::super::decode::as_object;
use crate::apimachinery::{Kind, Object, ObjectKey, Status, builtin};
use crate::base::{Map, Value, json};

/// What is said where the server would be a program that is not modelled.
const NOBODY: &str = "not simulated: conversion webhooks but for agnhost's; let the definition have one version, or the strategy None";
/// Seconds that a webhook may take.
const TIMEOUT: i64 = 30;

impl Registry {
    /// A stored object as one of `kind`, which may be another version of what is stored.
    ///
    /// # Errors
    /// 500 when it needs a webhook that does not answer, or answers wrongly.
    pub(crate) fn in_version(
        &self,
        kind: &'static Kind,
        object: &Arc<Object>,
    ) -> Result<Arc<Object>, Status> {
        // Nothing else is looked into: many objects sleep.
        let webhook = kind.custom.and_then(|_| self.conversion_webhook(kind, object.api_version()));
        match webhook {
            Some(webhook) => {
                let converted = self.ask(webhook, object, &kind.api_version())?;
                Ok(super::in_version(kind, &Arc::new(converted)))
            }
            None => Ok(super::in_version(kind, object)),
        }
    }

    /// What stands under a key, in the version in which somebody is about to write it; it bears the name of the
    /// version in which it is stored.
    pub(in super::super) fn to_write_in(
        &self,
        version: &'static Kind,
        kind: &'static Kind,
        key: &ObjectKey,
    ) -> Result<Option<Arc<Object>>, Status> {
        if version.custom.is_none() {
            return Ok(self.get_to_write(kind, key));
        }
        let Some(stored) = self.store().get(kind, key) else { return Ok(None) };
        let mut shown = Object::clone(&*self.in_version(version, stored)?);
        shown.set("/apiVersion", stored.api_version());
        Ok(Some(Arc::new(shown)))
    }

    /// An object that was written in a version, as it is stored.
    pub(in super::super) fn to_storage(
        &self,
        kind: &'static Kind,
        version: &'static Kind,
        mut object: Object,
    ) -> Result<Object, Status> {
        let written = version.api_version();
        let Some(webhook) = self.conversion_webhook(kind, &written) else { return Ok(object) };
        object.set("/apiVersion", written);
        self.ask(webhook, &object, &kind.api_version())
    }

    /// What was stored, as whoever wrote it in a version is shown it; `stored` says whether it was stored at all.
    pub(in super::super) fn shown_in(
        &self,
        version: &'static Kind,
        mut object: Arc<Object>,
        stored: bool,
    ) -> Result<Arc<Object>, Status> {
        if version.custom.is_none() {
            return Ok(object);
        }
        if stored {
            return self.in_version(version, &object);
        }
        Arc::make_mut(&mut object).set("/apiVersion", version.api_version());
        Ok(object)
    }

    /// The `conversion.webhook` of the definition of a kind, if an object of that apiVersion needs it.
    fn conversion_webhook(&self, kind: &'static Kind, from: &str) -> Option<&Value> {
        let custom = kind.custom.filter(|_| from != kind.api_version())?;
        let key = ObjectKey::new("", custom.definition);
        let definition = self.store().get(&builtin::CUSTOM_RESOURCE_DEFINITION, &key)?;
        let conversion = definition.get("/spec/conversion")?;
        conversion.get("webhook").filter(|_| conversion["strategy"] == "Webhook")
    }

    fn ask(&self, webhook: &Value, object: &Object, to: &str) -> Result<Object, Status> {
        let (group, version) = object.api_version().split_once('/').unwrap_or(("", object.api_version()));
        let about = format!("conversion webhook for {group}/{version}, Kind={}", object.kind());
        let told = |why: String| Status::failure(500, "", format!("{about} {why}"));
        let uid = object.uid();
        let review = review(webhook, uid, object, to);
        let answer = self.call_webhook(&webhook["clientConfig"], TIMEOUT, &review, NOBODY);
        let answer = answer.map_err(|why| told(format!("failed: {why}")))?;
        let converted = converted(&answer, &review).map_err(|why| told(format!("failed: {why}")))?;
        let converted = match converted.as_slice() {
            [one] => one.clone(),
            all => return Err(told(format!("returned {} objects, expected 1", all.len()))),
        };
        let mut converted = as_object(converted)?;
        if converted.api_version() != to {
            let received = converted.api_version();
            let why = format!("invalid groupVersion (expected {to}, received {received})");
            return Err(told(format!("returned invalid object at index 0: {why}")));
        }
        check_same(object, &converted).map_err(|why| told(format!("returned invalid object: {why}")))?;
        restore_metadata(object, &mut converted)
            .map_err(|why| told(format!("returned invalid metadata: {why}")))?;
        Ok(converted)
    }
}

/// What a webhook is sent.
fn review(webhook: &Value, uid: &str, object: &Object, to: &str) -> Value {
    let versions = webhook["conversionReviewVersions"].as_array();
    let version = versions.into_iter().flatten().find(|version| **version == "v1" || **version == "v1beta1");
    let version = version.and_then(Value::as_str).unwrap_or("v1");
    json!({
        "kind": "ConversionReview",
        "apiVersion": format!("apiextensions.k8s.io/{version}"),
        "request": {"uid": uid, "desiredAPIVersion": to, "objects": [object.published()]},
    })
}

/// The objects in an answer to a review.
fn converted(answer: &Value, review: &Value) -> Result<Vec<Value>, String> {
    let response = &answer["response"];
    if response.is_null() {
        return Err("no response provided".to_owned());
    }
    let (wanted, found) = (&review["request"]["uid"], &response["uid"]);
    if wanted != found {
        return Err(format!("expected response.uid={wanted}, got {found}"));
    }
    let result = &response["result"];
    match (result["status"].as_str().unwrap_or_default(), result["message"].as_str().unwrap_or_default()) {
        ("Success", _) => Ok(response["convertedObjects"].as_array().cloned().unwrap_or_default()),
        (status, "") => Err(format!("response.result.status was '{status}', not 'Success'")),
        (_, message) => Err(message.to_owned()),
    }
}

fn check_same(given: &Object, answered: &Object) -> Result<(), String> {
    let texts =
        |object: &Object| [object.kind(), object.name(), object.namespace(), object.uid()].map(str::to_owned);
    let names = ["kind", "name", "namespace", "UID"];
    let both = names.into_iter().zip(texts(given).into_iter().zip(texts(answered)));
    let mut different = both.filter(|(_, (given, answered))| given != answered);
    different.next().map_or(Ok(()), |(name, (given, answered))| {
        Err(format!("must have the same {name}: {given} != {answered}"))
    })
}

/// Of the metadata a webhook may change labels and annotations alone.
fn restore_metadata(given: &Object, answered: &mut Object) -> Result<(), String> {
    let Some(Value::Object(said)) = answered.remove("/metadata") else {
        return Err("missing metadata in converted object".to_owned());
    };
    let mut metadata = given.get("/metadata").and_then(Value::as_object).cloned().unwrap_or_else(Map::new);
    for field in ["labels", "annotations"] {
        match said.get(field).filter(|value| !value.is_null()) {
            Some(value) => metadata.insert(field.to_owned(), value.clone()),
            None => metadata.remove(field),
        };
    }
    answered.set("/metadata", metadata);
    Ok(())
}
