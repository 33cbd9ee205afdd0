//! `kubectl set selector`.

use serde_json::{Map, Value};

use super::{change_each, targets};
use crate::kubectl::command::Call;
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::flags::Flag;

/// Flags of its own.
pub(super) const FLAGS: &[Flag] =
    &[Flag::text("resource-version", "", "Only change the object when this is its version")];

/// Replaces the selector of Services.
pub(super) async fn run(call: &mut Call<'_>) -> Outcome {
    // The last word is the selector, whatever it looks like.
    let (resources, pairs) = match call.args.split_last() {
        Some((selector, resources)) => (resources.to_vec(), vec![selector.clone()]),
        None => (Vec::new(), Vec::new()),
    };
    if resources.is_empty() {
        super::require_arguments_without(call)?;
    }
    let selector = selector_of(&pairs)?;
    let api = call.api().await?;
    let infos = targets(call, &api, &resources).await?;
    let version = call.flags.text("resource-version").to_owned();
    change_each(call, &api, &infos, "selector updated", |object| {
        if object["kind"] != "Service" {
            return Err(Failure::message("setting a selector is only supported for Services"));
        }
        if !version.is_empty() {
            object["metadata"]["resourceVersion"] = version.as_str().into();
        }
        object["spec"]["selector"] = selector.clone().into();
        Ok(())
    })
    .await
}

fn selector_of(pairs: &[String]) -> Outcome<Map<String, Value>> {
    let [text] = pairs else {
        return Err(Failure::message("one selector is required"));
    };
    text.split(',')
        .map(|pair| match pair.split_once('=') {
            Some((key, value)) if !key.is_empty() && !key.ends_with('!') => {
                Ok((key.to_owned(), value.trim_start_matches('=').into()))
            }
            _ => Err(Failure::message(format!("unable to convert {text:?} to a selector of equalities"))),
        })
        .collect()
}
