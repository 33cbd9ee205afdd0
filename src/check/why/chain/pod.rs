//! Pods: scheduled, volumes mounted, containers running, ready.

use crate::apimachinery::{Object, builtin};
use crate::base::Value;

use super::super::finding::{Aside, Finding, Sentence, name_of};
use super::super::sentences;
use super::{Chain, between, text};

/// Bytes below which an amount of memory without a unit is a mistake.
const MEMORY_MIN: u64 = 64 * 1024;

impl Chain<'_> {
    pub(super) fn pod(self, pod: &Object) -> Option<Finding> {
        let phase = pod.text("/status/phase");
        if phase == "Succeeded" {
            return None;
        }
        if pod.condition_is_true("Ready") && !self.is_restless(pod) {
            return self.lives_badly(pod);
        }
        let name = name_of(pod);
        let reason = pod.text("/status/reason");
        if reason == "Evicted" {
            let message = pod.text("/status/message").trim_end();
            let disk = message.contains("ephemeral local storage usage exceeds");
            let aside: Aside = disk.then(|| (&sentences::DISK_LIMIT, Vec::new()));
            let of_volume = message.contains("EmptyDir volume") && message.contains("exceeds the limit");
            let aside = aside.or_else(|| of_volume.then(|| (&sentences::SIZE_LIMIT, Vec::new())));
            let finding = Finding::lasting(&sentences::EVICTED, [name.as_str(), message]).aside(aside);
            return Some(finding.called("Evicted").shown_by(self.describe(pod)));
        }
        if let Some(finding) = self.unscheduled(pod) {
            return Some(finding);
        }
        if reason == "NodeLost"
            || pod
                .condition("Ready")
                .is_some_and(|ready| ready.get("reason").is_some_and(|reason| reason == "NodeNotReady"))
        {
            let finding = Finding::lasting(&sentences::NODE_LOST, [&name]);
            return Some(finding.shown_by("kubectl get nodes"));
        }
        // Who ended the whole Pod says more than how its containers took it.
        if phase == "Failed" && reason == "DeadlineExceeded" {
            return Some(self.failed(pod));
        }
        if let Some(finding) = millibytes(pod).or_else(|| self.containers(pod)) {
            return Some(finding);
        }
        if phase == "Failed" {
            return Some(self.failed(pod));
        }
        if let Some(finding) = self.gate(pod).or_else(|| self.holds_up(pod)) {
            return Some(finding);
        }
        // Up for now, and perhaps not for long.
        if let Some(finding) = self.ended_before(pod) {
            return Some(finding);
        }
        let running = pod
            .list("/status/containerStatuses")
            .iter()
            .all(|status| status.pointer("/state/running").is_some());
        let sentence =
            if running && phase == "Running" { &sentences::NOT_READY_YET } else { &sentences::CREATING };
        Some(Finding::new(sentence, [&name]).shown_by(self.describe(pod)))
    }

    fn failed(self, pod: &Object) -> Finding {
        let reason = pod.text("/status/reason");
        let seconds = pod.number("/spec/activeDeadlineSeconds").filter(|_| reason == "DeadlineExceeded");
        let aside: Aside = seconds.map(|seconds| (&sentences::ACTIVE_DEADLINE, vec![seconds.to_string()]));
        let words = [&name_of(pod), reason, pod.text("/status/message")];
        Finding::lasting(&sentences::POD_FAILED, words)
            .aside(aside)
            .called(reason)
            .shown_by(self.describe(pod))
    }

    /// Whether a Pod that is ready ends and starts again and again.
    fn is_restless(self, pod: &Object) -> bool {
        let statuses = pod.list("/status/containerStatuses").iter();
        let mut restarts = statuses.map(|status| status["restartCount"].as_i64().unwrap_or(0));
        restarts.any(|restarts| restarts >= 3)
    }

    /// A container that runs on beside others that have ended, where the Pod is to end.
    fn holds_up(self, pod: &Object) -> Option<Finding> {
        let statuses = pod.list("/status/containerStatuses").iter();
        let in_state = |state: &str| {
            let of_state = statuses.clone().filter(|status| status["state"].get(state).is_some());
            of_state.map(|status| text(status, "/name")).collect::<Vec<_>>().join(", ")
        };
        let (runs, done) = (in_state("running"), in_state("terminated"));
        let ends = matches!(pod.text("/spec/restartPolicy"), "Never" | "OnFailure");
        let finding = Finding::lasting(&sentences::RUNS_ON_BESIDE, [&name_of(pod), &runs, &done]);
        (ends && !runs.is_empty() && !done.is_empty()).then(|| finding.shown_by(self.describe(pod)))
    }

    fn gate(self, pod: &Object) -> Option<Finding> {
        let gates = pod.list("/spec/readinessGates").iter().map(|gate| text(gate, "/conditionType"));
        let closed = gates.into_iter().find(|gate| !pod.condition_is_true(gate))?;
        let ready = pod.condition_is_true("ContainersReady");
        let finding = Finding::lasting(&sentences::READINESS_GATE, [&name_of(pod), closed]);
        ready.then(|| finding.shown_by(format!("kubectl get pod {} -o wide", pod.name())))
    }

    /// What keeps a volume from being mounted.
    pub(super) fn mount_trouble(self, pod: &Object) -> Option<Finding> {
        let name = name_of(pod);
        for volume in pod.list("/spec/volumes") {
            let optional = |pointer: &str| volume.pointer(pointer).and_then(Value::as_bool) == Some(true);
            let sources = [
                (
                    &builtin::CONFIG_MAP,
                    "ConfigMap",
                    text(volume, "/configMap/name"),
                    optional("/configMap/optional"),
                ),
                (
                    &builtin::SECRET,
                    "Secret",
                    text(volume, "/secret/secretName"),
                    optional("/secret/optional"),
                ),
            ];
            for (kind, word, wanted, optional) in sources {
                let missing = !wanted.is_empty()
                    && !optional
                    && self.world.named(kind, Some(pod.namespace()), wanted).is_none();
                if missing {
                    let near = self.near_or_elsewhere(kind, pod.namespace(), wanted);
                    let words = [name.as_str(), word, wanted, pod.namespace()];
                    let finding = Finding::lasting(&sentences::CONFIG_MISSING, words).aside(near);
                    return Some(finding.called("FailedMount").shown_by(self.describe(pod)));
                }
            }
            let claim = text(volume, "/persistentVolumeClaim/claimName");
            if !claim.is_empty() {
                let Some(found) =
                    self.world.named(&builtin::PERSISTENT_VOLUME_CLAIM, Some(pod.namespace()), claim)
                else {
                    return Some(self.claim_missing(pod, claim));
                };
                if found.text("/status/phase") != "Bound" {
                    return self.broken_link(found);
                }
            }
        }
        let event = self.event(pod, &["FailedMount", "FailedAttachVolume", "FailedCreatePodSandBox"])?;
        let message = event.text("/message");
        for (kind, word) in [(&builtin::CONFIG_MAP, "configmap"), (&builtin::SECRET, "secret")] {
            let wanted = between(message, &format!("{word} \""), "\" not found");
            if let Some(wanted) = wanted.and_then(|wanted| wanted.rsplit('/').next()) {
                let words = [name.as_str(), kind.kind, wanted, pod.namespace()];
                let near = self.near_or_elsewhere(kind, pod.namespace(), wanted);
                let finding = Finding::lasting(&sentences::CONFIG_MISSING, words).aside(near);
                return Some(finding.called("FailedMount").shown_by(self.describe(pod)));
            }
        }
        if let Some(key) = between(message, "references non-existent config key: ", "\"")
            .or_else(|| message.split_once("references non-existent config key: ").map(|(_, key)| key))
        {
            let (source, keys) = self.source_of_volume(pod, message, key);
            let finding = Finding::lasting(&sentences::KEY_MISSING, [&name, &source, key]).aside(keys);
            return Some(finding.called("FailedMount").shown_by(self.describe(pod)));
        }
        let finding = Finding::lasting(&sentences::MOUNT_FAILS, [&name, message]);
        Some(finding.called(event.text("/reason")).shown_by(self.describe(pod)))
    }

    /// What fills the volume that a message is about, and the keys that it has.
    fn source_of_volume(self, pod: &Object, message: &str, key: &str) -> (String, Aside) {
        let volume = between(message, "volume \"", "\"").unwrap_or_default();
        let volume = pod.list("/spec/volumes").iter().find(|one| text(one, "/name") == volume);
        let sources = [(&builtin::CONFIG_MAP, "/configMap/name"), (&builtin::SECRET, "/secret/secretName")];
        let named = volume.and_then(|volume| {
            let mut sources = sources.into_iter().map(|(kind, pointer)| (kind, text(volume, pointer)));
            sources.find(|(_, name)| !name.is_empty())
        });
        match named {
            Some((kind, name)) => {
                (format!("{} {name}", kind.kind), self.near_key(kind, pod.namespace(), name, key))
            }
            None => ("volume".to_owned(), None),
        }
    }

    /// A Pod that has done its work, where one was to run.
    pub(in crate::check) fn ended_well(self, pod: &Object) -> Option<Finding> {
        let ended = pod.kind() == "Pod" && pod.text("/status/phase") == "Succeeded";
        let mut statuses = pod.list("/status/containerStatuses").iter().filter(|_| ended);
        if let Some(killed) = statuses.find_map(|status| self.killed_for_good(pod, status)) {
            return Some(killed);
        }
        let words = [name_of(pod), pod.text("/spec/restartPolicy").to_owned()];
        let finding = Finding::lasting(&sentences::SUCCEEDED, [&words[0], &words[1]]);
        ended.then(|| finding.called("Succeeded").shown_by(format!("kubectl get pod {}", pod.name())))
    }

    pub(super) fn claim_missing(self, pod: &Object, claim: &str) -> Finding {
        let near = self.near_or_elsewhere(&builtin::PERSISTENT_VOLUME_CLAIM, pod.namespace(), claim);
        let finding = Finding::lasting(&sentences::CLAIM_MISSING, [&name_of(pod), claim]).aside(near);
        finding.called("FailedScheduling").shown_by("kubectl get persistentvolumeclaims")
    }
}

/// What is wrong with an amount of memory in which no program fits.
pub(in crate::check::why) fn tiny_memory(amount: &str) -> Option<&'static Sentence> {
    if amount.ends_with('m') {
        return Some(&sentences::MILLIBYTES);
    }
    amount.parse::<u64>().is_ok_and(|bytes| bytes > 0 && bytes < MEMORY_MIN).then_some(&sentences::BYTES)
}

/// A container whose memory is counted in bytes, or in thousandths of them: it cannot even start.
fn millibytes(pod: &Object) -> Option<Finding> {
    let amounts = pod.list("/spec/containers").iter().flat_map(|container| {
        [text(container, "/resources/limits/memory"), text(container, "/resources/requests/memory")]
    });
    let (small, sentence) = amounts.into_iter().find_map(|amount| Some((amount, tiny_memory(amount)?)))?;
    let finding = Finding::lasting(sentence, [&name_of(pod), small]);
    Some(finding.shown_by(format!("kubectl get pod {} -o yaml", pod.name())))
}
