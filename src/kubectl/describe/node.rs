//! Describes a Node.

use std::collections::BTreeMap;

use super::events;
use super::text::{Text, array, long_time, scalar, since, text_of};
use crate::apimachinery::{Quantity, ResourceList, add_resources, builtin, pod_limits, pod_requests};
use crate::base::{Timestamp, Value};
use crate::kubectl::api::Api;
use crate::kubectl::discovery::Resource;

/// Everything but the events.
pub(crate) async fn describe(text: &mut Text, api: &Api, node: &Value, now: Timestamp) {
    let (metadata, spec, status) = (&node["metadata"], &node["spec"], &node["status"]);
    text.field(0, "Name", text_of(&metadata["name"]));
    text.field(0, "Roles", roles(metadata));
    text.labels(0, "Labels", metadata["labels"].as_object());
    text.annotations(0, "Annotations", metadata["annotations"].as_object());
    text.field(0, "CreationTimestamp", long_time(&metadata["creationTimestamp"]));
    let mut taints = array(&spec["taints"]).to_vec();
    taints.sort_by_key(|taint| format!("{},{}", text_of(&taint["effect"]), text_of(&taint["key"])));
    let taints: Vec<String> = taints.iter().map(taint).collect();
    text.list(0, "Taints", &taints);
    text.field(0, "Unschedulable", spec["unschedulable"].as_bool().unwrap_or_default());
    lease(text, api, text_of(&metadata["name"])).await;
    conditions(text, status);
    text.line(0, "Addresses:");
    for address in array(&status["addresses"]) {
        text.field(1, text_of(&address["type"]), text_of(&address["address"]));
    }
    for (title, field) in [("Capacity", "capacity"), ("Allocatable", "allocatable")] {
        let Some(list) = status[field].as_object().filter(|list| !list.is_empty()) else { continue };
        text.line(0, format!("{title}:"));
        list.iter().for_each(|(name, quantity)| text.field(1, name, scalar(quantity)));
    }
    resource_slices(text, api, text_of(&metadata["name"])).await;
    system_info(text, &status["nodeInfo"]);
    text.field_if(0, "PodCIDR", text_of(&spec["podCIDR"]));
    text.field_if(0, "PodCIDRs", &array(&spec["podCIDRs"]).iter().map(text_of).collect::<Vec<_>>().join(","));
    text.field_if(0, "ProviderID", text_of(&spec["providerID"]));
    pods(text, api, node, now).await;
}

/// The events about a node: by its uid, and by its name, which the kubelet uses as the uid.
pub(crate) async fn node_events(api: &Api, node: &Value) -> Vec<Value> {
    let name = text_of(&node["metadata"]["name"]);
    let mut found = Vec::new();
    for uid in [text_of(&node["metadata"]["uid"]), name] {
        let fields = format!(
            "involvedObject.name={name},involvedObject.namespace=,involvedObject.kind=Node,involvedObject.uid={uid}"
        );
        found.extend(events::query(api, "", &fields).await);
    }
    found
}

fn roles(metadata: &Value) -> String {
    let labels = metadata["labels"].as_object();
    let mut roles: Vec<&str> = labels
        .into_iter()
        .flatten()
        .filter_map(|(key, value)| match key.strip_prefix("node-role.kubernetes.io/") {
            Some(role) if !role.is_empty() => Some(role),
            _ if key == "kubernetes.io/role" => value.as_str().filter(|role| !role.is_empty()),
            _ => None,
        })
        .collect();
    roles.sort_unstable();
    if roles.is_empty() { "<none>".to_owned() } else { roles.join(",") }
}

fn taint(taint: &Value) -> String {
    match text_of(&taint["value"]) {
        "" => format!("{}:{}", text_of(&taint["key"]), text_of(&taint["effect"])),
        value => format!("{}={value}:{}", text_of(&taint["key"]), text_of(&taint["effect"])),
    }
}

async fn lease(text: &mut Text, api: &Api, name: &str) {
    let url = Resource::from(&builtin::LEASE).object("kube-node-lease", name);
    let lease = match api.get(&url).await {
        Ok(lease) => lease,
        Err(failure) => return text.field(0, "Lease", format!("Failed to get lease: {failure}")),
    };
    let spec = &lease["spec"];
    let moment = |value: &Value| if value.is_string() { long_time(value) } else { "<unset>".to_owned() };
    text.line(0, "Lease:");
    text.field(1, "HolderIdentity", spec["holderIdentity"].as_str().unwrap_or("<unset>"));
    text.field(1, "AcquireTime", moment(&spec["acquireTime"]));
    text.field(1, "RenewTime", moment(&spec["renewTime"]));
}

fn conditions(text: &mut Text, status: &Value) {
    let conditions = array(&status["conditions"]);
    if conditions.is_empty() {
        return;
    }
    text.line(0, "Conditions:");
    text.line(1, "Type\tStatus\tLastHeartbeatTime\tLastTransitionTime\tReason\tMessage");
    text.line(1, "----\t------\t-----------------\t------------------\t------\t-------");
    for condition in conditions {
        let part = |field: &str| text_of(&condition[field]).to_owned();
        let (seen, changed) =
            (long_time(&condition["lastHeartbeatTime"]), long_time(&condition["lastTransitionTime"]));
        text.line(
            1,
            format!(
                "{} \t{} \t{seen} \t{changed} \t{} \t{}",
                part("type"),
                part("status"),
                part("reason"),
                part("message")
            ),
        );
    }
}

/// The devices that drivers publish for the node; nothing when there are none or they may not be read.
async fn resource_slices(text: &mut Text, api: &Api, name: &str) {
    let url = Resource::from(&builtin::RESOURCE_SLICE).collection("");
    let Ok(list) = api.list(&url.with("fieldSelector", format!("spec.nodeName={name}"))).await else {
        return;
    };
    let mut pools: BTreeMap<(&str, &str), (usize, usize)> = BTreeMap::new();
    for slice in array(&list["items"]) {
        let spec = &slice["spec"];
        let key = (text_of(&spec["driver"]), text_of(&spec["pool"]["name"]));
        let (slices, devices) = pools.entry(key).or_default();
        *slices += 1;
        *devices += array(&spec["devices"]).len();
    }
    if pools.is_empty() {
        return;
    }
    text.line(0, "Node-Local ResourceSlices:");
    text.line(1, "Driver\tPool\tSlices\tDevices");
    text.line(1, "------\t----\t------\t-------");
    for ((driver, pool), (slices, devices)) in pools {
        text.line(1, format!("{driver}\t{pool}\t{slices}\t{devices}"));
    }
}

fn system_info(text: &mut Text, info: &Value) {
    text.line(0, "System Info:");
    for (title, field) in [
        ("Machine ID", "machineID"),
        ("System UUID", "systemUUID"),
        ("Boot ID", "bootID"),
        ("Kernel Version", "kernelVersion"),
        ("OS Image", "osImage"),
        ("Operating System", "operatingSystem"),
        ("Architecture", "architecture"),
        ("Container Runtime Version", "containerRuntimeVersion"),
        ("Kubelet Version", "kubeletVersion"),
    ] {
        text.field(1, title, text_of(&info[field]));
    }
}

async fn pods(text: &mut Text, api: &Api, node: &Value, now: Timestamp) {
    let name = text_of(&node["metadata"]["name"]);
    let fields = format!("spec.nodeName={name},status.phase!=Succeeded,status.phase!=Failed");
    let url = Resource::from(&builtin::POD).collection("").with("fieldSelector", fields);
    let Ok(list) = api.list(&url).await else { return text.field(0, "Pods", "not authorized") };
    let pods = array(&list["items"]);
    let allocatable = &node["status"]["allocatable"];
    text.line(0, format!("Non-terminated Pods:\t({} in total)", pods.len()));
    text.line(1, "Namespace\tName\t\tCPU Requests\tCPU Limits\tMemory Requests\tMemory Limits\tAge");
    text.line(1, "---------\t----\t\t------------\t----------\t---------------\t-------------\t---");
    let (mut all_requests, mut all_limits) = (ResourceList::new(), ResourceList::new());
    for pod in pods {
        let metadata = &pod["metadata"];
        let (requests, limits) = (pod_requests(&pod["spec"]), pod_limits(&pod["spec"]));
        let cells: Vec<String> = ["cpu", "memory"]
            .into_iter()
            .flat_map(|resource| [&requests, &limits].map(|list| share(list, resource, allocatable)))
            .collect();
        text.line(
            1,
            format!(
                "{}\t{}\t\t{}\t{}",
                text_of(&metadata["namespace"]),
                text_of(&metadata["name"]),
                cells.join("\t"),
                since(&metadata["creationTimestamp"], now)
            ),
        );
        add_resources(&mut all_requests, &requests);
        add_resources(&mut all_limits, &limits);
    }
    text.line(0, "Allocated resources:");
    text.line(1, "(Total limits may be over 100 percent, i.e., overcommitted.)");
    text.line(1, "Resource\tRequests\tLimits");
    text.line(1, "--------\t--------\t------");
    let names = || allocatable.as_object().into_iter().flatten().map(|(name, _)| name.as_str());
    let huge_pages = names().filter(|name| name.starts_with("hugepages-"));
    for resource in ["cpu", "memory", "ephemeral-storage"].into_iter().chain(huge_pages) {
        let requests = share(&all_requests, resource, allocatable);
        let limits = share(&all_limits, resource, allocatable);
        text.line(1, format!("{resource}\t{requests}\t{limits}"));
    }
    // Devices and the like: whole ones, of which shares say nothing.
    for resource in names().filter(|name| name.contains('/')) {
        let amount = |list: &ResourceList| list.get(resource).copied().unwrap_or(Quantity::ZERO);
        text.line(1, format!("{resource}\t{}\t{}", amount(&all_requests), amount(&all_limits)));
    }
}

/// `250m (12%)`.
fn share(list: &ResourceList, resource: &str, allocatable: &Value) -> String {
    let quantity = list.get(resource).copied().unwrap_or(Quantity::ZERO);
    let whole = Quantity::parse(&scalar(&allocatable[resource])).map(Quantity::milli).unwrap_or_default();
    let percent = if whole == 0 { 0 } else { i128::from(quantity.milli()) * 100 / i128::from(whole) };
    format!("{quantity} ({percent}%)")
}
