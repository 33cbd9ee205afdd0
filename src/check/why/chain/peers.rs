//! NetworkPolicies as a caller meets them: which rule comes nearest to letting it in, and what it lacks.

use crate::apimachinery::{Cidr, LabelSelector, Object, builtin};
use crate::base::Value;

use super::super::super::partial::show;
use super::super::finding::{Aside, Sentence, name_of};
use super::super::sentences;
use super::service::{declared_ports, target_port, written};
use super::{Chain, text};

/// A sentence with its words.
type Told = (&'static Sentence, Vec<String>);

/// How near a rule comes to letting a caller in: the first thing that is wrong counts.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Lack {
    Port,
    Labels,
    Namespace,
    NoRule,
}

impl<'a> Chain<'a> {
    /// What a caller lacks to be let in to the Pods behind a Service; `None` where some policy lets it in.
    pub(super) fn shut_out(self, caller: &Object, service: &Object) -> Aside {
        let selector = service.map("/spec/selector").filter(|selector| !selector.is_empty())?;
        let pods = self.selected(service, selector);
        let target = pods.first()?;
        let mut lacks: Vec<(Lack, Told)> = Vec::new();
        for policy in self.policies_of(service, &pods) {
            let rules = policy.list("/spec/ingress");
            if rules.is_empty() {
                let words = vec![policy.name().to_owned(), service.name().to_owned()];
                let elsewhere = self.allows_elsewhere(policy, target).map(|other| {
                    let more = vec![name_of(other), other.namespace().to_owned()];
                    (&sentences::POLICY_ALLOWS_ELSEWHERE, [words.clone(), more].concat())
                });
                let told = elsewhere.unwrap_or((&sentences::POLICY_WITHOUT_RULES, words));
                lacks.push((Lack::NoRule, told));
            }
            for rule in rules {
                lacks.push(self.lack(policy, rule, caller, (service, target))?);
            }
        }
        lacks.into_iter().min_by(|one, two| one.0.cmp(&two.0)).map(|(_, aside)| aside)
    }

    /// A policy with rules for such a Pod that is in another namespace than the Pod, where it does nothing for it.
    fn allows_elsewhere(self, policy: &Object, target: &Object) -> Option<&'a Object> {
        let here = self.world.all(&builtin::NETWORK_POLICY, None).iter();
        let mut all = here.chain(self.world.everywhere(&builtin::NETWORK_POLICY));
        all.find(|other| {
            let selector = other.get("/spec/podSelector").map(LabelSelector::from_value).unwrap_or_default();
            let selects = !selector.is_empty() && selector.matches(target.labels());
            selects && other.namespace() != policy.namespace() && !other.list("/spec/ingress").is_empty()
        })
    }

    /// What one rule does not like about a caller; `None` where it lets it in.
    fn lack(
        self,
        policy: &Object,
        rule: &Value,
        caller: &Object,
        (service, target): (&Object, &Object),
    ) -> Option<(Lack, Told)> {
        let name = policy.name().to_owned();
        let peers = rule["from"].as_array().filter(|peers| !peers.is_empty());
        let mut nearest = None;
        for peer in peers.into_iter().flatten() {
            let lack = self.peer_lack(policy, peer, caller);
            let Some(lack) = lack else {
                nearest = None;
                break;
            };
            let nearer = nearest.as_ref().is_none_or(|(kind, _): &(Lack, _)| lack.0 < *kind);
            nearest = if nearer { Some(lack) } else { nearest };
        }
        if let Some(lack) = nearest {
            return Some(lack);
        }
        let ports = rule["ports"].as_array().filter(|ports| !ports.is_empty())?;
        let open = ports.iter().any(|port| opens(port, service, target));
        if open {
            return None;
        }
        let spoken = |port: &&Value| opens(&over_tcp(port), service, target);
        if let Some(port) = ports.iter().find(spoken) {
            let words = vec![name, text(port, "/protocol").to_owned(), reached(service, target)];
            return Some((Lack::Port, (&sentences::POLICY_PROTOCOL, words)));
        }
        let told: Vec<String> = ports.iter().map(|port| show(&port["port"])).collect();
        let words = vec![name, told.join(", "), reached(service, target)];
        Some((Lack::Port, (&sentences::POLICY_PORTS, words)))
    }

    /// What a peer of a rule asks for that a caller has not.
    fn peer_lack(self, policy: &Object, peer: &Value, caller: &Object) -> Option<(Lack, Told)> {
        let name = policy.name().to_owned();
        let of =
            |key: &str| peer.get(key).map(|selector| (LabelSelector::from_value(selector), asked(selector)));
        let (namespaces, pods) = (of("namespaceSelector"), of("podSelector"));
        if namespaces.is_none() && pods.is_none() {
            return Some((Lack::Namespace, of_addresses(name, &peer["ipBlock"], caller)?));
        }
        let elsewhere = caller.namespace() != policy.namespace();
        match &namespaces {
            None if elsewhere => {
                let words = vec![name, policy.namespace().to_owned(), caller.namespace().to_owned()];
                return Some((Lack::Namespace, (&sentences::POLICY_OWN_NAMESPACE, words)));
            }
            None => {}
            Some((selector, asked)) => {
                let own = self.world.named(&builtin::NAMESPACE, None, caller.namespace())?;
                if !selector.matches(own.labels()) {
                    let words = vec![name, asked.clone(), caller.namespace().to_owned()];
                    return Some((Lack::Namespace, (&sentences::POLICY_NAMESPACES, words)));
                }
            }
        }
        let (selector, asked) = pods?;
        let words = vec![name, asked, name_of(caller), caller.labels().map(written).unwrap_or_default()];
        if selector.matches(caller.labels()) {
            return None;
        }
        let told = match self.owner_with(caller, &selector) {
            Some(owner) => (&sentences::POLICY_LABELS_ABOVE, [words, vec![owner]].concat()),
            None => (&sentences::POLICY_LABELS, words),
        };
        Some((Lack::Labels, told))
    }

    /// The workload above a Pod, where it carries labels itself that its Pods lack.
    fn owner_with(self, pod: &Object, selector: &LabelSelector) -> Option<String> {
        let owner = self.workload_of(pod);
        let kinds = [&builtin::DEPLOYMENT, &builtin::STATEFUL_SET, &builtin::DAEMON_SET, &builtin::JOB];
        let mut all = kinds.into_iter().flat_map(|kind| self.world.all(kind, Some(pod.namespace())));
        let found = all.any(|workload| name_of(workload) == owner && selector.matches(workload.labels()));
        found.then_some(owner)
    }
}

/// A selector as it is told: its labels, or that it has expressions.
fn asked(selector: &Value) -> String {
    match selector["matchLabels"].as_object() {
        Some(labels) if selector.get("matchExpressions").is_none() => written(labels),
        _ => LabelSelector::from_value(selector).to_string(),
    }
}

/// Whether a port of a rule is one on which a Service reaches a Pod.
fn opens(port: &Value, service: &Object, target: &Object) -> bool {
    if protocol(port) != "TCP" {
        return false;
    }
    let Some(wanted) = port.get("port") else { return true };
    let declared = declared_ports(target);
    let number = |port: &Value| match port.as_str() {
        None => port.as_i64(),
        Some(wanted) => declared.iter().find(|(_, name)| *name == wanted).map(|(number, _)| *number),
    };
    let Some(first) = number(wanted) else { return false };
    let last = port["endPort"].as_i64().unwrap_or(first);
    let mut targets = service.list("/spec/ports").iter().map(target_port).filter_map(number);
    targets.any(|target| (first..=last).contains(&target))
}

/// The protocol of a port; what asks a Service here speaks TCP.
fn protocol(port: &Value) -> &str {
    match text(port, "/protocol") {
        "" => "TCP",
        protocol => protocol,
    }
}

/// The same port for TCP.
fn over_tcp(port: &Value) -> Value {
    let mut port = port.clone();
    port["protocol"] = Value::from("TCP");
    port
}

/// What a block of addresses does not like about a caller; `None` where it holds the caller's own.
fn of_addresses(policy: String, block: &Value, caller: &Object) -> Option<Told> {
    let cidr = text(block, "/cidr");
    let address = caller.text("/status/podIP");
    let words = vec![policy, cidr.to_owned()];
    let holds = |block: &str| {
        Cidr::parse(block).zip(address.parse().ok()).is_some_and(|(block, address)| block.contains(address))
    };
    if !holds(cidr) {
        return Some((&sentences::POLICY_ADDRESSES, words));
    }
    let mut left_out = block["except"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let except = left_out.find(|except| holds(except))?;
    let more = vec![except.to_owned(), name_of(caller), address.to_owned()];
    Some((&sentences::POLICY_EXCEPT, [words, more].concat()))
}

/// The ports of a Pod that a Service leads to.
fn reached(service: &Object, target: &Object) -> String {
    let declared = declared_ports(target);
    let told = service.list("/spec/ports").iter().map(target_port).map(|port| {
        let named = |(number, name): &&(i64, &str)| port.as_i64() == Some(*number) && !name.is_empty();
        let name = declared.iter().find(named).map(|(_, name)| format!(" ({name})"));
        format!("{}{}", show(port), name.unwrap_or_default())
    });
    told.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    #[test]
    fn a_block_lets_in_whom_it_holds_and_does_not_leave_out() {
        let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "c"}, "status": {"podIP": "10.244.0.9"}});
        let pod = Object::from_value(pod).unwrap();
        let told = |block: Value| of_addresses("p".to_owned(), &block, &pod).map(|(sentence, _)| sentence);
        assert_eq!(told(json!({"cidr": "10.244.0.0/16"})), None);
        assert_eq!(told(json!({"cidr": "10.96.0.0/12"})), Some(&sentences::POLICY_ADDRESSES));
        let except = json!({"cidr": "10.244.0.0/16", "except": ["10.244.0.0/24"]});
        assert_eq!(told(except), Some(&sentences::POLICY_EXCEPT));
    }
}
