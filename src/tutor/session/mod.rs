//! The session: what a learner's events mean. Pure: events in, effects out, no clock, no I/O.

mod effort;
mod judged;
mod list;
mod questions;
mod reread;
mod review;
mod show;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tool_tests;
mod tools;
mod verdicts;
mod walk;
mod why;

use std::sync::Arc;

use crate::lesson::{Chapter, Course, Language, Step};
use crate::progress::{self, Learner, Place};

use super::effect::Effect;
use super::event::Event;
use super::message::Message;
use super::view::View;
use super::word::Word;

pub use list::overview;

/// How a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The learner left.
    Left,
    /// The chapter that was the goal is completed.
    Completed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// The start state of the present step is being made.
    Preparing,
    /// The learner works on the step.
    Working,
    /// The step is passed and it was the chapter's last: `next` leads on.
    ChapterDone,
}

/// A learner's session with a course.
#[derive(Debug)]
pub struct Session {
    course: Arc<Course>,
    learner: Learner,
    language: Language,
    chapter: usize,
    step: usize,
    /// Leave when the present chapter is completed.
    one_chapter: bool,
    phase: Phase,
    /// Whether the next verdict is the one on the solution.
    solved_now: bool,
    /// Whether to ask, once the next step stands there, why the solution worked.
    asks_why: bool,
    /// The last verdict shown, so that it is not shown twice.
    shown: Option<View>,
    /// The last feedback, whatever the step, to be called back.
    last_verdict: Option<View>,
    ending: Option<Ending>,
}

impl Session {
    /// A session that begins where the learner stood, or at `goal` if one is given.
    /// `one_chapter` ends it when the chapter is completed.
    #[must_use]
    pub fn new(
        course: Arc<Course>,
        learner: Learner,
        language: Language,
        goal: Option<(usize, usize)>,
        one_chapter: bool,
    ) -> Self {
        let resumed = learner.place.as_ref().and_then(|place| find(&course, place));
        let (chapter, step) = goal.or(resumed).unwrap_or_default();
        Self {
            course,
            learner,
            language,
            chapter,
            step,
            one_chapter,
            phase: Phase::Preparing,
            solved_now: false,
            asks_why: false,
            shown: None,
            last_verdict: None,
            ending: None,
        }
    }

    /// How the session ended, once it has.
    #[must_use]
    pub fn ending(&self) -> Option<Ending> {
        self.ending
    }

    /// The language spoken.
    #[must_use]
    pub fn language(&self) -> Language {
        self.language
    }

    /// The present chapter.
    #[must_use]
    pub fn chapter(&self) -> Option<&Chapter> {
        self.course.chapters.get(self.chapter)
    }

    /// The present step.
    #[must_use]
    pub fn step(&self) -> Option<&Step> {
        self.chapter()?.steps.get(self.step)
    }

    /// What the journal says about the learner.
    #[must_use]
    pub fn learner(&self) -> &Learner {
        &self.learner
    }

    /// The course.
    #[must_use]
    pub fn course(&self) -> &Course {
        &self.course
    }

    /// The step of that place.
    #[must_use]
    pub fn step_at(&self, place: &Place) -> Option<&Step> {
        let (chapter, step) = find(&self.course, place)?;
        self.course.chapters.get(chapter)?.steps.get(step)
    }

    /// The present place.
    #[must_use]
    pub fn place(&self) -> Place {
        Place {
            chapter: self.chapter().map(|chapter| chapter.id.clone()).unwrap_or_default(),
            step: self.step().map(|step| step.id.clone()).unwrap_or_default(),
        }
    }

    /// Decides what an event leads to.
    pub fn handle(&mut self, event: Event) -> Vec<Effect> {
        let effects = self.decide(event);
        for effect in &effects {
            if let Effect::Record(event) = effect {
                self.learner.apply(event);
            }
        }
        effects
    }

    fn decide(&mut self, event: Event) -> Vec<Effect> {
        match event {
            Event::Started { world_kept } => self.start(world_kept),
            Event::Line(line) => self.line(&line),
            Event::CommandDone { line, exit_code } => vec![
                Effect::Record(progress::Event::CommandRun { line, exit_code }),
                Effect::Judge { asked: false },
            ],
            Event::Entered { place, result } => self.entered(&place, result),
            Event::Judged { place, verdict, asked } => self.judged(&place, &verdict, asked),
            Event::Remembered { values } => {
                vec![Effect::Record(progress::Event::StepRemembered { values })]
            }
            Event::Explained(explanation) => self.explained(explanation),
            Event::Answered { question, answer, result } => self.answered(question, answer, result),
            Event::Solved { ran, answers } => self.solution_ran(ran, answers),
            Event::CourseRead(read) => self.course_read(read),
            Event::Undone { line, place, values } => self.undone(line, place, values),
            Event::Scheduled { place, due, gap } => self.scheduled(place, due, gap),
            Event::Time(now) => self.review(now),
            Event::Reminded(now) => self.remind(now),
            Event::Returned { place, kept } => self.returned(&place, kept),
            Event::EndOfInput => self.leave(),
        }
    }

    fn line(&mut self, line: &str) -> Vec<Effect> {
        match Word::parse(line) {
            Some(word) => self.word(word),
            None if line.trim().is_empty() || line.trim_start().starts_with('#') => Vec::new(),
            None => {
                let line = line.trim();
                vec![Effect::Run(line.strip_prefix('!').unwrap_or(line).trim().to_owned())]
            }
        }
    }

    fn word(&mut self, word: Word) -> Vec<Effect> {
        if let Some(effects) = self.tool(&word) {
            return effects;
        }
        match word {
            Word::Check => vec![Effect::Judge { asked: true }],
            Word::Verdict => self.verdict_again(),
            Word::Hint => self.hint(),
            Word::Hints => self.hints_again(),
            Word::Solve => self.solve(),
            Word::Next => self.next(),
            Word::Back => self.back(),
            Word::Goto(place) => self.goto(&place),
            Word::Reset => self.enter_again(),
            Word::Status => self.status(),
            Word::List => vec![Effect::Show(self.list())],
            Word::Answer(text) => self.answer(text),
            Word::Predict(text) => self.predict(text),
            Word::Why(target) => vec![Effect::Why(target)],
            Word::Quit => self.leave(),
            Word::Unknown(word) => vec![self.notice(Message::UnknownWord(&word))],
            // Words of tools are done; `help` is what is left.
            _ => vec![Effect::Show(self.help())],
        }
    }

    /// The learner works on the present step, whose world stands already.
    fn works_again(&mut self) {
        self.phase = Phase::Working;
        self.shown = None;
    }

    /// The present step's world is on its way.
    fn prepares(&mut self) {
        self.phase = Phase::Preparing;
        self.shown = None;
    }
}

fn find(course: &Course, place: &Place) -> Option<(usize, usize)> {
    let chapter = course.chapters.iter().position(|chapter| chapter.id == place.chapter)?;
    let step = course.chapters[chapter].steps.iter().position(|step| step.id == place.step)?;
    Some((chapter, step))
}
