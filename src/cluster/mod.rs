//! The embedded cluster: a Kubernetes control plane, nodes and an image registry, simulated.
//!
//! # Storage and network
//!
//! - Volumes are folders on the nodes: hostPath, local, and what minikube's provisioner makes for the
//!   class `standard`. Other kinds of volumes can be written down, and a Pod that mounts one is told so.
//! - NetworkPolicies are enforced, as with `minikube start --cni=calico`; minikube's own default network
//!   plug-in would ignore them.
//! - A LoadBalancer has the address 127.0.0.1 while `minikube tunnel` runs; node ports and tunnelled ports
//!   are sockets of this machine that carry HTTP. A port that is taken is replaced by another one.
//! - The addon `ingress` models ingress-nginx: hosts, paths, default backends, `rewrite-target`,
//!   `use-regex`, `ssl-redirect`, and TLS to it from inside of Pods. Its admission webhook refuses paths
//!   that another Ingress has, patterns that are no `ImplementationSpecific` paths, and snippets. Not
//!   simulated: TLS from outside, all other annotations.
//! - `registry.example.com` is a registry that wants a name and a password: `learner` and `podlings`, as a
//!   Secret of `kubectl create secret docker-registry` has them. It holds what Docker Hub holds.
//! - UDP carries single datagrams between Pods (`agnhost netexec`, `nc -u`), through Services, too.
//! - Not simulated: SCTP, UDP from outside, IPv6, topology hints, the world outside.

mod apiserver;
mod authentication;
mod authorization;
mod bootstrap;
mod config;
mod controllers;
mod driver;
mod ingress;
mod kubelet;
mod listener;
mod manager;
mod metrics;
mod network;
mod persistence;
mod registry;
mod running_cluster;
mod runtime;
mod scheduler;
mod simulation;
mod storage;
mod transport;

pub use config::ClusterConfig;
pub use listener::Listener;
pub use running_cluster::{Cluster, Opened, Snapshot};

#[cfg(test)]
mod tests;
