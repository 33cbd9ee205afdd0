//! Admission of volumes and claims: the default class, protection while in use, growth.

use std::sync::Arc;

use crate::apimachinery::{Object, ObjectKey, Quantity, Status, builtin};

use super::super::Registry;
use super::Attributes;

/// Keeps a claim while a Pod uses it.
pub(crate) const CLAIM_PROTECTION: &str = "kubernetes.io/pvc-protection";
/// Keeps a volume while it is bound.
pub(crate) const VOLUME_PROTECTION: &str = "kubernetes.io/pv-protection";
/// Marks the class of claims that name none.
const DEFAULT_CLASS: &str = "storageclass.kubernetes.io/is-default-class";
/// The size asked for, as a pointer.
const REQUEST: &str = "/spec/resources/requests/storage";

/// The class of claims that name none: of several, the youngest (`GetDefaultClass`).
pub(crate) fn default_storage_class(registry: &Registry) -> Option<Arc<Object>> {
    let classes = registry.store().list(&builtin::STORAGE_CLASS, None);
    classes
        .filter(|class| class.annotation(DEFAULT_CLASS) == Some("true"))
        .min_by_key(|class| (std::cmp::Reverse(class.creation_timestamp()), class.name().to_owned()))
        .cloned()
}

/// DefaultStorageClass: a new claim that names no class gets the default one.
pub(super) fn default_class(
    registry: &mut Registry,
    attributes: &Attributes<'_>,
    object: &mut Object,
) -> Result<(), Status> {
    let new = attributes.kind == &builtin::PERSISTENT_VOLUME_CLAIM && attributes.old.is_none();
    if !new || object.get("/spec/storageClassName").is_some_and(|class| !class.is_null()) {
        return Ok(());
    }
    if let Some(class) = default_storage_class(registry) {
        object.set("/spec/storageClassName", class.name());
    }
    Ok(())
}

/// StorageObjectInUseProtection: new claims and volumes get their finalizers.
pub(super) fn protect(
    _registry: &mut Registry,
    attributes: &Attributes<'_>,
    object: &mut Object,
) -> Result<(), Status> {
    let finalizer = match attributes.kind {
        kind if kind == &builtin::PERSISTENT_VOLUME_CLAIM => CLAIM_PROTECTION,
        kind if kind == &builtin::PERSISTENT_VOLUME => VOLUME_PROTECTION,
        _ => return Ok(()),
    };
    if attributes.old.is_none() && object.finalizers().all(|found| found != finalizer) {
        let mut finalizers: Vec<String> = object.finalizers().map(str::to_owned).collect();
        finalizers.push(finalizer.to_owned());
        object.set("/metadata/finalizers", finalizers);
    }
    Ok(())
}

/// PersistentVolumeClaimResize: only bound claims of a class that allows it may grow.
pub(super) fn resize(
    registry: &mut Registry,
    attributes: &Attributes<'_>,
    object: &mut Object,
) -> Result<(), Status> {
    let Some(old) = attributes.old.filter(|_| attributes.kind == &builtin::PERSISTENT_VOLUME_CLAIM) else {
        return Ok(());
    };
    let amount = |claim: &Object| claim.get(REQUEST).and_then(Quantity::from_value).unwrap_or(Quantity::ZERO);
    if amount(object) <= amount(old) {
        return Ok(());
    }
    let refuse = |why| Err(Status::forbidden(attributes.kind, object.name(), why));
    if old.text("/status/phase") != "Bound" {
        return refuse("Only bound persistent volume claims can be expanded");
    }
    let class = |claim: &Object| claim.text("/spec/storageClassName").to_owned();
    let allows = !class(object).is_empty()
        && class(object) == class(old)
        && registry
            .get(&builtin::STORAGE_CLASS, &ObjectKey::new("", class(object)))
            .is_ok_and(|class| class.flag("/allowVolumeExpansion"));
    if allows {
        return Ok(());
    }
    refuse(
        "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize",
    )
}

#[cfg(test)]
mod tests {
    use super::super::super::WriteOptions;
    use super::*;
    use crate::apimachinery::Kind;
    use crate::base::{Random, Timestamp, json};

    fn create(registry: &mut Registry, kind: &'static Kind, name: &str, change: impl FnOnce(&mut Object)) {
        let mut object = Object::new(kind, if kind.namespaced { "default" } else { "" }, name);
        change(&mut object);
        let namespace = object.namespace().to_owned();
        registry.create(kind, &namespace, object, &WriteOptions::component("test")).unwrap();
    }

    #[test]
    fn claims_get_a_class_and_a_guard_and_grow_only_where_that_is_allowed() {
        let mut registry = Registry::new(Timestamp::UNIX_EPOCH, Random::seeded(1));
        create(&mut registry, &builtin::NAMESPACE, "default", |_| ());
        create(&mut registry, &builtin::STORAGE_CLASS, "standard", |class| {
            class.set("/provisioner", "example.com/any");
            class.set_annotation(DEFAULT_CLASS, "true");
        });
        create(&mut registry, &builtin::PERSISTENT_VOLUME_CLAIM, "data", |claim| {
            claim.set("/spec/accessModes", json!(["ReadWriteOnce"]));
            claim.set(REQUEST, "1024Mi");
        });
        let (kind, key) = (&builtin::PERSISTENT_VOLUME_CLAIM, ObjectKey::new("default", "data"));
        let claim = registry.get(kind, &key).unwrap();
        assert_eq!(claim.text("/spec/storageClassName"), "standard");
        assert_eq!(claim.text(REQUEST), "1Gi");
        assert_eq!(claim.finalizers().collect::<Vec<_>>(), [CLAIM_PROTECTION]);
        let grow = |registry: &mut Registry| {
            let mut bigger = Object::clone(&registry.get(kind, &key).unwrap());
            bigger.set(REQUEST, "2Gi");
            registry.update(kind, &key, bigger, &WriteOptions::component("test")).map(|_| ())
        };
        let pending = grow(&mut registry).unwrap_err().message;
        assert_eq!(
            pending,
            "persistentvolumeclaims \"data\" is forbidden: Only bound persistent volume claims can be expanded"
        );
        let mut bound = Object::clone(&claim);
        bound.set("/status/phase", "Bound");
        registry.update_status(kind, bound, "test").unwrap();
        let refused = grow(&mut registry).unwrap_err().message;
        assert!(
            refused.ends_with("the storageclass that provisions the pvc must support resize"),
            "{refused}"
        );
        let class_key = ObjectKey::new("", "standard");
        let mut class = Object::clone(&registry.get(&builtin::STORAGE_CLASS, &class_key).unwrap());
        class.set("/allowVolumeExpansion", true);
        registry
            .update(&builtin::STORAGE_CLASS, &class_key, class, &WriteOptions::component("test"))
            .unwrap();
        assert_eq!(grow(&mut registry), Ok(()));
    }
}
