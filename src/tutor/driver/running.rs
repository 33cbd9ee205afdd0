//! Runs the learner's commands: in the foreground, or as jobs beside the prompt.

use std::time::Duration;

use futures::FutureExt;

use crate::base::{Input, Streams, Terminal, TerminalSignal, sleep, timeout};
use crate::check::LastAnswer;
use crate::environment::{CommandLine, Heard, INTERRUPTED};

use super::super::event::Event;
use super::super::look::{Rollout, rollouts};
use super::super::message::{Message, Remark, remark};
use super::super::view::View;
use super::super::word::Word;
use super::Driver;
use super::looking::Mark;

/// Wall time in which a command that waits for nothing ends.
const AT_ONCE: Duration = Duration::from_millis(40);

/// How long a job is waited for until it says its first word, or complains and ends.
const FIRST_WORD_MAX: Duration = Duration::from_millis(800);

/// How a shell ends that finds no program of a name.
const NOT_FOUND: i32 = 127;

/// Characters by which a command is known afterwards.
const NAME_MAX: usize = 100;

/// How long jobs are given to tell what a line has set going, where nobody waits.
const JOBS_TELL: Duration = Duration::from_millis(60);

impl Driver {
    pub(super) async fn run(&mut self, line: String) -> Option<Event> {
        if matches!(CommandLine::parse(&line), CommandLine::Unfinished) {
            self.say(Message::UnfinishedLine);
            return None;
        }
        if !self.may_run(&line) {
            return None;
        }
        self.before_command(&line).await;
        let exit_code = self.run_line(&line).await;
        if exit_code == NOT_FOUND
            && let Some(word) = Word::meant(&line)
        {
            self.remark(Remark::Meant(word));
        }
        Some(Event::CommandDone { line, exit_code })
    }

    /// Remembers the world as it is before a command that may change it.
    pub(super) async fn before_command(&mut self, line: &str) {
        self.mark_step().await;
        self.acted = true;
        self.only_looked =
            !CommandLine::parse(CommandLine::before_ampersand(line).unwrap_or(line)).may_write();
        if !self.only_looked {
            self.remember(line);
        }
    }

    /// Remembers the world as it is, under the name of what is going to change it.
    pub(super) fn remember(&mut self, name: &str) {
        let name = brief(name);
        self.keep_level(&name);
        self.last = Some(Mark::now(self, &name));
        self.last_write = name;
    }

    /// Runs a line; one that goes on becomes a job.
    pub(super) async fn run_line(&mut self, line: &str) -> i32 {
        self.answered = None;
        let interrupted = interrupted(&mut self.interrupts).now_or_never().is_some();
        if std::mem::take(&mut self.next_interrupted) || interrupted {
            // Ctrl-C came right behind the line.
            return INTERRUPTED;
        }
        let before_ampersand = CommandLine::before_ampersand(line);
        let command = CommandLine::parse(before_ampersand.unwrap_or(line));
        if before_ampersand.is_some() || command.runs_on() {
            return self.start_job(line, command, before_ampersand.is_none()).await;
        }
        self.run_command(&command).await
    }

    async fn start_job(&mut self, line: &str, command: CommandLine, front: bool) -> i32 {
        if !self.jobs.has_room() {
            self.remark(Remark::TooManyJobs);
            return 1;
        }
        let (environment, width) = (&self.environment, self.settings.width);
        let number = self.jobs.start(line, front, width, |streams| environment.job(command, streams));
        let ended = tokio::select! {
            ended = self.jobs.first_word(number, FIRST_WORD_MAX) => ended,
            () = interrupted(&mut self.interrupts), if front => Some(INTERRUPTED),
        };
        if let Some(exit_code) = ended {
            // It ended at once, as any other command does.
            let lines = self.jobs.dismiss(number);
            if !lines.is_empty() {
                self.show(&View::JobOutput { number: None, lines });
            }
            return exit_code;
        }
        self.remark(if front { Remark::JobStarted(number) } else { Remark::JobInBackground(number) });
        self.tell_of_jobs();
        0
    }

    pub(super) async fn run_command(&mut self, command: &CommandLine) -> i32 {
        let mut streams = Streams::of_process(self.settings.interactive, self.settings.width);
        streams.keyboard = self.settings.keyboard;
        if let Some(Ok(size)) =
            self.settings.keyboard.filter(|_| self.settings.follows_size).map(Terminal::size)
        {
            streams.width = usize::from(size.columns).max(1);
        }
        if !self.settings.interactive {
            // Standard input holds the lines of the session, not what a command should read.
            streams.input = Input::Empty;
        }
        let heard = matches!(command, CommandLine::Kubectl(_)).then(|| streams.overhear());
        let environment = &self.environment;
        let exit_code = {
            let mut running = std::pin::pin!(environment.run(command, &mut streams));
            match timeout(AT_ONCE, &mut running).await {
                Some(ended) => ended,
                None => {
                    // The command waits for something: where simulated time moves by hand, it moves now.
                    environment.run_eagerly(true);
                    let ended = running.await;
                    environment.run_eagerly(false);
                    ended
                }
            }
        };
        // What Ctrl-C ended is this command, and no job.
        self.heed_interrupts();
        self.record_made();
        let heard = heard.map(|capture| Heard::of(&capture, exit_code)).or_else(|| self.environment.heard());
        self.answered = heard.map(|Heard { failed, out, err }| LastAnswer { failed, out, err });
        exit_code
    }

    /// Hears Ctrl-C between a command and the prompt from now on; what came before is forgotten.
    pub(super) fn heed_interrupts(&mut self) {
        if self.settings.interactive {
            // Where nobody may listen, Ctrl-C is heard at the prompt only.
            self.interrupts = TerminalSignal::interrupt().ok();
        }
    }

    /// Shows what the jobs have said.
    pub(super) fn tell_of_jobs(&mut self) {
        for view in self.jobs.news() {
            self.screen.show(&view);
        }
    }

    /// Where nobody waits: gives the jobs a moment, and shows what they have said.
    pub(super) async fn hear_jobs(&mut self) {
        if !self.jobs.rows().is_empty() {
            sleep(JOBS_TELL).await;
            self.tell_of_jobs();
        }
    }

    pub(super) fn list_jobs(&mut self) {
        let rows = self.jobs.rows();
        if rows.is_empty() {
            return self.remark(Remark::NoJobs);
        }
        let headline = remark(self.session.language(), Remark::Jobs);
        self.show(&View::Jobs { headline, rows });
    }

    pub(super) fn foreground(&mut self, number: Option<usize>) {
        let Some((number, line, lines)) = self.jobs.bring(number) else { return self.no_such_job(number) };
        let lines = std::iter::once(format!("$ {line}")).chain(lines).collect();
        self.show(&View::JobOutput { number: None, lines });
        self.remark(Remark::JobStarted(number));
    }

    pub(super) fn stop(&mut self, number: Option<usize>) {
        self.tell_of_jobs();
        match self.jobs.stop(number) {
            Some(view) => self.show(&view),
            None => self.no_such_job(number),
        }
    }

    fn no_such_job(&mut self, number: Option<usize>) {
        match number {
            Some(number) => self.remark(Remark::NoSuchJob(&number.to_string())),
            None => self.remark(Remark::NoJobs),
        }
    }

    /// Shows how rollouts go on, once the learner has done something at this step.
    pub(super) fn follow_rollouts(&mut self) {
        let Some(witness) = &self.witness else { return };
        let now = rollouts(&witness.moment(), self.session.language());
        if self.acted {
            let known = |rollout: &Rollout| self.rollouts.iter().find(|known| known.object == rollout.object);
            let moved: Vec<&Rollout> = now
                .iter()
                .filter(|rollout| {
                    let known = known(rollout);
                    known != Some(rollout) && (!rollout.done || known.is_some_and(|known| !known.done))
                })
                .collect();
            if !moved.is_empty() {
                self.followed.extend(moved.iter().map(|rollout| rollout.object.clone()));
                let shown = now.iter().filter(|rollout| self.followed.contains(&rollout.object));
                self.screen.progress(&shown.cloned().collect::<Vec<_>>());
                // What has arrived is shown once.
                self.followed
                    .retain(|object| now.iter().any(|rollout| rollout.object == *object && !rollout.done));
            }
        }
        self.rollouts = now;
    }
}

/// Waits for Ctrl-C where no key is read.
pub(super) async fn interrupted(interrupts: &mut Option<TerminalSignal>) {
    match interrupts {
        Some(interrupts) => interrupts.heard().await,
        None => std::future::pending().await,
    }
}

/// The first line of a command, shortened: enough to know it by.
fn brief(line: &str) -> String {
    let first = line.lines().next().unwrap_or_default();
    match first.char_indices().nth(NAME_MAX) {
        Some((end, _)) => format!("{}…", &first[..end]),
        None if first.len() < line.trim_end().len() => format!("{first} …"),
        None => first.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_command_is_known_by_its_beginning() {
        assert_eq!(brief("kubectl get pods"), "kubectl get pods");
        assert_eq!(brief("kubectl apply -f - <<END\na: b\nEND"), "kubectl apply -f - <<END …");
        assert_eq!(brief(&"파".repeat(200)).chars().count(), NAME_MAX + 1);
    }
}
