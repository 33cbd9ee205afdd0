//! The API over HTTP. No rule about any kind lives here.

mod access;
mod authentication;
mod body;
mod component_statuses;
mod decode;
mod delete;
mod discovery;
mod duplicates;
mod encoding;
mod event_cache;
mod finish;
mod flow_control;
mod forward;
mod health;
mod inside;
mod json_error;
mod list;
mod list_options;
mod machines;
mod metrics;
mod negotiate;
mod objects;
mod openapi;
mod query;
mod read;
mod request_info;
mod request_metrics;
mod reviews;
mod selection;
mod server;
mod spdy;
mod subresources;
mod tunnel;
mod watch;
mod write;

pub(crate) use authentication::{Authentication, ClientCertificate};
pub(crate) use forward::serve_forwarded;
pub(crate) use inside::answer_inside;
pub(crate) use server::{ApiServer, serve_http1, serve_http2};

#[cfg(test)]
mod hostile;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod typed_tests;
