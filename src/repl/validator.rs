//! Lets a line go on while a quote, a heredoc or a trailing backslash is open.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustyline::validate::{ValidationContext, ValidationResult, Validator};

use crate::tutor::is_unfinished;

/// Validates what is being typed, and remembers that it was accepted.
#[derive(Clone, Default)]
pub(super) struct LineValidator {
    accepted: Arc<AtomicBool>,
}

impl LineValidator {
    /// Whether the line is whole: no key is read any more.
    pub(super) fn accepted(&self) -> bool {
        self.accepted.load(Ordering::SeqCst)
    }

    /// Begins a new line.
    pub(super) fn forget(&self) {
        self.accepted.store(false, Ordering::SeqCst);
    }
}

impl Validator for LineValidator {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        if is_unfinished(context.input()) {
            Ok(ValidationResult::Incomplete)
        } else {
            self.accepted.store(true, Ordering::SeqCst);
            Ok(ValidationResult::Valid(None))
        }
    }
}
