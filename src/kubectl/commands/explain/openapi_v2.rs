//! `kubectl explain --output=plaintext-openapiv2`: the layout of older versions, without the names of types.

use super::{Schemas, description};
use crate::base::Value;
use crate::kubectl::discovery::Resource;
use crate::kubectl::errors::{Failure, Outcome};

/// Columns of a line.
const WIDTH: usize = 80;
const DESCRIPTION_INDENT: usize = 5;
const FIELD_INDENT: usize = 3;

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
    let descriptions = if last.is_empty() { vec![description(schema)] } else { vec![above, own] };
    let shown = descriptions.iter().enumerate().filter(|(_, one)| !one.is_empty());
    for (index, one) in shown {
        text.push_str(if index > 0 { "\n" } else { "" });
        text.push_str(&indented(one, DESCRIPTION_INDENT));
    }
    if descriptions.iter().all(|one| one.is_empty()) {
        text.push_str(&indented("<empty>", DESCRIPTION_INDENT));
    }
    if has_fields {
        text.push_str("\nFIELDS:\n");
        fields(schemas, inner, recursive, &mut Vec::new(), &mut text);
    }
    Ok(text)
}

fn indented(text: &str, indent: usize) -> String {
    let margin = " ".repeat(indent);
    let margin = |line: &str| if line.is_empty() { "" } else { &margin };
    wrap(text, WIDTH - indent).iter().map(|line| format!("{}{line}\n", margin(line))).collect()
}

/// Lines of at most `width` bytes, as upstream counts; a word that is longer stands whole on a line of its own. Indented lines,
/// empty ones and items of lists stay as they are.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let (mut lines, mut line, mut ends_in_colon) = (Vec::new(), String::new(), false);
    let flush = |line: &mut String, lines: &mut Vec<String>| {
        if !line.is_empty() {
            lines.push(std::mem::take(line));
        }
    };
    for given in text.split('\n') {
        let is_empty = given.trim().is_empty();
        if given.starts_with("    ") || is_empty && !lines.is_empty() {
            flush(&mut line, &mut lines);
            lines.push(if is_empty && !given.starts_with("    ") { String::new() } else { given.to_owned() });
            continue;
        }
        if ends_in_colon || is_empty || begins_item(given.trim()) {
            flush(&mut line, &mut lines);
        }
        for word in given.split_whitespace() {
            if !line.is_empty() && line.len() + 1 + word.len() > width {
                flush(&mut line, &mut lines);
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        ends_in_colon = line.ends_with(':');
    }
    flush(&mut line, &mut lines);
    lines
}

/// Whether a line begins with a number, a dash or a star, and a blank behind it.
fn begins_item(line: &str) -> bool {
    let digits = line.trim_start_matches(|one: char| one.is_ascii_digit());
    let rest = if digits.len() < line.len() {
        Some(digits.strip_prefix('.').unwrap_or(digits))
    } else {
        line.strip_prefix(['-', '*'])
    };
    rest.is_some_and(|rest| rest.starts_with([' ', '\t']))
}

/// `string`, `[]Object`, `map[string]string`.
fn type_name(schemas: &Schemas<'_>, schema: &Value) -> String {
    if let Some((target, _)) = schemas.target(schema) {
        return match target["properties"].is_object() {
            true => "Object".to_owned(),
            false => type_name(schemas, target),
        };
    }
    // Version 2 knows no choices: quantities and numbers that may be texts are texts.
    if schema["oneOf"].is_array() {
        return "string".to_owned();
    }
    match schema["type"].as_str() {
        Some("array") => format!("[]{}", type_name(schemas, &schema["items"])),
        Some("object") if schema["additionalProperties"].is_object() => {
            format!("map[string]{}", type_name(schemas, &schema["additionalProperties"]))
        }
        Some("object") | None if schema["properties"].is_object() => "Object".to_owned(),
        Some("object") | None => "map[string]".to_owned(),
        Some(other) => other.to_owned(),
    }
}

/// `above` are the schemas that these fields stand in: none is laid out within itself.
fn fields<'v>(
    schemas: &Schemas<'v>,
    schema: &'v Value,
    recursive: bool,
    above: &mut Vec<&'v Value>,
    text: &mut String,
) {
    above.push(schema);
    let margin = " ".repeat(FIELD_INDENT * above.len());
    let required = schema["required"].as_array().map(Vec::as_slice).unwrap_or_default();
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        let kind = type_name(schemas, field);
        if recursive {
            text.push_str(&format!("{margin}{name}\t<{kind}>\n"));
            let inner = schemas.inner(field);
            if inner["properties"].is_object() && !above.iter().any(|one| std::ptr::eq(*one, inner)) {
                fields(schemas, inner, true, above, text);
            }
            continue;
        }
        let mark = if required.iter().any(|one| *one == *name.as_str()) { " -required-" } else { "" };
        text.push_str(&format!("{margin}{name}\t<{kind}>{mark}\n"));
        text.push_str(&indented(description(field), DESCRIPTION_INDENT));
        text.push('\n');
    }
    above.pop();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apimachinery::builtin;
    use crate::base::json;

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
        let itself = json!({"properties": {"not": {"allOf": [{"$ref": "#/components/schemas/S"}]}}});
        let schemas = json!({"S": itself});
        let text = explain(&Schemas(&schemas), &schemas["S"], &resource, "", true).unwrap();
        assert!(text.ends_with("FIELDS:\n   not\t<Object>\n"), "{text}");
    }

    #[test]
    fn lists_and_blocks_keep_their_lines() {
        let lines = wrap("One of:\nthese two\n- a\n2. b\n\n    code  here\nand so\non", 80);
        assert_eq!(lines, ["One of:", "these two", "- a", "2. b", "", "    code  here", "and so on"]);
        assert_eq!(wrap("a long line", 6), ["a long", "line"]);
    }
}
