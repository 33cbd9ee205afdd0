//! NetworkPolicies: whether a connection passes, as a network plugin that enforces them decides.

use std::sync::Arc;

use crate::apimachinery::builtin::{NAMESPACE, NETWORK_POLICY};
use crate::apimachinery::{Cidr, LabelSelector, Object, ObjectKey};
use crate::base::Value;

use super::super::registry::Registry;

/// One end of a connection.
#[derive(Clone, Debug)]
pub(crate) enum End {
    /// A Pod with a network of its own.
    Pod(Arc<Object>),
    /// A node itself: no policy keeps its own traffic from the Pods on it.
    Node,
    /// Anybody else, by address.
    Outside(String),
}

impl End {
    fn address(&self) -> &str {
        match self {
            Self::Pod(pod) => pod.text("/status/podIP"),
            Self::Node => "",
            Self::Outside(address) => address,
        }
    }

    fn pod(&self) -> Option<&Object> {
        match self {
            Self::Pod(pod) => Some(pod),
            _ => None,
        }
    }
}

/// Whether the policies on both sides let a connection through. `port` is the one at the far end.
pub(crate) fn allows(registry: &Registry, from: &End, to: &End, port: u16, protocol: &str) -> bool {
    if let (Some(from), Some(to)) = (from.pod(), to.pod())
        && from.uid() == to.uid()
    {
        return true;
    }
    let port = Port { number: port, protocol, at: to.pod() };
    let leaves = from.pod().is_none_or(|pod| side(registry, pod, "Egress", to, &port));
    let enters =
        matches!(from, End::Node) || to.pod().is_none_or(|pod| side(registry, pod, "Ingress", from, &port));
    leaves && enters
}

/// The far end's port.
struct Port<'a> {
    number: u16,
    protocol: &'a str,
    /// The Pod that has it, to look up names.
    at: Option<&'a Object>,
}

/// Whether the policies of one direction that select a Pod, if there are any, let it talk to `peer`.
fn side(registry: &Registry, pod: &Object, direction: &str, peer: &End, port: &Port<'_>) -> bool {
    let (rules, peers) = if direction == "Ingress" { ("ingress", "from") } else { ("egress", "to") };
    let selecting: Vec<&Arc<Object>> = registry
        .store()
        .list(&NETWORK_POLICY, Some(pod.namespace()))
        .filter(|policy| policy.list("/spec/policyTypes").iter().any(|found| found == direction))
        .filter(|policy| selects(policy.get("/spec/podSelector"), pod))
        .collect();
    selecting.is_empty()
        || selecting.iter().any(|policy| {
            policy.list(&format!("/spec/{rules}")).iter().any(|rule| {
                let listed = |field: &str| rule[field].as_array().map(Vec::as_slice).unwrap_or_default();
                let (ports, peers) = (listed("ports"), listed(peers));
                (ports.is_empty() || ports.iter().any(|entry| port.is_in(entry)))
                    && (peers.is_empty()
                        || peers.iter().any(|entry| is_meant(registry, policy.namespace(), entry, peer)))
            })
        })
}

fn selects(selector: Option<&Value>, object: &Object) -> bool {
    LabelSelector::from_value(selector.unwrap_or(&Value::Null)).matches(object.labels())
}

impl Port<'_> {
    fn is_in(&self, entry: &Value) -> bool {
        let protocol = entry["protocol"].as_str().unwrap_or("TCP");
        protocol == self.protocol
            && match &entry["port"] {
                Value::Null => true,
                Value::String(name) => self.at.is_some_and(|pod| self.is_named(pod, name)),
                number => {
                    let first = number.as_u64().unwrap_or_default();
                    (first..=entry["endPort"].as_u64().unwrap_or(first)).contains(&u64::from(self.number))
                }
            }
    }

    fn is_named(&self, pod: &Object, name: &str) -> bool {
        let containers = pod.list("/spec/containers").iter();
        containers.filter_map(|container| container["ports"].as_array()).flatten().any(|port| {
            port["name"] == name
                && port["containerPort"].as_u64() == Some(u64::from(self.number))
                && port["protocol"].as_str().unwrap_or("TCP") == self.protocol
        })
    }
}

/// Whether an entry of `from` or `to` means this end.
fn is_meant(registry: &Registry, namespace: &str, entry: &Value, end: &End) -> bool {
    if let Some(block) = entry.get("ipBlock").filter(|block| block.is_object()) {
        let Ok(address) = end.address().parse() else { return false };
        let except = block["except"].as_array().into_iter().flatten();
        let holds =
            |range: &Value| range.as_str().and_then(Cidr::parse).is_some_and(|range| range.contains(address));
        return holds(&block["cidr"]) && !except.into_iter().any(holds);
    }
    let Some(pod) = end.pod() else { return false };
    let there = match entry.get("namespaceSelector").filter(|selector| selector.is_object()) {
        None => pod.namespace() == namespace,
        selector => registry
            .get(&NAMESPACE, &ObjectKey::new("", pod.namespace()))
            .is_ok_and(|namespace| selects(selector, &namespace)),
    };
    there
        && entry
            .get("podSelector")
            .filter(|selector| selector.is_object())
            .is_none_or(|selector| selects(Some(selector), pod))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apimachinery::Kind;
    use crate::apimachinery::builtin::POD;
    use crate::base::{Random, Timestamp, json};
    use crate::cluster::registry::WriteOptions;

    fn create(registry: &mut Registry, kind: &'static Kind, namespace: &str, name: &str, spec: Value) {
        let mut object = Object::new(kind, namespace, name);
        if kind == &NAMESPACE {
            object.set("/metadata/labels", spec);
        } else {
            object.set("/spec", spec);
        }
        registry.create(kind, namespace, object, &WriteOptions::component("test")).unwrap();
    }

    fn pod(namespace: &str, app: &str, address: &str) -> End {
        let mut pod = Object::new(&POD, namespace, app);
        pod.set("/metadata/uid", format!("{namespace}/{app}"));
        pod.set_label("app", app);
        pod.set("/status/podIP", address);
        pod.set(
            "/spec/containers",
            json!([{"ports": [{"name": "http", "containerPort": 80, "protocol": "TCP"}]}]),
        );
        End::Pod(Arc::new(pod))
    }

    #[test]
    fn policies_isolate_what_they_select_and_let_through_what_they_name() {
        let mut registry = Registry::new(Timestamp::UNIX_EPOCH, Random::seeded(1));
        for (name, team) in [("default", "a"), ("other", "b")] {
            create(&mut registry, &NAMESPACE, "", name, json!({"team": team}));
        }
        let (web, db) = (pod("default", "web", "10.244.0.5"), pod("default", "db", "10.244.0.6"));
        let (foreign, outside) = (pod("other", "web", "10.244.0.7"), End::Outside("192.168.49.1".to_owned()));
        let tcp = |registry: &Registry, from: &End, to: &End, port| allows(registry, from, to, port, "TCP");
        assert!(tcp(&registry, &foreign, &db, 5432));

        create(
            &mut registry,
            &NETWORK_POLICY,
            "default",
            "deny",
            json!({"podSelector": {}, "policyTypes": ["Ingress"]}),
        );
        for from in [&web, &foreign, &outside] {
            assert!(!tcp(&registry, from, &db, 5432), "{from:?}");
        }
        assert!(tcp(&registry, &db, &db, 5432) && tcp(&registry, &End::Node, &db, 5432));
        assert!(tcp(&registry, &db, &foreign, 80));

        let from = json!([{"podSelector": {"matchLabels": {"app": "web"}}},
            {"namespaceSelector": {"matchLabels": {"team": "b"}}, "podSelector": {"matchLabels": {"app": "db"}}}]);
        create(
            &mut registry,
            &NETWORK_POLICY,
            "default",
            "web",
            json!({"podSelector": {"matchLabels": {"app": "db"}},
            "ingress": [{"from": from, "ports": [{"port": 5000, "endPort": 6000}, {"port": "http"}]}]}),
        );
        assert!(tcp(&registry, &web, &db, 5432) && tcp(&registry, &web, &db, 80));
        assert!(!tcp(&registry, &web, &db, 81) && !allows(&registry, &web, &db, 5432, "UDP"));
        assert!(!tcp(&registry, &foreign, &db, 5432));
        assert!(tcp(&registry, &pod("other", "db", "10.244.0.8"), &db, 5432));

        let block = json!([{"ipBlock": {"cidr": "192.168.0.0/16", "except": ["192.168.50.0/24"]}}]);
        create(
            &mut registry,
            &NETWORK_POLICY,
            "default",
            "lan",
            json!({"podSelector": {}, "ingress": [{"from": block}]}),
        );
        assert!(tcp(&registry, &outside, &db, 1));
        assert!(!tcp(&registry, &End::Outside("192.168.50.9".to_owned()), &db, 1));

        create(
            &mut registry,
            &NETWORK_POLICY,
            "other",
            "quiet",
            json!({"podSelector": {}, "policyTypes": ["Egress"]}),
        );
        assert!(!tcp(&registry, &foreign, &outside, 80));
    }
}
