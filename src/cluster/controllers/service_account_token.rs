//! Secrets with tokens of service accounts (`pkg/controller/serviceaccount/tokens_controller.go`).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::apimachinery::{Object, ObjectKey, Status, builtin};

use super::super::authentication::legacy_claims;
use super::super::manager::{Action, ReconcileContext, Reconciler, Watch};
use super::super::registry::{DeleteOptions, Registry, WriteOptions};
use super::super::storage::Change;
use super::MANAGER;

/// The type of such Secrets.
const TYPE: &str = "kubernetes.io/service-account-token";
const NAME: &str = "kubernetes.io/service-account.name";
const UID: &str = "kubernetes.io/service-account.uid";

/// Fills the Secrets of accounts that are there, and deletes those of accounts that are gone.
pub(super) struct TokensController;

static WATCHES: &[Watch] = &[
    Watch { kind: &builtin::SECRET, keys: token_secret },
    Watch { kind: &builtin::SERVICE_ACCOUNT, keys: secrets_of_account },
];

impl Reconciler for TokensController {
    fn name(&self) -> &'static str {
        "serviceaccount-token-controller"
    }

    fn watches(&self) -> &'static [Watch] {
        WATCHES
    }

    fn reconcile(&self, context: &mut ReconcileContext<'_>, key: &ObjectKey) -> Result<Action, Status> {
        let registry = &mut *context.registry;
        let Ok(secret) = registry.get(&builtin::SECRET, key) else { return Ok(Action::AwaitChange) };
        if secret.text("/type") != TYPE || secret.is_terminating() {
            return Ok(Action::AwaitChange);
        }
        let account = ObjectKey::new(&*key.namespace, secret.annotation(NAME).unwrap_or_default());
        let account = registry.get(&builtin::SERVICE_ACCOUNT, &account);
        let uid = secret.annotation(UID).unwrap_or_default();
        let options = WriteOptions::component(MANAGER);
        match account {
            Ok(account) if uid.is_empty() || uid == account.uid() => {
                let filled = filled(registry, &secret, &account)?;
                if filled != *secret {
                    registry.update(&builtin::SECRET, key, filled, &options)?;
                }
            }
            _ => {
                registry.delete(&builtin::SECRET, key, &DeleteOptions::default(), &options)?;
            }
        }
        Ok(Action::AwaitChange)
    }
}

/// The Secret with everything that belongs into it.
fn filled(registry: &Registry, secret: &Object, account: &Object) -> Result<Object, Status> {
    let authority = registry.authority()?;
    let mut filled = Object::clone(secret);
    filled.set_annotation(UID, account.uid());
    let certificate = STANDARD.encode(authority.certificate_pem());
    if secret.text("/data/ca.crt") != certificate {
        filled.set("/data/ca.crt", certificate);
    }
    if secret.text("/data/namespace").is_empty() {
        filled.set("/data/namespace", STANDARD.encode(account.namespace()));
    }
    if secret.text("/data/token").is_empty() {
        let token = legacy_claims(authority, account, secret);
        let token = token.ok_or_else(|| Status::internal("no randomness"))?;
        filled.set("/data/token", STANDARD.encode(token));
    }
    Ok(filled)
}

fn token_secret(change: &Change, _registry: &Registry) -> Vec<ObjectKey> {
    if change.object.text("/type") == TYPE { vec![change.object.key()] } else { Vec::new() }
}

fn secrets_of_account(change: &Change, registry: &Registry) -> Vec<ObjectKey> {
    let (namespace, name) = (change.object.namespace(), change.object.name());
    let secrets = registry.store().list(&builtin::SECRET, Some(namespace));
    let own = secrets.filter(|secret| secret.text("/type") == TYPE && secret.annotation(NAME) == Some(name));
    own.map(|secret| secret.key()).collect()
}
