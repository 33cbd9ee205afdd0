//! Roles: rules about resources that no API group of that name has.

use crate::apimachinery::{KINDS, Object, unstored};
use crate::base::Value;

use super::super::finding::{Aside, Finding, get_yaml, name_of};
use super::super::sentences;
use super::{Chain, near};

/// Verbs of the API; others are about what is no resource, such as users (`impersonate`) and signers (`approve`).
const VERBS: &[&str] =
    &["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection", "*"];

/// Verbs whose requests name no object.
const NAMELESS: &[&str] = &["list", "watch", "create", "deletecollection"];

/// What kubectl calls it, and what it asks the API for.
const OF_KUBECTL: &[(&str, &str)] = &[
    ("exec", "create (pods/exec)"),
    ("log", "get (pods/log)"),
    ("logs", "get (pods/log)"),
    ("attach", "create (pods/attach)"),
    ("portforward", "create (pods/portforward)"),
    ("port-forward", "create (pods/portforward)"),
    ("scale", "patch, update (deployments/scale)"),
    ("read", "get, list, watch"),
    ("view", "get, list, watch"),
    ("describe", "get, list"),
    ("write", "create, update, patch"),
    ("edit", "get, patch"),
    ("apply", "get, create, patch"),
    ("remove", "delete"),
];

impl Chain<'_> {
    /// The first rule of a role that grants nothing.
    pub(super) fn role(self, role: &Object) -> Option<Finding> {
        role.list("/rules").iter().find_map(|rule| {
            let list = |key: &str| -> Vec<&str> {
                rule[key].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
            };
            let verbs = list("verbs");
            if let Some(finding) = verbs.iter().find_map(|verb| self.of_kubectl(role, verb)) {
                return Some(finding);
            }
            if verbs.iter().any(|verb| !VERBS.contains(verb)) {
                return None;
            }
            let (groups, resources) = (list("apiGroups"), list("resources"));
            let of_none = resources.iter().find_map(|resource| self.of_no_group(role, &groups, resource));
            of_none.or_else(|| {
                let names = list("resourceNames");
                let verb = verbs.iter().find(|verb| NAMELESS.contains(verb)).filter(|_| !names.is_empty())?;
                let words = [name_of(role), names.join(", "), (*verb).to_owned()];
                let finding = Finding::lasting(&sentences::NAMES_NOTHING, [&words[0], &words[1], &words[2]]);
                Some(finding.shown_by(get_yaml(role, self.world.namespace())))
            })
        })
    }

    /// A verb that is one of kubectl, and none of the API.
    fn of_kubectl(self, role: &Object, verb: &str) -> Option<Finding> {
        let (_, meant) = OF_KUBECTL.iter().find(|(known, _)| *known == verb)?;
        let finding = Finding::lasting(&sentences::NO_SUCH_VERB, [&name_of(role), verb, meant]);
        Some(finding.shown_by(get_yaml(role, self.world.namespace())))
    }

    fn of_no_group(self, role: &Object, groups: &[&str], resource: &str) -> Option<Finding> {
        let plural = resource.split('/').next().unwrap_or(resource);
        let own = KINDS.iter().chain(unstored::TABLE).filter(|kind| kind.plural == plural);
        let fits = own.clone().any(|kind| groups.contains(&kind.group)) || groups.contains(&"*");
        if plural == "*" || fits || groups.iter().any(|group| may_be_custom(group)) {
            return None;
        }
        let written = groups.iter().map(|group| quoted(group)).collect::<Vec<_>>().join(", ");
        let apart = plural.split_once('.').filter(|(plural, group)| {
            KINDS.iter().any(|kind| kind.plural == *plural && kind.group == *group)
        });
        if let Some((plural, group)) = apart {
            let words = vec![quoted(group), plural.to_owned()];
            let finding = Finding::lasting(&sentences::GRANTS_NOTHING, [&name_of(role), resource, &written]);
            let finding = finding.aside(Some((&sentences::GROUP_APART, words)));
            return Some(finding.shown_by(get_yaml(role, self.world.namespace())));
        }
        let aside: Aside = match own.clone().next() {
            Some(kind) => Some((&sentences::GROUP_IS, vec![plural.to_owned(), quoted(kind.group)])),
            None => near(plural, KINDS.iter().map(|kind| kind.plural)),
        };
        let finding = Finding::lasting(&sentences::GRANTS_NOTHING, [&name_of(role), resource, &written]);
        Some(finding.aside(aside).shown_by(get_yaml(role, self.world.namespace())))
    }
}

/// Whether a group may have custom resources, or those of another API server: of such it is not known which.
fn may_be_custom(group: &str) -> bool {
    // What comes without a dot or with a version is none that anybody could have defined.
    group.contains('.') && !group.contains('/') && !KINDS.iter().any(|kind| kind.group == group)
}

fn quoted(group: &str) -> String {
    format!("\"{group}\"")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::base::json;

    use super::super::super::super::world::World;
    use super::*;

    fn is_told(rule: Value) -> bool {
        let role = json!({
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "Role",
            "metadata": {"name": "r", "namespace": "default"},
            "rules": [rule],
        });
        let (world, logs) = (World::of("default", Vec::new()), BTreeMap::new());
        Chain::new(&world, &logs).role(&Object::from_value(role).unwrap()).is_some()
    }

    #[test]
    fn only_of_what_cannot_be_there_it_is_told_that_it_is_not() {
        for (group, resource, verb, told) in [
            ("v1", "pods", "get", true),
            ("apps/v1", "deployments", "get", true),
            ("", "deployments", "get", true),
            ("", "pod", "get", true),
            ("", "pods/log", "get", false),
            ("metrics.k8s.io", "pods", "get", false),
            ("serving.knative.dev", "services", "get", false),
            ("authorization.k8s.io", "subjectaccessreviews", "create", false),
            ("", "users", "impersonate", false),
            ("certificates.k8s.io", "signers", "approve", false),
            ("", "pods", "exec", true),
            ("", "deployments.apps", "get", true),
        ] {
            let rule = json!({"apiGroups": [group], "resources": [resource], "verbs": [verb]});
            assert_eq!(is_told(rule), told, "{verb} {group}/{resource}");
        }
    }
}
