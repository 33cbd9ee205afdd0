//! The commands, one file each, and the table of them.

mod apply;
mod attach;
mod auth;
mod autoscale;
mod certificate;
mod config;
mod create;
mod delete;
mod describe;
mod diff;
mod drain;
mod events;
mod exec;
mod explain;
mod expose;
mod flag_sets;
mod get;
mod get_watch;
mod info;
mod label;
mod logs;
mod node_commands;
mod patch;
mod port_forward;
mod replace;
mod rollout;
mod run;
mod run_attach;
mod scale;
mod set;
mod taint;
mod top;
mod wait;

use super::command::Command;

/// Every command, in the order of the overview.
pub(super) static COMMANDS: &[&Command] = &[
    &create::COMMAND,
    &expose::COMMAND,
    &run::COMMAND,
    &set::COMMAND,
    &explain::COMMAND,
    &get::COMMAND,
    &delete::COMMAND,
    &rollout::COMMAND,
    &scale::COMMAND,
    &certificate::COMMAND,
    &autoscale::COMMAND,
    &info::CLUSTER_INFO,
    &top::COMMAND,
    &node_commands::CORDON,
    &node_commands::UNCORDON,
    &drain::COMMAND,
    &taint::COMMAND,
    &describe::COMMAND,
    &logs::COMMAND,
    &attach::ATTACH,
    &exec::EXEC,
    &port_forward::COMMAND,
    &diff::COMMAND,
    &apply::COMMAND,
    &patch::COMMAND,
    &replace::COMMAND,
    &wait::COMMAND,
    &label::LABEL,
    &label::ANNOTATE,
    &events::COMMAND,
    &auth::COMMAND,
    &info::API_RESOURCES,
    &info::API_VERSIONS,
    &config::COMMAND,
    &info::VERSION,
    &info::OPTIONS,
];

/// Commands of upstream's kubectl that this one does not have.
pub(super) const ELSEWHERE: &[&str] =
    &["alpha", "completion", "cp", "debug", "edit", "kustomize", "plugin", "proxy"];
