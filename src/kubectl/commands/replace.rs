//! `kubectl replace`.

use std::time::Duration;

use super::delete::{Plan, delete_all};
use super::flag_sets::{DRY_RUN, FILES, OUTPUT, SAVE_CONFIG, VALIDATE, field_manager};
use crate::kubectl::api::Api;
use crate::kubectl::command::{Call, Command};
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::flags::Flag;
use crate::kubectl::printers::{DryRun, dry_run, name_of, print_done};
use crate::kubectl::resource_args::{Found, Info, from_files};
use crate::kubectl::watch::until;

/// The command.
pub(super) static COMMAND: Command = Command {
    name: "replace",
    short: "Replace a resource by file name or stdin",
    usage: "-f FILENAME [options]",
    flags: &[FLAGS, FILES, OUTPUT, DRY_RUN, VALIDATE, SAVE_CONFIG],
    run: |call| Box::pin(run(call)),
    ..Command::PLAIN
};

const FLAGS: &[Flag] = &[
    Flag::switch("force", "Delete the objects and create them again"),
    Flag::int("grace-period", "-1", "Seconds that a Pod is given to end by itself (--force)"),
    Flag::duration("timeout", "0s", "How long to wait for the end of the old object (--force)"),
    Flag::text(
        "cascade",
        "background",
        "What happens to dependents (--force): \"background\", \"orphan\", or \"foreground\"",
    )
    .bare("background"),
    Flag::switch("wait", "Wait until the old object is gone (--force)"),
    Flag::text("subresource", "", "Subresource to replace instead of the object"),
    Flag::text("raw", "", "Path of the API to put the file to"),
    field_manager("kubectl-replace"),
];

/// How long an object may take to end where no limit is given.
const LONGEST_END: Duration = Duration::from_secs(5 * 60);

async fn run(call: &mut Call<'_>) -> Outcome {
    if call.flags.is_set("raw") && !call.flags.all("filename").is_empty() {
        return super::raw::send(call, http::Method::PUT).await;
    }
    if call.flags.on("force") && dry_run(call)? != DryRun::None {
        return Err(Failure::message("--dry-run can not be used when --force is set"));
    }
    if call.flags.on("force") && call.flags.is_set("subresource") {
        return Err(Failure::message("--force may not be used with --subresource"));
    }
    if !call.flags.on("force") && (call.flags.int("grace-period") >= 0 || call.flags.is_set("timeout")) {
        let flag = if call.flags.is_set("timeout") { "--timeout" } else { "--grace-period" };
        return Err(Failure::message(format!("{flag} must have --force specified")));
    }
    if call.flags.all("filename").is_empty() && !call.flags.is_set("kustomize") {
        return Err(Failure::message("must specify one of -f and -k"));
    }
    let dry_run = dry_run(call)?;
    let api = call.api().await?;
    let (infos, mut failures) = from_files(call, &api).await?;
    // Files without objects leave nothing to do.
    let is_nothing = matches!(failures.as_slice(), [Failure::NothingPassed(_)]);
    if infos.is_empty() && is_nothing && !call.flags.on("force") {
        return Ok(());
    }
    if call.flags.on("force") {
        // As upstream: nothing is made anew before all of the old is gone.
        Failure::many(failures)?;
        remove(call, &api, &infos).await?;
        for info in &infos {
            make(call, &api, info).await?;
        }
        return Ok(());
    }
    for info in infos {
        if let Err(failure) = replace(call, &api, &info, dry_run).await {
            failures.push(failure.about("replacing", &info.source));
        }
    }
    Failure::many(failures)
}

async fn replace(call: &mut Call<'_>, api: &Api, info: &Info, dry_run: DryRun) -> Outcome {
    let mut object = info.object.value().clone();
    if dry_run == DryRun::Client {
        return print_done(call, &object, &info.named(), "replaced");
    }
    info.require_name()?;
    if call.flags.on("save-config") || super::apply::was_applied(&object) {
        super::apply::annotate(&mut object);
    }
    let place = info.place(&call.flags);
    // Where nothing can be read the server says why when it is asked to write.
    if object["metadata"]["resourceVersion"].as_str().is_none_or(str::is_empty)
        && let Ok(live) = api.get(&place).await
    {
        object["metadata"]["resourceVersion"] = live["metadata"]["resourceVersion"].clone();
    }
    let url = super::create::write_url(call, place, dry_run);
    let replaced = api.put(&url, &object).await?;
    // A subresource may answer an object of another kind.
    print_done(call, &replaced, &name_of(&replaced), "replaced")
}

/// Deletes the old objects and waits until they are gone.
async fn remove(call: &mut Call<'_>, api: &Api, infos: &[Info]) -> Outcome {
    let grace = match call.flags.int("grace-period") {
        // As upstream: it is waited for, so a second is left for a graceful end.
        0 => 1,
        grace => grace,
    };
    let plan = Plan::new(call.flags.text("cascade"), grace, DryRun::None);
    let found = infos.iter().map(|info| {
        Found::Named(info.resource.clone(), info.namespace.clone(), info.name.clone(), info.source.clone())
    });
    delete_all(call, api, &plan, found.collect(), true).await?;
    let limit = call.flags.limit("timeout").unwrap_or(LONGEST_END);
    let all_gone = async {
        for info in infos {
            until(api, &info.resource, &info.namespace, &info.name, |object| {
                Ok(object.is_none().then_some(()))
            })
            .await?;
        }
        Ok(())
    };
    crate::base::timeout(limit, all_gone)
        .await
        .unwrap_or_else(|| Err(Failure::message("timed out waiting for the condition")))
}

/// Makes an object anew.
async fn make(call: &mut Call<'_>, api: &Api, info: &Info) -> Outcome {
    let mut object = info.object.value().clone();
    if call.flags.on("save-config") || super::apply::was_applied(&object) {
        super::apply::annotate(&mut object);
    }
    super::create::forget_version(&mut object);
    let url = super::create::write_url(call, info.resource.collection(&info.namespace), DryRun::None);
    let created = api.post(&url, &object).await?;
    print_done(call, &created, &info.named(), "replaced")
}
