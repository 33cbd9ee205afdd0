//! From applying on the client's side to applying on the server's: the old manager's fields become the new one's.
//!
//! Follows `k8s.io/client-go/util/csaupgrade`.

use crate::base::Value;

use super::field_set::FieldSet;

/// Entries of managedFields with that operation which own the field, path elements as in `fieldsV1`.
#[must_use]
pub fn owners_of<'e>(entries: &'e [Value], operation: &str, path: &[&str]) -> Vec<&'e str> {
    let owns = |entry: &&Value| {
        entry["operation"] == operation
            && path.iter().try_fold(&entry["fieldsV1"], |fields, element| fields.get(element)).is_some()
    };
    entries.iter().filter(owns).filter_map(|entry| entry["manager"].as_str()).collect()
}

/// The entries after what the old managers own was given to the one that applies; `None` when nothing changes.
#[must_use]
pub fn upgrade_managed_fields(
    entries: &[Value],
    old_managers: &[String],
    applier: &str,
) -> Option<Vec<Value>> {
    let mut upgraded = entries.to_vec();
    for old in old_managers {
        upgrade(&mut upgraded, old, applier);
    }
    (upgraded != entries).then_some(upgraded)
}

fn upgrade(entries: &mut Vec<Value>, old: &str, applier: &str) {
    let is = |entry: &Value, manager: &str, operation: &str| {
        entry["manager"] == manager && entry["operation"] == operation && entry["subresource"].is_null()
    };
    let index = entries.iter().position(|entry| is(entry, applier, "Apply")).or_else(|| {
        let index = entries.iter().position(|entry| is(entry, old, "Update"))?;
        entries[index]["operation"] = "Apply".into();
        entries[index]["manager"] = applier.into();
        Some(index)
    });
    let Some(index) = index else { return };
    let version = &entries[index]["apiVersion"];
    let same = entries.iter().find(|entry| is(entry, old, "Update") && entry["apiVersion"] == *version);
    if let Some(same) = same {
        let own = FieldSet::from_fields_v1(&entries[index]["fieldsV1"]);
        let union = own.union(&FieldSet::from_fields_v1(&same["fieldsV1"]));
        entries[index]["fieldsV1"] = union.to_fields_v1();
    }
    entries.retain(|entry| !is(entry, old, "Update"));
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    fn entry(manager: &str, operation: &str, fields: Value) -> Value {
        json!({"manager": manager, "operation": operation, "apiVersion": "v1", "fieldsType": "FieldsV1", "fieldsV1": fields})
    }

    #[test]
    fn the_fields_of_the_old_manager_become_those_of_the_new_one() {
        let old = entry("old", "Update", json!({"f:data": {".": {}, "f:a": {}}}));
        let only = upgrade_managed_fields(std::slice::from_ref(&old), &["old".to_owned()], "new").unwrap();
        assert_eq!(only, [entry("new", "Apply", json!({"f:data": {".": {}, "f:a": {}}}))]);
        let entries =
            [old, entry("new", "Apply", json!({"f:data": {"f:b": {}}})), entry("x", "Update", json!({}))];
        let both = upgrade_managed_fields(&entries, &["old".to_owned()], "new").unwrap();
        assert_eq!(both[0], entry("new", "Apply", json!({"f:data": {".": {}, "f:a": {}, "f:b": {}}})));
        assert_eq!(both[1]["manager"], "x");
        assert_eq!(upgrade_managed_fields(&both, &["old".to_owned()], "new"), None);
        assert_eq!(owners_of(&both, "Apply", &["f:data", "f:b"]), ["new"]);
        assert!(owners_of(&both, "Update", &["f:data", "f:b"]).is_empty());
    }
}
