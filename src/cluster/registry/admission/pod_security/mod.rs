//! PodSecurity: holds Pods to the level that the labels of their namespace ask for
//! (`k8s.io/pod-security-admission`).
//!
//! What `audit` finds goes into the audit log, and there is none here.

mod baseline;
mod pod_view;
mod policy;
mod restricted;

use std::collections::BTreeMap;

use crate::apimachinery::{FieldError, Object, ObjectKey, Status, builtin};
use crate::base::Value;

use super::super::Registry;
use super::Attributes;
use pod_view::PodView;
use policy::{Level, LevelVersion, Policy};

/// How many Pods are looked at when a namespace asks for more.
const PODS_MAX: usize = 3_000;

/// What a check found: why a Pod is forbidden, and what about it.
pub(super) struct Finding {
    reason: String,
    detail: String,
}

impl Finding {
    fn new(reason: &str, detail: impl Into<String>) -> Self {
        Self { reason: reason.to_owned(), detail: detail.into() }
    }
}

/// A check: looks at a Pod as a minor version of Kubernetes did.
type Check = fn(&PodView<'_>, u32) -> Option<Finding>;

/// What a level has against a Pod: the baseline first.
fn findings(wanted: LevelVersion, pod: &PodView<'_>) -> Vec<Finding> {
    let minor = wanted.version.minor();
    let baseline = baseline::CHECKS.iter();
    let checks: Vec<&Check> = match wanted.level {
        Level::Privileged => Vec::new(),
        Level::Baseline => baseline.map(|(check, _)| check).collect(),
        Level::Restricted => {
            let kept = baseline.filter(|(_, holds)| *holds).map(|(check, _)| check);
            kept.chain(restricted::CHECKS).collect()
        }
    };
    checks.into_iter().filter_map(|check| check(pod, minor)).collect()
}

fn details(findings: &[Finding]) -> String {
    let text = |finding: &Finding| match finding.detail.as_str() {
        "" => finding.reason.clone(),
        detail => format!("{} ({detail})", finding.reason),
    };
    findings.iter().map(text).collect::<Vec<_>>().join(", ")
}

/// Checks Pods, the templates of workloads, and the labels of namespaces.
pub(super) fn validate(
    registry: &Registry,
    attributes: &Attributes<'_>,
    object: &Object,
) -> Result<Vec<String>, Status> {
    let kind = attributes.kind;
    if kind == &builtin::NAMESPACE {
        return namespace(registry, attributes, object);
    }
    if kind == &builtin::POD {
        let unchanged = attributes.old.is_some_and(|old| !is_significant(object, old));
        return if unchanged { Ok(Vec::new()) } else { evaluate(registry, attributes, object, "") };
    }
    let pointer = match (kind.group, kind.kind) {
        ("batch", "CronJob") => "/spec/jobTemplate/spec/template",
        ("apps", "Deployment" | "ReplicaSet" | "StatefulSet" | "DaemonSet")
        | ("batch", "Job")
        | ("", "ReplicationController") => "/spec/template",
        ("", "PodTemplate") => "/template",
        _ => return Ok(Vec::new()),
    };
    evaluate(registry, attributes, object, pointer)
}

/// Refuses a Pod; warns about a Pod, or about the template at a path of another object.
fn evaluate(
    registry: &Registry,
    attributes: &Attributes<'_>,
    object: &Object,
    template: &str,
) -> Result<Vec<String>, Status> {
    let namespace = registry.get(&builtin::NAMESPACE, &ObjectKey::new("", object.namespace()))?;
    let (policy, _) = Policy::of(&namespace);
    if policy.enforce.level == Level::Privileged && policy.warn.level == Level::Privileged {
        return Ok(Vec::new());
    }
    let template = match template {
        "" => Some(object.clone()),
        pointer => object.get(pointer).cloned().and_then(Object::from_value),
    };
    let Some(template) = template else { return Ok(Vec::new()) };
    let pod = PodView::new(&template);
    if attributes.kind == &builtin::POD {
        let found = findings(policy.enforce, &pod);
        if !found.is_empty() {
            let why = format!("violates PodSecurity \"{}\": {}", policy.enforce, details(&found));
            return Err(Status::forbidden(attributes.kind, object.name(), &why));
        }
    }
    let found = findings(policy.warn, &pod);
    if found.is_empty() {
        return Ok(Vec::new());
    }
    Ok(vec![format!("would violate PodSecurity \"{}\": {}", policy.warn, details(&found))])
}

/// Whether a change of a Pod is one that the checks care about.
fn is_significant(new: &Object, old: &Object) -> bool {
    ["containers", "initContainers", "ephemeralContainers"].iter().any(|list| {
        let images = |pod: &Object| -> Vec<(Value, Value)> {
            let containers = pod.list(&format!("/spec/{list}")).iter();
            containers.map(|container| (container["name"].clone(), container["image"].clone())).collect()
        };
        images(new) != images(old)
    })
}

/// Checks a namespace's labels, and its Pods when it asks for more than before.
fn namespace(
    registry: &Registry,
    attributes: &Attributes<'_>,
    namespace: &Object,
) -> Result<Vec<String>, Status> {
    let (policy, errors) = Policy::of(namespace);
    let Some(old) = attributes.old else { return refuse(namespace, &errors).map(|()| Vec::new()) };
    let (before, old_errors) = Policy::of(old);
    if errors != old_errors {
        refuse(namespace, &errors)?;
    }
    let (new, old) = (policy.enforce, before.enforce);
    let relaxed = new.version == old.version && new.level <= old.level;
    if new == old || new.level == Level::Privileged || relaxed {
        return Ok(Vec::new());
    }
    Ok(about_existing(registry, namespace.name(), new))
}

fn refuse(namespace: &Object, errors: &[FieldError]) -> Result<(), Status> {
    if errors.is_empty() {
        return Ok(());
    }
    Err(Status::invalid(&builtin::NAMESPACE, namespace.name(), errors))
}

/// Warnings about the Pods that a namespace has already, one for each thing that is wrong.
fn about_existing(registry: &Registry, namespace: &str, wanted: LevelVersion) -> Vec<String> {
    let mut reasons: BTreeMap<String, (String, usize)> = BTreeMap::new();
    for pod in registry.store().list(&builtin::POD, Some(namespace)).take(PODS_MAX) {
        let found = findings(wanted, &PodView::new(pod));
        if found.is_empty() {
            continue;
        }
        let reason = found.into_iter().map(|finding| finding.reason).collect::<Vec<_>>().join(", ");
        reasons.entry(reason).or_insert_with(|| (pod.name().to_owned(), 0)).1 += 1;
    }
    if reasons.is_empty() {
        return Vec::new();
    }
    let mut told: Vec<String> = reasons
        .into_iter()
        .map(|(reason, (pod, count))| match count {
            1 => format!("{pod}: {reason}"),
            2 => format!("{pod} (and 1 other pod): {reason}"),
            count => format!("{pod} (and {} other pods): {reason}", count - 1),
        })
        .collect();
    told.sort();
    let head = format!(
        "existing pods in namespace {namespace:?} violate the new PodSecurity enforce level \"{wanted}\""
    );
    std::iter::once(head).chain(told).collect()
}

#[cfg(test)]
mod tests;
