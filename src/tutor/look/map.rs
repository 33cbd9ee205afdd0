//! The objects of a lesson as a tree: owners above what they own, Services beside the Pods that they select.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::Value;
use crate::lesson::Language;

use super::super::witness::{Moment, ObjectId};
use super::state::{Tone, endpoints, number, state_of, text};
use super::words::{Phrase, phrase};

/// Objects drawn below one owner; the rest is counted.
const CHILDREN_MAX: usize = 12;

/// Trees drawn; the rest is counted.
const ROOTS_MAX: usize = 40;

/// Kinds in the order in which they are drawn; others follow.
const ORDER: &[&str] = &[
    "Ingress",
    "Service",
    "Deployment",
    "StatefulSet",
    "DaemonSet",
    "CronJob",
    "Job",
    "ReplicaSet",
    "Pod",
    "HorizontalPodAutoscaler",
    "ConfigMap",
    "Secret",
    "PersistentVolumeClaim",
    "PersistentVolume",
    "NetworkPolicy",
];

/// Kinds that say nothing by themselves: others show what they hold, or nobody asked for them.
const UNDRAWN: &[&str] = &["Event", "EndpointSlice", "Namespace"];

/// An object in a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MapNode {
    /// Its kind.
    pub kind: String,
    /// Its name; with its namespace where that is not the lesson's.
    pub name: String,
    /// Its state in a few words, or nothing.
    pub state: String,
    /// How it fares.
    pub tone: Tone,
    /// What ties it to others.
    pub notes: Vec<String>,
    /// Whether it is only pointed at: it stands elsewhere as well.
    pub reference: bool,
    /// What it owns or points at.
    pub children: Vec<MapNode>,
}

struct Drawing<'a> {
    moment: &'a Moment,
    language: Language,
    namespace: &'a str,
    /// Uid of an owner → what it owns.
    owned: BTreeMap<&'a str, Vec<&'a ObjectId>>,
}

/// Draws what there is; also tells how many trees are left out.
pub(in crate::tutor) fn map(moment: &Moment, namespace: &str, language: Language) -> (Vec<MapNode>, usize) {
    let mut owned: BTreeMap<&str, Vec<&ObjectId>> = BTreeMap::new();
    let uids: BTreeSet<&str> = moment.values().map(|object| text(object, "/metadata/uid")).collect();
    let mut roots: Vec<&ObjectId> = Vec::new();
    for (id, object) in moment.iter().filter(|(id, _)| !UNDRAWN.contains(&id.kind.as_str())) {
        let owners = object.pointer("/metadata/ownerReferences").and_then(Value::as_array);
        let owner =
            owners.into_iter().flatten().map(|owner| text(owner, "/uid")).find(|uid| uids.contains(uid));
        match owner {
            Some(owner) => owned.entry(owner).or_default().push(id),
            None if id.kind != "PersistentVolume" || !text(object, "/spec/claimRef/name").is_empty() => {
                roots.push(id)
            }
            None => {}
        }
    }
    let rank = |id: &ObjectId| ORDER.iter().position(|kind| *kind == id.kind).unwrap_or(ORDER.len());
    roots.sort_by_key(|id| (rank(id), id.kind.clone(), id.name.clone()));
    let omitted = roots.len().saturating_sub(ROOTS_MAX);
    roots.truncate(ROOTS_MAX);
    let drawing = Drawing { moment, language, namespace, owned };
    (roots.into_iter().filter_map(|id| drawing.node(id)).collect(), omitted)
}

impl Drawing<'_> {
    fn say(&self, what: Phrase<'_>) -> String {
        phrase(self.language, what)
    }

    fn node(&self, id: &ObjectId) -> Option<MapNode> {
        let object = self.moment.get(id)?;
        let (state, tone) = state_of(object);
        let mut node = MapNode {
            kind: id.kind.clone(),
            name: self.name(id),
            state,
            tone,
            notes: self.notes(object, id),
            reference: false,
            children: self.children(object, id),
        };
        let is_idle = number(object, "/spec/replicas") == 0 && number(object, "/status/replicas") == 0;
        if id.kind == "ReplicaSet" && is_idle && object.pointer("/metadata/ownerReferences").is_some() {
            let revision = text(object, "/metadata/annotations/deployment.kubernetes.io~1revision");
            node.notes.push(self.say(Phrase::EarlierRevision(revision)));
        }
        Some(node)
    }

    fn name(&self, id: &ObjectId) -> String {
        match id.namespace.as_str() {
            "" => id.name.clone(),
            namespace if namespace == self.namespace => id.name.clone(),
            namespace => format!("{namespace}/{}", id.name),
        }
    }

    fn children(&self, object: &Value, id: &ObjectId) -> Vec<MapNode> {
        if id.kind == "Service" {
            return self.selected(object, id);
        }
        let mut owned = self.owned.get(text(object, "/metadata/uid")).cloned().unwrap_or_default();
        // The newest ReplicaSet first: it is the one that counts.
        let age =
            |id: &ObjectId| self.moment.get(id).map(|object| text(object, "/metadata/creationTimestamp"));
        owned.sort_by(|one, two| (age(two), &one.name).cmp(&(age(one), &two.name)));
        let more = owned.len().saturating_sub(CHILDREN_MAX);
        let mut children: Vec<MapNode> =
            owned.into_iter().take(CHILDREN_MAX).filter_map(|id| self.node(id)).collect();
        children.extend(self.more(more));
        children
    }

    fn more(&self, count: usize) -> Option<MapNode> {
        (count > 0).then(|| MapNode {
            kind: String::new(),
            name: self.say(Phrase::More(count)),
            state: String::new(),
            tone: Tone::Quiet,
            notes: Vec::new(),
            reference: true,
            children: Vec::new(),
        })
    }

    /// The Pods that a Service selects: as pointers, ready as its EndpointSlices say.
    fn selected(&self, service: &Value, id: &ObjectId) -> Vec<MapNode> {
        let pods = self.pods_of(service, &id.namespace);
        let more = pods.len().saturating_sub(CHILDREN_MAX);
        let pointer = |pod: &&ObjectId| {
            let (state, tone) = state_of(self.moment.get(*pod)?);
            let name = self.name(pod);
            let (kind, notes, children) = (pod.kind.clone(), Vec::new(), Vec::new());
            Some(MapNode { kind, name, state, tone, notes, reference: true, children })
        };
        let mut children: Vec<MapNode> = pods.iter().take(CHILDREN_MAX).filter_map(pointer).collect();
        children.extend(self.more(more));
        children
    }

    fn pods_of(&self, service: &Value, namespace: &str) -> Vec<&ObjectId> {
        let Some(selector) = service.pointer("/spec/selector").and_then(Value::as_object) else {
            return Vec::new();
        };
        if selector.is_empty() {
            return Vec::new();
        }
        let carries = |pod: &Value| {
            let labels = pod.pointer("/metadata/labels");
            selector.iter().all(|(key, value)| labels.and_then(|labels| labels.get(key)) == Some(value))
        };
        let pods = self.moment.iter().filter(|(id, _)| id.kind == "Pod" && id.namespace == namespace);
        pods.filter(|(_, pod)| carries(pod)).map(|(id, _)| id).collect()
    }

    fn notes(&self, object: &Value, id: &ObjectId) -> Vec<String> {
        match id.kind.as_str() {
            "Service" => self.service_notes(object, id),
            "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" => {
                let selector = pairs(object.pointer("/spec/selector/matchLabels"));
                let is_root = object.pointer("/metadata/ownerReferences").is_none();
                if selector.is_empty() || !is_root {
                    Vec::new()
                } else {
                    vec![self.say(Phrase::Selects(&selector, 1))]
                }
            }
            "Pod" => {
                let is_root = object.pointer("/metadata/ownerReferences").is_none();
                let labels = pairs(object.pointer("/metadata/labels"));
                if is_root && !labels.is_empty() { vec![labels] } else { Vec::new() }
            }
            "Ingress" => {
                let services = values_at(object, "service");
                let names: BTreeSet<&str> = services.iter().map(|service| text(service, "/name")).collect();
                let names =
                    names.into_iter().map(|name| format!("Service {name}")).collect::<Vec<_>>().join(", ");
                vec![self.say(Phrase::LeadsTo(&names))]
            }
            "HorizontalPodAutoscaler" => {
                let target = object.pointer("/spec/scaleTargetRef").unwrap_or(&Value::Null);
                let target = format!("{} {}", text(target, "/kind"), text(target, "/name"));
                vec![self.say(Phrase::Scales(&target))]
            }
            "ConfigMap" | "Secret" | "PersistentVolumeClaim" => {
                let users = self.users(id);
                if users.is_empty() { Vec::new() } else { vec![self.say(Phrase::UsedBy(&users.join(", ")))] }
            }
            _ => Vec::new(),
        }
    }

    fn service_notes(&self, service: &Value, id: &ObjectId) -> Vec<String> {
        let selector = pairs(service.pointer("/spec/selector"));
        if selector.is_empty() {
            return vec![self.say(Phrase::NoSelector)];
        }
        let mut notes =
            vec![self.say(Phrase::Selects(&selector, self.pods_of(service, &id.namespace).len()))];
        let slices = self.moment.iter().filter(|(slice, object)| {
            slice.kind == "EndpointSlice"
                && slice.namespace == id.namespace
                && object.pointer("/metadata/labels/kubernetes.io~1service-name")
                    == Some(&Value::from(id.name.as_str()))
        });
        let (ready, all) = slices.fold((0, 0), |(ready, all), (_, slice)| {
            let (more_ready, more) = endpoints(slice);
            (ready + more_ready, all + more)
        });
        if all > 0 {
            notes.push(format!("endpoints {ready}/{all}"));
        }
        notes
    }

    /// The owners, or bare Pods, whose templates name an object.
    fn users(&self, id: &ObjectId) -> Vec<String> {
        let field = match id.kind.as_str() {
            "ConfigMap" => ["configMap", "configMapRef", "configMapKeyRef"].as_slice(),
            "Secret" => ["secret", "secretRef", "secretKeyRef"].as_slice(),
            _ => ["persistentVolumeClaim"].as_slice(),
        };
        let names_it = |object: &Value| {
            field.iter().flat_map(|field| values_at(object, field)).any(|found| {
                let name = ["/name", "/secretName", "/claimName"].map(|pointer| text(found, pointer));
                name.contains(&id.name.as_str())
            })
        };
        let is_top = |object: &Value| object.pointer("/metadata/ownerReferences").is_none();
        let users = self.moment.iter().filter(|(user, object)| {
            user.namespace == id.namespace
                && user.kind != "Event"
                && is_top(object)
                && names_it(&object["spec"])
        });
        users.map(|(user, _)| user.to_string()).collect()
    }
}

/// `app=web,tier=front` of a map of labels.
fn pairs(labels: Option<&Value>) -> String {
    let labels = labels.and_then(Value::as_object);
    let pairs = labels
        .into_iter()
        .flatten()
        .map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default()));
    pairs.collect::<Vec<_>>().join(",")
}

/// The values under a key, wherever in an object it stands.
fn values_at<'a>(object: &'a Value, key: &str) -> Vec<&'a Value> {
    let mut found = Vec::new();
    let mut open = vec![object];
    while let Some(value) = open.pop() {
        match value {
            Value::Object(map) => {
                found.extend(map.get(key));
                open.extend(map.values());
            }
            Value::Array(list) => open.extend(list),
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::base::json;

    use super::*;

    fn owned(kind: &str, name: &str, uid: &str, owner: &str) -> Value {
        let mut object = json!({"kind": kind, "metadata": {"name": name, "namespace": "default", "uid": uid,
            "labels": {"app": "web"}}, "spec": {"replicas": 1, "containers": [{}]}});
        if !owner.is_empty() {
            object["metadata"]["ownerReferences"] = json!([{"uid": owner, "controller": true}]);
        }
        object
    }

    fn drawn(nodes: &[MapNode], depth: usize) -> Vec<String> {
        nodes
            .iter()
            .flat_map(|node| {
                let mark = if node.reference { ">" } else { "" };
                let notes = node.notes.join("; ");
                let mut lines = vec![format!(
                    "{}{mark}{} {} [{}] {notes}",
                    " ".repeat(depth),
                    node.kind,
                    node.name,
                    node.state
                )];
                lines.extend(drawn(&node.children, depth + 1));
                lines
            })
            .map(|line| line.trim_end().to_owned())
            .collect()
    }

    #[test]
    fn owners_stand_above_and_services_point() {
        let mut pod = owned("Pod", "web-1-a", "3", "2");
        pod["status"] = json!({"phase": "Running", "containerStatuses": [{"ready": true}]});
        let service = json!({"kind": "Service", "metadata": {"name": "web", "namespace": "default", "uid": "4"},
            "spec": {"type": "ClusterIP", "selector": {"app": "web"}, "ports": [{"port": 80}]}});
        let lost = json!({"kind": "Service", "metadata": {"name": "lost", "namespace": "shop", "uid": "5"},
            "spec": {"type": "ClusterIP", "selector": {"app": "wbe"}, "ports": [{"port": 80}]}});
        let config = json!({"kind": "ConfigMap", "metadata": {"name": "conf", "namespace": "default", "uid": "6"},
            "data": {"A": "1"}});
        let mut deployment = owned("Deployment", "web", "1", "");
        deployment["spec"]["template"] = json!({"spec": {"volumes": [{"configMap": {"name": "conf"}}]}});
        let objects = [deployment, owned("ReplicaSet", "web-1", "2", "1"), pod, service, lost, config];
        let moment: Moment =
            objects.into_iter().map(|object| (ObjectId::of(&object), Arc::new(object))).collect();
        let (nodes, omitted) = map(&moment, "default", Language::En);
        assert_eq!(omitted, 0);
        assert_eq!(
            drawn(&nodes, 0),
            [
                "Service shop/lost [ClusterIP 80] selects app=wbe: no Pod",
                "Service web [ClusterIP 80] selects app=web",
                " >Pod web-1-a [1/1 Running]",
                "Deployment web [0/1]",
                " ReplicaSet web-1 [0/1]",
                "  Pod web-1-a [1/1 Running]",
                "ConfigMap conf [A] used by Deployment web",
            ]
        );
    }
}
