//! `kubectl cordon` and `uncordon`.

use super::flag_sets::{DRY_RUN, SELECTOR};
use crate::apimachinery::builtin;
use crate::base::{Value, json};
use crate::kubectl::api::{Api, STRATEGIC_PATCH};
use crate::kubectl::command::{Arguments, Call, Command};
use crate::kubectl::discovery::resolve;
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::printers::{DryRun, dry_run};
use crate::kubectl::resource_args::{Info, NOTHING_NAMED, Wanted, all_or_nothing, find};
use crate::kubectl::unreachable::BY_NAME;

/// `kubectl cordon`.
pub(super) static CORDON: Command = Command {
    name: "cordon",
    short: "Mark node as unschedulable",
    usage: "NODE [options]",
    flags: &[&[SELECTOR], DRY_RUN],
    arguments: Arguments::One("nodes"),
    run: |call| Box::pin(set_schedulable(call, false)),
    ..Command::PLAIN
};

/// `kubectl uncordon`.
pub(super) static UNCORDON: Command = Command {
    name: "uncordon",
    short: "Mark node as schedulable",
    usage: "NODE [options]",
    flags: &[&[SELECTOR], DRY_RUN],
    arguments: Arguments::One("nodes"),
    run: |call| Box::pin(set_schedulable(call, true)),
    ..Command::PLAIN
};

async fn set_schedulable(call: &mut Call<'_>, schedulable: bool) -> Outcome {
    if call.args.is_empty() && !call.flags.is_set("selector") {
        return Err(call.usage_error(format!("USAGE: {} NODE [flags]", call.command.name)));
    }
    if !call.args.is_empty() && !call.flags.text("selector").is_empty() {
        return Err(call.usage_error("error: cannot specify both a node name and a --selector option"));
    }
    let dry_run = dry_run(call)?;
    let api = call.api().await?;
    for node in nodes_of(call, &api).await? {
        cordon(call, &api, &node, !schedulable, dry_run).await?;
    }
    Ok(())
}

/// The nodes that the arguments or the selector name.
pub(super) async fn nodes_of(call: &mut Call<'_>, api: &Api) -> Outcome<Vec<Info>> {
    if call.args.is_empty() && call.flags.text("selector").is_empty() {
        return Err(Failure::message(NOTHING_NAMED));
    }
    api.prove(BY_NAME).await?;
    for (kind, _) in call.args.iter().filter_map(|name| name.split_once('/')) {
        let resource = resolve(api, kind).await?;
        if !resource.is(&builtin::NODE) {
            let text = format!("expected resource of type node, got {:?}", resource.group_version_resource());
            return Err(Failure::message(text));
        }
    }
    let mut args = vec!["nodes".to_owned()];
    args.extend(call.args.iter().map(|name| {
        let (kind, bare) = name.split_once('/').unwrap_or(("", name));
        if ["", "node", "nodes", "no"].contains(&kind) { bare } else { name }.to_owned()
    }));
    let found = find(call, api, &args, Wanted { selectors: true, ..Wanted::default() }).await?;
    // A node that is missing keeps all others as they are.
    all_or_nothing(call, found)
}

/// Marks a node as schedulable or not, and says so.
pub(super) async fn cordon(
    call: &mut Call<'_>,
    api: &Api,
    node: &Info,
    cordoned: bool,
    dry_run: DryRun,
) -> Outcome {
    let done = if cordoned { "cordoned" } else { "uncordoned" };
    let suffix = dry_run.suffix();
    if node.object.flag("/spec/unschedulable") == cordoned {
        return call.line(format!("{} already {done}{suffix}", node.named()));
    }
    let value = if cordoned { true.into() } else { Value::Null };
    if dry_run != DryRun::Client {
        let url = node.url().with("dryRun", dry_run.parameter());
        let patched = api.patch(&url, STRATEGIC_PATCH, &json!({"spec": {"unschedulable": value}})).await;
        if let Err(failure) = patched {
            let verb = done.trim_end_matches("ed");
            return call.complain(format!("error: unable to {verb} node {:?}: {failure}", node.name));
        }
    }
    call.line(format!("{} {done}{suffix}", node.named()))
}
