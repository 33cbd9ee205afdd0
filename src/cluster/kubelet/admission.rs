//! Pods that a kubelet does not take in: they fail before anything of them has started.

use jiff::SignedDuration;

use crate::apimachinery::builtin::POD;
use crate::apimachinery::{Object, Status};
use crate::base::Timestamp;

use super::super::manager::EventType;
use super::super::scheduler::{is_beyond_admission, refusal};
use super::pod_worker::PodWorker;

/// How long it takes until a kubelet has seen a new Pod.
const LATENCY: SignedDuration = SignedDuration::from_secs(1);

/// What a kubelet thinks of a Pod that is new to it.
pub(super) enum Admission {
    /// It is taken in.
    Granted,
    /// It will be refused at that moment.
    Pending(Timestamp),
    /// It has been refused.
    Refused,
}

impl PodWorker<'_> {
    /// Until when the kubelet does not know of the Pod. A controller that makes it anew, whenever it is gone,
    /// is not faster than that.
    pub(super) fn unseen_until(&self) -> Option<Timestamp> {
        let seen = self.pod.creation_timestamp()?.checked_add(LATENCY).ok()?;
        Some(seen).filter(|seen| *seen > self.now())
    }

    /// Refuses the Pod if the node cannot have it (`rejectPod`).
    pub(super) fn consider_admission(&mut self) -> Result<Admission, Status> {
        if self.pod.is_terminating() || is_beyond_admission(&self.pod) {
            return Ok(Admission::Granted);
        }
        let refused = unsafe_sysctl(&self.pod).or_else(|| refusal(self.registry, self.scheduler, &self.pod));
        let Some((reason, message)) = refused else {
            return Ok(Admission::Granted);
        };
        if let Some(seen) = self.unseen_until() {
            return Ok(Admission::Pending(seen));
        }
        self.event(None, EventType::Warning, &reason, &message);
        let mut failed = Object::clone(&self.pod);
        failed.set("/status/phase", "Failed");
        failed.set("/status/reason", reason);
        failed.set("/status/message", format!("Pod was rejected: {message}"));
        failed.set("/status/observedGeneration", self.pod.generation());
        failed.set("/status/startTime", super::super::registry::time_text(self.now()));
        self.registry.update_status(&POD, failed, "kubelet")?;
        Ok(Admission::Refused)
    }
}

/// Kernel parameters that a kubelet lets Pods set without being told so (`pkg/kubelet/sysctl`).
const SAFE_SYSCTLS: &[&str] = &[
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ping_group_range",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_rmem",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.tcp_wmem",
];

/// Reason and message for the first kernel parameter that is not safe.
fn unsafe_sysctl(pod: &Object) -> Option<(String, String)> {
    let wanted =
        pod.list("/spec/securityContext/sysctls").iter().filter_map(|sysctl| sysctl["name"].as_str());
    let name =
        wanted.map(|name| name.replace('/', ".")).find(|name| !SAFE_SYSCTLS.contains(&name.as_str()))?;
    Some(("SysctlForbidden".to_owned(), format!("forbidden sysctl: {name:?} not allowlisted")))
}
