//! Reads expectations and value sources from YAML blocks.

use serde_json::Value;

use crate::apimachinery::{JsonPath, KINDS, Kind, resolve_kind};
use crate::base::nearest;

use super::check_spec::{
    Expectation, Form, HttpProbe, ObjectRef, Quantifier, Selection, ValueOrigin, ValueSource,
};
use super::diagnostic::Report;
use super::language::Text;
use super::node::Node;

const EXPECTATION_KEYS: &[&str] = &[
    "that",
    "wait",
    "needs",
    "namespace",
    "object",
    "contains",
    "settled",
    "select",
    "where",
    "every",
    "any",
    "none",
    "count",
    "absent",
    "http",
    "answer",
    "command",
];

/// The keys that say which form an expectation has.
const FORMS: &[&str] = &["object", "select", "absent", "http", "answer", "command"];

/// The tests that may stand in place of a value.
const TESTS: &[&str] =
    &["$exists", "$oneOf", "$notEqualTo", "$equalTo", "$atLeast", "$atMost", "$contains", "$image"];

/// Reads a list of expectations; those of a mistake need no `that`.
pub(super) fn expectations(list: &Node<'_>, with_sentence: bool, report: &mut Report) -> Vec<Expectation> {
    list.items(report).iter().filter_map(|item| expectation(item, with_sentence, report)).collect()
}

fn expectation(node: &Node<'_>, with_sentence: bool, report: &mut Report) -> Option<Expectation> {
    if !node.allow(EXPECTATION_KEYS, report) {
        return None;
    }
    let that = match node.get("that") {
        Some(that) => that.text(report)?,
        None if with_sentence => node.require("that", report)?.text(report)?,
        None => String::new(),
    };
    let present: Vec<&str> = FORMS.iter().copied().filter(|form| node.get(form).is_some()).collect();
    let [form] = present.as_slice() else {
        report.error(
            node.at(),
            "an expectation has exactly one form",
            Some(format!("one of {}", FORMS.join(", "))),
        );
        return None;
    };
    let namespace = namespace(node, report);
    let main = node.get(form)?;
    let form = match *form {
        "object" => Form::Match {
            object: object_ref(&main, namespace, report)?,
            contains: partial(node.get("contains"), report),
            settled: node.get("settled").is_some_and(|settled| settled.flag(report)),
        },
        "select" => Form::Selection {
            selection: selection(node, &main, namespace, report)?,
            quantifier: quantifier(node, report)?,
        },
        "absent" => Form::Absent(object_ref(&main, namespace, report)?),
        "http" => Form::Http(http(&main, report)?),
        "answer" => Form::Answer(main.text(report)?),
        _ => Form::Command(main.text(report)?.split_whitespace().map(str::to_owned).collect()),
    };
    let wait = node.get("wait").is_none_or(|wait| wait.flag(report));
    let needs = node.get("needs").is_some_and(|needs| needs.flag(report));
    Some(Expectation { that: Text::new(that), form, wait, needs, at: node.at() })
}

fn namespace(node: &Node<'_>, report: &mut Report) -> Option<String> {
    node.get("namespace").and_then(|namespace| namespace.text(report))
}

fn object_ref(node: &Node<'_>, namespace: Option<String>, report: &mut Report) -> Option<ObjectRef> {
    let text = node.text(report)?;
    let Some((kind, name)) = text.split_once('/') else {
        report.error(
            node.at(),
            format!("{text:?} is no kind/name"),
            Some("write deployment/first-app".to_owned()),
        );
        return None;
    };
    Some(ObjectRef { kind: kind_of(kind, node, report)?, name: name.to_owned(), namespace })
}

fn kind_of(word: &str, node: &Node<'_>, report: &mut Report) -> Option<&'static Kind> {
    let kind = resolve_kind(word);
    if kind.is_none() {
        let hint = nearest(word, KINDS.iter().map(|kind| kind.singular));
        report.broken(
            "unknown-kind",
            node.at(),
            format!("there is no kind {word:?}"),
            hint.map(|name| format!("did you mean {name:?}?")),
        );
    }
    kind
}

fn selection(
    node: &Node<'_>,
    main: &Node<'_>,
    namespace: Option<String>,
    report: &mut Report,
) -> Option<Selection> {
    let kind = kind_of(&main.text(report)?, main, report)?;
    let mut selection =
        Selection { kind, namespace, labels: Vec::new(), owned_by: None, contains: Value::Null };
    let Some(filter) = node.get("where") else { return Some(selection) };
    filter.allow(&["labels", "ownedBy", "contains"], report);
    if let Some(labels) = filter.get("labels") {
        for (key, value) in labels.entries() {
            selection.labels.push((key.to_owned(), value.text(report)?));
        }
    }
    if let Some(owner) = filter.get("ownedBy") {
        selection.owned_by = Some(object_ref(&owner, selection.namespace.clone(), report)?);
    }
    selection.contains = partial(filter.get("contains"), report);
    Some(selection)
}

fn quantifier(node: &Node<'_>, report: &mut Report) -> Option<Quantifier> {
    let mut found = Vec::new();
    if let Some(value) = node.get("every") {
        found.push(Quantifier::Every(partial(Some(value), report)));
    }
    if let Some(value) = node.get("any") {
        found.push(Quantifier::Any(partial(Some(value), report)));
    }
    if let Some(value) = node.get("none") {
        found.push(Quantifier::None(partial(Some(value), report)));
    }
    if let Some(value) = node.get("count") {
        found.push(count(&value, report)?);
    }
    if found.len() != 1 {
        report.error(node.at(), "a selection has exactly one of every, any, none, count", None);
    }
    found.pop()
}

fn count(node: &Node<'_>, report: &mut Report) -> Option<Quantifier> {
    if node.value.is_number() {
        let exactly = node.number(report)?;
        return Some(Quantifier::Count { at_least: exactly, at_most: Some(exactly) });
    }
    node.allow(&["atLeast", "atMost"], report);
    let at_least = node.get("atLeast").and_then(|value| value.number(report)).unwrap_or(0);
    let at_most = node.get("atMost").and_then(|value| value.number(report));
    Some(Quantifier::Count { at_least, at_most })
}

fn http(node: &Node<'_>, report: &mut Report) -> Option<HttpProbe> {
    node.allow(&["service", "port", "path", "status", "contains"], report);
    let service = node.require("service", report)?.text(report)?;
    let port = node.require("port", report)?.text(report)?;
    let path = node.get("path").map_or(Some("/".to_owned()), |path| path.text(report))?;
    let status = node.get("status").map_or(Some(200), |status| status.number(report))?;
    let contains = node.get("contains").and_then(|contains| contains.text(report));
    let Ok(status) = u16::try_from(status) else {
        report.error(node.at(), "a status code has three digits", None);
        return None;
    };
    Some(HttpProbe { service, port, path, status, contains })
}

/// A partial object; reports tests that do not exist.
fn partial(node: Option<Node<'_>>, report: &mut Report) -> Value {
    let Some(node) = node else { return Value::Null };
    check_tests(&node, report);
    node.value.clone()
}

fn check_tests(node: &Node<'_>, report: &mut Report) {
    if node.value.is_array() {
        for item in node.items(report) {
            check_tests(&item, report);
        }
        return;
    }
    for (key, value) in node.entries() {
        if key.starts_with('$') && !TESTS.contains(&key) {
            let hint = nearest(key, TESTS.iter().copied()).map(|name| format!("did you mean {name:?}?"));
            report.broken("unknown-test", value.at(), format!("unknown test {key:?}"), hint);
        }
        check_tests(&value, report);
    }
}

/// Reads where a value comes from: `object` or `select`/`where`, and `path`.
pub(super) fn value_source(node: &Node<'_>, report: &mut Report) -> Option<ValueSource> {
    node.allow(&["object", "select", "where", "namespace", "path"], report);
    let place = node.require("path", report)?;
    let path = place.text(report)?;
    if let Err(error) = JsonPath::parse_relaxed(&path) {
        report.error(place.at(), format!("not a JSONPath: {error}"), None);
    }
    let namespace = namespace(node, report);
    let from = match (node.get("object"), node.get("select")) {
        (Some(object), None) => ValueOrigin::Object(object_ref(&object, namespace, report)?),
        (None, Some(select)) => ValueOrigin::Selection(selection(node, &select, namespace, report)?),
        _ => {
            report.error(node.at(), "a value comes from either object or select", None);
            return None;
        }
    };
    Some(ValueSource { from, path })
}
