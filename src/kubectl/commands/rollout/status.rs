//! `kubectl rollout status` (`k8s.io/kubectl/pkg/polymorphichelpers/rollout_status.go`).

use super::{require_rollouts, set_status, targets};
use crate::base::{Output, Value};
use crate::kubectl::api::Api;
use crate::kubectl::command::Call;
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::resource_args::Info;
use crate::kubectl::rollout_history::revision_of;
use crate::kubectl::watch::until;

/// Prints how the rollouts go until they are done.
pub(super) async fn run(call: &mut Call<'_>) -> Outcome {
    let revision = call.flags.int("revision");
    if revision < 0 {
        return Err(Failure::message(
            "revision must be a positive integer: ".to_owned() + &revision.to_string(),
        ));
    }
    super::require_arguments(call)?;
    let api = call.api().await?;
    let infos = targets(call, &api).await?;
    if infos.is_empty() {
        let namespace = call.namespace()?;
        return call.complain(format!("No resources found in {namespace} namespace."));
    }
    let watch = call.flags.on("watch");
    let out = call.streams.out.clone();
    let follow = async {
        for info in &infos {
            require_rollouts(info, "status viewer")?;
            follow(&api, info, revision, watch, out.clone()).await?;
        }
        Ok(())
    };
    match call.flags.limit("timeout") {
        Some(limit) => crate::base::timeout(limit, follow)
            .await
            .unwrap_or_else(|| Err(Failure::message("timed out waiting for the condition"))),
        None => follow.await,
    }
}

async fn follow(api: &Api, info: &Info, revision: i64, watch: bool, mut out: Output) -> Outcome {
    if !watch {
        let (text, _) = status_of(info.object.value(), revision)?;
        return Ok(out.text(text)?);
    }
    let kind = info.resource.kind.to_lowercase();
    until(api, &info.resource, &info.namespace, &info.name, |object| {
        let Some(object) = object else {
            return Err(Failure::message(format!("object has been deleted: {kind} {:?}", info.name)));
        };
        let (text, done) = status_of(object, revision)?;
        out.text(text)?;
        Ok(done.then_some(()))
    })
    .await
}

/// One line about a workload's rollout, and whether it is done.
fn status_of(workload: &Value, revision: i64) -> Outcome<(String, bool)> {
    match workload["kind"].as_str() {
        Some("DaemonSet") => set_status::daemon_set(workload),
        Some("StatefulSet") => set_status::stateful_set(workload),
        _ => deployment(workload, revision),
    }
}

fn deployment(deployment: &Value, revision: i64) -> Outcome<(String, bool)> {
    let name = deployment["metadata"]["name"].as_str().unwrap_or_default();
    if revision > 0 && revision_of(deployment) != revision {
        return Err(Failure::message(format!(
            "desired revision ({revision}) is different from the running revision ({})",
            revision_of(deployment)
        )));
    }
    let status = &deployment["status"];
    let count = |field: &str| status[field].as_i64().unwrap_or_default();
    let generation = deployment["metadata"]["generation"].as_i64().unwrap_or_default();
    if generation > count("observedGeneration") {
        return Ok(("Waiting for deployment spec update to be observed...\n".to_owned(), false));
    }
    let conditions = status["conditions"].as_array().map(Vec::as_slice).unwrap_or_default();
    if conditions
        .iter()
        .any(|one| one["type"] == "Progressing" && one["reason"] == "ProgressDeadlineExceeded")
    {
        return Err(Failure::message(format!("deployment {name:?} exceeded its progress deadline")));
    }
    let wanted = deployment["spec"]["replicas"].as_i64().unwrap_or(1);
    let (updated, replicas, available) =
        (count("updatedReplicas"), count("replicas"), count("availableReplicas"));
    let waiting =
        |what: String| (format!("Waiting for deployment {name:?} rollout to finish: {what}...\n"), false);
    Ok(if updated < wanted {
        waiting(format!("{updated} out of {wanted} new replicas have been updated"))
    } else if replicas > updated {
        waiting(format!("{} old replicas are pending termination", replicas - updated))
    } else if available < updated {
        waiting(format!("{available} of {updated} updated replicas are available"))
    } else {
        (format!("deployment {name:?} successfully rolled out\n"), true)
    })
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    fn line(status: Value) -> String {
        let deployment =
            json!({"metadata": {"name": "web", "generation": 2}, "spec": {"replicas": 3}, "status": status});
        status_of(&deployment, 0).map_or_else(|failure| failure.report(), |(text, _)| text)
    }

    #[test]
    fn each_phase_of_a_rollout_has_its_line() {
        assert_eq!(
            line(json!({"observedGeneration": 1})),
            "Waiting for deployment spec update to be observed...\n"
        );
        assert_eq!(
            line(json!({"observedGeneration": 2, "updatedReplicas": 1, "replicas": 4})),
            "Waiting for deployment \"web\" rollout to finish: 1 out of 3 new replicas have been updated...\n"
        );
        assert_eq!(
            line(json!({"observedGeneration": 2, "updatedReplicas": 3, "replicas": 4})),
            "Waiting for deployment \"web\" rollout to finish: 1 old replicas are pending termination...\n"
        );
        assert_eq!(
            line(
                json!({"observedGeneration": 2, "updatedReplicas": 3, "replicas": 3, "availableReplicas": 2})
            ),
            "Waiting for deployment \"web\" rollout to finish: 2 of 3 updated replicas are available...\n"
        );
        assert_eq!(
            line(
                json!({"observedGeneration": 2, "updatedReplicas": 3, "replicas": 3, "availableReplicas": 3})
            ),
            "deployment \"web\" successfully rolled out\n"
        );
        let stuck = json!([{"type": "Progressing", "reason": "ProgressDeadlineExceeded"}]);
        assert_eq!(
            line(json!({"observedGeneration": 2, "conditions": stuck})),
            "error: deployment \"web\" exceeded its progress deadline"
        );
    }
}
