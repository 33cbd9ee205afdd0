//! Server-side apply: merges a configuration into an object, field by field, and keeps who owns what.
//!
//! Follows the behaviour of `sigs.k8s.io/structured-merge-diff/v6/merge` and
//! `k8s.io/apimachinery/pkg/util/managedfields`.

use crate::apimachinery::kinds::Kind;
use crate::apimachinery::managed_fields::{
    FieldSet, Manager, Node, compare, element, fields_of, managers_of, set_managers, strip, written_time,
};
use crate::apimachinery::object::Object;
use crate::apimachinery::status::{Status, StatusCause, StatusDetails};
use crate::base::{Map, Timestamp, Value};

/// Who applies, and how.
#[derive(Clone, Copy, Debug)]
pub struct Applier<'a> {
    /// Field manager.
    pub manager: &'a str,
    /// Whether fields of other managers are taken over.
    pub force: bool,
    /// Subresource of the request; empty for the object itself.
    pub subresource: &'a str,
    /// When.
    pub now: Timestamp,
}

/// The object after the configuration was applied to `live` (`None` when there is none yet).
///
/// # Errors
/// 400 when the configuration is no object or carries managedFields, 409 when another manager
/// owns a field that would change.
pub fn apply(
    kind: &Kind,
    live: Option<&Object>,
    configuration: &Value,
    applier: Applier<'_>,
) -> Result<Object, Status> {
    let Some(configuration) = Object::from_value(configuration.clone()) else {
        return Err(Status::bad_request("the configuration is not an object"));
    };
    if !configuration.list("/metadata/managedFields").is_empty() {
        return Err(Status::bad_request("metadata.managedFields must be nil"));
    }
    let api_version = kind.api_version();
    let node = Node::of_kind(kind);
    let before = live.map(managers_of).unwrap_or_default();
    let mut own = Manager {
        name: applier.manager.to_owned(),
        applies: true,
        api_version,
        subresource: applier.subresource.to_owned(),
        time: written_time(applier.now),
        fields: fields_of(node, configuration.value()),
    };
    strip(&mut own.fields, applier.subresource);

    let mut merged = live.map_or_else(|| Value::Object(Map::new()), |live| live.value().clone());
    merge(node, &mut merged, configuration.value());
    let (last, mut others): (Vec<Manager>, Vec<Manager>) =
        before.iter().cloned().partition(|manager| manager.is_same_as(&own));
    if let Some(last) = last.first() {
        let mut kept = own.fields.clone();
        others.iter().for_each(|other| kept.extend(&other.fields));
        prune(node, &mut merged, &last.fields, &kept);
    }

    let mut written = compare(node, live.map(Object::value), Some(&merged)).written_and_removed().0;
    strip(&mut written, applier.subresource);
    let mut conflicting = conflicts(&others, &written);
    if !conflicting.is_empty() && !applier.force {
        if let Some(own) =
            live.filter(|_| applier.manager == KUBECTL).and_then(|live| last_applied(kind, live))
        {
            conflicting = conflicts(&others, &written.difference(&own));
        }
        if !conflicting.is_empty() {
            return Err(conflict_status(&conflicting));
        }
    }
    for other in &mut others {
        other.fields = other.fields.difference(&written);
    }
    others.push(own);
    let mut object =
        Object::from_value(merged).ok_or_else(|| Status::internal("the merged object is no object"))?;
    set_managers(&mut object, others, &before);
    if applier.manager == KUBECTL && annotation_of(&object).is_some() {
        let text = without_annotation(configuration.value().clone()).to_string() + "\n";
        object.set(&format!("/metadata/annotations/{}", LAST_APPLIED.replace('/', "~1")), text);
    }
    Ok(object)
}

/// The manager under which kubectl applies: it takes over what it applied on the client's side before.
const KUBECTL: &str = "kubectl";
/// Where kubectl keeps what it applied on the client's side.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

fn annotation_of(object: &Object) -> Option<&str> {
    object.value()["metadata"]["annotations"][LAST_APPLIED].as_str().filter(|text| !text.is_empty())
}

fn without_annotation(mut configuration: Value) -> Value {
    if let Some(annotations) =
        configuration.pointer_mut("/metadata/annotations").and_then(Value::as_object_mut)
    {
        annotations.remove(LAST_APPLIED);
    }
    configuration
}

/// The fields that were applied on the client's side and nobody changed since.
fn last_applied(kind: &Kind, live: &Object) -> Option<FieldSet> {
    let last: Value = serde_json::from_str(annotation_of(live)?).ok()?;
    if last["apiVersion"] != kind.api_version().as_str() {
        return None;
    }
    let node = Node::of_kind(kind);
    let changes = compare(node, Some(&last), Some(live.value()));
    let fields = fields_of(node, &last);
    Some(fields.difference(&changes.modified).difference(&changes.added).difference(&changes.removed))
}

/// The object with a configuration merged into it as server-side apply merges, whoever owns what.
#[must_use]
pub fn merged(kind: &Kind, object: &Value, configuration: &Value) -> Value {
    let mut merged = object.clone();
    merge(Node::of_kind(kind), &mut merged, configuration);
    merged
}

/// The paths of maps and lists in a configuration that are one value each: whoever sets them replaces
/// what they held.
#[must_use]
pub fn atomic_parts(kind: &Kind, configuration: &Value) -> Vec<String> {
    let mut paths = Vec::new();
    add_atomic_parts(Node::of_kind(kind), "", configuration, &mut paths);
    paths
}

fn add_atomic_parts(node: Node, path: &str, value: &Value, paths: &mut Vec<String>) {
    match value {
        Value::Object(fields) if node.has_fields() => {
            for (key, part) in fields {
                add_atomic_parts(node.entry(key), &format!("{path}.{key}"), part, paths);
            }
        }
        Value::Array(items) if node.has_items() => {
            for (index, item) in items.iter().enumerate() {
                add_atomic_parts(node.item(), &format!("{path}[{index}]"), item, paths);
            }
        }
        Value::Object(_) | Value::Array(_) => paths.push(path.to_owned()),
        _ => {}
    }
}

/// Merges `new` into `place`: maps by key, keyed lists by item, sets as sets, everything else replaced.
fn merge(node: Node, place: &mut Value, new: &Value) {
    match (node, place, new) {
        (node, Value::Object(old), Value::Object(new)) if node.has_fields() => {
            for (key, value) in new {
                match old.get_mut(key) {
                    Some(place) => merge(node.entry(key), place, value),
                    None => {
                        old.insert(key.clone(), value.clone());
                    }
                }
            }
        }
        (node, Value::Array(old), Value::Array(new)) if node.has_items() => {
            let merged = merge_items(node, old, new);
            *old = merged;
        }
        (_, place, new) => *place = new.clone(),
    }
}

/// The items of the configuration in its order; the others stay before the item they stood before.
fn merge_items(node: Node, old: &[Value], new: &[Value]) -> Vec<Value> {
    let new_elements: Vec<String> = new.iter().map(|item| element(node, item)).collect();
    let old_elements: Vec<String> = old.iter().map(|item| element(node, item)).collect();
    let mut merged = Vec::with_capacity(old.len() + new.len());
    let mut taken = 0;
    for (item, name) in old.iter().zip(&old_elements) {
        let Some(index) = new_elements.iter().position(|other| other == name) else {
            merged.push(item.clone());
            continue;
        };
        while taken <= index {
            merged.push(merge_item(node, old, &old_elements, &new[taken], &new_elements[taken]));
            taken += 1;
        }
    }
    for (item, name) in new.iter().zip(&new_elements).skip(taken) {
        merged.push(merge_item(node, old, &old_elements, item, name));
    }
    merged
}

fn merge_item(node: Node, old: &[Value], old_elements: &[String], item: &Value, name: &str) -> Value {
    let Some(index) = old_elements.iter().position(|other| other == name) else { return item.clone() };
    let mut merged = old[index].clone();
    merge(node.item(), &mut merged, item);
    merged
}

/// Removes what the manager owned (`last`) and neither it nor anybody else owns now (`kept`), and
/// the maps and lists that are empty because of that.
fn prune(node: Node, value: &mut Value, last: &FieldSet, kept: &FieldSet) {
    let stays = |name: &str, child: Node, part: &mut Value| {
        let Some(last) = last.children.get(name) else { return true };
        let kept_part = kept.children.get(name);
        if last.member && kept_part.is_none() {
            return false;
        }
        let was_empty = is_empty(part);
        prune(child, part, last, kept_part.unwrap_or(&FieldSet::default()));
        was_empty || !is_empty(part)
    };
    match (node, value) {
        (node, Value::Object(entries)) if node.has_fields() => {
            entries.retain(|key, part| stays(&format!("f:{key}"), node.entry(key), part));
        }
        (node, Value::Array(items)) if node.has_items() => {
            items.retain_mut(|item| stays(&element(node, item), node.item(), item));
        }
        _ => {}
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Object(entries) => entries.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

/// Per manager (as messages name it), the paths that it would lose.
fn conflicts(others: &[Manager], written: &FieldSet) -> Vec<(String, Vec<String>)> {
    let mut conflicts: Vec<(String, Vec<String>)> = others
        .iter()
        .map(|other| (described(other), other.fields.intersection(written).paths()))
        .filter(|(_, paths)| !paths.is_empty())
        .collect();
    conflicts.sort();
    conflicts
}

fn described(manager: &Manager) -> String {
    let mut text = format!("{:?}", manager.name);
    if !manager.subresource.is_empty() {
        text.push_str(&format!(" with subresource {:?}", manager.subresource));
    }
    if !manager.applies {
        text.push_str(&format!(" using {}", manager.api_version));
    }
    text
}

fn conflict_status(conflicts: &[(String, Vec<String>)]) -> Status {
    let count: usize = conflicts.iter().map(|(_, paths)| paths.len()).sum();
    let message = match conflicts {
        [(manager, paths)] if count == 1 => {
            format!("Apply failed with 1 conflict: conflict with {manager}: {}", paths.concat())
        }
        _ => {
            let lines: Vec<String> = conflicts
                .iter()
                .flat_map(|(manager, paths)| {
                    let head = format!("conflicts with {manager}:");
                    std::iter::once(head).chain(paths.iter().map(|path| format!("- {path}")))
                })
                .collect();
            format!("Apply failed with {count} conflicts: {}", lines.join("\n"))
        }
    };
    let causes = conflicts
        .iter()
        .flat_map(|(manager, paths)| {
            paths.iter().map(move |path| StatusCause {
                reason: "FieldManagerConflict".to_owned(),
                message: format!("conflict with {manager}"),
                field: path.clone(),
            })
        })
        .collect();
    let mut status = Status::failure(409, "Conflict", message);
    status.details = Some(Box::new(StatusDetails { causes, ..StatusDetails::default() }));
    status
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apimachinery::builtin::{CONFIG_MAP, DEPLOYMENT};
    use crate::apimachinery::managed_fields::record_update;
    use crate::base::json;

    fn by(manager: &str, force: bool) -> Applier<'_> {
        Applier { manager, force, subresource: "", now: Timestamp::UNIX_EPOCH }
    }

    fn config_map(data: &Value) -> Value {
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": data})
    }

    #[test]
    fn a_field_of_another_manager_is_a_conflict_unless_forced() {
        let mut live = Object::from_value(config_map(&json!({"a": "1", "b": "1"}))).unwrap();
        record_update(None, &mut live, "m", "", Timestamp::UNIX_EPOCH);
        let one = config_map(&json!({"a": "2", "b": "1"}));
        let status = apply(&CONFIG_MAP, Some(&live), &one, by("kubectl", false)).unwrap_err();
        assert_eq!(status.code, 409);
        assert_eq!(status.message, "Apply failed with 1 conflict: conflict with \"m\" using v1: .data.a");
        let both = config_map(&json!({"a": "2", "b": "2"}));
        let status = apply(&CONFIG_MAP, Some(&live), &both, by("kubectl", false)).unwrap_err();
        assert_eq!(
            status.message,
            "Apply failed with 2 conflicts: conflicts with \"m\" using v1:\n- .data.a\n- .data.b"
        );
        let causes = &status.details.unwrap().causes;
        assert_eq!(causes[1].field, ".data.b");
        assert_eq!(
            (causes[0].reason.as_str(), causes[0].message.as_str()),
            ("FieldManagerConflict", "conflict with \"m\" using v1")
        );

        let forced = apply(&CONFIG_MAP, Some(&live), &one, by("kubectl", true)).unwrap();
        assert_eq!(forced.text("/data/a"), "2");
        let owners = managers_of(&forced);
        assert_eq!(owners[0].fields.paths(), [".data.a", ".data.b"]);
        assert_eq!(owners[1].fields.paths(), [".data", ".data.b"]);
    }

    #[test]
    fn what_the_manager_drops_goes_unless_somebody_else_owns_it() {
        let first =
            apply(&CONFIG_MAP, None, &config_map(&json!({"a": "1", "b": "1", "c": "1"})), by("x", false))
                .unwrap();
        let shared =
            apply(&CONFIG_MAP, Some(&first), &config_map(&json!({"b": "1"})), by("y", false)).unwrap();
        let last =
            apply(&CONFIG_MAP, Some(&shared), &config_map(&json!({"a": "1"})), by("x", false)).unwrap();
        assert_eq!(last.get("/data"), Some(&json!({"a": "1", "b": "1"})));
        let alone =
            apply(&CONFIG_MAP, Some(&first), &json!({"metadata": {"name": "c"}}), by("x", false)).unwrap();
        assert_eq!(alone.get("/data"), None);
    }

    #[test]
    fn list_items_merge_by_all_their_keys() {
        let with = |ports: Value| {
            json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d"},
                   "spec": {"template": {"spec": {"containers": [{"name": "a", "ports": ports}]}}}})
        };
        let first = apply(
            &DEPLOYMENT,
            None,
            &with(json!([{"containerPort": 53, "protocol": "UDP"}])),
            by("x", false),
        )
        .unwrap();
        let second =
            apply(&DEPLOYMENT, Some(&first), &with(json!([{"containerPort": 53}])), by("y", false)).unwrap();
        let ports = second.list("/spec/template/spec/containers/0/ports");
        assert_eq!(ports.len(), 2);
        let third = apply(&DEPLOYMENT, Some(&second), &with(json!([])), by("x", false)).unwrap();
        assert_eq!(third.list("/spec/template/spec/containers/0/ports"), [json!({"containerPort": 53})]);
    }

    #[test]
    fn kubectl_takes_over_what_it_applied_on_the_client_side() {
        let mut first = config_map(&json!({"a": "1", "b": "1"}));
        let text = first.to_string();
        first["metadata"]["annotations"] = json!({ LAST_APPLIED: text });
        let mut live = Object::from_value(first).unwrap();
        record_update(None, &mut live, "kubectl-client-side-apply", "", Timestamp::UNIX_EPOCH);
        let next = config_map(&json!({"a": "2", "b": "1"}));
        assert!(apply(&CONFIG_MAP, Some(&live), &next, by("other", false)).is_err());
        let applied = apply(&CONFIG_MAP, Some(&live), &next, by(KUBECTL, false)).unwrap();
        assert_eq!(applied.text("/data/a"), "2");
        assert_eq!(annotation_of(&applied), Some(format!("{next}\n").as_str()));

        live.set("/data/a", "somebody's");
        record_update(None, &mut live, "somebody", "", Timestamp::UNIX_EPOCH);
        assert_eq!(apply(&CONFIG_MAP, Some(&live), &next, by(KUBECTL, false)).unwrap_err().code, 409);
    }

    #[test]
    fn applying_the_same_again_changes_nothing() {
        let configuration = config_map(&json!({"a": "1"}));
        let first = apply(&CONFIG_MAP, None, &configuration, by("x", false)).unwrap();
        let later = Applier { now: Timestamp::from_second(60).unwrap(), ..by("x", false) };
        assert_eq!(apply(&CONFIG_MAP, Some(&first), &configuration, later).unwrap(), first);
    }
}
