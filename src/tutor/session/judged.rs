//! What a verdict leads to: silence, feedback, or the next step.

use crate::check::Verdict;
use crate::progress::{self, Outcome, Place};

use super::super::effect::Effect;
use super::super::message::{Message, say};
use super::super::view::View;
use super::{Ending, Phase, Session};

impl Session {
    pub(super) fn judged(&mut self, place: &Place, verdict: &Verdict, asked: bool) -> Vec<Effect> {
        if *place != self.place() || self.phase == Phase::Preparing {
            return Vec::new();
        }
        if self.phase == Phase::ChapterDone {
            return if asked { vec![self.chapter_done()] } else { Vec::new() };
        }
        let solved_now = std::mem::take(&mut self.solved_now);
        if matches!(verdict, Verdict::Passed) {
            return self.passed();
        }
        let untouched = self.learner.commands.is_empty() && self.learner.answers.is_empty();
        let (outcome, view) = self.verdict_view(verdict);
        // Before the learner did anything there is nothing to say about what is missing, and a question
        // that stands above needs no reminder after each look around.
        let quiet =
            (untouched && outcome != Outcome::Broken) || (outcome == Outcome::NotYet && self.only_asks());
        let silent = !asked && (self.shown.as_ref() == Some(&view) || quiet);
        if silent {
            return Vec::new();
        }
        self.shown = Some(view.clone());
        self.last_verdict = Some(view.clone());
        let mut effects = vec![Effect::Record(progress::Event::Judged { outcome }), Effect::Show(view)];
        if solved_now && outcome == Outcome::Mistake {
            effects.push(self.notice(Message::SolutionDidNotHelp));
        }
        effects
    }

    pub(super) fn passed(&mut self) -> Vec<Effect> {
        let title = self.step().map(|step| step.title.get(self.language).to_owned()).unwrap_or_default();
        let place = self.place();
        let solved = self.learner.solved;
        let view = View::Verdict {
            outcome: Outcome::Passed,
            headline: say(self.language, Message::Passed(&title)),
            details: Vec::new(),
        };
        self.last_verdict = Some(view.clone());
        let mut effects =
            vec![Effect::Record(progress::Event::StepPassed { place, solved }), Effect::Show(view)];
        effects.extend(self.explanation());
        effects.extend(self.schedule());
        if let Some(back) = self.end_review() {
            effects.extend(back);
            return effects;
        }
        self.asks_why = solved;
        if !self.is_last_step() {
            effects.extend(self.enter(self.chapter, self.step + 1, false));
            return effects;
        }
        if self.one_chapter {
            self.ending = Some(Ending::Completed);
            let chapter = self.chapter().map(|chapter| chapter.title.get(self.language)).unwrap_or_default();
            effects.push(self.notice(Message::ChapterCompleted(chapter)));
            effects.push(Effect::Quit);
            return effects;
        }
        self.phase = Phase::ChapterDone;
        effects.push(self.chapter_done());
        effects.extend(self.ask_why());
        effects
    }

    /// A verdict in words, as the learner would read it.
    pub(in crate::tutor) fn verdict_lines(&self, verdict: &Verdict) -> Vec<String> {
        match self.verdict_view(verdict).1 {
            View::Verdict { headline, details, .. } => std::iter::once(headline).chain(details).collect(),
            _ => Vec::new(),
        }
    }
}
