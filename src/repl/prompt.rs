//! The prompt: where the learner stands.

use crate::tutor::Session;

use super::theme::{Role, Theme};

/// Columns below which room is dear.
const NARROW: usize = 60;

/// The prompt as plain text and as it is drawn; both take the same room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Prompt {
    /// Without colour.
    pub(super) raw: String,
    /// With colour.
    pub(super) styled: String,
}

/// `deployments ❯ `; the chapter's number on narrow terminals. No step: the learner may pass one while
/// this prompt stands.
#[must_use]
pub(super) fn prompt(theme: &Theme, session: &Session) -> Prompt {
    let place = match session.chapter() {
        Some(chapter) if theme.width < NARROW => chapter.number.to_string(),
        Some(chapter) => chapter.id.clone(),
        None => "podlings".to_owned(),
    };
    let arrow = theme.symbol("❯", ">");
    Prompt {
        raw: format!("{place} {arrow} "),
        styled: format!("{} {} ", theme.paint(Role::Title, &place), theme.paint(Role::Good, arrow)),
    }
}
