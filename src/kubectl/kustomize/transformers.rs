//! namespace, namePrefix, nameSuffix, labels, annotations and replicas.

use super::field_specs::{ANNOTATIONS, FieldSpec, OWN_LABELS, REPLICAS, SELECTORS, TEMPLATE_LABELS, visit};
use super::file::Kustomization;
use super::resource::{Resource, ensure};
use crate::base::{Map, Value};
use crate::kubectl::errors::{Failure, Outcome};

/// Puts everything that lives in a namespace into one.
pub(super) fn namespace(file: &Kustomization, resources: &mut [Resource]) {
    let namespace = file.text("namespace");
    if namespace.is_empty() {
        return;
    }
    let accounts: Vec<(String, String)> = resources
        .iter()
        .filter(|resource| resource.kind() == "ServiceAccount")
        .map(|resource| (resource.original_name.clone(), resource.namespace().to_owned()))
        .collect();
    for resource in resources {
        match resource.kind() {
            "Namespace" => resource.rename(namespace.to_owned()),
            "RoleBinding" | "ClusterRoleBinding" => subjects(resource, namespace, &accounts),
            "APIService" => set_service(resource, "spec/service/namespace", namespace),
            "ValidatingWebhookConfiguration" | "MutatingWebhookConfiguration" => {
                set_service(resource, "webhooks/clientConfig/service/namespace", namespace);
            }
            _ => {}
        }
        if resource.is_namespaced()
            && let Some(metadata) = ensure(&mut resource.value, &["metadata"])
        {
            metadata.insert("namespace", namespace.into());
        }
    }
}

fn set_service(resource: &mut Resource, path: &str, namespace: &str) {
    visit(&mut resource.value, path, false, &mut |value| *value = namespace.into());
}

/// The service accounts of bindings move along: those of these files, and the default ones.
fn subjects(resource: &mut Resource, namespace: &str, accounts: &[(String, String)]) {
    for subject in resource.value["subjects"].as_array_mut().into_iter().flatten() {
        let name = subject["name"].as_str().unwrap_or_default();
        let place = subject["namespace"].as_str().unwrap_or_default();
        let is_ours =
            accounts.iter().any(|(known, there)| known == name && (place.is_empty() || place == there));
        if subject["kind"] == "ServiceAccount" && (name == "default" || is_ours) {
            subject["namespace"] = namespace.into();
        }
    }
}

/// Adds a prefix and a suffix to names.
pub(super) fn names(file: &Kustomization, resources: &mut [Resource]) {
    let (prefix, suffix) = (file.text("namePrefix"), file.text("nameSuffix"));
    if prefix.is_empty() && suffix.is_empty() {
        return;
    }
    for resource in resources {
        if !matches!(resource.kind(), "CustomResourceDefinition" | "APIService" | "Namespace") {
            let name = format!("{prefix}{}{suffix}", resource.name());
            resource.rename(name);
        }
    }
}

/// commonLabels and labels.
pub(super) fn labels(file: &Kustomization, resources: &mut [Resource]) {
    for entry in file.list("labels") {
        let Some(pairs) = entry["pairs"].as_object() else { continue };
        set(resources, OWN_LABELS, pairs);
        if entry["includeTemplates"] == true || entry["includeSelectors"] == true {
            set(resources, TEMPLATE_LABELS, pairs);
        }
        if entry["includeSelectors"] == true {
            set(resources, SELECTORS, pairs);
        }
        for field in entry["fields"].as_array().into_iter().flatten() {
            let (kind, path) = (field["kind"].as_str().unwrap_or_default(), field["path"].as_str());
            for resource in resources.iter_mut().filter(|one| kind.is_empty() || one.kind() == kind) {
                set_at(&mut resource.value, path.unwrap_or_default(), field["create"] == true, pairs);
            }
        }
    }
    if let Some(pairs) = file.value("commonLabels").as_object() {
        for specs in [OWN_LABELS, TEMPLATE_LABELS, SELECTORS] {
            set(resources, specs, pairs);
        }
    }
}

/// commonAnnotations.
pub(super) fn annotations(file: &Kustomization, resources: &mut [Resource]) {
    if let Some(pairs) = file.value("commonAnnotations").as_object() {
        set(resources, ANNOTATIONS, pairs);
    }
}

fn set(resources: &mut [Resource], specs: &[FieldSpec], pairs: &Map) {
    for resource in resources {
        let kind = resource.kind().to_owned();
        for spec in specs.iter().filter(|spec| spec.is_for(&kind)) {
            set_at(&mut resource.value, spec.path, spec.create, pairs);
        }
    }
}

fn set_at(value: &mut Value, path: &str, create: bool, pairs: &Map) {
    visit(value, path, create, &mut |value| {
        if let Some(map) = ensure(value, &[]) {
            map.extend(pairs.iter().map(|(key, value)| (key.clone(), value.clone())));
            // What is set anew is all text.
            for value in map.values_mut().filter(|value| value.is_boolean() || value.is_number()) {
                *value = value.to_string().into();
            }
        }
    });
}

/// replicas.
pub(super) fn replicas(file: &Kustomization, resources: &mut [Resource]) -> Outcome {
    for entry in file.list("replicas") {
        let name = entry["name"].as_str().unwrap_or_default();
        let mut found = false;
        for resource in resources.iter_mut().filter(|resource| resource.was_called(name)) {
            let kind = resource.kind().to_owned();
            for spec in REPLICAS.iter().filter(|spec| spec.is_for(&kind)) {
                found = true;
                visit(&mut resource.value, spec.path, spec.create, &mut |value| {
                    *value = entry["count"].clone()
                });
            }
        }
        if !found {
            return Err(Failure::message(format!(
                "resource with name {name} does not match a config with the following GVK [Deployment.[noVer].[noGrp] StatefulSet.[noVer].[noGrp] ReplicaSet.[noVer].[noGrp] ReplicationController.[noVer].[noGrp]]"
            )));
        }
    }
    Ok(())
}
