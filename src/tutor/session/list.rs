//! The list of chapters and steps, with progress.

use crate::lesson::{Chapter, Course, Language, Step};
use crate::progress::{Learner, Place};

use super::super::message::{Message, say};
use super::super::view::{ChapterRow, StepRow, StepState, View};
use super::Session;

/// Chapters, steps and progress, as a list to show outside a session.
#[must_use]
pub fn overview(course: &Course, learner: &Learner, language: Language) -> View {
    View::List {
        headline: say(language, Message::ListHeadline),
        chapters: rows(course, learner, language, None),
    }
}

impl Session {
    /// Chapters and steps, as `goto` takes them.
    #[must_use]
    pub fn places(&self) -> Vec<String> {
        let chapters = self.course.chapters.iter();
        chapters
            .flat_map(|chapter| {
                let steps = chapter.steps.iter().map(|step| format!("{}/{}", chapter.id, step.id));
                std::iter::once(chapter.id.clone()).chain(steps)
            })
            .collect()
    }
}

/// The rows of a list of chapters; steps only for the chapter of `here`, or of all.
pub(super) fn rows(
    course: &Course,
    learner: &Learner,
    language: Language,
    here: Option<&Place>,
) -> Vec<ChapterRow> {
    let row = |chapter: &Chapter| {
        let state = |step: &Step| {
            let place = Place { chapter: chapter.id.clone(), step: step.id.clone() };
            if here == Some(&place) {
                StepState::Present
            } else if learner.has_passed(&place) {
                StepState::Passed
            } else {
                StepState::Ahead
            }
        };
        let opened = here.is_none_or(|here| here.chapter == chapter.id);
        let passed = chapter
            .steps
            .iter()
            .filter(|step| learner.has_passed(&Place { chapter: chapter.id.clone(), step: step.id.clone() }))
            .count();
        ChapterRow {
            number: chapter.number,
            id: chapter.id.clone(),
            title: chapter.title.get(language).to_owned(),
            steps: chapter
                .steps
                .iter()
                .filter(|_| opened)
                .map(|step| StepRow {
                    id: step.id.clone(),
                    title: step.title.get(language).to_owned(),
                    state: state(step),
                })
                .collect(),
            passed,
            total: chapter.steps.len(),
        }
    };
    course.chapters.iter().map(row).collect()
}
