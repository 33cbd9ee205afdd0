//! The subresources that are no part of an object: log, exec, port-forward, proxy, binding, eviction.

mod attach;
mod channels;
mod connect;
mod handshake;
mod log;
mod node_proxy;
mod pods;
mod port_forward;
mod proxy;
mod spdy_forward;
mod spdy_streams;
mod tunnel;
mod websocket;

pub(super) use attach::{attach, exec};
pub(super) use connect::admit_connection;
pub(super) use log::log;
pub(super) use pods::{bind, evict, request_token};
pub(super) use port_forward::port_forward;
pub(super) use proxy::proxy;

#[cfg(test)]
mod tests;
