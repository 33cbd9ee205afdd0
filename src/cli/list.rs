//! `podlings list`: chapters, steps and progress.

use std::process::ExitCode;

use crate::base::{Output, ResultExt, UserError};
use crate::progress::{Entry, Journal, Learner};
use crate::repl::render;
use crate::tutor::overview;

use super::args::{Common, List};
use super::surroundings::Surroundings;
use super::{learn, load_course};

/// The folders of the journals, one for each kind of cluster.
const WORLDS: &[&str] = &["embedded", "minikube", "external"];

/// Prints the list.
///
/// # Errors
/// When the course is broken or the output is closed.
pub(super) fn run(list: &List, common: &Common, surroundings: &Surroundings) -> Result<ExitCode, UserError> {
    let course = load_course(common)?;
    let folder = learn::state_folder(common, surroundings);
    let journals = folder.iter().flat_map(|folder| WORLDS.iter().map(|world| folder.join(world)));
    let mut entries: Vec<Entry> = journals.flat_map(|folder| Journal::entries(&folder)).collect();
    // What was passed on any kind of cluster is passed.
    entries.sort_by_key(|entry| entry.at);
    let learner = Learner::from_entries(&entries);
    let language = list.lang.or(learner.language).unwrap_or_else(|| surroundings.language());
    let view = overview(&course, &learner, language);
    let text = render(&surroundings.theme(common), &view);
    match Output::new(std::io::stdout()).line(text) {
        // Whoever reads has seen enough.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(ExitCode::SUCCESS),
        printed => printed.while_doing(|| "cannot print the list".to_owned()).map(|()| ExitCode::SUCCESS),
    }
}
