//! Rules of the kinds of the storage.k8s.io group.

mod csi;
mod storage_class;
mod volume_attachment;

pub(super) use csi::{CsiDriverStrategy, CsiNodeStrategy, CsiStorageCapacityStrategy};
pub(super) use storage_class::StorageClassStrategy;
pub(super) use volume_attachment::{VolumeAttachmentStrategy, VolumeAttributesClassStrategy};
