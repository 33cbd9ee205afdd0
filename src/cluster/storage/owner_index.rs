//! Who owns what: from an owner's uid to its dependents, and the objects that no controller manages.

use imbl::OrdSet;

use crate::apimachinery::{Kind, Object, ObjectKey, kind_by_resource};

/// Group, version and plural: a kind that can be ordered.
type Resource = (&'static str, &'static str, &'static str);

/// Dependents by owner, kept up to date by every write.
#[derive(Clone, Debug, Default)]
pub(super) struct OwnerIndex {
    /// Owner's uid, resource and key of the dependent.
    dependents: OrdSet<(String, Resource, ObjectKey)>,
    /// Resource and key of the objects without a managing controller.
    orphans: OrdSet<(Resource, ObjectKey)>,
}

impl OwnerIndex {
    /// Follows a write from `previous` to `next`.
    pub(super) fn replace(&mut self, kind: &'static Kind, previous: Option<&Object>, next: Option<&Object>) {
        if let (Some(previous), Some(next)) = (previous, next)
            && previous.list("/metadata/ownerReferences") == next.list("/metadata/ownerReferences")
        {
            return;
        }
        if let Some(object) = previous {
            self.forget(kind, object);
        }
        if let Some(object) = next {
            self.learn(kind, object);
        }
    }

    /// The dependents of the object with that uid, in the order of kinds and keys.
    pub(super) fn owned_by(&self, uid: &str) -> impl Iterator<Item = (&'static Kind, &ObjectKey)> {
        let start = (uid.to_owned(), ("", "", ""), ObjectKey::new("", ""));
        let uid = uid.to_owned();
        self.dependents.range(start..).take_while(move |(owner, _, _)| *owner == uid).filter_map(
            |(_, (group, version, plural), key)| Some((kind_by_resource(group, version, plural)?, key)),
        )
    }

    /// The objects of a kind in one namespace without a managing controller, by name.
    pub(super) fn orphans(&self, kind: &'static Kind, namespace: &str) -> impl Iterator<Item = &ObjectKey> {
        let (resource, namespace) = (resource(kind), namespace.to_owned());
        let start = (resource, ObjectKey::new(namespace.clone(), ""));
        self.orphans
            .range(start..)
            .take_while(move |(found, key)| *found == resource && key.namespace == namespace)
            .map(|(_, key)| key)
    }

    fn learn(&mut self, kind: &'static Kind, object: &Object) {
        let owners = object.owner_references();
        if !owners.iter().any(|owner| owner.is_controller()) {
            self.orphans.insert((resource(kind), object.key()));
        }
        for owner in owners {
            self.dependents.insert((owner.uid, resource(kind), object.key()));
        }
    }

    fn forget(&mut self, kind: &'static Kind, object: &Object) {
        self.orphans.remove(&(resource(kind), object.key()));
        for owner in object.owner_references() {
            self.dependents.remove(&(owner.uid, resource(kind), object.key()));
        }
    }
}

fn resource(kind: &'static Kind) -> Resource {
    (kind.group, kind.version, kind.plural)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::apimachinery::builtin::POD;

    fn pod(name: &str, owner: Option<&str>) -> Object {
        let mut pod = Object::new(&POD, "default", name);
        if let Some(uid) = owner {
            let reference =
                json!([{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "r", "uid": uid, "controller": true}]);
            pod.set("/metadata/ownerReferences", reference);
        }
        pod
    }

    #[test]
    fn an_object_is_found_by_its_owner_until_it_is_released() {
        let mut index = OwnerIndex::default();
        let (owned, free) = (pod("a", Some("1")), pod("a", None));
        index.replace(&POD, None, Some(&owned));
        index.replace(&POD, None, Some(&pod("b", Some("2"))));
        assert_eq!(index.owned_by("1").map(|(_, key)| key.name.clone()).collect::<Vec<_>>(), ["a"]);
        assert_eq!(index.orphans(&POD, "default").count(), 0);
        index.replace(&POD, Some(&owned), Some(&free));
        assert_eq!(index.owned_by("1").count(), 0);
        assert_eq!(index.orphans(&POD, "default").count(), 1);
        assert_eq!(index.orphans(&POD, "other").count(), 0);
        index.replace(&POD, Some(&free), None);
        assert_eq!(index.orphans(&POD, "default").count(), 0);
    }
}
