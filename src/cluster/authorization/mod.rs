//! What a user may do: the group that may do everything, the node authorizer, then RBAC.

mod attributes;
mod escalation;
mod node;
mod policy_rule;
mod rbac;
mod user;

use super::storage::Store;

pub(crate) use attributes::Attributes;
pub(crate) use escalation::{binding_refusal, may_bind, role_refusal};
pub(crate) use policy_rule::PolicyRule;
pub(crate) use user::{ANONYMOUS, AUTHENTICATED, MASTERS, User, split_account_user_name};

/// What came of asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// Yes, and why.
    Allowed(String),
    /// Nobody allows it; what is added to the refusal, if anything.
    NoOpinion(String),
}

/// Asks the authorizers in the order in which kubeadm configures them.
pub(crate) fn authorize(store: &Store, user: &User, attributes: &Attributes) -> Decision {
    if user.is_in(MASTERS) {
        return Decision::Allowed(String::new());
    }
    let mut reasons = Vec::new();
    if let Some(node) = node::node_of(user) {
        match node::authorize(store, node, attributes) {
            Ok(reason) => return Decision::Allowed(reason),
            Err(reason) => reasons.push(reason),
        }
    }
    match rbac::authorize(store, user, attributes) {
        Ok(reason) => return Decision::Allowed(reason),
        Err(reason) => reasons.push(reason),
    }
    reasons.retain(|reason| !reason.is_empty());
    Decision::NoOpinion(reasons.join("\n"))
}

pub(crate) use node::node_of;

/// The rules that apply to a user in a namespace, and why they may not be all.
pub(crate) fn rules_for(store: &Store, user: &User, namespace: &str) -> (Vec<PolicyRule>, Vec<String>) {
    let (rules, mut errors) = rbac::rules_for(store, user, namespace);
    if node::node_of(user).is_some() {
        errors.insert(0, "node authorizer does not support user rule resolution".to_owned());
    }
    (rules, errors)
}

#[cfg(test)]
mod tests;
