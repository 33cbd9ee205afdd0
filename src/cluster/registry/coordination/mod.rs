//! Rules of the kinds of the coordination.k8s.io group.

mod lease;

pub(super) use lease::LeaseStrategy;
