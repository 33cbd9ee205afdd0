//! `kubectl create serviceaccount`.

use super::super::flag_sets::{DRY_RUN, OUTPUT, SAVE_CONFIG, VALIDATE, field_manager};
use super::{create, failed, required_name};
use crate::apimachinery::builtin;
use crate::base::json;
use crate::kubectl::command::{Call, Command};
use crate::kubectl::errors::Outcome;
use crate::kubectl::flags::Flag;

/// The command.
pub(super) static COMMAND: Command = Command {
    name: "serviceaccount",
    aliases: &["sa"],
    short: "Create a service account with the specified name",
    usage: "NAME [--dry-run=server|client|none] [options]",
    flags: &[FLAGS, OUTPUT, DRY_RUN, VALIDATE, SAVE_CONFIG],
    run: |call| Box::pin(run(call)),
    ..Command::PLAIN
};

const FLAGS: &[Flag] = &[field_manager("kubectl-create")];

async fn run(call: &mut Call<'_>) -> Outcome {
    let name = required_name(call)?;
    let object = json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name}});
    create(call, &builtin::SERVICE_ACCOUNT, object).await.map_err(|failure| failed(failure, "serviceaccount"))
}
