//! How many replicas a resource metric asks for (`replica_calculator.go`).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::SignedDuration;

use crate::apimachinery::{LabelSelector, Object, Quantity, builtin};
use crate::base::{Timestamp, Value};

use super::super::super::kubelet::NodeState;
use super::super::super::metrics::{self, PodMetrics};
use super::super::super::registry::Registry;
use super::super::pods;

/// For so long after its start a Pod's use of processors is not trusted before it is ready.
const INITIALIZATION: SignedDuration = SignedDuration::from_mins(5);
/// A Pod that was not ready within this time has never been ready.
const INITIAL_READINESS_DELAY: SignedDuration = SignedDuration::from_secs(30);

/// The resource asked about.
pub(super) enum Resource<'a> {
    /// Processors.
    Cpu,
    /// Anything else.
    Other(&'a str),
}

impl Resource<'_> {
    fn name(&self) -> &str {
        match self {
            Self::Cpu => "cpu",
            Self::Other(name) => name,
        }
    }
}

/// What the metric should be.
pub(super) enum Aim {
    /// Per cent of what the Pods request.
    Utilization(i64),
    /// Thousandths on the average.
    Average(i64),
}

/// How far from the aim nothing is done, below and above.
#[derive(Clone, Copy)]
pub(super) struct Tolerances {
    /// When the target would shrink.
    pub down: f64,
    /// When it would grow.
    pub up: f64,
}

impl Tolerances {
    fn hold(self, ratio: f64) -> bool {
        (1.0 - self.down..=1.0 + self.up).contains(&ratio)
    }
}

/// A question about one metric.
pub(super) struct Question<'a> {
    pub node: &'a NodeState,
    pub namespace: &'a str,
    pub selector: LabelSelector,
    pub resource: Resource<'a>,
    pub container: Option<&'a str>,
    pub current: i64,
    pub tolerances: Tolerances,
}

/// What the metric is, and what it asks for.
pub(super) struct Answer {
    pub replicas: i64,
    pub utilization: Option<i64>,
    pub average_milli: i64,
}

/// Pods by what their metrics are worth.
#[derive(Default)]
struct Groups {
    ready: usize,
    unready: BTreeSet<String>,
    missing: BTreeSet<String>,
    ignored: BTreeSet<String>,
}

/// Thousandths by Pod.
type Amounts = BTreeMap<String, i64>;

impl Question<'_> {
    /// `GetResourceReplicas` and `GetRawResourceReplicas`.
    pub(super) fn answer(&self, registry: &Registry, aim: &Aim) -> Result<Answer, String> {
        let name = self.resource.name();
        let found = self
            .measured(registry)
            .map_err(|why| format!("unable to get metrics for resource {name}: {why}"))?;
        let all: Vec<Arc<Object>> = registry
            .list(&builtin::POD, Some(self.namespace))
            .into_iter()
            .filter(|pod| self.selector.matches(pod.labels()))
            .collect();
        if all.is_empty() {
            return Err("no pods returned by selector while calculating replica count".to_owned());
        }
        let groups = self.groups(&all, &found, registry.now());
        let mut amounts: Amounts = found.iter().map(|pod| (pod.name.clone(), self.amount(pod))).collect();
        amounts.retain(|pod, _| !groups.ignored.contains(pod) && !groups.unready.contains(pod));
        let requests = match aim {
            Aim::Utilization(_) => self.requests(&all)?,
            Aim::Average(_) => Amounts::new(),
        };
        if amounts.is_empty() {
            return Err("did not receive metrics for targeted pods (pods might be unready)".to_owned());
        }
        self.decide(aim, &groups, amounts, &requests)
    }

    fn decide(
        &self,
        aim: &Aim,
        groups: &Groups,
        mut amounts: Amounts,
        requests: &Amounts,
    ) -> Result<Answer, String> {
        let (ratio, utilization, average_milli) = ratio(&amounts, requests, aim)?;
        let answer = |replicas| Ok(Answer { replicas, utilization, average_milli });
        let rebalances = !groups.unready.is_empty() && ratio > 1.0;
        if !rebalances && groups.missing.is_empty() {
            return match self.tolerances.hold(ratio) {
                true => answer(self.current),
                false => answer(rounded_up(ratio, groups.ready)),
            };
        }
        for pod in &groups.missing {
            let amount = match aim {
                _ if ratio > 1.0 => 0,
                Aim::Utilization(percent) => {
                    requests.get(pod).copied().unwrap_or_default() * (*percent).max(100) / 100
                }
                Aim::Average(milli) => *milli,
            };
            amounts.insert(pod.clone(), amount);
        }
        if rebalances {
            amounts.extend(groups.unready.iter().map(|pod| (pod.clone(), 0)));
        }
        let (again, ..) = self::ratio(&amounts, requests, aim)?;
        if self.tolerances.hold(again) || (ratio < 1.0 && again > 1.0) || (ratio > 1.0 && again < 1.0) {
            return answer(self.current);
        }
        let replicas = rounded_up(again, amounts.len());
        if (again < 1.0 && replicas > self.current) || (again > 1.0 && replicas < self.current) {
            return answer(self.current);
        }
        answer(replicas)
    }

    /// The metrics of the Pods that the selector means.
    fn measured(&self, registry: &Registry) -> Result<Vec<PodMetrics>, String> {
        metrics::availability(registry).map_err(|status| {
            let message = match status.code {
                503 => "the server is currently unable to handle the request",
                _ => "the server could not find the requested resource",
            };
            format!("unable to fetch metrics from resource metrics API: {message} (get pods.metrics.k8s.io)")
        })?;
        let mut found = self.node.pod_metrics(registry, Some(self.namespace));
        found.retain(|pod| self.selector.matches(Some(&pod.labels)));
        if found.is_empty() {
            return Err("no metrics returned from resource metrics API".to_owned());
        }
        if let Some(container) = self.container {
            let missing = found.iter().find(|pod| pod.containers.iter().all(|own| own.name != container));
            if let Some(pod) = missing {
                return Err(format!(
                    "container {container} not present in metrics for pod {}/{}",
                    self.namespace, pod.name
                ));
            }
        }
        Ok(found)
    }

    fn amount(&self, pod: &PodMetrics) -> i64 {
        pod.containers
            .iter()
            .filter(|own| self.container.is_none_or(|container| own.name == container))
            .map(|own| match self.resource {
                Resource::Cpu => own.cpu_nano / 1_000_000,
                Resource::Other("memory") => own.memory.saturating_mul(1_000),
                Resource::Other(_) => 0,
            })
            .sum()
    }

    /// What the Pods request, in thousandths.
    fn requests(&self, all: &[Arc<Object>]) -> Result<Amounts, String> {
        let name = self.resource.name();
        let mut requests = Amounts::new();
        for pod in all {
            let sidecars =
                pod.list("/spec/initContainers").iter().filter(|own| own["restartPolicy"] == "Always");
            let mut sum = 0;
            for container in pod.list("/spec/containers").iter().chain(sidecars) {
                let own = container["name"].as_str().unwrap_or_default();
                if self.container.is_some_and(|wanted| wanted != own) {
                    continue;
                }
                let request = Quantity::from_value(&container["resources"]["requests"][name]);
                let request = request.ok_or_else(|| {
                    format!("missing request for {name} in container {own} of Pod {}", pod.name())
                })?;
                sum += request.milli();
            }
            requests.insert(pod.name().to_owned(), sum);
        }
        Ok(requests)
    }

    /// `groupPods`.
    fn groups(&self, all: &[Arc<Object>], found: &[PodMetrics], now: Timestamp) -> Groups {
        let mut groups = Groups::default();
        for pod in all {
            let name = pod.name().to_owned();
            if pod.is_terminating() || pod.text("/status/phase") == "Failed" {
                groups.ignored.insert(name);
            } else if pod.text("/status/phase") == "Pending" {
                groups.unready.insert(name);
            } else {
                match found.iter().find(|metrics| metrics.name == name) {
                    None => drop(groups.missing.insert(name)),
                    Some(metrics)
                        if matches!(self.resource, Resource::Cpu) && is_unready(pod, metrics, now) =>
                    {
                        groups.unready.insert(name);
                    }
                    Some(_) => groups.ready += 1,
                }
            }
        }
        groups
    }
}

fn is_unready(pod: &Object, metrics: &PodMetrics, now: Timestamp) -> bool {
    let (Some(since), Some(start)) = (pods::ready_since(pod), pod.time("/status/startTime")) else {
        return true;
    };
    let ready = pods::is_ready(pod);
    let later = |moment: Timestamp, by: SignedDuration| moment.checked_add(by).unwrap_or(moment);
    if later(start, INITIALIZATION) > now {
        return !ready || metrics.timestamp < later(since, metrics.window);
    }
    !ready && later(start, INITIAL_READINESS_DELAY) > since
}

/// The metric over its aim, per cent of the requests if these count, and the average.
fn ratio(amounts: &Amounts, requests: &Amounts, aim: &Aim) -> Result<(f64, Option<i64>, i64), String> {
    let count = i64::try_from(amounts.len()).unwrap_or(i64::MAX);
    match aim {
        Aim::Average(milli) => {
            let average = amounts.values().sum::<i64>() / count;
            Ok((quotient(average, *milli), None, average))
        }
        Aim::Utilization(percent) => {
            let known = amounts.iter().filter_map(|(pod, amount)| Some((amount, requests.get(pod)?)));
            let (used, requested, count) = known
                .fold((0, 0, 0), |(used, requested, count), (amount, request)| {
                    (used + amount, requested + request, count + 1)
                });
            if requested == 0 {
                return Err("no metrics returned matched known pods".to_owned());
            }
            let present = used * 100 / requested;
            Ok((quotient(present, *percent), Some(present), used / count))
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "as upstream computes it")]
fn quotient(amount: i64, aim: i64) -> f64 {
    amount as f64 / aim as f64
}

#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "counts of Pods are small")]
fn rounded_up(ratio: f64, count: usize) -> i64 {
    (ratio * count as f64).ceil() as i64
}

impl super::Look<'_> {
    /// The tolerances of the autoscaler: its own, or 10 per cent.
    pub(super) fn tolerances(&self) -> Tolerances {
        let of = |direction: &str| {
            let value =
                self.next.get(&format!("/spec/behavior/{direction}/tolerance")).unwrap_or(&Value::Null);
            Quantity::from_value(value).map_or(0.1, |tolerance| quotient(tolerance.milli(), 1_000))
        };
        Tolerances { down: of("scaleDown"), up: of("scaleUp") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(current: i64) -> Question<'static> {
        static NODE: std::sync::LazyLock<NodeState> = std::sync::LazyLock::new(NodeState::default);
        Question {
            node: &NODE,
            namespace: "default",
            selector: LabelSelector::parse("a=b").unwrap(),
            resource: Resource::Cpu,
            container: None,
            current,
            tolerances: Tolerances { down: 0.1, up: 0.1 },
        }
    }

    fn amounts(values: &[i64]) -> Amounts {
        values.iter().enumerate().map(|(index, value)| (format!("p{index}"), *value)).collect()
    }

    fn replicas(used: &[i64], groups: &Groups, current: i64) -> i64 {
        let requests = amounts(&[200; 8]);
        question(current).decide(&Aim::Utilization(50), groups, amounts(used), &requests).unwrap().replicas
    }

    #[test]
    fn as_many_replicas_as_bring_the_use_to_its_aim() {
        let all = |ready| Groups { ready, ..Groups::default() };
        assert_eq!(replicas(&[610], &all(1), 1), 7);
        assert_eq!(replicas(&[108, 108], &all(2), 2), 2, "within the tolerance");
        assert_eq!(replicas(&[10, 10, 10, 10], &all(4), 4), 1);
    }

    #[test]
    fn pods_without_metrics_dampen_a_change() {
        let missing = Groups { ready: 1, missing: ["p1".to_owned()].into(), ..Groups::default() };
        assert_eq!(replicas(&[20], &missing, 2), 2, "taken to use all they request");
        let unready = Groups { ready: 1, unready: ["p1".to_owned()].into(), ..Groups::default() };
        assert_eq!(replicas(&[600], &unready, 2), 6, "taken to use nothing");
    }
}
