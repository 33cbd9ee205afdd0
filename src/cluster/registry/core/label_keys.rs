//! `matchLabelKeys` and `mismatchLabelKeys`: what a new Pod's own labels add to the selectors of its wishes.

use crate::apimachinery::Object;
use crate::base::{Map, Value, json};

/// Adds to each selector of the Pod's affinities and spreads what it says by its own labels
/// (`applyMatchLabelKeysAndMismatchLabelKeys`).
pub(super) fn apply_label_keys(pod: &mut Object) {
    let labels = pod.labels().cloned().unwrap_or_default();
    for kind in ["podAffinity", "podAntiAffinity"] {
        for when in ["required", "preferred"] {
            let list = format!("/spec/affinity/{kind}/{when}DuringSchedulingIgnoredDuringExecution");
            for term in items(pod, &list) {
                apply(if when == "required" { term } else { &mut term["podAffinityTerm"] }, &labels);
            }
        }
    }
    items(pod, "/spec/topologySpreadConstraints").for_each(|constraint| apply(constraint, &labels));
}

fn items<'a>(pod: &'a mut Object, pointer: &str) -> impl Iterator<Item = &'a mut Value> + use<'a> {
    pod.get_mut(pointer).and_then(Value::as_array_mut).into_iter().flatten().filter(|item| item.is_object())
}

fn apply(term: &mut Value, labels: &Map) {
    let keys = |field: &str| {
        let keys = term[field].as_array().into_iter().flatten().filter_map(Value::as_str);
        keys.filter_map(|key| Some((key.to_owned(), labels.get(key)?.clone()))).collect::<Vec<_>>()
    };
    let wanted = [("In", keys("matchLabelKeys")), ("NotIn", keys("mismatchLabelKeys"))];
    let Some(Value::Object(selector)) = term.get_mut("labelSelector") else { return };
    for (operator, keys) in wanted {
        for (key, value) in keys {
            let expressions = selector.entry("matchExpressions").or_insert_with(|| json!([]));
            if let Value::Array(expressions) = expressions {
                expressions.push(json!({"key": key, "operator": operator, "values": [value]}));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selectors_take_up_the_pods_own_labels() {
        let term = json!({"labelSelector": {"matchLabels": {"a": "b"}}, "topologyKey": "zone",
            "matchLabelKeys": ["hash", "absent"], "mismatchLabelKeys": ["tenant"]});
        let mut pod = Object::from_value(json!({
            "metadata": {"labels": {"hash": "1", "tenant": "t"}},
            "spec": {
                "affinity": {"podAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [
                    {"weight": 1, "podAffinityTerm": term}]}},
                "topologySpreadConstraints": [{"matchLabelKeys": ["hash"]}, term],
            },
        }))
        .unwrap();
        apply_label_keys(&mut pod);
        let expressions = json!([
            {"key": "hash", "operator": "In", "values": ["1"]},
            {"key": "tenant", "operator": "NotIn", "values": ["t"]},
        ]);
        let preferred = "/spec/affinity/podAffinity/preferredDuringSchedulingIgnoredDuringExecution/0";
        for term in [&format!("{preferred}/podAffinityTerm"), "/spec/topologySpreadConstraints/1"] {
            assert_eq!(pod.get(&format!("{term}/labelSelector/matchExpressions")), Some(&expressions));
        }
        assert_eq!(pod.get("/spec/topologySpreadConstraints/0/labelSelector"), None);
    }
}
