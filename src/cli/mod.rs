//! Arguments and wiring: the only reader of argv and the environment.

mod admission;
mod args;
mod author;
mod author_new;
mod author_report;
mod cluster;
mod doctor;
mod guest;
mod learn;
mod list;
mod minikube_words;
mod own_minikube;
mod production;
mod sample_image;
mod surroundings;
mod tools;
mod wiring;

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use clap::Parser;

use crate::base::{Output, UserError};
use crate::lesson::{Course, Source, complaint, load_with};
use crate::repl::error_lines;

use args::{Arguments, Command, Common, Learn};
use surroundings::Surroundings;

/// Exit code of bad usage and of what cannot be read.
const USAGE: u8 = 2;

/// Runs podlings with the arguments of this process.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the one place that reads the arguments")]
pub fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    if arguments.iter().take(2).any(|word| tool_name(word).is_some()) {
        surroundings::stay_small();
    }
    let surroundings = Surroundings::read();
    if let Some(tool) = arguments.first().and_then(tool_name) {
        let rest: Vec<String> =
            arguments[1..].iter().map(|word| word.to_string_lossy().into_owned()).collect();
        return tools::run(tool, &rest, &surroundings);
    }
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            // Nobody is left to tell when this cannot be printed.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { USAGE } else { 0 });
        }
    };
    let common = arguments.common;
    let outcome = match arguments.command.unwrap_or(Command::Learn(Learn::default())) {
        Command::Learn(learn) => learn::run(&learn, &common, &surroundings),
        Command::List(list) => list::run(&list, &common, &surroundings),
        Command::Doctor(doctor) => doctor::run(&doctor, &common, &surroundings),
        Command::Cluster(cluster) => cluster::run(&cluster, &common, &surroundings),
        Command::Author(author) => author::run(&author, &common, &surroundings),
        Command::Kubectl(passed) => {
            return tools::run(tools::Tool::Kubectl, &passed.arguments, &surroundings);
        }
        Command::Minikube(passed) => {
            return tools::run(tools::Tool::Minikube, &passed.arguments, &surroundings);
        }
    };
    outcome.unwrap_or_else(|error| {
        complain(&error, &common, &surroundings);
        ExitCode::from(USAGE)
    })
}

/// The tool that this executable is called by (`kubectl`, `minikube` …), if it is.
fn tool_name(program: &OsString) -> Option<tools::Tool> {
    let stem = Path::new(program).file_stem()?.to_str()?;
    tools::Tool::named(stem)
}

/// Prints an error and its hints to standard error.
fn complain(error: &UserError, common: &Common, surroundings: &Surroundings) {
    let mut theme = surroundings.theme(common);
    // Nobody is left to tell when standard error is closed.
    theme.width = theme.width.max(40);
    let _ = Output::new(std::io::stderr()).line(error_lines(&theme, error));
}

/// Loads the course; complains about every diagnostic on standard error.
///
/// # Errors
/// When a lesson file is broken: nobody should learn from half a chapter.
fn load_course(common: &Common) -> Result<Course, UserError> {
    load_course_with(common, common.sample_image.as_deref())
}

/// As `load_course`, with the sample app under a name of the learner's.
fn load_course_with(common: &Common, sample_image: Option<&str>) -> Result<Course, UserError> {
    let (course, diagnostics) = load_with(&source_of(common), sample_image);
    complaint(&diagnostics).map_or(Ok(course), Err)
}

/// Where the course is.
fn source_of(common: &Common) -> Source {
    common.course.clone().map_or(Source::Embedded, Source::Folder)
}

/// A runtime for sessions: input, output and the cluster on two threads.
fn runtime() -> Result<tokio::runtime::Runtime, UserError> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| UserError::new(format!("cannot start: {error}")))
}
