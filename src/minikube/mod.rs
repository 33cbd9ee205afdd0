//! `minikube` for the embedded cluster: its life cycle is podlings' own, its services are real sockets.
//!
//! Output follows minikube v1.38.1. Not simulated: stopping and deleting the whole cluster,
//! `dashboard`, `ssh`, building and loading images, enabling further addons. Each says
//! so in one line, with what to do instead.

mod absent;
mod addons;
mod api;
mod arguments;
mod commands;
mod inspect;
mod node;
mod printer;
mod service;
mod start;
mod table;
#[cfg(test)]
mod tests;
mod tunnel;

use crate::base::Streams;

use printer::Printer;

/// The version whose output is imitated.
const VERSION: &str = "v1.38.1";
/// The name of profile, cluster, node and context.
const PROFILE: &str = "minikube";
/// Exit code of a command line that minikube does not understand.
const EXIT_USAGE: i32 = 14;

/// What every command needs.
pub struct Context {
    client: kube::Client,
    plain: bool,
}

impl Context {
    /// A context for a cluster; `plain` prints neither emoji nor box characters.
    #[must_use]
    pub fn new(client: kube::Client, plain: bool) -> Self {
        Self { client, plain }
    }
}

/// Runs a minikube command (without the word `minikube`); answers its exit code.
pub async fn run(args: &[String], streams: &mut Streams, context: &Context) -> i32 {
    let mut printer = Printer::new(streams, context.plain);
    match commands::dispatch(args, &mut printer, context).await {
        Ok(code) => code,
        Err(failure) => printer.fail(&failure),
    }
}
