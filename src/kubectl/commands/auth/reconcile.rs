//! `kubectl auth reconcile`: roles and bindings get what the files say, and keep what they have more.

use serde_json::{Map, Value, json};

use super::super::flag_sets::{DRY_RUN, FILES, OUTPUT};
use crate::apimachinery::{Kind, builtin};
use crate::kubectl::api::Api;
use crate::kubectl::command::{Call, Command};
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::flags::Flag;
use crate::kubectl::printers::{DryRun, dry_run, print_done};
use crate::kubectl::resource_args::{Info, from_files};

/// The command.
pub(super) static COMMAND: Command = Command {
    name: "reconcile",
    short: "Reconciles rules for RBAC role, role binding, cluster role, and cluster role binding objects",
    usage: "-f FILENAME [options]",
    flags: &[FLAGS, FILES, OUTPUT, DRY_RUN],
    run: |call| Box::pin(run(call)),
    ..Command::PLAIN
};

const FLAGS: &[Flag] = &[
    Flag::switch("remove-extra-permissions", "Remove rules that the files do not have"),
    Flag::switch("remove-extra-subjects", "Remove subjects that the files do not have"),
];

const ROLES: [&Kind; 2] = [&builtin::ROLE, &builtin::CLUSTER_ROLE];
const BINDINGS: [&Kind; 2] = [&builtin::ROLE_BINDING, &builtin::CLUSTER_ROLE_BINDING];

async fn run(call: &mut Call<'_>) -> Outcome {
    if !call.args.is_empty() {
        return Err(Failure::message("no arguments are allowed"));
    }
    if call.flags.all("filename").is_empty() && !call.flags.is_set("kustomize") {
        return Err(Failure::message("must specify one of -f and -k"));
    }
    let dry_run = dry_run(call)?;
    let api = call.api().await?;
    let (infos, failures) = from_files(call, &api).await?;
    Failure::many(failures)?;
    for info in infos {
        let role = ROLES.iter().any(|kind| info.resource.is(kind));
        if !role && !BINDINGS.iter().any(|kind| info.resource.is(kind)) {
            continue;
        }
        let object = reconciled(call, &api, &info, role, dry_run).await?;
        print_done(call, &object, &info.named(), "reconciled")?;
    }
    Ok(())
}

async fn reconciled(call: &Call<'_>, api: &Api, info: &Info, role: bool, dry_run: DryRun) -> Outcome<Value> {
    let wanted = info.object.value();
    let live = match api.get(&info.url()).await {
        Ok(live) => live,
        Err(failure) if failure.is_not_found() => {
            if dry_run == DryRun::Client {
                return Ok(wanted.clone());
            }
            let url = info.resource.collection(&info.namespace).with("dryRun", dry_run.parameter());
            return api.post(&url, wanted).await;
        }
        Err(failure) => return Err(failure),
    };
    let moved = !role && live["roleRef"] != with_group(&wanted["roleRef"]);
    let mut next = live.clone();
    merge_metadata(&mut next, wanted);
    if role {
        if wanted["aggregationRule"].is_null() || live["aggregationRule"].is_null() {
            let removes = call.flags.on("remove-extra-permissions");
            next["rules"] = merged(&live["rules"], &wanted["rules"], removes);
        }
        if !wanted["aggregationRule"].is_null() {
            next["aggregationRule"] = wanted["aggregationRule"].clone();
        }
    } else {
        let given = wanted["subjects"].as_array().into_iter().flatten().map(with_group).collect();
        let removes = call.flags.on("remove-extra-subjects");
        next["subjects"] = merged(&live["subjects"], &Value::Array(given), removes);
    }
    if dry_run == DryRun::Client || (next == live && !moved) {
        return Ok(next);
    }
    if moved {
        // What a binding binds cannot change: the binding is made anew.
        api.delete(&info.url().with("dryRun", dry_run.parameter()), &json!({})).await?;
        let url = info.resource.collection(&info.namespace).with("dryRun", dry_run.parameter());
        next["roleRef"] = wanted["roleRef"].clone();
        for field in ["uid", "resourceVersion", "creationTimestamp", "managedFields"] {
            if let Some(metadata) = next["metadata"].as_object_mut() {
                metadata.remove(field);
            }
        }
        return api.post(&url, &next).await;
    }
    api.put(&info.url().with("dryRun", dry_run.parameter()), &next).await
}

/// A reference as the server fills it in.
fn with_group(reference: &Value) -> Value {
    let mut reference = reference.clone();
    if reference["kind"] != "ServiceAccount" && reference["apiGroup"].is_null() && reference.is_object() {
        reference["apiGroup"] = "rbac.authorization.k8s.io".into();
    }
    reference
}

fn merge_metadata(next: &mut Value, wanted: &Value) {
    for field in ["labels", "annotations"] {
        let Some(given) = wanted["metadata"][field].as_object() else { continue };
        let mut all = next["metadata"][field].as_object().cloned().unwrap_or_else(Map::new);
        for (key, value) in given {
            all.entry(key.clone()).or_insert_with(|| value.clone());
        }
        next["metadata"][field] = all.into();
    }
}

/// What there is with what is wanted and missing; or what is wanted alone.
fn merged(live: &Value, wanted: &Value, removes: bool) -> Value {
    let wanted = wanted.as_array().cloned().unwrap_or_default();
    if removes {
        return wanted.into();
    }
    let mut all = live.as_array().cloned().unwrap_or_default();
    for item in wanted {
        if !all.contains(&item) {
            all.push(item);
        }
    }
    all.into()
}
