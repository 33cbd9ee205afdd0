//! The versioned object store (the etcd role) and the one change log.

mod change_log;
mod counts;
mod definitions;
mod key;
mod owner_index;
mod placement_index;
mod store;

pub(crate) use change_log::{Change, ChangeType};
pub(crate) use definitions::Definitions;
pub(crate) use store::Store;
