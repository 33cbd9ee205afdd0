//! `kubectl rollout`: status, history, undo, pause, resume, restart.

mod change;
mod controller_revisions;
mod history;
mod set_status;
mod status;
mod undo;

use crate::apimachinery::{Kind, builtin};
use crate::kubectl::api::Api;
use crate::kubectl::command::{Arguments, Call, Command, Run};
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::flags::Flag;
use crate::kubectl::resource_args::{Info, Wanted, find};

use super::flag_sets::{DRY_RUN, FILES, OUTPUT, SELECTOR, field_manager};

/// The group.
pub(super) static COMMAND: Command = Command {
    name: "rollout",
    short: "Manage the rollout of a resource",
    usage: "SUBCOMMAND [options]",
    subcommands: &[&HISTORY, &PAUSE, &RESTART, &RESUME, &STATUS, &UNDO],
    ..Command::PLAIN
};

/// Kinds that roll out.
const ROLLING: &[&str] = &["deployment", "daemonset", "statefulset"];
const PAUSABLE: &[&str] = &["deployment"];

static HISTORY: Command = Command {
    name: "history",
    short: "View rollout history",
    usage: "(TYPE NAME | TYPE/NAME) [flags] [options]",
    flags: &[&[Flag::int("revision", "0", "See the details of this revision, too"), SELECTOR], FILES, OUTPUT],
    arguments: Arguments::Object(ROLLING),
    run: |call| Box::pin(history::run(call)),
    ..Command::PLAIN
};

/// A command that changes what it names.
const fn changing(
    name: &'static str,
    short: &'static str,
    kinds: &'static [&'static str],
    run: Run,
) -> Command {
    Command {
        name,
        short,
        usage: "RESOURCE [options]",
        flags: &[CHANGE_FLAGS, FILES, OUTPUT],
        arguments: Arguments::Object(kinds),
        run,
        ..Command::PLAIN
    }
}

static PAUSE: Command =
    changing("pause", "Mark the provided resource as paused", PAUSABLE, |call| Box::pin(change::pause(call)));

static RESUME: Command =
    changing("resume", "Resume a paused resource", PAUSABLE, |call| Box::pin(change::resume(call)));

static RESTART: Command =
    changing("restart", "Restart a resource", ROLLING, |call| Box::pin(change::restart(call)));

static STATUS: Command = Command {
    name: "status",
    short: "Show the status of the rollout",
    usage: "(TYPE NAME | TYPE/NAME) [flags] [options]",
    flags: &[STATUS_FLAGS, FILES],
    arguments: Arguments::Object(ROLLING),
    run: |call| Box::pin(status::run(call)),
    ..Command::PLAIN
};

static UNDO: Command = Command {
    name: "undo",
    short: "Undo a previous rollout",
    usage: "(TYPE NAME | TYPE/NAME) [flags] [options]",
    flags: &[
        &[Flag::int("to-revision", "0", "The revision to go back to; 0 for the previous one"), SELECTOR],
        FILES,
        OUTPUT,
        DRY_RUN,
    ],
    arguments: Arguments::Object(ROLLING),
    run: |call| Box::pin(undo::run(call)),
    ..Command::PLAIN
};

const CHANGE_FLAGS: &[Flag] = &[SELECTOR, field_manager("kubectl-rollout")];

const STATUS_FLAGS: &[Flag] = &[
    SELECTOR,
    Flag::switch_on("watch", "Watch until the rollout is done").short('w'),
    Flag::int("revision", "0", "Only watch this revision; 0 for the latest"),
    Flag::duration("timeout", "0s", "How long to watch; zero means as long as it takes"),
];

/// Refuses a command line that names nothing.
fn require_arguments(call: &Call<'_>) -> Outcome {
    if call.args.is_empty() && call.flags.all("filename").is_empty() && !call.flags.is_set("kustomize") {
        return Err(Failure::message("required resource not specified"));
    }
    Ok(())
}

/// The objects that the arguments name.
async fn targets(call: &mut Call<'_>, api: &Api) -> Outcome<Vec<Info>> {
    let args = call.args.clone();
    find(call, api, &args, Wanted { selectors: true, types_alone: true, ..Wanted::default() }).await
}

/// Whether the object is a Deployment.
fn is_deployment(info: &Info) -> bool {
    info.resource.is(&builtin::DEPLOYMENT)
}

/// Kinds that upstream's visitors know, rollouts or not.
const APPS: &[&Kind] = &[
    &builtin::DAEMON_SET,
    &builtin::DEPLOYMENT,
    &builtin::JOB,
    &builtin::POD,
    &builtin::REPLICA_SET,
    &builtin::REPLICATION_CONTROLLER,
    &builtin::STATEFUL_SET,
    &builtin::CRON_JOB,
];

/// Refuses what has no rollouts.
fn require_rollouts(info: &Info, doing: &str) -> Outcome {
    let known = [&builtin::DEPLOYMENT, &builtin::DAEMON_SET, &builtin::STATEFUL_SET];
    if known.iter().any(|kind| info.resource.is(kind)) {
        return Ok(());
    }
    let (kind, group) = (&info.resource.kind, &info.resource.group);
    let name = if group.is_empty() { kind.clone() } else { format!("{kind}.{group}") };
    let (resource, object) = (info.resource.group_resource(), &info.name);
    Err(Failure::message(match doing {
        "restarter" => format!("{resource} {object:?} restarting is not supported"),
        "pauser" => format!("{resource} {object:?} pausing is not supported"),
        "resumer" => format!("{resource} {object:?} resuming is not supported"),
        "history viewer" | "rollbacker" if !APPS.iter().any(|app| info.resource.is(app)) => {
            let doing = if doing == "rollbacker" { doing } else { "history" };
            format!("error retrieving {doing} for {name:?}, no visitor method exists for {{{group} {kind}}}")
        }
        "status viewer" => format!("no status viewer has been implemented for {name}"),
        _ => format!("no {doing} has been implemented for {name:?}"),
    }))
}
