//! Rules of CustomResourceDefinitions (`apiextensions-apiserver/pkg/registry/customresourcedefinition`).

use crate::apimachinery::{Condition, FieldError, FieldErrors, Object, define, seconds, set_condition};
use crate::base::{Timestamp, Value, json};

use super::super::columns::{self, Column};
use super::super::strategy::Strategy;
use super::super::validation::{Field, immutable};
use super::{conversion, names, versions};

/// Under it a definition waits until its objects are gone.
const CLEANUP_FINALIZER: &str = "customresourcecleanup.apiextensions.k8s.io";
/// Groups of which Kubernetes itself disposes.
const PROTECTED_GROUPS: &[&str] = &["k8s.io", "kubernetes.io"];
const APPROVAL_ANNOTATION: &str = "api-approved.kubernetes.io";

/// What a client is told: hardly anybody converts here.
const WEBHOOKS: &str = "not simulated: conversion webhooks but for agnhost's; objects are read and written in the version in \
                           which they are stored alone";

/// `pkg/registry/customresourcedefinition`.
pub(crate) struct CustomResourceDefinitionStrategy;

impl Strategy for CustomResourceDefinitionStrategy {
    fn counts_generations(&self) -> bool {
        true
    }

    fn set_defaults(&self, object: &mut Object) {
        let kind = object.text("/spec/names/kind").to_owned();
        for (field, value) in [("singular", kind.to_lowercase()), ("listKind", format!("{kind}List"))] {
            let pointer = format!("/spec/names/{field}");
            if object.text(&pointer).is_empty() && !kind.is_empty() {
                object.set(&pointer, value);
            }
        }
        if object.get("/spec/conversion").is_none() {
            object.set("/spec/conversion", json!({"strategy": "None"}));
        }
        let service = "/spec/conversion/webhook/clientConfig/service";
        if object.get(service).is_some() && object.get(&format!("{service}/port")).is_none() {
            object.set(&format!("{service}/port"), 443);
        }
    }

    fn prepare_for_create(&self, object: &mut Object) {
        object.set(
            "/status",
            json!({
                "conditions": [],
                "acceptedNames": {"plural": "", "kind": ""},
                "storedVersions": [],
            }),
        );
        note_stored_version(object);
    }

    fn prepare_for_update(&self, new: &mut Object, _old: &Object) {
        note_stored_version(new);
    }

    fn metadata_with_status(&self) -> &'static [&'static str] {
        &[]
    }

    fn validate(&self, object: &Object) -> FieldErrors {
        let mut errors = FieldErrors::new();
        let (name, spec) = (object.name(), Field::of(object, "spec"));
        let required = format!("{}.{}", object.text("/spec/names/plural"), object.text("/spec/group"));
        if name != required {
            let detail = "must be spec.names.plural+\".\"+spec.group";
            errors.push(FieldError::invalid("metadata.name", name, detail));
        }
        errors.extend(names::group_and_scope_errors(&spec));
        errors.extend(versions::errors(&spec));
        errors.extend(names::required_errors(&spec.child("names")));
        errors.extend(names::errors(&spec.child("names")));
        errors.extend(versions::part_errors(&spec));
        errors.extend(conversion::errors(&spec));
        errors.extend(stored_version_errors(object));
        errors.extend(approval_errors(object));
        if errors.is_empty() && define(object).is_none() {
            let detail =
                "too many different definitions were created since podlings was started; start it again";
            errors.push(FieldError::forbidden("spec.versions", detail));
        }
        errors
    }

    fn validate_update(&self, new: &Object, old: &Object) -> FieldErrors {
        let (new_spec, old_spec) = (Field::of(new, "spec"), Field::of(old, "spec"));
        let mut fields = Vec::new();
        if old.condition_is_true("Established") {
            fields.extend(["scope", "names.kind"]);
        }
        fields.extend(["group", "names.plural"]);
        let changed = fields.into_iter();
        changed
            .flat_map(|path| immutable(&descendant(&new_spec, path), &descendant(&old_spec, path)))
            .collect()
    }

    fn warnings(&self, object: &Object) -> Vec<String> {
        if object.text("/spec/conversion/strategy") == "Webhook" {
            vec![WEBHOOKS.to_owned()]
        } else {
            Vec::new()
        }
    }

    fn desired_state_changed(&self, new: &Object, old: &Object) -> bool {
        new.get("/spec") != old.get("/spec")
    }

    fn begin_deletion(&self, object: &mut Object, now: Timestamp) {
        let mut finalizers: Vec<String> = object.finalizers().map(str::to_owned).collect();
        if !finalizers.iter().any(|finalizer| finalizer == CLEANUP_FINALIZER) {
            finalizers.push(CLEANUP_FINALIZER.to_owned());
            object.set("/metadata/finalizers", finalizers);
        }
        let condition = Condition {
            condition_type: "Terminating",
            status: "True",
            reason: "InstanceDeletionPending",
            message: "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon",
        };
        set_condition(object, condition, now);
    }

    fn columns(&self) -> &'static [Column] {
        const { &[columns::NAME, Column { format: "", column_type: "date", ..Column::text("Created At") }] }
    }

    fn cells(&self, object: &Object, _now: Timestamp) -> Vec<Value> {
        vec![object.name().into(), object.creation_timestamp().map(seconds).into()]
    }
}

fn descendant<'a>(field: &Field<'a>, path: &str) -> Field<'a> {
    path.split('.').fold(field.clone(), |at, name| at.child(name))
}

/// Adds the storage version to those under which objects may have been stored.
fn note_stored_version(object: &mut Object) {
    let stored = object.list("/spec/versions").iter().find(|version| version["storage"] == true);
    let Some(name) = stored.map(|version| version["name"].clone()) else { return };
    let mut known = object.list("/status/storedVersions").to_vec();
    if !known.contains(&name) {
        known.push(name);
        object.set("/status/storedVersions", known);
    }
}

fn stored_version_errors(object: &Object) -> FieldErrors {
    let versions = object.list("/spec/versions");
    let known = |name: &Value| versions.iter().any(|version| version["name"] == *name);
    let stored = object.list("/status/storedVersions");
    if stored.is_empty() {
        let detail = "must have at least one stored version";
        return vec![FieldError::invalid("status.storedVersions", json!([]), detail)];
    }
    let stored = stored.iter().enumerate();
    stored
        .filter(|(_, name)| !known(name))
        .map(|(index, name)| {
            let version = name.as_str().unwrap_or_default();
            let detail = format!(
                "missing from spec.versions; {version} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in {version} and removes {version} from status.storedVersions"
            );
            FieldError::invalid(format!("status.storedVersions[{index}]"), name.clone(), detail)
        })
        .collect()
}

fn approval_errors(object: &Object) -> FieldErrors {
    let group = object.text("/spec/group");
    let is_protected = PROTECTED_GROUPS
        .iter()
        .any(|suffix| group == *suffix || group.strip_suffix(suffix).is_some_and(|rest| rest.ends_with('.')));
    if !is_protected {
        return FieldErrors::new();
    }
    let path = format!("metadata.annotations[{APPROVAL_ANNOTATION}]");
    match object.annotation(APPROVAL_ANNOTATION).unwrap_or_default() {
        "" => {
            let detail = format!(
                "protected groups must have approval annotation {APPROVAL_ANNOTATION:?}, see https://github.com/kubernetes/enhancements/pull/1111"
            );
            vec![FieldError::required(path, detail)]
        }
        value if value.starts_with("unapproved") || value.starts_with("https://") => FieldErrors::new(),
        value => {
            let detail = "protected groups must have approval annotation \"api-approved.kubernetes.io\" with either a URL or a reason starting with \"unapproved\", see https://github.com/kubernetes/enhancements/pull/1111";
            vec![FieldError::invalid(path, value, detail)]
        }
    }
}
