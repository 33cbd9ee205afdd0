//! Who asks: the cluster's keys, client certificates and the tokens of service accounts.

mod authority;
mod certificate;
mod der;
mod service_account;
mod trust;
mod web_token;

pub(crate) use authority::Authority;
pub(crate) use certificate::{CertificateRequest, Usage, server_certificate, user_of_certificate};
pub(crate) use service_account::{
    API_AUDIENCE, Bound, TokenClaims, legacy_claims, openid_configuration, user_of_token,
};
pub(crate) use trust::check_server;
