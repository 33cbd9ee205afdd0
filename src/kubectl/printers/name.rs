//! `-o name`: `deployment.apps/web`.

use crate::base::Value;

/// `deployment.apps/web` for an object.
pub(crate) fn name_of(object: &Value) -> String {
    let kind = object["kind"].as_str().unwrap_or_default().to_lowercase();
    let group =
        object["apiVersion"].as_str().and_then(|version| version.split_once('/')).map(|(group, _)| group);
    let name = object["metadata"]["name"].as_str().filter(|name| !name.is_empty()).unwrap_or("<unknown>");
    match group {
        Some(group) => format!("{kind}.{group}/{name}"),
        None => format!("{kind}/{name}"),
    }
}

/// One line for an object, or for each item of a list.
pub(crate) fn print_name(object: &Value) -> String {
    match object.get("items").and_then(Value::as_array) {
        Some(items) => items.iter().map(|item| name_of(item) + "\n").collect(),
        None => name_of(object) + "\n",
    }
}
