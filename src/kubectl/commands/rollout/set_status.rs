//! How the rollouts of DaemonSets and StatefulSets go, in one line (`polymorphichelpers/rollout_status.go`).

use crate::base::Value;
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

/// One line about a StatefulSet's rollout, and whether it is done.
pub(super) fn stateful_set(set: &Value) -> Outcome<(String, bool)> {
    require_rolling_update(set)?;
    let status = &set["status"];
    let count = |field: &str| status[field].as_i64().unwrap_or_default();
    let observed = count("observedGeneration");
    if observed == 0 || generation(set) > observed {
        return Ok(("Waiting for statefulset spec update to be observed...\n".to_owned(), false));
    }
    let wanted = set["spec"]["replicas"].as_i64().unwrap_or(1);
    let (ready, updated) = (count("readyReplicas"), count("updatedReplicas"));
    if ready < wanted {
        return Ok((format!("Waiting for {} pods to be ready...\n", wanted - ready), false));
    }
    // The server gives every rolling update a partition, of 0 where none is asked for.
    let strategy = &set["spec"]["updateStrategy"];
    if strategy["type"] == "RollingUpdate" && strategy["rollingUpdate"].is_object() {
        let due = wanted - strategy["rollingUpdate"]["partition"].as_i64().unwrap_or_default();
        return Ok(if updated < due {
            let line = format!(
                "Waiting for partitioned roll out to finish: {updated} out of {due} new pods have been updated...\n"
            );
            (line, false)
        } else {
            (format!("partitioned roll out complete: {updated} new pods have been updated...\n"), true)
        });
    }
    let revision = |field: &str| status[field].as_str().unwrap_or_default();
    let (current, update) = (revision("currentRevision"), revision("updateRevision"));
    Ok(if current == update {
        let current_count = count("currentReplicas");
        let line =
            format!("statefulset rolling update complete {current_count} pods at revision {current}...\n");
        (line, true)
    } else {
        let line = format!(
            "waiting for statefulset rolling update to complete {updated} pods at revision {update}...\n"
        );
        (line, false)
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
    use crate::base::json;

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

    #[test]
    fn each_phase_of_a_stateful_sets_rollout_has_its_line() {
        let line = |partition: i64, status: Value| {
            let strategy = match partition {
                // A server of old times may leave it out.
                0 => json!({"type": "RollingUpdate"}),
                _ => json!({"type": "RollingUpdate", "rollingUpdate": {"partition": partition}}),
            };
            let spec = json!({"replicas": 3, "updateStrategy": strategy});
            stateful_set(&json!({"metadata": {"generation": 2}, "spec": spec, "status": status})).unwrap()
        };
        assert_eq!(line(0, json!({})).0, "Waiting for statefulset spec update to be observed...\n");
        let mut status =
            json!({"observedGeneration": 2, "readyReplicas": 1, "updatedReplicas": 1, "currentReplicas": 3});
        assert_eq!(line(0, status.clone()).0, "Waiting for 2 pods to be ready...\n");
        status["readyReplicas"] = json!(3);
        status["currentRevision"] = json!("db-a");
        status["updateRevision"] = json!("db-b");
        assert_eq!(
            line(0, status.clone()).0,
            "waiting for statefulset rolling update to complete 1 pods at revision db-b...\n"
        );
        assert_eq!(
            line(1, status.clone()).0,
            "Waiting for partitioned roll out to finish: 1 out of 2 new pods have been updated...\n"
        );
        status["currentRevision"] = json!("db-b");
        let done = "statefulset rolling update complete 3 pods at revision db-b...\n";
        assert_eq!(line(0, status), (done.to_owned(), true));
    }
}
