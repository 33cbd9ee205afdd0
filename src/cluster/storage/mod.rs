//! The versioned object store (the etcd role) and the one change log.

mod store;

pub(crate) use store::{Change, ChangeType, Compacted, Store, StoreKey};
