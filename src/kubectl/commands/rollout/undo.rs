//! `kubectl rollout undo`: back to the template of an earlier ReplicaSet.

use super::super::apply::{LAST_APPLIED, was_applied};
use super::{controller_revisions, is_deployment, require_rollouts, targets};
use crate::base::{Map, Value, json};
use crate::kubectl::api::{Api, JSON_PATCH};
use crate::kubectl::command::Call;
use crate::kubectl::describe::template_text;
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::printers::{DryRun, dry_run, format_of, print_done};
use crate::kubectl::resource_args::Info;
use crate::kubectl::rollout_history::{owned_replica_sets, revision_of, without_hash};

/// Annotations that belong to the Deployment, not to a revision.
const OWN_ANNOTATIONS: &[&str] = &[
    LAST_APPLIED,
    "deployment.kubernetes.io/revision",
    "deployment.kubernetes.io/revision-history",
    "deployment.kubernetes.io/desired-replicas",
    "deployment.kubernetes.io/max-replicas",
    "deprecated.deployment.rollback.to",
];

/// Goes back to an earlier revision.
pub(super) async fn run(call: &mut Call<'_>) -> Outcome {
    let to_revision = call.flags.int("to-revision");
    let dry_run = dry_run(call)?;
    super::require_arguments(call)?;
    let api = call.api().await?;
    let infos = targets(call, &api).await?;
    for info in &infos {
        require_rollouts(info, "rollbacker")?;
        if was_applied(info.object.value()) {
            call.complain(format!(
                "Warning: resource {}/{} was previously managed with 'kubectl apply'. Rolling back will not update the {LAST_APPLIED} annotation, which may cause unexpected behavior on future 'kubectl apply' operations. Consider using 'kubectl apply' with your previous configuration file instead.",
                info.resource.plural, info.name
            ))?;
        }
        if to_revision < 0 {
            return Err(Failure::message(format!(
                "unable to find specified revision {to_revision} in history"
            )));
        }
        let verb = if is_deployment(info) {
            roll_back(&api, info, to_revision, dry_run).await?
        } else {
            controller_revisions::roll_back(&api, info, to_revision, dry_run).await?
        };
        match verb {
            Verb::Done(text) => print_done(call, info.object.value(), &info.named(), &text)?,
            Verb::Template(text) => {
                let (named, text, suffix) = (info.named(), text.trim_end_matches('\n'), dry_run.suffix());
                match format_of(call, false)? {
                    Some(format) => format.show(call, info.object.value())?,
                    None if is_deployment(info) => call.line(format!("{named} {text}\n{suffix}"))?,
                    None => call.line(format!("{named} will roll back to {text}\n{suffix}"))?,
                }
            }
        }
    }
    Ok(())
}

/// What is printed after the name.
pub(super) enum Verb {
    /// What happened.
    Done(String),
    /// What would be the template after a dry run on the client.
    Template(String),
}

async fn roll_back(api: &Api, info: &Info, to_revision: i64, dry_run: DryRun) -> Outcome<Verb> {
    let deployment = info.object.value();
    let replica_sets = owned_replica_sets(api, deployment).await?;
    let target = find(&replica_sets, to_revision, &info.name)?;
    let template = without_hash(&target["spec"]["template"]);
    if dry_run == DryRun::Client {
        return Ok(Verb::Template(template_text(&target["spec"]["template"])));
    }
    if deployment["spec"]["paused"] == true {
        return Err(Failure::message(
            "you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again",
        ));
    }
    if without_hash(&deployment["spec"]["template"]) == template {
        return Ok(Verb::Done(format!(
            "skipped rollback (current template already matches revision {to_revision})"
        )));
    }
    let patch = json!([
        {"op": "replace", "path": "/spec/template", "value": template},
        {"op": "replace", "path": "/metadata/annotations", "value": annotations(deployment, target)},
    ]);
    let url = info.url().with("dryRun", dry_run.parameter());
    api.patch(&url, JSON_PATCH, &patch)
        .await
        .map_err(|failure| Failure::message(format!("failed restoring revision {to_revision}: {failure}")))?;
    Ok(Verb::Done("rolled back".to_owned()))
}

/// The Deployment's own annotations and the revision's others.
fn annotations(deployment: &Value, target: &Value) -> Map {
    let of = |object: &Value, own: bool| -> Map {
        let all = object["metadata"]["annotations"].as_object().cloned().unwrap_or_default();
        all.into_iter().filter(|(key, _)| OWN_ANNOTATIONS.contains(&key.as_str()) == own).collect()
    };
    let mut annotations = of(deployment, true);
    annotations.extend(of(target, false));
    annotations
}

/// The ReplicaSet of a revision; for 0 the one before the latest.
fn find<'r>(replica_sets: &'r [Value], to_revision: i64, name: &str) -> Outcome<&'r Value> {
    if to_revision > 0 {
        let found = replica_sets.iter().find(|one| revision_of(one) == to_revision);
        let missing =
            || Failure::message(format!("unable to find specified revision {to_revision} in history"));
        return found.ok_or_else(missing);
    }
    let mut sorted: Vec<&Value> = replica_sets.iter().filter(|one| revision_of(one) > 0).collect();
    sorted.sort_by_key(|one| std::cmp::Reverse(revision_of(one)));
    sorted
        .get(1)
        .copied()
        .ok_or_else(|| Failure::message(format!("no rollout history found for deployment {name:?}")))
}
