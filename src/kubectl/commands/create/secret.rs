//! `kubectl create secret generic`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, json};

use super::super::flag_sets::{DRY_RUN, OUTPUT, SAVE_CONFIG, VALIDATE, field_manager};
use super::config_map::{SOURCES, read_sources};
use super::{create, failed, one_name};
use crate::apimachinery::builtin;
use crate::kubectl::command::{Call, Command};
use crate::kubectl::errors::Outcome;
use crate::kubectl::flags::Flag;

/// The group.
pub(super) static COMMAND: Command = Command {
    name: "secret",
    short: "Create a secret using a specified subcommand",
    usage: "(generic) [options]",
    subcommands: &[&GENERIC],
    ..Command::PLAIN
};

static GENERIC: Command = Command {
    name: "generic",
    short: "Create a secret from a local file, directory, or literal value",
    usage: "NAME [--type=string] [--from-file=[key=]source] [--from-literal=key1=value1] [options]",
    flags: &[FLAGS, SOURCES, OUTPUT, DRY_RUN, VALIDATE, SAVE_CONFIG],
    run: |call| Box::pin(run(call)),
    ..Command::PLAIN
};

const FLAGS: &[Flag] = &[field_manager("kubectl-create"), Flag::text("type", "", "The type of the secret")];

async fn run(call: &mut Call<'_>) -> Outcome {
    let name = one_name(call)?;
    let mut object = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}});
    let mut data = Map::new();
    for (key, bytes) in read_sources(call)? {
        data.insert(key, STANDARD.encode(bytes).into());
    }
    if !data.is_empty() {
        object["data"] = data.into();
    }
    if call.flags.is_set("type") {
        object["type"] = call.flags.text("type").into();
    }
    create(call, &builtin::SECRET, object).await.map_err(|failure| failed(failure, "secret"))
}
