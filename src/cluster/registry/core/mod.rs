//! Rules of the kinds of the core group.

mod config_map;
mod endpoints;
mod event;
mod limit_range;
mod namespace;
mod node;
mod persistent_volume;
mod persistent_volume_claim;
mod pod;
mod pod_cells;
mod resource_quota;
mod secret;
mod service;

pub(super) use config_map::ConfigMapStrategy;
pub(super) use endpoints::EndpointsStrategy;
pub(super) use event::EventStrategy;
pub(super) use limit_range::LimitRangeStrategy;
pub(super) use namespace::NamespaceStrategy;
pub(super) use node::NodeStrategy;
pub(super) use persistent_volume::PersistentVolumeStrategy;
pub(super) use persistent_volume_claim::PersistentVolumeClaimStrategy;
pub(super) use pod::PodStrategy;
pub(super) use resource_quota::ResourceQuotaStrategy;
pub(super) use secret::SecretStrategy;
pub(super) use service::ServiceStrategy;
