//! kube-proxy: one Pod on every node, as its DaemonSet would keep it.

use crate::apimachinery::builtin::{NODE, POD};
use crate::apimachinery::{Object, ObjectKey, Status};

use super::super::bootstrap;
use super::super::manager::{Action, ReconcileContext, Reconciler, Watch};
use super::super::registry::WriteOptions;

const NAMESPACE: &str = "kube-system";

/// Makes the Pod of a node again when it is gone. Keys are the names of nodes.
pub(super) struct KubeProxyController;

static WATCHES: &[Watch] = &[Watch {
    kind: &POD,
    keys: |change, _| {
        let pod = &change.object;
        if is_proxy(pod) { vec![ObjectKey::new("", pod.text("/spec/nodeName"))] } else { Vec::new() }
    },
}];

impl Reconciler for KubeProxyController {
    fn name(&self) -> &'static str {
        "kube-proxy"
    }

    fn watches(&self) -> &'static [Watch] {
        WATCHES
    }

    fn reconcile(&self, context: &mut ReconcileContext<'_>, key: &ObjectKey) -> Result<Action, Status> {
        let registry = &mut *context.registry;
        let covered = registry.store().pods_on(&key.name).any(|pod| is_proxy(pod));
        if !covered && registry.get(&NODE, key).is_ok() {
            let options = WriteOptions::component("kube-controller-manager");
            registry.create(&POD, NAMESPACE, bootstrap::proxy_pod(&key.name), &options)?;
        }
        Ok(Action::AwaitChange)
    }
}

fn is_proxy(pod: &Object) -> bool {
    pod.namespace() == NAMESPACE && pod.label("k8s-app") == Some("kube-proxy")
}
