//! Resources as the downward API gives them: in units of a divisor, from the node where nothing is said.

use crate::apimachinery::builtin::NODE;
use crate::apimachinery::{Object, ObjectKey, Quantity};
use crate::base::Value;

use super::super::registry::Registry;
use super::pod_spec::{self, ContainerSpec};

/// What a `resourceFieldRef` comes to (`pkg/api/v1/resource`).
pub(super) fn resource(
    registry: &Registry,
    pod: &Object,
    own: Option<&ContainerSpec<'_>>,
    reference: &Value,
) -> String {
    let name = reference["containerName"].as_str().filter(|name| !name.is_empty());
    let named = name.and_then(|name| pod_spec::container(pod, name));
    let Some(spec) = named.or_else(|| own.copied()) else { return String::new() };
    let (kind, resource) =
        reference["resource"].as_str().and_then(|text| text.split_once('.')).unwrap_or_default();
    let written = |kind: &str| Quantity::from_value(spec.get("/resources")?.get(kind)?.get(resource)?);
    let amount = match kind {
        "limits" => written("limits").or_else(|| allocatable(registry, pod, resource)),
        _ => written("requests").or_else(|| written("limits")),
    };
    let amount = amount.unwrap_or(Quantity::ZERO);
    let divisor = Quantity::from_value(&reference["divisor"]).filter(|divisor| !divisor.is_zero());
    let divisor = divisor.unwrap_or_else(|| Quantity::from_whole(1));
    let (part, whole) =
        if resource == "cpu" { (amount.milli(), divisor.milli()) } else { (amount.whole(), divisor.whole()) };
    (part / whole.max(1) + i64::from(part % whole.max(1) != 0)).to_string()
}

fn allocatable(registry: &Registry, pod: &Object, resource: &str) -> Option<Quantity> {
    let node = registry.get(&NODE, &ObjectKey::new("", pod.text("/spec/nodeName"))).ok()?;
    Quantity::from_value(node.get("/status/allocatable")?.get(resource)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Random, Timestamp, json};

    #[test]
    fn amounts_are_counted_in_divisors_rounded_up() {
        let registry = Registry::new(Timestamp::UNIX_EPOCH, Random::seeded(1));
        let pod = Object::from_value(json!({"spec": {"containers": [{"name": "c", "resources": {
            "limits": {"cpu": "1500m", "memory": "64Mi"}, "requests": {"cpu": "250m", "memory": "32Mi"}}}]}}))
        .unwrap();
        let of = |resource: &str, divisor: &str| {
            let reference = json!({"containerName": "c", "resource": resource, "divisor": divisor});
            resource_text(&registry, &pod, &reference)
        };
        assert_eq!(of("limits.cpu", "0"), "2");
        assert_eq!(of("limits.cpu", "1m"), "1500");
        assert_eq!(of("requests.cpu", "1"), "1");
        assert_eq!(
            (of("limits.memory", "1Mi"), of("requests.memory", "0")),
            ("64".to_owned(), "33554432".to_owned())
        );
    }

    fn resource_text(registry: &Registry, pod: &Object, reference: &Value) -> String {
        resource(registry, pod, None, reference)
    }
}
