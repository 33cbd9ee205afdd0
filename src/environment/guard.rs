//! Guard rails of real clusters: what looks like production is left alone.

use std::collections::BTreeSet;
use std::fmt;

use crate::base::{Map, Value};

use super::objects::Objects;
use super::target::{Guess, Target, host_of};

/// Words in a context's, cluster's or server's name that mean that people depend on it.
const PRODUCTION_WORDS: &[&str] = &["prod", "production", "prd", "live"];

/// A cluster of more nodes than this was not made to learn on.
const NODES_MAX: usize = 5;

/// More workloads of others than this mean that people depend on the cluster.
const WORKLOADS_MAX: usize = 10;

/// Most objects of a kind that are looked at.
const LOOK_MAX: usize = 500;

/// How cloud providers begin the ids of their machines.
const PROVIDERS: &[(&str, &str)] = &[
    ("aws://", "AWS"),
    ("gce://", "Google Cloud"),
    ("azure://", "Azure"),
    ("digitalocean://", "DigitalOcean"),
    ("linode://", "Linode"),
    ("oci://", "Oracle Cloud"),
    ("ibm://", "IBM Cloud"),
    ("hcloud://", "Hetzner"),
    ("vultr://", "Vultr"),
    ("scaleway://", "Scaleway"),
    ("exoscale://", "Exoscale"),
    ("alicloud://", "Alibaba Cloud"),
];

/// How labels begin by which managed clusters tell their nodes apart.
const NODE_LABELS: &[(&str, &str)] = &[
    ("eks.amazonaws.com/", "EKS"),
    ("cloud.google.com/gke-", "GKE"),
    ("kubernetes.azure.com/", "AKS"),
    ("node.openshift.io/", "OpenShift"),
    ("doks.digitalocean.com/", "DigitalOcean"),
    ("lke.linode.com/", "Linode"),
    ("ibm-cloud.kubernetes.io/", "IBM Cloud"),
    ("k8s.scaleway.com/", "Scaleway"),
    ("vke.vultr.com/", "Vultr"),
];

/// Why a cluster looks like production.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sign {
    /// A word in its name.
    Name(String),
    /// It is a provider's managed cluster.
    Managed(&'static str),
    /// Its nodes are a provider's machines.
    Machines(&'static str),
    /// It has that many nodes.
    Nodes(usize),
    /// That many workloads of others run on it.
    Workloads(usize),
}

impl fmt::Display for Sign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(word) => write!(f, "its name says {word:?}"),
            Self::Managed(provider) => write!(f, "it is a managed cluster ({provider})"),
            Self::Machines(provider) => write!(f, "its nodes are machines of {provider}"),
            Self::Nodes(count) => write!(f, "it has {count} nodes"),
            Self::Workloads(count) => write!(f, "{count} workloads of others run on it"),
        }
    }
}

/// What the names of a context say.
#[must_use]
pub fn signs_in_names(target: &Target) -> Vec<Sign> {
    let words = |text: &str| -> Vec<String> {
        text.to_lowercase().split(|c: char| !c.is_ascii_alphanumeric()).map(str::to_owned).collect()
    };
    let named = words(&format!("{} {}", target.context, host_of(&target.server))).into_iter();
    let mut signs: Vec<Sign> =
        named.filter(|word| PRODUCTION_WORDS.contains(&word.as_str())).take(1).map(Sign::Name).collect();
    if let Guess::Managed(provider) = target.guess {
        signs.push(Sign::Managed(provider));
    }
    signs
}

/// What a look at the cluster says; what may not be looked at says nothing.
pub async fn signs_in_cluster(target: &Target, client: &kube::Client) -> Vec<Sign> {
    let objects = Objects::new(client.clone(), "default");
    let list = |path: &str| {
        let path = format!("{path}?limit={LOOK_MAX}");
        let objects = &objects;
        async move { objects.items(&path).await.unwrap_or_default() }
    };
    let mut signs = signs_of_nodes(target.guess, &list("/api/v1/nodes").await);
    // On the learner's own machine what else runs is the learner's own.
    if !target.guess.is_on_this_machine() {
        let mut foreign = BTreeSet::new();
        for kind in ["deployments", "statefulsets", "daemonsets"] {
            for workload in list(&format!("/apis/apps/v1/{kind}")).await {
                let text = |field: &str| workload["metadata"][field].as_str().unwrap_or_default().to_owned();
                let namespace = text("namespace");
                let is_system = namespace.starts_with("kube-")
                    || workload["metadata"]["labels"][super::COURSE_LABEL].is_string();
                // Other learners of a class are no sign of production.
                let rest = namespace.strip_prefix(super::lodging::NAME);
                let is_lodging = rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'));
                if !is_system && !is_lodging {
                    foreign.insert((kind, namespace, text("name")));
                }
            }
        }
        if foreign.len() > WORKLOADS_MAX {
            signs.push(Sign::Workloads(foreign.len()));
        }
    }
    signs
}

fn signs_of_nodes(guess: Guess, nodes: &[Value]) -> Vec<Sign> {
    let mut signs = Vec::new();
    let labels = nodes.iter().filter_map(|node| node["metadata"]["labels"].as_object());
    let mut managed = labels
        .flat_map(Map::keys)
        .filter_map(|key| NODE_LABELS.iter().find(|(prefix, _)| key.starts_with(prefix)))
        .map(|(_, provider)| Sign::Managed(provider));
    // OpenShift Local looks like its big sister; a tunnel's end on this machine may lead anywhere.
    if !matches!(guess, Guess::Desktop(_) | Guess::Managed(_)) {
        signs.extend(managed.next());
    }
    let machines = nodes.iter().filter_map(|node| node["spec"]["providerID"].as_str());
    let machines = machines.filter_map(|id| PROVIDERS.iter().find(|(prefix, _)| id.starts_with(prefix)));
    signs.extend(machines.map(|(_, provider)| Sign::Machines(provider)).take(1));
    if nodes.len() > NODES_MAX {
        signs.push(Sign::Nodes(nodes.len()));
    }
    signs
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    fn signs(context: &str, server: &str) -> Vec<Sign> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config");
        let text = format!(
            "clusters: [{{name: c, cluster: {{server: {server:?}}}}}]\n\
             contexts: [{{name: {context:?}, context: {{cluster: c, user: u}}}}]\n"
        );
        std::fs::write(&file, text).unwrap();
        signs_in_names(&Target::find(&[file], Some(context)).unwrap())
    }

    #[test]
    fn nodes_tell_whose_machines_they_are() {
        let node = |label: &str, id: &str| json!({"metadata": {"labels": {"kubernetes.io/os": "linux", label: "x"}}, "spec": {"providerID": id}});
        let eks = [node("eks.amazonaws.com/nodegroup", "aws:///eu-west-1a/i-0")];
        assert_eq!(
            signs_of_nodes(Guess::Local, &eks),
            [Sign::Managed("EKS"), Sign::Machines("AWS")],
            "through a tunnel"
        );
        let shift = [node("node.openshift.io/os_id", "")];
        assert_eq!(signs_of_nodes(Guess::Remote, &shift), [Sign::Managed("OpenShift")]);
        assert_eq!(signs_of_nodes(Guess::Desktop("OpenShift Local"), &shift), []);
        let kind = vec![node("x", "kind://docker/kind/kind-control-plane"); NODES_MAX];
        assert_eq!(signs_of_nodes(Guess::Kind, &kind), []);
    }

    #[test]
    fn production_is_refused_and_playgrounds_are_not() {
        for (context, server) in [
            ("shop-prod", "https://10.0.0.1:6443"),
            ("x", "https://api.live.example.com"),
            ("gke_shop_europe-west1_a", "https://34.76.1.2"),
            ("arn:aws:eks:eu-west-1:1:cluster/a", "https://10.0.0.1"),
            ("x", "https://ABC.gr7.eu-west-1.eks.amazonaws.com"),
            ("x", "https://rancher.example.com/k8s/clusters/c-m-abc"),
            ("arn:aws-cn:eks:cn-north-1:1:cluster/a", "https://10.0.0.1"),
        ] {
            assert_ne!(signs(context, server), [], "{context} {server}");
        }
        for (context, server) in [
            ("minikube", "https://192.168.49.2:8443"),
            ("kind-kind", "https://127.0.0.1:40001"),
            ("product-team", "https://10.0.0.1"),
        ] {
            assert_eq!(signs(context, server), [], "{context} {server}");
        }
    }
}
