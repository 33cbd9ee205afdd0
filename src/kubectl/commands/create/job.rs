//! `kubectl create job`.

use super::super::flag_sets::{DRY_RUN, OUTPUT, SAVE_CONFIG, VALIDATE, field_manager};
use super::{create, failed, one_name};
use crate::apimachinery::builtin;
use crate::base::{Value, json};
use crate::kubectl::command::{Call, Command};
use crate::kubectl::discovery::resolve;
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::flags::Flag;
use crate::kubectl::pods::named;

/// The command.
pub(super) static COMMAND: Command = Command {
    name: "job",
    short: "Create a job with the specified name",
    usage: "NAME --image=image [--from=cronjob/name] -- [COMMAND] [args...] [options]",
    flags: &[FLAGS, OUTPUT, DRY_RUN, VALIDATE, SAVE_CONFIG],
    run: |call| Box::pin(run(call)),
    ..Command::PLAIN
};

const FLAGS: &[Flag] = &[
    Flag::text("image", "", "Image to run"),
    Flag::text("from", "", "What to take the job from; only cronjob/NAME"),
    field_manager("kubectl-create"),
];

async fn run(call: &mut Call<'_>) -> Outcome {
    let name = one_name(call)?;
    let image = call.flags.text("image").to_owned();
    let from = call.flags.text("from").to_owned();
    if image.is_empty() == from.is_empty() {
        return Err(Failure::message("either --image or --from must be specified"));
    }
    let command = call.args[call.dash.unwrap_or(call.args.len())..].to_vec();
    if !from.is_empty() && !command.is_empty() {
        return Err(Failure::message("cannot specify --from and command"));
    }
    if !from.is_empty() {
        let object = from_cron_job(call, &name, &from).await?;
        return create(call, &builtin::JOB, object).await.map_err(|failure| failed(failure, "job"));
    }
    let object = json!({
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name},
        "spec": job_spec(&name, &image, &command, "Never"),
        "status": {},
    });
    create(call, &builtin::JOB, object).await.map_err(|failure| failed(failure, "job"))
}

/// The Job that a CronJob would make now.
async fn from_cron_job(call: &mut Call<'_>, name: &str, from: &str) -> Outcome<Value> {
    let api = call.api().await?;
    let namespace = call.namespace()?;
    if !from.contains('/') {
        // A word alone is a kind, of which no name was given.
        resolve(&api, from).await?;
        return Err(Failure::message("resource(s) were provided, but no name was specified"));
    }
    let found = named(&api, &namespace, from).await?;
    if !found.resource.is(&builtin::CRON_JOB) {
        // Upstream names the Go type.
        let version = &found.resource.version;
        return Err(Failure::message(format!("unknown object type *{version}.{}", found.resource.kind)));
    }
    Ok(instantiated(name, &found.object))
}

fn instantiated(name: &str, cron_job: &Value) -> Value {
    let (template, metadata) = (&cron_job["spec"]["jobTemplate"], &cron_job["metadata"]);
    let mut annotations = template["metadata"]["annotations"].as_object().cloned().unwrap_or_default();
    annotations.insert("cronjob.kubernetes.io/instantiate", "manual".into());
    let owner = json!({
        "apiVersion": "batch/v1", "kind": "CronJob", "name": metadata["name"], "uid": metadata["uid"],
        "controller": true,
    });
    let mut job = json!({
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name, "annotations": annotations, "ownerReferences": [owner]},
        "spec": template["spec"],
        "status": {},
    });
    if template["metadata"]["labels"].is_object() {
        job["metadata"]["labels"] = template["metadata"]["labels"].clone();
    }
    job
}

/// The specification of a Job with one container that bears the Job's name.
pub(super) fn job_spec(name: &str, image: &str, command: &[String], restart_policy: &str) -> Value {
    let mut container = json!({"name": name, "image": image, "resources": {}});
    if !command.is_empty() {
        container["command"] = command.into();
    }
    let spec = json!({"containers": [container], "restartPolicy": restart_policy});
    json!({"template": {"metadata": {}, "spec": spec}})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_runs_its_command_once() {
        let spec = job_spec("pi", "perl", &["perl".to_owned(), "-v".to_owned()], "Never");
        let pod = &spec["template"]["spec"];
        assert_eq!(pod["restartPolicy"], "Never");
        assert_eq!(pod["containers"][0]["command"], json!(["perl", "-v"]));
        assert_eq!(pod["containers"][0]["name"], "pi");
    }
}
