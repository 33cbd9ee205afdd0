//! The one table of served kinds: group, version, plural, short names, scope, verbs, subresources.

use std::fmt;

/// A kind that the embedded cluster serves and kubectl knows without asking.
pub struct Kind {
    /// API group; empty for the core group.
    pub group: &'static str,
    /// Version within the group.
    pub version: &'static str,
    /// Kind in CamelCase.
    pub kind: &'static str,
    /// Resource: lower-case plural, as in URLs.
    pub plural: &'static str,
    /// Lower-case singular.
    pub singular: &'static str,
    /// Short names that kubectl accepts.
    pub short_names: &'static [&'static str],
    /// Categories such as `all`.
    pub categories: &'static [&'static str],
    /// Whether objects live in a namespace.
    pub namespaced: bool,
    /// Verbs in discovery's order.
    pub verbs: &'static [&'static str],
    /// Subresources.
    pub subresources: &'static [Subresource],
}

/// A subresource such as `pods/log`.
#[derive(Clone, Copy, Debug)]
pub struct Subresource {
    /// Name in the URL.
    pub name: &'static str,
    /// Group of what it answers; empty for the parent's.
    pub group: &'static str,
    /// Version of what it answers; empty for the parent's.
    pub version: &'static str,
    /// Kind of what it answers.
    pub kind: &'static str,
    /// Verbs.
    pub verbs: &'static [&'static str],
}

impl fmt::Debug for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.api_version(), self.kind)
    }
}

impl PartialEq for &'static Kind {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(*self, *other)
    }
}

impl Kind {
    /// `v1` or `apps/v1`.
    #[must_use]
    pub fn api_version(&self) -> String {
        if self.group.is_empty() {
            self.version.to_owned()
        } else {
            format!("{}/{}", self.group, self.version)
        }
    }

    /// `pods` or `deployments.apps`: how errors name the resource.
    #[must_use]
    pub fn group_resource(&self) -> String {
        with_group(self.plural, self.group)
    }

    /// `Pod` or `Deployment.apps`: how errors name the kind.
    #[must_use]
    pub fn group_kind(&self) -> String {
        with_group(self.kind, self.group)
    }

    /// `pod` or `deployment.apps`: how kubectl names the kind before `/name`.
    #[must_use]
    pub fn qualified_singular(&self) -> String {
        with_group(self.singular, self.group)
    }

    /// The subresource of that name.
    #[must_use]
    pub fn subresource(&self, name: &str) -> Option<&Subresource> {
        self.subresources.iter().find(|subresource| subresource.name == name)
    }
}

fn with_group(name: &str, group: &str) -> String {
    if group.is_empty() { name.to_owned() } else { format!("{name}.{group}") }
}

/// The kind with that apiVersion and kind.
#[must_use]
pub fn kind_of(api_version: &str, kind: &str) -> Option<&'static Kind> {
    KINDS.iter().copied().find(|entry| entry.kind == kind && entry.api_version() == api_version)
}

/// The kind served at that group, version and plural.
#[must_use]
pub fn kind_by_resource(group: &str, version: &str, plural: &str) -> Option<&'static Kind> {
    KINDS
        .iter()
        .copied()
        .find(|entry| entry.group == group && entry.version == version && entry.plural == plural)
}

const ALL_VERBS: &[&str] =
    &["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
const STATUS_VERBS: &[&str] = &["get", "patch", "update"];

const fn status_of(kind: &'static str) -> Subresource {
    Subresource { name: "status", group: "", version: "", kind, verbs: STATUS_VERBS }
}

const SCALE: Subresource =
    Subresource { name: "scale", group: "autoscaling", version: "v1", kind: "Scale", verbs: STATUS_VERBS };

const fn streaming(name: &'static str, kind: &'static str) -> Subresource {
    Subresource { name, group: "", version: "", kind, verbs: &["create", "get"] }
}

const PROXY_VERBS: &[&str] = &["create", "delete", "get", "patch", "update"];

/// The kinds by name, for code that means one of them.
pub mod builtin {
    use super::{ALL_VERBS, Kind, PROXY_VERBS, SCALE, STATUS_VERBS, Subresource, status_of, streaming};

    const PLAIN: Kind = Kind {
        group: "",
        version: "v1",
        kind: "",
        plural: "",
        singular: "",
        short_names: &[],
        categories: &[],
        namespaced: true,
        verbs: ALL_VERBS,
        subresources: &[],
    };

    macro_rules! kinds {
        ($($(#[$doc:meta])* $name:ident = $value:expr;)*) => {
            $($(#[$doc])* pub static $name: Kind = $value;)*
            /// Every served kind, in the order of discovery.
            pub static TABLE: &[&Kind] = &[$(&$name),*];
        };
    }

    kinds! {
        /// core/v1 ConfigMap.
        CONFIG_MAP = Kind { kind: "ConfigMap", plural: "configmaps", singular: "configmap", short_names: &["cm"], ..PLAIN };
        /// core/v1 Endpoints.
        ENDPOINTS = Kind { kind: "Endpoints", plural: "endpoints", singular: "endpoints", short_names: &["ep"], ..PLAIN };
        /// core/v1 Event.
        EVENT = Kind { kind: "Event", plural: "events", singular: "event", short_names: &["ev"], ..PLAIN };
        /// core/v1 Namespace.
        NAMESPACE = Kind {
            kind: "Namespace", plural: "namespaces", singular: "namespace", short_names: &["ns"], namespaced: false,
            verbs: &["create", "delete", "get", "list", "patch", "update", "watch"],
            subresources: &[
                Subresource { name: "finalize", group: "", version: "", kind: "Namespace", verbs: &["update"] },
                status_of("Namespace"),
            ], ..PLAIN };
        /// core/v1 Node.
        NODE = Kind {
            kind: "Node", plural: "nodes", singular: "node", short_names: &["no"], namespaced: false,
            subresources: &[status_of("Node")], ..PLAIN };
        /// core/v1 Pod.
        POD = Kind {
            kind: "Pod", plural: "pods", singular: "pod", short_names: &["po"], categories: &["all"],
            subresources: &[
                streaming("attach", "PodAttachOptions"),
                Subresource { name: "binding", group: "", version: "", kind: "Binding", verbs: &["create"] },
                Subresource { name: "ephemeralcontainers", group: "", version: "", kind: "Pod", verbs: STATUS_VERBS },
                Subresource { name: "eviction", group: "policy", version: "v1", kind: "Eviction", verbs: &["create"] },
                streaming("exec", "PodExecOptions"),
                Subresource { name: "log", group: "", version: "", kind: "Pod", verbs: &["get"] },
                streaming("portforward", "PodPortForwardOptions"),
                Subresource { name: "proxy", group: "", version: "", kind: "PodProxyOptions", verbs: PROXY_VERBS },
                Subresource { name: "resize", group: "", version: "", kind: "Pod", verbs: STATUS_VERBS },
                status_of("Pod"),
            ], ..PLAIN };
        /// core/v1 Secret.
        SECRET = Kind { kind: "Secret", plural: "secrets", singular: "secret", ..PLAIN };
        /// core/v1 ServiceAccount.
        SERVICE_ACCOUNT = Kind {
            kind: "ServiceAccount", plural: "serviceaccounts", singular: "serviceaccount", short_names: &["sa"],
            subresources: &[Subresource {
                name: "token", group: "authentication.k8s.io", version: "v1", kind: "TokenRequest", verbs: &["create"],
            }], ..PLAIN };
        /// core/v1 Service.
        SERVICE = Kind {
            kind: "Service", plural: "services", singular: "service", short_names: &["svc"], categories: &["all"],
            subresources: &[
                Subresource { name: "proxy", group: "", version: "", kind: "ServiceProxyOptions", verbs: PROXY_VERBS },
                status_of("Service"),
            ], ..PLAIN };
        /// apps/v1 ControllerRevision.
        CONTROLLER_REVISION = Kind {
            group: "apps", kind: "ControllerRevision", plural: "controllerrevisions", singular: "controllerrevision",
            ..PLAIN };
        /// apps/v1 DaemonSet.
        DAEMON_SET = Kind {
            group: "apps", kind: "DaemonSet", plural: "daemonsets", singular: "daemonset", short_names: &["ds"],
            categories: &["all"], subresources: &[status_of("DaemonSet")], ..PLAIN };
        /// apps/v1 Deployment.
        DEPLOYMENT = Kind {
            group: "apps", kind: "Deployment", plural: "deployments", singular: "deployment", short_names: &["deploy"],
            categories: &["all"], subresources: &[SCALE, status_of("Deployment")], ..PLAIN };
        /// apps/v1 ReplicaSet.
        REPLICA_SET = Kind {
            group: "apps", kind: "ReplicaSet", plural: "replicasets", singular: "replicaset", short_names: &["rs"],
            categories: &["all"], subresources: &[SCALE, status_of("ReplicaSet")], ..PLAIN };
        /// apps/v1 StatefulSet.
        STATEFUL_SET = Kind {
            group: "apps", kind: "StatefulSet", plural: "statefulsets", singular: "statefulset", short_names: &["sts"],
            categories: &["all"], subresources: &[SCALE, status_of("StatefulSet")], ..PLAIN };
        /// batch/v1 CronJob.
        CRON_JOB = Kind {
            group: "batch", kind: "CronJob", plural: "cronjobs", singular: "cronjob", short_names: &["cj"],
            categories: &["all"], subresources: &[status_of("CronJob")], ..PLAIN };
        /// batch/v1 Job.
        JOB = Kind {
            group: "batch", kind: "Job", plural: "jobs", singular: "job", categories: &["all"],
            subresources: &[status_of("Job")], ..PLAIN };
        /// coordination.k8s.io/v1 Lease.
        LEASE = Kind { group: "coordination.k8s.io", kind: "Lease", plural: "leases", singular: "lease", ..PLAIN };
        /// discovery.k8s.io/v1 EndpointSlice.
        ENDPOINT_SLICE = Kind {
            group: "discovery.k8s.io", kind: "EndpointSlice", plural: "endpointslices", singular: "endpointslice", ..PLAIN };
        /// storage.k8s.io/v1 StorageClass.
        STORAGE_CLASS = Kind {
            group: "storage.k8s.io", kind: "StorageClass", plural: "storageclasses", singular: "storageclass",
            short_names: &["sc"], namespaced: false, ..PLAIN };
        /// scheduling.k8s.io/v1 PriorityClass.
        PRIORITY_CLASS = Kind {
            group: "scheduling.k8s.io", kind: "PriorityClass", plural: "priorityclasses", singular: "priorityclass",
            short_names: &["pc"], namespaced: false, ..PLAIN };
    }
}

/// Every served kind, in the order of discovery.
pub static KINDS: &[&Kind] = builtin::TABLE;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_kinds_share_a_resource() {
        for (index, kind) in KINDS.iter().enumerate() {
            assert!(
                !KINDS[..index].iter().any(|other| other.group_resource() == kind.group_resource()),
                "{kind:?}"
            );
        }
    }

    #[test]
    fn kinds_are_found_both_ways() {
        let deployment = kind_of("apps/v1", "Deployment").unwrap();
        assert_eq!(deployment.group_resource(), "deployments.apps");
        assert_eq!(kind_by_resource("", "v1", "pods").map(|kind| kind.kind), Some("Pod"));
        assert!(kind_of("apps/v1", "Pod").is_none());
    }
}
