//! Rules of ConfigMaps.

use serde_json::Value;

use crate::apimachinery::Object;
use crate::base::Timestamp;

use super::super::columns::{self, Column};
use super::super::strategy::Strategy;

/// `pkg/registry/core/configmap`.
pub(crate) struct ConfigMapStrategy;

impl Strategy for ConfigMapStrategy {
    fn columns(&self) -> &'static [Column] {
        const { &[columns::NAME, Column::text("Data"), columns::AGE] }
    }

    fn cells(&self, object: &Object, now: Timestamp) -> Vec<Value> {
        let entries: usize =
            ["/data", "/binaryData"].iter().filter_map(|field| object.map(field)).map(|map| map.len()).sum();
        vec![object.name().into(), entries.to_string().into(), columns::age(object, now)]
    }
}
