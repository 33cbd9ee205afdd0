//! Policies and webhooks against writes of a whole registry.

use crate::apimachinery::builtin::{
    CONFIG_MAP, MUTATING_ADMISSION_POLICY, MUTATING_ADMISSION_POLICY_BINDING, NAMESPACE,
    VALIDATING_ADMISSION_POLICY, VALIDATING_ADMISSION_POLICY_BINDING, VALIDATING_WEBHOOK_CONFIGURATION,
};
use crate::apimachinery::{Kind, Object, ObjectKey, Status};
use crate::base::{Random, Value, json};
use crate::cluster::registry::{Registry, WriteOptions, Written};

fn registry() -> Registry {
    let mut registry = Registry::new("2026-01-01T00:00:00Z".parse().unwrap(), Random::seeded(1));
    create(&mut registry, &NAMESPACE, json!({"metadata": {"name": "default"}})).unwrap();
    registry
}

fn create(registry: &mut Registry, kind: &'static Kind, value: Value) -> Result<Written, Status> {
    let namespace = if kind.namespaced { "default" } else { "" };
    registry.create(kind, namespace, Object::from_value(value).unwrap(), &WriteOptions::component("test"))
}

#[test]
fn expressions_ask_what_whoever_writes_may_do() {
    let mut registry = registry();
    let policy = |expression: &str| {
        json!({"metadata": {"name": "asks"}, "spec": {
        "matchConstraints": {"resourceRules": rules(&["CREATE"])}, "validations": [{"expression": expression}]}})
    };
    let binding =
        json!({"metadata": {"name": "all"}, "spec": {"policyName": "asks", "validationActions": ["Deny"]}});
    create(&mut registry, &VALIDATING_ADMISSION_POLICY_BINDING, binding).unwrap();
    let map = || json!({"metadata": {"generateName": "m-"}});
    for (expression, holds) in [
        ("authorizer.requestResource.check('create').allowed()", true),
        ("authorizer.path('/healthz').check('get').allowed()", true),
        (
            "authorizer.serviceAccount('default', 'a').group('').resource('pods').namespace('default').check('list').allowed()",
            false,
        ),
        (
            "authorizer.serviceAccount('default', 'a').group('apps').resource('deployments').subresource('scale').name('x').check('update').reason() == ''",
            true,
        ),
    ] {
        create(&mut registry, &VALIDATING_ADMISSION_POLICY, policy(expression)).unwrap();
        assert_eq!(create(&mut registry, &CONFIG_MAP, map()).is_ok(), holds, "{expression}");
        let (delete, options) = (Default::default(), WriteOptions::component("test"));
        registry
            .delete(&VALIDATING_ADMISSION_POLICY, &ObjectKey::new("", "asks"), &delete, &options)
            .unwrap();
    }
    let refused = create(
        &mut registry,
        &VALIDATING_ADMISSION_POLICY,
        policy("object.allowed() || authorizer.nothing()"),
    );
    assert!(refused.unwrap_err().message.contains("undeclared reference to 'nothing'"));
}

fn rules(operations: &[&str]) -> Value {
    json!([{"apiGroups": [""], "apiVersions": ["v1"], "operations": operations, "resources": ["configmaps"]}])
}

#[test]
fn a_bound_policy_refuses_what_its_expressions_do_not_allow() {
    let mut registry = registry();
    let policy = json!({"metadata": {"name": "few"}, "spec": {
        "matchConstraints": {"resourceRules": rules(&["CREATE", "DELETE"])},
        "variables": [{"name": "count", "expression": "has(object.data) ? object.data.size() : 0"}],
        "matchConditions": [{"name": "mine", "expression": "request.operation == 'CREATE'"}],
        "validations": [
            {"expression": "variables.count <= 1"},
            {"expression": "object.metadata.name != 'bad'", "messageExpression": "'not ' + object.metadata.name", "reason": "Forbidden"},
        ],
    }});
    create(&mut registry, &VALIDATING_ADMISSION_POLICY, policy).unwrap();
    let big = json!({"metadata": {"name": "big"}, "data": {"a": "1", "b": "2"}});
    assert!(create(&mut registry, &CONFIG_MAP, big.clone()).is_ok());
    let binding = |actions: Value| json!({"metadata": {"name": "all"}, "spec": {"policyName": "few", "validationActions": actions}});
    create(&mut registry, &VALIDATING_ADMISSION_POLICY_BINDING, binding(json!(["Deny"]))).unwrap();
    let mut other = big;
    other["metadata"]["name"] = "other".into();
    let refused = create(&mut registry, &CONFIG_MAP, other).unwrap_err();
    assert_eq!(
        (refused.code, refused.message.as_str()),
        (
            422,
            "configmaps \"other\" is forbidden: ValidatingAdmissionPolicy 'few' with binding 'all' denied request: failed expression: variables.count <= 1"
        )
    );
    let refused = create(&mut registry, &CONFIG_MAP, json!({"metadata": {"name": "bad"}})).unwrap_err();
    assert_eq!(refused.code, 403);
    assert!(refused.message.ends_with("denied request: not bad"), "{}", refused.message);
    assert!(create(&mut registry, &CONFIG_MAP, json!({"metadata": {"name": "good"}})).is_ok());
    let (delete, options) = (Default::default(), WriteOptions::component("test"));
    assert!(registry.delete(&CONFIG_MAP, &ObjectKey::new("default", "big"), &delete, &options).is_ok());
}

#[test]
fn a_webhook_that_nobody_answers_is_a_failure_or_nothing() {
    let mut registry = registry();
    let webhooks = |policy: &str| {
        json!({"metadata": {"name": policy.to_lowercase()}, "webhooks": [{
            "name": "check.example.com", "failurePolicy": policy, "sideEffects": "None", "admissionReviewVersions": ["v1"],
            "rules": rules(&["CREATE"]), "clientConfig": {"service": {"namespace": "default", "name": "hook", "path": "/v"}},
        }]})
    };
    create(&mut registry, &VALIDATING_WEBHOOK_CONFIGURATION, webhooks("Ignore")).unwrap();
    assert!(create(&mut registry, &CONFIG_MAP, json!({"metadata": {"name": "a"}})).is_ok());
    create(&mut registry, &VALIDATING_WEBHOOK_CONFIGURATION, webhooks("Fail")).unwrap();
    let refused = create(&mut registry, &CONFIG_MAP, json!({"metadata": {"name": "b"}})).unwrap_err();
    assert_eq!(
        (refused.code, refused.message.as_str()),
        (
            500,
            r#"Internal error occurred: failed calling webhook "check.example.com": failed to call webhook: Post "https://hook.default.svc:443/v?timeout=10s": service "hook" not found"#
        )
    );
}

#[test]
fn a_bound_policy_changes_what_is_written() {
    let mut registry = registry();
    let policy = |name: &str, mutation: Value| {
        json!({"metadata": {"name": name}, "spec": {
            "matchConstraints": {"resourceRules": rules(&["CREATE"])},
            "matchConditions": [{"name": "meant", "expression": "object.metadata.name != 'spared'"}],
            "variables": [{"name": "who", "expression": "request.operation"}],
            "mutations": [mutation],
        }})
    };
    let merge = json!({"patchType": "ApplyConfiguration", "applyConfiguration": {"expression":
        "Object{metadata: Object.metadata{labels: {'by': variables.who}, annotations: {'z': 'z'}}, data: {'a': '2', ?'c': optional.none()}}"}});
    let patch = json!({"patchType": "JSONPatch", "jsonPatch": {"expression":
        "[JSONPatch{op: 'add', path: '/metadata/annotations/' + jsonpatch.escapeKey('x/y'), value: object.data.a + '!'}]"}});
    for (name, mutation) in [("a-merge", merge), ("b-patch", patch)] {
        create(&mut registry, &MUTATING_ADMISSION_POLICY, policy(name, mutation)).unwrap();
        let binding = json!({"metadata": {"name": name}, "spec": {"policyName": name}});
        create(&mut registry, &MUTATING_ADMISSION_POLICY_BINDING, binding).unwrap();
    }
    let written =
        create(&mut registry, &CONFIG_MAP, json!({"metadata": {"name": "m"}, "data": {"a": "1", "b": "1"}}));
    let written = written.unwrap().object;
    assert_eq!(written.get("/data"), Some(&json!({"a": "2", "b": "1"})));
    assert_eq!(written.annotation("x/y"), Some("2!"));
    assert_eq!(written.label("by"), Some("CREATE"));
    let spared = create(&mut registry, &CONFIG_MAP, json!({"metadata": {"name": "spared"}})).unwrap();
    assert_eq!(spared.object.get("/data"), None);
    let unknown =
        json!({"patchType": "ApplyConfiguration", "applyConfiguration": {"expression": "Thing{a: 1}"}});
    let refused = create(&mut registry, &MUTATING_ADMISSION_POLICY, policy("d", unknown)).unwrap_err();
    assert!(refused.message.contains("undeclared reference to 'Thing'"), "{}", refused.message);
}

#[test]
fn a_mutation_that_fails_says_why() {
    let refusal = |patch: &str, source: &str| {
        let mut registry = registry();
        let (kind, field) =
            if patch == "JSONPatch" { (patch, "jsonPatch") } else { (patch, "applyConfiguration") };
        let policy = json!({"metadata": {"name": "p"}, "spec": {
            "matchConstraints": {"resourceRules": rules(&["CREATE"])},
            "mutations": [{"patchType": kind, field: {"expression": source}}],
        }});
        create(&mut registry, &MUTATING_ADMISSION_POLICY, policy).unwrap();
        let binding = json!({"metadata": {"name": "b"}, "spec": {"policyName": "p"}});
        create(&mut registry, &MUTATING_ADMISSION_POLICY_BINDING, binding).unwrap();
        let written =
            create(&mut registry, &CONFIG_MAP, json!({"metadata": {"name": "n"}, "data": {"a": "1"}}));
        written.map_err(|status| (status.code, status.reason, status.message)).err()
    };
    let denied = |why: &str| {
        let message = format!("policy 'p' with binding 'b' denied request: {why}");
        Some((403, "Invalid".to_owned(), message))
    };
    assert_eq!(
        refusal("JSONPatch", "[JSONPatch{op: 'remove', path: '/no'}]"),
        denied(
            "JSON Patch: error in remove for path: '/no': Unable to remove nonexistent key: no: missing value"
        )
    );
    assert_eq!(refusal("JSONPatch", "[JSONPatch{op: 'test', path: '/data/a', value: '2'}]"), None);
    assert_eq!(
        refusal("JSONPatch", "[JSONPatch{op: 'add', path: '/spec', value: {'a': 1}}]"),
        Some((
            500,
            "InternalError".to_owned(),
            r#"Internal error occurred: strict decoding error: unknown field "spec""#.to_owned()
        ))
    );
    assert_eq!(
        refusal("ApplyConfiguration", "Object{immutably: true}"),
        denied(
            "error applying patch: failed to convert patch object to typed object: .immutably: field not declared in schema"
        )
    );
    assert_eq!(
        refusal("ApplyConfiguration", "Object{metadata: Object.metadata{managedFields: []}}"),
        denied(
            "error applying patch: invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: .metadata.managedFields"
        )
    );
}
