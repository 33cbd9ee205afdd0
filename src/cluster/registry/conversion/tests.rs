//! Objects of one version, read and written in another.

use super::super::tests::{options, registry};
use super::*;
use crate::apimachinery::ObjectKey;
use crate::base::json;

fn object(value: Value) -> Object {
    Object::from_value(value).unwrap()
}

#[test]
fn what_autoscaling_v1_cannot_say_survives_in_annotations() {
    let v2 = object(json!({
        "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "web"},
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}, "maxReplicas": 3,
            "metrics": [
                {"type": "Resource", "resource": {"name": "memory", "target": {"type": "AverageValue", "averageValue": "100Mi"}}},
                {"type": "Object", "object": {"describedObject": {"kind": "Service", "name": "web"},
                    "metric": {"name": "hits"}, "target": {"type": "Value", "value": "10"}}},
                {"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 50}}},
            ],
            "behavior": {"scaleDown": {"stabilizationWindowSeconds": 10, "policies": [{"type": "Pods", "value": 1, "periodSeconds": 15}]}},
        },
        "status": {
            "currentMetrics": [{"type": "Resource", "resource": {"name": "cpu", "current": {"averageUtilization": 7, "averageValue": "7m"}}}],
            "conditions": [{"type": "AbleToScale", "status": "True"}],
        },
    }));
    let mut v1 = v2.clone();
    horizontal_pod_autoscaler::to_v1(&mut v1);
    assert_eq!(v1.number("/spec/targetCPUUtilizationPercentage"), Some(50));
    assert_eq!(v1.number("/status/currentCPUUtilizationPercentage"), Some(7));
    assert_eq!(v1.get("/spec/metrics"), None);
    let behavior = v1.annotation("autoscaling.alpha.kubernetes.io/behavior").unwrap();
    assert!(behavior.contains(r#"{"PeriodSeconds":15,"Type":"Pods","Value":1}"#), "{behavior}");
    horizontal_pod_autoscaler::to_v2(&mut v1);
    assert_eq!(v1, v2);
}

#[test]
fn an_autoscaler_of_v1_is_stored_as_v2_and_read_in_both() {
    let mut registry = registry();
    let v1 = object(json!({
        "apiVersion": "autoscaling/v1", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "web"},
        "spec": {"scaleTargetRef": {"kind": "Deployment", "name": "web"}, "minReplicas": 1, "maxReplicas": 3,
            "targetCPUUtilizationPercentage": 60},
    }));
    let kind = &builtin::HORIZONTAL_POD_AUTOSCALER_V1;
    let written = registry.create(kind, "default", v1, &options()).unwrap();
    assert_eq!(written.object.api_version(), "autoscaling/v1");
    let key = ObjectKey::new("default", "web");
    let v2 = registry.get(&builtin::HORIZONTAL_POD_AUTOSCALER, &key).unwrap();
    assert_eq!(v2.number("/spec/metrics/0/resource/target/averageUtilization"), Some(60));
    let fields = "/metadata/managedFields/0/fieldsV1/f:spec/f:targetCPUUtilizationPercentage";
    assert!(v2.published().pointer(fields).is_some(), "{v2:?}");
    assert_eq!(v2.text("/metadata/managedFields/0/apiVersion"), "autoscaling/v1");
    assert_eq!(registry.list(kind, None)[0].number("/spec/targetCPUUtilizationPercentage"), Some(60));
}

#[test]
fn events_have_two_versions() {
    let mut registry = registry();
    let event = object(json!({
        "apiVersion": "events.k8s.io/v1", "kind": "Event", "metadata": {"name": "e", "namespace": "default"},
        "regarding": {"kind": "Pod", "name": "p", "namespace": "default"}, "note": "hello", "reason": "Said", "type": "Normal",
        "action": "Saying", "reportingController": "me", "reportingInstance": "me-0", "eventTime": "2026-01-01T00:00:00.000000Z",
    }));
    registry.create(&builtin::EVENTS_EVENT, "default", event, &options()).unwrap();
    let core = registry.list(&builtin::EVENT, None);
    assert_eq!(core[0].text("/message"), "hello");
    assert_eq!(core[0].text("/involvedObject/name"), "p");
    let shown = registry.list(&builtin::EVENTS_EVENT, None);
    assert_eq!(shown[0].text("/note"), "hello");
    assert_eq!(shown[0].text("/reportingController"), "me");
    assert_eq!(shown[0].get("/message"), None);
}
