//! Lets a line go on while a quote, a heredoc or a trailing backslash is open.

use rustyline::validate::{ValidationContext, ValidationResult, Validator};

use crate::tutor::is_unfinished;

/// Validates what is being typed.
pub(super) struct LineValidator;

impl Validator for LineValidator {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        if is_unfinished(context.input()) {
            Ok(ValidationResult::Incomplete)
        } else {
            Ok(ValidationResult::Valid(None))
        }
    }
}
