//! Programs: how they are called, and called again after they waited.

use crate::base::Timestamp;

use super::super::coreutils::{self, Call, Outcome};
use super::super::system::System;
use super::ast::{Op, Simple, Word};
use super::builtins::Builtin;
use super::descriptors::{Descriptors, Target};
use super::lines::later;
use super::machine::{Blocked, Calling, Child, Machine, State};
use super::reading;
use super::shell_state::Dialect;

/// Steps that a piece of endless output takes.
const MORE_STEPS: u32 = 200;

impl Machine {
    /// Calls a program, or calls it again after it waited.
    pub(super) fn call(
        &mut self,
        arguments: &[String],
        mut descriptors: Descriptors,
        memory: u64,
        tested: bool,
        system: &mut dyn System,
    ) {
        let mut memory = memory;
        if arguments.iter().any(|word| word.contains("proc")) || self.shell.directory.starts_with("/proc") {
            system.refresh_proc(arguments);
        }
        let redirected = descriptors.input.is_some();
        let from = descriptors.from.filter(|_| !redirected);
        let mut input = match (descriptors.input.take(), from) {
            (Some(input), _) => input,
            (None, Some(number)) => self.other_input(number).map(std::mem::take).unwrap_or_default(),
            (None, None) => std::mem::take(self.effective_input()),
        };
        let shell = self.shell.prefix(None);
        let speaker = self.speaker(&arguments[0]);
        let environment = self.shell.environment();
        let mut call = Call {
            arguments,
            environment: &environment,
            directory: &self.shell.directory,
            shell: shell.trim_end_matches(": "),
            speaker: &speaker,
            dialect: self.shell.dialect,
            terminal: self.shell.interactive,
            input: &mut input,
            discards: descriptors.target(1) == Target::Null,
            to_file: matches!(descriptors.target(1), Target::File(_)),
            memory: &mut memory,
            stdout: Vec::new(),
            stderr: Vec::new(),
            system: &mut *system,
        };
        let outcome = coreutils::run(&mut call);
        let (stdout, stderr) = (call.stdout, call.stderr);
        self.emit_to(&descriptors.target(2), &stderr, system);
        let taken = self.emit_to(&descriptors.target(1), &stdout, system);
        if redirected {
            descriptors.input = Some(input);
        } else if let Some(number) = from {
            self.other_input(number).into_iter().for_each(|place| *place = std::mem::take(&mut input));
        } else {
            *self.effective_input() = input;
        }
        let calling = Calling {
            arguments: arguments.to_vec(),
            descriptors,
            at: None,
            memory,
            tested,
            separators: None,
        };
        self.conclude(outcome, calling, taken, system);
    }

    /// What follows from how a call went.
    fn conclude(&mut self, outcome: Outcome, mut calling: Calling, taken: bool, system: &mut dyn System) {
        let tested = calling.tested;
        calling.at = match outcome {
            Outcome::Ended(status) => return self.ended(status, tested),
            Outcome::Sleep(milliseconds) => {
                self.blocked = Some(Blocked::Sleeping(later(system.now(), milliseconds)));
                return;
            }
            Outcome::Becomes(program) => {
                self.blocked = Some(Blocked::Program(program, calling.arguments));
                return;
            }
            Outcome::Serves { program, arguments } => {
                self.blocked = Some(Blocked::Program(program, arguments));
                return;
            }
            Outcome::Spawns(words) => {
                let words = words.iter().map(|word| Word::literal(word)).collect();
                self.begin_daemon(Simple { words, ..Simple::default() });
                return self.ended(0, tested);
            }
            Outcome::Runs { words, assignments, removed, limit } => {
                let words = words.iter().map(|word| Word::literal(word)).collect();
                let literal = |(name, value): (String, String)| (name, Word::literal(&value));
                let assignments = assignments.into_iter().map(literal).collect();
                let simple = Simple { words, assignments, tested, ..Simple::default() };
                let until = limit.map(|(milliseconds, code)| (later(system.now(), milliseconds), code));
                return self.run_instead(simple, calling.descriptors, &removed, until);
            }
            Outcome::RunsAll { commands, failed } => {
                return self.run_all(commands, failed, calling.descriptors);
            }
            Outcome::More if !taken => return self.ended(1, tested),
            Outcome::More => Some(system.now()),
            Outcome::NeedsInput => None,
            Outcome::Again(milliseconds) => Some(later(system.now(), milliseconds)),
        };
        self.blocked = Some(Blocked::Calling(Box::new(calling)));
    }

    /// Whose words a command begins with that the shell has inside.
    pub(super) fn speaker(&self, name: &str) -> String {
        match self.shell.dialect {
            Dialect::None => format!("{}: ", name.rsplit('/').next().unwrap_or(name)),
            Dialect::Ash => "sh: ".to_owned(),
            Dialect::Dash | Dialect::Bash => self.shell.prefix(Some(name)),
        }
    }

    /// Runs commands one after the other; `failed` is the status when one of them fails.
    pub(super) fn run_all(
        &mut self,
        commands: Vec<Vec<String>>,
        failed: Option<i32>,
        descriptors: Descriptors,
    ) {
        let mut program = Vec::new();
        for words in commands {
            let words = words.iter().map(|word| Word::literal(word)).collect();
            let line = self.shell.line;
            program.push(Op::Simple(Simple { words, tested: true, line, ..Simple::default() }));
            program.push(Op::Gather);
        }
        program.push(Op::Conclude(failed.unwrap_or_default()));
        self.push_frame(program);
        self.in_frame(|frame| frame.redirects = vec![descriptors]);
    }

    /// Runs another command in place of one, where its output goes.
    pub(super) fn run_instead(
        &mut self,
        simple: Simple,
        descriptors: Descriptors,
        removed: &[String],
        until: Option<(Timestamp, i32)>,
    ) {
        if until.is_none() && removed.is_empty() {
            self.push_frame(vec![Op::Simple(simple)]);
            self.in_frame(|frame| frame.redirects = vec![descriptors]);
            return;
        }
        self.push_frame(vec![Op::Check(simple.tested)]);
        let mut machine = self.fork(vec![Op::Simple(simple)]);
        machine.frames.iter_mut().for_each(|frame| frame.redirects = vec![descriptors.clone()]);
        for name in removed {
            machine.shell.exported.remove(name);
            machine.shell.variables.remove(name);
        }
        machine.until = until;
        self.child = Some(Child::Subshell(Box::new(machine)));
    }

    /// Takes up a command that waits; gives back a state when it must go on waiting.
    pub(super) fn resume(
        &mut self,
        blocked: Blocked,
        system: &mut dyn System,
        steps: &mut u32,
    ) -> Option<State> {
        let until = match &blocked {
            Blocked::Sleeping(at) => Some(*at),
            Blocked::Calling(calling) => calling.at,
            Blocked::Background | Blocked::Job(_) | Blocked::Program(..) => None,
        };
        let waits = match &blocked {
            Blocked::Sleeping(_) | Blocked::Calling(_) => until.is_some_and(|at| at > system.now()),
            Blocked::Background => self.has_jobs(),
            Blocked::Job(number) => self.background.iter().any(|(known, _)| known == number),
            Blocked::Program(..) => true,
        };
        if waits {
            self.blocked = Some(blocked);
            return Some(State::Waiting(until));
        }
        let calling = match blocked {
            Blocked::Calling(calling) => calling,
            Blocked::Job(number) => {
                self.shell.status = self.collect(number);
                return None;
            }
            _ => {
                self.shell.status = 0;
                return None;
            }
        };
        let Calling { arguments, descriptors, memory, tested, at: calling_at, separators } = *calling;
        if arguments[0] != "read" {
            self.call(&arguments, descriptors, memory, tested, system);
        } else {
            let before = self.shell.variables.get("IFS").cloned();
            separators.into_iter().for_each(|separators| self.shell.set("IFS", separators));
            let read = reading::read(self, &arguments, descriptors, calling_at.zip(Some(system.now())));
            match before {
                Some(before) => self.shell.set("IFS", before),
                None => drop(self.shell.variables.remove("IFS")),
            }
            if let Builtin::Ended(status) = read {
                self.ended(status, tested);
            }
        }
        match &self.blocked {
            // It has more to print, and others get their turn when the steps are used up.
            Some(Blocked::Calling(calling)) if calling.at == Some(system.now()) => {
                *steps = steps.saturating_sub(MORE_STEPS);
                None
            }
            Some(Blocked::Calling(calling)) => Some(State::Waiting(calling.at)),
            _ => None,
        }
    }
}
