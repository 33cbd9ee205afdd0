//! `kubectl cordon`, `uncordon` and `taint`.

use serde_json::{Value, json};

use super::flag_sets::{ALL, DRY_RUN, OUTPUT, SELECTOR, field_manager};
use crate::apimachinery::{builtin, two_way_strategic_patch};
use crate::kubectl::api::STRATEGIC_PATCH;
use crate::kubectl::command::{Arguments, Call, Command};
use crate::kubectl::describe::{array, text_of};
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::flags::Flag;
use crate::kubectl::printers::{DryRun, dry_run, print_done};
use crate::kubectl::resource_args::{Info, Wanted, find};

/// `kubectl cordon`.
pub(super) static CORDON: Command = Command {
    name: "cordon",
    short: "Mark node as unschedulable",
    usage: "NODE [options]",
    flags: &[&[SELECTOR], DRY_RUN],
    arguments: Arguments::Nodes,
    run: |call| Box::pin(set_schedulable(call, false)),
    ..Command::PLAIN
};

/// `kubectl uncordon`.
pub(super) static UNCORDON: Command = Command {
    name: "uncordon",
    short: "Mark node as schedulable",
    usage: "NODE [options]",
    flags: &[&[SELECTOR], DRY_RUN],
    arguments: Arguments::Nodes,
    run: |call| Box::pin(set_schedulable(call, true)),
    ..Command::PLAIN
};

/// `kubectl taint`.
pub(super) static TAINT: Command = Command {
    name: "taint",
    short: "Update the taints on one or more nodes",
    usage: "NODE NAME KEY_1=VAL_1:TAINT_EFFECT_1 ... KEY_N=VAL_N:TAINT_EFFECT_N [options]",
    flags: &[
        &[
            SELECTOR,
            Flag::switch("overwrite", "Allow taints that are there to be changed"),
            field_manager("kubectl-taint"),
        ],
        ALL,
        OUTPUT,
        DRY_RUN,
    ],
    arguments: Arguments::Resources,
    run: |call| Box::pin(taint(call)),
    ..Command::PLAIN
};

async fn set_schedulable(call: &mut Call<'_>, schedulable: bool) -> Outcome {
    if call.args.is_empty() && !call.flags.is_set("selector") {
        return Err(call.usage_error(format!("USAGE: {} NODE [flags]", call.command.name)));
    }
    let dry_run = dry_run(call)?;
    let api = call.api().await?;
    let mut args = vec!["nodes".to_owned()];
    args.extend(call.args.iter().map(|name| name.trim_start_matches("node/").to_owned()));
    let nodes = find(call, &api, &args, Wanted { selectors: true, types_alone: false }).await?;
    let done = if schedulable { "uncordoned" } else { "cordoned" };
    for node in nodes {
        if node.object.flag("/spec/unschedulable") != schedulable {
            call.line(format!("{} already {done}", node.named()))?;
            continue;
        }
        let value = if schedulable { Value::Null } else { true.into() };
        if dry_run != DryRun::Client {
            let url = node.url().with("dryRun", dry_run.parameter());
            api.patch(&url, STRATEGIC_PATCH, &json!({"spec": {"unschedulable": value}})).await?;
        }
        call.line(format!("{} {done}{}", node.named(), dry_run.suffix()))?;
    }
    Ok(())
}

/// A taint to set, or (without a value) to remove.
struct Change {
    key: String,
    value: Option<String>,
    effect: String,
}

async fn taint(call: &mut Call<'_>) -> Outcome {
    let is_taint = |arg: &String| arg.contains(':') || arg.contains('=') || arg.ends_with('-');
    let (taints, resources): (Vec<String>, Vec<String>) = call.args.iter().cloned().partition(is_taint);
    if taints.is_empty() {
        return Err(call.usage_error("at least one taint update is required"));
    }
    let changes = taints.iter().map(|text| parse(text)).collect::<Outcome<Vec<Change>>>()?;
    let dry_run = dry_run(call)?;
    let api = call.api().await?;
    let nodes = find(call, &api, &resources, Wanted { selectors: true, types_alone: false }).await?;
    for node in nodes {
        if !node.resource.is(&builtin::NODE) {
            return Err(Failure::message(format!(
                "invalid resource type {}, only node types are supported",
                node.resource.plural
            )));
        }
        let (modified, removed) = changed(&node, &changes, call.flags.on("overwrite"))?;
        if dry_run != DryRun::Client {
            let patch = two_way_strategic_patch(&builtin::NODE, node.object.value(), &modified)?;
            let url = node
                .url()
                .with("dryRun", dry_run.parameter())
                .with("fieldManager", call.flags.text("field-manager"));
            api.patch(&url, STRATEGIC_PATCH, &patch).await?;
        }
        print_done(call, &modified, &node.named(), if removed { "untainted" } else { "tainted" })?;
    }
    Ok(())
}

fn parse(text: &str) -> Outcome<Change> {
    let wrong = || Failure::message(format!("invalid taint spec: {text}"));
    if let Some(removed) = text.strip_suffix('-') {
        let (key, effect) = removed.split_once(':').unwrap_or((removed, ""));
        let key = key.split('=').next().unwrap_or_default();
        return Ok(Change { key: key.to_owned(), value: None, effect: effect.to_owned() });
    }
    let (pair, effect) = text.split_once(':').ok_or_else(wrong)?;
    if !matches!(effect, "NoSchedule" | "PreferNoSchedule" | "NoExecute") {
        return Err(Failure::message(format!(
            "invalid taint spec: {text}, invalid taint effect: {effect}, unsupported taint effect"
        )));
    }
    let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
    if key.is_empty() {
        return Err(wrong());
    }
    Ok(Change { key: key.to_owned(), value: Some(value.to_owned()), effect: effect.to_owned() })
}

/// The node with its taints changed, and whether taints were only removed.
fn changed(node: &Info, changes: &[Change], overwrite: bool) -> Outcome<(Value, bool)> {
    let mut object = node.object.value().clone();
    let mut taints = array(&object["spec"]["taints"]).to_vec();
    for change in changes {
        let same = |taint: &Value| {
            text_of(&taint["key"]) == change.key
                && (change.effect.is_empty() || text_of(&taint["effect"]) == change.effect)
        };
        let known = taints.iter().any(same);
        match &change.value {
            None if !known => {
                let effect =
                    if change.effect.is_empty() { String::new() } else { format!(":{}", change.effect) };
                return Err(Failure::message(format!("taint \"{}{effect}\" not found", change.key)));
            }
            Some(_) if known && !overwrite => {
                return Err(Failure::message(format!(
                    "node {} already has {} taint(s) with same effect(s) and --overwrite is false",
                    node.name, change.key
                )));
            }
            _ => taints.retain(|taint| !same(taint)),
        }
        if let Some(value) = &change.value {
            let mut taint = json!({"key": change.key, "effect": change.effect});
            if !value.is_empty() {
                taint["value"] = value.as_str().into();
            }
            taints.push(taint);
        }
    }
    object["spec"]["taints"] = taints.into();
    Ok((object, changes.iter().all(|change| change.value.is_none())))
}
