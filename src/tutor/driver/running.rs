//! Runs the learner's commands.

use std::time::Duration;

use crate::base::{Input, Streams, timeout};
use crate::environment::CommandLine;

use super::super::event::Event;
use super::super::message::Message;
use super::Driver;

/// Wall time in which a command that waits for nothing ends.
const AT_ONCE: Duration = Duration::from_millis(40);

impl Driver {
    pub(super) async fn run(&mut self, line: String) -> Option<Event> {
        let command = CommandLine::parse(&line);
        if matches!(command, CommandLine::Unfinished) {
            self.say(Message::UnfinishedLine);
            return None;
        }
        let exit_code = self.run_command(&command).await;
        Some(Event::CommandDone { line, exit_code })
    }

    pub(super) async fn run_command(&mut self, command: &CommandLine) -> i32 {
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
}
