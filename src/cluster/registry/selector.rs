//! Label selectors of workloads, as text.

use serde_json::Value;

use crate::apimachinery::Object;

/// `spec.selector` of a workload in its text form (`metav1.FormatLabelSelector` without `<none>`).
pub(super) fn selector_text(object: &Object) -> String {
    let labels = object
        .map("/spec/selector/matchLabels")
        .into_iter()
        .flatten()
        .map(|(key, value)| (key.as_str(), format!("{key}={}", value.as_str().unwrap_or_default())));
    let expressions = object
        .list("/spec/selector/matchExpressions")
        .iter()
        .map(|expression| (expression["key"].as_str().unwrap_or_default(), expression_text(expression)));
    let mut terms: Vec<(&str, String)> = labels.chain(expressions).collect();
    terms.sort();
    terms.into_iter().map(|(_, text)| text).collect::<Vec<_>>().join(",")
}

fn expression_text(expression: &Value) -> String {
    let key = expression["key"].as_str().unwrap_or_default();
    let mut values: Vec<&str> =
        expression["values"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    values.sort_unstable();
    match expression["operator"].as_str().unwrap_or_default() {
        "In" => format!("{key} in ({})", values.join(",")),
        "NotIn" => format!("{key} notin ({})", values.join(",")),
        "DoesNotExist" => format!("!{key}"),
        _ => key.to_owned(),
    }
}
