//! The baseline: what nobody does but to break out of a container.

use std::collections::BTreeSet;

use crate::base::Value;

use super::pod_view::{PodView, Setters, containers_text, name, plural, quoted};
use super::{Check, Finding};

/// The checks, in the order of their names, and whether they hold for the restricted level, too: it has
/// stricter ones for the others.
pub(super) const CHECKS: &[(Check, bool)] = &[
    (app_armor, true),
    (capabilities, false),
    (host_namespaces, true),
    (host_path_volumes, false),
    (host_ports, true),
    (host_probes, true),
    (privileged, true),
    (proc_mount, true),
    (se_linux, true),
    (seccomp, false),
    (sysctls, true),
    (windows_host_process, true),
];

/// Capabilities that container engines give anyway.
const DEFAULT_CAPABILITIES: &[&str] = &[
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];
/// Harmless kernel parameters, and the minor version since which they are taken for that.
const SAFE_SYSCTLS: &[(&str, u32)] = &[
    ("kernel.shm_rmid_forced", 0),
    ("net.ipv4.ip_local_port_range", 0),
    ("net.ipv4.ip_unprivileged_port_start", 0),
    ("net.ipv4.ping_group_range", 0),
    ("net.ipv4.tcp_syncookies", 0),
    ("net.ipv4.ip_local_reserved_ports", 27),
    ("net.ipv4.tcp_fin_timeout", 29),
    ("net.ipv4.tcp_keepalive_intvl", 29),
    ("net.ipv4.tcp_keepalive_probes", 29),
    ("net.ipv4.tcp_keepalive_time", 29),
    ("net.ipv4.tcp_rmem", 32),
    ("net.ipv4.tcp_wmem", 32),
];
/// Where the profiles of containers stood before they had a field.
const APP_ARMOR_ANNOTATION: &str = "container.apparmor.security.beta.kubernetes.io/";

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_default()
}

fn app_armor(pod: &PodView<'_>, _minor: u32) -> Option<Finding> {
    let setters = Setters::find(pod, |security| {
        let kind = security["appArmorProfile"]["type"].as_str()?;
        (!["RuntimeDefault", "Localhost"].contains(&kind)).then(|| kind.to_owned())
    });
    let annotations: BTreeSet<String> = pod
        .annotations()
        .filter(|(key, value)| {
            let allowed = value.is_empty() || *value == "runtime/default" || value.starts_with("localhost/");
            key.starts_with(APP_ARMOR_ANNOTATION) && !allowed
        })
        .map(|(key, value)| format!("{key}={value:?}"))
        .collect();
    let mut details = Vec::new();
    if !setters.is_empty() {
        details.push(format!(
            "{} must not set AppArmor profile type to {}",
            setters.text(),
            quoted(&setters.values)
        ));
    }
    details.extend(annotations.iter().cloned());
    let count = setters.values.len() + annotations.len();
    let reason = plural("forbidden AppArmor profile", "forbidden AppArmor profiles", count);
    (count > 0).then(|| Finding::new(reason, details.join(", ")))
}

fn host_namespaces(pod: &PodView<'_>, _minor: u32) -> Option<Finding> {
    let set: Vec<String> = ["hostNetwork", "hostPID", "hostIPC"]
        .into_iter()
        .filter(|field| pod.spec()[*field] == true)
        .map(|field| format!("{field}=true"))
        .collect();
    (!set.is_empty()).then(|| Finding::new("host namespaces", set.join(", ")))
}

fn host_ports(pod: &PodView<'_>, _minor: u32) -> Option<Finding> {
    let of = |container: &Value| -> Vec<i64> {
        let ports = container["ports"].as_array().into_iter().flatten();
        ports.filter_map(|port| port["hostPort"].as_i64()).filter(|port| *port != 0).collect()
    };
    let names = pod.containers_that(|container| !of(container).is_empty());
    let ports: BTreeSet<String> = pod.containers().flat_map(of).map(|port| port.to_string()).collect();
    (!names.is_empty()).then(|| {
        let uses = plural("uses", "use", names.len());
        let word = plural("hostPort", "hostPorts", ports.len());
        let ports = ports.into_iter().collect::<Vec<_>>().join(", ");
        Finding::new("hostPort", format!("{} {uses} {word} {ports}", containers_text(&names)))
    })
}

fn host_probes(pod: &PodView<'_>, minor: u32) -> Option<Finding> {
    let of = |container: &Value| -> BTreeSet<String> {
        let probes = ["livenessProbe", "readinessProbe", "startupProbe"].map(|probe| &container[probe]);
        let hooks = ["postStart", "preStop"].map(|hook| &container["lifecycle"][hook]);
        probes
            .into_iter()
            .chain(hooks)
            .flat_map(|handler| {
                ["httpGet", "tcpSocket"].map(|action| text(&handler[action], "host").to_owned())
            })
            .filter(|host| !host.is_empty())
            .collect()
    };
    let names: BTreeSet<&str> =
        pod.containers_that(|container| !of(container).is_empty()).into_iter().collect();
    let names: Vec<&str> = names.into_iter().collect();
    let hosts: BTreeSet<String> = pod.containers().flat_map(of).collect();
    (minor >= 34 && !names.is_empty()).then(|| {
        let uses = plural("uses", "use", names.len());
        let word = plural("probe or lifecycle host", "probe or lifecycle hosts", hosts.len());
        let detail = format!("{} {uses} {word} {}", containers_text(&names), quoted(&hosts));
        Finding::new("probe or lifecycle host", detail)
    })
}

fn privileged(pod: &PodView<'_>, _minor: u32) -> Option<Finding> {
    let names = pod.containers_that(|container| container["securityContext"]["privileged"] == true);
    (!names.is_empty()).then(|| {
        let detail = format!("{} must not set securityContext.privileged=true", containers_text(&names));
        Finding::new("privileged", detail)
    })
}

fn proc_mount(pod: &PodView<'_>, minor: u32) -> Option<Finding> {
    if minor >= 35 && pod.has_own_users() {
        return None;
    }
    let forbidden = |container: &Value| {
        let mount = text(&container["securityContext"], "procMount").to_owned();
        (!mount.is_empty() && mount != "Default").then_some(mount)
    };
    let names = pod.containers_that(|container| forbidden(container).is_some());
    let mounts: BTreeSet<String> = pod.containers().filter_map(forbidden).collect();
    (!names.is_empty()).then(|| {
        let who = containers_text(&names);
        let detail = format!("{who} must not set securityContext.procMount to {}", quoted(&mounts));
        Finding::new("procMount", detail)
    })
}

fn se_linux(pod: &PodView<'_>, minor: u32) -> Option<Finding> {
    let allowed = |kind: &str| {
        ["", "container_t", "container_init_t", "container_kvm_t"].contains(&kind)
            || (minor >= 31 && kind == "container_engine_t")
    };
    let options = |security: &Value| security["seLinuxOptions"].clone();
    let setters = Setters::find(pod, |security| {
        let options = options(security);
        let bad = !allowed(text(&options, "type"))
            || !text(&options, "user").is_empty()
            || !text(&options, "role").is_empty();
        bad.then(|| text(&options, "type").to_owned())
    });
    if setters.is_empty() {
        return None;
    }
    let all = || std::iter::once(pod.security()).chain(pod.containers().map(|one| &one["securityContext"]));
    let types: Vec<&String> = setters.values.iter().filter(|kind| !allowed(kind)).collect();
    let mut wrong = Vec::new();
    if !types.is_empty() {
        wrong.push(format!("{} {}", plural("type", "types", types.len()), quoted(types)));
    }
    for field in ["user", "role"] {
        if all().any(|security| !text(&options(security), field).is_empty()) {
            wrong.push(format!("{field} may not be set"));
        }
    }
    let detail =
        format!("{} set forbidden securityContext.seLinuxOptions: {}", setters.text(), wrong.join("; "));
    Some(Finding::new("seLinuxOptions", detail))
}

fn sysctls(pod: &PodView<'_>, minor: u32) -> Option<Finding> {
    let safe = |name: &str| SAFE_SYSCTLS.iter().any(|(known, since)| *known == name && minor >= *since);
    let names: Vec<&str> = pod.security()["sysctls"]
        .as_array()
        .into_iter()
        .flatten()
        .map(name)
        .filter(|name| !safe(name))
        .collect();
    (!names.is_empty()).then(|| Finding::new("forbidden sysctls", names.join(", ")))
}

fn windows_host_process(pod: &PodView<'_>, _minor: u32) -> Option<Finding> {
    let setters =
        Setters::find(pod, |security| (security["windowsOptions"]["hostProcess"] == true).then(String::new));
    (!setters.is_empty()).then(|| {
        let what = "must not set securityContext.windowsOptions.hostProcess=true";
        Finding::new("hostProcess", format!("{} {what}", setters.text()))
    })
}

fn capabilities(pod: &PodView<'_>, _minor: u32) -> Option<Finding> {
    let (names, added) = added_capabilities(pod, DEFAULT_CAPABILITIES);
    (!names.is_empty()).then(|| {
        let who = containers_text(&names);
        let detail = format!("{who} must not include {} in securityContext.capabilities.add", quoted(&added));
        Finding::new("non-default capabilities", detail)
    })
}

/// The containers that add other capabilities than these, and what they add.
pub(super) fn added_capabilities<'a>(
    pod: &PodView<'a>,
    allowed: &[&str],
) -> (Vec<&'a str>, BTreeSet<String>) {
    let of = |container: &Value| -> Vec<String> {
        let added = container["securityContext"]["capabilities"]["add"].as_array().into_iter().flatten();
        let added = added.filter_map(Value::as_str).filter(|name| !allowed.contains(name));
        added.map(str::to_owned).collect()
    };
    let names = pod.containers_that(|container| !of(container).is_empty());
    (names, pod.containers().flat_map(of).collect())
}

fn host_path_volumes(pod: &PodView<'_>, _minor: u32) -> Option<Finding> {
    let volumes = pod.spec()["volumes"].as_array().into_iter().flatten();
    let names: Vec<&str> = volumes.filter(|volume| !volume["hostPath"].is_null()).map(name).collect();
    (!names.is_empty()).then(|| {
        let word = plural("volume", "volumes", names.len());
        Finding::new("hostPath volumes", format!("{word} {}", quoted(&names)))
    })
}

fn seccomp(pod: &PodView<'_>, minor: u32) -> Option<Finding> {
    if minor < 19 {
        return None;
    }
    bad_seccomp(pod)
}

/// Profiles other than the runtime's own and those of the node.
pub(super) fn bad_seccomp(pod: &PodView<'_>) -> Option<Finding> {
    let setters = Setters::find(pod, |security| {
        let kind = security["seccompProfile"]["type"].as_str()?;
        (!["RuntimeDefault", "Localhost"].contains(&kind)).then(|| kind.to_owned())
    });
    (!setters.is_empty()).then(|| {
        let what = "must not set securityContext.seccompProfile.type to";
        Finding::new("seccompProfile", format!("{} {what} {}", setters.text(), quoted(&setters.values)))
    })
}
