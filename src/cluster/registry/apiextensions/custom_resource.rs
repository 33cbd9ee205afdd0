//! Rules of custom resources: those that their definition gives (`apiextensions-apiserver/pkg/registry/customresource`).

use crate::apimachinery::{
    FieldError, FieldErrorType, FieldErrors, Kind, Object, has_rules, validate_by_rules, validate_by_schema,
};
use crate::base::{Timestamp, Value};

use super::super::columns::Column;
use super::super::strategy::Strategy;
use super::{columns, ratcheting};

/// Whether an error means that rules might not find what they speak of.
fn blocks_rules(error: &FieldError) -> bool {
    let is_type = error.error_type == FieldErrorType::Invalid && error.detail.contains(" must be of type ");
    is_type
        || matches!(
            error.error_type,
            FieldErrorType::Required | FieldErrorType::TooLong | FieldErrorType::TooMany
        )
}

/// A kind whose definition is at hand has rules; for all others [`super::super::strategy::strategy_of`]
/// knows them.
impl Strategy for Kind {
    fn counts_generations(&self) -> bool {
        true
    }

    fn metadata_with_status(&self) -> &'static [&'static str] {
        &[]
    }

    fn creates_on_update(&self) -> bool {
        true
    }

    fn validate(&self, object: &Object) -> FieldErrors {
        match self.custom {
            Some(custom) => validate_by_schema(&custom.schema, object.value(), ""),
            None => FieldErrors::new(),
        }
    }

    fn add_rule_errors(&self, new: &Object, old: Option<&Object>, errors: &mut FieldErrors) {
        let Some(custom) = self.custom else { return };
        if let Some(old) = old {
            errors.retain(|error| !ratcheting::tolerates(error, new, old));
        }
        if !has_rules(&custom.schema) {
            return;
        }
        if errors.iter().any(blocks_rules) {
            let detail = "some validation rules were not checked because the object was invalid; correct the existing errors to complete validation";
            errors.push(FieldError::invalid("<nil>", "null", detail));
            return;
        }
        errors.extend(validate_by_rules(&custom.schema, new.value(), old.map(Object::value), ""));
    }

    fn deprecation(&self) -> Option<&'static str> {
        self.custom.and_then(|custom| custom.deprecation)
    }

    fn desired_state_changed(&self, new: &Object, old: &Object) -> bool {
        // Without the subresource the status is part of what is desired.
        let ignored: &[&str] =
            if self.subresource("status").is_some() { &["metadata", "status"] } else { &["metadata"] };
        let is_desired = |(name, _): &(&str, &Value)| !ignored.contains(name);
        new.fields().filter(is_desired).ne(old.fields().filter(is_desired))
    }

    fn columns(&self) -> &'static [Column] {
        columns::of(self)
    }

    fn cells(&self, object: &Object, now: Timestamp) -> Vec<Value> {
        columns::cells(self, object, now)
    }
}
