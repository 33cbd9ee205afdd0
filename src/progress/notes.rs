//! What a learner did and said at a step, for their notes.

use super::event::Event;

/// Commands kept of a step.
const COMMANDS_MAX: usize = 20;

/// Notes and answers kept of a step.
const TEXTS_MAX: usize = 20;

/// The learner's own words and commands at one step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StepNotes {
    /// Commands that succeeded, each once, in the order of their first use.
    pub commands: Vec<String>,
    /// What the learner expected.
    pub prediction: Option<String>,
    /// Right answers: question and answer.
    pub answers: Vec<(String, String)>,
    /// Why the solution works, in the learner's words.
    pub reason: Option<String>,
    /// Notes.
    pub notes: Vec<String>,
    /// Whether the solution was run.
    pub solved: bool,
}

impl StepNotes {
    /// Takes an event at this step into account.
    pub(super) fn apply(&mut self, event: &Event) {
        match event {
            Event::CommandRun { line, exit_code: 0 }
                if !self.commands.contains(line) && is_worth_a_note(line) =>
            {
                push(&mut self.commands, line.clone(), COMMANDS_MAX);
            }
            Event::SolutionRun => self.solved = true,
            Event::Predicted { prediction } => self.prediction = Some(prediction.clone()),
            Event::QuestionAnswered { question, answer, right } if *right != Some(false) => {
                self.answers.retain(|(known, _)| known != question);
                push(&mut self.answers, (question.clone(), answer.clone()), TEXTS_MAX);
            }
            Event::Noted { text } => push(&mut self.notes, text.clone(), TEXTS_MAX),
            Event::Explained { text, .. } => self.reason = Some(text.clone()),
            _ => {}
        }
    }
}

/// Whether a command says anything about what was learned.
fn is_worth_a_note(line: &str) -> bool {
    !matches!(line.split_whitespace().next(), None | Some("clear" | "ls" | "pwd" | "cd" | "history" | "exit"))
}

fn push<T>(list: &mut Vec<T>, item: T, most: usize) {
    if list.len() == most {
        list.remove(0);
    }
    list.push(item);
}
