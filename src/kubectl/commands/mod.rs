//! The commands, one file each, and the table of them.

mod apply;
mod create;
mod delete;
mod flag_sets;
mod get;
mod get_watch;
mod run;
mod scale;

use super::command::Command;

/// Every command, in the order of the overview.
pub(super) static COMMANDS: &[&Command] =
    &[&create::COMMAND, &run::COMMAND, &get::COMMAND, &delete::COMMAND, &scale::COMMAND, &apply::COMMAND];

/// Commands of upstream's kubectl that this one does not have.
pub(super) const ELSEWHERE: &[&str] = &[
    "alpha",
    "attach",
    "auth",
    "autoscale",
    "certificate",
    "completion",
    "cordon",
    "cp",
    "debug",
    "drain",
    "edit",
    "kustomize",
    "plugin",
    "proxy",
    "replace",
    "taint",
    "top",
    "uncordon",
];
