//! `authorizer` in expressions of admission: asks what the user who writes may do, or a service account.

use std::sync::Arc;

use crate::apimachinery::{CelHostValue, CelValue};

use super::super::super::authorization::{Attributes, Decision, User, authorize};
use super::super::super::storage::Store;

/// Who is asked about, and by which roles.
#[derive(Clone, Debug)]
struct Asked {
    store: Arc<Store>,
    user: Arc<User>,
}

/// `kubernetes.authorization.Authorizer`.
#[derive(Debug)]
pub(super) struct Authorizer {
    asked: Asked,
    /// The check of the request itself, its verb still missing.
    request: Attributes,
}

impl Authorizer {
    /// The authorizer for a user; `request` says what is written.
    pub(super) fn value(store: &Store, user: &Arc<User>, request: Attributes) -> CelValue {
        let asked = Asked { store: Arc::new(store.clone()), user: Arc::clone(user) };
        CelValue::Host(Arc::new(Self { asked, request }))
    }
}

impl CelHostValue for Authorizer {
    fn type_name(&self) -> &'static str {
        "kubernetes.authorization.Authorizer"
    }

    fn field(&self, name: &str) -> Option<CelValue> {
        (name == "requestResource").then(|| self.check(self.request.clone()))
    }

    fn call(&self, name: &str, arguments: &[CelValue]) -> Option<CelValue> {
        match (name, arguments) {
            ("path", [CelValue::Text(path)]) => Some(self.check(Attributes::at("", path))),
            ("group", [CelValue::Text(group)]) => Some(self.check(Attributes::on("", group, "", ""))),
            ("serviceAccount", [CelValue::Text(namespace), CelValue::Text(name)]) => {
                let user = Arc::new(User::service_account(namespace, name).authenticated());
                let asked = Asked { user, store: Arc::clone(&self.asked.store) };
                Some(CelValue::Host(Arc::new(Self { asked, request: self.request.clone() })))
            }
            _ => None,
        }
    }
}

impl Authorizer {
    fn check(&self, attributes: Attributes) -> CelValue {
        CelValue::Host(Arc::new(Check { asked: self.asked.clone(), attributes }))
    }
}

/// `kubernetes.authorization.ResourceCheck` and its like, as far as they have come.
#[derive(Debug)]
struct Check {
    asked: Asked,
    attributes: Attributes,
}

impl CelHostValue for Check {
    fn type_name(&self) -> &'static str {
        match (self.attributes.is_resource, self.attributes.resource.is_empty()) {
            (false, _) => "kubernetes.authorization.PathCheck",
            (true, true) => "kubernetes.authorization.GroupCheck",
            (true, false) => "kubernetes.authorization.ResourceCheck",
        }
    }

    fn field(&self, _: &str) -> Option<CelValue> {
        None
    }

    fn call(&self, name: &str, arguments: &[CelValue]) -> Option<CelValue> {
        let [CelValue::Text(text)] = arguments else { return None };
        let mut attributes = self.attributes.clone();
        let (is_resource, named) = (attributes.is_resource, !attributes.resource.is_empty());
        let field = match name {
            "check" if !is_resource || named => {
                attributes.verb = text.to_string();
                let decision = authorize(&self.asked.store, &self.asked.user, &attributes);
                return Some(CelValue::Host(Arc::new(Answer(decision))));
            }
            "resource" if is_resource && !named => &mut attributes.resource,
            "subresource" if named => &mut attributes.subresource,
            "namespace" if named => &mut attributes.namespace,
            "name" if named => &mut attributes.name,
            // Roles do not look at selectors.
            "fieldSelector" | "labelSelector" if named => &mut String::new(),
            _ => return None,
        };
        *field = text.to_string();
        Some(CelValue::Host(Arc::new(Self { asked: self.asked.clone(), attributes })))
    }
}

/// `kubernetes.authorization.Decision`.
#[derive(Debug)]
struct Answer(Decision);

impl CelHostValue for Answer {
    fn type_name(&self) -> &'static str {
        "kubernetes.authorization.Decision"
    }

    fn field(&self, _: &str) -> Option<CelValue> {
        None
    }

    fn call(&self, name: &str, arguments: &[CelValue]) -> Option<CelValue> {
        let (allowed, reason) = match &self.0 {
            Decision::Allowed(reason) => (true, reason),
            Decision::NoOpinion(reason) => (false, reason),
        };
        match (name, arguments) {
            ("allowed", []) => Some(CelValue::Bool(allowed)),
            ("reason", []) => Some(CelValue::text(reason)),
            ("errored", []) => Some(CelValue::Bool(false)),
            ("error", []) => Some(CelValue::text("")),
            _ => None,
        }
    }
}
