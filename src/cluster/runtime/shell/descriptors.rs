//! File descriptors: where output goes, and redirections.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use super::super::filesystem::{FileView, absolute};
use super::super::process::Input;
use super::ast::{Redirect, RedirectKind};

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
}

impl Default for Descriptors {
    fn default() -> Self {
        Self { targets: BTreeMap::from([(1, Target::Output), (2, Target::Error)]), input: None }
    }
}

impl Descriptors {
    /// A copy for what runs inside.
    pub(super) fn inner(&self) -> Self {
        Self { targets: self.targets.clone(), input: None }
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
        directory: &str,
        files: &mut FileView<'_>,
    ) -> Result<(), String> {
        let path = absolute(directory, target);
        match redirect.kind {
            RedirectKind::Document => self.input = Some(closed(target.as_bytes())),
            RedirectKind::Read => {
                let bytes = if path == "/dev/null" {
                    Vec::new()
                } else {
                    files
                        .read(&path)
                        .map_err(|why| format!("can't open {target}: {}", short(&why.to_string())))?
                };
                self.input = Some(closed(&bytes));
            }
            RedirectKind::Duplicate => {
                let found = match target {
                    "-" => Some(Target::Null),
                    number => {
                        number.parse::<u32>().ok().and_then(|number| self.targets.get(&number).cloned())
                    }
                };
                let found = found.ok_or_else(|| format!("{target}: Bad file descriptor"))?;
                self.targets.insert(redirect.descriptor, found);
            }
            RedirectKind::Write | RedirectKind::Append => {
                let target = open(&path, target, redirect.kind == RedirectKind::Append, files)?;
                self.targets.insert(redirect.descriptor, target);
            }
        }
        Ok(())
    }
}

fn open(path: &str, shown: &str, append: bool, files: &mut FileView<'_>) -> Result<Target, String> {
    match path {
        "/dev/null" => return Ok(Target::Null),
        "/dev/stdout" | "/proc/1/fd/1" => return Ok(Target::Output),
        "/dev/stderr" | "/proc/1/fd/2" => return Ok(Target::Error),
        _ => {}
    }
    let opened = if append { files.append(path, b"") } else { files.write(path, Vec::new()) };
    let words = |why: &str| match why {
        "No such file or directory" => format!("can't create {shown}: nonexistent directory"),
        why => format!("can't create {shown}: {why}"),
    };
    opened.map(|()| Target::File(path.to_owned())).map_err(|why| words(&why.to_string()))
}

/// busybox's words for a file that cannot be read.
fn short(why: &str) -> &str {
    if why == "No such file or directory" { "no such file" } else { why }
}

fn closed(bytes: &[u8]) -> Input {
    Input { bytes: VecDeque::from(bytes.to_vec()), open: false }
}
