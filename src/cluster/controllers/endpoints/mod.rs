//! Which Pods stand behind a Service: EndpointSlices, and the older Endpoints.

mod endpoint_slice;
mod legacy;
mod members;

pub(super) use endpoint_slice::EndpointSliceController;
pub(super) use legacy::EndpointsController;
