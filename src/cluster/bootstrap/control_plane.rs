//! The static Pods of the control plane: the kubelet of the first node runs them from files, and the API
//! shows their mirrors.

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::apimachinery::{Object, ObjectKey, Status, builtin};
use crate::base::{Value, json, parse_yaml};

use super::super::registry::Registry;
use super::nodes;

/// The Pods by component: data.
static COMPONENTS: LazyLock<Value> = LazyLock::new(|| {
    let documents = parse_yaml(include_str!("control_plane.yaml")).unwrap_or_default();
    documents.into_iter().next().map(|document| document.value).unwrap_or_default()
});

/// The mirrors of all of them.
pub(super) fn pods(registry: &Registry) -> Vec<Object> {
    let components = COMPONENTS.as_object().into_iter().flatten();
    components.map(|(name, component)| static_pod(registry, name, component)).collect()
}

/// What the control plane tells others of its authority.
///
/// # Errors
/// When there is none.
pub(super) fn published(registry: &Registry) -> Result<[Object; 2], Status> {
    let certificate = registry.authority()?.certificate_pem().to_owned();
    let mut authentication =
        Object::new(&builtin::CONFIG_MAP, "kube-system", "extension-apiserver-authentication");
    authentication.set(
        "/data",
        json!({
            "client-ca-file": certificate,
            "requestheader-allowed-names": r#"["front-proxy-client"]"#,
            "requestheader-client-ca-file": certificate,
            "requestheader-extra-headers-prefix": r#"["X-Remote-Extra-"]"#,
            "requestheader-group-headers": r#"["X-Remote-Group"]"#,
            "requestheader-uid-headers": r#"["X-Remote-Uid"]"#,
            "requestheader-username-headers": r#"["X-Remote-User"]"#,
        }),
    );
    let mut information = Object::new(&builtin::CONFIG_MAP, "kube-public", "cluster-info");
    let authority = STANDARD.encode(certificate);
    let server = "https://control-plane.minikube.internal:8443";
    let kubeconfig = format!(
        "apiVersion: v1\nclusters:\n- cluster:\n    certificate-authority-data: {authority}\n    server: {server}\n  name: \"\"\ncontexts: null\ncurrent-context: \"\"\nkind: Config\nusers: null\n"
    );
    information.set("/data", json!({"kubeconfig": kubeconfig}));
    Ok([authentication, information])
}

/// The mirror of the static Pod of that name, if one of the control plane's is called so.
pub(crate) fn mirror_pod(registry: &Registry, key: &ObjectKey) -> Option<Object> {
    let node = nodes::name(0);
    let name = key.name.strip_suffix(&node)?.strip_suffix('-')?;
    let component = COMPONENTS.get(name)?;
    let stands = registry.get(&builtin::NODE, &ObjectKey::new("", node)).is_ok();
    (stands && key.namespace == "kube-system").then(|| static_pod(registry, name, component))
}

fn static_pod(registry: &Registry, name: &str, component: &Value) -> Object {
    let node = nodes::name(0);
    let mut pod = Object::new(&builtin::POD, "kube-system", &format!("{name}-{node}"));
    pod.set("/metadata/labels", json!({"component": name, "tier": "control-plane"}));
    let mut annotations = json!({
        "kubernetes.io/config.hash": format!("{name}-{node}"),
        "kubernetes.io/config.mirror": format!("{name}-{node}"),
        "kubernetes.io/config.source": "file",
    });
    for (name, text) in component["annotations"].as_object().into_iter().flatten() {
        annotations[name] = text.clone();
    }
    pod.set("/metadata/annotations", annotations);
    let owner = ObjectKey::new("", node.as_str());
    if let Ok(owner) = registry.get(&builtin::NODE, &owner) {
        pod.set(
            "/metadata/ownerReferences",
            json!([{"apiVersion": "v1", "kind": "Node", "name": node, "uid": owner.uid(), "controller": true}]),
        );
    }
    let parts = component["volumes"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mounts: Vec<Value> = parts
        .iter()
        .map(|part| match part[3] == true {
            true => json!({"name": part[0], "mountPath": part[1], "readOnly": true}),
            false => json!({"name": part[0], "mountPath": part[1]}),
        })
        .collect();
    let volumes: Vec<Value> = parts
        .iter()
        .map(|part| json!({"name": part[0], "hostPath": {"path": part[1], "type": part[2]}}))
        .collect();
    pod.set(
        "/spec",
        json!({
            "hostNetwork": true,
            "nodeName": node,
            "priorityClassName": "system-node-critical",
            "securityContext": {"seccompProfile": {"type": "RuntimeDefault"}},
            "tolerations": [{"operator": "Exists", "effect": "NoExecute"}],
            "volumes": volumes,
            "containers": [{
                "name": name,
                "image": component["image"],
                "imagePullPolicy": "IfNotPresent",
                "command": component["command"],
                "resources": {"requests": component["requests"]},
                "volumeMounts": mounts,
            }],
        }),
    );
    pod
}
