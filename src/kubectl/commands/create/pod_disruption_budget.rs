//! `kubectl create poddisruptionbudget`.

use super::super::flag_sets::{DRY_RUN, OUTPUT, SAVE_CONFIG, VALIDATE, field_manager};
use super::{create, failed, required_name};
use crate::apimachinery::{LabelSelector, builtin};
use crate::base::{Map, Value, json};
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
    Flag::text("selector", "", "Label selector of the Pods"),
    field_manager("kubectl-create"),
];

async fn run(call: &mut Call<'_>) -> Outcome {
    let name = required_name(call)?;
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

/// What `app=web,tier in (a,b),!old` asks for, as an object (`metav1.ParseToLabelSelector`).
fn selector(text: &str) -> Outcome<Value> {
    LabelSelector::parse(text)
        .map_err(|why| Failure::message(format!("couldn't parse the selector string {text:?}: {why}")))?;
    let mut labels = Map::new();
    let mut expressions = Vec::new();
    for term in terms(text) {
        let expression = |key: &str, operator: &str, values: Vec<&str>| {
            let mut expression = json!({"key": key.trim(), "operator": operator});
            if !values.is_empty() {
                expression["values"] = values.into();
            }
            expression
        };
        if let Some((head, list)) = term.trim_end_matches(')').split_once('(') {
            let mut values: Vec<&str> = list.split(',').map(str::trim).collect();
            values.sort_unstable();
            let (key, word) = head.trim().rsplit_once(' ').unwrap_or((head, ""));
            let operator = if word == "notin" { "NotIn" } else { "In" };
            expressions.push(expression(key, operator, values));
        } else if let Some((key, value)) = term.split_once("!=") {
            expressions.push(expression(key, "NotIn", vec![value.trim()]));
        } else if let Some((key, value)) = term.split_once('=') {
            labels.insert(key.trim().to_owned(), value.trim_start_matches('=').trim().into());
        } else if let Some(key) = term.strip_prefix('!') {
            expressions.push(expression(key, "DoesNotExist", Vec::new()));
        } else {
            expressions.push(expression(term, "Exists", Vec::new()));
        }
    }
    let mut selector = json!({});
    if !labels.is_empty() {
        selector["matchLabels"] = labels.into();
    }
    if !expressions.is_empty() {
        selector["matchExpressions"] = expressions.into();
    }
    Ok(selector)
}

/// The terms of a selector: what stands between commas outside of parentheses.
fn terms(text: &str) -> Vec<&str> {
    let (mut terms, mut begin, mut depth) = (Vec::new(), 0, 0);
    for (index, character) in text.char_indices() {
        match character {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                terms.push(text[begin..index].trim());
                begin = index + 1;
            }
            _ => {}
        }
    }
    terms.push(text[begin..].trim());
    terms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selectors_become_objects() {
        assert_eq!(
            selector("app=web, tier in (b,a),env!=dev,!old,new").ok(),
            Some(json!({
                "matchLabels": {"app": "web"},
                "matchExpressions": [
                    {"key": "tier", "operator": "In", "values": ["a", "b"]},
                    {"key": "env", "operator": "NotIn", "values": ["dev"]},
                    {"key": "old", "operator": "DoesNotExist"},
                    {"key": "new", "operator": "Exists"},
                ],
            }))
        );
        assert!(selector("a in b").is_err());
    }
}
