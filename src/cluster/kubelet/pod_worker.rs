//! The pod worker: brings one Pod closer to its spec and writes its status.

use std::sync::Arc;

use jiff::SignedDuration;

use crate::apimachinery::builtin::{CONFIG_MAP, NODE, POD, SECRET};
use crate::apimachinery::{Object, ObjectKey, Status};
use crate::base::{Timestamp, Value};

use super::super::manager::{
    Action, EventSource, EventType, ReconcileContext, Reconciler, Watch, record_event,
};
use super::super::registry::Registry;
use super::super::runtime::{ImageReference, earlier};
use super::super::scheduler::SchedulerCache;
use super::super::storage::Change;
use super::admission::Admission;
use super::pod_runtime::{ContainerRuntime, PodRuntime, StopCause, Task, TaskKind};
use super::pod_spec::{self, ContainerSpec};
use super::restarts::crash_loop_message;
use super::{NodeState, after, eviction, pod_status, resources, static_pods};

/// How often one pass may begin something that is done at once.
const STEPS_MAX: usize = 200;
/// A failed sync is tried again after so many milliseconds (`backOffPeriod`), and up to half as long more.
const BACK_OFF_PERIOD: u64 = 10_000;

/// The kubelets of all nodes.
pub(crate) static KUBELET: Kubelet = Kubelet;

/// Reconciles Pods that are bound to a node.
pub(crate) struct Kubelet;

static WATCHES: &[Watch] = &[
    Watch { kind: &POD, keys: |change, _| vec![change.object.key()] },
    Watch { kind: &CONFIG_MAP, keys: |change, registry| pods_that_show(change, registry, "ConfigMap") },
    Watch { kind: &SECRET, keys: |change, registry| pods_that_show(change, registry, "Secret") },
];

/// The Pods of a node into whose volumes a ConfigMap or Secret goes.
fn pods_that_show(change: &Change, registry: &Registry, kind: &str) -> Vec<ObjectKey> {
    let (namespace, name) = (change.object.namespace(), change.object.name());
    let shows = |source: &Value| match kind {
        "Secret" => source["secret"]["secretName"] == name || source["secret"]["name"] == name,
        _ => source["configMap"]["name"] == name,
    };
    let of_volume = |volume: &Value| {
        let parts = volume["projected"]["sources"].as_array().map(Vec::as_slice).unwrap_or_default();
        shows(volume) || parts.iter().any(shows)
    };
    registry
        .store()
        .list(&POD, Some(namespace))
        .filter(|pod| !pod.text("/spec/nodeName").is_empty())
        .filter(|pod| pod.list("/spec/volumes").iter().any(of_volume))
        .map(|pod| pod.key())
        .collect()
}

impl Reconciler for Kubelet {
    fn name(&self) -> &'static str {
        "kubelet"
    }

    fn watches(&self) -> &'static [Watch] {
        WATCHES
    }

    fn reconcile(&self, context: &mut ReconcileContext<'_>, key: &ObjectKey) -> Result<Action, Status> {
        let (registry, node) = (&mut *context.registry, &mut *context.node);
        node.survey(registry);
        if static_pods::renew_mirror(registry, node, key)? {
            return Ok(Action::AwaitChange);
        }
        let slot = key.to_string();
        let Some(pod) = registry.get_to_write(&POD, key) else {
            node.destroy(&slot);
            return Ok(Action::AwaitChange);
        };
        if node.pods.get(&slot).is_some_and(|runtime| runtime.uid != pod.uid()) {
            node.destroy(&slot);
        }
        if pod.text("/spec/nodeName").is_empty() || !node.runs(pod.text("/spec/nodeName")) {
            return Ok(Action::AwaitChange);
        }
        let scheduler = &mut context.memory.scheduler;
        PodWorker { registry, node, scheduler, pod, slot }.work()
    }
}

/// What comes next for a Pod.
pub(super) enum Step {
    /// Something that takes time.
    Begin(Task),
    /// Something was done; look again.
    Again,
    /// Nothing before that moment, or before something changes.
    Wait(Option<Timestamp>),
}

/// One pass over one Pod.
pub(super) struct PodWorker<'a> {
    pub(super) registry: &'a mut Registry,
    pub(super) node: &'a mut NodeState,
    /// What the scheduler knows of the nodes, for the admission of Pods.
    pub(super) scheduler: &'a mut SchedulerCache,
    pub(super) pod: Arc<Object>,
    pub(super) slot: String,
}

impl PodWorker<'_> {
    fn work(mut self) -> Result<Action, Status> {
        if !self.node.pods.contains_key(&self.slot) {
            if pod_spec::is_terminal(self.pod.text("/status/phase")) || self.never_started_and_ends() {
                return match self.unseen_until() {
                    _ if !self.pod.is_terminating() => Ok(Action::AwaitChange),
                    Some(at) => Ok(Action::RequeueAfter(at.duration_since(self.now()))),
                    None => self.tell_end().and_then(|()| self.delete_object()),
                };
            }
            match self.consider_admission()? {
                Admission::Granted => self.admit(),
                Admission::Pending(at) => return Ok(Action::RequeueAfter(at.duration_since(self.now()))),
                Admission::Refused => return Ok(Action::AwaitChange),
            }
        }
        let wake = if self.pod.is_terminating() {
            let wake = self.terminate(StopCause::Deleted);
            if wake.is_none() {
                self.write_status()?;
                self.node.destroy(&self.slot.clone());
                return self.delete_object();
            }
            wake
        } else if let Some(cause) = self.stop_cause() {
            self.terminate(cause)
        } else {
            let resize = self.follow_resources();
            let volumes = earlier(resize, self.refresh_volumes());
            let probes = earlier(volumes, self.probe());
            self.end_redefined();
            let kills = earlier(self.advance_kills(), self.active_deadline());
            let kills = earlier(kills, self.eviction_due());
            let next = match self.restart_all() {
                Some(until) => Some(until),
                None => self.sync(),
            };
            earlier(earlier(probes, kills), next)
        };
        let written = self.write_status()?;
        // Whoever has written looks once more before anything else.
        if !written {
            self.node.rest(&self.slot);
        }
        Ok(match wake {
            Some(at) => Action::RequeueAfter(at.duration_since(self.now()).max(SignedDuration::ZERO)),
            None => Action::AwaitChange,
        })
    }

    /// Says that a Pod has ended of which nothing ever ran here.
    fn tell_end(&mut self) -> Result<(), Status> {
        let Some(pod) = self.registry.get_to_write(&POD, &self.pod.key()) else { return Ok(()) };
        if pod_spec::is_terminal(pod.text("/status/phase")) {
            return Ok(());
        }
        let mut status = pod.map("/status").cloned().unwrap_or_default();
        pod_status::tell_end(&pod, &mut status);
        let mut object = Object::clone(&pod);
        object.set("/status", status);
        self.registry.update_status(&POD, object, "kubelet").map(|_| ())
    }

    fn never_started_and_ends(&self) -> bool {
        self.pod.is_terminating() && self.pod.list("/status/containerStatuses").is_empty()
    }

    /// Takes a Pod in: anew, or as it was when its status claims that it runs.
    fn admit(&mut self) {
        let mut runtime = PodRuntime::new(&self.pod, self.registry.now());
        for spec in pod_spec::all_containers(&self.pod) {
            runtime.containers.insert(spec.name().to_owned(), Box::default());
        }
        self.node.pods.insert(self.slot.clone(), runtime.into());
        self.adopt();
    }

    /// `SyncPod`: finishes what is done, begins what is missing; gives back when to look again.
    fn sync(&mut self) -> Option<Timestamp> {
        for _ in 0..STEPS_MAX {
            let now = self.now();
            let task = self.runtime_mut().task.clone();
            if let Some(task) = task {
                if task.until > now {
                    return Some(task.until);
                }
                if let TaskKind::PostStart(name) = &task.what {
                    if self.post_start_is_over(name) {
                        self.runtime_mut().task = None;
                        continue;
                    }
                    return self.container(name).post_start.as_ref().and_then(|hook| hook.until);
                }
                self.runtime_mut().task = None;
                self.finish(&task);
                continue;
            }
            match self.next_step() {
                Step::Begin(task) => self.runtime_mut().task = Some(task),
                Step::Again => {}
                Step::Wait(until) => return until,
            }
        }
        Some(after(self.now(), 1_000))
    }

    fn finish(&mut self, task: &Task) {
        match &task.what {
            TaskKind::Sandbox => self.finish_sandbox(),
            TaskKind::Pull(container, own) => self.finish_pull(container, task.began, *own),
            TaskKind::Start(container) => self.finish_start(container),
            TaskKind::PostStart(_) => {}
        }
    }

    fn next_step(&mut self) -> Step {
        if self.runtime_mut().address.is_none() {
            return self.begin_sandbox();
        }
        let pod = Arc::clone(&self.pod);
        let mut wake = None;
        for spec in pod_spec::ephemeral_containers(&pod) {
            if self.container(spec.name()).is_running() {
                continue;
            }
            match self.consider(&spec) {
                Step::Wait(until) => wake = earlier(wake, until),
                step => return step,
            }
        }
        for spec in pod_spec::init_containers(&pod) {
            let container = self.container(spec.name());
            let done = container.terminated().is_some_and(|ended| ended.exit_code == 0);
            if done && !spec.is_sidecar() {
                continue;
            }
            if container.is_running() {
                let started = spec.get("/startupProbe").is_none() || container.probes.startup.passed;
                if spec.is_sidecar() && started {
                    continue;
                }
                return Step::Wait(wake);
            }
            match self.consider(&spec) {
                Step::Wait(until) if !spec.is_sidecar() || self.container(spec.name()).run.is_none() => {
                    return Step::Wait(earlier(wake, until));
                }
                Step::Wait(until) => wake = earlier(wake, until),
                step => return step,
            }
        }
        for spec in pod_spec::containers(&pod) {
            if self.container(spec.name()).is_running() {
                continue;
            }
            match self.consider(&spec) {
                Step::Wait(until) => wake = earlier(wake, until),
                step => return step,
            }
        }
        Step::Wait(wake)
    }

    /// A container that does not run: start it, wait, or leave it.
    fn consider(&mut self, spec: &ContainerSpec<'_>) -> Step {
        let now = self.now();
        let container = self.container(spec.name());
        if let Some(at) = container.retry_at.filter(|at| *at > now) {
            return Step::Wait(Some(at));
        }
        container.retry_at = None;
        let ended = container.terminated().filter(|_| !container.redefined);
        let ended = ended.map(|ended| (ended.exit_code, ended.finished_at));
        if let Some((exit_code, finished_at)) = ended {
            if !pod_spec::restarts(&self.pod, spec, exit_code) {
                return Step::Wait(None);
            }
            let until = self.container(spec.name()).crash_back_off.until(finished_at);
            if let Some(until) = until.filter(|until| *until > now) {
                return self.crash_loop(spec, until);
            }
        }
        if !self.container(spec.name()).image_ready {
            return self.ensure_image(spec);
        }
        self.begin_start(spec)
    }

    fn crash_loop(&mut self, spec: &ContainerSpec<'_>, until: Timestamp) -> Step {
        let full_name = pod_spec::full_name(&self.pod);
        let message = format!("Back-off restarting failed container {} in pod {full_name}", spec.name());
        self.event(Some(spec), EventType::Warning, "BackOff", &message);
        let retry_at = self.next_sync().min(until);
        let container = self.container(spec.name());
        let seconds = container.crash_back_off.seconds();
        container.wait("CrashLoopBackOff", crash_loop_message(seconds, spec.name(), &full_name));
        container.retry_at = Some(retry_at);
        Step::Again
    }

    /// Makes a container wait for a reason until the next sync.
    pub(super) fn wait_and_retry(&mut self, spec: &ContainerSpec<'_>, reason: &str, message: String) -> Step {
        let retry_at = self.next_sync();
        let container = self.container(spec.name());
        container.wait(reason, message);
        container.retry_at = Some(retry_at);
        Step::Again
    }

    /// When a failed sync is tried again.
    pub(super) fn next_sync(&mut self) -> Timestamp {
        let jitter = self.registry.random().below(BACK_OFF_PERIOD / 2);
        after(self.now(), i64::try_from(BACK_OFF_PERIOD + jitter).unwrap_or_default())
    }

    /// Writes the status when it differs from what the object says; says whether it did.
    fn write_status(&mut self) -> Result<bool, Status> {
        let Some(pod) = self.registry.get_to_write(&POD, &self.pod.key()) else { return Ok(false) };
        let (host, now) = (self.host_address(), self.now());
        let status = pod_status::pod_status(&pod, self.runtime_mut(), &host, now);
        let evicted = self.runtime_mut().evicted.clone();
        let pending = self.runtime_mut().resize_pending.clone();
        let resizing = self.runtime_mut().resizing;
        let tells_resize = pending.is_some() || resizing || resources::tells_resize(&pod);
        if pod.get("/status") == Some(&status) && !tells_resize {
            return Ok(false);
        }
        let mut object = Object::clone(&pod);
        object.set("/status", status);
        if let Some(message) = evicted.filter(|_| pod.condition("DisruptionTarget").is_none()) {
            eviction::mark(&mut object, &message, now);
        }
        if tells_resize {
            resources::tell_resize(&mut object, pending.as_ref(), resizing, now);
            if object == *pod {
                return Ok(false);
            }
        }
        self.registry.update_status(&POD, object, "kubelet").map(|_| true)
    }

    pub(super) fn now(&self) -> Timestamp {
        self.registry.now()
    }

    pub(super) fn node_name(&self) -> &str {
        self.pod.text("/spec/nodeName")
    }

    /// The node's own address.
    pub(super) fn host_address(&self) -> String {
        let Ok(node) = self.registry.get(&NODE, &ObjectKey::new("", self.node_name())) else {
            return String::new();
        };
        node.list("/status/addresses")
            .iter()
            .find(|address| address["type"] == "InternalIP")
            .and_then(|address| address["address"].as_str())
            .unwrap_or_default()
            .to_owned()
    }

    pub(super) fn runtime_mut(&mut self) -> &mut PodRuntime {
        let (pod, now) = (&self.pod, self.registry.now());
        self.node.pods.entry(self.slot.clone()).or_insert_with(|| PodRuntime::new(pod, now).into())
    }

    pub(super) fn container(&mut self, name: &str) -> &mut ContainerRuntime {
        self.runtime_mut().containers.entry(name.to_owned()).or_default()
    }

    /// Records an event about the Pod, or about one of its containers.
    pub(super) fn event(
        &mut self,
        spec: Option<&ContainerSpec<'_>>,
        event_type: EventType,
        reason: &str,
        message: &str,
    ) {
        let source = EventSource { component: "kubelet", host: Some(self.node_name().to_owned()) };
        let field_path = spec.map(ContainerSpec::field_path).unwrap_or_default();
        record_event(self.registry, &source, &self.pod, &field_path, event_type, reason, message);
    }

    /// The tag of a container's image, by which a program knows its version.
    pub(super) fn image_reference(spec: &ContainerSpec<'_>) -> Option<ImageReference> {
        ImageReference::parse(spec.image()).ok()
    }

    /// The range of addresses of the node.
    pub(super) fn address_range(&self) -> String {
        let node = self.registry.get(&NODE, &ObjectKey::new("", self.node_name()));
        node.ok()
            .and_then(|node| node.get("/spec/podCIDR").and_then(Value::as_str).map(str::to_owned))
            .unwrap_or_default()
    }
}
