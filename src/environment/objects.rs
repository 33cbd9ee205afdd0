//! The objects of a lesson: made with server-side apply, waited for by watching.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::TryStreamExt;
use http::{Method, Request};
use kube::core::{DynamicObject, WatchEvent};

use crate::apimachinery::{Kind, Object, builtin, kind_of};
use crate::base::{Stopwatch, UserError, Value, json, sleep, timeout, to_value};

use super::COURSE_LABEL;

/// The name under which podlings writes.
const FIELD_MANAGER: &str = "podlings";

/// How long removed objects may take to go.
pub(super) const GONE_MAX: Duration = Duration::from_secs(120);

/// How long a rollout of a start state may take.
const ROLLOUT_MAX: Duration = Duration::from_secs(40);

/// How long to wait before a watch that ended is opened again.
const AGAIN: Duration = Duration::from_millis(500);

/// The objects of one namespace.
pub(super) struct Objects {
    client: kube::Client,
    namespace: String,
}

impl Objects {
    pub(super) fn new(client: kube::Client, namespace: &str) -> Self {
        Self { client, namespace: namespace.to_owned() }
    }

    /// Makes an object of a start state; `overwrite` also puts back what exists but differs.
    pub(super) async fn make(&self, start: &Value, overwrite: bool) -> Result<(), UserError> {
        let Some(mut object) = Object::from_value(start.clone()) else {
            return Err(UserError::new("a start state holds something that is no object"));
        };
        let path = self.path_of(&object).await?;
        if !overwrite && self.find(&path).await?.is_some() {
            return Ok(());
        }
        object.set_label(COURSE_LABEL, "podlings");
        let path = format!("{path}?fieldManager={FIELD_MANAGER}&force=true");
        let made = self.request(Method::PATCH, &path, object.value()).await;
        made.map(|_| ()).map_err(|error| {
            let (kind, name, why) = (object.kind(), object.name(), reason(&error));
            UserError::new(format!("cannot make {kind} {name:?}: {why}"))
                .or_korean(UserError::new(format!("{kind} {name:?}을(를) 만들 수 없습니다: {why}")))
        })
    }

    /// Waits until who looks after an object has finished with it; what sticks is what some steps begin
    /// with, so the wait is bounded and its end no error.
    pub(super) async fn rolled_out(&self, start: &Value) -> Result<(), UserError> {
        let Some(object) = Object::from_value(start.clone()) else { return Ok(()) };
        let Some((_, kind, has_arrived)) = ARRIVALS.iter().find(|(name, ..)| *name == object.kind()) else {
            return Ok(());
        };
        let collection = collection_path(kind, Some(self.namespace_of(&object)));
        let path = format!("{collection}?fieldSelector=metadata.name%3D{}", object.name());
        let is_done = |present: &BTreeMap<String, Value>| {
            present.values().cloned().filter_map(Object::from_value).any(|object| has_arrived(&object))
        };
        let arrives = self.until(&path, ROLLOUT_MAX, is_done);
        let Some(pods) = self.pods_of(&object) else { return arrives.await.map(|_| ()) };
        let sticks = self.until(&pods, ROLLOUT_MAX, |present| {
            present.values().cloned().filter_map(Object::from_value).any(|pod| is_stuck(&pod))
        });
        tokio::select! {
            arrived = arrives => arrived.map(|_| ()),
            // Pods that may not be listed tell nothing.
            Ok(true) = sticks => Ok(()),
        }
    }

    /// The collection of the Pods that a workload selects by labels.
    fn pods_of(&self, workload: &Object) -> Option<String> {
        let labels = workload.map("/spec/selector/matchLabels")?;
        let pairs = labels.iter().map(|(key, value)| {
            format!("{}%3D{}", key.replace('/', "%2F"), value.as_str().unwrap_or_default())
        });
        let collection = collection_path(&builtin::POD, Some(self.namespace_of(workload)));
        Some(format!("{collection}?labelSelector={}", pairs.collect::<Vec<_>>().join("%2C")))
    }

    /// Watches a collection until its objects are as wanted; `false` when the time ran out first.
    ///
    /// # Errors
    /// When it cannot be listed.
    pub(super) async fn until(
        &self,
        path: &str,
        at_most: Duration,
        is_done: impl Fn(&BTreeMap<String, Value>) -> bool,
    ) -> Result<bool, UserError> {
        let since = Stopwatch::start();
        loop {
            let left = at_most.saturating_sub(since.elapsed());
            match timeout(left, self.watch_until(path, &is_done)).await {
                None => return Ok(false),
                Some(Ok(true)) => return Ok(true),
                Some(Err(error)) => return Err(unreachable(&error)),
                // The watch ended before that: list again.
                Some(Ok(false)) => sleep(AGAIN.min(left)).await,
            }
        }
    }

    async fn watch_until(
        &self,
        path: &str,
        is_done: &impl Fn(&BTreeMap<String, Value>) -> bool,
    ) -> kube::Result<bool> {
        let list = self.request(Method::GET, path, &Value::Null).await?;
        let uid_of = |object: &Value| object["metadata"]["uid"].as_str().unwrap_or_default().to_owned();
        let items = list["items"].as_array().cloned().unwrap_or_default();
        let mut present: BTreeMap<String, Value> =
            items.into_iter().map(|object| (uid_of(&object), with_kind(object))).collect();
        if is_done(&present) {
            return Ok(true);
        }
        let version = list["metadata"]["resourceVersion"].as_str().unwrap_or_default();
        let mark = if path.contains('?') { '&' } else { '?' };
        let request = Request::get(format!("{path}{mark}watch=true&resourceVersion={version}"))
            .body(Vec::new())
            .map_err(kube::Error::HttpError)?;
        let events = self.client.request_events::<DynamicObject>(request).await?;
        let mut events = std::pin::pin!(events);
        while let Ok(Some(event)) = events.try_next().await {
            let (object, is_gone) = match event {
                WatchEvent::Added(object) | WatchEvent::Modified(object) => (object, false),
                WatchEvent::Deleted(object) => (object, true),
                WatchEvent::Bookmark(_) => continue,
                WatchEvent::Error(_) => return Ok(false),
            };
            let object = to_value(object).unwrap_or_default();
            if is_gone {
                present.remove(&uid_of(&object));
            } else {
                present.insert(uid_of(&object), object);
            }
            if is_done(&present) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The objects of a collection.
    pub(super) async fn items(&self, path: &str) -> kube::Result<Vec<Value>> {
        let list = self.request(Method::GET, path, &Value::Null).await?;
        Ok(list["items"].as_array().cloned().unwrap_or_default())
    }

    /// The object at a path, if there is one.
    pub(super) async fn find(&self, path: &str) -> Result<Option<Value>, UserError> {
        match self.request(Method::GET, path, &Value::Null).await {
            Ok(present) => Ok(Some(present)),
            Err(error) if is_not_found(&error) => Ok(None),
            Err(error) => Err(unreachable(&error)),
        }
    }

    fn namespace_of<'a>(&'a self, object: &'a Object) -> &'a str {
        if object.namespace().is_empty() { &self.namespace } else { object.namespace() }
    }

    /// The path of an object; of a kind that is not built in, as the cluster says.
    pub(super) async fn path_of(&self, object: &Object) -> Result<String, UserError> {
        let Some(kind) = kind_of(object.api_version(), object.kind()) else {
            return self.path_of_custom(object).await;
        };
        let namespace = kind.namespaced.then(|| self.namespace_of(object));
        Ok(format!("{}/{}", collection_path(kind, namespace), object.name()))
    }

    async fn path_of_custom(&self, object: &Object) -> Result<String, UserError> {
        let root = format!("/apis/{}", object.api_version());
        let unknown = || UserError::new(format!("no kind {:?} in {:?}", object.kind(), object.api_version()));
        let served = self.find(&root).await?.ok_or_else(unknown)?;
        let resources = served["resources"].as_array().into_iter().flatten();
        let mut of_kind = resources.filter(|resource| {
            let part = resource["name"].as_str().is_none_or(|name| name.contains('/'));
            resource["kind"] == object.kind() && !part
        });
        let resource = of_kind.next().ok_or_else(unknown)?;
        let plural = resource["name"].as_str().unwrap_or_default();
        let name = object.name();
        if resource["namespaced"] == true {
            return Ok(format!("{root}/namespaces/{}/{plural}/{name}", self.namespace_of(object)));
        }
        Ok(format!("{root}/{plural}/{name}"))
    }

    /// Sets annotations of the object at a path; a null removes one.
    pub(super) async fn annotate(&self, path: &str, annotations: &Value) -> kube::Result<Value> {
        let path = format!("{path}?fieldManager={FIELD_MANAGER}");
        let body = json!({"metadata": {"annotations": annotations}});
        self.send(Method::PATCH, &path, "application/merge-patch+json", &body).await
    }

    /// One request, a PATCH being an apply; a null body is none.
    pub(super) async fn request(&self, method: Method, path: &str, body: &Value) -> kube::Result<Value> {
        let content_type =
            if method == Method::PATCH { "application/apply-patch+yaml" } else { "application/json" };
        self.send(method, path, content_type, body).await
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        content_type: &str,
        body: &Value,
    ) -> kube::Result<Value> {
        let bytes = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("Content-Type", content_type)
            .header("User-Agent", FIELD_MANAGER)
            .body(bytes)
            .map_err(kube::Error::HttpError)?;
        self.client.request(request).await
    }
}

/// The path of a kind's objects, in a namespace or everywhere.
pub(super) fn collection_path(kind: &Kind, namespace: Option<&str>) -> String {
    let group = if kind.group.is_empty() { "api".to_owned() } else { format!("apis/{}", kind.group) };
    match namespace.filter(|_| kind.namespaced) {
        Some(namespace) => format!("/{group}/{}/namespaces/{namespace}/{}", kind.version, kind.plural),
        None => format!("/{group}/{}/{}", kind.version, kind.plural),
    }
}

/// Items of a list do not name their kind; an object must.
fn with_kind(mut object: Value) -> Value {
    if object["kind"].is_null() && object.is_object() {
        object["apiVersion"] = json!("v1");
        object["kind"] = json!("Object");
    }
    object
}

/// Whether somebody has finished with an object.
type HasArrived = fn(&Object) -> bool;

/// Kinds that are waited for.
const ARRIVALS: &[(&str, &Kind, HasArrived)] = &[
    ("Deployment", &builtin::DEPLOYMENT, is_rolled_out),
    ("StatefulSet", &builtin::STATEFUL_SET, |set| has_replicas(set, "readyReplicas")),
    ("ReplicaSet", &builtin::REPLICA_SET, |set| has_replicas(set, "readyReplicas")),
    ("DaemonSet", &builtin::DAEMON_SET, |set| {
        let count = |field: &str| set.number(&format!("/status/{field}"));
        is_observed(set) && count("desiredNumberScheduled") == count("numberReady")
    }),
    ("Pod", &builtin::POD, is_up_or_stuck),
    ("CustomResourceDefinition", &builtin::CUSTOM_RESOURCE_DEFINITION, |definition| {
        definition.condition_is_true("Established")
    }),
];

fn is_observed(object: &Object) -> bool {
    object.number("/status/observedGeneration").unwrap_or_default() >= object.generation()
}

fn has_replicas(set: &Object, field: &str) -> bool {
    let count = set.number(&format!("/status/{field}")).unwrap_or_default();
    is_observed(set) && count == set.number("/spec/replicas").unwrap_or(1)
}

/// A Pod that is ready, has ended, or waits for something that does not come by itself.
fn is_up_or_stuck(pod: &Object) -> bool {
    let ended = matches!(pod.text("/status/phase"), "Succeeded" | "Failed");
    pod.condition_is_true("Ready") || ended || is_stuck(pod)
}

/// A Pod that waits for something that does not come by itself.
fn is_stuck(pod: &Object) -> bool {
    let waits = pod.list("/status/containerStatuses").iter().any(|status| {
        let reason = status.pointer("/state/waiting/reason").and_then(Value::as_str).unwrap_or_default();
        reason.ends_with("BackOff") || reason.ends_with("Error") || reason.starts_with("ErrImage")
    });
    let refused = pod.condition("PodScheduled").is_some_and(|scheduled| scheduled["status"] == "False");
    waits || refused
}

fn is_rolled_out(deployment: &Object) -> bool {
    let count = |path: &str| deployment.number(path).unwrap_or_default();
    let wanted = deployment.number("/spec/replicas").unwrap_or(1);
    count("/status/observedGeneration") >= deployment.generation()
        && ["replicas", "updatedReplicas", "availableReplicas"]
            .iter()
            .all(|field| count(&format!("/status/{field}")) == wanted)
}

/// Whether an earlier object of a start state is the same object in another version.
pub(super) fn is_later_version(start: &[Value], index: usize) -> bool {
    let name = |value: &Value| (value["kind"].clone(), value["metadata"]["name"].clone());
    start[..index].iter().any(|earlier| name(earlier) == name(&start[index]))
}

pub(super) fn is_not_found(error: &kube::Error) -> bool {
    matches!(error, kube::Error::Api(status) if status.code == 404)
}

/// What an error says, without the packaging: the server's message, or the innermost cause.
pub(super) fn reason(error: &kube::Error) -> String {
    if let kube::Error::Api(status) = error {
        return status.message.clone();
    }
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

pub(super) fn unreachable(error: &kube::Error) -> UserError {
    let why = reason(error);
    UserError::new(format!("the cluster does not answer as expected: {why}"))
        .hint("kubectl version says whether it can be reached")
        .or_korean(
            UserError::new(format!("클러스터의 응답이 예상과 다릅니다: {why}"))
                .hint("kubectl version 으로 연결되는지 볼 수 있습니다"),
        )
}
