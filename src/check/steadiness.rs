//! Whether what runs keeps running: between two restarts a container is as ready as any other.

use std::time::Duration;

use http::Request;
use http::header::DATE;
use jiff::fmt::rfc2822::DateTimeParser;
use kube::client::Body;

use crate::apimachinery::{Object, builtin};
use crate::base::{Timestamp, Value};
use crate::lesson::{Expectation, Form, Quantifier, Rule, Step};

use super::partial::Snap;
use super::words::Phrase;
use super::world::{Place, World};

/// How long a container must have outlived its last end, where it had run longer before.
const OUTLIVES_MAX: Duration = Duration::from_secs(30);

/// The same, where its liveness probe may have ended it: what it finds, it finds again as late.
const OUTLIVES_PROBED_MAX: Duration = Duration::from_secs(120);

/// Exit codes of a container that was killed, or asked to end.
const KILLED: [i64; 2] = [137, 143];

/// How long the first answer of a liveness probe is awaited at most.
const FIRST_ANSWER_MAX: Duration = Duration::from_secs(60);

/// What the clocks of a node and of the API server may differ, and what a second's fraction hides.
const MARGIN: Duration = Duration::from_secs(1);

/// Fields by which a check says that it is about restarts itself.
const OF_RESTARTS: [&str; 2] = ["restartCount", "lastState"];

/// What is known beside the objects: the cluster's time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Now(pub Timestamp);

/// A Pod that is ready, and may not be for long.
#[derive(Debug)]
pub(super) struct Unsteady {
    /// Why.
    pub phrase: Phrase<'static>,
    /// After which time it is worth another look.
    pub again: Duration,
}

/// What the checks of a step hold to be ready, and for how long it must have been so.
pub(super) fn demands(check: &Expectation) -> Option<Duration> {
    match &check.form {
        Form::Match { settled: Some(lasts), .. } => Some(*lasts),
        Form::Match { contains, .. } => asks_for_ready(contains).then_some(Duration::ZERO),
        Form::Selection { selection, quantifier } => {
            let asks = match quantifier {
                Quantifier::Every(partial) | Quantifier::Any(partial) => asks_for_ready(partial),
                Quantifier::Count { at_least, .. } => *at_least > 0 && asks_for_ready(&selection.contains),
                Quantifier::None(_) | Quantifier::Rule(_) => false,
            };
            asks.then_some(Duration::ZERO)
        }
        _ => None,
    }
}

/// Whether a partial object asks for Pods that are ready.
fn asks_for_ready(partial: &Value) -> bool {
    let status = &partial["status"];
    let counts = ["readyReplicas", "availableReplicas", "numberReady", "numberAvailable"];
    let some = |key: &str| status.get(key).is_some_and(|value| value != 0);
    let conditions = status["conditions"].as_array().into_iter().flatten();
    let mut conditions = conditions.filter(|condition| condition["status"] == "True");
    let ready = |condition: &Value| {
        ["Ready", "ContainersReady", "Available"].iter().any(|name| condition["type"] == *name)
    };
    let mut containers = status["containerStatuses"].as_array().into_iter().flatten();
    counts.into_iter().any(some)
        || conditions.any(ready)
        || containers.any(|container| container["ready"] == true)
}

/// Whether a step is about restarts, and judges them by itself.
pub(super) fn is_about_restarts(step: &Step) -> bool {
    let named = |text: &str| OF_RESTARTS.iter().any(|field| text.contains(field));
    let in_rule = |rule: &Rule| named(&rule.0);
    step.checks.iter().any(|check| match &check.form {
        Form::Match { contains, rule, .. } => {
            named(&contains.to_string()) || rule.as_ref().is_some_and(in_rule)
        }
        Form::Selection { selection, quantifier } => {
            named(&selection.contains.to_string())
                || match quantifier {
                    Quantifier::Every(partial) | Quantifier::Any(partial) | Quantifier::None(partial) => {
                        named(&partial.to_string())
                    }
                    Quantifier::Rule(rule) => in_rule(rule),
                    Quantifier::Count { .. } => false,
                }
        }
        Form::Rule { rule, .. } => in_rule(rule),
        _ => false,
    })
}

/// The Pods that a check holds to be ready.
pub(super) fn pods<'w>(check: &Expectation, world: &'w World, snap: &Snap) -> Vec<&'w Object> {
    match &check.form {
        Form::Match { object, .. } => world.object(object).map_or_else(Vec::new, |object| of(object, world)),
        Form::Selection { selection, .. } if selection.kind == &builtin::POD => world.select(selection, snap),
        _ => Vec::new(),
    }
}

fn of<'w>(object: &'w Object, world: &'w World) -> Vec<&'w Object> {
    match object.kind() {
        "Pod" => vec![object],
        "Deployment" => world.current_replica_set(object).map_or_else(Vec::new, |set| of(set, world)),
        "ReplicaSet" | "ReplicationController" | "StatefulSet" | "DaemonSet" => {
            world.children(&builtin::POD, object)
        }
        _ => Vec::new(),
    }
}

/// Whether time has still to show something about a Pod.
pub(super) fn is_doubtful(pod: &Object, lasts: Duration) -> bool {
    let restarted = |(_, status): &(&Value, &Value)| status["restartCount"].as_i64().unwrap_or(0) > 0;
    let probed = |(spec, _): &(&Value, &Value)| spec["livenessProbe"].is_object();
    !lasts.is_zero() || lasting_containers(pod).any(|container| restarted(&container) || probed(&container))
}

/// What time has still to show about a Pod that is ready.
pub(super) fn unsteady(
    pod: &Object,
    lasts: Duration,
    about_restarts: bool,
    events: &[Object],
    now: Now,
) -> Option<Unsteady> {
    lasting_containers(pod).find_map(|(spec, status)| {
        let started = time(status.pointer("/state/running/startedAt"))?;
        let runs = since(started, now);
        if runs < lasts {
            let phrase = Phrase::RunsNotLongEnough(lasts.as_secs());
            return Some(Unsteady { phrase, again: lasts.saturating_sub(runs) });
        }
        if about_restarts {
            return None;
        }
        outlives(spec, status, runs).or_else(|| liveness(pod, spec, status, events, now))
    })
}

/// A container that was restarted must stay up for longer than the last time.
fn outlives(spec: &Value, status: &Value, runs: Duration) -> Option<Unsteady> {
    let ended = status.pointer("/lastState/terminated")?;
    let killed = ended["exitCode"].as_i64().is_some_and(|code| KILLED.contains(&code));
    let most = if killed && spec["livenessProbe"].is_object() { OUTLIVES_PROBED_MAX } else { OUTLIVES_MAX };
    let (from, to) = (time(ended.get("startedAt"))?, time(ended.get("finishedAt"))?);
    let wanted = Duration::try_from(to.duration_since(from)).unwrap_or_default().min(most) + MARGIN;
    let again = wanted.checked_sub(runs).filter(|again| !again.is_zero())?;
    Some(Unsteady { phrase: Phrase::RestartedLately, again })
}

/// A liveness probe must have been answered, and well.
fn liveness(pod: &Object, spec: &Value, status: &Value, events: &[Object], now: Now) -> Option<Unsteady> {
    let probe = spec.get("livenessProbe").filter(|probe| probe.is_object())?;
    let seconds = |key: &str, default: u64| Duration::from_secs(probe[key].as_u64().unwrap_or(default));
    let turn = seconds("periodSeconds", 10) + seconds("timeoutSeconds", 1) + MARGIN;
    let started = time(status.pointer("/state/running/startedAt"))?;
    if let Some(failed) = last_failure(pod, status, events).filter(|failed| *failed >= started) {
        let again = turn.checked_sub(since(failed, now)).filter(|again| !again.is_zero());
        if let Some(again) = again {
            return Some(Unsteady { phrase: Phrase::LivenessFails, again });
        }
    }
    // With a startup probe it begins when that has succeeded.
    let ready = pod.condition("ContainersReady").and_then(|ready| time(ready.get("lastTransitionTime")));
    let begins =
        ready.filter(|_| spec["startupProbe"].is_object()).map_or(started, |ready| ready.max(started));
    let first = (seconds("initialDelaySeconds", 0) + turn).min(FIRST_ANSWER_MAX);
    let again = first.checked_sub(since(begins, now)).filter(|again| !again.is_zero())?;
    Some(Unsteady { phrase: Phrase::LivenessUntried, again })
}

/// When the liveness probe of a container failed last.
fn last_failure(pod: &Object, status: &Value, events: &[Object]) -> Option<Timestamp> {
    let field = format!("{{{}}}", status["name"].as_str().unwrap_or_default());
    let about = events.iter().filter(|event| {
        event.text("/involvedObject/uid") == pod.uid()
            && event.text("/involvedObject/fieldPath").ends_with(&field)
            && event.text("/reason") == "Unhealthy"
            && event.text("/message").starts_with("Liveness probe")
    });
    let at = |event: &Object| {
        let pointers = ["/series/lastObservedTime", "/lastTimestamp", "/eventTime"];
        pointers.iter().find_map(|pointer| time(event.get(pointer)))
    };
    about.filter_map(at).max()
}

/// Containers that are to run on: not those that only prepare the others.
fn lasting_containers(pod: &Object) -> impl Iterator<Item = (&Value, &Value)> {
    let sidecars = pod.list("/spec/initContainers").iter().filter(|spec| spec["restartPolicy"] == "Always");
    let statuses =
        || pod.list("/status/containerStatuses").iter().chain(pod.list("/status/initContainerStatuses"));
    let specs = pod.list("/spec/containers").iter().chain(sidecars);
    specs.filter_map(move |spec| Some((spec, statuses().find(|status| status["name"] == spec["name"])?)))
}

fn time(value: Option<&Value>) -> Option<Timestamp> {
    value?.as_str()?.parse().ok()
}

fn since(then: Timestamp, now: Now) -> Duration {
    Duration::try_from(now.0.duration_since(then)).unwrap_or_default()
}

/// Reads what a doubtful world needs: what time it is there, and the events.
pub(super) async fn read(step: &Step, client: &kube::Client, world: &mut World, snap: &Snap) -> Option<Now> {
    let doubtful = step.checks.iter().any(|check| {
        let lasts = demands(check);
        lasts.is_some_and(|lasts| pods(check, world, snap).iter().any(|pod| is_doubtful(pod, lasts)))
    });
    if !doubtful {
        return None;
    }
    let now = time_of(client).await?;
    let mut namespaces: Vec<String> = step
        .checks
        .iter()
        .flat_map(|check| pods(check, world, snap))
        .map(|pod| pod.namespace().to_owned())
        .collect();
    namespaces.sort();
    namespaces.dedup();
    let places = namespaces.iter().map(|namespace| Place::new(&builtin::EVENT, namespace));
    world.widen(client, places.collect()).await;
    Some(now)
}

/// What the API server writes above each of its answers.
async fn time_of(client: &kube::Client) -> Option<Now> {
    let request = Request::get("/version").body(Body::empty()).ok()?;
    let response = client.send(request).await.ok()?;
    let date = response.headers().get(DATE)?.as_bytes();
    DateTimeParser::new().parse_timestamp(date).ok().map(Now)
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use crate::base::json;

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH.checked_add(SignedDuration::from_secs(seconds)).unwrap()
    }

    fn pod(probe: &Value, last: Option<(i64, i64)>) -> Object {
        let last = last.map_or(json!({}), |(from, to)| {
            json!({"terminated": {"startedAt": at(from).to_string(), "finishedAt": at(to).to_string()}})
        });
        Object::from_value(json!({
            "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web", "namespace": "a", "uid": "u"},
            "spec": {"containers": [{"name": "c", "livenessProbe": probe}]},
            "status": {"containerStatuses": [{
                "name": "c", "ready": true, "restartCount": i64::from(last != json!({})), "lastState": last,
                "state": {"running": {"startedAt": at(100).to_string()}},
            }]},
        }))
        .unwrap()
    }

    fn failure(seconds: i64) -> Object {
        Object::from_value(json!({
            "apiVersion": "v1", "kind": "Event", "metadata": {"name": "e", "namespace": "a"},
            "involvedObject": {"uid": "u", "fieldPath": "spec.containers{c}"},
            "reason": "Unhealthy", "message": "Liveness probe failed: no", "lastTimestamp": at(seconds).to_string(),
        }))
        .unwrap()
    }

    #[test]
    fn a_ready_pod_is_steady_once_time_has_shown_it() {
        let look = |pod: &Object, lasts: u64, about: bool, events: &[Object], now: i64| {
            unsteady(pod, Duration::from_secs(lasts), about, events, Now(at(now)))
                .map(|one| one.again.as_secs())
        };
        let plain = pod(&Value::Null, None);
        assert_eq!(look(&plain, 0, false, &[], 100), None);
        assert_eq!(look(&plain, 30, false, &[], 110), Some(20));
        assert_eq!(look(&plain, 30, true, &[], 130), None);
        // It ran for eight seconds before: it has to outlive them.
        let restarted = pod(&Value::Null, Some((90, 98)));
        assert_eq!(look(&restarted, 0, false, &[], 104), Some(5));
        assert_eq!(look(&restarted, 0, true, &[], 104), None);
        assert_eq!(look(&restarted, 0, false, &[], 109), None);
        assert_eq!(look(&pod(&Value::Null, Some((0, 98))), 0, false, &[], 120), Some(11));
        let mut killed = pod(&json!({"periodSeconds": 5}), Some((20, 95)));
        let ended = killed.get_mut("/status/containerStatuses/0/lastState/terminated").unwrap();
        ended["exitCode"] = json!(137);
        assert_eq!(look(&killed, 0, false, &[], 140), Some(36));
        // A liveness probe has its say first.
        let probed = pod(&json!({"periodSeconds": 5}), None);
        assert_eq!(look(&probed, 0, false, &[], 101), Some(6));
        assert_eq!(look(&probed, 0, false, &[], 107), None);
        assert_eq!(look(&probed, 0, false, &[failure(106)], 107), Some(6));
        assert_eq!(look(&probed, 0, false, &[failure(99), failure(106)], 114), None);
    }

    #[test]
    fn what_is_held_to_be_ready_is_known_by_the_fields() {
        for (partial, asks) in [
            (json!({"status": {"readyReplicas": 2}}), true),
            (json!({"status": {"availableReplicas": {"$atLeast": 1}}}), true),
            (json!({"status": {"conditions": [{"type": "Ready", "status": "True"}]}}), true),
            (json!({"status": {"conditions": [{"type": "Ready", "status": "False"}]}}), false),
            (json!({"status": {"readyReplicas": 0}}), false),
            (json!({"spec": {"replicas": 2}}), false),
        ] {
            assert_eq!(asks_for_ready(&partial), asks, "{partial}");
        }
    }
}
