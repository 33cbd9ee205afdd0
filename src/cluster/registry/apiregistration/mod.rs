//! Rules of the kinds of the apiregistration.k8s.io group.

mod api_service;

pub(super) use api_service::ApiServiceStrategy;
