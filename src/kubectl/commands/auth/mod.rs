//! `kubectl auth`: may I, who am I, and roles brought up to date.

mod can_i;
mod reconcile;
mod whoami;

use crate::kubectl::command::Command;

/// The group.
pub(super) static COMMAND: Command = Command {
    name: "auth",
    short: "Inspect authorization",
    usage: "[flags] [options]",
    subcommands: &[&can_i::COMMAND, &reconcile::COMMAND, &whoami::COMMAND],
    ..Command::PLAIN
};
