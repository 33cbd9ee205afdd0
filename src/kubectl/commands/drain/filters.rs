//! Which Pods of a node `drain` takes away (`k8s.io/kubectl/pkg/drain/filters.go`).

use crate::apimachinery::builtin;
use crate::base::{Timestamp, Value};
use crate::kubectl::api::Api;
use crate::kubectl::describe::{array, text_of};
use crate::kubectl::discovery::Resource;

/// The flags that decide about Pods.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules {
    /// `--force`.
    pub force: bool,
    /// `--ignore-daemonsets`.
    pub ignore_daemon_sets: bool,
    /// `--delete-emptydir-data`.
    pub delete_empty_dir_data: bool,
    /// `--skip-wait-for-delete-timeout`.
    pub skip_after_seconds: i64,
}

/// What becomes of a Pod.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Verdict {
    Take,
    TakeAndWarn(String),
    LeaveAndWarn(String),
    Leave,
    Refuse(String),
}

/// The Pods that are taken, and what is to be said about them.
#[derive(Debug, Default)]
pub(super) struct Chosen {
    /// The Pods to take away.
    pub pods: Vec<Value>,
    /// Warnings with the Pods that they are about.
    warnings: Vec<(String, Vec<String>)>,
    /// Reasons against draining at all, with the Pods that they are about.
    refusals: Vec<(String, Vec<String>)>,
}

impl Chosen {
    /// Decides about every Pod.
    pub(super) async fn of(api: &Api, rules: Rules, pods: &[Value], now: Timestamp) -> Self {
        let mut chosen = Self::default();
        for pod in pods {
            let name =
                format!("{}/{}", text_of(&pod["metadata"]["namespace"]), text_of(&pod["metadata"]["name"]));
            match verdict(api, rules, pod, now).await {
                Verdict::Take => chosen.pods.push(pod.clone()),
                Verdict::TakeAndWarn(warning) => {
                    chosen.pods.push(pod.clone());
                    note(&mut chosen.warnings, warning, name);
                }
                Verdict::LeaveAndWarn(warning) => note(&mut chosen.warnings, warning, name),
                Verdict::Leave => {}
                Verdict::Refuse(reason) => note(&mut chosen.refusals, reason, name),
            }
        }
        chosen
    }

    /// All warnings in one line; empty for none.
    pub(super) fn warning(&self) -> String {
        let texts: Vec<String> =
            self.warnings.iter().map(|(text, pods)| format!("{text}: {}", pods.join(", "))).collect();
        texts.join("; ")
    }

    /// Why the node cannot be drained.
    pub(super) fn refusals(&self) -> Vec<String> {
        self.refusals
            .iter()
            .map(|(text, pods)| format!("cannot delete {text}: {}", pods.join(", ")))
            .collect()
    }
}

fn note(list: &mut Vec<(String, Vec<String>)>, text: String, pod: String) {
    match list.iter_mut().find(|(known, _)| *known == text) {
        Some((_, pods)) => pods.push(pod),
        None => list.push((text, vec![pod])),
    }
}

/// Asks the filters in upstream's order; the last warning wins.
async fn verdict(api: &Api, rules: Rules, pod: &Value, now: Timestamp) -> Verdict {
    if has_left(pod, rules.skip_after_seconds, now) {
        return Verdict::Leave;
    }
    // A warning about a lost DaemonSet is dropped when the later filters have nothing against the Pod,
    // as upstream drops it.
    match daemon_set(api, rules, pod).await {
        Verdict::Take | Verdict::TakeAndWarn(_) => {}
        decided => return decided,
    }
    if !pod["metadata"]["annotations"]["kubernetes.io/config.mirror"].is_null() {
        return Verdict::Leave;
    }
    let ended = matches!(text_of(&pod["status"]["phase"]), "Succeeded" | "Failed");
    let local = array(&pod["spec"]["volumes"]).iter().any(|volume| !volume["emptyDir"].is_null());
    if local && !ended && !rules.delete_empty_dir_data {
        return Verdict::Refuse(
            "Pods with local storage (use --delete-emptydir-data to override)".to_owned(),
        );
    }
    if !ended && controller(pod).is_none() {
        if !rules.force {
            let text = "Pods that declare no controller (use --force to override)";
            return Verdict::Refuse(text.to_owned());
        }
        return Verdict::TakeAndWarn("deleting Pods that declare no controller".to_owned());
    }
    Verdict::Take
}

/// Whether a Pod has been on its way out for longer than anyone waits.
pub(super) fn has_left(pod: &Value, seconds: i64, now: Timestamp) -> bool {
    let deleted = text_of(&pod["metadata"]["deletionTimestamp"]).parse::<Timestamp>().ok();
    seconds > 0 && deleted.is_some_and(|deleted| now.duration_since(deleted).as_secs() > seconds)
}

fn controller(pod: &Value) -> Option<&Value> {
    array(&pod["metadata"]["ownerReferences"]).iter().find(|owner| owner["controller"] == true)
}

async fn daemon_set(api: &Api, rules: Rules, pod: &Value) -> Verdict {
    let owner = controller(pod).filter(|owner| owner["kind"] == "DaemonSet");
    let ended = matches!(text_of(&pod["status"]["phase"]), "Succeeded" | "Failed");
    let Some(owner) = owner.filter(|_| !ended) else { return Verdict::Take };
    let namespace = text_of(&pod["metadata"]["namespace"]);
    let url = Resource::from(&builtin::DAEMON_SET).object(namespace, text_of(&owner["name"]));
    match api.get(&url).await {
        Err(failure) if failure.is_not_found() && rules.force => Verdict::TakeAndWarn(failure.to_string()),
        Err(failure) => Verdict::Refuse(failure.to_string()),
        Ok(_) if rules.ignore_daemon_sets => {
            Verdict::LeaveAndWarn("ignoring DaemonSet-managed Pods".to_owned())
        }
        Ok(_) => Verdict::Refuse("DaemonSet-managed Pods (use --ignore-daemonsets to ignore)".to_owned()),
    }
}
