//! What somebody wants to do.

use crate::apimachinery::{Status, StatusDetails};

use super::user::User;

/// A request, as far as authorization looks at it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Attributes {
    /// `get`, `list`, `create` …
    pub verb: String,
    /// Whether a resource is meant, and not a path such as `/healthz`.
    pub is_resource: bool,
    /// API group.
    pub group: String,
    /// API version.
    pub version: String,
    /// Plural of the resource.
    pub resource: String,
    /// Subresource; empty for the object itself.
    pub subresource: String,
    /// Namespace; empty for cluster scope and all namespaces.
    pub namespace: String,
    /// Name of the object; empty for all.
    pub name: String,
    /// The path, when no resource is meant.
    pub path: String,
}

impl Attributes {
    /// A verb on a resource of a group.
    pub(crate) fn on(verb: &str, group: &str, resource: &str, name: &str) -> Self {
        Self {
            verb: verb.to_owned(),
            is_resource: true,
            group: group.to_owned(),
            resource: resource.to_owned(),
            name: name.to_owned(),
            ..Self::default()
        }
    }

    /// The same in a namespace.
    #[must_use]
    pub(crate) fn within(mut self, namespace: &str) -> Self {
        namespace.clone_into(&mut self.namespace);
        self
    }

    /// A verb on a path.
    pub(crate) fn at(verb: &str, path: &str) -> Self {
        Self { verb: verb.to_owned(), path: path.to_owned(), ..Self::default() }
    }

    /// `pods` or `pods/log`.
    pub(crate) fn whole_resource(&self) -> String {
        if self.subresource.is_empty() {
            self.resource.clone()
        } else {
            format!("{}/{}", self.resource, self.subresource)
        }
    }

    /// 403, in the words of `responsewriters.Forbidden`.
    pub(crate) fn forbidden(&self, user: &User, reason: &str) -> Status {
        let mut why = self.refusal(user);
        if !reason.is_empty() {
            why.push_str(": ");
            why.push_str(reason);
        }
        let resource = if self.group.is_empty() {
            self.resource.clone()
        } else {
            format!("{}.{}", self.resource, self.group)
        };
        let message = match (self.is_resource, self.name.as_str()) {
            (false, _) => format!("forbidden: {why}"),
            (true, "") => format!("{resource} is forbidden: {why}"),
            (true, name) => format!("{resource} {name:?} is forbidden: {why}"),
        };
        let mut status = Status::failure(403, "Forbidden", message);
        status.details = Some(Box::new(StatusDetails {
            name: self.name.clone(),
            group: self.group.clone(),
            kind: self.resource.clone(),
            ..StatusDetails::default()
        }));
        status
    }

    fn refusal(&self, user: &User) -> String {
        let (name, verb) = (&user.name, &self.verb);
        if !self.is_resource {
            return format!("User {name:?} cannot {verb} path {:?}", self.path);
        }
        let place = if self.namespace.is_empty() {
            "at the cluster scope".to_owned()
        } else {
            format!("in the namespace {:?}", self.namespace)
        };
        let resource = self.whole_resource();
        format!("User {name:?} cannot {verb} resource {resource:?} in API group {:?} {place}", self.group)
    }
}
