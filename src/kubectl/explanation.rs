//! `--explain-errors`: the line of the manifest that was refused, what its field is for, and what may have been meant.

use regex::Regex;

use super::api::{Api, Url};
use super::command::Call;
use super::discovery;
use super::errors::Failure;
use crate::apimachinery::Status;
use crate::base::{Key, Position, Value, YamlDocument, escape_pointer, nearest, parse_yaml, wrap};

/// Columns of an explanation.
const WIDTH: usize = 80;
/// Fields that are explained at most.
const MOST: usize = 5;

/// What is wrong where.
#[derive(Debug, PartialEq, Eq)]
struct Complaint {
    /// Keys and indices, from the top of the object.
    path: Vec<String>,
    /// Whether there is no such field.
    unknown: bool,
}

/// What to add beneath a refusal; empty when there is nothing to add.
pub(super) async fn explain(call: &Call<'_>, failure: &Failure) -> String {
    let mut text = String::new();
    for one in flatten(failure) {
        let Some(source) = source_of(&one.to_string()) else { continue };
        let Ok(file) = std::fs::read_to_string(call.factory.path(&source)) else { continue };
        let Ok(documents) = parse_yaml(&file) else { continue };
        for complaint in complaints(one).into_iter().take(MOST) {
            let Some(document) = document_of(&documents, one, &complaint) else { continue };
            let Some(position) = position_of(document, &complaint.path) else { continue };
            text.push_str(&quoted(&source, &file, position));
            if let Ok(api) = call.api_unasked().await {
                text.push_str(&about_field(&api, &document.value, &complaint).await.unwrap_or_default());
            }
        }
    }
    text
}

fn flatten(failure: &Failure) -> Vec<&Failure> {
    match failure {
        Failure::Many(failures) => failures.iter().flat_map(flatten).collect(),
        other => vec![other],
    }
}

fn status_of(failure: &Failure) -> Option<&Status> {
    failure.status()
}

/// The file that a refusal names.
fn source_of(message: &str) -> Option<String> {
    let found = Regex::new(r#"error (?:when \w+|validating) "([^"]+)""#).ok()?.captures(message)?;
    Some(found[1].to_owned()).filter(|source| source != "STDIN")
}

/// The fields that a refusal is about.
fn complaints(failure: &Failure) -> Vec<Complaint> {
    let message = failure.to_string();
    let mut found = Vec::new();
    let fields = Regex::new(r#"(unknown|duplicate) field "([^"]+)""#);
    for capture in fields.iter().flat_map(|fields| fields.captures_iter(&message)) {
        found.push(Complaint { path: steps(&capture[2]), unknown: &capture[1] == "unknown" });
    }
    let types = Regex::new(r"Go struct field \w+\.([\w.]+) of type");
    for capture in types.iter().flat_map(|types| types.captures_iter(&message)) {
        found.push(Complaint { path: steps(&capture[1]), unknown: false });
    }
    let details = status_of(failure).and_then(|status| status.details.as_ref());
    for cause in details.iter().flat_map(|details| &details.causes) {
        let complaint = Complaint { path: steps(&cause.field), unknown: false };
        // A patch as a whole is no field of the file.
        let whole = cause.field == "patch";
        if !found.contains(&complaint) && !complaint.path.is_empty() && !whole {
            found.push(complaint);
        }
    }
    found
}

/// `spec.containers[0].image` as steps.
fn steps(path: &str) -> Vec<String> {
    path.split(['.', '[', ']']).filter(|step| !step.is_empty()).map(str::to_owned).collect()
}

/// The document that a refusal is about: by kind and name, else the one that has the field.
fn document_of<'d>(
    documents: &'d [YamlDocument],
    failure: &Failure,
    complaint: &Complaint,
) -> Option<&'d YamlDocument> {
    let details = status_of(failure).and_then(|status| status.details.as_ref());
    let is_named = |document: &&YamlDocument| {
        details.is_some_and(|details| {
            document.value["kind"] == *details.kind && document.value["metadata"]["name"] == *details.name
        })
    };
    let has_field = |document: &&YamlDocument| pointer(&document.value, &complaint.path).1;
    documents.iter().find(is_named).or_else(|| documents.iter().find(has_field)).or_else(|| documents.first())
}

/// The JSON pointer of a path, as far as it leads, and whether it leads all the way.
fn pointer(value: &Value, path: &[String]) -> (String, bool) {
    let Some((step, rest)) = path.split_first() else { return (String::new(), true) };
    let below = |key: &str, inner: &Value, rest: &[String]| {
        let (deeper, whole) = pointer(inner, rest);
        (format!("/{}{deeper}", escape_pointer(key)), whole)
    };
    match value {
        Value::Object(map) => match map.get_key_value(step) {
            Some((key, inner)) => below(key, inner, rest),
            None => (String::new(), false),
        },
        Value::Array(items) => match step.parse::<usize>() {
            Ok(index) => items.get(index).map_or((String::new(), false), |inner| below(step, inner, rest)),
            // Some messages leave out which item they mean: the first that has the field.
            Err(_) => {
                let tries =
                    items.iter().enumerate().map(|(index, item)| below(&index.to_string(), item, path));
                let mut tries: Vec<(String, bool)> = tries.collect();
                tries.sort_by_key(|(_, whole)| !whole);
                tries.into_iter().next().unwrap_or((String::new(), false))
            }
        },
        _ => (String::new(), false),
    }
}

/// Where a field stands, or what it would stand in.
fn position_of(document: &YamlDocument, path: &[String]) -> Option<Position> {
    let (mut place, _) = pointer(&document.value, path);
    loop {
        if let Some(position) = document.position(&place) {
            return Some(position);
        }
        place.truncate(place.rfind('/')?);
    }
}

/// The line with a mark below it.
fn quoted(source: &str, file: &str, position: Position) -> String {
    let line = file.lines().nth(position.line.saturating_sub(1)).unwrap_or_default();
    let number = position.line.to_string();
    let margin = " ".repeat(number.len());
    let mark = " ".repeat(position.column.saturating_sub(1));
    format!(
        "\n{margin}--> {source}:{}:{}\n{margin} |\n{number} | {line}\n{margin} | {mark}^\n",
        position.line, position.column
    )
}

/// What the server's documents say of a field, and the nearest name for one that does not exist.
async fn about_field(api: &Api, object: &Value, complaint: &Complaint) -> Option<String> {
    let version = object["apiVersion"].as_str()?;
    let resource = discovery::of_object(api, version, object["kind"].as_str()?).await.ok()??;
    let root = if resource.group.is_empty() { "api" } else { "apis" };
    let document = api.get(&Url::new(format!("/openapi/v3/{root}/{version}"))).await.ok()?;
    let schemas = &document["components"]["schemas"];
    let (last, parents) = complaint.path.split_last()?;
    let mut schema = schemas.as_object()?.values().find(|schema| {
        let kinds = schema["x-kubernetes-group-version-kind"].as_array().into_iter().flatten();
        kinds.into_iter().any(|one| one["kind"] == *resource.kind && one["version"] == *resource.version)
    })?;
    for step in parents.iter().filter(|step| step.parse::<usize>().is_err()) {
        schema = inner(schemas, schema)["properties"].get(step)?;
    }
    let properties = inner(schemas, schema)["properties"].as_object()?;
    let meant = if complaint.unknown {
        nearest(last, properties.keys().map(Key::as_str))
    } else {
        Some(last.as_str())
    };
    let mut text = String::new();
    if complaint.unknown {
        let names: Vec<&str> = properties.keys().map(Key::as_str).collect();
        text.push_str(&match meant {
            Some(meant) => format!("  There is no field {last:?} here. Did you mean {meant:?}?\n"),
            None => format!("  There is no field {last:?} here. These exist: {}.\n", names.join(", ")),
        });
    }
    let field = properties.get(meant?)?;
    let described = field["description"].as_str().or_else(|| inner(schemas, field)["description"].as_str());
    for line in wrap(&format!("{}: {}", meant?, described?), WIDTH - 2) {
        text.push_str(&format!("  {line}\n"));
    }
    Some(text)
}

/// The schema that holds fields: through references, lists and maps.
fn inner<'s>(schemas: &'s Value, schema: &'s Value) -> &'s Value {
    let reference = schema["$ref"].as_str().or_else(|| schema["allOf"][0]["$ref"].as_str());
    if let Some(target) = reference.and_then(|path| schemas.get(path.rsplit('/').next()?)) {
        return inner(schemas, target);
    }
    for nested in ["items", "additionalProperties"] {
        if schema[nested].is_object() {
            return inner(schemas, &schema[nested]);
        }
    }
    schema
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - name: c\n    imge: nginx\n";

    #[test]
    fn the_offending_line_is_found() {
        let failure = Failure::from(Status::bad_request(
            "error when creating \"a.yaml\": Pod in version \"v1\" cannot be handled as a Pod: strict decoding error: unknown field \"spec.containers[0].imge\"",
        ));
        assert_eq!(source_of(&failure.to_string()).as_deref(), Some("a.yaml"));
        let complaints = complaints(&failure);
        assert_eq!(complaints, [Complaint { path: steps("spec.containers.0.imge"), unknown: true }]);
        let documents = parse_yaml(FILE).unwrap();
        let document = document_of(&documents, &failure, &complaints[0]).unwrap();
        let position = position_of(document, &complaints[0].path).unwrap();
        assert_eq!(
            quoted("a.yaml", FILE, position),
            "\n --> a.yaml:7:5\n  |\n7 |     imge: nginx\n  |     ^\n"
        );
        // A field that is missing is shown where it would stand.
        let missing = position_of(document, &steps("spec.containers[0].image")).unwrap();
        assert_eq!(missing.line, 6);
        // Decoders leave indices out.
        assert_eq!(pointer(&document.value, &steps("spec.containers.imge")).0, "/spec/containers/0/imge");
    }
}
