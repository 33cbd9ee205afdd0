//! Columns of ComponentStatuses.

use crate::apimachinery::Object;
use crate::base::{Timestamp, Value};

use super::super::columns::{self, Column};
use super::super::strategy::Strategy;

/// `pkg/registry/core/componentstatus`.
pub(crate) struct ComponentStatusStrategy;

impl Strategy for ComponentStatusStrategy {
    fn deprecation(&self) -> Option<&'static str> {
        Some("v1 ComponentStatus is deprecated in v1.19+")
    }

    fn columns(&self) -> &'static [Column] {
        const { &[columns::NAME, Column::text("Status"), Column::text("Message"), Column::text("Error")] }
    }

    fn cells(&self, object: &Object, _now: Timestamp) -> Vec<Value> {
        let mut conditions = object.list("/conditions").iter();
        let health = conditions.find(|condition| condition["type"] == "Healthy");
        let text = |field: &str| {
            let value = health.and_then(|condition| condition.get(field));
            value.and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        let status = match (health, text("status").as_str()) {
            (None, _) => "Unknown",
            (_, "True") => "Healthy",
            _ => "Unhealthy",
        };
        vec![object.name().into(), status.into(), text("message").into(), text("error").into()]
    }
}
