//! Names that a program asked the cluster's DNS for in vain: who bears them, and what stands in between.

use std::sync::LazyLock;

use regex::Regex;

use crate::apimachinery::{LabelSelector, Object, builtin};
use crate::base::{Value, nearest};

use super::super::finding::{Aside, name_of};
use super::super::sentences;
use super::Chain;
use super::service::written;

/// How programs say that a name has no address: busybox, glibc, curl, Python, Node, Go, Java.
static UNKNOWN_NAME: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    [
        r"bad address '([^':/]+)(?::\d+)?'",
        r"(?i)could not (?:resolve host|translate host name):? \x22?([\w.-]+)",
        r"(?:ENOTFOUND|EAI_AGAIN) ([\w.-]+)",
        r"lookup ([\w.-]+)(?: on [\w.:\[\]]+)?: (?:no such host|.*timeout)",
        r"UnknownHostException: ([\w.-]+)",
        r"can't resolve '([\w.-]+)'",
        r"host not found in upstream \x22([\w.-]+)",
        r"can't find ([\w.-]+): NXDOMAIN",
        r"([A-Za-z][\w.-]*)(?::\d+)?: (?:Name or service not known|Temporary failure in name resolution)",
    ]
    .iter()
    .filter_map(|pattern| Regex::new(pattern).ok())
    .collect()
});

/// How programs say that nobody answered.
const NO_ANSWER: [&str; 4] = ["timed out", "timeout", "i/o timeout", "download timed out"];

/// The name that a program could not find, as it wrote in its last line.
pub(in crate::check::why) fn unknown_name(line: &str) -> Option<&str> {
    UNKNOWN_NAME.iter().find_map(|pattern| {
        let found = pattern.captures(line)?.get(1)?;
        // A variable that nobody put in is no name.
        let variable = line[..found.start()].ends_with(['$', '{', '(']);
        (!variable).then(|| found.as_str().trim_end_matches('.'))
    })
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
            let words = vec![policy.name().to_owned()];
            if policy.list("/spec/egress").is_empty() {
                return Some((&sentences::POLICY_LETS_NOTHING_OUT, words));
            }
            let asked = namespaces_for_names(policy);
            let Some(asked) = asked else { return Some((&sentences::POLICY_HOLDS_BACK, words)) };
            return Some((&sentences::POLICY_ASKS_NOBODY, [words, vec![asked]].concat()));
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
                let far = |peer: &Value| match peer.get("namespaceSelector") {
                    Some(selector) => {
                        let system = self.world.named(&builtin::NAMESPACE, None, "kube-system");
                        system.is_none_or(|one| LabelSelector::from_value(selector).matches(one.labels()))
                    }
                    None => peer.get("ipBlock").is_some(),
                };
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
        if let Some(governing) = second
            && let Some(aside) = self.member_of(pod, host, first, governing)
        {
            return Some(aside);
        }
        let namespace = second.filter(|part| *part != "svc").unwrap_or(pod.namespace());
        let beside = pod.list("/spec/containers").iter().any(|container| container["name"] == host);
        if beside && self.service_at(host, pod.namespace()).is_none() {
            return Some((&sentences::CONTAINER_BESIDE, vec![host.to_owned()]));
        }
        let own = self.service_at(first, pod.namespace()).or_else(|| self.service_at(first, namespace));
        if let Some(service) = own.filter(|service| !is_name_of(host, service)) {
            let whole = format!("{first}.{}.svc.cluster.local", service.namespace());
            return Some((&sentences::WHOLE_NAME, vec![name_of(service), whole]));
        }
        if let Some(service) = self.service_at(first, namespace) {
            let alias = || self.leads_nowhere(service);
            return asks_the_node_for_names(pod).or_else(alias).or_else(|| self.no_names());
        }
        let elsewhere =
            self.world.everywhere(&builtin::SERVICE).iter().find(|service| service.name() == first);
        if let Some(other) = elsewhere {
            let words = vec![first.to_owned(), other.namespace().to_owned()];
            return Some((&sentences::NAME_ELSEWHERE, words));
        }
        let names = self.world.all(&builtin::SERVICE, Some(pod.namespace())).iter().map(Object::name);
        let near = nearest(first, names);
        let near = near.map(|near| (&sentences::NO_SUCH_NAME_BUT, vec![first.to_owned(), near.to_owned()]));
        near.or_else(|| Some((&sentences::NO_SUCH_NAME, vec![first.to_owned()])))
    }

    fn service_at(self, name: &str, namespace: &str) -> Option<&'a Object> {
        let here = self.world.all(&builtin::SERVICE, Some(namespace)).iter();
        let mut all = here.chain(self.world.everywhere(&builtin::SERVICE));
        all.find(|service| service.name() == name && service.namespace() == namespace)
    }

    /// `db-0.db`: a single Pod has a name by the grace of a headless Service, the one that it names itself.
    fn member_of(self, pod: &Object, host: &str, first: &str, governing: &str) -> Aside {
        let pods = self.world.all(&builtin::POD, Some(pod.namespace())).iter();
        let member =
            pods.into_iter().find(|other| other.name() == first || other.text("/spec/hostname") == first);
        let (owner, ordinal) = first.rsplit_once('-').unwrap_or((first, ""));
        let numbered = ordinal.parse::<u32>().is_ok();
        let sets = self.world.all(&builtin::STATEFUL_SET, Some(pod.namespace()));
        let set = sets.iter().find(|set| numbered && set.name() == owner);
        let named = set.map(|set| set.text("/spec/serviceName"));
        let named =
            named.or_else(|| Some(member?.text("/spec/subdomain")).filter(|name| !name.is_empty()))?;
        let bearer = set.map(name_of).or_else(|| member.map(name_of))?;
        let Some(service) = self.service_at(named, pod.namespace()) else {
            let governs = self.service_at(governing, pod.namespace());
            if named != governing && governs.is_some() {
                let words = vec![host.to_owned(), bearer, named.to_owned(), governing.to_owned()];
                return Some((&sentences::MEMBER_NAMES_OTHER, words));
            }
            let words = vec![host.to_owned(), bearer, named.to_owned()];
            return Some((&sentences::MEMBER_WITHOUT_SERVICE, words));
        };
        if named != governing {
            let words = vec![bearer, named.to_owned(), format!("{first}.{named}")];
            return Some((&sentences::MEMBER_OF_OTHER, words));
        }
        let selector = service.map("/spec/selector").filter(|selector| !selector.is_empty())?;
        let selects = LabelSelector::from_map(selector);
        let member = member?;
        if !selects.matches(member.labels()) {
            let words = vec![name_of(service), written(selector), name_of(member)];
            return Some((&sentences::MEMBER_LEFT_OUT, words));
        }
        let early = service.flag("/spec/publishNotReadyAddresses");
        let unnamed = !early && !member.condition_is_true("Ready");
        let words = vec![name_of(member), host.to_owned(), name_of(service)];
        let sentence =
            if member.uid() == pod.uid() { &sentences::WAITS_FOR_ITS_NAME } else { &sentences::NAMED_LATER };
        unnamed.then_some((sentence, words))
    }

    /// A Service that is only another name for somebody who is not there.
    fn leads_nowhere(self, service: &Object) -> Aside {
        let host = service.text("/spec/externalName").trim_end_matches('.');
        let alias = service.text("/spec/type") == "ExternalName";
        if alias && host.parse::<std::net::IpAddr>().is_ok() {
            return Some((&sentences::ALIAS_ADDRESS, vec![name_of(service), host.to_owned()]));
        }
        let inside = host.strip_suffix(".cluster.local").unwrap_or(host).strip_suffix(".svc");
        let (name, namespace) = inside.filter(|_| alias)?.split_once('.')?;
        if self.service_at(name, namespace).is_some() {
            return None;
        }
        let words = vec![name_of(service), host.to_owned(), name.to_owned(), namespace.to_owned()];
        let same = self.world.everywhere(&builtin::SERVICE).iter().find(|other| {
            other.name() == name && other.uid() != service.uid() && other.text("/spec/type") != "ExternalName"
        });
        let Some(same) = same else { return Some((&sentences::ALIAS_OF_NOBODY, words)) };
        let words = [words, vec![same.namespace().to_owned()]].concat();
        Some((&sentences::ALIAS_ELSEWHERE, words))
    }

    /// Nobody in the cluster answers questions for names.
    fn no_names(self) -> Aside {
        let servers = self
            .world
            .everywhere(&builtin::POD)
            .iter()
            .filter(|pod| pod.namespace() == "kube-system" && pod.label("k8s-app") == Some("kube-dns"));
        let known = self.service_at("kube-dns", "kube-system").is_some();
        let ready = servers.into_iter().any(|pod| pod.condition_is_true("Ready"));
        (known && !ready).then(|| (&sentences::NO_DNS, Vec::new()))
    }
}

/// Whether a name is one under which a Service is found, from its own namespace or another; what is only in
/// another namespace is told elsewhere.
fn is_name_of(host: &str, service: &Object) -> bool {
    let whole = [service.name(), service.namespace(), "svc", "cluster", "local"];
    let parts: Vec<&str> = host.split('.').collect();
    let other_namespace = parts.get(1).is_some_and(|part| *part != "svc" && *part != service.namespace());
    let rest_fits = parts.len() <= 2 || parts.get(2..).is_some_and(|rest| whole[2..].starts_with(rest));
    whole.starts_with(&parts) || (other_namespace && rest_fits)
}

/// The labels of namespaces to which a policy lets questions for names go.
fn namespaces_for_names(policy: &Object) -> Option<String> {
    let rules = policy.list("/spec/egress").iter().filter(|rule| {
        let ports = rule["ports"].as_array();
        ports.is_some_and(|ports| ports.iter().any(|port| port["port"] == 53))
    });
    let mut peers = rules.filter_map(|rule| rule["to"].as_array()).flatten();
    peers.find_map(|peer| Some(written(peer.pointer("/namespaceSelector/matchLabels")?.as_object()?)))
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

    use crate::base::json;

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
    fn a_name_of_a_service_has_its_parts_in_their_order() {
        let service =
            json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "db", "namespace": "shop"}});
        let service = Object::from_value(service).unwrap();
        for (host, is) in [
            ("db", true),
            ("db.shop", true),
            ("db.shop.svc", true),
            ("db.shop.svc.cluster.local", true),
            ("db.data.svc.cluster.local", true),
            ("db.svc", false),
            ("db.svc.cluster.local", false),
            ("db.shop.svc.cluster.locl", false),
            ("db.shop.cluster.local", false),
        ] {
            assert_eq!(is_name_of(host, &service), is, "{host}");
        }
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
            ("Could not connect to Redis at db:6379: Name or service not known", Some("db")),
            (
                "** server can't find db.default.svc.cluster.local: NXDOMAIN",
                Some("db.default.svc.cluster.local"),
            ),
            ("Could not connect to Redis at $HOST:6379: Name or service not known", None),
            ("httpd: bad address 'tcp://10.96.0.7:80'", None),
            ("connection refused", None),
        ] {
            assert_eq!(unknown_name(line), name, "{line}");
        }
    }
}
