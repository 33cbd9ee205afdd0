//! As whom a container runs: user, groups, capabilities and profiles, and what its `/proc/1/status` says of them.

use crate::apimachinery::Object;
use crate::base::Value;

use super::super::runtime::{DEFAULT_CAPABILITIES, Files, Identity, Image, MainStatus, Ownership, PathKind};
use super::pod_spec::ContainerSpec;
use super::pod_worker::PodWorker;

/// Where the kubelet looks for seccomp profiles.
const SECCOMP_ROOT: &str = "/var/lib/kubelet/seccomp";

/// The capabilities by number.
const CAPABILITIES: &[&str] = &[
    "CHOWN",
    "DAC_OVERRIDE",
    "DAC_READ_SEARCH",
    "FOWNER",
    "FSETID",
    "KILL",
    "SETGID",
    "SETUID",
    "SETPCAP",
    "LINUX_IMMUTABLE",
    "NET_BIND_SERVICE",
    "NET_BROADCAST",
    "NET_ADMIN",
    "NET_RAW",
    "IPC_LOCK",
    "IPC_OWNER",
    "SYS_MODULE",
    "SYS_RAWIO",
    "SYS_CHROOT",
    "SYS_PTRACE",
    "SYS_PACCT",
    "SYS_ADMIN",
    "SYS_BOOT",
    "SYS_NICE",
    "SYS_RESOURCE",
    "SYS_TIME",
    "SYS_TTY_CONFIG",
    "MKNOD",
    "LEASE",
    "AUDIT_WRITE",
    "AUDIT_CONTROL",
    "SETFCAP",
    "MAC_OVERRIDE",
    "MAC_ADMIN",
    "SYSLOG",
    "WAKE_ALARM",
    "BLOCK_SUSPEND",
    "AUDIT_READ",
    "PERFMON",
    "BPF",
    "CHECKPOINT_RESTORE",
];

/// As whom a container runs: its own security context, the Pod's, the image's.
pub(super) fn identity(pod: &Object, spec: Option<&ContainerSpec<'_>>, image: Option<&Image>) -> Identity {
    let own = |field: &str| spec.and_then(|spec| spec.get(&format!("/securityContext/{field}"))?.as_i64());
    let of_pod = |field: &str| pod.number(&format!("/spec/securityContext/{field}"));
    let of_image = image.map(|image| image.user).unwrap_or_default();
    let user = own("runAsUser").or_else(|| of_pod("runAsUser")).unwrap_or(of_image);
    let default = if user == of_image { of_image } else { 0 };
    let mut groups = vec![own("runAsGroup").or_else(|| of_pod("runAsGroup")).unwrap_or(default)];
    let supplemental = pod.list("/spec/securityContext/supplementalGroups").iter();
    for group in of_pod("fsGroup").into_iter().chain(supplemental.filter_map(Value::as_i64)) {
        if !groups.contains(&group) {
            groups.push(group);
        }
    }
    let merges = pod.text("/spec/securityContext/supplementalGroupsPolicy") != "Strict";
    if let Some(image) = image.filter(|_| user == 0 && merges) {
        groups.extend(
            image
                .groups_of_root()
                .iter()
                .filter(|group| !groups.contains(group))
                .copied()
                .collect::<Vec<_>>(),
        );
    }
    Identity { user, groups }
}

/// Writes what the kernel tells of the main process, and the file for its last words.
pub(super) fn tell_process(files: &mut Files, pod: &Object, spec: &ContainerSpec<'_>, image: Option<&Image>) {
    let who = identity(pod, Some(spec), image);
    let is_usual = spec.get("/securityContext").is_none()
        && pod.map("/spec/securityContext").is_none_or(|context| context.is_empty())
        && who.user == 0;
    if is_usual {
        // Every container has that file as it is for root.
        return;
    }
    let flag = |field: &str| spec.get(&format!("/securityContext/{field}")).and_then(Value::as_bool);
    let mut bounding = DEFAULT_CAPABILITIES;
    for (field, adds) in [("drop", false), ("add", true)] {
        for name in spec.texts(&format!("/securityContext/capabilities/{field}")) {
            let bits = bits(&name);
            bounding = if adds { bounding | bits } else { bounding & !bits };
        }
    }
    if flag("privileged") == Some(true) {
        bounding = all();
    }
    let permitted = if who.user == 0 { bounding } else { 0 };
    let locked = flag("allowPrivilegeEscalation") == Some(false);
    let own = spec.text("/securityContext/seccompProfile/type");
    let profile = if own.is_empty() { pod.text("/spec/securityContext/seccompProfile/type") } else { own };
    let seccomp = if matches!(profile, "" | "Unconfined") { 0 } else { 2 };
    let status = MainStatus { user: who.user, groups: &who.groups, permitted, bounding, locked, seccomp };
    files.insert("/proc/1/status", status.text());
    let last_words = spec.text("/terminationMessagePath");
    if !last_words.is_empty() {
        files.insert(last_words, Vec::new());
        files.set_ownership(last_words, Ownership { mode: 0o666, user: 0, group: 0 });
    }
}

fn bits(name: &str) -> u64 {
    let name = name.strip_prefix("CAP_").unwrap_or(name);
    if name == "ALL" {
        return all();
    }
    CAPABILITIES.iter().position(|known| *known == name).map_or(0, |number| 1 << number)
}

fn all() -> u64 {
    (1 << CAPABILITIES.len()) - 1
}

/// A profile of a container: its own, or the Pod's.
fn profile_of<'a>(pod: &'a Object, spec: &ContainerSpec<'a>, field: &str) -> (&'a str, &'a str) {
    let pointer = format!("/securityContext/{field}");
    let found = spec.get(&pointer).or_else(|| pod.get(&format!("/spec{pointer}")));
    let text = |name: &str| found.and_then(|found| found.get(name)?.as_str()).unwrap_or_default();
    (text("type"), text("localhostProfile"))
}

impl PodWorker<'_> {
    /// Why a container cannot be created whose profile is to lie on the node.
    pub(super) fn missing_profile(&mut self, spec: &ContainerSpec<'_>) -> Option<String> {
        let pod = std::sync::Arc::clone(&self.pod);
        if let ("Localhost", name) = profile_of(&pod, spec, "appArmorProfile") {
            return Some(format!(
                "failed to get container spec opts: failed to generate apparmor spec opts: apparmor profile not found {name}"
            ));
        }
        let ("Localhost", name) = profile_of(&pod, spec, "seccompProfile") else { return None };
        let path = format!("{SECCOMP_ROOT}/{name}");
        let disk = self.node.disks.get(self.node_name());
        if disk.is_some_and(|disk| disk.path_kind(&path) == PathKind::File) {
            return None;
        }
        Some(format!(
            "failed to create containerd container: cannot load seccomp profile {path:?}: open {path}: no such file or directory"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capabilities_have_the_kernels_numbers() {
        let names = [
            "CHOWN",
            "DAC_OVERRIDE",
            "FOWNER",
            "FSETID",
            "KILL",
            "SETGID",
            "SETUID",
            "SETPCAP",
            "NET_BIND_SERVICE",
            "NET_RAW",
            "SYS_CHROOT",
            "MKNOD",
            "AUDIT_WRITE",
            "SETFCAP",
        ];
        assert_eq!(names.iter().fold(0, |sum, name| sum | bits(name)), DEFAULT_CAPABILITIES);
        assert_eq!(DEFAULT_CAPABILITIES | bits("NET_ADMIN") | bits("CAP_SYS_TIME"), 0xaa04_35fb);
        assert_eq!(all(), 0x1ff_ffff_ffff);
    }
}
