//! Rules of Pods.

use serde_json::json;

use crate::apimachinery::Object;

use super::super::strategy::Strategy;

/// `pkg/registry/core/pod`.
pub(crate) struct PodStrategy;

impl Strategy for PodStrategy {
    fn counts_generations(&self) -> bool {
        true
    }

    fn prepare_for_create(&self, object: &mut Object) {
        object.set("/status", json!({"phase": "Pending", "qosClass": "BestEffort"}));
    }

    fn grace_period(&self, object: &Object, requested: Option<i64>) -> Option<i64> {
        let period =
            requested.or_else(|| object.number("/spec/terminationGracePeriodSeconds")).unwrap_or_default();
        let ended = matches!(object.text("/status/phase"), "Succeeded" | "Failed");
        if object.text("/spec/nodeName").is_empty() || ended {
            return Some(0);
        }
        Some(if period < 0 { 1 } else { period })
    }
}
