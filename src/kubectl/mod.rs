//! The built-in kubectl: what people type, sent to any API server through a `kube::Client`.

mod api;
mod command;
mod commands;
mod completion;
mod describe;
mod discovery;
mod errors;
mod factory;
mod flags;
mod help;
mod kubeconfig;
mod manifest;
mod object_names;
mod pods;
mod policy_rules;
mod printers;
mod remote;
mod resource_args;
mod rollout_history;
#[cfg(test)]
mod scripted;
mod watch;

pub use command::run;
pub use completion::complete;
pub use factory::{Factory, Settings};
pub use object_names::object_names;
