//! How the rollouts of DaemonSets go, in one line (`polymorphichelpers/rollout_status.go`).

use serde_json::Value;

use crate::kubectl::errors::{Failure, Outcome};

/// One line about a DaemonSet's rollout, and whether it is done.
pub(super) fn daemon_set(set: &Value) -> Outcome<(String, bool)> {
    require_rolling_update(set)?;
    let name = set["metadata"]["name"].as_str().unwrap_or_default();
    let count = |field: &str| set["status"][field].as_i64().unwrap_or_default();
    if generation(set) > count("observedGeneration") {
        return Ok(("Waiting for daemon set spec update to be observed...\n".to_owned(), false));
    }
    let (desired, updated, available) =
        (count("desiredNumberScheduled"), count("updatedNumberScheduled"), count("numberAvailable"));
    let waiting =
        |what: String| (format!("Waiting for daemon set {name:?} rollout to finish: {what}...\n"), false);
    Ok(if updated < desired {
        waiting(format!("{updated} out of {desired} new pods have been updated"))
    } else if available < desired {
        waiting(format!("{available} of {desired} updated pods are available"))
    } else {
        (format!("daemon set {name:?} successfully rolled out\n"), true)
    })
}

fn generation(set: &Value) -> i64 {
    set["metadata"]["generation"].as_i64().unwrap_or_default()
}

fn require_rolling_update(set: &Value) -> Outcome {
    if set["spec"]["updateStrategy"]["type"] == "RollingUpdate" {
        return Ok(());
    }
    Err(Failure::message("rollout status is only available for RollingUpdate strategy type"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_phase_of_a_daemon_sets_rollout_has_its_line() {
        let line = |status: Value| {
            let strategy = json!({"updateStrategy": {"type": "RollingUpdate"}});
            let set =
                json!({"metadata": {"name": "agent", "generation": 2}, "spec": strategy, "status": status});
            daemon_set(&set).unwrap()
        };
        assert_eq!(
            line(json!({"observedGeneration": 1})).0,
            "Waiting for daemon set spec update to be observed...\n"
        );
        assert_eq!(
            line(json!({"observedGeneration": 2, "desiredNumberScheduled": 3, "updatedNumberScheduled": 1}))
                .0,
            "Waiting for daemon set \"agent\" rollout to finish: 1 out of 3 new pods have been updated...\n"
        );
        let mut status =
            json!({"observedGeneration": 2, "desiredNumberScheduled": 3, "updatedNumberScheduled": 3});
        assert_eq!(
            line(status.clone()).0,
            "Waiting for daemon set \"agent\" rollout to finish: 0 of 3 updated pods are available...\n"
        );
        status["numberAvailable"] = json!(3);
        assert_eq!(line(status), ("daemon set \"agent\" successfully rolled out\n".to_owned(), true));
        assert!(daemon_set(&json!({"spec": {"updateStrategy": {"type": "OnDelete"}}})).is_err());
    }
}
