//! Rules of the kinds of the scheduling.k8s.io group.

mod priority_class;

pub(super) use priority_class::PriorityClassStrategy;
