//! Checks and mistakes: whether they can fail, whether they can hold, and whether what they name is remembered.

use regex::Regex;

use super::super::course::Chapter;
use super::super::diagnostic::Report;
use super::super::markdown::{Block, BlockKind, Page, Section};
use super::super::node::{Node, YamlBlock};
use super::alternatives;
use super::contradictions;
use super::rules_in_cel;
use super::section_of;
use super::told;
use super::values;
use crate::apimachinery::{Kind, Quantity};
use crate::base::{Position, Value};

/// Keys whose value is a partial object of the expectation's kind.
const PARTIALS: &[&str] = &["contains", "every", "any", "none"];

/// Keys that stand beside the form and change nothing of what is expected.
const ASIDE: &[&str] = &["that", "wait", "needs"];

/// Fields that every stored object has.
const EVERY_OBJECT_HAS: &[&str] = &["name", "uid", "resourceVersion", "creationTimestamp", "managedFields"];

/// Objects that every cluster has.
const ALWAYS_THERE: &[(&str, &str)] = &[
    ("Namespace", "default"),
    ("Namespace", "kube-system"),
    ("Service", "kubernetes"),
    ("ConfigMap", "kube-root-ca.crt"),
    ("ServiceAccount", "default"),
    ("Node", "minikube"),
    ("StorageClass", "standard"),
];

pub(super) fn lint(chapter: &Chapter, page: &Page, report: &mut Report) {
    for step in &chapter.steps {
        let Some(section) = section_of(page, step) else { continue };
        let remembered = remembered(section);
        let of_kind = |kind: BlockKind| section.blocks.iter().filter(move |block| block.kind == kind);
        let (mut checks, mut said) = (Vec::new(), Vec::new());
        for block in of_kind(BlockKind::Check) {
            in_block(block, |node| {
                let items = node.items(&mut Report::new(""));
                for item in &items {
                    Visitor { remembered: remembered.as_deref(), in_trial: false, report }.expectation(item);
                }
                contradictions::lint(&items, report);
                sentences(&items, &mut said, report);
                items.iter().for_each(|item| told::sentence(item, report));
                checks.extend(items.iter().map(|item| essence(item.value)));
            });
        }
        for (index, block) in of_kind(BlockKind::Mistake).enumerate() {
            in_block(block, |node| {
                let Some(when) = node.get("when") else { return };
                let items = when.items(&mut Report::new(""));
                for item in &items {
                    Visitor { remembered: remembered.as_deref(), in_trial: false, report }.expectation(item);
                }
                contradictions::lint(&items, report);
                if !items.is_empty() && items.iter().all(|item| checks.contains(&essence(item.value))) {
                    let message =
                        format!("mistake {} asks for nothing but what the checks ask for", index + 1);
                    let hint = "describe what only the mistake brings about".to_owned();
                    report.broken("mistake-matches", when.at(), message, Some(hint));
                }
            });
        }
        needless_snaps(section, report);
        told::prose(step, section, report);
    }
}

/// The names of the values that a step remembers; `None` where a block cannot be read, of which is told already.
fn remembered(section: &Section) -> Option<Vec<String>> {
    let mut names = Vec::new();
    for block in section.blocks.iter().filter(|block| block.kind == BlockKind::Snap) {
        let yaml = YamlBlock::parse(block, &mut Report::new(""))?;
        let nodes: Vec<Node<'_>> = yaml.documents().collect();
        names.extend(nodes.iter().flat_map(Node::entries).map(|(name, _)| name.to_owned()));
    }
    Some(names)
}

/// Values that are remembered and that nothing asks for.
fn needless_snaps(section: &Section, report: &mut Report) {
    let asking = |block: &&Block| matches!(block.kind, BlockKind::Check | BlockKind::Mistake);
    let texts: Vec<&str> = section.blocks.iter().filter(asking).map(|block| block.text.as_str()).collect();
    let is_named = |name: &str| {
        let named = format!("snap.{name}");
        let ends = |rest: &str| !rest.starts_with(|next: char| next.is_ascii_alphanumeric() || next == '_');
        texts.iter().any(|text| text.split(&named).skip(1).any(ends))
    };
    for block in section.blocks.iter().filter(|block| block.kind == BlockKind::Snap) {
        in_block(block, |node| {
            for (name, source) in node.entries().iter().filter(|(name, _)| !is_named(name)) {
                let hint = format!("ask for it, as snap.{name}, or leave it out");
                let message = format!("{name} is remembered, and nothing asks for it");
                report.broken("snap-unused", source.at(), message, Some(hint));
            }
        });
    }
}

/// The first document of a block; what is wrong with it was told before.
fn in_block(block: &Block, look: impl FnOnce(&Node<'_>)) {
    let mut told = Report::new("");
    if let Some(yaml) = YamlBlock::parse(block, &mut told)
        && let Some(node) = yaml.first(&mut told)
    {
        look(&node);
    }
}

/// A learner reads the sentences: each says something, and something else than the others.
fn sentences(items: &[Node<'_>], told: &mut Vec<String>, report: &mut Report) {
    for that in items.iter().filter_map(|item| item.get("that")) {
        let Some(text) = that.value.as_str().map(str::trim) else { continue };
        if text.is_empty() {
            let hint = "say what is asked for, as a learner would check it off".to_owned();
            report.broken("sentence", that.at(), "the check says nothing", Some(hint));
        } else if told.iter().any(|other| other == text) {
            report.broken("sentence", that.at(), format!("another check of this step says {text:?}"), None);
        }
        told.push(text.to_owned());
    }
}

/// An expectation without what is told about it.
pub(super) fn essence(value: &Value) -> Value {
    let mut value = value.clone();
    if let Some(map) = value.as_object_mut() {
        map.retain(|key, _| !ASIDE.contains(&key.as_str()));
    }
    value
}

struct Visitor<'a> {
    /// `None` when it cannot be told.
    remembered: Option<&'a [String]>,
    in_trial: bool,
    report: &'a mut Report,
}

impl Visitor<'_> {
    fn expectation(&mut self, node: &Node<'_>) {
        let kind = kind_of(node.value, self.report);
        for key in PARTIALS {
            if let Some(partial) = node.get(key) {
                self.partial(&partial, kind);
            }
        }
        if let Some(filter) = node.get("where").and_then(|filter| filter.get("contains")) {
            self.partial(&filter, kind);
        }
        self.emptiness(node);
        self.phase(node, kind);
        self.always_there(node, kind);
        if let Some(cel) = node.get("cel") {
            rules_in_cel::lint(&cel, node, self.remembered, self.in_trial, self.report);
        }
        if let Some(list) = node.get("either") {
            let items = list.items(&mut Report::new(""));
            for item in &items {
                self.expectation(item);
            }
            alternatives::lint(&list, &items, self.report);
        }
        if let Some(trial) = node.get("trial") {
            let mut inner = Visitor { remembered: self.remembered, in_trial: true, report: self.report };
            for item in trial.get("then").map(|then| then.items(&mut Report::new(""))).unwrap_or_default() {
                inner.expectation(&item);
            }
        }
    }

    fn cannot_fail(&mut self, at: Position, why: &str, hint: &str) {
        self.report.broken("cannot-fail", at, format!("this cannot fail: {why}"), Some(hint.to_owned()));
    }

    fn cannot_hold(&mut self, at: Position, why: &str) {
        self.report.broken("cannot-hold", at, format!("this cannot hold: {why}"), None);
    }

    /// A phase alone says little about Pods that are to run.
    fn phase(&mut self, node: &Node<'_>, kind: Option<&'static Kind>) {
        if kind.is_none_or(|kind| kind.kind != "Pod") || node.value["settled"] == true {
            return;
        }
        for partial in ["contains", "every", "any"].into_iter().filter_map(|key| node.get(key)) {
            let status = &partial.value["status"];
            let more = ["conditions", "containerStatuses"].iter().any(|key| status.get(key).is_some());
            let phase = partial.get("status").and_then(|status| status.get("phase"));
            if let Some(phase) = phase.filter(|phase| !more && phase.value == "Running") {
                let message = "a Pod whose containers end again and again is in the phase Running, too";
                let hint = "`settled: true` beside `object` asks that it is ready; of a selection ask for the condition Ready";
                self.report.broken("phase-running", phase.at(), message, Some(hint.to_owned()));
            }
        }
    }

    /// Values and remembered names within a partial object.
    fn partial(&mut self, node: &Node<'_>, kind: Option<&'static Kind>) {
        values::lint(node, kind, self.report);
        self.tests(node, "");
    }

    fn tests(&mut self, node: &Node<'_>, path: &str) {
        if node.value.is_array() {
            for item in node.items(&mut Report::new("")) {
                self.tests(&item, path);
            }
            return;
        }
        self.bounds(node);
        for (key, value) in node.entries() {
            if key.starts_with('$') {
                self.test(key, &value, path);
            }
            self.tests(&value, &format!("{path}/{key}"));
        }
    }

    /// Two bounds between which nothing lies, and a choice of nothing.
    fn bounds(&mut self, node: &Node<'_>) {
        let amount = |test: &str| node.get(test).and_then(|bound| Quantity::from_value(bound.value));
        let (least, above) = (amount("$atLeast"), amount("$moreThan"));
        let (most, below) = (amount("$atMost"), amount("$lessThan"));
        let apart = |low: Option<Quantity>, high: Option<Quantity>, equal: bool| {
            low.zip(high).is_some_and(|(low, high)| low > high || !equal && low == high)
        };
        if apart(least, most, true)
            || apart(least, below, false)
            || apart(above, most, false)
            || apart(above, below, false)
        {
            self.cannot_hold(node.at(), "no amount lies between these bounds");
        }
        if contradictions::excludes_itself(node) {
            self.cannot_hold(node.at(), "no value meets all of these tests");
        }
        if let Some(choice) = node.get("$oneOf").filter(|choice| choice.value == &Value::Array(Vec::new())) {
            self.cannot_hold(choice.at(), "there is nothing to choose from");
        }
    }

    fn test(&mut self, test: &str, argument: &Node<'_>, path: &str) {
        if let Some(name) = argument.value.as_str().and_then(|text| text.strip_prefix("snap.")) {
            let name = name.split(['.', '[']).next().unwrap_or_default();
            rules_in_cel::snap_name(name, self.remembered, self.in_trial, argument.at(), self.report);
        }
        let is_zero = argument.value.as_f64().is_some_and(|number| number <= 0.0);
        let all_flags = || {
            let list = argument.value.as_array();
            list.is_some_and(|list| list.contains(&Value::Bool(true)) && list.contains(&Value::Bool(false)))
        };
        let text = argument.value.as_str();
        let always = || {
            let field = path.rsplit('/').next().unwrap_or_default();
            path == format!("/metadata/{field}") && EVERY_OBJECT_HAS.contains(&field)
        };
        let why = match test {
            "$exists" if argument.value == &Value::Bool(true) && always() => "every object has this field",
            "$atLeast" if is_zero => "a missing number counts as 0, and nothing is less",
            "$contains" if text == Some("") => "every text contains an empty one",
            "$matches" if text.is_some_and(matches_everything) => "every text matches this pattern",
            "$oneOf" if all_flags() => "true and false are all there is",
            _ => return,
        };
        self.cannot_fail(argument.at(), why, "name the value that is asked for");
    }

    /// Matches that ask for nothing.
    fn emptiness(&mut self, node: &Node<'_>) {
        let nothing = |key: &str| node.get(key).filter(|partial| asks_for_nothing(partial.value));
        if let Some(partial) = nothing("contains") {
            let hint =
                "name the fields that matter, or leave `contains` out if the object only has to be there";
            self.cannot_fail(partial.at(), "the match is empty", hint);
        }
        for key in ["every", "any"] {
            if let Some(partial) = nothing(key) {
                let hint =
                    "name the fields that matter, or write `count: {atLeast: 1}` if one only has to be there";
                self.cannot_fail(partial.at(), "the match is empty", hint);
            }
        }
        if let Some(count) = node.get("count") {
            let number = |key: &str| count.value.get(key).and_then(Value::as_u64);
            if count.value.is_object() && number("atLeast").unwrap_or(0) == 0 && number("atMost").is_none() {
                self.cannot_fail(count.at(), "every number is at least 0", "count from 1, or set `atMost`");
            }
        }
    }

    /// Objects that nobody has to make, and fields that follow from the name alone.
    fn always_there(&mut self, node: &Node<'_>, kind: Option<&'static Kind>) {
        let (Some(kind), Some(object)) = (kind, node.get("object")) else { return };
        let Some((_, name)) = object.value.as_str().and_then(|text| text.split_once('/')) else { return };
        let contains = node.get("contains");
        let plain = contains.is_none() && node.get("cel").is_none() && node.get("settled").is_none();
        let elsewhere = node.get("namespace").is_some();
        let is_precondition = node.value["needs"] == true;
        if plain && !elsewhere && !is_precondition && ALWAYS_THERE.contains(&(kind.kind, name)) {
            self.cannot_fail(object.at(), "every cluster has this object", "check what the learner makes");
        }
        let Some(contains) = contains else { return };
        let leaves = leaves(contains.value);
        let said = |pointer: &str| match pointer {
            "/metadata/name" => Some(Value::from(name)),
            "/kind" => Some(Value::from(kind.kind)),
            "/apiVersion" => Some(Value::from(kind.api_version())),
            _ => None,
        };
        let wrong = leaves.iter().find(|(pointer, value)| {
            said(pointer).is_some_and(|said| said != **value && !is_test_leaf(pointer))
        });
        if let Some((pointer, value)) = wrong {
            let message = format!(
                "this cannot hold: {} is never {value} for {kind}/{name}",
                pointer.trim_start_matches('/').replace('/', "."),
                kind = kind.singular
            );
            self.report.broken("cannot-hold", contains.at(), message, None);
        } else if !leaves.is_empty() && leaves.iter().all(|(pointer, _)| said(pointer).is_some()) {
            let hint =
                "name the fields that matter, or leave `contains` out if the object only has to be there";
            self.cannot_fail(contains.at(), "the match only repeats which object is meant", hint);
        }
    }
}

/// Texts as different as they come.
const ANY_TEXTS: &[&str] = &["", "a", "Z-9", "한 글", "0.5/x:y", "-"];

/// Whether a pattern, which is looked for anywhere in a text, is found in every one.
fn matches_everything(pattern: &str) -> bool {
    Regex::new(pattern).is_ok_and(|pattern| ANY_TEXTS.iter().all(|text| pattern.is_match(text)))
}

/// The kind that an expectation is about.
fn kind_of(value: &Value, report: &Report) -> Option<&'static Kind> {
    let named = value["object"].as_str().and_then(|text| text.split_once('/')).map(|(kind, _)| kind);
    report.kind(named.or_else(|| value["select"].as_str())?)
}

/// Whether a partial object has no value to compare with.
fn asks_for_nothing(value: &Value) -> bool {
    match value {
        Value::Object(map) => map.values().all(asks_for_nothing),
        Value::Array(items) => items.iter().all(asks_for_nothing),
        Value::Null => true,
        _ => false,
    }
}

fn is_test_leaf(pointer: &str) -> bool {
    pointer.contains("/$")
}

/// The scalars of a partial object that stand under maps alone, by their pointer.
pub(super) fn leaves(value: &Value) -> Vec<(String, &Value)> {
    fn walk<'a>(value: &'a Value, pointer: &str, found: &mut Vec<(String, &'a Value)>) {
        match value {
            Value::Object(map) => {
                for (key, below) in map {
                    walk(below, &format!("{pointer}/{key}"), found);
                }
            }
            Value::Null => {}
            other => found.push((pointer.to_owned(), other)),
        }
    }
    let mut found = Vec::new();
    walk(value, "", &mut found);
    found
}
