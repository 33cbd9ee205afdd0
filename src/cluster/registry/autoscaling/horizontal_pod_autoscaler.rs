//! Rules of HorizontalPodAutoscalers, as `autoscaling/v2` stores them.

use crate::apimachinery::{FieldErrors, Object};
use crate::base::{Timestamp, Value, json};

use super::super::columns::{self, Column};
use super::super::strategy::Strategy;
use super::super::validation;

/// How many metrics a cell names.
const SHOWN_MAX: usize = 2;
/// A value that is not known yet.
const UNKNOWN: &str = "<unknown>";

/// `pkg/registry/autoscaling/horizontalpodautoscaler`.
pub(crate) struct HorizontalPodAutoscalerStrategy;

impl Strategy for HorizontalPodAutoscalerStrategy {
    fn set_defaults(&self, object: &mut Object) {
        if object.get("/spec/minReplicas").is_none() {
            object.set("/spec/minReplicas", 1);
        }
        if object.list("/spec/metrics").is_empty() {
            let target = json!({"type": "Utilization", "averageUtilization": 80});
            object.set(
                "/spec/metrics",
                json!([{"type": "Resource", "resource": {"name": "cpu", "target": target}}]),
            );
        }
        if object.get("/spec/behavior").is_some_and(Value::is_object) {
            let pods = json!({"type": "Pods", "value": 4, "periodSeconds": 15});
            let percent = json!({"type": "Percent", "value": 100, "periodSeconds": 15});
            let up = json!({
                "stabilizationWindowSeconds": 0, "selectPolicy": "Max", "policies": [pods, percent],
            });
            let down = json!({"selectPolicy": "Max", "policies": [percent]});
            for (direction, defaults) in [("scaleUp", up), ("scaleDown", down)] {
                for (field, value) in defaults.as_object().into_iter().flatten() {
                    let pointer = format!("/spec/behavior/{direction}/{field}");
                    if object.get(&pointer).is_none_or(Value::is_null) {
                        object.set(&pointer, value.clone());
                    }
                }
            }
        }
    }

    fn write_out_zero_values(&self, object: &mut Object) {
        if object.get("/status/desiredReplicas").is_none() {
            object.set("/status/desiredReplicas", 0);
        }
        if object.get("/status/currentMetrics").is_none() {
            object.set("/status/currentMetrics", Value::Null);
        }
    }

    fn validate(&self, object: &Object) -> FieldErrors {
        validation::horizontal_pod_autoscaler_errors(object)
    }

    fn columns(&self) -> &'static [Column] {
        const {
            &[
                columns::NAME,
                Column::text("Reference"),
                Column::text("Targets"),
                Column::text("MinPods"),
                Column::text("MaxPods"),
                Column::text("Replicas"),
                columns::AGE,
            ]
        }
    }

    fn cells(&self, object: &Object, now: Timestamp) -> Vec<Value> {
        let target = |field: &str| object.text(&format!("/spec/scaleTargetRef/{field}"));
        let minimum = object.number("/spec/minReplicas");
        vec![
            object.name().into(),
            format!("{}/{}", target("kind"), target("name")).into(),
            targets(object.list("/spec/metrics"), object.list("/status/currentMetrics")).into(),
            minimum.map_or_else(|| "<unset>".to_owned(), |minimum| minimum.to_string()).into(),
            columns::count(object, "/spec/maxReplicas").into(),
            columns::count(object, "/status/currentReplicas").into(),
            columns::age(object, now),
        ]
    }
}

/// `cpu: 12%/50%, memory: 80%/90% + 1 more...` (`formatHPAMetrics`).
fn targets(specs: &[Value], statuses: &[Value]) -> String {
    if specs.is_empty() {
        return columns::NONE.to_owned();
    }
    let shown: Vec<String> = specs
        .iter()
        .enumerate()
        .take(SHOWN_MAX)
        .map(|(index, spec)| target(spec, statuses.get(index).unwrap_or(&Value::Null)))
        .collect();
    match specs.len().saturating_sub(SHOWN_MAX) {
        0 => shown.join(", "),
        more => format!("{} + {more} more...", shown.join(", ")),
    }
}

fn target(spec: &Value, status: &Value) -> String {
    let field = match spec["type"].as_str().unwrap_or_default() {
        "External" => "external",
        "Pods" => "pods",
        "Object" => "object",
        "Resource" => "resource",
        "ContainerResource" => "containerResource",
        _ => return "<unknown type>".to_owned(),
    };
    let (source, current) = (&spec[field], &status[field]["current"]);
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let current_of = |name: &str| text(&current[name]).unwrap_or_else(|| UNKNOWN.to_owned());
    let wanted = &source["target"];
    let average = text(&wanted["averageValue"]);
    if !field.to_lowercase().contains("resource") {
        return match average {
            Some(average) if field == "pods" => format!("{}/{average}", current_of("averageValue")),
            Some(average) => format!("{}/{average} (avg)", current_of("averageValue")),
            None => format!("{}/{}", current_of("value"), text(&wanted["value"]).unwrap_or_default()),
        };
    }
    let name = source["name"].as_str().unwrap_or_default();
    if let Some(average) = average {
        return format!("{name}: {}/{average}", current_of("averageValue"));
    }
    let percent = |value: &Value| value.as_i64().map(|percent| format!("{percent}%"));
    let now = percent(&current["averageUtilization"]).unwrap_or_else(|| UNKNOWN.to_owned());
    let goal = percent(&wanted["averageUtilization"]).unwrap_or_else(|| "<auto>".to_owned());
    format!("{name}: {now}/{goal}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn autoscaler(spec: Value) -> Object {
        let mut object = Object::from_value(json!({"metadata": {"name": "web"}, "spec": spec})).unwrap();
        HorizontalPodAutoscalerStrategy.set_defaults(&mut object);
        object
    }

    fn errors(spec: Value) -> Vec<String> {
        HorizontalPodAutoscalerStrategy.validate(&autoscaler(spec)).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn an_autoscaler_aims_at_eighty_percent_unless_told_otherwise() {
        let object =
            autoscaler(json!({"maxReplicas": 3, "behavior": {"scaleDown": {"selectPolicy": "Min"}}}));
        assert_eq!(object.number("/spec/metrics/0/resource/target/averageUtilization"), Some(80));
        assert_eq!(object.number("/spec/minReplicas"), Some(1));
        assert_eq!(object.text("/spec/behavior/scaleDown/selectPolicy"), "Min");
        assert_eq!(object.number("/spec/behavior/scaleUp/policies/0/value"), Some(4));
        assert_eq!(object.number("/spec/behavior/scaleDown/stabilizationWindowSeconds"), None);
    }

    #[test]
    fn what_cannot_be_is_refused_in_upstreams_words() {
        let reference = json!({"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"});
        assert_eq!(errors(json!({"maxReplicas": 3, "scaleTargetRef": reference})), Vec::<String>::new());
        assert_eq!(
            errors(json!({"minReplicas": 5, "maxReplicas": 3, "scaleTargetRef": reference})),
            ["spec.maxReplicas: Invalid value: 3: must be greater than or equal to `minReplicas`"]
        );
        let metric = json!({"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Nope"}}});
        assert_eq!(
            errors(json!({"maxReplicas": 3, "scaleTargetRef": {"kind": "Deployment"}, "metrics": [metric]})),
            [
                "spec.scaleTargetRef.name: Required value",
                "spec.metrics[0].resource.target.type: Invalid value: \"Nope\": must be either Utilization, Value, or AverageValue",
                "spec.metrics[0].resource.target.averageUtilization: Required value: must set either a target raw value or a target utilization",
            ]
        );
    }

    #[test]
    fn targets_show_what_is_known() {
        let cpu =
            json!({"type": "Resource", "resource": {"name": "cpu", "target": {"averageUtilization": 50}}});
        let memory =
            json!({"type": "Resource", "resource": {"name": "memory", "target": {"averageValue": "100Mi"}}});
        let pods =
            json!({"type": "Pods", "pods": {"metric": {"name": "x"}, "target": {"averageValue": "1k"}}});
        let status = json!({"resource": {"name": "cpu", "current": {"averageUtilization": 12}}});
        assert_eq!(targets(std::slice::from_ref(&cpu), &[]), "cpu: <unknown>/50%");
        assert_eq!(
            targets(&[cpu, memory, pods], &[status]),
            "cpu: 12%/50%, memory: <unknown>/100Mi + 1 more..."
        );
    }
}
