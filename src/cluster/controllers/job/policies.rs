//! What failures and successes mean: `podFailurePolicy` and `successPolicy`.

use std::collections::BTreeSet;

use crate::apimachinery::Object;
use crate::base::Value;

use super::indexes;

/// What is done about a failed Pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum FailureAction {
    /// It counts.
    Count,
    /// It does not count.
    Ignore,
    /// Its index has failed for good.
    FailIndex,
    /// The whole Job has failed, for this reason.
    FailJob(String),
}

/// The first rule of the Job's policy that a failed Pod matches (`matchPodFailurePolicy`).
pub(super) fn failure_action(job: &Object, pod: &Object) -> FailureAction {
    let place = format!("{}/{}", pod.namespace(), pod.name());
    for (index, rule) in job.list("/spec/podFailurePolicy/rules").iter().enumerate() {
        let action = rule["action"].as_str().unwrap_or_default();
        let matched = match &rule["onExitCodes"] {
            codes if codes.is_object() => exit_code(pod, codes).map(|(container, code)| {
                format!("Container {container} for pod {place} failed with exit code {code} matching {action} rule at index {index}")
            }),
            _ => condition(pod, &rule["onPodConditions"]).map(|condition| {
                format!("Pod {place} has condition {condition} matching {action} rule at index {index}")
            }),
        };
        let Some(message) = matched else { continue };
        return match action {
            "FailJob" => FailureAction::FailJob(message),
            "Ignore" => FailureAction::Ignore,
            "FailIndex" if job.number("/spec/backoffLimitPerIndex").is_some() => FailureAction::FailIndex,
            _ => FailureAction::Count,
        };
    }
    FailureAction::Count
}

/// A container that failed with a code that the rule means.
fn exit_code<'a>(pod: &'a Object, rule: &Value) -> Option<(&'a str, i64)> {
    let values = rule["values"].as_array()?;
    let wanted = rule["containerName"].as_str();
    pod.list("/status/containerStatuses")
        .iter()
        .chain(pod.list("/status/initContainerStatuses"))
        .filter_map(|status| {
            Some((status["name"].as_str()?, status.pointer("/state/terminated/exitCode")?.as_i64()?))
        })
        .filter(|(name, code)| *code != 0 && wanted.is_none_or(|wanted| wanted == *name))
        .find(|(_, code)| {
            let listed = values.iter().any(|value| value.as_i64() == Some(*code));
            listed == (rule["operator"] == "In")
        })
}

fn condition<'a>(pod: &Object, patterns: &'a Value) -> Option<&'a str> {
    patterns.as_array()?.iter().find_map(|pattern| {
        let kind = pattern["type"].as_str()?;
        let status = pod.condition(kind)?.get("status")?.as_str()?;
        (status == pattern["status"].as_str().unwrap_or("True")).then_some(kind)
    })
}

/// How the successes so far meet the Job's policy, if they do (`matchSuccessPolicy`).
pub(super) fn met(job: &Object, succeeded: &BTreeSet<i64>) -> Option<String> {
    let completions = job.number("/spec/completions")?;
    let enough = |count: usize, wanted: &Value| {
        wanted.as_u64().is_some_and(|wanted| u64::try_from(count).is_ok_and(|count| count >= wanted))
    };
    let rules = job.list("/spec/successPolicy/rules");
    let index = rules.iter().position(|rule| match rule["succeededIndexes"].as_str() {
        Some(text) => {
            let wanted = indexes::parse(text, completions);
            let count = wanted.intersection(succeeded).count();
            count == wanted.len() || enough(count, &rule["succeededCount"])
        }
        None => enough(succeeded.len(), &rule["succeededCount"]),
    })?;
    Some(format!("Matched rules at index {index}"))
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    fn object(value: Value) -> Object {
        Object::from_value(value).unwrap()
    }

    #[test]
    fn the_first_rule_that_matches_counts() {
        let job = object(json!({"spec": {"podFailurePolicy": {"rules": [
            {"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}]},
            {"action": "FailJob", "onExitCodes": {"operator": "In", "values": [42]}},
        ]}}}));
        let failed = |code: i64| {
            object(
                json!({"metadata": {"name": "p", "namespace": "default"}, "status": {"containerStatuses": [
                {"name": "main", "state": {"terminated": {"exitCode": code}}}]}}),
            )
        };
        assert_eq!(failure_action(&job, &failed(1)), FailureAction::Count);
        let message =
            "Container main for pod default/p failed with exit code 42 matching FailJob rule at index 1";
        assert_eq!(failure_action(&job, &failed(42)), FailureAction::FailJob(message.to_owned()));
        let mut evicted = failed(42);
        evicted.set("/status/conditions", json!([{"type": "DisruptionTarget", "status": "True"}]));
        assert_eq!(failure_action(&job, &evicted), FailureAction::Ignore);
    }

    #[test]
    fn success_may_need_fewer_than_all_indexes() {
        let job =
            |rule: Value| object(json!({"spec": {"completions": 5, "successPolicy": {"rules": [rule]}}}));
        let done = BTreeSet::from([0, 3]);
        assert_eq!(met(&job(json!({"succeededIndexes": "0"})), &done).unwrap(), "Matched rules at index 0");
        assert!(met(&job(json!({"succeededIndexes": "0-2", "succeededCount": 1})), &done).is_some());
        assert!(met(&job(json!({"succeededIndexes": "1,2", "succeededCount": 1})), &done).is_none());
        assert!(met(&job(json!({"succeededCount": 2})), &done).is_some());
    }
}
