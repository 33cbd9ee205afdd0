//! Which Pods stand behind a Service: EndpointSlices, and the older Endpoints.

mod endpoint_slice;
mod legacy;
mod members;
mod mirroring;
mod slices;

pub(super) use endpoint_slice::EndpointSliceController;
pub(super) use legacy::EndpointsController;
pub(super) use mirroring::EndpointSliceMirroring;
