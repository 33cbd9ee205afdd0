//! Rules of the kinds of the apiregistration.k8s.io group.

mod api_service;
mod availability;

pub(super) use api_service::ApiServiceStrategy;
pub(crate) use availability::unavailable_apis;
