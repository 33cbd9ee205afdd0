//! Pods that were there before: after a resume, what a status claims to run is taken to run.

use crate::apimachinery::Object;
use crate::apimachinery::builtin::POD;
use crate::base::Value;

use super::super::registry::Registry;
use super::super::runtime::{Input, Process, RunLog, Terminal, Work};
use super::NodeState;
use super::pod_runtime::Run;
use super::pod_spec;
use super::pod_worker::PodWorker;

impl NodeState {
    /// Takes over the addresses of all Pods that have one, once.
    pub(super) fn survey(&mut self, registry: &Registry) {
        if self.surveyed {
            return;
        }
        self.surveyed = true;
        for pod in registry.store().list(&POD, None).filter(|pod| has_address_of_its_own(pod)) {
            let slot = pod.key().to_string();
            let Ok(address) = pod.text("/status/podIP").parse() else { continue };
            if !self.pods.contains_key(&slot) {
                let range = node_range(registry, pod.text("/spec/nodeName"));
                self.addresses.reserve(&range, address);
                self.by_address.insert(address.to_string(), slot);
            }
        }
    }
}

fn node_range(registry: &Registry, node: &str) -> String {
    use crate::apimachinery::{ObjectKey, builtin::NODE};
    let node = registry.get(&NODE, &ObjectKey::new("", node));
    node.map(|node| node.text("/spec/podCIDR").to_owned()).unwrap_or_default()
}

fn has_address_of_its_own(pod: &Object) -> bool {
    !pod.text("/status/podIP").is_empty()
        && !pod.flag("/spec/hostNetwork")
        && !pod_spec::is_terminal(pod.text("/status/phase"))
}

impl PodWorker<'_> {
    /// Makes what the status claims to be running run.
    pub(super) fn adopt(&mut self) {
        let pod = self.pod.clone();
        let Ok(address) = pod.text("/status/podIP").parse() else { return };
        if let Some(started_at) = pod.time("/status/startTime") {
            self.runtime_mut().started_at = started_at;
        }
        self.runtime_mut().address = Some(address);
        for list in ["/status/initContainerStatuses", "/status/containerStatuses"] {
            for status in pod.list(list) {
                self.adopt_container(status);
            }
        }
    }

    fn adopt_container(&mut self, status: &Value) {
        let pod = self.pod.clone();
        let Some(status) = Object::from_value(status.clone()) else { return };
        let Some(spec) = pod_spec::container(&pod, status.text("/name")) else { return };
        let restarts = status.number("/restartCount").and_then(|count| u32::try_from(count).ok());
        let container = self.container(spec.name());
        container.restarts = restarts.unwrap_or_default();
        container.log = RunLog::new(container.restarts);
        let Some(started_at) = status.time("/state/running/startedAt") else { return };
        let ready = status.flag("/ready");
        container.run = Some(Run {
            container_id: status.text("/containerID").trim_start_matches("containerd://").to_owned(),
            image: status.text("/image").to_owned(),
            named_image: spec.image().to_owned(),
            image_id: status.text("/imageID").to_owned(),
            started_at,
            process: None,
            terminated: None,
        });
        container.probes.readiness.passed = ready;
        container.probes.startup.passed = status.flag("/started");
        let (node, image) = (self.node_name().to_owned(), status.text("/image").to_owned());
        self.node.images.entry(node).or_default().insert(image);
        let address = self.runtime_mut().address.map(|address| address.to_string()).unwrap_or_default();
        let files = self.variable_files(&spec);
        let environment =
            super::env::environment(self.registry, &pod, &spec, &address, &files).unwrap_or_default();
        let process = self.main_process(&spec, environment).unwrap_or_else(|_| idle(&self.slot, spec.name()));
        let id = self.node.spawn(process);
        let container = self.container(spec.name());
        if let Some(run) = &mut container.run {
            run.process = Some(id);
        }
        self.node.start_process(self.registry, id);
    }
}

/// A process that runs and does nothing, for a claim that nothing else can honour.
fn idle(slot: &str, container: &str) -> Process {
    Process {
        pod: slot.to_owned(),
        container: container.to_owned(),
        number: 1,
        arguments: Vec::new(),
        environment: std::collections::BTreeMap::new(),
        working_directory: "/".to_owned(),
        tty: false,
        input: Input::default(),
        terminal: Terminal::default(),
        stdout: Vec::new(),
        stderr: Vec::new(),
        order: Vec::new(),
        work: Work::Program("idle".to_owned()),
        memory: std::collections::BTreeMap::new(),
        wake: None,
        doom: None,
        exit_code: None,
        used: 0,
    }
}
