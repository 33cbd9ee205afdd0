//! What a cluster holds beyond what every cluster holds, without what differs by chance, and how two holdings differ.

use std::collections::BTreeMap;

use http::Method;

use crate::apimachinery::{KINDS, Kind, Object, builtin};
use crate::base::{Map, UserError, Value, json};

use super::COURSE_LABEL;
use super::marks;
use super::objects::{Objects, collection_path, unreachable};

/// Namespaces that belong to the cluster.
const OF_THE_CLUSTER: &[&str] = &["kube-system", "kube-public", "kube-node-lease"];

/// Kinds that say nothing about what somebody made: written by the cluster for itself.
const WRITTEN_BY_THE_CLUSTER: &[&str] = &[
    "Event",
    "Lease",
    "Endpoints",
    "EndpointSlice",
    "ControllerRevision",
    "CSINode",
    "ComponentStatus",
    "APIService",
    "FlowSchema",
    "PriorityLevelConfiguration",
    "IPAddress",
    "ServiceCIDR",
    "VolumeAttachment",
];

/// Annotations that differ with the way in which an object was written.
const ANNOTATIONS_OF_THE_WAY: &[&str] = &[
    "kubectl.kubernetes.io/last-applied-configuration",
    "kubectl.kubernetes.io/restartedAt",
    "deployment.kubernetes.io/revision-history",
];

/// Labels by which the Pods of a Job are known.
const OF_THE_JOB: &[&str] = &["controller-uid", "job-name"];

/// Fields that the cluster draws or measures.
const DRAWN: &[&str] = &[
    "uid",
    "resourceVersion",
    "creationTimestamp",
    "generation",
    "managedFields",
    "selfLink",
    "clusterIP",
    "clusterIPs",
    "nodePort",
    "healthCheckNodePort",
    "volumeName",
    "nodeName",
    "deletionGracePeriodSeconds",
];

/// What a cluster holds: what each object is called → the object without what differs by chance.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Inventory {
    objects: BTreeMap<String, Value>,
}

/// A place at which two holdings differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// The object, `deployment/first-app`.
    pub object: String,
    /// The field; empty for the object as a whole.
    pub path: String,
    /// What stands there in the one; `None` for nothing.
    pub one: Option<String>,
    /// What stands there in the other.
    pub other: Option<String>,
}

impl Inventory {
    /// Reads what lies in the namespace, or, where the whole cluster is ours, in every namespace.
    pub(super) async fn read(
        objects: &Objects,
        namespace: &str,
        whole_cluster: bool,
    ) -> Result<Self, UserError> {
        let mut found = Vec::new();
        for kind in KINDS.iter().copied().filter(|kind| is_of_interest(kind)) {
            let path = collection_path(kind, (!whole_cluster).then_some(namespace));
            for mut object in list(objects, &path).await? {
                let namespace = object["metadata"]["namespace"].as_str().unwrap_or_default();
                // Where time is not ours, whether what goes is gone depends on when we look.
                let goes = !whole_cluster && object["metadata"]["deletionTimestamp"].is_string();
                if OF_THE_CLUSTER.contains(&namespace) || comes_along(kind, &object) || goes {
                    continue;
                }
                object["kind"] = kind.kind.into();
                if !whole_cluster {
                    // Where time is not ours, how far something is depends on when we look.
                    object["status"] = Value::Null;
                }
                found.push((kind, object));
            }
        }
        leave_out_by_the_clock(&mut found);
        Ok(Self::of(found))
    }

    fn of(found: Vec<(&'static Kind, Value)>) -> Self {
        let text = |value: &Value, key: &str| value["metadata"][key].as_str().unwrap_or_default().to_owned();
        let mut names: Vec<(String, String)> =
            found.iter().map(|(_, object)| (text(object, "uid"), "UID".to_owned())).collect();
        for (_, object) in &found {
            let (name, prefix) = (text(object, "name"), text(object, "generateName"));
            if !prefix.is_empty() && name.starts_with(&prefix) {
                names.push((name, format!("{prefix}*")));
            }
        }
        names.retain(|(name, _)| !name.is_empty());
        let mut inventory = Self::default();
        let mut normal: Vec<(String, Value)> = found
            .into_iter()
            .map(|(kind, object)| {
                let namespace = text(&object, "namespace");
                let within = if namespace.is_empty() { namespace } else { format!("{namespace}/") };
                let name = replaced(&text(&object, "name"), &names);
                (format!("{within}{}/{name}", kind.singular), normalized(kind, &object, &names))
            })
            .collect();
        normal.sort_by_key(|(name, value)| (name.clone(), value.to_string()));
        for (name, value) in normal {
            let mut key = name.clone();
            let mut number = 1;
            while inventory.objects.contains_key(&key) {
                number += 1;
                key = format!("{name} ({number})");
            }
            inventory.objects.insert(key, value);
        }
        inventory
    }

    /// Where this one and another differ. What follows from a difference of an owner is left out.
    #[must_use]
    pub fn differences(&self, other: &Self) -> Vec<Mismatch> {
        let mut differences = Vec::new();
        let names =
            self.objects.keys().chain(other.objects.keys().filter(|name| !self.objects.contains_key(*name)));
        for name in names {
            match (self.objects.get(name), other.objects.get(name)) {
                (Some(one), Some(two)) => compare(name, "", Some(one), Some(two), &mut differences),
                (one, two) => differences.push(Mismatch {
                    object: name.clone(),
                    path: String::new(),
                    one: one.map(|_| "there".to_owned()),
                    other: two.map(|_| "there".to_owned()),
                }),
            }
        }
        let owner_of = |name: &str| {
            let object = self.objects.get(name).or_else(|| other.objects.get(name))?;
            object["metadata"]["owner"].as_str().map(str::to_owned)
        };
        let different: Vec<String> = differences.iter().map(|one| one.object.clone()).collect();
        differences.retain(|one| owner_of(&one.object).is_none_or(|owner| !different.contains(&owner)));
        differences
    }
}

/// The objects of a collection; none where the cluster has no such kind or does not let us look.
async fn list(objects: &Objects, path: &str) -> Result<Vec<Value>, UserError> {
    match objects.items(path).await {
        Err(kube::Error::Api(status)) if matches!(status.code, 403..=405) => Ok(Vec::new()),
        items => items.map_err(|error| unreachable(&error)),
    }
}

/// What a clock made says when somebody looked: the Jobs of a CronJob, and their Pods.
fn leave_out_by_the_clock(found: &mut Vec<(&'static Kind, Value)>) {
    let owner = |object: &Value, key: &str| object["metadata"]["ownerReferences"][0][key].clone();
    let by_hand =
        |object: &Value| object["metadata"]["annotations"]["cronjob.kubernetes.io/instantiate"] == "manual";
    let jobs = found.iter().filter(|(kind, object)| {
        kind.kind == "Job" && owner(object, "kind") == "CronJob" && !by_hand(object)
    });
    let jobs: Vec<Value> = jobs.map(|(_, object)| object["metadata"]["uid"].clone()).collect();
    found.retain(|(_, object)| {
        !jobs.contains(&object["metadata"]["uid"]) && !jobs.contains(&owner(object, "uid"))
    });
}

/// Why the API server would not take an object, unknown fields included; `None` when it would.
pub(super) async fn refusal(objects: &Objects, value: &Value) -> Result<Option<String>, UserError> {
    let Some(object) = Object::from_value(value.clone()) else {
        return Ok(Some("it is no object: it needs apiVersion, kind and metadata".to_owned()));
    };
    let path = match objects.path_of(&object).await {
        Ok(path) => path,
        Err(error) => return Ok(Some(error.message)),
    };
    let options = "dryRun=All&fieldValidation=Strict";
    let sent = if objects.find(&path).await?.is_some() {
        let path = format!("{path}?{options}&fieldManager=podlings&force=true");
        objects.request(Method::PATCH, &path, object.value()).await
    } else {
        let (collection, _) = path.rsplit_once('/').unwrap_or((&path, ""));
        objects.request(Method::POST, &format!("{collection}?{options}"), object.value()).await
    };
    match sent {
        Ok(_) => Ok(None),
        Err(kube::Error::Api(status)) => Ok(Some(status.message)),
        Err(error) => Err(unreachable(&error)),
    }
}

fn is_of_interest(kind: &'static Kind) -> bool {
    kind.verbs.contains(&"list")
        && kind.verbs.contains(&"delete")
        && kind.stored_as.is_none()
        && !WRITTEN_BY_THE_CLUSTER.contains(&kind.kind)
}

/// Whether every cluster, or every namespace, has this object.
fn comes_along(kind: &Kind, object: &Value) -> bool {
    let name = object["metadata"]["name"].as_str().unwrap_or_default();
    match kind.kind {
        "ConfigMap" => name == "kube-root-ca.crt",
        "ServiceAccount" => name == "default",
        "Service" => name == "kubernetes" && object["metadata"]["namespace"] == "default",
        "Namespace" => name == "default" || OF_THE_CLUSTER.contains(&name),
        _ => false,
    }
}

/// An object without what differs by chance.
fn normalized(kind: &Kind, object: &Value, names: &[(String, String)]) -> Value {
    let metadata = &object["metadata"];
    let mut normal = Map::new();
    let mut kept = Map::new();
    let mut labels = metadata["labels"].clone();
    if let Some(labels) = labels.as_object_mut() {
        labels.remove(COURSE_LABEL);
        // Written by minikube, the kubelet and the namespace controller.
        labels.retain(|key, _| !key.starts_with("kubernetes.io/metadata.name"));
        if kind.kind == "Job" {
            // One without labels of its own is given those of its Pods.
            labels.retain(|key, _| !OF_THE_JOB.contains(&key.trim_start_matches("batch.kubernetes.io/")));
        }
    }
    let mut annotations = metadata["annotations"].clone();
    if let Some(annotations) = annotations.as_object_mut() {
        annotations.retain(|key, _| {
            !ANNOTATIONS_OF_THE_WAY.contains(&key.as_str()) && !key.starts_with(marks::PREFIX)
        });
    }
    for (key, value) in [("labels", labels), ("annotations", annotations)] {
        if value.as_object().is_some_and(|map| !map.is_empty()) {
            kept.insert(key.to_owned(), cleaned(&value, names));
        }
    }
    if !metadata["deletionTimestamp"].is_null() {
        kept.insert("terminating", true.into());
    }
    if let Some(owner) = metadata["ownerReferences"].as_array().and_then(|owners| owners.first()) {
        let namespace = metadata["namespace"].as_str().map(|name| format!("{name}/")).unwrap_or_default();
        let kind = owner["kind"].as_str().unwrap_or_default().to_lowercase();
        let name = replaced(owner["name"].as_str().unwrap_or_default(), names);
        kept.insert("owner", format!("{namespace}{kind}/{name}").into());
    }
    normal.insert("metadata", kept.into());
    let parts = object.as_object().into_iter().flatten();
    for (key, value) in
        parts.filter(|(key, _)| !matches!(key.as_str(), "metadata" | "status" | "kind" | "apiVersion"))
    {
        normal.insert(key.clone(), cleaned(value, names));
    }
    if kind.kind == builtin::NODE.kind {
        let spec = &object["spec"];
        normal.insert(
            "spec".to_owned(),
            json!({"taints": spec["taints"], "unschedulable": spec["unschedulable"]}),
        );
    }
    if !object["status"].is_null()
        && let Some(state) = state(kind, &object["status"])
    {
        normal.insert("state", state);
    }
    Value::Object(normal)
}

/// What counts of a status.
fn state(kind: &Kind, status: &Value) -> Option<Value> {
    let condition = |wanted: &str| {
        let conditions = status["conditions"].as_array().into_iter().flatten();
        let mut found = conditions.filter(|condition| condition["type"] == wanted);
        found.next().is_some_and(|condition| condition["status"] == "True")
    };
    match kind.kind {
        "Pod" => {
            let waiting = |container: &Value| match container["state"]["waiting"]["reason"].as_str() {
                Some("ErrImagePull" | "ImagePullBackOff") => "cannot pull".to_owned(),
                Some(reason) => reason.to_owned(),
                None => String::new(),
            };
            let containers = status["containerStatuses"].as_array().into_iter().flatten();
            let waiting: Vec<String> = containers.map(waiting).filter(|reason| !reason.is_empty()).collect();
            Some(json!({"phase": status["phase"], "ready": condition("Ready"), "waiting": waiting}))
        }
        "Job" => Some(json!({"complete": condition("Complete"), "failed": condition("Failed")})),
        "PersistentVolumeClaim" | "PersistentVolume" | "Namespace" => Some(json!({"phase": status["phase"]})),
        _ => None,
    }
}

/// A value without drawn fields, moments, uids and generated names.
fn cleaned(value: &Value, names: &[(String, String)]) -> Value {
    match value {
        Value::Object(map) => {
            let headless = map.get("clusterIP").is_some_and(|address| address == "None");
            let kept = map.iter().filter(|(key, _)| {
                !DRAWN.contains(&key.as_str()) || (headless && key.as_str() == "clusterIP")
            });
            kept.map(|(key, value)| (key.clone(), cleaned(value, names))).collect::<Map>().into()
        }
        Value::Array(items) => items.iter().map(|item| cleaned(item, names)).collect(),
        Value::String(text) if text.parse::<jiff::Timestamp>().is_ok() => "TIME".into(),
        Value::String(text) => replaced(text, names).into(),
        other => other.clone(),
    }
}

fn replaced(text: &str, names: &[(String, String)]) -> String {
    const TOKEN_VOLUME: &str = "kube-api-access-";
    if let Some(place) = text.find(TOKEN_VOLUME) {
        return format!("{}*", &text[..place + TOKEN_VOLUME.len()]);
    }
    let mut text = text.to_owned();
    for (name, stable) in names.iter().filter(|(name, _)| name.len() > 4) {
        if name.len() <= text.len() && text.contains(name.as_str()) {
            text = text.replace(name.as_str(), stable);
        }
    }
    text
}

fn compare(
    object: &str,
    path: &str,
    one: Option<&Value>,
    other: Option<&Value>,
    differences: &mut Vec<Mismatch>,
) {
    let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    match (one, other) {
        (Some(Value::Object(one)), Some(Value::Object(two))) => {
            for key in one.keys().chain(two.keys().filter(|key| !one.contains_key(key))) {
                compare(object, &below(key), one.get(key), two.get(key), differences);
            }
        }
        (Some(Value::Array(one)), Some(Value::Array(two))) if one.len() == two.len() => {
            for (index, (one, two)) in one.iter().zip(two).enumerate() {
                compare(object, &format!("{path}[{index}]"), Some(one), Some(two), differences);
            }
        }
        (one, two) if one == two => {}
        (one, two) => differences.push(Mismatch {
            object: object.to_owned(),
            path: path.to_owned(),
            one: one.map(Value::to_string),
            other: two.map(Value::to_string),
        }),
    }
}

impl std::fmt::Display for Mismatch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let shown = |value: &Option<String>| match value {
            Some(value) if value.chars().count() > 80 => {
                format!("{}…", value.chars().take(80).collect::<String>())
            }
            Some(value) => value.clone(),
            None => "nothing".to_owned(),
        };
        let separator = if self.path.is_empty() { "" } else { " " };
        write!(
            f,
            "{}{separator}{}: {} against {}",
            self.object,
            self.path,
            shown(&self.one),
            shown(&self.other)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pod(name: &str, uid: &str, image: &str) -> (&'static Kind, Value) {
        let pod = json!({
            "metadata": {
                "name": name, "generateName": "web-1-", "uid": uid, "creationTimestamp": "2026-01-01T00:00:00Z",
                "namespace": "default", "labels": {"app": "web"},
                "ownerReferences": [{"kind": "ReplicaSet", "name": "web-1", "uid": "r"}],
            },
            "spec": {"containers": [{"image": image}], "nodeName": "minikube"},
            "status": {"phase": "Running", "podIP": "10.244.0.4"},
        });
        (&builtin::POD, pod)
    }

    #[test]
    fn what_is_drawn_makes_no_difference_and_what_is_written_does() {
        let one = Inventory::of(vec![pod("web-1-abcde", "u-1", "a"), pod("web-1-fghij", "u-2", "a")]);
        let two = Inventory::of(vec![pod("web-1-zzzzz", "u-3", "a"), pod("web-1-yyyyy", "u-4", "a")]);
        assert_eq!(one.differences(&two), []);
        let other = Inventory::of(vec![pod("web-1-zzzzz", "u-3", "b")]);
        let told: Vec<String> = one.differences(&other).iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "default/pod/web-1-* spec.containers[0].image: \"a\" against \"b\"",
                "default/pod/web-1-* (2): there against nothing",
            ]
        );
    }

    #[test]
    fn what_a_clock_made_makes_no_difference_and_what_was_made_by_hand_does() {
        let job = |name: &str, annotations: Value| {
            let owner = json!([{"kind": "CronJob", "name": "bell", "uid": "c"}]);
            let labels = json!({"job-name": name, "batch.kubernetes.io/controller-uid": "j"});
            let metadata = json!({
                "name": name, "namespace": "default", "uid": format!("uid-{name}"), "labels": labels,
                "annotations": annotations, "ownerReferences": owner,
            });
            (&builtin::JOB as &Kind, json!({"metadata": metadata}))
        };
        let run = json!({"metadata": {
            "name": "bell-1-abcde", "namespace": "default", "uid": "p",
            "ownerReferences": [{"kind": "Job", "name": "bell-1", "uid": "uid-bell-1"}],
        }});
        let mut found = vec![
            (&builtin::POD as &Kind, run),
            job("bell-1", json!({})),
            job("once", json!({"cronjob.kubernetes.io/instantiate": "manual"})),
        ];
        leave_out_by_the_clock(&mut found);
        let left = Inventory::of(found);
        let job = &left.objects["default/job/once"];
        assert_eq!((left.objects.len(), &job["metadata"]["labels"]), (1, &Value::Null));
    }

    #[test]
    fn what_follows_from_the_owner_is_told_once() {
        let owner = |image: &str| {
            let set = json!({"metadata": {"name": "web-1", "namespace": "default", "uid": "r-1"}, "spec": {"image": image}});
            (&builtin::REPLICA_SET as &Kind, set)
        };
        let world = |image: &str| {
            let (_, set) = owner(image);
            Inventory::of(vec![(&builtin::REPLICA_SET, set), pod("web-1-abcde", "u-1", image)])
        };
        let told: Vec<String> =
            world("a").differences(&world("b")).into_iter().map(|one| one.object).collect();
        assert_eq!(told, ["default/replicaset/web-1"]);
    }
}
