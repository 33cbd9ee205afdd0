//! Role-based access control: what the roles bound to a user allow
//! (`plugin/pkg/auth/authorizer/rbac`, `pkg/registry/rbac/validation`).

use std::sync::Arc;

use crate::apimachinery::builtin::{CLUSTER_ROLE, CLUSTER_ROLE_BINDING, ROLE, ROLE_BINDING};
use crate::apimachinery::{Object, ObjectKey};
use crate::base::Value;

use super::super::storage::Store;
use super::attributes::Attributes;
use super::policy_rule::{PolicyRule, allows};
use super::user::{User, account_user_name};

/// One binding that applies to a user, and the role that it names.
struct Grant<'a> {
    binding: &'a Object,
    subject: &'a Value,
    role: Result<&'a Arc<Object>, String>,
}

impl Grant<'_> {
    /// `RoleBinding "reader/default" of Role "reader" to User "jane"`.
    fn description(&self) -> String {
        let (binding, subject) = (self.binding, self.subject);
        let namespace = binding.namespace();
        let name = if namespace.is_empty() {
            binding.name().to_owned()
        } else {
            format!("{}/{namespace}", binding.name())
        };
        let text = |field: &str| subject[field].as_str().unwrap_or_default();
        let mut who = text("name").to_owned();
        if text("kind") == "ServiceAccount" {
            let own = if text("namespace").is_empty() { namespace } else { text("namespace") };
            who = format!("{who}/{own}");
        }
        format!(
            "{} {name:?} of {} {:?} to {} {who:?}",
            binding.kind(),
            binding.text("/roleRef/kind"),
            binding.text("/roleRef/name"),
            text("kind"),
        )
    }
}

/// What applies to a user in a namespace; bindings of the whole cluster come first.
fn grants<'a>(store: &'a Store, user: &'a User, namespace: &'a str) -> impl Iterator<Item = Grant<'a>> {
    let cluster = store.list(&CLUSTER_ROLE_BINDING, None).map(|binding| (binding, ""));
    let local = (!namespace.is_empty()).then(|| store.list(&ROLE_BINDING, Some(namespace)));
    let local = local.into_iter().flatten().map(move |binding| (binding, namespace));
    cluster.chain(local).filter_map(move |(binding, namespace)| {
        let mut subjects = binding.list("/subjects").iter();
        let subject = subjects.find(|subject| applies(user, subject, namespace))?;
        Some(Grant { binding, subject, role: role_of(store, binding, namespace) })
    })
}

fn applies(user: &User, subject: &Value, namespace: &str) -> bool {
    let text = |field: &str| subject[field].as_str().unwrap_or_default();
    let name = text("name");
    match text("kind") {
        "User" => user.name == name,
        "Group" => user.is_in(name),
        "ServiceAccount" => {
            let own = if text("namespace").is_empty() { namespace } else { text("namespace") };
            !own.is_empty() && user.name == account_user_name(own, name)
        }
        _ => false,
    }
}

/// The role that a binding names, or what the lister says when there is none.
fn role_of<'a>(store: &'a Store, binding: &Object, namespace: &str) -> Result<&'a Arc<Object>, String> {
    let name = binding.text("/roleRef/name");
    let (kind, key) = match binding.text("/roleRef/kind") {
        "Role" => (&ROLE, ObjectKey::new(namespace, name)),
        "ClusterRole" => (&CLUSTER_ROLE, ObjectKey::new("", name)),
        other => return Err(format!("unsupported role reference kind: {other:?}")),
    };
    store.get(kind, &key).ok_or_else(|| format!("{} {name:?} not found", kind.qualified_singular()))
}

/// Why a request is allowed (`Ok`), or what is added to its refusal (`Err`, empty for nothing).
pub(super) fn authorize(store: &Store, user: &User, attributes: &Attributes) -> Result<String, String> {
    let mut errors: Vec<String> = Vec::new();
    for grant in grants(store, user, &attributes.namespace) {
        match &grant.role {
            Ok(role) if role.list("/rules").iter().any(|rule| allows(rule, attributes)) => {
                return Ok(format!("RBAC: allowed by {}", grant.description()));
            }
            Ok(_) => {}
            Err(why) => {
                if !errors.contains(why) {
                    errors.push(why.clone());
                }
            }
        }
    }
    Err(match errors.as_slice() {
        [] => String::new(),
        [one] => format!("RBAC: {one}"),
        many => format!("RBAC: [{}]", many.join(", ")),
    })
}

/// The rules that apply to a user in a namespace, and what could not be resolved.
pub(crate) fn rules_for(store: &Store, user: &User, namespace: &str) -> (Vec<PolicyRule>, Vec<String>) {
    let (mut rules, mut errors) = (Vec::new(), Vec::new());
    for grant in grants(store, user, namespace) {
        match grant.role {
            Ok(role) => rules.extend(PolicyRule::all(role.list("/rules"))),
            Err(why) => errors.push(why),
        }
    }
    (rules, errors)
}
