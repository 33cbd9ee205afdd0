//! What a shell remembers between commands: variables, functions, directory, options.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::ast::Program;

/// The memory of a shell.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct ShellState {
    /// `$0`, also the prefix of messages.
    pub name: String,
    /// Variables.
    pub variables: BTreeMap<String, String>,
    /// Those that programs see.
    pub exported: BTreeSet<String>,
    /// Functions.
    pub functions: BTreeMap<String, Program>,
    /// Commands by signal name.
    pub traps: BTreeMap<String, String>,
    /// The present directory.
    pub directory: String,
    /// Status of the last command.
    pub status: i32,
    /// `$1`, `$2` …
    pub positional: Vec<String>,
    /// `set -e`.
    pub errexit: bool,
    /// `set -x`.
    pub xtrace: bool,
    /// `set -u`.
    pub nounset: bool,
    /// Number of the process.
    pub number: u32,
    /// Number of the last background command.
    pub last_background: Option<u32>,
}

impl ShellState {
    /// The value of a variable, positional or special parameter.
    pub(super) fn get(&self, name: &str) -> Option<String> {
        match name {
            "?" => Some(self.status.to_string()),
            "#" => Some(self.positional.len().to_string()),
            "$" => Some(self.number.to_string()),
            "!" => self.last_background.map(|number| number.to_string()),
            "-" => Some(if self.errexit { "e" } else { "" }.to_owned()),
            "0" => Some(self.name.clone()),
            "@" | "*" => Some(self.positional.join(" ")),
            "PWD" => Some(self.directory.clone()),
            _ => match name.parse::<usize>() {
                Ok(index) => self.positional.get(index.wrapping_sub(1)).cloned(),
                Err(_) => {
                    self.variables.get(name).or_else(|| self.variables.get(&format!("{name}[0]"))).cloned()
                }
            },
        }
    }

    /// Sets a variable.
    pub(super) fn set(&mut self, name: &str, value: String) {
        self.variables.insert(name.to_owned(), value);
    }

    /// What programs find in their environment.
    pub(super) fn environment(&self) -> BTreeMap<String, String> {
        let mut environment: BTreeMap<String, String> = self
            .variables
            .iter()
            .filter(|(name, _)| self.exported.contains(*name))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        if environment.contains_key("PATH") {
            environment.insert("PWD".to_owned(), self.directory.clone());
        }
        environment
    }
}
