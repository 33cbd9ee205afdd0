//! Rules of the kinds of the discovery.k8s.io group.

mod endpoint_slice;

pub(super) use endpoint_slice::EndpointSliceStrategy;
