//! What containers use: processor time counted by windows, memory at the moment, and what exceeds a limit.

use std::sync::Arc;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::apimachinery::builtin::{NODE, POD};
use crate::apimachinery::{Object, ObjectKey, Quantity};
use crate::base::{Timestamp, Value};

use super::super::metrics::{ContainerUsage, NodeMetrics, PodMetrics};
use super::super::registry::Registry;
use super::super::runtime::{self, ImageReference, MachineView, image_named, image_of};
use super::NodeState;
use super::pod_runtime::{ContainerRuntime, PodRuntime};
use super::pod_spec;

/// Seconds between two measurements (`--metric-resolution` of minikube's metrics-server).
const WINDOW: i64 = 60;
/// A container is measured once it has run for so many seconds.
const YOUNG: i64 = 10;
/// What the system, kubelet and runtime take of a node: thousandths of a processor, and bytes.
const SYSTEM: (i64, i64) = (85, 480 << 20);

/// Processor time by windows, in millionths of a second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Meter {
    window: i64,
    current: u64,
    previous: u64,
}

impl Meter {
    /// Counts processor time.
    pub(super) fn add(&mut self, now: Timestamp, microseconds: u64) {
        self.turn(now);
        self.current = self.current.saturating_add(microseconds);
    }

    fn turn(&mut self, now: Timestamp) {
        let window = now.as_second().div_euclid(WINDOW);
        if window != self.window {
            self.previous = if window == self.window + 1 { self.current } else { 0 };
            self.current = 0;
            self.window = window;
        }
    }

    /// What was used in the last whole window.
    fn last(mut self, now: Timestamp) -> u64 {
        self.turn(now);
        self.previous
    }
}

impl NodeState {
    /// Charges a container with processor time.
    pub(super) fn charge(&mut self, slot: &str, container: &str, now: Timestamp, microseconds: u64) {
        let container = self.pods.get_mut(slot).and_then(|pod| pod.containers.get_mut(container));
        if let Some(container) = container {
            container.meter.add(now, microseconds);
        }
    }

    /// Bytes that the processes of a container hold.
    pub(super) fn memory_of(&self, pod: &PodRuntime, name: &str) -> u64 {
        self.consumption(pod, name).1
    }

    /// Thousandths of a processor and bytes that the processes of a container take all the time.
    fn consumption(&self, pod: &PodRuntime, name: &str) -> (u64, u64) {
        let image = pod
            .containers
            .get(name)
            .and_then(|container| ImageReference::parse(&container.run.as_ref()?.image).ok())
            .and_then(|reference| image_of(&reference));
        pod.processes
            .iter()
            .filter_map(|id| self.processes.get(id))
            .filter(|process| process.container == name && process.exit_code.is_none())
            .map(|process| runtime::consumption(process, image))
            .fold((0, 0), |(cpu, memory), own| (cpu + own.cpu_milli, memory + own.memory))
    }

    /// Whether a container holds more memory than it may.
    pub(super) fn exceeds_memory(&self, slot: &str, name: &str) -> bool {
        let Some(pod) = self.pods.get(slot) else { return false };
        let limit = pod.containers.get(name).map_or(0, |container| container.memory_limit);
        limit > 0 && self.memory_of(pod, name) > limit
    }

    /// What the Pods of a namespace, or all, used in the last window; Pods that are too young are left out.
    pub(crate) fn pod_metrics(&self, registry: &Registry, namespace: Option<&str>) -> Vec<PodMetrics> {
        let now = registry.now();
        // By their keys: a look at a Pod would wake it.
        let prefix = namespace.map(|namespace| format!("{namespace}/")).unwrap_or_default();
        self.pods
            .range::<_, String>(prefix.clone()..)
            .take_while(|(slot, _)| slot.starts_with(&prefix))
            .filter_map(|(_, pod)| self.metrics_of(&*registry.get(&POD, &pod.key).ok()?, pod, now))
            .collect()
    }

    fn metrics_of(&self, object: &Object, pod: &PodRuntime, now: Timestamp) -> Option<PodMetrics> {
        if object.text("/status/phase") != "Running" {
            return None;
        }
        let timestamp = measured_at(now);
        let mut containers = Vec::new();
        let mut window = WINDOW;
        let long_lived = pod_spec::all_containers(object).filter(|spec| !spec.is_init() || spec.is_sidecar());
        for spec in long_lived {
            let container = pod.containers.get(spec.name())?;
            let run = container.run.as_ref().filter(|_| container.is_running())?;
            let age = timestamp.as_second() - run.started_at.as_second();
            if age < YOUNG {
                return None;
            }
            window = window.min(age);
            let limit = spec.get("/resources/limits/cpu").and_then(Quantity::from_value);
            let seed = hash(&format!("{} {} {}", pod.uid, spec.name(), timestamp.as_second()));
            containers.push(self.usage(pod, spec.name(), container, now, (age.min(WINDOW), limit, seed)));
        }
        Some(PodMetrics {
            namespace: pod.key.namespace.clone(),
            name: pod.key.name.clone(),
            labels: object.labels().cloned().unwrap_or_default(),
            timestamp,
            window: SignedDuration::from_secs(window),
            containers,
        })
    }

    fn usage(
        &self,
        pod: &PodRuntime,
        name: &str,
        container: &ContainerRuntime,
        now: Timestamp,
        (window, limit, seed): (i64, Option<Quantity>, u64),
    ) -> ContainerUsage {
        let (cpu_milli, memory) = self.consumption(pod, name);
        // Between 94 and 106 per cent, another share in each window: nothing real stands still.
        let vary = |amount: u64, seed: u64| amount / 100 * (94 + seed % 13) + seed % 1_000;
        let signed = |amount: u64| i64::try_from(amount).unwrap_or(i64::MAX);
        let steady = vary(cpu_milli.saturating_mul(1_000_000), seed) + seed % 300_000;
        let counted = signed(container.meter.last(now)).saturating_mul(1_000) / window.max(1);
        let most = limit.map_or(i64::MAX, |limit| limit.milli().saturating_mul(1_000_000));
        ContainerUsage {
            name: name.to_owned(),
            cpu_nano: signed(steady).saturating_add(counted).min(most),
            memory: signed(vary(memory, seed >> 8)),
        }
    }

    /// What the Nodes used in the last window.
    pub(crate) fn node_metrics(&self, registry: &Registry) -> Vec<NodeMetrics> {
        let nodes = registry.list(&NODE, None);
        nodes.iter().filter_map(|node| self.metrics_of_node(registry, node)).collect()
    }

    /// The same of one node; `None` while it is not ready.
    fn metrics_of_node(&self, registry: &Registry, node: &Object) -> Option<NodeMetrics> {
        if !node.condition_is_true("Ready") {
            return None;
        }
        let timestamp = measured_at(registry.now());
        let pods = registry
            .store()
            .pods_on(node.name())
            .filter_map(|pod| self.metrics_of(pod, self.pods.get(&pod.key().to_string())?, registry.now()));
        let (cpu, memory) = pods
            .flat_map(|pod| pod.containers)
            .fold((0, 0), |(cpu, memory), own| (cpu + own.cpu_nano, memory + own.memory));
        let seed = hash(&format!("{} {}", node.name(), timestamp.as_second())) % 20_000_000;
        let seed = i64::try_from(seed).unwrap_or_default();
        let capacity = node.get("/status/capacity/cpu").and_then(Quantity::from_value);
        let most = capacity.map_or(i64::MAX, |cpu| cpu.milli().saturating_mul(1_000_000));
        Some(NodeMetrics {
            name: node.name().to_owned(),
            labels: node.labels().cloned().unwrap_or_default(),
            timestamp,
            window: SignedDuration::from_secs(WINDOW),
            cpu_nano: (cpu + SYSTEM.0 * 1_000_000 + seed).min(most),
            memory: memory + SYSTEM.1 + seed,
        })
    }
}

/// Bytes of a node's disk that the system itself takes.
const SYSTEM_DISK: u64 = 3 << 30;

impl NodeState {
    /// The node beneath a Pod.
    pub(super) fn machine_of(&self, registry: &Registry, slot: &str) -> Option<Arc<Object>> {
        let pod = registry.get(&POD, &self.pods.get(slot)?.key).ok()?;
        registry.get(&NODE, &ObjectKey::new("", pod.text("/spec/nodeName"))).ok()
    }

    /// The machine beneath a Pod, as a process there sees it.
    pub(super) fn machine_view(&self, registry: &Registry, slot: &str) -> MachineView {
        let Some(node) = self.machine_of(registry, slot) else { return MachineView::default() };
        let name = node.name();
        let capacity = |resource: &str| capacity(&node, resource);
        let unsigned = |number: i64| u64::try_from(number).unwrap_or_default();
        let used = self.metrics_of_node(registry, &node);
        let images = self.images.get(name).into_iter().flatten();
        let images = images.filter_map(|image| image_named(image));
        let since = self.machines.get(name).map_or_else(|| registry.now(), |machine| machine.since);
        MachineView {
            processors: capacity("cpu"),
            memory: capacity("memory"),
            memory_used: used.as_ref().map(|used| unsigned(used.memory)).unwrap_or_default(),
            disk: capacity("ephemeral-storage"),
            disk_used: SYSTEM_DISK + images.map(|image| image.size).sum::<u64>(),
            load: used.map(|used| unsigned(used.cpu_nano / 1_000_000)).unwrap_or_default(),
            up: registry.now().duration_since(since).as_secs().max(0),
        }
    }
}

/// What a node has of a resource, in whole units; 0 when that is not known.
pub(super) fn capacity(node: &Object, resource: &str) -> u64 {
    let quantity = node.get("/status/capacity").and_then(|all| Quantity::from_value(all.get(resource)?));
    quantity.and_then(|quantity| u64::try_from(quantity.whole()).ok()).unwrap_or_default()
}

/// The end of the last whole window.
fn measured_at(now: Timestamp) -> Timestamp {
    Timestamp::from_second(now.as_second().div_euclid(WINDOW) * WINDOW).unwrap_or(now)
}

/// 64-bit FNV-1a.
fn hash(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// A limit of a container's spec in whole units or thousandths; 0 when there is none.
pub(super) fn limit(resources: Option<&Value>, name: &str) -> Option<Quantity> {
    Quantity::from_value(&resources?["limits"][name])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_meter_tells_of_the_last_whole_window() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let mut meter = Meter::default();
        meter.add(at(605), 100);
        meter.add(at(655), 20);
        assert_eq!((meter.last(at(659)), meter.last(at(661)), meter.last(at(721))), (0, 120, 0));
    }
}
