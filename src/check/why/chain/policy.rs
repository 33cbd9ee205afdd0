//! What stands in the way of traffic and of permissions.

use crate::apimachinery::{LabelSelector, Object, builtin};

use super::super::finding::{Finding, name_of};
use super::super::sentences;
use super::service::written;
use super::{Chain, text};

impl<'a> Chain<'a> {
    /// The NetworkPolicy that selects the Pods behind a Service for ingress.
    pub(super) fn policy_before(self, service: &Object, pods: &[&Object]) -> Option<Finding> {
        let policy = self.policy_for(service, pods)?;
        let words = [name_of(service), policy.name().to_owned()];
        let finding = Finding::lasting(&sentences::POLICY_BLOCKS, [&words[0], &words[1]]);
        Some(finding.shown_by(self.describe(policy)))
    }

    fn policy_for(self, service: &Object, pods: &[&Object]) -> Option<&'a Object> {
        self.policies_of(service, pods).into_iter().next()
    }

    /// The NetworkPolicies that say what may come in to the Pods behind a Service.
    pub(super) fn policies_of(self, service: &Object, pods: &[&Object]) -> Vec<&'a Object> {
        let policies = self.world.all(&builtin::NETWORK_POLICY, Some(service.namespace())).iter();
        let applies = |policy: &&Object| {
            let types = policy.list("/spec/policyTypes");
            let ingress = types.is_empty() || types.iter().any(|kind| kind == "Ingress");
            let selector = policy.get("/spec/podSelector").map(LabelSelector::from_value).unwrap_or_default();
            ingress && pods.iter().any(|pod| selector.matches(pod.labels()))
        };
        policies.filter(applies).collect()
    }

    pub(super) fn network_policy(self, policy: &Object) -> Option<Finding> {
        let wanted = policy.get("/spec/podSelector")?;
        let selector = LabelSelector::from_value(wanted);
        let pods = self.world.all(&builtin::POD, Some(policy.namespace()));
        if pods.iter().any(|pod| selector.matches(pod.labels())) {
            return None;
        }
        let labels = policy.map("/spec/podSelector/matchLabels").map(written).unwrap_or_default();
        let finding = Finding::lasting(&sentences::POLICY_SELECTS_NOTHING, [&name_of(policy), &labels]);
        Some(finding.shown_by("kubectl get pods --show-labels"))
    }

    pub(super) fn role_binding(self, binding: &Object) -> Option<Finding> {
        let name = name_of(binding);
        let (kind, role) = (binding.text("/roleRef/kind"), binding.text("/roleRef/name"));
        let (table, namespace) = if kind == "Role" {
            (&builtin::ROLE, Some(binding.namespace()))
        } else {
            (&builtin::CLUSTER_ROLE, None)
        };
        if self.world.named(table, namespace, role).is_none() {
            let wanted = format!("{} {role}", kind);
            let near = self.near_or_elsewhere(table, namespace.unwrap_or_default(), role);
            let finding = Finding::lasting(&sentences::ROLE_MISSING, [&name, &wanted]).aside(near);
            return Some(finding.shown_by(format!("kubectl get {}", table.plural)));
        }
        if let Some(finding) = self.group_of_nobody(binding) {
            return Some(finding);
        }
        let accounts =
            binding.list("/subjects").iter().filter(|subject| text(subject, "/kind") == "ServiceAccount");
        let missing = accounts.into_iter().find(|subject| {
            let namespace = match text(subject, "/namespace") {
                "" => binding.namespace(),
                namespace => namespace,
            };
            let everywhere = self.world.everywhere(&builtin::SERVICE_ACCOUNT).iter();
            let known = everywhere.chain(self.world.all(&builtin::SERVICE_ACCOUNT, None));
            !known.into_iter().any(|one| one.name() == text(subject, "/name") && one.namespace() == namespace)
        })?;
        let account = format!("{}/{}", text(missing, "/namespace"), text(missing, "/name"));
        let near = self.near_or_elsewhere(
            &builtin::SERVICE_ACCOUNT,
            text(missing, "/namespace"),
            text(missing, "/name"),
        );
        let finding = Finding::lasting(&sentences::SUBJECT_MISSING, [&name, &account]).aside(near);
        Some(finding.shown_by("kubectl get serviceaccounts -A"))
    }

    /// The accounts of a namespace that is not there, as a group.
    fn group_of_nobody(self, binding: &Object) -> Option<Finding> {
        let groups = binding.list("/subjects").iter().filter(|subject| text(subject, "/kind") == "Group");
        let mut namespaces =
            groups.filter_map(|group| text(group, "/name").strip_prefix("system:serviceaccounts:"));
        let known = !self.world.all(&builtin::NAMESPACE, None).is_empty();
        let namespace =
            namespaces.find(|name| known && self.world.named(&builtin::NAMESPACE, None, name).is_none())?;
        let words = [name_of(binding), format!("system:serviceaccounts:{namespace}"), namespace.to_owned()];
        let finding = Finding::lasting(&sentences::GROUP_OF_NOBODY, [&words[0], &words[1], &words[2]]);
        Some(finding.shown_by("kubectl get namespaces"))
    }
}
