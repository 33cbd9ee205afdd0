//! Deployments and their like that are on their way from one state to another.

use crate::base::Value;
use crate::lesson::Language;

use super::super::witness::Moment;
use super::state::{number, wanted};
use super::words::{Phrase, phrase};

/// How far a rollout is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rollout {
    /// Kind and name.
    pub object: String,
    /// Replicas that are wanted.
    pub wanted: u64,
    /// Replicas of the new version.
    pub updated: u64,
    /// Replicas of the new version that serve.
    pub available: u64,
    /// Replicas of the old version that are still there.
    pub old: u64,
    /// Whether it has arrived.
    pub done: bool,
    /// The same in words.
    pub words: String,
}

/// Every Deployment, StatefulSet and DaemonSet, and how far it is.
pub(in crate::tutor) fn rollouts(moment: &Moment, language: Language) -> Vec<Rollout> {
    moment.values().filter_map(|object| rollout(object, language)).collect()
}

fn rollout(object: &Value, language: Language) -> Option<Rollout> {
    let status = |field: &str| u64::try_from(number(object, &format!("/status/{field}"))).unwrap_or_default();
    let kind = object["kind"].as_str()?;
    let (wanted, updated, all, available) = match kind {
        "Deployment" => (
            u64::try_from(wanted(object)).unwrap_or_default(),
            status("updatedReplicas"),
            status("replicas"),
            status("availableReplicas"),
        ),
        "StatefulSet" => (
            u64::try_from(wanted(object)).unwrap_or_default(),
            status("updatedReplicas"),
            status("replicas"),
            status("readyReplicas"),
        ),
        "DaemonSet" => (
            status("desiredNumberScheduled"),
            status("updatedNumberScheduled"),
            status("currentNumberScheduled"),
            status("numberAvailable"),
        ),
        _ => return None,
    };
    let seen = number(object, "/status/observedGeneration") >= number(object, "/metadata/generation");
    let old = all.saturating_sub(updated);
    let done = seen && updated == wanted && available == wanted && old == 0;
    let words = if done { Phrase::RolledOut } else { Phrase::RollsOut(updated, available, old) };
    Some(Rollout {
        object: format!("{}/{}", kind.to_lowercase(), object["metadata"]["name"].as_str()?),
        wanted,
        updated,
        available,
        old,
        done,
        words: phrase(language, words),
    })
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    #[test]
    fn a_rollout_is_done_when_the_new_ones_serve_and_the_old_are_gone() {
        let deployment = |updated: u32, replicas: u32, available: u32| {
            json!({"kind": "Deployment", "metadata": {"name": "web", "generation": 2}, "spec": {"replicas": 3},
                "status": {"observedGeneration": 2, "updatedReplicas": updated, "replicas": replicas,
                    "availableReplicas": available}})
        };
        let halfway = rollout(&deployment(1, 4, 3), Language::En).unwrap();
        assert_eq!((halfway.updated, halfway.old, halfway.done), (1, 3, false));
        assert!(rollout(&deployment(3, 3, 3), Language::En).unwrap().done);
        let mut unseen = deployment(3, 3, 3);
        unseen["metadata"]["generation"] = json!(3);
        assert!(!rollout(&unseen, Language::En).unwrap().done);
        assert_eq!(rollout(&json!({"kind": "Pod"}), Language::En), None);
    }
}
