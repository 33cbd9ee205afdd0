//! The WebSocket handshake, and the channels that Kubernetes runs over it.

use futures::{SinkExt, StreamExt};
use http::header::{
    CONNECTION, HeaderValue, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL, UPGRADE,
};
use http::{HeaderMap, Request, Response, StatusCode};
use hyper::body::{Bytes, Incoming};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::apimachinery::Status;

use super::super::body::{self, Body};

/// Bytes that one message from a client may have.
const MESSAGE_BYTES_MAX: usize = 1024 * 1024;
/// Bytes of a program that go into one message.
const CHUNK_BYTES: usize = 32 * 1024;

/// A connection that is about to become a WebSocket.
pub(super) struct Upgrade {
    on_upgrade: OnUpgrade,
    /// The subprotocol agreed on.
    pub protocol: &'static str,
}

/// Agrees on a subprotocol, the first of `protocols` that the client offers, and answers 101.
///
/// # Errors
/// 400 when the request is no WebSocket handshake or offers none of the protocols.
pub(super) fn upgrade(
    request: &mut Request<Incoming>,
    protocols: &[&'static str],
) -> Result<(Response<Body>, Upgrade), Status> {
    let headers = request.headers();
    if !has_token(headers, UPGRADE.as_str(), "websocket") {
        let wanted = headers.get(UPGRADE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        return Err(Status::bad_request(if wanted.is_empty() {
            "Upgrade request required".to_owned()
        } else {
            format!("not simulated: streams over {wanted}; kubectl from 1.31 on streams over WebSocket")
        }));
    }
    let key = headers
        .get(SEC_WEBSOCKET_KEY)
        .ok_or_else(|| Status::bad_request("the Sec-WebSocket-Key header is missing"))?;
    let accept = derive_accept_key(key.as_bytes());
    let protocol = protocols
        .iter()
        .copied()
        .find(|protocol| has_token(headers, SEC_WEBSOCKET_PROTOCOL.as_str(), protocol))
        .ok_or_else(|| {
            Status::bad_request(format!("none of the offered subprotocols is known; known are {protocols:?}"))
        })?;
    let mut response = body::bytes(StatusCode::SWITCHING_PROTOCOLS.as_u16(), body::PLAIN, "");
    let headers = response.headers_mut();
    headers.clear();
    headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(protocol));
    if let Ok(accept) = HeaderValue::from_str(&accept) {
        headers.insert(SEC_WEBSOCKET_ACCEPT, accept);
    }
    Ok((response, Upgrade { on_upgrade: hyper::upgrade::on(request), protocol }))
}

/// Whether a header with a comma-separated list has an entry, whatever its case.
fn has_token(headers: &HeaderMap, name: &str, token: &str) -> bool {
    headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|entry| entry.trim().eq_ignore_ascii_case(token))
}

/// What a client sent.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Received {
    /// Bytes on a channel.
    Data(u8, Bytes),
    /// The client is gone.
    Gone,
}

/// An open WebSocket whose messages begin with a channel number.
pub(super) struct Channels(WebSocketStream<TokioIo<Upgraded>>);

impl Channels {
    /// The WebSocket, once the connection has been handed over; `None` when the client left before.
    pub(super) async fn open(upgrade: Upgrade) -> Option<Self> {
        let stream = TokioIo::new(upgrade.on_upgrade.await.ok()?);
        let config = WebSocketConfig::default()
            .max_message_size(Some(MESSAGE_BYTES_MAX))
            .max_frame_size(Some(MESSAGE_BYTES_MAX));
        Some(Self(WebSocketStream::from_raw_socket(stream, Role::Server, Some(config)).await))
    }

    /// The next message as it is; `None` when the client is gone. Pings are answered on the way.
    pub(super) async fn receive_message(&mut self) -> Option<Bytes> {
        loop {
            match self.0.next().await {
                Some(Ok(Message::Binary(bytes))) => return Some(bytes),
                Some(Ok(Message::Text(text))) => return Some(text.into()),
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
            }
        }
    }

    /// Sends a message as it is.
    ///
    /// # Errors
    /// When the client is gone.
    pub(super) async fn send_message(&mut self, message: Vec<u8>) -> Result<(), Error> {
        self.0.send(Message::binary(message)).await
    }

    /// The next message on a channel.
    pub(super) async fn receive(&mut self) -> Received {
        loop {
            let Some(mut bytes) = self.receive_message().await else { return Received::Gone };
            if !bytes.is_empty() {
                let channel = bytes.split_to(1)[0];
                return Received::Data(channel, bytes);
            }
        }
    }

    /// Sends bytes on a channel, in messages of bounded size.
    ///
    /// # Errors
    /// When the client is gone.
    pub(super) async fn send(&mut self, channel: u8, bytes: &[u8]) -> Result<(), Error> {
        for chunk in bytes.chunks(CHUNK_BYTES) {
            let mut message = Vec::with_capacity(chunk.len() + 1);
            message.push(channel);
            message.extend_from_slice(chunk);
            self.send_message(message).await?;
        }
        Ok(())
    }

    /// Ends the conversation as it should end (code 1000).
    pub(super) async fn close(mut self) {
        let frame = CloseFrame { code: CloseCode::Normal, reason: "".into() };
        // The client may be gone already.
        let _ = self.0.close(Some(frame)).await;
        while !matches!(self.receive().await, Received::Gone) {}
    }
}
