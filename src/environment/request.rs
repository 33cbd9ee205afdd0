//! What a request to the API is about: which resource, which object, and to do what with it.

use http::{HeaderMap, Method};

/// What the path of a request leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place<'p> {
    /// Empty for the core group.
    pub group: &'p str,
    pub version: &'p str,
    pub namespace: Option<&'p str>,
    pub plural: &'p str,
    /// The object; a collection has none.
    pub name: Option<&'p str>,
    /// What of the object: `status`, `scale`, `exec` …
    pub part: Option<&'p str>,
}

impl<'p> Place<'p> {
    /// Of a path without its query; of what leads to no resource there is none.
    pub(super) fn of(path: &'p str) -> Option<Self> {
        let words: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        let (group, version, rest) = match words.as_slice() {
            ["api", version, rest @ ..] => ("", *version, rest),
            ["apis", group, version, rest @ ..] => (*group, *version, rest),
            _ => return None,
        };
        let (namespace, rest) = match rest {
            ["namespaces", namespace, rest @ ..] if !rest.is_empty() => (Some(*namespace), rest),
            rest => (None, rest),
        };
        let (plural, rest) = rest.split_first()?;
        let (name, part) = (rest.first().copied(), rest.get(1).copied());
        Some(Self { group, version, namespace, plural, name, part })
    }

    /// Whether it is the same object, whatever the version; `*` at the end of the other's name stands for anything.
    pub(super) fn is_meant_by(&self, other: &Place<'_>) -> bool {
        let fits = |wanted: &str, name: &str| match wanted.strip_suffix('*') {
            Some(prefix) => name.starts_with(prefix),
            None => name == wanted,
        };
        (self.group, self.namespace, self.plural) == (other.group, other.namespace, other.plural)
            && matches!((other.name, self.name), (Some(wanted), Some(name)) if fits(wanted, name))
    }
}

/// What a request does: `create`, `apply`, `patch`, `update` or `delete`.
pub(super) fn verb_of(method: &Method, headers: &HeaderMap) -> Option<&'static str> {
    let applies = || {
        let content = headers.get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        content.is_some_and(|content| content.starts_with("application/apply-patch"))
    };
    Some(match *method {
        Method::POST => "create",
        Method::PUT => "update",
        Method::PATCH if applies() => "apply",
        Method::PATCH => "patch",
        Method::DELETE => "delete",
        _ => return None,
    })
}

/// Whether a request may make an object: one for a collection, or what makes an object that is not there.
pub(super) fn may_make(verb: &str, place: &Place<'_>) -> bool {
    match verb {
        "create" => place.name.is_none() && !place.plural.ends_with("reviews"),
        "update" | "apply" => place.name.is_some() && place.part.is_none(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_to_collections_objects_and_parts_of_them() {
        let read = |path| {
            let place = Place::of(path)?;
            Some((place.group, place.namespace, place.plural, place.name, place.part))
        };
        for (path, place) in [
            ("/api/v1/namespaces", Some(("", None, "namespaces", None, None))),
            ("/api/v1/namespaces/shop", Some(("", None, "namespaces", Some("shop"), None))),
            ("/api/v1/namespaces/shop/pods", Some(("", Some("shop"), "pods", None, None))),
            (
                "/api/v1/namespaces/shop/pods/a/exec",
                Some(("", Some("shop"), "pods", Some("a"), Some("exec"))),
            ),
            ("/apis/apps/v1/deployments", Some(("apps", None, "deployments", None, None))),
            ("/apis/apps/v1", None),
            ("/version", None),
        ] {
            assert_eq!(read(path), place, "{path}");
        }
    }
}
