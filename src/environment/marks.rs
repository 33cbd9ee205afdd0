//! What a session leaves on its namespace, so that another one knows what was made, and not only on this machine.

use std::collections::BTreeSet;

use crate::base::{Value, json};

use super::inventory::Root;

/// How the names of all marks begin.
pub(super) const PREFIX: &str = "podlings.dev/";

/// Uids of what the learner made, separated by commas.
pub(super) const MADE: &str = "podlings.dev/made";

/// Annotations for what the learner made that is still there.
pub(super) fn made<'a>(made: impl Iterator<Item = &'a Root>) -> Value {
    let uids: Vec<&str> = made.filter(|root| !root.labelled).map(|root| root.uid.as_str()).collect();
    json!({MADE: uids.join(",")})
}

/// Uids of what an earlier session made, as its namespace says.
pub(super) fn read(namespace: &Value) -> BTreeSet<String> {
    let made = namespace["metadata"]["annotations"][MADE].as_str().unwrap_or_default();
    made.split(',').filter(|uid| !uid.is_empty()).map(str::to_owned).collect()
}
