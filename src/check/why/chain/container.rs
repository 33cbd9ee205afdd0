//! Containers: made, started, still running.

use crate::apimachinery::{Object, builtin};
use crate::base::Value;

use super::super::super::partial::quote;
use super::super::finding::{Aside, Finding, flag, name_of};
use super::super::reading::log_key;
use super::super::sentences;
use super::itself::asks_later;
use super::names::unknown_name;
use super::probe::name_with_container;
use super::program::lacks_program;
use super::{Chain, between, text};

/// Reasons of a container that waits for its image.
const IMAGE: &[&str] = &[
    "ErrImagePull",
    "ImagePullBackOff",
    "ErrImageNeverPull",
    "InvalidImageName",
    "ImageInspectError",
    "RegistryUnavailable",
    "SignatureValidationFailed",
];

/// Restarts after which a crash is no accident.
const RESTARTS: i64 = 2;

impl Chain<'_> {
    /// The first container of a Pod that is not as it should be: init containers first, in their order.
    pub(super) fn containers(self, pod: &Object) -> Option<Finding> {
        for status in pod.list("/status/initContainerStatuses") {
            let sidecar = container_of(pod, status).is_some_and(|spec| spec["restartPolicy"] == "Always");
            // Of the others this is the good end.
            if !sidecar && status.pointer("/state/terminated/exitCode") == Some(&Value::from(0)) {
                continue;
            }
            if let Some(finding) = self.container(pod, status) {
                return Some(finding);
            }
            if !sidecar && status.pointer("/state/running").is_some() {
                return Some(self.init_waits(pod, status));
            }
        }
        let statuses = pod.list("/status/containerStatuses");
        statuses.iter().find_map(|status| self.container(pod, status))
    }

    /// An init container that does not end: for whom it waits, or what it runs.
    fn init_waits(self, pod: &Object, status: &Value) -> Finding {
        let words = [name_of(pod), text(status, "/name").to_owned()];
        let spec = container_of(pod, status);
        let command = spec.and_then(|spec| spec["command"].as_array());
        let words_of =
            |words: &Vec<Value>| words.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" ");
        let runs = || Some((&sentences::IT_RUNS, vec![quote(&words_of(command?))]));
        let line = self.logs.get(&log_key(pod, &words[1])).map(String::as_str);
        let lacks = line.and_then(|line| lacks_program(spec?, line));
        let itself = || self.waits_for_itself(pod, spec?.get("command")?);
        let waits_for = lacks.or_else(|| self.behind_the_line(pod, &Value::Null, line?)).or_else(itself);
        let waits_for = waits_for.or_else(|| asks_later(pod, spec?));
        let finding = Finding::new(&sentences::INIT_WAITS, [&words[0], &words[1]]);
        let partner = spec.and_then(|spec| self.named_in_command(pod, spec));
        if let Some(why) = partner.filter(|_| waits_for.is_none()) {
            let asks = quote(&command.map(words_of).unwrap_or_default());
            let finding = Finding::lasting(&sentences::INIT_ASKS, [&words[0], &words[1], &asks]);
            return finding.because(why);
        }
        let namespace = flag(pod.namespace(), self.world.namespace());
        let show = format!("kubectl logs {} -c {}{namespace}", pod.name(), words[1]);
        finding.lasts_if(waits_for.is_some()).aside(waits_for.or_else(runs)).shown_by(show)
    }

    fn container(self, pod: &Object, status: &Value) -> Option<Finding> {
        let waiting = text(status, "/state/waiting/reason");
        let message = text(status, "/state/waiting/message");
        match waiting {
            reason if IMAGE.contains(&reason) => Some(self.image(pod, status, reason)),
            "CreateContainerConfigError" => Some(self.config(pod, status, message).called(waiting)),
            "CreateContainerError" | "RunContainerError" | "StartError" => {
                Some(self.start(pod, message).called(waiting))
            }
            "CrashLoopBackOff" => self.ended(pod, status, true),
            "PostStartHookError" => self.hook(pod, text(status, "/name")),
            "ContainerCreating" | "PodInitializing" => {
                self.mount_trouble(pod).or_else(|| self.hook_runs(pod, status))
            }
            _ if status.pointer("/state/terminated").is_some() => self.ended(pod, status, false),
            _ if status.pointer("/state/running").is_some() => self.running(pod, status),
            _ => None,
        }
    }

    /// What a container's environment or user lacks.
    fn config(self, pod: &Object, status: &Value, message: &str) -> Finding {
        let name = name_with_container(pod, status);
        let show = self.describe(pod);
        for (kind, word) in [(&builtin::CONFIG_MAP, "configmap"), (&builtin::SECRET, "secret")] {
            if let Some(wanted) = between(message, &format!("{word} \""), "\" not found") {
                let wanted = wanted.rsplit('/').next().unwrap_or(wanted);
                let words = [name.as_str(), kind.kind, wanted, pod.namespace()];
                let namespace = flag(pod.namespace(), self.world.namespace());
                return Finding::lasting(&sentences::CONFIG_MISSING, words)
                    .aside(self.near_or_elsewhere(kind, pod.namespace(), wanted))
                    .shown_by(format!("kubectl get {}{namespace}", kind.plural));
            }
        }
        if let Some((key, owner)) =
            message.split_once("couldn't find key ").and_then(|(_, rest)| rest.split_once(" in "))
        {
            let (kind, object) = owner.split_once(' ').unwrap_or((owner, ""));
            let object = object.rsplit('/').next().unwrap_or(object);
            let namespace = flag(pod.namespace(), self.world.namespace());
            let show = format!("kubectl describe {} {object}{namespace}", kind.to_lowercase());
            let owner = format!("{kind} {object}");
            let table = if kind == "Secret" { &builtin::SECRET } else { &builtin::CONFIG_MAP };
            let keys = self.near_key(table, pod.namespace(), object, key);
            let finding = Finding::lasting(&sentences::KEY_MISSING, [&name, &owner, key]);
            return finding.aside(keys).shown_by(show);
        }
        if message.contains("breaks non-root policy") {
            return Finding::lasting(&sentences::ROOT_BY_NUMBER, [&name]).shown_by(show);
        }
        if message.contains("runAsNonRoot") {
            return Finding::lasting(&sentences::RUNS_AS_ROOT, [&name]).shown_by(show);
        }
        Finding::lasting(&sentences::CONTAINER_CONFIG, [&name, message]).shown_by(show)
    }

    fn start(self, pod: &Object, message: &str) -> Finding {
        if let Some(finding) = self.mounted_on_file(pod, message) {
            return finding;
        }
        let name = name_of(pod);
        let of_program = message.rsplit_once("exec: ").map(|(_, told)| told);
        let told = of_program.unwrap_or(message);
        let missing = message.contains("executable file not found")
            || (of_program.is_some() && message.contains("no such file or directory"));
        let sentence = if missing { &sentences::COMMAND_MISSING } else { &sentences::CONTAINER_CONFIG };
        let program = between(told, "\"", "\"").filter(|program| missing && program.trim().contains(' '));
        let one_word: Aside = program.map(|program| (&sentences::ONE_WORD, vec![program.to_owned()]));
        let started = || self.behind_the_start(pod, between(told, "\"", "\"")?, told);
        Finding::lasting(sentence, [&name, told])
            .aside(one_word.or_else(started))
            .shown_by(self.describe(pod))
    }

    /// How a container ended, and whether it is started again.
    fn ended(self, pod: &Object, status: &Value, again: bool) -> Option<Finding> {
        let state = if again { "/lastState/terminated" } else { "/state/terminated" };
        let ended = status.pointer(state).or_else(|| status.pointer("/lastState/terminated"))?;
        let (name, container) = (name_of(pod), text(status, "/name"));
        let code = ended["exitCode"].as_i64().unwrap_or(0);
        let restarts = status["restartCount"].as_i64().unwrap_or(0);
        let policy = match pod.text("/spec/restartPolicy") {
            "" => "Always",
            policy => policy,
        };
        let final_end = policy == "Never" || (policy == "OnFailure" && code == 0);
        if !again && final_end && code == 0 {
            return None;
        }
        if text(ended, "/reason") == "OOMKilled" {
            return Some(self.too_much_memory(pod, status).lasts_if(final_end || restarts >= RESTARTS));
        }
        let message = text(ended, "/message");
        if text(ended, "/reason") == "StartError" || text(ended, "/reason") == "ContainerCannotRun" {
            return Some(self.start(pod, message).called(text(ended, "/reason")));
        }
        if let Some(finding) = self.killed_by_probe(pod, status, code).or_else(|| self.hook(pod, container)) {
            return Some(finding);
        }
        let line = self.logs.get(&log_key(pod, container)).map(String::as_str);
        if let Some(denied) = line.filter(|line| {
            line.contains("is forbidden: User") || line.contains("cannot") && line.contains("forbidden")
        }) {
            let finding = Finding::lasting(&sentences::RBAC, [&name, &quote(denied)]).called("Forbidden");
            return Some(finding.shown_by(self.logs_command(pod, container, again)));
        }
        if let Some(finding) = line.and_then(|line| self.at_the_far_end(pod, &Value::Null, line)) {
            return Some(finding.called("CrashLoopBackOff").lasts_if(final_end || restarts >= RESTARTS));
        }
        let quoted = line.map(|line| format!(" (“{}”)", quote(line))).unwrap_or_default();
        let code_text = code.to_string();
        let show = self.logs_command(pod, container, again);
        let word = if again { "CrashLoopBackOff" } else { "Error" };
        let foreign: Aside = line
            .filter(|line| line.contains("exec format error"))
            .map(|_| (&sentences::ARCHITECTURE, Vec::new()));
        let asked = || asked_for_it(container_of(pod, status)?, line?);
        let said = line.unwrap_or_default();
        let of_spec = || self.behind_the_end(pod, container_of(pod, status)?, code, said);
        let of_address = || self.behind_the_address(container_of(pod, status)?, said);
        let of_others = || of_address().or_else(|| self.behind_the_line(pod, &Value::Null, said));
        // A name that nobody bears says more than the folder of the file in which it stands.
        let nameless = unknown_name(said).is_none();
        let by_name = || if nameless { None } else { of_others() };
        let aside = foreign.or_else(asked).or_else(by_name).or_else(of_spec).or_else(of_others);
        let finding = if final_end {
            Finding::lasting(&sentences::ENDED_BADLY, [&name, container, &code_text, &quoted, policy])
        } else if code == 0 {
            Finding::lasting(&sentences::ENDS_AT_ONCE, [&name, container]).lasts_if(restarts >= RESTARTS)
        } else {
            let often = restarts >= RESTARTS;
            let sentence = if often { &sentences::CRASH } else { &sentences::CRASHED };
            Finding::lasting(sentence, [&name, container, &code_text, &quoted]).lasts_if(often)
        };
        Some(finding.aside(aside).called(word).shown_by(show))
    }

    /// A container that used more memory than its limit, and who gave the limit.
    pub(super) fn too_much_memory(self, pod: &Object, status: &Value) -> Finding {
        let limit = container_of(pod, status).map_or("", |spec| text(spec, "/resources/limits/memory"));
        let finding = Finding::lasting(&sentences::OOM, [&name_of(pod), text(status, "/name"), limit]);
        finding
            .called("OOMKilled")
            .aside(self.given_limit(pod, text(status, "/name"), "memory"))
            .shown_by(self.describe(pod))
    }

    /// How the containers of a Pod that is up ended the last time.
    pub(in crate::check) fn ended_before(self, pod: &Object) -> Option<Finding> {
        let statuses = pod.list("/status/containerStatuses").iter();
        let mut before = statuses.filter(|status| status.pointer("/lastState/terminated").is_some());
        before.find_map(|status| self.ended(pod, status, true)).map(|finding| finding.lasts_if(false))
    }

    /// A hook after the start that failed: the kubelet kills the container for it.
    fn hook(self, pod: &Object, container: &str) -> Option<Finding> {
        let field = format!("{{{container}}}");
        let event = self.event(pod, &["FailedPostStartHook"])?;
        let own = event.text("/involvedObject/fieldPath").ends_with(&field);
        let words = [name_of(pod), container.to_owned(), quote(event.text("/message"))];
        let finding = Finding::lasting(&sentences::HOOK_FAILS, [&words[0], &words[1], &words[2]]);
        own.then(|| finding.called("PostStartHookError").shown_by(self.describe(pod)))
    }

    /// A hook after the start that has not ended: until then the container does not count as running.
    fn hook_runs(self, pod: &Object, status: &Value) -> Option<Finding> {
        container_of(pod, status)?.pointer("/lifecycle/postStart")?;
        let container = text(status, "/name");
        let field = format!("{{{container}}}");
        let started = self.events(pod).into_iter().any(|event| {
            event.text("/reason") == "Started" && event.text("/involvedObject/fieldPath").ends_with(&field)
        });
        let finding = Finding::lasting(&sentences::HOOK_RUNS, [&name_of(pod), container]);
        started.then(|| finding.shown_by(self.describe(pod)))
    }

    fn logs_command(self, pod: &Object, container: &str, previous: bool) -> String {
        let several = pod.list("/spec/containers").len() + pod.list("/spec/initContainers").len() > 1;
        let container = if several { format!(" -c {container}") } else { String::new() };
        let previous = if previous { " --previous" } else { "" };
        let namespace = flag(pod.namespace(), self.world.namespace());
        format!("kubectl logs {}{container}{previous}{namespace}", pod.name())
    }
}

/// A probe whose path a program names as it ends.
fn asked_for_it(container: &Value, line: &str) -> Aside {
    ["livenessProbe", "readinessProbe", "startupProbe"].into_iter().find_map(|probe| {
        let path = text(container, &format!("/{probe}/httpGet/path"));
        let named = path.len() > 1 && line.contains(path);
        named.then(|| (&sentences::PROBE_ENDS_IT, vec![probe.to_owned(), path.to_owned()]))
    })
}

/// The container of a Pod's spec that a status is about.
pub(super) fn container_of<'p>(pod: &'p Object, status: &Value) -> Option<&'p Value> {
    let all = pod.list("/spec/initContainers").iter().chain(pod.list("/spec/containers"));
    all.into_iter().find(|container| container["name"] == status["name"])
}
