//! `kubectl rollout history`.

use std::collections::BTreeMap;

use super::{controller_revisions, is_deployment, require_rollouts, targets};
use crate::base::{Columns, Value, align};
use crate::kubectl::api::Api;
use crate::kubectl::command::Call;
use crate::kubectl::describe::template_text;
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::printers::{Format, format_of};
use crate::kubectl::resource_args::Info;
use crate::kubectl::rollout_history::{CHANGE_CAUSE, change_cause, owned_replica_sets, revision_of};

/// Prints the revisions of workloads, or one of them.
pub(super) async fn run(call: &mut Call<'_>) -> Outcome {
    let revision = call.flags.int("revision");
    if revision < 0 {
        return Err(Failure::message(format!("revision must be a positive integer: {revision}")));
    }
    super::require_arguments(call)?;
    let api = call.api().await?;
    let infos = targets(call, &api).await?;
    let format = format_of(call, false)?;
    for info in &infos {
        require_rollouts(info, "history viewer")?;
        let revisions = revisions(&api, info).await?;
        match &format {
            // As upstream: a template alone is for the object, and an output for its revisions.
            Some(format) if !call.flags.is_set("output") => {
                format.show(call, info.object.value())?;
                continue;
            }
            Some(format) => {
                show_revisions(call, format, &revisions, revision)?;
                continue;
            }
            None => {}
        }
        let with = if revision > 0 { format!("with revision #{revision}") } else { String::new() };
        let details = details(&revisions, revision, is_deployment(info))?;
        call.text(format!("{} {with}\n{details}\n", info.named()))?;
    }
    Ok(())
}

/// Prints one revision, or all of them, oldest first.
fn show_revisions(
    call: &mut Call<'_>,
    format: &Format,
    revisions: &BTreeMap<i64, Value>,
    wanted: i64,
) -> Outcome {
    if wanted > 0 {
        let found = revisions.get(&wanted);
        return format
            .show(call, found.ok_or_else(|| Failure::message("unable to find the specified revision"))?);
    }
    revisions.values().try_for_each(|one| format.show(call, one))
}

/// The ReplicaSets of a Deployment, or the past states of another workload, by revision.
async fn revisions(api: &Api, info: &Info) -> Outcome<BTreeMap<i64, Value>> {
    if !is_deployment(info) {
        return controller_revisions::past_states(api, info.object.value()).await;
    }
    let owned = owned_replica_sets(api, info.object.value()).await?;
    Ok(owned.into_iter().map(|one| (revision_of(&one), one)).filter(|(revision, _)| *revision > 0).collect())
}

/// One revision's template, in which a Deployment's change cause is shown, or the table of all.
fn details(revisions: &BTreeMap<i64, Value>, revision: i64, tells_cause: bool) -> Outcome<String> {
    if revision > 0 {
        let found = revisions.get(&revision);
        let found = found.ok_or_else(|| Failure::message("unable to find the specified revision"))?;
        let mut template = found["spec"]["template"].clone();
        let cause = change_cause(found);
        if tells_cause && !cause.is_empty() {
            template["metadata"]["annotations"][CHANGE_CAUSE] = cause.into();
        }
        return Ok(template_text(&template));
    }
    if revisions.is_empty() {
        return Ok("No rollout history found.\n".to_owned());
    }
    let mut table = "REVISION\tCHANGE-CAUSE\n".to_owned();
    for (revision, one) in revisions {
        let cause = change_cause(one);
        table.push_str(&format!("{revision}\t{}\n", if cause.is_empty() { "<none>" } else { cause }));
    }
    Ok(align(Columns::Describe, &table))
}
