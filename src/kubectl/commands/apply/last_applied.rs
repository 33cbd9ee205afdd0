//! `kubectl apply view-last-applied`, `set-last-applied` and `edit-last-applied`.

use super::super::edit::{LINE_ENDINGS, Mode, Session};
use super::super::flag_sets::{ALL, DRY_RUN, FILE_NAMES, FILES, OUTPUT, SELECTOR, VALIDATE, field_manager};
use super::client_side::{LAST_APPLIED, last_applied_of};
use crate::base::{Value, escape_html, json};
use crate::kubectl::api::{Api, MERGE_PATCH};
use crate::kubectl::command::{Arguments, Call, Command};
use crate::kubectl::discovery;
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::flags::Flag;
use crate::kubectl::printers::{DryRun, dry_run, indent, print_done};
use crate::kubectl::resource_args::{
    Info, NOTHING_NAMED, Wanted, all_or_nothing, find, from_files, info_of, require_arguments,
};

/// `kubectl apply view-last-applied`.
pub(super) static VIEW: Command = Command {
    name: "view-last-applied",
    short: "View the latest last-applied-configuration annotations of a resource/object",
    usage: "(TYPE [NAME | -l label] | TYPE/NAME | -f FILENAME) [options]",
    flags: &[&[SELECTOR, Flag::text("output", "yaml", "Output format, json or yaml").short('o')], ALL, FILES],
    arguments: Arguments::Objects(&[]),
    run: |call| Box::pin(view(call)),
    ..Command::PLAIN
};

/// `kubectl apply set-last-applied`.
pub(super) static SET: Command = Command {
    name: "set-last-applied",
    short: "Set the last-applied-configuration annotation on a live object to match the contents of a file",
    usage: "-f FILENAME [options]",
    flags: &[
        &[Flag::switch("create-annotation", "Set the annotation on objects that have none, too")],
        FILE_NAMES,
        OUTPUT,
        DRY_RUN,
    ],
    run: |call| Box::pin(set(call)),
    ..Command::PLAIN
};

/// `kubectl apply edit-last-applied`.
pub(super) static EDIT: Command = Command {
    name: "edit-last-applied",
    short: "Edit latest last-applied-configuration annotations of a resource/object",
    usage: "(RESOURCE/NAME | -f FILENAME) [options]",
    flags: &[&[field_manager("kubectl-client-side-apply")], LINE_ENDINGS, FILES, OUTPUT, VALIDATE],
    arguments: Arguments::Objects(&[]),
    run: |call| Box::pin(edit(call)),
    ..Command::PLAIN
};

async fn view(call: &mut Call<'_>) -> Outcome {
    require_arguments(call)?;
    let api = call.api().await?;
    let args = call.args.clone();
    let infos =
        find(call, &api, &args, Wanted { selectors: true, types_alone: false, ..Wanted::default() }).await?;
    let infos = all_or_nothing(call, infos)?;
    let as_json = match call.flags.text("output") {
        "json" => true,
        "yaml" => false,
        other => {
            return Err(call.usage_error(format!(
                "Unexpected -o output mode: {other}, the flag 'output' must be one of yaml|json"
            )));
        }
    };
    for info in infos {
        // As upstream: nothing is said of objects that were not applied.
        let Some(text) = last_applied_of(info.object.value()) else { continue };
        let value: Value = serde_json::from_str(text).map_err(|error| Failure::message(error.to_string()))?;
        call.text(if as_json { indent(text) } else { crate::base::to_yaml(&value) })?;
    }
    Ok(())
}

async fn set(call: &mut Call<'_>) -> Outcome {
    if call.flags.all("filename").is_empty() && !call.flags.is_set("kustomize") {
        return Err(Failure::message(NOTHING_NAMED));
    }
    let dry_run = dry_run(call)?;
    let api = call.api().await?;
    let (infos, failures) = from_files(call, &api).await?;
    Failure::many(failures)?;
    let mut changes = Vec::new();
    for info in infos {
        let live = api.get(&info.url()).await.map_err(|failure| {
            if failure.is_not_found() { failure } else { super::retrieving(failure, &info) }
        })?;
        let known = last_applied_of(&live);
        if known.is_none() && !call.flags.on("create-annotation") {
            return Err(Failure::message(format!(
                "no last-applied-configuration annotation found on resource: {}, to create the annotation, run the command with --create-annotation",
                info.name
            )));
        }
        if known.and_then(|text| serde_json::from_str::<Value>(text).ok()).as_ref()
            == Some(info.object.value())
        {
            call.line(format!("set-last-applied {}: no changes required.", info.name))?;
        } else {
            changes.push((info, live));
        }
    }
    for (info, mut object) in changes {
        if dry_run != DryRun::Client {
            let text = escape_html(info.object.value().to_string()) + "\n";
            let patch = json!({"metadata": {"annotations": {LAST_APPLIED: text}}});
            object = api.patch(&info.url().with("dryRun", dry_run.parameter()), MERGE_PATCH, &patch).await?;
        }
        print_done(call, &object, &info.named(), "configured")?;
    }
    Ok(())
}

async fn edit(call: &mut Call<'_>) -> Outcome {
    require_arguments(call)?;
    let api = call.api().await?;
    let args = call.args.clone();
    let live =
        find(call, &api, &args, Wanted { selectors: false, types_alone: true, ..Wanted::default() }).await?;
    let live = all_or_nothing(call, live)?;
    let mut applied = Vec::new();
    for info in &live {
        if let Some(text) = last_applied_of(info.object.value()) {
            applied.push(manifest_of(&api, info, text).await?);
        }
    }
    if applied.is_empty() {
        return Err(Failure::message(
            "no last-applied-configuration annotation found on resources, to create the annotation, use command `kubectl apply set-last-applied --create-annotation`",
        ));
    }
    Session::new(call, &api, Mode::LastApplied).run(applied).await
}

/// The manifest that an annotation holds, at the place of its object.
async fn manifest_of(api: &Api, live: &Info, text: &str) -> Outcome<Info> {
    let value: Value = serde_json::from_str(text).map_err(|error| Failure::message(error.to_string()))?;
    let (version, kind) =
        (value["apiVersion"].as_str().unwrap_or_default(), value["kind"].as_str().unwrap_or_default());
    let resource = discovery::of_object(api, version, kind).await?.unwrap_or_else(|| live.resource.clone());
    let mut info = info_of(resource, value, live.source.clone())?;
    info.namespace.clone_from(&live.namespace);
    info.name.clone_from(&live.name);
    Ok(info)
}
