//! The prompt: where the learner stands.

use crate::tutor::Session;

use super::theme::{Role, Theme};

/// The prompt as plain text and as it is drawn; both take the same room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Prompt {
    /// Without colour.
    pub(super) raw: String,
    /// With colour.
    pub(super) styled: String,
}

/// `deployments 2/7 ❯ `, shortened on narrow terminals.
#[must_use]
pub(super) fn prompt(theme: &Theme, session: &Session) -> Prompt {
    let (mut place, mut count) = (String::from("podlings"), String::new());
    if let Some(chapter) = session.chapter() {
        place.clone_from(&chapter.id);
        let number = chapter.steps.iter().position(|step| step.id == session.place().step);
        count = number.map(|number| format!(" {}/{}", number + 1, chapter.steps.len())).unwrap_or_default();
        if theme.width < 60 {
            place = chapter.number.to_string();
        }
    }
    let arrow = theme.symbol("❯", ">");
    Prompt {
        raw: format!("{place}{count} {arrow} "),
        styled: format!(
            "{}{} {} ",
            theme.paint(Role::Title, &place),
            theme.paint(Role::Faint, &count),
            theme.paint(Role::Good, arrow)
        ),
    }
}
