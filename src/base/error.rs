//! What a person is told when something went wrong: a message, then hints.

use std::fmt;

/// An error meant to be read by a person.
///
/// Displays as the message and, on lines of their own, `hint: …` for each hint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserError {
    /// What went wrong, one sentence.
    pub message: String,
    /// What to do about it, one sentence each.
    pub hints: Vec<String>,
    /// The same in Korean, where somebody may read it who learns in Korean.
    korean: Option<Box<UserError>>,
}

impl UserError {
    /// An error without a hint.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hints: Vec::new(), korean: None }
    }

    /// Adds a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Adds the same in Korean.
    #[must_use]
    pub fn or_korean(mut self, korean: Self) -> Self {
        self.korean = Some(Box::new(korean));
        self
    }

    /// In Korean, where that is known.
    #[must_use]
    pub fn in_korean(self) -> Self {
        match self.korean {
            Some(korean) => *korean,
            None => {
                let message = super::os_error::in_korean(&self.message).unwrap_or(self.message);
                Self { message, hints: self.hints, korean: None }
            }
        }
    }
}

impl fmt::Display for UserError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        for hint in &self.hints {
            write!(f, "\nhint: {hint}")?;
        }
        Ok(())
    }
}

impl std::error::Error for UserError {}

/// Turns any error into a [`UserError`] that says what was being done.
pub trait ResultExt<T> {
    /// Prefixes the error with `doing`, e.g. `cannot read state.json`.
    ///
    /// # Errors
    /// Returns the original failure as a [`UserError`].
    fn while_doing(self, doing: impl FnOnce() -> String) -> Result<T, UserError>;
}

impl<T, E: fmt::Display> ResultExt<T> for Result<T, E> {
    fn while_doing(self, doing: impl FnOnce() -> String) -> Result<T, UserError> {
        self.map_err(|error| UserError::new(format!("{}: {error}", doing())))
    }
}
