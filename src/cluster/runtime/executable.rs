//! Which program a command line starts in an image.

use super::images::{Image, Toolbox};
use super::process::Work;

/// What a command line starts.
///
/// # Errors
/// The runtime's words when there is no such program in the image.
pub(crate) fn executable(image: Option<&'static Image>, arguments: &[String]) -> Result<Work, String> {
    let Some(name) = arguments.first() else { return Err("no command specified".to_owned()) };
    if let Some(image) = image
        && is_own_program(image, name)
    {
        return Ok(Work::Program(image.program.to_owned()));
    }
    let toolbox = image.map_or(Toolbox::Nothing, |image| image.toolbox);
    if toolbox == Toolbox::Nothing {
        return Err(not_found(name));
    }
    Ok(Work::Program("idle".to_owned()))
}

/// Whether a command is what the image was made for.
fn is_own_program(image: &Image, name: &str) -> bool {
    let base = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    let own = image.entrypoint.first().into_iter().chain(image.command.first());
    image.program != "idle" && own.into_iter().any(|word| base(word) == base(name))
}

/// runc's words for a program that is not there.
fn not_found(name: &str) -> String {
    if name.contains('/') {
        format!("exec: {name:?}: stat {name}: no such file or directory: unknown")
    } else {
        format!("exec: {name:?}: executable file not found in $PATH: unknown")
    }
}
