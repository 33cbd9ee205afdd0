//! Proposes the rest of a line from what was typed before.

use rustyline::Context;
use rustyline::hint::{Hinter, HistoryHinter};

/// Proposes from the history; Right takes the proposal.
pub(super) struct LineHinter {
    history: HistoryHinter,
    /// Whether to propose anything: what is only proposed must not be read aloud.
    proposes: bool,
}

impl LineHinter {
    pub(super) fn new(proposes: bool) -> Self {
        Self { history: HistoryHinter::new(), proposes }
    }
}

impl Hinter for LineHinter {
    type Hint = String;

    fn hint(&self, line: &str, position: usize, context: &Context<'_>) -> Option<String> {
        if !self.proposes || line.trim().is_empty() || line.contains('\n') {
            return None;
        }
        self.history.hint(line, position, context)
    }
}
