//! Rules of the kinds of the node.k8s.io group.

mod runtime_class;

pub(super) use runtime_class::RuntimeClassStrategy;
