//! Rules of the kinds of the apps group.

mod deployment;
mod replica_set;

pub(super) use deployment::DeploymentStrategy;
pub(super) use replica_set::ReplicaSetStrategy;
