//! Type checking of ValidatingAdmissionPolicies: expressions against the kinds that they are about
//! (`apiserver/pkg/admission/plugin/policy/validating/typechecking.go`).

use crate::apimachinery::{CelProgram, CelType, Kind, Object};
use crate::base::{Value, json};

use super::super::super::storage::Store;
use super::validation::VARIABLES;

/// Most kinds that one policy is checked against.
const KINDS_MAX: usize = 10;

/// Warnings about expressions that do not fit a kind, as `status.typeChecking.expressionWarnings`.
pub(crate) fn expression_warnings(store: &Store, policy: &Object) -> Vec<Value> {
    let kinds = kinds_of(store, policy);
    let mut warnings = Vec::new();
    for (index, validation) in policy.list("/spec/validations").iter().enumerate() {
        for (field, wanted) in [("expression", CelType::Bool), ("messageExpression", CelType::Text)] {
            let Some(source) = validation[field].as_str().filter(|source| !source.trim().is_empty()) else {
                continue;
            };
            let told: Vec<String> = kinds.iter().filter_map(|kind| told(kind, source, &wanted)).collect();
            if !told.is_empty() {
                let place = format!("spec.validations[{index}].{field}");
                warnings.push(json!({"fieldRef": place, "warning": told.join("\n")}));
            }
        }
    }
    warnings
}

/// What the compiler says of an expression about objects of a kind.
fn told(kind: &'static Kind, source: &str, wanted: &CelType<'_>) -> Option<String> {
    let of_kind = CelType::of_kind(kind);
    let known = |name: &&'static str| {
        let object = matches!(*name, "object" | "oldObject");
        (*name, if object { of_kind.clone() } else { CelType::Dyn })
    };
    let known: Vec<(&str, CelType<'_>)> = VARIABLES.iter().map(known).collect();
    let error = CelProgram::compile(source, &known, wanted).err()?;
    let error = error.strip_prefix("compilation failed: ").unwrap_or(&error).to_owned();
    Some(format!("{}/{}, Kind={}: {error}", kind.group, kind.version, kind.kind))
}

/// The kinds that the rules of a policy name; none where a rule means all of something.
fn kinds_of(store: &Store, policy: &Object) -> Vec<&'static Kind> {
    let mut kinds: Vec<&'static Kind> = Vec::new();
    let texts = |rule: &Value, field: &str| -> Vec<String> {
        let items = rule[field].as_array().into_iter().flatten();
        items.filter_map(Value::as_str).map(str::to_owned).collect()
    };
    for rule in policy.list("/spec/matchConstraints/resourceRules") {
        let parts = ["apiGroups", "apiVersions", "resources"].map(|field| texts(rule, field));
        if parts.iter().any(|texts| texts.iter().any(|text| text == "*")) {
            continue;
        }
        let [groups, versions, resources] = parts;
        for group in &groups {
            for version in &versions {
                let plain = resources.iter().filter(|resource| !resource.contains('/'));
                kinds.extend(
                    plain.filter_map(|resource| {
                        store.definitions().kind_by_resource(group, version, resource)
                    }),
                );
            }
        }
    }
    kinds.sort_by_key(|kind| (kind.group, kind.version, kind.plural));
    kinds.dedup_by_key(|kind| (kind.group, kind.version, kind.plural));
    kinds.truncate(KINDS_MAX);
    kinds
}
