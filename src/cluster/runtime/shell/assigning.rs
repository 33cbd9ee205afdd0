//! Assignments, aliases, and what `set -x` shows of a command.

use super::super::system::System;
use super::ast::{Op, Part, Simple, Word};
use super::execute::quoted_if_needed;
use super::machine::Machine;
use super::parser::parse;
use super::shell_state::Dialect;

/// Bytes that the value of a variable may have.
const VALUE_MAX: usize = 4 << 20;

/// Names, what they held before, and whether programs saw them.
pub(super) type Saved = Vec<(String, Option<String>, bool)>;

impl Machine {
    /// What went wrong in an expansion ends a script.
    pub(super) fn give_up_expansion(&mut self, error: &str) {
        self.complain(error);
        let status = match self.shell.dialect {
            Dialect::Bash if error.contains("error token") || error.contains("arithmetic") => 1,
            Dialect::Bash => 127,
            _ => 2,
        };
        self.abandon(status);
    }

    /// Parameters that have another value each time.
    pub(super) fn renew_specials(&mut self) {
        let (started, number) = (self.shell.now, u64::from(self.shell.number));
        let seed = started.map_or(0, |now| now.as_millisecond().unsigned_abs());
        let last = if self.shell.random == 0 { seed ^ number << 32 } else { self.shell.random };
        self.shell.random =
            last.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        if self.shell.started.is_none() {
            self.shell.started = started;
        }
    }

    /// Puts the words of an alias in the place of its name.
    pub(super) fn expand_alias(&mut self, simple: &Simple) -> bool {
        let name = simple.words.first().and_then(Word::bare);
        let Some((text, line)) = name.and_then(|name| self.shell.aliases.get(name)).cloned() else {
            return false;
        };
        if line == simple.line || self.shell.is_bash() && !self.shell.interactive {
            return false;
        }
        let Ok(mut program) = parse(&text, self.manner(line)) else { return false };
        match program.last_mut() {
            Some(Op::Simple(last)) => {
                last.words.extend(simple.words[1..].iter().cloned());
                last.redirects.extend(simple.redirects.iter().cloned());
                last.assignments.extend(simple.assignments.iter().cloned());
                last.tested = simple.tested;
            }
            _ if simple.words.len() > 1 => return false,
            _ => {}
        }
        self.push_frame(program);
        true
    }

    /// Gives variables their values; what they had before comes back behind a command. An error has been told.
    pub(super) fn assign(
        &mut self,
        simple: &Simple,
        exports: bool,
        system: &mut dyn System,
    ) -> Result<Saved, ()> {
        let mut saved = Vec::new();
        for (name, word) in &simple.assignments {
            if let Some(name) = self.is_readonly(name) {
                let words = if self.shell.is_bash() { "readonly variable" } else { "is read only" };
                self.complain(&format!("{name}: {words}"));
                self.abandon(if self.shell.is_bash() { 1 } else { 2 });
                return Err(());
            }
            match self.assign_elements(name, word, system) {
                Ok(true) => continue,
                Ok(false) => {}
                Err(error) => {
                    self.give_up_expansion(&error);
                    return Err(());
                }
            }
            let mut expander = self.expander();
            let value = expander.text(word);
            if value.len() > VALUE_MAX {
                expander.error = Some("out of memory".to_owned());
            }
            if let Some(error) = expander.error {
                self.give_up_expansion(&error);
                return Err(());
            }
            saved.push((
                name.clone(),
                self.shell.variables.get(name).cloned(),
                self.shell.exported.contains(name),
            ));
            self.shell.set(name, value);
            if exports {
                self.shell.exported.insert(name.clone());
            }
        }
        Ok(saved)
    }

    /// bash's `declare -A NAME=(…)`: the name is declared first, then it gets its elements.
    pub(super) fn declare_arrays(&mut self, simple: &Simple, system: &mut dyn System) -> bool {
        let command = simple.words.first().and_then(Word::bare);
        let declares = matches!(command, Some("declare" | "typeset" | "local" | "readonly" | "export"));
        if !self.shell.is_bash() || !declares {
            return false;
        }
        let is_array = |word: &Word| word.0.iter().any(|part| matches!(part, Part::Array(_)));
        let (arrays, mut words): (Vec<Word>, Vec<Word>) = simple.words.iter().cloned().partition(is_array);
        if arrays.is_empty() {
            return false;
        }
        let assignments: Vec<(String, Word)> = arrays.iter().filter_map(super::parser::assignment).collect();
        words.extend(assignments.iter().map(|(name, _)| Word::literal(name)));
        let line = simple.line;
        let step = |words, assignments| Op::Simple(Simple { words, assignments, line, ..Simple::default() });
        let _ = system;
        self.push_frame(vec![step(words, Vec::new()), step(Vec::new(), assignments)]);
        true
    }

    /// The variable that an assignment is for, when it must stay as it is.
    pub(super) fn is_readonly(&self, target: &str) -> Option<String> {
        let name = target.split(['[', '+']).next().unwrap_or_default();
        self.shell.readonly.contains(name).then(|| name.to_owned())
    }

    /// `set -x`.
    pub(super) fn trace(&mut self, simple: &Simple, saved: &Saved, arguments: &[String]) {
        let assigned = saved.iter().map(|(name, ..)| {
            format!("{name}={}", quoted_if_needed(&self.shell.get(name).unwrap_or_default()))
        });
        let words: Vec<String> =
            assigned.chain(arguments.iter().map(|word| quoted_if_needed(word))).collect();
        if words.is_empty() && simple.assignments.is_empty() {
            return;
        }
        let sign = self.shell.get("PS4").unwrap_or_else(|| "+ ".to_owned());
        self.write_out(true, format!("{sign}{}\n", words.join(" ")).as_bytes());
    }

    /// `NAME=(…)`, `NAME[…]=…`, `NAME+=…`; false for what is a plain assignment, an error in words.
    fn assign_elements(&mut self, name: &str, word: &Word, system: &mut dyn System) -> Result<bool, String> {
        let (target, appends) = name.strip_suffix('+').map_or((name, false), |name| (name, true));
        if let Some(Part::Array(words)) = word.0.iter().find(|part| matches!(part, Part::Array(_))) {
            let files = system.files();
            let mut expander = self.expander();
            let values = expander.fields(words, &files);
            if let Some(error) = expander.error {
                return Err(error);
            }
            let keyed = |value: &String| value.starts_with('[') && value.contains("]=");
            if !values.is_empty() && values.iter().all(keyed) {
                if !appends {
                    let kept = self.shell.is_associative(target);
                    self.shell.set_array(target, Vec::new(), false);
                    if kept {
                        self.shell.declare_associative(target);
                    }
                }
                for (key, value) in values.iter().filter_map(|value| value[1..].split_once("]=")) {
                    self.shell.set(&format!("{target}[{key}]"), value.to_owned());
                }
                return Ok(true);
            }
            self.shell.set_array(target, values, appends);
            return Ok(true);
        }
        let subscript = target.strip_suffix(']').and_then(|target| target.split_once('['));
        if subscript.is_none() && !appends {
            return Ok(false);
        }
        let mut expander = self.expander();
        let value = expander.text(word);
        let variable = match subscript {
            Some((array, index)) => format!("{array}[{}]", expander.key(array, index)),
            None => target.to_owned(),
        };
        if let Some(error) = expander.error {
            return Err(error);
        }
        let before = self.shell.get(&variable).filter(|_| appends).unwrap_or_default();
        if before.len() + value.len() > VALUE_MAX {
            return Err("out of memory".to_owned());
        }
        self.shell.set(&variable, before + &value);
        Ok(true)
    }
}
