//! A course that its author changes while it is open.

use std::sync::Arc;

use crate::base::UserError;
use crate::lesson::Course;
use crate::tutor::effect::Effect;
use crate::tutor::view::View;

use super::{Phase, Session, find};

impl Session {
    /// Goes on with the course as its author saved it; one that cannot be read is told and the old one stays.
    pub(super) fn course_read(&mut self, read: Result<Arc<Course>, UserError>) -> Vec<Effect> {
        let course = match read {
            Ok(course) => course,
            Err(error) => {
                let error = error.hint(self.language.either(
                    "the chapter stays as it was until the file can be read again",
                    "파일을 다시 읽을 수 있을 때까지 장은 그대로입니다",
                ));
                return vec![Effect::Show(View::Error(error))];
            }
        };
        if *course == *self.course {
            return Vec::new();
        }
        let (place, before) = (self.place(), self.step().cloned());
        self.course = course;
        let Some(found) = find(&self.course, &place) else { return self.stand_near() };
        (self.chapter, self.step) = found;
        let start = self.step().map(|step| &step.start);
        let start_differs = start != before.as_ref().map(|step| &step.start);
        let mut effects =
            vec![self.tell("The chapter was saved and read again.", "장이 저장되어 다시 읽었습니다.")];
        if self.step() == before.as_ref() || self.phase == Phase::ChapterDone {
            return effects;
        }
        self.shown = None;
        effects.push(self.show_step());
        effects.extend(self.show_prediction());
        if start_differs {
            effects.push(self.tell(
                "Its start state changed, too: `reset` makes it.",
                "시작 상태도 바뀌었습니다. `reset`으로 만들 수 있습니다.",
            ));
        }
        effects.push(Effect::Watch(place));
        effects
    }

    /// The step is gone: the one that stands in its place, or the last there is.
    fn stand_near(&mut self) -> Vec<Effect> {
        let chapters = &self.course.chapters;
        self.chapter = self.chapter.min(chapters.len().saturating_sub(1));
        let steps = chapters.get(self.chapter).map_or(0, |chapter| chapter.steps.len());
        self.step = self.step.min(steps.saturating_sub(1));
        let mut effects = vec![self.tell(
            "The chapter was saved without the step you stood at; this one stands in its place.",
            "저장된 장에 지금 단계가 없어서 그 자리의 단계로 갑니다.",
        )];
        if self.step().is_some() {
            effects.extend(self.enter(self.chapter, self.step, true));
        }
        effects
    }

    fn tell(&self, english: &str, korean: &str) -> Effect {
        Effect::Show(View::Notice(self.language.either(english, korean).to_owned()))
    }
}
