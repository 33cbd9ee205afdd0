//! `kubectl wait`.

use std::time::Duration;

use super::flag_sets::{ALL, ALL_NAMESPACES, DEEP_FILES, OUTPUT, SELECTORS};
use crate::apimachinery::JsonPath;
use crate::base::Value;
use crate::kubectl::api::Api;
use crate::kubectl::command::{Arguments, Call, Command};
use crate::kubectl::discovery::Resource;
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::flags::Flag;
use crate::kubectl::printers::format_of;
use crate::kubectl::resource_args::{Found, NO_NAME, Wanted, locate, or_namespace, require_arguments};
use crate::kubectl::watch::until;

/// The command.
pub(super) static COMMAND: Command = Command {
    name: "wait",
    short: "Wait for a specific condition on one or many resources",
    usage: "([-f FILENAME] | resource.group/resource.name | resource.group [(-l label | --all)]) [--for=create|--for=delete|--for condition=available|--for=jsonpath='{}'[=value]] [options]",
    flags: &[FLAGS, DEEP_FILES, OUTPUT, SELECTORS, ALL, ALL_NAMESPACES],
    arguments: Arguments::ObjectsAtPrompt,
    run: |call| Box::pin(run(call)),
    ..Command::PLAIN
};

const FLAGS: &[Flag] = &[
    Flag::array(
        "for",
        "What to wait for: create, delete, condition=NAME[=VALUE], jsonpath='{PATH}'[=VALUE]; may be repeated, then one after the other",
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

/// Between two looks at whether anything was created.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

async fn run(call: &mut Call<'_>) -> Outcome {
    let goals = call.flags.all("for").iter().map(|text| parse(text)).collect::<Outcome<Vec<_>>>()?;
    if goals.is_empty() {
        return Err(Failure::message("unrecognized condition: []"));
    }
    let seconds = call.flags.seconds("timeout");
    let limit =
        if seconds < 0.0 { Duration::from_secs(7 * 24 * 3600) } else { Duration::from_secs_f64(seconds) };
    require_arguments(call)?;
    let api = call.api().await?;
    let args = call.args.clone();
    let wanted = Wanted { selectors: true, names_beside_all: true, ..Wanted::default() };
    let mut found = locate(call, &api, &args, wanted).await?;
    let began = call.now();
    let for_end = goals.iter().any(|goal| matches!(goal, Goal::Delete));
    if found.is_empty() && goals.iter().any(|goal| matches!(goal, Goal::Create)) {
        let some = async {
            while found.is_empty() {
                crate::base::sleep(LOOK_AGAIN).await;
                found = locate(call, &api, &args, wanted).await?;
            }
            Ok(())
        };
        let late = || Err(Failure::message("timed out waiting for the condition"));
        crate::base::timeout(limit, some).await.unwrap_or_else(late)?;
    }
    if found.is_empty() {
        return if for_end { Ok(()) } else { Err(Failure::message("no matching resources found")) };
    }
    let format = format_of(call, false)?;
    // The time is for all objects and goals together.
    let left = |call: &Call<'_>| {
        let spent = Duration::try_from(call.now().duration_since(began)).unwrap_or_default();
        if limit.is_zero() { limit } else { limit.saturating_sub(spent).max(NO_TIME) }
    };
    let mut targets = Vec::new();
    for (resource, namespace, name, was_there) in found.into_iter().map(target) {
        if goals.iter().any(|goal| matches!(goal, Goal::Create)) {
            let limit = left(call);
            wait_for(&api, &resource, &namespace, &name, &Goal::Create, limit).await?;
        }
        targets.push((resource, namespace, name, was_there));
    }
    let mut failures = Vec::new();
    'targets: for (resource, namespace, name, was_there) in targets {
        if name.is_empty() {
            failures.push(Failure::message(NO_NAME));
            continue;
        }
        for goal in &goals {
            let limit = left(call);
            if limit == NO_TIME {
                // Nothing is asked any more, not even what would be answered at once.
                failures.push(timed_out(&resource, &name));
                continue 'targets;
            }
            match wait_for(&api, &resource, &namespace, &name, goal, limit).await {
                // Of what never was there nothing is said.
                Ok(Ended::Silently) if !was_there => {}
                Ok(Ended::Silently) => call.line(format!("{} condition met", resource.named(&name)))?,
                Ok(Ended::With(object)) => match (&format, object) {
                    (Some(format), Some(object)) => format.show(call, &object)?,
                    _ => call.line(format!("{} condition met", resource.named(&name)))?,
                },
                Err(failure) => {
                    failures.push(failure);
                    continue 'targets;
                }
            }
        }
    }
    Failure::many(failures)
}

/// Resource, namespace and name of what is waited for, and whether it was there.
fn target(found: Found) -> (Resource, String, String, bool) {
    match found {
        Found::Named(resource, namespace, name, _) => (resource, namespace, name, false),
        Found::Object(info) => (info.resource, info.namespace, info.name, true),
    }
}

/// What is left when the time is up; zero would mean to ask once.
const NO_TIME: Duration = Duration::from_nanos(1);

fn timed_out(resource: &Resource, name: &str) -> Failure {
    Failure::message(format!("timed out waiting for the condition on {}/{name}", resource.plural))
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
        return path_goal(path);
    }
    Err(Failure::message(format!("unrecognized condition: {text:?}")))
}

/// `{.status.phase}=Running`, or a path alone.
fn path_goal(text: &str) -> Outcome<Goal> {
    let parts = split_on_single_equals(text);
    let (template, value) = match parts.as_slice() {
        [template] => (template, None),
        [template, value] => (template, Some(value.trim_matches(['\'', '"']).to_owned())),
        _ => {
            return Err(Failure::message(
                "jsonpath wait format must be --for=jsonpath='{.status.readyReplicas}'=3 or --for=jsonpath='{.status.readyReplicas}'",
            ));
        }
    };
    if template.is_empty() {
        return Err(Failure::message("jsonpath expression cannot be empty"));
    }
    let path = JsonPath::parse_relaxed(template.trim_matches('\'')).map_err(Failure::message)?;
    if value.as_ref().is_some_and(String::is_empty) {
        return Err(Failure::message(
            "jsonpath wait has to have a value after equal sign, like --for=jsonpath='{.status.readyReplicas}'=3",
        ));
    }
    Ok(Goal::Path { path, value })
}

/// Parts between single equals signs; two of them belong to a filter.
fn split_on_single_equals(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let last = parts.len() - 1;
        match character {
            '=' if characters.next_if_eq(&'=').is_some() => parts[last].push_str("=="),
            '=' => parts.push(String::new()),
            other => parts[last].push(other),
        }
    }
    parts
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
        Ok(object) if is_reached(goal, Some(&object))? => {
            return Ok(Ended::With(Some(object)));
        }
        Err(failure) if failure.is_not_found() && matches!(goal, Goal::Delete) => return Ok(Ended::Silently),
        Err(failure) if !(failure.is_not_found() && missing_is_fine) => {
            return Err(or_namespace(api, resource, namespace, failure).await);
        }
        _ => {}
    }
    if limit.is_zero() && !matches!(goal, Goal::Create) {
        return Err(Failure::message(format!("condition not met for {}/{name}", resource.plural)));
    }
    // What goes meanwhile may come back.
    let reached = until(api, resource, namespace, name, |object| {
        Ok(is_reached(goal, object)?.then(|| Ended::With(object.cloned())))
    });
    crate::base::timeout(limit, reached).await.unwrap_or_else(|| {
        if matches!(goal, Goal::Create) {
            return Err(Failure::message("timed out waiting for the condition"));
        }
        Err(timed_out(resource, name))
    })
}

fn is_reached(goal: &Goal, object: Option<&Value>) -> Outcome<bool> {
    let Some(object) = object else { return Ok(matches!(goal, Goal::Delete)) };
    Ok(match goal {
        Goal::Delete => false,
        Goal::Create => true,
        Goal::Condition { name, status } => condition_is(object, name, status),
        Goal::Path { path, value } => match (path.find(object).unwrap_or_default().as_slice(), value) {
            ([], _) => false,
            ([found], None) => !found.is_null(),
            ([found], Some(_)) if found.is_object() || found.is_array() => {
                return Err(Failure::message(
                    "jsonpath leads to a nested object or list which is not supported",
                ));
            }
            ([found], Some(wanted)) => crate::apimachinery::go_text(found).trim() == wanted.trim(),
            _ => return Err(Failure::message("given jsonpath expression matches more than one value")),
        },
    })
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
    use crate::base::json;

    use super::*;

    #[test]
    fn goals_are_reached_by_what_the_object_says() {
        let pod =
            json!({"status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}});
        for (text, reached) in [
            ("condition=ready", true),
            ("condition=Ready=False", false),
            ("jsonpath='{.status.phase}'=Running", true),
            ("jsonpath={.status.conditions[?(@.type==\"Ready\")].status}=True", true),
            ("jsonpath={.status.phase}=Pending", false),
            ("jsonpath={.status.nope}", false),
            ("delete", false),
        ] {
            assert_eq!(is_reached(&parse(text).unwrap(), Some(&pod)).unwrap(), reached, "{text}");
        }
        assert!(is_reached(&Goal::Delete, None).unwrap());
        assert!(is_reached(&parse("jsonpath={.status}=x").unwrap(), Some(&pod)).is_err());
        assert!(parse("sunshine").is_err());
        assert!(parse("jsonpath={.a}=b=c").is_err());
        assert!(parse("jsonpath={.a}=").is_err());
    }
}
