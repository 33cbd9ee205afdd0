//! What lessons need to be allowed, asked of the cluster beforehand.

use std::fmt;

use futures::future::join_all;
use http::Method;

use crate::base::{UserError, json};

use super::objects::{Objects, unreachable};

/// Something that a lesson does on a cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Right {
    verb: &'static str,
    group: &'static str,
    resource: &'static str,
    subresource: &'static str,
    /// The namespace it is needed in; `None` for what belongs to none.
    namespace: Option<String>,
}

impl fmt::Display for Right {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.verb, self.resource)?;
        if !self.group.is_empty() {
            write!(f, ".{}", self.group)?;
        }
        if !self.subresource.is_empty() {
            write!(f, "/{}", self.subresource)?;
        }
        match &self.namespace {
            Some(namespace) => write!(f, " in the namespace {namespace}"),
            None => Ok(()),
        }
    }
}

const ALL: &[&str] = &["get", "list", "watch", "create", "patch", "delete"];

/// What lessons do in their namespace: group, resource, subresource, verbs.
const NAMESPACED: &[(&str, &str, &str, &[&str])] = &[
    ("", "pods", "", ALL),
    ("", "pods", "log", &["get"]),
    // kubectl streams over web sockets, which begin with a GET.
    ("", "pods", "exec", &["get", "create"]),
    ("", "pods", "portforward", &["get", "create"]),
    ("", "services", "", ALL),
    ("", "services", "proxy", &["get"]),
    ("", "configmaps", "", ALL),
    ("", "secrets", "", ALL),
    ("", "events", "", &["list"]),
    ("apps", "deployments", "", ALL),
    ("apps", "deployments", "scale", &["get", "patch"]),
    ("apps", "replicasets", "", &["get", "list", "watch"]),
    ("discovery.k8s.io", "endpointslices", "", &["list", "watch"]),
];

/// What lessons do to make and remove a namespace of their own; one that is there need only be seen.
const OF_NAMESPACES: &[&str] = &["get", "create", "delete"];

/// What single steps look at outside of the lessons' namespace; without it, only these steps cannot be done.
const LOOKED_AT: &[(&str, Option<&str>)] = &[("nodes", None), ("pods", Some("kube-system"))];

/// The rights that single steps need and that the learner does not have.
///
/// # Errors
/// When the cluster cannot be asked.
pub async fn missing_looks(client: &kube::Client) -> Result<Vec<Right>, UserError> {
    let rights = LOOKED_AT.iter().map(|&(resource, namespace)| Right {
        verb: "list",
        group: "",
        resource,
        subresource: "",
        namespace: namespace.map(str::to_owned),
    });
    missing_of(&Objects::new(client.clone(), "default"), rights).await
}

/// The rights that lessons need and that the learner does not have.
///
/// # Errors
/// When the cluster cannot be asked.
pub async fn missing_rights(
    client: &kube::Client,
    namespace: &str,
    makes_namespace: bool,
) -> Result<Vec<Right>, UserError> {
    let objects = Objects::new(client.clone(), namespace);
    let of = |group, resource, subresource, verb| Right {
        verb,
        group,
        resource,
        subresource,
        namespace: (resource != "namespaces").then(|| namespace.to_owned()),
    };
    // Who may do everything is asked one question a resource.
    let asked = NAMESPACED.iter().map(|&(group, resource, subresource, verbs)| {
        let objects = &objects;
        async move {
            let verbs = match verbs.len() {
                0..=2 => verbs,
                _ if is_allowed(objects, &of(group, resource, subresource, "*")).await? => &[],
                _ => verbs,
            };
            missing_of(objects, verbs.iter().map(|verb| of(group, resource, subresource, verb))).await
        }
    });
    let mut missing: Vec<Right> =
        join_all(asked).await.into_iter().collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect();
    let verbs = if makes_namespace { OF_NAMESPACES } else { &OF_NAMESPACES[..1] };
    missing.extend(missing_of(&objects, verbs.iter().map(|verb| of("", "namespaces", "", verb))).await?);
    Ok(missing)
}

async fn missing_of(objects: &Objects, rights: impl Iterator<Item = Right>) -> Result<Vec<Right>, UserError> {
    let mut missing = Vec::new();
    for right in rights {
        if !is_allowed(objects, &right).await? {
            missing.push(right);
        }
    }
    Ok(missing)
}

async fn is_allowed(objects: &Objects, right: &Right) -> Result<bool, UserError> {
    let review = json!({
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": {
            "namespace": right.namespace.as_deref().unwrap_or_default(),
            "verb": right.verb,
            "group": right.group,
            "resource": right.resource,
            "subresource": right.subresource,
        }},
    });
    let path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
    let answer = objects.request(Method::POST, path, &review).await.map_err(|error| match &error {
        kube::Error::Api(status) if status.code == 403 => unknown_here(&status.message),
        error => unreachable(error),
    })?;
    Ok(answer["status"]["allowed"] == true)
}

/// Everybody who is signed in may ask what they may do.
fn unknown_here(why: &str) -> UserError {
    UserError::new(format!("the cluster does not know you: {why}"))
        .hint("sign in with the tool that made this context")
        .or_korean(
            UserError::new(format!("클러스터가 누구인지 알지 못합니다: {why}"))
                .hint("이 컨텍스트를 만든 도구로 로그인하세요"),
        )
}
