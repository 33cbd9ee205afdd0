//! `kubectl apply`: three-way patches on the client, or server-side apply.

mod apply_set;
mod client_side;
mod last_applied;
mod prune;
mod server_side;

use self::apply_set::ApplySet;
use super::flag_sets::{ALL, DRY_RUN, FILES, OUTPUT, RECORD, SELECTOR, VALIDATE};
use crate::base::Value;
use crate::kubectl::api::Api;
use crate::kubectl::command::{Call, Command};
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::flags::Flag;
use crate::kubectl::printers::{DryRun, dry_run, format_of, list_of};
use crate::kubectl::resource_args::{Info, NO_NAME, from_files};

pub(super) use client_side::{LAST_APPLIED, annotate, annotate_typed, patch_of, was_applied};
pub(super) use prune::{Visited, leftovers};

/// The command.
pub(super) static COMMAND: Command = Command {
    name: "apply",
    short: "Apply a configuration to a resource by file name or stdin",
    usage: "(-f FILENAME | -k DIRECTORY) [options]",
    flags: &[FLAGS, FILES, OUTPUT, ALL, DRY_RUN, VALIDATE, RECORD],
    subcommands: &[&last_applied::EDIT, &last_applied::SET, &last_applied::VIEW],
    run: |call| Box::pin(run(call)),
    ..Command::PLAIN
};

const FLAGS: &[Flag] = &[
    Flag::switch("server-side", "Let the server merge, and remember who owns which field"),
    Flag::switch("force-conflicts", "Take over fields that other managers own (server side)"),
    Flag::text(
        "field-manager",
        "kubectl-client-side-apply",
        "Name of the manager that owns the fields applied",
    ),
    Flag::switch("force", "Delete and create again when changing is not possible"),
    Flag::switch_on("overwrite", "Overwrite changes that others made since the last apply"),
    Flag::switch("prune", "Delete what was applied before and is not in the files"),
    Flag::text(
        "applyset",
        "",
        "Object that remembers what belongs together, [RESOURCE][.GROUP]/NAME; for --prune, and only where KUBECTL_APPLYSET=true",
    ),
    Flag::array("prune-allowlist", "A kind that --prune may delete, group/version/kind; may be repeated"),
    Flag::text(
        "cascade",
        "background",
        "What happens to dependents of what is deleted: \"background\", \"orphan\", or \"foreground\"",
    )
    .bare("background"),
    Flag::int("grace-period", "-1", "Seconds that what is deleted is given to end by itself"),
    Flag::duration("timeout", "0s", "How long to wait for the end of a replaced object (--force)"),
    Flag::switch("wait", "Wait until a replaced object is gone (--force)"),
    Flag::text("subresource", "", "Subresource to apply to instead of the object (server side)"),
    Flag::switch_on("openapi-patch", "Accepted for compatibility"),
    SELECTOR,
];

/// What became of one object.
struct Applied {
    object: Value,
    verb: &'static str,
}

async fn run(call: &mut Call<'_>) -> Outcome {
    if call.flags.is_set("applyset") && call.factory.variable("KUBECTL_APPLYSET") != Some("true") {
        return Err(Failure::message(
            "unknown flag: --applyset\nSee 'kubectl apply --help' for usage.\nhint: it is an alpha feature; set KUBECTL_APPLYSET=true to use it",
        ));
    }
    check_flags(call)?;
    let dry_run = dry_run(call)?;
    let format = format_of(call, false)?;
    let api = call.api().await?;
    prune::check_allowed(call, &api).await?;
    let mut set = ApplySet::of(call, &api).await?;
    let (mut infos, unread) = from_files(call, &api).await?;
    if infos.is_empty() && unread.is_empty() {
        return Err(Failure::NothingPassed("apply"));
    }
    let mut failures = Vec::new();
    let (mut objects, mut visited) = (Vec::new(), Visited::default());
    if let Some(set) = &mut set {
        set.before_apply(call, &api, &mut infos, dry_run).await?;
    }
    for info in infos {
        let applied = apply(call, &api, &info, dry_run).await;
        if let Ok(applied) = &applied {
            visited.note(&applied.object, &info.namespace);
        }
        match applied {
            Ok(applied) if format.is_some() => objects.push(applied.object),
            Ok(applied) => call.line(format!("{} {}{}", info.named(), applied.verb, dry_run.suffix()))?,
            Err(Failure::ClosedPipe) => return Err(Failure::ClosedPipe),
            Err(failure) => failures.push(failure),
        }
    }
    if let (Some(format), false) = (format, objects.is_empty()) {
        let shown = if objects.len() == 1 { objects.remove(0) } else { list_of(objects) };
        format.show(call, &shown)?;
    }
    let failures = as_one(unread, failures);
    if call.flags.on("prune") && failures.is_empty() {
        match &set {
            Some(set) => set.prune(call, &api, &visited, dry_run).await?,
            None => prune::prune(call, &api, &visited, dry_run).await?,
        }
    }
    Failure::many(failures)
}

/// What could not be read is one failure beside those of what was read.
fn as_one(unread: Vec<Failure>, mut failures: Vec<Failure>) -> Vec<Failure> {
    if failures.is_empty() || unread.len() < 2 {
        return unread.into_iter().chain(failures).collect();
    }
    let mut texts: Vec<String> = Vec::new();
    for text in unread.iter().map(Failure::to_string) {
        if !texts.contains(&text) {
            texts.push(text);
        }
    }
    failures.insert(0, Failure::message(format!("[{}]", texts.join(", "))));
    failures
}

fn check_flags(call: &Call<'_>) -> Outcome {
    if !call.args.is_empty() {
        return Err(call.usage_error(format!("Unexpected args: [{}]", call.args.join(" "))));
    }
    if call.flags.all("filename").is_empty() && !call.flags.is_set("kustomize") {
        return Err(Failure::message("must specify one of -f and -k"));
    }
    if call.flags.on("force-conflicts") && !call.flags.on("server-side") {
        return Err(Failure::message("--force-conflicts only works with --server-side"));
    }
    if call.flags.on("force") && call.flags.on("server-side") {
        return Err(Failure::message("--force cannot be used with --server-side"));
    }
    if call.flags.on("server-side") && call.flags.text("dry-run") == "client" {
        return Err(Failure::message(
            "--dry-run=client doesn't work with --server-side (did you mean --dry-run=server instead?)",
        ));
    }
    if call.flags.is_set("subresource") && !call.flags.on("server-side") {
        return Err(Failure::message("--subresource can only be specified for --server-side"));
    }
    if call.flags.on("force") && call.flags.text("dry-run") == "server" {
        return Err(Failure::message("--dry-run=server cannot be used with --force"));
    }
    prune::check_flags(call)
}

/// Says of a refusal that it was the live object that could not be read.
fn retrieving(failure: Failure, info: &Info) -> Failure {
    failure.about(
        &format!("retrieving current configuration of:\n{}\nfrom server for:", info.described()),
        &info.source,
    )
}

async fn apply(call: &mut Call<'_>, api: &Api, info: &Info, dry_run: DryRun) -> Outcome<Applied> {
    if info.name.is_empty() {
        let generated = info.object.text("/metadata/generateName");
        if !generated.is_empty() {
            return Err(Failure::message(format!("from {generated}: cannot use generate name with apply")));
        }
        return Err(retrieving(Failure::message(NO_NAME), info));
    }
    if call.flags.on("server-side") {
        server_side::apply(call, api, info, dry_run).await
    } else {
        client_side::apply(call, api, info, dry_run).await
    }
}
