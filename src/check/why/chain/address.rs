//! Addresses that a program asks in vain: a node's, where only nodePorts answer, and one that nobody has any more.

use std::net::Ipv4Addr;

use crate::apimachinery::{Object, builtin};
use crate::base::Value;

use super::super::finding::{Aside, name_of};
use super::super::sentences;
use super::Chain;
use super::far_end::{is_unreached, words_in};

/// Bits that the addresses of a cluster's Services have in common, and those of its Pods.
const SERVICE_BITS: u32 = 12;
const POD_BITS: u32 = 16;

impl Chain<'_> {
    /// Who has the address that a container's own words name, where nobody answered.
    pub(super) fn behind_the_address(self, container: &Value, line: &str) -> Aside {
        if !is_unreached(line) {
            return None;
        }
        let lists = [&container["command"], &container["args"]].into_iter().filter_map(Value::as_array);
        let joined = lists.flatten().filter_map(Value::as_str).collect::<Vec<_>>().join(" ");
        let words = words_in(&joined);
        words.iter().enumerate().find_map(|(place, word)| {
            let (address, port) = asked_address(word, words.get(place + 1).copied())?;
            self.of_node(address, port?).or_else(|| self.of_nobody(address))
        })
    }

    /// A node that is asked for the port of a Service.
    fn of_node(self, address: Ipv4Addr, asked: i64) -> Aside {
        let own = |node: &Object| {
            let addresses = node.list("/status/addresses").iter();
            addresses.into_iter().any(|one| one["address"].as_str() == Some(address.to_string().as_str()))
        };
        let is_node = self.world.all(&builtin::NODE, None).iter().any(own);
        let services = self.world.all(&builtin::SERVICE, None).iter().filter(|_| is_node);
        let mut doors = services.filter_map(|service| {
            let port =
                service.list("/spec/ports").iter().find(|port| port["port"].as_i64() == Some(asked))?;
            let door = port["nodePort"].as_i64().filter(|door| *door != asked)?;
            Some(vec![address.to_string(), name_of(service), door.to_string()])
        });
        Some((&sentences::NODE_DOOR, doors.next()?))
    }

    /// An address like those of Services and Pods that none of them has.
    fn of_nobody(self, address: Ipv4Addr) -> Aside {
        let parsed = |object: &Object, pointer: &str| object.text(pointer).parse::<Ipv4Addr>().ok();
        let world = self.world;
        let services =
            || world.everywhere(&builtin::SERVICE).iter().chain(world.all(&builtin::SERVICE, None));
        let services: Vec<Ipv4Addr> = services().filter_map(|one| parsed(one, "/spec/clusterIP")).collect();
        let pods = || world.everywhere(&builtin::POD).iter().chain(world.all(&builtin::POD, None));
        let pods = pods().filter(|pod| !pod.flag("/spec/hostNetwork"));
        let pods: Vec<Ipv4Addr> = pods.filter_map(|pod| parsed(pod, "/status/podIP")).collect();
        let near = |others: &[Ipv4Addr], bits: u32| {
            let network = |one: &Ipv4Addr| u32::from(*one) >> (32 - bits);
            others.iter().any(|other| network(other) == network(&address))
        };
        let within = near(&services, SERVICE_BITS) || near(&pods, POD_BITS);
        let borne = services.contains(&address) || pods.contains(&address);
        (within && !borne).then(|| (&sentences::ADDRESS_OF_NOBODY, vec![address.to_string()]))
    }
}

/// The address of `http://10.96.0.9:80/path`, or of `10.96.0.9 80`, and the port.
fn asked_address(word: &str, next: Option<&str>) -> Option<(Ipv4Addr, Option<i64>)> {
    let (scheme, rest) = word.split_once("://").unwrap_or(("", word));
    let authority = rest.split(['/', '?']).next().unwrap_or(rest);
    let (host, port) = authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port)));
    let by_scheme = match scheme {
        "http" => Some(80),
        "https" => Some(443),
        _ => next.and_then(|next| next.parse().ok()),
    };
    Some((host.parse().ok()?, port.map_or(by_scheme, |port| port.parse().ok())))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::base::json;

    use super::super::super::super::world::World;
    use super::*;

    #[test]
    fn an_address_that_somebody_has_or_that_is_not_the_clusters_is_no_trouble() {
        let service = json!({
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": "web", "namespace": "default"},
            "spec": {"clusterIP": "10.96.0.9", "ports": [{"port": 80, "nodePort": 30080}]},
        });
        let node = json!({
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {"name": "one"},
            "status": {"addresses": [{"type": "InternalIP", "address": "192.168.49.2"}]},
        });
        let (world, logs) = (World::of("default", vec![service, node]), BTreeMap::new());
        let told = |command: &str, line: &str| {
            let container = json!({"command": ["sh", "-c", command]});
            Chain::new(&world, &logs).behind_the_address(&container, line).map(|(sentence, _)| sentence)
        };
        let refused = "wget: can't connect to remote host: Connection refused";
        assert_eq!(told("wget http://192.168.49.2", refused), Some(&sentences::NODE_DOOR));
        assert_eq!(told("wget http://192.168.49.2:30080", refused), None);
        assert_eq!(told("nc -z 10.96.7.7 80", refused), Some(&sentences::ADDRESS_OF_NOBODY));
        assert_eq!(told("nc -z 10.96.0.9 80", refused), None);
        assert_eq!(told("wget http://8.8.8.8", refused), None);
        assert_eq!(told("wget http://10.96.7.7", "done"), None);
    }
}
