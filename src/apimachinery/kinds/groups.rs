//! The order of API groups and of their versions, by the priorities under which Kubernetes registers them.

/// A group and version of Kubernetes itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GroupVersion {
    /// API group; empty for the core group.
    pub group: &'static str,
    /// Version within the group.
    pub version: &'static str,
    /// `groupPriorityMinimum` of its APIService: groups with more come first.
    pub group_priority: i64,
    /// `versionPriority` of its APIService: versions with more come first.
    pub version_priority: i64,
}

const fn served(
    group: &'static str,
    version: &'static str,
    group_priority: i64,
    version_priority: i64,
) -> GroupVersion {
    GroupVersion { group, version, group_priority, version_priority }
}

/// Every group and version that Kubernetes serves, in the order of discovery; the aggregator's own group,
/// which has no APIService, is not among them and comes first.
pub static GROUP_VERSIONS: &[GroupVersion] = &[
    served("", "v1", 18_000, 1),
    served("apps", "v1", 17_800, 15),
    served("events.k8s.io", "v1", 17_750, 15),
    served("authentication.k8s.io", "v1", 17_700, 15),
    served("authorization.k8s.io", "v1", 17_600, 15),
    served("autoscaling", "v2", 17_500, 30),
    served("autoscaling", "v1", 17_500, 15),
    served("batch", "v1", 17_400, 15),
    served("certificates.k8s.io", "v1", 17_300, 15),
    served("networking.k8s.io", "v1", 17_200, 15),
    served("policy", "v1", 17_100, 15),
    served("rbac.authorization.k8s.io", "v1", 17_000, 15),
    served("storage.k8s.io", "v1", 16_800, 15),
    served("admissionregistration.k8s.io", "v1", 16_700, 15),
    served("apiextensions.k8s.io", "v1", 16_700, 15),
    served("scheduling.k8s.io", "v1", 16_600, 15),
    served("coordination.k8s.io", "v1", 16_500, 15),
    served("node.k8s.io", "v1", 16_300, 15),
    served("discovery.k8s.io", "v1", 16_200, 15),
    served("resource.k8s.io", "v1", 16_200, 20),
    served("flowcontrol.apiserver.k8s.io", "v1", 16_100, 21),
];

/// The place of a group in discovery; groups that Kubernetes does not bring along come last.
#[must_use]
pub fn group_order(group: &str) -> usize {
    if group == "apiregistration.k8s.io" {
        return 0;
    }
    let place = GROUP_VERSIONS.iter().position(|entry| entry.group == group);
    place.map_or(GROUP_VERSIONS.len() + 1, |place| place + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apimachinery::kinds::KINDS;

    #[test]
    fn every_group_has_its_place() {
        for kind in KINDS {
            let known =
                GROUP_VERSIONS.iter().any(|entry| entry.group == kind.group && entry.version == kind.version);
            assert!(known || kind.group == "apiregistration.k8s.io", "{kind:?}");
        }
        assert!(GROUP_VERSIONS.is_sorted_by(|a, b| a.group_priority >= b.group_priority));
        assert!(group_order("example.com") > group_order("flowcontrol.apiserver.k8s.io"));
    }
}
