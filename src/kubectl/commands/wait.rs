//! `kubectl wait`.

use std::time::Duration;

use serde_json::Value;

use super::flag_sets::{ALL, ALL_NAMESPACES, FILES, OUTPUT, SELECTORS};
use crate::apimachinery::JsonPath;
use crate::kubectl::api::Api;
use crate::kubectl::command::{Arguments, Call, Command};
use crate::kubectl::discovery::Resource;
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::flags::Flag;
use crate::kubectl::printers::format_of;
use crate::kubectl::resource_args::{Found, Wanted, locate, require_arguments};
use crate::kubectl::watch::until;

/// The command.
pub(super) static COMMAND: Command = Command {
    name: "wait",
    short: "Experimental: Wait for a specific condition on one or many resources",
    usage: "([-f FILENAME] | resource.group/resource.name | resource.group [(-l label | --all)]) [--for=create|--for=delete|--for condition=available|--for=jsonpath='{}'[=value]] [options]",
    flags: &[FLAGS, FILES, OUTPUT, SELECTORS, ALL, ALL_NAMESPACES],
    arguments: Arguments::Resources,
    run: |call| Box::pin(run(call)),
    ..Command::PLAIN
};

const FLAGS: &[Flag] = &[
    Flag::text(
        "for",
        "",
        "What to wait for: create, delete, condition=NAME[=VALUE], jsonpath='{PATH}'[=VALUE]",
    ),
    Flag::switch("local", "Accepted for compatibility; waiting needs the server"),
    Flag::duration("timeout", "30s", "How long to wait; zero checks once, negative means a week"),
];

/// What is waited for.
#[derive(Clone, Debug)]
enum Goal {
    Create,
    Delete,
    Condition { name: String, status: String },
    Path { path: JsonPath, value: Option<String> },
}

/// How waiting ended.
enum Ended {
    /// What was to go was not there to begin with, of which nothing is said.
    Silently,
    /// The goal was reached, by this object if it still exists.
    With(Option<Value>),
}

async fn run(call: &mut Call<'_>) -> Outcome {
    let goal = parse(call.flags.text("for"))?;
    let seconds = call.flags.seconds("timeout");
    let limit =
        if seconds < 0.0 { Duration::from_secs(7 * 24 * 3600) } else { Duration::from_secs_f64(seconds) };
    require_arguments(call)?;
    let api = call.api().await?;
    let args = call.args.clone();
    let found = locate(call, &api, &args, Wanted { selectors: true, types_alone: false }).await?;
    if found.is_empty() {
        return if matches!(goal, Goal::Delete) {
            Ok(())
        } else {
            Err(Failure::message("no matching resources found"))
        };
    }
    let format = format_of(call, false)?;
    let mut failures = Vec::new();
    for one in found {
        let was_there = matches!(one, Found::Object(_));
        let (resource, namespace, name) = match one {
            Found::Named(resource, namespace, name, _) => (resource, namespace, name),
            Found::Object(info) => (info.resource, info.namespace, info.name),
        };
        match wait_for(&api, &resource, &namespace, &name, &goal, limit).await {
            // Of what never was there nothing is said.
            Ok(Ended::Silently) if !was_there => {}
            Ok(Ended::Silently) => call.line(format!("{} condition met", resource.named(&name)))?,
            Ok(Ended::With(object)) => match (&format, object) {
                (Some(format), Some(object)) => {
                    format.show(call, &object)?;
                }
                _ => call.line(format!("{} condition met", resource.named(&name)))?,
            },
            Err(failure) => failures.push(failure),
        }
    }
    Failure::many(failures)
}

fn parse(text: &str) -> Outcome<Goal> {
    let lower = text.to_lowercase();
    if lower == "delete" {
        return Ok(Goal::Delete);
    }
    if lower == "create" {
        return Ok(Goal::Create);
    }
    if let Some(condition) = text.strip_prefix("condition=") {
        let (name, status) = condition.split_once('=').unwrap_or((condition, "true"));
        return Ok(Goal::Condition { name: name.to_owned(), status: status.to_owned() });
    }
    if let Some(path) = text.strip_prefix("jsonpath=") {
        let inner = path.trim_matches('\'');
        let end = inner.find('}').map_or(inner.len(), |end| end + 1);
        let (template, value) = inner.split_at(end);
        let value = value.strip_prefix('=').map(|value| value.trim_matches('\'').to_owned());
        let path = JsonPath::parse_relaxed(template).map_err(Failure::message)?;
        return Ok(Goal::Path { path, value });
    }
    Err(Failure::message(format!("unrecognized condition: {text:?}")))
}

async fn wait_for(
    api: &Api,
    resource: &Resource,
    namespace: &str,
    name: &str,
    goal: &Goal,
    limit: Duration,
) -> Outcome<Ended> {
    let missing_is_fine = matches!(goal, Goal::Delete | Goal::Create);
    match api.get(&resource.object(namespace, name)).await {
        Ok(object) if matches!(goal, Goal::Create) || is_reached(goal, Some(&object)) => {
            return Ok(Ended::With(Some(object)));
        }
        Err(failure) if failure.is_not_found() && matches!(goal, Goal::Delete) => return Ok(Ended::Silently),
        Err(failure) if !(failure.is_not_found() && missing_is_fine) => return Err(failure),
        _ => {}
    }
    if limit.is_zero() && !matches!(goal, Goal::Create) {
        return Err(Failure::message(format!("condition not met for {}/{name}", resource.plural)));
    }
    let reached = until(api, resource, namespace, name, |object| {
        if object.is_none() && !missing_is_fine {
            return Err(Failure::from(crate::apimachinery::Status::failure(
                404,
                "NotFound",
                format!("{} {name:?} not found", resource.group_resource()),
            )));
        }
        Ok(is_reached(goal, object).then(|| Ended::With(object.cloned())))
    });
    crate::base::timeout(limit, reached).await.unwrap_or_else(|| {
        if matches!(goal, Goal::Create) {
            return Err(Failure::message("timed out waiting for the condition"));
        }
        Err(Failure::message(format!("timed out waiting for the condition on {}/{name}", resource.plural)))
    })
}

fn is_reached(goal: &Goal, object: Option<&Value>) -> bool {
    let Some(object) = object else { return matches!(goal, Goal::Delete) };
    match goal {
        Goal::Delete => false,
        Goal::Create => true,
        Goal::Condition { name, status } => condition_is(object, name, status),
        Goal::Path { path, value } => {
            let found = path.find(object).unwrap_or_default();
            match value {
                None => found.first().is_some_and(|found| !found.is_null()),
                Some(wanted) => {
                    found.len() == 1 && crate::apimachinery::go_text(&found[0]).eq_ignore_ascii_case(wanted)
                }
            }
        }
    }
}

fn condition_is(object: &Value, name: &str, status: &str) -> bool {
    let generation = object["metadata"]["generation"].as_i64().unwrap_or_default();
    let observed = |value: &Value| value["observedGeneration"].as_i64().is_some_and(|seen| seen < generation);
    let conditions = object["status"]["conditions"].as_array().map(Vec::as_slice).unwrap_or_default();
    conditions
        .iter()
        .filter(|condition| condition["type"].as_str().is_some_and(|known| known.eq_ignore_ascii_case(name)))
        .any(|condition| {
            !observed(condition)
                && !observed(&object["status"])
                && condition["status"].as_str().is_some_and(|known| known.eq_ignore_ascii_case(status))
        })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn goals_are_reached_by_what_the_object_says() {
        let pod =
            json!({"status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}});
        for (text, reached) in [
            ("condition=ready", true),
            ("condition=Ready=False", false),
            ("jsonpath='{.status.phase}'=Running", true),
            ("jsonpath={.status.phase}=Pending", false),
            ("jsonpath={.status.nope}", false),
            ("delete", false),
        ] {
            assert_eq!(is_reached(&parse(text).unwrap(), Some(&pod)), reached, "{text}");
        }
        assert!(is_reached(&Goal::Delete, None));
        assert!(parse("sunshine").is_err());
    }
}
