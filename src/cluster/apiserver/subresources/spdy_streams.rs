//! Channels as SPDY streams: how older clients exec and attach.

use std::collections::BTreeMap;
use std::time::Duration;

use hyper::body::Bytes;
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::base::timeout;

use super::super::spdy::{Frame, FrameReader, FrameWriter};
use super::channels::{Gone, RESIZE, Received};
use super::handshake::Upgrade;

/// Wall time within which a client must have opened its streams.
const STREAMS_MAX: Duration = Duration::from_secs(30);
/// Wall time that a client has to close the connection once everything is told.
const CLOSE_MAX: Duration = Duration::from_secs(10);
/// Bytes read at once.
const READ_BYTES: usize = 32 * 1024;

/// A connection on which a client opened one stream for each channel.
pub(super) struct SpdyStreams {
    connection: TokioIo<Upgraded>,
    reader: FrameReader,
    writer: FrameWriter,
    /// Numbers of the streams, with their channels.
    channels: BTreeMap<u32, u8>,
    /// Bytes that are still to be sent; a send that is given up goes on from here.
    outgoing: Vec<u8>,
    sent: usize,
    /// A channel that ended with the data before.
    closed: Option<u8>,
}

impl SpdyStreams {
    /// Waits until the client has opened the streams of those types; `None` when it does not.
    pub(super) async fn open(upgrade: Upgrade, expected: &[(&str, u8)]) -> Option<Self> {
        let mut streams = Self {
            connection: upgrade.connection().await?,
            reader: FrameReader::new(),
            writer: FrameWriter::default(),
            channels: BTreeMap::new(),
            outgoing: Vec::new(),
            sent: 0,
            closed: None,
        };
        timeout(STREAMS_MAX, streams.accept(expected)).await??;
        Some(streams)
    }

    async fn accept(&mut self, expected: &[(&str, u8)]) -> Option<()> {
        while self.channels.values().filter(|channel| **channel != RESIZE).count() < expected.len() {
            match self.next_frame().await? {
                Frame::SynStream { stream, headers, .. } => self.accept_stream(stream, &headers, expected),
                _ => return None,
            }
        }
        self.flush().await.ok()
    }

    fn accept_stream(&mut self, stream: u32, headers: &[(String, String)], expected: &[(&str, u8)]) {
        let kind = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("streamType"));
        let kind = kind.map(|(_, value)| value.as_str()).unwrap_or_default();
        let channel = match kind {
            "resize" => Some(RESIZE),
            kind => expected.iter().find(|(name, _)| *name == kind).map(|(_, channel)| *channel),
        };
        match channel.filter(|channel| self.channels.values().all(|taken| taken != channel)) {
            Some(channel) => {
                self.channels.insert(stream, channel);
                let reply = self.writer.reply(stream);
                self.outgoing.extend(reply);
            }
            None => self.outgoing.extend(FrameWriter::reset(stream)),
        }
    }

    /// The next frame that is no ping; `None` when the client is gone.
    async fn next_frame(&mut self) -> Option<Frame> {
        loop {
            match self.reader.next().ok()? {
                Some(Frame::Ping { id }) => self.outgoing.extend(FrameWriter::ping(id)),
                Some(Frame::Other) => {}
                Some(frame) => return Some(frame),
                None => {
                    self.flush().await.ok()?;
                    let mut buffer = Vec::with_capacity(READ_BYTES);
                    if self.connection.read_buf(&mut buffer).await.ok()? == 0 {
                        return None;
                    }
                    self.reader.feed(&buffer);
                }
            }
        }
    }

    async fn flush(&mut self) -> Result<(), Gone> {
        while self.sent < self.outgoing.len() {
            self.sent += self.connection.write(&self.outgoing[self.sent..]).await.map_err(|_| Gone)?;
        }
        self.outgoing.clear();
        self.sent = 0;
        self.connection.flush().await.map_err(|_| Gone)
    }

    /// What the client sends next.
    pub(super) async fn receive(&mut self) -> Received {
        if let Some(channel) = self.closed.take() {
            return Received::Closed(channel);
        }
        loop {
            match self.next_frame().await {
                Some(Frame::Data { stream, bytes, fin }) => {
                    let Some(channel) = self.channels.get(&stream).copied() else { continue };
                    match (bytes.is_empty(), fin) {
                        (true, false) => {}
                        (true, true) => return Received::Closed(channel),
                        (false, fin) => {
                            self.closed = fin.then_some(channel);
                            return Received::Data(channel, Bytes::from(bytes));
                        }
                    }
                }
                Some(Frame::SynStream { stream, headers, .. }) => self.accept_stream(stream, &headers, &[]),
                Some(Frame::Reset { stream }) => {
                    if let Some(channel) = self.channels.remove(&stream) {
                        return Received::Closed(channel);
                    }
                }
                Some(Frame::GoAway) | None => return Received::Gone,
                Some(Frame::Ping { .. } | Frame::Other) => {}
            }
        }
    }

    /// Sends bytes on a channel.
    ///
    /// # Errors
    /// When the client is gone.
    pub(super) async fn send(&mut self, channel: u8, bytes: &[u8]) -> Result<(), Gone> {
        let stream = self.channels.iter().find(|(_, open)| **open == channel).map(|(stream, _)| *stream);
        if let Some(stream) = stream {
            self.outgoing.extend(FrameWriter::data(stream, bytes, false));
            self.flush().await?;
        }
        Ok(())
    }

    /// Ends every stream and waits until the client has closed the connection.
    pub(super) async fn close(mut self) {
        for stream in std::mem::take(&mut self.channels).into_keys() {
            self.outgoing.extend(FrameWriter::data(stream, b"", true));
        }
        if self.flush().await.is_ok() {
            // Whether the client hurries or not, the connection ends here.
            let _ = timeout(CLOSE_MAX, async { while self.next_frame().await.is_some() {} }).await;
        }
    }
}
