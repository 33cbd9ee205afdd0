//! Rules of `metadata` (`apimachinery/pkg/api/validation/objectmeta.go`).

use crate::apimachinery::{FieldError, FieldErrorType, FieldErrors, Object, validate_label_key};
use crate::base::Value;

use super::super::strategy::Strategy;
use super::field::Field;
use super::workload::label_errors;

/// Most bytes of all annotations together.
const ANNOTATIONS_SIZE_MAX: usize = 256 * 1024;

/// What is wrong with the metadata of an object.
pub(crate) fn metadata_errors(strategy: &dyn Strategy, object: &Object) -> FieldErrors {
    let metadata = Field::of(object, "metadata");
    let mut errors = FieldErrors::new();
    let generate_name = metadata.child("generateName");
    if !generate_name.is_empty() {
        // A trailing dash is fine, something will follow it.
        let masked = generate_name.text().strip_suffix('-').map(|base| format!("{base}a"));
        let prefix = masked.as_deref().unwrap_or(generate_name.text());
        errors.extend(generate_name.invalid_all(strategy.name_errors(prefix)));
    }
    let name = metadata.child("name");
    if name.is_empty() {
        errors.push(name.required("name or generateName is required"));
    } else {
        errors.extend(name.invalid_all(strategy.name_errors(name.text())));
    }
    errors.extend(label_errors(&metadata.child("labels")));
    errors.extend(annotation_errors(&metadata.child("annotations")));
    errors.extend(owner_errors(&metadata.child("ownerReferences")));
    errors.extend(finalizer_errors(&metadata.child("finalizers")));
    errors
}

/// What is wrong with a change of metadata.
pub(crate) fn metadata_update_errors(new: &Object, old: &Object) -> FieldErrors {
    if !old.is_terminating() {
        return FieldErrors::new();
    }
    let added: Vec<String> = new
        .finalizers()
        .filter(|finalizer| old.finalizers().all(|before| before != *finalizer))
        .map(|finalizer| format!("{finalizer:?}"))
        .collect();
    if added.is_empty() {
        return FieldErrors::new();
    }
    let detail = format!(
        "no new finalizers can be added if the object is being deleted, found new finalizers []string{{{}}}",
        added.join(", ")
    );
    vec![FieldError::forbidden("metadata.finalizers", detail)]
}

fn annotation_errors(annotations: &Field<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    let mut size = 0;
    for (key, value) in annotations.map().into_iter().flatten() {
        size += key.len() + value.as_str().map_or(0, str::len);
        let messages = validate_label_key(&key.to_lowercase());
        errors.extend(messages.into_iter().map(|message| annotations.invalid_value(key.as_str(), message)));
    }
    if size > ANNOTATIONS_SIZE_MAX {
        errors.push(FieldError::new(
            "metadata.annotations",
            FieldErrorType::TooLong,
            Value::Null,
            format!("may not be more than {ANNOTATIONS_SIZE_MAX} bytes"),
        ));
    }
    errors
}

fn owner_errors(owners: &Field<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    let mut controller: Option<&str> = None;
    for owner in owners.items() {
        for field in ["apiVersion", "kind", "name", "uid"] {
            let field = owner.child(field);
            if field.is_empty() {
                let what = if field.path().ends_with("apiVersion") {
                    "version must not be empty"
                } else {
                    "must not be empty"
                };
                errors.push(field.invalid_value("", what));
            }
        }
        if owner.child("controller").value() != &Value::Bool(true) {
            continue;
        }
        let name = owner.child("name").text();
        if let Some(first) = controller {
            errors.push(owners.invalid(format!(
                "Only one reference can have Controller set to true. Found \"true\" in references for {first} and {name}"
            )));
        }
        controller.get_or_insert(name);
    }
    errors
}

/// Finalizers without a domain that Kubernetes itself has.
const STANDARD_FINALIZERS: &[&str] = &["kubernetes", "orphan", "foregroundDeletion"];

/// What is wrong with the finalizers of an object of a kind that Kubernetes brings along.
pub(crate) fn kube_finalizer_errors(object: &Object) -> FieldErrors {
    let finalizers = Field::of(object, "metadata").child("finalizers");
    let strange =
        |name: &Field<'_>| !name.text().contains('/') && !STANDARD_FINALIZERS.contains(&name.text());
    let detail = "name is neither a standard finalizer name nor is it fully qualified";
    finalizers.items().filter(strange).map(|name| name.invalid(detail)).collect()
}

fn finalizer_errors(finalizers: &Field<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    for finalizer in finalizers.items() {
        errors.extend(
            validate_label_key(finalizer.text())
                .into_iter()
                .map(|message| finalizers.invalid_value(finalizer.text(), message)),
        );
    }
    errors
}
