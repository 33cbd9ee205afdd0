//! What kubectl said within a line that a shell ran: each process writes it down, and the session reads it.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::base::Capture;

/// The variable that names the file into which a tool writes what it said.
pub const HEARD: &str = "PODLINGS_HEARD";

/// Commands of one line that are listened to, at most.
const HEARD_MAX: usize = 64;

/// What a command said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heard {
    /// Whether it ended with an error.
    pub failed: bool,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Heard {
    /// What was captured of a command that ended so.
    #[must_use]
    pub fn of(capture: &Capture, exit_code: i32) -> Self {
        Self { failed: exit_code != 0, out: capture.out(), err: capture.err() }
    }

    /// Adds it to a file, one line each. Nobody may be listening: a tool works all the same.
    pub fn write_down(&self, file: &Path) {
        let Ok(line) = serde_json::to_string(self) else { return };
        if let Ok(mut file) = OpenOptions::new().append(true).open(file) {
            let _ = file.write_all(format!("{line}\n").as_bytes());
        }
    }
}

/// The session's ear: a file for one line of the shell.
#[derive(Clone, Debug)]
pub(super) struct Ear {
    file: PathBuf,
}

impl Ear {
    pub(super) fn new(file: PathBuf) -> Self {
        Self { file }
    }

    pub(super) fn file(&self) -> &Path {
        &self.file
    }

    /// Begins to listen.
    pub(super) fn open(&self) {
        // Where it cannot be written, nothing is heard.
        let _ = fs::write(&self.file, b"");
    }

    /// What all commands of the line said together, the complaint of the first that failed above all.
    pub(super) fn close(&self) -> Option<Heard> {
        let text = fs::read_to_string(&self.file).ok();
        let _ = fs::remove_file(&self.file);
        let text = text?;
        let heard = text.lines().take(HEARD_MAX).filter_map(|line| serde_json::from_str::<Heard>(line).ok());
        heard.reduce(|mut all, next| {
            all.out.push_str(&next.out);
            if next.failed && !all.failed {
                (all.failed, all.err) = (true, next.err);
            }
            all
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_commands_of_a_line_are_heard_and_none_of_another() {
        let folder = tempfile::tempdir().unwrap();
        let ear = Ear::new(folder.path().join("heard"));
        let said = |failed, out: &str, err: &str| Heard { failed, out: out.into(), err: err.into() };
        said(true, "", "too early").write_down(ear.file());
        ear.open();
        for one in
            [said(false, "a created\n", "Warning: x"), said(true, "", "no"), said(true, "b\n", "later")]
        {
            one.write_down(ear.file());
        }
        assert_eq!(ear.close(), Some(said(true, "a created\nb\n", "no")));
        assert_eq!(ear.close(), None);
    }
}
