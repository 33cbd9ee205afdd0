//! The commands, one file each, and the table of them.

mod apply;
mod config;
mod create;
mod delete;
mod describe;
mod events;
mod exec;
mod expose;
mod flag_sets;
mod get;
mod get_watch;
mod info;
mod label;
mod logs;
mod rollout;
mod run;
mod scale;
mod set;
mod wait;

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
    &info::CLUSTER_INFO,
    &describe::COMMAND,
    &logs::COMMAND,
    &exec::ATTACH,
    &exec::EXEC,
    &apply::COMMAND,
    &wait::COMMAND,
    &label::LABEL,
    &label::ANNOTATE,
    &events::COMMAND,
    &info::API_RESOURCES,
    &info::API_VERSIONS,
    &config::COMMAND,
    &info::VERSION,
    &info::OPTIONS,
];

/// Commands of upstream's kubectl that this one does not have.
pub(super) const ELSEWHERE: &[&str] = &[
    "alpha", "auth", "autoscale", "certificate", "completion", "cordon", "cp", "debug", "drain", "edit",
    "kustomize", "plugin", "proxy", "replace", "taint", "top", "uncordon",
];
