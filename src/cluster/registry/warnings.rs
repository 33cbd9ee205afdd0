//! What a client is told about Pods and Services that are accepted but hardly meant (`warnings.go` of
//! `pkg/api/pod` and `pkg/api/service`).

use crate::apimachinery::Object;

use super::validation::Field;

/// Warnings about a Pod spec.
pub(super) fn pod_spec_warnings(spec: &Field<'_>) -> Vec<String> {
    let mut warnings = spread_warnings(spec);
    warnings.extend(volume_warnings(spec));
    warnings.extend(repeated(&spec.child("hostAliases"), "ip", "ip"));
    let secrets = spec.child("imagePullSecrets");
    warnings.extend(repeated(&secrets, "name", "name"));
    let names = secrets.items().map(|secret| secret.child("name")).filter(|name| name.is_empty());
    warnings.extend(names.map(|name| format!("{}: invalid empty name \"\"", name.path())));
    for list in ["initContainers", "containers"] {
        for container in spec.child(list).items() {
            warnings.extend(hidden_variables(&container));
            warnings.extend(repeated_ports(&container));
        }
    }
    warnings
}

/// Spreads of which no Pod is counted.
fn spread_warnings(spec: &Field<'_>) -> Vec<String> {
    let selectors = spec.child("topologySpreadConstraints").items();
    selectors
        .map(|constraint| constraint.child("labelSelector"))
        .filter(Field::is_absent)
        .map(|selector| format!("{}: a null labelSelector results in matching no pod", selector.path()))
        .collect()
}

/// Volumes of kinds that are not supported any more.
const GONE: &[(&str, &str)] = &[
    ("photonPersistentDisk", "deprecated in v1.11, non-functional in v1.16+"),
    ("gitRepo", "deprecated in v1.11, and disabled by default in v1.33+"),
    ("scaleIO", "deprecated in v1.16, non-functional in v1.22+"),
    ("flocker", "deprecated in v1.22, non-functional in v1.25+"),
    ("storageos", "deprecated in v1.22, non-functional in v1.25+"),
    ("quobyte", "deprecated in v1.22, non-functional in v1.25+"),
    ("glusterfs", "deprecated in v1.25, non-functional in v1.26+"),
    ("cephfs", "deprecated in v1.28, non-functional in v1.31+"),
    ("rbd", "deprecated in v1.28, non-functional in v1.31+"),
];

fn volume_warnings(spec: &Field<'_>) -> Vec<String> {
    let mut warnings = Vec::new();
    for volume in spec.child("volumes").items() {
        let sources = GONE.iter().map(|(source, since)| (volume.child(source), since));
        let given = sources.filter(|(source, _)| !source.is_absent());
        // Upstream writes one of them with a capital.
        let shown = |source: Field<'_>| source.path().replace(".storageos", ".storageOS");
        warnings.extend(given.map(|(source, since)| format!("{}: {since}", shown(source))));
    }
    warnings
}

/// Items of a list that have the same value in a field.
fn repeated(list: &Field<'_>, field: &str, what: &str) -> Vec<String> {
    let mut seen = Vec::new();
    let mut warnings = Vec::new();
    for value in list.items().map(|item| item.child(field)) {
        if seen.contains(&value.text()) {
            warnings.push(format!("{}: duplicate {what} {:?}", value.path(), value.text()));
        }
        seen.push(value.text());
    }
    warnings
}

/// Warnings about a Service.
pub(super) fn service_warnings(service: &Object) -> Vec<String> {
    let text = |field: &str| service.text(&format!("/spec/{field}"));
    let (kind, external) = (text("type"), !service.list("/spec/externalIPs").is_empty());
    let headless = kind == "ClusterIP" && text("clusterIP") == "None";
    let named = kind == "ExternalName";
    let cases = [
        (
            service.annotation("service.kubernetes.io/topology-aware-hints").is_some(),
            "annotation service.kubernetes.io/topology-aware-hints is deprecated, please use service.kubernetes.io/topology-mode instead",
        ),
        (
            headless && !text("loadBalancerIP").is_empty(),
            "spec.loadBalancerIP is ignored for headless services",
        ),
        (headless && external, "spec.externalIPs is ignored for headless services"),
        (
            headless && text("sessionAffinity") != "None",
            "spec.SessionAffinity is ignored for headless services",
        ),
        (
            external && !headless && !named,
            "spec.externalIPs is deprecated and may no longer be implemented in some clusters",
        ),
        (named && external, "spec.externalIPs is ignored when spec.type is \"ExternalName\""),
        (
            !named && !text("externalName").is_empty(),
            "spec.externalName is ignored when spec.type is not \"ExternalName\"",
        ),
    ];
    cases.into_iter().filter(|(applies, _)| *applies).map(|(_, warning)| warning.to_owned()).collect()
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
    use crate::base::{Value, json};

    use super::*;

    #[test]
    fn what_is_not_supported_any_more_is_pointed_out() {
        let pod = Object::from_value(json!({"spec": {
            "volumes": [{"name": "a", "gitRepo": {"repository": "x"}}, {"name": "b", "emptyDir": {}}],
            "topologySpreadConstraints": [{"topologyKey": "zone"}],
            "imagePullSecrets": [{"name": "a"}, {"name": "a"}],
        }}))
        .unwrap();
        assert_eq!(
            pod_spec_warnings(&Field::of(&pod, "spec")),
            [
                "spec.topologySpreadConstraints[0].labelSelector: a null labelSelector results in matching no pod",
                "spec.volumes[0].gitRepo: deprecated in v1.11, and disabled by default in v1.33+",
                "spec.imagePullSecrets[1].name: duplicate name \"a\"",
            ]
        );
    }

    #[test]
    fn what_a_service_has_in_vain_is_pointed_out() {
        let told = |spec: Value| service_warnings(&Object::from_value(json!({"spec": spec})).unwrap());
        let external = json!({"type": "ClusterIP", "sessionAffinity": "None", "externalIPs": ["1.2.3.4"]});
        assert_eq!(
            told(external),
            ["spec.externalIPs is deprecated and may no longer be implemented in some clusters"]
        );
        let headless = json!({"type": "ClusterIP", "clusterIP": "None", "sessionAffinity": "ClientIP",
            "externalIPs": ["1.2.3.4"], "externalName": "a.b"});
        assert_eq!(
            told(headless),
            [
                "spec.externalIPs is ignored for headless services",
                "spec.SessionAffinity is ignored for headless services",
                "spec.externalName is ignored when spec.type is not \"ExternalName\"",
            ]
        );
    }

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
