//! Volumes and claims find each other (`pkg/controller/volume/persistentvolume`).

mod claims;
mod ephemeral;
mod matching;
mod protection;
mod provisioner;
mod volumes;

use std::sync::Arc;

use jiff::SignedDuration;

use crate::apimachinery::builtin::{PERSISTENT_VOLUME, PERSISTENT_VOLUME_CLAIM, STORAGE_CLASS};
use crate::apimachinery::{Object, ObjectKey, Status};
use crate::base::{Value, json};

use super::super::manager::{
    Action, EventSource, EventType, ReconcileContext, Reconciler, Watch, record_event,
};
use super::super::registry::{Registry, WriteOptions, time_text};
use super::super::storage::Change;

pub(super) use ephemeral::EphemeralVolumes;
pub(super) use protection::{ClaimProtection, VolumeProtection};
pub(super) use provisioner::HostPathProvisioner;

/// Source of the events.
const COMPONENT: &str = "persistentvolume-controller";
/// Marks a claim whose binding is complete.
const BIND_COMPLETED: &str = "pv.kubernetes.io/bind-completed";
/// Marks a binding that the controller made, on either side.
const BOUND_BY_CONTROLLER: &str = "pv.kubernetes.io/bound-by-controller";
/// Names the provisioner that made a volume.
const PROVISIONED_BY: &str = "pv.kubernetes.io/provisioned-by";
/// Names the provisioner that shall make a volume for a claim, and its old form.
const PROVISIONER: [&str; 2] =
    ["volume.beta.kubernetes.io/storage-provisioner", "volume.kubernetes.io/storage-provisioner"];
/// The node that the scheduler chose for the first consumer of a claim.
const SELECTED_NODE: &str = "volume.kubernetes.io/selected-node";
/// How often everything is looked at again (`--pvclaimbinder-sync-period`).
const SYNC_PERIOD: SignedDuration = SignedDuration::from_secs(15);

/// Binds claims to volumes and sees to volumes that nobody claims any more. Keys with a namespace
/// are claims, those without are volumes.
pub(super) struct PersistentVolumeController;

static WATCHES: &[Watch] = &[
    Watch { kind: &PERSISTENT_VOLUME, keys: volume_and_its_claims },
    Watch { kind: &PERSISTENT_VOLUME_CLAIM, keys: claim_and_its_volume },
    Watch { kind: &STORAGE_CLASS, keys: |_, registry| pending_claims(registry) },
];

impl Reconciler for PersistentVolumeController {
    fn name(&self) -> &'static str {
        COMPONENT
    }

    fn watches(&self) -> &'static [Watch] {
        WATCHES
    }

    fn reconcile(&self, context: &mut ReconcileContext<'_>, key: &ObjectKey) -> Result<Action, Status> {
        let registry = &mut *context.registry;
        if key.namespace.is_empty() {
            volumes::sync(registry, context.node, key)
        } else {
            claims::sync(registry, key)
        }
    }
}

/// A changed volume, the claim it names, and the claims that may want it.
fn volume_and_its_claims(change: &Change, registry: &Registry) -> Vec<ObjectKey> {
    let volume = &change.object;
    let mut keys = vec![volume.key()];
    match claim_of(volume) {
        Some(claim) => keys.push(claim),
        None => keys.extend(pending_claims(registry)),
    }
    keys
}

/// A changed claim and the volume it is bound to.
fn claim_and_its_volume(change: &Change, registry: &Registry) -> Vec<ObjectKey> {
    let claim = &change.object;
    let mut keys = vec![claim.key()];
    match claim.text("/spec/volumeName") {
        "" => {
            let reserved = registry.store().list(&PERSISTENT_VOLUME, None);
            keys.extend(
                reserved
                    .filter(|volume| claim_of(volume).as_ref() == Some(&claim.key()))
                    .map(|volume| volume.key()),
            );
        }
        volume => keys.push(ObjectKey::new("", volume)),
    }
    keys
}

fn pending_claims(registry: &Registry) -> Vec<ObjectKey> {
    let claims = registry.store().list(&PERSISTENT_VOLUME_CLAIM, None);
    claims.filter(|claim| claim.annotation(BIND_COMPLETED).is_none()).map(|claim| claim.key()).collect()
}

/// The claim that a volume names.
fn claim_of(volume: &Object) -> Option<ObjectKey> {
    let text = |field: &str| volume.text(&format!("/spec/claimRef/{field}")).to_owned();
    volume
        .get("/spec/claimRef")
        .is_some_and(Value::is_object)
        .then(|| ObjectKey::new(text("namespace"), text("name")))
}

/// Whether a volume is bound to, or reserved for, just this claim (`IsVolumeBoundToClaim`).
fn is_for(volume: &Object, claim: &Object) -> bool {
    let uid = volume.text("/spec/claimRef/uid");
    claim_of(volume) == Some(claim.key()) && (uid.is_empty() || uid == claim.uid())
}

/// Writes both sides of a binding (`bind`).
fn bind(registry: &mut Registry, volume: &Object, claim: &Object) -> Result<(), Status> {
    let volume = bind_volume(registry, volume, claim)?;
    set_volume_phase(registry, &volume, "Bound", "")?;
    let mut bound = claim.clone();
    if claim.text("/spec/volumeName") != volume.name() {
        bound.set("/spec/volumeName", volume.name());
        bound.set_annotation(BOUND_BY_CONTROLLER, "yes");
    }
    bound.set_annotation(BIND_COMPLETED, "yes");
    let options = WriteOptions::component(super::MANAGER);
    let bound = registry.update(&PERSISTENT_VOLUME_CLAIM, &claim.key(), bound, &options)?.object;
    set_claim_phase(registry, &bound, "Bound", Some(&volume))
}

/// Makes a volume name a claim.
fn bind_volume(registry: &mut Registry, volume: &Object, claim: &Object) -> Result<Arc<Object>, Status> {
    let mut bound = volume.clone();
    if !is_for(volume, claim) {
        bound.set_annotation(BOUND_BY_CONTROLLER, "yes");
    }
    let reference = json!({
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "name": claim.name(),
        "namespace": claim.namespace(),
        "resourceVersion": claim.text("/metadata/resourceVersion"),
        "uid": claim.uid(),
    });
    if volume.text("/spec/claimRef/uid") != claim.uid() {
        bound.set("/spec/claimRef", reference);
    }
    let options = WriteOptions::component(super::MANAGER);
    registry.update(&PERSISTENT_VOLUME, &volume.key(), bound, &options).map(|written| written.object)
}

/// Writes a volume's phase and why, unless it is so already.
fn set_volume_phase(
    registry: &mut Registry,
    volume: &Object,
    phase: &str,
    message: &str,
) -> Result<(), Status> {
    let found = volume.text("/status/phase");
    if found == phase {
        return Ok(());
    }
    let mut next = volume.clone();
    if found != phase {
        next.set("/status/lastPhaseTransitionTime", time_text(registry.now()));
    }
    next.set("/status/phase", phase);
    if message.is_empty() {
        next.remove("/status/message");
    } else {
        next.set("/status/message", message);
    }
    registry.update_status(&PERSISTENT_VOLUME, next, super::MANAGER).map(|_| ())
}

/// Writes a claim's phase and what its volume gives it (`updateClaimStatus`).
fn set_claim_phase(
    registry: &mut Registry,
    claim: &Object,
    phase: &str,
    volume: Option<&Object>,
) -> Result<(), Status> {
    let mut next = claim.clone();
    next.set("/status/phase", phase);
    match volume {
        Some(volume) => {
            next.set("/status/accessModes", volume.list("/spec/accessModes").to_vec());
            next.set("/status/capacity", volume.get("/spec/capacity").cloned().unwrap_or_default());
        }
        None => {
            next.remove("/status/accessModes");
            next.remove("/status/capacity");
        }
    }
    registry.update_status(&PERSISTENT_VOLUME_CLAIM, next, super::MANAGER).map(|_| ())
}

/// Records an event of the controller.
fn tell(registry: &mut Registry, about: &Object, event_type: EventType, reason: &str, message: &str) {
    record_event(registry, &EventSource::component(COMPONENT), about, "", event_type, reason, message);
}
