//! configMapGenerator and secretGenerator.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::file::Kustomization;
use super::resource::Resource;
use crate::base::{Map, Value, json};
use crate::kubectl::errors::{Failure, Outcome};

/// Generates what the file asks for into `resources`.
pub(super) fn run(file: &Kustomization, resources: &mut Vec<Resource>) -> Outcome {
    for (field, is_secret) in [("configMapGenerator", false), ("secretGenerator", true)] {
        for entry in file.list(field) {
            let resource = generate(file, entry, is_secret)?;
            place(entry["behavior"].as_str().unwrap_or_default(), resource, resources)?;
        }
    }
    Ok(())
}

fn generate(file: &Kustomization, entry: &Value, is_secret: bool) -> Outcome<Resource> {
    let name = entry["name"].as_str().filter(|name| !name.is_empty());
    let name = name.ok_or_else(|| Failure::message("a configmap must have a name"))?;
    let kind = if is_secret { "Secret" } else { "ConfigMap" };
    let mut object = json!({"apiVersion": "v1", "kind": kind, "metadata": {"name": name}});
    if let Some(namespace) = entry["namespace"].as_str() {
        object["metadata"]["namespace"] = namespace.into();
    }
    let (mut data, mut binary) = (Map::new(), Map::new());
    for (key, bytes) in pairs(file, entry)? {
        if data.contains_key(&key) || binary.contains_key(&key) {
            return Err(Failure::message(format!("configmap {name} illegally repeats the key `{key}`")));
        }
        match String::from_utf8(bytes) {
            Ok(text) if !is_secret => drop(data.insert(key, text.into())),
            Ok(text) => drop(data.insert(key, STANDARD.encode(text).into())),
            Err(error) if is_secret => drop(data.insert(key, STANDARD.encode(error.as_bytes()).into())),
            Err(error) => drop(binary.insert(key, STANDARD.encode(error.as_bytes()).into())),
        }
    }
    if !data.is_empty() {
        object["data"] = data.into();
    }
    if !binary.is_empty() {
        object["binaryData"] = binary.into();
    }
    if is_secret {
        object["type"] = entry["type"].as_str().filter(|text| !text.is_empty()).unwrap_or("Opaque").into();
    }
    let options = [file.value("generatorOptions"), &entry["options"]];
    for options in options {
        for field in ["labels", "annotations"] {
            for (key, value) in options[field].as_object().into_iter().flatten() {
                object["metadata"][field][key] = value.clone();
            }
        }
        if options["immutable"] == true {
            object["immutable"] = true.into();
        }
    }
    let mut resource = Resource::new(object);
    resource.needs_hash = !options.iter().any(|options| options["disableNameSuffixHash"] == true);
    Ok(resource)
}

fn pairs(file: &Kustomization, entry: &Value) -> Outcome<Vec<(String, Vec<u8>)>> {
    let texts = |field: &str| -> Vec<&str> {
        entry[field].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
    };
    let wrong = |sources: &str, listed: &[&str], failure: Failure| {
        Failure::message(format!("loading KV pairs: {sources} [{}]: {failure}", listed.join(" ")))
    };
    let mut pairs = Vec::new();
    let envs: Vec<&str> = texts("envs").into_iter().chain(entry["env"].as_str()).collect();
    for name in &envs {
        let text = file.read_text(name).map_err(|failure| wrong("env source files:", &envs, failure))?;
        for line in text.lines() {
            let line = line.trim_start_matches('\u{feff}').trim_start();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (key, value) = line.split_once('=').unwrap_or((line, ""));
            if !key.is_empty() {
                pairs.push((key.to_owned(), value.as_bytes().to_vec()));
            }
        }
    }
    let literals = texts("literals");
    for literal in &literals {
        let Some((key, value)) = literal.split_once('=').filter(|(key, _)| !key.is_empty()) else {
            let failure = Failure::message(format!("invalid literal source {literal}, expected key=value"));
            return Err(wrong("literal sources", &literals, failure));
        };
        pairs.push((key.to_owned(), unquoted(value).as_bytes().to_vec()));
    }
    let files = texts("files");
    for source in &files {
        let content = file_source(source).and_then(|(key, path)| Ok((key.to_owned(), file.read_file(path)?)));
        pairs.push(content.map_err(|failure| wrong("file sources:", &files, failure))?);
    }
    Ok(pairs)
}

/// The key and the path of `KEY=PATH`, or of a path whose last part is the key.
fn file_source(source: &str) -> Outcome<(&str, &str)> {
    let Some((key, path)) = source.split_once('=') else {
        return Ok((source.rsplit('/').next().unwrap_or(source), source));
    };
    match (key, path) {
        (_, path) if path.contains('=') => {
            Err(Failure::message(format!("source {source:?} key name or file path contains '='")))
        }
        ("", _) => {
            Err(Failure::message(format!("missing key name for file path {path:?} in source {source:?}")))
        }
        (_, "") => {
            Err(Failure::message(format!("missing file path for key name {key:?} in source {source:?}")))
        }
        pair => Ok(pair),
    }
}

/// A value without the quotes around all of it.
fn unquoted(value: &str) -> &str {
    for quote in ['"', '\''] {
        if let Some(inner) = value.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)) {
            return inner;
        }
    }
    value
}

/// Creates, merges into or replaces an object of a lower layer.
fn place(behavior: &str, resource: Resource, resources: &mut Vec<Resource>) -> Outcome {
    let known = resources.iter_mut().find(|known| {
        known.kind() == resource.kind()
            && known.was_called(resource.name())
            && (resource.namespace().is_empty() || known.namespace() == resource.namespace())
    });
    match (behavior, known) {
        ("merge" | "replace", None) => Err(Failure::message(format!(
            "merging from generator: id resid.ResId {} does not exist; cannot merge or replace",
            resource.id()
        ))),
        ("merge", Some(known)) => {
            for field in ["data", "binaryData"] {
                for (key, value) in resource.value[field].as_object().into_iter().flatten() {
                    known.value[field][key] = value.clone();
                }
            }
            for field in ["labels", "annotations"] {
                for (key, value) in resource.value["metadata"][field].as_object().into_iter().flatten() {
                    known.value["metadata"][field][key] = value.clone();
                }
            }
            known.needs_hash |= resource.needs_hash;
            Ok(())
        }
        ("replace", Some(known)) => {
            for field in ["data", "binaryData"] {
                if let Some(map) = known.value.as_object_mut() {
                    map.remove(field);
                    map.extend(resource.value.get(field).map(|data| (field.to_owned(), data.clone())));
                }
            }
            Ok(())
        }
        (_, Some(_)) => Err(Failure::message(format!(
            "merging from generator: id resid.ResId {} exists; behavior must be merge or replace",
            resource.id()
        ))),
        (_, None) => {
            resources.push(resource);
            Ok(())
        }
    }
}
