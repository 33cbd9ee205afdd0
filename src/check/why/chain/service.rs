//! Services: selector → Pods → ready addresses → port → a program that listens.

use std::collections::BTreeSet;

use crate::apimachinery::{LabelSelector, Object, builtin};
use crate::base::{Key, Map, Value, is_typo};
use crate::lesson::HttpProbe;

use super::super::super::partial::{shorten, show};
use super::super::super::probe::Reply;
use super::super::finding::{Aside, Finding, name_of};
use super::super::sentences;
use super::program::on_loopback;
use super::{Chain, near, text};

/// Sets of labels that are named, at most.
const LABELS_MAX: usize = 3;

impl<'a> Chain<'a> {
    pub(super) fn endpoints(self, slice: &Object) -> Option<Finding> {
        let service = slice.label("kubernetes.io/service-name").unwrap_or_else(|| slice.name());
        let service = self.world.named(&builtin::SERVICE, Some(slice.namespace()), service)?;
        self.broken_link(service)
    }

    pub(super) fn service(self, service: &Object) -> Option<Finding> {
        let name = name_of(service);
        if service.text("/spec/type") == "ExternalName" {
            let host = service.text("/spec/externalName");
            let finding = Finding::new(&sentences::EXTERNAL_NAME, [&name, host]);
            return Some(finding.shown_by(format!("kubectl get service {}", service.name())));
        }
        let Some(selector) = service.map("/spec/selector").filter(|selector| !selector.is_empty()) else {
            let has_endpoints = self.has_ready_address(service);
            let finding = Finding::lasting(&sentences::NO_SELECTOR, [&name]).aside(self.astray(service));
            let show = self.describe(service);
            return if has_endpoints { self.port_astray(service) } else { Some(finding.shown_by(show)) };
        };
        let pods = self.selected(service, selector);
        if pods.is_empty() {
            return Some(self.selects_nothing(service, selector));
        }
        if let Some(finding) = self.ports(service, &pods) {
            return Some(finding);
        }
        if pods.iter().any(|pod| pod.condition_is_true("Ready")) || self.has_ready_address(service) {
            return None;
        }
        let mut troubles = pods.iter().filter_map(|pod| self.broken_link(pod));
        troubles.next().or_else(|| {
            let count = pods.len().to_string();
            Some(Finding::new(&sentences::NOBODY_READY, [&name, &count]).shown_by(self.describe(service)))
        })
    }

    /// The Pods that a Service selects, without those that go or have ended.
    pub(super) fn selected(self, service: &Object, selector: &Map) -> Vec<&'a Object> {
        let selector = LabelSelector::from_map(selector);
        let pods = self.world.all(&builtin::POD, Some(service.namespace())).iter();
        let alive = |pod: &&Object| {
            !pod.is_terminating() && !matches!(pod.text("/status/phase"), "Succeeded" | "Failed")
        };
        pods.filter(alive).filter(|pod| selector.matches(pod.labels())).collect()
    }

    /// A list of endpoints whose label names a Service that is not there, perhaps instead of this one.
    fn astray(self, service: &Object) -> Aside {
        let slices = self.world.all(&builtin::ENDPOINT_SLICE, Some(service.namespace())).iter();
        let mut named = slices.filter_map(|slice| Some((slice, slice.label("kubernetes.io/service-name")?)));
        let astray = named
            .find(|(_, name)| self.world.named(&builtin::SERVICE, Some(service.namespace()), name).is_none());
        if let Some((slice, label)) = astray {
            return Some((&sentences::SLICE_ASTRAY, vec![name_of(slice), label.to_owned()]));
        }
        let mut slices = self.world.all(&builtin::ENDPOINT_SLICE, Some(service.namespace())).iter();
        let slice = slices.find(|slice| slice.label("kubernetes.io/service-name").is_none())?;
        Some((&sentences::SLICE_OF_NOBODY, vec![name_of(slice), service.name().to_owned()]))
    }

    /// A list of endpoints by hand, whose ports have other names than the Service's.
    fn port_astray(self, service: &Object) -> Option<Finding> {
        let slices = self.world.all(&builtin::ENDPOINT_SLICE, Some(service.namespace())).iter();
        let own: Vec<&Object> = slices
            .filter(|slice| slice.label("kubernetes.io/service-name") == Some(service.name()))
            .collect();
        let names = |name: &str| {
            own.iter().flat_map(|slice| slice.list("/ports")).any(|port| text(port, "/name") == name)
        };
        let mut ports = service.list("/spec/ports").iter().map(|port| text(port, "/name"));
        let missing = ports.find(|name| !names(name))?;
        let slice = own.first()?;
        let found: Vec<&str> = slice.list("/ports").iter().map(|port| text(port, "/name")).collect();
        let quoted = |name: &str| format!("\"{name}\"");
        let words = [
            name_of(slice),
            found.into_iter().map(quoted).collect::<Vec<_>>().join(", "),
            name_of(service),
            quoted(missing),
        ];
        let [slice, found, service, missing] = words.each_ref().map(String::as_str);
        let finding = Finding::lasting(&sentences::SLICE_PORT, [slice, found, service, missing]);
        Some(finding.shown_by("kubectl get endpointslices -o yaml"))
    }

    fn has_ready_address(self, service: &Object) -> bool {
        let slices = self.world.all(&builtin::ENDPOINT_SLICE, Some(service.namespace())).iter();
        let own = slices.filter(|slice| slice.label("kubernetes.io/service-name") == Some(service.name()));
        own.flat_map(|slice| slice.list("/endpoints"))
            .any(|endpoint| endpoint.pointer("/conditions/ready").and_then(Value::as_bool) != Some(false))
    }

    /// A workload whose Pods would be selected, and what keeps it from making any.
    fn makes_no_pods(self, service: &Object, selector: &Map) -> Option<Finding> {
        let selects = LabelSelector::from_map(selector);
        let kinds = [&builtin::DEPLOYMENT, &builtin::STATEFUL_SET, &builtin::DAEMON_SET];
        let mut workloads =
            kinds.into_iter().flat_map(|kind| self.world.all(kind, Some(service.namespace())));
        let workload =
            workloads.find(|workload| selects.matches(workload.map("/spec/template/metadata/labels")))?;
        self.broken_link(workload)
    }

    /// Why no Pod is selected: a typing error, one label too many, another namespace, or nothing there.
    fn selects_nothing(self, service: &Object, selector: &Map) -> Finding {
        if let Some(finding) = self.makes_no_pods(service, selector) {
            return finding;
        }
        let name = name_of(service);
        let wanted = written(selector);
        let show = "kubectl get pods --show-labels";
        let pods = self.world.all(&builtin::POD, Some(service.namespace()));
        let selects = LabelSelector::from_map(selector);
        let own = pods.iter().find(|pod| !pod.is_terminating() && selects.matches(pod.labels()));
        if let Some(finding) = own.and_then(|own| self.broken_link(own).or_else(|| self.ended_well(own))) {
            return finding;
        }
        let best = pods.iter().filter(|pod| !pod.is_terminating()).max_by_key(|pod| fitting(selector, pod));
        if let Some(pod) = best {
            let lacking: Vec<(&Key, &Value)> =
                selector.iter().filter(|(key, value)| pod.label(key) != value.as_str()).collect();
            let labels = pod.labels();
            let typo = lacking
                .iter()
                .find_map(|(key, value)| Some((*key, *value, near_label(labels?, key, value)?)));
            if let Some((key, value, found)) = typo {
                let asked = format!("{key}={}", value.as_str().unwrap_or_default());
                let words = [name.as_str(), &asked, &name_of(pod), &found];
                return Finding::lasting(&sentences::SELECTOR_TYPO, words)
                    .called("NoEndpoints")
                    .shown_by(show);
            }
            if fitting(selector, pod) > 0 {
                let lacking: Map =
                    lacking.into_iter().map(|(key, value)| (key.clone(), value.clone())).collect();
                let words = [name.as_str(), &wanted, &name_of(pod), &written(&lacking)];
                return Finding::lasting(&sentences::SELECTOR_AND, words)
                    .called("NoEndpoints")
                    .shown_by(show);
            }
        }
        let everywhere = self.world.everywhere(&builtin::POD).iter();
        let mut fitting = everywhere.filter(|pod| selects.matches(pod.labels()));
        if let Some(pod) = fitting.find(|pod| pod.namespace() != service.namespace()) {
            let words = [name.as_str(), &wanted, pod.namespace(), service.namespace()];
            let show = format!("kubectl get pods -A -l {wanted}");
            return Finding::lasting(&sentences::SELECTED_ELSEWHERE, words)
                .called("NoEndpoints")
                .shown_by(show);
        }
        let show = format!("kubectl get pods -l {wanted}");
        let finding = Finding::lasting(&sentences::SELECTS_NOTHING, [&name, &wanted]).called("NoEndpoints");
        finding.or_aside(|| labels_of(pods)).shown_by(show)
    }

    /// Ports of a Service that lead to no port of its Pods.
    fn ports(self, service: &Object, pods: &[&Object]) -> Option<Finding> {
        let pod = pods.first()?;
        let declared = declared_ports(pod);
        let numbers: Vec<i64> = declared.iter().map(|(number, _)| *number).collect();
        let show = self.describe(service);
        for port in service.list("/spec/ports") {
            let front = port["port"].as_i64().unwrap_or(0);
            let target = port.get("targetPort").unwrap_or(&port["port"]);
            if let Some(wanted) = target.as_str() {
                let names: Vec<&str> =
                    declared.iter().map(|(_, name)| *name).filter(|name| !name.is_empty()).collect();
                if !names.contains(&wanted) {
                    let listed =
                        || (!names.is_empty()).then(|| (&sentences::PORT_NAMES, vec![names.join(", ")]));
                    let near = near(wanted, names.iter().copied()).or_else(listed);
                    let words = [name_of(service), name_of(pod)];
                    let finding = Finding::lasting(&sentences::NAMED_PORT, [&words[0], wanted, &words[1]]);
                    return Some(finding.aside(near).shown_by(show));
                }
                continue;
            }
            let Some(number) = target.as_i64() else { continue };
            if declared.is_empty() || numbers.contains(&number) {
                continue;
            }
            let (name, front, number) = (name_of(service), front.to_string(), number.to_string());
            if numbers.iter().any(|declared| declared.to_string() == front) && front != number {
                let words = [name.as_str(), &front, &number];
                return Some(
                    Finding::lasting(&sentences::PORTS_SWAPPED, words).lasts_if(false).shown_by(show),
                );
            }
            let listed = numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            let words = [name.as_str(), &number, &name_of(pod), &listed];
            // A container may listen where it declares nothing: only a refused request is proof.
            return Some(Finding::lasting(&sentences::TARGET_PORT, words).lasts_if(false).shown_by(show));
        }
        None
    }

    /// Why a request to a Service was not answered as it should be.
    pub(in crate::check) fn unanswered(
        self,
        service: &Object,
        probe: &HttpProbe,
        reply: Option<&Reply>,
    ) -> Option<Finding> {
        if service.text("/spec/type") == "ExternalName" {
            return self.service(service).map(|finding| finding.lasts_if(true));
        }
        let name = name_of(service);
        let ports = service.list("/spec/ports");
        let Some(port) = ports.iter().find(|port| offers(port, &probe.port)) else {
            return Some(self.no_such_port(service, &probe.port));
        };
        if matches!(text(port, "/protocol"), "UDP" | "SCTP") {
            let words = [name.as_str(), &probe.port, text(port, "/protocol")];
            return Some(Finding::lasting(&sentences::PROTOCOL, words).shown_by(self.describe(service)));
        }
        let structural = self.broken_link(service);
        if let Some(finding) = structural.as_ref().filter(|finding| finding.lasts) {
            return Some(finding.clone());
        }
        let selector = service.map("/spec/selector").cloned().unwrap_or_default();
        let pods = if selector.is_empty() { Vec::new() } else { self.selected(service, &selector) };
        let body = match reply {
            Some(Ok(answered)) => answered.body.as_str(),
            Some(Err(error)) => error.as_str(),
            None => return structural,
        };
        if let Some(Ok(answered)) = reply
            && answered.by_luck
            && let Some(finding) = self.selects_too_much(service, &pods)
        {
            return Some(finding);
        }
        let target = target_of(port);
        if body.contains("connection refused") {
            let structural = structural.map(|finding| finding.lasts_if(true));
            return structural.or_else(|| Some(self.connection_refused(service, &target, &pods)));
        }
        if body.contains("i/o timeout") || body.contains("deadline exceeded") {
            return Some(self.policy_before(service, &pods).unwrap_or_else(|| {
                Finding::new(&sentences::NO_ANSWER_IN_TIME, [&name]).shown_by(self.describe(service))
            }));
        }
        if let Some(finding) = self.selects_too_much(service, &pods) {
            return Some(finding);
        }
        if structural.is_some() {
            return structural;
        }
        if body.contains("EOF") || body.contains("connection reset") {
            let finding = Finding::new(&sentences::DROPS_CONNECTION, [&name]);
            return Some(finding.shown_by(format!("kubectl logs service/{}", service.name())));
        }
        if let Some(finding) = pods.iter().find_map(|pod| self.stale(pod)) {
            return Some(finding);
        }
        let Some(Ok(answered)) = reply else { return None };
        self.answered_otherwise(service, port, &pods, (probe, answered))
    }

    /// Why nobody took a request at a Service that has Pods.
    pub(super) fn connection_refused(self, service: &Object, target: &str, pods: &[&Object]) -> Finding {
        // Where several programs stand behind it, the one that refused is one that it should not reach.
        let programs: BTreeSet<&str> = pods.iter().map(|pod| pod.text("/spec/containers/0/image")).collect();
        let too_much = self.selects_too_much(service, pods).filter(|_| programs.len() > 1);
        too_much.unwrap_or_else(|| {
            let pod = pods.first().map(|pod| name_of(pod));
            let pod = pod.unwrap_or_else(|| self.addresses(service));
            let name = name_of(service);
            let program = pods.first().and_then(|pod| other_program(pod));
            let named = pods.first().and_then(|pod| {
                declared_ports(pod).into_iter().find(|(_, name)| *name == target).map(|(number, _)| number)
            });
            let target = named.map_or_else(|| target.to_owned(), |number| format!("{target} ({number})"));
            let finding = Finding::lasting(&sentences::NO_LISTENER, [name.as_str(), &target, &pod]);
            finding.aside(program).shown_by(self.describe(service))
        })
    }

    /// The addresses behind a Service that selects no Pods.
    fn addresses(self, service: &Object) -> String {
        let slices = self.world.all(&builtin::ENDPOINT_SLICE, Some(service.namespace())).iter();
        let own = slices.filter(|slice| slice.label("kubernetes.io/service-name") == Some(service.name()));
        let endpoints =
            own.flat_map(|slice| slice.list("/endpoints")).filter_map(|one| one["addresses"].as_array());
        let addresses: Vec<&str> = endpoints.flatten().filter_map(Value::as_str).collect();
        addresses.join(", ")
    }

    /// Who answers for a Service.
    pub(super) fn behind(self, service: &Object, pods: &[&Object]) -> Aside {
        let selector = service.map("/spec/selector").map(written).unwrap_or_default();
        Some((&sentences::BEHIND_IT, vec![self.workload_of(pods.first()?), selector]))
    }

    /// A Pod that the selector of a Service leaves out.
    pub(in crate::check::why) fn not_behind(self, service: &Object, pod: &Object) -> Option<Finding> {
        let selector = service.map("/spec/selector")?;
        let lacking = selector.iter().filter(|(key, value)| pod.label(key) != value.as_str());
        let lacking: Map = lacking.map(|(key, value)| (key.clone(), value.clone())).collect();
        let words = [name_of(service), name_of(pod), written(selector), written(&lacking)];
        let [service, pod, asked, lacks] = words.each_ref().map(String::as_str);
        let finding = Finding::lasting(&sentences::NOT_BEHIND, [service, pod, asked, lacks]);
        (!lacking.is_empty()).then(|| finding.shown_by("kubectl get pods --show-labels"))
    }

    pub(super) fn no_such_port(self, service: &Object, asked: &str) -> Finding {
        let name = name_of(service);
        let ports = service.list("/spec/ports");
        let offered: Vec<String> = ports.iter().map(|port| port["port"].to_string()).collect();
        let offered = offered.join(", ");
        let show = format!("kubectl get service {}", service.name());
        let is_target = ports.iter().any(|port| target_of(port) == asked);
        let sentence = if is_target { &sentences::NO_SUCH_PORT_TARGET } else { &sentences::NO_SUCH_PORT };
        Finding::lasting(sentence, [&name, asked, &offered]).shown_by(show)
    }

    /// Pods of several workloads behind one Service.
    pub(in crate::check) fn selects_too_much(self, service: &Object, pods: &[&Object]) -> Option<Finding> {
        let owners: BTreeSet<String> = pods.iter().map(|pod| self.workload_of(pod)).collect();
        if owners.len() < 2 {
            return None;
        }
        let selector = service.map("/spec/selector").map(written).unwrap_or_default();
        let owners = owners.into_iter().collect::<Vec<_>>().join(", ");
        let show = format!("kubectl get pods -l {selector} --show-labels");
        let words = [name_of(service), selector, owners];
        Some(Finding::lasting(&sentences::SELECTS_TOO_MUCH, [&words[0], &words[1], &words[2]]).shown_by(show))
    }

    /// As `selects_too_much`, for a Service whose Pods are not at hand.
    pub(in crate::check) fn reaches_too_much(self, service: &Object) -> Option<Finding> {
        let selector = service.map("/spec/selector").filter(|selector| !selector.is_empty())?;
        self.selects_too_much(service, &self.selected(service, selector))
    }

    /// The topmost owner of a Pod, or the Pod itself.
    pub(in crate::check) fn workload_of(self, pod: &Object) -> String {
        let Some(owner) = pod.controller() else { return name_of(pod) };
        let above = match owner.kind.as_str() {
            "ReplicaSet" => self.world.named(&builtin::REPLICA_SET, Some(pod.namespace()), &owner.name),
            "Job" => self.world.named(&builtin::JOB, Some(pod.namespace()), &owner.name),
            _ => None,
        };
        let top = above.and_then(Object::controller).unwrap_or(owner);
        format!("{}/{}", top.kind.to_lowercase(), top.name)
    }
}

/// The labels that Pods carry, each set once, without those that controllers give.
fn labels_of(pods: &[Object]) -> Aside {
    let by_controllers = |key: &str| {
        key.ends_with("-hash") || key.starts_with("apps.kubernetes.io/") || key.starts_with("statefulset.")
    };
    let mut sets: Vec<String> = Vec::new();
    for pod in pods.iter().filter(|pod| !pod.is_terminating()) {
        let mut labels = pod.labels().cloned().unwrap_or_default();
        labels.retain(|key, _| !by_controllers(key));
        let told = written(&labels);
        if !told.is_empty() && !sets.contains(&told) {
            sets.push(told);
        }
    }
    sets.truncate(LABELS_MAX);
    (!sets.is_empty()).then(|| (&sentences::PODS_CARRY, vec![sets.join(" | ")]))
}

/// `app=web,tier=front`.
pub(super) fn written(selector: &Map) -> String {
    let pairs = selector.iter().map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default()));
    pairs.collect::<Vec<_>>().join(",")
}

/// The label of a map that comes near to one: another value of the key, or another key with the value.
pub(in crate::check) fn near_label(labels: &Map, key: &str, value: &Value) -> Option<String> {
    let value = value.as_str()?;
    if let Some(found) = labels.get(key).and_then(Value::as_str) {
        return is_typo(value, found).then(|| format!("{key}={found}"));
    }
    let found = labels.iter().find(|(candidate, other)| {
        candidate.as_str() != "pod-template-hash"
            && (other.as_str() == Some(value) || is_typo(key, candidate))
    })?;
    Some(format!("{}={}", found.0, found.1.as_str().unwrap_or_default()))
}

fn fitting(selector: &Map, pod: &Object) -> usize {
    let exact = selector.iter().filter(|(key, value)| pod.label(key) == value.as_str()).count();
    let close = selector
        .iter()
        .filter(|(key, value)| pod.labels().is_some_and(|labels| near_label(labels, key, value).is_some()));
    // An exact label counts for more than one that comes near.
    if exact > 0 { exact * 2 } else { usize::from(close.count() > 0) }
}

/// Number and name of every port that a Pod's containers declare.
pub(super) fn declared_ports(pod: &Object) -> Vec<(i64, &str)> {
    let sidecars =
        pod.list("/spec/initContainers").iter().filter(|container| container["restartPolicy"] == "Always");
    let containers = pod.list("/spec/containers").iter().chain(sidecars);
    let ports = containers.filter_map(|container| container["ports"].as_array()).flatten();
    ports.filter_map(|port| Some((port["containerPort"].as_i64()?, text(port, "/name")))).collect()
}

/// Where a volume that begins empty hides what the image holds.
pub(super) fn mounted_over(pod: &Object) -> Aside {
    // Of several containers nobody knows which one answers.
    (pod.list("/spec/containers").len() == 1).then_some(())?;
    let empty = |name: &Value| {
        let mut volumes = pod.list("/spec/volumes").iter().filter(|volume| volume["name"] == *name);
        volumes.any(|volume| {
            ["emptyDir", "hostPath", "persistentVolumeClaim"].iter().any(|kind| volume.get(kind).is_some())
        })
    };
    let mounts =
        pod.list("/spec/containers").iter().filter_map(|container| container["volumeMounts"].as_array());
    let mount = mounts.flatten().find(|mount| empty(&mount["name"]))?;
    Some((&sentences::MOUNTED_OVER, vec![text(mount, "/mountPath").to_owned()]))
}

/// What a container runs in place of its image's own program.
fn other_program(pod: &Object) -> Aside {
    if let Some(loopback) = pod.list("/spec/containers").iter().find_map(on_loopback) {
        return Some(loopback);
    }
    let commands =
        pod.list("/spec/containers").iter().filter_map(|container| container["command"].as_array());
    let words = |words: &Vec<Value>| words.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" ");
    let command = commands.map(words).next()?;
    Some((&sentences::OTHER_PROGRAM, vec![shorten(&command)]))
}

/// Whether a port of a Service is the one that is asked for, by number or by name.
pub(super) fn offers(port: &Value, asked: &str) -> bool {
    port["port"].as_i64().is_some_and(|number| asked.parse() == Ok(number)) || text(port, "/name") == asked
}

/// Where a port of a Service leads to, by number or by name.
pub(super) fn target_port(port: &Value) -> &Value {
    port.get("targetPort").unwrap_or(&port["port"])
}

pub(super) fn target_of(port: &Value) -> String {
    show(target_port(port))
}
