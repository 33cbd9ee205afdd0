//! What each step does.

use crate::base::Timestamp;

use super::super::system::System;
use super::arithmetic;
use super::ast::{Op, Part, Redirect, Simple, Word};
use super::builtins::{self, Builtin};
use super::descriptors::{Descriptors, Opening};
use super::machine::{Child, Machine};
use super::matching::matches;
use super::shell_state::{Dialect, ShellState};
use super::syntax_words::words_of;
use super::words::{Expander, takes_word};

impl Machine {
    /// Carries out one step.
    pub(super) fn execute(&mut self, op: &Op, system: &mut dyn System) {
        if let Some(substitution) = self.next_substitution(op) {
            let program = substitution.clone();
            if !self.may_fork() {
                return;
            }
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
                let Some(text) = self.expanded(|expander| expander.text(word)) else { return };
                self.in_frame(|frame| frame.cases.push(text));
            }
            Op::CaseTest { patterns, otherwise } => {
                let all = |expander: &mut Expander<'_>| -> Vec<String> {
                    patterns.iter().map(|word| expander.pattern(word)).collect()
                };
                let Some(patterns) = self.expanded(all) else { return };
                let word =
                    self.frames.last().and_then(|frame| frame.cases.last()).cloned().unwrap_or_default();
                if !patterns.iter().any(|pattern| matches(pattern, &word)) {
                    self.jump(*otherwise);
                }
            }
            Op::CaseEnd => self.in_frame(|frame| drop(frame.cases.pop())),
            other => self.execute_other(other, system),
        }
    }

    /// The same for steps that hold or begin more than themselves.
    fn execute_other(&mut self, op: &Op, system: &mut dyn System) {
        match op {
            Op::Condition(condition) => {
                self.shell.line = condition.line;
                self.condition(condition, system);
            }
            Op::Arithmetic { text, tested } => self.arithmetic(text, *tested),
            Op::Check(tested) => self.ended(self.shell.status, *tested),
            Op::Gather => {
                let failed = self.shell.status != 0;
                self.in_frame(|frame| frame.failed |= failed);
            }
            Op::Conclude(status) => {
                let failed = self.frames.last().is_some_and(|frame| frame.failed);
                self.shell.status = if failed { *status } else { 0 };
            }
            Op::Timed(since) => self.tell_time(*since, system.now()),
            Op::Fail(message, line) => {
                self.shell.line = *line;
                self.complain_of_syntax(message);
                self.abandon(2);
            }
            Op::RedirectBegin(redirects) => match self.redirected(redirects, system) {
                Ok(descriptors) => self.in_frame(|frame| frame.redirects.push(descriptors)),
                Err(why) => {
                    self.complain(&why);
                    self.shell.status = if self.shell.dialect == Dialect::Dash { 2 } else { 1 };
                    self.skip_compound();
                }
            },
            Op::RedirectEnd => self.in_frame(|frame| drop(frame.redirects.pop())),
            Op::Pipeline(_) | Op::Subshell(_) | Op::Background(_) if !self.may_fork() => {}
            Op::Pipeline(stages) => {
                let mut stages: Vec<Machine> =
                    stages.iter().map(|program| self.fork(program.clone())).collect();
                let last = stages.len().saturating_sub(1);
                stages[..last].iter_mut().for_each(|stage| stage.piped = true);
                stages.iter_mut().skip(1).for_each(|stage| stage.input.open = true);
                let spared = self.next_is_spared();
                stages.iter_mut().for_each(|stage| stage.spared |= spared);
                self.child = Some(Child::Pipeline(stages));
            }
            Op::Subshell(program) => {
                let mut machine = self.fork(program.clone());
                machine.spared |= self.next_is_spared();
                self.child = Some(Child::Subshell(Box::new(machine)));
            }
            Op::Background(program) => self.begin_background(program, system),
            Op::Define(name, program) => {
                self.shell.functions.insert(name.clone(), program.clone());
                self.shell.status = 0;
            }
            _ => {}
        }
    }

    /// Whether the status of the child that begins here is looked at.
    fn next_is_spared(&self) -> bool {
        let next = self.frames.last().and_then(|frame| frame.program.get(frame.at));
        matches!(next, Some(Op::Check(true)))
    }

    fn arithmetic(&mut self, text: &Word, tested: bool) {
        let Some(text) = self.expanded(|expander| expander.text(text)) else { return };
        match arithmetic::evaluate(&text, &mut self.shell) {
            Ok(value) => self.ended(i32::from(value == 0), tested),
            Err(why) => {
                self.complain_of("((", &why);
                self.ended(1, tested);
            }
        }
    }

    /// Says what is wrong with a script; bash tells of the line behind the last one when it ends too early.
    fn complain_of_syntax(&mut self, message: &str) {
        let message = words_of(message, self.shell.dialect);
        if self.shell.is_bash() && !self.shell.interactive && !message.starts_with("not simulated") {
            let line = self.shell.line + u32::from(message.ends_with("end of file"));
            let place = if self.shell.source.is_some() { "" } else { " -c:" };
            let name = self.shell.source.as_ref().unwrap_or(&self.shell.name);
            let text = format!("{name}:{place} line {line}: {message}\n");
            self.said.extend_from_slice(text.as_bytes());
            return;
        }
        self.complain(&message);
    }

    fn tell_time(&mut self, since: Timestamp, now: Timestamp) {
        let passed = now.duration_since(since).as_millis();
        let (minutes, seconds, rest) = (passed / 60_000, passed / 1_000 % 60, passed % 1_000);
        let text = match self.shell.dialect {
            Dialect::Bash => {
                format!("\nreal\t{minutes}m{seconds}.{rest:03}s\nuser\t0m0.000s\nsys\t0m0.000s\n")
            }
            _ => format!("real\t{minutes}m {seconds}.{:02}s\nuser\t0m 0.00s\nsys\t0m 0.00s\n", rest / 10),
        };
        self.said.extend_from_slice(text.as_bytes());
    }

    fn jump(&mut self, to: usize) {
        self.in_frame(|frame| frame.at = to);
    }

    pub(super) fn in_frame(&mut self, change: impl FnOnce(&mut super::machine::Frame)) {
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

    pub(super) fn expander(&mut self) -> Expander<'_> {
        Expander { shell: &mut self.shell, captured: &mut self.captured, error: None }
    }

    /// What words become; what is wrong with them has been told and has ended the script.
    fn expanded<T>(&mut self, expand: impl FnOnce(&mut Expander<'_>) -> T) -> Option<T> {
        let mut expander = self.expander();
        let value = expand(&mut expander);
        let error = expander.error;
        self.captured.clear();
        match error {
            None => Some(value),
            Some(error) => {
                self.give_up_expansion(&error);
                None
            }
        }
    }

    /// The first substitution of a step whose output is not there yet.
    pub(super) fn next_substitution<'a>(&self, op: &'a Op) -> Option<&'a Vec<Op>> {
        let mut all = Vec::new();
        let mut add = |word: &'a Word| substitutions(word, &self.shell, &mut all);
        match op {
            Op::Simple(simple) => all_words(simple).for_each(add),
            Op::Condition(condition) => condition.words.iter().for_each(add),
            Op::Arithmetic { text, .. } => add(text),
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
                let Some(values) = self.expanded(|expander| expander.fields(words, &files)) else { return };
                values
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
            let mut expander = self.expander();
            let target = expander.text(&redirect.target);
            if let Some(error) = expander.error {
                return Err(error);
            }
            if target.starts_with("/proc") {
                system.refresh_proc(&["sh".to_owned()]);
            }
            let opening = Opening {
                directory: &self.shell.directory,
                dialect: self.shell.dialect,
                keeps: self.shell.is_on('C'),
                umask: self.shell.umask,
            };
            descriptors.apply(redirect, &target, opening, &mut system.files())?;
        }
        Ok(descriptors)
    }

    fn simple(&mut self, simple: &Simple, system: &mut dyn System) {
        self.shell.line = simple.line;
        self.renew_specials();
        if self.expand_alias(simple) || self.declare_arrays(simple, system) {
            return;
        }
        let had_substitution = all_words(simple).any(|word| {
            let mut all = Vec::new();
            substitutions(word, &self.shell, &mut all);
            !all.is_empty()
        });
        let (arguments, error) = {
            let files = system.files();
            let mut expander = self.expander();
            let fields = expander.fields(&simple.words, &files);
            (fields, expander.error)
        };
        if let Some(error) = error {
            return self.give_up_expansion(&error);
        }
        let descriptors = match self.redirected(&simple.redirects, system) {
            Ok(descriptors) => descriptors,
            Err(why) => {
                self.complain(&why);
                self.captured.clear();
                let status = if self.shell.dialect == Dialect::Dash { 2 } else { 1 };
                return self.ended(status, simple.tested);
            }
        };
        let errors = descriptors.target(2);
        let Ok(saved) = self.assign(simple, !arguments.is_empty(), system) else { return };
        self.captured.clear();
        if self.shell.xtrace {
            self.trace(simple, &saved, &arguments);
        }
        if arguments.is_empty() {
            let status = if had_substitution { self.shell.status } else { 0 };
            return self.ended(status, simple.tested);
        }
        self.invoke(&arguments, descriptors, simple.tested, system);
        self.speak(&errors, system);
        let keeps = arguments[0] == "exec";
        for (name, value, exported) in saved.into_iter().filter(|_| !keeps) {
            match value {
                Some(value) => self.shell.set(&name, value),
                None => drop(self.shell.variables.remove(&name)),
            }
            if !exported {
                self.shell.exported.remove(&name);
            }
        }
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
                frame.spared = tested;
            });
            return;
        }
        self.invoke_command(arguments, descriptors, tested, system);
    }

    /// The same for what is no function.
    pub(super) fn invoke_command(
        &mut self,
        arguments: &[String],
        descriptors: Descriptors,
        tested: bool,
        system: &mut dyn System,
    ) {
        match builtins::run(self, arguments, descriptors, tested, system) {
            Builtin::Ended(status) => self.ended(status, tested),
            Builtin::Handled => {}
            Builtin::NotOne(descriptors) => match self.file_to_run(&arguments[0], system) {
                Some(Ok(path)) => self.run_file(&path, arguments, descriptors, tested, system),
                Some(Err((status, why))) => {
                    self.complain(&format!("{}: {why}", arguments[0]));
                    self.ended(status, tested);
                }
                None => self.call(arguments, descriptors, 0, tested, system),
            },
        }
    }

    /// Notes how a command ended; `set -e` may end the shell.
    pub(super) fn ended(&mut self, status: i32, tested: bool) {
        self.shell.status = status;
        let spared = self.spared || self.frames.iter().any(|frame| frame.spared);
        if status != 0 && self.shell.errexit && !tested && !spared && self.exit.is_none() {
            self.frames.clear();
            self.reads_input = false;
        }
    }
}

/// A word as one would have to type it.
pub(super) fn quoted_if_needed(word: &str) -> String {
    let plain = |next: char| next.is_ascii_alphanumeric() || "_-./:,@%+]".contains(next);
    if !word.is_empty() && word.chars().all(plain) { word.to_owned() } else { quoted(word) }
}

/// A word between quotes.
pub(super) fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', "'\"'\"'"))
}

/// The words of a command, in the order in which they are expanded.
fn all_words(simple: &Simple) -> impl Iterator<Item = &Word> {
    let targets = simple.redirects.iter().map(|redirect| &redirect.target);
    simple.words.iter().chain(targets).chain(simple.assignments.iter().map(|(_, word)| word))
}

/// The substitutions of a word, in the order in which expansion consumes them.
fn substitutions<'a>(word: &'a Word, shell: &ShellState, all: &mut Vec<&'a Vec<Op>>) {
    for part in &word.0 {
        match part {
            Part::Substitution(program, _) => all.push(program),
            Part::Array(words) => words.iter().for_each(|word| substitutions(word, shell, all)),
            Part::Arithmetic(word, _) => substitutions(word, shell, all),
            Part::Variable { name, change: Some((operator, word)), .. }
                if takes_word(shell, name, operator) =>
            {
                substitutions(word, shell, all)
            }
            _ => {}
        }
    }
}
