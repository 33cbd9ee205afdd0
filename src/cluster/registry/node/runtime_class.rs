//! Rules of RuntimeClasses.

use crate::apimachinery::{FieldErrors, Object, validate_dns1123_label};
use crate::base::{Timestamp, Value};

use super::super::columns::{self, Column};
use super::super::strategy::Strategy;
use super::super::validation::{Field, immutable};

/// `pkg/registry/node/runtimeclass`.
pub(crate) struct RuntimeClassStrategy;

impl Strategy for RuntimeClassStrategy {
    fn validate(&self, object: &Object) -> FieldErrors {
        let handler = Field::of(object, "handler");
        handler.invalid_all(validate_dns1123_label(handler.text()))
    }

    fn validate_update(&self, new: &Object, old: &Object) -> FieldErrors {
        immutable(&Field::of(new, "handler"), &Field::of(old, "handler"))
    }

    fn columns(&self) -> &'static [Column] {
        const { &[columns::NAME, Column::text("Handler"), columns::AGE] }
    }

    fn cells(&self, object: &Object, now: Timestamp) -> Vec<Value> {
        vec![object.name().into(), object.text("/handler").into(), columns::age(object, now)]
    }
}
