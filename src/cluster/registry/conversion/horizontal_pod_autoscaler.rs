//! autoscaling/v1 HorizontalPodAutoscaler, stored as autoscaling/v2: one CPU target, the rest in annotations.

use crate::apimachinery::Object;
use crate::base::{Map, Value, json};

use super::field;

/// Metrics other than the CPU target.
const METRICS: &str = "autoscaling.alpha.kubernetes.io/metrics";
/// Metrics as they were last seen.
const CURRENT_METRICS: &str = "autoscaling.alpha.kubernetes.io/current-metrics";
/// Conditions of the status.
const CONDITIONS: &str = "autoscaling.alpha.kubernetes.io/conditions";
/// How fast to scale.
const BEHAVIOR: &str = "autoscaling.alpha.kubernetes.io/behavior";

/// CPU use in percent of the request, where an object of v1 asks for no metric at all.
const CPU_UTILIZATION_DEFAULT: i64 = 80;

/// A field of the behaviour: in the annotation, in v2.
type Names = &'static [(&'static str, &'static str)];

/// The annotation holds the behaviour under the names of upstream's internal type, not of any version.
const RULES: Names = &[
    ("StabilizationWindowSeconds", "stabilizationWindowSeconds"),
    ("SelectPolicy", "selectPolicy"),
    ("Policies", "policies"),
    ("Tolerance", "tolerance"),
];
const DIRECTIONS: Names = &[("ScaleUp", "scaleUp"), ("ScaleDown", "scaleDown")];
const POLICY: Names = &[("Type", "type"), ("Value", "value"), ("PeriodSeconds", "periodSeconds")];

/// To autoscaling/v2.
pub(super) fn to_v2(object: &mut Object) {
    let mut metrics = annotated_list(object, METRICS).iter().map(metric_to_v2).collect::<Vec<_>>();
    if let Some(target) =
        object.remove("/spec/targetCPUUtilizationPercentage").filter(|value| !value.is_null())
    {
        metrics.push(cpu_target(target));
    }
    if metrics.is_empty() {
        metrics.push(cpu_target(CPU_UTILIZATION_DEFAULT.into()));
    }
    object.set("/spec/metrics", metrics);
    if let Some(behavior) = annotated(object, BEHAVIOR) {
        object.set("/spec/behavior", behavior_to_v2(&behavior));
    }
    let seen = annotated_list(object, CURRENT_METRICS);
    let utilization = object.remove("/status/currentCPUUtilizationPercentage");
    if !seen.is_empty() {
        object.set("/status/currentMetrics", seen.iter().map(status_to_v2).collect::<Vec<_>>());
    } else if let Some(value) = utilization.filter(|value| !value.is_null()) {
        let current = json!({"averageUtilization": value});
        let seen = json!([{"type": "Resource", "resource": {"name": "cpu", "current": current}}]);
        object.set("/status/currentMetrics", seen);
    }
    if let Some(conditions) = annotated(object, CONDITIONS) {
        object.set("/status/conditions", conditions);
    }
    drop_annotations(object);
}

/// To autoscaling/v1.
pub(super) fn to_v1(object: &mut Object) {
    let metrics = taken_list(object, "/spec/metrics");
    let (cpu, others): (Vec<Value>, Vec<Value>) = metrics.into_iter().partition(is_cpu_target);
    if let Some(target) = cpu.first().and_then(|metric| field(metric, "/resource/target/averageUtilization"))
    {
        object.set("/spec/targetCPUUtilizationPercentage", target);
    }
    let seen = taken_list(object, "/status/currentMetrics");
    let utilization = seen.iter().find_map(|metric| {
        (metric["resource"]["name"] == "cpu")
            .then(|| field(metric, "/resource/current/averageUtilization"))
            .flatten()
    });
    if let Some(utilization) = utilization {
        object.set("/status/currentCPUUtilizationPercentage", utilization);
    }
    annotate_list(object, METRICS, others.iter().map(metric_to_v1).collect());
    annotate_list(object, CURRENT_METRICS, seen.iter().map(status_to_v1).collect());
    let conditions = taken_list(object, "/status/conditions");
    annotate_list(object, CONDITIONS, conditions);
    if let Some(behavior) = object.remove("/spec/behavior").filter(|value| !value.is_null()) {
        object.set_annotation(BEHAVIOR, behavior_to_annotation(&behavior).to_string());
    }
}

fn annotated(object: &Object, annotation: &str) -> Option<Value> {
    serde_json::from_str(object.annotation(annotation)?).ok()
}

fn annotated_list(object: &Object, annotation: &str) -> Vec<Value> {
    match annotated(object, annotation) {
        Some(Value::Array(items)) => items,
        _ => Vec::new(),
    }
}

fn annotate_list(object: &mut Object, annotation: &str, items: Vec<Value>) {
    if !items.is_empty() {
        object.set_annotation(annotation, Value::Array(items).to_string());
    }
}

fn taken_list(object: &mut Object, pointer: &str) -> Vec<Value> {
    match object.remove(pointer) {
        Some(Value::Array(items)) => items,
        _ => Vec::new(),
    }
}

fn drop_annotations(object: &mut Object) {
    let Some(Value::Object(annotations)) = object.get_mut("/metadata/annotations") else { return };
    for annotation in [METRICS, CURRENT_METRICS, CONDITIONS, BEHAVIOR] {
        annotations.remove(annotation);
    }
    if annotations.is_empty() {
        object.remove("/metadata/annotations");
    }
}

fn is_cpu_target(metric: &Value) -> bool {
    metric["type"] == "Resource"
        && metric["resource"]["name"] == "cpu"
        && field(metric, "/resource/target/averageUtilization").is_some()
}

fn cpu_target(percent: Value) -> Value {
    let target = json!({"type": "Utilization", "averageUtilization": percent});
    json!({"type": "Resource", "resource": {"name": "cpu", "target": target}})
}

/// The fields of v1's sources of metrics: what v2 calls them, for targets and for what was last seen.
fn flat_fields(source: &str, seen: bool) -> &'static [(&'static str, &'static str)] {
    match (source, seen) {
        ("resource" | "containerResource", false) => &[
            ("/name", "/name"),
            ("/targetAverageUtilization", "/target/averageUtilization"),
            ("/targetAverageValue", "/target/averageValue"),
            ("/container", "/container"),
        ],
        ("resource" | "containerResource", true) => &[
            ("/name", "/name"),
            ("/currentAverageUtilization", "/current/averageUtilization"),
            ("/currentAverageValue", "/current/averageValue"),
            ("/container", "/container"),
        ],
        ("pods", false) => &[
            ("/metricName", "/metric/name"),
            ("/targetAverageValue", "/target/averageValue"),
            ("/selector", "/metric/selector"),
        ],
        ("pods", true) => &[
            ("/metricName", "/metric/name"),
            ("/currentAverageValue", "/current/averageValue"),
            ("/selector", "/metric/selector"),
        ],
        ("object", false) => &[
            ("/target", "/describedObject"),
            ("/metricName", "/metric/name"),
            ("/targetValue", "/target/value"),
            ("/selector", "/metric/selector"),
            ("/averageValue", "/target/averageValue"),
        ],
        ("object", true) => &[
            ("/target", "/describedObject"),
            ("/metricName", "/metric/name"),
            ("/currentValue", "/current/value"),
            ("/selector", "/metric/selector"),
            ("/averageValue", "/current/averageValue"),
        ],
        (_, false) => &[
            ("/metricName", "/metric/name"),
            ("/metricSelector", "/metric/selector"),
            ("/targetValue", "/target/value"),
            ("/targetAverageValue", "/target/averageValue"),
        ],
        (_, true) => &[
            ("/metricName", "/metric/name"),
            ("/metricSelector", "/metric/selector"),
            ("/currentValue", "/current/value"),
            ("/currentAverageValue", "/current/averageValue"),
        ],
    }
}

fn source_of(metric: &Value) -> &'static str {
    match metric["type"].as_str() {
        Some("Resource") => "resource",
        Some("ContainerResource") => "containerResource",
        Some("Pods") => "pods",
        Some("Object") => "object",
        _ => "external",
    }
}

/// A metric with the fields of its source moved; `back` from v2 to v1.
fn moved(metric: &Value, seen: bool, back: bool) -> Value {
    let source = source_of(metric);
    let given = Object::from(metric[source].as_object().cloned().unwrap_or_default());
    let mut made = Object::from(Map::new());
    for (flat, nested) in flat_fields(source, seen) {
        let (from, to) = if back { (nested, flat) } else { (flat, nested) };
        if let Some(value) = given.get(from) {
            made.set(to, value.clone());
        }
    }
    let mut whole = Object::from(Map::new());
    whole.set("/type", metric["type"].clone());
    whole.set(&format!("/{source}"), Value::from(made));
    whole.into()
}

fn metric_to_v2(metric: &Value) -> Value {
    let mut moved = Object::from_value(moved(metric, false, false)).unwrap_or_else(|| Map::new().into());
    let target = format!("/{}/target", source_of(metric));
    let target_type = ["averageUtilization", "averageValue", "value"]
        .into_iter()
        .find(|field| moved.get(&format!("{target}/{field}")).is_some());
    let target_type = match target_type {
        Some("averageUtilization") => "Utilization",
        Some("averageValue") => "AverageValue",
        _ => "Value",
    };
    moved.set(&format!("{target}/type"), target_type);
    moved.into()
}

fn metric_to_v1(metric: &Value) -> Value {
    moved(metric, false, true)
}

fn status_to_v2(metric: &Value) -> Value {
    moved(metric, true, false)
}

fn status_to_v1(metric: &Value) -> Value {
    moved(metric, true, true)
}

/// A map with other names: the annotation's to v2's, or back (then what is absent is null, as Go writes it).
fn renamed(value: &Value, names: Names, back: bool) -> Map {
    let pairs = names.iter().map(|(internal, v2)| if back { (*v2, *internal) } else { (*internal, *v2) });
    let renamed = pairs.map(|(from, to)| (to.to_owned(), value.get(from).cloned().unwrap_or_default()));
    renamed.filter(|(_, value)| back || !value.is_null()).collect()
}

fn behavior(value: &Value, back: bool) -> Value {
    let mut directions = renamed(value, DIRECTIONS, back);
    for rules in directions.values_mut().filter(|rules| rules.is_object()) {
        let mut made = renamed(rules, RULES, back);
        for policies in made.values_mut().filter_map(Value::as_array_mut) {
            for policy in policies {
                *policy = renamed(policy, POLICY, back).into();
            }
        }
        *rules = made.into();
    }
    directions.into()
}

fn behavior_to_v2(value: &Value) -> Value {
    behavior(value, false)
}

fn behavior_to_annotation(value: &Value) -> Value {
    behavior(value, true)
}
