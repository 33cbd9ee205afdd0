//! What a rule reads that keeps it from being true: an object that is not there, or one that is in trouble.

use std::sync::LazyLock;

use regex::Regex;

use crate::apimachinery::{Object, builtin};
use crate::base::Value;
use crate::lesson::{Form, ObjectRef, Selection, ValueOrigin};

use super::super::super::partial::{quote, show};
use super::super::chain::Chain;
use super::super::finding::{Aside, Finding, get_yaml, name_of};
use super::super::sentences;
use super::Near;

/// The Service whose addresses a selection of EndpointSlices holds.
pub(in crate::check::why) fn service_of(selection: &Selection) -> Option<ObjectRef> {
    let of_slices = selection.kind == &builtin::ENDPOINT_SLICE;
    let mut labels = selection.labels.iter().filter(|_| of_slices);
    let (_, name) = labels.find(|(key, _)| key == "kubernetes.io/service-name")?;
    let namespace = selection.namespace.clone();
    Some(ObjectRef { kind: &builtin::SERVICE, name: name.clone(), namespace })
}

/// The texts that a rule compares with, or looks for in a list.
static LOOKED_FOR: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"(?:==\s*(?:'([^']+)'|"([^"]+)"))|(?:(?:'([^']+)'|"([^"]+)")\s+in\s)"#).ok()
});

impl Near<'_> {
    /// Whether what is wrong with an object can keep a rule about it from being true: that a policy selects nobody
    /// says nothing of its other fields.
    pub(in crate::check::why) fn may_come_from(&self, broken: &Finding) -> bool {
        let Form::Match { rule: Some(rule), .. } = &self.check.form else { return true };
        let about = |sentence, field: &str| !broken.is(sentence) || rule.0.contains(field);
        about(&sentences::POLICY_SELECTS_NOTHING, "spec.podSelector")
            && about(&sentences::NAMES_NOTHING, "resourceNames")
    }

    /// What a rule finds in the first object that it reads, where nothing is in trouble.
    pub(in crate::check::why) fn what_is_read(&self) -> Option<Finding> {
        let world = self.facts.world;
        let (name, object, rule) = match &self.check.form {
            Form::Match { object, rule: Some(rule), .. } => ("object", world.object(object)?, rule),
            Form::Rule { with, rule } => with.iter().find_map(|(name, origin)| match origin {
                ValueOrigin::Object(object) => Some((name.as_str(), world.object(object)?, rule)),
                ValueOrigin::Selection(_) => None,
            })?,
            _ => return None,
        };
        let fields = Regex::new(&format!(r"\b{name}((?:\.[a-zA-Z]\w*)+)")).ok()?;
        let found = fields.captures_iter(&rule.0).filter_map(|found| read_at(object, found.get(1)?.as_str()));
        let mut told: Vec<String> = found.collect();
        told.dedup();
        let words = [name_of(object), quote(&told.join(", "))];
        let finding = Finding::lasting(&sentences::RULE_READS, [&words[0], &words[1]]);
        let both = ["podSelector", "namespaceSelector"].iter().all(|selector| rule.0.contains(selector));
        let finding = finding.or_aside(|| peers_apart(object).filter(|_| both));
        let peers = ["from", "to"].iter().any(|side| rule.0.contains(side)) && rule.0.contains("ports");
        let finding = finding.or_aside(|| rules_apart(object).filter(|_| peers));
        // A rule about several objects may look for its words in another one.
        let alone = name == "object";
        let finding = finding.or_aside(|| named_nowhere(&rule.0, object).filter(|_| alone));
        (!told.is_empty()).then(|| finding.shown_by(get_yaml(object, world.namespace())))
    }

    /// The first trouble among what a rule reads.
    pub(in crate::check::why) fn sources(&self, origins: &[ValueOrigin]) -> Option<Finding> {
        let chain = Chain::new(self.facts.world, self.facts.logs);
        let of_object = |object: &ObjectRef| match self.facts.world.object(object) {
            None => self.missing(object),
            Some(found) => chain.broken_link(found).or_else(|| chain.ended_well(found)),
        };
        let of_origin = |origin: &ValueOrigin| match origin {
            ValueOrigin::Object(object) => of_object(object),
            ValueOrigin::Selection(selection) => {
                if let Some(service) = service_of(selection) {
                    return of_object(&service);
                }
                let selected = self.facts.world.select(selection, self.facts.snap);
                if selected.is_empty() {
                    return self.nothing_selected(selection);
                }
                let mut troubles = selected.iter().filter_map(|object| chain.broken_link(object));
                troubles.find(|finding| finding.lasts)
            }
        };
        origins.iter().find_map(of_origin).or_else(|| self.not_behind(origins))
    }

    /// A Pod of one selection that the Service of another does not select.
    fn not_behind(&self, origins: &[ValueOrigin]) -> Option<Finding> {
        let world = self.facts.world;
        let selections = || {
            origins.iter().filter_map(|origin| match origin {
                ValueOrigin::Selection(selection) => Some(selection),
                ValueOrigin::Object(_) => None,
            })
        };
        let service = selections().find_map(|selection| world.object(&service_of(selection)?))?;
        let pods = selections().filter(|selection| selection.kind == &builtin::POD);
        let mut pods: Vec<&Object> =
            pods.flat_map(|selection| world.select(selection, self.facts.snap)).collect();
        pods.retain(|pod| pod.namespace() == service.namespace());
        let chain = Chain::new(world, self.facts.logs);
        pods.into_iter().find_map(|pod| chain.not_behind(service, pod))
    }
}

/// A NetworkPolicy whose peers are selected by one half each.
fn peers_apart(policy: &Object) -> Aside {
    let rules = ["/spec/ingress", "/spec/egress"].into_iter().flat_map(|rules| policy.list(rules));
    let peers = rules.flat_map(|rule| [&rule["from"], &rule["to"]]).filter_map(Value::as_array);
    let apart = peers.into_iter().any(|peers| {
        let alone = |own: &str, other: &str| {
            peers.iter().any(|peer| peer.get(own).is_some() && peer.get(other).is_none())
        };
        alone("podSelector", "namespaceSelector") && alone("namespaceSelector", "podSelector")
    });
    (apart && policy.kind() == "NetworkPolicy").then(|| (&sentences::PEERS_APART, Vec::new()))
}

/// A NetworkPolicy that says in one rule who may come, and in another one where.
fn rules_apart(policy: &Object) -> Aside {
    let apart = [("/spec/ingress", "from"), ("/spec/egress", "to")].into_iter().any(|(rules, side)| {
        let rules = policy.list(rules);
        let alone = |own: &str, other: &str| {
            rules.iter().any(|rule| rule.get(own).is_some() && rule.get(other).is_none())
        };
        alone(side, "ports") && alone("ports", side)
    });
    (apart && policy.kind() == "NetworkPolicy").then(|| (&sentences::RULES_APART, Vec::new()))
}

/// The words that a rule looks for, and that are nowhere in the object.
fn named_nowhere(rule: &str, object: &Object) -> Aside {
    // Of what must not be, or need not be, it says nothing that it is not there.
    if rule.contains('!') || rule.contains("||") {
        return None;
    }
    let words = LOOKED_FOR.as_ref()?.captures_iter(rule).filter_map(|found| {
        let word = (1..=4).find_map(|group| found.get(group))?;
        Some(word.as_str())
    });
    let mut absent: Vec<&str> = words.filter(|word| !holds_text(object.value(), word)).collect();
    absent.dedup();
    (!absent.is_empty()).then(|| (&sentences::NAMED_NOWHERE, vec![absent.join(", ")]))
}

/// Whether a text is one of an object's values or keys.
fn holds_text(value: &Value, wanted: &str) -> bool {
    match value {
        Value::String(text) => text == wanted,
        Value::Array(items) => items.iter().any(|item| holds_text(item, wanted)),
        Value::Object(map) => map.iter().any(|(key, below)| key == wanted || holds_text(below, wanted)),
        _ => false,
    }
}

/// The deepest field on a path of a rule that an object has, and its value: behind it stand functions.
fn read_at(object: &Object, path: &str) -> Option<String> {
    let parts: Vec<&str> = path.split('.').filter(|part| !part.is_empty()).collect();
    (1..=parts.len()).rev().find_map(|length| {
        let value = object.get(&format!("/{}", parts[..length].join("/")))?;
        Some(format!("{}: {}", parts[..length].join("."), show(value)))
    })
}
