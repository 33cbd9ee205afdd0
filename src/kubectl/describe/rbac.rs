//! Describes roles and what binds them.

use super::text::{Text, array, text_of};
use crate::base::Value;
use crate::kubectl::policy_rules::compacted;

/// Describes an object of the group.
pub(crate) fn describe(text: &mut Text, object: &Value) {
    match text_of(&object["kind"]) {
        "Role" | "ClusterRole" => role(text, object),
        _ => binding(text, object),
    }
}

/// Describes a Role or ClusterRole.
fn role(text: &mut Text, object: &Value) {
    text.head(object);
    text.line(0, "PolicyRule:");
    text.line(1, "Resources\tNon-Resource URLs\tResource Names\tVerbs");
    text.line(1, "---------\t-----------------\t--------------\t-----");
    for rule in compacted(array(&object["rules"])) {
        text.line(1, rule.row());
    }
}

/// Describes a RoleBinding or ClusterRoleBinding.
fn binding(text: &mut Text, object: &Value) {
    text.head(object);
    text.line(0, "Role:");
    text.field(1, "Kind", text_of(&object["roleRef"]["kind"]));
    text.field(1, "Name", text_of(&object["roleRef"]["name"]));
    text.line(0, "Subjects:");
    text.line(1, "Kind\tName\tNamespace");
    text.line(1, "----\t----\t---------");
    for subject in array(&object["subjects"]) {
        let part = |field: &str| text_of(&subject[field]).to_owned();
        text.line(1, format!("{}\t{}\t{}", part("kind"), part("name"), part("namespace")));
    }
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    #[test]
    fn a_role_shows_its_rules_in_columns() {
        let mut text = Text::default();
        let object = json!({"metadata": {"name": "reader"},
            "rules": [{"verbs": ["get", "list"], "apiGroups": [""], "resources": ["pods"]}]});
        role(&mut text, &object);
        assert_eq!(
            text.aligned(),
            "Name:         reader\nLabels:       <none>\nAnnotations:  <none>\nPolicyRule:\n  Resources  Non-Resource URLs  Resource Names  Verbs\n  ---------  -----------------  --------------  -----\n  pods       []                 []              [get list]\n"
        );
    }
}
