//! Keeps claims that Pods use and volumes that are bound (`pvc-protection`, `pv-protection`).

use crate::apimachinery::builtin::{PERSISTENT_VOLUME, PERSISTENT_VOLUME_CLAIM, POD};
use crate::apimachinery::{Kind, Object, ObjectKey, Status};
use crate::base::Value;

use super::super::super::manager::{Action, ReconcileContext, Reconciler, Watch};
use super::super::super::registry::{CLAIM_PROTECTION, Registry, VOLUME_PROTECTION, WriteOptions};
use super::super::{MANAGER, itself};

/// Lets a claim go once no Pod uses it.
pub(in super::super) struct ClaimProtection;

/// Lets a volume go once it is bound no more.
pub(in super::super) struct VolumeProtection;

static CLAIM_WATCHES: &[Watch] = &[
    Watch { kind: &PERSISTENT_VOLUME_CLAIM, keys: itself },
    Watch {
        kind: &POD,
        keys: |change, _| {
            let pod = &change.object;
            claims_of(pod).map(|name| ObjectKey::new(pod.namespace(), name)).collect()
        },
    },
];

static VOLUME_WATCHES: &[Watch] = &[Watch { kind: &PERSISTENT_VOLUME, keys: itself }];

impl Reconciler for ClaimProtection {
    fn name(&self) -> &'static str {
        "persistentvolumeclaim-protection-controller"
    }

    fn watches(&self) -> &'static [Watch] {
        CLAIM_WATCHES
    }

    fn reconcile(&self, context: &mut ReconcileContext<'_>, key: &ObjectKey) -> Result<Action, Status> {
        let registry = &mut *context.registry;
        let Ok(claim) = registry.get(&PERSISTENT_VOLUME_CLAIM, key) else { return Ok(Action::AwaitChange) };
        let used = registry
            .store()
            .list(&POD, Some(&key.namespace))
            .any(|pod| !pod.text("/spec/nodeName").is_empty() && claims_of(pod).any(|name| name == key.name));
        if claim.is_terminating() && !used {
            unprotect(registry, &PERSISTENT_VOLUME_CLAIM, &claim, CLAIM_PROTECTION)?;
        }
        Ok(Action::AwaitChange)
    }
}

impl Reconciler for VolumeProtection {
    fn name(&self) -> &'static str {
        "persistentvolume-protection-controller"
    }

    fn watches(&self) -> &'static [Watch] {
        VOLUME_WATCHES
    }

    fn reconcile(&self, context: &mut ReconcileContext<'_>, key: &ObjectKey) -> Result<Action, Status> {
        let registry = &mut *context.registry;
        let Ok(volume) = registry.get(&PERSISTENT_VOLUME, key) else { return Ok(Action::AwaitChange) };
        if volume.is_terminating() && volume.text("/status/phase") != "Bound" {
            unprotect(registry, &PERSISTENT_VOLUME, &volume, VOLUME_PROTECTION)?;
        }
        Ok(Action::AwaitChange)
    }
}

/// Names of the claims that a Pod uses; those of its ephemeral volumes included.
pub(super) fn claims_of(pod: &Object) -> impl Iterator<Item = String> {
    pod.list("/spec/volumes").iter().filter_map(move |volume| {
        if volume.get("ephemeral").is_some_and(Value::is_object) {
            return Some(format!("{}-{}", pod.name(), volume["name"].as_str()?));
        }
        volume.pointer("/persistentVolumeClaim/claimName")?.as_str().map(str::to_owned)
    })
}

fn unprotect(
    registry: &mut Registry,
    kind: &'static Kind,
    object: &Object,
    finalizer: &str,
) -> Result<(), Status> {
    let rest: Vec<String> =
        object.finalizers().filter(|found| *found != finalizer).map(str::to_owned).collect();
    if rest.len() == object.finalizers().count() {
        return Ok(());
    }
    let mut next = object.clone();
    next.set("/metadata/finalizers", rest);
    registry.update(kind, &object.key(), next, &WriteOptions::component(MANAGER)).map(|_| ())
}
