//! minikube's storage provisioner: a folder on the node for every claim of its classes.

use jiff::SignedDuration;

use crate::apimachinery::builtin::{PERSISTENT_VOLUME, PERSISTENT_VOLUME_CLAIM, POD};
use crate::apimachinery::{Object, ObjectKey, Status};
use crate::base::json;

use super::super::super::kubelet::NodeState;
use super::super::super::manager::{
    Action, EventSource, EventType, ReconcileContext, Reconciler, Watch, record_event,
};
use super::super::super::registry::{DeleteOptions, Registry, WriteOptions};
use super::{PROVISIONED_BY, PROVISIONER, claim_of};

/// Its name in StorageClasses.
const NAME: &str = "k8s.io/minikube-hostpath";
/// Its program in managedFields.
const MANAGER: &str = "storage-provisioner";
/// Names this installation of it.
const IDENTITY: &str = "3f4a3c8e-6f0c-4d5b-9a0e-7f1b6b8f2c11";
/// Source of its events: its name, the node, and the installation.
const COMPONENT: &str = "k8s.io/minikube-hostpath_minikube_3f4a3c8e-6f0c-4d5b-9a0e-7f1b6b8f2c11";
/// Says which installation made a volume.
const IDENTITY_ANNOTATION: &str = "hostPathProvisionerIdentity";
/// Folder of all its folders.
const FOLDER: &str = "/tmp/hostpath-provisioner";
/// How long it takes to see a claim, in milliseconds.
const PAUSE: i64 = 40;

/// The provisioner. Keys with a namespace are claims, those without are volumes.
pub(in super::super) struct HostPathProvisioner;

static WATCHES: &[Watch] = &[
    Watch {
        kind: &PERSISTENT_VOLUME_CLAIM,
        keys: |change, _| if is_asked(&change.object) { vec![change.object.key()] } else { Vec::new() },
    },
    Watch { kind: &PERSISTENT_VOLUME, keys: super::super::itself },
    Watch {
        kind: &POD,
        keys: |change, registry| {
            if is_provisioner(&change.object) { open_claims(registry) } else { Vec::new() }
        },
    },
];

impl Reconciler for HostPathProvisioner {
    fn name(&self) -> &'static str {
        MANAGER
    }

    fn watches(&self) -> &'static [Watch] {
        WATCHES
    }

    fn reconcile(&self, context: &mut ReconcileContext<'_>, key: &ObjectKey) -> Result<Action, Status> {
        let registry = &mut *context.registry;
        let runs = registry
            .store()
            .list(&POD, Some("kube-system"))
            .any(|pod| is_provisioner(pod) && pod.text("/status/phase") == "Running");
        if !runs {
            return Ok(Action::AwaitChange);
        }
        if key.namespace.is_empty() { reclaim(registry, context.node, key) } else { provision(registry, key) }
    }
}

fn is_provisioner(pod: &Object) -> bool {
    pod.namespace() == "kube-system" && pod.label("integration-test") == Some("storage-provisioner")
}

/// Whether a claim waits for this provisioner.
fn is_asked(claim: &Object) -> bool {
    claim.annotation(PROVISIONER[1]) == Some(NAME) && claim.text("/spec/volumeName").is_empty()
}

fn open_claims(registry: &Registry) -> Vec<ObjectKey> {
    let claims = registry.store().list(&PERSISTENT_VOLUME_CLAIM, None);
    claims.filter(|claim| is_asked(claim)).map(|claim| claim.key()).collect()
}

fn provision(registry: &mut Registry, key: &ObjectKey) -> Result<Action, Status> {
    let Ok(claim) = registry.get(&PERSISTENT_VOLUME_CLAIM, key) else { return Ok(Action::AwaitChange) };
    let name = format!("pvc-{}", claim.uid());
    let made = registry.get(&PERSISTENT_VOLUME, &ObjectKey::new("", name.as_str())).is_ok();
    if !is_asked(&claim) || claim.is_terminating() || made {
        return Ok(Action::AwaitChange);
    }
    let source = EventSource::component(COMPONENT);
    let message = format!("External provisioner is provisioning volume for claim \"{key}\"");
    let already = registry.now().duration_since(claim.creation_timestamp().unwrap_or(registry.now()));
    if already < SignedDuration::from_millis(PAUSE) {
        return Ok(Action::RequeueAfter(SignedDuration::from_millis(PAUSE)));
    }
    record_event(registry, &source, &claim, "", EventType::Normal, "Provisioning", &message);
    let volume = volume(registry, &claim, &name);
    registry.create(&PERSISTENT_VOLUME, "", volume, &WriteOptions::component(MANAGER))?;
    let message = format!("Successfully provisioned volume {name}");
    record_event(registry, &source, &claim, "", EventType::Normal, "ProvisioningSucceeded", &message);
    Ok(Action::AwaitChange)
}

fn volume(registry: &Registry, claim: &Object, name: &str) -> Object {
    let class = claim.text("/spec/storageClassName");
    let policy = registry
        .get(&crate::apimachinery::builtin::STORAGE_CLASS, &ObjectKey::new("", class))
        .map_or_else(|_| "Delete".to_owned(), |class| class.text("/reclaimPolicy").to_owned());
    let mut volume = Object::new(&PERSISTENT_VOLUME, "", name);
    volume.set_annotation(IDENTITY_ANNOTATION, IDENTITY);
    volume.set_annotation(PROVISIONED_BY, NAME);
    volume.set(
        "/spec",
        json!({
            "accessModes": claim.list("/spec/accessModes"),
            "capacity": {"storage": claim.text("/spec/resources/requests/storage")},
            "claimRef": {
                "apiVersion": "v1",
                "kind": "PersistentVolumeClaim",
                "name": claim.name(),
                "namespace": claim.namespace(),
                "resourceVersion": claim.text("/metadata/resourceVersion"),
                "uid": claim.uid(),
            },
            "hostPath": {"path": folder(claim), "type": ""},
            "persistentVolumeReclaimPolicy": policy,
            "storageClassName": class,
            "volumeMode": claim.text("/spec/volumeMode"),
        }),
    );
    volume
}

fn folder(claim: &Object) -> String {
    format!("{FOLDER}/{}/{}", claim.namespace(), claim.name())
}

/// Deletes a released volume; its folder goes with it.
fn reclaim(registry: &mut Registry, node: &mut NodeState, key: &ObjectKey) -> Result<Action, Status> {
    let Ok(volume) = registry.get(&PERSISTENT_VOLUME, key) else { return Ok(Action::AwaitChange) };
    let ours = volume.annotation(PROVISIONED_BY) == Some(NAME);
    let released = volume.text("/status/phase") == "Released"
        && volume.text("/spec/persistentVolumeReclaimPolicy") == "Delete";
    if ours && released && !volume.is_terminating() && claim_of(&volume).is_some() {
        node.remove_folder(volume.text("/spec/hostPath/path"));
        let (delete, options) = (DeleteOptions::default(), WriteOptions::component(MANAGER));
        registry.delete(&PERSISTENT_VOLUME, &volume.key(), &delete, &options)?;
    }
    Ok(Action::AwaitChange)
}
