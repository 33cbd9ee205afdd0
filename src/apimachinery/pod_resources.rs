//! What a Pod asks for and may use at most (`k8s.io/component-helpers/resource`).

use std::collections::BTreeMap;

use crate::base::{Map, Value};

use super::quantity::Quantity;

/// Amounts by resource name.
pub type ResourceList = BTreeMap<String, Quantity>;

/// A map of manifests as amounts; what is no quantity is left out.
#[must_use]
pub fn resource_list(map: Option<&Map>) -> ResourceList {
    let entries = map.into_iter().flatten();
    entries.filter_map(|(name, value)| Some((name.to_string(), Quantity::from_value(value)?))).collect()
}

/// Adds amounts to others.
pub fn add_resources(into: &mut ResourceList, more: &ResourceList) {
    for (name, amount) in more {
        let entry = into.entry(name.clone()).or_insert(Quantity::ZERO);
        *entry = *entry + *amount;
    }
}

fn raise(into: &mut ResourceList, least: &ResourceList) {
    for (name, amount) in least {
        let entry = into.entry(name.clone()).or_insert(*amount);
        *entry = (*entry).max(*amount);
    }
}

/// What a Pod of that spec asks for, its overhead included (`PodRequests`).
#[must_use]
pub fn pod_requests(spec: &Value) -> ResourceList {
    requests_with(spec, &[])
}

/// The same where each container that does not ask for something asks for `defaults`.
#[must_use]
pub fn requests_with(spec: &Value, defaults: &[(&str, Quantity)]) -> ResourceList {
    let mut total = over_containers(spec, "requests", defaults);
    add_resources(&mut total, &resource_list(spec["overhead"].as_object()));
    total
}

/// What a Pod of that spec may use at most; overhead counts only where there is a limit (`PodLimits`).
#[must_use]
pub fn pod_limits(spec: &Value) -> ResourceList {
    let mut total = over_containers(spec, "limits", &[]);
    for (name, amount) in resource_list(spec["overhead"].as_object()) {
        if let Some(limit) = total.get_mut(&name).filter(|limit| !limit.is_zero()) {
            *limit = *limit + amount;
        }
    }
    total
}

/// The sum over containers and sidecars, or the most that one init container needs; what the Pod
/// says for itself goes before.
fn over_containers(spec: &Value, list: &str, defaults: &[(&str, Quantity)]) -> ResourceList {
    let stated = |container: &Value| resource_list(container["resources"][list].as_object());
    let of = |container: &Value| {
        let mut amounts = stated(container);
        for (name, default) in defaults {
            if !amounts.contains_key(*name) {
                amounts.insert((*name).to_owned(), *default);
            }
        }
        amounts
    };
    let containers = |field: &str| spec[field].as_array().into_iter().flatten();
    let mut total = ResourceList::new();
    for container in containers("containers") {
        add_resources(&mut total, &of(container));
    }
    let (mut sidecars, mut peak) = (ResourceList::new(), ResourceList::new());
    for container in containers("initContainers") {
        let mut needed = of(container);
        if container["restartPolicy"] == "Always" {
            add_resources(&mut total, &needed);
            add_resources(&mut sidecars, &needed);
            needed = sidecars.clone();
        } else {
            add_resources(&mut needed, &sidecars);
        }
        raise(&mut peak, &needed);
    }
    raise(&mut total, &peak);
    for (name, amount) in stated(spec) {
        total.insert(name, amount);
    }
    total
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    fn text(list: &ResourceList) -> String {
        let parts: Vec<String> = list.iter().map(|(name, amount)| format!("{name}={amount}")).collect();
        parts.join(",")
    }

    #[test]
    fn a_pod_needs_the_sum_of_its_containers_or_its_greatest_init_container() {
        let container =
            |cpu: &str, memory: &str| json!({"resources": {"requests": {"cpu": cpu, "memory": memory}}});
        let mut sidecar = container("50m", "64Mi");
        sidecar["restartPolicy"] = "Always".into();
        let mut spec = json!({
            "containers": [container("100m", "1Gi"), container("200m", "1Gi")],
            "initContainers": [sidecar, container("1", "100Mi")],
        });
        assert_eq!(text(&pod_requests(&spec)), "cpu=1050m,memory=2112Mi");
        spec["overhead"] = json!({"cpu": "50m"});
        assert_eq!(text(&pod_requests(&spec)), "cpu=1100m,memory=2112Mi");
        assert_eq!(text(&pod_limits(&spec)), "");
        spec["resources"] = json!({"requests": {"memory": "3Gi"}});
        assert_eq!(text(&pod_requests(&spec)), "cpu=1100m,memory=3Gi");
    }
}
