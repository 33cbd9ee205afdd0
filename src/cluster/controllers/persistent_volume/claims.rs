//! What is done for a claim (`syncClaim`).

use crate::apimachinery::builtin::{EVENT, PERSISTENT_VOLUME, PERSISTENT_VOLUME_CLAIM, POD, STORAGE_CLASS};
use crate::apimachinery::{Object, ObjectKey, Quantity, Status};
use crate::base::Value;

use super::super::super::manager::{Action, EventSource, EventType, record_event};
use super::super::super::registry::{Registry, WriteOptions, default_storage_class};
use super::super::MANAGER;
use super::{
    BIND_COMPLETED, BOUND_BY_CONTROLLER, PROVISIONED_BY, PROVISIONER, SELECTED_NODE, SYNC_PERIOD, bind,
    is_for, matching, set_claim_phase, tell,
};

/// Prefix of the provisioners that were built into Kubernetes once.
const IN_TREE: &str = "kubernetes.io/";

/// Brings a claim closer to being bound.
pub(super) fn sync(registry: &mut Registry, key: &ObjectKey) -> Result<Action, Status> {
    let Ok(claim) = registry.get(&PERSISTENT_VOLUME_CLAIM, key) else { return Ok(Action::AwaitChange) };
    if claim.annotation(BIND_COMPLETED).is_some() {
        return sync_bound(registry, &claim);
    }
    match claim.text("/spec/volumeName") {
        "" => sync_open(registry, &claim),
        name => sync_requested(registry, &claim, &ObjectKey::new("", name)),
    }
}

/// A claim that takes any volume that suits it.
fn sync_open(registry: &mut Registry, claim: &Object) -> Result<Action, Status> {
    let delayed = is_delayed(registry, claim) && claim.annotation(SELECTED_NODE).is_none();
    if let Some(volume) = matching::best(registry, claim, delayed) {
        bind(registry, &volume, claim)?;
        return Ok(Action::AwaitChange);
    }
    if claim.get("/spec/storageClassName").is_none_or(Value::is_null)
        && let Some(class) = default_storage_class(registry)
    {
        let mut classed = claim.clone();
        classed.set("/spec/storageClassName", class.name());
        let options = WriteOptions::component(MANAGER);
        registry.update(&PERSISTENT_VOLUME_CLAIM, &claim.key(), classed, &options)?;
        return Ok(Action::AwaitChange);
    }
    if claim.is_terminating() {
        return Ok(Action::AwaitChange);
    }
    if delayed {
        tell_who_is_awaited(registry, claim);
    } else if !claim.text("/spec/storageClassName").is_empty() {
        return provision(registry, claim);
    } else {
        let message = "no persistent volumes available for this claim and no storage class is set";
        tell(registry, claim, EventType::Normal, "FailedBinding", message);
    }
    Ok(Action::RequeueAfter(SYNC_PERIOD))
}

/// Whether the class leaves the choice to the scheduler (`IsDelayBindingMode`).
fn is_delayed(registry: &Registry, claim: &Object) -> bool {
    let class = ObjectKey::new("", claim.text("/spec/storageClassName"));
    registry
        .get(&STORAGE_CLASS, &class)
        .is_ok_and(|class| class.text("/volumeBindingMode") == "WaitForFirstConsumer")
}

/// `emitEventForUnboundDelayBindingClaim`.
fn tell_who_is_awaited(registry: &mut Registry, claim: &Object) {
    let waiting = registry.store().list(&POD, Some(claim.namespace())).find(|pod| {
        pod.text("/spec/nodeName").is_empty()
            && super::protection::claims_of(pod).any(|name| name == claim.name())
    });
    let (reason, message) = match waiting {
        Some(pod) => ("WaitForPodScheduled", format!("waiting for pod {} to be scheduled", pod.name())),
        None => {
            ("WaitForFirstConsumer", "waiting for first consumer to be created before binding".to_owned())
        }
    };
    tell(registry, claim, EventType::Normal, reason, &message);
}

/// Asks the provisioner of the claim's class for a volume (`provisionClaimOperationExternal`).
fn provision(registry: &mut Registry, claim: &Object) -> Result<Action, Status> {
    let class = ObjectKey::new("", claim.text("/spec/storageClassName"));
    let class = match registry.get(&STORAGE_CLASS, &class) {
        Ok(class) => class,
        Err(_) => {
            let message = format!("storageclass.storage.k8s.io {:?} not found", class.name);
            tell(registry, claim, EventType::Warning, "ProvisioningFailed", &message);
            return Ok(Action::RequeueAfter(SYNC_PERIOD));
        }
    };
    let provisioner = class.text("/provisioner");
    if provisioner.starts_with(IN_TREE) {
        let message = format!("no volume plugin matched name: {provisioner}");
        tell(registry, claim, EventType::Warning, "ProvisioningFailed", &message);
        return Ok(Action::RequeueAfter(SYNC_PERIOD));
    }
    let mut asked = claim.clone();
    for annotation in PROVISIONER {
        asked.set_annotation(annotation, provisioner);
    }
    let options = WriteOptions::component(MANAGER);
    let asked = registry.update(&PERSISTENT_VOLUME_CLAIM, &claim.key(), asked, &options)?.object;
    let message = format!(
        "Waiting for a volume to be created either by the external provisioner '{provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered."
    );
    tell(registry, &asked, EventType::Normal, "ExternalProvisioning", &message);
    Ok(Action::RequeueAfter(SYNC_PERIOD))
}

/// A claim that names its volume.
fn sync_requested(registry: &mut Registry, claim: &Object, name: &ObjectKey) -> Result<Action, Status> {
    let Ok(volume) = registry.get(&PERSISTENT_VOLUME, name) else {
        return Ok(Action::RequeueAfter(SYNC_PERIOD));
    };
    let unclaimed = volume.get("/spec/claimRef").is_none_or(Value::is_null);
    if unclaimed {
        if let Some(why) = matching::mismatch(claim, &volume) {
            let message = format!("Cannot bind to requested volume {:?}: {why}", volume.name());
            tell(registry, claim, EventType::Warning, "VolumeMismatch", &message);
            return Ok(Action::RequeueAfter(SYNC_PERIOD));
        }
    } else if !is_for(&volume, claim) {
        if claim.annotation(BOUND_BY_CONTROLLER).is_none() {
            let message = format!("volume {:?} already bound to a different claim.", volume.name());
            tell(registry, claim, EventType::Warning, "FailedBinding", &message);
        }
        return Ok(Action::RequeueAfter(SYNC_PERIOD));
    }
    bind(registry, &volume, claim)?;
    Ok(Action::AwaitChange)
}

/// A claim that was bound: its volume must still be there and be its own (`syncBoundClaim`).
fn sync_bound(registry: &mut Registry, claim: &Object) -> Result<Action, Status> {
    expand(registry, claim);
    let lost = "Bound claim has lost its PersistentVolume. Data on the volume is lost!";
    let name = claim.text("/spec/volumeName");
    if name.is_empty() {
        let message = "Bound claim has lost reference to PersistentVolume. Data on the volume is lost!";
        return lose(registry, claim, "ClaimLost", message);
    }
    let Ok(volume) = registry.get(&PERSISTENT_VOLUME, &ObjectKey::new("", name)) else {
        return lose(registry, claim, "ClaimLost", lost);
    };
    if volume.get("/spec/claimRef").is_none_or(Value::is_null) || is_for(&volume, claim) {
        bind(registry, &volume, claim)?;
        return Ok(Action::AwaitChange);
    }
    let message = "Two claims are bound to the same volume, this one is bound incorrectly";
    lose(registry, claim, "ClaimMisbound", message)
}

/// A claim that wants more than it has waits for its driver, which for folders there is none
/// (`pkg/controller/volume/expand`).
fn expand(registry: &mut Registry, claim: &Object) {
    let amount = |pointer: &str| claim.get(pointer).and_then(Quantity::from_value).unwrap_or(Quantity::ZERO);
    let (wanted, has) = (amount("/spec/resources/requests/storage"), amount("/status/capacity/storage"));
    let said = registry.store().list(&EVENT, Some(claim.namespace())).any(|event| {
        event.text("/reason") == "ExternalExpanding" && event.text("/involvedObject/uid") == claim.uid()
    });
    let requested = claim.text("/status/phase") == "Bound" && wanted > has;
    if requested && !said && !is_bound_by_hand(registry, claim) {
        let source = EventSource::component("volume_expand");
        let message = "waiting for an external controller to expand this PVC";
        record_event(registry, &source, claim, "", EventType::Normal, "ExternalExpanding", message);
    }
}

/// Whether nobody made the claim's volume for it.
fn is_bound_by_hand(registry: &Registry, claim: &Object) -> bool {
    let volume = ObjectKey::new("", claim.text("/spec/volumeName"));
    registry.get(&PERSISTENT_VOLUME, &volume).is_ok_and(|volume| volume.annotation(PROVISIONED_BY).is_none())
}

fn lose(registry: &mut Registry, claim: &Object, reason: &str, message: &str) -> Result<Action, Status> {
    if claim.text("/status/phase") != "Lost" {
        set_claim_phase(registry, claim, "Lost", None)?;
        tell(registry, claim, EventType::Warning, reason, message);
    }
    Ok(Action::AwaitChange)
}
