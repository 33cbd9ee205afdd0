//! Rules of DaemonSets.

use crate::apimachinery::{FieldErrors, Object};
use crate::base::{Timestamp, Value, json};

use super::super::columns::{self, Column};
use super::super::pod_defaults::set_template_defaults;
use super::super::strategy::Strategy;
use super::super::validation::{self, Field};

/// Counts the templates; what is left of `spec.templateGeneration`.
const TEMPLATE_GENERATION: &str = "deprecated.daemonset.template.generation";

/// `pkg/registry/apps/daemonset`.
pub(crate) struct DaemonSetStrategy;

impl Strategy for DaemonSetStrategy {
    fn pod_template(&self) -> Option<&'static [&'static str]> {
        Some(&["spec", "template"])
    }

    fn zero_counts(&self) -> &'static [&'static str] {
        &[
            "/status/currentNumberScheduled",
            "/status/numberMisscheduled",
            "/status/desiredNumberScheduled",
            "/status/numberReady",
        ]
    }

    fn set_defaults(&self, object: &mut Object) {
        set_template_defaults(object);
        let strategy = object.text("/spec/updateStrategy/type").to_owned();
        if strategy.is_empty() {
            object.set("/spec/updateStrategy/type", "RollingUpdate");
        }
        let mut defaults = vec![("/spec/revisionHistoryLimit", json!(10))];
        if matches!(strategy.as_str(), "" | "RollingUpdate") {
            defaults.push(("/spec/updateStrategy/rollingUpdate/maxUnavailable", json!(1)));
            defaults.push(("/spec/updateStrategy/rollingUpdate/maxSurge", json!(0)));
        }
        for (pointer, value) in defaults {
            if object.get(pointer).is_none() {
                object.set(pointer, value);
            }
        }
    }

    fn prepare_for_create(&self, object: &mut Object) {
        object.set_annotation(TEMPLATE_GENERATION, "1");
    }

    fn prepare_for_update(&self, new: &mut Object, old: &Object) {
        let before: i64 =
            old.annotation(TEMPLATE_GENERATION).and_then(|text| text.parse().ok()).unwrap_or_default();
        let changed = new.get("/spec/template") != old.get("/spec/template");
        new.set_annotation(TEMPLATE_GENERATION, (before + i64::from(changed)).to_string());
    }

    fn validate(&self, object: &Object) -> FieldErrors {
        validation::daemon_set_errors(object)
    }

    fn validate_update(&self, new: &Object, old: &Object) -> FieldErrors {
        let selector = |object| Field::of(object, "spec").child("selector");
        validation::immutable(&selector(new), &selector(old))
    }

    fn columns(&self) -> &'static [Column] {
        const {
            &[
                columns::NAME,
                Column::number("Desired"),
                Column::number("Current"),
                Column::number("Ready"),
                Column::number("Up-to-date"),
                Column::number("Available"),
                Column::text("Node Selector"),
                columns::AGE,
                Column::wide("Containers"),
                Column::wide("Images"),
                Column::wide("Selector"),
            ]
        }
    }

    fn cells(&self, object: &Object, now: Timestamp) -> Vec<Value> {
        let count = |field: &str| Value::from(columns::count(object, &format!("/status/{field}")));
        let [names, images] = columns::containers_and_images(object.list("/spec/template/spec/containers"));
        vec![
            object.name().into(),
            count("desiredNumberScheduled"),
            count("currentNumberScheduled"),
            count("numberReady"),
            count("updatedNumberScheduled"),
            count("numberAvailable"),
            columns::labels_text(object.map("/spec/template/spec/nodeSelector")),
            columns::age(object, now),
            names,
            images,
            columns::selector_text(object),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn daemon_set(spec: Value) -> Object {
        let mut object = Object::from_value(json!({"metadata": {"name": "a"}, "spec": spec})).unwrap();
        DaemonSetStrategy.set_defaults(&mut object);
        object
    }

    fn template() -> Value {
        json!({
            "metadata": {"labels": {"app": "a"}},
            "spec": {"containers": [{"name": "c", "image": "nginx"}]},
        })
    }

    #[test]
    fn a_rolling_update_takes_down_one_pod_at_a_time_unless_told_otherwise() {
        let object = daemon_set(json!({"template": template(), "selector": {"matchLabels": {"app": "a"}}}));
        let strategy =
            json!({"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 1, "maxSurge": 0}});
        assert_eq!(object.get("/spec/updateStrategy"), Some(&strategy));
        assert_eq!(DaemonSetStrategy.validate(&object), []);
    }

    #[test]
    fn what_cannot_be_rolled_out_is_refused() {
        let mut object =
            daemon_set(json!({"template": template(), "selector": {"matchLabels": {"app": "b"}}}));
        object.set("/spec/updateStrategy/rollingUpdate/maxUnavailable", 0);
        object.set("/spec/template/spec/restartPolicy", "Never");
        let errors: Vec<String> =
            DaemonSetStrategy.validate(&object).iter().map(ToString::to_string).collect();
        assert_eq!(
            errors,
            [
                r#"spec.template.metadata.labels: Invalid value: {"app":"a"}: `selector` does not match template `labels`"#,
                r#"spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always""#,
                "spec.updateStrategy.rollingUpdate.maxUnavailable: Required value: cannot be 0 when maxSurge is 0",
            ]
        );
    }

    #[test]
    fn each_new_template_is_counted() {
        let old = {
            let mut old = daemon_set(json!({"template": template()}));
            DaemonSetStrategy.prepare_for_create(&mut old);
            old
        };
        let mut new = old.clone();
        new.remove("/metadata/annotations");
        DaemonSetStrategy.prepare_for_update(&mut new, &old);
        assert_eq!(new.annotation(TEMPLATE_GENERATION), Some("1"));
        new.set("/spec/template/spec/containers/0/image", "nginx:1.27");
        DaemonSetStrategy.prepare_for_update(&mut new, &old);
        assert_eq!(new.annotation(TEMPLATE_GENERATION), Some("2"));
    }
}
