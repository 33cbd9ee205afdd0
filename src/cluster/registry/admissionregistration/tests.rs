//! Wrong policies and what is said about them.

use super::*;
use crate::apimachinery::Object;
use crate::base::{Value, json};
use crate::cluster::registry::strategy::Strategy;

fn policy(change: impl FnOnce(&mut Value)) -> Vec<String> {
    let mut policy = json!({"metadata": {"name": "p"}, "spec": {
        "failurePolicy": "Fail",
        "matchConstraints": {"matchPolicy": "Equivalent", "resourceRules": [
            {"apiGroups": ["apps"], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["deployments"]},
        ]},
        "validations": [{"expression": "object.spec.replicas <= 5"}],
    }});
    change(&mut policy);
    let policy = Object::from_value(policy).unwrap();
    ValidatingPolicyStrategy.validate(&policy).iter().map(ToString::to_string).collect()
}

#[test]
fn policies_are_refused_in_upstreams_words() {
    assert_eq!(policy(|_| ()), [] as [String; 0]);
    assert_eq!(
        policy(|policy| policy["spec"]["validations"] = json!([])),
        [
            "spec.validations: Required value: validations or auditAnnotations must be non-empty; at least one is required",
            "spec.auditAnnotations: Required value: validations or auditAnnotations must be non-empty; at least one is required",
        ]
    );
    let told = policy(|policy| policy["spec"]["validations"][0]["expression"] = "that.x".into());
    assert!(
        told[0].starts_with(r#"spec.validations[0].expression: Invalid value: "that.x": compilation failed: ERROR: <input>:1:1: undeclared reference to 'that'"#),
        "{told:?}"
    );
    let told = policy(|policy| policy["spec"]["validations"][0]["expression"] = "variables.none == 1".into());
    assert!(told[0].contains("ERROR: <input>:1:10: undefined field 'none'"), "{told:?}");
    assert_eq!(
        policy(|policy| policy["spec"]["matchConstraints"]["resourceRules"][0]["operations"] = json!(["GET"])),
        [
            r#"spec.matchConstraints.resourceRules[0].operations[0]: Unsupported value: "GET": supported values: "*", "CONNECT", "CREATE", "DELETE", "UPDATE""#
        ]
    );
}
