//! What a container can be shown of its Pod.

/// Fields of a Pod that an environment variable may show, besides single labels and annotations.
pub const SHOWN_FIELDS: &[&str] = &[
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
];
