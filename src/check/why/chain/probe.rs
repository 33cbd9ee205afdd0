//! Probes: which one fails, what it was answered, and whether it asks the right port.

use crate::apimachinery::{Object, builtin};
use crate::base::Value;

use super::super::super::partial::{quote, show};
use super::super::finding::{Aside, Finding, Sentence, name_of};
use super::super::reading::log_key;
use super::super::sentences::{self, LIVENESS, READINESS, STARTUP};
use super::container::container_of;
use super::program::{on_loopback, signs_of_shell, unexpanded};
use super::{Chain, event_count, text};

/// Seconds before the first probe that are worth a word, and those after which nobody waits.
const DELAY_LONG: i64 = 30;
const DELAY_TOO_LONG: i64 = 300;

/// How the runtime says that an image has no such program.
const NOT_IN_IMAGE: &str = "executable file not found";

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
            return Some(self.failed_probe(pod, probe("startupProbe"), &STARTUP, &name, (&message, count)));
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
            let failure = (message.as_str(), count);
            return Some(self.failed_probe(pod, probe("readinessProbe"), &READINESS, &name, failure));
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
        let reason = text(status, "/lastState/terminated/reason");
        (reason == "OOMKilled").then(|| self.too_much_memory(pod, status))
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
            Some(self.failed_probe(pod, Some(probe), &LIVENESS, &name_of(pod), (&message, count)))
        })
    }

    /// A container whose readiness probe does not even begin yet.
    fn not_asked_yet(self, pod: &Object, spec: Option<&Value>) -> Option<Finding> {
        let probe = spec?.get("readinessProbe")?;
        let number = |key: &str, default: i64| probe[key].as_i64().unwrap_or(default);
        let (delay, times) = (number("initialDelaySeconds", 0), number("successThreshold", 1));
        let took = delay.saturating_add(number("periodSeconds", 10).saturating_mul(times - 1));
        let words = [name_of(pod), delay.to_string(), times.to_string(), took.to_string()];
        let finding = if times > 1 && took - delay > delay {
            Finding::lasting(&sentences::READINESS_TIMES, [&words[0], &words[2], &words[3]])
        } else {
            Finding::lasting(&sentences::READINESS_LATER, [&words[0], &words[1]])
        };
        (took >= DELAY_LONG).then(|| finding.lasts_if(took >= DELAY_TOO_LONG).shown_by(self.describe(pod)))
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
        let (probe, which, sentence) = if said.contains("failed liveness probe") {
            ("livenessProbe", "Liveness", &LIVENESS)
        } else if said.contains("failed startup probe") {
            ("startupProbe", "Startup", &STARTUP)
        } else {
            return None;
        };
        if code == 1 {
            return None;
        }
        let message = self.failure(pod, which).map(|(message, _)| message).unwrap_or_default();
        let count = if finding_lasts(restarts) { FAILURES } else { 0 };
        Some(self.failed_probe(pod, spec.get(probe), sentence, &name, (&message, count)))
    }

    /// A probe that fails, with what it was answered last and how often.
    fn failed_probe(
        self,
        pod: &Object,
        probe: Option<&Value>,
        sentence: &'static Sentence,
        name: &str,
        (message, count): (&str, i64),
    ) -> Finding {
        let port = wrong_port(pod, probe);
        // A program that is not there will not come.
        let lasts = count >= FAILURES || port.is_some() || message.contains(NOT_IN_IMAGE);
        if let Some(finding) = self.at_the_far_end(pod, probe.unwrap_or(&Value::Null), message) {
            return finding.called("Unhealthy").lasts_if(lasts);
        }
        let aside = port.or_else(|| {
            let elsewhere = || asks_the_node(probe).or_else(|| asks_another(probe));
            let refused = || refused_port(message).map(|nobody| bound_inside(pod, probe).unwrap_or(nobody));
            let own = || named_beside(pod, probe).or_else(elsewhere).or_else(refused);
            let command = || its_command(pod, probe, message).or_else(|| self.asks_the_next(pod, probe));
            let itself = || self.waits_for_itself(pod, probe?.pointer("/exec/command")?);
            let command = || command().or_else(itself);
            let asked = || own().or_else(command).or_else(|| its_path(probe, message));
            let told =
                || asked().or_else(|| self.behind_the_line(pod, probe.unwrap_or(&Value::Null), message));
            let written = || self.written_meanwhile(pod, probe);
            told().or_else(|| its_timeout(probe, message)).or_else(written).filter(|_| lasts)
        });
        // Some commands fail without a word.
        let told = if message.is_empty() { command_of(probe) } else { message.to_owned() };
        let finding = Finding::lasting(sentence, [name, &told]).called("Unhealthy").aside(aside);
        finding.lasts_if(lasts).shown_by(self.describe(pod))
    }

    /// What the program itself writes, where its probe only looks whether it has come so far.
    fn written_meanwhile(self, pod: &Object, probe: Option<&Value>) -> Aside {
        probe?.pointer("/exec")?;
        let containers = pod.list("/spec/containers").iter();
        let own = containers.filter(|container| {
            ["readinessProbe", "startupProbe"].iter().any(|key| container.get(*key) == probe)
        });
        own.into_iter().find_map(|container| {
            let line = self.logs.get(&log_key(pod, text(container, "/name")))?;
            self.behind_the_line(pod, &Value::Null, line)
        })
    }

    /// A member of a StatefulSet that is ready only after the next one, which is made only after it.
    fn asks_the_next(self, pod: &Object, probe: Option<&Value>) -> Aside {
        let owner = pod.controller().filter(|owner| owner.kind == "StatefulSet")?;
        let set = self.world.named(&builtin::STATEFUL_SET, Some(pod.namespace()), &owner.name)?;
        let words = probe?.pointer("/exec/command")?.as_array()?.iter().filter_map(Value::as_str);
        let ends = |letter: char| !letter.is_ascii_alphanumeric() && letter != '-';
        let (_, own) = pod.name().rsplit_once('-')?;
        let own: u32 = own.parse().ok()?;
        let later = |word: &&str| {
            let number = word.strip_prefix(set.name()).and_then(|rest| rest.strip_prefix('-')?.parse().ok());
            number.is_some_and(|number: u32| number > own)
        };
        let next = words.flat_map(|word| word.split(ends)).find(later)?;
        let absent = self.world.named(&builtin::POD, Some(pod.namespace()), next).is_none();
        let ordered = set.text("/spec/podManagementPolicy") != "Parallel";
        (absent && ordered).then(|| (&sentences::ASKS_THE_NEXT, vec![next.to_owned(), name_of(set)]))
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
        // What the runtime says of a command that it could not start stands at the end.
        let told = told.rsplit_once("container process: exec: ").map_or(told, |(_, told)| told);
        Some((quote(told), event_count(event)))
    }
}

/// The Pod, and the container where it has several.
pub(super) fn name_with_container(pod: &Object, status: &Value) -> String {
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

/// A probe whose host is another than the Pod: perhaps the name that a server is to be asked by.
fn asks_another(probe: Option<&Value>) -> Aside {
    let probe = probe?;
    let hosts = ["/httpGet/host", "/tcpSocket/host"].map(|pointer| text(probe, pointer));
    let host = hosts.into_iter().find(|host| !host.is_empty())?;
    Some((&sentences::ASKS_ANOTHER, vec![host.to_owned()]))
}

/// A port by a name that another container of the Pod gives.
fn named_beside(pod: &Object, probe: Option<&Value>) -> Aside {
    let probe = probe?;
    let wanted = text(probe, "/httpGet/port");
    let wanted = if wanted.is_empty() { text(probe, "/tcpSocket/port") } else { wanted };
    let own = |container: &&Value| {
        let kinds = ["livenessProbe", "readinessProbe", "startupProbe"];
        kinds.iter().any(|kind| container.get(kind) == Some(probe))
    };
    let names = |container: &&Value| {
        let mut ports = container["ports"].as_array().into_iter().flatten();
        ports.any(|port| !wanted.is_empty() && text(port, "/name") == wanted)
    };
    let containers = || pod.list("/spec/containers").iter();
    let other = containers().find(names)?;
    let named = containers().find(own).is_some_and(|own| names(&own));
    (!named).then(|| (&sentences::NAMED_BESIDE, vec![wanted.to_owned(), text(other, "/name").to_owned()]))
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

/// A command that is one word with blanks in it, and so the name of no program.
fn its_command(pod: &Object, probe: Option<&Value>, message: &str) -> Aside {
    let words = probe?.pointer("/exec/command")?.as_array()?.iter().filter_map(Value::as_str);
    let words: Vec<&str> = words.collect();
    if let Some(signs) = signs_of_shell(&words).or_else(|| unexpanded(&words, message)) {
        return Some(signs);
    }
    let program = *words.first()?;
    let missing = message.contains("executable file not found") || message.contains("no such file");
    if missing && program.trim().contains(' ') {
        return Some((&sentences::ONE_WORD, vec![program.to_owned()]));
    }
    let own = of_probe(pod, probe).filter(|_| message.contains(NOT_IN_IMAGE))?;
    Some((&sentences::IMAGE_LACKS, vec![text(own, "/image").to_owned(), program.to_owned()]))
}

/// The command of a probe, as it is told.
fn command_of(probe: Option<&Value>) -> String {
    let words = probe.and_then(|probe| probe.pointer("/exec/command")).and_then(Value::as_array);
    let words = words.into_iter().flatten().filter_map(Value::as_str).collect::<Vec<_>>().join(" ");
    format!("`{}`.", quote(&words))
}

/// The container whose probe it is.
fn of_probe<'p>(pod: &'p Object, probe: Option<&Value>) -> Option<&'p Value> {
    let probes = ["livenessProbe", "readinessProbe", "startupProbe"];
    let sidecars = pod.list("/spec/initContainers").iter();
    let mut containers = pod.list("/spec/containers").iter().chain(sidecars);
    containers.find(|container| probes.iter().any(|key| container.get(*key) == probe))
}

/// The path that a probe asks for, where the answer is what it does not like.
fn its_path(probe: Option<&Value>, message: &str) -> Aside {
    let path = text(probe?, "/httpGet/path");
    let answered = message.contains("failed with statuscode") && !path.is_empty();
    answered.then(|| (&sentences::PROBE_PATH, vec![path.to_owned()]))
}

/// The seconds that a probe is given, where it takes longer.
fn its_timeout(probe: Option<&Value>, message: &str) -> Aside {
    let seconds = probe?["timeoutSeconds"].as_i64().unwrap_or(1).to_string();
    let late = message.contains("timed out after") || message.contains("Client.Timeout exceeded");
    late.then(|| (&sentences::PROBE_TIMEOUT, vec![seconds]))
}

/// The program of a probe's own container, told to listen for its own Pod only.
fn bound_inside(pod: &Object, probe: Option<&Value>) -> Aside {
    on_loopback(of_probe(pod, probe)?)
}

/// The port on which a probe was refused: `dial tcp 10.0.0.1:80: connect: connection refused`.
fn refused_port(message: &str) -> Aside {
    let (dialled, _) = message.split_once(": connect: connection refused")?;
    let port = dialled.rsplit(':').next().filter(|port| port.parse::<u16>().is_ok())?;
    Some((&sentences::NOBODY_ON_PORT, vec![port.to_owned()]))
}
