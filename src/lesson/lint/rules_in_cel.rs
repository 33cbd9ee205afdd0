//! Rules in the Common Expression Language: whether they say anything, and whether what they name is remembered.

use std::sync::LazyLock;

use regex::Regex;

use super::super::diagnostic::Report;
use super::super::node::Node;
use super::values;
use crate::apimachinery::{CelProgram, CelValue, FieldType, Kind, TypeSchema, cel_from_json, schema_of};
use crate::base::{Map, Number, Position, Value, json, nearest};

/// How deep made-up objects go, and those whose lists have many items.
const DEPTH_MAX: usize = 7;
const DEPTH_MAX_OF_MANY: usize = 5;

/// Answers of a rule in made-up worlds from which on they say something.
const ANSWERS_MIN: usize = 4;

/// A name that a rule may use, and what is behind it.
struct Variable {
    name: String,
    kind: Option<&'static Kind>,
    is_list: bool,
    /// What the one object is called.
    called: Option<String>,
}

/// `snap.NAME` in a rule.
static SNAP: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\bsnap\.([A-Za-z_][A-Za-z0-9_]*)").ok());

/// Looks at the rule of an expectation.
pub(super) fn lint(
    cel: &Node<'_>,
    expectation: &Node<'_>,
    remembered: Option<&[String]>,
    in_trial: bool,
    report: &mut Report,
) {
    let Some(source) = cel.value.as_str() else { return };
    for name in SNAP.iter().flat_map(|pattern| pattern.captures_iter(source)).filter_map(|found| found.get(1))
    {
        snap_name(name.as_str(), remembered, in_trial, cel.at(), report);
    }
    // One that is no expression was told where it was read.
    let Ok(program) = CelProgram::parse(source) else { return };
    let variables = variables(expectation.value, report);
    let named: Vec<&str> = variables
        .iter()
        .map(|variable| variable.name.as_str())
        .chain(["snap"])
        .filter(|name| program.names(name))
        .collect();
    let hint = Some("say what must be so of the objects that the expectation names".to_owned());
    let results: Vec<bool> =
        samples(source).iter().filter_map(|sample| holds(&program, &variables, sample)).collect();
    if named.is_empty() {
        match results.first() {
            Some(true) => {
                report.broken(
                    "cannot-fail",
                    cel.at(),
                    "this cannot fail: the rule names nothing of the cluster",
                    hint,
                );
            }
            Some(false) => {
                report.broken(
                    "cannot-hold",
                    cel.at(),
                    "this cannot hold: the rule names nothing of the cluster",
                    hint,
                );
            }
            None => {}
        }
    } else if (results.len() >= ANSWERS_MIN && results.iter().all(|result| *result))
        || is_excluded_middle(source)
    {
        let message = "this cannot fail: the rule is true of whatever objects there are";
        report.broken("cannot-fail", cel.at(), message, hint);
    }
    with_itself(cel, source, report);
    values_in_rule(cel, source, &variables, report);
}

/// Two plain paths with a comparison between them.
static COMPARED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let path = r"([A-Za-z_][\w.]*\.[\w.\[\]]+)";
    Regex::new(&format!(r"{path}\s*(==|!=|<=|>=|<|>)\s*{path}")).ok()
});

/// Comparisons of a field with itself.
fn with_itself(cel: &Node<'_>, source: &str, report: &mut Report) {
    for found in COMPARED.iter().flat_map(|pattern| pattern.captures_iter(source)) {
        if found.get(1).map(|one| one.as_str()) != found.get(3).map(|other| other.as_str()) {
            continue;
        }
        let always = found.get(2).is_some_and(|sign| matches!(sign.as_str(), "==" | "<=" | ">="));
        let (rule, what) = if always { ("cannot-fail", "fail") } else { ("cannot-hold", "hold") };
        let message = format!("this cannot {what}: `{}` compares a field with itself", &found[0]);
        report.broken(
            rule,
            cel.at(),
            message,
            Some("compare it with a remembered value, `snap.NAME`".to_owned()),
        );
    }
}

/// A plain path that begins with the name of an object, and the text that it is compared with.
static WITH_TEXT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"\b([A-Za-z_]\w*)((?:\.\w+(?:\[\d+\])?)+)\s*(==|!=)\s*(?:"([^"]*)"|'([^']*)')"#).ok()
});

/// Texts that a field never has.
fn values_in_rule(cel: &Node<'_>, source: &str, variables: &[Variable], report: &mut Report) {
    for found in WITH_TEXT.iter().flat_map(|pattern| pattern.captures_iter(source)) {
        let Some(variable) = variables.iter().find(|one| !one.is_list && one.name == found[1]) else {
            continue;
        };
        let Some(text) = found.get(4).or(found.get(5)).map(|text| text.as_str()) else { continue };
        let path = &found[2];
        match &variable.called {
            Some(called) if path == ".metadata.name" && called != text => {
                let message = format!("{} is called {called:?}, never {text:?}", variable.name);
                report.broken("unknown-value", cel.at(), message, None);
            }
            _ => values::in_rule(cel, variable.kind, path, text, report),
        }
    }
}

/// Reports a name that the step does not remember.
pub(super) fn snap_name(
    name: &str,
    remembered: Option<&[String]>,
    in_trial: bool,
    at: Position,
    report: &mut Report,
) {
    let Some(remembered) = remembered else { return };
    if remembered.iter().any(|known| known == name) || (in_trial && name == "deleted") {
        return;
    }
    let hint = match nearest(name, remembered.iter().map(String::as_str)) {
        Some(name) => format!("did you mean snap.{name}?"),
        None => "write a block `yaml snap` that says where it is read".to_owned(),
    };
    report.broken("unknown-snap", at, format!("the step remembers no {name:?}"), Some(hint));
}

/// `A || !A`, at the top of a rule.
fn is_excluded_middle(source: &str) -> bool {
    let plain = |text: &str| text.replace([' ', '(', ')'], "");
    let terms: Vec<String> = source.split("||").map(plain).collect();
    terms.iter().any(|term| term == "true" || terms.contains(&format!("!{term}")))
}

/// The kind behind each name that a rule may use, and whether it is a list.
fn variables(expectation: &Value, report: &Report) -> Vec<Variable> {
    let of = |name: &str, value: &Value| {
        let selected = value["select"].as_str();
        let named = value["object"].as_str().and_then(|text| text.split_once('/'));
        Variable {
            name: name.to_owned(),
            kind: selected.or(named.map(|(kind, _)| kind)).and_then(|kind| report.kind(kind)),
            is_list: selected.is_some(),
            called: named.map(|(_, name)| name.to_owned()),
        }
    };
    if let Some(with) = expectation["with"].as_object() {
        return with.iter().map(|(name, source)| of(name, source)).collect();
    }
    vec![of(if expectation["select"].is_string() { "objects" } else { "object" }, expectation)]
}

/// A made-up world: what its numbers, texts and flags are, and how much of it there is.
#[derive(Clone)]
struct Sample {
    number: i64,
    text: String,
    flag: bool,
    depth: usize,
    /// How many items lists have.
    items: usize,
}

/// Most items of a list of a made-up world.
const ITEMS_MAX: i64 = 12;

/// Most made-up worlds that a rule is tried on.
const SAMPLES_MAX: usize = 40;

/// Worlds to try a rule on: bare ones, full ones, and ones that hold the very values that it names.
fn samples(source: &str) -> Vec<Sample> {
    let sample = |number: i64, text: &str, depth: usize| Sample {
        number,
        text: text.to_owned(),
        flag: number % 2 == 0,
        depth,
        items: 1,
    };
    let mut samples = vec![sample(0, "", 0), sample(0, "", 1), sample(1, "x", 2), sample(0, "", DEPTH_MAX)];
    samples.extend([0, 2].map(|items| Sample { items, ..sample(1, "x", DEPTH_MAX_OF_MANY) }));
    samples.push(sample(7, "y", DEPTH_MAX));
    samples.push(sample(2_000_000, "z", DEPTH_MAX));
    for found in LITERAL.iter().flat_map(|pattern| pattern.captures_iter(source)) {
        if let Some(number) = found.get(1).and_then(|number| number.as_str().parse::<i64>().ok()) {
            // Numbers that people set are hardly ever below zero.
            let around = [number.saturating_sub(1).max(0), number, number.saturating_add(1)];
            samples.extend(around.map(|number| sample(number, "x", DEPTH_MAX)));
            let counts = around.into_iter().filter(|number| *number <= ITEMS_MAX);
            let items = counts.filter_map(|number| usize::try_from(number).ok());
            samples.extend(items.map(|items| Sample { items, ..sample(1, "x", DEPTH_MAX_OF_MANY) }));
        }
        if let Some(text) = found.get(2).or(found.get(3)) {
            samples.push(sample(2, text.as_str(), DEPTH_MAX));
        }
    }
    samples.truncate(SAMPLES_MAX);
    samples
}

/// Numbers and texts in a rule.
static LITERAL: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"\b(\d+)\b|"([^"]*)"|'([^']*)'"#).ok());

/// What a rule says of a made-up world; `None` where it has no answer.
fn holds(program: &CelProgram, variables: &[Variable], sample: &Sample) -> Option<bool> {
    let values: Vec<(&str, CelValue)> = variables
        .iter()
        .map(|Variable { name, kind, is_list, called }| {
            let mut object = match kind.and_then(schema_of) {
                Some(schema) => made_up(schema, sample, sample.depth),
                None => json!({"metadata": {"name": sample.text}}),
            };
            if let Some(kind) = kind {
                be_stored(&mut object, kind);
            }
            if let Some(called) = called {
                object["metadata"]["name"] = called.as_str().into();
            }
            let items = json!(vec![object.clone(); sample.items]);
            (name.as_str(), cel_from_json(if *is_list { &items } else { &object }))
        })
        .collect();
    program.evaluate(&values).ok()?.to_json()?.as_bool()
}

/// Gives an object what every object of a cluster has, whoever made it.
fn be_stored(object: &mut Value, kind: &Kind) {
    object["apiVersion"] = kind.api_version().into();
    object["kind"] = kind.kind.into();
    let metadata = &mut object["metadata"];
    for (key, value) in [("name", "x"), ("uid", "u"), ("resourceVersion", "1")] {
        if metadata[key].as_str().is_none_or(str::is_empty) {
            metadata[key] = value.into();
        }
    }
    if kind.namespaced {
        metadata["namespace"] = "default".into();
    }
    metadata["creationTimestamp"] = "2026-01-01T00:00:00Z".into();
}

/// Fields that are never empty where they are: texts, and lists.
const NEVER_EMPTY: &[&str] = &["name", "image"];
const NEVER_EMPTY_LISTS: &[&str] = &["containers"];

/// An object of a type with every field set, down to a depth; below it, nothing is.
fn made_up(schema: &TypeSchema, sample: &Sample, depth: usize) -> Value {
    if depth == 0 {
        return json!({});
    }
    let fields = schema.fields.iter().map(|(name, field)| {
        let value = match (value_of(&field.field_type, sample, depth - 1), &field.field_type) {
            (Value::String(text), _) if text.is_empty() && NEVER_EMPTY.contains(name) => "x".into(),
            (Value::Array(items), FieldType::Array(item))
                if items.is_empty() && NEVER_EMPTY_LISTS.contains(name) =>
            {
                json!([value_of(item, sample, depth.max(2) - 1)])
            }
            (value, _) => value,
        };
        ((*name).to_owned(), value)
    });
    Value::Object(fields.collect::<Map>())
}

fn value_of(field: &FieldType, sample: &Sample, depth: usize) -> Value {
    match field {
        FieldType::Integer32 | FieldType::Integer64 | FieldType::IntOrString => sample.number.into(),
        FieldType::Number => Number::from(sample.number).into(),
        FieldType::Boolean => sample.flag.into(),
        FieldType::Message(reference) => made_up(reference.schema(), sample, depth),
        FieldType::Array(_) if depth == 0 => json!([]),
        FieldType::Array(item) => {
            // Lists within lists stay short: they would grow beyond all bounds.
            let within = Sample { items: sample.items.min(1), ..sample.clone() };
            json!(vec![value_of(item, &within, depth); sample.items])
        }
        FieldType::Map(_) if depth == 0 => json!({}),
        FieldType::Map(value) => json!({"x": value_of(value, sample, depth)}),
        FieldType::Any => json!({}),
        _ => sample.text.clone().into(),
    }
}
