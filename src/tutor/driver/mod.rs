//! Performs what a session decides: runs commands, judges, writes the journal, shows views.

mod judging;
mod running;
mod solving;
mod time;
mod why;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use serde_json::Value;

use crate::base::{Terminal, UserError};
use crate::check::{self, Observer};
use crate::environment::{CommandLine, Environment};
use crate::lesson::{Course, Step};
use crate::progress::{Journal, Place};

use super::effect::Effect;
use super::event::Event;
use super::message::{Message, say};
use super::session::{Ending, Session};
use super::view::View;

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
        match self.judge_change().await {
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
            Effect::Why(target) => Ok(self.why(&target).await),
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

    fn say(&self, message: Message<'_>) {
        self.screen.show(&View::Notice(say(self.session.language(), message)));
    }
}
