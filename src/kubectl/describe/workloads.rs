//! Describes Deployments and ReplicaSets.

use super::pod_template;
use super::text::{Text, array, controller_of, long_time, scalar, text_of};
use crate::apimachinery::{LabelSelector, builtin};
use crate::base::Value;
use crate::kubectl::api::Api;
use crate::kubectl::discovery::Resource;
use crate::kubectl::resource_args::items;
use crate::kubectl::rollout_history::{owned_replica_sets, split};

/// Describes a Deployment.
pub(crate) async fn deployment(text: &mut Text, api: &Api, object: &Value) {
    let (metadata, spec, status) = (&object["metadata"], &object["spec"], &object["status"]);
    let number = |value: &Value| value.as_i64().unwrap_or_default();
    text.field(0, "Name", text_of(&metadata["name"]));
    text.field(0, "Namespace", text_of(&metadata["namespace"]));
    text.field(0, "CreationTimestamp", long_time(&metadata["creationTimestamp"]));
    text.labels(0, "Labels", metadata["labels"].as_object());
    text.annotations(0, "Annotations", metadata["annotations"].as_object());
    text.field(0, "Selector", selector_text(&spec["selector"]));
    text.field(
        0,
        "Replicas",
        format!(
            "{} desired | {} updated | {} total | {} available | {} unavailable",
            number(&spec["replicas"]),
            number(&status["updatedReplicas"]),
            number(&status["replicas"]),
            number(&status["availableReplicas"]),
            number(&status["unavailableReplicas"])
        ),
    );
    text.field(0, "StrategyType", text_of(&spec["strategy"]["type"]));
    text.field(0, "MinReadySeconds", number(&spec["minReadySeconds"]));
    let rolling = &spec["strategy"]["rollingUpdate"];
    if rolling.is_object() {
        let (unavailable, surge) = (scalar(&rolling["maxUnavailable"]), scalar(&rolling["maxSurge"]));
        text.field(0, "RollingUpdateStrategy", format!("{unavailable} max unavailable, {surge} max surge"));
    }
    pod_template::describe(text, &spec["template"]);
    conditions(text, status);
    // Of none at all upstream says nothing.
    if let Ok(replica_sets) = owned_replica_sets(api, object).await
        && !replica_sets.is_empty()
    {
        let (new, old) = split(object, &replica_sets);
        text.field(0, "OldReplicaSets", replica_sets_text(&old));
        text.field(0, "NewReplicaSet", replica_sets_text(&new.into_iter().collect::<Vec<_>>()));
    }
}

fn replica_sets_text(replica_sets: &[&Value]) -> String {
    let texts: Vec<String> = replica_sets
        .iter()
        .map(|replica_set| {
            let created = replica_set["status"]["replicas"].as_i64().unwrap_or_default();
            let wanted = replica_set["spec"]["replicas"].as_i64().unwrap_or_default();
            format!("{} ({created}/{wanted} replicas created)", text_of(&replica_set["metadata"]["name"]))
        })
        .collect();
    if texts.is_empty() { "<none>".to_owned() } else { texts.join(", ") }
}

/// Describes a ReplicaSet or a ReplicationController.
pub(crate) async fn replica_set(text: &mut Text, api: &Api, object: &Value) {
    let (metadata, spec, status) = (&object["metadata"], &object["spec"], &object["status"]);
    text.field(0, "Name", text_of(&metadata["name"]));
    text.field(0, "Namespace", text_of(&metadata["namespace"]));
    text.field(0, "Selector", shown(&selector_of(object)));
    text.labels(0, "Labels", metadata["labels"].as_object());
    text.annotations(0, "Annotations", metadata["annotations"].as_object());
    text.field_if(0, "Controlled By", &controller_of(object));
    let count = |value: &Value| value.as_i64().unwrap_or_default();
    let replicas = format!("{} current / {} desired", count(&status["replicas"]), count(&spec["replicas"]));
    text.field(0, "Replicas", replicas);
    text.field(0, "Pods Status", pods_status(api, object).await);
    pod_template::describe(text, &spec["template"]);
    conditions(text, status);
}

fn selector_of(workload: &Value) -> LabelSelector {
    LabelSelector::of_spec(text_of(&workload["kind"]), &workload["spec"])
}

/// Counts the Pods that a controller owns by phase.
pub(crate) async fn pods_status(api: &Api, owner: &Value) -> String {
    let pods = Resource::from(&builtin::POD);
    let selector = shown(&selector_of(owner));
    let url = pods.collection(text_of(&owner["metadata"]["namespace"])).with("labelSelector", selector);
    let list = match api.list(&url).await {
        Ok(list) => list,
        Err(failure) => return format!("error in fetching pods: {failure}"),
    };
    let owned: Vec<Value> = items(&list, &pods)
        .into_iter()
        .filter(|pod| {
            let owners = array(&pod["metadata"]["ownerReferences"]);
            owners.iter().any(|one| one["controller"] == true && one["uid"] == owner["metadata"]["uid"])
        })
        .collect();
    let count = |phase: &str| owned.iter().filter(|pod| pod["status"]["phase"] == phase).count();
    format!(
        "{} Running / {} Waiting / {} Succeeded / {} Failed",
        count("Running"),
        count("Pending"),
        count("Succeeded"),
        count("Failed")
    )
}

fn conditions(text: &mut Text, status: &Value) {
    let conditions = array(&status["conditions"]);
    if conditions.is_empty() {
        return;
    }
    text.line(0, "Conditions:");
    text.line(1, "Type\tStatus\tReason");
    text.line(1, "----\t------\t------");
    for condition in conditions {
        let (kind, reason) = (text_of(&condition["type"]), text_of(&condition["reason"]));
        text.line(1, format!("{kind} \t{}\t{reason}", text_of(&condition["status"])));
    }
}

/// A selector object as its text; `<none>` when it selects everything.
pub(crate) fn selector_text(selector: &Value) -> String {
    shown(&LabelSelector::from_value(selector))
}

fn shown(selector: &LabelSelector) -> String {
    if selector.is_empty() { "<none>".to_owned() } else { selector.to_string() }
}
