//! `kubectl set selector`.

use super::{change_each, targets};
use crate::apimachinery::LabelSelector;
use crate::base::Map;
use crate::kubectl::command::Call;
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::flags::Flag;
use crate::kubectl::printers::check_printing;

/// Flags of its own.
pub(super) const FLAGS: &[Flag] =
    &[Flag::text("resource-version", "", "Only change the object when this is its version")];

/// Replaces the selector of Services.
pub(super) async fn run(call: &mut Call<'_>) -> Outcome {
    check_printing(call)?;
    // The last word is the selector, whatever it looks like.
    let Some((text, resources)) = call.args.split_last() else {
        return Err(Failure::message("one selector is required"));
    };
    let (text, resources) = (text.clone(), resources.to_vec());
    if text.contains("!=") {
        return Err(Failure::message("\"!=\" is not a valid label selector operator"));
    }
    let parsed = LabelSelector::parse(&text).map_err(Failure::message)?;
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
        object["spec"]["selector"] = selector_of(&parsed)?.into();
        Ok(())
    })
    .await
}

fn selector_of(parsed: &LabelSelector) -> Outcome<Map> {
    let expressions = parsed.expressions();
    if !expressions.is_empty() {
        return Err(Failure::message(format!(
            "match expression [{}] not supported on this object",
            expressions.join(" ")
        )));
    }
    Ok(parsed.equalities().map(|(key, value)| (key.to_owned(), value.into())).collect())
}
