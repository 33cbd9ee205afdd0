//! The versioned object store (the etcd role) and the one change log.

mod change_log;
mod key;
mod owner_index;
mod placement_index;
mod store;

pub(crate) use change_log::{Change, ChangeType};
pub(crate) use store::Store;
