//! Guard rails of real clusters: what looks like production is left alone.

use std::collections::BTreeSet;
use std::fmt;

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
    let nodes = list("/api/v1/nodes").await;
    let mut signs = Vec::new();
    let machines = nodes.iter().filter_map(|node| node["spec"]["providerID"].as_str());
    let machines = machines.filter_map(|id| PROVIDERS.iter().find(|(prefix, _)| id.starts_with(prefix)));
    signs.extend(machines.map(|(_, provider)| Sign::Machines(provider)).take(1));
    if nodes.len() > NODES_MAX {
        signs.push(Sign::Nodes(nodes.len()));
    }
    // On the learner's own machine what else runs is the learner's own.
    if !target.guess.is_on_this_machine() {
        let mut foreign = BTreeSet::new();
        for kind in ["deployments", "statefulsets", "daemonsets"] {
            for workload in list(&format!("/apis/apps/v1/{kind}")).await {
                let text = |field: &str| workload["metadata"][field].as_str().unwrap_or_default().to_owned();
                let namespace = text("namespace");
                let is_system = namespace.starts_with("kube-")
                    || workload["metadata"]["labels"][super::COURSE_LABEL].is_string();
                if !is_system && namespace != super::external::NAMESPACE {
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

#[cfg(test)]
mod tests {
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
    fn production_is_refused_and_playgrounds_are_not() {
        for (context, server) in [
            ("shop-prod", "https://10.0.0.1:6443"),
            ("x", "https://api.live.example.com"),
            ("gke_shop_europe-west1_a", "https://34.76.1.2"),
            ("arn:aws:eks:eu-west-1:1:cluster/a", "https://10.0.0.1"),
            ("x", "https://ABC.gr7.eu-west-1.eks.amazonaws.com"),
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
