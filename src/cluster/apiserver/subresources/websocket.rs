//! An open WebSocket: whole messages, or messages that begin with the number of a channel.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures::{SinkExt, StreamExt};
use hyper::body::Bytes;
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message};

use super::channels::Received;
use super::handshake::Upgrade;

/// Bytes that one message from a client may have.
const MESSAGE_BYTES_MAX: usize = 1024 * 1024;
/// Bytes of a program that go into one message.
const CHUNK_BYTES: usize = 32 * 1024;
/// Channel on which a client says which channel it closes (from `v5.channel.k8s.io` on).
const CLOSE: u8 = 255;

/// An open WebSocket.
pub(super) struct WebSocket {
    stream: WebSocketStream<TokioIo<Upgraded>>,
    /// Whether messages are text: a digit for the channel, then base64.
    base64: bool,
}

impl WebSocket {
    /// The WebSocket, once the connection has been handed over; `None` when the client left before.
    pub(super) async fn open(upgrade: Upgrade) -> Option<Self> {
        let base64 = upgrade.protocol.contains("base64");
        let config = WebSocketConfig::default()
            .max_message_size(Some(MESSAGE_BYTES_MAX))
            .max_frame_size(Some(MESSAGE_BYTES_MAX));
        let connection = upgrade.connection().await?;
        let stream = WebSocketStream::from_raw_socket(connection, Role::Server, Some(config)).await;
        Some(Self { stream, base64 })
    }

    /// The next message as it is; `None` when the client is gone. Pings are answered on the way.
    pub(super) async fn receive_message(&mut self) -> Option<Bytes> {
        loop {
            match self.stream.next().await {
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
        self.stream.send(Message::binary(message)).await
    }

    /// The next message on a channel.
    pub(super) async fn receive(&mut self) -> Received {
        loop {
            let Some(mut bytes) = self.receive_message().await else { return Received::Gone };
            if bytes.is_empty() {
                continue;
            }
            let channel = bytes.split_to(1)[0];
            if self.base64 {
                let Ok(decoded) = STANDARD.decode(&bytes) else { return Received::Gone };
                return Received::Data(channel.wrapping_sub(b'0'), decoded.into());
            }
            return match (channel, bytes.first()) {
                (CLOSE, Some(closed)) => Received::Closed(*closed),
                _ => Received::Data(channel, bytes),
            };
        }
    }

    /// Sends bytes on a channel, in messages of bounded size.
    ///
    /// # Errors
    /// When the client is gone.
    pub(super) async fn send(&mut self, channel: u8, bytes: &[u8]) -> Result<(), Error> {
        for chunk in bytes.chunks(CHUNK_BYTES) {
            self.send_chunk(channel, chunk).await?;
        }
        Ok(())
    }

    /// Sends one message on a channel, even an empty one.
    ///
    /// # Errors
    /// When the client is gone.
    pub(super) async fn send_chunk(&mut self, channel: u8, chunk: &[u8]) -> Result<(), Error> {
        if self.base64 {
            let mut text = String::from(char::from(b'0' + channel));
            STANDARD.encode_string(chunk, &mut text);
            return self.stream.send(Message::text(text)).await;
        }
        let mut message = Vec::with_capacity(chunk.len() + 1);
        message.push(channel);
        message.extend_from_slice(chunk);
        self.send_message(message).await
    }

    /// Ends the conversation as it should end (code 1000).
    pub(super) async fn close(mut self) {
        let frame = CloseFrame { code: CloseCode::Normal, reason: "".into() };
        // The client may be gone already.
        let _ = self.stream.close(Some(frame)).await;
        while self.receive_message().await.is_some() {}
    }
}
