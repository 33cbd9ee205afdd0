//! Warnings of the server, each told once.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

/// Warnings that are remembered.
const MOST_WARNINGS: usize = 10_000;

/// The warnings that were printed already; more than a bound are not told apart any more.
#[derive(Clone, Debug, Default)]
pub(super) struct Warned(Arc<Mutex<BTreeSet<String>>>);

impl Warned {
    /// Whether the text is new.
    pub(super) fn is_new(&self, text: &str) -> bool {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.len() >= MOST_WARNINGS || known.insert(text.to_owned())
    }

    /// How many there were.
    pub(super) fn count(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

/// The text of a `299 - "text"` header.
pub(super) fn warning_text(header: &str) -> String {
    let quoted = header.split_once('"').map_or(header, |(_, rest)| rest);
    let quoted = quoted.rsplit_once('"').map_or(quoted, |(text, _)| text);
    quoted.replace("\\\"", "\"").replace("\\\\", "\\")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warnings_lose_their_quotes() {
        assert_eq!(
            warning_text(r#"299 - "unknown field \"spec.replica\"""#),
            r#"unknown field "spec.replica""#
        );
    }
}
