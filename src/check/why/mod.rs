//! Why: the first broken link of the chain that keeps a state from coming.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::apimachinery::{Object, builtin};
use crate::lesson::{Expectation, Language, Step};

use super::Context;
use super::judge::{About, Facts, Failure};
use super::verdict::Reason;
use super::world::{Place, World};

/// Reasons of a waiting container that need somebody to act.
const LASTING: &[&str] = &[
    "ErrImagePull",
    "ImagePullBackOff",
    "ErrImageNeverPull",
    "InvalidImageName",
    "CreateContainerConfigError",
    "CreateContainerError",
];

/// What keeps something from its desired state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Finding {
    text: String,
    /// Whether waiting does not help.
    pub lasts: bool,
}

impl Finding {
    /// In a learner's language.
    pub(super) fn reason(&self, _language: Language) -> Reason {
        Reason { text: self.text.clone(), command: None }
    }
}

pub(super) fn awaited_trouble(_checks: &[Expectation]) -> Vec<String> {
    Vec::new()
}

pub(super) fn places(_step: &Step, _namespace: &str) -> Vec<Place> {
    Vec::new()
}

pub(super) async fn logs(_world: &World, _context: &Context) -> BTreeMap<String, String> {
    BTreeMap::new()
}

pub(super) fn explain(
    facts: &Facts<'_>,
    _check: &Expectation,
    failure: &Failure,
    _awaited: &[String],
) -> Option<Finding> {
    let object = match &failure.about {
        About::Object(object, _) => facts.world.object(object)?,
        About::Selection(selection, _) => match &selection.owned_by {
            Some(owner) => facts.world.object(owner)?,
            None => facts.world.select(selection, facts.snap).into_iter().next()?,
        },
        _ => return None,
    };
    trouble_of(facts.world, object)
}

fn trouble_of(world: &World, object: &Object) -> Option<Finding> {
    match object.kind() {
        "Pod" => trouble_of_pod(object),
        "Deployment" => {
            let current = world.current_replica_set(object)?;
            world.children(&builtin::POD, current).into_iter().find_map(trouble_of_pod)
        }
        _ => None,
    }
}

fn trouble_of_pod(pod: &Object) -> Option<Finding> {
    let statuses = pod.list("/status/containerStatuses").iter();
    statuses.filter_map(|status| status.pointer("/state/waiting")).find_map(|waiting| {
        let reason = waiting.get("reason").and_then(Value::as_str)?;
        let lasts = LASTING.contains(&reason);
        let known = lasts || reason == "CrashLoopBackOff";
        known.then(|| Finding { text: format!("pod {}: {reason}", pod.name()), lasts })
    })
}
