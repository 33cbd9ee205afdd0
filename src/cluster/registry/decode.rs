//! Reads what a client sent as its kind: wrong types, unknown fields, another kind.

use crate::apimachinery::{Decoded, decode_object, decode_strictly, strict_decoding_error};
use crate::apimachinery::{FieldError, Kind, Object, Status, go_quote, go_value};
use crate::base::Value;

use super::conversion::to_stored;
use super::options::{FieldValidation, Patch, WriteOptions};

/// An object that a client sent, read as its kind.
pub(super) struct Incoming {
    /// The object as its Go type would hold it.
    pub object: Object,
    /// Warnings about fields that it lost.
    pub warnings: Vec<String>,
    /// Whether its managedFields say already who wrote it (server-side apply).
    pub owned: bool,
    /// The version of the kind in which it came; the object itself is of the stored one.
    pub version: &'static Kind,
    /// Whether it is the stored object itself with another status.
    pub kept: bool,
}

/// Reads an object; what it shares with `known` was read before.
pub(super) fn decode(
    kind: &'static Kind,
    mut object: Object,
    known: Option<&Object>,
    options: &WriteOptions,
) -> Result<Incoming, Status> {
    check_type(kind, &object)?;
    let unknown_fields = decode_object(kind, &mut object, known)?;
    let errors = strict_errors(options, &unknown_fields);
    let twice = &options.yaml_duplicates;
    if options.field_validation == FieldValidation::Strict && !(errors.is_empty() && twice.is_empty()) {
        let twice = yaml_error(twice);
        return Err(strict_decoding_error(kind, &twice.into_iter().chain(errors).collect::<Vec<_>>()));
    }
    let object = to_stored(kind, object);
    let errors = twice.iter().cloned().chain(errors).collect();
    Ok(Incoming { object, warnings: warnings(options, errors), owned: false, version: kind, kept: false })
}

/// The same for an object that a patch produced; errors show the patch.
pub(super) fn decode_patched(
    kind: &'static Kind,
    patched: &Value,
    patch: &Patch,
    options: &WriteOptions,
) -> Result<Incoming, Status> {
    let about_patch = |detail: String| {
        let shown = match patch {
            Patch::Json(_) => patched.to_string(),
            Patch::Merge(change) | Patch::Strategic(change) | Patch::Apply { configuration: change, .. } => {
                go_value(change)
            }
        };
        let error = FieldError::invalid("patch", shown, detail);
        Status::invalid_in("", "", "", &[error])
    };
    let Decoded { value, unknown_fields } = decode_strictly(kind, patched).map_err(|status| {
        let detail = status.message.split_once(": ").map_or(status.message.as_str(), |(_, detail)| detail);
        match patch {
            Patch::Strategic(_) => about_patch(restored(detail)),
            _ => about_patch(detail.to_owned()),
        }
    })?;
    let mut errors = match patch {
        Patch::Json(operations) => json_patch_errors(options, operations, &unknown_fields),
        _ => strict_errors(options, &unknown_fields),
    };
    if let (FieldValidation::Strict, Some(twice)) =
        (options.field_validation, yaml_error(&options.yaml_duplicates))
    {
        return Err(Status::bad_request(format!(
            "error strict decoding YAML: error converting YAML to JSON: {twice}"
        )));
    }
    errors.extend(options.yaml_duplicates.iter().cloned());
    if options.field_validation == FieldValidation::Strict && !errors.is_empty() {
        return Err(about_patch(format!("strict decoding error: {}", errors.join(", "))));
    }
    let owned = matches!(patch, Patch::Apply { .. });
    let object = to_stored(kind, as_object(value)?);
    Ok(Incoming { object, warnings: warnings(options, errors), owned, version: kind, kept: false })
}

/// What Go says of a wrong type when it converts fields, as for strategic patches, instead of reading JSON.
fn restored(detail: &str) -> String {
    let parts = detail.strip_prefix("json: cannot unmarshal ").and_then(|rest| {
        let (found, _) = rest.split_once(" into ")?;
        Some((found, rest.rsplit_once(" of type ")?.1))
    });
    let Some((found, wanted)) = parts else { return detail.to_owned() };
    let found = match found {
        "number" => "int64",
        "object" => "map",
        "array" => "slice",
        other => other,
    };
    match wanted {
        wanted if wanted.starts_with("map[") => format!("cannot restore map from {found}"),
        wanted if wanted.starts_with("[]") => format!("cannot restore slice from {found}"),
        wanted if wanted.contains('.') => format!("cannot restore struct from: {found}"),
        wanted => format!("cannot convert {found} to {wanted}"),
    }
}

pub(super) fn as_object(value: Value) -> Result<Object, Status> {
    Object::from_value(value).ok_or_else(|| Status::bad_request("the request body is not an object"))
}

/// The one error that a YAML reader makes of all that comes twice.
fn yaml_error(twice: &[String]) -> Option<String> {
    (!twice.is_empty()).then(|| format!("yaml: unmarshal errors:\n  {}", twice.join("\n  ")))
}

fn strict_errors(options: &WriteOptions, unknown_fields: &[String]) -> Vec<String> {
    let unknown = |field: &String| format!("unknown field {}", go_quote(field));
    if options.duplicate_fields.is_empty() {
        return unknown_fields.iter().map(unknown).collect();
    }
    // In the order of the body; a field that is not known is not looked at any closer.
    let mut errors: Vec<String> = Vec::new();
    for (field, twice) in &options.duplicate_fields {
        let error = match (unknown_fields.contains(field), *twice) {
            (true, _) => unknown(field),
            (false, true) => format!("duplicate field {field:?}"),
            (false, false) => continue,
        };
        if !errors.contains(&error) {
            errors.push(error);
        }
    }
    errors
}

/// What is wrong with the operations of a JSON patch themselves, and then with what they make.
fn json_patch_errors(options: &WriteOptions, operations: &Value, unknown_fields: &[String]) -> Vec<String> {
    let mut errors = Vec::new();
    for (index, operation) in operations.as_array().into_iter().flatten().enumerate() {
        let names = operation.as_object().into_iter().flatten().map(|(name, _)| name.as_str());
        let unknown = names.filter(|name| !["op", "path", "from", "value"].contains(name));
        errors.extend(unknown.map(|name| format!("json patch unknown field \"[{index}].{name}\"")));
        let own = format!("[{index}].");
        let twice =
            options.duplicate_fields.iter().filter(|(field, twice)| *twice && field.starts_with(&own));
        errors.extend(twice.map(|(field, _)| format!("json patch duplicate field {field:?}")));
    }
    errors.extend(unknown_fields.iter().map(|field| format!("unknown field {}", go_quote(field))));
    errors
}

fn warnings(options: &WriteOptions, errors: Vec<String>) -> Vec<String> {
    if options.field_validation == FieldValidation::Warn { errors } else { Vec::new() }
}

/// Refuses an object of another kind or version than the URL means.
fn check_type(kind: &Kind, object: &Object) -> Result<(), Status> {
    let (found_version, version) = (object.api_version(), kind.api_version());
    if !object.kind().is_empty() && object.kind() != kind.kind {
        return Err(Status::bad_request(format!(
            "the object provided is unrecognized (must be of type {}): found kind {:?}",
            kind.kind,
            object.kind()
        )));
    }
    if !found_version.is_empty() && found_version != version {
        return Err(Status::bad_request(format!(
            "the API version in the data ({found_version}) does not match the expected API version ({version})"
        )));
    }
    Ok(())
}
