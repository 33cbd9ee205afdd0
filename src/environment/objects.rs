//! The objects of a lesson: made with server-side apply, removed by what they are.

use std::time::Duration;

use http::{Method, Request};
use serde_json::{Value, json};

use crate::apimachinery::{Kind, Object, builtin, kind_of};
use crate::base::{UserError, sleep};

use super::COURSE_LABEL;

/// The name under which podlings writes.
const FIELD_MANAGER: &str = "podlings";

/// How long removed objects may take to go, and how often that is looked at.
const GONE_MAX: Duration = Duration::from_secs(90);
const GONE_LOOK: Duration = Duration::from_millis(300);

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

    /// Makes the objects of a start state; `overwrite` also puts back what exists but differs.
    pub(super) async fn make(&self, start: &[Value], overwrite: bool) -> Result<(), UserError> {
        for value in start {
            let Some(mut object) = Object::from_value(value.clone()) else {
                return Err(UserError::new("a start state holds something that is no object"));
            };
            let path = self.path_of(&object)?;
            if !overwrite && self.exists(&path).await? {
                continue;
            }
            object.set_label(COURSE_LABEL, "podlings");
            let path = format!("{path}?fieldManager={FIELD_MANAGER}&force=true");
            self.request(Method::PATCH, &path, object.value()).await.map_err(|error| {
                UserError::new(format!("cannot make {} {:?}: {error}", object.kind(), object.name()))
            })?;
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
            sleep(GONE_LOOK).await;
            waited += GONE_LOOK;
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

    async fn exists(&self, path: &str) -> Result<bool, UserError> {
        match self.request(Method::GET, path, &Value::Null).await {
            Ok(_) => Ok(true),
            Err(error) if is_not_found(&error) => Ok(false),
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

pub(super) fn is_not_found(error: &kube::Error) -> bool {
    matches!(error, kube::Error::Api(status) if status.code == 404)
}

pub(super) fn unreachable(error: &kube::Error) -> UserError {
    UserError::new(format!("the cluster does not answer as expected: {error}"))
        .hint("kubectl version says whether it can be reached")
}
