//! What a request is about: verb, kind, namespace, name, subresource.

use http::Method;

use crate::apimachinery::{
    Kind, ObjectKey, Status, Subresource, aggregated_by_resource, kind_by_resource, parse_go_duration,
    unstored_kind_by_resource,
};

use super::query::{Query, decode};

/// What is asked of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    Get,
    List,
    Watch,
    Create,
    Update,
    Patch,
    Delete,
    DeleteCollection,
}

impl Verb {
    /// The verb's name, as discovery and errors write it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::List => "list",
            Self::Watch => "watch",
            Self::Create => "create",
            Self::Update => "update",
            Self::Patch => "patch",
            Self::Delete => "delete",
            Self::DeleteCollection => "deletecollection",
        }
    }
}

/// Finds the kind served at a group, version and plural.
pub(super) type FindKind<'a> = &'a dyn Fn(&str, &str, &str) -> Option<&'static Kind>;

/// A request to a resource.
#[derive(Debug)]
pub(super) struct RequestInfo {
    /// What is asked.
    pub verb: Verb,
    /// Of which kind.
    pub kind: &'static Kind,
    /// In which namespace; `None` for all of them or none.
    pub namespace: Option<String>,
    /// Of which object; empty for collections.
    pub name: String,
    /// Of which part of it.
    pub subresource: Option<&'static Subresource>,
    /// What follows the subresource in the path (proxy), with the leading slash.
    pub rest: String,
    /// Parameters.
    pub query: Query,
}

impl RequestInfo {
    /// Reads a path such as `/apis/apps/v1/namespaces/default/deployments/web/scale`; `None` when it
    /// names nothing that is served.
    ///
    /// `custom` finds custom kinds; it is asked only about what Kubernetes does not bring along.
    pub(super) fn parse(
        method: &Method,
        path: &str,
        query: Query,
        custom: FindKind<'_>,
    ) -> Option<Result<Self, Status>> {
        let kind_of_resource = |group: &str, version: &str, plural: &str| {
            kind_of_resource(group, version, plural).or_else(|| custom(group, version, plural))
        };
        let mut parts = path.strip_prefix('/')?.split('/');
        let group = match parts.next()? {
            "api" => "",
            "apis" => parts.next()?,
            _ => return None,
        };
        let version = parts.next()?;
        let mut parts = parts.peekable();
        // The way in which watches were asked for long ago.
        let watches = parts.next_if_eq(&"watch").is_some() && method == Method::GET;
        let mut rest: Vec<&str> = parts.collect();
        while rest.last() == Some(&"") && rest.len() > 1 && !rest.contains(&"proxy") {
            rest.pop();
        }
        let (namespace, rest) = match rest.as_slice() {
            // What follows is a resource in that namespace; else the Namespace itself, or a part of it, is meant.
            ["namespaces", namespace, tail @ ..]
                if tail.first().is_some_and(|plural| kind_of_resource(group, version, plural).is_some()) =>
            {
                (Some(decode(namespace, false)), tail)
            }
            tail => (None, tail),
        };
        let (plural, rest) = rest.split_first()?;
        let kind = kind_of_resource(group, version, plural)?;
        if namespace.is_some() && !kind.namespaced {
            return None;
        }
        let name = rest.first().map(|name| decode(name, false)).unwrap_or_default();
        // A namespaced object has no path outside its namespace.
        if kind.namespaced && namespace.is_none() && !name.is_empty() {
            return None;
        }
        let subresource = match rest.get(1) {
            Some(name) => Some(kind.subresource(name)?),
            None => None,
        };
        let tail = rest.get(2..).unwrap_or_default();
        let proxied = subresource.is_some_and(|subresource| subresource.name == "proxy");
        if !tail.is_empty() && !proxied {
            return None;
        }
        let rest = tail.iter().map(|part| format!("/{part}")).collect();
        // A proxy passes on whatever the client asks.
        let Some(verb) = verb_of(method, &name, &query).or(proxied.then_some(Verb::Get)) else {
            return Some(Err(Status::method_not_allowed(kind, &method.as_str().to_ascii_lowercase())));
        };
        let verb = if watches { Verb::Watch } else { verb };
        Some(Self { verb, kind, namespace, name, subresource, rest, query }.checked())
    }

    fn checked(self) -> Result<Self, Status> {
        let verbs = self.subresource.map_or(self.kind.verbs, |subresource| subresource.verbs);
        let all_namespaces = self.kind.namespaced && self.namespace.is_none();
        let reads = matches!(self.verb, Verb::List | Verb::Watch);
        if !verbs.contains(&self.verb.name()) || (all_namespaces && !reads) {
            return Err(Status::method_not_allowed(self.kind, self.verb.name()));
        }
        let timeout = self.query.text("timeout");
        if !timeout.is_empty() && !self.runs_long() && parse_go_duration(timeout).is_none() {
            let why = "invalid timeout specified in the request URL";
            return Err(Status::bad_request(format!("{why} - time: invalid duration {timeout:?}")));
        }
        Ok(self)
    }

    /// Whether the answer takes as long as the client stays, so that no deadline is set.
    fn runs_long(&self) -> bool {
        let streams = matches!(self.subresource_name(), "attach" | "exec" | "log" | "portforward" | "proxy");
        streams || self.verb == Verb::Watch
    }

    /// Namespace and name of the object asked for.
    pub(super) fn key(&self) -> ObjectKey {
        ObjectKey::new(self.namespace.clone().unwrap_or_default(), self.name.clone())
    }

    /// The subresource's name; empty for the object itself.
    pub(super) fn subresource_name(&self) -> &'static str {
        self.subresource.map_or("", |subresource| subresource.name)
    }
}

fn kind_of_resource(group: &str, version: &str, plural: &str) -> Option<&'static Kind> {
    kind_by_resource(group, version, plural)
        .or_else(|| unstored_kind_by_resource(group, version, plural))
        .or_else(|| aggregated_by_resource(group, version, plural))
}

fn verb_of(method: &Method, name: &str, query: &Query) -> Option<Verb> {
    let collection = name.is_empty();
    Some(match *method {
        Method::GET | Method::HEAD if query.flag("watch") => Verb::Watch,
        Method::GET | Method::HEAD if collection => Verb::List,
        Method::GET | Method::HEAD => Verb::Get,
        Method::POST => Verb::Create,
        Method::PUT if !collection => Verb::Update,
        Method::PATCH if !collection => Verb::Patch,
        Method::DELETE if collection => Verb::DeleteCollection,
        Method::DELETE => Verb::Delete,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(method: Method, url: &str) -> Option<Result<RequestInfo, Status>> {
        let (path, query) = url.split_once('?').unwrap_or((url, ""));
        RequestInfo::parse(&method, path, Query::parse(query), &|_, _, _| None)
    }

    fn told(method: Method, url: &str) -> String {
        match parsed(method, url) {
            None => "404".to_owned(),
            Some(Err(status)) => status.code.to_string(),
            Some(Ok(info)) => format!(
                "{} {} {} {}{}",
                info.verb.name(),
                info.kind.group_resource(),
                info.key(),
                info.subresource_name(),
                info.rest
            ),
        }
    }

    #[test]
    fn a_time_limit_is_a_duration_where_there_is_one() {
        let refused = parsed(Method::GET, "/api/v1/pods?timeout=invalid").unwrap().unwrap_err();
        assert_eq!(
            (refused.code, refused.message.as_str()),
            (400, "invalid timeout specified in the request URL - time: invalid duration \"invalid\"")
        );
        for url in ["/api/v1/pods?timeout=3h", "/api/v1/pods?timeout=", "/api/v1/pods?watch=1&timeout=x"] {
            assert!(parsed(Method::GET, url).unwrap().is_ok(), "{url}");
        }
    }

    #[test]
    fn paths_name_objects_and_their_parts() {
        for (method, url, expected) in [
            (Method::GET, "/api/v1/pods", "list pods  "),
            (Method::GET, "/api/v1/namespaces/a/pods?watch=1", "watch pods a/ "),
            (Method::GET, "/api/v1/watch/namespaces/a/pods", "watch pods a/ "),
            (Method::GET, "/api/v1/namespaces/a/pods/p", "get pods a/p "),
            (Method::GET, "/api/v1/namespaces/a/pods/p/log", "get pods a/p log"),
            (Method::GET, "/api/v1/namespaces", "list namespaces  "),
            (Method::DELETE, "/api/v1/namespaces/a", "delete namespaces a "),
            (Method::PUT, "/api/v1/namespaces/a/finalize", "update namespaces a finalize"),
            (
                Method::PATCH,
                "/apis/apps/v1/namespaces/a/deployments/d/scale",
                "patch deployments.apps a/d scale",
            ),
            (
                Method::DELETE,
                "/apis/apps/v1/namespaces/a/deployments",
                "deletecollection deployments.apps a/ ",
            ),
            (Method::OPTIONS, "/api/v1/namespaces/a/pods/p/proxy", "get pods a/p proxy"),
            (Method::GET, "/api/v1/namespaces/a/services/web:80/proxy/a/", "get services a/web:80 proxy/a/"),
        ] {
            assert_eq!(told(method, url), expected, "{url}");
        }
    }

    #[test]
    fn what_is_not_served_is_told_apart_from_what_is_not_allowed() {
        assert_eq!(told(Method::GET, "/api/v1/nothing"), "404");
        assert_eq!(told(Method::GET, "/apis/apps/v1beta1/deployments"), "404");
        assert_eq!(told(Method::GET, "/api/v1/namespaces/a/pods/p/nothing"), "404");
        assert_eq!(told(Method::GET, "/api/v1/namespaces/a/nodes"), "404");
        assert_eq!(told(Method::POST, "/api/v1/pods"), "405");
        assert_eq!(told(Method::DELETE, "/api/v1/namespaces"), "405");
        assert_eq!(told(Method::OPTIONS, "/api/v1/pods"), "405");
        assert_eq!(told(Method::DELETE, "/api/v1/namespaces/a/pods/p/log"), "405");
    }
}
