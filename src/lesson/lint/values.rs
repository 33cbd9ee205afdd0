//! Values in a match that a field can have: enumerations, states, and quantities as they are stored.

use super::super::diagnostic::Report;
use super::super::node::Node;
use crate::apimachinery::{FieldType, KINDS, Kind, Quantity, TypeSchema, schema_enum_values, schema_of};
use crate::base::{Value, is_typo, nearest};

/// Tests whose argument is a value like the one in whose place the test stands.
const VALUE_TESTS: &[&str] = &["$equalTo", "$notEqualTo", "$oneOf", "$noneOf"];

/// Tests whose argument is a partial object for the same place, or for the items of a list.
const PARTIAL_TESTS: &[&str] = &["$not", "$exactly"];
const ITEM_TESTS: &[&str] = &["$every", "$none"];

/// Reasons why a container waits.
const WAITING: &[&str] = &[
    "ContainerCreating",
    "PodInitializing",
    "CrashLoopBackOff",
    "ErrImagePull",
    "ImagePullBackOff",
    "ErrImageNeverPull",
    "InvalidImageName",
    "CreateContainerConfigError",
    "CreateContainerError",
    "RunContainerError",
    "PreStartHookError",
    "PostStartHookError",
    "ImageInspectError",
    "RegistryUnavailable",
];

/// Reasons why a container ended.
const TERMINATED: &[&str] = &[
    "Completed",
    "Error",
    "OOMKilled",
    "ContainerCannotRun",
    "StartError",
    "DeadlineExceeded",
    "Evicted",
    "ContainerStatusUnknown",
];

/// What a place in an object holds.
#[derive(Clone, Copy)]
struct Place<'a> {
    /// The message that has the field.
    owner: &'static TypeSchema,
    name: &'a str,
    field: &'static FieldType,
}

/// Looks at every value of a partial object of a kind.
pub(super) fn lint(node: &Node<'_>, kind: Option<&'static Kind>, report: &mut Report) {
    // Custom resources are held to their definition where the check is read.
    if let Some(schema) = kind.and_then(schema_of) {
        message(node, schema, report);
    }
}

/// Looks at a text with which a rule compares the field at a plain path, such as `.status.phase`.
pub(super) fn in_rule(
    node: &Node<'_>,
    kind: Option<&'static Kind>,
    path: &str,
    text: &str,
    report: &mut Report,
) {
    let mut owner = kind.and_then(schema_of);
    let mut parts = path.split('.').filter(|part| !part.is_empty()).peekable();
    while let (Some(schema), Some(part)) = (owner, parts.next()) {
        let (name, index) = part.split_once('[').unwrap_or((part, ""));
        let Some(field) = schema.field(name) else { return };
        let field_type: &'static FieldType = match (&field.field_type, index.is_empty()) {
            (FieldType::Array(item), false) => item,
            (other, _) => other,
        };
        if parts.peek().is_none() {
            return scalar(
                node,
                &Value::from(text),
                Place { owner: schema, name, field: field_type },
                report,
            );
        }
        owner = field_type.message();
    }
}

fn message(node: &Node<'_>, schema: &'static TypeSchema, report: &mut Report) {
    for (key, value) in node.entries() {
        if PARTIAL_TESTS.contains(&key) {
            message(&value, schema, report);
        } else if let Some(field) = schema.field(key) {
            at_place(&value, Place { owner: schema, name: key, field: &field.field_type }, report);
        }
    }
}

fn at_place(node: &Node<'_>, place: Place<'_>, report: &mut Report) {
    let Place { field, .. } = place;
    if let Value::Object(map) = node.value
        && map.keys().any(|key| key.starts_with('$'))
    {
        return tests(node, place, report);
    }
    match field {
        FieldType::Message(_) if !node.value.is_object() && !node.value.is_null() => {
            let text = format!("{} holds fields, and here is {}", place.name, node.value);
            report.broken("wrong-type", node.at(), text, None);
        }
        FieldType::Message(reference) => message(node, reference.schema(), report),
        FieldType::Array(item) => {
            if node.value.is_array() {
                for value in node.items(&mut Report::new("")) {
                    at_place(&value, Place { field: item, ..place }, report);
                }
            }
        }
        FieldType::Map(value) => {
            // An amount is one of what its key names.
            let of_amounts = matches!(**value, FieldType::Quantity);
            for (key, entry) in node.entries() {
                let name = if of_amounts { key } else { place.name };
                at_place(&entry, Place { field: value, name, ..place }, report);
            }
        }
        _ => scalar(node, node.value, place, report),
    }
}

fn tests(node: &Node<'_>, place: Place<'_>, report: &mut Report) {
    for (test, argument) in node.entries() {
        let remembered = argument.value.as_str().is_some_and(|text| text.starts_with("snap."));
        if remembered {
            continue;
        }
        if VALUE_TESTS.contains(&test) {
            match argument.value {
                Value::Array(_) => {
                    for value in argument.items(&mut Report::new("")) {
                        scalar(&value, value.value, place, report);
                    }
                }
                value => scalar(&argument, value, place, report),
            }
        } else if PARTIAL_TESTS.contains(&test) {
            at_place(&argument, place, report);
        } else if let (true, FieldType::Array(item)) = (ITEM_TESTS.contains(&test), place.field) {
            at_place(&argument, Place { field: item, ..place }, report);
        }
    }
}

fn scalar(node: &Node<'_>, value: &Value, place: Place<'_>, report: &mut Report) {
    match (place.field, value) {
        (FieldType::String, Value::String(text)) => {
            let known = known_values(place);
            if !known.is_empty() && !known.contains(&text.as_str()) {
                complain(node, text, &known, place, report);
            } else if let Some(meant) = misspelt(text, place, report) {
                complain(node, text, &[meant], place, report);
            }
        }
        (FieldType::Quantity, _) => {
            let text = value.as_str().unwrap_or_default();
            let suffix = text.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == '.');
            if place.name == "cpu" && (suffix.ends_with('i') || matches!(suffix, "k" | "M" | "G")) {
                let message = format!("{text} of cpu are far more whole CPUs than any node has");
                let hint = "thousandths of a CPU are written with m: 500m".to_owned();
                report.broken("unknown-value", node.at(), message, Some(hint));
                return;
            }
            if let Some(quantity) = Quantity::from_value(value) {
                let stored = quantity.to_string();
                if value.as_str() != Some(stored.as_str()) {
                    let message =
                        format!("{} never has the value {value}: it is stored as {stored:?}", place.name);
                    let hint = format!("write {stored:?}, or compare by amount: {{$quantity: {value}}}");
                    report.broken("unknown-value", node.at(), message, Some(hint));
                }
            }
        }
        (FieldType::IntOrString, Value::String(text)) if text.parse::<i64>().is_ok() => {
            let message = format!("{} has the value {text} as a number where it is a number", place.name);
            report.broken("wrong-type", node.at(), message, Some("leave the quotes out".to_owned()));
        }
        _ => {}
    }
}

/// The values that a text can have; none where it can have any.
fn known_values(place: Place<'_>) -> Vec<&'static str> {
    let Place { owner, name, .. } = place;
    let listed = schema_enum_values(owner.name, name);
    if !listed.is_empty() {
        return listed;
    }
    match (owner.go_name(), name) {
        (owner, "status") if owner.ends_with("Condition") => vec!["True", "False", "Unknown"],
        ("ContainerStateWaiting", "reason") => WAITING.to_vec(),
        ("ContainerStateTerminated", "reason") => TERMINATED.to_vec(),
        ("Subject", "kind") => vec!["User", "Group", "ServiceAccount"],
        ("RoleRef", "kind") => vec!["Role", "ClusterRole"],
        _ => Vec::new(),
    }
}

/// Types of conditions that the cluster's own controllers write; others may write more.
const CONDITIONS: &[(&str, &[&str])] = &[
    ("PodCondition", &["PodScheduled", "Initialized", "ContainersReady", "Ready", "DisruptionTarget"]),
    ("DeploymentCondition", &["Available", "Progressing", "ReplicaFailure"]),
    ("ReplicaSetCondition", &["ReplicaFailure"]),
    ("JobCondition", &["Complete", "Failed", "Suspended", "FailureTarget", "SuccessCriteriaMet"]),
    ("NodeCondition", &["Ready", "MemoryPressure", "DiskPressure", "PIDPressure", "NetworkUnavailable"]),
    ("HorizontalPodAutoscalerCondition", &["AbleToScale", "ScalingActive", "ScalingLimited"]),
];

/// References that name a kind.
const REFERENCES: &[&str] = &[
    "OwnerReference",
    "ObjectReference",
    "CrossVersionObjectReference",
    "TypedLocalObjectReference",
    "TypedObjectReference",
];

/// The word that was meant where others are possible: a letter or two off, or in other capitals.
fn misspelt(text: &str, place: Place<'_>, report: &Report) -> Option<&'static str> {
    let Place { owner, name, .. } = place;
    let known: Vec<&'static str> = match (owner.go_name(), name) {
        (owner, "type") => {
            CONDITIONS.iter().find(|(name, _)| *name == owner).map(|(_, types)| types.to_vec())?
        }
        (owner, "kind") if REFERENCES.contains(&owner) => {
            KINDS.iter().chain(report.custom_kinds()).map(|kind| kind.kind).collect()
        }
        _ => return None,
    };
    let off = |word: &&&str| word.eq_ignore_ascii_case(text) || is_typo(word, text);
    if known.contains(&text) { None } else { known.iter().find(off).copied() }
}

fn complain(node: &Node<'_>, text: &str, known: &[&'static str], place: Place<'_>, report: &mut Report) {
    let Place { owner, name, .. } = place;
    let hint = match nearest(text, known.iter().copied()) {
        Some(value) => format!("did you mean {value:?}?"),
        None => format!("it is one of {}", known.join(", ")),
    };
    let message = format!("{}.{name} never has the value {text:?}", owner.go_name());
    report.broken("unknown-value", node.at(), message, Some(hint));
}
