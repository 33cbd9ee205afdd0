//! Claims of StatefulSets: one for each claim template and Pod, kept or deleted by the set's policy.

use crate::apimachinery::builtin::PERSISTENT_VOLUME_CLAIM;
use crate::apimachinery::{Object, ObjectKey, OwnerReference, Status};
use crate::base::{Value, json};

use super::super::super::manager::{EventSource, EventType, record_event};
use super::super::super::registry::{Registry, WriteOptions};
use super::super::MANAGER;
use super::COMPONENT;

/// The name of the claim of a template and a Pod.
pub(super) fn claim_name(template: &str, pod: &str) -> String {
    format!("{template}-{pod}")
}

/// Names of the claim templates.
pub(super) fn template_names(set: &Object) -> Vec<&str> {
    set.list("/spec/volumeClaimTemplates")
        .iter()
        .filter_map(|claim| claim.pointer("/metadata/name")?.as_str())
        .collect()
}

/// Creates the claims of a Pod that are missing (`createPersistentVolumeClaims`).
pub(super) fn ensure(registry: &mut Registry, set: &Object, pod: &Object) -> Result<(), Status> {
    for template in set.list("/spec/volumeClaimTemplates") {
        let claim = claim(set, pod, template);
        match registry.get(&PERSISTENT_VOLUME_CLAIM, &claim.key()) {
            Ok(found) if found.is_terminating() => {
                return Err(Status::internal(format!("pvc {} is being deleted", claim.name())));
            }
            Ok(_) => {}
            Err(_) => {
                let name = claim.name().to_owned();
                let options = WriteOptions::component(MANAGER);
                let created = registry.create(&PERSISTENT_VOLUME_CLAIM, set.namespace(), claim, &options);
                tell(registry, set, pod, &name, created.as_ref().err());
                created?;
            }
        }
    }
    Ok(())
}

fn claim(set: &Object, pod: &Object, template: &Value) -> Object {
    let name = template.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default();
    let mut claim = Object::new(&PERSISTENT_VOLUME_CLAIM, set.namespace(), &claim_name(name, pod.name()));
    for field in ["labels", "annotations"] {
        if let Some(map) = template.pointer(&format!("/metadata/{field}")) {
            claim.set(&format!("/metadata/{field}"), map.clone());
        }
    }
    for (key, value) in set.map("/spec/selector/matchLabels").into_iter().flatten() {
        claim.set_label(key, value.as_str().unwrap_or_default());
    }
    claim.set("/spec", template.get("spec").cloned().unwrap_or_default());
    if deletes(set, "whenDeleted") {
        claim.set("/metadata/ownerReferences", json!([OwnerReference::controller(set)]));
    }
    claim
}

fn deletes(set: &Object, moment: &str) -> bool {
    set.text(&format!("/spec/persistentVolumeClaimRetentionPolicy/{moment}")) == "Delete"
}

/// Gives the claims of a Pod the owners that the set's policy wants (`UpdatePodClaimForRetentionPolicy`):
/// the Pod, once it is to go and its claims with it; the set, when they shall go with that.
pub(super) fn follow_policy(
    registry: &mut Registry,
    set: &Object,
    pod: &Object,
    condemned: bool,
) -> Result<(), Status> {
    let wanted = if condemned && deletes(set, "whenScaled") {
        Some(pod)
    } else if deletes(set, "whenDeleted") {
        Some(set)
    } else {
        None
    };
    for template in template_names(set) {
        let key = ObjectKey::new(set.namespace(), claim_name(template, pod.name()));
        let Ok(claim) = registry.get(&PERSISTENT_VOLUME_CLAIM, &key) else { continue };
        let ours = |reference: &Value| {
            reference["uid"] == set.uid() || (reference["kind"] == "Pod" && reference["name"] == pod.name())
        };
        let mut references: Vec<Value> = claim.list("/metadata/ownerReferences").to_vec();
        references.retain(|reference| !ours(reference));
        if !references.iter().any(|reference| reference["controller"] == true) {
            references.extend(wanted.map(|owner| json!(OwnerReference::controller(owner))));
        }
        if references != claim.list("/metadata/ownerReferences") {
            let mut next = Object::clone(&claim);
            next.set("/metadata/ownerReferences", references);
            registry.update(&PERSISTENT_VOLUME_CLAIM, &key, next, &WriteOptions::component(MANAGER))?;
        }
    }
    Ok(())
}

fn tell(registry: &mut Registry, set: &Object, pod: &Object, claim: &str, failure: Option<&Status>) {
    let (pod, name) = (pod.name(), set.name());
    let (event_type, reason, message) = match failure {
        None => (
            EventType::Normal,
            "SuccessfulCreate",
            format!("create Claim {claim} Pod {pod} in StatefulSet {name} success"),
        ),
        Some(status) => (
            EventType::Warning,
            "FailedCreate",
            format!("create Claim {claim} for Pod {pod} in StatefulSet {name} failed error: {status}"),
        ),
    };
    record_event(registry, &EventSource::component(COMPONENT), set, "", event_type, reason, &message);
}
