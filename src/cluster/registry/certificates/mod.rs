//! Rules of the kinds of `certificates.k8s.io`.

mod signing_request;

pub(super) use signing_request::SigningRequestStrategy;
