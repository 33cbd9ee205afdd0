//! The built-in kubectl: what people type, sent to any API server through a `kube::Client`.

mod answers;
mod api;
mod command;
mod commands;
mod completion;
mod describe;
mod detach_keys;
mod discovery;
mod errors;
mod examples;
mod explanation;
mod factory;
mod flag_values;
mod flags;
mod glob;
mod go_sort;
mod help;
mod klog;
mod kubeconfig;
mod kuberc;
mod kustomize;
mod long_running;
mod manifest;
mod name_hash;
mod object_names;
mod pods;
mod policy_rules;
mod printers;
mod programs;
mod reading;
mod refusals;
mod remote;
mod request_log;
mod resource_args;
mod rollout_history;
#[cfg(test)]
mod scripted;
mod url;
mod watch;

pub use command::{problem_of, run};
pub use completion::complete;
pub use factory::{Factory, Settings};
pub use long_running::runs_on;
pub use object_names::object_names;
pub use programs::{Ended, Program, Programs};
pub use reading::only_reads;
