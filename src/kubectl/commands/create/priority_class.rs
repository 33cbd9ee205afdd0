//! `kubectl create priorityclass`.

use super::super::flag_sets::{DRY_RUN, OUTPUT, SAVE_CONFIG, VALIDATE, field_manager};
use super::{create, failed, one_name};
use crate::apimachinery::builtin;
use crate::base::json;
use crate::kubectl::command::{Call, Command};
use crate::kubectl::errors::Outcome;
use crate::kubectl::flags::Flag;

/// The command.
pub(super) static COMMAND: Command = Command {
    name: "priorityclass",
    aliases: &["pc"],
    short: "Create a priority class with the specified name",
    usage: "NAME --value=VALUE --global-default=BOOL [--dry-run=server|client|none] [options]",
    flags: &[FLAGS, OUTPUT, DRY_RUN, VALIDATE, SAVE_CONFIG],
    run: |call| Box::pin(run(call)),
    ..Command::PLAIN
};

const FLAGS: &[Flag] = &[
    Flag::int32("value", "0", "The value of this priority class"),
    Flag::switch("global-default", "Use the class for Pods that name none"),
    Flag::text("description", "", "When this class is meant to be used"),
    Flag::text(
        "preemption-policy",
        "PreemptLowerPriority",
        "Whether Pods of lower priority give way: PreemptLowerPriority or Never",
    ),
    field_manager("kubectl-create"),
];

async fn run(call: &mut Call<'_>) -> Outcome {
    let name = one_name(call)?;
    let mut object = json!({
        "apiVersion": "scheduling.k8s.io/v1",
        "kind": "PriorityClass",
        "metadata": {"name": name},
        "value": call.flags.int("value"),
        "preemptionPolicy": call.flags.text("preemption-policy"),
    });
    if call.flags.on("global-default") {
        object["globalDefault"] = true.into();
    }
    if !call.flags.text("description").is_empty() {
        object["description"] = call.flags.text("description").into();
    }
    let created = create(call, &builtin::PRIORITY_CLASS, object).await;
    created.map_err(|failure| failed(failure, "priorityclass"))
}
