//! `kubectl create quota`.

use super::super::flag_sets::{DRY_RUN, OUTPUT, SAVE_CONFIG, VALIDATE, field_manager};
use super::{create, failed, required_name};
use crate::apimachinery::{Quantity, builtin};
use crate::base::{Map, json};
use crate::kubectl::command::{Call, Command};
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::flags::Flag;

/// The command.
pub(super) static COMMAND: Command = Command {
    name: "quota",
    aliases: &["resourcequota"],
    short: "Create a quota with the specified name",
    usage: "NAME [--hard=key1=value1,key2=value2] [--scopes=Scope1,Scope2] [--dry-run=server|client|none] [options]",
    flags: &[FLAGS, OUTPUT, DRY_RUN, VALIDATE, SAVE_CONFIG],
    run: |call| Box::pin(run(call)),
    ..Command::PLAIN
};

const FLAGS: &[Flag] = &[
    Flag::text("hard", "", "Pairs resource=amount that say how much there may be, separated by commas"),
    Flag::text("scopes", "", "Scopes of the quota, separated by commas"),
    field_manager("kubectl-create"),
];

async fn run(call: &mut Call<'_>) -> Outcome {
    let name = required_name(call)?;
    let mut spec = json!({});
    if !call.flags.text("hard").is_empty() {
        spec["hard"] = amounts(call.flags.text("hard"))?.into();
    }
    if !call.flags.text("scopes").is_empty() {
        let scopes: Vec<&str> = call.flags.text("scopes").split(',').collect();
        if scopes.contains(&"") {
            return Err(Failure::message("invalid resource quota scope \"\""));
        }
        spec["scopes"] = scopes.into();
    }
    let object = json!({
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": name},
        "spec": spec,
        "status": {},
    });
    create(call, &builtin::RESOURCE_QUOTA, object).await.map_err(|failure| failed(failure, "quota"))
}

fn amounts(pairs: &str) -> Outcome<Map> {
    let mut amounts = Map::new();
    for pair in pairs.split(',') {
        let parts: Vec<&str> = pair.split('=').collect();
        let [name, amount] = parts[..] else {
            let text = format!("Invalid argument syntax {pair}, expected <resource>=<value>");
            return Err(Failure::message(text));
        };
        let quantity = Quantity::parse(amount).map_err(Failure::message)?;
        amounts.insert(name.to_owned(), quantity.to_string().into());
    }
    Ok(amounts)
}
