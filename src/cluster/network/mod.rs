//! Addresses, names and Services.

mod dns;
mod ipam;
mod service_proxy;
#[cfg(test)]
mod tests;

pub(crate) use super::runtime::{ConnectError, HttpRequest, HttpResponse};
pub(crate) use dns::{full_name, lookup};
pub(crate) use ipam::AddressPool;
pub(crate) use service_proxy::{Endpoint, choose_endpoint, is_api_server, route};
