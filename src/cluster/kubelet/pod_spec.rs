//! What the kubelet reads of a Pod's spec.

use serde_json::Value;

use crate::apimachinery::Object;

/// A container or init container of a Pod.
#[derive(Clone, Copy, Debug)]
pub(super) struct ContainerSpec<'a> {
    value: &'a Value,
    init: bool,
}

impl<'a> ContainerSpec<'a> {
    /// `name`.
    pub(super) fn name(&self) -> &'a str {
        self.text("/name")
    }

    /// `image`, as written.
    pub(super) fn image(&self) -> &'a str {
        self.text("/image")
    }

    /// How events name it: `spec.containers{web}`.
    pub(super) fn field_path(&self) -> String {
        format!("spec.{}{{{}}}", if self.init { "initContainers" } else { "containers" }, self.name())
    }

    /// An init container that goes on running (`restartPolicy: Always`).
    pub(super) fn is_sidecar(&self) -> bool {
        self.init && self.text("/restartPolicy") == "Always"
    }

    /// Whether it is an init container.
    pub(super) fn is_init(&self) -> bool {
        self.init
    }

    /// The text at a path of the container.
    pub(super) fn text(&self, pointer: &str) -> &'a str {
        self.value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
    }

    /// The value at a path of the container.
    pub(super) fn get(&self, pointer: &str) -> Option<&'a Value> {
        self.value.pointer(pointer).filter(|value| !value.is_null())
    }

    /// The list at a path of the container.
    pub(super) fn list(&self, pointer: &str) -> &'a [Value] {
        self.get(pointer).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
    }

    /// The texts in the list at a path of the container.
    pub(super) fn texts(&self, pointer: &str) -> Vec<String> {
        self.list(pointer).iter().filter_map(Value::as_str).map(str::to_owned).collect()
    }
}

/// `spec.containers`.
pub(super) fn containers(pod: &Object) -> impl Iterator<Item = ContainerSpec<'_>> {
    pod.list("/spec/containers").iter().map(|value| ContainerSpec { value, init: false })
}

/// `spec.initContainers`.
pub(super) fn init_containers(pod: &Object) -> impl Iterator<Item = ContainerSpec<'_>> {
    pod.list("/spec/initContainers").iter().map(|value| ContainerSpec { value, init: true })
}

/// Init containers, then containers.
pub(super) fn all_containers(pod: &Object) -> impl Iterator<Item = ContainerSpec<'_>> {
    init_containers(pod).chain(containers(pod))
}

/// The container or init container of that name.
pub(super) fn container<'a>(pod: &'a Object, name: &str) -> Option<ContainerSpec<'a>> {
    all_containers(pod).find(|container| container.name() == name)
}

/// `spec.restartPolicy`, `Always` when absent.
pub(super) fn restart_policy(pod: &Object) -> &str {
    match pod.text("/spec/restartPolicy") {
        "" => "Always",
        policy => policy,
    }
}

/// Whether a container that ended with that code is started again.
pub(super) fn restarts(pod: &Object, container: &ContainerSpec<'_>, exit_code: i32) -> bool {
    if container.is_sidecar() {
        return true;
    }
    match restart_policy(pod) {
        "Never" => false,
        "OnFailure" => exit_code != 0,
        // An init container that succeeded has done its work.
        _ => !container.is_init() || exit_code != 0,
    }
}

/// Whether the phase is final.
pub(super) fn is_terminal(phase: &str) -> bool {
    matches!(phase, "Succeeded" | "Failed")
}

/// How the back-off messages name a Pod: `web_default(uid)`.
pub(super) fn full_name(pod: &Object) -> String {
    format!("{}_{}({})", pod.name(), pod.namespace(), pod.uid())
}
