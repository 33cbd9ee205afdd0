//! Where the learner stands: starting, entering a step, going on and back.

use std::collections::BTreeMap;

use crate::base::{UserError, Value};
use crate::progress::{self, Place};

use super::super::effect::Effect;
use super::super::message::Message;
use super::super::view::View;
use super::{Ending, Phase, Session};

impl Session {
    pub(super) fn start(&mut self, world_kept: bool) -> Vec<Effect> {
        if self.course.chapters.iter().all(|chapter| chapter.steps.is_empty()) {
            self.ending = Some(Ending::Left);
            let error = UserError::new("this course has no steps")
                .hint("podlings looks for chapters in folders such as 01-pods/en.md");
            let error = error.or_korean(
                UserError::new("이 과정에는 단계가 없습니다")
                    .hint("podlings는 01-pods/en.md 같은 폴더에서 장을 찾습니다"),
            );
            return vec![self.error(error), Effect::Quit];
        }
        let resumes = world_kept && self.learner.place.as_ref() == Some(&self.place());
        if !resumes {
            let mut effects = vec![self.notice(Message::Welcome)];
            effects.extend(self.enter(self.chapter, self.step, true));
            return effects;
        }
        self.phase = Phase::Working;
        let mut effects = vec![self.notice(Message::WelcomeBack)];
        let in_review = self.learner.review_from.is_some();
        if self.learner.has_passed(&self.place()) && self.is_last_step() && !in_review {
            self.phase = Phase::ChapterDone;
            effects.push(self.chapter_done());
        } else {
            effects.push(self.show_step());
            effects.extend(self.show_prediction());
            effects.push(Effect::Watch(self.place()));
        }
        effects
    }

    pub(super) fn next(&mut self) -> Vec<Effect> {
        if let Some(back) = self.end_review() {
            return back;
        }
        if self.phase == Phase::ChapterDone {
            return match self.next_chapter() {
                Some(chapter) => self.enter(chapter, 0, true),
                None => vec![self.notice(Message::CourseDone)],
            };
        }
        if self.learner.has_passed(&self.place()) && !self.is_last_step() {
            return self.enter(self.chapter, self.step + 1, true);
        }
        vec![self.notice(Message::NextUnfinished)]
    }

    pub(super) fn back(&mut self) -> Vec<Effect> {
        if let Some(back) = self.end_review() {
            return back;
        }
        if self.step > 0 {
            return self.enter(self.chapter, self.step - 1, true);
        }
        match (0..self.chapter).rev().find(|chapter| !self.course.chapters[*chapter].steps.is_empty()) {
            Some(chapter) => self.enter(chapter, self.course.chapters[chapter].steps.len() - 1, true),
            None => vec![self.notice(Message::AtFirstStep)],
        }
    }

    pub(super) fn goto(&mut self, place: &str) -> Vec<Effect> {
        if place.is_empty() {
            return vec![self.notice(Message::GotoWhere)];
        }
        match self.course.find(place) {
            Ok((chapter, step)) => {
                let ended = self.learner.review_from.is_some();
                let ended = ended.then_some(Effect::Record(progress::Event::ReviewEnded));
                ended.into_iter().chain(self.enter(chapter, step, true)).collect()
            }
            Err(error) => vec![self.error(error)],
        }
    }

    pub(super) fn enter_again(&mut self) -> Vec<Effect> {
        self.prepares();
        vec![Effect::Record(progress::Event::StepReset), Effect::Enter { place: self.place(), fresh: true }]
    }

    /// Stands at a step; `fresh` empties the world first.
    pub(super) fn enter(&mut self, chapter: usize, step: usize, fresh: bool) -> Vec<Effect> {
        let first_of_chapter = step == 0 && fresh;
        (self.chapter, self.step) = (chapter, step);
        self.prepares();
        let place = self.place();
        let mut effects = Vec::new();
        if first_of_chapter && let Some(chapter) = self.chapter() {
            effects.push(Effect::Show(View::Chapter {
                number: chapter.number,
                title: chapter.title.get(self.language).to_owned(),
                summary: chapter.summary.get(self.language).to_owned(),
            }));
        }
        effects.push(Effect::Record(progress::Event::StepEntered { place: place.clone() }));
        effects.push(Effect::Enter { place, fresh });
        effects
    }

    pub(super) fn entered(
        &mut self,
        place: &Place,
        result: Result<BTreeMap<String, Value>, UserError>,
    ) -> Vec<Effect> {
        if *place != self.place() {
            return Vec::new();
        }
        self.phase = Phase::Working;
        let mut effects = Vec::new();
        match result {
            Ok(values) if values.is_empty() => {}
            Ok(values) => effects.push(Effect::Record(progress::Event::StepRemembered { values })),
            Err(error) => {
                effects.push(self.notice(Message::StartFailed));
                effects.push(self.error(error));
            }
        }
        effects.push(self.show_step());
        effects.extend(self.show_prediction());
        effects.extend(self.ask_why());
        effects.push(Effect::Watch(place.clone()));
        effects
    }

    pub(super) fn leave(&mut self) -> Vec<Effect> {
        self.ending = self.ending.or(Some(Ending::Left));
        vec![self.notice(Message::Goodbye), Effect::Quit]
    }

    pub(super) fn is_last_step(&self) -> bool {
        self.chapter().is_none_or(|chapter| self.step + 1 >= chapter.steps.len())
    }

    pub(super) fn next_chapter(&self) -> Option<usize> {
        (self.chapter + 1..self.course.chapters.len())
            .find(|chapter| !self.course.chapters[*chapter].steps.is_empty())
    }
}
