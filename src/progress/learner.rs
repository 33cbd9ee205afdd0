//! The journal folded into where the learner is.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};

use crate::base::Value;
use crate::lesson::Language;

use super::event::{Entry, Event, Outcome};
use super::notes::StepNotes;
use super::review::Review;

/// A step of a chapter, by their ids.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// Chapter id.
    pub chapter: String,
    /// Step id.
    pub step: String,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.chapter, self.step)
    }
}

/// Where the learner stands and what they did at the present step.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Learner {
    /// The chosen language; `None` before the first choice.
    pub language: Option<Language>,
    /// The present step.
    pub place: Option<Place>,
    /// Steps passed at least once.
    pub passed: BTreeSet<Place>,
    /// Hints shown at the present step.
    pub hints: usize,
    /// Whether the solution of the present step was run.
    pub solved: bool,
    /// Commands run at the present step, oldest first.
    pub commands: Vec<String>,
    /// Answers given at the present step: question → answer.
    pub answers: BTreeMap<String, String>,
    /// The prediction made at the present step.
    pub prediction: Option<String>,
    /// What the present step remembers of its beginning.
    pub remembered: BTreeMap<String, Value>,
    /// Whether something went wrong at the present step, or all help was needed.
    pub missed: bool,
    /// The last commands and their exit codes, oldest first.
    pub recent: VecDeque<(String, i32)>,
    /// The learner's own words and commands, by step.
    pub notes: BTreeMap<Place, StepNotes>,
    /// The step passed last.
    pub last_passed: Option<Place>,
    /// Steps to be done again.
    pub reviews: BTreeMap<Place, Review>,
    /// During a review: the step to come back to.
    pub review_from: Option<Place>,
}

/// Commands remembered for a step: enough for evidence, bounded against floods.
const COMMANDS_MAX: usize = 500;

/// Commands remembered whatever the step.
const RECENT_MAX: usize = 20;

/// The hint that leaves one blank: whoever needed it should try again some day.
const LAST_HINT: usize = 3;

impl Learner {
    /// Folds a journal.
    pub fn from_entries<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Self {
        let mut learner = Self::default();
        for entry in entries {
            learner.apply(&entry.event);
        }
        learner
    }

    /// Takes one more event into account.
    pub fn apply(&mut self, event: &Event) {
        match event {
            Event::LanguageChosen { language } => self.language = Some(*language),
            Event::StepEntered { place } => {
                self.place = Some(place.clone());
                self.begin_step();
            }
            Event::StepReset => self.begin_step(),
            Event::StepRemembered { values } => self.remembered = values.clone(),
            Event::CommandRun { line, exit_code } => {
                if self.commands.len() == COMMANDS_MAX {
                    self.commands.remove(0);
                }
                self.commands.push(line.clone());
                if self.recent.len() == RECENT_MAX {
                    self.recent.pop_front();
                }
                self.recent.push_back((line.clone(), *exit_code));
            }
            Event::HintShown { level } => {
                self.hints = self.hints.max(*level);
                self.missed |= *level >= LAST_HINT;
            }
            Event::SolutionRun => (self.solved, self.missed) = (true, true),
            Event::QuestionAnswered { right: Some(false), .. } => self.missed = true,
            Event::QuestionAnswered { question, answer, .. } => {
                self.answers.insert(question.clone(), answer.clone());
            }
            Event::Predicted { prediction } => self.prediction = Some(prediction.clone()),
            Event::StepPassed { place, .. } => {
                self.passed.insert(place.clone());
                self.last_passed = Some(place.clone());
            }
            Event::Judged { outcome } => self.missed |= *outcome == Outcome::Mistake,
            Event::Undone { place, values, line } => {
                if self.place.as_ref() != Some(place) {
                    self.place = Some(place.clone());
                    self.begin_step();
                }
                // What was taken back, and what came after it, has not been typed.
                if let Some(taken_back) = self.commands.iter().rposition(|typed| typed == line) {
                    self.commands.truncate(taken_back);
                }
                self.remembered = values.clone();
            }
            Event::ReviewScheduled { place, due, gap } => {
                self.reviews.insert(place.clone(), Review { due: *due, gap: *gap });
            }
            Event::ReviewBegan { from } => self.review_from = Some(from.clone()),
            Event::ReviewEnded => self.review_from = None,
            Event::Explained { .. }
            | Event::Noted { .. }
            | Event::ContextConfirmed { .. }
            | Event::SampleImageChosen { .. }
            | Event::ClusterSeen { .. }
            | Event::EngineWrote { .. }
            | Event::ObjectMade { .. } => {}
        }
        self.note(event);
    }

    /// Puts what belongs there into the notes of the present step, or of the one that the event names.
    fn note(&mut self, event: &Event) {
        let place = match event {
            Event::Explained { place, .. } => Some(place),
            Event::CommandRun { .. }
            | Event::SolutionRun
            | Event::QuestionAnswered { .. }
            | Event::Predicted { .. }
            | Event::Noted { .. } => self.place.as_ref(),
            _ => None,
        };
        if let Some(place) = place.cloned() {
            self.notes.entry(place).or_default().apply(event);
        }
    }

    fn begin_step(&mut self) {
        self.hints = 0;
        self.solved = false;
        self.commands.clear();
        self.answers.clear();
        self.prediction = None;
        self.remembered.clear();
        self.missed = false;
    }

    /// Whether that step was passed at least once.
    #[must_use]
    pub fn has_passed(&self, place: &Place) -> bool {
        self.passed.contains(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(step: &str) -> Place {
        Place { chapter: "pods".to_owned(), step: step.to_owned() }
    }

    #[test]
    fn a_new_step_forgets_hints_and_commands_but_not_what_was_passed() {
        let mut learner = Learner::default();
        for event in [
            Event::StepEntered { place: place("run") },
            Event::CommandRun { line: "kubectl get pods".to_owned(), exit_code: 0 },
            Event::HintShown { level: 2 },
            Event::StepPassed { place: place("run"), solved: false },
            Event::StepEntered { place: place("logs") },
        ] {
            learner.apply(&event);
        }
        assert_eq!(learner.place, Some(place("logs")));
        assert!(learner.has_passed(&place("run")));
        assert_eq!((learner.hints, learner.commands.len()), (0, 0));
    }
}
