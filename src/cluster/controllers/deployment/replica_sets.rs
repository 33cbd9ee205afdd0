//! The ReplicaSets of a Deployment: which is new, which are old, and how their numbers are read.

use std::sync::Arc;

use crate::apimachinery::Object;
use crate::base::{Map, Value};

/// Label that tells the Pods of one template from those of another.
pub(super) const HASH_LABEL: &str = "pod-template-hash";
/// Annotation: which rollout a ReplicaSet belongs to.
pub(super) const REVISION: &str = "deployment.kubernetes.io/revision";
/// Annotation: the rollouts that a ReplicaSet belonged to before.
pub(super) const REVISION_HISTORY: &str = "deployment.kubernetes.io/revision-history";
/// Annotation: the Deployment's replicas when the ReplicaSet was scaled last.
pub(super) const DESIRED_REPLICAS: &str = "deployment.kubernetes.io/desired-replicas";
/// Annotation: replicas and surge when the ReplicaSet was scaled last.
pub(super) const MAX_REPLICAS: &str = "deployment.kubernetes.io/max-replicas";

/// `spec.replicas`, 1 when absent.
pub(super) fn spec_replicas(object: &Object) -> i64 {
    object.number("/spec/replicas").unwrap_or(1)
}

/// A number of the status, 0 when absent.
pub(super) fn status_number(object: &Object, field: &str) -> i64 {
    object.field("status")[field].as_i64().unwrap_or_default()
}

/// The sum of `spec.replicas`.
pub(super) fn sum_spec(sets: &[Arc<Object>]) -> i64 {
    sets.iter().map(|set| spec_replicas(set)).sum()
}

/// The sum of a number of the status.
pub(super) fn sum_status(sets: &[Arc<Object>], field: &str) -> i64 {
    sets.iter().map(|set| status_number(set, field)).sum()
}

/// A number in an annotation.
pub(super) fn annotation_number(object: &Object, key: &str) -> Option<i64> {
    object.annotation(key)?.parse().ok()
}

/// The revision of a ReplicaSet or Deployment; 0 when it has none.
pub(super) fn revision(object: &Object) -> i64 {
    annotation_number(object, REVISION).unwrap_or_default()
}

/// Puts the oldest first; those of one second go by name (`ReplicaSetsByCreationTimestamp`).
pub(super) fn sort_by_age(sets: &mut [Arc<Object>]) {
    sets.sort_by_cached_key(|set| (set.creation_timestamp(), set.name().to_owned()));
}

/// The ReplicaSet whose template equals the Deployment's but for the hash label; the oldest if there
/// are several (`FindNewReplicaSet`).
pub(super) fn find_new(deployment: &Object, sets: &[Arc<Object>]) -> Option<Arc<Object>> {
    let mut same: Vec<Arc<Object>> =
        sets.iter().filter(|set| have_same_template(set, deployment)).map(Arc::clone).collect();
    sort_by_age(&mut same);
    same.into_iter().next()
}

/// Whether the Pod templates of both are the same but for the hash label.
pub(super) fn have_same_template(one: &Object, other: &Object) -> bool {
    same_but_for(one.get("/spec/template"), other.get("/spec/template"), &["metadata", "labels", HASH_LABEL])
}

/// Whether two values are the same but for what stands at a path.
fn same_but_for(one: Option<&Value>, other: Option<&Value>, path: &[&str]) -> bool {
    let (Some(Value::Object(one)), Some(Value::Object(other)), [first, rest @ ..]) = (one, other, path)
    else {
        return path.is_empty() || one == other;
    };
    let others = |map: &Map| map.keys().filter(|key| key != first).count();
    others(one) == others(other)
        && one.iter().filter(|(key, _)| key != first).all(|(key, value)| other.get(key) == Some(value))
        && same_but_for(one.get(first), other.get(first), rest)
}

/// The Pod template without the hash label.
pub(super) fn without_hash(template: Option<&Value>) -> Value {
    let mut template = template.cloned().unwrap_or_default();
    if let Some(Value::Object(labels)) = template.pointer_mut("/metadata/labels") {
        labels.remove(HASH_LABEL);
    }
    template
}

/// Puts `set` in the place of the older state of the same ReplicaSet.
pub(super) fn replace(sets: &mut [Arc<Object>], set: &Arc<Object>) {
    if let Some(place) = sets.iter_mut().find(|place| place.uid() == set.uid()) {
        *place = Arc::clone(set);
    }
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    #[test]
    fn only_the_hash_may_differ() {
        let of = |labels: Value, image: &str| {
            let spec = json!({"template": {"metadata": {"labels": labels}, "spec": {"image": image}}});
            Object::from_value(json!({"spec": spec})).unwrap()
        };
        let with = of(json!({"app": "web", HASH_LABEL: "x"}), "a");
        assert!(have_same_template(&with, &of(json!({"app": "web"}), "a")));
        assert!(have_same_template(&with, &of(json!({"app": "web", HASH_LABEL: "y"}), "a")));
        assert!(!have_same_template(&with, &of(json!({"app": "web", HASH_LABEL: "x"}), "b")));
        assert!(!have_same_template(&with, &of(json!({"app": "api", HASH_LABEL: "x"}), "a")));
        assert!(!have_same_template(&with, &of(json!({"app": "web", "b": "c", HASH_LABEL: "x"}), "a")));
        assert!(!have_same_template(&with, &of(Value::Null, "a")));
    }
}
