//! Rules of Secrets.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::apimachinery::{FieldErrors, Object};
use crate::base::{Map, Timestamp, Value};

use super::super::columns::{self, Column};
use super::super::strategy::Strategy;
use super::super::validation::{self, Field};

/// `pkg/registry/core/secret`.
pub(crate) struct SecretStrategy;

impl Strategy for SecretStrategy {
    fn set_defaults(&self, object: &mut Object) {
        if object.text("/type").is_empty() {
            object.set("/type", "Opaque");
        }
        encode_string_data(object);
    }

    fn validate(&self, object: &Object) -> FieldErrors {
        let mut errors = validation::config_errors(object, &["data"]);
        errors.extend(validation::secret_type_errors(object));
        errors
    }

    fn validate_update(&self, new: &Object, old: &Object) -> FieldErrors {
        let mut errors = validation::immutable(&Field::of(new, "type"), &Field::of(old, "type"));
        errors.extend(validation::config_update_errors(new, old, &["data"]));
        errors
    }

    fn columns(&self) -> &'static [Column] {
        const { &[columns::NAME, Column::text("Type"), Column::text("Data"), columns::AGE] }
    }

    fn cells(&self, object: &Object, now: Timestamp) -> Vec<Value> {
        let entries = object.map("/data").map_or(0, Map::len);
        vec![
            object.name().into(),
            object.text("/type").into(),
            entries.to_string().into(),
            columns::age(object, now),
        ]
    }
}

/// `stringData` is write-only: its values join `data`, encoded.
fn encode_string_data(object: &mut Object) {
    let Some(Value::Object(texts)) = object.remove("/stringData") else { return };
    let mut data = object.map("/data").cloned().unwrap_or_default();
    for (key, text) in texts {
        data.insert(key, STANDARD.encode(text.as_str().unwrap_or_default()).into());
    }
    object.set("/data", data);
}
