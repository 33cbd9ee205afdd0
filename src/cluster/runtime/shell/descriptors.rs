//! File descriptors: where output goes, and redirections.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use super::super::filesystem::{FileError, FileView, absolute};
use super::super::ownership::Ownership;
use super::super::process::Input;
use super::ast::{Redirect, RedirectKind};
use super::shell_state::Dialect;

/// Where the output of a descriptor goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Target {
    /// Standard output of the machine.
    Output,
    /// Standard error of the machine.
    Error,
    /// The end of a file.
    File(String),
    /// Nowhere.
    Null,
}

/// The descriptors in force, and a standard input that replaces the machine's.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Descriptors {
    targets: BTreeMap<u32, Target>,
    /// `<` and here-documents.
    pub input: Option<Input>,
    /// What is open for reading under other numbers.
    #[serde(default)]
    pub others: BTreeMap<u32, Input>,
    /// The number under which standard input was opened before (`<&3`).
    #[serde(default)]
    pub from: Option<u32>,
}

/// How a shell opens files.
#[derive(Clone, Copy, Debug)]
pub(super) struct Opening<'a> {
    /// The present directory.
    pub directory: &'a str,
    /// In whose words it complains.
    pub dialect: Dialect,
    /// `set -C`.
    pub keeps: bool,
    /// `umask`, where it was set.
    pub umask: Option<u16>,
}

impl Default for Descriptors {
    fn default() -> Self {
        Self {
            targets: BTreeMap::from([(1, Target::Output), (2, Target::Error)]),
            input: None,
            others: BTreeMap::new(),
            from: None,
        }
    }
}

impl Descriptors {
    /// A copy for what runs inside.
    pub(super) fn inner(&self) -> Self {
        Self { targets: self.targets.clone(), input: None, others: BTreeMap::new(), from: self.from }
    }

    /// Where a descriptor leads.
    pub(super) fn target(&self, descriptor: u32) -> Target {
        self.targets.get(&descriptor).cloned().unwrap_or(Target::Null)
    }

    /// Carries out one redirection whose target is expanded.
    ///
    /// # Errors
    /// The shell's words, without its name.
    pub(super) fn apply(
        &mut self,
        redirect: &Redirect,
        target: &str,
        opening: Opening<'_>,
        files: &mut FileView<'_>,
    ) -> Result<(), String> {
        let path = absolute(opening.directory, target);
        let descriptor = redirect.descriptor;
        match redirect.kind {
            RedirectKind::Document => self.read_from(descriptor, closed(target.as_bytes())),
            RedirectKind::Read if path == "/dev/stdin" => {}
            RedirectKind::Read => {
                let bytes = if path == "/dev/null" {
                    Vec::new()
                } else {
                    let why = |why: FileError| opening.unreadable(target, &why.to_string());
                    files.read(&path).map_err(why)?
                };
                self.read_from(descriptor, closed(&bytes));
            }
            RedirectKind::Duplicate => self.duplicate(descriptor, target, opening)?,
            RedirectKind::Write | RedirectKind::Append | RedirectKind::Force => {
                if opening.keeps && redirect.kind == RedirectKind::Write && files.length(&path).is_some() {
                    return Err(opening.uncreatable(target, "File exists"));
                }
                let target = open(&path, target, redirect.kind == RedirectKind::Append, opening, files)?;
                self.targets.insert(descriptor, target);
            }
        }
        Ok(())
    }

    fn read_from(&mut self, descriptor: u32, input: Input) {
        if descriptor == 0 {
            (self.input, self.from) = (Some(input), None);
        } else {
            self.others.insert(descriptor, input);
        }
    }

    fn duplicate(&mut self, descriptor: u32, target: &str, opening: Opening<'_>) -> Result<(), String> {
        let number = target.parse::<u32>().ok();
        let found = match number {
            _ if target == "-" && descriptor == 0 => {
                self.input = Some(closed(&[]));
                return Ok(());
            }
            _ if target == "-" => {
                self.others.remove(&descriptor);
                self.targets.remove(&descriptor);
                return Ok(());
            }
            Some(number) if descriptor == 0 => {
                self.from = Some(number).filter(|number| *number > 0);
                return Ok(());
            }
            number => number.and_then(|number| self.targets.get(&number).cloned()),
        };
        let found = found.ok_or_else(|| match opening.dialect {
            Dialect::Ash => format!("dup2({target},{descriptor}): Bad file descriptor"),
            _ => format!("{target}: Bad file descriptor"),
        })?;
        self.targets.insert(descriptor, found);
        Ok(())
    }
}

impl Opening<'_> {
    fn uncreatable(&self, shown: &str, why: &str) -> String {
        match (self.dialect, why) {
            (Dialect::Bash, "File exists") => format!("{shown}: cannot overwrite existing file"),
            (Dialect::Bash, why) => format!("{shown}: {why}"),
            (Dialect::Dash, "No such file or directory") => {
                format!("cannot create {shown}: Directory nonexistent")
            }
            (Dialect::Dash, why) => format!("cannot create {shown}: {why}"),
            (_, "No such file or directory") => format!("can't create {shown}: nonexistent directory"),
            (_, why) => format!("can't create {shown}: {why}"),
        }
    }

    fn unreadable(&self, shown: &str, why: &str) -> String {
        match (self.dialect, why) {
            (Dialect::Bash, why) => format!("{shown}: {why}"),
            (Dialect::Dash, "No such file or directory") => format!("cannot open {shown}: No such file"),
            (Dialect::Dash, why) => format!("cannot open {shown}: {why}"),
            (_, "No such file or directory") => format!("can't open {shown}: no such file"),
            (_, why) => format!("can't open {shown}: {why}"),
        }
    }
}

fn open(
    path: &str,
    shown: &str,
    append: bool,
    opening: Opening<'_>,
    files: &mut FileView<'_>,
) -> Result<Target, String> {
    match path {
        "/dev/null" => return Ok(Target::Null),
        "/dev/stdout" | "/proc/1/fd/1" | "/proc/self/fd/1" | "/dev/fd/1" => return Ok(Target::Output),
        "/dev/stderr" | "/proc/1/fd/2" | "/proc/self/fd/2" | "/dev/fd/2" => return Ok(Target::Error),
        _ => {}
    }
    let is_new = opening.umask.is_some() && !files.exists(path);
    let opened = if append { files.append(path, b"") } else { files.write(path, Vec::new()) };
    opened.map_err(|why| opening.uncreatable(shown, &why.to_string()))?;
    if let Some((mask, own)) = opening.umask.filter(|_| is_new).zip(files.ownership(path)) {
        // It is one's own: there is nothing to refuse.
        files.set_ownership(path, Ownership { mode: 0o666 & !mask, ..own }).unwrap_or_default();
    }
    Ok(Target::File(path.to_owned()))
}

fn closed(bytes: &[u8]) -> Input {
    Input { bytes: VecDeque::from(bytes.to_vec()), open: false }
}
