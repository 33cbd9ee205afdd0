//! patches, patchesStrategicMerge and patchesJson6902.

use regex::Regex;

use super::accumulate::objects;
use super::file::Kustomization;
use super::resource::{Resource, ensure};
use crate::apimachinery::{LabelSelector, apply_merge_patch, apply_operations, apply_strategic_patch};
use crate::base::{Value, json, parse_yaml, to_yaml};
use crate::kubectl::errors::{Failure, Outcome};

/// patchesStrategicMerge: files, or patches in place.
pub(super) fn strategic_files(file: &Kustomization, resources: &mut Vec<Resource>) -> Outcome {
    let entries = file.texts("patchesStrategicMerge");
    let refused = |why: String| trouble("PatchStrategicMergeTransformer", &json!({"paths": entries}), &why);
    for entry in &entries {
        let text = match objects(entry, "") {
            Ok(found) if !found.is_empty() => (*entry).to_owned(),
            // What is no object is the name of a file.
            _ => file.read_text(entry).map_err(|why| refused(why.to_string()))?,
        };
        for patch in documents(&text)? {
            if !patch.is_object() {
                return Err(refused("missing Resource metadata".to_owned()));
            }
            strategic(&patch, None, resources)?;
        }
    }
    Ok(())
}

/// What is said of a transformer that cannot be made of what is written for it.
fn trouble(transformer: &str, config: &Value, why: &str) -> Failure {
    let config = to_yaml(config);
    Failure::message(format!("trouble configuring builtin {transformer} with config: `\n{config}`: {why}"))
}

/// patchesJson6902.
pub(super) fn json_files(file: &Kustomization, resources: &mut Vec<Resource>) -> Outcome {
    file.list("patchesJson6902").iter().try_for_each(|entry| apply(file, entry, resources))
}

/// patches.
pub(super) fn run(file: &Kustomization, resources: &mut Vec<Resource>) -> Outcome {
    file.list("patches").iter().try_for_each(|entry| apply(file, entry, resources))
}

fn apply(file: &Kustomization, entry: &Value, resources: &mut Vec<Resource>) -> Outcome {
    let refused = |why: String| trouble("PatchTransformer", entry, &why);
    let (text, source) = match (entry["patch"].as_str(), entry["path"].as_str()) {
        (Some(text), None) => (text.to_owned(), format!("[patch: {text:?}]")),
        (None, Some(path)) => {
            let text = file
                .read_text(path)
                .map_err(|why| refused(format!("failed to get the patch file from path({path}): {why}")))?;
            (text, format!("[path: {path:?}]"))
        }
        _ => {
            return Err(Failure::message(
                "trouble configuring builtin PatchTransformer: must specify one of patch and path",
            ));
        }
    };
    let patches =
        read(&text).ok_or_else(|| refused(format!("unable to parse SM or JSON patch from {source}")))?;
    let target = entry.get("target").filter(|target| target.is_object());
    for patch in patches {
        if !patch.is_array() {
            strategic(&patch, target, resources).map_err(|failure| match failure.to_string() {
                text if text.starts_with("no matches for Id ") => Failure::message(format!(
                    "no resource matches strategic merge patch {:?}: {text}",
                    Resource::new(patch.clone()).id()
                )),
                _ => failure,
            })?;
            continue;
        }
        let Some(target) = target else {
            return Err(Failure::message(format!("must specify a target for JSON patch {source}")));
        };
        for resource in resources.iter_mut().filter(|resource| selects(target, resource)) {
            let operations = patch.as_array().map(Vec::as_slice).unwrap_or_default();
            // Upstream keeps its own notes among the annotations, so that there always are some.
            ensure(&mut resource.value, &["metadata", "annotations"]);
            resource.value = apply_operations(&resource.value, operations)
                .map_err(|why| Failure::message(why.reason()))?;
            if let Some(metadata) = resource.value["metadata"].as_object_mut() {
                metadata.retain(|field, held| field != "annotations" || *held != json!({}));
            }
        }
    }
    Ok(())
}

/// The patches of a text: objects with a kind and a name, or one list of operations; `None` for anything else.
fn read(text: &str) -> Option<Vec<Value>> {
    // Of JSON, what begins as a list has to be one in all.
    if text.starts_with('[') {
        let operations: Vec<Value> = serde_json::from_str(text).ok()?;
        return Some(vec![operations.into()]);
    }
    let documents = documents(text).ok()?;
    if let [Value::Array(_)] = documents.as_slice() {
        return Some(documents);
    }
    let found = objects(text, "").ok().filter(|found| !found.is_empty())?;
    Some(found.into_iter().map(|patch| patch.value).collect())
}

fn documents(text: &str) -> Outcome<Vec<Value>> {
    let documents = parse_yaml(text).map_err(|error| {
        Failure::message(format!("unable to parse SM or JSON patch from [{text}]: {error}"))
    })?;
    Ok(documents.into_iter().map(|document| document.value).filter(|value| !value.is_null()).collect())
}

fn strategic(patch: &Value, target: Option<&Value>, resources: &mut Vec<Resource>) -> Outcome {
    let wanted = Resource::new(patch.clone());
    let is_meant = |resource: &Resource| match target {
        Some(target) => selects(target, resource),
        None => {
            resource.kind() == wanted.kind()
                && resource.group() == wanted.group()
                && resource.was_called(wanted.name())
                && (wanted.namespace().is_empty() || wanted.namespace() == resource.namespace())
        }
    };
    if target.is_none() && !resources.iter().any(is_meant) {
        let id = wanted.id();
        return Err(Failure::message(format!(
            "no matches for Id {id}; failed to find unique target for patch {id}"
        )));
    }
    if patch["$patch"] == "delete" {
        resources.retain(|resource| !is_meant(resource));
        return Ok(());
    }
    for resource in resources.iter_mut().filter(|resource| is_meant(resource)) {
        let mut patch = patch.clone();
        // The names in a patch say what it is for; what it changes keeps its own.
        for field in ["name", "namespace"] {
            if let Some(metadata) = patch.get_mut("metadata").and_then(Value::as_object_mut) {
                metadata.remove(field);
            }
        }
        if let Some(map) = patch.as_object_mut() {
            map.remove("apiVersion");
            map.remove("kind");
        }
        resource.value = match resource.builtin() {
            Some(kind) => apply_strategic_patch(kind, &resource.value, &patch)?,
            None => apply_merge_patch(&resource.value, &patch),
        };
    }
    Ok(())
}

/// Whether a selector of patches or replacements means an object.
pub(super) fn selects(target: &Value, resource: &Resource) -> bool {
    let text = |field: &str| target[field].as_str().unwrap_or_default();
    let is = |field: &str, value: &str| text(field).is_empty() || anchored(text(field), value);
    let names = [resource.name(), resource.original_name.as_str()];
    let labels = LabelSelector::parse(text("labelSelector"));
    let annotations = LabelSelector::parse(text("annotationSelector"));
    let metadata = &resource.value["metadata"];
    is("group", resource.group())
        && is("version", resource.version())
        && is("kind", resource.kind())
        && is("namespace", resource.namespace())
        && names.iter().any(|name| is("name", name))
        && labels.is_ok_and(|selector| selector.matches(metadata["labels"].as_object()))
        && annotations.is_ok_and(|selector| selector.matches(metadata["annotations"].as_object()))
}

/// Whether an expression matches all of a text; one that cannot be read matches only itself.
fn anchored(pattern: &str, text: &str) -> bool {
    Regex::new(&format!("^(?:{pattern})$")).map_or(pattern == text, |expression| expression.is_match(text))
}
