//! Performs what a session decides: runs commands, judges, writes the journal, shows views.

mod interruption;
mod judging;
mod keeping;
mod levels;
mod looking;
mod running;
mod solving;
mod time;
mod why;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use crate::base::{Clock, Terminal, TerminalSignal, UserError, Value};
use crate::check::{self, LastAnswer, Observer};
use crate::environment::{CommandLine, Environment};
use crate::lesson::{Course, Step};
use crate::progress::{Journal, Outcome, Place};

use super::effect::Effect;
use super::event::Event;
use super::job::Jobs;
use super::look::Rollout;
use super::message::{Message, Remark, remark, say};
use super::session::{Ending, Session};
use super::view::View;
use super::witness::Witness;

use keeping::Kept;
use levels::Levels;
use looking::Mark;

/// Seconds of a day.
const DAY: i64 = 24 * 60 * 60;

/// Views kept to be shown once more.
const SAID_MAX: usize = 40;

/// Shows views.
pub trait Screen: Send {
    /// Shows a view now.
    fn show(&self, view: &View);

    /// Shows that something takes a while, until it is called with `None`.
    fn busy(&self, doing: Option<&str>);

    /// Shows how far rollouts are that have moved.
    fn progress(&self, _rollouts: &[Rollout]) {}
}

/// Something that happened while nobody typed a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happening {
    /// Something changed that the step's checks look at.
    Checks,
    /// Something changed where the learner works.
    World,
    /// A running command has said something, or ended.
    Jobs,
    /// Ctrl-C came while no key was read: between a command and the prompt.
    Interrupt,
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
    /// Whether the width is the keyboard's own, so that it may change.
    pub follows_size: bool,
}

/// A session with its environment, journal and screen.
pub struct Driver {
    session: Session,
    environment: Environment,
    journal: Journal,
    screen: Box<dyn Screen>,
    settings: Settings,
    observer: Option<Observer>,
    /// Whether the learner was told that the cluster cannot be worked with.
    paused: bool,
    /// Whether the learner was told that the context was switched.
    stopped: bool,
    witness: Option<Witness>,
    jobs: Jobs,
    /// Hears Ctrl-C between a command and the prompt.
    interrupts: Option<TerminalSignal>,
    /// Whether Ctrl-C was heard for a line that is still to come.
    next_interrupted: bool,
    levels: Levels,
    /// The world that a review leads back to.
    kept: Option<Kept>,
    /// The world before the last command that may have changed it.
    last: Option<Mark>,
    /// The last command that may have changed the world.
    last_write: String,
    /// The world when the step began.
    step_began: Option<Mark>,
    /// What the last command answered, where it was heard.
    answered: Option<LastAnswer>,
    /// Whether the learner has run a command at this step.
    acted: bool,
    /// Whether the last command changed nothing.
    only_looked: bool,
    /// After which time of the cluster the step is worth another look.
    again: Option<Duration>,
    /// How far the rollouts were when they were looked at last.
    rollouts: Vec<Rollout>,
    /// Rollouts that the learner has set going and that have not arrived.
    followed: BTreeSet<String>,
    /// Uids of Pods whose eviction was told.
    evicted: BTreeSet<String>,
    /// What was said since the last line.
    said: Vec<View>,
    /// Whether what is said next begins anew.
    says_anew: bool,
    wall: Clock,
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
        Self {
            session,
            environment,
            journal,
            screen,
            settings,
            observer: None,
            paused: false,
            stopped: false,
            witness: None,
            jobs: Jobs::new(),
            interrupts: None,
            next_interrupted: false,
            levels: Levels::default(),
            kept: None,
            last: None,
            last_write: String::new(),
            step_began: None,
            answered: None,
            acted: false,
            only_looked: false,
            again: None,
            rollouts: Vec::new(),
            followed: BTreeSet::new(),
            evicted: BTreeSet::new(),
            said: Vec::new(),
            says_anew: true,
            wall: Clock::system(),
        }
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
        let clock = self.environment.clock();
        let namespace = clock.is_none().then(|| self.namespace());
        let clock = clock.unwrap_or_else(|| self.wall.clone());
        self.witness = Some(Witness::start(&self.client(), namespace.as_deref(), clock));
        if world_kept {
            self.recall_step();
        }
        self.process(Event::Started { world_kept }).await?;
        let now = self.wall.now();
        self.process(Event::Reminded(now)).await?;
        self.heed_interrupts();
        Ok(())
    }

    /// Takes a line that the learner typed.
    ///
    /// # Errors
    /// When the journal cannot be written.
    pub async fn line(&mut self, line: String) -> Result<(), UserError> {
        self.process(Event::Line(line)).await?;
        self.next_interrupted = false;
        if !self.settings.interactive {
            self.hear_jobs().await;
        }
        Ok(())
    }

    /// The author saved a chapter: goes on with the course as it is now, or tells what is wrong with it.
    ///
    /// # Errors
    /// When the journal cannot be written.
    pub async fn course_read(&mut self, read: Result<Course, UserError>) -> Result<(), UserError> {
        self.process(Event::CourseRead(read.map(Arc::new))).await
    }

    /// The learner left without a word.
    ///
    /// # Errors
    /// When the journal cannot be written.
    pub async fn end_of_input(&mut self) -> Result<(), UserError> {
        self.process(Event::EndOfInput).await
    }

    /// Waits until something happens. Giving up the wait loses nothing.
    pub async fn happened(&mut self) -> Happening {
        let checks = async {
            match &mut self.observer {
                Some(observer) => observer.changed().await,
                None => std::future::pending().await,
            }
        };
        let world = async {
            match &mut self.witness {
                Some(witness) => witness.changed().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = checks => Happening::Checks,
            () = world => Happening::World,
            () = self.jobs.heard() => Happening::Jobs,
            () = running::interrupted(&mut self.interrupts) => Happening::Interrupt,
            // A cluster that is lost or back is judged at once.
            () = self.environment.link_changed() => Happening::Checks,
        }
    }

    /// Does what a happening calls for: judges, tells.
    ///
    /// # Errors
    /// When the journal cannot be written.
    pub async fn react(&mut self, happening: Happening) -> Result<(), UserError> {
        match happening {
            Happening::Checks => match self.judge_change().await {
                Some(event) => self.process(event).await,
                None => Ok(()),
            },
            Happening::World => {
                self.follow_rollouts();
                self.tell_of_evictions();
                Ok(())
            }
            Happening::Interrupt => {
                self.interrupt();
                Ok(())
            }
            Happening::Jobs => {
                self.tell_of_jobs();
                self.record_made();
                Ok(())
            }
        }
    }

    /// The learner pressed Ctrl-C: the running command at the front ends.
    pub fn interrupt(&mut self) {
        self.tell_of_jobs();
        if let Some(view) = self.jobs.interrupt() {
            self.screen.show(&view);
        }
    }

    /// The learner pressed Ctrl-C right behind a line that the driver has yet to get.
    pub fn interrupt_next(&mut self) {
        self.next_interrupted = true;
    }

    /// Tells the session something that leads to nothing but a line of the journal.
    fn keep(&mut self, event: Event) {
        for effect in self.session.handle(event) {
            if let Effect::Record(event) = effect
                && let Err(error) = self.journal.append(&event)
            {
                self.show_error(error);
            }
        }
    }

    async fn process(&mut self, event: Event) -> Result<(), UserError> {
        self.says_anew = true;
        let mut events = VecDeque::from([event]);
        while let Some(event) = events.pop_front() {
            for effect in self.session.handle(event) {
                // Boxed: solving runs commands, and this is the one place where it all nests.
                let next = Box::pin(self.perform(effect)).await?;
                self.record_writes();
                events.extend(next);
            }
        }
        Ok(())
    }

    async fn perform(&mut self, effect: Effect) -> Result<Option<Event>, UserError> {
        match effect {
            Effect::Enter { place, fresh } => return Ok(Some(self.enter(place, fresh).await)),
            Effect::Watch(place) => return Ok(self.watch(&place).await),
            Effect::Judge { asked } => return Ok(self.judge_with_time(asked).await),
            Effect::Answer { question, answer } => return Ok(self.answer(question, answer).await),
            Effect::Why(target) => return Ok(self.why(&target).await),
            Effect::Run(line) => return Ok(self.run(line).await),
            Effect::Solve(lines) => return Ok(Some(self.solve(lines).await)),
            Effect::Undo => return Ok(self.undo()),
            Effect::ReturnWorld(place) => return Ok(Some(self.return_world(place))),
            Effect::AskTime => return Ok(Some(Event::Time(self.wall.now()))),
            Effect::Schedule { place, days } => {
                let later = jiff::SignedDuration::from_secs(i64::from(days) * DAY);
                let now = self.wall.now();
                let due = now.checked_add(later).unwrap_or(now);
                return Ok(Some(Event::Scheduled { place, due, gap: days }));
            }
            Effect::Record(event) => {
                if let Err(error) = self.journal.append(&event) {
                    self.show_error(error);
                }
            }
            Effect::Show(view) => self.show(&view),
            Effect::Speed(speed) => self.speed(speed),
            Effect::Skip(seconds) => self.skip(seconds),
            Effect::Settle => self.settle(),
            Effect::Look(look) => self.look(look).await,
            Effect::Explain(field) => self.explain(&field).await,
            Effect::Again => self.again(),
            Effect::Jobs => self.list_jobs(),
            Effect::Foreground(number) => self.foreground(number),
            Effect::Stop(number) => self.stop(number),
            Effect::Edit(name) => self.edit(&name).await,
            Effect::Write { name, content } => self.write(&name, &content),
            Effect::Flag(text) => self.flag(&text).await,
            Effect::KeepWorld { values } => self.keep_world(values),
            Effect::Quit => {
                self.jobs.stop_all();
                self.observer = None;
                self.witness = None;
                self.environment.leave().await?;
                self.record_writes();
            }
        }
        Ok(None)
    }

    async fn enter(&mut self, place: Place, fresh: bool) -> Event {
        self.observer = None;
        self.step_began = None;
        self.acted = false;
        self.answered = None;
        self.followed.clear();
        if fresh {
            self.last = None;
        }
        let waits = fresh && self.environment.clock().is_none();
        if waits {
            self.screen.busy(Some(&say(self.session.language(), Message::Preparing)));
        }
        let result = match self.session.step_at(&place).cloned() {
            Some(step) => self.prepare_with_patience(&step, fresh).await,
            None => Ok(BTreeMap::new()),
        };
        if waits {
            self.screen.busy(None);
        }
        Event::Entered { place, result }
    }

    async fn prepare(&mut self, step: &Step, fresh: bool) -> Result<BTreeMap<String, Value>, UserError> {
        self.announce_removal(fresh).await?;
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

    fn say(&mut self, message: Message<'_>) {
        self.show(&View::Notice(say(self.session.language(), message)));
    }

    fn remark(&mut self, what: Remark<'_>) {
        self.show(&View::Notice(remark(self.session.language(), what)));
    }

    /// Shows an error, in the learner's language where it is known in it.
    fn show_error(&mut self, error: UserError) {
        let error = self.session.language().error(error);
        self.show(&View::Error(error));
    }

    /// Shows a view, and remembers it to be shown once more.
    fn show(&mut self, view: &View) {
        if matches!(view, View::Verdict { outcome: Outcome::Passed, .. }) {
            // What stands above the prompt stays as it is from now on.
            self.follow_rollouts();
        }
        self.screen.show(view);
        if std::mem::take(&mut self.says_anew) {
            self.said.clear();
        }
        if self.said.len() < SAID_MAX {
            self.said.push(view.clone());
        }
    }

    fn again(&mut self) {
        if self.said.is_empty() {
            return self.remark(Remark::NothingSaid);
        }
        for view in &self.said {
            self.screen.show(view);
        }
        // It is still what was said last.
        self.says_anew = false;
    }
}
