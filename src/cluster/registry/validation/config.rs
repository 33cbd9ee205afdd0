//! Rules of ConfigMaps and Secrets: their keys, their size, and when they may not change.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::apimachinery::{
    FieldError, FieldErrorType, FieldErrors, Object, go_json_error, validate_config_key,
};
use crate::base::Value;

use super::field::Field;

/// Most bytes that all values may have together.
const SIZE_MAX: usize = 1024 * 1024;
/// Annotation of a Secret that holds a token: whose.
const ACCOUNT: &str = "kubernetes.io/service-account.name";

/// What is wrong with the maps `fields` of an object.
pub(crate) fn config_errors(object: &Object, fields: &[&str]) -> FieldErrors {
    let mut errors = FieldErrors::new();
    let mut size = 0;
    for field in fields {
        for (key, value) in Field::of(object, field).map().into_iter().flatten() {
            size += value.as_str().map_or(0, str::len);
            errors.extend(
                validate_config_key(key)
                    .into_iter()
                    .map(|message| FieldError::invalid(format!("{field}[{key}]"), key.as_str(), message)),
            );
        }
    }
    if size > SIZE_MAX {
        let detail = format!("may not be more than {SIZE_MAX} bytes");
        errors.push(FieldError::new(fields[0], FieldErrorType::TooLong, Value::Null, detail));
    }
    errors
}

/// What is wrong with a change when the object says that it is immutable.
pub(crate) fn config_update_errors(new: &Object, old: &Object, fields: &[&str]) -> FieldErrors {
    if !old.flag("/immutable") {
        return FieldErrors::new();
    }
    let detail = "field is immutable when `immutable` is set";
    let mut errors = FieldErrors::new();
    if !new.flag("/immutable") {
        errors.push(FieldError::forbidden("immutable", detail));
    }
    for field in fields {
        if Field::of(new, field).value() != Field::of(old, field).value() {
            errors.push(FieldError::forbidden(*field, detail));
        }
    }
    errors
}

/// What a Secret of a well-known type must have: keys, or the name of an account.
pub(crate) fn secret_type_errors(secret: &Object) -> FieldErrors {
    if secret.text("/type") == "kubernetes.io/service-account-token" {
        let nobody = secret.annotation(ACCOUNT).is_none_or(str::is_empty);
        return nobody
            .then(|| FieldError::required(format!("metadata.annotations[{ACCOUNT}]"), ""))
            .into_iter()
            .collect();
    }
    let has = |key: &str| secret.map("/data").is_some_and(|data| data.contains_key(key));
    let keys: &[&str] = match secret.text("/type") {
        "kubernetes.io/dockerconfigjson" => &[".dockerconfigjson"],
        "kubernetes.io/dockercfg" => &[".dockercfg"],
        "kubernetes.io/tls" => &["tls.crt", "tls.key"],
        "kubernetes.io/ssh-auth" => &["ssh-privatekey"],
        "kubernetes.io/basic-auth" if !has("username") && !has("password") => &["username", "password"],
        _ => &[],
    };
    let missing = keys.iter().filter(|key| !has(key));
    let mut errors: FieldErrors =
        missing.map(|key| FieldError::required(format!("data[{key}]"), "")).collect();
    let settings = keys.iter().filter(|key| key.starts_with(".docker") && has(key));
    errors.extend(settings.filter_map(|key| settings_error(secret, key)));
    errors
}

/// Settings of Docker are a JSON object; what stands in them is not told.
fn settings_error(secret: &Object, key: &str) -> Option<FieldError> {
    let encoded = secret.map("/data")?.get(key)?.as_str()?;
    let text = STANDARD.decode(encoded).ok()?;
    let why = match serde_json::from_slice::<Value>(&text) {
        Ok(Value::Object(_) | Value::Null) => return None,
        Ok(other) => {
            let found = match other {
                Value::Array(_) => "array",
                Value::String(_) => "string",
                Value::Bool(_) => "bool",
                _ => "number",
            };
            format!("json: cannot unmarshal {found} into Go value of type map[string]interface {{}}")
        }
        Err(error) => go_json_error(&error, &text),
    };
    Some(FieldError::invalid(format!("data[{key}]"), "<secret contents redacted>", why))
}
