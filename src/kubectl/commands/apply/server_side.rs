//! Server-side apply: the server merges and keeps track of who owns which field.

use super::super::record::record;
use super::client_side::{LAST_APPLIED, last_applied_of};
use super::{Applied, Failure, Outcome};
use crate::apimachinery::{owners_of, upgrade_managed_fields};
use crate::base::{Value, json};
use crate::kubectl::api::{APPLY_PATCH, Api, JSON_PATCH, Url};
use crate::kubectl::command::Call;
use crate::kubectl::printers::DryRun;
use crate::kubectl::resource_args::Info;

/// What upstream adds to a conflict; the wording is part of kubectl's interface.
const CONFLICT_ADVICE: &str = "
Please review the fields above--they currently have other managers. Here
are the ways you can resolve this warning:
* If you intend to manage all of these fields, please re-run the apply
  command with the `--force-conflicts` flag.
* If you do not intend to manage all of the fields, please edit your
  manifest to remove references to the fields that should keep their
  current managers.
* You may co-own fields by updating your manifest to match the existing
  value; in this case, you'll become the manager if the other manager(s)
  stop managing the field (remove it from their configuration).
See https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts";

/// The manager under which kubectl applies.
const MANAGER: &str = "kubectl";
/// The manager that keeps the annotation of applying on the client's side.
const ANNOTATION_MANAGER: &str = "kubectl-last-applied";
/// How often a conflict is answered by reading again.
const RETRIES: usize = 5;

/// Applies one object of a file.
pub(super) async fn apply(call: &mut Call<'_>, api: &Api, info: &Info, dry_run: DryRun) -> Outcome<Applied> {
    let mut configuration = info.object.value().clone();
    record(call, &mut configuration);
    let force = call.flags.on("force-conflicts").to_string();
    let url = url(call, info, dry_run, manager(call)).with("force", &force);
    let applied = match api.patch(&url, APPLY_PATCH, &configuration).await {
        Err(Failure::Status(status)) if status.is("Conflict") => {
            return Err(Failure::message(format!("{}{CONFLICT_ADVICE}", status.message)));
        }
        other => other?,
    };
    let object = migrate(call, api, info, dry_run, applied, (&url, &configuration)).await?;
    Ok(Applied { object, verb: "serverside-applied" })
}

/// Lets go of what was owned by applying on the client's side; failing to do so is only warned about.
async fn migrate(
    call: &mut Call<'_>,
    api: &Api,
    info: &Info,
    dry_run: DryRun,
    applied: Value,
    again: (&Url, &Value),
) -> Outcome<Value> {
    let applied = match keep_annotation(call, api, info, dry_run, &applied).await {
        Ok(kept) => kept.unwrap_or(applied),
        Err(failure) => {
            call.complain(format!("Warning: failed to migrate {LAST_APPLIED} for Server-Side Apply. This is non-fatal and will be retried next time you apply. Error: {failure}"))?;
            return Ok(applied);
        }
    };
    match hand_over(call, api, info, dry_run, &applied).await {
        Ok(None) => Ok(applied),
        Ok(Some(migrated)) => match api.patch(again.0, APPLY_PATCH, again.1).await {
            Ok(object) => Ok(object),
            Err(failure) => {
                call.complain(format!("Warning: failed to re-apply configuration after performing Server-Side Apply migration. This is non-fatal and will be retried next time you apply. Error: {failure}"))?;
                Ok(migrated)
            }
        },
        Err(failure) => {
            call.complain(format!("Warning: server rejected managed fields migration to Server-Side Apply. This is non-fatal and will be retried next time you apply. Error: {failure}"))?;
            Ok(applied)
        }
    }
}

/// Has the annotation owned by a manager of its own, so that it stays.
async fn keep_annotation(
    call: &Call<'_>,
    api: &Api,
    info: &Info,
    dry_run: DryRun,
    object: &Value,
) -> Outcome<Option<Value>> {
    let Some(text) = last_applied_of(object) else { return Ok(None) };
    if manager(call) != MANAGER || !owners(object, "Apply").is_empty() {
        return Ok(None);
    }
    let mut metadata = json!({"name": info.name, "annotations": {LAST_APPLIED: text}});
    if !info.namespace.is_empty() {
        metadata["namespace"] = info.namespace.as_str().into();
    }
    let only = json!({
        "apiVersion": info.resource.api_version(),
        "kind": info.resource.kind,
        "metadata": metadata,
    });
    api.patch(&url(call, info, dry_run, ANNOTATION_MANAGER), APPLY_PATCH, &only).await.map(Some)
}

/// Gives the fields of the managers that applied on the client's side to the one that applies now.
async fn hand_over(
    call: &Call<'_>,
    api: &Api,
    info: &Info,
    dry_run: DryRun,
    object: &Value,
) -> Outcome<Option<Value>> {
    let old: Vec<String> = owners(object, "Update").into_iter().map(str::to_owned).collect();
    let mut object = object.clone();
    for attempt in 1.. {
        let Some(entries) = upgrade_managed_fields(entries(&object), &old, manager(call)) else {
            return Ok(None);
        };
        let version = &object["metadata"]["resourceVersion"];
        // Replaced and not tested: so the server answers a conflict when somebody was faster.
        let patch = json!([
            {"op": "replace", "path": "/metadata/managedFields", "value": entries},
            {"op": "replace", "path": "/metadata/resourceVersion", "value": version},
        ]);
        match api.patch(&url(call, info, dry_run, manager(call)), JSON_PATCH, &patch).await {
            Err(Failure::Status(status)) if status.is("Conflict") && attempt < RETRIES => {
                object = api.get(&info.url()).await?;
            }
            other => return other.map(Some),
        }
    }
    Ok(None)
}

fn entries(object: &Value) -> &[Value] {
    object["metadata"]["managedFields"].as_array().map(Vec::as_slice).unwrap_or_default()
}

/// The managers that own the annotation of applying on the client's side.
fn owners<'o>(object: &'o Value, operation: &str) -> Vec<&'o str> {
    let annotation = format!("f:{LAST_APPLIED}");
    owners_of(entries(object), operation, &["f:metadata", "f:annotations", &annotation])
}

fn manager<'c>(call: &'c Call<'_>) -> &'c str {
    if call.flags.is_set("field-manager") { call.flags.text("field-manager") } else { MANAGER }
}

fn url(call: &Call<'_>, info: &Info, dry_run: DryRun, manager: &str) -> Url {
    let validation = match call.flags.text("validate") {
        "false" | "ignore" => "Ignore",
        "warn" => "Warn",
        _ => "Strict",
    };
    info.place(&call.flags)
        .with("dryRun", dry_run.parameter())
        .with("fieldManager", manager)
        .with("fieldValidation", validation)
}
