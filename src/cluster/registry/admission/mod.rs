//! The admission chain: what is added to or held against a write because of other objects.

mod authorizer;
mod default_tolerations;
mod ingress_class;
mod limit_ranger;
mod matching;
mod mutations;
mod namespace_lifecycle;
mod node_restriction;
mod node_taints;
mod pod_security;
mod policies;
mod priority;
mod resource_quota;
mod runtime_class;
mod service_account;
mod storage;
mod topology_labels;
mod webhooks;

use std::collections::BTreeMap;

use crate::apimachinery::{Kind, Object, ObjectKey, Status};
use crate::base::Value;

use super::Registry;
use super::options::WriteOptions;
use matching::Request;

pub(super) use node_restriction::{admit_eviction, admit_token};
pub(crate) use storage::{CLAIM_PROTECTION, VOLUME_PROTECTION, default_storage_class};
pub(super) use topology_labels::label_by_node;

/// What a plug-in may know of a write.
pub(super) struct Attributes<'a> {
    /// Kind of the object written.
    pub kind: &'static Kind,
    /// The object before the write; `None` for a creation.
    pub old: Option<&'a Object>,
    /// Who writes, and how.
    pub options: &'a WriteOptions,
}

impl<'a> Attributes<'a> {
    /// The write as policies and webhooks see it.
    fn request(&self, object: &'a Object) -> Request<'a> {
        let operation = if self.old.is_some() { "UPDATE" } else { "CREATE" };
        let Self { kind, old, options } = *self;
        Request { kind, operation, object: Some(object), old, options, connection: None }
    }
}

/// A plug-in: may change the object, or refuse the write.
type Plugin = fn(&mut Registry, &Attributes<'_>, &mut Object) -> Result<(), Status>;

/// The plug-ins in upstream's order (`pkg/kubeapiserver/options/plugins.go`).
const CHAIN: &[Plugin] = &[
    namespace_lifecycle::admit,
    limit_ranger::admit,
    service_account::admit,
    node_restriction::admit,
    node_taints::admit,
    priority::admit,
    default_tolerations::admit,
    storage::default_class,
    storage::protect,
    storage::resize,
    ingress_class::admit,
    runtime_class::admit,
    topology_labels::admit,
];

/// A plug-in that only looks: may refuse the write, or warn about it.
type Validator = fn(&Registry, &Attributes<'_>, &Object) -> Result<Vec<String>, Status>;

/// The plug-ins that look at what is about to be stored, in upstream's order.
const VALIDATORS: &[Validator] =
    &[limit_ranger::validate, pod_security::validate, priority::validate, resource_quota::validate];

/// Asks everyone who only looks; gives back the warnings.
pub(super) fn validate(
    registry: &Registry,
    attributes: &Attributes<'_>,
    object: &Object,
) -> Result<Vec<String>, Status> {
    let mut warnings = Vec::new();
    for validator in VALIDATORS {
        warnings.extend(validator(registry, attributes, object)?);
    }
    let request = attributes.request(object);
    warnings.extend(policies::validate(registry, request)?);
    warnings.extend(webhooks::validate(registry, request)?);
    Ok(warnings)
}

/// Asks about a write of a subresource: policies and webhooks, and who counts resources if these change.
pub(super) fn validate_part(
    registry: &Registry,
    attributes: &Attributes<'_>,
    object: &Object,
) -> Result<Vec<String>, Status> {
    if attributes.options.subresource == "resize" {
        limit_ranger::validate(registry, attributes, object)?;
        resource_quota::validate(registry, attributes, object)?;
    }
    let request = attributes.request(object);
    let mut warnings = policies::validate(registry, request)?;
    warnings.extend(webhooks::validate(registry, request)?);
    Ok(warnings)
}

/// What policies and webhooks that may change an object have made of it: by configuration and name.
/// Those called before are called again only when they want it and others have changed the object since.
type Called = BTreeMap<(String, String), Object>;

/// Whether one that was called before, or not, is to be called.
fn is_due(called: &Called, key: &(String, String), reinvocation: Option<&Value>, object: &Object) -> bool {
    let again = reinvocation.is_some_and(|policy| policy == "IfNeeded");
    called.get(key).is_none_or(|seen| again && seen != object)
}

/// Runs the chain over an object that is about to be stored, and once more over what webhooks changed.
pub(super) fn admit(
    registry: &mut Registry,
    attributes: &Attributes<'_>,
    object: &mut Object,
) -> Result<(), Status> {
    let mut called = Called::default();
    for _ in [1, 2] {
        CHAIN.iter().try_for_each(|plugin| plugin(registry, attributes, object))?;
        mutations::admit(registry, attributes, object, &mut called)?;
        if !webhooks::mutate(registry, attributes, object, &mut called)? {
            break;
        }
    }
    Ok(())
}

/// The part of the chain that also minds writes of a subresource, which the other plug-ins pass over.
pub(super) fn admit_part(
    registry: &mut Registry,
    attributes: &Attributes<'_>,
    object: &mut Object,
) -> Result<(), Status> {
    node_restriction::admit(registry, attributes, object)
}

/// Asks about an object that is about to be deleted; gives back the warnings.
pub(super) fn validate_deletion(
    registry: &Registry,
    kind: &'static Kind,
    old: &Object,
    options: &WriteOptions,
) -> Result<Vec<String>, Status> {
    node_restriction::admit_deletion(kind, old, options)?;
    let request =
        Request { kind, operation: "DELETE", object: None, old: Some(old), options, connection: None };
    asked(registry, request)
}

/// Asks about something that is not written, only done: policies and webhooks of both kinds.
fn asked(registry: &Registry, request: Request<'_>) -> Result<Vec<String>, Status> {
    let mut warnings = webhooks::ask_mutating(registry, request)?;
    warnings.extend(policies::validate(registry, request)?);
    warnings.extend(webhooks::validate(registry, request)?);
    Ok(warnings)
}

impl Registry {
    /// Asks about a connection to what `key` names (exec, attach, port-forward, proxy) with its options.
    ///
    /// # Errors
    /// What a policy or a webhook holds against it.
    pub(crate) fn admit_connection(
        &self,
        kind: &'static Kind,
        key: &ObjectKey,
        connection: &Object,
        options: &WriteOptions,
    ) -> Result<(), Status> {
        let (operation, object) = ("CONNECT", Some(connection));
        let request = Request { kind, operation, object, old: None, options, connection: Some(key) };
        asked(self, request).map(drop)
    }
}

#[cfg(test)]
mod node_tests;
#[cfg(test)]
mod tests;
