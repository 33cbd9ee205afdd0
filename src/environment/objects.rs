//! The objects of a lesson: made with server-side apply, removed by what they are.

use std::time::Duration;

use http::{Method, Request};
use serde_json::{Value, json};

use crate::apimachinery::{KINDS, Kind, Object, builtin, kind_of};
use crate::base::{UserError, sleep};

use super::COURSE_LABEL;

/// The name under which podlings writes.
const FIELD_MANAGER: &str = "podlings";

/// How long removed objects may take to go.
const GONE_MAX: Duration = Duration::from_secs(90);

/// How long a rollout of a start state may take.
const ROLLOUT_MAX: Duration = Duration::from_secs(40);

/// Between two looks at what is going or coming.
pub(super) const LOOK_INTERVAL: Duration = Duration::from_millis(300);

/// Kinds whose objects make others: they go first, or what is removed comes back.
const OWNERS: &[&str] =
    &["CronJob", "Job", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController"];

/// Kinds that the cluster writes for itself, or that go with what they belong to.
const LEFT_ALONE: &[&str] = &[
    "Event",
    "Lease",
    "Endpoints",
    "EndpointSlice",
    "ControllerRevision",
    "PodMetrics",
    "Node",
    "CSINode",
    "APIService",
];

/// Kinds that lessons and learners make in a namespace, owners first.
fn removed_kinds() -> Vec<&'static Kind> {
    let mut kinds: Vec<&'static Kind> = deletable().filter(|kind| kind.namespaced).collect();
    kinds.sort_by_key(|kind| OWNERS.iter().position(|owner| *owner == kind.kind).unwrap_or(OWNERS.len()));
    kinds
}

fn deletable() -> impl Iterator<Item = &'static Kind> {
    KINDS.iter().copied().filter(|kind| {
        let verbs = ["list", "create", "delete"];
        kind.stored_as.is_none()
            && verbs.iter().all(|verb| kind.verbs.contains(verb))
            && !LEFT_ALONE.contains(&kind.kind)
    })
}

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
            UserError::new(format!("cannot make {} {:?}: {}", object.kind(), object.name(), reason(&error)))
        })
    }

    /// Waits until a Deployment's controller has finished with it, or a Pod has started; one that sticks is
    /// what some steps begin with, so the wait is bounded and its end no error.
    pub(super) async fn rolled_out(&self, start: &Value) -> Result<(), UserError> {
        let Some(object) = Object::from_value(start.clone()) else { return Ok(()) };
        let is_done: fn(&Object) -> bool = match object.kind() {
            kind if kind == builtin::DEPLOYMENT.kind => is_rolled_out,
            kind if kind == builtin::POD.kind => has_started,
            _ => return Ok(()),
        };
        let path = self.path_of(&object).await?;
        let mut waited = Duration::ZERO;
        while waited < ROLLOUT_MAX {
            let present = self.find(&path).await?.and_then(Object::from_value);
            if present.is_some_and(|present| is_done(&present)) {
                return Ok(());
            }
            sleep(LOOK_INTERVAL).await;
            waited += LOOK_INTERVAL;
        }
        Ok(())
    }

    /// Why the API server would not take an object, unknown fields included; `None` when it would.
    pub(super) async fn refusal(&self, value: &Value) -> Result<Option<String>, UserError> {
        let Some(object) = Object::from_value(value.clone()) else {
            return Ok(Some("it is no object: it needs apiVersion, kind and metadata".to_owned()));
        };
        let path = match self.path_of(&object).await {
            Ok(path) => path,
            Err(error) => return Ok(Some(error.message)),
        };
        let options = "dryRun=All&fieldValidation=Strict";
        let present = self.find(&path).await?.is_some();
        let sent = if present {
            let path = format!("{path}?{options}&fieldManager={FIELD_MANAGER}&force=true");
            self.request(Method::PATCH, &path, object.value()).await
        } else {
            let (collection, _) = path.rsplit_once('/').unwrap_or((&path, ""));
            self.request(Method::POST, &format!("{collection}?{options}"), object.value()).await
        };
        match sent {
            Ok(_) => Ok(None),
            Err(kube::Error::Api(status)) => Ok(Some(status.message)),
            Err(error) => Err(unreachable(&error)),
        }
    }

    /// Removes everything of the namespace that lessons and learners make, and what lessons made outside of
    /// namespaces; waits until it is gone.
    pub(super) async fn remove_all(&self) -> Result<(), UserError> {
        for path in self.to_remove().await? {
            let body = json!({"propagationPolicy": "Background", "gracePeriodSeconds": 1});
            match self.request(Method::DELETE, &path, &body).await {
                Err(error) if !is_not_found(&error) => return Err(unreachable(&error)),
                _ => {}
            }
        }
        let mut waited = Duration::ZERO;
        while waited < GONE_MAX {
            if self.to_remove().await?.is_empty() {
                return Ok(());
            }
            sleep(LOOK_INTERVAL).await;
            waited += LOOK_INTERVAL;
        }
        Err(UserError::new(format!("some objects in the namespace {} do not go away", self.namespace))
            .hint(format!("kubectl get all -n {} shows them", self.namespace)))
    }

    /// The paths of what is to be removed.
    async fn to_remove(&self) -> Result<Vec<String>, UserError> {
        let mut paths = Vec::new();
        let name = |object: &Value| object["metadata"]["name"].as_str().unwrap_or_default().to_owned();
        for kind in removed_kinds() {
            let collection = self.collection(kind, None);
            let objects = self.list(&collection).await?;
            let own = objects.iter().filter(|object| !of_every_namespace(kind, &name(object)));
            paths.extend(own.map(|object| format!("{collection}/{}", name(object))));
        }
        // Outside of namespaces others live as well: only what carries our label is ours.
        for kind in deletable().filter(|kind| !kind.namespaced) {
            let collection = self.collection(kind, None);
            let objects = self.list(&format!("{collection}?labelSelector={COURSE_LABEL}%3Dpodlings")).await?;
            let ours = objects.iter().filter(|object| name(object) != self.namespace);
            paths.extend(ours.map(|object| format!("{collection}/{}", name(object))));
        }
        Ok(paths)
    }

    /// The objects of a collection; none where the cluster has no such kind or does not let us look.
    pub(super) async fn list(&self, path: &str) -> Result<Vec<Value>, UserError> {
        match self.request(Method::GET, path, &Value::Null).await {
            Ok(mut list) => Ok(match list["items"].take() {
                Value::Array(items) => items,
                _ => Vec::new(),
            }),
            Err(kube::Error::Api(status)) if matches!(status.code, 403..=405) => Ok(Vec::new()),
            Err(error) => Err(unreachable(&error)),
        }
    }

    /// The object at a path, if there is one.
    pub(super) async fn find(&self, path: &str) -> Result<Option<Value>, UserError> {
        match self.request(Method::GET, path, &Value::Null).await {
            Ok(present) => Ok(Some(present)),
            Err(error) if is_not_found(&error) => Ok(None),
            Err(error) => Err(unreachable(&error)),
        }
    }

    /// The URL of a kind's objects in that namespace; in the lesson's when none is named.
    pub(super) fn collection(&self, kind: &Kind, namespace: Option<&str>) -> String {
        collection_of(kind, kind.namespaced.then(|| namespace.unwrap_or(&self.namespace)))
    }

    async fn path_of(&self, object: &Object) -> Result<String, UserError> {
        let namespace = object.value()["metadata"]["namespace"].as_str();
        if let Some(kind) = kind_of(object.api_version(), object.kind()) {
            return Ok(format!("{}/{}", self.collection(kind, namespace), object.name()));
        }
        let (group, version) = object.api_version().split_once('/').unwrap_or(("", object.api_version()));
        let definitions = self.list(&self.collection(&builtin::CUSTOM_RESOURCE_DEFINITION, None)).await?;
        let spec = definitions
            .iter()
            .map(|definition| &definition["spec"])
            .find(|spec| spec["group"] == group && spec["names"]["kind"] == object.kind());
        let Some(plural) = spec.and_then(|spec| spec["names"]["plural"].as_str()) else {
            return Err(UserError::new(format!("no kind {:?} in {:?}", object.kind(), object.api_version())));
        };
        let within = match spec.map(|spec| &spec["scope"]) {
            Some(scope) if scope == "Cluster" => String::new(),
            _ => format!("namespaces/{}/", namespace.unwrap_or(&self.namespace)),
        };
        Ok(format!("/apis/{group}/{version}/{within}{plural}/{}", object.name()))
    }

    /// One request; a null body is none.
    pub(super) async fn request(&self, method: Method, path: &str, body: &Value) -> kube::Result<Value> {
        let content_type =
            if method == Method::PATCH { "application/apply-patch+yaml" } else { "application/json" };
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

/// The URL of a kind's objects: of one namespace, or of all.
pub(super) fn collection_of(kind: &Kind, namespace: Option<&str>) -> String {
    let group = if kind.group.is_empty() { "api".to_owned() } else { format!("apis/{}", kind.group) };
    match namespace {
        Some(namespace) => format!("/{group}/{}/namespaces/{namespace}/{}", kind.version, kind.plural),
        None => format!("/{group}/{}/{}", kind.version, kind.plural),
    }
}

/// Whether every namespace has an object of that name.
fn of_every_namespace(kind: &Kind, name: &str) -> bool {
    matches!((kind.kind, name), ("ConfigMap", "kube-root-ca.crt") | ("ServiceAccount", "default"))
}

/// Whether a Pod is ready, has ended, or waits for something that does not come by itself.
fn has_started(pod: &Object) -> bool {
    let status = &pod.value()["status"];
    let conditions = status["conditions"].as_array().into_iter().flatten();
    let mut ready = conditions.filter(|condition| condition["type"] == "Ready");
    let containers = status["containerStatuses"].as_array().into_iter().flatten();
    let stuck = containers.filter_map(|container| container["state"]["waiting"]["reason"].as_str());
    ready.any(|condition| condition["status"] == "True")
        || matches!(status["phase"].as_str(), Some("Succeeded" | "Failed"))
        || stuck.into_iter().any(|reason| !matches!(reason, "ContainerCreating" | "PodInitializing"))
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
    UserError::new(format!("the cluster does not answer as expected: {}", reason(error)))
        .hint("kubectl version says whether it can be reached")
}
