//! What each metric of an autoscaler proposes, and what is told about those that cannot be had.

use std::collections::BTreeMap;

use crate::apimachinery::{LabelSelector, ObjectKey, Quantity, builtin};
use crate::base::{Key, Value, json};

use super::super::super::manager::EventType;
use super::super::super::metrics;
use super::super::super::registry::Registry;
use super::replicas::{Aim, Question, Resource};
use super::{Look, Target};

/// What a metric came to.
struct Proposal {
    replicas: i64,
    status: Value,
    /// How the reason of a change names the metric.
    name: String,
}

/// Why nothing can be measured at all.
struct Refusal {
    /// Reason of the event.
    event: &'static str,
    message: String,
    /// Reason and message of the condition.
    condition: (&'static str, String),
}

/// Why a metric came to nothing.
struct Failure {
    /// Reason of the event and the condition.
    reason: &'static str,
    /// What the event says.
    message: String,
    /// How the list of invalid metrics begins to speak about it.
    about: String,
}

impl Look<'_> {
    /// The highest proposal of all metrics and the metric's name; `None` when that cannot be said
    /// (`computeReplicasForMetrics`).
    pub(super) fn proposals(
        &mut self,
        registry: &mut Registry,
        target: &Target,
        statuses: &mut Vec<Value>,
    ) -> Option<(i64, String)> {
        let selector = match self.selector(registry, target) {
            Ok(selector) => selector,
            Err(refusal) => {
                self.tell(registry, EventType::Warning, refusal.event, &refusal.message);
                self.condition(registry, "ScalingActive", false, refusal.condition.0, &refusal.condition.1);
                let event = "FailedComputeMetricsReplicas";
                self.tell(registry, EventType::Warning, event, &refusal.message);
                return None;
            }
        };
        let specs = self.next.list("/spec/metrics").to_vec();
        let mut best: Option<(i64, String)> = None;
        let mut failures = Vec::new();
        for spec in &specs {
            match self.proposal(registry, target, &selector, spec) {
                Ok(proposal) => {
                    statuses.push(proposal.status);
                    if best.as_ref().is_none_or(|(replicas, _)| proposal.replicas > *replicas) {
                        best = Some((proposal.replicas, proposal.name));
                    }
                }
                Err(failure) => {
                    statuses.push(json!({"type": ""}));
                    self.tell(registry, EventType::Warning, failure.reason, &failure.message);
                    failures.push(failure);
                }
            }
        }
        let current = target.scale.number("/spec/replicas").unwrap_or_default();
        let shrinks = best.as_ref().is_none_or(|(replicas, _)| *replicas < current);
        if let Some(first) = failures.first().filter(|_| shrinks) {
            let message = format!("the HPA was unable to compute the replica count: {}", first.message);
            let (reason, count) = (first.reason, failures.len());
            let told = format!(
                "invalid metrics ({count} invalid out of {}), first error is: {}: {}",
                specs.len(),
                first.about,
                first.message
            );
            self.condition(registry, "ScalingActive", false, reason, &message);
            self.tell(registry, EventType::Warning, "FailedComputeMetricsReplicas", &told);
            return None;
        }
        let (replicas, name) = best?;
        let message = format!("the HPA was able to successfully calculate a replica count from {name}");
        self.condition(registry, "ScalingActive", true, "ValidMetricFound", &message);
        Some((replicas, name))
    }

    /// The Pods of the target, which no other autoscaler may scale (`validateAndParseSelector`).
    fn selector(&mut self, registry: &Registry, target: &Target) -> Result<LabelSelector, Refusal> {
        let text = target.scale.text("/status/selector");
        if text.is_empty() {
            let condition = ("InvalidSelector", "the HPA target's scale is missing a selector".to_owned());
            let message = "selector is required".to_owned();
            return Err(Refusal { event: "SelectorRequired", message, condition });
        }
        let refusal = |reason, message: String| Refusal {
            event: reason,
            condition: (reason, message.clone()),
            message,
        };
        let selector = LabelSelector::parse(text).map_err(|error| {
            let message =
                format!("couldn't convert selector into a corresponding internal selector object: {error}");
            refusal("InvalidSelector", message)
        })?;
        self.notes.selector = Some(selector.clone());
        let mut pods = registry.list(&builtin::POD, Some(self.next.namespace()));
        pods.retain(|pod| selector.matches(pod.labels()));
        let means = |other: &LabelSelector| pods.iter().any(|pod| other.matches(pod.labels()));
        let mut rivals: Vec<ObjectKey> =
            self.others.iter().filter(|(_, other)| means(other)).map(|(key, _)| key.clone()).collect();
        if rivals.is_empty() {
            return Ok(selector);
        }
        rivals.push(self.next.key());
        rivals.sort();
        let rivals: Vec<String> = rivals.iter().map(ToString::to_string).collect();
        let message =
            format!("pods by selector {text} are controlled by multiple HPAs: [{}]", rivals.join(" "));
        Err(refusal("AmbiguousSelector", message))
    }

    fn proposal(
        &self,
        registry: &Registry,
        target: &Target,
        selector: &LabelSelector,
        spec: &Value,
    ) -> Result<Proposal, Failure> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        match spec["type"].as_str().unwrap_or_default() {
            "Resource" => self
                .resource_proposal(registry, target, selector, &spec["resource"], None)
                .map_err(|message| Failure {
                    reason: "FailedGetResourceMetric",
                    message,
                    about: format!("failed to get {} resource metric value", text(&spec["resource"]["name"])),
                }),
            "ContainerResource" => {
                let container = text(&spec["containerResource"]["container"]);
                let source = &spec["containerResource"];
                self.resource_proposal(registry, target, selector, source, Some(&container)).map_err(
                    |message| Failure {
                        reason: "FailedGetContainerResourceMetric",
                        message,
                        about: format!("failed to get {container} container metric value"),
                    },
                )
            }
            other => Err(no_such_api(self.next.namespace(), other, spec)),
        }
    }

    fn resource_proposal(
        &self,
        registry: &Registry,
        target: &Target,
        selector: &LabelSelector,
        source: &Value,
        container: Option<&str>,
    ) -> Result<Proposal, String> {
        let name = source["name"].as_str().unwrap_or_default();
        let goal = &source["target"];
        let average = Quantity::from_value(&goal["averageValue"]);
        let aim = match (average, goal["averageUtilization"].as_i64()) {
            (Some(average), _) => Aim::Average(average.milli()),
            (None, Some(percent)) => Aim::Utilization(percent),
            (None, None) => {
                return Err("invalid resource metric source: neither an average utilization target nor an average value (usage) target was set".to_owned());
            }
        };
        let question = Question {
            node: self.node,
            namespace: self.next.namespace(),
            selector: selector.clone(),
            resource: if name == "cpu" { Resource::Cpu } else { Resource::Other(name) },
            container,
            current: target.scale.number("/spec/replicas").unwrap_or_default(),
            tolerances: self.tolerances(),
        };
        let answer = question.answer(registry, &aim).map_err(|why| {
            let what = if matches!(aim, Aim::Average(_)) { "usage" } else { "utilization" };
            format!("failed to get {name} {what}: {why}")
        })?;
        let mut current = json!({"averageValue": metrics::amount(name, answer.average_milli)});
        let mut proposal_name = format!("{name} resource");
        if let Some(percent) = answer.utilization {
            current["averageUtilization"] = json!(percent);
            let what = if container.is_some() { "container resource" } else { "resource" };
            proposal_name = format!("{name} {what} utilization (percentage of request)");
        }
        let (kind, field) = match container {
            Some(_) => ("ContainerResource", "containerResource"),
            None => ("Resource", "resource"),
        };
        let mut status = json!({"type": kind, field: {"name": name, "current": current}});
        if let Some(container) = container {
            status[field]["container"] = json!(container);
        }
        Ok(Proposal { replicas: answer.replicas, status, name: proposal_name })
    }
}

/// Metrics that only an adapter could serve: none is installed here, as in any fresh cluster.
fn no_such_api(namespace: &str, kind: &str, spec: &Value) -> Failure {
    let source = &spec[kind.to_lowercase()];
    let metric = source["metric"]["name"].as_str().unwrap_or_default();
    let averages = source["target"].get("averageValue").is_some();
    let custom = "unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered";
    let (reason, message, about) = match kind {
        "Pods" => (
            "FailedGetPodsMetric",
            format!("unable to get metric {metric}: {custom}"),
            "failed to get pods metric value".to_owned(),
        ),
        "Object" => {
            let text = |field: &str| source["describedObject"][field].as_str().unwrap_or_default();
            let about = "failed to get object metric value";
            (
                "FailedGetObjectMetric",
                format!(
                    "unable to get metric {metric}: {} on {namespace} {}/{custom}",
                    text("kind"),
                    text("name")
                ),
                if averages {
                    format!("{about}: failed to get {metric} object metric")
                } else {
                    about.to_owned()
                },
            )
        }
        _ => {
            let selector = selector_in_go(&source["metric"]["selector"]);
            let inner = if averages {
                format!("{metric} external metric")
            } else {
                format!("external metric {metric}")
            };
            (
                "FailedGetExternalMetric",
                format!(
                    "unable to get external metric {namespace}/{metric}/{selector}: unable to fetch metrics from external metrics API: the server could not find the requested resource (get {metric}.external.metrics.k8s.io)"
                ),
                format!("failed to get {metric} external metric value: failed to get {inner}"),
            )
        }
    };
    Failure { reason, message, about }
}

/// A label selector as Go prints it.
fn selector_in_go(selector: &Value) -> String {
    if selector.is_null() {
        return "nil".to_owned();
    }
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let labels: BTreeMap<&Key, String> = selector["matchLabels"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(label, value)| (label, text(value)))
        .collect();
    let labels: String = labels.iter().map(|(label, value)| format!("{label}: {value},")).collect();
    let expressions = selector["matchExpressions"].as_array().into_iter().flatten().map(|expression| {
        let values: Vec<String> = expression["values"].as_array().into_iter().flatten().map(text).collect();
        format!(
            "LabelSelectorRequirement{{Key:{},Operator:{},Values:[{}],}},",
            text(&expression["key"]),
            text(&expression["operator"]),
            values.join(" ")
        )
    });
    let expressions: String = expressions.collect();
    format!(
        "&LabelSelector{{MatchLabels:map[string]string{{{labels}}},MatchExpressions:[]LabelSelectorRequirement{{{expressions}}},}}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_metric_without_an_adapter_is_told_as_upstream_does() {
        let spec = json!({"external": {"target": {"averageValue": "5"}, "metric": {"name": "m", "selector": {
            "matchLabels": {"a": "b"}, "matchExpressions": [{"key": "c", "operator": "In", "values": ["d", "e"]}]}}}});
        let failure = no_such_api("default", "External", &spec);
        let selector = "&LabelSelector{MatchLabels:map[string]string{a: b,},MatchExpressions:[]LabelSelectorRequirement{LabelSelectorRequirement{Key:c,Operator:In,Values:[d e],},},}";
        assert!(
            failure
                .message
                .starts_with(&format!("unable to get external metric default/m/{selector}: unable to fetch")),
            "{}",
            failure.message
        );
        assert_eq!(failure.about, "failed to get m external metric value: failed to get m external metric");
        let spec = json!({"object": {"target": {"value": "5"}, "metric": {"name": "m"},
            "describedObject": {"kind": "Ingress", "name": "web"}}});
        let failure = no_such_api("default", "Object", &spec);
        assert!(
            failure.message.starts_with("unable to get metric m: Ingress on default web/unable to fetch")
        );
        assert_eq!(failure.about, "failed to get object metric value");
    }
}
