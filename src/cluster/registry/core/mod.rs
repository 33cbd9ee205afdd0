//! Rules of the kinds of the core group.

mod namespace;
mod pod;

pub(super) use namespace::NamespaceStrategy;
pub(super) use pod::PodStrategy;
