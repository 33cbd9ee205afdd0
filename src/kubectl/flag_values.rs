//! Values of flags that mean the same with every command: which are refused, and which are told to be of old times.

use super::command::Command;
use super::errors::{Failure, Outcome};
use super::flags::{Flags, parse_bool};
use super::printers::deprecated_dry_run;
use crate::base::Streams;

/// Refuses values that mean nothing, of flags that mean the same wherever they are.
pub(super) fn check_values(command: &Command, flags: &Flags, streams: &mut Streams) -> Outcome {
    let own = |name: &str| command.flags.iter().flat_map(|table| table.iter()).any(|flag| flag.long == name);
    let profile = flags.text("profile");
    if !own("profile") && !matches!(profile, "" | "none") {
        return Err(Failure::message(match profile {
            "cpu" | "heap" | "goroutine" | "threadcreate" | "block" | "mutex" | "allocs" | "trace" => {
                "not simulated: --profile; this program has no Go profiles to write".to_owned()
            }
            other => format!("unknown profile '{other}'"),
        }));
    }
    let (validate, cascade) = (flags.text("validate"), flags.text("cascade"));
    if own("validate") && parse_bool(validate).is_none() && !matches!(validate, "strict" | "warn" | "ignore")
    {
        return Err(Failure::message(format!(
            "invalid - validate option {validate:?}; must be one of: strict (or true), warn, ignore (or false)"
        )));
    }
    if own("dry-run")
        && let Some(warning) = deprecated_dry_run(flags.text("dry-run"))
    {
        streams.err.line(warning)?;
    }
    match parse_bool(cascade) {
        _ if !own("cascade") => {}
        Some(on) => {
            let instead = if on { "background" } else { "orphan" };
            streams.err.line(format!(
                "warning: --cascade={cascade} is deprecated (boolean value) and can be replaced with --cascade={instead}."
            ))?;
        }
        None if matches!(cascade, "background" | "foreground" | "orphan") => {}
        None => {
            return Err(Failure::message(format!(
                "invalid cascade value ({cascade}). Must be \"background\", \"foreground\", or \"orphan\""
            )));
        }
    }
    Ok(())
}
