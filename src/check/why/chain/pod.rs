//! Pods: scheduled, volumes mounted, containers running, ready.

use serde_json::Value;

use crate::apimachinery::{Object, builtin};

use super::super::finding::{Finding, name_of};
use super::super::sentences;
use super::{Chain, between, text};

impl Chain<'_> {
    pub(super) fn pod(self, pod: &Object) -> Option<Finding> {
        let phase = pod.text("/status/phase");
        if phase == "Succeeded" || pod.condition_is_true("Ready") && !self.is_restless(pod) {
            return None;
        }
        let name = name_of(pod);
        let reason = pod.text("/status/reason");
        if reason == "Evicted" {
            let words = [name.as_str(), pod.text("/status/message")];
            return Some(
                Finding::lasting(&sentences::EVICTED, words).called("Evicted").shown_by(self.describe(pod)),
            );
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
        if let Some(finding) = millibytes(pod).or_else(|| self.containers(pod)) {
            return Some(finding);
        }
        if phase == "Failed" {
            let words = [name.as_str(), reason, pod.text("/status/message")];
            return Some(
                Finding::lasting(&sentences::POD_FAILED, words).called(reason).shown_by(self.describe(pod)),
            );
        }
        if let Some(finding) = self.gate(pod) {
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

    /// Whether a Pod that is ready ends and starts again and again.
    fn is_restless(self, pod: &Object) -> bool {
        let statuses = pod.list("/status/containerStatuses").iter();
        let mut restarts = statuses.map(|status| status["restartCount"].as_i64().unwrap_or(0));
        restarts.any(|restarts| restarts >= 3)
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
                    let near = self.near_name(kind, pod.namespace(), wanted);
                    let finding =
                        Finding::lasting(&sentences::CONFIG_MISSING, [&name, word, wanted]).aside(near);
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
        if let Some(key) = between(message, "references non-existent config key: ", "\"")
            .or_else(|| message.split_once("references non-existent config key: ").map(|(_, key)| key))
        {
            let finding = Finding::lasting(&sentences::KEY_MISSING, [&name, "volume", key]);
            return Some(finding.called("FailedMount").shown_by(self.describe(pod)));
        }
        let finding = Finding::lasting(&sentences::MOUNT_FAILS, [&name, message]);
        Some(finding.called(event.text("/reason")).shown_by(self.describe(pod)))
    }

    pub(super) fn claim_missing(self, pod: &Object, claim: &str) -> Finding {
        let near = self.near_name(&builtin::PERSISTENT_VOLUME_CLAIM, pod.namespace(), claim);
        let finding = Finding::lasting(&sentences::CLAIM_MISSING, [&name_of(pod), claim]).aside(near);
        finding.called("FailedScheduling").shown_by("kubectl get persistentvolumeclaims")
    }
}

/// A container whose memory is counted in thousandths of a byte: it cannot even start.
fn millibytes(pod: &Object) -> Option<Finding> {
    let amounts = pod.list("/spec/containers").iter().flat_map(|container| {
        [text(container, "/resources/limits/memory"), text(container, "/resources/requests/memory")]
    });
    let milli = amounts.into_iter().find(|amount| amount.ends_with('m'))?;
    let finding = Finding::lasting(&sentences::MILLIBYTES, [&name_of(pod), milli]);
    Some(finding.shown_by(format!("kubectl get pod {} -o yaml", pod.name())))
}
