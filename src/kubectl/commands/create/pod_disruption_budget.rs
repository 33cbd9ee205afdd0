//! `kubectl create poddisruptionbudget`.

use serde_json::{Value, json};

use super::super::flag_sets::{DRY_RUN, OUTPUT, SAVE_CONFIG, VALIDATE, field_manager};
use super::{create, failed, one_name};
use crate::apimachinery::builtin;
use crate::kubectl::command::{Call, Command};
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::flags::Flag;

/// The command.
pub(super) static COMMAND: Command = Command {
    name: "poddisruptionbudget",
    aliases: &["pdb"],
    short: "Create a pod disruption budget with the specified name",
    usage: "NAME --selector=SELECTOR --min-available=N [--dry-run=server|client|none] [options]",
    flags: &[FLAGS, OUTPUT, DRY_RUN, VALIDATE, SAVE_CONFIG],
    run: |call| Box::pin(run(call)),
    ..Command::PLAIN
};

const FLAGS: &[Flag] = &[
    Flag::text("min-available", "", "How many of the Pods, or which share, must stay available"),
    Flag::text("max-unavailable", "", "How many of the Pods, or which share, may be missing"),
    Flag::text("selector", "", "Label selector of the Pods; only equality is supported"),
    field_manager("kubectl-create"),
];

async fn run(call: &mut Call<'_>) -> Outcome {
    let name = one_name(call)?;
    let flags = &call.flags;
    let (least, most) = (flags.text("min-available"), flags.text("max-unavailable"));
    let refusal = if flags.text("selector").is_empty() {
        Some("a selector must be specified")
    } else if least.is_empty() && most.is_empty() {
        Some("one of min-available or max-unavailable must be specified")
    } else if !least.is_empty() && !most.is_empty() {
        Some("min-available and max-unavailable cannot be both specified")
    } else if !least.is_empty() && amount(least).is_none() {
        Some("invalid format specified for min-available")
    } else if !most.is_empty() && amount(most).is_none() {
        Some("invalid format specified for max-unavailable")
    } else {
        None
    };
    if let Some(refusal) = refusal {
        return Err(Failure::message(refusal));
    }
    let mut spec = json!({"selector": selector(flags.text("selector"))?});
    for (field, text) in [("minAvailable", least), ("maxUnavailable", most)] {
        if let Some(amount) = amount(text) {
            spec[field] = amount;
        }
    }
    let object = json!({
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": {"name": name},
        "spec": spec,
        "status": {"currentHealthy": 0, "desiredHealthy": 0, "disruptionsAllowed": 0, "expectedPods": 0},
    });
    let created = create(call, &builtin::POD_DISRUPTION_BUDGET, object).await;
    created.map_err(|failure| failed(failure, "poddisruptionbudgets"))
}

/// A whole number, or a percentage.
fn amount(text: &str) -> Option<Value> {
    let digits = text.strip_suffix('%').unwrap_or(text);
    let all_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    match text.ends_with('%') {
        true if all_digits => Some(text.into()),
        false if all_digits => digits.parse::<i32>().ok().map(Value::from),
        _ => None,
    }
}

/// The labels of `app=web,tier=front` (`metav1.ParseToLabelSelector` of what is but equalities).
fn selector(text: &str) -> Outcome<Value> {
    let mut labels = serde_json::Map::new();
    for pair in text.split(',') {
        let pair = pair.replace("==", "=");
        let Some((key, value)) = pair.split_once('=').filter(|(key, _)| !key.contains('!')) else {
            return Err(Failure::message(format!(
                "couldn't parse the selector string {text:?}: only equality is supported here; put other selectors into a file"
            )));
        };
        labels.insert(key.trim().to_owned(), value.trim().into());
    }
    Ok(json!({"matchLabels": labels}))
}
