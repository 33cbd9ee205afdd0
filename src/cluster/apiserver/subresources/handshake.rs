//! From a request to a stream: the handshakes of WebSocket and of SPDY/3.1.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{
    CONNECTION, HeaderName, HeaderValue, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL,
    SEC_WEBSOCKET_VERSION, UPGRADE,
};
use http::{HeaderMap, Request, Response, StatusCode};
use hyper::body::Incoming;
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use crate::apimachinery::Status;

use super::super::body::{self, Body};

/// Header in which a SPDY client lists the protocols that it speaks on its streams.
const STREAM_PROTOCOL_VERSION: HeaderName = HeaderName::from_static("x-stream-protocol-version");

/// What carries the streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Transport {
    /// Messages of a WebSocket.
    WebSocket,
    /// Frames of SPDY/3.1 on the bare connection.
    Spdy,
}

/// A connection that is about to be handed over.
pub(super) struct Upgrade {
    on_upgrade: OnUpgrade,
    /// What the client asked for.
    pub transport: Transport,
    /// The protocol agreed on; empty when the client named none.
    pub protocol: &'static str,
}

impl Upgrade {
    /// The connection, once it has been handed over; `None` when the client left before.
    pub(super) async fn connection(self) -> Option<TokioIo<Upgraded>> {
        self.on_upgrade.await.ok().map(TokioIo::new)
    }
}

/// The transport that a request asks for.
///
/// # Errors
/// 400 when it asks for none that is known.
pub(super) fn transport(headers: &HeaderMap) -> Result<Transport, Status> {
    if entries(headers, &UPGRADE).any(|entry| entry.eq_ignore_ascii_case("websocket")) {
        Ok(Transport::WebSocket)
    } else if entries(headers, &UPGRADE).any(|entry| entry.eq_ignore_ascii_case("SPDY/3.1")) {
        Ok(Transport::Spdy)
    } else {
        Err(Status::bad_request("Upgrade request required"))
    }
}

/// Whether a key is sixteen bytes in Base64.
fn is_nonce(key: &[u8]) -> bool {
    STANDARD.decode(key).is_ok_and(|bytes| bytes.len() == 16)
}

/// Agrees on a protocol and answers 101.
///
/// # Errors
/// 400 when the request asks for no stream, 403 when no protocol is known to both sides.
pub(super) fn upgrade(
    request: &mut Request<Incoming>,
    over_web_socket: &[&'static str],
    over_spdy: &[&'static str],
) -> Result<(Response<Body>, Upgrade), Status> {
    let headers = request.headers();
    let transport = transport(headers)?;
    let mut answer = HeaderMap::new();
    answer.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    let protocol = match transport {
        Transport::WebSocket => {
            let key = headers.get(SEC_WEBSOCKET_KEY).filter(|key| is_nonce(key.as_bytes())).ok_or_else(|| {
                Status::bad_request("websocket: not a websocket handshake: 'Sec-WebSocket-Key' header must be Base64 encoded value of 16-byte in length")
            })?;
            if headers.get(SEC_WEBSOCKET_VERSION).is_none_or(|version| version != "13") {
                let why = "websocket: unsupported version: 13 not found in 'Sec-Websocket-Version' header";
                return Err(Status::bad_request(why));
            }
            let accept = HeaderValue::from_str(&derive_accept_key(key.as_bytes()));
            answer.insert(UPGRADE, HeaderValue::from_static("websocket"));
            answer.insert(SEC_WEBSOCKET_ACCEPT, accept.map_err(Status::internal)?);
            agree(headers, &SEC_WEBSOCKET_PROTOCOL, over_web_socket, &mut answer)?
        }
        Transport::Spdy => {
            answer.insert(UPGRADE, HeaderValue::from_static("SPDY/3.1"));
            agree(headers, &STREAM_PROTOCOL_VERSION, over_spdy, &mut answer)?
        }
    };
    let mut response = body::bytes(StatusCode::SWITCHING_PROTOCOLS.as_u16(), body::PLAIN, "");
    *response.headers_mut() = answer;
    Ok((response, Upgrade { on_upgrade: hyper::upgrade::on(request), transport, protocol }))
}

/// The first protocol of the client that is known here; the client that names none gets the oldest.
fn agree(
    headers: &HeaderMap,
    name: &HeaderName,
    known: &[&'static str],
    answer: &mut HeaderMap,
) -> Result<&'static str, Status> {
    if !headers.contains_key(name) {
        return Ok("");
    }
    let offered: Vec<&str> = entries(headers, name).collect();
    let chosen = offered.iter().find_map(|offer| known.iter().find(|protocol| *protocol == offer));
    let Some(chosen) = chosen else {
        let (offered, known) = (offered.join(" "), known.join(" "));
        let message =
            format!("unable to negotiate protocol: client supports [{offered}], server accepts [{known}]");
        return Err(Status::failure(403, "Forbidden", message));
    };
    answer.insert(name, HeaderValue::from_static(chosen));
    Ok(chosen)
}

/// The entries of headers with comma-separated lists.
fn entries<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(str::trim).filter(|entry| !entry.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_protocol_that_both_sides_know_is_taken() {
        let mut headers = HeaderMap::new();
        for offer in ["v5.channel.k8s.io", "v4.channel.k8s.io, v3.channel.k8s.io"] {
            headers.append(STREAM_PROTOCOL_VERSION, HeaderValue::from_static(offer));
        }
        let mut answer = HeaderMap::new();
        let known = ["v3.channel.k8s.io", "v4.channel.k8s.io"];
        let agreed = agree(&headers, &STREAM_PROTOCOL_VERSION, &known, &mut answer).unwrap();
        assert_eq!(agreed, "v4.channel.k8s.io");
        assert_eq!(answer[STREAM_PROTOCOL_VERSION], "v4.channel.k8s.io");
        assert_eq!(agree(&HeaderMap::new(), &STREAM_PROTOCOL_VERSION, &known, &mut answer).unwrap(), "");
        assert_eq!(agree(&headers, &STREAM_PROTOCOL_VERSION, &["x"], &mut answer).unwrap_err().code, 403);
    }
}
