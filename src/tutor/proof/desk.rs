//! A learner who works through steps for an author: enters them, runs commands, waits, and is judged.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::base::{Streams, UserError, Value, sleep, timeout};
use crate::check::{self, Context, Judgement, Verdict};
use crate::environment::{CommandLine, Environment, INTERRUPTED, Inventory, World};
use crate::lesson::{Answer, Expectation, Form, Language, Question, Step};

use super::findings::Findings;

/// Simulated time that a state is given to arrive, once the desired state is right.
const CONVERGING_MAX: Duration = Duration::from_secs(300);

/// Simulated time that a state is given which is not right.
const NOT_YET_MAX: Duration = Duration::from_secs(40);

/// Simulated time without anything due that counts as quiet.
const QUIET: Duration = Duration::from_secs(8);

/// Wall time in which a command that waits for nothing ends.
const AT_ONCE: Duration = Duration::from_millis(40);

/// Simulated time between two verdicts, at first and at most.
const STRIDE_MIN: Duration = Duration::from_millis(500);
const STRIDE_MAX: Duration = Duration::from_secs(15);

/// Wall time after which a command is interrupted; simulated time flies in it.
const COMMAND_MAX: Duration = Duration::from_secs(15);
const REAL_COMMAND_MAX: Duration = Duration::from_secs(180);

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
    /// After which time the step is worth another look.
    again: Option<Duration>,
    snap: BTreeMap<String, Value>,
    /// What the commands since entering the step printed.
    pub printed: String,
}

/// A moment to go back to.
pub(super) struct Kept {
    world: Option<World>,
    snap: BTreeMap<String, Value>,
    step: Step,
}

/// How one command ended.
pub(super) struct Ran {
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
            again: None,
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
            answered: None,
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
        Kept { world: self.environment.world(), snap: self.snap.clone(), step: step.clone() }
    }

    /// Goes back to a moment; where time is not ours, by making the step's start anew.
    pub(super) async fn back_to(&mut self, kept: &Kept) -> Result<(), UserError> {
        let Some(world) = &kept.world else { return self.enter(&kept.step, true).await };
        let _ = self.environment.put_back(world);
        self.environment.workspace().clear()?;
        self.put_files(&kept.step)?;
        self.answers.clear();
        self.commands.clear();
        self.printed.clear();
        self.snap.clone_from(&kept.snap);
        Ok(())
    }

    /// Runs one command; time moves only as far as it waits for something.
    pub(super) async fn run_line(&mut self, line: &str) -> Ran {
        let (streams, printed) = Streams::captured("");
        let exit_code = self.exit_code_of(CommandLine::parse(line), streams).await;
        let complaint = match exit_code {
            Some(_) => printed.err(),
            None => "it does not end by itself".to_owned(),
        };
        let exit_code = exit_code.unwrap_or(INTERRUPTED);
        if self.printed.len() < PRINTED_MAX {
            self.printed += &format!("$ {line}\n{}{complaint}", printed.out());
        }
        self.commands.push(line.to_owned());
        Ran { exit_code, complaint }
    }

    /// Runs a command to its end; `None` when it had to be interrupted.
    async fn exit_code_of(&self, command: CommandLine, streams: Streams) -> Option<i32> {
        // As a job: what a shell prints is read here, and what it leaves running ends with it.
        let mut running = self.environment.job(command, streams);
        if let Some(exit_code) = timeout(AT_ONCE, &mut running).await {
            return Some(exit_code);
        }
        // It waits for something, and time moves on until that has come.
        self.environment.run_eagerly(true);
        let at_most = if self.is_simulated() { COMMAND_MAX } else { REAL_COMMAND_MAX };
        let exit_code = timeout(at_most, &mut running).await;
        self.environment.run_eagerly(false);
        exit_code
    }

    /// Runs commands, one after the other, each until the cluster is quiet but for the last.
    pub(super) async fn run(&mut self, lines: &[String], step: &Step) {
        for (index, line) in lines.iter().enumerate() {
            self.run_line(line).await;
            if index + 1 < lines.len() {
                self.let_quiet_come(step).await;
            }
        }
    }

    /// The verdict as things stand.
    pub(super) async fn verdict(&mut self, step: &Step, language: Language) -> Verdict {
        let judgement = check::evaluate(step, &self.context(language)).await;
        self.remember(judgement)
    }

    /// The same without a look at the reasons, which are dear.
    async fn glance(&mut self, step: &Step) -> Verdict {
        let judgement = check::glance(step, &self.context(Language::En)).await;
        self.remember(judgement)
    }

    /// Whether the step remembers something under this name.
    pub(super) fn remembers(&self, name: &str) -> bool {
        self.snap.contains_key(name)
    }

    /// A trial remembers what it did.
    fn remember(&mut self, judgement: Judgement) -> Verdict {
        self.again = judgement.again;
        if let Some(remembered) = judgement.remembered {
            self.snap = remembered;
        }
        judgement.verdict
    }

    /// The verdict once nothing changes any more, or the step is passed.
    pub(super) async fn settled_verdict(&mut self, step: &Step) -> Verdict {
        let mut waited = Duration::ZERO;
        let mut stride = STRIDE_MIN;
        let longest = if is_watched(step) { STRIDE_MIN } else { STRIDE_MAX };
        loop {
            let at_most = match (self.glance(step).await, self.is_simulated()) {
                (Verdict::Passed, _) => return Verdict::Passed,
                (Verdict::Converging { .. }, true) => CONVERGING_MAX,
                (Verdict::Converging { .. }, false) => REAL_CONVERGING_MAX,
                (_, true) => NOT_YET_MAX,
                (_, false) => REAL_NOT_YET_MAX,
            };
            match self.step_on(at_most.saturating_sub(waited), stride).await {
                Some(passed) => waited += passed,
                None => return self.verdict(step, Language::En).await,
            }
            stride = (stride * 2).min(longest);
        }
    }

    /// To the next moment at which something happens, and at least as far as `stride`; `None` when nothing
    /// will happen within that time.
    async fn step_on(&self, at_most: Duration, stride: Duration) -> Option<Duration> {
        if self.is_simulated() {
            let passed = self.environment.step_or_last(at_most, self.again)?;
            let more = stride.saturating_sub(passed);
            let _ = self.environment.pass(more);
            return Some(passed + more);
        }
        if at_most.is_zero() {
            return None;
        }
        sleep(LOOK_INTERVAL).await;
        Some(LOOK_INTERVAL)
    }

    /// Lets what is under way arrive: until nothing happens for a while.
    pub(super) async fn let_quiet_come(&mut self, step: &Step) {
        if !self.is_simulated() {
            // Time for the controllers to see what was written.
            return sleep(LOOK_INTERVAL * 2).await;
        }
        let mut left = NOT_YET_MAX;
        while let Some(passed) = self.environment.step(left.min(QUIET)) {
            left = left.saturating_sub(passed);
            if is_watched(step) {
                self.glance(step).await;
            }
        }
    }

    /// Whether these hold, all others aside. Nothing is tried out for it.
    pub(super) async fn hold(&self, checks: &[Expectation], step: &Step) -> bool {
        let alone = Step { checks: checks.to_vec(), questions: step.questions.clone(), ..Step::default() };
        check::is_passed(&alone, &self.context(Language::En)).await
    }

    /// Tells of rules that read fields which are not there.
    pub(super) async fn tell_unclear(&self, step: &Step, findings: &mut Findings<'_>) {
        for (index, why) in check::unclear(step, &self.context(Language::En)).await {
            let message = format!("the rule of check {} cannot be told at the start: {why}", index + 1);
            let hint = "ask first whether the field is there: `has(object.field) && …`";
            findings.add("rule-unclear", step.checks[index].at, message, hint);
        }
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
            let passed = self.step_on(left, STRIDE_MIN).await?;
            left = left.saturating_sub(passed);
        }
    }

    /// What the cluster holds once it is quiet; the world stays as it was where time is ours.
    pub(super) async fn inventory(&self) -> Result<Inventory, UserError> {
        let world = self.environment.world();
        // Kept by what it answers: where time is real there is nothing to let pass.
        let _ = self.is_simulated() && self.environment.pass(NOT_YET_MAX);
        let inventory = self.environment.inventory().await;
        if let Some(world) = &world {
            let _ = self.environment.put_back(world);
        }
        inventory
    }

    /// The work is done: what must not be left behind is removed.
    pub(super) async fn leave(&self) -> Result<(), UserError> {
        self.environment.leave().await
    }
}

/// Whether a check looks at what happens on the way, and not only at what has become of it.
fn is_watched(step: &Step) -> bool {
    step.checks.iter().any(|check| matches!(check.form, Form::Requests { .. } | Form::Trial(_)))
}
