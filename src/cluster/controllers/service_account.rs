//! What every namespace gets: the ServiceAccount `default` and the ConfigMap `kube-root-ca.crt`
//! (`pkg/controller/serviceaccount`, `pkg/controller/certificates/rootcacertpublisher`).

use crate::apimachinery::{Kind, Object, ObjectKey, Status, builtin};
use crate::base::json;

use super::super::manager::{Action, ReconcileContext, Reconciler, Watch};
use super::super::registry::{Registry, WriteOptions};
use super::super::storage::Change;
use super::MANAGER;

const ROOT_CA_NAME: &str = "kube-root-ca.crt";
const ACCOUNT_NAME: &str = "default";

/// Gives each namespace its account and its certificate.
pub(super) struct ServiceAccountController;

static WATCHES: &[Watch] = &[
    Watch { kind: &builtin::NAMESPACE, keys: super::itself },
    Watch { kind: &builtin::SERVICE_ACCOUNT, keys: namespace_of_missing },
    Watch { kind: &builtin::CONFIG_MAP, keys: namespace_of_missing },
];

impl Reconciler for ServiceAccountController {
    fn name(&self) -> &'static str {
        "serviceaccount-controller"
    }

    fn watches(&self) -> &'static [Watch] {
        WATCHES
    }

    fn reconcile(&self, context: &mut ReconcileContext<'_>, key: &ObjectKey) -> Result<Action, Status> {
        let registry = &mut *context.registry;
        let Ok(namespace) = registry.get(&builtin::NAMESPACE, key) else { return Ok(Action::AwaitChange) };
        if namespace.is_terminating() {
            return Ok(Action::AwaitChange);
        }
        let account = Object::new(&builtin::SERVICE_ACCOUNT, &key.name, ACCOUNT_NAME);
        ensure(registry, &builtin::SERVICE_ACCOUNT, account)?;
        let mut certificate = Object::new(&builtin::CONFIG_MAP, &key.name, ROOT_CA_NAME);
        let description = "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.";
        certificate.set_annotation("kubernetes.io/description", description);
        certificate.set("/data", json!({"ca.crt": registry.authority()?.certificate_pem()}));
        ensure(registry, &builtin::CONFIG_MAP, certificate)?;
        Ok(Action::AwaitChange)
    }
}

/// The namespace of an account or certificate that is not as it should be any more.
fn namespace_of_missing(change: &Change, registry: &Registry) -> Vec<ObjectKey> {
    let object = &change.object;
    let ours = [ACCOUNT_NAME, ROOT_CA_NAME].contains(&object.name());
    let same = registry.store().get(change.kind, &object.key()).is_some()
        && change.previous.as_ref().is_none_or(|previous| previous.get("/data") == object.get("/data"));
    if ours && !same { vec![ObjectKey::new("", object.namespace())] } else { Vec::new() }
}

fn ensure(registry: &mut Registry, kind: &'static Kind, wanted: Object) -> Result<(), Status> {
    let options = WriteOptions::component(MANAGER);
    let key = wanted.key();
    match registry.store().get(kind, &key) {
        None => registry.create(kind, &key.namespace, wanted, &options).map(|_| ()),
        Some(found) if found.get("/data") != wanted.get("/data") => {
            let mut found = Object::clone(found);
            found.set("/data", wanted.get("/data").cloned().unwrap_or_default());
            registry.update(kind, &key, found, &options).map(|_| ())
        }
        Some(_) => Ok(()),
    }
}
