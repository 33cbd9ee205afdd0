//! Claims of Pods' own ephemeral volumes (`pkg/controller/volume/ephemeral`).

use crate::apimachinery::builtin::{PERSISTENT_VOLUME_CLAIM, POD};
use crate::apimachinery::{Object, ObjectKey, OwnerReference, Status};
use crate::base::{Value, json};

use super::super::super::manager::{
    Action, EventSource, EventType, ReconcileContext, Reconciler, Watch, record_event,
};
use super::super::super::registry::{Registry, WriteOptions};
use super::super::{MANAGER, itself};

/// Creates a claim for every ephemeral volume of a Pod; it goes with the Pod.
pub(in super::super) struct EphemeralVolumes;

static WATCHES: &[Watch] = &[
    Watch { kind: &POD, keys: itself },
    Watch { kind: &PERSISTENT_VOLUME_CLAIM, keys: |change, _| super::super::controllers_of(change, &POD) },
];

impl Reconciler for EphemeralVolumes {
    fn name(&self) -> &'static str {
        "ephemeral_volume"
    }

    fn watches(&self) -> &'static [Watch] {
        WATCHES
    }

    fn reconcile(&self, context: &mut ReconcileContext<'_>, key: &ObjectKey) -> Result<Action, Status> {
        let registry = &mut *context.registry;
        let Ok(pod) = registry.get(&POD, key) else { return Ok(Action::AwaitChange) };
        if pod.is_terminating() || matches!(pod.text("/status/phase"), "Succeeded" | "Failed") {
            return Ok(Action::AwaitChange);
        }
        for volume in pod.list("/spec/volumes") {
            let template = volume.pointer("/ephemeral/volumeClaimTemplate");
            if let (Some(template), Some(name)) = (template, volume["name"].as_str()) {
                ensure(registry, &pod, name, template)?;
            }
        }
        Ok(Action::AwaitChange)
    }
}

fn ensure(registry: &mut Registry, pod: &Object, volume: &str, template: &Value) -> Result<(), Status> {
    let key = ObjectKey::new(pod.namespace(), format!("{}-{volume}", pod.name()));
    if let Ok(claim) = registry.get(&PERSISTENT_VOLUME_CLAIM, &key) {
        if claim.is_controlled_by(pod.uid()) {
            return Ok(());
        }
        let why = format!("PVC {key} was not created for pod {} (pod is not owner)", pod.key());
        return Err(Status::internal(why));
    }
    let mut claim = Object::new(&PERSISTENT_VOLUME_CLAIM, pod.namespace(), &key.name);
    for field in ["labels", "annotations"] {
        if let Some(map) = template.pointer(&format!("/metadata/{field}")) {
            claim.set(&format!("/metadata/{field}"), map.clone());
        }
    }
    claim.set("/metadata/ownerReferences", json!([OwnerReference::controller(pod)]));
    claim.set("/spec", template.get("spec").cloned().unwrap_or_default());
    let created =
        registry.create(&PERSISTENT_VOLUME_CLAIM, pod.namespace(), claim, &WriteOptions::component(MANAGER));
    if let Err(status) = created {
        let message = format!("ephemeral volume {volume}: create PVC {}: {status}", key.name);
        let source = EventSource::component("ephemeral_volume");
        record_event(
            registry,
            &source,
            pod,
            "",
            EventType::Warning,
            "EphemeralVolumeCreationFailed",
            &message,
        );
        return Err(status);
    }
    Ok(())
}
