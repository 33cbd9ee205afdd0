//! Probes: which one fails, what it was answered, and whether it asks the right port.

use serde_json::Value;

use crate::apimachinery::Object;

use super::super::super::partial::{quote, show};
use super::super::finding::{Aside, Finding, name_of};
use super::super::sentences;
use super::container::container_of;
use super::{Chain, event_count, text};

/// Seconds before the first probe that are worth a word, and those after which nobody waits.
const DELAY_LONG: i64 = 30;
const DELAY_TOO_LONG: i64 = 300;

/// Failures of a probe after which it is no accident.
const FAILURES: i64 = 4;

impl Chain<'_> {
    /// A container that runs and is not ready, or was killed lately.
    pub(super) fn running(self, pod: &Object, status: &Value) -> Option<Finding> {
        let name = name_with_container(pod, status);
        let restarts = status["restartCount"].as_i64().unwrap_or(0);
        let ready = status["ready"].as_bool().unwrap_or(false);
        if ready && restarts == 0 {
            return None;
        }
        let spec = container_of(pod, status);
        let probe = |key: &str| spec.and_then(|spec| spec.get(key));
        if status["started"] == false && probe("startupProbe").is_some() {
            let (message, count) = self.failure(pod, "Startup")?;
            let port = wrong_port(pod, probe("startupProbe"));
            let finding = Finding::lasting(&sentences::STARTUP, [&name, &message]);
            let lasts = count >= FAILURES || port.is_some();
            return Some(finding.aside(port).lasts_if(lasts).shown_by(self.describe(pod)));
        }
        let killed = status.pointer("/lastState/terminated");
        if restarts > 0
            && probe("livenessProbe").is_some()
            && let Some(finding) = self.killed_by_probe(pod, status, 137)
        {
            return Some(finding.lasts_if(finding_lasts(restarts)));
        }
        if !ready
            && probe("readinessProbe").is_some()
            && let Some((message, count)) = self.failure(pod, "Readiness")
        {
            let port = wrong_port(pod, probe("readinessProbe"));
            let finding = Finding::lasting(&sentences::READINESS, [&name, &message]).called("Unhealthy");
            let lasts = count >= FAILURES || port.is_some();
            let looped = || asks_the_node(probe("readinessProbe"));
            let aside = port.or_else(|| looped().or_else(|| refused_port(&message)).filter(|_| lasts));
            return Some(finding.aside(aside).lasts_if(lasts).shown_by(self.describe(pod)));
        }
        if !ready
            && killed.is_none()
            && let Some(finding) = self.not_asked_yet(pod, spec)
        {
            return Some(finding);
        }
        if ready && restarts < 3 {
            return None;
        }
        killed?;
        // Up for now, and down again soon.
        let text = text(status, "/lastState/terminated/reason");
        let limit = spec.map_or("", |spec| super::text(spec, "/resources/limits/memory"));
        let container = super::text(status, "/name");
        let finding = Finding::lasting(&sentences::OOM, [&name, container, limit]).called("OOMKilled");
        (text == "OOMKilled").then(|| finding.shown_by(self.describe(pod)))
    }

    /// A Pod that is ready, and whose liveness probe fails: its container is killed soon.
    pub(super) fn lives_badly(self, pod: &Object) -> Option<Finding> {
        pod.list("/status/containerStatuses").iter().find_map(|status| {
            let probe = container_of(pod, status)?.get("livenessProbe").filter(|probe| probe.is_object())?;
            let started = text(status, "/state/running/startedAt");
            let prefix = "Liveness probe";
            let events = self.events(pod).into_iter();
            let mut failures = events.filter(|event| {
                event.text("/reason") == "Unhealthy"
                    && event.text("/message").starts_with(prefix)
                    && super::event_time(event) >= started
            });
            failures.next().filter(|_| !started.is_empty())?;
            let (message, count) = self.failure(pod, "Liveness")?;
            let port = wrong_port(pod, Some(probe));
            let finding = Finding::lasting(&sentences::LIVENESS, [&name_of(pod), &message]);
            let lasts = count >= FAILURES || port.is_some();
            Some(finding.called("Unhealthy").aside(port).lasts_if(lasts).shown_by(self.describe(pod)))
        })
    }

    /// A container whose readiness probe does not even begin yet.
    fn not_asked_yet(self, pod: &Object, spec: Option<&Value>) -> Option<Finding> {
        let probe = spec?.get("readinessProbe")?;
        let delay = probe["initialDelaySeconds"].as_i64().unwrap_or(0);
        let finding = Finding::lasting(&sentences::READINESS_LATER, [&name_of(pod), &delay.to_string()]);
        (delay >= DELAY_LONG).then(|| finding.lasts_if(delay >= DELAY_TOO_LONG).shown_by(self.describe(pod)))
    }

    /// A container that the kubelet killed because of its liveness probe, and does not start again.
    pub(super) fn killed_for_good(self, pod: &Object, status: &Value) -> Option<Finding> {
        let killing = self.event(pod, &["Killing"])?.text("/message");
        let (message, _) =
            self.failure(pod, "Liveness").filter(|_| killing.contains("failed liveness probe"))?;
        let words = [name_with_container(pod, status), pod.text("/spec/restartPolicy").to_owned()];
        let finding = Finding::lasting(&sentences::LIVENESS_ENDS, [&words[0], &message, &words[1]]);
        Some(finding.called("Succeeded").shown_by(self.describe(pod)))
    }

    /// Whether the kubelet killed a container because its liveness or startup probe failed.
    pub(super) fn killed_by_probe(self, pod: &Object, status: &Value, code: i64) -> Option<Finding> {
        let spec = container_of(pod, status)?;
        let name = name_with_container(pod, status);
        let killing = self.event(pod, &["Killing"])?;
        let said = killing.text("/message");
        let restarts = status["restartCount"].as_i64().unwrap_or(0);
        let (probe, sentence) = if said.contains("failed liveness probe") {
            ("livenessProbe", &sentences::LIVENESS)
        } else if said.contains("failed startup probe") {
            ("startupProbe", &sentences::STARTUP)
        } else {
            return None;
        };
        if code == 1 {
            return None;
        }
        let which = if probe == "livenessProbe" { "Liveness" } else { "Startup" };
        let message = self.failure(pod, which).map(|(message, _)| message).unwrap_or_default();
        let port = wrong_port(pod, spec.get(probe));
        let finding = Finding::lasting(sentence, [&name, &message]).called("Unhealthy");
        let lasts = finding_lasts(restarts) || port.is_some();
        let looped = || asks_the_node(spec.get(probe));
        let aside = port.or_else(|| looped().or_else(|| refused_port(&message)).filter(|_| lasts));
        Some(finding.aside(aside).lasts_if(lasts).shown_by(self.describe(pod)))
    }

    /// What a probe was answered last, and how often.
    fn failure(self, pod: &Object, which: &str) -> Option<(String, i64)> {
        let prefix = format!("{which} probe");
        let events = self.events(pod);
        let event = events.iter().find(|event| {
            event.text("/reason") == "Unhealthy" && event.text("/message").starts_with(&prefix)
        })?;
        let message = event.text("/message");
        let told = message.split_once(": ").map_or(message, |(_, told)| told);
        Some((quote(told), event_count(event)))
    }
}

/// The Pod, and the container where it has several.
fn name_with_container(pod: &Object, status: &Value) -> String {
    let several = pod.list("/spec/containers").len() + pod.list("/spec/initContainers").len() > 1;
    let container = text(status, "/name");
    if several { format!("{} ({container})", name_of(pod)) } else { name_of(pod) }
}

/// A probe whose host loops back: the kubelet asks from the node.
fn asks_the_node(probe: Option<&Value>) -> Aside {
    let probe = probe?;
    let hosts = ["/httpGet/host", "/tcpSocket/host"].map(|pointer| text(probe, pointer));
    let host = hosts.into_iter().find(|host| *host == "localhost" || host.starts_with("127."))?;
    Some((&sentences::ASKS_THE_NODE, vec![host.to_owned()]))
}

fn finding_lasts(restarts: i64) -> bool {
    restarts >= 2
}

/// What is wrong with the port that a probe asks, where the container declares others.
fn wrong_port(pod: &Object, probe: Option<&Value>) -> Aside {
    let port = probe.and_then(|probe| {
        ["/httpGet/port", "/tcpSocket/port", "/grpc/port"].iter().find_map(|pointer| probe.pointer(pointer))
    });
    let port = port?;
    let containers = pod.list("/spec/containers").iter();
    let ports: Vec<&Value> =
        containers.filter_map(|container| container["ports"].as_array()).flatten().collect();
    let known = ports.iter().any(|declared| declared["containerPort"] == *port || declared["name"] == *port);
    if ports.is_empty() || known {
        return None;
    }
    let declared: Vec<String> = ports.iter().map(|port| port["containerPort"].to_string()).collect();
    Some((&sentences::PROBE_PORT, vec![show(port), declared.join(", ")]))
}

/// The port on which a probe was refused: `dial tcp 10.0.0.1:80: connect: connection refused`.
fn refused_port(message: &str) -> Aside {
    let (dialled, _) = message.split_once(": connect: connection refused")?;
    let port = dialled.rsplit(':').next().filter(|port| port.parse::<u16>().is_ok())?;
    Some((&sentences::NOBODY_ON_PORT, vec![port.to_owned()]))
}
