//! Defaults of Pod specs, alone and in templates (`pkg/apis/core/v1/defaults.go`).

use super::validation::{container_requests, is_of_whole_pods};
use crate::apimachinery::{Object, Quantity};
use crate::base::{Key, Map, Value, json};

/// `defaultMode` of volumes made of files: 0644.
const FILE_MODE: i64 = 0o644;
/// Lists of a Pod spec that hold containers.
pub(super) const CONTAINER_LISTS: [&str; 3] = ["initContainers", "containers", "ephemeralContainers"];

/// Sets what is absent, null, empty text or zero.
fn default_to(map: &mut Map, key: &str, value: impl Into<Value>) {
    let absent = match map.get(key) {
        None | Some(Value::Null) => true,
        Some(Value::String(text)) => text.is_empty(),
        Some(_) => false,
    };
    if absent {
        map.insert(key.to_owned(), value.into());
    }
}

/// As [`default_to`], and zero counts as absent, too.
fn default_number(map: &mut Map, key: &str, value: i64) {
    if map.get(key).and_then(Value::as_i64).unwrap_or_default() == 0 {
        map.insert(key.to_owned(), value.into());
    }
}

/// The maps in a list of a map.
pub(super) fn items<'a>(map: &'a mut Map, key: &str) -> impl Iterator<Item = &'a mut Map> {
    map.get_mut(key).and_then(Value::as_array_mut).into_iter().flatten().filter_map(Value::as_object_mut)
}

/// The map under a key of a map.
fn child<'a>(map: &'a mut Map, key: &str) -> Option<&'a mut Map> {
    map.get_mut(key).and_then(Value::as_object_mut)
}

/// Defaults of a Pod: those of its spec, and what only Pods get.
pub(super) fn set_pod_defaults(spec: &mut Map) {
    default_to(spec, "enableServiceLinks", true);
    for list in CONTAINER_LISTS {
        items(spec, list).for_each(copy_limits_to_requests);
    }
    set_spec_defaults(spec);
    set_pod_requests(spec);
}

/// A Pod that says what it needs as a whole asks for what its containers do, or for as much as it may
/// have (`defaultPodRequests`).
fn set_pod_requests(spec: &mut Map) {
    if !spec.get("resources").is_some_and(Value::is_object) {
        return;
    }
    let asked = container_requests(&Value::Object(spec.clone()));
    let Some(Value::Object(resources)) = spec.get_mut("resources") else { return };
    let mut requests = resources.get("requests").and_then(Value::as_object).cloned().unwrap_or_default();
    let limits = resources.get("limits").and_then(Value::as_object).cloned().unwrap_or_default();
    let asked = asked.into_iter().map(|(name, amount)| (Key::from(name), Value::from(amount.to_string())));
    for (name, amount) in asked.chain(limits) {
        if is_of_whole_pods(&name) {
            requests.entry(name).or_insert(amount);
        }
    }
    if !requests.is_empty() {
        resources.insert("requests", Value::Object(requests));
    }
}

/// Defaults of the Pod template at `/spec/template`.
pub(super) fn set_template_defaults(workload: &mut Object) {
    set_template_defaults_at(workload, "/spec/template");
}

/// Defaults of the Pod template at a path.
pub(super) fn set_template_defaults_at(object: &mut Object, pointer: &str) {
    if let Some(Value::Object(metadata)) = object.get_mut(&format!("{pointer}/metadata")) {
        metadata.retain(|_, value| !value.is_null());
    }
    if let Some(Value::Object(spec)) = object.get_mut(&format!("{pointer}/spec")) {
        set_spec_defaults(spec);
    }
}

fn set_spec_defaults(spec: &mut Map) {
    default_to(spec, "dnsPolicy", "ClusterFirst");
    default_to(spec, "restartPolicy", "Always");
    default_to(spec, "schedulerName", "default-scheduler");
    default_to(spec, "securityContext", json!({}));
    default_to(spec, "terminationGracePeriodSeconds", 30);
    join_service_account_names(spec);
    let host_network = spec.get("hostNetwork") == Some(&Value::Bool(true));
    for list in CONTAINER_LISTS {
        for container in items(spec, list) {
            set_container_defaults(container);
            if host_network {
                copy_ports_to_host(container);
            }
        }
    }
    items(spec, "volumes").for_each(set_volume_defaults);
}

/// `serviceAccount` is the old name of `serviceAccountName`; both are always shown.
fn join_service_account_names(spec: &mut Map) {
    let name = ["serviceAccountName", "serviceAccount"]
        .iter()
        .find_map(|key| spec.get(key).and_then(Value::as_str).filter(|name| !name.is_empty()))
        .map(str::to_owned);
    if let Some(name) = name {
        spec.insert("serviceAccount", name.clone().into());
        spec.insert("serviceAccountName", name.into());
    }
}

fn set_container_defaults(container: &mut Map) {
    let image = container.get("image").and_then(Value::as_str).unwrap_or_default();
    let policy = pull_policy(image);
    default_to(container, "imagePullPolicy", policy);
    default_to(container, "resources", json!({}));
    write_amounts_canonically(container);
    default_to(container, "terminationMessagePath", "/dev/termination-log");
    default_to(container, "terminationMessagePolicy", "File");
    for port in items(container, "ports") {
        default_to(port, "protocol", "TCP");
    }
    for variable in items(container, "env") {
        if let Some(file) = child(variable, "valueFrom").and_then(|from| child(from, "fileKeyRef")) {
            file.entry("optional").or_insert_with(|| false.into());
        }
        if let Some(field) = child(variable, "valueFrom").and_then(|from| child(from, "fieldRef")) {
            default_to(field, "apiVersion", "v1");
        }
    }
    for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
        if let Some(probe) = child(container, probe) {
            set_probe_defaults(probe);
        }
    }
    if let Some(lifecycle) = child(container, "lifecycle") {
        for hook in ["postStart", "preStop"] {
            if let Some(hook) = child(lifecycle, hook) {
                set_http_defaults(hook);
            }
        }
    }
}

/// Writes requests and limits as Go writes quantities: `0.5` as `500m`, `1024Mi` as `1Gi`.
fn write_amounts_canonically(container: &mut Map) {
    let Some(resources) = child(container, "resources") else { return };
    for list in ["requests", "limits"] {
        if let Some(amounts) = child(resources, list) {
            write_canonically(amounts);
        }
    }
}

/// Writes amounts as Go writes quantities.
pub(super) fn write_canonically(amounts: &mut Map) {
    for amount in amounts.values_mut() {
        if let Some(quantity) = Quantity::from_value(amount) {
            *amount = quantity.to_string().into();
        }
    }
}

/// `Always` for an image without tag or with tag `latest`, else `IfNotPresent`.
fn pull_policy(image: &str) -> &'static str {
    let name = image.split_once('@').map_or(image, |(name, _)| name);
    let last = name.rsplit('/').next().unwrap_or_default();
    match last.split_once(':') {
        Some((_, "latest")) => "Always",
        None if name == image => "Always",
        _ => "IfNotPresent",
    }
}

fn set_probe_defaults(probe: &mut Map) {
    for (key, value) in
        [("timeoutSeconds", 1), ("periodSeconds", 10), ("successThreshold", 1), ("failureThreshold", 3)]
    {
        default_number(probe, key, value);
    }
    set_http_defaults(probe);
    if let Some(grpc) = child(probe, "grpc") {
        default_to(grpc, "service", "");
    }
}

fn set_http_defaults(handler: &mut Map) {
    if let Some(http) = child(handler, "httpGet") {
        default_to(http, "path", "/");
        default_to(http, "scheme", "HTTP");
    }
}

fn copy_ports_to_host(container: &mut Map) {
    for port in items(container, "ports") {
        if let Some(number) = port.get("containerPort").and_then(Value::as_i64) {
            default_number(port, "hostPort", number);
        }
    }
}

/// What is limited and not requested is requested at the limit.
fn copy_limits_to_requests(container: &mut Map) {
    let Some(resources) = child(container, "resources") else { return };
    let Some(Value::Object(limits)) = resources.get("limits").cloned() else { return };
    let requests = resources.entry("requests").or_insert_with(|| json!({}));
    if let Value::Object(requests) = requests {
        for (name, limit) in limits {
            requests.entry(name).or_insert(limit);
        }
    }
}

fn set_volume_defaults(volume: &mut Map) {
    if volume.iter().all(|(key, value)| key == "name" || value.is_null()) {
        volume.insert("emptyDir", json!({}));
    }
    for source in ["secret", "configMap", "downwardAPI", "projected"] {
        if let Some(source) = child(volume, source) {
            default_to(source, "defaultMode", FILE_MODE);
        }
    }
    if let Some(host_path) = child(volume, "hostPath") {
        default_to(host_path, "type", "");
    }
    if let Some(downward) = child(volume, "downwardAPI") {
        set_downward_defaults(downward);
    }
    for source in child(volume, "projected").into_iter().flat_map(|projected| items(projected, "sources")) {
        if let Some(token) = child(source, "serviceAccountToken") {
            default_number(token, "expirationSeconds", 3600);
        }
        if let Some(downward) = child(source, "downwardAPI") {
            set_downward_defaults(downward);
        }
    }
}

fn set_downward_defaults(downward: &mut Map) {
    for item in items(downward, "items") {
        if let Some(field) = child(item, "fieldRef") {
            default_to(field, "apiVersion", "v1");
        }
    }
}

/// `Guaranteed`, `Burstable` or `BestEffort`, from what the containers request and limit.
pub(super) fn qos_class(pod: &Object) -> &'static str {
    // What a Pod says for itself goes before what its containers say.
    let whole = ["requests", "limits"].iter().any(|kind| {
        let amounts = pod.map(&format!("/spec/resources/{kind}"));
        amounts.is_some_and(|amounts| amounts.keys().any(|name| is_of_whole_pods(name)))
    });
    let containers: Vec<&Value> = if whole {
        vec![pod.field("spec")]
    } else {
        pod.list("/spec/containers").iter().chain(pod.list("/spec/initContainers")).collect()
    };
    let amount = |container: &Value, kind: &str, resource: &str| {
        let amount = container.pointer(&format!("/resources/{kind}/{resource}"))?;
        Quantity::from_value(amount).filter(|amount| !amount.is_zero())
    };
    let mut anything = false;
    let mut guaranteed = true;
    for container in &containers {
        for resource in ["cpu", "memory"] {
            let (request, limit) =
                (amount(container, "requests", resource), amount(container, "limits", resource));
            anything |= request.is_some() || limit.is_some();
            guaranteed &= limit.is_some() && (request.is_none() || request == limit);
        }
    }
    match (anything, guaranteed) {
        (false, _) => "BestEffort",
        (true, true) => "Guaranteed",
        (true, false) => "Burstable",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pod_may_ask_as_a_whole() {
        let mut pod = Object::from_value(json!({"spec": {
            "resources": {"limits": {"cpu": "1", "memory": "1Gi"}},
            "containers": [{"name": "a", "resources": {"requests": {"cpu": "300m"}}}, {"name": "b"}],
        }}))
        .unwrap();
        let Some(Value::Object(spec)) = pod.get_mut("/spec") else { unreachable!() };
        set_pod_defaults(spec);
        let requests = json!({"cpu": "300m", "memory": "1Gi"});
        assert_eq!(pod.get("/spec/resources/requests"), Some(&requests));
        assert_eq!(qos_class(&pod), "Burstable");
        pod.set("/spec/resources/requests/cpu", "1");
        assert_eq!(qos_class(&pod), "Guaranteed");
    }

    #[test]
    fn only_a_moving_tag_is_pulled_each_time() {
        let cases = [
            ("nginx", "Always"),
            ("nginx:latest", "Always"),
            ("nginx:1.27", "IfNotPresent"),
            ("localhost:5000/nginx", "Always"),
            ("localhost:5000/nginx:1", "IfNotPresent"),
            ("nginx@sha256:aaaa", "IfNotPresent"),
        ];
        for (image, expected) in cases {
            assert_eq!(pull_policy(image), expected, "{image}");
        }
    }

    #[test]
    fn amounts_are_written_as_go_writes_them() {
        let mut container = json!({"resources": {"limits": {"cpu": "0.5", "memory": "1024Mi"}}});
        set_container_defaults(container.as_object_mut().unwrap());
        assert_eq!(container["resources"], json!({"limits": {"cpu": "500m", "memory": "1Gi"}}));
    }

    #[test]
    fn the_class_of_service_follows_from_requests_and_limits() {
        let class = |resources: Value| {
            let pod = json!({"spec": {"containers": [{"resources": resources}]}});
            qos_class(&Object::from_value(pod).unwrap())
        };
        assert_eq!(class(json!({})), "BestEffort");
        assert_eq!(class(json!({"requests": {"cpu": "1"}})), "Burstable");
        let both = json!({"cpu": "1", "memory": "1Gi"});
        assert_eq!(class(json!({"requests": both.clone(), "limits": both})), "Guaranteed");
    }
}
