//! Pods without a node: what the scheduler said, and what of the Pod and the nodes makes it say so.

use std::collections::BTreeMap;

use crate::apimachinery::{Object, Quantity, builtin, pod_requests};
use crate::base::Value;

use super::super::finding::{Aside, Finding, get_yaml, name_of};
use super::super::sentences;
use super::neighbours::asked_by;
use super::service::written;
use super::{Chain, between, text};

/// So many whole processors are meant as thousandths of one.
const CPUS_MANY: u64 = 50;

impl<'a> Chain<'a> {
    /// Why a Pod has no node.
    pub(super) fn unscheduled(self, pod: &Object) -> Option<Finding> {
        let name = name_of(pod);
        let node = pod.text("/spec/nodeName");
        if !node.is_empty() {
            let known = self.world.named(&builtin::NODE, None, node).is_some();
            let nodes = !self.world.all(&builtin::NODE, None).is_empty();
            let finding = Finding::lasting(&sentences::NO_SUCH_NODE, [&name, node]);
            return (nodes && !known).then(|| finding.shown_by("kubectl get nodes"));
        }
        let gates = pod.list("/spec/schedulingGates").iter().map(|gate| text(gate, "/name"));
        let gates = gates.collect::<Vec<_>>().join(", ");
        if !gates.is_empty() {
            let show = get_yaml(pod, self.world.namespace());
            let finding = Finding::lasting(&sentences::GATED, [&name, &gates]);
            return Some(finding.called("SchedulingGated").shown_by(show));
        }
        let refused = pod.condition("PodScheduled").filter(|scheduled| scheduled["status"] == "False");
        let Some(refused) = refused else {
            let scheduler = pod.text("/spec/schedulerName");
            let foreign = !scheduler.is_empty() && scheduler != "default-scheduler";
            let finding = Finding::lasting(&sentences::NO_SCHEDULER, [&name, scheduler]);
            return foreign
                .then(|| finding.called("Pending").shown_by(get_yaml(pod, self.world.namespace())));
        };
        let message = refused.get("message").and_then(Value::as_str).unwrap_or_default();
        // The scheduler's reasons come before what preemption would not help with.
        let (reasons, _) = message.split_once("preemption:").unwrap_or((message, ""));
        let finding = self.refused_by_nodes(pod, &name, reasons);
        Some(finding.called("Unschedulable"))
    }

    fn refused_by_nodes(self, pod: &Object, name: &str, reasons: &str) -> Finding {
        let show = self.describe(pod);
        if let Some(claim) = between(reasons, "persistentvolumeclaim \"", "\" not found") {
            return self.claim_missing(pod, claim);
        }
        if let Some(claim) = between(reasons, "persistentvolumeclaim \"", "\" is being deleted") {
            let claim = self.claims_of(pod).into_iter().find(|found| found.name() == claim);
            if let Some(finding) = claim.and_then(|claim| self.broken_link(claim)) {
                return finding;
            }
        }
        if reasons.contains("unbound immediate PersistentVolumeClaims")
            || reasons.contains("persistent volumes to bind")
        {
            let unbound =
                self.claims_of(pod).into_iter().find(|claim| claim.text("/status/phase") != "Bound");
            if let Some(finding) = unbound.and_then(|claim| self.broken_link(claim)) {
                return finding;
            }
        }
        if reasons.contains("untolerated taint") {
            let finding = Finding::lasting(&sentences::TAINTED, [name, &self.taints()]);
            return finding.aside(tolerated(pod)).shown_by("kubectl describe nodes");
        }
        if let Some(resource) = reasons.split("Insufficient ").nth(1) {
            let resource = resource.split([',', ' ']).next().unwrap_or(resource).trim_end_matches('.');
            return self.too_big(pod, name, resource).shown_by(show);
        }
        if reasons.contains("didn't match Pod's node affinity/selector") {
            let wanted = wanted_of_nodes(pod, "/spec");
            let finding = Finding::lasting(&sentences::NO_SUCH_LABEL_ON_NODES, [name, &wanted]);
            let aside = self.name_as_label(pod).or_else(|| both_at_once(pod));
            return finding.aside(aside).shown_by("kubectl get nodes --show-labels");
        }
        if reasons.contains("were unschedulable") {
            let nodes = self.world.all(&builtin::NODE, None).iter();
            let closed = nodes.filter(|node| node.flag("/spec/unschedulable")).map(Object::name);
            let closed = closed.collect::<Vec<_>>().join(", ");
            return Finding::lasting(&sentences::CORDONED, [name, &closed]).shown_by("kubectl get nodes");
        }
        if reasons.contains("PersistentVolume's node affinity") || reasons.contains("volume node affinity") {
            let bound = self.claims_of(pod).into_iter().filter_map(|claim| {
                let volume = claim.text("/spec/volumeName");
                self.world.named(&builtin::PERSISTENT_VOLUME, None, volume)
            });
            let wanted =
                |volume: &Object| wanted_by(volume.list("/spec/nodeAffinity/required/nodeSelectorTerms"));
            let volume = bound.into_iter().find(|volume| !wanted(volume).is_empty());
            if let Some(volume) = volume {
                let words = [name.to_owned(), name_of(volume), wanted(volume).join(", ")];
                let finding =
                    Finding::lasting(&sentences::VOLUME_ELSEWHERE, [&words[0], &words[1], &words[2]]);
                return finding.shown_by("kubectl get nodes --show-labels");
            }
        }
        let sentence = if reasons.contains("pod affinity") || reasons.contains("anti-affinity") {
            &sentences::POD_AFFINITY
        } else if reasons.contains("topology spread") {
            &sentences::SPREAD
        } else if reasons.contains("free ports") {
            let (ports, holder) = self.host_ports(pod);
            return Finding::lasting(&sentences::HOST_PORT, [name, &ports]).aside(holder).shown_by(show);
        } else {
            &sentences::UNSCHEDULABLE
        };
        // What the scheduler says of claims for devices is of no use here.
        let told = reasons.split(" no new claims").next().unwrap_or(reasons).trim();
        let older = self.older_beside(pod).filter(|_| reasons.contains("anti-affinity"));
        let aside = older.or_else(|| self.of_others(pod, reasons)).or_else(|| wanted_of_others(pod));
        let finding = Finding::lasting(sentence, [name, told]).aside(aside);
        // Nothing said yet: the scheduler has only just looked.
        finding.lasts_if(!reasons.is_empty()).shown_by(show)
    }

    /// A node that a Pod selects by its name, under a label of another key.
    fn name_as_label(self, pod: &Object) -> Aside {
        const KEY: &str = "kubernetes.io/hostname";
        let named = |value: &Value| {
            let nodes = self.world.all(&builtin::NODE, None).iter();
            value.as_str().is_some_and(|value| nodes.into_iter().any(|node| node.name() == value))
        };
        let mut selector = pod.map("/spec/nodeSelector").into_iter().flatten();
        let meant = selector.any(|(key, value)| key != KEY && named(value));
        meant.then(|| (&sentences::NAME_AS_LABEL, vec![KEY.to_owned()]))
    }

    /// A Pod that asks for more than is left, and why there is not more, or why it asks for so much.
    fn too_big(self, pod: &Object, name: &str, resource: &str) -> Finding {
        let asked =
            pod_requests(pod.field("spec")).get(resource).map(ToString::to_string).unwrap_or_default();
        let odd = odd_cpus(resource, &asked);
        let by = asked_by(pod, resource, &asked).filter(|_| odd.is_some());
        let container = by.and_then(|(_, words)| words.into_iter().next());
        let name = container.map_or_else(|| name.to_owned(), |container| format!("{name} ({container})"));
        let aside = odd
            .or_else(|| self.displaces_nobody(pod, resource))
            .or_else(|| self.older_holds(pod, resource))
            .or_else(|| self.given_request(pod, resource))
            .or_else(|| asked_by(pod, resource, &asked))
            .or_else(|| limit_alone(pod, resource))
            .or_else(|| self.biggest_holder(pod, resource));
        Finding::lasting(&sentences::TOO_BIG, [&name, resource, &asked]).aside(aside)
    }

    /// A Pod whose priority is higher than that of others, and that may not take their place.
    fn displaces_nobody(self, pod: &Object, resource: &str) -> Aside {
        let priority = |pod: &Object| pod.number("/spec/priority").unwrap_or(0);
        let polite = pod.text("/spec/preemptionPolicy") == "Never";
        let lower = self.world.everywhere(&builtin::POD).iter().any(|other| {
            !other.text("/spec/nodeName").is_empty()
                && priority(other) < priority(pod)
                && pod_requests(other.field("spec")).contains_key(resource)
        });
        let class = pod.text("/spec/priorityClassName").to_owned();
        (polite && lower).then(|| (&sentences::DISPLACES_NOBODY, vec![class]))
    }

    /// The Pod of an older version that holds what a new one asks for, and goes only after it.
    fn older_holds(self, pod: &Object, resource: &str) -> Aside {
        let mut older = self.older_pods(pod).into_iter();
        let holder = older.find(|older| pod_requests(older.field("spec")).contains_key(resource))?;
        Some((&sentences::OLDER_HOLDS, vec![name_of(holder), resource.to_owned()]))
    }

    /// The Pods of other versions of a Pod's workload that have a node.
    fn older_pods(self, pod: &Object) -> Vec<&'a Object> {
        if pod.controller().is_none() {
            return Vec::new();
        }
        let owner = self.workload_of(pod);
        let older = self.world.all(&builtin::POD, Some(pod.namespace())).iter().filter(|other| {
            !other.text("/spec/nodeName").is_empty()
                && other.label("pod-template-hash") != pod.label("pod-template-hash")
                && self.workload_of(other) == owner
        });
        older.collect()
    }

    /// A request that nobody wrote: a LimitRange of the namespace gives it to whoever has none.
    fn given_request(self, pod: &Object, resource: &str) -> Aside {
        let noted = pod.annotation("kubernetes.io/limit-ranger")?;
        let given =
            noted.contains(&format!("{resource} request")) || noted.contains(&format!("{resource} limit"));
        let ranges = self.world.all(&builtin::LIMIT_RANGE, Some(pod.namespace())).iter();
        let gives = |range: &&Object| {
            range.list("/spec/limits").iter().any(|limit| {
                ["defaultRequest", "default"].iter().any(|part| limit[*part].get(resource).is_some())
            })
        };
        let range = ranges.filter(gives).map(Object::name).next().filter(|_| given)?;
        Some((&sentences::GIVEN_REQUEST, vec![resource.to_owned(), range.to_owned()]))
    }

    /// As `workload_of`, where the ReplicaSets of other namespaces are not at hand.
    pub(super) fn top_of(self, pod: &Object) -> String {
        let known = self.workload_of(pod);
        let hash = pod.label("pod-template-hash").unwrap_or_default();
        let name =
            known.strip_prefix("replicaset/").and_then(|name| name.strip_suffix(hash)?.strip_suffix('-'));
        name.filter(|_| !hash.is_empty()).map_or(known.clone(), |name| format!("deployment/{name}"))
    }

    /// Who holds most of what a Pod would find on an empty node.
    fn biggest_holder(self, pod: &Object, resource: &str) -> Aside {
        let amount = |pod: &Object| pod_requests(pod.field("spec")).get(resource).copied();
        let wanted = amount(pod)?;
        let fits = |node: &Object| {
            let all =
                node.get("/status/allocatable").and_then(|all| Quantity::from_value(all.get(resource)?));
            all.is_some_and(|all| all >= wanted)
        };
        let some_node = self.world.all(&builtin::NODE, None).iter().any(fits);
        let mut holders: BTreeMap<(String, &str), Quantity> = BTreeMap::new();
        let pods = self.world.everywhere(&builtin::POD).iter().filter(|other| {
            some_node
                && other.uid() != pod.uid()
                && other.namespace() != "kube-system"
                && !other.text("/spec/nodeName").is_empty()
                && !matches!(other.text("/status/phase"), "Succeeded" | "Failed")
        });
        for other in pods {
            let Some(own) = amount(other).filter(|own| !own.is_zero()) else { continue };
            let place = holders.entry((self.top_of(other), other.namespace())).or_insert(Quantity::ZERO);
            *place = *place + own;
        }
        let ((holder, namespace), held) = holders.into_iter().max_by_key(|(_, held)| *held)?;
        let words = vec![holder, namespace.to_owned(), held.to_string(), resource.to_owned()];
        Some((&sentences::BIGGEST_HOLDER, words))
    }

    /// The Pod of an older version beside which a new one may not stand, and which goes only after it.
    fn older_beside(self, pod: &Object) -> Aside {
        Some((&sentences::OLDER_BESIDE, vec![name_of(self.older_pods(pod).first()?)]))
    }

    /// The host ports that a Pod asks for, and who has one of them.
    fn host_ports(self, pod: &Object) -> (String, Aside) {
        let ports_of = |pod: &Object| -> Vec<i64> {
            let containers = pod.list("/spec/containers").iter();
            let ports = containers.filter_map(|container| container["ports"].as_array()).flatten();
            ports.filter_map(|port| port["hostPort"].as_i64()).filter(|port| *port > 0).collect()
        };
        let wanted = ports_of(pod);
        let mut others = self.world.everywhere(&builtin::POD).iter().filter(|other| {
            other.uid() != pod.uid() && !matches!(other.text("/status/phase"), "Succeeded" | "Failed")
        });
        let holder = others.find(|other| {
            !other.text("/spec/nodeName").is_empty()
                && ports_of(other).iter().any(|port| wanted.contains(port))
        });
        let written = wanted.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let sentence =
            if pod.flag("/spec/hostNetwork") { &sentences::HELD_BY_NETWORK } else { &sentences::HELD_BY };
        (written, holder.map(|holder| (sentence, vec![name_of(holder)])))
    }

    /// The taints of all nodes that keep Pods away: `dedicated=team:NoSchedule`.
    pub(in crate::check::why) fn taints(self) -> String {
        let nodes = self.world.all(&builtin::NODE, None).iter();
        let taints = nodes
            .flat_map(|node| node.list("/spec/taints"))
            .filter(|taint| taint["effect"] != "PreferNoSchedule");
        let written = taints.map(|taint| {
            let value = text(taint, "/value");
            let value = if value.is_empty() { String::new() } else { format!("={value}") };
            format!("{}{value}:{}", text(taint, "/key"), text(taint, "/effect"))
        });
        written.collect::<Vec<_>>().join(", ")
    }

    /// The claims that a Pod uses and that exist.
    pub(super) fn claims_of(self, pod: &Object) -> Vec<&'a Object> {
        let names = pod.list("/spec/volumes").iter();
        let names = names.filter_map(|volume| volume.pointer("/persistentVolumeClaim/claimName"));
        names
            .filter_map(Value::as_str)
            .filter_map(|name| {
                self.world.named(&builtin::PERSISTENT_VOLUME_CLAIM, Some(pod.namespace()), name)
            })
            .collect()
    }
}

/// An amount of cpu that is written as people write memory, or without the suffix that is meant.
fn odd_cpus(resource: &str, asked: &str) -> Aside {
    if resource != "cpu" {
        return None;
    }
    if asked.parse::<u64>().is_ok_and(|cpus| cpus >= CPUS_MANY) {
        return Some((&sentences::WHOLE_CPUS, vec![asked.to_owned()]));
    }
    let number = asked.trim_end_matches(|letter: char| letter.is_alphabetic());
    let suffix = asked.strip_prefix(number).filter(|suffix| !matches!(*suffix, "" | "m" | "u" | "n"))?;
    Some((&sentences::CPUS_LIKE_MEMORY, vec![suffix.to_owned(), number.to_owned()]))
}

/// Requests that are the same as the limits: perhaps none was written.
fn limit_alone(pod: &Object, resource: &str) -> Aside {
    let containers = pod.list("/spec/containers").iter();
    let mut amounts = containers.filter_map(|container| {
        let of = |part: &str| container.pointer("/resources")?.get(part)?.get(resource);
        Some((of("requests")?, of("limits")?))
    });
    amounts.any(|(request, limit)| request == limit).then(|| (&sentences::LIMIT_ALONE, Vec::new()))
}

/// What a Pod tolerates of its own accord: perhaps nearly the taint.
fn tolerated(pod: &Object) -> Aside {
    let own = pod.list("/spec/tolerations").iter().filter(|one| {
        let by_default = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"];
        !by_default.contains(&text(one, "/key"))
    });
    let written = own.map(|one| {
        let value = match text(one, "/value") {
            "" => String::new(),
            value => format!("={value}"),
        };
        let effect = match text(one, "/effect") {
            "" => String::new(),
            effect => format!(":{effect}"),
        };
        format!("{}{value}{effect}", text(one, "/key"))
    });
    let written = written.collect::<Vec<_>>().join(", ");
    (!written.is_empty()).then(|| (&sentences::TOLERATES, vec![written]))
}

/// What a Pod asks of the Pods beside it, and by which label of nodes.
fn wanted_of_others(pod: &Object) -> Aside {
    const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";
    let of_kind = |kind: &str| pod.list(&format!("/spec/affinity/{kind}/{REQUIRED}"));
    let spread = pod.list("/spec/topologySpreadConstraints").iter();
    let rules = of_kind("podAffinity").iter().chain(of_kind("podAntiAffinity")).chain(spread);
    let written = rules.map(|rule| {
        let labels = rule.pointer("/labelSelector/matchLabels").and_then(Value::as_object);
        let least = rule["minDomains"].as_i64().map(|least| format!(", minDomains {least}"));
        let (labels, least) = (labels.map(written).unwrap_or_default(), least.unwrap_or_default());
        format!("{labels} ({}{least})", text(rule, "/topologyKey"))
    });
    let written = written.collect::<Vec<_>>().join(", ");
    (!written.is_empty()).then(|| (&sentences::ITS_RULES, vec![written]))
}

/// A label that is to have two values at once: all expressions of a term must be true.
fn both_at_once(pod: &Object) -> Aside {
    const TERMS: &str =
        "/spec/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms";
    pod.list(TERMS).iter().find_map(|term| {
        let expressions: Vec<&Value> = term["matchExpressions"].as_array()?.iter().collect();
        let values = |one: &Value| one["values"].as_array().cloned().unwrap_or_default();
        let contradicts = |one: &&&Value| {
            expressions.iter().any(|other| {
                let same = one["key"] == other["key"] && one["operator"] == "In" && other["operator"] == "In";
                same && !values(one).iter().any(|value| values(other).contains(value))
            })
        };
        let key = text(expressions.iter().find(contradicts)?, "/key");
        Some((&sentences::BOTH_AT_ONCE, vec![key.to_owned()]))
    })
}

/// What a Pod asks of the labels of nodes.
pub(super) fn wanted_of_nodes(object: &Object, spec: &str) -> String {
    let selector = object.map(&format!("{spec}/nodeSelector")).into_iter().flatten();
    let mut wanted: Vec<String> =
        selector.map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default())).collect();
    let terms = "affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms";
    wanted.extend(wanted_by(object.list(&format!("{spec}/{terms}"))));
    wanted.join(", ")
}

/// What terms of a node selector ask for.
fn wanted_by(terms: &[Value]) -> Vec<String> {
    let mut wanted = Vec::new();
    for term in terms {
        let expressions = term["matchExpressions"].as_array().into_iter().flatten();
        for expression in expressions {
            let values = expression["values"].as_array().into_iter().flatten().filter_map(Value::as_str);
            let values = values.collect::<Vec<_>>().join(",");
            let text = |key: &str| expression[key].as_str().unwrap_or_default().to_owned();
            wanted.push(format!("{} {} ({values})", text("key"), text("operator")));
        }
    }
    wanted
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::super::super::super::world::World;
    use super::*;

    fn pod(spec: Value) -> Object {
        let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": spec});
        Object::from_value(pod).unwrap()
    }

    #[test]
    fn only_values_that_exclude_each_other_are_asked_for_in_vain() {
        let told = |values: [Value; 2], key: &str| {
            let [one, two] = values;
            let expressions = json!([
                {"key": "disk", "operator": "In", "values": one},
                {"key": key, "operator": "In", "values": two},
            ]);
            let terms = json!({"nodeSelectorTerms": [{"matchExpressions": expressions}]});
            let affinity = json!({"requiredDuringSchedulingIgnoredDuringExecution": terms});
            both_at_once(&pod(json!({"affinity": {"nodeAffinity": affinity}}))).is_some()
        };
        assert!(told([json!(["ssd"]), json!(["nvme"])], "disk"));
        assert!(!told([json!(["ssd", "nvme"]), json!(["nvme"])], "disk"));
        assert!(!told([json!(["ssd"]), json!(["a"])], "zone"));
    }

    #[test]
    fn a_node_is_meant_by_its_name_under_another_key_only() {
        let node = json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "minikube"}});
        let (world, logs) = (World::of("default", vec![node]), BTreeMap::new());
        let told = |selector: Value| {
            Chain::new(&world, &logs).name_as_label(&pod(json!({"nodeSelector": selector}))).is_some()
        };
        assert!(told(json!({"name": "minikube"})));
        assert!(!told(json!({"kubernetes.io/hostname": "minikube"})));
        assert!(!told(json!({"disk": "ssd"})));
    }
}
