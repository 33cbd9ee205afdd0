//! `--record`: the command line as the annotation that says why an object changed.

use crate::base::{Value, json};
use crate::kubectl::api::{Api, MERGE_PATCH, Url};
use crate::kubectl::command::Call;
use crate::kubectl::errors::Outcome;
use crate::kubectl::rollout_history::CHANGE_CAUSE;

/// Flags whose values are nobody else's business.
const CLASSIFIED: &[&str] = &["token", "username", "password", "client-key", "client-certificate"];

/// Notes the command in the object when `--record` asks for it.
pub(super) fn record(call: &Call<'_>, object: &mut Value) {
    if !call.flags.on("record") {
        return;
    }
    if !object["metadata"]["annotations"].is_object() {
        object["metadata"]["annotations"] = json!({});
    }
    object["metadata"]["annotations"][CHANGE_CAUSE] = cause(call).into();
}

/// Notes the command in an object that was changed already; gives back what the server made of it.
pub(super) async fn record_after(call: &Call<'_>, api: &Api, url: &Url, object: Value) -> Outcome<Value> {
    let cause = cause(call);
    if !call.flags.on("record") || object["metadata"]["annotations"][CHANGE_CAUSE] == cause.as_str() {
        return Ok(object);
    }
    api.patch(url, MERGE_PATCH, &json!({"metadata": {"annotations": {CHANGE_CAUSE: cause}}})).await
}

/// `kubectl label pods web tier=front --record=true`: the words first, then the flags as they were typed.
fn cause(call: &Call<'_>) -> String {
    let mut words = vec![call.path.clone()];
    words.extend(call.args.iter().cloned());
    words.extend(call.flags.typed().iter().map(|(name, value)| {
        let shown = if CLASSIFIED.contains(name) { "CLASSIFIED" } else { value };
        format!("--{name}={shown}")
    }));
    words.join(" ")
}
