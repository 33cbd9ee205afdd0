//! Pods that take more of the node's disk than they may are evicted (`pkg/kubelet/eviction`).
//!
//! What a whole node runs out of evicts nobody: minikube sets the thresholds of the disk to nothing, and with
//! them goes that of the memory.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::apimachinery::{Condition, Object, Quantity, pod_limits};
use crate::base::{Timestamp, Value};

use super::super::manager::EventType;
use super::super::registry::set_disruption_target;
use super::pod_runtime::{PodRuntime, StopCause};
use super::pod_spec;
use super::pod_worker::PodWorker;

/// Reason of a Pod that was evicted, and of the event about it.
pub(super) const EVICTED: &str = "Evicted";
/// Seconds between two looks at what Pods take (`monitoringInterval`).
const PERIOD: i64 = 10;
/// The resource that is limited.
const STORAGE: &str = "ephemeral-storage";

/// What a Pod may take of the disk.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct StorageLimits {
    /// emptyDirs with a size limit.
    volumes: BTreeMap<String, Limit>,
    /// Containers with a limit.
    containers: BTreeMap<String, Limit>,
    /// All containers together.
    pod: Option<Limit>,
    /// The emptyDirs that count for the Pod: those that are not kept in memory.
    on_disk: Vec<String>,
}

/// Bytes, and how the limit was written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Limit(u64, String);

impl Limit {
    fn of(value: &Value) -> Option<Self> {
        Quantity::from_value(value).and_then(Self::of_quantity)
    }

    fn of_quantity(quantity: Quantity) -> Option<Self> {
        let bytes = u64::try_from(quantity.whole()).ok().filter(|bytes| *bytes > 0)?;
        Some(Self(bytes, quantity.to_string()))
    }
}

impl StorageLimits {
    /// The limits that a Pod sets itself.
    pub(super) fn of(pod: &Object) -> Self {
        let mut limits = Self::default();
        for volume in pod.list("/spec/volumes") {
            let (name, directory) = (volume["name"].as_str().unwrap_or_default(), &volume["emptyDir"]);
            if !directory.is_object() {
                continue;
            }
            if directory["medium"].as_str().unwrap_or_default().is_empty() {
                limits.on_disk.push(name.to_owned());
            }
            limits.volumes.extend(Limit::of(&directory["sizeLimit"]).map(|limit| (name.to_owned(), limit)));
        }
        for container in pod_spec::all_containers(pod) {
            let limit = container.get("/resources/limits").and_then(|all| Limit::of(&all[STORAGE]));
            limits.containers.extend(limit.map(|limit| (container.name().to_owned(), limit)));
        }
        limits.pod = pod_limits(pod.field("spec")).get(STORAGE).copied().and_then(Limit::of_quantity);
        limits
    }

    /// Whether there is nothing to watch.
    pub(super) fn is_empty(&self) -> bool {
        self.volumes.is_empty() && self.containers.is_empty() && self.pod.is_none()
    }
}

impl PodRuntime {
    /// The kubelet's words for the first limit that is exceeded.
    pub(super) fn exceeded_storage(&self) -> Option<String> {
        let limits = &self.storage_limits;
        if limits.is_empty() {
            return None;
        }
        let of_volume = |name: &str| self.volumes.get(name).map(super::Files::disk_usage).unwrap_or_default();
        let volume = limits.volumes.iter().find(|(name, limit)| of_volume(name) > limit.0);
        if let Some((name, Limit(_, limit))) = volume {
            return Some(format!("Usage of EmptyDir volume {name:?} exceeds the limit {limit:?}. "));
        }
        let of_container = |name: &str| {
            let container = self.containers.get(name);
            container.map(|container| container.layer.disk_usage() + container.log.size()).unwrap_or_default()
        };
        let containers: u64 = self.containers.keys().map(|name| of_container(name)).sum();
        let volumes: u64 = limits.on_disk.iter().map(|name| of_volume(name)).sum();
        if let Some(Limit(most, text)) = &limits.pod
            && containers + volumes > *most
        {
            return Some(format!(
                "Pod ephemeral local storage usage exceeds the total limit of containers {text}. "
            ));
        }
        let (name, Limit(_, limit)) =
            limits.containers.iter().find(|(name, limit)| of_container(name) > limit.0)?;
        Some(format!("Container {name} exceeded its local ephemeral storage limit {limit:?}. "))
    }
}

impl PodWorker<'_> {
    /// When the next look at the disk will evict the Pod, if it stays as it is.
    pub(super) fn eviction_due(&mut self) -> Option<Timestamp> {
        let now = self.now();
        let runtime = self.runtime_mut();
        if runtime.exceeded_storage().is_none() {
            runtime.evict_at = None;
            return None;
        }
        let next = (now.as_second().div_euclid(PERIOD) + 1) * PERIOD;
        let at = runtime.evict_at.or_else(|| Timestamp::from_second(next).ok());
        runtime.evict_at = at;
        at
    }

    /// Evicts the Pod if the moment for that has come.
    pub(super) fn evict(&mut self) -> Option<StopCause> {
        let now = self.now();
        let due = self.runtime_mut().evict_at.is_some_and(|at| at <= now);
        let why = self.runtime_mut().exceeded_storage().filter(|_| due)?;
        self.event(None, EventType::Warning, EVICTED, &why);
        self.runtime_mut().evicted = Some(why);
        Some(StopCause::Evicted)
    }
}

/// Marks an evicted Pod in its status (`DisruptionTarget`).
pub(super) fn mark(pod: &mut Object, message: &str, now: Timestamp) {
    let condition = Condition {
        condition_type: "DisruptionTarget",
        status: "True",
        reason: "TerminationByKubelet",
        message,
    };
    set_disruption_target(pod, condition, now);
}
