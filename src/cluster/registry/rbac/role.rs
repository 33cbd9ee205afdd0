//! Rules of Roles and ClusterRoles (`pkg/apis/rbac/validation`).

use crate::apimachinery::{FieldErrors, Object, Status, builtin};
use crate::base::{Timestamp, Value};

use super::super::super::authorization::role_refusal;
use super::super::Registry;
use super::super::columns::{self, Column};
use super::super::options::WriteOptions;
use super::super::strategy::Strategy;
use super::super::validation::{Field, label_selector_errors};

/// `pkg/registry/rbac/role` and `clusterrole`.
pub(crate) struct RoleStrategy {
    /// Whether these are the roles of one namespace.
    pub namespaced: bool,
}

impl Strategy for RoleStrategy {
    fn creates_on_update(&self) -> bool {
        true
    }

    fn set_defaults(&self, object: &mut Object) {
        // Go writes the list also when there is none.
        if object.get("/rules").is_none() {
            object.set("/rules", Value::Null);
        }
    }

    fn check_user(
        &self,
        registry: &Registry,
        options: &WriteOptions,
        new: &mut Object,
        old: Option<&Object>,
    ) -> Result<(), Status> {
        if super::keeps(new, old, ["/rules", "/aggregationRule"]) {
            return Ok(());
        }
        let kind = if self.namespaced { &builtin::ROLE } else { &builtin::CLUSTER_ROLE };
        super::refuse(kind, new, role_refusal(registry.store(), &options.user, new))
    }

    fn name_errors(&self, name: &str) -> Vec<String> {
        super::name_errors(name)
    }

    fn validate(&self, object: &Object) -> FieldErrors {
        let mut errors = FieldErrors::new();
        for rule in Field::of(object, "rules").items() {
            errors.extend(self.rule_errors(&rule));
        }
        let aggregation = Field::of(object, "aggregationRule");
        if aggregation.is_absent() {
            return errors;
        }
        let selectors = aggregation.child("clusterRoleSelectors");
        if selectors.is_empty() {
            let detail = "at least one clusterRoleSelector required if aggregationRule is non-nil";
            errors.push(selectors.required(detail));
        }
        for selector in selectors.items() {
            errors.extend(label_selector_errors(&selector));
        }
        errors
    }

    fn columns(&self) -> &'static [Column] {
        const { &[columns::NAME, Column { column_type: "date", ..Column::text("Created At") }] }
    }

    fn cells(&self, object: &Object, _now: Timestamp) -> Vec<Value> {
        vec![object.name().into(), object.text("/metadata/creationTimestamp").into()]
    }
}

impl RoleStrategy {
    fn rule_errors(&self, rule: &Field<'_>) -> FieldErrors {
        let mut errors = FieldErrors::new();
        if rule.child("verbs").is_empty() {
            errors.push(rule.child("verbs").required("verbs must contain at least one value"));
        }
        let paths = rule.child("nonResourceURLs");
        let given = |field: &str| !rule.child(field).is_empty();
        if !paths.is_empty() {
            if self.namespaced {
                errors.push(paths.invalid("namespaced rules cannot apply to non-resource URLs"));
            }
            if given("apiGroups") || given("resources") || given("resourceNames") {
                let detail = "rules cannot apply to both regular resources and non-resource URLs";
                errors.push(paths.invalid(detail));
            }
            return errors;
        }
        if !given("apiGroups") {
            let detail = "resource rules must supply at least one api group";
            errors.push(rule.child("apiGroups").required(detail));
        }
        if !given("resources") {
            let detail = "resource rules must supply at least one resource";
            errors.push(rule.child("resources").required(detail));
        }
        errors
    }
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    #[test]
    fn rules_name_resources_or_paths() {
        let errors = |namespaced, rule: Value| -> Vec<String> {
            let mut role = Object::new(&builtin::ROLE, "default", "r");
            role.set("/rules", json!([rule]));
            RoleStrategy { namespaced }.validate(&role).iter().map(ToString::to_string).collect()
        };
        assert_eq!(
            errors(true, json!({})),
            [
                "rules[0].verbs: Required value: verbs must contain at least one value",
                "rules[0].apiGroups: Required value: resource rules must supply at least one api group",
                "rules[0].resources: Required value: resource rules must supply at least one resource",
            ]
        );
        let path = json!({"verbs": ["get"], "nonResourceURLs": ["/metrics"]});
        assert_eq!(errors(false, path.clone()), Vec::<String>::new());
        assert_eq!(
            errors(true, path),
            [
                r#"rules[0].nonResourceURLs: Invalid value: ["/metrics"]: namespaced rules cannot apply to non-resource URLs"#
            ]
        );
    }
}
