//! `kubectl create namespace`.

use super::super::flag_sets::{DRY_RUN, OUTPUT, SAVE_CONFIG, VALIDATE, field_manager};
use super::{create, required_name};
use crate::apimachinery::builtin;
use crate::base::json;
use crate::kubectl::command::{Call, Command};
use crate::kubectl::errors::Outcome;
use crate::kubectl::flags::Flag;

/// The command.
pub(super) static COMMAND: Command = Command {
    name: "namespace",
    aliases: &["ns"],
    short: "Create a namespace with the specified name",
    usage: "NAME [--dry-run=server|client|none] [options]",
    flags: &[FLAGS, OUTPUT, DRY_RUN, VALIDATE, SAVE_CONFIG],
    run: |call| Box::pin(run(call)),
    ..Command::PLAIN
};

const FLAGS: &[Flag] = &[field_manager("kubectl-create")];

async fn run(call: &mut Call<'_>) -> Outcome {
    let name = required_name(call)?;
    let object = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}, "spec": {}, "status": {}});
    create(call, &builtin::NAMESPACE, object).await
}
