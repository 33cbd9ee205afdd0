//! What a shell remembers between commands: variables, functions, directory, options.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::base::Timestamp;

use super::ast::Program;

/// The bash that there is.
pub(super) const BASH_VERSION: &str = "5.2.37(1)-release";

/// Whose ways and words a shell has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in super::super) enum Dialect {
    /// Nobody's: a command that runs without a shell.
    #[default]
    None,
    /// busybox'.
    Ash,
    /// Debian's `sh`.
    Dash,
    /// bash.
    Bash,
}

/// The options of `set -o`, with their letters.
pub(super) const OPTIONS: &[(&str, char)] = &[
    ("errexit", 'e'),
    ("noglob", 'f'),
    ("ignoreeof", 'I'),
    ("monitor", 'm'),
    ("noexec", 'n'),
    ("xtrace", 'x'),
    ("verbose", 'v'),
    ("noclobber", 'C'),
    ("allexport", 'a'),
    ("notify", 'b'),
    ("nounset", 'u'),
    ("errtrace", 'E'),
    ("vi", 'V'),
    ("pipefail", 'P'),
];

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
    /// Whose ways it has.
    #[serde(default)]
    pub dialect: Dialect,
    /// Line of the command that runs.
    #[serde(default)]
    pub line: u32,
    /// The file whose lines these are.
    #[serde(default)]
    pub source: Option<String>,
    /// Whether somebody types the lines.
    #[serde(default)]
    pub interactive: bool,
    /// Variables that stay as they are.
    #[serde(default)]
    pub readonly: BTreeSet<String>,
    /// Aliases: their words, and the line where they were made.
    #[serde(default)]
    pub aliases: BTreeMap<String, (String, u32)>,
    /// Letters of the other options of `set` that are on.
    #[serde(default)]
    pub options: BTreeSet<char>,
    /// `umask`, where it was set.
    #[serde(default)]
    pub umask: Option<u16>,
    /// When it began.
    #[serde(default)]
    pub started: Option<Timestamp>,
    /// The present moment, as of the last command.
    #[serde(default)]
    pub now: Option<Timestamp>,
    /// What `$RANDOM` gives next.
    #[serde(default)]
    pub random: u64,
    /// Place inside the word that `getopts` reads.
    #[serde(default)]
    pub option_place: usize,
}

impl ShellState {
    /// Whether it has bash's ways.
    pub(super) fn is_bash(&self) -> bool {
        self.dialect == Dialect::Bash
    }

    /// Whether an option of `set` is on.
    pub(super) fn is_on(&self, letter: char) -> bool {
        match letter {
            'e' => self.errexit,
            'x' => self.xtrace,
            'u' => self.nounset,
            other => self.options.contains(&other),
        }
    }

    /// Switches an option of `set`.
    pub(super) fn switch(&mut self, letter: char, on: bool) {
        match letter {
            'e' => self.errexit = on,
            'x' => self.xtrace = on,
            'u' => self.nounset = on,
            other if on => drop(self.options.insert(other)),
            other => drop(self.options.remove(&other)),
        }
    }

    /// `$-`.
    fn flags(&self) -> String {
        let order = match self.dialect {
            Dialect::Bash => "aefmnuvxCc",
            _ => "uabCvxnmIcife",
        };
        let on = |letter: &char| match letter {
            'i' => self.interactive,
            letter => self.is_on(*letter),
        };
        let letters: String = order.chars().filter(on).collect();
        if self.is_bash() { format!("hB{letters}") } else { letters }
    }

    /// The characters at which fields are split.
    pub(super) fn separators(&self) -> String {
        self.variables.get("IFS").cloned().unwrap_or_else(|| " \t\n".to_owned())
    }

    /// The value of a variable, positional or special parameter.
    pub(super) fn get(&self, name: &str) -> Option<String> {
        match name {
            "?" => Some(self.status.to_string()),
            "#" => Some(self.positional.len().to_string()),
            "$" => Some(self.number.to_string()),
            "!" => self.last_background.map(|number| number.to_string()),
            "-" => Some(self.flags()),
            "0" => Some(self.name.clone()),
            "@" => Some(self.positional.join(" ")),
            "*" => {
                let separator: String = self.separators().chars().take(1).collect();
                Some(self.positional.join(&separator))
            }
            "PWD" => Some(self.directory.clone()),
            "LINENO" if !self.interactive => Some(self.line.to_string()),
            "PPID" if self.dialect != Dialect::None && !self.variables.contains_key(name) => {
                Some("0".to_owned())
            }
            "RANDOM" if matches!(self.dialect, Dialect::Ash | Dialect::Bash) => {
                Some((self.random >> 8 & 0x7fff).to_string())
            }
            "BASH_VERSION" if self.is_bash() => Some(BASH_VERSION.to_owned()),
            "SECONDS" if self.is_bash() => {
                let passed = self.now.zip(self.started).map(|(now, then)| now.as_second() - then.as_second());
                Some(passed.unwrap_or_default().to_string())
            }
            "OPTIND" => Some(self.variables.get(name).cloned().unwrap_or_else(|| "1".to_owned())),
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
        if self.is_on('a') {
            self.exported.insert(name.to_owned());
        }
        if name == "OPTIND" {
            self.option_place = 0;
        }
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

    /// What stands before a message: the shell, the command that speaks, and the line.
    pub(super) fn prefix(&self, command: Option<&str>) -> String {
        let (name, line) = (&self.name, self.line);
        let source = self.source.as_ref().filter(|source| *source != name);
        match (self.dialect, command) {
            (Dialect::Bash, command) => {
                let place = source.unwrap_or(name);
                let line = if self.interactive { String::new() } else { format!("line {line}: ") };
                let command = command.map(|command| format!("{command}: ")).unwrap_or_default();
                format!("{place}: {line}{command}")
            }
            (Dialect::Dash, command) => {
                let speaker = command.or(source.map(String::as_str));
                let speaker = speaker.map(|speaker| format!("{speaker}: ")).unwrap_or_default();
                format!("{name}: {line}: {speaker}")
            }
            (_, Some(command)) if self.interactive => format!("{name}: {command}: "),
            (_, Some(command)) => format!("{name}: {command}: line {line}: "),
            (_, None) if self.source.is_some() && !self.interactive => {
                let source = source.map(|source| format!("{source}: ")).unwrap_or_default();
                format!("{name}: {source}line {line}: ")
            }
            (_, None) => format!("{name}: "),
        }
    }
}
