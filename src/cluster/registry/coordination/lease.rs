//! Rules of Leases.

use serde_json::Value;

use crate::apimachinery::Object;
use crate::base::Timestamp;

use super::super::columns::{self, Column};
use super::super::strategy::Strategy;

/// `pkg/registry/coordination/lease`.
pub(crate) struct LeaseStrategy;

impl Strategy for LeaseStrategy {
    fn creates_on_update(&self) -> bool {
        true
    }

    fn columns(&self) -> &'static [Column] {
        const { &[columns::NAME, Column::text("Holder"), columns::AGE] }
    }

    fn cells(&self, object: &Object, now: Timestamp) -> Vec<Value> {
        vec![object.name().into(), object.text("/spec/holderIdentity").into(), columns::age(object, now)]
    }
}
