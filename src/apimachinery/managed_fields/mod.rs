//! Field ownership: `metadata.managedFields`, kept up to date on every write.
//!
//! Follows the behaviour of `k8s.io/apimachinery/pkg/util/managedfields`.

mod creation;
mod elements;
mod field_set;
mod packed;
mod relation;
mod typed;
mod typing;
mod upgrade;

use crate::base::{Map, Value};

pub(super) use self::field_set::FieldSet;
pub(super) use self::packed::{
    is_packed, is_to_pack, pack_entry, serialize as serialize_unpacked, serialize_packed, unpack_metadata,
};
use self::relation::Relation;
use self::typed::compare_objects;
pub(super) use self::typed::{Node, compare, element, fields_of};

pub use self::typing::typing_errors;
pub use self::upgrade::{owners_of, upgrade_managed_fields};
use super::conditions::seconds;
use super::kinds::Kind;
use super::object::Object;
use crate::base::Timestamp;

/// The most entries for updates that an object keeps; older ones are joined.
const UPDATE_MANAGERS_LIMIT: usize = 10;
/// Who owns what the joined entries owned.
const ANCIENT_CHANGES: &str = "ancient-changes";

/// Fields of `metadata` that nobody owns.
const UNOWNED_METADATA: &[&str] = &[
    "f:creationTimestamp",
    "f:generation",
    "f:managedFields",
    "f:name",
    "f:namespace",
    "f:resourceVersion",
    "f:selfLink",
    "f:uid",
];

/// One entry: who wrote which fields.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Manager {
    pub(super) name: String,
    /// Whether by server-side apply.
    pub(super) applies: bool,
    pub(super) api_version: String,
    pub(super) subresource: String,
    pub(super) time: String,
    pub(super) fields: FieldSet,
}

impl Manager {
    fn from_value(value: &Value) -> Option<Self> {
        let text = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        Some(Self {
            name: text("manager"),
            applies: match value.get("operation").and_then(Value::as_str)? {
                "Apply" => true,
                "Update" => false,
                _ => return None,
            },
            api_version: text("apiVersion"),
            subresource: text("subresource"),
            time: text("time"),
            fields: FieldSet::from_fields_v1(value.get("fieldsV1")?),
        })
    }

    /// Whether a value is an entry at all.
    fn is_entry(value: &Value) -> bool {
        matches!(value.get("operation").and_then(Value::as_str), Some("Apply" | "Update"))
            && value.get("fieldsV1").is_some_and(|fields| fields.is_object() || fields.is_string())
    }

    /// Whether an entry is of the same writer.
    fn stands_for(&self, entry: &Value) -> bool {
        let text = |key: &str| entry.get(key).and_then(Value::as_str).unwrap_or_default();
        self.applies == (text("operation") == "Apply")
            && self.name == text("manager")
            && self.subresource == text("subresource")
            && (self.applies || self.api_version == text("apiVersion"))
    }

    fn to_value(&self) -> Value {
        self.entry_of(self.fields.to_text())
    }

    /// The entry with that text of its fields.
    fn entry_of(&self, fields: String) -> Value {
        let mut entry = Map::new();
        entry.insert("apiVersion", self.api_version.as_str().into());
        entry.insert("fieldsType", "FieldsV1".into());
        entry.insert("fieldsV1", fields.into());
        for (key, text) in [("manager", &self.name), ("subresource", &self.subresource), ("time", &self.time)]
        {
            if !text.is_empty() {
                entry.insert(key.to_owned(), text.as_str().into());
            }
        }
        entry.insert("operation", if self.applies { "Apply" } else { "Update" }.into());
        Value::Object(entry)
    }

    /// Whether both stand for the same writer.
    pub(super) fn is_same_as(&self, other: &Self) -> bool {
        self.applies == other.applies
            && self.name == other.name
            && self.subresource == other.subresource
            && (self.applies || self.api_version == other.api_version)
    }
}

/// The entries of an object.
pub(super) fn managers_of(object: &Object) -> Vec<Manager> {
    object.list("/metadata/managedFields").iter().filter_map(Manager::from_value).collect()
}

/// Writes the entries: empty ones dropped, times kept where nothing changed, in upstream's order.
pub(super) fn set_managers(object: &mut Object, mut managers: Vec<Manager>, before: &[Manager]) {
    managers.retain(|manager| !manager.fields.is_empty());
    for manager in &mut managers {
        if let Some(known) = before.iter().find(|known| known.is_same_as(manager))
            && known.fields == manager.fields
            && known.api_version == manager.api_version
        {
            manager.time.clone_from(&known.time);
        }
    }
    join_ancient(&mut managers);
    let mut entries: Vec<Value> = managers.iter().map(Manager::to_value).collect();
    entries.sort_by(|a, b| order_of(a).cmp(&order_of(b)));
    store_entries(object, entries);
}

fn join_ancient(managers: &mut Vec<Manager>) {
    let (mut updates, mut kept): (Vec<Manager>, Vec<Manager>) =
        managers.drain(..).partition(|manager| !manager.applies && manager.subresource.is_empty());
    updates.sort_by(|a, b| (&a.time, &a.name).cmp(&(&b.time, &b.name)));
    while updates.len() > UPDATE_MANAGERS_LIMIT {
        let oldest = updates.remove(0);
        let next = &mut updates[0];
        next.fields.extend(&oldest.fields);
        ANCIENT_CHANGES.clone_into(&mut next.name);
    }
    kept.append(&mut updates);
    *managers = kept;
}

/// Takes out what nobody owns: identity, bookkeeping, and the part that another subresource writes.
pub(super) fn strip(fields: &mut FieldSet, subresource: &str) {
    fields.member = false;
    for name in ["f:apiVersion", "f:kind"] {
        fields.remove(&[name]);
    }
    for name in UNOWNED_METADATA {
        fields.remove(&["f:metadata", name]);
    }
    if let Some(metadata) = fields.children.get_mut("f:metadata") {
        metadata.member = false;
        if metadata.is_empty() {
            fields.children.remove("f:metadata");
        }
    }
    fields.remove(&[if subresource == "status" { "f:spec" } else { "f:status" }]);
}

/// A time as entries write it: RFC 3339, seconds.
pub(super) fn written_time(now: Timestamp) -> String {
    seconds(now)
}

/// Records who wrote `new` by creating, updating or patching it.
///
/// `old` is the object before (`None` when it is created). What changed is owned by `manager` now,
/// and by nobody else. Entries that the client sent in `new` take the place of the old ones.
pub fn record_update(
    old: Option<&Object>,
    new: &mut Object,
    manager: &str,
    subresource: &str,
    now: Timestamp,
) {
    record(Node::of_object(new), old, new, manager, subresource, now);
}

/// The same for an object of a kind that may be a custom one.
pub fn record_update_of(
    kind: &Kind,
    old: Option<&Object>,
    new: &mut Object,
    writer: (&str, &str),
    now: Timestamp,
) {
    record(Node::of_kind(kind), old, new, writer.0, writer.1, now);
}

fn record(
    node: Node,
    old: Option<&Object>,
    new: &mut Object,
    manager: &str,
    subresource: &str,
    now: Timestamp,
) {
    let writer = Manager {
        name: manager.to_owned(),
        applies: false,
        api_version: new.api_version().to_owned(),
        subresource: subresource.to_owned(),
        time: written_time(now),
        fields: FieldSet::default(),
    };
    if old.is_none() && new.get("/metadata/managedFields").is_none() {
        let fields = creation::fields_of_new(node, new.value(), subresource);
        return store_entries(new, fields.map(|fields| writer.entry_of(fields)).into_iter().collect());
    }
    let comparison = match old {
        Some(old) => compare_objects(node, old, new),
        None => compare(node, Some(&typed::empty_struct(node)), Some(new.value())),
    };
    let (mut written, mut removed) = comparison.written_and_removed();
    strip(&mut written, subresource);
    strip(&mut removed, subresource);

    let sent = new.get_mut("/metadata/managedFields").map(Value::take);
    let kept = sent.filter(|sent| !sent.is_null());
    let kept = kept.or_else(|| old?.get("/metadata/managedFields").cloned());
    let mut entries = match kept {
        Some(Value::Array(entries)) => entries,
        _ => Vec::new(),
    };
    entries.retain(Manager::is_entry);
    if entries.is_empty() && old.is_some() {
        // Whoever threw the entries away does not want them kept: only an apply brings them back.
        new.remove("/metadata/managedFields");
        return;
    }
    store_entries(new, take_over(entries, writer, written, &removed));
}

/// The entries after `writer` wrote and removed fields. Most writes change no ownership, so an entry
/// is read and written anew only where its fields change.
fn take_over(
    mut entries: Vec<Value>,
    mut writer: Manager,
    written: FieldSet,
    removed: &FieldSet,
) -> Vec<Value> {
    let mut known = false;
    let mut changed = false;
    for entry in &mut entries {
        packed::pack_entry(entry);
        let own = writer.stands_for(entry);
        known |= own;
        let concerns = |set: &FieldSet| {
            set.children.iter().any(|(element, _)| packed::may_have(&entry["fieldsV1"], element))
        };
        if !own && !concerns(removed) && !concerns(&written) {
            continue;
        }
        let relation = Relation::of(&written, &entry["fieldsV1"]);
        let gains = own && !relation.is_covered;
        let loses = (!own && relation.shares) || Relation::of(removed, &entry["fieldsV1"]).shares;
        if !loses && !gains {
            continue;
        }
        let mut fields = FieldSet::from_fields_v1(&entry["fieldsV1"]);
        changed = true;
        fields.subtract(removed);
        if own {
            fields.extend(&written);
            entry["time"] = writer.time.as_str().into();
        } else {
            fields.subtract(&written);
        }
        entry["fieldsV1"] = if fields.is_empty() { Value::Null } else { fields.to_text().into() };
    }
    if !known && !written.is_empty() {
        writer.fields = written;
        entries.push(writer.to_value());
        changed = true;
    }
    if !changed {
        return entries;
    }
    entries.retain(|entry| !entry["fieldsV1"].is_null());
    let updates = entries.iter().filter(|entry| entry["operation"] == "Update").count();
    if updates > UPDATE_MANAGERS_LIMIT {
        let mut managers: Vec<Manager> = entries.iter().filter_map(Manager::from_value).collect();
        join_ancient(&mut managers);
        entries = managers.iter().map(Manager::to_value).collect();
    }
    entries.sort_by(|a, b| order_of(a).cmp(&order_of(b)));
    entries
}

/// What entries are sorted by: applied ones first, then by time, name, version and subresource.
fn order_of(entry: &Value) -> (bool, [&str; 4]) {
    let text = |key: &str| entry.get(key).and_then(Value::as_str).unwrap_or_default();
    (text("operation") != "Apply", [text("time"), text("manager"), text("apiVersion"), text("subresource")])
}

fn store_entries(object: &mut Object, entries: Vec<Value>) {
    if entries.is_empty() {
        object.remove("/metadata/managedFields");
    } else {
        object.set("/metadata/managedFields", entries);
    }
}

#[cfg(test)]
mod tests;
