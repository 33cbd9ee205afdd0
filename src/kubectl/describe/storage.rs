//! Describes what is about storage: volumes, claims, classes, CSINodes.

use super::text::{Text, array, long_time, scalar, since, text_of, yes_or_no};
use super::volumes;
use crate::apimachinery::{builtin, is_volume_source};
use crate::base::{Timestamp, Value, json};
use crate::kubectl::api::Api;
use crate::kubectl::discovery::Resource;

/// A StorageClass, CSINode or VolumeAttributesClass; everything but the events.
pub(crate) fn class_or_node(text: &mut Text, object: &Value) {
    match text_of(&object["kind"]) {
        "CSINode" => csi_node(text, object),
        "VolumeAttributesClass" => volume_attributes_class(text, object),
        _ => storage_class(text, object),
    }
}

fn csi_node(text: &mut Text, object: &Value) {
    let metadata = &object["metadata"];
    text.field(0, "Name", text_of(&metadata["name"]));
    text.labels(0, "Labels", metadata["labels"].as_object());
    text.annotations(0, "Annotations", metadata["annotations"].as_object());
    text.field(0, "CreationTimestamp", long_time(&metadata["creationTimestamp"]));
    text.line(0, "Spec:");
    let Some(drivers) = object["spec"]["drivers"].as_array() else { return };
    text.line(1, "Drivers:");
    for driver in drivers {
        text.line(2, format!("{}:", text_of(&driver["name"])));
        text.field(3, "Node ID", text_of(&driver["nodeID"]));
        if let Some(count) = driver["allocatable"]["count"].as_i64() {
            text.line(3, "Allocatables:");
            text.field(4, "Count", count);
        }
        if let Some(keys) = driver["topologyKeys"].as_array() {
            let keys: Vec<&str> = keys.iter().map(text_of).collect();
            text.field(3, "Topology Keys", format!("[{}]", keys.join(" ")));
        }
    }
}

fn volume_attributes_class(text: &mut Text, object: &Value) {
    let pairs = |map: &Value| crate::kubectl::printers::labels_text(map.as_object());
    text.field(0, "Name", text_of(&object["metadata"]["name"]));
    text.field(0, "Annotations", pairs(&object["metadata"]["annotations"]));
    text.field(0, "DriverName", text_of(&object["driverName"]));
    text.field(0, "Parameters", pairs(&object["parameters"]));
}

/// A volume; everything but the events.
pub(crate) fn persistent_volume(text: &mut Text, volume: &Value, now: Timestamp) {
    let (metadata, spec, status) = (&volume["metadata"], &volume["spec"], &volume["status"]);
    text.field(0, "Name", text_of(&metadata["name"]));
    text.labels(0, "Labels", metadata["labels"].as_object());
    text.annotations(0, "Annotations", metadata["annotations"].as_object());
    text.field(0, "Finalizers", finalizers(metadata));
    text.field(0, "StorageClass", text_of(&spec["storageClassName"]));
    text.field(0, "Status", phase(volume, now));
    let claim = &spec["claimRef"];
    let claim = if claim.is_object() {
        format!("{}/{}", text_of(&claim["namespace"]), text_of(&claim["name"]))
    } else {
        String::new()
    };
    text.field(0, "Claim", claim);
    text.field(0, "Reclaim Policy", text_of(&spec["persistentVolumeReclaimPolicy"]));
    text.field(0, "Access Modes", access_modes(&spec["accessModes"]));
    text.field_if(0, "VolumeMode", text_of(&spec["volumeMode"]));
    text.field(0, "Capacity", scalar(&spec["capacity"]["storage"]));
    node_affinity(text, &spec["nodeAffinity"]["required"]);
    text.field(0, "Message", text_of(&status["message"]));
    text.line(0, "Source:");
    let sources = spec.as_object().into_iter().flatten();
    match sources.into_iter().find(|(field, _)| is_volume_source(field)) {
        Some((kind, source)) => volumes::source(text, &json!({ kind.as_str(): source }), true),
        None => text.line(1, "<unknown>"),
    }
}

/// A claim; everything but the events.
pub(crate) async fn persistent_volume_claim(text: &mut Text, api: &Api, claim: &Value, now: Timestamp) {
    let (metadata, spec, status) = (&claim["metadata"], &claim["spec"], &claim["status"]);
    text.field(0, "Name", text_of(&metadata["name"]));
    text.field(0, "Namespace", text_of(&metadata["namespace"]));
    text.field(0, "StorageClass", text_of(&spec["storageClassName"]));
    text.field(0, "Status", phase(claim, now));
    text.field(0, "Volume", text_of(&spec["volumeName"]));
    text.labels(0, "Labels", metadata["labels"].as_object());
    text.annotations(0, "Annotations", metadata["annotations"].as_object());
    text.field(0, "Finalizers", finalizers(metadata));
    let bound = !text_of(&spec["volumeName"]).is_empty();
    let capacity = if bound { scalar(&status["capacity"]["storage"]) } else { String::new() };
    let modes = if bound { access_modes(&status["accessModes"]) } else { String::new() };
    text.field(0, "Capacity", capacity);
    text.field(0, "Access Modes", modes);
    text.field_if(0, "VolumeMode", text_of(&spec["volumeMode"]));
    data_source(text, &spec["dataSource"]);
    text.list(0, "Used By", &users(api, claim).await);
    conditions(text, &status["conditions"]);
}

fn data_source(text: &mut Text, source: &Value) {
    if !source.is_object() {
        return;
    }
    text.line(0, "DataSource:");
    text.field_if(1, "APIGroup", text_of(&source["apiGroup"]));
    text.field(1, "Kind", text_of(&source["kind"]));
    text.field(1, "Name", text_of(&source["name"]));
}

/// Names of the Pods that use the claim, and of the Pod that owns it.
async fn users(api: &Api, claim: &Value) -> Vec<String> {
    let metadata = &claim["metadata"];
    let url = Resource::from(&builtin::POD).collection(text_of(&metadata["namespace"]));
    let Ok(pods) = api.list(&url).await else { return Vec::new() };
    let owners = array(&metadata["ownerReferences"]);
    let uses = |pod: &Value| {
        array(&pod["spec"]["volumes"])
            .iter()
            .any(|volume| volume["persistentVolumeClaim"]["claimName"] == metadata["name"])
            || owners.iter().any(|owner| owner["kind"] == "Pod" && owner["uid"] == pod["metadata"]["uid"])
    };
    let mut names: Vec<String> = array(&pods["items"])
        .iter()
        .filter(|pod| uses(pod))
        .map(|pod| text_of(&pod["metadata"]["name"]).to_owned())
        .collect();
    names.sort();
    names
}

fn conditions(text: &mut Text, conditions: &Value) {
    if array(conditions).is_empty() {
        return;
    }
    text.line(0, "Conditions:");
    text.line(1, "Type\tStatus\tLastProbeTime\tLastTransitionTime\tReason\tMessage");
    text.line(1, "----\t------\t-----------------\t------------------\t------\t-------");
    for condition in array(conditions) {
        let field = |name: &str| text_of(&condition[name]);
        text.line(
            1,
            format!(
                "{} \t{} \t{} \t{} \t{} \t{}",
                field("type"),
                field("status"),
                long_time(&condition["lastProbeTime"]),
                long_time(&condition["lastTransitionTime"]),
                field("reason"),
                field("message")
            ),
        );
    }
}

/// A class; everything but the events.
fn storage_class(text: &mut Text, class: &Value) {
    let annotations = &class["metadata"]["annotations"];
    let is_default = |key: &str| annotations[key] == "true";
    let default = is_default("storageclass.kubernetes.io/is-default-class")
        || is_default("storageclass.beta.kubernetes.io/is-default-class");
    text.field(0, "Name", text_of(&class["metadata"]["name"]));
    text.field(0, "IsDefaultClass", if default { "Yes" } else { "No" });
    text.field(0, "Annotations", pairs(annotations));
    text.field(0, "Provisioner", text_of(&class["provisioner"]));
    text.field(0, "Parameters", pairs(&class["parameters"]));
    let expansion = &class["allowVolumeExpansion"];
    text.field(0, "AllowVolumeExpansion", if expansion.is_null() { "<unset>" } else { yes_or_no(expansion) });
    let options = array(&class["mountOptions"]);
    if options.is_empty() {
        text.field(0, "MountOptions", "<none>");
    } else {
        text.line(0, "MountOptions:");
        options.iter().for_each(|option| text.line(1, text_of(option)));
    }
    text.field_if(0, "ReclaimPolicy", text_of(&class["reclaimPolicy"]));
    text.field_if(0, "VolumeBindingMode", text_of(&class["volumeBindingMode"]));
    if class["allowedTopologies"].is_array() {
        text.field(0, "AllowedTopologies", "");
        for (index, term) in array(&class["allowedTopologies"]).iter().enumerate() {
            let lines: Vec<String> = array(&term["matchLabelExpressions"])
                .iter()
                .map(|request| format!("{} in{}", text_of(&request["key"]), values(&request["values"])))
                .collect();
            text.list(1, &format!("Term {index}"), &lines);
        }
    }
}

/// `a=b,c=d`, or `<none>`.
pub(super) fn pairs(map: &Value) -> String {
    let pairs: Vec<String> = map
        .as_object()
        .into_iter()
        .flatten()
        .map(|(key, value)| format!("{key}={}", text_of(value)))
        .collect();
    if pairs.is_empty() { "<none>".to_owned() } else { pairs.join(",") }
}

fn values(values: &Value) -> String {
    let values: Vec<&str> = array(values).iter().map(text_of).collect();
    if values.is_empty() { String::new() } else { format!(" [{}]", values.join(", ")) }
}

fn node_affinity(text: &mut Text, required: &Value) {
    if !required.is_object() {
        return text.field(0, "Node Affinity", "<none>");
    }
    text.field(0, "Node Affinity", "");
    let terms = array(&required["nodeSelectorTerms"]);
    if terms.is_empty() {
        return text.field(1, "Required Terms", "<none>");
    }
    text.field(1, "Required Terms", "");
    for (index, term) in terms.iter().enumerate() {
        let lines: Vec<String> = array(&term["matchExpressions"])
            .iter()
            .map(|request| {
                let operator = text_of(&request["operator"]).to_lowercase();
                format!("{} {operator}{}", text_of(&request["key"]), values(&request["values"]))
            })
            .collect();
        text.list(2, &format!("Term {index}"), &lines);
    }
}

/// `[a b]`, as Go prints a list.
fn finalizers(metadata: &Value) -> String {
    let names: Vec<&str> = array(&metadata["finalizers"]).iter().map(text_of).collect();
    format!("[{}]", names.join(" "))
}

fn phase(object: &Value, now: Timestamp) -> String {
    match &object["metadata"]["deletionTimestamp"] {
        Value::Null => text_of(&object["status"]["phase"]).to_owned(),
        moment => format!("Terminating (lasts {})", since(moment, now)),
    }
}

/// `RWO,RWX`, in upstream's order.
pub(super) fn access_modes(modes: &Value) -> String {
    let short = [
        ("ReadWriteOnce", "RWO"),
        ("ReadOnlyMany", "ROX"),
        ("ReadWriteMany", "RWX"),
        ("ReadWriteOncePod", "RWOP"),
    ];
    let shown = short.iter().filter(|(mode, _)| array(modes).iter().any(|found| found == mode));
    shown.map(|(_, short)| *short).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_volume_is_described_as_upstream_does() {
        let volume = json!({
            "metadata": {"name": "pv", "finalizers": ["kubernetes.io/pv-protection"]},
            "spec": {
                "accessModes": ["ReadWriteMany", "ReadWriteOnce"], "capacity": {"storage": "1Gi"},
                "claimRef": {"namespace": "default", "name": "data"}, "storageClassName": "manual",
                "persistentVolumeReclaimPolicy": "Retain", "volumeMode": "Filesystem",
                "hostPath": {"path": "/data", "type": ""},
                "nodeAffinity": {"required": {"nodeSelectorTerms": [{"matchExpressions": [
                    {"key": "kubernetes.io/hostname", "operator": "In", "values": ["minikube"]}]}]}},
            },
            "status": {"phase": "Bound"},
        });
        let mut text = Text::default();
        persistent_volume(&mut text, &volume, Timestamp::UNIX_EPOCH);
        let expected = [
            "Name:              pv",
            "Labels:            <none>",
            "Annotations:       <none>",
            "Finalizers:        [kubernetes.io/pv-protection]",
            "StorageClass:      manual",
            "Status:            Bound",
            "Claim:             default/data",
            "Reclaim Policy:    Retain",
            "Access Modes:      RWO,RWX",
            "VolumeMode:        Filesystem",
            "Capacity:          1Gi",
            "Node Affinity:     ",
            "  Required Terms:  ",
            "    Term 0:        kubernetes.io/hostname in [minikube]",
            "Message:           ",
            "Source:",
            "    Type:          HostPath (bare host directory volume)",
            "    Path:          /data",
            "    HostPathType:  ",
        ];
        assert_eq!(text.aligned().lines().collect::<Vec<_>>(), expected);
    }
}
