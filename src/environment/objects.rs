//! The objects of a lesson: made with server-side apply, removed by what they are.

use std::time::Duration;

use http::{Method, Request};
use serde_json::{Value, json};

use crate::apimachinery::{Kind, Object, builtin, kind_of};
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

/// Kinds that lessons and learners make, owners first.
static REMOVED_KINDS: &[&Kind] = &[
    &builtin::DEPLOYMENT,
    &builtin::REPLICA_SET,
    &builtin::SERVICE,
    &builtin::POD,
    &builtin::CONFIG_MAP,
    &builtin::SECRET,
];

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
        let path = self.path_of(&object)?;
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

    /// Waits until a Deployment's controller has finished with it; a rollout that sticks is
    /// what some steps begin with, so the wait is bounded and its end no error.
    pub(super) async fn rolled_out(&self, start: &Value) -> Result<(), UserError> {
        let Some(object) = Object::from_value(start.clone()) else { return Ok(()) };
        if object.kind() != builtin::DEPLOYMENT.kind {
            return Ok(());
        }
        let path = self.path_of(&object)?;
        let mut waited = Duration::ZERO;
        while waited < ROLLOUT_MAX {
            let present = self.find(&path).await?.and_then(Object::from_value);
            if present.is_some_and(|present| is_rolled_out(&present)) {
                return Ok(());
            }
            sleep(LOOK_INTERVAL).await;
            waited += LOOK_INTERVAL;
        }
        Ok(())
    }

    /// Removes everything of the namespace that lessons and learners make, and waits until it is gone.
    pub(super) async fn remove_all(&self) -> Result<(), UserError> {
        for kind in REMOVED_KINDS {
            for name in self.names(kind).await? {
                let path = format!("{}/{name}", self.collection(kind));
                let body = json!({"propagationPolicy": "Background", "gracePeriodSeconds": 1});
                match self.request(Method::DELETE, &path, &body).await {
                    Err(error) if !is_not_found(&error) => return Err(unreachable(&error)),
                    _ => {}
                }
            }
        }
        let mut waited = Duration::ZERO;
        while waited < GONE_MAX {
            let mut left = 0;
            for kind in REMOVED_KINDS {
                left += self.names(kind).await?.len();
            }
            if left == 0 {
                return Ok(());
            }
            sleep(LOOK_INTERVAL).await;
            waited += LOOK_INTERVAL;
        }
        Err(UserError::new(format!("some objects in the namespace {} do not go away", self.namespace))
            .hint(format!("kubectl get all -n {} shows them", self.namespace)))
    }

    /// Names of the objects of a kind, but for those that every namespace has.
    async fn names(&self, kind: &Kind) -> Result<Vec<String>, UserError> {
        let list: Value = self
            .request(Method::GET, &self.collection(kind), &Value::Null)
            .await
            .map_err(|error| unreachable(&error))?;
        let names = list["items"].as_array().into_iter().flatten();
        let names = names.filter_map(|item| item["metadata"]["name"].as_str());
        Ok(names.filter(|name| *name != "kube-root-ca.crt").map(str::to_owned).collect())
    }

    /// The object at a path, if there is one.
    pub(super) async fn find(&self, path: &str) -> Result<Option<Value>, UserError> {
        match self.request(Method::GET, path, &Value::Null).await {
            Ok(present) => Ok(Some(present)),
            Err(error) if is_not_found(&error) => Ok(None),
            Err(error) => Err(unreachable(&error)),
        }
    }

    fn collection(&self, kind: &Kind) -> String {
        let group = if kind.group.is_empty() { "api".to_owned() } else { format!("apis/{}", kind.group) };
        if kind.namespaced {
            format!("/{group}/{}/namespaces/{}/{}", kind.version, self.namespace, kind.plural)
        } else {
            format!("/{group}/{}/{}", kind.version, kind.plural)
        }
    }

    fn path_of(&self, object: &Object) -> Result<String, UserError> {
        let kind = kind_of(object.api_version(), object.kind()).ok_or_else(|| {
            UserError::new(format!("no kind {:?} in {:?}", object.kind(), object.api_version()))
        })?;
        Ok(format!("{}/{}", self.collection(kind), object.name()))
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
