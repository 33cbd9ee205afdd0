//! Rules: expressions, checked against what is known of the objects that they name.

use std::cell::OnceCell;

use crate::apimachinery::{CelProgram, CelType, FieldType, Kind, TypeSchema, object_meta_schema, schema_of};
use crate::base::{Map, Value, json};

use super::super::check_spec::{Rule, ValueOrigin};
use super::super::diagnostic::Report;
use super::super::node::Node;

/// How deep the fields of a kind are known to the checker.
const DEPTH_MAX: usize = 12;

/// A name that a rule may use, and what is known of it.
pub(super) struct Variable {
    name: String,
    kind: &'static Kind,
    is_list: bool,
    /// The fields as a structural schema; `None` when nothing is known. Large, and few checks have rules.
    schema: OnceCell<Option<Value>>,
}

impl Variable {
    /// One object.
    pub(super) fn object(name: &str, kind: &'static Kind) -> Self {
        Self { name: name.to_owned(), kind, is_list: false, schema: OnceCell::new() }
    }

    /// A list of objects.
    pub(super) fn list(name: &str, kind: &'static Kind) -> Self {
        Self { is_list: true, ..Self::object(name, kind) }
    }

    /// Whatever comes from there.
    pub(super) fn of(name: &str, origin: &ValueOrigin) -> Self {
        match origin {
            ValueOrigin::Object(object) => Self::object(name, object.kind),
            ValueOrigin::Selection(selection) => Self::list(name, selection.kind),
        }
    }

    fn schema(&self) -> Option<&Value> {
        let schema = self.schema.get_or_init(|| {
            let item = structure_of_kind(self.kind)?;
            Some(if self.is_list { json!({"type": "array", "items": item}) } else { item })
        });
        schema.as_ref()
    }
}

/// Reads a rule; `judges` when it must be true or false.
pub(super) fn rule(
    node: &Node<'_>,
    variables: &[Variable],
    judges: bool,
    report: &mut Report,
) -> Option<Rule> {
    let source = node.text(report)?;
    let mut known: Vec<(&str, CelType<'_>)> = vec![("snap", CelType::Dyn)];
    for variable in variables {
        let schema = variable.schema().map_or(CelType::Dyn, CelType::Schema);
        known.push((&variable.name, schema));
    }
    let wanted = if judges { CelType::Bool } else { CelType::Dyn };
    if let Err(error) = CelProgram::compile(&source, &known, &wanted) {
        let (message, hint) = complaint(&error, variables);
        report.broken("rule-error", node.at(), message, hint);
        return None;
    }
    Some(Rule(source))
}

/// What is wrong with an expression in one line, and the names that it may use.
fn complaint(error: &str, variables: &[Variable]) -> (String, Option<String>) {
    let error = error.trim_start_matches("compilation failed: ").trim_start_matches("ERROR: <input>:");
    let line = error.lines().next().unwrap_or_default();
    let hint = line.contains("undeclared reference").then(|| {
        let names: Vec<&str> = variables.iter().map(|variable| variable.name.as_str()).collect();
        format!("a rule may name {}, snap", names.join(", "))
    });
    (format!("not a CEL expression: {line}"), hint)
}

/// The fields of a kind as a structural schema; `None` when nothing is known of them.
fn structure_of_kind(kind: &Kind) -> Option<Value> {
    if let Some(schema) = schema_of(kind) {
        return Some(structure(schema, &[]));
    }
    let mut schema = kind.custom?.schema.clone();
    let properties = schema.as_object_mut()?.entry("properties").or_insert_with(|| json!({}));
    let common = [
        ("apiVersion", json!({"type": "string"})),
        ("kind", json!({"type": "string"})),
        ("metadata", structure(object_meta_schema()?, &[])),
    ];
    for (name, field) in common {
        properties.as_object_mut()?.insert(name.to_owned(), field);
    }
    Some(schema)
}

/// The fields of a type as a structural schema. A type within itself, as the schemas of custom resources are,
/// is known no further: it has no end, and its branches are many.
fn structure(schema: &TypeSchema, within: &[&str]) -> Value {
    if within.len() == DEPTH_MAX || within.contains(&schema.name) {
        return json!({});
    }
    let within = [within, &[schema.name]].concat();
    let fields = schema.fields.iter();
    let properties: Map =
        fields.map(|(name, field)| ((*name).to_owned(), structure_of(&field.field_type, &within))).collect();
    json!({"type": "object", "properties": properties})
}

fn structure_of(field: &FieldType, within: &[&str]) -> Value {
    match field {
        FieldType::String => json!({"type": "string"}),
        FieldType::Integer32 | FieldType::Integer64 => json!({"type": "integer"}),
        FieldType::Number => json!({"type": "number"}),
        FieldType::Boolean => json!({"type": "boolean"}),
        // Text that is compared by functions of its own.
        FieldType::Bytes | FieldType::Time | FieldType::MicroTime | FieldType::Quantity => json!({}),
        FieldType::IntOrString | FieldType::Any => json!({}),
        FieldType::Message(reference) => structure(reference.schema(), within),
        FieldType::Array(item) => json!({"type": "array", "items": structure_of(item, within)}),
        FieldType::Map(value) => {
            json!({"type": "object", "additionalProperties": structure_of(value, within)})
        }
    }
}
