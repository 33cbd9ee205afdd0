//! Names that a program asked the cluster's DNS for in vain: who bears them, and what stands in between.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use crate::apimachinery::{LabelSelector, Object, builtin};

use super::super::finding::Aside;
use super::super::sentences;
use super::{Chain, near};

/// How programs say that a name has no address: busybox, glibc, curl, Python, Node, Go, Java.
static UNKNOWN_NAME: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    [
        r"bad address '([^':]+)",
        r"(?i)could not (?:resolve host|translate host name):? \x22?([\w.-]+)",
        r"(?:ENOTFOUND|EAI_AGAIN) ([\w.-]+)",
        r"lookup ([\w.-]+)(?: on [\w.:\[\]]+)?: (?:no such host|.*timeout)",
        r"UnknownHostException: ([\w.-]+)",
        r"can't resolve '([\w.-]+)'",
        r"host not found in upstream \x22([\w.-]+)",
        r"([\w.-]+): (?:Name or service not known|Temporary failure in name resolution)",
    ]
    .iter()
    .filter_map(|pattern| Regex::new(pattern).ok())
    .collect()
});

/// How programs say that nobody answered.
const NO_ANSWER: [&str; 4] = ["timed out", "timeout", "i/o timeout", "download timed out"];

/// The name that a program could not find, as it wrote in its last line.
fn unknown_name(line: &str) -> Option<&str> {
    UNKNOWN_NAME
        .iter()
        .find_map(|pattern| Some(pattern.captures(line)?.get(1)?.as_str().trim_end_matches('.')))
}

impl<'a> Chain<'a> {
    /// Why a program that wrote this line finds nobody under a name, or no answer.
    pub(super) fn behind_the_line(self, pod: &Object, probe: &Value, line: &str) -> Aside {
        let name = unknown_name(line);
        let silent = || NO_ANSWER.iter().any(|words| line.contains(words));
        if name.is_none() && !silent() {
            return None;
        }
        if let Some(policy) = self.policy_around(pod) {
            return Some((&sentences::POLICY_HOLDS_BACK, vec![policy.name().to_owned()]));
        }
        let out = || {
            let policies = self.egress_policies(pod);
            let lets_all = |policy: &&Object| {
                let rules = policy.list("/spec/egress").iter();
                rules.into_iter().any(|rule| {
                    ["to", "ports"].iter().all(|key| rule[*key].as_array().is_none_or(Vec::is_empty))
                })
            };
            let policy = policies.first().filter(|_| !policies.iter().any(lets_all))?;
            Some((&sentences::EGRESS_HOLDS_BACK, vec![policy.name().to_owned()]))
        };
        let silent = || self.policy_at_the_end(pod, probe).or_else(out);
        name.map_or_else(silent, |name| self.bearer_of(pod, name))
    }

    /// The NetworkPolicies that say what may leave a Pod.
    fn egress_policies(self, pod: &Object) -> Vec<&'a Object> {
        let policies = self.world.all(&builtin::NETWORK_POLICY, Some(pod.namespace())).iter();
        let of_pod = policies.filter(|policy| {
            let selector = policy.get("/spec/podSelector").map(LabelSelector::from_value).unwrap_or_default();
            let out = policy.list("/spec/policyTypes").iter().any(|kind| kind == "Egress")
                || policy.get("/spec/egress").is_some();
            out && selector.matches(pod.labels())
        });
        of_pod.collect()
    }

    /// The NetworkPolicy that forbids a Pod to ask anybody anything, even for a name.
    fn policy_around(self, pod: &Object) -> Option<&'a Object> {
        // Others may let through what one does not.
        let lets_ask = |policy: &&Object| {
            policy.list("/spec/egress").iter().any(|rule| {
                let (ports, peers) = (rule["ports"].as_array(), rule["to"].as_array());
                // The DNS runs in a namespace of its own.
                let far =
                    |peer: &Value| peer.get("namespaceSelector").is_some() || peer.get("ipBlock").is_some();
                ports.is_none_or(|ports| ports.iter().any(|port| port["port"] == 53))
                    && peers.is_none_or(|peers| peers.is_empty() || peers.iter().any(far))
            })
        };
        let all = self.egress_policies(pod);
        if all.iter().any(lets_ask) { None } else { all.into_iter().next() }
    }

    /// Who bears a name, or nearly, or elsewhere.
    fn bearer_of(self, pod: &Object, host: &str) -> Aside {
        let mut parts = host.split('.');
        let (first, second) = (parts.next()?, parts.next());
        let service = |name: &str, namespace: &str| {
            self.world
                .everywhere(&builtin::SERVICE)
                .iter()
                .find(|service| service.name() == name && service.namespace() == namespace)
        };
        // `db-0.db`: a member of a StatefulSet, by the grace of its headless Service.
        if let Some(governing) = second
            && let Some(set) =
                self.world.all(&builtin::STATEFUL_SET, Some(pod.namespace())).iter().find(|set| {
                    let (owner, _) = first.rsplit_once('-').unwrap_or((first, ""));
                    set.name() == owner
                })
        {
            let words =
                vec![host.to_owned(), set.name().to_owned(), set.text("/spec/serviceName").to_owned()];
            return service(governing, pod.namespace())
                .is_none_or(|service| service.text("/spec/clusterIP") != "None")
                .then_some((&sentences::MEMBER_WITHOUT_SERVICE, words));
        }
        let namespace = second.filter(|part| *part != "svc").unwrap_or(pod.namespace());
        if service(first, namespace).is_some() {
            return asks_the_node_for_names(pod);
        }
        let elsewhere =
            self.world.everywhere(&builtin::SERVICE).iter().find(|service| service.name() == first);
        if let Some(other) = elsewhere {
            let words = vec![first.to_owned(), other.namespace().to_owned()];
            return Some((&sentences::NAME_ELSEWHERE, words));
        }
        let names = self.world.all(&builtin::SERVICE, Some(pod.namespace())).iter().map(Object::name);
        near(first, names).or_else(|| Some((&sentences::NO_SUCH_NAME, vec![first.to_owned()])))
    }
}

/// Whether a Pod asks the node's resolver for names, which knows nothing of the cluster.
fn asks_the_node_for_names(pod: &Object) -> Aside {
    let policy = pod.text("/spec/dnsPolicy");
    let by_network = pod.flag("/spec/hostNetwork") && policy == "ClusterFirst";
    (policy == "Default" || by_network).then(|| (&sentences::NODES_RESOLVER, vec![policy.to_owned()]))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::super::super::super::world::World;
    use super::*;

    #[test]
    fn a_policy_that_lets_everything_out_holds_nothing_back() {
        let told = |egress: Value| {
            let policy = json!({
                "apiVersion": "networking.k8s.io/v1",
                "kind": "NetworkPolicy",
                "metadata": {"name": "out", "namespace": "default"},
                "spec": {"podSelector": {}, "policyTypes": ["Egress"], "egress": egress},
            });
            let pod =
                json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "namespace": "default"}});
            let (world, logs) = (World::of("default", vec![policy]), BTreeMap::new());
            let pod = Object::from_value(pod).unwrap();
            Chain::new(&world, &logs).behind_the_line(&pod, &Value::Null, "wget: download timed out")
        };
        let some = json!([{"to": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]}]);
        assert_eq!(told(some).map(|(sentence, _)| sentence), Some(&sentences::EGRESS_HOLDS_BACK));
        assert_eq!(told(json!([{}])), None);
    }

    #[test]
    fn names_are_found_in_what_programs_write() {
        for (line, name) in [
            ("wget: bad address 'db'", Some("db")),
            ("wget: bad address 'db:5432'", Some("db")),
            ("curl: (6) Could not resolve host: db.data", Some("db.data")),
            ("could not translate host name \"db\" to address", Some("db")),
            ("Error: getaddrinfo ENOTFOUND api.shop", Some("api.shop")),
            ("dial tcp: lookup db on 10.96.0.10:53: no such host", Some("db")),
            ("java.net.UnknownHostException: db", Some("db")),
            ("ping: db: Name or service not known", Some("db")),
            ("connection refused", None),
        ] {
            assert_eq!(unknown_name(line), name, "{line}");
        }
    }
}
