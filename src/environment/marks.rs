//! What a session leaves on its namespace, so that the next one knows what a killed one made.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::base::Timestamp;

use super::inventory::Root;

/// How the names of all marks begin.
pub(super) const PREFIX: &str = "podlings.dev/";

/// Uids of what the learner made, separated by commas.
const MADE: &str = "podlings.dev/made";

/// Present while a command of the learner's runs.
const RUNNING: &str = "podlings.dev/running";

/// The manager under which podlings writes.
const MANAGER: &str = "podlings";

/// Annotations for the time while a command runs.
pub(super) fn while_running() -> Value {
    json!({RUNNING: "yes"})
}

/// Annotations for after it: what the learner made that is still there.
pub(super) fn after<'a>(made: impl Iterator<Item = &'a Root>) -> Value {
    let uids: Vec<&str> = made.filter(|root| !root.labelled).map(|root| root.uid.as_str()).collect();
    json!({RUNNING: null, MADE: uids.join(",")})
}

/// What a namespace says of an earlier session.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Marks {
    /// Uids of what was made.
    pub made: BTreeSet<String>,
    /// When the command began, by the cluster's clock, at which the session was killed.
    pub killed: Option<Timestamp>,
}

impl Marks {
    pub(super) fn read(namespace: &Value) -> Self {
        let annotations = &namespace["metadata"]["annotations"];
        let made = annotations[MADE].as_str().unwrap_or_default();
        let made = made.split(',').filter(|uid| !uid.is_empty()).map(str::to_owned).collect();
        let written = namespace["metadata"]["managedFields"].as_array().into_iter().flatten();
        let written = written.filter(|entry| entry["manager"] == MANAGER);
        let last = written.filter_map(|entry| entry["time"].as_str()?.parse().ok()).max();
        Self { made, killed: last.filter(|_| annotations[RUNNING].is_string()) }
    }

    /// Whether an object is of that session's making.
    pub(super) fn claims(&self, root: &Root) -> bool {
        let since = |began: &Timestamp| root.created.is_some_and(|created| created >= *began);
        self.made.contains(&root.uid) || self.killed.as_ref().is_some_and(since)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apimachinery::builtin;
    use crate::environment::inventory::Served;

    fn root(uid: &str, created: &str) -> Root {
        Root {
            kind: std::sync::Arc::new(Served::of(&builtin::CONFIG_MAP)),
            namespace: None,
            name: uid.to_owned(),
            uid: uid.to_owned(),
            labelled: false,
            created: created.parse().ok(),
        }
    }

    #[test]
    fn a_killed_session_is_known_by_what_it_left() {
        let old = root("old", "2026-01-01T00:00:00Z");
        let new = root("new", "2026-01-01T00:00:10Z");
        let fields = json!([{"manager": "podlings", "time": "2026-01-01T00:00:09Z"}]);
        let namespace = |annotations: Value| {
            Marks::read(&json!({"metadata": {"annotations": annotations, "managedFields": fields}}))
        };
        let killed = namespace(while_running());
        assert!(killed.claims(&new) && !killed.claims(&old));
        let ended = namespace(after([&old].into_iter()));
        assert!(ended.claims(&old) && !ended.claims(&new), "{ended:?}");
    }
}
