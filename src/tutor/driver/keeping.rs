//! Files of the learner: edited, written, and bundled for the author; and worlds kept during a review.

use std::collections::BTreeMap;

use crate::base::{UserError, Value};
use crate::environment::{CommandLine, World};
use crate::progress::Place;

use super::super::event::Event;
use super::super::flag::{Flag, bundle};
use super::super::look::line_differences;
use super::super::message::{Remark, remark};
use super::super::view::View;
use super::Driver;

/// A world that the learner comes back to.
pub(super) struct Kept {
    world: Option<World>,
    values: BTreeMap<String, Value>,
    /// Commands that could be taken back then.
    levels: usize,
}

impl Driver {
    /// Opens a file of the workspace in the learner's editor, and shows what saving it changed.
    pub(super) async fn edit(&mut self, name: &str) {
        if self.settings.keyboard.is_none() {
            return self.remark(Remark::EditNoKeyboard);
        }
        if let Err(error) = self.edit_file(name).await {
            self.show_error(error);
        }
    }

    async fn edit_file(&mut self, name: &str) -> Result<(), UserError> {
        let before = self.environment.workspace().read(name)?;
        let path = self.environment.workspace().path_of(name)?;
        let path = path.display().to_string();
        let path = shlex::try_quote(&path).map(std::borrow::Cow::into_owned).unwrap_or(path);
        let line = format!("${{VISUAL:-${{EDITOR:-vi}}}} {path}");
        if self.run_command(&CommandLine::Shell(line)).await != 0 {
            self.remark(Remark::EditFailed);
            return Ok(());
        }
        let after = self.environment.workspace().read(name)?;
        let lines = line_differences(&before, &after);
        if lines.is_empty() {
            self.remark(Remark::EditUnchanged(name));
        } else {
            let headline = remark(self.session.language(), Remark::EditSaved(name));
            self.show(&View::FileDifference { headline, lines });
        }
        Ok(())
    }

    pub(super) fn write(&mut self, name: &str, content: &str) {
        match self.environment.workspace().put(name, content) {
            Ok(()) => self.remark(Remark::FileWritten(name)),
            Err(error) => self.show_error(error),
        }
    }

    /// Writes a bundle for the author.
    pub(super) async fn flag(&mut self, text: &str) {
        let Some(step) = self.session.step().cloned() else { return };
        self.mark_step().await;
        let place = self.session.place();
        let verdict = match self.evaluate(false).await {
            Some(Event::Judged { verdict, .. }) => self.session.verdict_lines(&verdict),
            _ => Vec::new(),
        };
        let learner = self.session.learner();
        let flag = Flag {
            place: &place,
            step: &step,
            language: self.session.language().to_string(),
            environment: if self.environment.clock().is_some() { "embedded" } else { "real cluster" },
            text,
            verdict,
            differences: self.changed_at_step(),
            commands: learner.recent.iter().cloned().collect(),
        };
        let content = bundle(&flag);
        let name = format!("flag-{}-{}.md", place.chapter, place.step);
        match self.environment.workspace().put(&name, &content) {
            Ok(()) => self.remark(Remark::FlagWritten(&name)),
            Err(error) => self.show_error(error),
        }
    }

    pub(super) fn keep_world(&mut self, values: BTreeMap<String, Value>) {
        self.kept = Some(Kept { world: self.environment.world(), values, levels: self.levels.len() });
    }

    pub(super) fn return_world(&mut self, place: Place) -> Event {
        self.observer = None;
        self.last = None;
        self.step_began = None;
        let Some(Kept { world: Some(world), values, levels }) = self.kept.take() else {
            return Event::Returned { place, kept: None };
        };
        // What was done during the review belongs to another world.
        self.levels.truncate(levels);
        let kept = self.environment.put_back(&world).then_some(values);
        Event::Returned { place, kept }
    }
}
