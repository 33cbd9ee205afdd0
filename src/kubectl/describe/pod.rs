//! Describes a Pod.

use super::containers::{self, Place};
use super::pod_template::{tolerations, topology_spread};
use super::text::{Text, array, controller_of, long_time, since, text_of};
use super::volumes;
use crate::base::{Timestamp, Value};

/// Everything but the events.
pub(crate) fn describe(text: &mut Text, pod: &Value, now: Timestamp) {
    let (metadata, spec, status) = (&pod["metadata"], &pod["spec"], &pod["status"]);
    text.field(0, "Name", text_of(&metadata["name"]));
    text.field(0, "Namespace", text_of(&metadata["namespace"]));
    if let Some(priority) = spec["priority"].as_i64() {
        text.field(0, "Priority", priority);
    }
    text.field_if(0, "Priority Class Name", text_of(&spec["priorityClassName"]));
    text.field_if(0, "Runtime Class Name", text_of(&spec["runtimeClassName"]));
    text.field_if(0, "Service Account", text_of(&spec["serviceAccountName"]));
    match text_of(&spec["nodeName"]) {
        "" => text.field(0, "Node", "<none>"),
        node => text.field(0, "Node", format!("{node}/{}", text_of(&status["hostIP"]))),
    }
    if status["startTime"].is_string() {
        text.field(0, "Start Time", long_time(&status["startTime"]));
    }
    text.labels(0, "Labels", metadata["labels"].as_object());
    text.annotations(0, "Annotations", metadata["annotations"].as_object());
    phase(text, pod, now);
    text.field_if(0, "Reason", text_of(&status["reason"]));
    text.field_if(0, "Message", text_of(&status["message"]));
    text.field_if(0, "SeccompProfile", text_of(&spec["securityContext"]["seccompProfile"]["type"]));
    text.field(0, "IP", text_of(&status["podIP"]));
    match array(&status["podIPs"]) {
        [] => text.field(0, "IPs", "<none>"),
        addresses => {
            text.line(0, "IPs:");
            addresses.iter().for_each(|address| text.field(1, "IP", text_of(&address["ip"])));
        }
    }
    text.field_if(0, "Controlled By", &controller_of(pod));
    text.field_if(0, "NominatedNodeName", text_of(&status["nominatedNodeName"]));
    all_containers(text, pod);
    conditions(text, pod);
    volumes::describe(text, &spec["volumes"], false);
    text.field(0, "QoS Class", text_of(&status["qosClass"]));
    text.labels(0, "Node-Selectors", spec["nodeSelector"].as_object());
    tolerations(text, 0, &spec["tolerations"]);
    topology_spread(text, 0, &spec["topologySpreadConstraints"]);
}

fn phase(text: &mut Text, pod: &Value, now: Timestamp) {
    let phase = text_of(&pod["status"]["phase"]);
    let deletion = &pod["metadata"]["deletionTimestamp"];
    if !deletion.is_string() || matches!(phase, "Failed" | "Succeeded") {
        return text.field(0, "Status", phase);
    }
    text.field(0, "Status", format!("Terminating (lasts {})", since(deletion, now)));
    let grace = pod["metadata"]["deletionGracePeriodSeconds"].as_i64().unwrap_or_default();
    text.field(0, "Termination Grace Period", format!("{grace}s"));
}

fn all_containers(text: &mut Text, pod: &Value) {
    let spec = &pod["spec"];
    let lists = [
        ("Init Containers", "initContainers", "initContainerStatuses"),
        ("Containers", "containers", "containerStatuses"),
        ("Ephemeral Containers", "ephemeralContainers", "ephemeralContainerStatuses"),
    ];
    for (title, list, statuses) in lists {
        if list == "containers" || !array(&spec[list]).is_empty() {
            containers::describe(text, title, &spec[list], &Place { pod: Some(pod), statuses });
        }
    }
}

fn conditions(text: &mut Text, pod: &Value) {
    let conditions = array(&pod["status"]["conditions"]);
    let gates = array(&pod["spec"]["readinessGates"]);
    if !gates.is_empty() {
        text.line(0, "Readiness Gates:");
        text.line(1, "Type\tStatus");
        for gate in gates {
            let known = conditions.iter().find(|condition| condition["type"] == gate["conditionType"]);
            let status = known.map_or("<none>", |condition| text_of(&condition["status"]));
            text.line(1, format!("{} \t{status} ", text_of(&gate["conditionType"])));
        }
    }
    if conditions.is_empty() {
        return;
    }
    text.line(0, "Conditions:");
    text.line(1, "Type\tStatus");
    for condition in conditions {
        text.line(1, format!("{} \t{} ", text_of(&condition["type"]), text_of(&condition["status"])));
    }
}
