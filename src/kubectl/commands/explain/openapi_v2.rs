//! `kubectl explain --output=plaintext-openapiv2`: the layout of older versions, without the names of types.

use serde_json::Value;

use super::{Schemas, description};
use crate::kubectl::discovery::Resource;
use crate::kubectl::errors::{Failure, Outcome};

/// Columns of a line.
const WIDTH: usize = 80;
const DESCRIPTION_INDENT: usize = 5;
const FIELD_INDENT: usize = 3;
/// How deep fields of fields are shown.
const DEEPEST: usize = 15;

/// Lays a kind, or a field of it, out.
pub(super) fn explain(
    schemas: &Schemas<'_>,
    root: &Value,
    resource: &Resource,
    path: &str,
    recursive: bool,
) -> Outcome<String> {
    let (mut schema, mut last, mut above) = (root, "", "");
    for name in path.split('.').filter(|name| !name.is_empty()) {
        let field = &schemas.inner(schema)["properties"][name];
        if field.is_null() {
            return Err(Failure::message(format!("field {name:?} does not exist")));
        }
        (schema, last, above) = (field, name, description(field));
    }
    let inner = schemas.inner(schema);
    let has_fields = inner["properties"].is_object();
    let mut text = format!("KIND:     {}\nVERSION:  {}\n\n", resource.kind, resource.api_version());
    if !last.is_empty() {
        let title = if has_fields { "RESOURCE:" } else { "FIELD:   " };
        text.push_str(&format!("{title} {last} <{}>\n\n", type_name(schemas, schema)));
    }
    text.push_str("DESCRIPTION:\n");
    let own = if std::ptr::eq(inner, schema) { "" } else { description(inner) };
    let mut descriptions: Vec<&str> = [above, own].into_iter().filter(|one| !one.is_empty()).collect();
    if last.is_empty() && descriptions.is_empty() {
        descriptions.extend(Some(description(schema)).filter(|one| !one.is_empty()));
    }
    if descriptions.is_empty() {
        descriptions.push("<empty>");
    }
    for (index, one) in descriptions.into_iter().enumerate() {
        text.push_str(if index > 0 { "\n" } else { "" });
        text.push_str(&indented(one, DESCRIPTION_INDENT));
    }
    if has_fields {
        text.push_str("\nFIELDS:\n");
        fields(schemas, inner, 1, recursive, &mut text);
    }
    Ok(text)
}

fn indented(text: &str, indent: usize) -> String {
    let margin = " ".repeat(indent);
    wrap(text, WIDTH - indent).iter().map(|line| format!("{margin}{line}\n")).collect()
}

/// Lines of at most `width` characters; a word that is longer stands whole on a line of its own.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > width {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
    lines
}

/// `string`, `[]Object`, `map[string]string`.
fn type_name(schemas: &Schemas<'_>, schema: &Value) -> String {
    if let Some((target, _)) = schemas.target(schema) {
        return match target["properties"].is_object() {
            true => "Object".to_owned(),
            false => type_name(schemas, target),
        };
    }
    match schema["type"].as_str() {
        Some("array") => format!("[]{}", type_name(schemas, &schema["items"])),
        Some("object") if schema["additionalProperties"].is_object() => {
            format!("map[string]{}", type_name(schemas, &schema["additionalProperties"]))
        }
        Some("object") | None => "Object".to_owned(),
        Some(other) => other.to_owned(),
    }
}

fn fields(schemas: &Schemas<'_>, schema: &Value, level: usize, recursive: bool, text: &mut String) {
    let margin = " ".repeat(FIELD_INDENT * level);
    let required = schema["required"].as_array().map(Vec::as_slice).unwrap_or_default();
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        let kind = type_name(schemas, field);
        if recursive {
            text.push_str(&format!("{margin}{name}\t<{kind}>\n"));
            let inner = schemas.inner(field);
            // Schemas of custom resources may contain themselves.
            if inner["properties"].is_object() && level < DEEPEST {
                fields(schemas, inner, level + 1, true, text);
            }
            continue;
        }
        let mark = if required.iter().any(|one| *one == *name.as_str()) { " -required-" } else { "" };
        text.push_str(&format!("{margin}{name}\t<{kind}>{mark}\n"));
        let shown = match (description(field), schemas.target(field)) {
            ("", Some((target, _))) => description(target),
            (own, _) => own,
        };
        let shown = if shown.is_empty() { "<no description>" } else { shown };
        text.push_str(&indented(shown, DESCRIPTION_INDENT));
        text.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::apimachinery::builtin;

    #[test]
    fn types_have_no_names_here() {
        let schemas = json!({
            "io.x.Spec": {"properties": {"names": {"type": "array", "items": {"type": "string"}, "description": "Names."}}, "required": ["names"], "description": "Spec is it."},
            "io.x.Thing": {"description": "A thing.", "properties": {"spec": {"allOf": [{"$ref": "#/components/schemas/io.x.Spec"}], "description": "What."}}}
        });
        let resource = Resource::from(&builtin::DEPLOYMENT);
        let text =
            |path: &str| explain(&Schemas(&schemas), &schemas["io.x.Thing"], &resource, path, false).unwrap();
        assert_eq!(
            text(""),
            "KIND:     Deployment\nVERSION:  apps/v1\n\nDESCRIPTION:\n     A thing.\n\nFIELDS:\n   spec\t<Object>\n     What.\n\n"
        );
        assert_eq!(
            text("spec"),
            "KIND:     Deployment\nVERSION:  apps/v1\n\nRESOURCE: spec <Object>\n\nDESCRIPTION:\n     What.\n\n     Spec is it.\n\nFIELDS:\n   names\t<[]string> -required-\n     Names.\n\n"
        );
        assert!(text("spec.names").contains("FIELD:    names <[]string>\n\nDESCRIPTION:\n     Names.\n"));
    }
}
