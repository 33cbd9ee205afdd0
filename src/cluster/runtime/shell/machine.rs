//! The interpreter: runs steps until it must wait, and can be stored while it waits.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};

use crate::base::Timestamp;

use super::super::earlier;
use super::super::process::{Input, OUTPUT_HIGH, pieces};
use super::super::signals::description;
use super::super::system::System;
use super::ast::{Op, Program, Simple, SyntaxError, Word};
use super::descriptors::Descriptors;
use super::jobs::Job;
use super::lexer::Manner;
use super::lines::{later, take_line};
use super::output::whole_characters;
use super::parser::parse;
use super::pipeline::{GATHERED_MAX, PIPE_BYTES};
use super::shell_state::{Dialect, ShellState};
use super::syntax_words::words_of;

/// Steps that one activation may take before other processes get their turn.
pub(super) const STEPS_MAX: u32 = 2_000;
/// Millionths of a second that a step takes.
const STEP_COST: u64 = 40;
/// Milliseconds for which an activation that took all its steps has been busy.
const PAUSE: i64 = 20;
/// The same after very many of them.
const LONG_PAUSE: i64 = 100;
/// How many are very many.
const SPINS_MAX: u32 = 250;
/// How deep functions may call each other.
const FRAMES_MAX: usize = 100;
/// How many shells may run inside of each other.
const NESTED_MAX: u32 = 24;
/// Signals that may wait for their traps.
pub(super) const PENDING_MAX: usize = 16;

/// Whether a machine has come to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum State {
    /// It ended with that code.
    Done(i32),
    /// It goes on at that moment, or when input comes.
    Waiting(Option<Timestamp>),
}

/// A function, script or command in progress.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Frame {
    pub program: Program,
    pub at: usize,
    pub loops: Vec<VecDeque<String>>,
    pub cases: Vec<String>,
    pub redirects: Vec<Descriptors>,
    /// The caller's positional parameters, for functions.
    pub saved_positional: Option<Vec<String>>,
    /// The caller's values of `local` variables.
    pub saved_locals: Vec<(String, Option<String>)>,
    /// The status that comes back when a trap has run.
    #[serde(default)]
    pub saved_status: Option<i32>,
    /// The file whose lines the caller's are, when this one has its own.
    #[serde(default)]
    pub saved_source: Option<Option<String>>,
    /// Whether failures inside are looked at outside, so that `set -e` spares them.
    #[serde(default)]
    pub spared: bool,
    /// Whether one of several commands failed.
    #[serde(default)]
    pub failed: bool,
}

/// What runs inside a machine while its own steps wait.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum Child {
    /// `$(…)`.
    Capture(Box<Machine>),
    /// `( … )`.
    Subshell(Box<Machine>),
    /// `… | …`.
    Pipeline(Vec<Machine>),
}

/// What a command waits for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum Blocked {
    /// A moment; then the command has ended well.
    Sleeping(Timestamp),
    /// Input, or a moment; then the command is called again.
    Calling(Box<Calling>),
    /// `wait`.
    Background,
    /// `wait NUMBER`.
    Job(u32),
    /// One of the modelled programs runs in the foreground, with that command line.
    Program(String, Vec<String>),
}

/// A command that is called again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Calling {
    pub arguments: Vec<String>,
    pub descriptors: Descriptors,
    /// When; `None` waits for input.
    pub at: Option<Timestamp>,
    /// What the command remembers.
    pub memory: u64,
    pub tested: bool,
    /// `IFS` as `read` found it.
    #[serde(default)]
    pub separators: Option<String>,
}

/// A shell, or one command run as if by a shell.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Machine {
    pub(super) shell: ShellState,
    pub(super) frames: Vec<Frame>,
    pub(super) captured: VecDeque<String>,
    pub(super) child: Option<Child>,
    pub(super) blocked: Option<Blocked>,
    pub(super) background: Vec<(u32, Machine)>,
    /// Commands that were started in the background, and those of them that have ended.
    #[serde(default)]
    pub(super) jobs: Vec<Job>,
    /// Signals whose traps are still to be run.
    #[serde(default)]
    pub(super) pending: VecDeque<String>,
    /// What the shell itself has to say and has not said yet.
    #[serde(default)]
    pub(super) said: Vec<u8>,
    /// Whether failures inside are looked at outside.
    #[serde(default)]
    pub(super) spared: bool,
    /// How many shells it runs inside of.
    #[serde(default)]
    pub(super) depth: u32,
    /// How many of those run in the background.
    #[serde(default)]
    pub(super) behind: u32,
    /// Standard input.
    pub(in super::super) input: Input,
    /// Standard output that nobody has taken.
    pub(in super::super) stdout: Vec<u8>,
    /// Standard error that nobody has taken.
    pub(in super::super) stderr: Vec<u8>,
    /// In which order that was printed: whether on standard error, and how many bytes.
    #[serde(default)]
    pub(in super::super) order: Vec<(bool, usize)>,
    /// Whether lines are read from standard input and run one by one.
    pub(super) reads_input: bool,
    /// Whether a prompt is printed before each.
    pub(super) prompts: bool,
    /// Lines of a command that is not complete yet.
    pub(super) unfinished: String,
    /// Whether the prompt for the next line has been printed.
    pub(super) prompted: bool,
    pub(super) exit: Option<i32>,
    /// When it is ended, and with which code.
    #[serde(default)]
    pub(super) until: Option<(Timestamp, i32)>,
    /// Whether its output goes to the next command of a pipeline.
    #[serde(default)]
    pub(super) piped: bool,
    /// Millionths of a second of processor time that nobody has counted yet.
    #[serde(default)]
    pub(in super::super) used: u64,
    /// How many activations in a row took all their steps.
    #[serde(default)]
    pub(super) spins: u32,
}

impl Machine {
    /// What a command line starts: a shell with a script, or one command.
    pub(in super::super) fn new(
        arguments: &[String],
        environment: &BTreeMap<String, String>,
        directory: &str,
        number: u32,
    ) -> Self {
        let mut machine = Self::default();
        machine.shell.variables = environment.clone();
        machine.shell.exported = environment.keys().cloned().collect::<BTreeSet<_>>();
        machine.shell.directory = directory.to_owned();
        machine.shell.number = number;
        machine.shell.name = "sh".to_owned();
        let words = arguments.iter().map(|argument| Word::literal(argument)).collect();
        machine.push_frame(vec![Op::Simple(Simple { words, ..Simple::default() })]);
        machine
    }

    /// A shell that reads its commands from standard input.
    pub(super) fn become_interactive(&mut self, prompts: bool) {
        self.frames.clear();
        self.reads_input = true;
        self.prompts = prompts;
    }

    pub(super) fn push_frame(&mut self, program: Program) {
        let descriptors = self.descriptors().inner();
        if self.frames.len() >= FRAMES_MAX {
            self.complain("maximum function recursion depth (100) reached");
            return self.abandon(2);
        }
        self.frames.push(Frame { program, redirects: vec![descriptors], ..Frame::default() });
    }

    /// Gives up the script; somebody who types gets a new prompt.
    pub(super) fn abandon(&mut self, status: i32) {
        self.shell.status = status;
        self.frames.clear();
        self.captured.clear();
        if !self.prompts {
            self.reads_input = false;
            // Where a shell runs inside of another, only the inner one ends.
            self.push_end(status);
        }
    }

    fn push_end(&mut self, status: i32) {
        self.frames.push(Frame {
            program: vec![Op::SetStatus(status)],
            redirects: vec![Descriptors::default()],
            ..Frame::default()
        });
    }

    /// The descriptors in force.
    pub(super) fn descriptors(&self) -> Descriptors {
        self.frames.last().and_then(|frame| frame.redirects.last()).cloned().unwrap_or_default()
    }

    /// Whether another shell may begin inside; says so otherwise, as the kernel refuses it.
    pub(super) fn may_fork(&mut self) -> bool {
        if self.depth < NESTED_MAX {
            return true;
        }
        self.complain("can't fork: Resource temporarily unavailable");
        self.abandon(2);
        false
    }

    /// A shell inside this one: a copy of its memory, with a program of its own.
    pub(super) fn fork(&self, program: Program) -> Self {
        let mut machine = Self { shell: self.shell.clone(), ..Self::default() };
        (machine.depth, machine.behind) = (self.depth + 1, self.behind);
        // What was caught outside has its usual effect inside; what was ignored stays so.
        machine.shell.traps.retain(|_, command| command.is_empty());
        machine.shell.interactive = false;
        machine.spared = self.spared;
        machine.frames.push(Frame { program, redirects: vec![Descriptors::default()], ..Frame::default() });
        machine
    }

    /// Runs until it waits or ends.
    pub(in super::super) fn run(&mut self, system: &mut dyn System) -> State {
        let mut steps = STEPS_MAX;
        self.shell.now = Some(system.now());
        let state = self.advance(system, &mut steps);
        if steps > 0 {
            self.spins = 0;
            self.used += u64::from(STEPS_MAX - steps) * STEP_COST;
            return state;
        }
        // A loop without a pause uses a whole processor; one that goes on for long is looked at less often.
        self.spins = self.spins.saturating_add(1);
        let pause = if self.spins > SPINS_MAX { LONG_PAUSE } else { PAUSE };
        self.used += u64::try_from(pause).unwrap_or_default() * 1_000;
        match state {
            State::Waiting(_) => State::Waiting(Some(later(system.now(), pause))),
            done => done,
        }
    }

    pub(super) fn advance(&mut self, system: &mut dyn System, steps: &mut u32) -> State {
        loop {
            if let Some((_, code)) = self.until.filter(|(at, _)| *at <= system.now()) {
                self.exit.get_or_insert(code);
            }
            if let Some(code) = self.exit {
                return State::Done(code);
            }
            if *steps == 0 || self.stdout.len() >= if self.piped { PIPE_BYTES } else { OUTPUT_HIGH } {
                return State::Waiting(Some(later(system.now(), PAUSE)));
            }
            *steps -= 1;
            match self.step(system, steps) {
                Some(State::Waiting(at)) => {
                    let background = self.run_background(system, steps);
                    if self.has_ended() {
                        continue;
                    }
                    let at = earlier(at, self.until.map(|(at, _)| at));
                    return State::Waiting(earlier(at, background));
                }
                Some(done) => return done,
                None => {}
            }
        }
    }

    /// One step; gives back a state when there is nothing more to do now.
    fn step(&mut self, system: &mut dyn System, steps: &mut u32) -> Option<State> {
        let state = self.take_step(system, steps);
        if !self.said.is_empty() {
            let target = self.descriptors().target(2);
            self.speak(&target, system);
        }
        state
    }

    fn take_step(&mut self, system: &mut dyn System, steps: &mut u32) -> Option<State> {
        if self.child.is_some() {
            return self.run_child(system, steps);
        }
        if let Some(blocked) = self.blocked.take() {
            return self.resume(blocked, system, steps);
        }
        if self.run_pending() {
            return None;
        }
        let Some(frame) = self.frames.last_mut() else {
            return if self.reads_input { self.next_line() } else { self.finish() };
        };
        match frame.program.get(frame.at).cloned() {
            Some(op) => {
                self.execute(&op, system);
                None
            }
            None => {
                self.pop_frame();
                None
            }
        }
    }

    fn finish(&mut self) -> Option<State> {
        if let Some(command) = self.shell.traps.remove("EXIT").filter(|command| !command.is_empty()) {
            let (status, line) = (self.shell.status, self.shell.line);
            self.run_script(&command, line);
            if let Some(frame) = self.frames.last_mut() {
                frame.saved_status = Some(status);
            }
            return None;
        }
        self.exit = Some(self.shell.status);
        Some(State::Done(self.shell.status))
    }

    pub(super) fn pop_frame(&mut self) {
        let Some(frame) = self.frames.pop() else { return };
        if let Some(positional) = frame.saved_positional {
            self.shell.positional = positional;
        }
        if let Some(status) = frame.saved_status {
            self.shell.status = status;
        }
        if let Some(source) = frame.saved_source {
            self.shell.source = source;
        }
        for (name, value) in frame.saved_locals.into_iter().rev() {
            match value {
                Some(value) => self.shell.set(&name, value),
                None => drop(self.shell.variables.remove(&name)),
            }
        }
    }

    /// Reads the next command from standard input.
    fn next_line(&mut self) -> Option<State> {
        if self.prompts && !self.prompted {
            let home = self.shell.get("HOME").unwrap_or_default();
            let directory = if self.shell.directory == home { "~" } else { &self.shell.directory };
            let sign = if self.shell.environment().get("USER").is_some_and(|user| user != "root") {
                '$'
            } else {
                '#'
            };
            let prompt =
                if self.unfinished.is_empty() { format!("{directory} {sign} ") } else { "> ".to_owned() };
            self.write_out(false, prompt.as_bytes());
            self.prompted = true;
        }
        let Some(line) = take_line(&mut self.input) else {
            if self.input.open {
                return Some(State::Waiting(None));
            }
            if self.prompts {
                self.write_out(false, b"\n");
            }
            self.reads_input = false;
            return None;
        };
        self.prompted = false;
        self.unfinished.push_str(&line);
        let more = self.input.open || !self.input.bytes.is_empty();
        let manner = Manner { more, ..self.manner(self.shell.line) };
        match parse(&self.unfinished, manner) {
            Ok(program) => {
                self.unfinished.clear();
                // Every line that was read has its number, also for aliases.
                self.shell.line += 1;
                self.push_frame(program);
            }
            Err(SyntaxError::Incomplete(_)) if more => {}
            Err(error) => {
                self.unfinished.clear();
                let message = words_of(error.message(), self.shell.dialect);
                self.complain(&message);
                self.shell.status = 2;
                self.reads_input &= self.prompts;
            }
        }
        None
    }

    /// Lets the children go on; `None` when they have ended and the next step may follow.
    fn run_child(&mut self, system: &mut dyn System, steps: &mut u32) -> Option<State> {
        let mut child = self.child.take()?;
        let state = match &mut child {
            Child::Capture(machine) | Child::Subshell(machine) => {
                std::mem::swap(&mut machine.input, self.effective_input());
                let state = machine.advance(system, steps);
                std::mem::swap(&mut machine.input, self.effective_input());
                let (mut stdout, stderr) =
                    (std::mem::take(&mut machine.stdout), std::mem::take(&mut machine.stderr));
                let order = std::mem::take(&mut machine.order);
                if let Child::Capture(machine) = &mut child {
                    if matches!(state, State::Waiting(_)) {
                        // A character of which only a part is there waits for the rest.
                        machine.stdout = stdout.split_off(whole_characters(&stdout));
                    }
                    machine.unfinished.push_str(&String::from_utf8_lossy(&stdout));
                    self.emit(2, &stderr, system);
                } else {
                    for (error, bytes) in pieces(&order, &stdout, &stderr) {
                        self.emit(if error { 2 } else { 1 }, bytes, system);
                    }
                }
                state
            }
            Child::Pipeline(stages) => self.run_pipeline(stages, system, steps),
        };
        if matches!(&child, Child::Capture(machine) if machine.unfinished.len() > GATHERED_MAX) {
            self.give_up_expansion("out of memory");
            return None;
        }
        match state {
            State::Waiting(at) => {
                self.child = Some(child);
                Some(State::Waiting(at))
            }
            State::Done(code) => {
                if let Child::Capture(machine) = child {
                    self.captured.push_back(machine.unfinished.trim_end_matches('\n').to_owned());
                } else if let Child::Subshell(machine) = child
                    && machine.until.is_some_and(|(_, until)| until == code)
                    && self.shell.dialect == Dialect::Ash
                    && let Some(words) = description(code - 128)
                {
                    self.said.extend_from_slice(format!("{words}\n").as_bytes());
                }
                self.shell.status = code;
                None
            }
        }
    }

    fn run_background(&mut self, system: &mut dyn System, steps: &mut u32) -> Option<Timestamp> {
        let mut wake = None;
        let mut background = std::mem::take(&mut self.background);
        background.retain_mut(|(number, machine)| {
            let state = machine.advance(system, steps);
            self.write_out(false, &std::mem::take(&mut machine.stdout));
            self.write_out(true, &std::mem::take(&mut machine.stderr));
            if let (State::Done(code), Some(job)) =
                (state, self.jobs.iter_mut().find(|job| job.number == *number))
            {
                job.status = Some(code);
            }
            if let State::Waiting(at) = state {
                wake = earlier(wake, at);
            }
            matches!(state, State::Waiting(_))
        });
        self.background = background;
        wake
    }
}
