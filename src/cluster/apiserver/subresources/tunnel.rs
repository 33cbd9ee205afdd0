//! A stream of bytes to a client: the bare connection after an upgrade, or the messages of a WebSocket.

use hyper::body::Bytes;
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::channels::Gone;
use super::handshake::{Transport, Upgrade};
use super::websocket::WebSocket;

/// Bytes read at once.
const READ_BYTES: usize = 32 * 1024;

/// An open stream of bytes.
pub(super) enum Tunnel {
    /// Bytes as they are.
    Bare(TokioIo<Upgraded>),
    /// Bytes cut into messages.
    Messages(Box<WebSocket>),
}

impl Tunnel {
    /// The stream, once the connection has been handed over; `None` when the client left before.
    pub(super) async fn open(upgrade: Upgrade) -> Option<Self> {
        Some(match upgrade.transport {
            Transport::Spdy => Self::Bare(upgrade.connection().await?),
            Transport::WebSocket => Self::Messages(Box::new(WebSocket::open(upgrade).await?)),
        })
    }

    /// The next bytes; `None` when the client is gone. May be given up while it waits: nothing is lost.
    pub(super) async fn receive(&mut self) -> Option<Bytes> {
        match self {
            Self::Messages(socket) => socket.receive_message().await,
            Self::Bare(connection) => {
                let mut buffer = Vec::with_capacity(READ_BYTES);
                let length = connection.read_buf(&mut buffer).await.ok()?;
                (length > 0).then(|| buffer.into())
            }
        }
    }

    /// Sends bytes.
    ///
    /// # Errors
    /// When the client is gone.
    pub(super) async fn send(&mut self, bytes: Vec<u8>) -> Result<(), Gone> {
        match self {
            Self::Messages(socket) => socket.send_message(bytes).await.map_err(|_| Gone),
            Self::Bare(connection) => {
                connection.write_all(&bytes).await.map_err(|_| Gone)?;
                connection.flush().await.map_err(|_| Gone)
            }
        }
    }

    /// Ends the conversation.
    pub(super) async fn close(self) {
        match self {
            Self::Messages(socket) => socket.close().await,
            Self::Bare(mut connection) => {
                // The client may be gone already.
                let _ = connection.shutdown().await;
            }
        }
    }
}
