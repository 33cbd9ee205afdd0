//! The session: what a learner's events mean. Pure: events in, effects out, no clock, no I/O.

mod list;
mod questions;
mod show;
#[cfg(test)]
mod tests;
mod verdicts;

use std::sync::Arc;

use crate::base::UserError;
use crate::check::{Judgement, Verdict};
use crate::environment::INTERRUPTED;
use crate::lesson::{Chapter, Course, Language, Step};
use crate::progress::{self, Learner, Outcome, Place};

use super::effect::Effect;
use super::event::Event;
use super::message::{Message, say};
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
    /// The last verdict shown, so that it is not shown twice.
    shown: Option<View>,
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
            shown: None,
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
            Event::Judged { place, judgement, asked } => self.judged(&place, judgement, asked),
            Event::Answered { question, answer, result } => self.answered(question, answer, result),
            Event::Solved { ran, answers } => self.solution_ran(ran, answers),
            Event::EndOfInput => self.leave(),
        }
    }

    fn start(&mut self, world_kept: bool) -> Vec<Effect> {
        if self.course.chapters.iter().all(|chapter| chapter.steps.is_empty()) {
            self.ending = Some(Ending::Left);
            let error = UserError::new("this course has no steps")
                .hint("podlings looks for chapters in folders such as 01-pods/en.md");
            return vec![Effect::Show(View::Error(error)), Effect::Quit];
        }
        let resumes = world_kept && self.learner.place.as_ref() == Some(&self.place());
        if !resumes {
            let mut effects = vec![self.notice(Message::Welcome)];
            effects.extend(self.enter(self.chapter, self.step, true));
            return effects;
        }
        self.phase = Phase::Working;
        let mut effects = vec![self.notice(Message::WelcomeBack)];
        if self.learner.has_passed(&self.place()) && self.is_last_step() {
            self.phase = Phase::ChapterDone;
            effects.push(self.chapter_done());
        } else {
            effects.push(self.show_step());
            effects.extend(self.show_prediction());
            effects.push(Effect::Watch(self.place()));
        }
        effects
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
        match word {
            Word::Help => vec![Effect::Show(self.help())],
            Word::Check => vec![Effect::Judge { asked: true }],
            Word::Hint => self.hint(),
            Word::Solve => self.solve(),
            Word::Next => self.next(),
            Word::Back => self.back(),
            Word::Goto(place) => self.goto(&place),
            Word::Reset => self.enter_again(),
            Word::Status => self.status(),
            Word::List => vec![Effect::Show(self.list())],
            Word::Answer(text) => self.answer(text),
            Word::Predict(text) => self.predict(text),
            Word::Pause => vec![Effect::Speed(0.0)],
            Word::Resume => vec![Effect::Speed(1.0)],
            Word::Speed(text) => match text.parse::<f64>() {
                Ok(speed) if speed.is_finite() && (0.0..=10_000.0).contains(&speed) => {
                    vec![Effect::Speed(speed)]
                }
                _ => vec![self.notice(Message::NotASpan(&text))],
            },
            Word::Skip(text) => match Word::seconds(&text) {
                Some(seconds) => vec![Effect::Skip(seconds), Effect::Judge { asked: false }],
                None => vec![self.notice(Message::NotASpan(&text))],
            },
            Word::Quit => self.leave(),
            Word::NotYet(word) => vec![self.notice(Message::WordNotYet(word))],
            Word::Unknown(word) => vec![self.notice(Message::UnknownWord(&word))],
        }
    }

    fn hint(&mut self) -> Vec<Effect> {
        let Some(step) = self.step() else { return Vec::new() };
        if step.hints.is_empty() {
            return vec![self.notice(Message::NoHints)];
        }
        let Some(hint) = step.hints.get(self.learner.hints) else {
            return vec![self.notice(Message::NoMoreHints)];
        };
        let level = self.learner.hints + 1;
        let view = View::Hint {
            headline: say(self.language, Message::Hint(level)),
            markdown: hint.get(self.language).to_owned(),
        };
        vec![Effect::Record(progress::Event::HintShown { level }), Effect::Show(view)]
    }

    fn solve(&mut self) -> Vec<Effect> {
        if self.phase == Phase::ChapterDone {
            return vec![self.chapter_done()];
        }
        let Some(step) = self.step() else { return Vec::new() };
        let lines = step.solutions.first().cloned().unwrap_or_default();
        if lines.is_empty() && step.questions.is_empty() {
            return vec![self.notice(Message::NoSolution)];
        }
        vec![
            self.notice(Message::Solving),
            Effect::Record(progress::Event::SolutionRun),
            Effect::Solve(lines),
        ]
    }

    fn solution_ran(&mut self, ran: Vec<(String, i32)>, answers: Vec<(String, String)>) -> Vec<Effect> {
        let stopped = ran.iter().find(|(_, exit_code)| *exit_code == INTERRUPTED);
        let stopped = stopped.map(|(line, _)| self.notice(Message::SolutionFailed(line)));
        let commands = ran
            .into_iter()
            .map(|(line, exit_code)| Effect::Record(progress::Event::CommandRun { line, exit_code }));
        let answers = answers.into_iter().map(|(question, answer)| {
            let right = Some(true);
            Effect::Record(progress::Event::QuestionAnswered { question, answer, right })
        });
        self.solved_now = stopped.is_none();
        let mut effects: Vec<Effect> = commands.chain(answers).chain(stopped).collect();
        effects.push(Effect::Judge { asked: true });
        effects
    }

    fn next(&mut self) -> Vec<Effect> {
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

    fn back(&mut self) -> Vec<Effect> {
        if self.step > 0 {
            return self.enter(self.chapter, self.step - 1, true);
        }
        match (0..self.chapter).rev().find(|chapter| !self.course.chapters[*chapter].steps.is_empty()) {
            Some(chapter) => self.enter(chapter, self.course.chapters[chapter].steps.len() - 1, true),
            None => vec![self.notice(Message::AtFirstStep)],
        }
    }

    fn goto(&mut self, place: &str) -> Vec<Effect> {
        if place.is_empty() {
            return vec![self.notice(Message::GotoWhere)];
        }
        match self.course.find(place) {
            Ok((chapter, step)) => self.enter(chapter, step, true),
            Err(error) => vec![Effect::Show(View::Error(error))],
        }
    }

    fn enter_again(&mut self) -> Vec<Effect> {
        self.phase = Phase::Preparing;
        self.shown = None;
        vec![Effect::Record(progress::Event::StepReset), Effect::Enter { place: self.place(), fresh: true }]
    }

    /// Stands at a step; `fresh` empties the world first.
    fn enter(&mut self, chapter: usize, step: usize, fresh: bool) -> Vec<Effect> {
        let first_of_chapter = step == 0 && fresh;
        (self.chapter, self.step) = (chapter, step);
        self.phase = Phase::Preparing;
        self.shown = None;
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

    fn entered(
        &mut self,
        place: &Place,
        result: Result<std::collections::BTreeMap<String, serde_json::Value>, UserError>,
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
                effects.push(Effect::Show(View::Error(error)));
            }
        }
        effects.push(self.show_step());
        effects.extend(self.show_prediction());
        effects.push(Effect::Watch(place.clone()));
        effects
    }

    fn judged(&mut self, place: &Place, judgement: Judgement, asked: bool) -> Vec<Effect> {
        if *place != self.place() || self.phase == Phase::Preparing {
            return Vec::new();
        }
        let Judgement { verdict, remembered } = judgement;
        let remembered = remembered.map(|values| Effect::Record(progress::Event::StepRemembered { values }));
        let mut effects: Vec<Effect> = remembered.into_iter().collect();
        effects.extend(self.judged_so(&verdict, asked));
        effects
    }

    fn judged_so(&mut self, verdict: &Verdict, asked: bool) -> Vec<Effect> {
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
        let mut effects = vec![Effect::Record(progress::Event::Judged { outcome }), Effect::Show(view)];
        if solved_now && outcome == Outcome::Mistake {
            effects.push(self.notice(Message::SolutionDidNotHelp));
        }
        effects
    }

    fn passed(&mut self) -> Vec<Effect> {
        let title = self.step().map(|step| step.title.get(self.language).to_owned()).unwrap_or_default();
        let place = self.place();
        let solved = self.learner.solved;
        let mut effects = vec![
            Effect::Record(progress::Event::StepPassed { place, solved }),
            Effect::Show(View::Verdict {
                outcome: Outcome::Passed,
                headline: say(self.language, Message::Passed(&title)),
                details: Vec::new(),
            }),
        ];
        effects.extend(self.explanation());
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
        effects
    }

    fn leave(&mut self) -> Vec<Effect> {
        self.ending = self.ending.or(Some(Ending::Left));
        vec![self.notice(Message::Goodbye), Effect::Quit]
    }

    fn is_last_step(&self) -> bool {
        self.chapter().is_none_or(|chapter| self.step + 1 >= chapter.steps.len())
    }

    fn next_chapter(&self) -> Option<usize> {
        (self.chapter + 1..self.course.chapters.len())
            .find(|chapter| !self.course.chapters[*chapter].steps.is_empty())
    }
}

fn find(course: &Course, place: &Place) -> Option<(usize, usize)> {
    let chapter = course.chapters.iter().position(|chapter| chapter.id == place.chapter)?;
    let step = course.chapters[chapter].steps.iter().position(|step| step.id == place.step)?;
    Some((chapter, step))
}
