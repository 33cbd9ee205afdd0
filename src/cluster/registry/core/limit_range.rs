//! Rules of LimitRanges.

use crate::apimachinery::{FieldErrors, Object};
use crate::base::{Map, Timestamp, Value};

use super::super::columns::{self, Column};
use super::super::pod_defaults::write_canonically;
use super::super::strategy::Strategy;
use super::super::validation;

/// The maps of amounts of an item.
const AMOUNTS: &[&str] = &["default", "defaultRequest", "max", "maxLimitRequestRatio", "min"];

/// `pkg/registry/core/limitrange`.
pub(crate) struct LimitRangeStrategy;

impl Strategy for LimitRangeStrategy {
    fn creates_on_update(&self) -> bool {
        true
    }

    fn set_defaults(&self, object: &mut Object) {
        let Some(Value::Array(items)) = object.get_mut("/spec/limits") else { return };
        for item in items.iter_mut().filter_map(Value::as_object_mut) {
            for amounts in AMOUNTS {
                if let Some(Value::Object(amounts)) = item.get_mut(amounts) {
                    write_canonically(amounts);
                }
            }
            if item.get("type").and_then(Value::as_str) == Some("Container") {
                // The limit is the maximum, the request is the limit, or else the minimum.
                complete(item, "default", "max");
                complete(item, "defaultRequest", "default");
                complete(item, "defaultRequest", "min");
            }
        }
    }

    fn validate(&self, object: &Object) -> FieldErrors {
        validation::limit_range_errors(object)
    }

    fn columns(&self) -> &'static [Column] {
        const { &[columns::NAME, Column { column_type: "date", ..Column::text("Created At") }] }
    }

    fn cells(&self, object: &Object, _now: Timestamp) -> Vec<Value> {
        vec![object.name().into(), object.text("/metadata/creationTimestamp").into()]
    }
}

/// Copies amounts that are absent in one map from another.
fn complete(item: &mut Map, field: &str, from: &str) {
    let Some(Value::Object(source)) = item.get(from).cloned() else { return };
    let target = item.entry(field).or_insert_with(|| Value::Object(Map::new()));
    let Value::Object(target) = target else { return };
    for (name, amount) in source {
        target.entry(name).or_insert(amount);
    }
}
