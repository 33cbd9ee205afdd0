//! What each metric of an autoscaler proposes, and what is told about those that cannot be had.

use serde_json::{Value, json};

use crate::apimachinery::{LabelSelector, Quantity};

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
        let selector = target.scale.text("/status/selector").to_owned();
        if selector.is_empty() {
            self.tell(registry, EventType::Warning, "SelectorRequired", "");
            let message = "the HPA target's scale is missing a selector";
            self.condition(registry, "ScalingActive", false, "InvalidSelector", message);
            let why = "selector is required";
            self.tell(registry, EventType::Warning, "FailedComputeMetricsReplicas", why);
            return None;
        }
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

    fn proposal(
        &self,
        registry: &Registry,
        target: &Target,
        selector: &str,
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
        selector: &str,
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
            selector: LabelSelector::parse(selector).map_err(|error| error.to_string())?,
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
    let field = kind.to_lowercase();
    let metric = spec[&field]["metric"]["name"].as_str().unwrap_or_default();
    let custom = "unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered";
    let (reason, message) = match kind {
        "Pods" => ("FailedGetPodsMetric", format!("unable to get metric {metric}: {custom}")),
        "Object" => {
            let described = &spec["object"]["describedObject"];
            let text = |field: &str| described[field].as_str().unwrap_or_default();
            let message = format!(
                "unable to get metric {metric}: {} on {namespace} {}/{custom}",
                text("kind"),
                text("name")
            );
            ("FailedGetObjectMetric", message)
        }
        _ => {
            let selector = &spec["external"]["metric"]["selector"];
            let selector = if selector.is_null() {
                "nil".to_owned()
            } else {
                format!("&LabelSelector{{{}}}", LabelSelector::from_value(selector))
            };
            let message = format!(
                "unable to get external metric {namespace}/{metric}/{selector}: unable to fetch metrics from external metrics API: the server could not find the requested resource (get {metric}.external.metrics.k8s.io)"
            );
            ("FailedGetExternalMetric", message)
        }
    };
    let message = match kind {
        "Object" => format!("failed to get object metric value: {message}"),
        "External" if spec["external"]["target"]["averageValue"].is_null() => {
            format!("failed to get external metric {metric}: {message}")
        }
        "External" => format!("failed to get {metric} external metric: {message}"),
        _ => message,
    };
    Failure { reason, message, about: format!("failed to get {field} metric value") }
}
