//! Kubernetes Events, with upstream's counting and merging, and its filter against too many of them.

use std::sync::Arc;

use jiff::SignedDuration;

use crate::apimachinery::{Object, ObjectKey, builtin};
use crate::base::{Timestamp, Value, json};

use super::super::registry::{Registry, WriteOptions, time_text};

/// How long events that differ only in their message are gathered
/// (`defaultAggregateIntervalInSeconds`).
const GATHERING: SignedDuration = SignedDuration::from_secs(600);
/// From this many different messages on, events are told as one (`defaultAggregateMaxEvents`).
const MESSAGES_MAX: usize = 10;
/// Opens the message of events told as one.
const COMBINED: &str = "(combined from similar events): ";

/// `Event.type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EventType {
    /// Nothing to worry about.
    Normal,
    /// Something a person should see.
    Warning,
}

impl EventType {
    fn text(self) -> &'static str {
        match self {
            Self::Normal => "Normal",
            Self::Warning => "Warning",
        }
    }
}

/// Who reports.
#[derive(Clone, Debug)]
pub(crate) struct EventSource {
    /// `kubelet`, `deployment-controller`, `default-scheduler` …
    pub component: &'static str,
    /// The node, for the kubelet.
    pub host: Option<String>,
}

impl EventSource {
    /// A source that runs on no particular node.
    pub(crate) fn component(component: &'static str) -> Self {
        Self { component, host: None }
    }

    fn value(&self) -> Value {
        match &self.host {
            Some(host) => json!({"component": self.component, "host": host}),
            None => json!({"component": self.component}),
        }
    }
}

/// Records an event about an object. `field_path` is `spec.containers{web}` for container events,
/// empty otherwise.
///
/// Follows `client-go/tools/record`: an event seen before is counted, many that differ only in
/// their message become one. An event that cannot be written is dropped, as upstream does.
pub(crate) fn record_event(
    registry: &mut Registry,
    source: &EventSource,
    about: &Object,
    field_path: &str,
    event_type: EventType,
    reason: &str,
    message: &str,
) {
    let namespace = event_namespace(about);
    let mut event = Object::new(&builtin::EVENT, &namespace, "");
    event.set("/involvedObject", reference_to(about, field_path));
    event.set("/source", source.value());
    event.set("/type", event_type.text());
    event.set("/reason", reason);
    event.set("/message", message);
    event.set("/reportingComponent", source.component);
    event.set("/reportingInstance", source.host.clone().unwrap_or_default());
    let earlier = earlier_events(registry, &namespace, about);
    let now = registry.now();
    let seen = correlate(&earlier, &mut event, now);
    let whose =
        format!("{}/{}/{}", source.component, source.host.as_deref().unwrap_or_default(), about.uid());
    let what = format!("{}/{field_path}/{reason}/{}", event_type.text(), event.text("/message"));
    // What the filter leaves out is counted, and told with the next one that it lets through.
    let Some(missed) = registry.event_filter().admits(&whose, &what, now) else { return };
    if let Some(seen) = seen {
        count_again(registry, &seen, &event, missed);
        return;
    }
    event.set("/count", 1 + missed);
    event.set("/firstTimestamp", time_text(now));
    event.set("/lastTimestamp", time_text(now));
    event.set("/eventTime", Value::Null);
    create(registry, &namespace, about.name(), event, source.component);
}

/// Records an event of a Pod as the scheduler does, through events.k8s.io: with `eventTime` and
/// `action`, repeated as a series.
pub(crate) fn record_scheduler_event(
    registry: &mut Registry,
    about: &Object,
    event_type: EventType,
    reason: &str,
    action: &str,
    message: &str,
) {
    record_in_series(registry, about, None, event_type, reason, action, message);
}

/// The same about a Pod that has to leave for another one.
pub(crate) fn record_preemption_event(
    registry: &mut Registry,
    about: &Object,
    for_the_sake_of: &Object,
    message: &str,
) {
    let (reason, action) = ("Preempted", "Preempting");
    record_in_series(registry, about, Some(for_the_sake_of), EventType::Normal, reason, action, message);
}

fn record_in_series(
    registry: &mut Registry,
    about: &Object,
    related: Option<&Object>,
    event_type: EventType,
    reason: &str,
    action: &str,
    message: &str,
) {
    let component = "default-scheduler";
    let namespace = event_namespace(about);
    let mut event = Object::new(&builtin::EVENT, &namespace, "");
    event.set("/involvedObject", reference_to(about, ""));
    if let Some(related) = related {
        event.set("/related", reference_to(related, ""));
    }
    event.set("/source", json!({}));
    event.set("/type", event_type.text());
    event.set("/reason", reason);
    event.set("/message", message);
    event.set("/action", action);
    event.set("/reportingComponent", component);
    event.set("/reportingInstance", "default-scheduler-minikube");
    let now = registry.now();
    let earlier = earlier_events(registry, &namespace, about);
    if let Some(seen) = earlier.iter().find(|seen| same(seen, &event)) {
        let mut again = Object::clone(seen);
        let count = again.number("/series/count").unwrap_or(1);
        again.set("/series", json!({"count": count + 1, "lastObservedTime": micro_time(now)}));
        update(registry, &again, component);
        return;
    }
    event.set("/eventTime", micro_time(now));
    event.set("/firstTimestamp", Value::Null);
    event.set("/lastTimestamp", Value::Null);
    create(registry, &namespace, about.name(), event, component);
}

/// A moment as `MicroTime` is written: six digits after the second.
fn micro_time(moment: Timestamp) -> String {
    format!("{moment:.6}")
}

fn event_namespace(about: &Object) -> String {
    let namespace = about.namespace();
    if namespace.is_empty() { "default".to_owned() } else { namespace.to_owned() }
}

fn reference_to(about: &Object, field_path: &str) -> Value {
    let mut reference = json!({
        "apiVersion": about.api_version(),
        "kind": about.kind(),
        "name": about.name(),
        "uid": about.uid(),
        "resourceVersion": about.text("/metadata/resourceVersion"),
    });
    if !about.namespace().is_empty() {
        reference["namespace"] = about.namespace().into();
    }
    if !field_path.is_empty() {
        reference["fieldPath"] = field_path.into();
    }
    reference
}

/// The events about that very object, by name (and so in the order in which they came).
fn earlier_events(registry: &Registry, namespace: &str, about: &Object) -> Vec<Arc<Object>> {
    registry
        .store()
        .list_prefix(&builtin::EVENT, namespace, &format!("{}.", about.name()))
        .filter(|event| event.text("/involvedObject/uid") == about.uid())
        .cloned()
        .collect()
}

/// Finds the event that `event` repeats; makes `event` the combined one when there are too many alike.
fn correlate(earlier: &[Arc<Object>], event: &mut Object, now: Timestamp) -> Option<Arc<Object>> {
    if let Some(seen) = earlier.iter().find(|seen| same(seen, event)) {
        return Some(Arc::clone(seen));
    }
    let recent: Vec<&Arc<Object>> =
        earlier.iter().filter(|seen| similar(seen, event) && is_recent(seen, now)).collect();
    if recent.len() + 1 < MESSAGES_MAX {
        return None;
    }
    let combined = format!("{COMBINED}{}", event.text("/message"));
    event.set("/message", combined);
    recent.into_iter().find(|seen| seen.text("/message").starts_with(COMBINED)).cloned()
}

fn similar(one: &Object, other: &Object) -> bool {
    one.get("/source") == other.get("/source")
        && one.text("/reportingComponent") == other.text("/reportingComponent")
        && ["/type", "/reason", "/involvedObject/fieldPath", "/action"]
            .iter()
            .all(|pointer| one.text(pointer) == other.text(pointer))
}

fn same(one: &Object, other: &Object) -> bool {
    similar(one, other) && one.text("/message") == other.text("/message")
}

fn is_recent(event: &Object, now: Timestamp) -> bool {
    event.time("/lastTimestamp").is_some_and(|last| now.duration_since(last) <= GATHERING)
}

fn count_again(registry: &mut Registry, seen: &Object, event: &Object, missed: i64) {
    let mut again = seen.clone();
    again.set("/count", again.number("/count").unwrap_or(1) + 1 + missed);
    again.set("/lastTimestamp", time_text(registry.now()));
    again.set("/message", event.text("/message"));
    update(registry, &again, event.text("/reportingComponent"));
}

fn update(registry: &mut Registry, event: &Object, component: &str) {
    let options = WriteOptions::component(manager_of(component));
    let _ = registry.update(&builtin::EVENT, &event.key(), event.clone(), &options);
}

fn create(registry: &mut Registry, namespace: &str, about: &str, mut event: Object, component: &str) {
    event.set("/metadata/name", free_name(registry, namespace, about));
    let options = WriteOptions::component(manager_of(component));
    let _ = registry.create(&builtin::EVENT, namespace, event, &options);
}

/// `<object>.<16 hex of unix nanoseconds>`; events of one moment get the nanoseconds after it.
fn free_name(registry: &Registry, namespace: &str, about: &str) -> String {
    let mut nanoseconds = registry.now().as_nanosecond();
    loop {
        let key = ObjectKey::new(namespace, format!("{about}.{nanoseconds:016x}"));
        if registry.store().get(&builtin::EVENT, &key).is_none() {
            return key.name;
        }
        nanoseconds += 1;
    }
}

/// The program in which a component runs, as managedFields name it.
fn manager_of(component: &str) -> &'static str {
    match component {
        "kubelet" => "kubelet",
        "default-scheduler" => "kube-scheduler",
        _ => "kube-controller-manager",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Random;

    fn world() -> (Registry, Object) {
        let mut registry = Registry::new(Timestamp::from_second(1_700_000_000).unwrap(), Random::seeded(1));
        let options = WriteOptions::component("test");
        let namespace = Object::new(&builtin::NAMESPACE, "", "default");
        registry.create(&builtin::NAMESPACE, "", namespace, &options).unwrap();
        let object = Object::new(&builtin::CONFIG_MAP, "default", "web");
        let written = registry.create(&builtin::CONFIG_MAP, "default", object, &options).unwrap();
        (registry, Object::clone(&written.object))
    }

    fn record(registry: &mut Registry, about: &Object, message: &str) {
        let source = EventSource::component("replicaset-controller");
        record_event(registry, &source, about, "", EventType::Normal, "SuccessfulCreate", message);
    }

    fn told(registry: &Registry) -> Vec<(i64, String)> {
        registry
            .list(&builtin::EVENT, None)
            .iter()
            .map(|event| (event.number("/count").unwrap_or_default(), event.text("/message").to_owned()))
            .collect()
    }

    #[test]
    fn an_event_seen_before_is_counted() {
        let (mut registry, about) = world();
        record(&mut registry, &about, "a");
        registry.set_now(registry.now() + SignedDuration::from_secs(5));
        record(&mut registry, &about, "a");
        assert_eq!(told(&registry), [(2, "a".to_owned())]);
        let event = &registry.list(&builtin::EVENT, None)[0];
        assert_eq!(event.name(), format!("web.{:016x}", 1_700_000_000_000_000_000_u64));
        assert_eq!(event.text("/firstTimestamp"), "2023-11-14T22:13:20Z");
        assert_eq!(event.text("/lastTimestamp"), "2023-11-14T22:13:25Z");
    }

    #[test]
    fn a_flood_of_events_about_one_object_is_counted_but_not_written() {
        let (mut registry, about) = world();
        for _ in 0..30 {
            record(&mut registry, &about, "a");
        }
        assert_eq!(told(&registry), [(25, "a".to_owned())]);
        registry.set_now(registry.now() + SignedDuration::from_secs(301));
        record(&mut registry, &about, "a");
        assert_eq!(told(&registry), [(31, "a".to_owned())]);
    }

    #[test]
    fn the_tenth_message_of_one_kind_opens_a_combined_event() {
        let (mut registry, about) = world();
        for number in 0..12 {
            record(&mut registry, &about, &format!("Created pod: p{number}"));
        }
        let told = told(&registry);
        assert_eq!(told.len(), 10);
        assert_eq!(told[9], (3, "(combined from similar events): Created pod: p11".to_owned()));
    }
}
