//! The versioned object store (the etcd role) and the one change log.

mod owner_index;
mod store;

pub(crate) use store::{Change, ChangeType, Compacted, Store, StoreKey};
