//! `kubectl explain`: fields of a kind from the server's OpenAPI v3 documents.

mod openapi_v2;

use serde_json::Value;

use crate::kubectl::api::{Api, Url};
use crate::kubectl::command::{Arguments, Call, Command};
use crate::kubectl::discovery::{Resource, discover, resolve};
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::flags::Flag;

/// Columns of a description, indentation included.
const WIDTH: usize = 80;

/// The command.
pub(super) static COMMAND: Command = Command {
    name: "explain",
    short: "Get documentation for a resource",
    usage: "TYPE [--recursive=FALSE|TRUE] [--api-version=api-version-group] [-o|--output=plaintext|plaintext-openapiv2] [options]",
    flags: &[&[
        Flag::switch("recursive", "Show the fields of fields, too").short('r'),
        Flag::text("api-version", "", "The version of the kind to explain, group/version"),
        Flag::text("output", "plaintext", "Output format: plaintext or plaintext-openapiv2").short('o'),
    ]],
    arguments: Arguments::Kinds,
    run: |call| Box::pin(run(call)),
    ..Command::PLAIN
};

async fn run(call: &mut Call<'_>) -> Outcome {
    let typed = match call.args.as_slice() {
        [typed] => typed.clone(),
        [] => {
            return Err(Failure::message(
                "You must specify the type of resource to explain. Use \"kubectl api-resources\" for a complete list of supported resources.",
            ));
        }
        _ => return Err(Failure::message("We accept only this format: explain RESOURCE")),
    };
    let (kind, path) = typed.split_once('.').unwrap_or((&typed, ""));
    let api = call.api().await?;
    // Upstream prints this one without the usual prefix.
    let resource = resolve(&api, kind).await.map_err(|failure| Failure::Plain(failure.to_string()))?;
    // `deployments.apps.spec`: the group may stand behind the name.
    let path = match path.strip_prefix(&resource.group) {
        Some("") if !resource.group.is_empty() => "",
        Some(rest) if !resource.group.is_empty() => rest.strip_prefix('.').unwrap_or(path),
        _ => path,
    };
    let resource = match call.flags.text("api-version") {
        "" => resource,
        version => in_version(&api, &resource, version).await?,
    };
    let document = api.get(&Url::new(format!("/openapi/v3/{}", path_of(&resource)))).await?;
    let schemas = Schemas(&document["components"]["schemas"]);
    let root = schemas.of_kind(&resource).ok_or_else(|| {
        Failure::message(format!("GVK {:?} not found in OpenAPI schema", resource.group_version_kind()))
    })?;
    match call.flags.text("output") {
        "plaintext" => {}
        "plaintext-openapiv2" => {
            let text = openapi_v2::explain(&schemas, root, &resource, path, call.flags.on("recursive"))?;
            return call.text(text);
        }
        other => {
            return Err(Failure::message(format!("unrecognized format: {other}")));
        }
    }
    let mut head = String::new();
    if !resource.group.is_empty() {
        head.push_str(&format!("GROUP:      {}\n", resource.group));
    }
    head.push_str(&format!("KIND:       {}\nVERSION:    {}\n\n", resource.kind, resource.version));
    call.text(head)?;
    let text = explain(&schemas, root, path, call.flags.on("recursive"))?;
    call.text(text)
}

/// The same kind in another version.
async fn in_version(api: &Api, resource: &Resource, version: &str) -> Outcome<Resource> {
    let served = discover(api).await?;
    let found = served.iter().find(|one| one.api_version() == version && one.plural == resource.plural);
    found.cloned().ok_or_else(|| {
        let (group, version) = version.split_once('/').unwrap_or(("", version));
        Failure::message(format!(
            "couldn't find resource for \"{group}/{version}, Resource={}\"",
            resource.plural
        ))
    })
}

/// `api/v1` or `apis/apps/v1`.
fn path_of(resource: &Resource) -> String {
    let root = if resource.group.is_empty() { "api" } else { "apis" };
    format!("{root}/{}", resource.api_version())
}

/// The schemas of one document.
struct Schemas<'d>(&'d Value);

impl<'d> Schemas<'d> {
    fn of_kind(&self, resource: &Resource) -> Option<&'d Value> {
        self.0.as_object()?.values().find(|schema| {
            let kinds =
                schema["x-kubernetes-group-version-kind"].as_array().map(Vec::as_slice).unwrap_or_default();
            kinds.iter().any(|one| {
                one["kind"] == *resource.kind
                    && one["group"] == *resource.group
                    && one["version"] == *resource.version
            })
        })
    }

    /// What a reference, or a single `allOf` of one, points to, with its name.
    fn target(&self, schema: &Value) -> Option<(&'d Value, &'d str)> {
        let reference = schema["$ref"].as_str().or_else(|| schema["allOf"][0]["$ref"].as_str())?;
        let name = reference.rsplit('/').next()?;
        let (name, schema) = self.0.as_object()?.get_key_value(name)?;
        Some((schema, name.rsplit('.').next().unwrap_or(name)))
    }

    /// The schema that holds the fields below a schema: through references, lists and maps.
    fn inner(&self, schema: &'d Value) -> &'d Value {
        if let Some((target, _)) = self.target(schema) {
            return self.inner(target);
        }
        for nested in ["items", "additionalProperties"] {
            if schema[nested].is_object() {
                return self.inner(&schema[nested]);
            }
        }
        schema
    }

    /// `string`, `[]Container`, `map[string]string`, `IntOrString`.
    fn type_name(&self, schema: &Value) -> String {
        if let Some((target, name)) = self.target(schema) {
            let plain =
                target["properties"].is_null() && target["type"].is_string() && target["type"] != "object";
            return if plain && target["format"] != "int-or-string" && name != "Time" && name != "MicroTime" {
                self.type_name(target)
            } else {
                name.to_owned()
            };
        }
        match schema["type"].as_str() {
            Some("array") => format!("[]{}", self.type_name(&schema["items"])),
            Some("object") if schema["additionalProperties"].is_object() => {
                format!("map[string]{}", self.type_name(&schema["additionalProperties"]))
            }
            Some("object") => "Object".to_owned(),
            Some(other) => other.to_owned(),
            None => "Object".to_owned(),
        }
    }
}

fn explain(schemas: &Schemas<'_>, root: &Value, path: &str, recursive: bool) -> Outcome<String> {
    let (mut schema, mut last) = (root, "");
    for name in path.split('.').filter(|name| !name.is_empty()) {
        let inner = schemas.inner(schema);
        let field = &inner["properties"][name];
        if field.is_null() {
            // Upstream names the end of the way, wherever it went astray.
            let name = path.rsplit('.').next().unwrap_or(name);
            return Err(Failure::message(format!("field {name:?} does not exist")));
        }
        (schema, last) = (field, name);
    }
    let mut text = String::new();
    if !last.is_empty() {
        text.push_str(&format!("FIELD: {last} <{}>\n", schemas.type_name(schema)));
        let values = listed_values(schema);
        text.push_str(if values.is_empty() { "\n\n" } else { &values });
    }
    text.push_str("DESCRIPTION:\n");
    let inner = schemas.inner(schema);
    let mut descriptions = vec![description(schema)];
    if !std::ptr::eq(inner, schema) {
        descriptions.push(description(inner));
    }
    descriptions.retain(|one| !one.is_empty());
    let descriptions_are_missing = descriptions.is_empty();
    if descriptions_are_missing {
        descriptions.push("<empty>");
    }
    for one in descriptions {
        text.push_str(&wrapped(one));
    }
    if !descriptions_are_missing {
        text.push_str("    \n");
    }
    let docs = [&schema["externalDocs"], &inner["externalDocs"]];
    if let Some(docs) = docs.into_iter().find(|docs| docs.is_object()) {
        text.push_str(&external_docs(docs));
    }
    if inner["properties"].is_object() {
        text.push_str("FIELDS:\n");
        fields(schemas, inner, 1, recursive, &mut text);
    }
    text.push('\n');
    Ok(text)
}

fn description(schema: &Value) -> &str {
    schema["description"].as_str().unwrap_or_default()
}

fn wrapped(text: &str) -> String {
    text.lines().flat_map(broken).map(|line| format!("    {line}\n")).collect()
}

/// A line broken between words as upstream's writer does it: spaces within stay, a long word is not broken.
fn broken(line: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in line.split_inclusive(' ') {
        let last = lines.len() - 1;
        let length = lines[last].chars().count() + word.trim_end().chars().count();
        if length > WIDTH - 4 && !lines[last].trim().is_empty() {
            lines.push(String::new());
        }
        if let Some(last) = lines.last_mut() {
            last.push_str(word);
        }
    }
    lines.iter().map(|line| line.trim_end().to_owned()).collect()
}

/// Where more is said about a kind or a field.
fn external_docs(docs: &Value) -> String {
    let shown = [description(docs), docs["url"].as_str().unwrap_or_default()];
    let lines: String = shown.into_iter().filter(|one| !one.is_empty()).map(wrapped).collect();
    format!("EXTERNAL DOCS:\n{lines}\n")
}

/// The values of the field that is asked for, each on a line of its own.
fn listed_values(schema: &Value) -> String {
    let values = schema["enum"].as_array().map(Vec::as_slice).unwrap_or_default();
    let lines: Vec<String> =
        values.iter().filter_map(Value::as_str).map(|value| format!("\n    {value}")).collect();
    if lines.is_empty() { String::new() } else { format!("ENUM:{}\n\n", lines.concat()) }
}

fn possible_values(schema: &Value, indent: &str) -> String {
    let Some(values) = schema["enum"].as_array() else { return String::new() };
    let values: Vec<String> =
        values.iter().map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned)).collect();
    format!("{indent}enum: {}\n", values.join(", "))
}

fn fields(schemas: &Schemas<'_>, schema: &Value, level: usize, recursive: bool, text: &mut String) {
    let indent = "  ".repeat(level);
    let required = schema["required"].as_array().map(Vec::as_slice).unwrap_or_default();
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        let mark = if required.iter().any(|one| *one == *name.as_str()) { " -required-" } else { "" };
        text.push_str(&format!("{indent}{name}\t<{}>{mark}\n", schemas.type_name(field)));
        text.push_str(&possible_values(field, &indent));
        if !recursive {
            let shown = match (description(field), schemas.target(field)) {
                ("", Some((target, _))) => description(target),
                (own, _) => own,
            };
            text.push_str(&wrapped(if shown.is_empty() { "<no description>" } else { shown }));
            text.push('\n');
            continue;
        }
        let inner = schemas.inner(field);
        // Schemas of custom resources may contain themselves.
        if inner["properties"].is_object() && level < 15 {
            fields(schemas, inner, level + 1, true, text);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fields_are_found_through_lists_and_references() {
        let schemas = json!({
            "io.x.Spec": {"properties": {"names": {"type": "array", "items": {"type": "string"}}}, "required": ["names"]},
            "io.x.Thing": {"properties": {"spec": {"allOf": [{"$ref": "#/components/schemas/io.x.Spec"}], "description": "What."}}}
        });
        let schemas = Schemas(&schemas);
        let text = explain(&schemas, &schemas.0["io.x.Thing"], "spec", false).unwrap();
        assert!(
            text.starts_with("FIELD: spec <Spec>\n\n\nDESCRIPTION:\n    What.\n    \nFIELDS:\n"),
            "{text}"
        );
        assert!(text.contains("  names\t<[]string> -required-\n"), "{text}");
        let failure = explain(&schemas, &schemas.0["io.x.Thing"], "nope", false).unwrap_err();
        assert_eq!(failure.report(), r#"error: field "nope" does not exist"#);
    }
}
