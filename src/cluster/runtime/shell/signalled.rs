//! Programs in the foreground, and signals: what a running machine is told from outside.

use super::super::signals::signal_number;
use super::machine::{Blocked, Child, Machine, PENDING_MAX};

impl Machine {
    /// The modelled program that runs in the foreground, with its command line.
    pub(in super::super) fn foreground(&self) -> Option<(&str, &[String])> {
        match (&self.blocked, &self.child) {
            (Some(Blocked::Program(name, arguments)), _) => Some((name, arguments)),
            (_, Some(Child::Capture(machine) | Child::Subshell(machine))) => machine.foreground(),
            (_, Some(Child::Pipeline(stages))) => stages.iter().find_map(Self::foreground),
            _ => self.background.iter().find_map(|(_, machine)| machine.foreground()),
        }
    }

    /// Ends that program; gives back whether there was one.
    pub(in super::super) fn end_program(&mut self, code: i32) -> bool {
        if matches!(self.blocked, Some(Blocked::Program(..))) {
            self.blocked = None;
            self.ended(code, false);
            return true;
        }
        match &mut self.child {
            Some(Child::Capture(machine) | Child::Subshell(machine)) => machine.end_program(code),
            Some(Child::Pipeline(stages)) => stages.iter_mut().any(|machine| machine.end_program(code)),
            None => self.background.iter_mut().any(|(_, machine)| machine.end_program(code)),
        }
    }

    /// Takes a signal for which `trap` says something here or in the shell that runs inside; false otherwise.
    pub(in super::super) fn take_signal(&mut self, signal: &str) -> bool {
        if let Some(Child::Subshell(machine)) = &mut self.child
            && machine.take_signal(signal)
        {
            return true;
        }
        let Some(command) = self.shell.traps.get(signal) else { return false };
        if command.is_empty() || self.pending.len() >= PENDING_MAX {
            return true;
        }
        self.pending.push_back(signal.to_owned());
        // Of what it waits for only `wait` and `read` return at once; commands run to their end.
        let interrupted = match &self.blocked {
            Some(Blocked::Background | Blocked::Job(_)) => true,
            Some(Blocked::Calling(calling)) => calling.arguments[0] == "read",
            _ => false,
        };
        if interrupted {
            self.blocked = None;
            self.shell.status = 128 + signal_number(signal).unwrap_or_default();
        }
        true
    }

    /// Begins the command of a signal that came in the meantime.
    pub(super) fn run_pending(&mut self) -> bool {
        let Some(signal) = self.pending.pop_front() else { return false };
        let Some(command) = self.shell.traps.get(&signal).cloned() else { return false };
        let (status, line) = (self.shell.status, self.shell.line);
        self.run_script(&command, line);
        if let Some(frame) = self.frames.last_mut() {
            frame.saved_status = Some(status);
        }
        true
    }

    /// Ctrl-C at a terminal: gives up what runs, back to the prompt.
    pub(in super::super) fn give_up(&mut self) {
        if let Some(Child::Subshell(machine)) = &mut self.child {
            return machine.give_up();
        }
        self.child = None;
        self.blocked = None;
        self.frames.clear();
        self.unfinished.clear();
        self.prompted = false;
        self.shell.status = 130;
    }
}
