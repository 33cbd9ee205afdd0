//! Rules of Secrets.

use serde_json::Value;

use crate::apimachinery::Object;
use crate::base::Timestamp;

use super::super::columns::{self, Column};
use super::super::strategy::Strategy;

/// `pkg/registry/core/secret`.
pub(crate) struct SecretStrategy;

impl Strategy for SecretStrategy {
    fn set_defaults(&self, object: &mut Object) {
        if object.text("/type").is_empty() {
            object.set("/type", "Opaque");
        }
    }

    fn columns(&self) -> &'static [Column] {
        const { &[columns::NAME, Column::text("Type"), Column::text("Data"), columns::AGE] }
    }

    fn cells(&self, object: &Object, now: Timestamp) -> Vec<Value> {
        let entries = object.map("/data").map_or(0, serde_json::Map::len);
        vec![
            object.name().into(),
            object.text("/type").into(),
            entries.to_string().into(),
            columns::age(object, now),
        ]
    }
}
