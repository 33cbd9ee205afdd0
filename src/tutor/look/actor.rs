//! Who writes in a cluster, told from the names under which they do.

use crate::base::Value;

use super::state::text;

/// Who did something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A client (kubectl and others), through the API server.
    Client(String),
    /// The API server of its own.
    ApiServer,
    /// A controller, by the kind that it looks after.
    Controller(String),
    /// The scheduler.
    Scheduler,
    /// The kubelet of a node.
    Kubelet,
}

/// The writer behind a name in managedFields; `own` says whether an object's own status was written.
pub(super) fn of_manager(manager: &str, object: &Value, own: bool) -> Actor {
    match manager {
        "kube-scheduler" => Actor::Scheduler,
        "kubelet" => Actor::Kubelet,
        "kube-controller-manager" => Actor::Controller(controller_of(object, own)),
        "kube-apiserver" => Actor::ApiServer,
        other => Actor::Client(other.to_owned()),
    }
}

/// The writer of an event, by the component that it names.
pub(super) fn of_component(component: &str) -> Actor {
    match component {
        "default-scheduler" | "kube-scheduler" => Actor::Scheduler,
        "kubelet" => Actor::Kubelet,
        other => match other.strip_suffix("-controller") {
            Some(kind) => Actor::Controller(kind.to_owned()),
            None => Actor::Controller(other.to_owned()),
        },
    }
}

/// The controller that writes an object: its owner's, or for its status its own.
fn controller_of(object: &Value, own: bool) -> String {
    let kind = text(object, "/kind").to_lowercase();
    let owner = object.pointer("/metadata/ownerReferences").and_then(Value::as_array);
    let owner = owner.and_then(|owners| owners.iter().find(|owner| owner["controller"] == true));
    match owner {
        // A slice belongs to its Service, and a controller of its own writes it.
        Some(owner) if !own && kind != "endpointslice" => text(owner, "/kind").to_lowercase(),
        _ => match kind.as_str() {
            "persistentvolumeclaim" | "persistentvolume" => "persistentvolume-binder".to_owned(),
            "horizontalpodautoscaler" => "horizontal-pod-autoscaler".to_owned(),
            "poddisruptionbudget" => "disruption".to_owned(),
            _ => kind,
        },
    }
}
