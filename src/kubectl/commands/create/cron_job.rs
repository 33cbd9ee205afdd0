//! `kubectl create cronjob`.

use super::super::flag_sets::{DRY_RUN, OUTPUT, SAVE_CONFIG, VALIDATE, field_manager};
use super::job::job_spec;
use super::{create, failed, one_name};
use crate::apimachinery::builtin;
use crate::base::json;
use crate::kubectl::command::{Call, Command};
use crate::kubectl::errors::Outcome;
use crate::kubectl::flags::Flag;

/// The command.
pub(super) static COMMAND: Command = Command {
    name: "cronjob",
    aliases: &["cj"],
    short: "Create a cron job with the specified name",
    usage: "NAME --image=image --schedule='0/5 * * * ?' -- [COMMAND] [args...] [flags] [options]",
    flags: &[FLAGS, OUTPUT, DRY_RUN, VALIDATE, SAVE_CONFIG],
    run: |call| Box::pin(run(call)),
    ..Command::PLAIN
};

const FLAGS: &[Flag] = &[
    Flag::text("image", "", "Image to run").required(),
    Flag::text("schedule", "", "When to run, in the five fields of cron").required(),
    Flag::text("restart", "", "The restart policy of the Pods: OnFailure or Never"),
    field_manager("kubectl-create"),
];

async fn run(call: &mut Call<'_>) -> Outcome {
    let name = one_name(call)?;
    let command = call.args[call.dash.unwrap_or(call.args.len())..].to_vec();
    let restart = match call.flags.text("restart") {
        "" => "OnFailure",
        policy => policy,
    };
    let spec = job_spec(&name, call.flags.text("image"), &command, restart);
    let object = json!({
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": {"name": name},
        "spec": {
            "schedule": call.flags.text("schedule"),
            "jobTemplate": {"metadata": {"name": name}, "spec": spec},
        },
        "status": {},
    });
    create(call, &builtin::CRON_JOB, object).await.map_err(|failure| failed(failure, "cronjob"))
}
