//! Rules of the kinds of the policy group.

mod pod_disruption_budget;

pub(super) use pod_disruption_budget::PodDisruptionBudgetStrategy;
