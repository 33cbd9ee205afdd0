//! Objects as the API server sends them.

use serde::{Serialize, Serializer};

use crate::base::Value;

use super::go_struct::serialize_object;
use super::managed_fields::serialize_unpacked;
use super::object::Object;
use super::schema::of_group_version_kind;

/// An object as the API server sends it: the fields of built-in kinds in the order of their Go structs, those of
/// custom kinds by name, as `encoding/json` writes structs and maps.
pub struct Sent<'a> {
    object: &'a Object,
    tells_its_type: bool,
}

impl<'a> Sent<'a> {
    /// The object alone.
    #[must_use]
    pub fn new(object: &'a Object) -> Self {
        Self { object, tells_its_type: true }
    }

    /// An item of a list: those of built-in kinds do not repeat what the list says of their type.
    #[must_use]
    pub fn item(object: &'a Object, built_in: bool) -> Self {
        Self { object, tells_its_type: !built_in }
    }
}

impl Serialize for Sent<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let glance = self.object.glance();
        let text = |name| glance.get(name).and_then(Value::as_str).unwrap_or_default();
        let (group, version) = text("apiVersion").split_once('/').unwrap_or(("", text("apiVersion")));
        let schema = of_group_version_kind(group, version, text("kind"));
        let is_shown = |name: &str| self.tells_its_type || !matches!(name, "apiVersion" | "kind");
        let fields = glance.fields().filter(|(name, _)| is_shown(name));
        match schema {
            Some(schema) => serialize_object(fields.collect(), schema, serializer),
            None => serialize_unpacked(fields, serializer),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    #[test]
    fn objects_of_built_in_kinds_come_in_the_order_of_their_structs_and_others_by_name() {
        let entry = json!({
            "manager": "m", "operation": "Update", "apiVersion": "v1", "time": "2026-01-01T00:00:00Z",
            "fieldsType": "FieldsV1", "fieldsV1": {"f:data": {}},
        });
        let mut object = Object::from_value(json!({
            "apiVersion": "v1", "kind": "ConfigMap", "data": {"b": "1", "a": "2"},
            "metadata": {"uid": "u", "name": "x", "namespace": "default", "managedFields": [entry]},
        }))
        .unwrap();
        object.pack();
        let metadata = r#""metadata":{"name":"x","namespace":"default","uid":"u","managedFields":[{"manager":"m","operation":"Update","apiVersion":"v1","time":"2026-01-01T00:00:00Z","fieldsType":"FieldsV1","fieldsV1":{"f:data":{}}}]}"#;
        let data = r#""data":{"a":"2","b":"1"}"#;
        let sent = |sent: Sent<'_>| serde_json::to_string(&sent).unwrap();
        let whole = format!(r#"{{"kind":"ConfigMap","apiVersion":"v1",{metadata},{data}}}"#);
        assert_eq!(sent(Sent::new(&object)), whole);
        assert_eq!(sent(Sent::new(&object.asleep().unwrap())), whole);
        assert_eq!(sent(Sent::item(&object, true)), format!("{{{metadata},{data}}}"));
        object.set("/kind", "Custom");
        let told = sent(Sent::item(&object, false));
        assert!(told.starts_with(r#"{"apiVersion":"v1","data":{"a":"2","b":"1"},"kind":"Custom","metadata":{"managedFields":[{"apiVersion":"v1","fieldsType":"FieldsV1","fieldsV1":{"f:data":{}},"#), "{told}");
    }
}
