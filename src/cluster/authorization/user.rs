//! Who asks, as the API knows them.

use std::collections::BTreeMap;

use crate::base::{Value, json};

/// The group whose members may do everything.
pub(crate) const MASTERS: &str = "system:masters";
/// The group of everybody who proved who they are.
pub(crate) const AUTHENTICATED: &str = "system:authenticated";
/// Name of whoever did not.
pub(crate) const ANONYMOUS: &str = "system:anonymous";
/// The group of whoever did not.
const UNAUTHENTICATED: &str = "system:unauthenticated";
/// What the user name of a service account begins with.
const ACCOUNT_PREFIX: &str = "system:serviceaccount:";
/// The group of all service accounts.
const ACCOUNTS: &str = "system:serviceaccounts";

/// A user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct User {
    /// Name.
    pub name: String,
    /// Unique identifier; empty for most.
    pub uid: String,
    /// Groups.
    pub groups: Vec<String>,
    /// What else is known.
    pub extra: BTreeMap<String, Vec<String>>,
}

impl User {
    /// A user in these groups.
    pub(crate) fn new(name: impl Into<String>, groups: &[&str]) -> Self {
        let groups = groups.iter().map(|group| (*group).to_owned()).collect();
        Self { name: name.into(), groups, ..Self::default() }
    }

    /// A component of the cluster itself, which may do everything.
    pub(crate) fn component(name: &str) -> Self {
        Self::new(format!("system:{name}"), &[MASTERS, AUTHENTICATED])
    }

    /// minikube's administrator.
    pub(crate) fn administrator() -> Self {
        Self::new("minikube-user", &[MASTERS, AUTHENTICATED])
    }

    /// Whoever did not prove who they are.
    pub(crate) fn anonymous() -> Self {
        Self::new(ANONYMOUS, &[UNAUTHENTICATED])
    }

    /// A service account.
    pub(crate) fn service_account(namespace: &str, name: &str) -> Self {
        Self {
            name: account_user_name(namespace, name),
            groups: account_groups(namespace),
            ..Self::default()
        }
    }

    /// Whether the user is in a group.
    pub(crate) fn is_in(&self, group: &str) -> bool {
        self.groups.iter().any(|own| own == group)
    }

    /// Adds the group of everybody who proved who they are.
    #[must_use]
    pub(crate) fn authenticated(mut self) -> Self {
        if !self.is_in(AUTHENTICATED) && !self.is_in(UNAUTHENTICATED) {
            self.groups.push(AUTHENTICATED.to_owned());
        }
        self
    }

    /// `authentication.k8s.io/v1 UserInfo`.
    pub(crate) fn info(&self) -> Value {
        let mut info = json!({"username": self.name});
        if !self.uid.is_empty() {
            info["uid"] = self.uid.as_str().into();
        }
        if !self.groups.is_empty() {
            info["groups"] = self.groups.clone().into();
        }
        if !self.extra.is_empty() {
            info["extra"] = json!(self.extra);
        }
        info
    }
}

/// `system:serviceaccount:NAMESPACE:NAME`.
pub(crate) fn account_user_name(namespace: &str, name: &str) -> String {
    format!("{ACCOUNT_PREFIX}{namespace}:{name}")
}

/// Namespace and name of the service account that has this user name.
pub(crate) fn split_account_user_name(user: &str) -> Option<(&str, &str)> {
    let (namespace, name) = user.strip_prefix(ACCOUNT_PREFIX)?.split_once(':')?;
    (!namespace.is_empty() && !name.is_empty() && !name.contains(':')).then_some((namespace, name))
}

/// The groups of the service accounts of a namespace.
fn account_groups(namespace: &str) -> Vec<String> {
    vec![ACCOUNTS.to_owned(), format!("{ACCOUNTS}:{namespace}")]
}
