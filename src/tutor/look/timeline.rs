//! What happened, in order: who wrote what, told from managedFields, from what changed, and from events.

use crate::base::{Timestamp, Value};
use crate::lesson::Language;

use super::super::witness::{Change, ObjectId};
use super::actor::{Actor, of_component, of_manager};
use super::difference::{FieldDifference, fields};
use super::state::{endpoints, number, state_of, text};
use super::words::{Phrase, name_of, phrase};

/// Rows shown; earlier ones are counted.
const ROWS_MAX: usize = 40;

/// Fields named in one row.
const FIELDS_MAX: usize = 3;

/// Characters shown of an event's message; `kubectl describe` has the rest.
const MESSAGE_MAX: usize = 110;

/// Events that only repeat what a write has told.
const REPEATING_EVENTS: &[&str] =
    &["Scheduled", "SuccessfulCreate", "SuccessfulDelete", "ScalingReplicaSet", "Created"];

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimelineRow {
    /// Seconds since the beginning.
    pub seconds: u64,
    /// Who did it.
    pub actor: Actor,
    /// The same in words.
    pub who: String,
    /// What.
    pub what: String,
}

struct Teller<'a> {
    language: Language,
    /// Pods that a controller says it has deleted, and the controller.
    deleted: Vec<(&'a str, Actor)>,
    rows: Vec<(Timestamp, Actor, String)>,
}

/// Tells changes as rows, and how many earlier ones are left out.
pub(in crate::tutor) fn timeline(
    changes: &[Change],
    start: Timestamp,
    language: Language,
) -> (Vec<TimelineRow>, usize) {
    let mut ordered: Vec<&Change> = changes.iter().collect();
    ordered.sort_by_key(|change| version(change));
    let deleted = changes.iter().filter_map(|change| deletion_told(change.after.as_deref()?)).collect();
    let mut teller = Teller { language, deleted, rows: Vec::new() };
    for change in ordered {
        teller.change(change);
    }
    let mut latest = 0;
    let mut rows: Vec<TimelineRow> = teller
        .rows
        .into_iter()
        .map(|(at, actor, what)| {
            let seconds = at.duration_since(start).as_secs();
            // Written times are cut to seconds: what follows is never earlier.
            latest = latest.max(u64::try_from(seconds).unwrap_or_default());
            TimelineRow { seconds: latest, who: name_of(language, &actor), actor, what }
        })
        .collect();
    let omitted = rows.len().saturating_sub(ROWS_MAX);
    rows.drain(..omitted);
    (rows, omitted)
}

/// Versions of one cluster count up over all kinds.
fn version(change: &Change) -> u64 {
    let object = change.after.as_deref().or(change.before.as_deref());
    let version = object.map(|object| text(object, "/metadata/resourceVersion")).unwrap_or_default();
    // What is gone went after everything that was written to it.
    version.parse::<u64>().unwrap_or_default() + u64::from(change.after.is_none())
}

fn deletion_told(event: &Value) -> Option<(&str, Actor)> {
    let told = event["kind"] == "Event" && event["reason"] == "SuccessfulDelete";
    let name = text(event, "/message").rsplit(' ').next().filter(|_| told)?;
    Some((name, of_component(component(event))))
}

fn component(event: &Value) -> &str {
    match text(event, "/source/component") {
        "" => text(event, "/reportingComponent"),
        component => component,
    }
}

/// Entries of managedFields that are new or differ.
fn writes<'a>(before: Option<&Value>, after: &'a Value) -> Vec<&'a Value> {
    let entries = |object: &'a Value| object.pointer("/metadata/managedFields").and_then(Value::as_array);
    let old = before.and_then(|before| before.pointer("/metadata/managedFields")).and_then(Value::as_array);
    let is_new = |entry: &&Value| old.is_none_or(|old| !old.contains(entry));
    entries(after).into_iter().flatten().filter(is_new).collect()
}

/// The beginning of a message.
fn clipped(message: &str) -> String {
    let line = message.lines().next().unwrap_or_default();
    match line.char_indices().nth(MESSAGE_MAX) {
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
        None => line.to_owned(),
    }
}

fn time_of(entry: &Value) -> Option<Timestamp> {
    entry["time"].as_str()?.parse().ok()
}

impl Teller<'_> {
    fn push(&mut self, at: Timestamp, actor: Actor, what: Phrase<'_>) {
        self.rows.push((at, actor, phrase(self.language, what)));
    }

    fn change(&mut self, change: &Change) {
        match (change.before.as_deref(), change.after.as_deref()) {
            (before, Some(event)) if event["kind"] == "Event" => self.event(change, before, event),
            (Some(event), None) if event["kind"] == "Event" => {}
            (None, Some(made)) => self.made(change, made),
            (Some(before), Some(after)) => self.changed(change, before, after),
            (Some(gone), None) => {
                self.push(change.at, Actor::ApiServer, Phrase::Removes(&ObjectId::of(gone).to_string()));
            }
            (None, None) => {}
        }
    }

    fn event(&mut self, change: &Change, before: Option<&Value>, event: &Value) {
        let reason = text(event, "/reason");
        let count = |event: &Value| number(event, "/count").max(number(event, "/series/count"));
        // The cause was told by the event before it.
        let restates = reason == "Failed" && text(event, "/message").starts_with("Error: ");
        let repeats = restates || before.is_some_and(|before| count(before) >= count(event));
        if REPEATING_EVENTS.contains(&reason) || repeats {
            return;
        }
        let times = ["/series/lastObservedTime", "/lastTimestamp", "/eventTime", "/firstTimestamp"];
        let at = times.iter().find_map(|time| text(event, time).parse().ok()).unwrap_or(change.at);
        let about = ["/involvedObject", "/regarding"].iter().find_map(|field| event.pointer(field));
        let about = about
            .map(|about| format!("{} {}", text(about, "/kind"), text(about, "/name")))
            .unwrap_or_default();
        let message = clipped(text(event, "/message"));
        self.push(at, of_component(component(event)), Phrase::Tells(reason, &about, &message));
    }

    fn made(&mut self, change: &Change, made: &Value) {
        let id = ObjectId::of(made).to_string();
        let entry = writes(None, made).into_iter().find(|entry| entry["subresource"].is_null());
        let at = text(made, "/metadata/creationTimestamp").parse().unwrap_or(change.at);
        match entry.map(|entry| of_manager(text(entry, "/manager"), made, false)) {
            Some(actor @ Actor::Client(_)) => {
                let Actor::Client(manager) = actor.clone() else { return };
                self.push(at, actor, Phrase::Stores(&id, &manager));
            }
            Some(actor) => self.push(at, actor, Phrase::Makes(&id)),
            None => self.push(at, Actor::ApiServer, Phrase::Makes(&id)),
        }
        // Seen late, it may be further already.
        self.bound(change, &Value::Null, made);
        let (state, _) = state_of(made);
        if made["kind"] == "Pod" && !state.ends_with("Pending") {
            self.push(change.at, Actor::Kubelet, Phrase::Turns(&id, "Pending", &state));
        }
    }

    fn bound(&mut self, change: &Change, before: &Value, after: &Value) {
        let node = text(after, "/spec/nodeName");
        if after["kind"] == "Pod" && !node.is_empty() && text(before, "/spec/nodeName").is_empty() {
            let scheduled = after.pointer("/status/conditions").and_then(Value::as_array);
            let scheduled = scheduled
                .and_then(|conditions| conditions.iter().find(|found| found["type"] == "PodScheduled"));
            let at = scheduled.and_then(|condition| text(condition, "/lastTransitionTime").parse().ok());
            let id = ObjectId::of(after).to_string();
            self.push(at.unwrap_or(change.at), Actor::Scheduler, Phrase::Binds(&id, node));
        }
    }

    fn changed(&mut self, change: &Change, before: &Value, after: &Value) {
        let id = ObjectId::of(after).to_string();
        let written = writes(Some(before), after);
        let at = written.iter().filter_map(|entry| time_of(entry)).max().unwrap_or(change.at);
        self.bound(change, before, after);
        if after.pointer("/metadata/deletionTimestamp").is_some()
            && before.pointer("/metadata/deletionTimestamp").is_none()
        {
            let grace = number(after, "/metadata/deletionGracePeriodSeconds");
            let name = text(after, "/metadata/name");
            let told = self.deleted.iter().find(|(deleted, _)| *deleted == name);
            let actor = told.map_or(Actor::ApiServer, |(_, actor)| actor.clone());
            self.push(change.at, actor, Phrase::Marks(&id, grace));
            return;
        }
        self.asked(at, &id, &written, before, after);
        self.observed(at, &id, &written, before, after);
    }

    /// What is asked for has changed.
    fn asked(&mut self, at: Timestamp, id: &str, written: &[&Value], before: &Value, after: &Value) {
        let of_slice = after["kind"] == "EndpointSlice";
        let mut differing = fields(before, after);
        differing.retain(|FieldDifference { path, .. }| {
            // How the controller counts is its own affair.
            let of_deployment = path.contains("[deployment.kubernetes.io/");
            let of_endpoints = of_slice && path.starts_with("endpoints");
            !(path.starts_with("status") || path == "spec.nodeName" || of_deployment || of_endpoints)
        });
        if differing.is_empty() {
            return;
        }
        let more = differing.len().saturating_sub(FIELDS_MAX);
        let told = |FieldDifference { path, before, after }: &FieldDifference| match (
            before.as_str(),
            after.as_str(),
        ) {
            ("", after) => format!("{path} = {after}"),
            (before, "") => format!("{path}: {before} → –"),
            (before, after) => format!("{path}: {before} → {after}"),
        };
        let mut shown = differing.iter().take(FIELDS_MAX).map(told).collect::<Vec<_>>().join(", ");
        if more > 0 {
            shown = format!("{shown} {}", phrase(self.language, Phrase::More(more)));
        }
        let entry = written.iter().find(|entry| entry["subresource"] != "status");
        // Whoever writes another value into a field of their own keeps the time of the entry.
        let holder = || differing.iter().find_map(|field| holder_of(after, &field.path));
        let manager = entry.map(|entry| text(entry, "/manager")).or_else(holder);
        let manager = manager.unwrap_or("kube-controller-manager");
        match of_manager(manager, after, false) {
            Actor::Client(manager) => {
                let what = Phrase::ChangesFor(id, &shown, &manager);
                self.push(at, Actor::Client(manager.clone()), what);
            }
            actor => self.push(at, actor, Phrase::Changes(id, &shown)),
        }
    }

    /// What is observed has changed, as far as the state's few words tell.
    fn observed(&mut self, at: Timestamp, id: &str, written: &[&Value], before: &Value, after: &Value) {
        let state = |object: &Value| match object["kind"].as_str() {
            Some("EndpointSlice") => {
                let (ready, all) = endpoints(object);
                format!("{ready}/{all}")
            }
            Some("Service") => text(object, "/status/loadBalancer/ingress/0/ip").to_owned(),
            _ => state_of(object).0,
        };
        let (old, new) = (state(before), state(after));
        let has_status = after["kind"] == "EndpointSlice" || before["status"] != after["status"];
        if old == new || !has_status {
            return;
        }
        let entry =
            written.iter().find(|entry| entry["subresource"] == "status" || after["kind"] == "EndpointSlice");
        let actor = match (entry, after["kind"].as_str()) {
            (Some(entry), _) => of_manager(text(entry, "/manager"), after, true),
            (None, Some("Pod")) => Actor::Kubelet,
            (None, _) => of_manager("kube-controller-manager", after, true),
        };
        let dash = |text: String| if text.is_empty() { "–".to_owned() } else { text };
        self.push(at, actor, Phrase::Turns(id, &dash(old), &dash(new)));
    }
}

/// The manager that holds a field, `spec.template.spec.containers[web].image`, or what comes nearest above it.
fn holder_of<'v>(object: &'v Value, path: &str) -> Option<&'v str> {
    let entries = object.pointer("/metadata/managedFields")?.as_array()?;
    let depth = |entry: &Value| {
        let mut at = &entry["fieldsV1"];
        let steps = path.split(['.', '[']).filter(|step| !step.is_empty());
        steps
            .take_while(|step| {
                let below = match step.strip_suffix(']') {
                    Some(key) => at.as_object().and_then(|map| {
                        let named = |name: &str| name.starts_with("k:") && name.contains(&format!("{key:?}"));
                        map.iter().find(|(name, _)| named(name)).map(|(_, below)| below)
                    }),
                    None => at.get(format!("f:{step}")),
                };
                at = below.unwrap_or(&Value::Null);
                below.is_some()
            })
            .count()
    };
    let own = entries.iter().filter(|entry| entry["subresource"] != "status" && depth(entry) > 0);
    own.max_by_key(|entry| (depth(entry), text(entry, "/time"))).map(|entry| text(entry, "/manager"))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::base::json;

    use super::*;

    fn at(second: u32) -> String {
        format!("2026-01-01T00:00:{second:02}Z")
    }

    fn change(before: Option<&Value>, after: Option<&Value>) -> Change {
        let arc = |object: &Value| Arc::new(object.clone());
        Change { at: at(30).parse().unwrap(), before: before.map(arc), after: after.map(arc) }
    }

    fn told(changes: &[Change]) -> Vec<String> {
        let (rows, _) = timeline(changes, at(10).parse().unwrap(), Language::En);
        rows.iter().map(|row| format!("+{} {}: {}", row.seconds, row.who, row.what)).collect()
    }

    fn written(manager: &str, second: u32) -> Value {
        json!([{"manager": manager, "operation": "Update", "time": at(second), "fieldsV1": {}}])
    }

    #[test]
    fn a_deployment_is_followed_from_the_api_server_to_the_kubelet() {
        let deployment = json!({"kind": "Deployment", "metadata": {"name": "web", "resourceVersion": "5",
            "creationTimestamp": at(10), "managedFields": written("kubectl-create", 10)}});
        let replica_set = json!({"kind": "ReplicaSet", "metadata": {"name": "web-1", "resourceVersion": "6",
            "creationTimestamp": at(10), "managedFields": written("kube-controller-manager", 10),
            "ownerReferences": [{"kind": "Deployment", "name": "web", "controller": true}]}});
        let pod = json!({"kind": "Pod", "metadata": {"name": "web-1-a", "resourceVersion": "7",
            "creationTimestamp": at(11), "managedFields": written("kube-controller-manager", 11),
            "ownerReferences": [{"kind": "ReplicaSet", "name": "web-1", "controller": true}]},
            "spec": {"containers": [{}]}, "status": {"phase": "Pending"}});
        let mut bound = pod.clone();
        bound["metadata"]["resourceVersion"] = json!("8");
        bound["spec"]["nodeName"] = json!("minikube");
        bound["status"]["conditions"] = json!([{"type": "PodScheduled", "lastTransitionTime": at(11)}]);
        let mut running = bound.clone();
        running["metadata"]["resourceVersion"] = json!("9");
        running["status"] = json!({"phase": "Running", "containerStatuses": [{"ready": true}]});
        running["metadata"]["managedFields"].as_array_mut().unwrap().push(
            json!({"manager": "kubelet", "operation": "Update", "time": at(14), "subresource": "status"}),
        );
        // Watches of different kinds tell out of order.
        let changes = [
            change(None, Some(&replica_set)),
            change(None, Some(&pod)),
            change(Some(&pod), Some(&bound)),
            change(Some(&bound), Some(&running)),
            change(None, Some(&deployment)),
        ];
        assert_eq!(
            told(&changes),
            [
                "+0 API server: stores Deployment web, written by kubectl-create",
                "+0 deployment controller: makes ReplicaSet web-1",
                "+1 replicaset controller: makes Pod web-1-a",
                "+1 scheduler: binds Pod web-1-a to the node minikube",
                "+4 kubelet: Pod web-1-a: 0/1 Pending → 1/1 Running",
            ]
        );
    }

    #[test]
    fn a_deletion_names_who_asked_for_it_where_an_event_tells() {
        let pod = json!({"kind": "Pod", "metadata": {"name": "a", "resourceVersion": "5"}, "spec": {"containers": [{}]}});
        let mut marked = pod.clone();
        marked["metadata"]["resourceVersion"] = json!("6");
        marked["metadata"]["deletionTimestamp"] = json!(at(40));
        marked["metadata"]["deletionGracePeriodSeconds"] = json!(30);
        let event = json!({"kind": "Event", "metadata": {"name": "e", "resourceVersion": "7"},
            "reason": "SuccessfulDelete", "message": "Deleted pod: a",
            "source": {"component": "replicaset-controller"}});
        assert_eq!(
            told(&[
                change(Some(&pod), Some(&marked)),
                change(None, Some(&event)),
                change(Some(&marked), None)
            ]),
            [
                "+20 replicaset controller: marks Pod a for deletion, with 30s to end",
                "+20 API server: removes Pod a",
            ]
        );
        assert_eq!(
            told(&[change(Some(&pod), Some(&marked))]),
            ["+20 API server: marks Pod a for deletion, with 30s to end"]
        );
    }

    #[test]
    fn events_are_told_once_per_count() {
        let event = |count: u32| {
            json!({"kind": "Event", "metadata": {"name": "e", "resourceVersion": count.to_string()}, "reason": "BackOff",
                "message": "Back-off pulling image", "count": count, "lastTimestamp": at(10 + count),
                "source": {"component": "kubelet"}, "involvedObject": {"kind": "Pod", "name": "a"}})
        };
        let (one, two) = (event(1), event(2));
        assert_eq!(
            told(&[change(None, Some(&one)), change(Some(&one), Some(&two)), change(Some(&two), Some(&two))]),
            [
                "+1 kubelet: event BackOff (Pod a): Back-off pulling image",
                "+2 kubelet: event BackOff (Pod a): Back-off pulling image",
            ]
        );
    }

    #[test]
    fn who_holds_a_field_writes_it_again() {
        let deployment = |replicas: u32| {
            json!({"kind": "Deployment", "metadata": {"name": "web", "managedFields": [
                {"manager": "kubectl", "operation": "Update", "subresource": "scale", "time": at(5),
                    "fieldsV1": {"f:spec": {"f:replicas": {}}}},
                {"manager": "kubectl-set", "operation": "Update", "time": at(4), "fieldsV1": {"f:spec": {
                    "f:template": {"f:spec": {"f:containers": {"k:{\"name\":\"c\"}": {"f:image": {}}}}}}}},
            ]}, "spec": {"replicas": replicas}})
        };
        let change = change(Some(&deployment(3)), Some(&deployment(1)));
        assert_eq!(
            told(&[change]),
            ["+20 API server: stores Deployment web, written by kubectl: spec.replicas: 3 → 1"]
        );
        let image = "spec.template.spec.containers[c].image";
        assert_eq!(holder_of(&deployment(1), image), Some("kubectl-set"));
        assert_eq!(holder_of(&json!({}), image), None);
    }
}
