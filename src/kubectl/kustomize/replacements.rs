//! replacements: a field of one object copied into fields of others.

use super::file::Kustomization;
use super::patches::selects;
use super::resource::Resource;
use crate::base::{Value, json, parse_yaml};
use crate::kubectl::errors::{Failure, Outcome};

/// Performs the replacements of a file.
pub(super) fn run(file: &Kustomization, resources: &mut [Resource]) -> Outcome {
    for entry in file.list("replacements") {
        let entries = match entry["path"].as_str() {
            None => vec![entry.clone()],
            Some(path) => {
                let documents = parse_yaml(&file.read_text(path)?)
                    .map_err(|error| Failure::message(format!("invalid replacements: {error}")))?;
                let values = documents.into_iter().map(|document| document.value);
                values
                    .flat_map(|value| if let Value::Array(items) = value { items } else { vec![value] })
                    .collect()
            }
        };
        entries.iter().try_for_each(|entry| replace(entry, resources))?;
    }
    Ok(())
}

fn replace(entry: &Value, resources: &mut [Resource]) -> Outcome {
    let source = &entry["source"];
    let value = match entry.get("sourceValue") {
        Some(value) => value.clone(),
        None => source_value(source, resources)?,
    };
    for target in entry["targets"].as_array().into_iter().flatten() {
        for resource in resources.iter_mut() {
            let rejected =
                target["reject"].as_array().into_iter().flatten().any(|reject| selects(reject, resource));
            if rejected || !selects(&target["select"], resource) {
                continue;
            }
            let paths =
                target["fieldPaths"].as_array().cloned().unwrap_or_else(|| vec![json!("metadata.name")]);
            for path in paths.iter().filter_map(Value::as_str) {
                let steps = steps(path);
                let options = &target["options"];
                let mut written = 0;
                write(&mut resource.value, &steps, options, &value, &mut written);
                if written == 0 {
                    return Err(Failure::message(format!(
                        "unable to find field {path:?} in replacement target"
                    )));
                }
            }
        }
    }
    Ok(())
}

fn source_value(source: &Value, resources: &[Resource]) -> Outcome<Value> {
    let found: Vec<&Resource> = resources.iter().filter(|resource| selects(source, resource)).collect();
    let [resource] = found.as_slice() else {
        let why = if found.is_empty() { "nothing selected by" } else { "multiple matches for selector" };
        return Err(Failure::message(format!("{why} {}", shown(source))));
    };
    let path = source["fieldPath"].as_str().unwrap_or("metadata.name");
    let mut value = &resource.value;
    for step in steps(path) {
        value = match value {
            Value::Array(items) => step.index(items).and_then(|index| items.get(index)),
            other => other.get(&step.0),
        }
        .ok_or_else(|| {
            Failure::message(format!(
                "fieldPath `{path}` is missing for replacement source {}",
                id_of(source)
            ))
        })?;
    }
    let options = &source["options"];
    match (options["delimiter"].as_str(), value.as_str()) {
        (Some(delimiter), Some(text)) => {
            let index =
                options["index"].as_u64().and_then(|index| usize::try_from(index).ok()).unwrap_or_default();
            let part = text.split(delimiter).nth(index);
            part.map(Value::from).ok_or_else(|| {
                Failure::message(format!("options.index {index} is out of bounds for value {text}"))
            })
        }
        _ => Ok(value.clone()),
    }
}

/// What a selector asks for, as kustomize names an object.
fn id_of(source: &Value) -> String {
    let or = |field: &str, missing: &str| match source[field].as_str() {
        None | Some("") => missing.to_owned(),
        Some(text) => text.to_owned(),
    };
    format!(
        "{}.{}.{}/{}.{}",
        or("kind", "[noKind]"),
        or("version", "[noVer]"),
        or("group", "[noGrp]"),
        or("name", "[noName]"),
        or("namespace", "[noNs]")
    )
}

fn shown(source: &Value) -> String {
    match source["fieldPath"].as_str() {
        None | Some("") => id_of(source),
        Some(path) => format!("{}:{path}", id_of(source)),
    }
}

/// One step of a path: a key, an index, `[name=web]` or `*`.
struct Step(String);

impl Step {
    fn condition(&self) -> Option<(&str, &str)> {
        self.0.strip_prefix('[')?.strip_suffix(']')?.split_once('=')
    }

    fn index(&self, items: &[Value]) -> Option<usize> {
        match self.condition() {
            Some((key, wanted)) => items.iter().position(|item| item[key].as_str() == Some(wanted)),
            None => self.0.parse().ok(),
        }
    }
}

/// Cuts a path at its dots; a backslash keeps a dot, and brackets keep what they hold.
fn steps(path: &str) -> Vec<Step> {
    let (mut steps, mut step) = (Vec::new(), String::new());
    let (mut chars, mut inside) = (path.chars(), false);
    while let Some(c) = chars.next() {
        match c {
            '\\' => step.extend(chars.next()),
            '.' if !inside => steps.push(Step(std::mem::take(&mut step))),
            c => {
                inside = (inside || c == '[') && c != ']';
                step.push(c);
            }
        }
    }
    steps.push(Step(step));
    steps
}

fn write(place: &mut Value, steps: &[Step], options: &Value, value: &Value, written: &mut usize) {
    let Some((step, rest)) = steps.split_first() else {
        *place = combined(place, options, value);
        *written += 1;
        return;
    };
    let create = options["create"] == true;
    if let Value::Array(items) = place {
        for (index, item) in items.iter_mut().enumerate() {
            let is_meant = match step.condition() {
                Some((key, wanted)) => item[key].as_str() == Some(wanted),
                None => step.0 == "*" || step.0.parse() == Ok(index),
            };
            if is_meant {
                write(item, rest, options, value, written);
            }
        }
        return;
    }
    if place.is_null() && create {
        *place = json!({});
    }
    let Some(map) = place.as_object_mut() else { return };
    if step.0 == "*" {
        return map.values_mut().for_each(|inner| write(inner, rest, options, value, written));
    }
    if create && !map.contains_key(&step.0) {
        map.insert(step.0.clone(), Value::Null);
    }
    if let Some(inner) = map.get_mut(&step.0) {
        write(inner, rest, options, value, written);
    }
}

/// The value, or the old text with one part of it exchanged.
fn combined(old: &Value, options: &Value, value: &Value) -> Value {
    let (Some(delimiter), Some(text)) = (options["delimiter"].as_str(), old.as_str()) else {
        return value.clone();
    };
    let new = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let mut parts: Vec<&str> = text.split(delimiter).collect();
    match options["index"].as_i64().unwrap_or_default() {
        ..0 => parts.insert(0, &new),
        index => match usize::try_from(index).ok().filter(|index| *index < parts.len()) {
            Some(index) => parts[index] = &new,
            None => parts.push(&new),
        },
    }
    parts.join(delimiter).into()
}
