//! Rules of StatefulSets (`pkg/apis/apps/validation`).

use crate::apimachinery::{FieldErrors, Object};

use super::field::Field;
use super::internal_types::compact;
use super::workload::{selector_errors, template_errors};

/// What a client is told that changes more of a StatefulSet than it may.
const UPDATE_REFUSED: &str = "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";
/// Those fields.
const MUTABLE: &[&str] = &[
    "replicas",
    "ordinals",
    "template",
    "updateStrategy",
    "revisionHistoryLimit",
    "persistentVolumeClaimRetentionPolicy",
    "minReadySeconds",
];

/// What is wrong with a StatefulSet's spec.
pub(crate) fn stateful_set_errors(stateful_set: &Object) -> FieldErrors {
    let spec = Field::of(stateful_set, "spec");
    let mut errors = FieldErrors::new();
    let policy = spec.child("podManagementPolicy");
    match policy.text() {
        "" => errors.push(policy.required("")),
        "OrderedReady" | "Parallel" => {}
        _ => errors.push(policy.invalid("must be 'OrderedReady' or 'Parallel'")),
    }
    errors.extend(update_strategy_errors(&spec.child("updateStrategy")));
    for field in ["replicas", "minReadySeconds", "revisionHistoryLimit"] {
        errors.extend(spec.child(field).non_negative());
    }
    errors.extend(spec.child("ordinals").child("start").non_negative());
    errors.extend(selector_errors(&spec.child("selector"), "statefulset"));
    errors.extend(template_errors(&spec, "StatefulSet"));
    errors
}

fn update_strategy_errors(strategy: &Field<'_>) -> FieldErrors {
    let (kind, rolling) = (strategy.child("type"), strategy.child("rollingUpdate"));
    match kind.text() {
        "" => vec![strategy.required("")],
        "OnDelete" if rolling.is_absent() => FieldErrors::new(),
        "OnDelete" => vec![rolling.invalid("only allowed for updateStrategy 'RollingUpdate'")],
        "RollingUpdate" => rolling.child("partition").non_negative().into_iter().collect(),
        _ => {
            let error = strategy.invalid("must be 'RollingUpdate' or 'OnDelete'");
            vec![error.showing(compact("StatefulSetUpdateStrategy", strategy.value()))]
        }
    }
}

/// What is wrong with a change of a StatefulSet.
pub(crate) fn stateful_set_update_errors(new: &Object, old: &Object) -> FieldErrors {
    let fixed = |object: &Object| {
        let mut spec = object.map("/spec").cloned().unwrap_or_default();
        spec.retain(|field, value| !MUTABLE.contains(&field.as_str()) && !value.is_null());
        spec
    };
    if fixed(new) == fixed(old) {
        FieldErrors::new()
    } else {
        vec![Field::of(new, "spec").forbidden(UPDATE_REFUSED)]
    }
}
