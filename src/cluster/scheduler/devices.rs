//! Devices in scheduling (`DynamicResources`): which claims a Pod has, and why no node has what they ask for.
//!
//! No driver runs on the nodes, so that there are no devices but those that somebody writes down; to give
//! these to Pods is not simulated.

use std::sync::Arc;

use crate::apimachinery::builtin::{DEVICE_CLASS, RESOURCE_CLAIM, RESOURCE_SLICE};
use crate::apimachinery::{Object, ObjectKey};

use super::super::registry::Registry;
use super::super::storage::Change;

/// The claims of a Pod.
///
/// # Errors
/// When one of them is not there yet: the Pod is not even queued (`PreEnqueue`).
pub(super) fn claims(registry: &Registry, pod: &Object) -> Result<Vec<Arc<Object>>, ()> {
    let wanted = pod.list("/spec/resourceClaims").iter();
    wanted
        .filter_map(|wanted| {
            let name = match wanted["resourceClaimName"].as_str() {
                Some(name) => name.to_owned(),
                None => match made_for(pod, wanted["name"].as_str().unwrap_or_default()) {
                    Made::Claim(name) => name,
                    Made::NoneNeeded => return None,
                    Made::NotYet => return Some(Err(())),
                },
            };
            Some(registry.get(&RESOURCE_CLAIM, &ObjectKey::new(pod.namespace(), name)).map_err(drop))
        })
        .collect()
}

/// What the controller made of a claim by template.
enum Made {
    Claim(String),
    NoneNeeded,
    NotYet,
}

fn made_for(pod: &Object, name: &str) -> Made {
    let mut statuses = pod.list("/status/resourceClaimStatuses").iter();
    match statuses.find(|status| status["name"] == name) {
        None => Made::NotYet,
        Some(status) => match status["resourceClaimName"].as_str() {
            Some(claim) => Made::Claim(claim.to_owned()),
            None => Made::NoneNeeded,
        },
    }
}

/// Why claims keep a Pod from every node (`PreFilter`).
pub(super) fn refused_everywhere(registry: &Registry, claims: &[Arc<Object>]) -> Option<String> {
    for claim in claims {
        if claim.is_terminating() {
            return Some(format!("resourceclaim {:?} is being deleted", claim.name()));
        }
        for request in claim.list("/spec/devices/requests") {
            let name = request["name"].as_str().unwrap_or_default();
            let first = request["firstAvailable"].as_array().into_iter().flatten();
            for part in first.chain(request.get("exactly")) {
                let class = part["deviceClassName"].as_str().unwrap_or_default();
                if registry.get(&DEVICE_CLASS, &ObjectKey::new("", class)).is_err() {
                    let name = match part["name"].as_str() {
                        Some(part) => format!("{name}/{part}"),
                        None => name.to_owned(),
                    };
                    return Some(format!("request {name}: device class {class} does not exist"));
                }
            }
        }
    }
    None
}

/// Why no node can satisfy claims that nothing was given to (`Filter`).
pub(super) fn refusal(registry: &Registry) -> &'static str {
    if registry.store().list(&RESOURCE_SLICE, None).next().is_some() {
        "not simulated: giving the devices of ResourceSlices to Pods"
    } else {
        "cannot allocate all claims"
    }
}

/// The Pods without a node that name a changed claim.
pub(super) fn pods_of_claim(change: &Change, registry: &Registry) -> Vec<ObjectKey> {
    let claim = &change.object;
    let names = |pod: &Object| {
        let mut wanted = pod.list("/spec/resourceClaims").iter();
        let mut made = pod.list("/status/resourceClaimStatuses").iter();
        wanted.any(|wanted| wanted["resourceClaimName"] == claim.name())
            || made.any(|made| made["resourceClaimName"] == claim.name())
    };
    let waiting = registry.store().pods_on("").filter(|pod| pod.namespace() == claim.namespace());
    waiting.filter(|pod| names(pod)).map(|pod| pod.key()).collect()
}
