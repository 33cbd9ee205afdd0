//! A learner who works through steps for an author: enters them, runs commands, waits, and is judged.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use crate::base::{Streams, UserError, sleep};
use crate::check::{self, Context, Verdict};
use crate::environment::{CommandLine, Environment, Inventory, Snapshot};
use crate::lesson::{Answer, Expectation, Language, Question, Step};

/// Simulated time that a state is given to arrive, once the desired state is right.
const CONVERGING_MAX: Duration = Duration::from_secs(300);

/// Simulated time that a state is given which is not right.
const NOT_YET_MAX: Duration = Duration::from_secs(40);

/// The same on a cluster whose time is not ours.
const REAL_CONVERGING_MAX: Duration = Duration::from_secs(180);
const REAL_NOT_YET_MAX: Duration = Duration::from_secs(3);
const LOOK_INTERVAL: Duration = Duration::from_millis(500);

/// Characters of what commands printed that are kept.
const PRINTED_MAX: usize = 4000;

/// A learner's desk: a cluster, a workspace, and what was done at the present step.
pub(super) struct Desk {
    environment: Environment,
    answers: BTreeMap<String, String>,
    commands: Vec<String>,
    snap: BTreeMap<String, Value>,
    /// What the commands since entering the step printed.
    pub printed: String,
}

/// A moment to go back to.
pub(super) struct Kept {
    snapshot: Option<Snapshot>,
    snap: BTreeMap<String, Value>,
    step: Step,
}

/// How one command ended.
pub(super) struct Ran {
    /// Which one, counted from 0.
    pub index: usize,
    pub exit_code: i32,
    /// What it complained about.
    pub complaint: String,
}

impl Desk {
    pub(super) fn new(environment: Environment) -> Self {
        Self {
            environment,
            answers: BTreeMap::new(),
            commands: Vec::new(),
            snap: BTreeMap::new(),
            printed: String::new(),
        }
    }

    /// Whether time is ours, and with it the whole cluster.
    pub(super) fn is_simulated(&self) -> bool {
        self.environment.clock().is_some()
    }

    pub(super) fn environment(&self) -> &Environment {
        &self.environment
    }

    fn context(&self, language: Language) -> Context {
        Context {
            client: self.environment.client(),
            namespace: self.environment.namespace().to_owned(),
            language,
            answers: self.answers.clone(),
            commands: self.commands.clone(),
            snap: self.snap.clone(),
        }
    }

    /// Stands at a step: by `goto` (fresh), or by arriving from the step before.
    pub(super) async fn enter(&mut self, step: &Step, fresh: bool) -> Result<(), UserError> {
        self.environment.run_eagerly(true);
        let prepared = self.environment.prepare(&step.start, fresh).await;
        self.environment.run_eagerly(false);
        prepared?;
        if fresh {
            self.environment.workspace().clear()?;
        }
        self.put_files(step)?;
        self.answers.clear();
        self.commands.clear();
        self.printed.clear();
        self.snap = check::remember(step, &self.context(Language::En)).await?;
        Ok(())
    }

    fn put_files(&self, step: &Step) -> Result<(), UserError> {
        step.files.iter().try_for_each(|file| self.environment.workspace().put(&file.name, &file.content))
    }

    /// Keeps the present moment, at the beginning of a step.
    pub(super) fn keep(&self, step: &Step) -> Kept {
        Kept { snapshot: self.environment.snapshot(), snap: self.snap.clone(), step: step.clone() }
    }

    /// Goes back to a moment; where time is not ours, by making the step's start anew.
    pub(super) async fn back_to(&mut self, kept: &Kept) -> Result<(), UserError> {
        let Some(snapshot) = &kept.snapshot else { return self.enter(&kept.step, true).await };
        self.environment.restore(snapshot);
        self.environment.workspace().clear()?;
        self.put_files(&kept.step)?;
        self.answers.clear();
        self.commands.clear();
        self.printed.clear();
        self.snap.clone_from(&kept.snap);
        Ok(())
    }

    /// Runs the commands of a solution, one after the other, each until the cluster is quiet.
    pub(super) async fn run(&mut self, lines: &[String]) -> Vec<Ran> {
        let mut ran = Vec::new();
        for (index, line) in lines.iter().enumerate() {
            let (mut streams, printed) = Streams::captured("");
            self.environment.run_eagerly(true);
            let exit_code = self.environment.run(&CommandLine::parse(line), &mut streams).await;
            self.environment.run_eagerly(false);
            let complaint = printed.err();
            if self.printed.len() < PRINTED_MAX {
                self.printed += &format!("$ {line}\n{}{complaint}", printed.out());
            }
            self.commands.push(line.clone());
            ran.push(Ran { index, exit_code, complaint });
            self.let_pass(Duration::from_secs(8)).await;
        }
        ran
    }

    /// The verdict as things stand.
    pub(super) async fn verdict(&mut self, step: &Step, language: Language) -> Verdict {
        check::evaluate(step, &self.context(language)).await
    }

    /// The verdict once nothing changes any more, or the step is passed.
    pub(super) async fn settled_verdict(&mut self, step: &Step) -> Verdict {
        let mut waited = Duration::ZERO;
        loop {
            let verdict = self.verdict(step, Language::En).await;
            let at_most = match (&verdict, self.is_simulated()) {
                (Verdict::Passed, _) => return verdict,
                (Verdict::Converging { .. }, true) => CONVERGING_MAX,
                (Verdict::Converging { .. }, false) => REAL_CONVERGING_MAX,
                (_, true) => NOT_YET_MAX,
                (_, false) => REAL_NOT_YET_MAX,
            };
            match self.step_on(at_most.saturating_sub(waited)).await {
                Some(passed) => waited += passed,
                None => return verdict,
            }
        }
    }

    /// To the next moment at which something happens; `None` when nothing will within that time.
    async fn step_on(&self, at_most: Duration) -> Option<Duration> {
        if self.is_simulated() {
            return self.environment.step(at_most);
        }
        if at_most.is_zero() {
            return None;
        }
        sleep(LOOK_INTERVAL).await;
        Some(LOOK_INTERVAL)
    }

    /// Lets what is under way arrive: until nothing happens for `quiet`.
    async fn let_pass(&self, quiet: Duration) {
        if !self.is_simulated() {
            return;
        }
        let mut left = NOT_YET_MAX;
        while let Some(passed) = self.environment.step(left.min(quiet)) {
            left = left.saturating_sub(passed);
        }
    }

    /// Whether a check holds, all others aside.
    pub(super) async fn holds(&self, check: &Expectation, step: &Step) -> bool {
        let alone =
            Step { checks: vec![check.clone()], questions: step.questions.clone(), ..Step::default() };
        matches!(check::evaluate(&alone, &self.context(Language::En)).await, Verdict::Passed)
    }

    /// Whether all of these hold.
    pub(super) async fn hold(&self, checks: &[Expectation], step: &Step) -> bool {
        let alone = Step { checks: checks.to_vec(), questions: step.questions.clone(), ..Step::default() };
        matches!(check::evaluate(&alone, &self.context(Language::En)).await, Verdict::Passed)
    }

    /// Answers a question rightly; says what is wrong with the question otherwise.
    pub(super) async fn answer(&mut self, question: &Question, languages: &[Language]) -> Result<(), String> {
        let mut kept = None;
        for language in languages.iter().copied() {
            let Some(right) = self.right_answer(question, language).await else {
                return Err("the cluster cannot tell the right answer once the step is solved".to_owned());
            };
            let context = self.context(language);
            if check::judge_answer(question, &right, &context).await.is_err() {
                return Err(format!("the right answer {right:?} is not accepted ({language})"));
            }
            if let Answer::Choice(right) = question.answer {
                for (index, choice) in question.choices.iter().enumerate() {
                    let accepted =
                        check::judge_answer(question, choice.get(language), &context).await.is_ok();
                    if accepted != (index == right) {
                        let verb = if accepted { "is accepted" } else { "is not accepted" };
                        return Err(format!("the choice {:?} {verb} ({language})", choice.get(language)));
                    }
                }
            }
            kept = kept.or(Some(right));
        }
        if let Some(answer) = kept {
            self.answers.insert(question.id.clone(), answer);
        }
        Ok(())
    }

    async fn right_answer(&self, question: &Question, language: Language) -> Option<String> {
        let mut left = NOT_YET_MAX;
        loop {
            if let Some(answer) = check::right_answer(question, &self.context(language)).await {
                return Some(answer);
            }
            let passed = self.step_on(left).await?;
            left = left.saturating_sub(passed);
        }
    }

    /// What the cluster holds once it is quiet; the world stays as it was where time is ours.
    pub(super) async fn inventory(&self) -> Result<Inventory, UserError> {
        let snapshot = self.environment.snapshot();
        // Kept by what it answers: where time is real there is nothing to let pass.
        let _ = self.is_simulated() && self.environment.pass(NOT_YET_MAX);
        let inventory = self.environment.inventory().await;
        if let Some(snapshot) = &snapshot {
            self.environment.restore(snapshot);
        }
        inventory
    }

    /// The work is done: what must not be left behind is removed.
    pub(super) async fn leave(&self) -> Result<(), UserError> {
        self.environment.leave().await
    }
}
