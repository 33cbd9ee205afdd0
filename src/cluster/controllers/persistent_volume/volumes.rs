//! What is done for a volume (`syncVolume`).

use crate::apimachinery::builtin::{PERSISTENT_VOLUME, PERSISTENT_VOLUME_CLAIM};
use crate::apimachinery::{Object, ObjectKey, Status};
use crate::base::Value;

use super::super::super::kubelet::NodeState;
use super::super::super::manager::{Action, EventType};
use super::super::super::registry::{DeleteOptions, Registry, WriteOptions};
use super::super::MANAGER;
use super::{BOUND_BY_CONTROLLER, PROVISIONED_BY, claim_of, set_volume_phase, tell};

/// Brings a volume's phase up to date; what nobody claims any more is reclaimed.
pub(super) fn sync(registry: &mut Registry, node: &mut NodeState, key: &ObjectKey) -> Result<Action, Status> {
    let Ok(volume) = registry.get(&PERSISTENT_VOLUME, key) else { return Ok(Action::AwaitChange) };
    let Some(claim) = claim_of(&volume) else {
        set_volume_phase(registry, &volume, "Available", "")?;
        return Ok(Action::AwaitChange);
    };
    let uid = volume.text("/spec/claimRef/uid");
    if uid.is_empty() {
        // Reserved by hand for a claim that is not bound to it yet.
        set_volume_phase(registry, &volume, "Available", "")?;
        return Ok(Action::AwaitChange);
    }
    let claim = registry.get(&PERSISTENT_VOLUME_CLAIM, &claim).ok().filter(|claim| claim.uid() == uid);
    let Some(claim) = claim else { return release(registry, node, &volume) };
    match claim.text("/spec/volumeName") {
        name if name == volume.name() => {
            set_volume_phase(registry, &volume, "Bound", "")?;
            Ok(Action::AwaitChange)
        }
        // The claim's own sync finishes the binding.
        "" => Ok(Action::AwaitChange),
        _ => abandon(registry, node, &volume),
    }
}

/// The claim chose another volume (`unbindVolume`, or the provisioned volume is surplus).
fn abandon(registry: &mut Registry, node: &mut NodeState, volume: &Object) -> Result<Action, Status> {
    let surplus = volume.annotation(PROVISIONED_BY).is_some()
        && volume.text("/spec/persistentVolumeReclaimPolicy") == "Delete";
    if surplus { release(registry, node, volume) } else { unbind(registry, volume) }
}

/// Forgets the claim; a volume that was reserved by hand stays reserved.
fn unbind(registry: &mut Registry, volume: &Object) -> Result<Action, Status> {
    let mut free = volume.clone();
    if volume.annotation(BOUND_BY_CONTROLLER).is_some() {
        free.remove("/spec/claimRef");
        if let Some(Value::Object(annotations)) = free.get_mut("/metadata/annotations") {
            annotations.remove(BOUND_BY_CONTROLLER);
        }
    } else {
        free.remove("/spec/claimRef/uid");
        free.remove("/spec/claimRef/resourceVersion");
    }
    let options = WriteOptions::component(MANAGER);
    let free = registry.update(&PERSISTENT_VOLUME, &volume.key(), free, &options)?.object;
    set_volume_phase(registry, &free, "Available", "")?;
    Ok(Action::AwaitChange)
}

/// The claim is gone: the volume is released, then treated by its policy (`reclaimVolume`).
fn release(registry: &mut Registry, node: &mut NodeState, volume: &Object) -> Result<Action, Status> {
    if !["Released", "Failed"].contains(&volume.text("/status/phase")) {
        set_volume_phase(registry, volume, "Released", "")?;
        return Ok(Action::AwaitChange);
    }
    if volume.is_terminating() || volume.text("/status/phase") == "Failed" {
        return Ok(Action::AwaitChange);
    }
    match volume.text("/spec/persistentVolumeReclaimPolicy") {
        "Delete" => delete(registry, volume),
        "Recycle" => recycle(registry, node, volume),
        _ => Ok(Action::AwaitChange),
    }
}

fn delete(registry: &mut Registry, volume: &Object) -> Result<Action, Status> {
    if volume.annotation(PROVISIONED_BY).is_some_and(|name| !name.starts_with("kubernetes.io/")) {
        // Its provisioner deletes it.
        return Ok(Action::AwaitChange);
    }
    let path = volume.text("/spec/hostPath/path");
    let why = if path.is_empty() {
        Some(format!(
            "error getting deleter volume plugin for volume {:?}: no deletable volume plugin matched",
            volume.name()
        ))
    } else if path.strip_prefix("/tmp/").is_none_or(str::is_empty) {
        Some(format!("host_path deleter only supports /tmp/.+ but received provided {path}"))
    } else {
        None
    };
    match why {
        Some(why) => fail(registry, volume, "VolumeFailedDelete", &why),
        None => {
            let (delete, options) = (DeleteOptions::default(), WriteOptions::component(MANAGER));
            registry.delete(&PERSISTENT_VOLUME, &volume.key(), &delete, &options)?;
            Ok(Action::AwaitChange)
        }
    }
}

/// Empties a volume and makes it available again. Upstream does it with a Pod that removes the
/// files; here they are gone at once.
fn recycle(registry: &mut Registry, node: &mut NodeState, volume: &Object) -> Result<Action, Status> {
    if volume.get("/spec/hostPath").is_none_or(Value::is_null) {
        return fail(registry, volume, "VolumeFailedRecycle", "No recycler plugin found for the volume!");
    }
    node.remove_folder(volume.text("/spec/hostPath/path"));
    tell(registry, volume, EventType::Normal, "VolumeRecycled", "Volume recycled");
    let mut free = volume.clone();
    free.remove("/spec/claimRef");
    if let Some(Value::Object(annotations)) = free.get_mut("/metadata/annotations") {
        annotations.remove(BOUND_BY_CONTROLLER);
    }
    let options = WriteOptions::component(MANAGER);
    let free = registry.update(&PERSISTENT_VOLUME, &volume.key(), free, &options)?.object;
    set_volume_phase(registry, &free, "Available", "")?;
    Ok(Action::AwaitChange)
}

fn fail(registry: &mut Registry, volume: &Object, reason: &str, why: &str) -> Result<Action, Status> {
    set_volume_phase(registry, volume, "Failed", why)?;
    tell(registry, volume, EventType::Warning, reason, why);
    Ok(Action::AwaitChange)
}
