//! From what a person names to Pods: a Pod itself, or those that a workload or Service selects.

use super::api::Api;
use super::describe::{array, text_of};
use super::discovery::{Resource, resolve};
use super::errors::{Failure, Outcome};
use super::resource_args::{items, read};
use super::unreachable::BY_NAME;
use crate::apimachinery::{LabelSelector, builtin};
use crate::base::Value;

/// What was named, read from the server.
pub(super) struct Named {
    /// Its resource.
    pub(super) resource: Resource,
    /// The object.
    pub(super) object: Value,
}

/// Reads what `web`, `pod/web` or `deployment/web` names.
pub(super) async fn named(api: &Api, namespace: &str, typed: &str) -> Outcome<Named> {
    let (kind, name) = typed.split_once('/').unwrap_or(("pods", typed));
    api.expect(BY_NAME).await?;
    let resource = resolve(api, kind).await?;
    let object = read(api, &resource, namespace, name).await?;
    Ok(Named { resource, object })
}

/// The Pods of an object: the one it is, or those that it selects; `doing` says what they are wanted for.
pub(super) async fn pods_of(api: &Api, named: &Named, doing: &str) -> Outcome<Vec<Value>> {
    if named.resource.is(&builtin::POD) {
        return Ok(vec![named.object.clone()]);
    }
    let selector = match named.object["spec"]["selector"].as_object() {
        Some(map) if named.resource.is(&builtin::SERVICE) => LabelSelector::from_map(map).to_string(),
        Some(_) => LabelSelector::of_spec(text_of(&named.object["kind"]), &named.object["spec"]).to_string(),
        None => String::new(),
    };
    if selector.is_empty() && named.resource.is(&builtin::SERVICE) {
        return Err(Failure::message(format!(
            "cannot {doing} *v1.Service: invalid service '{}': Service is defined without a selector",
            text_of(&named.object["metadata"]["name"])
        )));
    }
    if selector.is_empty() {
        let kind = format!("*{}.{}", named.resource.version, named.resource.kind);
        return Err(Failure::message(format!("cannot {doing} {kind}: selector for {kind} not implemented")));
    }
    selected(api, text_of(&named.object["metadata"]["namespace"]), &selector).await
}

/// The Pods that a selector finds.
pub(super) async fn selected(api: &Api, namespace: &str, selector: &str) -> Outcome<Vec<Value>> {
    let pods = Resource::from(&builtin::POD);
    let list = api.list(&pods.collection(namespace).with("labelSelector", selector)).await?;
    Ok(items(&list, &pods))
}

/// The Pod to attach to or to forward to: running and ready ones come first.
pub(super) async fn best_pod(api: &Api, namespace: &str, typed: &str) -> Outcome<Value> {
    let named = named(api, namespace, typed).await?;
    let mut pods = pods_of(api, &named, "attach to").await?;
    pods.sort_by_key(|pod| rank(pod, Use::Connection));
    match pods.into_iter().next() {
        Some(pod) => Ok(pod),
        None => Err(Failure::message(format!(
            "unable to find pods of {}: timed out waiting for the condition",
            named.resource.named(text_of(&named.object["metadata"]["name"]))
        ))),
    }
}

/// What a Pod is wanted for: of several, not the same one is the best.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// Its logs (`podutils.ByLogging`).
    Logs,
    /// A connection (`podutils.ActivePods`, backwards).
    Connection,
}

/// Lower is better: assigned, running, ready, ready for long, with many restarts (to look at) or few (to work
/// with), old; what is equal stays in its order.
pub(super) fn rank(pod: &Value, wanted: Use) -> (bool, u8, bool, String, i64, String) {
    let status = &pod["status"];
    let ready =
        array(&status["conditions"]).iter().find(|one| one["type"] == "Ready" && one["status"] == "True");
    let since = ready.map(|one| text_of(&one["lastTransitionTime"]).to_owned()).unwrap_or_default();
    let phase = match (text_of(&status["phase"]), wanted) {
        ("Running", _) => 0,
        ("Unknown", _) => 1,
        // A phase that upstream's table lacks counts as its first one.
        ("Pending", _) | (_, Use::Connection) => 2,
        (_, Use::Logs) => 0,
    };
    let restarts = array(&status["containerStatuses"]).iter().filter_map(|one| one["restartCount"].as_i64());
    let restarts = restarts.max().unwrap_or_default();
    (
        text_of(&pod["spec"]["nodeName"]).is_empty(),
        phase,
        ready.is_none(),
        since,
        if wanted == Use::Logs { -restarts } else { restarts },
        text_of(&pod["metadata"]["creationTimestamp"]).to_owned(),
    )
}

/// Names of all containers: first init, then others, then ephemeral ones.
pub(super) fn container_names(pod: &Value) -> Vec<String> {
    ["initContainers", "containers", "ephemeralContainers"]
        .into_iter()
        .flat_map(|list| array(&pod["spec"][list]))
        .map(|container| text_of(&container["name"]).to_owned())
        .collect()
}

/// The container that exec, attach and cp mean by a name, or by none, and the notice about it when there are several.
pub(super) fn chosen_container(pod: &Value, given: &str) -> Outcome<(String, Option<String>)> {
    let annotated = text_of(&pod["metadata"]["annotations"][DEFAULT_CONTAINER]);
    let wanted = if given.is_empty() { annotated } else { given };
    if wanted.is_empty() {
        return Ok(default_container(pod));
    }
    if container_names(pod).iter().any(|name| name == wanted) {
        return Ok((wanted.to_owned(), None));
    }
    Err(Failure::message(format!(
        "container {wanted} is not valid for pod {} out of: {}",
        text_of(&pod["metadata"]["name"]),
        shown_containers(pod).join(", ")
    )))
}

/// The annotation that names the container which is meant when none is named.
const DEFAULT_CONTAINER: &str = "kubectl.kubernetes.io/default-container";

/// All containers, those that are not plain ones marked.
pub(super) fn shown_containers(pod: &Value) -> Vec<String> {
    let lists = [("containers", ""), ("ephemeralContainers", " (ephem)"), ("initContainers", " (init)")];
    let shown = lists.into_iter().flat_map(|(list, mark)| {
        array(&pod["spec"][list]).iter().map(move |one| format!("{}{mark}", text_of(&one["name"])))
    });
    shown.collect()
}

/// The container that is meant when none is named, and the notice about it when there are several.
pub(super) fn default_container(pod: &Value) -> (String, Option<String>) {
    let annotated = text_of(&pod["metadata"]["annotations"][DEFAULT_CONTAINER]);
    if !annotated.is_empty() && container_names(pod).iter().any(|name| name == annotated) {
        return (annotated.to_owned(), None);
    }
    let chosen = text_of(&pod["spec"]["containers"][0]["name"]).to_owned();
    let shown = shown_containers(pod);
    let notice =
        (shown.len() > 1).then(|| format!("Defaulted container {chosen:?} out of: {}", shown.join(", ")));
    (chosen, notice)
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    #[test]
    fn the_first_container_is_meant_and_several_are_mentioned() {
        let pod = json!({"spec": {"containers": [{"name": "a"}, {"name": "b"}], "initContainers": [{"name": "i"}]}});
        let (name, notice) = default_container(&pod);
        assert_eq!(name, "a");
        assert_eq!(notice.as_deref(), Some(r#"Defaulted container "a" out of: a, b, i (init)"#));
        assert_eq!(default_container(&json!({"spec": {"containers": [{"name": "a"}]}})).1, None);
        assert_eq!(chosen_container(&pod, "i").unwrap(), ("i".to_owned(), None));
        let failure = chosen_container(&pod, "no").unwrap_err().report();
        assert_eq!(failure, "error: container no is not valid for pod  out of: a, b, i (init)");
    }

    #[test]
    fn the_pod_that_was_ready_for_longest_comes_first() {
        let pod = |name: &str, since: &str, restarts: i64| {
            json!({
                "metadata": {"name": name},
                "spec": {"nodeName": "n"},
                "status": {
                    "phase": "Running",
                    "conditions": [{"type": "Ready", "status": "True", "lastTransitionTime": since}],
                    "containerStatuses": [{"restartCount": restarts}],
                },
            })
        };
        let first = |mut pods: Vec<Value>, wanted: Use| -> String {
            pods.sort_by_key(|pod| rank(pod, wanted));
            text_of(&pods[0]["metadata"]["name"]).to_owned()
        };
        let pods = vec![pod("a", "2026-01-01T00:00:02Z", 0), pod("b", "2026-01-01T00:00:01Z", 0)];
        assert_eq!(first(pods, Use::Logs), "b");
        let pods = || vec![pod("a", "2026-01-01T00:00:02Z", 0), pod("b", "2026-01-01T00:00:02Z", 3)];
        assert_eq!((first(pods(), Use::Logs), first(pods(), Use::Connection)), ("b".into(), "a".into()));
    }
}
