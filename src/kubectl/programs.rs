//! Programs that a command starts: editors, plugins, external diffs. Somebody else does the starting.

use std::io;
use std::path::PathBuf;

use futures::future::BoxFuture;

use super::errors::{Failure, Outcome};
use super::factory::Factory;

/// A program with its arguments and surroundings.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// The program, then its arguments.
    pub words: Vec<String>,
    /// Variables that are set for it besides those of this process.
    pub environment: Vec<(String, String)>,
    /// The folder that it starts in.
    pub folder: PathBuf,
    /// Whether what it prints is kept instead of shown.
    pub captured: bool,
    /// Whether it has nothing to read.
    pub deaf: bool,
}

/// How a program ended.
#[derive(Clone, Debug, Default)]
pub struct Ended {
    /// Its exit code.
    pub code: i32,
    /// What it printed, if that was kept.
    pub out: Vec<u8>,
}

/// What can start programs.
pub trait Programs: Send + Sync {
    /// Runs a program on the terminal of this process, until it ends.
    fn run(&self, program: Program) -> BoxFuture<'_, io::Result<Ended>>;
}

/// Why a program is not started where nothing starts programs.
pub(super) fn not_started(name: &str) -> Failure {
    Failure::message(format!("not simulated: starting {name:?} from here; run it from a shell"))
}

impl Factory {
    /// Runs a program; the inner failure says why it could not be started.
    pub(super) async fn start(&self, mut program: Program) -> Outcome<io::Result<Ended>> {
        let Some(programs) = self.programs() else {
            return Err(not_started(program.words.first().map(String::as_str).unwrap_or_default()));
        };
        program.folder = self.path("");
        Ok(programs.run(program).await)
    }

    /// The words that start the editor on a file (`KUBE_EDITOR`, `EDITOR`, else `vi`), and its name.
    pub(super) fn editor(&self, file: &str) -> (Vec<String>, String) {
        let named = ["KUBE_EDITOR", "EDITOR"].into_iter().filter_map(|name| self.variable(name));
        let editor = named.into_iter().find(|value| !value.is_empty());
        let editor = editor.unwrap_or(if cfg!(windows) { "notepad" } else { "vi" });
        if !editor.contains(['"', '\'', '\\']) {
            let mut words: Vec<String> = editor.split(' ').map(str::to_owned).collect();
            words.push(file.to_owned());
            return (words, editor.to_owned());
        }
        let shell = self.variable("SHELL").filter(|shell| !shell.is_empty()).unwrap_or("/bin/bash");
        let line = format!("{editor} {file:?}");
        (vec![shell.to_owned(), "-c".to_owned(), line], format!("{shell} -c {editor}"))
    }
}
