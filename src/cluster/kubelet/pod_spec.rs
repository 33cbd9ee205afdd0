//! What the kubelet reads of a Pod's spec.

use crate::apimachinery::Object;
use crate::base::Value;

/// The lists of containers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Init,
    Main,
    Ephemeral,
}

/// A container of a Pod, of whichever list.
#[derive(Clone, Copy, Debug)]
pub(super) struct ContainerSpec<'a> {
    value: &'a Value,
    role: Role,
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
        let list = match self.role {
            Role::Init => "initContainers",
            Role::Main => "containers",
            Role::Ephemeral => "ephemeralContainers",
        };
        format!("spec.{list}{{{}}}", self.name())
    }

    /// An init container that goes on running (`restartPolicy: Always`).
    pub(super) fn is_sidecar(&self) -> bool {
        self.is_init() && self.text("/restartPolicy") == "Always"
    }

    /// Whether it is an init container.
    pub(super) fn is_init(&self) -> bool {
        self.role == Role::Init
    }

    /// Whether it was added to look into a running Pod.
    pub(super) fn is_ephemeral(&self) -> bool {
        self.role == Role::Ephemeral
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
    pod.list("/spec/containers").iter().map(|value| ContainerSpec { value, role: Role::Main })
}

/// `spec.initContainers`.
pub(super) fn init_containers(pod: &Object) -> impl Iterator<Item = ContainerSpec<'_>> {
    pod.list("/spec/initContainers").iter().map(|value| ContainerSpec { value, role: Role::Init })
}

/// `spec.ephemeralContainers`.
pub(super) fn ephemeral_containers(pod: &Object) -> impl Iterator<Item = ContainerSpec<'_>> {
    pod.list("/spec/ephemeralContainers").iter().map(|value| ContainerSpec { value, role: Role::Ephemeral })
}

/// Init containers, then containers, then ephemeral ones.
pub(super) fn all_containers(pod: &Object) -> impl Iterator<Item = ContainerSpec<'_>> {
    init_containers(pod).chain(containers(pod)).chain(ephemeral_containers(pod))
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
    if container.is_ephemeral() {
        return false;
    }
    if container.list("/restartPolicyRules").iter().any(|rule| rule_matches(rule, exit_code)) {
        return true;
    }
    let own = container.text("/restartPolicy");
    match if own.is_empty() { restart_policy(pod) } else { own } {
        "Never" => false,
        "OnFailure" => exit_code != 0,
        // An init container that succeeded has done its work.
        _ => !container.is_init() || exit_code != 0,
    }
}

/// Whether all containers of the Pod start anew when that one ends with that code.
pub(super) fn restarts_all(container: &ContainerSpec<'_>, exit_code: i32) -> bool {
    let rules = container.list("/restartPolicyRules");
    rules
        .iter()
        .find(|rule| rule_matches(rule, exit_code))
        .is_some_and(|rule| rule["action"] == "RestartAllContainers")
}

/// Whether all containers of the Pod might once start anew.
pub(super) fn could_restart_all(pod: &Object) -> bool {
    init_containers(pod).chain(containers(pod)).any(|container| {
        container.list("/restartPolicyRules").iter().any(|rule| rule["action"] == "RestartAllContainers")
    })
}

/// Whether a rule of `restartPolicyRules` says that a container with that exit code restarts.
fn rule_matches(rule: &Value, exit_code: i32) -> bool {
    let codes = &rule["exitCodes"];
    let values = codes["values"].as_array().map(Vec::as_slice).unwrap_or_default();
    let listed = values.iter().any(|value| value.as_i64() == Some(i64::from(exit_code)));
    listed == (codes["operator"] == "In")
}

/// Whether the phase is final.
pub(super) fn is_terminal(phase: &str) -> bool {
    matches!(phase, "Succeeded" | "Failed")
}

/// How the back-off messages name a Pod: `web_default(uid)`.
pub(super) fn full_name(pod: &Object) -> String {
    format!("{}_{}({})", pod.name(), pod.namespace(), pod.uid())
}
