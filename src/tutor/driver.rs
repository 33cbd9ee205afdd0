//! Performs what a session decides: runs commands, judges, writes the journal, shows views.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use serde_json::Value;

use crate::base::{Input, Streams, Terminal, UserError, timeout};
use crate::check::{self, Context, Observer, Verdict};
use crate::environment::{CommandLine, Environment, INTERRUPTED};
use crate::lesson::Step;
use crate::progress::{Journal, Place};

use super::effect::Effect;
use super::event::Event;
use super::message::{Message, say};
use super::session::{Ending, Session};
use super::view::View;

/// How far simulated time runs ahead for a state that is on its way, where nobody waits.
const CONVERGING_MAX: Duration = Duration::from_secs(15 * 60);

/// How far it runs ahead for one that is not: what the last command set going may still arrive.
const NOT_YET_MAX: Duration = Duration::from_secs(30);

/// How long a cluster in real time is given where nobody waits.
const REAL_CONVERGING_MAX: Duration = Duration::from_secs(180);
const REAL_NOT_YET_MAX: Duration = Duration::from_secs(5);

/// Simulated time without anything due that counts as quiet.
const QUIET: Duration = Duration::from_secs(8);

/// Wall time in which a command that waits for nothing ends.
const AT_ONCE: Duration = Duration::from_millis(40);

/// How long a solution waits until the cluster can tell the answer to a question.
const ANSWER_MAX: Duration = Duration::from_secs(20);

/// Time between two looks where time is real.
const LOOK_INTERVAL: Duration = Duration::from_secs(1);

/// Shows views.
pub trait Screen: Send {
    /// Shows a view now.
    fn show(&self, view: &View);

    /// Shows that something takes a while, until it is called with `None`.
    fn busy(&self, doing: Option<&str>);
}

/// How a driver works.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Whether a person sits there: verdicts then come by themselves, and time is real.
    pub interactive: bool,
    /// Columns for commands.
    pub width: usize,
    /// The terminal that commands may take over; `None` where nobody types.
    pub keyboard: Option<&'static dyn Terminal>,
}

/// A session with its environment, journal and screen.
pub struct Driver {
    session: Session,
    environment: Environment,
    journal: Journal,
    screen: Box<dyn Screen>,
    settings: Settings,
    observer: Option<Observer>,
}

/// Whether a line needs another one: an open quote, a heredoc, a trailing backslash.
#[must_use]
pub fn is_unfinished(line: &str) -> bool {
    matches!(CommandLine::parse(line), CommandLine::Unfinished)
}

impl Driver {
    /// Puts the parts together.
    #[must_use]
    pub fn new(
        session: Session,
        environment: Environment,
        journal: Journal,
        screen: Box<dyn Screen>,
        settings: Settings,
    ) -> Self {
        Self { session, environment, journal, screen, settings, observer: None }
    }

    /// The session.
    #[must_use]
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// How the session ended, once it has.
    #[must_use]
    pub fn ending(&self) -> Option<Ending> {
        self.session.ending()
    }

    /// A client of the learner's cluster.
    #[must_use]
    pub fn client(&self) -> kube::Client {
        self.environment.client()
    }

    /// The namespace of the lessons.
    #[must_use]
    pub fn namespace(&self) -> String {
        self.environment.namespace().to_owned()
    }

    /// Begins; `world_kept` says whether the cluster still is as the learner left it.
    ///
    /// # Errors
    /// When the journal cannot be written.
    pub async fn start(&mut self, world_kept: bool) -> Result<(), UserError> {
        self.process(Event::Started { world_kept }).await
    }

    /// Takes a line that the learner typed.
    ///
    /// # Errors
    /// When the journal cannot be written.
    pub async fn line(&mut self, line: String) -> Result<(), UserError> {
        self.process(Event::Line(line)).await
    }

    /// The learner left without a word.
    ///
    /// # Errors
    /// When the journal cannot be written.
    pub async fn end_of_input(&mut self) -> Result<(), UserError> {
        self.process(Event::EndOfInput).await
    }

    /// Waits until something changed that the step's checks look at.
    pub async fn changed(&mut self) {
        match &mut self.observer {
            Some(observer) => observer.changed().await,
            None => std::future::pending().await,
        }
    }

    /// Judges the present step after a change.
    ///
    /// # Errors
    /// When the journal cannot be written.
    pub async fn judge(&mut self) -> Result<(), UserError> {
        let explains = self.observer.as_mut().is_none_or(Observer::explains);
        if let (false, Some(step)) = (explains, self.session.step())
            && !check::is_passed(step, &self.context()).await
        {
            return Ok(());
        }
        match self.evaluate(false).await {
            Some(event) => self.process(event).await,
            None => Ok(()),
        }
    }

    async fn process(&mut self, event: Event) -> Result<(), UserError> {
        let mut events = VecDeque::from([event]);
        while let Some(event) = events.pop_front() {
            for effect in self.session.handle(event) {
                // Boxed: solving runs commands, and this is the one place where it all nests.
                let next = Box::pin(self.perform(effect)).await?;
                events.extend(next);
            }
        }
        Ok(())
    }

    async fn perform(&mut self, effect: Effect) -> Result<Option<Event>, UserError> {
        match effect {
            Effect::Record(event) => {
                if let Err(error) = self.journal.append(&event) {
                    self.screen.show(&View::Error(error));
                }
                Ok(None)
            }
            Effect::Show(view) => {
                self.screen.show(&view);
                Ok(None)
            }
            Effect::Run(line) => Ok(self.run(line).await),
            Effect::Enter { place, fresh } => Ok(Some(self.enter(place, fresh).await)),
            Effect::Watch(place) => Ok(self.watch(&place).await),
            Effect::Judge { asked } => Ok(self.judge_with_time(asked).await),
            Effect::Answer { question, answer } => Ok(self.answer(question, answer).await),
            Effect::Solve(lines) => Ok(Some(self.solve(lines).await)),
            Effect::Speed(speed) => {
                self.speed(speed);
                Ok(None)
            }
            Effect::Skip(seconds) => {
                self.skip(seconds);
                Ok(None)
            }
            Effect::Quit => {
                self.observer = None;
                self.environment.leave().await?;
                Ok(None)
            }
        }
    }

    async fn run(&mut self, line: String) -> Option<Event> {
        let command = CommandLine::parse(&line);
        if matches!(command, CommandLine::Unfinished) {
            self.say(Message::UnfinishedLine);
            return None;
        }
        let exit_code = self.run_command(&command).await;
        Some(Event::CommandDone { line, exit_code })
    }

    async fn run_command(&mut self, command: &CommandLine) -> i32 {
        let mut streams = Streams::of_process(self.settings.interactive, self.settings.width);
        streams.keyboard = self.settings.keyboard;
        if !self.settings.interactive {
            // Standard input holds the lines of the session, not what a command should read.
            streams.input = Input::Empty;
        }
        let environment = &self.environment;
        let mut running = std::pin::pin!(environment.run(command, &mut streams));
        if let Some(exit_code) = timeout(AT_ONCE, &mut running).await {
            return exit_code;
        }
        // The command waits for something: where simulated time moves by hand, it moves now.
        environment.run_eagerly(true);
        let exit_code = running.await;
        environment.run_eagerly(false);
        exit_code
    }

    async fn solve(&mut self, lines: Vec<String>) -> Event {
        let mut ran = Vec::new();
        for line in lines {
            self.screen.show(&View::SolutionLine(line.clone()));
            let exit_code = self.run_command(&CommandLine::parse(&line)).await;
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
    async fn let_quiet_come(&mut self) {
        let mut left = NOT_YET_MAX;
        while let Some(passed) = self.environment.step(left.min(QUIET)) {
            left = left.saturating_sub(passed);
        }
    }

    /// The right answers to the questions of the step that have none yet; waits a little for those
    /// that the cluster cannot tell yet.
    async fn right_answers(&mut self) -> Vec<(String, String)> {
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

    async fn enter(&mut self, place: Place, fresh: bool) -> Event {
        self.observer = None;
        let waits = fresh && self.environment.clock().is_none();
        if waits {
            self.screen.busy(Some(&say(self.session.language(), Message::Preparing)));
        }
        let result = match self.session.step_at(&place).cloned() {
            Some(step) => self.prepare(&step, fresh).await,
            None => Ok(BTreeMap::new()),
        };
        if waits {
            self.screen.busy(None);
        }
        Event::Entered { place, result }
    }

    async fn prepare(&mut self, step: &Step, fresh: bool) -> Result<BTreeMap<String, Value>, UserError> {
        self.environment.run_eagerly(true);
        let prepared = self.environment.prepare(&step.start, fresh).await;
        self.environment.run_eagerly(false);
        prepared?;
        for file in &step.files {
            self.environment.workspace().put(&file.name, &file.content)?;
        }
        let context = self.context();
        check::remember(step, &context).await
    }

    fn context(&self) -> Context {
        let learner = self.session.learner();
        Context {
            client: self.environment.client(),
            namespace: self.environment.namespace().to_owned(),
            language: self.session.language(),
            answers: learner.answers.clone(),
            commands: learner.commands.clone(),
            snap: learner.remembered.clone(),
        }
    }

    async fn watch(&mut self, place: &Place) -> Option<Event> {
        let step = self.session.step_at(place)?.clone();
        self.observer = Some(Observer::start(self.environment.client(), self.environment.namespace(), &step));
        self.evaluate(false).await
    }

    async fn evaluate(&self, asked: bool) -> Option<Event> {
        let step = self.session.step()?;
        let judgement = check::evaluate(step, &self.context()).await;
        Some(Event::Judged { place: self.session.place(), judgement, asked })
    }

    /// Judges now where a person sits; elsewhere lets time pass until the state is settled.
    async fn judge_with_time(&mut self, asked: bool) -> Option<Event> {
        let mut waited = Duration::ZERO;
        loop {
            let event = self.evaluate(asked).await?;
            if self.settings.interactive {
                return Some(event);
            }
            let Event::Judged { judgement, .. } = &event else { return Some(event) };
            let simulated = self.environment.clock().is_some();
            let at_most = match judgement.verdict {
                Verdict::Passed => return Some(event),
                Verdict::Converging { .. } if simulated => CONVERGING_MAX,
                Verdict::Converging { .. } => REAL_CONVERGING_MAX,
                _ if simulated => NOT_YET_MAX,
                _ => REAL_NOT_YET_MAX,
            };
            match self.let_time_pass(at_most.saturating_sub(waited), simulated).await {
                Some(passed) => waited += passed,
                None => return Some(event),
            }
        }
    }

    /// Lets time pass until the next thing happens; `None` when nothing will within `at_most`.
    async fn let_time_pass(&mut self, at_most: Duration, simulated: bool) -> Option<Duration> {
        if simulated {
            return self.environment.step(at_most);
        }
        if at_most.is_zero() {
            return None;
        }
        // A change ends the wait early; either way the state is looked at again.
        let _ = timeout(LOOK_INTERVAL, self.changed()).await;
        Some(LOOK_INTERVAL)
    }

    async fn answer(&mut self, question: String, answer: String) -> Option<Event> {
        let step = self.session.step()?.clone();
        let asked = step.questions.iter().find(|candidate| candidate.id == question)?;
        let result = check::judge_answer(asked, &answer, &self.context()).await;
        Some(Event::Answered { question, answer, result })
    }

    fn speed(&self, speed: f64) {
        let Some(clock) = self.environment.clock() else { return self.say(Message::TimeNotOurs) };
        clock.set_speed(speed);
        if speed == 0.0 {
            self.say(Message::TimePaused);
        } else if (speed - 1.0).abs() < f64::EPSILON {
            self.say(Message::TimeResumed);
        } else {
            self.say(Message::TimeSpeed(&speed.to_string()));
        }
    }

    fn skip(&self, seconds: u64) {
        if !self.environment.pass(Duration::from_secs(seconds)) {
            return self.say(Message::TimeNotOurs);
        }
        let span = crate::base::human_duration(jiff::SignedDuration::from_secs(
            i64::try_from(seconds).unwrap_or(i64::MAX),
        ));
        self.say(Message::TimeSkipped(&span));
    }

    fn say(&self, message: Message<'_>) {
        self.screen.show(&View::Notice(say(self.session.language(), message)));
    }
}
