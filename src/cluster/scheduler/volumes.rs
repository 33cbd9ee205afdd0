//! Volumes in scheduling (`VolumeBinding`, `VolumeRestrictions`, `VolumeZone`): what a Pod's claims ask of a node,
//! and the choice of volumes for claims that wait for their first consumer.
//!
//! Not simulated: storage capacity, and the end of the ten minutes
//! that the scheduler waits for a provisioner.

use std::sync::Arc;

use crate::apimachinery::builtin::{PERSISTENT_VOLUME, PERSISTENT_VOLUME_CLAIM, POD, STORAGE_CLASS};
use crate::apimachinery::{LabelSelector, Object, ObjectKey, Quantity, Status};
use crate::base::{Value, json};

use super::super::registry::{Registry, WriteOptions};
use super::super::storage::Change;
use super::MANAGER;
use super::filters::{Refusal, term_matches};
use super::volume_limits::is_elsewhere;

/// Marks a claim whose binding is complete.
const BIND_COMPLETED: &str = "pv.kubernetes.io/bind-completed";
/// Marks a binding that a program made.
const BOUND_BY_CONTROLLER: &str = "pv.kubernetes.io/bound-by-controller";
/// The node for which a claim's volume is made.
const SELECTED_NODE: &str = "volume.kubernetes.io/selected-node";
/// The provisioner of classes whose volumes are made by hand.
const NO_PROVISIONER: &str = "kubernetes.io/no-provisioner";

/// What a Pod is told whose claim another Pod has for itself.
const TAKEN: &str =
    "node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode";

/// What the claims of a Pod ask of its node.
#[derive(Debug, Default)]
pub(super) struct Needs {
    /// Volumes that are bound already.
    bound: Vec<Arc<Object>>,
    /// Claims that wait for a node.
    open: Vec<Arc<Object>>,
    /// Whether another Pod has a claim for itself that this one wants, too.
    taken: bool,
    /// Why no node has the devices that it claims.
    pub devices: Option<&'static str>,
}

/// Looks at the claims of a Pod.
///
/// # Errors
/// Why the Pod fits nowhere, whatever the nodes.
pub(super) fn needs(registry: &Registry, pod: &Object) -> Result<Needs, String> {
    let mut needs = Needs::default();
    let mut immediate = false;
    for (name, ephemeral) in claim_names(pod) {
        let claim = claim(registry, pod, &name, ephemeral)?;
        needs.taken |= is_taken(registry, pod, &claim);
        let volume = claim.text("/spec/volumeName");
        if claim.annotation(BIND_COMPLETED).is_some() && !volume.is_empty() {
            match registry.get(&PERSISTENT_VOLUME, &ObjectKey::new("", volume)) {
                Ok(volume) => needs.bound.push(volume),
                Err(_) => {
                    return Err(format!(
                        "persistentvolumeclaim {name:?} bound to non-existent persistentvolume {volume:?}"
                    ));
                }
            }
        } else if volume.is_empty() && class_of(registry, &claim).is_some_and(|class| waits(&class)) {
            needs.open.push(claim);
        } else {
            immediate = true;
        }
    }
    if immediate { Err("pod has unbound immediate PersistentVolumeClaims".to_owned()) } else { Ok(needs) }
}

/// Names of the claims of a Pod, and whether they belong to ephemeral volumes.
pub(super) fn claim_names(pod: &Object) -> impl Iterator<Item = (String, bool)> {
    pod.list("/spec/volumes").iter().filter_map(move |volume| {
        if volume.get("ephemeral").is_some_and(Value::is_object) {
            return Some((format!("{}-{}", pod.name(), volume["name"].as_str()?), true));
        }
        let name = volume.pointer("/persistentVolumeClaim/claimName")?.as_str()?;
        Some((name.to_owned(), false))
    })
}

fn claim(registry: &Registry, pod: &Object, name: &str, ephemeral: bool) -> Result<Arc<Object>, String> {
    let found = registry.get(&PERSISTENT_VOLUME_CLAIM, &ObjectKey::new(pod.namespace(), name));
    let Ok(claim) = found else {
        return Err(if ephemeral {
            format!("waiting for ephemeral volume controller to create the persistentvolumeclaim {name:?}")
        } else {
            format!("persistentvolumeclaim {name:?} not found")
        });
    };
    if claim.text("/status/phase") == "Lost" {
        let volume = claim.text("/spec/volumeName");
        return Err(format!(
            "persistentvolumeclaim {name:?} bound to non-existent persistentvolume {volume:?}"
        ));
    }
    if claim.is_terminating() {
        return Err(format!("persistentvolumeclaim {name:?} is being deleted"));
    }
    if ephemeral && !claim.is_controlled_by(pod.uid()) {
        let (claim, pod) = (claim.key(), pod.key());
        return Err(format!("PVC {claim} was not created for pod {pod} (pod is not owner)"));
    }
    Ok(claim)
}

/// Whether a claim for one Pod alone is used by another Pod.
fn is_taken(registry: &Registry, pod: &Object, claim: &Object) -> bool {
    claim.list("/spec/accessModes").iter().any(|mode| mode == "ReadWriteOncePod")
        && registry.store().list(&POD, Some(pod.namespace())).any(|other| {
            other.uid() != pod.uid()
                && !other.text("/spec/nodeName").is_empty()
                && !matches!(other.text("/status/phase"), "Succeeded" | "Failed")
                && claim_names(other).any(|(name, _)| name == claim.name())
        })
}

pub(super) fn class_of(registry: &Registry, claim: &Object) -> Option<Arc<Object>> {
    registry.get(&STORAGE_CLASS, &ObjectKey::new("", claim.text("/spec/storageClassName"))).ok()
}

pub(super) fn waits(class: &Object) -> bool {
    class.text("/volumeBindingMode") == "WaitForFirstConsumer"
}

impl Needs {
    /// Why a node does not suit the claims.
    pub(super) fn refusals(&self, registry: &Registry, node: &Object) -> Vec<Refusal> {
        if self.bound.iter().any(|volume| !reaches(volume, node)) {
            return vec![Refusal::for_good("node(s) didn't match PersistentVolume's node affinity")];
        }
        let served = |claim: &Arc<Object>| {
            free_volume(registry, claim, node, &[]).is_some() || is_provisioned(registry, claim, node)
        };
        if !self.open.iter().all(served) {
            return vec![Refusal::for_good("node(s) didn't find available persistent volumes to bind")];
        }
        if self.bound.iter().any(|volume| is_elsewhere(volume, node)) {
            return vec![Refusal::for_good("node(s) had no available volume zone")];
        }
        Vec::new()
    }

    /// Why a claim keeps the Pod from every node as long as another Pod has it (`VolumeRestrictions`).
    pub(super) fn taken(&self) -> Vec<Refusal> {
        if self.taken { vec![Refusal::for_now(TAKEN)] } else { Vec::new() }
    }

    /// The node for which volumes are being made already.
    pub(super) fn selected_node(&self) -> Option<&str> {
        self.open.iter().find_map(|claim| claim.annotation(SELECTED_NODE))
    }

    /// Chooses volumes for the claims that waited for a node, or asks for new ones there; says whether
    /// everything is bound.
    ///
    /// # Errors
    /// When something cannot be written.
    pub(super) fn settle(&self, registry: &mut Registry, node: &Object) -> Result<bool, Status> {
        let mut chosen = Vec::new();
        for claim in &self.open {
            let options = WriteOptions::component(MANAGER);
            if let Some(volume) = free_volume(registry, claim, node, &chosen) {
                chosen.push(volume.name().to_owned());
                let volume = reserved(&volume, claim);
                registry.update(&PERSISTENT_VOLUME, &volume.key(), volume, &options)?;
            } else if claim.annotation(SELECTED_NODE).is_none() {
                let mut asked = Object::clone(claim);
                asked.set_annotation(SELECTED_NODE, node.name());
                registry.update(&PERSISTENT_VOLUME_CLAIM, &claim.key(), asked, &options)?;
            }
        }
        Ok(self.open.is_empty())
    }
}

/// Whether a volume can be reached from a node.
fn reaches(volume: &Object, node: &Object) -> bool {
    match volume.get("/spec/nodeAffinity/required") {
        None | Some(Value::Null) => true,
        Some(_) => volume
            .list("/spec/nodeAffinity/required/nodeSelectorTerms")
            .iter()
            .any(|term| term_matches(term, node)),
    }
}

/// Whether the claim's class makes volumes, and makes them for that node (`allowedTopologies`).
fn is_provisioned(registry: &Registry, claim: &Object, node: &Object) -> bool {
    class_of(registry, claim).is_some_and(|class| {
        let allowed = class.list("/allowedTopologies");
        class.text("/provisioner") != NO_PROVISIONER
            && (allowed.is_empty() || allowed.iter().any(|term| is_within(term, node)))
    })
}

fn is_within(term: &Value, node: &Object) -> bool {
    let mut expressions = term["matchLabelExpressions"].as_array().into_iter().flatten();
    expressions.all(|expression| {
        let found = expression["key"].as_str().and_then(|key| node.label(key));
        found.is_some_and(|found| {
            expression["values"].as_array().into_iter().flatten().any(|value| value == found)
        })
    })
}

/// The smallest free volume of the claim's class that the node reaches.
fn free_volume(registry: &Registry, claim: &Object, node: &Object, chosen: &[String]) -> Option<Arc<Object>> {
    let selector = claim.get("/spec/selector").filter(|selector| !selector.is_null());
    let amount = |object: &Object, pointer: &str| object.get(pointer).and_then(Quantity::from_value);
    let wanted = amount(claim, "/spec/resources/requests/storage").unwrap_or(Quantity::ZERO);
    let size = |volume: &Object| amount(volume, "/spec/capacity/storage").unwrap_or(Quantity::ZERO);
    let offered = |volume: &Object, mode: &Value| volume.list("/spec/accessModes").contains(mode);
    let suits = |volume: &&Arc<Object>| {
        volume.text("/status/phase") == "Available"
            && volume.get("/spec/claimRef").is_none_or(Value::is_null)
            && !volume.is_terminating()
            && !chosen.iter().any(|name| name == volume.name())
            && volume.text("/spec/storageClassName") == claim.text("/spec/storageClassName")
            && volume.text("/spec/volumeMode") == claim.text("/spec/volumeMode")
            && size(volume) >= wanted
            && claim.list("/spec/accessModes").iter().all(|mode| offered(volume, mode))
            && selector.is_none_or(|selector| LabelSelector::from_value(selector).matches(volume.labels()))
            && reaches(volume, node)
    };
    let volumes = registry.store().list(&PERSISTENT_VOLUME, None).filter(suits);
    volumes.min_by(|one, two| size(one).partial_cmp(&size(two)).unwrap_or(std::cmp::Ordering::Equal)).cloned()
}

fn reserved(volume: &Object, claim: &Object) -> Object {
    let mut reserved = volume.clone();
    reserved.set_annotation(BOUND_BY_CONTROLLER, "yes");
    reserved.set(
        "/spec/claimRef",
        json!({
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "name": claim.name(),
            "namespace": claim.namespace(),
            "resourceVersion": claim.text("/metadata/resourceVersion"),
            "uid": claim.uid(),
        }),
    );
    reserved
}

/// The Pods without a node that use a changed claim.
pub(super) fn pods_of_claim(change: &Change, registry: &Registry) -> Vec<ObjectKey> {
    let claim = &change.object;
    registry
        .store()
        .pods_on("")
        .filter(|pod| pod.namespace() == claim.namespace())
        .filter(|pod| claim_names(pod).any(|(name, _)| name == claim.name()))
        .map(|pod| pod.key())
        .collect()
}

/// The Pods without a node whose claims wait for a volume.
pub(super) fn pods_of_volume(change: &Change, registry: &Registry) -> Vec<ObjectKey> {
    if change.object.get("/spec/claimRef").is_some_and(Value::is_object) {
        return Vec::new();
    }
    let waits = |pod: &Object| needs(registry, pod).is_ok_and(|needs| !needs.open.is_empty());
    registry.store().pods_on("").filter(|pod| waits(pod)).map(|pod| pod.key()).collect()
}
