//! Runs a solution, and finds the right answers.

use std::time::Duration;

use crate::check;
use crate::environment::INTERRUPTED;

use super::super::event::Event;
use super::super::view::View;
use super::Driver;
use super::judging::NOT_YET_MAX;

/// Simulated time without anything due that counts as quiet.
const QUIET: Duration = Duration::from_secs(8);

/// How long a solution waits until the cluster can tell the answer to a question.
const ANSWER_MAX: Duration = Duration::from_secs(20);

impl Driver {
    pub(super) async fn solve(&mut self, lines: Vec<String>) -> Event {
        let mut ran = Vec::new();
        // `undo` takes the whole solution back.
        self.mark_step().await;
        self.acted = true;
        self.only_looked = false;
        self.remember("solve");
        for line in lines {
            self.screen.show(&View::SolutionLine(line.clone()));
            let exit_code = self.run_line(&line).await;
            ran.push((line, exit_code));
            if exit_code == INTERRUPTED {
                return Event::Solved { ran, answers: Vec::new() };
            }
            self.let_quiet_come().await;
        }
        let answers = self.right_answers().await;
        for (_, answer) in &answers {
            self.screen.show(&View::SolutionLine(format!("answer {answer}")));
        }
        Event::Solved { ran, answers }
    }

    /// Where simulated time moves by hand: lets what a command set going arrive before the next one.
    pub(super) async fn let_quiet_come(&mut self) {
        let mut left = NOT_YET_MAX;
        while let Some(passed) = self.environment.step(left.min(QUIET)) {
            left = left.saturating_sub(passed);
        }
    }

    /// The right answers to the questions of the step that have none yet; waits a little for those
    /// that the cluster cannot tell yet.
    pub(super) async fn right_answers(&mut self) -> Vec<(String, String)> {
        let Some(step) = self.session.step().cloned() else { return Vec::new() };
        let context = self.context();
        let simulated = self.environment.clock().is_some_and(|clock| clock.is_manual());
        let mut answers = Vec::new();
        for question in &step.questions {
            if context.answers.contains_key(&question.id) {
                continue;
            }
            let mut left = ANSWER_MAX;
            let answer = loop {
                if let Some(answer) = check::right_answer(question, &context).await {
                    break Some(answer);
                }
                match self.let_time_pass(left, simulated).await {
                    Some(passed) => left = left.saturating_sub(passed),
                    None => break None,
                }
            };
            answers.extend(answer.map(|answer| (question.id.clone(), answer)));
        }
        answers
    }
}
