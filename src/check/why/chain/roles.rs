//! Roles: rules about resources that no API group of that name has.

use serde_json::Value;

use crate::apimachinery::{KINDS, Object};

use super::super::finding::{Aside, Finding, get_yaml, name_of};
use super::super::sentences;
use super::{Chain, near};

impl Chain<'_> {
    /// The first rule of a role that grants nothing.
    pub(super) fn role(self, role: &Object) -> Option<Finding> {
        role.list("/rules").iter().find_map(|rule| {
            let list = |key: &str| -> Vec<&str> {
                rule[key].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
            };
            let (groups, resources) = (list("apiGroups"), list("resources"));
            resources.iter().find_map(|resource| self.of_no_group(role, &groups, resource))
        })
    }

    fn of_no_group(self, role: &Object, groups: &[&str], resource: &str) -> Option<Finding> {
        let plural = resource.split('/').next().unwrap_or(resource);
        let own = KINDS.iter().filter(|kind| kind.plural == plural);
        let fits = own.clone().any(|kind| groups.contains(&kind.group)) || groups.contains(&"*");
        // What nobody knows may be a custom resource.
        let known_group = groups.iter().all(|group| KINDS.iter().any(|kind| kind.group == *group));
        if plural == "*" || fits || (own.clone().next().is_none() && !known_group) {
            return None;
        }
        let aside: Aside = match own.clone().next() {
            Some(kind) => Some((&sentences::GROUP_IS, vec![plural.to_owned(), quoted(kind.group)])),
            None => near(plural, KINDS.iter().map(|kind| kind.plural)),
        };
        let written = groups.iter().map(|group| quoted(group)).collect::<Vec<_>>().join(", ");
        let finding = Finding::lasting(&sentences::GRANTS_NOTHING, [&name_of(role), resource, &written]);
        Some(finding.aside(aside).shown_by(get_yaml(role, self.world.namespace())))
    }
}

fn quoted(group: &str) -> String {
    format!("\"{group}\"")
}
