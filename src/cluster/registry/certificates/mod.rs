//! Rules of the kinds of the certificates.k8s.io group.

mod certificate_signing_request;

pub(super) use certificate_signing_request::CertificateSigningRequestStrategy;
