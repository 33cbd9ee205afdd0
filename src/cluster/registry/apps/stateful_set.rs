//! Rules of StatefulSets.

use crate::apimachinery::{FieldErrors, Object, validate_dns1123_label};
use crate::base::{Map, Timestamp, Value, json};

use super::super::columns::{self, Column};
use super::super::pod_defaults::set_template_defaults;
use super::super::strategy::Strategy;
use super::super::validation;

/// How many Pods may be away during an update: nobody reads it, as the gate MaxUnavailableStatefulSet is off in 1.36.
const MAX_UNAVAILABLE: &str = "/spec/updateStrategy/rollingUpdate/maxUnavailable";

/// `pkg/registry/apps/statefulset`.
pub(crate) struct StatefulSetStrategy;

impl Strategy for StatefulSetStrategy {
    fn pod_template(&self) -> Option<&'static [&'static str]> {
        Some(&["spec", "template"])
    }

    fn zero_counts(&self) -> &'static [&'static str] {
        &["/status/replicas", "/status/availableReplicas"]
    }

    fn name_errors(&self, name: &str) -> Vec<String> {
        validate_dns1123_label(name)
    }

    fn set_defaults(&self, object: &mut Object) {
        set_template_defaults(object);
        let strategy = object.text("/spec/updateStrategy/type").to_owned();
        if strategy.is_empty() {
            object.set("/spec/updateStrategy/type", "RollingUpdate");
        }
        if let Some(Value::Array(templates)) = object.get_mut("/spec/volumeClaimTemplates") {
            templates.iter_mut().filter_map(Value::as_object_mut).for_each(set_claim_template_defaults);
        }
        let mut defaults = vec![
            ("/spec/podManagementPolicy", json!("OrderedReady")),
            ("/spec/persistentVolumeClaimRetentionPolicy/whenDeleted", json!("Retain")),
            ("/spec/persistentVolumeClaimRetentionPolicy/whenScaled", json!("Retain")),
            ("/spec/replicas", json!(1)),
            ("/spec/revisionHistoryLimit", json!(10)),
        ];
        if matches!(strategy.as_str(), "" | "RollingUpdate") {
            defaults.push(("/spec/updateStrategy/rollingUpdate/partition", json!(0)));
        }
        for (pointer, value) in defaults {
            if object.get(pointer).is_none() {
                object.set(pointer, value);
            }
        }
    }

    fn prepare_for_create(&self, object: &mut Object) {
        object.remove(MAX_UNAVAILABLE);
    }

    fn prepare_for_update(&self, new: &mut Object, old: &Object) {
        if old.get(MAX_UNAVAILABLE).is_none() {
            new.remove(MAX_UNAVAILABLE);
        }
    }

    fn validate(&self, object: &Object) -> FieldErrors {
        validation::stateful_set_errors(object)
    }

    fn validate_update(&self, new: &Object, old: &Object) -> FieldErrors {
        validation::stateful_set_update_errors(new, old)
    }

    fn columns(&self) -> &'static [Column] {
        const {
            &[
                columns::NAME,
                Column::text("Ready"),
                columns::AGE,
                Column::wide("Containers"),
                Column::wide("Images"),
            ]
        }
    }

    fn cells(&self, object: &Object, now: Timestamp) -> Vec<Value> {
        let count = |pointer| columns::count(object, pointer);
        let [names, images] = columns::containers_and_images(object.list("/spec/template/spec/containers"));
        let ready = format!("{}/{}", count("/status/readyReplicas"), count("/spec/replicas"));
        vec![object.name().into(), ready.into(), columns::age(object, now), names, images]
    }
}

/// A claim template is written out as a whole claim (`SetDefaults_PersistentVolumeClaim`).
fn set_claim_template_defaults(template: &mut Map) {
    for (field, value) in [("apiVersion", "v1"), ("kind", "PersistentVolumeClaim")] {
        template.entry(field).or_insert_with(|| value.into());
    }
    template.entry("status").or_insert_with(|| json!({"phase": "Pending"}));
    if let Some(Value::Object(spec)) = template.get_mut("spec") {
        spec.entry("volumeMode").or_insert_with(|| "Filesystem".into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_gate_lets_in_is_dropped_unless_it_was_there() {
        let with = || {
            let spec = json!({"updateStrategy": {"rollingUpdate": {"maxUnavailable": 2, "partition": 0}}});
            Object::from_value(json!({"spec": spec})).unwrap()
        };
        let (mut new, mut updated) = (with(), with());
        StatefulSetStrategy.prepare_for_create(&mut new);
        assert_eq!(new.get(MAX_UNAVAILABLE), None);
        StatefulSetStrategy.prepare_for_update(&mut updated, &with());
        assert_eq!(updated, with());
        StatefulSetStrategy.prepare_for_update(&mut updated, &new);
        assert_eq!(updated, new);
    }

    #[test]
    fn only_some_fields_may_change() {
        let mut old = Object::from_value(json!({"metadata": {"name": "db"}, "spec": {
            "serviceName": "db",
            "selector": {"matchLabels": {"app": "db"}},
            "template": {
                "metadata": {"labels": {"app": "db"}},
                "spec": {"containers": [{"name": "c", "image": "nginx"}]},
            },
        }}))
        .unwrap();
        StatefulSetStrategy.set_defaults(&mut old);
        assert_eq!(StatefulSetStrategy.validate(&old), []);
        let mut new = old.clone();
        new.set("/spec/replicas", 3);
        assert_eq!(StatefulSetStrategy.validate_update(&new, &old), []);
        new.set("/spec/serviceName", "other");
        let error = StatefulSetStrategy.validate_update(&new, &old)[0].to_string();
        assert!(error.starts_with("spec: Forbidden: updates to statefulset spec for fields"), "{error}");
    }
}
