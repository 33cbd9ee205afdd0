//! Autoscalers, quotas, budgets, nodes.

use crate::apimachinery::{Kind, LabelSelector, Object, Quantity, builtin, resolve_kind};
use crate::base::Value;

use super::super::super::partial::show;
use super::super::finding::{Aside, Finding, name_of};
use super::super::sentences;
use super::{Chain, between};

/// The kinds that have a number of replicas to set.
const SCALED: &[&str] = &["Deployment", "ReplicaSet", "StatefulSet", "ReplicationController"];

impl Chain<'_> {
    pub(super) fn autoscaler(self, autoscaler: &Object) -> Option<Finding> {
        let name = name_of(autoscaler);
        let show = self.describe(autoscaler);
        let target = autoscaler.text("/spec/scaleTargetRef/name");
        let kind = resolve_kind(autoscaler.text("/spec/scaleTargetRef/kind"));
        if let Some(kind) = kind
            && self.world.named(kind, Some(autoscaler.namespace()), target).is_none()
        {
            let wanted = format!("{}/{target}", kind.singular);
            // Workloads of other namespaces are not at hand, and their Pods are.
            let mut others = self.world.everywhere(&builtin::POD).iter();
            let other =
                others.find(|pod| pod.namespace() != autoscaler.namespace() && self.top_of(pod) == wanted);
            let elsewhere = other
                .map(|pod| (&sentences::IS_ELSEWHERE, vec![target.to_owned(), pod.namespace().to_owned()]));
            let near = elsewhere.or_else(|| self.near_or_elsewhere(kind, autoscaler.namespace(), target));
            return Some(
                Finding::lasting(&sentences::SCALE_TARGET, [&name, &wanted])
                    .aside(near)
                    .called("FailedGetScale")
                    .shown_by(show),
            );
        }
        for condition in ["AbleToScale", "ScalingActive"] {
            let Some(found) = autoscaler.condition(condition).filter(|found| found["status"] == "False")
            else {
                continue;
            };
            if let Some(finding) = other_group(autoscaler, kind) {
                return Some(finding.shown_by(show));
            }
            if let Some(kind) = kind.filter(|kind| !SCALED.contains(&kind.kind)) {
                let target = format!("{}/{target}", kind.singular);
                let aside: Aside = (kind.kind == "DaemonSet").then(|| (&sentences::ONE_A_NODE, Vec::new()));
                let finding = Finding::lasting(&sentences::NOT_SCALABLE, [&name, &target]).aside(aside);
                return Some(finding.called("FailedGetScale").shown_by(show));
            }
            let word = |key: &str| found.get(key).and_then(Value::as_str).unwrap_or_default();
            let (reason, message) = (word("reason"), word("message"));
            let finding = if let Some(resource) = between(message, "missing request for ", " in container") {
                let container = between(message, " in container ", " of Pod").unwrap_or_default();
                let aside = near_metric(resource);
                Finding::lasting(&sentences::NO_REQUEST, [&name, resource, container]).aside(aside)
            } else if message.contains("unable to fetch metrics")
                || message.contains("could not find the requested resource")
                || message.contains("unable to get metrics")
                || message.contains("no metrics returned")
            {
                // Metrics of a Pod that has only just begun come a little later.
                let absent = message.contains("could not find the requested resource")
                    || message.contains("unable to handle the request");
                let show = "kubectl top pods";
                let finding = Finding::lasting(&sentences::METRICS_MISSING, [&name, reason]).lasts_if(absent);
                return Some(finding.called(reason).shown_by(show));
            } else {
                Finding::lasting(&sentences::AUTOSCALER, [&name, reason, message])
            };
            return Some(finding.called(reason).shown_by(show));
        }
        kind.and_then(|kind| self.world.named(kind, Some(autoscaler.namespace()), target))
            .and_then(|target| self.broken_link(target))
    }

    pub(super) fn quota(self, quota: &Object) -> Option<Finding> {
        let full = full_resources(quota);
        let finding = Finding::lasting(&sentences::QUOTA_FULL, [&name_of(quota), &full.join(", ")]);
        (!full.is_empty()).then(|| finding.shown_by(self.describe(quota)))
    }

    pub(super) fn disruption_budget(self, budget: &Object) -> Option<Finding> {
        let number = |field: &str| budget.number(&format!("/status/{field}")).unwrap_or(0);
        let selector = budget.get("/spec/selector");
        let (selector, written) = match selector {
            // Unlike an empty one, which means every Pod.
            None => (LabelSelector::nothing(), "–".to_owned()),
            Some(value) => {
                let selector = LabelSelector::from_value(value);
                let written = selector.to_string();
                (selector, if written.is_empty() { show(value) } else { written })
            }
        };
        let pods = self.world.all(&builtin::POD, Some(budget.namespace()));
        if !pods.iter().any(|pod| selector.matches(pod.labels())) {
            let finding = Finding::lasting(&sentences::BUDGET_OF_NOBODY, [&name_of(budget), &written]);
            return Some(finding.shown_by("kubectl get pods --show-labels"));
        }
        let words = [number("desiredHealthy").to_string(), number("currentHealthy").to_string()];
        let finding = Finding::new(&sentences::NO_DISRUPTIONS, [&name_of(budget), &words[0], &words[1]]);
        let none = budget.number("/status/disruptionsAllowed") == Some(0) && number("expectedPods") > 0;
        // Where all are healthy, waiting makes none too many.
        let never = number("currentHealthy") >= number("expectedPods") && words[0] == words[1];
        let rule = ["minAvailable", "maxUnavailable"].into_iter().find_map(|field| {
            let value = budget.get(&format!("/spec/{field}"))?;
            Some((&sentences::ITS_RULES, vec![format!("{field}: {}", show(value))]))
        });
        let finding = finding.lasts_if(never).aside(rule.filter(|_| never));
        none.then(|| finding.shown_by(format!("kubectl get poddisruptionbudget {}", budget.name())))
    }

    pub(super) fn node(self, node: &Object) -> Option<Finding> {
        let name = name_of(node);
        let show = self.describe(node);
        let conditions = node.list("/status/conditions").iter();
        let bad = conditions.into_iter().find(|condition| {
            let wanted = if condition["type"] == "Ready" { "True" } else { "False" };
            condition["status"] != wanted
        });
        if let Some(bad) = bad {
            let told = format!(
                "{} {}",
                bad["type"].as_str().unwrap_or_default(),
                bad["message"].as_str().unwrap_or_default()
            );
            return Some(Finding::lasting(&sentences::NODE_NOT_READY, [&name, &told]).shown_by(show));
        }
        let closed = node.flag("/spec/unschedulable");
        closed.then(|| {
            let finding = Finding::lasting(&sentences::NODE_NOT_READY, [&name, "SchedulingDisabled"]);
            finding.shown_by("kubectl get nodes")
        })
    }
}

/// The metric that is meant by one that no container can ask for.
fn near_metric(resource: &str) -> Aside {
    const METRICS: [&str; 2] = ["cpu", "memory"];
    (!METRICS.contains(&resource)).then(|| {
        let meant = METRICS.into_iter().find(|metric| resource.starts_with(metric)).unwrap_or(METRICS[0]);
        (&sentences::NEAREST, vec![meant.to_owned()])
    })
}

/// A target of the right kind in the wrong API group.
fn other_group(autoscaler: &Object, kind: Option<&Kind>) -> Option<Finding> {
    let (kind, written) = (kind?, autoscaler.text("/spec/scaleTargetRef/apiVersion"));
    let group = written.rsplit_once('/').map_or("", |(group, _)| group);
    let words = [name_of(autoscaler), kind.kind.to_owned(), written.to_owned()];
    let aside: Aside = Some((&sentences::KIND_IS_OF, vec![kind.kind.to_owned(), kind.api_version()]));
    let finding = Finding::lasting(&sentences::OTHER_GROUP, [&words[0], &words[1], &words[2]]).aside(aside);
    (group != kind.group).then_some(finding)
}

/// What of a quota is used up: `pods: 2 of 2`.
pub(in crate::check) fn full_resources(quota: &Object) -> Vec<String> {
    let hard = quota.map("/status/hard").into_iter().flatten();
    let full = hard.filter_map(|(resource, hard)| {
        let used = quota.map("/status/used")?.get(resource)?;
        let reached = Quantity::from_value(used)? >= Quantity::from_value(hard)?;
        reached.then(|| format!("{resource}: {}/{}", show(used), show(hard)))
    });
    full.collect()
}
