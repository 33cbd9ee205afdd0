//! Why: what keeps the step, or an object that the learner names, from being as it should.

use crate::check::Explanation;

use super::super::effect::Effect;
use super::super::message::{Message, say};
use super::super::view::View;
use super::Session;

impl Session {
    /// What an explanation shows.
    pub(super) fn explained(&self, explanation: Explanation) -> Vec<Effect> {
        let Explanation { trail, text, reasons } = explanation;
        let reasons: Vec<_> = reasons.into_iter().map(|reason| (reason.text, reason.command)).collect();
        let text = if trail.is_empty() && text.is_empty() && reasons.is_empty() {
            say(self.language, Message::NothingToExplain)
        } else {
            text
        };
        vec![Effect::Show(View::Why { trail, text, reasons })]
    }
}
