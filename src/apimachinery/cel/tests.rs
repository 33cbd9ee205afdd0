//! Expressions, what they mean, and which are refused.

use crate::base::json;

use super::*;

fn told(source: &str) -> String {
    let object =
        json!({"replicas": 3, "name": "web-1", "tags": ["a", "b"], "limits": {"cpu": "500m"}, "a-b": 1});
    let known = [("self", from_json(&object))];
    match Program::parse(source).and_then(|program| program.evaluate(&known)) {
        Ok(value) => value.to_json().map_or_else(|| value.type_name().to_owned(), |value| value.to_string()),
        Err(error) => error,
    }
}

#[test]
fn expressions_mean_what_they_mean_upstream() {
    for (source, expected) in [
        ("self.replicas * 2 + 1 == 7 && !(self.replicas > 5)", "true"),
        ("has(self.name) && !has(self.missing)", "true"),
        ("self.missing == 1 || self.replicas == 3", "true"),
        ("self.missing == 1", "no such key: missing"),
        ("self.tags.all(t, t.size() == 1) && self.tags.exists(t, t == 'b')", "true"),
        ("self.tags.map(t, t + '!')", r#"["a!","b!"]"#),
        ("self.tags.filter(t, t != 'a').size()", "1"),
        ("self.limits.all(k, k == 'cpu')", "true"),
        ("'cpu' in self.limits && self.limits['cpu'] == '500m'", "true"),
        ("self.name.matches('^[a-z]+-[0-9]$')", "true"),
        ("self.name.find('[0-9]+') + self.name.upperAscii()", r#""1WEB-1""#),
        ("quantity(self.limits.cpu).isLessThan(quantity('1'))", "true"),
        ("quantity('1Gi').add(quantity('1Gi')).compareTo(quantity('2Gi'))", "0"),
        ("isQuantity('x') ? 1 : 2", "2"),
        ("self.a__dash__b", "1"),
        ("1 / 0", "division by zero"),
        ("[3, 1, 2].sum() + [3, 1, 2].min()", "7"),
        ("[1, 2].isSorted()", "true"),
        ("self.tags[5]", "index out of bounds: 5"),
        ("'x' + 1", "no such overload"),
        ("'%s has %d'.format([self.name, self.replicas])", r#""web-1 has 3""#),
        ("url('https://a.b:80/c?d=e').getHostname()", r#""a.b""#),
        ("cidr('10.0.0.0/8').containsIP('10.1.2.3')", "true"),
        ("self.?missing.orValue('none')", r#""none""#),
        ("duration('1h') > duration('30m')", "true"),
        ("type(self.replicas) == int", "true"),
        ("int('12') + int(3.9)", "15"),
        ("sets.contains(self.tags, ['a'])", "true"),
        ("{'a': 1}.a", "1"),
    ] {
        assert_eq!(told(source), expected, "{source}");
    }
}

fn schema() -> Value {
    json!({"type": "object", "properties": {
        "replicas": {"type": "integer"}, "max": {"type": "integer"}, "name": {"type": "string"},
        "tags": {"type": "array", "items": {"type": "string"}},
    }})
}

#[test]
fn what_cannot_be_evaluated_is_refused_before() {
    let schema = schema();
    let refusal = |source: &str| {
        Program::compile(source, &[("self", Type::Schema(&schema))], &Type::Bool).err().unwrap_or_default()
    };
    assert_eq!(refusal("self.replicas <= self.max && self.tags.all(t, t.size() < 5)"), "");
    assert_eq!(
        refusal("self.foo > 1"),
        "compilation failed: ERROR: <input>:1:5: undefined field 'foo'\n | self.foo > 1\n | ....^"
    );
    assert!(refusal("that > 1").contains("undeclared reference to 'that' (in container '')"));
    assert!(refusal("self.replicas.authorize('x')").contains("undeclared reference to 'authorize'"));
    assert!(
        refusal("self.replicas == '3'")
            .contains("found no matching overload for '_==_' applied to '(int, string)'")
    );
    assert_eq!(refusal("self.replicas + 1"), "must evaluate to bool");
    assert!(refusal("self.replicas >").starts_with("compilation failed: ERROR: <input>:1:"));
}

#[test]
fn rules_judge_values_and_changes() {
    let mut schema = schema();
    schema["x-kubernetes-validations"] = json!([
        {"rule": "self.replicas <= self.max", "messageExpression": "'at most ' + string(self.max)"},
        {"rule": "self.name == oldSelf.name", "message": "name is immutable", "fieldPath": ".name", "reason": "FieldValueForbidden"},
    ]);
    let root = json!({"type": "object", "properties": {"spec": schema}});
    let told = |new: Value, old: Option<Value>| -> Vec<String> {
        let old = old.map(|old| json!({"spec": old}));
        let errors = validate_by_rules(&root, &json!({"spec": new}), old.as_ref(), "");
        errors.iter().map(ToString::to_string).collect()
    };
    assert_eq!(
        told(json!({"replicas": 3, "max": 2, "name": "a"}), None),
        [r#"spec: Invalid value: "object": at most 2"#]
    );
    assert_eq!(
        told(json!({"replicas": 1, "max": 2, "name": "b"}), Some(json!({"name": "a"}))),
        ["spec.name: Forbidden: name is immutable"]
    );
    assert_eq!(
        told(json!({"replicas": 1}), None),
        [r#"spec: Invalid value: "object": no such key: max evaluating rule: self.replicas <= self.max"#]
    );
    assert_eq!(rule_errors(&root["properties"]["spec"], "x", None, false), []);
}
