//! Whether a request is allowed, and in whose name: authorization and impersonation
//! (`apiserver/pkg/endpoints/filters`, `apiserver/pkg/endpoints/request`).

use std::sync::Arc;

use http::{HeaderMap, Method};

use crate::apimachinery::{FieldSelector, Status};

use super::super::authorization::{
    ANONYMOUS, Attributes, Decision, User, authorize, split_account_user_name,
};
use super::super::storage::Store;
use super::query::{Query, decode};

const AUTHENTICATION_GROUP: &str = "authentication.k8s.io";
const EXTRA_PREFIX: &str = "impersonate-extra-";

/// What a request wants, read from its path alone: also of what is not served.
pub(super) fn attributes_of(method: &Method, path: &str, query: &Query) -> Attributes {
    let plain = || Attributes::at(&method.as_str().to_ascii_lowercase(), path);
    let parts: Vec<String> = path.trim_matches('/').split('/').map(|part| decode(part, false)).collect();
    let texts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let (group, version, rest) = match texts.as_slice() {
        ["api", version, rest @ ..] if !rest.is_empty() => ("", *version, rest),
        ["apis", group, version, rest @ ..] if !rest.is_empty() => (*group, *version, rest),
        _ => return plain(),
    };
    let mut verb = match *method {
        Method::POST => "create",
        Method::GET | Method::HEAD => "get",
        Method::PUT => "update",
        Method::PATCH => "patch",
        Method::DELETE => "delete",
        _ => "",
    };
    let (namespace, rest) = match rest {
        ["namespaces", namespace, tail @ ..] => match tail.first() {
            None | Some(&("status" | "finalize")) => (*namespace, rest),
            Some(_) => (*namespace, tail),
        },
        rest => ("", rest),
    };
    let mut name = rest.get(1).copied().unwrap_or_default().to_owned();
    if name.is_empty() && verb == "get" {
        verb = if query.flag("watch") { "watch" } else { "list" };
        if let Ok(selector) = FieldSelector::parse(query.text("fieldSelector")) {
            selector.required("metadata.name").unwrap_or_default().clone_into(&mut name);
        }
    } else if name.is_empty() && verb == "delete" {
        verb = "deletecollection";
    }
    Attributes {
        verb: verb.to_owned(),
        is_resource: true,
        group: group.to_owned(),
        version: version.to_owned(),
        resource: rest[0].to_owned(),
        subresource: rest.get(2).copied().unwrap_or_default().to_owned(),
        namespace: namespace.to_owned(),
        name,
        path: path.to_owned(),
    }
}

/// Refuses what the user may not do.
///
/// # Errors
/// 403 in upstream's words.
pub(super) fn check(store: &Store, user: &User, attributes: &Attributes) -> Result<(), Status> {
    match authorize(store, user, attributes) {
        Decision::Allowed(_) => Ok(()),
        Decision::NoOpinion(reason) => Err(attributes.forbidden(user, &reason)),
    }
}

/// In whose name a request is made: the user's own, or whoever its headers name.
///
/// # Errors
/// 403 when the user may not impersonate them, 500 for groups without a user.
pub(super) fn impersonated(store: &Store, user: Arc<User>, headers: &HeaderMap) -> Result<Arc<User>, Status> {
    let Some(wanted) = Impersonation::of(headers)? else { return Ok(user) };
    for attributes in wanted.checks() {
        check(store, &user, &attributes)?;
    }
    Ok(Arc::new(wanted.user()))
}

/// What the headers of a request name.
struct Impersonation {
    name: String,
    uid: String,
    groups: Vec<String>,
    extra: Vec<(String, String)>,
}

impl Impersonation {
    fn of(headers: &HeaderMap) -> Result<Option<Self>, Status> {
        let all = |name: &str| -> Vec<String> {
            let values = headers.get_all(name).iter();
            values.filter_map(|value| value.to_str().ok()).map(str::to_owned).collect()
        };
        let first = |name: &str| all(name).into_iter().next().unwrap_or_default();
        let mut extra = Vec::new();
        for (header, value) in headers {
            if let (Some(key), Ok(value)) = (header.as_str().strip_prefix(EXTRA_PREFIX), value.to_str()) {
                extra.push((decode(key, false), value.to_owned()));
            }
        }
        let (name, uid) = (first("impersonate-user"), first("impersonate-uid"));
        let wanted = Self { name, uid, groups: all("impersonate-group"), extra };
        if !wanted.name.is_empty() {
            return Ok(Some(wanted));
        }
        if wanted.uid.is_empty() && wanted.groups.is_empty() && wanted.extra.is_empty() {
            return Ok(None);
        }
        Err(Status::internal("requested groups, uid or extra without impersonating a user"))
    }

    fn checks(&self) -> Vec<Attributes> {
        let core = |resource: &str, name: &str| Attributes {
            version: "v1".to_owned(),
            ..Attributes::on("impersonate", "", resource, name)
        };
        let mut checks = vec![match split_account_user_name(&self.name) {
            Some((namespace, name)) => core("serviceaccounts", name).within(namespace),
            None => core("users", &self.name),
        }];
        checks.extend(self.groups.iter().map(|group| core("groups", group)));
        let other = |resource: &str, subresource: &str, name: &str| Attributes {
            version: "v1".to_owned(),
            subresource: subresource.to_owned(),
            ..Attributes::on("impersonate", AUTHENTICATION_GROUP, resource, name)
        };
        checks.extend(self.extra.iter().map(|(key, value)| other("userextras", key, value)));
        if !self.uid.is_empty() {
            checks.push(other("uids", "", &self.uid));
        }
        checks
    }

    fn user(self) -> User {
        let Self { name, uid, groups, extra } = self;
        let known = match split_account_user_name(&name) {
            Some((namespace, account)) => User::service_account(namespace, account),
            None if name == ANONYMOUS => User::anonymous(),
            None => User::new(name, &[]),
        };
        let groups = if groups.is_empty() { known.groups } else { groups };
        let mut user = User { uid, groups, ..User::new(known.name, &[]) };
        for (key, value) in extra {
            user.extra.entry(key).or_default().push(value);
        }
        user.authenticated()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(method: Method, url: &str) -> String {
        let (path, query) = url.split_once('?').unwrap_or((url, ""));
        let found = attributes_of(&method, path, &Query::parse(query));
        if !found.is_resource {
            return format!("{} {}", found.verb, found.path);
        }
        let (namespace, name) = (&found.namespace, &found.name);
        format!("{} {}.{} {namespace}/{name}", found.verb, found.whole_resource(), found.group)
    }

    #[test]
    fn a_path_tells_what_is_wanted() {
        for (method, url, expected) in [
            (Method::GET, "/api/v1/pods", "list pods. /"),
            (Method::GET, "/api/v1/namespaces/a/pods?watch=1", "watch pods. a/"),
            (
                Method::GET,
                "/api/v1/namespaces/a/pods?watch=0&fieldSelector=metadata.name%3Dp",
                "list pods. a/p",
            ),
            (Method::GET, "/api/v1/namespaces/a/pods/p/log", "get pods/log. a/p"),
            (Method::GET, "/api/v1/namespaces/a", "get namespaces. a/a"),
            (Method::PUT, "/api/v1/namespaces/a/finalize", "update namespaces/finalize. a/a"),
            (Method::POST, "/apis/x.io/v1/namespaces/a/things", "create things.x.io a/"),
            (
                Method::DELETE,
                "/apis/apps/v1/namespaces/a/deployments",
                "deletecollection deployments.apps a/",
            ),
            (Method::GET, "/api/v1/namespaces/a/services/web:80/proxy/b/c", "get services/proxy. a/web:80"),
            (Method::GET, "/apis/apps/v1", "get /apis/apps/v1"),
            (Method::GET, "/healthz", "get /healthz"),
        ] {
            assert_eq!(told(method, url), expected, "{url}");
        }
    }

    #[test]
    fn an_impersonated_account_is_in_the_groups_of_accounts() {
        let mut headers = HeaderMap::new();
        headers.insert("impersonate-user", "system:serviceaccount:default:bot".parse().unwrap());
        let wanted = Impersonation::of(&headers).unwrap().unwrap();
        assert_eq!(wanted.checks().len(), 1);
        assert_eq!(
            wanted.user().groups,
            ["system:serviceaccounts", "system:serviceaccounts:default", "system:authenticated"]
        );
        headers.remove("impersonate-user");
        headers.insert("impersonate-group", "team".parse().unwrap());
        assert_eq!(Impersonation::of(&headers).err().unwrap().code, 500);
    }
}
