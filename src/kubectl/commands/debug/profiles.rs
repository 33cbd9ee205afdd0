//! Debugging profiles: what a debug container and its Pod may do.

use crate::base::{Value, json};
use crate::kubectl::command::Call;
use crate::kubectl::errors::{Failure, Outcome};

/// A profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Profile {
    Legacy,
    General,
    Baseline,
    Restricted,
    NetAdmin,
    SysAdmin,
}

/// What is debugged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Ephemeral,
    Copy,
    Node,
}

impl Profile {
    /// The profile of that name.
    pub(super) fn named(name: &str) -> Outcome<Self> {
        Ok(match name {
            "legacy" => Self::Legacy,
            "general" => Self::General,
            "baseline" => Self::Baseline,
            "restricted" => Self::Restricted,
            "netadmin" => Self::NetAdmin,
            "sysadmin" => Self::SysAdmin,
            other => return Err(Failure::message(format!("unknown profile: {other}"))),
        })
    }

    /// Changes the Pod and its debug container.
    pub(super) fn apply(self, pod: &mut Value, name: &str, style: Style, call: &Call<'_>) {
        if style == Style::Copy && self != Self::Legacy {
            remove_unkept(pod, call);
        }
        match (self, style) {
            (Self::Legacy, Style::Node) => {
                mount_root(pod, name);
                use_host_namespaces(pod);
            }
            (Self::Legacy, _) => {}
            (Self::General, Style::Node) => {
                mount_root(pod, name);
                clear_security(pod, name);
                use_host_namespaces(pod);
            }
            (Self::General, _) => add_capabilities(pod, name, &["SYS_PTRACE"]),
            (Self::Baseline, _) => clear_security(pod, name),
            (Self::Restricted, _) => {
                change(pod, name, |container| {
                    container["securityContext"] = json!({
                        "allowPrivilegeEscalation": false,
                        "capabilities": {"drop": ["ALL"]},
                        "runAsNonRoot": true,
                        "seccompProfile": {"type": "RuntimeDefault"},
                    });
                });
            }
            (Self::NetAdmin, _) => {
                add_capabilities(pod, name, &["NET_ADMIN", "NET_RAW"]);
                if style == Style::Node {
                    use_host_namespaces(pod);
                }
            }
            (Self::SysAdmin, _) => {
                change(pod, name, |container| container["securityContext"]["privileged"] = true.into());
                if style == Style::Node {
                    use_host_namespaces(pod);
                    mount_root(pod, name);
                }
            }
        }
        if style == Style::Copy && self != Self::Legacy && pod["spec"]["shareProcessNamespace"].is_null() {
            pod["spec"]["shareProcessNamespace"] = true.into();
        }
    }
}

/// Changes the first container of that name: as upstream, even where it is not the new one.
fn change(pod: &mut Value, name: &str, change: impl Fn(&mut Value)) {
    for list in ["containers", "ephemeralContainers"] {
        for container in pod["spec"].get_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
            if container["name"] == name {
                return change(container);
            }
        }
    }
}

fn clear_security(pod: &mut Value, name: &str) {
    change(pod, name, |container| {
        if let Some(map) = container.as_object_mut() {
            map.remove("securityContext");
        }
    });
}

fn add_capabilities(pod: &mut Value, name: &str, capabilities: &[&str]) {
    change(pod, name, |container| {
        let added = &mut container["securityContext"]["capabilities"]["add"];
        let mut all = added.as_array().cloned().unwrap_or_default();
        all.extend(capabilities.iter().map(|capability| Value::from(*capability)));
        *added = all.into();
    });
}

fn use_host_namespaces(pod: &mut Value) {
    for field in ["hostNetwork", "hostPID", "hostIPC"] {
        pod["spec"][field] = true.into();
    }
}

fn mount_root(pod: &mut Value, name: &str) {
    pod["spec"]["volumes"] = json!([{"name": "host-root", "hostPath": {"path": "/"}}]);
    change(pod, name, |container| {
        container["volumeMounts"] = json!([{"mountPath": "/host", "name": "host-root"}]);
    });
}

/// Drops from a copy what no `--keep-` flag keeps.
fn remove_unkept(pod: &mut Value, call: &Call<'_>) {
    for (flag, field) in [("keep-labels", "labels"), ("keep-annotations", "annotations")] {
        if let (false, Some(metadata)) = (call.flags.on(flag), pod["metadata"].as_object_mut()) {
            metadata.remove(field);
        }
    }
    for (flag, field) in [
        ("keep-liveness", "livenessProbe"),
        ("keep-readiness", "readinessProbe"),
        ("keep-startup", "startupProbe"),
    ] {
        for container in pod["spec"]["containers"].as_array_mut().into_iter().flatten() {
            if let (false, Some(container)) = (call.flags.on(flag), container.as_object_mut()) {
                container.remove(field);
            }
        }
    }
    if let (false, Some(spec)) = (call.flags.on("keep-init-containers"), pod["spec"].as_object_mut()) {
        spec.remove("initContainers");
    }
}
