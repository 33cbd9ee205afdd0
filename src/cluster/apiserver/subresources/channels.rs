//! The channels between a client and a process, whatever carries them.

use hyper::body::Bytes;

use crate::base::Value;

use super::handshake::{Transport, Upgrade};
use super::spdy_streams::SpdyStreams;
use super::websocket::WebSocket;

pub(super) const STDIN: u8 = 0;
pub(super) const STDOUT: u8 = 1;
pub(super) const STDERR: u8 = 2;
pub(super) const STATUS: u8 = 3;
pub(super) const RESIZE: u8 = 4;

/// Protocols over WebSocket, newest first.
pub(super) const OVER_WEB_SOCKET: &[&str] = &[
    "v5.channel.k8s.io",
    "v4.channel.k8s.io",
    "v4.base64.channel.k8s.io",
    "channel.k8s.io",
    "base64.channel.k8s.io",
];
/// Protocols over SPDY, newest first.
pub(super) const OVER_SPDY: &[&str] =
    &["v4.channel.k8s.io", "v3.channel.k8s.io", "v2.channel.k8s.io", "channel.k8s.io"];

/// Which streams a client asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    pub stdin: bool,
    pub stdout: bool,
    pub stderr: bool,
    pub tty: bool,
}

/// What a client sent.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Received {
    /// Bytes on a channel.
    Data(u8, Bytes),
    /// Nothing more will come on a channel.
    Closed(u8),
    /// The client is gone.
    Gone,
}

/// The client left.
#[derive(Debug)]
pub(super) struct Gone;

/// Open channels.
pub(super) struct Channels {
    carrier: Carrier,
    wanted: Wanted,
    /// Whether the end of the process is told as a Status in JSON; older protocols take only its message.
    tells_status: bool,
}

enum Carrier {
    WebSocket(Box<WebSocket>),
    Spdy(Box<SpdyStreams>),
}

impl Channels {
    /// The channels, once the connection has been handed over; `None` when the client left before.
    pub(super) async fn open(upgrade: Upgrade, wanted: Wanted) -> Option<Self> {
        let tells_status = upgrade.protocol.starts_with("v5.") || upgrade.protocol.starts_with("v4.");
        let carrier = match upgrade.transport {
            Transport::Spdy => {
                Carrier::Spdy(Box::new(SpdyStreams::open(upgrade, &streams_of(wanted)).await?))
            }
            Transport::WebSocket => {
                let mut socket = WebSocket::open(upgrade).await?;
                let lowest = [(wanted.stdout, STDOUT), (wanted.stderr, STDERR), (true, STATUS)];
                let lowest = lowest.iter().find(|(open, _)| *open).map_or(STATUS, |(_, channel)| *channel);
                // An empty message tells the client that somebody listens.
                socket.send_chunk(lowest, b"").await.ok()?;
                Carrier::WebSocket(Box::new(socket))
            }
        };
        Some(Self { carrier, wanted, tells_status })
    }

    /// What the client sends next. May be given up while it waits: nothing is lost.
    pub(super) async fn receive(&mut self) -> Received {
        match &mut self.carrier {
            Carrier::WebSocket(socket) => socket.receive().await,
            Carrier::Spdy(streams) => streams.receive().await,
        }
    }

    /// Sends bytes on a channel, unless the client does not want to hear it.
    ///
    /// # Errors
    /// When the client is gone.
    pub(super) async fn send(&mut self, channel: u8, bytes: &[u8]) -> Result<(), Gone> {
        let unwanted =
            (channel == STDOUT && !self.wanted.stdout) || (channel == STDERR && !self.wanted.stderr);
        if unwanted || bytes.is_empty() {
            return Ok(());
        }
        match &mut self.carrier {
            Carrier::WebSocket(socket) => socket.send(channel, bytes).await.map_err(|_| Gone),
            Carrier::Spdy(streams) => streams.send(channel, bytes).await,
        }
    }

    /// Tells how it ended, and ends the conversation.
    pub(super) async fn finish(mut self, status: &Value) {
        let text = if self.tells_status {
            status.to_string()
        } else if status["status"] == "Success" {
            String::new()
        } else {
            status["message"].as_str().unwrap_or_default().to_owned()
        };
        if self.send(STATUS, text.as_bytes()).await.is_ok() {
            match self.carrier {
                Carrier::WebSocket(socket) => socket.close().await,
                Carrier::Spdy(streams) => streams.close().await,
            }
        }
    }
}

/// The streams that a SPDY client opens, by their `streamType`.
fn streams_of(wanted: Wanted) -> Vec<(&'static str, u8)> {
    let all = [
        (true, "error", STATUS),
        (wanted.stdin, "stdin", STDIN),
        (wanted.stdout, "stdout", STDOUT),
        (wanted.stderr, "stderr", STDERR),
    ];
    all.into_iter().filter(|(open, ..)| *open).map(|(_, name, channel)| (name, channel)).collect()
}
