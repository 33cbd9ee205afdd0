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

use std::ffi::{OsStr, OsString};
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
    if let Some((tool, words)) = tool_of(&arguments) {
        surroundings::stay_small();
        let words: Vec<String> = words.iter().map(|word| word.to_string_lossy().into_owned()).collect();
        return tools::run(tool, &words, &Surroundings::read());
    }
    let surroundings = Surroundings::read();
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

/// The tool that is called, and its own words: by the name of the executable (`kubectl`, `k` …), or by the first
/// word. The parser of podlings' own words would touch a twentieth of the memory that such a short command does.
fn tool_of(arguments: &[OsString]) -> Option<(tools::Tool, &[OsString])> {
    let (program, rest) = arguments.split_first()?;
    if let Some(tool) = Path::new(program).file_stem().and_then(OsStr::to_str).and_then(tools::Tool::named) {
        return Some((tool, rest));
    }
    let (word, rest) = rest.split_first()?;
    match word.to_str()? {
        "kubectl" => Some((tools::Tool::Kubectl, rest)),
        "minikube" => Some((tools::Tool::Minikube, rest)),
        _ => None,
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tool_is_called_by_the_name_of_the_executable_or_by_the_first_word() {
        let called = |line: &str| {
            let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            tool_of(&words).map(|(tool, words)| (tool, words.len()))
        };
        assert_eq!(called("/usr/bin/kubectl get pods"), Some((tools::Tool::Kubectl, 2)));
        assert_eq!(called("k kubectl"), Some((tools::Tool::Kubectl, 1)));
        assert_eq!(called("podlings kubectl -n a get"), Some((tools::Tool::Kubectl, 3)));
        assert_eq!(called("podlings minikube"), Some((tools::Tool::Minikube, 0)));
        assert_eq!(called("podlings learn kubectl"), None);
        assert_eq!(called("podlings docker ps"), None);
        assert_eq!(called("podlings --ascii kubectl"), None);
    }
}
