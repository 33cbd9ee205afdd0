//! The machines beneath the nodes: while one is up, its kubelet runs Pods, renews the Lease of its node
//! and reports the node's status.
//!
//! Heartbeats are written when somebody may look, not by a timer of their own: time that passes with
//! nothing else to do costs nothing, and a cluster can come to rest.

use imbl::OrdMap;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::apimachinery::builtin::{LEASE, NODE, POD};
use crate::apimachinery::{Object, ObjectKey, Status};
use crate::base::{Timestamp, Value, json};

use super::super::bootstrap;
use super::super::manager::{EventSource, EventType, record_event};
use super::super::registry::{Registry, WriteOptions, time_text};
use super::NodeState;

/// How often a kubelet renews its Lease.
const RENEWAL: SignedDuration = SignedDuration::from_secs(10);
/// How often a kubelet reports a status that has not changed.
const REPORT: SignedDuration = SignedDuration::from_secs(300);
/// How many nodes beat at once.
const BEATS_MAX: usize = 1_024;
/// Seconds that a Lease is good for.
const LEASE_SECONDS: i64 = 40;
/// Where the Leases of nodes are.
const LEASES: &str = "kube-node-lease";
/// How a container ends whose machine is switched off.
const LOST_EXIT_CODE: i32 = 255;

/// A machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Machine {
    /// Its place among the machines, from which its addresses follow; the first is the control plane.
    pub number: usize,
    /// Whether it is switched on.
    pub up: bool,
    /// Since when it is as it is.
    pub since: Timestamp,
    /// Up to which moment Leases and heartbeats are looked after.
    #[serde(skip)]
    beaten: Option<Timestamp>,
}

/// All machines by the names of their nodes.
pub(super) type Machines = OrdMap<String, Machine>;

impl NodeState {
    /// The machines by name.
    pub(crate) fn machines(&self) -> impl Iterator<Item = (&String, &Machine)> {
        self.machines.iter()
    }

    /// Whether a kubelet works for a node. Before any machine is known, every node has one.
    pub(crate) fn runs(&self, node: &str) -> bool {
        self.machines.is_empty() || self.machines.get(node).is_some_and(|machine| machine.up)
    }

    /// Adds a machine that is up; its node stands already.
    pub(crate) fn add_machine(&mut self, number: usize, now: Timestamp) {
        self.machines
            .insert(bootstrap::node_name(number), Machine { number, up: true, since: now, beaten: None });
    }

    /// Takes the nodes of a state that knows no machines yet for machines that are up.
    pub(crate) fn know_machines(&mut self, registry: &Registry) {
        let mut number = 0;
        while self.machines.len() == number
            && registry.get(&NODE, &ObjectKey::new("", bootstrap::node_name(number))).is_ok()
        {
            self.add_machine(number, registry.now());
            number += 1;
        }
    }

    /// A new machine, whose kubelet registers its node; gives back the node's name.
    ///
    /// # Errors
    /// When the node is refused.
    pub(crate) fn new_machine(&mut self, registry: &mut Registry) -> Result<String, Status> {
        let number = self.machines.values().map(|machine| machine.number + 1).max().unwrap_or_default();
        self.add_machine(number, registry.now());
        let name = bootstrap::node_name(number);
        self.come_up(registry, &name)?;
        Ok(name)
    }

    /// Switches a machine off: its kubelet falls silent and everything that ran there is dead.
    pub(crate) fn stop_machine(&mut self, registry: &mut Registry, name: &str) -> bool {
        while self.beat(registry) {}
        let now = registry.now();
        let Some(machine) = self.machines.get_mut(name).filter(|machine| machine.up) else { return false };
        *machine = Machine { up: false, since: now, beaten: None, ..machine.clone() };
        for slot in self.slots_on(registry, name) {
            self.lose(&slot, now);
        }
        true
    }

    /// Switches a machine on; its kubelet registers its node anew if that is gone.
    ///
    /// # Errors
    /// When the node is refused.
    pub(crate) fn start_machine(&mut self, registry: &mut Registry, name: &str) -> Result<bool, Status> {
        let now = registry.now();
        let Some(machine) = self.machines.get_mut(name).filter(|machine| !machine.up) else {
            return Ok(false);
        };
        *machine = Machine { up: true, since: now, beaten: None, ..machine.clone() };
        self.come_up(registry, name)?;
        for slot in self.slots_on(registry, name) {
            self.find_sandbox_gone(registry, &slot);
            self.changed.insert(slot, now);
        }
        Ok(true)
    }

    /// Takes a machine away for good, with its disk.
    pub(crate) fn remove_machine(&mut self, registry: &mut Registry, name: &str) -> bool {
        self.stop_machine(registry, name);
        for slot in self.slots_on(registry, name) {
            self.destroy(&slot);
        }
        self.images.remove(name);
        self.machines.remove(name).is_some()
    }

    /// The Pods of a node that are known here, by `namespace/name`.
    pub(super) fn slots_on(&self, registry: &Registry, node: &str) -> Vec<String> {
        let pods = registry.store().pods_on(node).map(|pod| pod.key().to_string());
        pods.filter(|slot| self.pods.contains_key(slot)).collect()
    }

    /// Ends whatever runs in a Pod, without a word to the API.
    fn lose(&mut self, slot: &str, now: Timestamp) {
        let Some(pod) = self.pods.get_mut(slot) else { return };
        pod.task = None;
        let running: Vec<String> = pod.running().map(|(name, _)| name.clone()).collect();
        let address = pod.address.take().filter(|_| !pod.host_network);
        for container in &running {
            self.end_run(slot, container, LOST_EXIT_CODE, now);
        }
        if let Some(address) = address {
            self.release(slot, address);
        }
        let Some(pod) = self.pods.get_mut(slot) else { return };
        for container in &running {
            let run = pod.containers.get_mut(container).and_then(|container| container.run.as_mut());
            if let Some(ended) = run.and_then(|run| run.terminated.as_mut()) {
                "Unknown".clone_into(&mut ended.reason);
                ended.message.clear();
            }
        }
    }

    fn find_sandbox_gone(&self, registry: &mut Registry, slot: &str) {
        let Some(pod) = self.pods.get(slot).and_then(|pod| registry.get(&POD, &pod.key).ok()) else { return };
        if pod.is_terminating() {
            return;
        }
        let source = EventSource { component: "kubelet", host: Some(pod.text("/spec/nodeName").to_owned()) };
        let text = "Pod sandbox changed, it will be killed and re-created.";
        record_event(registry, &source, &pod, "", EventType::Normal, "SandboxChanged", text);
    }

    /// A kubelet starts: it registers its node or finds it, and reports that all is well.
    fn come_up(&mut self, registry: &mut Registry, name: &str) -> Result<(), Status> {
        let key = ObjectKey::new("", name);
        let known = registry.get(&NODE, &key).is_ok();
        if !known {
            let number = self.machines.get(name).map(|machine| machine.number).unwrap_or_default();
            bootstrap::create_node(registry, number)?;
        }
        let node = registry.get(&NODE, &key)?;
        tell(registry, &node, "Starting", "Starting kubelet.");
        for well in ["NodeHasSufficientMemory", "NodeHasNoDiskPressure", "NodeHasSufficientPID"] {
            tell(registry, &node, well, &format!("Node {name} status is now: {well}"));
        }
        tell(registry, &node, "NodeAllocatableEnforced", "Updated Node Allocatable limit across pods");
        if known {
            report(registry, name)?;
        }
        if !node.condition_is_true("Ready") || !known {
            tell(registry, &node, "NodeReady", &format!("Node {name} status is now: NodeReady"));
        }
        while self.beat(registry) {}
        Ok(())
    }

    /// Connects to the kubelet of a Pod's node, as the API server does.
    ///
    /// # Errors
    /// In the words of Go's network, when that machine is switched off.
    pub(super) fn dial(&self, registry: &Registry, pod: &Object) -> Result<(), String> {
        let node = pod.text("/spec/nodeName");
        if node.is_empty() || self.runs(node) {
            return Ok(());
        }
        let node = registry.get(&NODE, &ObjectKey::new("", node));
        let address = node.map(|node| node.text("/status/addresses/0/address").to_owned());
        Err(format!("dial tcp {}:10250: connect: no route to host", address.unwrap_or_default()))
    }

    /// A kubelet offers what somebody added to the capacity of its node, and takes back what was taken away
    /// (`nodestatus.MachineInfo`); what a node is made of is not for others to change.
    pub(crate) fn offer_capacity(&self, registry: &mut Registry, node: &Object) {
        let Some(capacity) = node.map("/status/capacity").filter(|_| self.runs(node.name())) else { return };
        let Some(allocatable) = node.map("/status/allocatable") else { return };
        let is_extended = |name: &str| name.contains('/');
        let mut next = allocatable.clone();
        next.retain(|name, _| !is_extended(name) || capacity.contains_key(name));
        next.extend(
            capacity
                .iter()
                .filter(|(name, _)| is_extended(name))
                .map(|(name, amount)| (name.clone(), amount.clone())),
        );
        if next != *allocatable {
            let mut object = node.clone();
            object.set("/status/allocatable", next);
            // Somebody's quarrel with the status is no reason to stop.
            let _ = registry.update_status(&NODE, object, "kubelet");
        }
    }

    /// A kubelet tells whether its node takes Pods, once that has changed.
    pub(crate) fn tell_whether_schedulable(&self, registry: &mut Registry, node: &Object) {
        if self.runs(node.name()) {
            let cordoned = node.flag("/spec/unschedulable");
            let now = if cordoned { "NodeNotSchedulable" } else { "NodeSchedulable" };
            tell(registry, node, now, &format!("Node {} status is now: {now}", node.name()));
        }
    }

    /// Brings Leases and heartbeats of kubelets that work up to the present moment; `true` when there are
    /// more of them than were seen to at once.
    pub(crate) fn beat(&mut self, registry: &mut Registry) -> bool {
        let now = registry.now();
        let tick = |machine: &Machine| last_tick(machine.since, RENEWAL, now);
        let behind = |machine: &Machine| machine.up && machine.beaten != Some(tick(machine));
        let names = self.machines.iter().filter(|(_, machine)| behind(machine)).map(|(name, _)| name.clone());
        let names: Vec<String> = names.take(BEATS_MAX).collect();
        let more = names.len() == BEATS_MAX;
        for name in names {
            let Some(machine) = self.machines.get_mut(&name) else { continue };
            machine.beaten = Some(tick(machine));
            let Ok(node) = registry.get(&NODE, &ObjectKey::new("", name.as_str())) else { continue };
            let renewed = renew_lease(registry, &node, tick(machine));
            if renewed && !is_well(&node) {
                // Somebody else wrote the status: the kubelet knows better.
                let _ = report(registry, &name);
                continue;
            }
            let reported = node
                .condition("Ready")
                .and_then(|ready| ready["lastHeartbeatTime"].as_str()?.parse::<Timestamp>().ok());
            let due = last_tick(machine.since, REPORT, now);
            if reported.is_some_and(|reported| reported.as_second() < due.as_second()) {
                let _ = write_heartbeat(registry, &node, due);
            }
        }
        more
    }
}

/// The last of the moments `since`, `since + every` … that is not after `now`.
fn last_tick(since: Timestamp, every: SignedDuration, now: Timestamp) -> Timestamp {
    let passed = now.duration_since(since).as_secs().max(0);
    let ticks = passed - passed.rem_euclid(every.as_secs());
    since.checked_add(SignedDuration::from_secs(ticks)).unwrap_or(now)
}

/// Whether a node's conditions are those of a healthy one.
fn is_well(node: &Object) -> bool {
    let status = |kind: &str| node.condition(kind).and_then(|condition| condition["status"].as_str());
    status("Ready") == Some("True")
        && ["MemoryPressure", "DiskPressure", "PIDPressure"].iter().all(|kind| status(kind) == Some("False"))
}

/// Renews the Lease of a node; says whether that was due.
fn renew_lease(registry: &mut Registry, node: &Object, at: Timestamp) -> bool {
    let renewed: Value = format!("{at:.6}").into();
    let options = WriteOptions::component("kubelet");
    // Somebody's quarrel with a Lease is no reason for a kubelet to stop.
    let _ = match registry.get(&LEASE, &ObjectKey::new(LEASES, node.name())) {
        Ok(lease) if lease.get("/spec/renewTime") == Some(&renewed) => return false,
        Ok(lease) => {
            let mut next = Object::clone(&lease);
            next.set("/spec/renewTime", renewed);
            registry.update(&LEASE, &lease.key(), next, &options)
        }
        Err(_) => {
            let mut lease = Object::new(&LEASE, LEASES, node.name());
            let owner = json!([{"apiVersion": "v1", "kind": "Node", "name": node.name(), "uid": node.uid()}]);
            lease.set("/metadata/ownerReferences", owner);
            lease.set(
                "/spec",
                json!({
                    "holderIdentity": node.name(),
                    "leaseDurationSeconds": LEASE_SECONDS,
                    "renewTime": renewed,
                }),
            );
            registry.create(&LEASE, LEASES, lease, &options)
        }
    };
    true
}

fn write_heartbeat(registry: &mut Registry, node: &Object, at: Timestamp) -> Result<(), Status> {
    let mut next = node.clone();
    if let Some(Value::Array(conditions)) = next.get_mut("/status/conditions") {
        for condition in conditions {
            condition["lastHeartbeatTime"] = time_text(at).into();
        }
    }
    registry.update_status(&NODE, next, "kubelet").map(|_| ())
}

/// Writes that everything is well; transition times move only where that is news.
fn report(registry: &mut Registry, name: &str) -> Result<(), Status> {
    let node = registry.get(&NODE, &ObjectKey::new("", name))?;
    let mut conditions = bootstrap::healthy_conditions(&time_text(registry.now()));
    for condition in conditions.as_array_mut().into_iter().flatten() {
        let old = condition["type"].as_str().and_then(|kind| node.condition(kind));
        if let Some(old) = old.filter(|old| old.get("status") == condition.get("status")) {
            condition["lastTransitionTime"] = old["lastTransitionTime"].clone();
        }
    }
    let mut next = Object::clone(&node);
    next.set("/status/conditions", conditions);
    registry.update_status(&NODE, next, "kubelet").map(|_| ())
}

/// Records an event about a node as a kubelet does, for which the node's name is its uid.
fn tell(registry: &mut Registry, node: &Object, reason: &str, message: &str) {
    let mut about = node.clone();
    about.set("/metadata/uid", node.name());
    let source = EventSource { component: "kubelet", host: Some(node.name().to_owned()) };
    record_event(registry, &source, &about, "", EventType::Normal, reason, message);
}
