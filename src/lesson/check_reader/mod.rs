//! Reads expectations and value sources from YAML blocks.

mod names;
mod partial;
mod probes;
mod rules;
#[cfg(test)]
mod tests;

use std::time::Duration;

use crate::apimachinery::{JsonPath, KINDS, Kind, LabelSelector};
use crate::base::{Map, Value, nearest};

use super::check_spec::{
    Expectation, Form, ObjectRef, Quantifier, Reading, Selection, ValueOrigin, ValueSource,
};
use super::diagnostic::Report;
use super::language::Text;
use super::node::Node;

use partial::{check_path, partial};

pub(super) use partial::{is_remembered, whole_object};
use rules::{Variable, rule};

/// How long a state can be asked to last.
const SETTLED_MAX: Duration = Duration::from_mins(5);

/// Kinds whose Pods can be restarted.
const RUNS_PODS: &[&str] =
    &["Pod", "Deployment", "ReplicaSet", "ReplicationController", "StatefulSet", "DaemonSet"];

/// The keys that say which form an expectation has, and the keys that may stand beside each.
const FORMS: &[(&str, &[&str])] = &[
    ("object", &["namespace", "contains", "settled", "cel"]),
    ("select", &["namespace", "where", "every", "any", "none", "count", "cel"]),
    ("with", &["cel"]),
    ("absent", &["namespace"]),
    ("either", &[]),
    ("http", &[]),
    ("requests", &[]),
    ("trial", &[]),
    ("answer", &[]),
    ("command", &[]),
];

/// The keys that every expectation may have.
const COMMON: &[&str] = &["that", "wait", "needs"];

/// How deep `either` may stand within `either`.
const DEPTH_MAX: usize = 4;

/// Reads a list of expectations; those of a mistake need no `that`.
pub(super) fn expectations(list: &Node<'_>, with_sentence: bool, report: &mut Report) -> Vec<Expectation> {
    nested(list, with_sentence, DEPTH_MAX, report)
}

fn nested(list: &Node<'_>, with_sentence: bool, depth: usize, report: &mut Report) -> Vec<Expectation> {
    list.items(report).iter().filter_map(|item| expectation(item, with_sentence, depth, report)).collect()
}

fn expectation(
    node: &Node<'_>,
    with_sentence: bool,
    depth: usize,
    report: &mut Report,
) -> Option<Expectation> {
    let (form, beside) = form_of(node, report)?;
    let known: Vec<&str> = COMMON.iter().chain(beside).copied().chain([form]).collect();
    node.allow(&known, report);
    let that = match node.get("that") {
        Some(that) => that.text(report)?,
        None if with_sentence => node.require("that", report)?.text(report)?,
        None => String::new(),
    };
    let main = node.get(form)?;
    let form = match form {
        "object" => match_form(node, &main, report)?,
        "select" => {
            let selection = selection(node, &main, report)?;
            let quantifier = quantifier(node, &selection, report)?;
            Form::Selection { selection, quantifier }
        }
        "with" => rule_form(node, &main, report)?,
        "absent" => Form::Absent(object_ref(&main, namespace(node, report), report)?),
        "either" if depth == 0 => {
            report.error(main.at(), "either stands too deep within either", None);
            return None;
        }
        "either" => Form::Either(nested(&main, false, depth - 1, report)),
        "http" => Form::Http(probes::http(&main, report)?),
        "requests" => probes::requests(&main, report)?,
        "trial" => Form::Trial(Box::new(probes::trial(&main, depth, report)?)),
        "answer" => Form::Answer(main.text(report)?),
        _ => Form::Command(command_words(&main, report)?),
    };
    let wait = node.get("wait").is_none_or(|wait| wait.flag(report));
    let needs = node.get("needs").is_some_and(|needs| needs.flag(report));
    Some(Expectation { that: Text::new(that), form, wait, needs, at: node.at() })
}

/// The one key that says the form, and what may stand beside it.
fn form_of(node: &Node<'_>, report: &mut Report) -> Option<(&'static str, &'static [&'static str])> {
    let names: Vec<&str> = FORMS.iter().map(|(form, _)| *form).collect();
    let every: Vec<&str> = COMMON
        .iter()
        .copied()
        .chain(FORMS.iter().flat_map(|(form, beside)| beside.iter().copied().chain([*form])))
        .collect();
    let present: Vec<_> = FORMS.iter().filter(|(form, _)| node.get(form).is_some()).collect();
    match present.as_slice() {
        [(form, beside)] => Some((form, beside)),
        [] => {
            let strange = |map: &Map| map.keys().any(|key| !every.contains(&key.as_str()));
            // A key that is misspelt is the form that is missed.
            if !node.allow(&every, report) || node.value.as_object().is_some_and(strange) {
                return None;
            }
            let hint = format!("one of {}", names.join(", "));
            report.error(node.at(), "an expectation has exactly one form", Some(hint));
            None
        }
        several => {
            let found: Vec<&str> = several.iter().map(|(form, _)| *form).collect();
            let message = format!("an expectation has exactly one form; here are {}", found.join(" and "));
            report.error(node.at(), message, Some("make an expectation of each".to_owned()));
            None
        }
    }
}

fn match_form(node: &Node<'_>, main: &Node<'_>, report: &mut Report) -> Option<Form> {
    let object = object_ref(main, namespace(node, report), report)?;
    let contains = partial(node.get("contains"), object.kind, report);
    let settled = node.get("settled").and_then(|settled| settled_for(&settled, object.kind, report));
    let variables = [Variable::object("object", object.kind)];
    let rule = node.get("cel").and_then(|cel| rule(&cel, &variables, true, report));
    Some(Form::Match { object, contains, settled, rule })
}

/// `settled: true`, or for how long: `settled: 30s`.
fn settled_for(node: &Node<'_>, kind: &Kind, report: &mut Report) -> Option<Duration> {
    let Some(text) = node.value.as_str() else { return node.flag(report).then_some(Duration::ZERO) };
    let lasts = text.parse::<jiff::SignedDuration>().ok().and_then(|lasts| Duration::try_from(lasts).ok());
    if lasts.is_none_or(|lasts| lasts.is_zero() || lasts > SETTLED_MAX) {
        let hint = "for example `settled: true`, `settled: 30s`, at most 5m";
        report.error(node.at(), "true, false or a time was expected here", Some(hint.to_owned()));
    } else if !RUNS_PODS.contains(&kind.kind) {
        let message = format!("a {} runs no Pods that could be restarted", kind.kind);
        report.error(node.at(), message, Some("`settled: true` asks that it has arrived".to_owned()));
    }
    lasts
}

fn rule_form(node: &Node<'_>, main: &Node<'_>, report: &mut Report) -> Option<Form> {
    let mut with = Vec::new();
    let mut variables = Vec::new();
    if !main.value.is_object() {
        let hint = "write {web: {object: deployment/web}}".to_owned();
        report.error(main.at(), "names and where they come from were expected here", Some(hint));
    }
    for (name, source) in main.entries() {
        source.allow(&["object", "select", "where", "namespace"], report);
        let origin = origin(&source, report)?;
        variables.push(Variable::of(name, &origin));
        with.push((name.to_owned(), origin));
    }
    let cel = node.require("cel", report)?;
    let rule = rule(&cel, &variables, true, report)?;
    Some(Form::Rule { with, rule })
}

/// The words of a command that must have been typed.
fn command_words(node: &Node<'_>, report: &mut Report) -> Option<Vec<String>> {
    let words: Vec<String> = node.text(report)?.split_whitespace().map(str::to_owned).collect();
    match words.as_slice() {
        [] => report.error(node.at(), "the check asks for no command", None),
        [tool] if matches!(tool.as_str(), "kubectl" | "k" | "minikube") => {
            let hint = Some("write the words that matter: `kubectl get pods`".to_owned());
            report.broken("cannot-fail", node.at(), format!("any command of {tool} would do"), hint);
        }
        _ => {}
    }
    Some(words)
}

fn namespace(node: &Node<'_>, report: &mut Report) -> Option<String> {
    let namespace = node.get("namespace")?;
    let name = namespace.text(report)?;
    names::of_namespace(&name, &namespace, report);
    Some(name)
}

fn object_ref(node: &Node<'_>, namespace: Option<String>, report: &mut Report) -> Option<ObjectRef> {
    let text = node.text(report)?;
    let Some((kind, name)) = text.split_once('/').filter(|(_, name)| !name.is_empty()) else {
        report.error(
            node.at(),
            format!("{text:?} is no kind/name"),
            Some("write deployment/first-app".to_owned()),
        );
        return None;
    };
    let kind = kind_of(kind, node, report)?;
    names::of_object(kind, name, node, report);
    Some(ObjectRef { kind, name: name.to_owned(), namespace })
}

fn kind_of(word: &str, node: &Node<'_>, report: &mut Report) -> Option<&'static Kind> {
    let kind = report.kind(word);
    if kind.is_none() {
        let known = KINDS.iter().chain(report.custom_kinds()).flat_map(|kind| [kind.singular, kind.plural]);
        let hint = match nearest(word, known) {
            Some(name) => format!("did you mean {name:?}?"),
            None => "a start state, file or solution of the chapter can hold its CustomResourceDefinition"
                .to_owned(),
        };
        report.broken("unknown-kind", node.at(), format!("there is no kind {word:?}"), Some(hint));
    }
    kind
}

fn selection(node: &Node<'_>, main: &Node<'_>, report: &mut Report) -> Option<Selection> {
    let kind = kind_of(&main.text(report)?, main, report)?;
    let mut selection = Selection {
        kind,
        namespace: namespace(node, report),
        labels: Vec::new(),
        selector: String::new(),
        owned_by: None,
        contains: Value::Null,
    };
    let Some(filter) = node.get("where") else { return Some(selection) };
    filter.allow(&["labels", "selector", "ownedBy", "contains"], report);
    if let Some(labels) = filter.get("labels") {
        for (key, value) in labels.entries() {
            selection.labels.push((key.to_owned(), value.text(report)?));
        }
    }
    if let Some(selector) = filter.get("selector") {
        selection.selector = selector.text(report)?;
        if let Err(error) = LabelSelector::parse(&selection.selector) {
            report.error(selector.at(), format!("not a label selector: {error}"), None);
        }
    }
    if let Some(owner) = filter.get("ownedBy") {
        selection.owned_by = Some(object_ref(&owner, selection.namespace.clone(), report)?);
    }
    selection.contains = partial(filter.get("contains"), kind, report);
    Some(selection)
}

fn quantifier(node: &Node<'_>, selection: &Selection, report: &mut Report) -> Option<Quantifier> {
    let mut found = Vec::new();
    let partial = |value, report: &mut Report| partial(Some(value), selection.kind, report);
    if let Some(value) = node.get("every") {
        found.push(Quantifier::Every(partial(value, report)));
    }
    if let Some(value) = node.get("any") {
        found.push(Quantifier::Any(partial(value, report)));
    }
    if let Some(value) = node.get("none") {
        found.push(Quantifier::None(partial(value, report)));
    }
    if let Some(value) = node.get("count") {
        found.push(count(&value, report)?);
    }
    if let Some(value) = node.get("cel") {
        let variables = [Variable::list("objects", selection.kind)];
        found.push(Quantifier::Rule(rule(&value, &variables, true, report)?));
    }
    if found.len() != 1 {
        report.error(node.at(), "a selection has exactly one of every, any, none, count, cel", None);
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
    if at_most.is_some_and(|at_most| at_most < at_least) {
        report.broken("cannot-hold", node.at(), "no number is that small and that large", None);
    }
    Some(Quantifier::Count { at_least, at_most })
}

/// Reads where a value comes from: `object` or `select`/`where`, and `path` or `cel`.
pub(super) fn value_source(node: &Node<'_>, report: &mut Report) -> Option<ValueSource> {
    node.allow(&["object", "select", "where", "namespace", "path", "cel"], report);
    let from = origin(node, report)?;
    if let Some(cel) = node.get("cel") {
        if node.get("path").is_some() {
            report.error(cel.at(), "a value is read either by path or by cel", None);
        }
        let name = if matches!(from, ValueOrigin::Object(_)) { "object" } else { "objects" };
        let read = Reading::Rule(rule(&cel, &[Variable::of(name, &from)], false, report)?);
        return Some(ValueSource { from, read });
    }
    let place = node.require("path", report)?;
    let path = place.text(report)?;
    let kind = match &from {
        ValueOrigin::Object(object) => object.kind,
        ValueOrigin::Selection(selection) => selection.kind,
    };
    match JsonPath::parse_relaxed(&path) {
        Ok(_) => check_path(&place, &path, kind, report),
        Err(error) => report.error(place.at(), format!("not a JSONPath: {error}"), None),
    }
    Some(ValueSource { from, read: Reading::Path(path) })
}

fn origin(node: &Node<'_>, report: &mut Report) -> Option<ValueOrigin> {
    match (node.get("object"), node.get("select")) {
        (Some(object), None) => {
            Some(ValueOrigin::Object(object_ref(&object, namespace(node, report), report)?))
        }
        (None, Some(select)) => Some(ValueOrigin::Selection(selection(node, &select, report)?)),
        _ => {
            report.error(node.at(), "a value comes from either object or select", None);
            None
        }
    }
}
