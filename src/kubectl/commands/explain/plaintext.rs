//! `kubectl explain --output=plaintext`: a kind or a field with its type, values and description.

use super::{Schemas, description};
use crate::base::Value;
use crate::kubectl::errors::{Failure, Outcome};

/// Columns of a description, without its indentation.
const WIDTH: usize = 76;
/// Values that a list of fields shows of each.
const MOST_VALUES: usize = 4;

/// Lays a kind, or a field of it, out; every level follows references, lists and maps.
pub(super) fn explain(schemas: &Schemas<'_>, root: &Value, path: &str, recursive: bool) -> Outcome<String> {
    let names: Vec<&str> = path.split('.').filter(|name| !name.is_empty()).collect();
    let text = Writer { schemas, recursive }.found(root, &mut Vec::new(), &names);
    text.map(|text| text + "\n").ok_or_else(|| {
        // Upstream names the end of the way, wherever it went astray.
        let name = names.last().copied().unwrap_or_default();
        Failure::message(format!("field {name:?} does not exist"))
    })
}

struct Writer<'s> {
    schemas: &'s Schemas<'s>,
    recursive: bool,
}

impl<'s> Writer<'s> {
    /// What a reference leads to, or the schema itself; and the reference, empty for none.
    fn resolved<'v>(&self, schema: &'v Value) -> (&'v Value, &'v str)
    where
        's: 'v,
    {
        let reference = schema["$ref"].as_str().unwrap_or_default();
        (self.schemas.referred(reference).unwrap_or(schema), reference)
    }

    /// The text about what the names lead to; `history` holds the references since the last name.
    fn found<'v>(&self, schema: &'v Value, history: &mut Vec<&'v str>, names: &[&str]) -> Option<String>
    where
        's: 'v,
    {
        let (resolved, reference) = self.resolved(schema);
        let Some((name, rest)) = names.split_first() else { return Some(self.about(resolved)) };
        if !reference.is_empty() && history.contains(&reference) {
            return None;
        }
        history.push(reference);
        let field = &resolved["properties"][*name];
        if !field.is_null() {
            let inner = self.found(field, &mut Vec::new(), rest);
            if !rest.is_empty() {
                return inner;
            }
            let values: String = values_of(field).iter().map(|value| format!("\n    {value}")).collect();
            let values = if values.is_empty() { values } else { format!("ENUM:{values}") };
            let kind = self.type_name(field);
            return inner.map(|inner| format!("FIELD: {name} <{kind}>\n{values}\n\n{inner}"));
        }
        if resolved["items"].is_object() {
            return self.found(&resolved["items"], history, names);
        }
        if resolved["additionalProperties"].is_object() {
            return self.found(&resolved["additionalProperties"], history, names);
        }
        let parts = resolved["allOf"].as_array().map(Vec::as_slice).unwrap_or_default();
        parts.iter().find_map(|part| self.found(part, &mut history.clone(), names))
    }

    fn about(&self, schema: &Value) -> String {
        let mut described = String::new();
        self.describe(schema, &mut described, 0);
        let described = if described.is_empty() { "<empty>" } else { described.as_str() };
        let mut text = format!("DESCRIPTION:\n{}\n", indent(&wrap(described, WIDTH), 4));
        if schema["externalDocs"].is_object() {
            text.push_str(&format!("\n{}", external_docs(&schema["externalDocs"], 0)));
        }
        let mut fields = String::new();
        self.fields(schema, 1, &mut Vec::new(), &mut fields);
        if !fields.is_empty() {
            text.push_str(&format!("FIELDS:\n{fields}"));
        }
        text
    }

    /// The descriptions of a schema and of what it consists of, one a line.
    fn describe(&self, schema: &Value, text: &mut String, depth: usize) {
        let (schema, _) = self.resolved(schema);
        let own = description(schema);
        if !own.is_empty() {
            text.push_str(own);
            text.push('\n');
        }
        let parts = schema["allOf"].as_array().into_iter().flatten();
        let inner = [&schema["items"], &schema["additionalProperties"]];
        // Schemas of custom resources may contain themselves.
        for part in parts.chain(inner).filter(|part| part.is_object() && depth < 15) {
            self.describe(part, text, depth + 1);
        }
    }

    fn fields<'v>(&self, schema: &'v Value, level: usize, history: &mut Vec<&'v str>, text: &mut String)
    where
        's: 'v,
    {
        let (resolved, reference) = self.resolved(schema);
        if !reference.is_empty() && history.contains(&reference) {
            return;
        }
        history.push(reference);
        for (name, field) in resolved["properties"].as_object().into_iter().flatten() {
            self.field(resolved, name, field, level, text);
            if self.recursive {
                self.fields(field, level + 1, history, text);
            }
        }
        let parts = resolved["allOf"].as_array().into_iter().flatten();
        let inner = [&resolved["items"], &resolved["additionalProperties"]];
        for part in parts.chain(inner).filter(|part| part.is_object()) {
            self.fields(part, level, history, text);
        }
        history.pop();
    }

    fn field(&self, parent: &Value, name: &str, field: &Value, level: usize, text: &mut String) {
        let margin = "  ".repeat(level);
        let required = parent["required"].as_array().is_some_and(|names| names.iter().any(|one| one == name));
        let mark = if required { " -required-" } else { "" };
        text.push_str(&format!("{margin}{name}\t<{}>{mark}", self.type_name(field)));
        let values = values_of(field);
        if !values.is_empty() {
            let more = if values.len() > MOST_VALUES { ", ...." } else { "" };
            let shown = values[..values.len().min(MOST_VALUES)].join(", ");
            text.push_str(&format!("\n{margin}enum: {shown}{more}"));
        }
        text.push('\n');
        if self.recursive {
            return;
        }
        let own = description(field);
        let own = if own.is_empty() { "<no description>" } else { own };
        text.push_str(&indent(&wrap(own, WIDTH + 2 - margin.len()), margin.len() + 2));
        text.push('\n');
        if field["externalDocs"].is_object() {
            text.push_str(&format!("\n{}", external_docs(&field["externalDocs"], margin.len() + 2)));
        }
        text.push('\n');
    }

    /// `string`, `[]Container`, `map[string]string`, `IntOrString`.
    fn type_name(&self, schema: &Value) -> String {
        if schema["items"].is_object() {
            return format!("[]{}", self.type_name(&schema["items"]));
        }
        if schema["additionalProperties"].is_object() {
            return format!("map[string]{}", self.type_name(&schema["additionalProperties"]));
        }
        if let (Some([only]), true) =
            (schema["allOf"].as_array().map(Vec::as_slice), schema["properties"].is_null())
        {
            return self.type_name(only);
        }
        let reference = schema["$ref"].as_str().unwrap_or_default();
        // Only objects are called by their names.
        let kind = match self.schemas.referred(reference) {
            Some(target) => target["type"].as_str().filter(|kind| *kind != "object"),
            None if reference.is_empty() => schema["type"].as_str(),
            None => None,
        };
        match kind {
            Some("object") => "Object".to_owned(),
            Some(kind) => kind.to_owned(),
            None => Some(reference.rsplit(['/', '.']).next().unwrap_or_default())
                .filter(|name| !name.is_empty())
                .unwrap_or("Object")
                .to_owned(),
        }
    }
}

/// What a field may be.
fn values_of(schema: &Value) -> Vec<String> {
    let values = schema["enum"].as_array().map(Vec::as_slice).unwrap_or_default();
    let shown = |value: &Value| match value.as_str() {
        Some("") => "\"\"".to_owned(),
        Some(text) => text.to_owned(),
        None => value.to_string(),
    };
    values.iter().map(shown).collect()
}

/// Where more is said about a kind or a field.
fn external_docs(docs: &Value, margin: usize) -> String {
    let mut text = format!("{}EXTERNAL DOCS:\n", " ".repeat(margin));
    let own = description(docs);
    if !own.is_empty() {
        text.push_str(&format!("{}\n", indent(&wrap(own, WIDTH - margin), margin + 4)));
    }
    if let Some(url) = docs["url"].as_str() {
        text.push_str(&format!("{}URL: {url}\n", " ".repeat(margin + 4)));
    }
    text
}

fn indent(text: &str, margin: usize) -> String {
    let margin = " ".repeat(margin);
    text.split('\n').map(|line| format!("{margin}{line}")).collect::<Vec<_>>().join("\n")
}

fn wrap(text: &str, width: usize) -> String {
    text.split('\n').map(|line| wrap_line(line, width)).collect::<Vec<_>>().join("\n")
}

/// A line broken between words: the blanks at a break go, a word that is too long stays whole.
fn wrap_line(line: &str, width: usize) -> String {
    let (mut wrapped, mut length) = (String::new(), 0);
    let mut rest = line;
    while !rest.is_empty() {
        let blanks = rest.len() - rest.trim_start_matches(is_blank).len();
        let (space, after) = rest.split_at(blanks);
        let end = after.find(is_blank).unwrap_or(after.len());
        let (word, after) = after.split_at(end);
        rest = after;
        let (space_length, word_length) = (space.chars().count(), word.chars().count());
        let is_full = length + space_length + word_length > width;
        if is_full && !word.is_empty() && length + space_length > 1 {
            wrapped.push('\n');
            length = 0;
        } else if !(is_full && word.is_empty()) {
            wrapped.push_str(space);
            length += space_length;
        }
        wrapped.push_str(word);
        length += word_length;
    }
    wrapped
}

fn is_blank(character: char) -> bool {
    character.is_whitespace() && character != '\u{a0}'
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    #[test]
    fn fields_are_found_through_lists_and_references() {
        let schemas = json!({
            "io.x.Time": {"type": "string", "format": "date-time"},
            "io.x.Part": {"properties": {"part": {"allOf": [{"$ref": "#/components/schemas/io.x.Part"}]}}},
            "io.x.Spec": {"properties": {
                "names": {"type": "array", "items": {"type": "string"}},
                "at": {"allOf": [{"$ref": "#/components/schemas/io.x.Time"}]},
                "mode": {"type": "string", "enum": ["", "a", "b", "c", "d"]},
            }, "required": ["names"]},
            "io.x.Thing": {"properties": {
                "spec": {"allOf": [{"$ref": "#/components/schemas/io.x.Spec"}], "description": "What."},
                "part": {"allOf": [{"$ref": "#/components/schemas/io.x.Part"}]},
            }}
        });
        let root = &schemas["io.x.Thing"];
        let schemas = Schemas(&schemas);
        let text = explain(&schemas, root, "spec", false).unwrap();
        assert!(
            text.starts_with(
                "FIELD: spec <Spec>\n\n\nDESCRIPTION:\n    What.\n    \nFIELDS:\n  at\t<string>\n"
            ),
            "{text}"
        );
        assert!(text.contains("  names\t<[]string> -required-\n"), "{text}");
        assert!(text.contains("  mode\t<string>\n  enum: \"\", a, b, c, ....\n"), "{text}");
        let mode = explain(&schemas, root, "spec.mode", false).unwrap();
        assert!(mode.starts_with("FIELD: mode <string>\nENUM:\n    \"\"\n    a\n"), "{mode}");
        // A schema that contains itself ends where it does.
        let whole = explain(&schemas, root, "", true).unwrap();
        assert!(
            whole.contains("FIELDS:\n  part\t<Part>\n    part\t<Part>\n  spec\t<Spec>\n    at\t"),
            "{whole}"
        );
        let failure = explain(&schemas, root, "nope", false).unwrap_err();
        assert_eq!(failure.report(), r#"error: field "nope" does not exist"#);
    }

    #[test]
    fn blanks_at_a_break_go_and_others_stay() {
        assert_eq!(wrap_line("one  two  three", 9), "one  two\nthree");
        assert_eq!(wrap_line("toolongaword b", 6), "toolongaword\nb");
    }
}
