//! What people do to a cluster, at random.

use proptest::prelude::*;

use crate::apimachinery::{Kind, Object, ObjectKey, builtin};
use crate::base::json;

use super::super::registry::{DeleteOptions, Propagation, WriteOptions};
use super::super::simulation::Simulation;

/// One thing that somebody does.
#[derive(Clone, Debug)]
pub(super) enum Operation {
    Create(Workload, u8, u8),
    Scale(Workload, u8, u8),
    SetImage(Workload, u8, Image),
    Delete(Workload, u8, How),
    /// A Service for the workloads of that number.
    Expose(u8),
    Unexpose(u8),
    /// Changes the label that selects one of the Pods there are.
    Relabel(u8),
    DeletePod(u8, bool),
    Cordon(bool),
    PauseRollout(u8, bool),
    Wait(u16),
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Workload {
    Deployment,
    StatefulSet,
    DaemonSet,
    Job,
    ReplicaSet,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Image {
    Good,
    Other,
    Missing,
    Crashing,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum How {
    Background,
    Foreground,
    Orphan,
}

/// Up to `most` operations.
pub(super) fn operations(most: usize) -> impl Strategy<Value = Vec<Operation>> {
    let workload = prop_oneof![
        4 => Just(Workload::Deployment),
        2 => Just(Workload::StatefulSet),
        1 => Just(Workload::DaemonSet),
        1 => Just(Workload::Job),
        1 => Just(Workload::ReplicaSet),
    ];
    let image =
        prop_oneof![Just(Image::Good), Just(Image::Other), Just(Image::Missing), Just(Image::Crashing)];
    let how = prop_oneof![Just(How::Background), Just(How::Foreground), Just(How::Orphan)];
    let operation = prop_oneof![
        6 => (workload.clone(), 0_u8..3, 0_u8..6).prop_map(|(kind, name, count)| Operation::Create(kind, name, count)),
        4 => (workload.clone(), 0_u8..3, 0_u8..8).prop_map(|(kind, name, count)| Operation::Scale(kind, name, count)),
        4 => (workload.clone(), 0_u8..3, image).prop_map(|(kind, name, image)| Operation::SetImage(kind, name, image)),
        2 => (workload, 0_u8..3, how).prop_map(|(kind, name, how)| Operation::Delete(kind, name, how)),
        2 => (0_u8..3).prop_map(Operation::Expose),
        1 => (0_u8..3).prop_map(Operation::Unexpose),
        2 => any::<u8>().prop_map(Operation::Relabel),
        3 => (any::<u8>(), any::<bool>()).prop_map(|(which, force)| Operation::DeletePod(which, force)),
        1 => any::<bool>().prop_map(Operation::Cordon),
        1 => (0_u8..3, any::<bool>()).prop_map(|(name, pause)| Operation::PauseRollout(name, pause)),
        3 => (1_u16..900).prop_map(Operation::Wait),
    ];
    prop::collection::vec(operation, 1..=most)
}

impl Workload {
    fn kind(self) -> &'static Kind {
        match self {
            Self::Deployment => &builtin::DEPLOYMENT,
            Self::StatefulSet => &builtin::STATEFUL_SET,
            Self::DaemonSet => &builtin::DAEMON_SET,
            Self::Job => &builtin::JOB,
            Self::ReplicaSet => &builtin::REPLICA_SET,
        }
    }

    fn key(self, name: u8) -> ObjectKey {
        ObjectKey::new("default", format!("{}-{name}", self.kind().singular))
    }

    fn object(self, name: u8, count: u8) -> Object {
        let key = self.key(name);
        let mut object = Object::new(self.kind(), "default", &key.name);
        let labels = json!({"app": format!("app-{name}"), "kind": self.kind().singular});
        let mut spec = json!({
            "template": {
                "metadata": {"labels": labels},
                "spec": {"containers": [{"name": "main", "image": "nginx:1.27",
                    "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}}}]},
            },
        });
        if let Self::Job = self {
            spec["parallelism"] = json!(count.max(1));
            spec["completions"] = json!(count.max(1));
            spec["template"]["spec"]["restartPolicy"] = json!("OnFailure");
            spec["template"]["spec"]["containers"][0]["image"] = json!("busybox:1.36");
            spec["template"]["spec"]["containers"][0]["command"] = json!(["sleep", "20"]);
        } else {
            spec["selector"] = json!({"matchLabels": labels});
            if !matches!(self, Self::DaemonSet) {
                spec["replicas"] = json!(count);
            }
        }
        if let Self::StatefulSet = self {
            spec["serviceName"] = json!(format!("svc-{name}"));
        }
        object.set("/spec", spec);
        object
    }
}

impl Operation {
    /// Seconds that the world then has for itself.
    pub(super) fn patience(&self) -> i64 {
        match self {
            Self::Wait(seconds) => i64::from(*seconds),
            Self::Create(_, name, count) => i64::from(name * 7 + count),
            Self::DeletePod(which, _) => i64::from(which % 40),
            _ => 5,
        }
    }

    /// Does it; what the API refuses is refused.
    pub(super) fn perform(&self, simulation: &mut Simulation) {
        match self {
            Self::Create(workload, name, count) => {
                create(simulation, workload.kind(), workload.object(*name, *count));
            }
            Self::Scale(workload, name, count) => {
                let field = if let Workload::Job = workload { "/spec/parallelism" } else { "/spec/replicas" };
                if !matches!(workload, Workload::DaemonSet) {
                    change(simulation, workload.kind(), &workload.key(*name), |object| {
                        object.set(field, *count);
                    });
                }
            }
            Self::SetImage(workload, name, image) => {
                change(simulation, workload.kind(), &workload.key(*name), |object| set_image(object, *image));
            }
            Self::Delete(workload, name, how) => {
                delete(simulation, workload.kind(), &workload.key(*name), *how);
            }
            Self::Expose(name) => {
                let mut service = Object::new(&builtin::SERVICE, "default", &format!("svc-{name}"));
                let ports = json!([{"port": 80}]);
                let selector = json!({"app": format!("app-{name}")});
                let service_type = ["ClusterIP", "NodePort", "LoadBalancer"][usize::from(*name) % 3];
                service.set("/spec", json!({"selector": selector, "ports": ports, "type": service_type}));
                create(simulation, &builtin::SERVICE, service);
            }
            Self::Unexpose(name) => {
                let key = ObjectKey::new("default", format!("svc-{name}"));
                delete(simulation, &builtin::SERVICE, &key, How::Background);
            }
            Self::Relabel(which) => {
                if let Some(key) = some_pod(simulation, *which) {
                    change(simulation, &builtin::POD, &key, |pod| {
                        let lost = pod.text("/metadata/labels/kind") == "lost";
                        pod.set("/metadata/labels/kind", if lost { "deployment" } else { "lost" });
                    });
                }
            }
            Self::DeletePod(which, force) => {
                if let Some(key) = some_pod(simulation, *which) {
                    let grace = force.then_some(0);
                    let options = DeleteOptions { grace_period_seconds: grace, ..DeleteOptions::default() };
                    let write = WriteOptions::component("test");
                    let _ = simulation.registry.delete(&builtin::POD, &key, &options, &write);
                }
            }
            Self::Cordon(on) => {
                let key = ObjectKey::new("", "minikube-m02");
                change(simulation, &builtin::NODE, &key, |node| node.set("/spec/unschedulable", *on));
            }
            Self::PauseRollout(name, pause) => {
                change(simulation, &builtin::DEPLOYMENT, &Workload::Deployment.key(*name), |object| {
                    object.set("/spec/paused", *pause);
                });
            }
            Self::Wait(_) => {}
        }
    }
}

fn set_image(object: &mut Object, image: Image) {
    let container = "/spec/template/spec/containers/0";
    let name = match image {
        Image::Good => "nginx:1.27",
        Image::Other => "nginx:1.26",
        Image::Missing => "nginx:no-such-tag",
        Image::Crashing => "busybox:1.36",
    };
    object.set(&format!("{container}/image"), name);
    object.remove(&format!("{container}/command"));
    if let Image::Crashing = image {
        object.set(&format!("{container}/command"), json!(["sh", "-c", "sleep 3; exit 1"]));
    }
}

fn some_pod(simulation: &Simulation, which: u8) -> Option<ObjectKey> {
    let pods = simulation.registry.list(&builtin::POD, Some("default"));
    pods.get(usize::from(which) % pods.len().max(1)).map(|pod| pod.key())
}

fn create(simulation: &mut Simulation, kind: &'static Kind, object: Object) {
    let namespace = object.namespace().to_owned();
    let _ = simulation.registry.create(kind, &namespace, object, &WriteOptions::component("test"));
}

fn change(
    simulation: &mut Simulation,
    kind: &'static Kind,
    key: &ObjectKey,
    change: impl FnOnce(&mut Object),
) {
    if let Ok(found) = simulation.registry.get(kind, key) {
        let mut object = Object::clone(&found);
        change(&mut object);
        let _ = simulation.registry.update(kind, key, object, &WriteOptions::component("test"));
    }
}

fn delete(simulation: &mut Simulation, kind: &'static Kind, key: &ObjectKey, how: How) {
    let propagation = match how {
        How::Background => Propagation::Background,
        How::Foreground => Propagation::Foreground,
        How::Orphan => Propagation::Orphan,
    };
    let options = DeleteOptions { propagation: Some(propagation), ..DeleteOptions::default() };
    let _ = simulation.registry.delete(kind, key, &options, &WriteOptions::component("test"));
}
