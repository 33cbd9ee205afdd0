//! What a verdict shows: a headline, what is awaited or missing, why, and the command that shows it.

use crate::check::{Reason, Verdict};
use crate::progress::Outcome;

use super::super::message::{Message, say};
use super::super::view::View;
use super::Session;

impl Session {
    pub(super) fn verdict_view(&self, verdict: &Verdict) -> (Outcome, View) {
        let (outcome, message, mut details) = match verdict {
            Verdict::Passed => (Outcome::Passed, Message::Passed(""), Vec::new()),
            Verdict::Converging { waiting, .. } => {
                (Outcome::Converging, Message::Converging, waiting.clone())
            }
            Verdict::Mistake { feedback } => (Outcome::Mistake, Message::Mistake, vec![feedback.clone()]),
            Verdict::NotYet { differences, .. } => {
                let lines = differences.iter().map(|difference| {
                    let message = Message::Difference {
                        that: &difference.that,
                        expected: &difference.expected,
                        actual: &difference.actual,
                    };
                    say(self.language, message)
                });
                (Outcome::NotYet, Message::NotYet, lines.collect())
            }
            Verdict::Broken { what } => {
                let remedy = say(self.language, Message::BrokenRemedy);
                (Outcome::Broken, Message::Broken, vec![what.clone(), remedy])
            }
        };
        details.extend(verdict.reason().map(|reason| self.reason_line(reason)));
        (outcome, View::Verdict { outcome, headline: say(self.language, message), details })
    }

    /// Why, and the command that shows it.
    fn reason_line(&self, reason: &Reason) -> String {
        match &reason.command {
            Some(command) if reason.repeats => say(self.language, Message::SeeWith(command)),
            Some(command) => say(self.language, Message::Reason { text: &reason.text, command }),
            None => reason.text.clone(),
        }
    }
}
