//! Rules of the kinds of the storage.k8s.io group.

mod storage_class;

pub(super) use storage_class::StorageClassStrategy;
