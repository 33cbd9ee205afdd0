//! Pods that are not even made: what the API server refused, in its own words.

use std::collections::BTreeSet;

use crate::apimachinery::{Object, builtin};
use crate::base::Value;

use super::super::finding::{Aside, Finding, name_of};
use super::super::sentences;
use super::{Chain, between, text};

impl Chain<'_> {
    /// What a workload's condition ReplicaFailure says.
    pub(super) fn refused_by_condition(self, object: &Object) -> Option<Finding> {
        let failure = object.condition("ReplicaFailure").filter(|failure| failure["status"] == "True")?;
        self.refused(object, failure.get("message").and_then(Value::as_str).unwrap_or_default())
    }

    /// What the newest event of a refused creation says, as long as Pods are missing.
    pub(super) fn refused_by_event(self, object: &Object, missing: bool) -> Option<Finding> {
        if !missing {
            return None;
        }
        let newest = self.event(object, &["FailedCreate", "SuccessfulCreate"])?;
        (newest.text("/reason") == "FailedCreate").then(|| self.refused(object, newest.text("/message")))?
    }

    /// The limit above which a request lies may be none of the learner's.
    fn default_limit(self, object: &Object, message: &str) -> Aside {
        let resource = between(message, "must be less than or equal to ", " limit")?;
        let ranges = self.world.all(&builtin::LIMIT_RANGE, Some(object.namespace())).iter();
        let pointer = format!("/default/{resource}");
        let range = ranges
            .filter(|range| range.list("/spec/limits").iter().any(|limit| limit.pointer(&pointer).is_some()));
        let name = range.map(Object::name).next()?;
        Some((&sentences::DEFAULT_LIMIT, vec![resource.to_owned(), name.to_owned()]))
    }

    /// A limit that nobody wrote: a LimitRange of the namespace gives it to whoever has none.
    pub(super) fn given_limit(self, pod: &Object, container: &str, resource: &str) -> Aside {
        let noted = pod.annotation("kubernetes.io/limit-ranger")?;
        let (_, notes) = noted.split_once(": ")?;
        let of_container = format!(" limit for container {container}");
        let given = notes.split("; ").any(|note| {
            note.strip_suffix(&of_container).is_some_and(|set| set.split(", ").any(|one| one == resource))
        });
        let mut ranges = self.world.all(&builtin::LIMIT_RANGE, Some(pod.namespace())).iter();
        let gives = |range: &&Object| {
            range.list("/spec/limits").iter().any(|limit| limit["default"].get(resource).is_some())
        };
        let range = ranges.find(gives).filter(|_| given)?;
        Some((&sentences::GIVEN_LIMIT, vec![resource.to_owned(), name_of(range)]))
    }

    /// The Pods that a quota counts, where it does not count all.
    fn scopes(self, object: &Object, quota: &str) -> Aside {
        let quota = self.world.named(&builtin::RESOURCE_QUOTA, Some(object.namespace()), quota)?;
        let plain = quota.list("/spec/scopes").iter().filter_map(Value::as_str).map(str::to_owned);
        let chosen = quota.list("/spec/scopeSelector/matchExpressions").iter().map(|one| {
            let values = one["values"].as_array().into_iter().flatten().filter_map(Value::as_str);
            let values = values.collect::<Vec<_>>().join(", ");
            let values = if values.is_empty() { values } else { format!(" [{values}]") };
            format!("{} {}{values}", text(one, "/scopeName"), text(one, "/operator"))
        });
        let scopes: Vec<String> = plain.chain(chosen).collect();
        if scopes.iter().any(|scope| scope.starts_with("BestEffort")) {
            return Some((&sentences::QUOTA_OF_BEST_EFFORT, Vec::new()));
        }
        (!scopes.is_empty()).then(|| (&sentences::QUOTA_SCOPES, vec![scopes.join("; ")]))
    }

    /// What a refusal means.
    fn refused(self, object: &Object, message: &str) -> Option<Finding> {
        let name = name_of(object);
        let show = self.describe(object);
        let told = if let Some((_, rest)) = message.split_once("exceeded quota: ") {
            let (quota, numbers) = rest.split_once(", ").unwrap_or((rest, ""));
            let show = format!("kubectl describe resourcequota {quota}");
            let finding = Finding::lasting(&sentences::QUOTA, [&name, quota, numbers]);
            return Some(finding.aside(self.scopes(object, quota)).shown_by(show));
        } else if let Some((_, rest)) = message.split_once("failed quota: ") {
            let (quota, needs) = rest.split_once(": must specify ").unwrap_or((rest, ""));
            let whose = needs.split("; ").filter_map(|need| need.split_once(" for: "));
            let whose: BTreeSet<&str> =
                whose.flat_map(|(_, whose)| whose.split(',')).map(str::trim).collect();
            let needs: Vec<&str> =
                needs.split("; ").map(|need| need.split(" for:").next().unwrap_or(need)).collect();
            let whose = whose.into_iter().collect::<Vec<_>>().join(", ");
            let aside: Aside = (!whose.is_empty()).then(|| (&sentences::LACKED_BY, vec![whose]));
            Finding::lasting(&sentences::QUOTA_NEEDS, [&name, quota, &needs.join(", ")]).aside(aside)
        } else if message.contains("violates PodSecurity") {
            let what = message.split_once("violates PodSecurity ").map_or(message, |(_, rest)| rest);
            Finding::lasting(&sentences::POD_SECURITY, [&name, what])
        } else if let Some(account) = between(message, "serviceaccount \"", "\" not found") {
            let near = self.near_name(&builtin::SERVICE_ACCOUNT, object.namespace(), account);
            let show = "kubectl get serviceaccounts";
            return Some(
                Finding::lasting(&sentences::SERVICE_ACCOUNT, [&name, account]).aside(near).shown_by(show),
            );
        } else if let Some(class) = between(message, "no PriorityClass with name ", " was found") {
            Finding::lasting(&sentences::PRIORITY_CLASS, [&name, class])
        } else if is_limit_range(message) {
            let what = message.split_once("is forbidden: ").map_or(message, |(_, rest)| rest);
            let show = "kubectl describe limitrange";
            return Some(Finding::lasting(&sentences::LIMIT_RANGE, [&name, what]).shown_by(show));
        } else {
            let finding = Finding::lasting(&sentences::CREATE_REFUSED, [&name, message]);
            finding.aside(self.default_limit(object, message).or_else(|| its_volumes(object, message)))
        };
        Some(told.shown_by(show).called("FailedCreate"))
    }
}

/// The volumes that there are, where one is mounted that is none of them.
fn its_volumes(object: &Object, message: &str) -> Aside {
    let templates = object.list("/spec/volumeClaimTemplates").iter();
    let templates = templates.filter_map(|claim| claim.pointer("/metadata/name"));
    let volumes = object.list("/spec/template/spec/volumes").iter().filter_map(|volume| volume.get("name"));
    let names: Vec<&str> = templates.chain(volumes).filter_map(Value::as_str).collect();
    let unknown = message.contains("volumeMounts[") && message.contains("Not found");
    (unknown && !names.is_empty()).then(|| (&sentences::ITS_VOLUMES, vec![names.join(", ")]))
}

/// Whether a refusal is a LimitRange's: `maximum cpu usage per Container is 1, but limit is 2`.
pub(in crate::check::why) fn is_limit_range(message: &str) -> bool {
    ["usage per Container", "usage per Pod", "limit to request ratio", "per PersistentVolumeClaim"]
        .iter()
        .any(|mark| message.contains(mark))
}
