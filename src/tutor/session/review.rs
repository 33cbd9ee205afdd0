//! Doing again what was hard: begun from where the learner stands, and back to there afterwards.

use std::collections::BTreeMap;

use crate::base::{Timestamp, Value};
use crate::progress::{self, Place, next_gap};

use super::super::effect::Effect;
use super::super::message::Remark;
use super::{Session, find};

/// Seconds of a day.
const DAY: i64 = 24 * 60 * 60;

impl Session {
    /// Begins the review that has been due for longest, if any is.
    pub(super) fn review(&mut self, now: Timestamp) -> Vec<Effect> {
        let known = |place: &Place| find(&self.course, place).is_some();
        let mut waiting: Vec<(Timestamp, Place)> = self
            .learner
            .reviews
            .iter()
            .filter(|(place, _)| known(place) && **place != self.place())
            .map(|(place, review)| (review.due, place.clone()))
            .collect();
        waiting.sort();
        let due = waiting.iter().filter(|(due, _)| *due <= now).count();
        let Some((first, place)) = waiting.into_iter().next() else {
            return vec![self.remark(Remark::NothingMissed)];
        };
        if due == 0 {
            let seconds = first.duration_since(now).as_secs();
            return vec![self.remark(Remark::ReviewLater((seconds + DAY - 1) / DAY))];
        }
        let Some((chapter, step)) = find(&self.course, &place) else { return Vec::new() };
        let title = self.course.chapters[chapter].steps[step].title.get(self.language).to_owned();
        let mut effects = Vec::new();
        // One review after another leads back to where the first began.
        if self.learner.review_from.is_none() {
            effects.push(Effect::KeepWorld { values: self.learner.remembered.clone() });
            effects.push(Effect::Record(progress::Event::ReviewBegan { from: self.place() }));
        }
        effects.push(self.remark(Remark::ReviewBegins(&title, due)));
        effects.extend(self.enter(chapter, step, true));
        effects
    }

    /// Says that something is due, where the learner is not at it already.
    pub(super) fn remind(&self, now: Timestamp) -> Vec<Effect> {
        let due = self.learner.reviews.iter().filter(|(place, review)| {
            review.due <= now && **place != self.place() && find(&self.course, place).is_some()
        });
        match due.count() {
            0 => Vec::new(),
            _ if self.learner.review_from.is_some() => Vec::new(),
            due => vec![self.remark(Remark::ReviewsDue(due))],
        }
    }

    /// What follows on a passed step: when it is to be done again, if it is.
    pub(super) fn schedule(&self) -> Vec<Effect> {
        let place = self.place();
        let known = self.learner.reviews.get(&place);
        let in_review = self.learner.review_from.is_some();
        let clean = !self.learner.missed;
        let days = match known {
            Some(review) if in_review => next_gap(Some(review.gap), clean),
            None if !clean => next_gap(None, false),
            _ => return Vec::new(),
        };
        let mut effects = vec![Effect::Schedule { place, days }];
        if in_review {
            effects.push(self.remark(Remark::ReviewDone(days)));
        }
        effects
    }

    /// Back from a review to where the learner stood.
    pub(super) fn end_review(&mut self) -> Option<Vec<Effect>> {
        let from = self.learner.review_from.clone()?;
        self.prepares();
        Some(vec![Effect::Record(progress::Event::ReviewEnded), Effect::ReturnWorld(from)])
    }

    pub(super) fn returned(&mut self, place: &Place, kept: Option<BTreeMap<String, Value>>) -> Vec<Effect> {
        let Some((chapter, step)) = find(&self.course, place) else { return self.enter(0, 0, true) };
        let mut effects = vec![self.remark(Remark::ReviewOver)];
        let Some(values) = kept else {
            effects.extend(self.enter(chapter, step, true));
            return effects;
        };
        (self.chapter, self.step) = (chapter, step);
        self.works_again();
        effects.push(Effect::Record(progress::Event::StepEntered { place: place.clone() }));
        effects.push(Effect::Record(progress::Event::StepRemembered { values }));
        effects.push(self.show_step());
        effects.extend(self.show_prediction());
        effects.push(Effect::Watch(place.clone()));
        effects
    }

    pub(super) fn scheduled(&self, place: Place, due: Timestamp, gap: u32) -> Vec<Effect> {
        vec![Effect::Record(progress::Event::ReviewScheduled { place, due, gap })]
    }
}
