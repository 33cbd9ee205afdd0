//! The namespace in which a learner's lessons live on a cluster of others: chosen, made, and removed.

use http::Method;

use crate::base::{UserError, Value, json};

use super::COURSE_LABEL;
use super::marks;
use super::objects::{GONE_MAX, Objects, is_not_found, reason, unreachable};

/// The name of the namespace, or how it begins where another learner has that name.
pub(super) const NAME: &str = "podlings";

/// Whose lessons live there: a word that each learner's machine keeps.
const LEARNER: &str = "podlings.dev/learner";

/// Present on one that somebody else had made before: it is emptied at the end, and stays.
const FOUND: &str = "podlings.dev/found";

/// A namespace for lessons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lodging {
    /// Its name.
    pub namespace: String,
    /// The learner's word.
    learner: String,
    /// Whether it was there when it was chosen.
    pub is_there: bool,
}

impl Default for Lodging {
    fn default() -> Self {
        Self { namespace: NAME.to_owned(), learner: String::new(), is_there: false }
    }
}

/// What a namespace of some name is to a learner.
enum Found {
    Absent,
    Ours,
    OfAnotherLearner,
    Foreign,
}

impl Lodging {
    /// Chooses a namespace: the learner's own from before, else the plain name, else, where several learners
    /// share a cluster, one with the learner's word.
    ///
    /// # Errors
    /// When the cluster does not answer, or a namespace of the name is none of podlings'.
    pub async fn choose(client: &kube::Client, learner: &str) -> Result<Self, UserError> {
        let of = |namespace: &str, is_there| Self {
            namespace: namespace.to_owned(),
            learner: learner.to_owned(),
            is_there,
        };
        let own = format!("{NAME}-{learner}");
        if matches!(found(client, &own, learner).await?, Found::Ours) {
            return Ok(of(&own, true));
        }
        match found(client, NAME, learner).await? {
            Found::Absent => Ok(of(NAME, false)),
            Found::Ours => Ok(of(NAME, true)),
            Found::OfAnotherLearner => Ok(of(&own, false)),
            Found::Foreign => Err(not_ours(NAME)),
        }
    }

    /// The one of that name, chosen before.
    #[must_use]
    pub fn again(namespace: &str, learner: &str) -> Self {
        Self { namespace: namespace.to_owned(), learner: learner.to_owned(), is_there: true }
    }

    fn path(&self) -> String {
        format!("/api/v1/namespaces/{}", self.namespace)
    }

    /// Makes the namespace; answers it as it was, if it was there.
    ///
    /// # Errors
    /// When it cannot be made, or is somebody else's by now.
    pub(super) async fn make(&self, client: &kube::Client) -> Result<Option<Value>, UserError> {
        let (objects, name) = (Objects::new(client.clone(), &self.namespace), &self.namespace);
        if let Some(present) = objects.find(&self.path()).await? {
            match what_is(&present, &self.learner) {
                Found::Absent => self.gone(&objects).await?,
                Found::Ours => {
                    if present["metadata"]["annotations"][LEARNER].is_null() {
                        // Whoever runs the cluster made it for us; without the right, it stays as it is.
                        let marks = json!({LEARNER: self.learner, FOUND: "yes"});
                        let _ = objects.annotate(&self.path(), &marks).await;
                    }
                    return Ok(Some(present));
                }
                Found::OfAnotherLearner | Found::Foreign => return Err(not_ours(name)),
            }
        }
        let namespace = json!({
            "apiVersion": "v1", "kind": "Namespace",
            "metadata": {"name": name, "labels": {COURSE_LABEL: "podlings"}, "annotations": {LEARNER: self.learner}},
        });
        let made =
            objects.request(Method::POST, "/api/v1/namespaces?fieldManager=podlings", &namespace).await;
        made.map(|_| None).map_err(|error| {
            let why = reason(&error);
            UserError::new(format!("cannot make the namespace {name:?}: {why}"))
                .hint("lessons need the right to create a namespace of their own")
                .or_korean(
                    UserError::new(format!("네임스페이스 {name:?}을(를) 만들 수 없습니다: {why}"))
                        .hint("수업용 네임스페이스를 만들 권한이 필요합니다"),
                )
        })
    }

    /// Deletes the namespace and waits until it is gone; one that somebody else had made stays as it was.
    pub(super) async fn remove(&self, objects: &Objects) -> Result<(), UserError> {
        let Some(namespace) = objects.find(&self.path()).await? else { return Ok(()) };
        if matches!(what_is(&namespace, &self.learner), Found::OfAnotherLearner | Found::Foreign) {
            return Ok(());
        }
        let annotations = &namespace["metadata"]["annotations"];
        if annotations[LEARNER].is_null() || annotations[FOUND].is_string() {
            let marks = json!({LEARNER: null, FOUND: null, marks::MADE: null});
            // Who may not write them has not written any.
            let _ = objects.annotate(&self.path(), &marks).await;
            return Ok(());
        }
        let precondition = json!({"preconditions": {"uid": namespace["metadata"]["uid"]}});
        match objects.request(Method::DELETE, &self.path(), &precondition).await {
            Err(kube::Error::Api(status)) if status.code == 403 => Ok(()),
            Err(error) if !is_not_found(&error) => Err(unreachable(&error)),
            _ => self.gone(objects).await,
        }
    }

    /// Asks whether the cluster would take a Pod as lessons make them: its rules for Pods, its quotas, and
    /// whoever else has a say may refuse it.
    pub(super) async fn try_pod(&self, objects: &Objects, image: &str) -> Result<(), UserError> {
        let path = format!("/api/v1/namespaces/{}/pods?dryRun=All&fieldManager=podlings", self.namespace);
        let pod = json!({
            "apiVersion": "v1", "kind": "Pod",
            "metadata": {"name": "podlings-trial", "labels": {COURSE_LABEL: "podlings"}},
            "spec": {"containers": [{"name": "app", "image": image}]},
        });
        match objects.request(Method::POST, &path, &pod).await {
            Err(kube::Error::Api(status)) if matches!(status.code, 400 | 403 | 422) => {
                let why = &status.message;
                Err(UserError::new(format!("this cluster does not take the Pods of the lessons: {why}"))
                    .hint("ask whoever runs it for a namespace without that rule, or learn on the embedded cluster: podlings learn")
                    .or_korean(
                        UserError::new(format!("이 클러스터는 수업의 파드를 받아들이지 않습니다: {why}"))
                            .hint("그 규칙이 없는 네임스페이스를 클러스터 관리자에게 요청하거나 내장 클러스터에서 배우세요: podlings learn"),
                    ))
            }
            // Anything else is met, and told, when lessons begin.
            _ => Ok(()),
        }
    }

    async fn gone(&self, objects: &Objects) -> Result<(), UserError> {
        let name = &self.namespace;
        let path = format!("/api/v1/namespaces?fieldSelector=metadata.name%3D{name}");
        if objects.until(&path, GONE_MAX, |present| present.is_empty()).await? {
            return Ok(());
        }
        let why = format!("kubectl get namespace {name} -o yaml");
        Err(UserError::new(format!("the namespace {name:?} does not go away"))
            .hint(format!("{why} says what it waits for"))
            .or_korean(
                UserError::new(format!("네임스페이스 {name:?}이(가) 없어지지 않습니다"))
                    .hint(format!("{why} 로 무엇을 기다리는지 볼 수 있습니다")),
            ))
    }
}

async fn found(client: &kube::Client, name: &str, learner: &str) -> Result<Found, UserError> {
    let objects = Objects::new(client.clone(), name);
    match objects.request(Method::GET, &format!("/api/v1/namespaces/{name}"), &Value::Null).await {
        Ok(namespace) => Ok(what_is(&namespace, learner)),
        // Who may not look at it is told so with all the other rights that are missing.
        Err(kube::Error::Api(status)) if matches!(status.code, 403 | 404) => Ok(Found::Absent),
        Err(error) => Err(unreachable(&error)),
    }
}

fn what_is(namespace: &Value, learner: &str) -> Found {
    let metadata = &namespace["metadata"];
    match metadata["annotations"][LEARNER].as_str() {
        _ if metadata["labels"][COURSE_LABEL] != "podlings" => Found::Foreign,
        Some(other) if other != learner => Found::OfAnotherLearner,
        // A session that just ended may still be taking its namespace away.
        _ if namespace["status"]["phase"] == "Terminating" => Found::Absent,
        _ => Found::Ours,
    }
}

fn not_ours(name: &str) -> UserError {
    UserError::new(format!("the namespace {name:?} on this cluster is not ours"))
        .hint(format!("podlings only works in a namespace that carries the label {COURSE_LABEL}=podlings"))
        .or_korean(
            UserError::new(format!(
                "이 클러스터의 네임스페이스 {name:?}은(는) podlings가 만든 것이 아닙니다"
            ))
            .hint(format!("podlings는 {COURSE_LABEL}=podlings 레이블이 있는 네임스페이스에서만 일합니다")),
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_namespace_is_one_learners_and_nobody_elses() {
        let namespace = |label: &str, learner: Value, phase: &str| {
            json!({
                "metadata": {"labels": {COURSE_LABEL: label}, "annotations": {LEARNER: learner}},
                "status": {"phase": phase},
            })
        };
        for (namespace, wanted) in [
            (namespace("podlings", json!("me"), "Active"), "ours"),
            (namespace("podlings", Value::Null, "Active"), "ours"),
            (namespace("podlings", json!("me"), "Terminating"), "absent"),
            (namespace("podlings", json!("you"), "Active"), "another's"),
            (namespace("podlings", json!("you"), "Terminating"), "another's"),
            (namespace("", json!("me"), "Active"), "foreign"),
        ] {
            let found = match what_is(&namespace, "me") {
                Found::Absent => "absent",
                Found::Ours => "ours",
                Found::OfAnotherLearner => "another's",
                Found::Foreign => "foreign",
            };
            assert_eq!(found, wanted, "{namespace}");
        }
    }
}
