//! Rules of PodDisruptionBudgets (`pkg/apis/policy/validation`).

use crate::apimachinery::{FieldErrors, Object};

use super::field::Field;
use super::internal_types::compact;
use super::workload::{amount_or_percent_error, expression_errors, label_errors, more_than_all_error};

/// What is wrong with a PodDisruptionBudget.
pub(crate) fn disruption_budget_errors(budget: &Object) -> FieldErrors {
    let spec = Field::of(budget, "spec");
    let (least, most) = (spec.child("minAvailable"), spec.child("maxUnavailable"));
    let mut errors = FieldErrors::new();
    if !least.is_absent() && !most.is_absent() {
        let error = spec.invalid("minAvailable and maxUnavailable cannot be both set");
        errors.push(error.showing(compact("PodDisruptionBudgetSpec", spec.value())));
    }
    for amount in [least, most].iter().filter(|amount| !amount.is_absent()) {
        errors.extend(amount_or_percent_error(amount));
        errors.extend(more_than_all_error(amount));
    }
    let policy = spec.child("unhealthyPodEvictionPolicy");
    if !policy.is_absent() && !["AlwaysAllow", "IfHealthyBudget"].contains(&policy.text()) {
        errors.push(policy.not_supported(&["AlwaysAllow", "IfHealthyBudget"]));
    }
    let selector = spec.child("selector");
    errors.extend(label_errors(&selector.child("matchLabels")));
    errors.extend(
        selector.child("matchExpressions").items().flat_map(|expression| expression_errors(&expression)),
    );
    errors
}
