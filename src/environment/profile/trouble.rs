//! Why minikube could not do it: its error ids and exit codes, sorted by cause.

use crate::base::strip_ansi;

/// What lies behind an error of minikube's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// minikube itself cannot be run.
    CannotRun,
    /// There is nothing that could run a node: no Docker, no hypervisor.
    NoDriver,
    /// A driver is there and not in order.
    DriverNotHealthy,
    /// Docker is not installed.
    DockerMissing,
    /// Docker does not run.
    DockerNotRunning,
    /// The learner may not talk to Docker.
    DockerPermission,
    /// Docker runs Windows containers.
    WindowsContainers,
    /// Docker answers with an error of its own, or is too old.
    DockerBroken,
    /// The driver must not be used as root.
    AsRoot,
    /// The driver needs root or an administrator.
    NeedsRoot,
    /// Too little memory.
    Memory,
    /// Too few processors.
    Cores,
    /// The disk is full, or too small.
    Disk,
    /// A program or image for another processor.
    Architecture,
    /// The machine does not allow virtual machines.
    Virtualization,
    /// The operating system or kernel lacks something.
    Host,
    /// A proxy is set the wrong way, or one is needed.
    Proxy,
    /// Something cannot be fetched.
    Network,
    /// The machine and the node cannot reach each other.
    LocalNetwork,
    /// Kubernetes in a version that this minikube does not know, or older than what is there.
    KubernetesVersion,
    /// The control plane does not come up.
    ControlPlane,
    /// The container runtime in the node does not come up.
    Runtime,
    /// The profile is damaged.
    ProfileBroken,
    /// The profile was made with another driver.
    DriverMismatch,
    /// A port is taken.
    PortTaken,
    /// minikube's folder cannot be written.
    HomeFolder,
    /// Somebody pressed Ctrl-C.
    Interrupted,
    /// Another minikube command is at work, or the profile is in a state that forbids it.
    Conflict,
    /// minikube does not understand what it was asked.
    Usage,
    /// None of these.
    Unknown,
}

/// What minikube says when it cannot do something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// minikube's id, such as `DRV_NOT_DETECTED`; empty when it gave none.
    pub id: String,
    /// Its exit code.
    pub exit_code: i32,
    /// Its message.
    pub message: String,
    /// Its advice, in English.
    pub advice: String,
    /// Where to read more.
    pub url: String,
    /// What lies behind it.
    pub cause: Cause,
    /// Whether the cause is that of this very id, and not only of its kind.
    pub is_exact: bool,
}

/// Ids that say more than how they begin.
const IDS: &[(&str, Cause)] = &[
    ("DRV_NOT_DETECTED", Cause::NoDriver),
    ("DRV_NOT_FOUND", Cause::NoDriver),
    ("DRV_KVM2_NOT_FOUND", Cause::NoDriver),
    ("PROVIDER_NOT_FOUND", Cause::NoDriver),
    ("PROVIDER_UNAVAILABLE", Cause::NoDriver),
    ("PR_HYPERKIT_NOT_FOUND", Cause::NoDriver),
    ("PR_VBOXMANAGE_NOT_FOUND", Cause::NoDriver),
    ("DRV_NOT_HEALTHY", Cause::DriverNotHealthy),
    ("DRV_DOCKER_NOT_RUNNING", Cause::DockerNotRunning),
    ("PROVIDER_DOCKER_NOT_FOUND", Cause::DockerMissing),
    ("PROVIDER_DOCKER_NOT_RUNNING", Cause::DockerNotRunning),
    ("PROVIDER_DOCKER_CANNOT_CONNECT", Cause::DockerNotRunning),
    ("PROVIDER_DOCKER_REFUSED", Cause::DockerNotRunning),
    ("PROVIDER_DOCKER_PIPE_NOT_FOUND", Cause::DockerNotRunning),
    ("PROVIDER_DOCKER_DEADLINE_EXCEEDED", Cause::DockerNotRunning),
    ("PROVIDER_DOCKER_NEWGRP", Cause::DockerPermission),
    ("PROVIDER_DOCKER_WINDOWS_CONTAINERS", Cause::WindowsContainers),
    ("DRV_AS_ROOT", Cause::AsRoot),
    ("DRV_NEEDS_ROOT", Cause::NeedsRoot),
    ("DRV_NEEDS_ADMINISTRATOR", Cause::NeedsRoot),
    ("PR_HYPERV_AS_ADMIN", Cause::NeedsRoot),
    ("PR_HYPERV_NEEDS_ESC", Cause::NeedsRoot),
    ("PR_KVM_USER_PERMISSION", Cause::NeedsRoot),
    ("HOST_JUJU_LOCK_PERMISSION", Cause::NeedsRoot),
    ("RSRC_INSUFFICIENT_REQ_MEMORY", Cause::Memory),
    ("RSRC_INSUFFICIENT_SYS_MEMORY", Cause::Memory),
    ("RSRC_INSUFFICIENT_CONTAINER_MEMORY", Cause::Memory),
    ("RSRC_DOCKER_MEMORY", Cause::Memory),
    ("RSRC_KVM_OOM", Cause::Memory),
    ("RSRC_SSH_OOM", Cause::Memory),
    ("RSRC_SCP_OOM", Cause::Memory),
    ("RSRC_INSUFFICIENT_CORES", Cause::Cores),
    ("RSRC_DOCKER_CORES", Cause::Cores),
    ("RSRC_DOCKER_STORAGE", Cause::Disk),
    ("RSRC_PODMAN_STORAGE", Cause::Disk),
    ("RSRC_INSUFFICIENT_STORAGE", Cause::Disk),
    ("GUEST_PROVISION_NOSPACE", Cause::Disk),
    ("GUEST_INCORRECT_ARCH", Cause::Architecture),
    ("DRV_IMAGE_ARCH_UNSUPPORTED", Cause::Architecture),
    ("MK_WRONG_BINARY_M1", Cause::Architecture),
    ("MK_WRONG_BINARY_WSL", Cause::Architecture),
    ("DRV_UNSUPPORTED_OS", Cause::Architecture),
    ("HOST_VIRT_UNAVAILABLE", Cause::Virtualization),
    ("HOST_VTX_DISABLED", Cause::Virtualization),
    ("HOST_VTX_UNAVAILABLE", Cause::Virtualization),
    ("HOST_SVM_DISABLED", Cause::Virtualization),
    ("PR_KVM_CAPABILITIES", Cause::Virtualization),
    ("HOST_HOME_MKDIR", Cause::HomeFolder),
    ("HOST_HOME_CHOWN", Cause::HomeFolder),
    ("HOST_HOME_PERMISSION", Cause::HomeFolder),
    ("HOST_KUBECONFIG_PERMISSION", Cause::HomeFolder),
    ("HOST_KUBECONFIG_WRITE", Cause::HomeFolder),
    ("INET_LOOKUP_HOST", Cause::Proxy),
    ("INET_PROXY_CONFUSION", Cause::Proxy),
    ("INET_NOT_TLS", Cause::Proxy),
    ("INET_PROXY_503", Cause::Proxy),
    ("INET_TLS_OVERSIZED", Cause::Proxy),
    ("INET_GCR_UNAVAILABLE", Cause::Proxy),
    ("INET_RESET_BY_PEER", Cause::Proxy),
    ("INET_DOWNLOAD_TIMEOUT", Cause::Proxy),
    ("INET_DOWNLOAD_BLOCKED", Cause::Proxy),
    ("INET_PULL_TIMEOUT", Cause::Proxy),
    ("K8S_FAIL_CONNECT", Cause::Network),
    ("K8S_OLD_UNSUPPORTED", Cause::KubernetesVersion),
    ("K8S_NEW_UNSUPPORTED", Cause::KubernetesVersion),
    ("K8S_DOWNGRADE_UNSUPPORTED", Cause::KubernetesVersion),
    ("MK_KVERSION_USAGE", Cause::KubernetesVersion),
    ("MK_PATCH_NOT_FOUND", Cause::KubernetesVersion),
    ("K8S_INSTALL_FAILED_CONTAINER_RUNTIME_NOT_RUNNING", Cause::Runtime),
    ("K8S_APISERVER_MISSING", Cause::ProfileBroken),
    ("DRV_CP_ENDPOINT", Cause::ProfileBroken),
    ("DRV_RESTART_NO_IP", Cause::ProfileBroken),
    ("HOST_CONFIG_LOAD", Cause::ProfileBroken),
    ("GUEST_DRIVER_MISMATCH", Cause::DriverMismatch),
    ("GUEST_PORT_IN_USE", Cause::PortTaken),
    ("GUEST_IMAGE_PULL", Cause::Network),
    ("GUEST_MISSING_CONNTRACK", Cause::Host),
    ("GUEST_MISSING_CRICTL", Cause::Host),
    ("GUEST_PROVISION_ACQUIRE_LOCK", Cause::Conflict),
    ("MK_INTERRUPTED", Cause::Interrupted),
    ("MK_RESERVED_PROFILE", Cause::Conflict),
    ("MK_USAGE", Cause::Usage),
];

/// How the ids of an area begin, the longer before the shorter.
const PREFIXES: &[(&str, Cause)] = &[
    ("PROVIDER_DOCKER_", Cause::DockerBroken),
    ("PR_DOCKER_", Cause::DockerBroken),
    ("INET_", Cause::Network),
    ("IF_", Cause::LocalNetwork),
    ("GUEST_", Cause::ProfileBroken),
    ("K8S_", Cause::ControlPlane),
    ("RUNTIME_", Cause::Runtime),
    ("RT_", Cause::Runtime),
    ("NOT_FOUND_", Cause::Host),
    ("HOST_", Cause::Host),
    ("PROVIDER_", Cause::DriverNotHealthy),
    ("PR_", Cause::DriverNotHealthy),
    ("DRV_", Cause::DriverNotHealthy),
];

impl Trouble {
    pub(super) fn new(id: &str, exit_code: i32, message: &str, advice: &str, url: &str) -> Self {
        Self {
            id: id.to_owned(),
            exit_code,
            message: plain(message),
            advice: plain(advice),
            url: url.to_owned(),
            cause: cause_of(id, exit_code),
            is_exact: IDS.iter().any(|(known, _)| *known == id),
        }
    }

    /// What an end without a word means; standard error is the message then.
    pub(super) fn from_exit(exit_code: i32, errors: &str) -> Self {
        let message = errors.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or_default();
        let trouble = Self::new("", exit_code, message, "", "");
        // Another version of it, or another program.
        let is_other = ["unknown flag", "unknown command", "unknown shorthand flag"];
        match is_other.iter().any(|sign| errors.contains(sign)) {
            true => Self { cause: Cause::Usage, ..trouble },
            false => trouble,
        }
    }

    /// An answer that cannot be read.
    pub(super) fn unreadable(exit_code: i32, command: &str) -> Self {
        let message = format!("what `minikube {command}` answers cannot be read");
        Self { cause: Cause::Usage, ..Self::new("", exit_code, &message, "", "") }
    }

    /// A profile that runs, as minikube says, and to which nothing leads.
    #[must_use]
    pub fn without_context() -> Self {
        let message = format!("it wrote no context {:?}", super::PROFILE);
        Self { cause: Cause::ProfileBroken, ..Self::new("", 0, &message, "", "") }
    }

    pub(super) fn cannot_run(error: &std::io::Error) -> Self {
        Self { cause: Cause::CannotRun, ..Self::new("", 1, &error.to_string(), "", "") }
    }

    pub(super) fn interrupted() -> Self {
        Self { cause: Cause::Interrupted, ..Self::new("", 130, "", "", "") }
    }
}

/// A text without colours and other signs to a terminal.
fn plain(text: &str) -> String {
    strip_ansi(text).chars().filter(|letter| !letter.is_control() || matches!(letter, '\n' | '\t')).collect()
}

/// The cause behind an id, or behind an exit code where the id is unknown.
fn cause_of(id: &str, exit_code: i32) -> Cause {
    let exact = IDS.iter().find(|(known, _)| *known == id);
    let area = || PREFIXES.iter().find(|(prefix, _)| id.starts_with(prefix));
    if let Some((_, cause)) = exact.or_else(area) {
        return *cause;
    }
    // minikube numbers its exit codes by area, in the order in which one thing needs another.
    match exit_code {
        2 | 130 => Cause::Interrupted,
        11 => Cause::Conflict,
        14 => Cause::Usage,
        16 => Cause::Architecture,
        23 => Cause::Memory,
        26 => Cause::Disk,
        29 => Cause::Cores,
        37 => Cause::HomeFolder,
        30..40 => Cause::Host,
        40..50 => Cause::Network,
        55 => Cause::NoDriver,
        57 => Cause::NeedsRoot,
        50..60 => Cause::DriverNotHealthy,
        65 => Cause::NoDriver,
        60..70 => Cause::DriverNotHealthy,
        70..80 => Cause::LocalNetwork,
        80..90 => Cause::ProfileBroken,
        90..100 => Cause::Runtime,
        100..110 => Cause::ControlPlane,
        _ => Cause::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_say_more_than_their_beginning_and_beginnings_more_than_exit_codes() {
        for (id, exit_code, cause) in [
            ("DRV_NOT_DETECTED", 55, Cause::NoDriver),
            ("DRV_NO_IP", 52, Cause::DriverNotHealthy),
            ("PROVIDER_DOCKER_VERSION_EXIT_1", 69, Cause::DockerBroken),
            ("PROVIDER_PODMAN_NOT_RUNNING", 63, Cause::DriverNotHealthy),
            ("INET_CACHE_TAR", 40, Cause::Network),
            ("INET_PROXY_503", 48, Cause::Proxy),
            ("GUEST_SOMETHING_NEW", 80, Cause::ProfileBroken),
            ("SOMETHING_NEW", 26, Cause::Disk),
            ("", 103, Cause::ControlPlane),
            ("", 1, Cause::Unknown),
        ] {
            assert_eq!(cause_of(id, exit_code), cause, "{id} {exit_code}");
        }
    }

    #[test]
    fn colours_go_and_another_version_is_known_by_what_it_does_not_know() {
        assert_eq!(Trouble::new("X", 1, "\u{1b}[31;1mno\u{1b}[0m memory\u{7}", "", "").message, "no memory");
        let old =
            Trouble::from_exit(64, "Error: unknown flag: --interactive\nSee 'minikube start --help'.\n");
        assert_eq!(old.cause, Cause::Usage);
    }

    #[test]
    fn no_id_is_listed_twice() {
        let mut ids: Vec<&str> = IDS.iter().map(|(id, _)| *id).collect();
        ids.sort_unstable();
        let all = ids.len();
        ids.dedup();
        assert_eq!(ids.len(), all);
    }
}
