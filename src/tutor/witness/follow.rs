//! Follows one collection for ever: lists it, watches from there, and begins anew when the watch ends.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use futures::TryStreamExt;
use http::Request;
use kube::core::WatchEvent;
use tokio::task::JoinSet;

use crate::base::{Value, sleep};

use super::{ObjectId, Shared};

/// A kind and where its objects are found.
#[derive(Clone, Copy, Debug)]
pub(super) struct Collection {
    root: &'static str,
    plural: &'static str,
    kind: &'static str,
    namespaced: bool,
}

const fn namespaced(root: &'static str, plural: &'static str, kind: &'static str) -> Collection {
    Collection { root, plural, kind, namespaced: true }
}

/// What the lessons are about. Each is one open request.
pub(super) const COLLECTIONS: &[Collection] = &[
    namespaced("/apis/apps/v1", "deployments", "Deployment"),
    namespaced("/apis/apps/v1", "replicasets", "ReplicaSet"),
    namespaced("/apis/apps/v1", "statefulsets", "StatefulSet"),
    namespaced("/apis/apps/v1", "daemonsets", "DaemonSet"),
    namespaced("/apis/batch/v1", "jobs", "Job"),
    namespaced("/apis/batch/v1", "cronjobs", "CronJob"),
    namespaced("/api/v1", "pods", "Pod"),
    namespaced("/api/v1", "services", "Service"),
    namespaced("/apis/discovery.k8s.io/v1", "endpointslices", "EndpointSlice"),
    namespaced("/api/v1", "configmaps", "ConfigMap"),
    namespaced("/api/v1", "secrets", "Secret"),
    namespaced("/api/v1", "persistentvolumeclaims", "PersistentVolumeClaim"),
    namespaced("/apis/networking.k8s.io/v1", "ingresses", "Ingress"),
    namespaced("/apis/networking.k8s.io/v1", "networkpolicies", "NetworkPolicy"),
    namespaced("/apis/autoscaling/v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler"),
    namespaced("/apis/policy/v1", "poddisruptionbudgets", "PodDisruptionBudget"),
    namespaced("/api/v1", "resourcequotas", "ResourceQuota"),
    namespaced("/api/v1", "serviceaccounts", "ServiceAccount"),
    namespaced("/apis/rbac.authorization.k8s.io/v1", "roles", "Role"),
    namespaced("/apis/rbac.authorization.k8s.io/v1", "rolebindings", "RoleBinding"),
    namespaced("/api/v1", "events", "Event"),
    Collection { root: "/api/v1", plural: "persistentvolumes", kind: "PersistentVolume", namespaced: false },
    Collection { root: "/api/v1", plural: "namespaces", kind: "Namespace", namespaced: false },
    Collection {
        root: "/apis/apiextensions.k8s.io/v1",
        plural: "customresourcedefinitions",
        kind: DEFINITION,
        namespaced: false,
    },
];

/// The kind whose objects bring others.
const DEFINITION: &str = "CustomResourceDefinition";

/// Most kinds of others that are followed. Each is one open request.
const CUSTOM_KINDS_MAX: usize = 16;

/// How long to wait before a watch that failed is opened again.
const RETRY: Duration = Duration::from_secs(1);

impl Collection {
    /// The URL of its objects in a namespace, or in all; `None` for what is not a guest's business: all that
    /// lies outside of namespaces.
    pub(super) fn url(self, namespace: Option<&str>) -> Option<String> {
        let Self { root, plural, namespaced, .. } = self;
        match namespace {
            Some(_) if !namespaced => None,
            Some(namespace) => Some(format!("{root}/namespaces/{namespace}/{plural}")),
            None => Some(format!("{root}/{plural}")),
        }
    }

    /// The kind of its objects.
    pub(super) fn kind(self) -> String {
        self.kind.to_owned()
    }
}

/// Follows the kinds that definitions bring, each while it is served; of several with one name the first.
pub(super) async fn follow_custom(client: kube::Client, shared: Arc<Shared>) {
    let mut changes = shared.changes.subscribe();
    let (mut followed, mut watches) = (BTreeSet::new(), JoinSet::new());
    loop {
        let definitions = shared.record().of_kind(DEFINITION);
        for (url, kind) in definitions.iter().filter_map(|definition| served_by(definition)) {
            if followed.len() < CUSTOM_KINDS_MAX && followed.insert(kind.clone()) {
                shared.unlisted.send_modify(|count| *count += 1);
                let (client, shared) = (client.clone(), Arc::clone(&shared));
                watches.spawn(async move {
                    follow(client, url, kind.clone(), shared).await;
                    kind
                });
            }
        }
        tokio::select! {
            changed = changes.changed() => if changed.is_err() {
                return;
            },
            // It is gone, or not quite there yet.
            Some(ended) = watches.join_next() => {
                sleep(RETRY).await;
                if let Ok(kind) = ended {
                    followed.remove(&kind);
                }
            }
        }
    }
}

/// URL and kind of the objects that a definition brings, once they are served; `None` as well where the record
/// could not tell them from others.
fn served_by(definition: &Value) -> Option<(String, String)> {
    let text = |pointer: &str| definition.pointer(pointer)?.as_str();
    let items = |pointer: &str| definition.pointer(pointer).and_then(Value::as_array).into_iter().flatten();
    let established = |condition: &Value| condition["type"] == "Established" && condition["status"] == "True";
    items("/status/conditions").find(|condition| established(condition))?;
    let version = items("/spec/versions").find(|version| version["served"] == true)?["name"].as_str()?;
    let url = format!("/apis/{}/{version}/{}", text("/spec/group")?, text("/spec/names/plural")?);
    let kind = text("/spec/names/kind").filter(|kind| COLLECTIONS.iter().all(|known| known.kind != *kind))?;
    Some((url, kind.to_owned()))
}

/// Follows the collection at a URL. What a learner may not see, or a cluster does not have, is left alone.
pub(super) async fn follow(client: kube::Client, url: String, kind: String, shared: Arc<Shared>) {
    let mut listed = false;
    loop {
        let version = match list(&client, &url, &kind, &shared).await {
            Ok(version) => version,
            Err(kube::Error::Api(status)) if matches!(status.code, 401 | 403 | 404 | 405) => {
                if !listed {
                    shared.listed();
                }
                // A definition is gone, and its objects with it.
                return shared.with(|record| record.replace(&kind, Vec::new()));
            }
            Err(_) => {
                sleep(RETRY).await;
                continue;
            }
        };
        if !listed {
            listed = true;
            shared.listed();
        }
        let mut version = Some(version);
        while let Some(from) = version.take() {
            version = follow_from(&client, &url, &kind, from, &shared).await;
        }
    }
}

async fn list(client: &kube::Client, url: &str, kind: &str, shared: &Shared) -> kube::Result<String> {
    let request = Request::get(url).body(Vec::new()).map_err(kube::Error::HttpError)?;
    let mut list = client.request::<Value>(request).await?;
    let version = list["metadata"]["resourceVersion"].as_str().unwrap_or_default().to_owned();
    let items = match list["items"].take() {
        Value::Array(items) => items,
        _ => Vec::new(),
    };
    let items = items.into_iter().map(|item| named(item, kind)).collect();
    shared.with(|record| record.replace(kind, items));
    Ok(version)
}

/// Follows one watch to its end; gives back where to resume, or `None` to list again.
async fn follow_from(
    client: &kube::Client,
    url: &str,
    kind: &str,
    mut version: String,
    shared: &Shared,
) -> Option<String> {
    let uri = format!("{url}?watch=true&allowWatchBookmarks=true&resourceVersion={version}");
    let request = Request::get(uri).body(Vec::new()).ok()?;
    let Ok(events) = client.request_events::<Value>(request).await else {
        sleep(RETRY).await;
        return None;
    };
    let mut events = std::pin::pin!(events);
    loop {
        match events.try_next().await {
            Ok(Some(WatchEvent::Added(object) | WatchEvent::Modified(object))) => {
                version = version_of(&object).unwrap_or(version);
                shared.with(|record| record.put(named(object, kind)));
            }
            Ok(Some(WatchEvent::Deleted(object))) => {
                version = version_of(&object).unwrap_or(version);
                shared.with(|record| record.remove(&ObjectId::of(&named(object, kind))));
            }
            Ok(Some(WatchEvent::Bookmark(bookmark))) => version = bookmark.metadata.resource_version,
            Ok(None) => return Some(version),
            // 410 among them: the version is too old.
            Ok(Some(WatchEvent::Error(_))) | Err(_) => return None,
        }
    }
}

fn version_of(object: &Value) -> Option<String> {
    object.pointer("/metadata/resourceVersion").and_then(Value::as_str).map(str::to_owned)
}

/// Items of a list do not name their kind.
fn named(mut object: Value, kind: &str) -> Value {
    if object.is_object() {
        object["kind"] = Value::from(kind);
    }
    object
}
