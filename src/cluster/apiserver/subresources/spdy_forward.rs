//! Port-forwarding as kubectl does it: SPDY streams, on the bare connection or inside a WebSocket.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, ReadHalf, WriteHalf};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::apimachinery::ObjectKey;

use super::super::super::driver::Shared;
use super::super::spdy::{Frame, FrameReader, FrameWriter};
use super::port_forward::{PIPE_BYTES, QUEUE_LENGTH, serve_pod};
use super::tunnel::Tunnel;

/// Connections that one client may have open at once.
const CONNECTIONS_MAX: usize = 256;

/// One connection of the client: two streams that bear the same request.
#[derive(Clone, Copy, Debug)]
struct Pair {
    error: u32,
    data: u32,
}

/// What is under way between a client and a Pod.
struct Session {
    shared: Arc<Shared>,
    pod: ObjectKey,
    frames: FrameWriter,
    /// Error streams that still wait for their data stream, by request.
    waiting: BTreeMap<String, u32>,
    /// Where the data of a stream goes.
    writers: BTreeMap<u32, WriteHalf<DuplexStream>>,
    /// Served beside each other, so that a slow one holds up nothing; they end with the session.
    connections: JoinSet<Pair>,
    sender: mpsc::Sender<Vec<u8>>,
}

/// Carries streams until the client leaves.
pub(super) async fn run(shared: Arc<Shared>, pod: ObjectKey, mut tunnel: Tunnel) {
    let (sender, mut pieces) = mpsc::channel(QUEUE_LENGTH);
    let mut session = Session {
        shared,
        pod,
        frames: FrameWriter::default(),
        waiting: BTreeMap::new(),
        writers: BTreeMap::new(),
        connections: JoinSet::new(),
        sender,
    };
    let mut reader = FrameReader::new();
    loop {
        let answer = tokio::select! {
            Some(Ok(ended)) = session.connections.join_next() => {
                session.writers.remove(&ended.data);
                continue;
            }
            Some(piece) = pieces.recv() => piece,
            message = tunnel.receive() => {
                let Some(message) = message else { return };
                reader.feed(&message);
                match session.hear(&mut reader).await {
                    Some(answer) => answer,
                    None => break,
                }
            }
        };
        if !answer.is_empty() && tunnel.send(answer).await.is_err() {
            return;
        }
    }
    tunnel.close().await;
}

impl Session {
    /// Acts on every whole frame; gives back what to answer, `None` when the conversation is over.
    async fn hear(&mut self, reader: &mut FrameReader) -> Option<Vec<u8>> {
        let mut answer = Vec::new();
        while let Some(frame) = reader.next().ok()? {
            match frame {
                Frame::SynStream { stream, headers, .. } => answer.extend(self.open(stream, &headers)),
                Frame::Data { stream, bytes, fin } => self.write(stream, &bytes, fin).await,
                Frame::Reset { stream } => {
                    self.writers.remove(&stream);
                }
                Frame::Ping { id } => answer.extend(FrameWriter::ping(id)),
                Frame::GoAway => return None,
                Frame::Other => {}
            }
        }
        Some(answer)
    }

    fn open(&mut self, stream: u32, headers: &[(String, String)]) -> Vec<u8> {
        let header = |wanted: &str| {
            let found = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted));
            found.map(|(_, value)| value.clone()).unwrap_or_default()
        };
        let request = header("requestID");
        match (header("streamType").as_str(), header("port").parse::<u16>()) {
            ("error", Ok(_)) if self.waiting.len() < CONNECTIONS_MAX => {
                self.waiting.insert(request, stream);
            }
            ("data", Ok(port)) if self.connections.len() < CONNECTIONS_MAX => {
                let Some(error) = self.waiting.remove(&request) else { return FrameWriter::reset(stream) };
                self.connect(Pair { error, data: stream }, port);
            }
            _ => return FrameWriter::reset(stream),
        }
        self.frames.reply(stream)
    }

    fn connect(&mut self, pair: Pair, port: u16) {
        let (near, far) = tokio::io::duplex(PIPE_BYTES);
        let (reader, writer) = tokio::io::split(near);
        self.writers.insert(pair.data, writer);
        let served = serve_pod(Arc::clone(&self.shared), self.pod.clone(), port, far);
        let sender = self.sender.clone();
        self.connections.spawn(async move {
            let (failure, ()) = tokio::join!(served, read_all(reader, pair.data, &sender));
            let failure = failure.unwrap_or_default();
            let mut last = FrameWriter::data(pair.error, failure.as_bytes(), true);
            last.extend(FrameWriter::data(pair.data, b"", true));
            // When the client is gone, nobody waits for the end.
            let _ = sender.send(last).await;
            pair
        });
    }

    async fn write(&mut self, stream: u32, bytes: &[u8], fin: bool) {
        let Some(writer) = self.writers.get_mut(&stream) else { return };
        let broken = writer.write_all(bytes).await.is_err();
        if fin || broken {
            // A connection that is half closed already needs no closing.
            let _ = writer.shutdown().await;
            self.writers.remove(&stream);
        }
    }
}

async fn read_all(mut reader: ReadHalf<DuplexStream>, stream: u32, sender: &mpsc::Sender<Vec<u8>>) {
    let mut buffer = vec![0; PIPE_BYTES];
    while let Ok(length) = reader.read(&mut buffer).await {
        let piece = FrameWriter::data(stream, &buffer[..length], false);
        if length == 0 || sender.send(piece).await.is_err() {
            return;
        }
    }
}
