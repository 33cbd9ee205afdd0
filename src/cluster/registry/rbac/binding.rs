//! Rules of RoleBindings and ClusterRoleBindings.

use crate::apimachinery::{
    FieldErrors, Object, ObjectKey, Status, builtin, validate_dns1123_subdomain, validate_path_segment_name,
};
use crate::base::{Timestamp, Value, json};

use super::super::super::authorization::{PolicyRule, binding_refusal, may_bind};
use super::super::Registry;
use super::super::columns::{self, Column};
use super::super::options::WriteOptions;
use super::super::strategy::Strategy;
use super::super::validation::Field;
use super::GROUP;

/// `pkg/registry/rbac/rolebinding` and `clusterrolebinding`.
pub(crate) struct BindingStrategy {
    /// Whether these are the bindings of one namespace.
    pub namespaced: bool,
}

impl Strategy for BindingStrategy {
    fn creates_on_update(&self) -> bool {
        true
    }

    fn set_defaults(&self, object: &mut Object) {
        if object.text("/roleRef/apiGroup").is_empty() {
            object.set("/roleRef/apiGroup", GROUP);
        }
        let Some(Value::Array(subjects)) = object.get_mut("/subjects") else { return };
        for subject in subjects {
            let absent = subject["apiGroup"].as_str().unwrap_or_default().is_empty();
            if absent && (subject["kind"] == "User" || subject["kind"] == "Group") {
                subject["apiGroup"] = GROUP.into();
            }
        }
    }

    fn check_user(
        &self,
        registry: &Registry,
        options: &WriteOptions,
        new: &mut Object,
        old: Option<&Object>,
    ) -> Result<(), Status> {
        let (store, user) = (registry.store(), &options.user);
        if super::keeps(new, old, ["/roleRef", "/subjects"]) || may_bind(store, user, new) {
            return Ok(());
        }
        let name = new.text("/roleRef/name");
        let role = match new.text("/roleRef/kind") {
            "Role" => registry.get(&builtin::ROLE, &ObjectKey::new(new.namespace(), name))?,
            _ => registry.get(&builtin::CLUSTER_ROLE, &ObjectKey::new("", name))?,
        };
        let kind = if self.namespaced { &builtin::ROLE_BINDING } else { &builtin::CLUSTER_ROLE_BINDING };
        super::refuse(kind, new, binding_refusal(store, user, new, &PolicyRule::all(role.list("/rules"))))
    }

    fn name_errors(&self, name: &str) -> Vec<String> {
        super::name_errors(name)
    }

    fn validate(&self, object: &Object) -> FieldErrors {
        let mut errors = FieldErrors::new();
        let role = Field::of(object, "roleRef");
        if role.child("apiGroup").text() != GROUP {
            errors.push(role.child("apiGroup").not_supported(&[GROUP]));
        }
        let kinds: &[&str] = if self.namespaced { &["Role", "ClusterRole"] } else { &["ClusterRole"] };
        if !kinds.contains(&role.child("kind").text()) {
            errors.push(text_not_supported(&role.child("kind"), kinds));
        }
        let name = role.child("name");
        if name.is_empty() {
            errors.push(name.required(""));
        } else {
            errors.extend(name.invalid_all(validate_path_segment_name(name.text())));
        }
        for subject in Field::of(object, "subjects").items() {
            errors.extend(self.subject_errors(&subject));
        }
        errors
    }

    fn validate_update(&self, new: &Object, old: &Object) -> FieldErrors {
        let role = Field::of(new, "roleRef");
        if new.get("/roleRef") == old.get("/roleRef") {
            return FieldErrors::new();
        }
        // The value is shown as Go's type without a wire form has it.
        let part = |name: &str| role.child(name).text().to_owned();
        let shown = json!({"APIGroup": part("apiGroup"), "Kind": part("kind"), "Name": part("name")});
        vec![role.invalid_value(shown, "cannot change roleRef")]
    }

    fn columns(&self) -> &'static [Column] {
        const {
            &[
                columns::NAME,
                Column::text("Role"),
                columns::AGE,
                Column::wide("Users"),
                Column::wide("Groups"),
                Column::wide("ServiceAccounts"),
            ]
        }
    }

    fn cells(&self, object: &Object, now: Timestamp) -> Vec<Value> {
        let role = format!("{}/{}", object.text("/roleRef/kind"), object.text("/roleRef/name"));
        let names = |kind: &str| -> Value {
            let subjects = object.list("/subjects").iter().filter(|subject| subject["kind"] == kind);
            let names: Vec<String> = subjects.map(subject_name).collect();
            names.join(", ").into()
        };
        vec![
            object.name().into(),
            role.into(),
            columns::age(object, now),
            names("User"),
            names("Group"),
            names("ServiceAccount"),
        ]
    }
}

fn subject_name(subject: &Value) -> String {
    let text = |field: &str| subject[field].as_str().unwrap_or_default();
    match text("kind") {
        "ServiceAccount" => format!("{}/{}", text("namespace"), text("name")),
        _ => text("name").to_owned(),
    }
}

impl BindingStrategy {
    fn subject_errors(&self, subject: &Field<'_>) -> FieldErrors {
        let mut errors = FieldErrors::new();
        let (name, group) = (subject.child("name"), subject.child("apiGroup"));
        if name.is_empty() {
            errors.push(name.required(""));
        }
        match subject.child("kind").text() {
            "ServiceAccount" => {
                if !name.is_empty() {
                    errors.extend(name.invalid_all(validate_dns1123_subdomain(name.text())));
                }
                if !group.is_empty() {
                    errors.push(group.not_supported(&[""]));
                }
                if !self.namespaced && subject.child("namespace").is_empty() {
                    errors.push(subject.child("namespace").required(""));
                }
            }
            "User" | "Group" => {
                if group.text() != GROUP {
                    errors.push(group.not_supported(&[GROUP]));
                }
            }
            _ => {
                errors.push(text_not_supported(&subject.child("kind"), &["ServiceAccount", "User", "Group"]))
            }
        }
        errors
    }
}

/// As [`Field::not_supported`], with an absent text shown as the empty one.
fn text_not_supported(field: &Field<'_>, supported: &[&str]) -> crate::apimachinery::FieldError {
    crate::apimachinery::FieldError::not_supported(field.path(), field.text(), supported)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn binding(role: Value, subjects: Value) -> Object {
        let mut object = Object::new(&builtin::ROLE_BINDING, "default", "b");
        object.set("/roleRef", role);
        object.set("/subjects", subjects);
        object
    }

    #[test]
    fn groups_are_filled_in_and_the_rest_is_checked() {
        let strategy = BindingStrategy { namespaced: false };
        let role = json!({"kind": "Role", "name": "r"});
        let subjects = json!([{"kind": "User", "name": "jane"}, {"kind": "ServiceAccount", "name": "bot"}, {"kind": "Robot"}]);
        let mut object = binding(role, subjects);
        strategy.set_defaults(&mut object);
        assert_eq!(object.text("/subjects/0/apiGroup"), GROUP);
        let errors: Vec<String> = strategy.validate(&object).iter().map(ToString::to_string).collect();
        assert_eq!(
            errors,
            [
                r#"roleRef.kind: Unsupported value: "Role": supported values: "ClusterRole""#,
                "subjects[1].namespace: Required value",
                "subjects[2].name: Required value",
                r#"subjects[2].kind: Unsupported value: "Robot": supported values: "ServiceAccount", "User", "Group""#,
            ]
        );
    }

    #[test]
    fn a_binding_keeps_its_role() {
        let one = binding(json!({"apiGroup": GROUP, "kind": "Role", "name": "a"}), json!([]));
        let other = binding(json!({"apiGroup": GROUP, "kind": "Role", "name": "b"}), json!([]));
        let errors = BindingStrategy { namespaced: true }.validate_update(&other, &one);
        assert_eq!(
            errors[0].to_string(),
            r#"roleRef: Invalid value: {"APIGroup":"rbac.authorization.k8s.io","Kind":"Role","Name":"b"}: cannot change roleRef"#
        );
    }
}
