//! LimitRanger: gives containers the defaults of a namespace, and holds Pods and claims to its bounds.

use std::collections::BTreeSet;

use crate::apimachinery::{
    Object, Quantity, ResourceList, Status, builtin, pod_limits, pod_requests, resource_list,
};
use crate::base::{Key, Value, json};

use super::super::Registry;
use super::super::pod_defaults::items;
use super::Attributes;

/// Tells which amounts were filled in.
const ANNOTATION: &str = "kubernetes.io/limit-ranger";

/// Fills in what containers leave open (`mergePodResourceRequirements`).
pub(super) fn admit(
    registry: &mut Registry,
    attributes: &Attributes<'_>,
    object: &mut Object,
) -> Result<(), Status> {
    if attributes.kind != &builtin::POD || attributes.old.is_some() {
        return Ok(());
    }
    let ranges: Vec<_> =
        registry.store().list(&builtin::LIMIT_RANGE, Some(object.namespace())).cloned().collect();
    for range in ranges {
        let told = fill(&range, object);
        if !told.is_empty() {
            object.set_annotation(ANNOTATION, format!("LimitRanger plugin set: {}", told.join("; ")));
        }
    }
    Ok(())
}

/// Fills in the defaults of one LimitRange; gives back what was filled in where.
fn fill(range: &Object, pod: &mut Object) -> Vec<String> {
    let defaults = |field: &str| -> Vec<(Key, Value)> {
        let items = range.list("/spec/limits").iter().filter(|item| item["type"] == "Container");
        items
            .flat_map(|item| item[field].as_object().into_iter().flatten())
            .map(|(name, amount)| (name.clone(), amount.clone()))
            .collect()
    };
    let amounts =
        [("requests", "request", defaults("defaultRequest")), ("limits", "limit", defaults("default"))];
    let Some(Value::Object(spec)) = pod.get_mut("/spec") else { return Vec::new() };
    let mut told = Vec::new();
    for (list, title) in [("containers", "container"), ("initContainers", "init container")] {
        for container in items(spec, list) {
            let name = container.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
            for (field, word, defaults) in &amounts {
                let mut set = Vec::new();
                for (resource, amount) in defaults {
                    let resources = container.entry("resources").or_insert_with(|| json!({}));
                    if resources[*field][resource].is_null() {
                        resources[*field][resource] = amount.clone();
                        set.push(resource.as_str());
                    }
                }
                set.sort_unstable();
                if !set.is_empty() {
                    told.push(format!("{} {word} for {title} {name}", set.join(", ")));
                }
            }
        }
    }
    told
}

/// Refuses Pods and claims beyond the bounds of a LimitRange.
pub(super) fn validate(
    registry: &Registry,
    attributes: &Attributes<'_>,
    object: &Object,
) -> Result<Vec<String>, Status> {
    let is_new = attributes.old.is_none() || attributes.options.subresource == "resize";
    let is_pod = attributes.kind == &builtin::POD && is_new;
    if !is_pod && attributes.kind != &builtin::PERSISTENT_VOLUME_CLAIM {
        return Ok(Vec::new());
    }
    for range in registry.store().list(&builtin::LIMIT_RANGE, Some(object.namespace())) {
        let mut errors: Vec<String> = range
            .list("/spec/limits")
            .iter()
            .flat_map(|item| if is_pod { pod_errors(item, object) } else { claim_errors(item, object) })
            .collect();
        // What several containers do wrong is told once.
        let mut told = BTreeSet::new();
        errors.retain(|error| told.insert(error.clone()));
        if !errors.is_empty() {
            let why = match errors.as_slice() {
                [one] => one.clone(),
                many => format!("[{}]", many.join(", ")),
            };
            return Err(Status::forbidden(attributes.kind, object.name(), &why));
        }
    }
    Ok(Vec::new())
}

fn pod_errors(item: &Value, pod: &Object) -> Vec<String> {
    match item["type"].as_str().unwrap_or_default() {
        "Container" => pod
            .list("/spec/containers")
            .iter()
            .chain(pod.list("/spec/initContainers"))
            .flat_map(|container| {
                let amounts = |list: &str| resource_list(container["resources"][list].as_object());
                Bounds { item, requests: amounts("requests"), limits: amounts("limits") }.errors()
            })
            .collect(),
        "Pod" => {
            let (requests, limits) = (pod_requests(pod.field("spec")), pod_limits(pod.field("spec")));
            Bounds { item, requests, limits }.errors()
        }
        _ => Vec::new(),
    }
}

fn claim_errors(item: &Value, claim: &Object) -> Vec<String> {
    if item["type"] != "PersistentVolumeClaim" {
        return Vec::new();
    }
    let requests = resource_list(claim.map("/spec/resources/requests"));
    let bounds = Bounds { item, requests, limits: ResourceList::new() };
    let mut errors: Vec<String> = bounds.of("min", Bounds::minimum);
    errors.extend(bounds.of("max", Bounds::maximum_request));
    errors
}

/// One item of a LimitRange, and what is held to it.
struct Bounds<'a> {
    item: &'a Value,
    requests: ResourceList,
    limits: ResourceList,
}

impl Bounds<'_> {
    fn errors(&self) -> Vec<String> {
        let mut errors = self.of("min", Self::minimum);
        errors.extend(self.of("max", Self::maximum));
        errors.extend(self.of("maxLimitRequestRatio", Self::ratio));
        errors
    }

    fn of(&self, field: &str, check: fn(&Self, &str, Quantity) -> Option<String>) -> Vec<String> {
        let bounds = resource_list(self.item[field].as_object());
        bounds.iter().filter_map(|(name, bound)| check(self, name, *bound)).collect()
    }

    fn kind(&self) -> &str {
        self.item["type"].as_str().unwrap_or_default()
    }

    fn minimum(&self, name: &str, least: Quantity) -> Option<String> {
        let rule = format!("minimum {name} usage per {} is {least}", self.kind());
        let Some(request) = self.requests.get(name) else {
            return Some(format!("{rule}.  No request is specified"));
        };
        if *request < least {
            return Some(format!("{rule}, but request is {request}"));
        }
        let limit = self.limits.get(name).filter(|limit| **limit < least)?;
        Some(format!("{rule}, but limit is {limit}"))
    }

    fn maximum(&self, name: &str, most: Quantity) -> Option<String> {
        let rule = format!("maximum {name} usage per {} is {most}", self.kind());
        let Some(limit) = self.limits.get(name) else {
            return Some(format!("{rule}.  No limit is specified"));
        };
        if *limit > most {
            return Some(format!("{rule}, but limit is {limit}"));
        }
        let request = self.requests.get(name).filter(|request| **request > most)?;
        Some(format!("{rule}, but request is {request}"))
    }

    fn maximum_request(&self, name: &str, most: Quantity) -> Option<String> {
        let rule = format!("maximum {name} usage per {} is {most}", self.kind());
        match self.requests.get(name) {
            None => Some(format!("{rule}.  No request is specified")),
            Some(request) if *request > most => Some(format!("{rule}, but request is {request}")),
            Some(_) => None,
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "upstream divides floating-point numbers")]
    fn ratio(&self, name: &str, most: Quantity) -> Option<String> {
        let rule = format!("{name} max limit to request ratio per {} is {most}", self.kind());
        let given = |list: &ResourceList| list.get(name).copied().filter(|amount| !amount.is_zero());
        let Some(request) = given(&self.requests) else {
            return Some(format!("{rule}, but no request is specified or request is 0"));
        };
        let Some(limit) = given(&self.limits) else {
            return Some(format!("{rule}, but no limit is specified or limit is 0"));
        };
        let ratio = limit.milli() as f64 / request.milli() as f64;
        (ratio * 1000.0 > most.milli() as f64).then(|| format!("{rule}, but provided ratio is {ratio:.6}"))
    }
}
