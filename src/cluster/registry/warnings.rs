//! What a client is told about Pods that are accepted but hardly meant (`pkg/api/pod/warnings.go`).

use super::validation::Field;

/// Warnings about a Pod spec.
pub(super) fn pod_spec_warnings(spec: &Field<'_>) -> Vec<String> {
    let mut warnings = Vec::new();
    for list in ["initContainers", "containers"] {
        for container in spec.child(list).items() {
            warnings.extend(hidden_variables(&container));
            warnings.extend(repeated_ports(&container));
        }
    }
    warnings
}

/// Variables that an earlier one of the same name hides from patches.
fn hidden_variables(container: &Field<'_>) -> Vec<String> {
    let mut seen = Vec::new();
    let mut warnings = Vec::new();
    for variable in container.child("env").items() {
        let name = variable.child("name").text();
        if seen.contains(&name) {
            warnings.push(format!(
                "{}: hides previous definition of {name:?}, which may be dropped when using apply",
                variable.path()
            ));
        }
        seen.push(name);
    }
    warnings
}

/// Ports that a container lists twice.
fn repeated_ports(container: &Field<'_>) -> Vec<String> {
    let mut seen: Vec<(i64, &str, String)> = Vec::new();
    let mut warnings = Vec::new();
    for port in container.child("ports").items() {
        let (number, protocol) = (port.child("containerPort").number(), port.child("protocol").text());
        match seen.iter().find(|(other, with, _)| (*other, *with) == (number, protocol)) {
            Some((_, _, first)) => {
                warnings.push(format!("{}: duplicate port definition with {first}", port.path()));
            }
            None => seen.push((number, protocol, port.path().to_owned())),
        }
    }
    warnings
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::apimachinery::Object;

    use super::*;

    #[test]
    fn what_stands_twice_is_pointed_out() {
        let pod = Object::from_value(json!({"spec": {"containers": [{
            "env": [{"name": "A"}, {"name": "A"}],
            "ports": [{"containerPort": 80, "protocol": "TCP"}, {"containerPort": 80, "protocol": "TCP"}],
        }]}}))
        .unwrap();
        assert_eq!(
            pod_spec_warnings(&Field::of(&pod, "spec")),
            [
                r#"spec.containers[0].env[1]: hides previous definition of "A", which may be dropped when using apply"#,
                "spec.containers[0].ports[1]: duplicate port definition with spec.containers[0].ports[0]",
            ]
        );
    }
}
