//! Help with a step: hints one at a time, and the solution.

use crate::environment::INTERRUPTED;
use crate::progress;

use super::super::effect::Effect;
use super::super::message::Message;
use super::super::view::View;
use super::{Phase, Session};

impl Session {
    pub(super) fn hint(&mut self) -> Vec<Effect> {
        let Some(step) = self.step() else { return Vec::new() };
        if step.hints.is_empty() {
            return vec![self.notice(Message::NoHints)];
        }
        let Some(hint) = step.hints.get(self.learner.hints) else {
            return vec![self.notice(Message::NoMoreHints)];
        };
        let level = self.learner.hints + 1;
        let view = self.hint_view(hint.get(self.language));
        vec![Effect::Record(progress::Event::HintShown { level }), view]
    }

    pub(super) fn solve(&mut self) -> Vec<Effect> {
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

    pub(super) fn solution_ran(
        &mut self,
        ran: Vec<(String, i32)>,
        answers: Vec<(String, String)>,
    ) -> Vec<Effect> {
        let stopped = ran.iter().find(|(_, exit_code)| *exit_code == INTERRUPTED);
        let stopped = stopped.map(|(line, _)| self.notice(Message::SolutionFailed(line)));
        let commands = ran
            .into_iter()
            .map(|(line, exit_code)| Effect::Record(progress::Event::CommandRun { line, exit_code }));
        let explained: Vec<Effect> = answers
            .iter()
            .filter_map(|(question, _)| self.question(question)?.explain.as_ref())
            .map(|explain| Effect::Show(View::Notice(explain.get(self.language).to_owned())))
            .collect();
        let answers = answers.into_iter().map(|(question, answer)| {
            let right = Some(true);
            Effect::Record(progress::Event::QuestionAnswered { question, answer, right })
        });
        self.solved_now = stopped.is_none();
        let mut effects: Vec<Effect> = commands.chain(answers).chain(explained).chain(stopped).collect();
        effects.push(Effect::Judge { asked: true });
        effects
    }
}
