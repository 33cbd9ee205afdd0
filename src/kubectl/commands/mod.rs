//! The commands, one file each, and the table of them.

mod apply;
mod create;
mod delete;
mod describe;
mod expose;
mod flag_sets;
mod get;
mod get_watch;
mod rollout;
mod run;
mod scale;
mod set;

use super::command::Command;

/// Every command, in the order of the overview.
pub(super) static COMMANDS: &[&Command] =
    &[
    &create::COMMAND,
    &expose::COMMAND,
    &run::COMMAND,
    &set::COMMAND,
    &get::COMMAND,
    &delete::COMMAND,
    &rollout::COMMAND,
    &scale::COMMAND,
    &describe::COMMAND,
    &apply::COMMAND,
];

/// Commands of upstream's kubectl that this one does not have.
pub(super) const ELSEWHERE: &[&str] = &[
    "alpha", "attach", "auth", "autoscale", "certificate", "completion", "cordon", "cp", "debug", "drain", "edit",
    "kustomize", "plugin", "proxy", "replace", "taint", "top", "uncordon",
];
