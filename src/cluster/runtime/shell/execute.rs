//! What each step does.

use crate::base::Timestamp;

use super::super::coreutils::{self, Call, Outcome};
use super::super::process::System;
use super::ast::{Op, Part, Redirect, Simple, Word};
use super::builtins::{self, Builtin};
use super::descriptors::{Descriptors, Target};
use super::lines::later;
use super::machine::{Blocked, Calling, Child, Machine, State};
use super::words::{Expander, matches};

/// Steps that a piece of endless output takes.
const MORE_STEPS: u32 = 200;

impl Machine {
    /// Carries out one step.
    pub(super) fn execute(&mut self, op: &Op, system: &mut dyn System) {
        if let Some(substitution) = self.next_substitution(op) {
            let program = substitution.clone();
            self.child = Some(Child::Capture(Box::new(self.fork(program))));
            return;
        }
        if let Some(frame) = self.frames.last_mut() {
            frame.at += 1;
        }
        match op {
            Op::Simple(simple) => self.simple(simple, system),
            Op::Jump(to) => self.jump(*to),
            Op::JumpIfFailed(to) if self.shell.status != 0 => self.jump(*to),
            Op::JumpIfSucceeded(to) if self.shell.status == 0 => self.jump(*to),
            Op::JumpIfFailed(_) | Op::JumpIfSucceeded(_) => {}
            Op::Negate => self.shell.status = i32::from(self.shell.status == 0),
            Op::SetStatus(status) => self.shell.status = *status,
            Op::ForBegin(words) => self.begin_for(words.as_deref(), system),
            Op::ForNext { variable, end } => self.next_for(variable, *end),
            Op::ForEnd => self.in_frame(|frame| drop(frame.loops.pop())),
            Op::CaseBegin(word) => {
                let text = self.expander().text(word);
                self.in_frame(|frame| frame.cases.push(text));
            }
            Op::CaseTest { patterns, otherwise } => {
                let patterns: Vec<String> =
                    patterns.iter().map(|word| self.expander().pattern(word)).collect();
                let word =
                    self.frames.last().and_then(|frame| frame.cases.last()).cloned().unwrap_or_default();
                if !patterns.iter().any(|pattern| matches(pattern, &word)) {
                    self.jump(*otherwise);
                }
            }
            Op::CaseEnd => self.in_frame(|frame| drop(frame.cases.pop())),
            Op::RedirectBegin(redirects) => match self.redirected(redirects, system) {
                Ok(descriptors) => self.in_frame(|frame| frame.redirects.push(descriptors)),
                Err(why) => {
                    self.complain(&why);
                    self.shell.status = 1;
                    self.skip_compound();
                }
            },
            Op::RedirectEnd => self.in_frame(|frame| drop(frame.redirects.pop())),
            Op::Pipeline(stages) => {
                let mut stages: Vec<Machine> =
                    stages.iter().map(|program| self.fork(program.clone())).collect();
                let last = stages.len().saturating_sub(1);
                stages[..last].iter_mut().for_each(|stage| stage.piped = true);
                stages.iter_mut().skip(1).for_each(|stage| stage.input.open = true);
                self.child = Some(Child::Pipeline(stages));
            }
            Op::Subshell(program) => self.child = Some(Child::Subshell(Box::new(self.fork(program.clone())))),
            Op::Background(program) => self.begin_background(program, system),
            Op::Define(name, program) => {
                self.shell.functions.insert(name.clone(), program.clone());
                self.shell.status = 0;
            }
        }
    }

    fn begin_background(&mut self, program: &[Op], system: &mut dyn System) {
        let number = self.shell.number + 1 + u32::try_from(system.random(500)).unwrap_or_default();
        let mut machine = self.fork(program.to_vec());
        machine.shell.number = number;
        self.background.push((number, machine));
        self.shell.last_background = Some(number);
        self.shell.status = 0;
    }

    fn jump(&mut self, to: usize) {
        self.in_frame(|frame| frame.at = to);
    }

    fn in_frame(&mut self, change: impl FnOnce(&mut super::machine::Frame)) {
        if let Some(frame) = self.frames.last_mut() {
            change(frame);
        }
    }

    /// Goes on behind the end of the compound command whose redirection failed.
    fn skip_compound(&mut self) {
        self.in_frame(|frame| {
            let mut depth = 1;
            while let Some(op) = frame.program.get(frame.at) {
                frame.at += 1;
                match op {
                    Op::RedirectBegin(_) => depth += 1,
                    // A `break` inside ends redirections on its way out; only the balanced end counts.
                    Op::RedirectEnd if !matches!(frame.program.get(frame.at), Some(Op::Jump(_))) => {
                        depth -= 1
                    }
                    _ => {}
                }
                if depth == 0 {
                    return;
                }
            }
        });
    }

    fn expander(&mut self) -> Expander<'_> {
        Expander { shell: &mut self.shell, captured: &mut self.captured, error: None }
    }

    /// The first substitution of a step whose output is not there yet.
    fn next_substitution<'a>(&self, op: &'a Op) -> Option<&'a Vec<Op>> {
        let mut all = Vec::new();
        let mut add = |word: &'a Word| substitutions(word, &mut all);
        match op {
            Op::Simple(simple) => {
                simple.words.iter().for_each(&mut add);
                simple.redirects.iter().map(|redirect| &redirect.target).for_each(&mut add);
                simple.assignments.iter().map(|(_, word)| word).for_each(&mut add);
            }
            Op::ForBegin(Some(words)) => words.iter().for_each(add),
            Op::CaseBegin(word) => add(word),
            Op::CaseTest { patterns, .. } => patterns.iter().for_each(add),
            Op::RedirectBegin(redirects) => redirects.iter().map(|redirect| &redirect.target).for_each(add),
            _ => {}
        }
        all.get(self.captured.len()).copied()
    }

    fn begin_for(&mut self, words: Option<&[Word]>, system: &mut dyn System) {
        let values = match words {
            Some(words) => {
                let files = system.files();
                self.expander().fields(words, &files)
            }
            None => self.shell.positional.clone(),
        };
        self.in_frame(|frame| frame.loops.push(values.into()));
        self.shell.status = 0;
    }

    fn next_for(&mut self, variable: &str, end: usize) {
        let next = self
            .frames
            .last_mut()
            .and_then(|frame| frame.loops.last_mut())
            .and_then(|values| values.pop_front());
        match next {
            Some(value) => self.shell.set(variable, value),
            None => self.jump(end),
        }
    }

    /// The descriptors inside a command with redirections.
    fn redirected(&mut self, redirects: &[Redirect], system: &mut dyn System) -> Result<Descriptors, String> {
        let mut descriptors = self.descriptors().inner();
        for redirect in redirects {
            let target = self.expander().text(&redirect.target);
            let directory = self.shell.directory.clone();
            descriptors.apply(redirect, &target, &directory, &mut system.files())?;
        }
        Ok(descriptors)
    }

    fn simple(&mut self, simple: &Simple, system: &mut dyn System) {
        let (arguments, error) = {
            let files = system.files();
            let mut expander = self.expander();
            let fields = expander.fields(&simple.words, &files);
            (fields, expander.error)
        };
        if let Some(error) = error {
            self.complain(&error);
            self.shell.status = 2;
            if !self.reads_input {
                self.exit = Some(2);
            }
            return;
        }
        let had_substitution =
            !self.captured.is_empty() || self.next_substitution(&Op::Simple(simple.clone())).is_some();
        let descriptors = match self.redirected(&simple.redirects, system) {
            Ok(descriptors) => descriptors,
            Err(why) => {
                self.complain(&why);
                self.captured.clear();
                return self.ended(1, simple.tested);
            }
        };
        let mut saved = Vec::new();
        for (name, word) in &simple.assignments {
            if self.assign_elements(name, word, system) {
                continue;
            }
            let value = self.expander().text(word);
            saved.push((
                name.clone(),
                self.shell.variables.get(name).cloned(),
                self.shell.exported.contains(name),
            ));
            self.shell.set(name, value);
            if !arguments.is_empty() {
                self.shell.exported.insert(name.clone());
            }
        }
        self.captured.clear();
        if arguments.is_empty() {
            let status = if had_substitution { self.shell.status } else { 0 };
            return self.ended(status, simple.tested);
        }
        if self.shell.xtrace {
            self.write_out(true, format!("+ {}\n", arguments.join(" ")).as_bytes());
        }
        self.invoke(&arguments, descriptors, simple.tested, system);
        for (name, value, exported) in saved {
            match value {
                Some(value) => self.shell.set(&name, value),
                None => drop(self.shell.variables.remove(&name)),
            }
            if !exported {
                self.shell.exported.remove(&name);
            }
        }
    }

    /// `NAME=(…)`, `NAME[…]=…`, `NAME+=…`; false for what is a plain assignment.
    fn assign_elements(&mut self, name: &str, word: &Word, system: &mut dyn System) -> bool {
        let (target, appends) = name.strip_suffix('+').map_or((name, false), |name| (name, true));
        if let Some(Part::Array(words)) = word.0.iter().find(|part| matches!(part, Part::Array(_))) {
            let files = system.files();
            let values = self.expander().fields(words, &files);
            self.shell.set_array(target, values, appends);
            return true;
        }
        let subscript = target.strip_suffix(']').and_then(|target| target.split_once('['));
        if subscript.is_none() && !appends {
            return false;
        }
        let value = self.expander().text(word);
        let variable = match subscript {
            Some((array, index)) => format!("{array}[{}]", self.expander().key(array, index)),
            None => target.to_owned(),
        };
        let before = self.shell.get(&variable).filter(|_| appends).unwrap_or_default();
        self.shell.set(&variable, before + &value);
        true
    }

    fn invoke(
        &mut self,
        arguments: &[String],
        descriptors: Descriptors,
        tested: bool,
        system: &mut dyn System,
    ) {
        if let Some(program) = self.shell.functions.get(&arguments[0]).cloned() {
            self.push_frame(program);
            let positional = std::mem::replace(&mut self.shell.positional, arguments[1..].to_vec());
            self.in_frame(|frame| {
                frame.saved_positional = Some(positional);
                frame.redirects = vec![descriptors];
            });
            return;
        }
        match builtins::run(self, arguments, descriptors, system) {
            Builtin::Ended(status) => self.ended(status, tested),
            Builtin::Handled => {}
            Builtin::NotOne(descriptors) => self.call(arguments, descriptors, 0, tested, system),
        }
    }

    /// Calls a program, or calls it again after it waited.
    fn call(
        &mut self,
        arguments: &[String],
        mut descriptors: Descriptors,
        memory: u64,
        tested: bool,
        system: &mut dyn System,
    ) {
        let mut memory = memory;
        let redirected = descriptors.input.is_some();
        let mut input = match descriptors.input.take() {
            Some(input) => input,
            None => std::mem::take(self.effective_input()),
        };
        let environment = self.shell.environment();
        let mut call = Call {
            arguments,
            environment: &environment,
            directory: &self.shell.directory,
            shell: &self.shell.name,
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
        } else {
            *self.effective_input() = input;
        }
        let at = match outcome {
            Outcome::Ended(status) => return self.ended(status, tested),
            Outcome::Sleep(milliseconds) => {
                self.blocked = Some(Blocked::Sleeping(later(system.now(), milliseconds)));
                return;
            }
            Outcome::Becomes(program) => {
                self.blocked = Some(Blocked::Program(program, arguments.to_vec()));
                return;
            }
            Outcome::Runs { words, assignments, limit } => {
                let words = words.iter().map(|word| Word::literal(word)).collect();
                let literal = |(name, value): (String, String)| (name, Word::literal(&value));
                let assignments = assignments.into_iter().map(literal).collect();
                let simple = Simple { words, assignments, tested, ..Simple::default() };
                let until = limit.map(|(milliseconds, code)| (later(system.now(), milliseconds), code));
                return self.run_instead(simple, descriptors, until);
            }
            Outcome::More if !taken => return self.ended(1, tested),
            Outcome::More => Some(system.now()),
            Outcome::NeedsInput => None,
            Outcome::Again(milliseconds) => Some(later(system.now(), milliseconds)),
        };
        let arguments = arguments.to_vec();
        self.blocked =
            Some(Blocked::Calling(Box::new(Calling { arguments, descriptors, at, memory, tested })));
    }

    /// Runs another command in place of one, where its output goes.
    fn run_instead(&mut self, simple: Simple, descriptors: Descriptors, until: Option<(Timestamp, i32)>) {
        if until.is_some() {
            let mut machine = self.fork(vec![Op::Simple(simple)]);
            machine.frames.iter_mut().for_each(|frame| frame.redirects = vec![descriptors.clone()]);
            machine.until = until;
            self.child = Some(Child::Subshell(Box::new(machine)));
            return;
        }
        self.push_frame(vec![Op::Simple(simple)]);
        self.in_frame(|frame| frame.redirects = vec![descriptors]);
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
            Blocked::Background | Blocked::Program(..) => None,
        };
        let waits = match &blocked {
            Blocked::Sleeping(_) | Blocked::Calling(_) => until.is_some_and(|at| at > system.now()),
            Blocked::Background => !self.background.is_empty(),
            Blocked::Program(..) => true,
        };
        if waits {
            self.blocked = Some(blocked);
            return Some(State::Waiting(until));
        }
        let Blocked::Calling(calling) = blocked else {
            self.shell.status = 0;
            return None;
        };
        let Calling { arguments, descriptors, memory, tested, .. } = *calling;
        if arguments[0] != "read" {
            self.call(&arguments, descriptors, memory, tested, system);
        } else if let Builtin::Ended(status) = builtins::run(self, &arguments, descriptors, system) {
            self.ended(status, tested);
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

    /// Notes how a command ended; `set -e` may end the shell.
    pub(super) fn ended(&mut self, status: i32, tested: bool) {
        self.shell.status = status;
        if status != 0 && self.shell.errexit && !tested && self.exit.is_none() {
            self.frames.clear();
            self.reads_input = false;
        }
    }
}

/// The substitutions of a word, in the order in which expansion consumes them.
fn substitutions<'a>(word: &'a Word, all: &mut Vec<&'a Vec<Op>>) {
    for part in &word.0 {
        match part {
            Part::Substitution(program, _) => all.push(program),
            Part::Array(words) => words.iter().for_each(|word| substitutions(word, all)),
            Part::Arithmetic(word, _) | Part::Variable { change: Some((_, word)), .. } => {
                substitutions(word, all)
            }
            _ => {}
        }
    }
}
