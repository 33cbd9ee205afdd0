//! The embedded cluster: a Kubernetes control plane, nodes and an image registry, simulated.

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
mod runtime;
mod scheduler;
mod simulation;
mod storage;
mod transport;

pub use config::ClusterConfig;
pub use driver::{Cluster, Opened};
pub use listener::Listener;
