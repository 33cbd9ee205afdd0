//! `podlings doctor`: what this machine offers, and how to mend what is not in order.

mod clusters;
mod finding;
mod machine;
mod programs;

use std::process::ExitCode;

use crate::base::{Output, ResultExt, UserError};
use crate::progress::{Journal, Learner};

use super::args::{Common, Doctor};
use super::surroundings::Surroundings;
use super::{learn, runtime};

/// Exit code when something does not work.
const NOT_WELL: u8 = 1;

/// Looks at everything and prints what was found.
///
/// # Errors
/// When nothing can be printed.
pub(super) fn run(
    doctor: &Doctor,
    common: &Common,
    surroundings: &Surroundings,
) -> Result<ExitCode, UserError> {
    let state = learn::state_folder(common, surroundings);
    let entries =
        state.as_deref().map(|folder| Journal::entries(&folder.join("embedded"))).unwrap_or_default();
    let chosen = Learner::from_entries(&entries).language;
    let language = doctor.lang.or(chosen).unwrap_or_else(|| surroundings.language());
    let theme = surroundings.theme(common);
    let runtime = runtime()?;
    let findings = runtime.block_on(async {
        let mut findings = machine::look(surroundings, theme, state.as_deref(), language).await;
        let (programs, clusters) = tokio::join!(
            programs::look(surroundings, state.as_deref(), language),
            clusters::look(surroundings, language),
        );
        findings.extend(programs);
        findings.extend(clusters);
        findings
    });
    // A program that did not answer in time may still hold a thread.
    runtime.shutdown_background();
    let text = if doctor.json {
        format!("{:#}", finding::to_json(&findings))
    } else {
        finding::render(&findings, theme, language.either("remedy", "해결"))
    };
    Output::new(std::io::stdout()).line(text).while_doing(|| "cannot print".to_owned())?;
    Ok(if finding::is_well(&findings) { ExitCode::SUCCESS } else { ExitCode::from(NOT_WELL) })
}
