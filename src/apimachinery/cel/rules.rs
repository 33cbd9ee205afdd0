//! `x-kubernetes-validations`: rules of a schema (`apiextensions-apiserver/pkg/apiserver/schema/cel`).

use super::{CelValue, Program, Type};
use crate::apimachinery::field_error::{FieldError, FieldErrors};
use crate::base::Value;

/// One rule.
#[derive(Clone, Copy, Debug)]
struct Rule<'a> {
    value: &'a Value,
}

impl<'a> Rule<'a> {
    fn text(self, name: &str) -> &'a str {
        self.value.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// The expression.
    fn rule(self) -> &'a str {
        self.text("rule")
    }

    fn old_is_optional(self) -> bool {
        self.value.get("optionalOldSelf") == Some(&Value::Bool(true))
    }

    /// What messages call the rule when it cannot be evaluated.
    fn called(self) -> &'a str {
        let message = self.text("message").trim();
        if message.is_empty() { self.rule().trim() } else { message }
    }

    fn failed(self) -> String {
        match self.text("message").trim() {
            "" => format!("failed rule: {}", self.called()),
            message => message.to_owned(),
        }
    }
}

/// The rules that a schema has at its top.
fn rules_of(schema: &Value) -> impl Iterator<Item = Rule<'_>> {
    let rules = schema.get("x-kubernetes-validations").and_then(Value::as_array);
    rules.into_iter().flatten().map(|value| Rule { value })
}

/// Whether a schema has rules anywhere.
#[must_use]
pub fn has_rules(schema: &Value) -> bool {
    rules_of(schema).next().is_some()
        || ["items", "additionalProperties"].iter().filter_map(|name| schema.get(*name)).any(has_rules)
        || schema
            .get("properties")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
            .any(|(_, part)| has_rules(part))
}

/// The variables that rules of a schema may name.
fn variables<'a>(schema: &'a Value, is_root: bool) -> [(&'static str, Type<'a>); 2] {
    let this = match schema.get("type").and_then(Value::as_str).unwrap_or_default() {
        _ if is_root || schema.get("x-kubernetes-embedded-resource") == Some(&Value::Bool(true)) => {
            Type::Object(schema)
        }
        "boolean" => Type::Bool,
        "integer" => Type::Int,
        "number" => Type::Double,
        "string" if schema.get("format").is_none() => Type::Text,
        "object" | "array" => Type::Schema(schema),
        _ => Type::Dyn,
    };
    [("self", this.clone()), ("oldSelf", this)]
}

/// What is wrong with the rules that a definition gives; `uncorrelated` is the place of the list or map
/// around them of which old and new items cannot be told to be the same.
#[must_use]
pub fn rule_errors(schema: &Value, path: &str, uncorrelated: Option<&str>, is_root: bool) -> FieldErrors {
    let mut errors = FieldErrors::new();
    for (index, rule) in rules_of(schema).enumerate() {
        let at = format!("{path}.x-kubernetes-validations[{index}]");
        let known = if rule.old_is_optional() {
            let [this, _] = variables(schema, is_root);
            [this, ("oldSelf", Type::Dyn)]
        } else {
            variables(schema, is_root)
        };
        let program = match Program::compile(rule.rule(), &known, &Type::Bool) {
            Ok(program) => program,
            Err(error) => {
                errors.push(FieldError::invalid(format!("{at}.rule"), rule.value.clone(), error));
                continue;
            }
        };
        let message = rule.text("messageExpression");
        if !message.trim().is_empty()
            && let Err(error) = Program::compile(message, &known, &Type::Text)
        {
            errors.push(FieldError::invalid(
                format!("{at}.messageExpression"),
                rule.value.clone(),
                format!("messageExpression {error}"),
            ));
        }
        if let (true, Some(place)) = (program.names("oldSelf"), uncorrelated) {
            let detail =
                format!("oldSelf cannot be used on the uncorrelatable portion of the schema within {place}");
            errors.push(FieldError::invalid(format!("{at}.rule"), rule.rule(), detail));
        }
        if !program.names("oldSelf") && rule.value.get("optionalOldSelf").is_some() {
            let detail = "may not be set if oldSelf is not used in rule";
            let value = rule.value["optionalOldSelf"].clone();
            errors.push(FieldError::invalid(format!("{at}.optionalOldSelf"), value, detail));
        }
    }
    errors
}

/// What the rules of a schema say against a value; `old` is the value before, where it can be told.
#[must_use]
pub fn validate(schema: &Value, value: &Value, old: Option<&Value>, path: &str) -> FieldErrors {
    let mut errors = FieldErrors::new();
    if has_rules(schema) {
        check(schema, value, old, path, &mut errors);
    }
    errors
}

fn check(schema: &Value, value: &Value, old: Option<&Value>, path: &str, errors: &mut FieldErrors) {
    if value.is_null() {
        return;
    }
    if rules_of(schema).next().is_some() {
        let (this, before) = (typed(schema, value), old.map(|old| typed(schema, old)));
        for rule in rules_of(schema) {
            errors.extend(judge(rule, schema, (&this, before.as_ref()), path));
        }
    }
    let child = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let property = schema.get("properties").and_then(|properties| properties.get(name));
                let (part, path) = match property {
                    Some(part) => (part, child(name)),
                    None => match schema.get("additionalProperties") {
                        Some(part) if part.is_object() => (part, format!("{path}[{name}]")),
                        _ => continue,
                    },
                };
                check(part, value, old.and_then(|old| old.get(name)), &path, errors);
            }
        }
        Value::Array(items) => {
            let Some(part) = schema.get("items").filter(|items| items.is_object()) else { return };
            for (index, item) in items.iter().enumerate() {
                check(part, item, same_item(schema, item, old), &format!("{path}[{index}]"), errors);
            }
        }
        _ => {}
    }
}

/// The item of the old list that has the keys of this one.
fn same_item<'a>(schema: &Value, item: &Value, old: Option<&'a Value>) -> Option<&'a Value> {
    let keys = schema.get("x-kubernetes-list-map-keys")?.as_array()?;
    let keys: Vec<&str> = keys.iter().filter_map(Value::as_str).collect();
    old?.as_array()?.iter().find(|old| keys.iter().all(|key| old.get(*key) == item.get(*key)))
}

/// A value with the types that the formats of its schema give it.
fn typed(schema: &Value, value: &Value) -> CelValue {
    let format = schema.get("format").and_then(Value::as_str).unwrap_or_default();
    match (value, format) {
        (Value::String(text), "date-time") => match text.parse() {
            Ok(moment) => CelValue::Timestamp(moment),
            Err(_) => CelValue::text(text),
        },
        (Value::String(text), "duration") => {
            super::times::parse_duration(text).map_or_else(|| CelValue::text(text), CelValue::Duration)
        }
        (Value::Number(number), _) if schema.get("type").is_some_and(|kind| kind == "number") => {
            CelValue::Double(number.as_f64().unwrap_or_default())
        }
        (Value::Object(fields), _) => {
            let part = |name: &str| {
                let property = schema.get("properties").and_then(|properties| properties.get(name));
                property.or_else(|| schema.get("additionalProperties")).unwrap_or(&Value::Null)
            };
            // A field that is null is absent to rules, unless it may be null.
            let entries = fields.iter().map(|(name, value)| (CelValue::text(name), typed(part(name), value)));
            CelValue::Map(std::sync::Arc::new(entries.collect()))
        }
        (Value::Array(items), _) => {
            let part = schema.get("items").unwrap_or(&Value::Null);
            CelValue::List(std::sync::Arc::new(items.iter().map(|item| typed(part, item)).collect()))
        }
        (value, _) => CelValue::from_json(value),
    }
}

fn judge(
    rule: Rule<'_>,
    schema: &Value,
    values: (&CelValue, Option<&CelValue>),
    path: &str,
) -> Option<FieldError> {
    let (this, old) = values;
    let shown = if path.is_empty() { "<nil>" } else { path };
    let kind = schema.get("type").and_then(Value::as_str).unwrap_or_default();
    let program = match Program::parse(rule.rule()) {
        Ok(program) => program,
        Err(error) => return Some(FieldError::invalid(shown, kind, error)),
    };
    let mut known = vec![("self", this.clone())];
    if program.names("oldSelf") {
        match old {
            _ if rule.old_is_optional() => {
                known.push(("oldSelf", CelValue::Optional(old.map(|old| std::sync::Arc::new(old.clone())))));
            }
            Some(old) => known.push(("oldSelf", old.clone())),
            // Rules about changes hold for changes only.
            None => return None,
        }
    }
    match program.evaluate(&known) {
        Ok(CelValue::Bool(true)) => None,
        Ok(CelValue::Bool(false)) => Some(refused(rule, kind, &known, path)),
        Ok(_) => Some(FieldError::invalid(
            shown,
            kind,
            format!("no such overload evaluating rule: {}", rule.called()),
        )),
        Err(error) if error.starts_with("no such overload") => {
            let detail = format!(
                "'{error}': call arguments did not match a supported operator, function or macro signature for rule: {}",
                rule.called()
            );
            Some(FieldError::invalid(shown, kind, detail))
        }
        Err(error) => {
            Some(FieldError::invalid(shown, kind, format!("{error} evaluating rule: {}", rule.called())))
        }
    }
}

fn refused(rule: Rule<'_>, kind: &str, known: &[(&str, CelValue)], path: &str) -> FieldError {
    let mut detail = rule.failed();
    let expression = rule.text("messageExpression");
    // A message that cannot be told leaves the plain one.
    if let Ok(CelValue::Text(text)) = Program::parse(expression).and_then(|program| program.evaluate(known))
        && !text.trim().is_empty()
        && !text.contains('\n')
    {
        detail = text.trim().to_owned();
    }
    let path = match rule.text("fieldPath") {
        "" if path.is_empty() => "<nil>".to_owned(),
        field if path.is_empty() => field.trim_start_matches('.').to_owned(),
        field => format!("{path}{field}"),
    };
    match rule.text("reason") {
        "FieldValueForbidden" => FieldError::forbidden(path, detail),
        "FieldValueRequired" => FieldError::required(path, detail),
        "FieldValueDuplicate" => FieldError { detail, ..FieldError::duplicate(path, kind) },
        _ => FieldError::invalid(path, kind, detail),
    }
}
