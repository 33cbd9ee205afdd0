//! How far a rollout may go above and below the wanted replicas: maxSurge and maxUnavailable.

use crate::apimachinery::{Object, resolve_int_or_percent};

use super::replica_sets::spec_replicas;

/// Whether Pods are replaced gradually.
pub(super) fn is_rolling(deployment: &Object) -> bool {
    deployment.text("/spec/strategy/type") != "Recreate"
}

/// Surge and unavailability as numbers: surge rounds up, unavailability down, and never are both 0
/// (`ResolveFenceposts`).
fn resolve(deployment: &Object) -> (i64, i64) {
    let replicas = spec_replicas(deployment);
    let read = |field: &str, round_up: bool| {
        let value = deployment.get(&format!("/spec/strategy/rollingUpdate/{field}"))?;
        resolve_int_or_percent(value, replicas, round_up)
    };
    let (surge, unavailable) =
        (read("maxSurge", true).unwrap_or_default(), read("maxUnavailable", false).unwrap_or_default());
    if surge == 0 && unavailable == 0 { (0, 1) } else { (surge, unavailable) }
}

/// How many Pods there may be above the wanted number.
pub(super) fn max_surge(deployment: &Object) -> i64 {
    if is_rolling(deployment) { resolve(deployment).0 } else { 0 }
}

/// How many of the wanted Pods may be missing.
pub(super) fn max_unavailable(deployment: &Object) -> i64 {
    let replicas = spec_replicas(deployment);
    if !is_rolling(deployment) || replicas == 0 { 0 } else { resolve(deployment).1.min(replicas) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apimachinery::builtin;
    use crate::base::{Value, json};

    fn limits(replicas: i64, surge: Value, unavailable: Value) -> (i64, i64) {
        let mut deployment = Object::new(&builtin::DEPLOYMENT, "default", "web");
        deployment.set("/spec/replicas", replicas);
        let rolling = json!({"maxSurge": surge, "maxUnavailable": unavailable});
        deployment.set("/spec/strategy", json!({"type": "RollingUpdate", "rollingUpdate": rolling}));
        (max_surge(&deployment), max_unavailable(&deployment))
    }

    #[test]
    fn surge_rounds_up_and_unavailability_down() {
        assert_eq!(limits(3, json!("25%"), json!("25%")), (1, 0));
        assert_eq!(limits(10, json!("25%"), json!("25%")), (3, 2));
        assert_eq!(limits(4, json!(2), json!(0)), (2, 0));
    }

    #[test]
    fn a_rollout_can_always_move() {
        assert_eq!(limits(3, json!(0), json!("10%")), (0, 1));
    }

    #[test]
    fn nothing_wanted_is_nothing_missing() {
        assert_eq!(limits(0, json!(0), json!(1)), (0, 0));
    }
}
