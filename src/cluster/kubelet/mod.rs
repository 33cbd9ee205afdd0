//! The kubelet: runs the Pods that are bound to its node and reports their state.

mod admission;
mod adoption;
mod attachments;
mod downward;
mod env;
mod env_files;
mod eviction;
mod hooks;
mod host;
mod host_volumes;
mod identity;
mod ingress;
mod killing;
mod machine_files;
mod machines;
mod network;
mod pod_runtime;
mod pod_spec;
mod pod_status;
mod pod_worker;
mod probes;
mod process_table;
mod pull_secrets;
mod pulls;
mod resources;
mod restarting_all;
mod restarts;
mod sleeper;
mod starts;
mod static_pods;
mod streams;
mod termination;
#[cfg(test)]
mod tests;
mod usage;
mod volumes;

use std::collections::{BTreeMap, BTreeSet};

use imbl::{OrdMap, OrdSet};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::base::Timestamp;

use super::network::{AddressPool, HttpRequest, HttpResponse};
use super::registry::Registry;
use super::runtime::{Files, Process, ProcessId};
use attachments::Attachments;
use pod_runtime::PodRuntime;
use sleeper::Sleeper;

pub(crate) use pod_worker::KUBELET;

/// Answers one request to the API.
pub(crate) type ApiCall = fn(&mut Registry, &HttpRequest) -> HttpResponse;

/// Everything that runs on the nodes: containers, their logs and files, pulls and back-offs, addresses.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct NodeState {
    /// Pods by `namespace/name`.
    pods: OrdMap<String, Sleeper<PodRuntime>>,
    /// Processes of all containers.
    processes: OrdMap<ProcessId, Sleeper<Process>>,
    /// When processes want to go on.
    wakes: OrdSet<(Timestamp, ProcessId)>,
    /// Pods whose kubelet must look, and since when.
    changed: OrdMap<String, Timestamp>,
    /// Canonical names of the images that each node has.
    images: BTreeMap<String, BTreeSet<String>>,
    /// The disks of the nodes: folders that Pods mount, which outlive them.
    #[serde(default)]
    disks: BTreeMap<String, Files>,
    /// Until when each node pulls images that were asked for.
    #[serde(default)]
    pulls: BTreeMap<String, Timestamp>,
    /// Canonical names of the images that are on their way to each node: who asks for one again waits for
    /// his turn, not for its bytes.
    #[serde(default)]
    pulling: BTreeMap<String, BTreeSet<String>>,
    /// Addresses in use.
    addresses: AddressPool,
    /// Pods by address.
    by_address: OrdMap<String, String>,
    /// Clients attached to main processes.
    attachments: Attachments,
    /// The machines beneath the nodes.
    #[serde(default)]
    machines: machines::Machines,
    /// The number of the last process.
    last_process: u64,
    /// Where the round of those who look for woken Pods has come to.
    #[serde(skip)]
    round: Option<String>,
    /// How many `minikube tunnel`s are open.
    #[serde(skip)]
    tunnels: usize,
    /// Milliseconds that the last exchange over the network took.
    #[serde(skip)]
    latency: i64,
    /// Whether the addresses of Pods that were there before this state have been taken over.
    #[serde(skip)]
    surveyed: bool,
    /// What answers processes that ask the API server.
    #[serde(skip)]
    api: Option<ApiCall>,
}

impl NodeState {
    /// Lets processes reach the API server.
    pub(crate) fn reach_api_by(&mut self, api: ApiCall) {
        self.api = Some(api);
    }
}

/// A moment so many milliseconds later.
fn after(moment: Timestamp, milliseconds: i64) -> Timestamp {
    moment.checked_add(SignedDuration::from_millis(milliseconds)).unwrap_or(Timestamp::MAX)
}
