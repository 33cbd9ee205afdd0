//! Rules of ControllerRevisions.

use crate::apimachinery::{FieldErrors, Object, kind_of};
use crate::base::{Timestamp, Value};

use super::super::columns::{self, Column};
use super::super::strategy::Strategy;
use super::super::validation::{self, Field};

/// `pkg/registry/apps/controllerrevision`.
pub(crate) struct ControllerRevisionStrategy;

impl Strategy for ControllerRevisionStrategy {
    fn validate(&self, object: &Object) -> FieldErrors {
        validation::controller_revision_errors(object)
    }

    fn validate_update(&self, new: &Object, old: &Object) -> FieldErrors {
        validation::immutable(&Field::of(new, "data"), &Field::of(old, "data"))
    }

    fn columns(&self) -> &'static [Column] {
        const { &[columns::NAME, Column::text("Controller"), Column::number("Revision"), columns::AGE] }
    }

    fn cells(&self, object: &Object, now: Timestamp) -> Vec<Value> {
        let controller = object.controller().map(|owner| match kind_of(&owner.api_version, &owner.kind) {
            Some(kind) => format!("{}/{}", kind.qualified_singular(), owner.name),
            None => owner.name,
        });
        vec![
            object.name().into(),
            columns::or_none(&controller.unwrap_or_default()),
            columns::count(object, "/revision").into(),
            columns::age(object, now),
        ]
    }
}
