//! ResourceQuota: refuses what would use more than a quota allows.

use std::collections::{BTreeMap, BTreeSet};

use crate::apimachinery::{Object, Quantity, ResourceList, Status, builtin};
use crate::base::Value;

use super::super::Registry;
use super::super::quota;
use super::Attributes;

/// Amounts that every container must name when a quota limits them.
const NAMED_BY_CONTAINERS: &[&str] =
    &["cpu", "limits.cpu", "limits.memory", "memory", "requests.cpu", "requests.memory"];

/// Checks an object against every quota that means it (`CheckRequest`).
pub(super) fn validate(
    registry: &Registry,
    attributes: &Attributes<'_>,
    object: &Object,
) -> Result<Vec<String>, Status> {
    let kind = attributes.kind;
    let resizes = kind == &builtin::POD && attributes.options.subresource == "resize";
    let grows = resizes || kind == &builtin::SERVICE || kind == &builtin::PERSISTENT_VOLUME_CLAIM;
    if !kind.namespaced || (attributes.old.is_some() && !grows) {
        return Ok(Vec::new());
    }
    let quotas: Vec<_> = registry
        .store()
        .list(&builtin::RESOURCE_QUOTA, Some(object.namespace()))
        .filter(|quota| quota::matches(quota, kind, object))
        .cloned()
        .collect();
    let refuse = |why: String| Err(Status::forbidden(kind, object.name(), &why));
    for quota in &quotas {
        if kind == &builtin::POD
            && let Some(missing) = unnamed(quota, object)
        {
            return refuse(format!("failed quota: {}: must specify {missing}", quota.name()));
        }
    }
    if quotas.is_empty() {
        return Ok(Vec::new());
    }
    let mut requested = quota::usage(kind, object, registry.now());
    if let Some(old) = attributes.old {
        for (name, amount) in quota::usage(kind, old, registry.now()) {
            let entry = requested.entry(name).or_insert(Quantity::ZERO);
            *entry = *entry - amount;
        }
    }
    requested.retain(|_, amount| !amount.is_zero() && !amount.is_negative());
    for quota in &quotas {
        let (hard, used) = (quota::hard(quota), quota::used(registry, quota));
        let exceeded: BTreeSet<&String> = requested
            .iter()
            .filter(|(name, amount)| {
                let before = used.get(*name).copied().unwrap_or(Quantity::ZERO);
                hard.get(*name).is_some_and(|hard| before + **amount > *hard)
            })
            .map(|(name, _)| name)
            .collect();
        if !exceeded.is_empty() {
            let (requested, used, hard) =
                (only(&requested, &exceeded), only(&used, &exceeded), only(&hard, &exceeded));
            return refuse(format!(
                "exceeded quota: {}, requested: {requested}, used: {used}, limited: {hard}",
                quota.name()
            ));
        }
    }
    Ok(Vec::new())
}

/// `cpu=1,pods=2`, of the names that are wanted.
fn only(list: &ResourceList, names: &BTreeSet<&String>) -> String {
    let parts: Vec<String> = names
        .iter()
        .map(|name| format!("{name}={}", list.get(*name).copied().unwrap_or(Quantity::ZERO)))
        .collect();
    parts.join(",")
}

/// Which amounts which containers leave open: `limits.cpu for: a,b; memory for: a`.
fn unnamed(quota: &Object, pod: &Object) -> Option<String> {
    let hard = quota::hard(quota);
    let mut missing: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let containers = pod.list("/spec/containers").iter().chain(pod.list("/spec/initContainers"));
    for container in containers {
        for name in NAMED_BY_CONTAINERS.iter().filter(|name| hard.contains_key(**name)) {
            let (list, resource) = match name.split_once('.') {
                Some((list, resource)) => (list, resource),
                None => ("requests", *name),
            };
            let given = |resources: &Value| !resources[list][resource].is_null();
            if !given(&container["resources"]) && !given(&pod.field("spec")["resources"]) {
                missing.entry(name).or_default().insert(container["name"].as_str().unwrap_or_default());
            }
        }
    }
    let parts: Vec<String> = missing
        .into_iter()
        .map(|(name, containers)| {
            format!("{name} for: {}", containers.into_iter().collect::<Vec<_>>().join(","))
        })
        .collect();
    (!parts.is_empty()).then(|| parts.join("; "))
}
