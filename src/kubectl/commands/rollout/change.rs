//! `kubectl rollout pause`, `resume` and `restart`.

use super::{is_deployment, require_rollouts, targets};
use crate::base::{Value, json};
use crate::kubectl::api::STRATEGIC_PATCH;
use crate::kubectl::command::Call;
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::printers::print_done;
use crate::kubectl::resource_args::Info;

/// Pauses Deployments.
pub(super) async fn pause(call: &mut Call<'_>) -> Outcome {
    change(call, "pauser", "paused", |info, _| {
        if !is_deployment(info) {
            return Err(Failure::message(format!("{} pausing is not supported", quoted(info))));
        }
        if is_paused(info) {
            return Err(Failure::message(format!("{} is already paused", quoted(info))));
        }
        Ok(json!({"spec": {"paused": true}}))
    })
    .await
}

/// Resumes Deployments.
pub(super) async fn resume(call: &mut Call<'_>) -> Outcome {
    change(call, "resumer", "resumed", |info, _| {
        if !is_deployment(info) {
            return Err(Failure::message(format!("{} resuming is not supported", quoted(info))));
        }
        if !is_paused(info) {
            return Err(Failure::message(format!("{} is not paused", quoted(info))));
        }
        Ok(json!({"spec": {"paused": null}}))
    })
    .await
}

/// Restarts the Pods of workloads by changing their template.
pub(super) async fn restart(call: &mut Call<'_>) -> Outcome {
    change(call, "restarter", "restarted", |info, now| {
        if is_paused(info) {
            return Err(Failure::message("can't restart paused deployment (run rollout resume first)"));
        }
        const RESTARTED: &str = "kubectl.kubernetes.io/restartedAt";
        if info.object.value()["spec"]["template"]["metadata"]["annotations"][RESTARTED] == now {
            return Err(Failure::Message(format!(
                "error: failed to create patch for {}: if restart has already been triggered within the past second, please wait before attempting to trigger another",
                info.name
            )));
        }
        let annotations = json!({RESTARTED: now});
        Ok(json!({"spec": {"template": {"metadata": {"annotations": annotations}}}}))
    })
    .await
}

fn is_paused(info: &Info) -> bool {
    info.object.flag("/spec/paused")
}

/// `deployments.apps "web"`.
fn quoted(info: &Info) -> String {
    format!("{} {:?}", info.resource.group_resource(), info.name)
}

async fn change(
    call: &mut Call<'_>,
    doing: &str,
    verb: &str,
    patch_of: impl Fn(&Info, &str) -> Outcome<Value>,
) -> Outcome {
    super::require_arguments(call)?;
    let api = call.api().await?;
    let infos = targets(call, &api).await?;
    if infos.is_empty() {
        let namespace = call.namespace()?;
        return call.complain(format!("No resources found in {namespace} namespace."));
    }
    let now = call.now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let mut failures = Vec::new();
    for info in &infos {
        let patch = match require_rollouts(info, doing).and_then(|()| patch_of(info, &now)) {
            Ok(patch) => patch,
            Err(failure) => {
                failures.push(prefixed(failure, info, verb));
                continue;
            }
        };
        let url = info.url().with("fieldManager", call.flags.text("field-manager"));
        match api.patch(&url, STRATEGIC_PATCH, &patch).await {
            Ok(object) => print_done(call, &object, &info.named(), verb)?,
            Err(failure) => failures.push(Failure::message(format!("failed to patch: {failure}"))),
        }
    }
    Failure::many(failures)
}

/// One line of several; a restart names what could not be restarted.
fn prefixed(failure: Failure, info: &Info, verb: &str) -> Failure {
    match failure {
        Failure::Message(text) if text.starts_with("error: ") => Failure::Message(text),
        Failure::Message(text) if verb == "restarted" && !text.starts_with(&quoted(info)) => {
            Failure::Message(format!("error: {} {text}", quoted(info)))
        }
        Failure::Message(text) => Failure::Message(format!("error: {text}")),
        other => other,
    }
}
