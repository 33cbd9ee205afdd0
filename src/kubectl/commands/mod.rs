//! The commands, one file each, and the table of them.

mod apply;
mod attach;
mod auth;
mod autoscale;
mod certificate;
mod cluster_dump;
mod completion;
mod config;
mod cp;
mod create;
mod debug;
mod delete;
mod describe;
mod diff;
mod drain;
mod edit;
mod events;
mod exec;
mod explain;
mod expose;
mod flag_sets;
mod get;
mod get_list;
mod get_watch;
mod info;
mod kuberc;
mod kustomize;
mod label;
mod logs;
mod node_commands;
mod patch;
mod plugin;
mod port_forward;
mod proxy;
mod raw;
mod record;
mod replace;
mod rollout;
mod run;
mod run_attach;
mod scale;
mod set;
mod shell_completion;
mod taint;
mod top;
mod wait;

use super::command::Command;

pub(super) use plugin::run_plugin;
pub(super) use shell_completion::complete_words;

/// Every command, in the order of the overview.
pub(super) static COMMANDS: &[&Command] = &[
    &create::COMMAND,
    &expose::COMMAND,
    &run::COMMAND,
    &set::COMMAND,
    &explain::COMMAND,
    &get::COMMAND,
    &edit::COMMAND,
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
    &proxy::COMMAND,
    &cp::COMMAND,
    &diff::COMMAND,
    &apply::COMMAND,
    &patch::COMMAND,
    &replace::COMMAND,
    &wait::COMMAND,
    &kuberc::COMMAND,
    &kustomize::COMMAND,
    &label::LABEL,
    &label::ANNOTATE,
    &events::COMMAND,
    &auth::COMMAND,
    &debug::COMMAND,
    &completion::COMMAND,
    &info::API_RESOURCES,
    &info::API_VERSIONS,
    &config::COMMAND,
    &plugin::COMMAND,
    &info::VERSION,
    &info::OPTIONS,
    &info::ALPHA,
];
