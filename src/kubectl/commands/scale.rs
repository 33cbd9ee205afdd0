//! `kubectl scale`.

use super::flag_sets::{ALL, DRY_RUN, FILES, OUTPUT, RECORD, SCALABLE, SELECTOR};
use super::record::record_after;
use crate::base::json;
use crate::kubectl::api::{Api, MERGE_PATCH};
use crate::kubectl::command::{Arguments, Call, Command};
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::flags::Flag;
use crate::kubectl::printers::{DryRun, check_printing, dry_run, print_done};
use crate::kubectl::resource_args::{Info, Wanted, find_as_given, require_arguments};
use crate::kubectl::watch::until;

/// The command.
pub(super) static COMMAND: Command = Command {
    name: "scale",
    short: "Set a new size for a deployment, replica set, or replication controller",
    usage: "[--resource-version=version] [--current-replicas=count] --replicas=COUNT (-f FILENAME | TYPE NAME) [options]",
    flags: &[FLAGS, FILES, OUTPUT, ALL, DRY_RUN, RECORD],
    arguments: Arguments::Objects(SCALABLE),
    run: |call| Box::pin(run(call)),
    ..Command::PLAIN
};

const FLAGS: &[Flag] = &[
    Flag::int("replicas", "0", "The new number of replicas").required(),
    Flag::int("current-replicas", "-1", "Only scale when this is the present number; -1 for any"),
    Flag::text("resource-version", "", "Only scale when this is the present resource version"),
    Flag::duration("timeout", "0s", "How long to wait until the new size is reached; zero means not at all"),
    SELECTOR,
];

async fn run(call: &mut Call<'_>) -> Outcome {
    let replicas = call.flags.int("replicas");
    if replicas < 0 {
        return Err(Failure::message(
            "The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0",
        ));
    }
    if call.flags.int("current-replicas") < -1 {
        return Err(Failure::message("The --current-replicas must specify an integer of -1 or greater"));
    }
    check_printing(call)?;
    let dry_run = dry_run(call)?;
    require_arguments(call)?;
    let api = call.api().await?;
    let args = call.args.clone();
    let wanted = Wanted { selectors: true, types_alone: false, ..Wanted::default() };
    let infos = find_as_given(call, &api, &args, wanted).await?;
    if infos.is_empty() {
        return Err(Failure::NothingPassed("scale"));
    }
    if infos.len() > 1 && call.flags.is_set("resource-version") {
        return Err(Failure::message("cannot use --resource-version with multiple resources"));
    }
    for info in infos {
        if dry_run != DryRun::Client {
            scale(call, &api, &info, replicas, dry_run).await?;
            let url = info.url().with("dryRun", dry_run.parameter());
            record_after(call, &api, &url, info.object.value().clone()).await?;
        }
        // As upstream: the object of before with the new number, where that field is known to hold it.
        let mut scaled = info.object.value().clone();
        if matches!(info.resource.group.as_str(), "" | "apps") {
            scaled["spec"]["replicas"] = replicas.into();
        }
        print_done(call, &scaled, &info.named(), "scaled")?;
    }
    Ok(())
}

async fn scale(call: &Call<'_>, api: &Api, info: &Info, replicas: i64, dry_run: DryRun) -> Outcome {
    let url =
        info.resource.subresource(&info.namespace, &info.name, "scale").with("dryRun", dry_run.parameter());
    let expected = call.flags.int("current-replicas");
    let version = call.flags.text("resource-version");
    if expected >= 0 || !version.is_empty() {
        let mut scale = api.get(&url).await?;
        let present = scale["spec"]["replicas"].as_i64().unwrap_or_default();
        if expected >= 0 && present != expected {
            return Err(Failure::message(format!("Expected replicas to be {expected}, was {present}")));
        }
        let present = scale["metadata"]["resourceVersion"].as_str().unwrap_or_default();
        if !version.is_empty() && present != version {
            return Err(Failure::message(format!(
                "Expected resource version to be {version}, was {present}"
            )));
        }
        scale["spec"]["replicas"] = replicas.into();
        api.put(&url, &scale).await?;
    } else {
        api.patch(&url, MERGE_PATCH, &json!({"spec": {"replicas": replicas}})).await?;
    }
    match call.flags.limit("timeout").filter(|_| dry_run == DryRun::None) {
        Some(limit) => wait(api, info, replicas, limit).await,
        None => Ok(()),
    }
}

async fn wait(api: &Api, info: &Info, replicas: i64, limit: std::time::Duration) -> Outcome {
    let reached = until(api, &info.resource, &info.namespace, &info.name, |object| {
        Ok(object
            .filter(|object| object["status"]["replicas"].as_i64().unwrap_or_default() == replicas)
            .map(|_| ()))
    });
    crate::base::timeout(limit, reached).await.unwrap_or_else(|| {
        Err(Failure::message(format!("timed out waiting for {:?} to be synced", info.name)))
    })
}
