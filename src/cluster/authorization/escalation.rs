//! Nobody may hand out more than they have (`pkg/registry/rbac/*/policybased`).

use crate::apimachinery::Object;

use super::super::storage::Store;
use super::attributes::Attributes;
use super::policy_rule::{PolicyRule, compacted, quoted, uncovered};
use super::rbac::rules_for;
use super::user::{MASTERS, User};
use super::{Decision, authorize};

const GROUP: &str = "rbac.authorization.k8s.io";

/// Whether the user may do so without being asked what they hold themselves.
fn may_escalate(store: &Store, user: &User, attributes: &Attributes) -> bool {
    user.is_in(MASTERS) || matches!(authorize(store, user, attributes), Decision::Allowed(_))
}

/// Why a user may not write a role with these rules, if so.
pub(crate) fn role_refusal(store: &Store, user: &User, role: &Object) -> Option<String> {
    let (resource, namespace) = match role.namespace() {
        "" => ("clusterroles", ""),
        namespace => ("roles", namespace),
    };
    let escalate = Attributes::on("escalate", GROUP, resource, role.name()).within(namespace);
    if may_escalate(store, user, &escalate) {
        return None;
    }
    let rules = PolicyRule::all(role.list("/rules"));
    let refusal = missing(store, user, namespace, &rules);
    if refusal.is_some() || role.get("/aggregationRule").is_none() {
        return refusal;
    }
    // What it gathers is not known beforehand: it may be anything.
    let all = || vec!["*".to_owned()];
    let everything = [
        PolicyRule { verbs: all(), api_groups: all(), resources: all(), ..PolicyRule::default() },
        PolicyRule { verbs: all(), non_resource_urls: all(), ..PolicyRule::default() },
    ];
    missing(store, user, namespace, &everything)
        .map(|_| "must have cluster-admin privileges to use the aggregationRule".to_owned())
}

/// Why a user may not bind a role with these rules, if so.
pub(crate) fn binding_refusal(
    store: &Store,
    user: &User,
    binding: &Object,
    rules: &[PolicyRule],
) -> Option<String> {
    let namespace = binding.namespace();
    missing(store, user, namespace, rules)
}

/// Whether a user may bind the role that a binding names, whatever it holds.
pub(crate) fn may_bind(store: &Store, user: &User, binding: &Object) -> bool {
    let resource = if binding.text("/roleRef/kind") == "Role" { "roles" } else { "clusterroles" };
    let bind = Attributes::on("bind", GROUP, resource, binding.text("/roleRef/name"));
    may_escalate(store, user, &bind.within(binding.namespace()))
}

fn missing(store: &Store, user: &User, namespace: &str, rules: &[PolicyRule]) -> Option<String> {
    let (owned, errors) = rules_for(store, user, namespace);
    let missing = uncovered(&owned, rules);
    if missing.is_empty() {
        return None;
    }
    let mut texts: Vec<String> = compacted(missing).iter().map(PolicyRule::compact_text).collect();
    texts.sort();
    texts.dedup();
    let mut message = format!(
        "user {:?} (groups={}) is attempting to grant RBAC permissions not currently held:\n{}",
        user.name,
        quoted(&user.groups),
        texts.join("\n"),
    );
    if !errors.is_empty() {
        message.push_str(&format!("; resolution errors: [{}]", errors.join(", ")));
    }
    Some(message)
}
