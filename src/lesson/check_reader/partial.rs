//! Partial objects: their tests, and whether a field that they name is one.

use regex::Regex;

use crate::apimachinery::{FieldType, Kind, Quantity, TypeSchema, object_meta_schema, schema_of};
use crate::base::{Value, nearest};

use super::super::diagnostic::Report;
use super::super::node::Node;

/// What the argument of a test is.
#[derive(Clone, Copy)]
enum Argument {
    /// A truth value.
    Flag,
    /// A value like the one in whose place the test stands.
    Same,
    /// A list of those.
    List,
    /// A number or a quantity.
    Amount,
    /// Text.
    Text,
    /// A regular expression.
    Pattern,
    /// A whole number, or a map of tests for one.
    Size,
    /// What the value must not contain, or all there may be.
    Partial,
    /// A partial object for the items of a list.
    Item,
}

/// How deep a field is looked for that stands in the wrong place.
const PLACE_DEPTH_MAX: usize = 5;

/// The tests that may stand in place of a value.
const TESTS: &[(&str, Argument)] = &[
    ("$exists", Argument::Flag),
    ("$equalTo", Argument::Same),
    ("$notEqualTo", Argument::Same),
    ("$oneOf", Argument::List),
    ("$noneOf", Argument::List),
    ("$atLeast", Argument::Amount),
    ("$atMost", Argument::Amount),
    ("$moreThan", Argument::Amount),
    ("$lessThan", Argument::Amount),
    ("$quantity", Argument::Amount),
    ("$contains", Argument::Text),
    ("$matches", Argument::Pattern),
    ("$image", Argument::Text),
    ("$base64", Argument::Text),
    ("$size", Argument::Size),
    ("$not", Argument::Partial),
    ("$exactly", Argument::Partial),
    ("$every", Argument::Item),
    ("$none", Argument::Item),
];

/// A partial object of a kind; reports tests and fields that do not exist, and values that a field never has.
pub(super) fn partial(node: Option<Node<'_>>, kind: &Kind, report: &mut Report) -> Value {
    let Some(node) = node else { return Value::Null };
    walk(&node, Shape::of_kind(kind), report);
    node.value.clone()
}

/// Holds a whole object to its kind: fields that do not exist, values of another type, and ones that are not listed.
pub(in super::super) fn whole_object(node: &Node<'_>, kind: &Kind, report: &mut Report) {
    walk(node, Shape::of_kind(kind), report);
}

/// What is known about the value at a place.
#[derive(Clone, Copy)]
enum Shape<'a> {
    Unknown,
    Message(&'static TypeSchema),
    Type(&'a FieldType),
    /// A custom resource, by its structural schema.
    Custom(&'a Value),
    /// A value in one.
    Structural(&'a Value),
}

impl<'a> Shape<'a> {
    fn of_kind(kind: &Kind) -> Self {
        match (schema_of(kind), kind.custom) {
            (Some(schema), _) => Self::Message(schema),
            (None, Some(custom)) if custom.schema.is_object() => Self::Custom(&custom.schema),
            _ => Self::Unknown,
        }
    }

    fn of(field: &'a FieldType) -> Self {
        match field {
            FieldType::Message(reference) => Self::Message(reference.schema()),
            FieldType::Any => Self::Unknown,
            other => Self::Type(other),
        }
    }

    fn item(self) -> Self {
        match self {
            Self::Type(FieldType::Array(item)) => Self::of(item),
            Self::Structural(schema) => schema.get("items").map_or(Self::Unknown, Self::Structural),
            _ => Self::Unknown,
        }
    }

    fn is_list(self) -> bool {
        match self {
            Self::Type(field) => matches!(field, FieldType::Array(_)),
            Self::Structural(schema) => schema["type"] == "array",
            _ => false,
        }
    }

    /// What stands under a key of a custom resource or in one; `None` where nothing does.
    fn structural_field(self, key: &str) -> Option<Self> {
        let (Self::Custom(schema) | Self::Structural(schema)) = self else { return Some(Self::Unknown) };
        match (self, key) {
            (Self::Custom(_), "apiVersion" | "kind") => return Some(Self::Unknown),
            (Self::Custom(_), "metadata") => {
                return Some(object_meta_schema().map_or(Self::Unknown, Self::Message));
            }
            _ => {}
        }
        let keeps = |word: &str| schema[word] == true;
        match (&schema["properties"][key], &schema["additionalProperties"]) {
            (Value::Null, Value::Null | Value::Bool(false)) => {
                let open =
                    keeps("x-kubernetes-preserve-unknown-fields") || keeps("x-kubernetes-embedded-resource");
                open.then_some(Self::Unknown)
            }
            (Value::Null, any @ Value::Object(_)) => Some(Self::Structural(any)),
            (Value::Null, _) => Some(Self::Unknown),
            (property, _) => Some(Self::Structural(property)),
        }
    }
}

fn walk(node: &Node<'_>, shape: Shape<'_>, report: &mut Report) {
    match node.value {
        Value::Array(_) => walk_list(node, shape, report),
        Value::Object(map) => {
            let tests = map.keys().filter(|key| key.starts_with('$')).count();
            if tests == 0 {
                walk_map(node, shape, report);
            } else if tests == map.len() {
                walk_tests(node, shape, report);
            } else {
                let message = "a test and a field cannot stand side by side";
                let hint = "put the fields under `$equalTo` of their own, or the test under a field";
                report.error(node.at(), message, Some(hint.to_owned()));
            }
        }
        value if is_remembered(value) => remembered_as_text(node, value, report),
        value => check_scalar(node, value, shape, report),
    }
}

/// Reports `snap.NAME` in the place of a value, where it is no more than a text.
fn remembered_as_text(node: &Node<'_>, value: &Value, report: &mut Report) {
    let name = value.as_str().unwrap_or_default();
    let hint = format!("write {{$equalTo: {name}}}, or {{$oneOf: {name}}} for one of several");
    let message = format!("{name} is a text here: a remembered value is the whole argument of a test");
    report.broken("unknown-snap", node.at(), message, Some(hint));
}

fn walk_list(node: &Node<'_>, shape: Shape<'_>, report: &mut Report) {
    let untyped = match shape {
        Shape::Unknown => true,
        Shape::Structural(schema) => schema.get("type").is_none(),
        _ => false,
    };
    if !untyped && !shape.is_list() {
        report.broken("wrong-type", node.at(), "there is no list at this place", None);
        return;
    }
    for item in node.items(report) {
        walk(&item, shape.item(), report);
    }
}

fn walk_map(node: &Node<'_>, shape: Shape<'_>, report: &mut Report) {
    if shape.is_list() {
        let hint = "begin each item with `- `".to_owned();
        return report.broken("wrong-type", node.at(), "a list stands at this place", Some(hint));
    }
    for (key, value) in node.entries() {
        let below = match shape {
            Shape::Unknown => Shape::Unknown,
            Shape::Type(FieldType::Map(value)) => Shape::of(value),
            Shape::Message(schema) => match schema.field(key) {
                Some(field) => Shape::of(&field.field_type),
                None => {
                    unknown_field(&value, key, schema, report);
                    Shape::Unknown
                }
            },
            Shape::Custom(_) | Shape::Structural(_) => match shape.structural_field(key) {
                Some(below) => below,
                None => {
                    undefined_field(&value, key, shape, report);
                    Shape::Unknown
                }
            },
            Shape::Type(_) => {
                let message = format!("there is nothing below this place called {key:?}: it holds one value");
                report.broken("unknown-field", value.at(), message, None);
                return;
            }
        };
        walk(&value, below, report);
    }
}

fn unknown_field(node: &Node<'_>, key: &str, schema: &TypeSchema, report: &mut Report) {
    // A letter or two come near to anything.
    let near = (key.len() > 2).then(|| nearest(key, schema.fields.keys().copied())).flatten();
    let hint = match near {
        Some(name) => Some(format!("did you mean {name:?}?")),
        None => schema.way_to(key, PLACE_DEPTH_MAX).map(|path| format!("it may belong under {path:?}")),
    };
    report.broken("unknown-field", node.at(), format!("{} has no field {key:?}", schema.go_name()), hint);
}

/// A field that a CustomResourceDefinition does not have: it is dropped from every object.
fn undefined_field(node: &Node<'_>, key: &str, shape: Shape<'_>, report: &mut Report) {
    let (Shape::Custom(schema) | Shape::Structural(schema)) = shape else { return };
    let known = schema["properties"].as_object().into_iter().flatten().map(|(name, _)| name.as_str());
    let hint = nearest(key, known).map(|name| format!("did you mean {name:?}?"));
    report.broken("unknown-field", node.at(), format!("the definition has no field {key:?} here"), hint);
}

fn walk_tests(node: &Node<'_>, shape: Shape<'_>, report: &mut Report) {
    for (test, argument) in node.entries() {
        let Some((_, wanted)) = TESTS.iter().find(|(name, _)| *name == test) else {
            let hint = nearest(test, TESTS.iter().map(|(name, _)| *name));
            let hint = hint.map_or_else(
                || format!("tests: {}", TESTS.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")),
                |name| format!("did you mean {name:?}?"),
            );
            report.broken("unknown-test", argument.at(), format!("unknown test {test:?}"), Some(hint));
            continue;
        };
        if !is_remembered(argument.value) {
            check_argument(&argument, *wanted, shape, report);
        }
    }
}

fn check_argument(argument: &Node<'_>, wanted: Argument, shape: Shape<'_>, report: &mut Report) {
    let value = argument.value;
    let complaint = match wanted {
        Argument::Flag => (!value.is_boolean()).then_some("true or false was expected here"),
        Argument::Same => {
            check_scalar(argument, value, shape, report);
            None
        }
        Argument::List => {
            let list = value.as_array();
            for item in list.into_iter().flatten() {
                if is_remembered(item) {
                    remembered_as_text(argument, item, report);
                } else {
                    check_scalar(argument, item, shape, report);
                }
            }
            list.is_none().then_some("a list, or snap.NAME, was expected here")
        }
        Argument::Amount => {
            Quantity::from_value(value).is_none().then_some("a number or a quantity was expected here")
        }
        Argument::Text => (!value.is_string()).then_some("a text was expected here"),
        Argument::Pattern => match value.as_str().map(Regex::new) {
            Some(Ok(_)) => None,
            Some(Err(error)) => {
                let last = error.to_string().lines().last().unwrap_or_default().to_owned();
                report.error(argument.at(), format!("not a regular expression: {last}"), None);
                None
            }
            None => Some("a regular expression was expected here"),
        },
        Argument::Size => {
            if value.is_object() {
                walk(argument, Shape::Unknown, report);
                None
            } else {
                (!value.is_u64()).then_some("a whole number was expected here")
            }
        }
        Argument::Partial => {
            walk(argument, shape, report);
            None
        }
        Argument::Item => {
            walk(argument, shape.item(), report);
            None
        }
    };
    if let Some(complaint) = complaint {
        report.error(argument.at(), complaint, None);
    }
}

/// Whether a value is written as a remembered one is.
pub(in super::super) fn is_remembered(value: &Value) -> bool {
    let name = value.as_str().and_then(|text| text.strip_prefix("snap."));
    name.is_some_and(|name| name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_'))
}

/// Reports a value that a field of this type never has: the expectation could never hold.
fn check_scalar(node: &Node<'_>, value: &Value, shape: Shape<'_>, report: &mut Report) {
    let field = match shape {
        Shape::Type(field) => field,
        Shape::Structural(schema) => return check_structural(node, value, schema, report),
        _ => return,
    };
    let (fits, wanted) = match field {
        FieldType::String | FieldType::Bytes | FieldType::Time | FieldType::MicroTime => {
            (value.is_string() || value.is_null(), "text; put it in quotes")
        }
        FieldType::Integer32 | FieldType::Integer64 => (value.is_i64() || value.is_null(), "a whole number"),
        FieldType::Number => (value.is_number() || value.is_null(), "a number"),
        FieldType::Boolean => (value.is_boolean() || value.is_null(), "true or false"),
        FieldType::IntOrString => {
            (value.is_i64() || value.is_string() || value.is_null(), "a number or a text")
        }
        FieldType::Quantity => {
            (Quantity::from_value(value).is_some() || value.is_null(), "a quantity such as 500m or 1Gi")
        }
        FieldType::Array(_) => (value.is_array() || value.is_null(), "a list"),
        FieldType::Map(_) => (value.is_object() || value.is_null(), "a map"),
        FieldType::Any | FieldType::Message(_) => return,
    };
    if !fits {
        never_has(node, value, wanted, report);
    }
}

/// The same of a field of a custom resource.
fn check_structural(node: &Node<'_>, value: &Value, schema: &Value, report: &mut Report) {
    let int_or_string = schema["x-kubernetes-int-or-string"] == true;
    let (fits, wanted) = match schema["type"].as_str() {
        _ if int_or_string => (value.is_i64() || value.is_string(), "a number or a text"),
        Some("string") => (value.is_string(), "text; put it in quotes"),
        Some("integer") => (value.is_i64(), "a whole number"),
        Some("number") => (value.is_number(), "a number"),
        Some("boolean") => (value.is_boolean(), "true or false"),
        Some("array") => (value.is_array(), "a list"),
        Some("object") => (value.is_object(), "fields"),
        _ => return,
    };
    let is_listed = schema["enum"].as_array().is_none_or(|values| values.contains(value));
    if !value.is_null() && !fits {
        never_has(node, value, wanted, report);
    } else if !value.is_null() && !is_listed {
        let message = format!("this field never has the value {value}");
        report.broken("unknown-value", node.at(), message, Some(format!("it has one of {}", schema["enum"])));
    }
}

fn never_has(node: &Node<'_>, value: &Value, wanted: &str, report: &mut Report) {
    let message = format!("this field never has the value {value}: it holds {wanted}");
    report.broken("wrong-type", node.at(), message, None);
}

/// Reports a field that a JSONPath names and the kind has not, as far as the path is plain.
pub(super) fn check_path(node: &Node<'_>, path: &str, kind: &Kind, report: &mut Report) {
    let mut shape = Shape::of_kind(kind);
    let path = path.trim().trim_start_matches('{').trim_end_matches('}').trim_start_matches('$');
    for segment in path.split('.').filter(|segment| !segment.is_empty()) {
        let (name, index) = segment.split_once('[').unwrap_or((segment, ""));
        let plain = |character: char| character.is_ascii_alphanumeric();
        let simple = index.is_empty()
            || matches!(index.trim_end_matches(']'), "*")
            || index.starts_with(|first: char| first.is_ascii_digit());
        if name.is_empty() || !name.chars().all(plain) || !simple {
            return;
        }
        shape = match shape {
            Shape::Message(schema) => match schema.field(name) {
                Some(field) => Shape::of(&field.field_type),
                None => return unknown_field(node, name, schema, report),
            },
            Shape::Type(FieldType::Map(value)) => Shape::of(value),
            Shape::Custom(_) | Shape::Structural(_) => match shape.structural_field(name) {
                Some(below) => below,
                None => return undefined_field(node, name, shape, report),
            },
            _ => return,
        };
        if !index.is_empty() {
            shape = shape.item();
        }
    }
}
