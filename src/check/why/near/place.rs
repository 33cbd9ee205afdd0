//! YAML in the wrong place: the field is there, under another parent.

use crate::apimachinery::Object;
use crate::base::Value;
use crate::lesson::Form;

use super::super::super::partial::{Gap, contains, same};
use super::super::finding::{Finding, get_yaml, name_of};
use super::super::sentences;
use super::Near;

/// The annotation in which `kubectl apply` keeps what was written.
pub(super) const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// Keys that stand in too many places to tell anything.
const COMMON: &[&str] =
    &["name", "value", "key", "type", "kind", "port", "path", "number", "protocol", "status"];

/// How deep a document is searched.
const DEPTH_MAX: usize = 16;

impl Near<'_> {
    /// Whether the value that is missed at a path stands at another.
    pub(super) fn wrong_place(&self, object: &Object, gap: &Gap) -> Option<Finding> {
        let wanted = gap.wanted.as_ref()?;
        let key = last_key(&gap.path);
        if COMMON.contains(&key.as_str()) {
            return None;
        }
        let target = plain(&gap.path);
        let name = name_of(object);
        let show = get_yaml(object, self.facts.world.namespace());
        let told = format!("{key}: {}", gap.expected);
        // What names the object itself was never meant for another place.
        let strays = |path: &String| {
            *path != target && (!path.starts_with("metadata.") || path.starts_with("metadata.labels"))
        };
        if let Some(found) = find(object.value(), &key, wanted, "", DEPTH_MAX).into_iter().find(strays) {
            let words = [name.as_str(), &told, &found, &target];
            return Some(Finding::lasting(&sentences::WRONG_PLACE, words).shown_by(show));
        }
        let applied: Value = serde_json::from_str(object.annotation(LAST_APPLIED)?).ok()?;
        let found = find(&applied, &key, wanted, "", DEPTH_MAX).into_iter().find(strays)?;
        let words = [name.as_str(), &told, &found, &target];
        Some(Finding::lasting(&sentences::DROPPED, words).shown_by(show))
    }
}

impl Near<'_> {
    /// Whether what is missed in one container stands in another.
    pub(super) fn wrong_container(&self, object: &Object, gap: &Gap) -> Option<Finding> {
        let (list, rest) = gap.path.split_once("containers[")?;
        let (index, below) = rest.split_once("].")?;
        let index: usize = index.parse().ok()?;
        let (Form::Match { contains: wanted, .. }, pointer) =
            (&self.check.form, format!("/{}containers", list.replace('.', "/")))
        else {
            return None;
        };
        let asked = wanted.pointer(&pointer)?.get(index)?;
        let meant = asked["name"].as_str()?;
        let key = below.split(['.', '[']).next()?;
        let partial = asked.get(key)?;
        let holds = |container: &&Value| {
            container["name"] != meant && contains(partial, container.get(key), self.facts.snap)
        };
        let other = object.list(&pointer).iter().find(holds)?;
        let words = [name_of(object), key.to_owned(), other["name"].as_str().unwrap_or_default().to_owned()];
        let finding = Finding::lasting(&sentences::WRONG_CONTAINER, [&words[0], &words[1], &words[2], meant]);
        Some(finding.shown_by(get_yaml(object, self.facts.world.namespace())))
    }
}

impl Near<'_> {
    /// Whether what is missed in a container stands in one that only runs before it.
    pub(super) fn in_init_container(&self, object: &Object, gap: &Gap) -> Option<Finding> {
        let wanted = gap.wanted.as_ref()?;
        let target = plain(&gap.path);
        let (list, _) = target.split_once(".containers.")?;
        let stray = target.replacen(".containers.", ".initContainers.", 1);
        let key = last_key(&gap.path);
        let words = [name_of(object), format!("{key}: {}", gap.expected), format!("{list}.containers")];
        let finding = Finding::lasting(&sentences::IN_INIT, [&words[0], &words[1], &words[2]]);
        let show = get_yaml(object, self.facts.world.namespace());
        (!COMMON.contains(&key.as_str()) && stands_at(object.value(), &stray, wanted))
            .then(|| finding.shown_by(show))
    }
}

/// The last key of a path: `spec.ports[0].targetPort` → `targetPort`.
pub(super) fn last_key(path: &str) -> String {
    if let Some(quoted) = path.strip_suffix("\"]").and_then(|path| path.rsplit_once("[\"")) {
        return quoted.1.to_owned();
    }
    let last = path.rsplit('.').next().unwrap_or(path);
    last.split('[').next().unwrap_or(last).to_owned()
}

/// A path without indexes.
fn plain(path: &str) -> String {
    let mut plain = String::with_capacity(path.len());
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('[') {
        plain.push_str(before);
        let (index, after) = after.split_once(']').unwrap_or((after, ""));
        if index.starts_with('"') {
            plain.push('.');
            plain.push_str(index.trim_matches('"'));
        }
        rest = after;
    }
    plain.push_str(rest);
    plain
}

/// Whether a value stands at a path, whatever the indexes.
pub(super) fn stands_at(value: &Value, path: &str, wanted: &Value) -> bool {
    let target = plain(path);
    find(value, &last_key(path), wanted, "", DEPTH_MAX).contains(&target)
}

/// The paths, without indexes, at which a key has a value.
fn find(value: &Value, key: &str, wanted: &Value, path: &str, depth: usize) -> Vec<String> {
    let mut found = Vec::new();
    if depth == 0 {
        return found;
    }
    match value {
        Value::Object(map) => {
            for (name, below) in map {
                if matches!(name.as_str(), "managedFields" | "annotations")
                    || (path.is_empty() && name == "status")
                {
                    continue;
                }
                let here = if path.is_empty() { name.to_string() } else { format!("{path}.{name}") };
                if name == key && same(wanted, below) {
                    found.push(here.clone());
                }
                found.extend(find(below, key, wanted, &here, depth - 1));
            }
        }
        Value::Array(items) => {
            for item in items {
                found.extend(find(item, key, wanted, path, depth - 1));
            }
        }
        _ => {}
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::json;

    #[test]
    fn keys_and_paths_are_taken_apart() {
        assert_eq!(last_key("spec.ports[0].targetPort"), "targetPort");
        assert_eq!(last_key("metadata.labels[\"app.kubernetes.io/name\"]"), "app.kubernetes.io/name");
        assert_eq!(plain("spec.containers[1].env[0].value"), "spec.containers.env.value");
        let value =
            json!({"spec": {"template": {"nodeSelector": {"disk": "ssd"}}}, "status": {"disk": "ssd"}});
        assert_eq!(find(&value, "disk", &json!("ssd"), "", 8), ["spec.template.nodeSelector.disk"]);
    }
}
