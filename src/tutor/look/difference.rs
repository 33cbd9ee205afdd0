//! What differs between two moments: objects made and removed, and of the others the fields that changed.

use crate::base::{Key, Map, Value};

use super::super::witness::{Moment, ObjectId};

/// Fields shown of one object; the rest is counted.
const FIELDS_MAX: usize = 10;

/// Columns that a value may take.
const VALUE_WIDTH_MAX: usize = 48;

/// What became of an object between two moments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It was made.
    Made,
    /// It is gone.
    Removed,
    /// It changed.
    Changed {
        /// The fields that differ.
        fields: Vec<FieldDifference>,
        /// How many more there are.
        more: usize,
    },
}

/// A field that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldDifference {
    /// Where, as `kubectl explain` writes it; lists by the names of their items.
    pub path: String,
    /// What it was; empty when it was not there.
    pub before: String,
    /// What it is; empty when it is not there.
    pub after: String,
}

/// An object that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectDifference {
    /// Kind and name.
    pub object: String,
    /// What became of it.
    pub fate: Fate,
}

/// The differences between two moments, in the order of kinds and names.
pub(in crate::tutor) fn between(before: &Moment, after: &Moment) -> Vec<ObjectDifference> {
    let mut found = Vec::new();
    let ids: std::collections::BTreeSet<&ObjectId> = before.keys().chain(after.keys()).collect();
    for id in ids.into_iter().filter(|id| id.kind != "Event") {
        let fate = match (before.get(id), after.get(id)) {
            (None, Some(_)) => Fate::Made,
            (Some(_), None) => Fate::Removed,
            (Some(before), Some(after)) if before["metadata"]["uid"] == after["metadata"]["uid"] => {
                let mut fields = fields(before, after);
                if fields.is_empty() {
                    continue;
                }
                let more = fields.len().saturating_sub(FIELDS_MAX);
                fields.truncate(FIELDS_MAX);
                Fate::Changed { fields, more }
            }
            (Some(_), Some(_)) => {
                found.push(ObjectDifference { object: id.to_string(), fate: Fate::Removed });
                Fate::Made
            }
            (None, None) => continue,
        };
        found.push(ObjectDifference { object: id.to_string(), fate });
    }
    found
}

/// The fields in which two versions of an object differ, what was asked for before what is observed.
pub(super) fn fields(before: &Value, after: &Value) -> Vec<FieldDifference> {
    let mut walk = Walk { hidden: after["kind"] == "Secret", found: Vec::new() };
    let empty = Map::new();
    let (old, new) = (before.as_object().unwrap_or(&empty), after.as_object().unwrap_or(&empty));
    for key in keys(old, new).into_iter().filter(|key| *key != "status") {
        walk.pair(key, key, old.get(key), new.get(key));
    }
    walk.pair("status", "status", old.get("status"), new.get("status"));
    walk.found
}

/// Fields that change without meaning anything to a learner.
fn is_bookkeeping(path: &str, key: &str) -> bool {
    matches!(
        key,
        "managedFields"
            | "resourceVersion"
            | "generation"
            | "observedGeneration"
            | "lastTransitionTime"
            | "lastUpdateTime"
            | "lastProbeTime"
            | "lastHeartbeatTime"
            | "lastTriggerTime"
            | "containerID"
            | "uid"
            | "startedAt"
            | "finishedAt"
            | "kubectl.kubernetes.io/last-applied-configuration"
    ) || path == "kind"
        || path == "apiVersion"
}

struct Walk {
    /// Whether the values under `data` are nobody's business.
    hidden: bool,
    found: Vec<FieldDifference>,
}

impl Walk {
    fn pair(&mut self, path: &str, key: &str, before: Option<&Value>, after: Option<&Value>) {
        if before == after || is_bookkeeping(path, key) {
            return;
        }
        match (before, after) {
            (Some(Value::Object(before)), Some(Value::Object(after))) => {
                for key in keys(before, after) {
                    self.pair(&join(path, key), key, before.get(key), after.get(key));
                }
            }
            (Some(Value::Array(before)), Some(Value::Array(after))) => self.lists(path, before, after),
            // What is new as a whole is shown leaf by leaf, so that no line is long.
            (None, Some(Value::Object(after))) if !after.is_empty() => {
                for (key, value) in after {
                    self.pair(&join(path, key), key, None, Some(value));
                }
            }
            (None, Some(Value::Array(after))) if after.iter().any(Value::is_object) => {
                self.lists(path, &[], after)
            }
            (Some(Value::Array(before)), None) if before.iter().any(Value::is_object) => {
                self.lists(path, before, &[])
            }
            (before, after) => {
                let (before, after) = (self.shown(path, before), self.shown(path, after));
                self.found.push(FieldDifference { path: path.to_owned(), before, after });
            }
        }
    }

    /// Lists are compared by the names of their items, where these have names.
    fn lists(&mut self, path: &str, before: &[Value], after: &[Value]) {
        let Some(key) = merge_key(before, after) else {
            for index in 0..before.len().max(after.len()) {
                self.pair(&format!("{path}[{index}]"), "", before.get(index), after.get(index));
            }
            return;
        };
        let name = |item: &Value| match &item[key] {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let find = |items: &[Value], wanted: &str| items.iter().find(|item| name(item) == wanted).cloned();
        let mut names: Vec<String> = before.iter().chain(after).map(name).collect();
        names.dedup();
        let mut seen = std::collections::BTreeSet::new();
        for name in names {
            if seen.insert(name.clone()) {
                let (before, after) = (find(before, &name), find(after, &name));
                let path = format!("{path}[{name}]");
                if before.is_none() || after.is_none() {
                    let word =
                        |item: &Option<Value>| if item.is_some() { name.clone() } else { String::new() };
                    // A whole item came or went: its name says it.
                    let (before, after) = (word(&before), word(&after));
                    self.found.push(FieldDifference { path, before, after });
                    continue;
                }
                self.pair(&path, "", before.as_ref(), after.as_ref());
            }
        }
    }

    fn shown(&self, path: &str, value: Option<&Value>) -> String {
        match value {
            None | Some(Value::Null) => String::new(),
            Some(_) if self.hidden && (path.starts_with("data.") || path.starts_with("stringData.")) => {
                "***".to_owned()
            }
            Some(Value::String(text)) if text.is_empty() => "\"\"".to_owned(),
            Some(Value::String(text)) => short(text),
            Some(other) => short(&other.to_string()),
        }
    }
}

/// The field by which the items of two lists are told apart.
fn merge_key(before: &[Value], after: &[Value]) -> Option<&'static str> {
    let all = || before.iter().chain(after);
    if !all().all(Value::is_object) {
        return None;
    }
    ["name", "type", "containerPort", "port", "mountPath", "ip", "key", "host"].into_iter().find(|key| {
        let is_unique = |items: &[Value]| {
            let mut values: Vec<String> = items.iter().map(|item| item[*key].to_string()).collect();
            values.sort();
            values.windows(2).all(|pair| pair[0] != pair[1])
        };
        all().all(|item| !item[*key].is_null()) && is_unique(before) && is_unique(after)
    })
}

fn join(path: &str, key: &str) -> String {
    if key.contains('.') { format!("{path}[{key}]") } else { format!("{path}.{key}") }
}

fn keys<'a>(before: &'a Map, after: &'a Map) -> Vec<&'a str> {
    let mut keys: Vec<&str> = before.keys().chain(after.keys()).map(Key::as_str).collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

fn short(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    if line.chars().count() <= VALUE_WIDTH_MAX && line.len() == text.len() {
        return text.to_owned();
    }
    let mut cut: String = line.chars().take(VALUE_WIDTH_MAX - 1).collect();
    cut.push('…');
    cut
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::base::json;

    use super::*;

    fn moment(objects: &[Value]) -> Moment {
        objects.iter().map(|object| (ObjectId::of(object), Arc::new(object.clone()))).collect()
    }

    fn deployment(replicas: u32, image: &str) -> Value {
        json!({"kind": "Deployment", "metadata": {"name": "web", "uid": "1", "resourceVersion": replicas.to_string(),
            "annotations": {"deployment.kubernetes.io/revision": image}},
            "spec": {"replicas": replicas, "template": {"spec": {"containers": [
                {"name": "side", "image": "x"}, {"name": "nginx", "image": image}]}}},
            "status": {"observedGeneration": replicas, "readyReplicas": replicas}})
    }

    fn said(differences: &[ObjectDifference]) -> Vec<String> {
        let field = |field: &FieldDifference| format!("{} {}>{}", field.path, field.before, field.after);
        differences
            .iter()
            .map(|found| match &found.fate {
                Fate::Made => format!("+{}", found.object),
                Fate::Removed => format!("-{}", found.object),
                Fate::Changed { fields, .. } => {
                    format!("{}: {}", found.object, fields.iter().map(field).collect::<Vec<_>>().join("; "))
                }
            })
            .collect()
    }

    #[test]
    fn only_what_means_something_is_told_and_lists_go_by_name() {
        let before = moment(&[
            deployment(1, "nginx:1"),
            json!({"kind": "Pod", "metadata": {"name": "a", "uid": "2"}}),
        ]);
        let after = moment(&[
            deployment(3, "nginx:2"),
            json!({"kind": "Pod", "metadata": {"name": "b", "uid": "3"}}),
        ]);
        assert_eq!(
            said(&between(&before, &after)),
            [
                "Deployment web: metadata.annotations[deployment.kubernetes.io/revision] nginx:1>nginx:2; \
                 spec.replicas 1>3; spec.template.spec.containers[nginx].image nginx:1>nginx:2; \
                 status.readyReplicas 1>3",
                "-Pod a",
                "+Pod b",
            ]
        );
        assert_eq!(between(&after, &after), []);
    }

    #[test]
    fn an_object_of_the_same_name_that_was_made_anew_is_two_objects() {
        let pod = |uid: &str| json!({"kind": "Pod", "metadata": {"name": "a", "uid": uid}});
        let differences = between(&moment(&[pod("1")]), &moment(&[pod("2")]));
        assert_eq!(said(&differences), ["-Pod a", "+Pod a"]);
    }

    #[test]
    fn secrets_keep_their_values() {
        let secret = |value: &str| json!({"kind": "Secret", "metadata": {"name": "s", "uid": "1"}, "data": {"a": value}});
        let differences = between(&moment(&[secret("one")]), &moment(&[secret("two")]));
        assert_eq!(said(&differences), ["Secret s: data.a ***>***"]);
    }
}
