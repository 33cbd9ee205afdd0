//! Frames of SPDY/3.1.

use super::headers::{HeaderReader, HeaderWriter};

const VERSION: u16 = 3;
const SYN_STREAM: u16 = 1;
const SYN_REPLY: u16 = 2;
const RST_STREAM: u16 = 3;
const PING: u16 = 6;
const GOAWAY: u16 = 7;

const FLAG_FIN: u8 = 1;
/// Bytes before the payload.
const HEADER_BYTES: usize = 8;
/// Bytes that a frame from a client may have.
const PAYLOAD_BYTES_MAX: usize = 1024 * 1024;
/// Bytes of data that go into one frame.
const CHUNK_BYTES: usize = 32 * 1024;

/// What a client sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) enum Frame {
    /// A new stream.
    SynStream { stream: u32, headers: Vec<(String, String)>, fin: bool },
    /// Data on a stream; `fin` when it is the last.
    Data { stream: u32, bytes: Vec<u8>, fin: bool },
    /// A stream is given up.
    Reset { stream: u32 },
    /// To be sent back as it is.
    Ping { id: u32 },
    /// No more streams will come.
    GoAway,
    /// Nothing that matters here: settings, windows.
    Other,
}

/// Takes a stream of bytes apart.
pub(in super::super) struct FrameReader {
    buffer: Vec<u8>,
    headers: HeaderReader,
}

impl FrameReader {
    pub(in super::super) fn new() -> Self {
        Self { buffer: Vec::new(), headers: HeaderReader::new() }
    }

    /// Adds bytes that came.
    pub(in super::super) fn feed(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// The next whole frame; `Ok(None)` when bytes are missing.
    ///
    /// # Errors
    /// When the bytes are no SPDY/3.
    pub(in super::super) fn next(&mut self) -> Result<Option<Frame>, Malformed> {
        let Some(header) = self.buffer.first_chunk::<HEADER_BYTES>() else { return Ok(None) };
        let length = usize::from(header[5]) << 16 | usize::from(header[6]) << 8 | usize::from(header[7]);
        if length > PAYLOAD_BYTES_MAX {
            return Err(Malformed);
        }
        if self.buffer.len() < HEADER_BYTES + length {
            return Ok(None);
        }
        let rest = self.buffer.split_off(HEADER_BYTES + length);
        let frame = std::mem::replace(&mut self.buffer, rest);
        self.parse(&frame).ok_or(Malformed).map(Some)
    }

    fn parse(&mut self, frame: &[u8]) -> Option<Frame> {
        let (head, payload) = frame.split_at_checked(HEADER_BYTES)?;
        let word = number(head, 0)?;
        let fin = head[4] & FLAG_FIN != 0;
        if word & 0x8000_0000 == 0 {
            return Some(Frame::Data { stream: word, bytes: payload.to_vec(), fin });
        }
        if (word >> 16) & 0x7fff != u32::from(VERSION) {
            return None;
        }
        Some(match u16::try_from(word & 0xffff).ok()? {
            SYN_STREAM => {
                // Stream, associated stream, priority and slot come first.
                let headers = self.headers.read(payload.get(10..)?)?;
                Frame::SynStream { stream: number(payload, 0)?, headers, fin }
            }
            RST_STREAM => Frame::Reset { stream: number(payload, 0)? },
            PING => Frame::Ping { id: number(payload, 0)? },
            GOAWAY => Frame::GoAway,
            _ => Frame::Other,
        })
    }
}

/// The bytes are no SPDY/3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct Malformed;

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.try_into().ok().map(u32::from_be_bytes)
}

/// Puts frames together.
#[derive(Default)]
pub(in super::super) struct FrameWriter {
    headers: HeaderWriter,
}

impl FrameWriter {
    /// Accepts a stream.
    pub(in super::super) fn reply(&mut self, stream: u32) -> Vec<u8> {
        let mut payload = stream.to_be_bytes().to_vec();
        payload.extend(self.headers.write(&[]));
        control(SYN_REPLY, &payload)
    }

    /// Refuses a stream.
    pub(in super::super) fn reset(stream: u32) -> Vec<u8> {
        const REFUSED_STREAM: u32 = 3;
        control(RST_STREAM, &[stream.to_be_bytes(), REFUSED_STREAM.to_be_bytes()].concat())
    }

    /// Answers a ping.
    pub(in super::super) fn ping(id: u32) -> Vec<u8> {
        control(PING, &id.to_be_bytes())
    }

    /// Data on a stream, in frames of bounded size; `fin` when it is the last.
    pub(in super::super) fn data(stream: u32, bytes: &[u8], fin: bool) -> Vec<u8> {
        let mut frames = Vec::with_capacity(bytes.len() + HEADER_BYTES);
        for chunk in bytes.chunks(CHUNK_BYTES) {
            frames.extend(stream.to_be_bytes());
            frames.push(0);
            frames.extend(&length_of(chunk)[1..]);
            frames.extend(chunk);
        }
        if fin {
            frames.extend(stream.to_be_bytes());
            frames.extend([FLAG_FIN, 0, 0, 0]);
        }
        frames
    }
}

fn length_of(payload: &[u8]) -> [u8; 4] {
    u32::try_from(payload.len()).unwrap_or_default().to_be_bytes()
}

fn control(kind: u16, payload: &[u8]) -> Vec<u8> {
    let mut frame = (0x8000 | VERSION).to_be_bytes().to_vec();
    frame.extend(kind.to_be_bytes());
    frame.push(0);
    frame.extend(&length_of(payload)[1..]);
    frame.extend(payload);
    frame
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_taken_apart_however_the_bytes_come() {
        let mut headers = HeaderWriter::default();
        let mut syn = 5_u32.to_be_bytes().to_vec();
        syn.extend([0; 6]);
        syn.extend(headers.write(&[("port", "80")]));
        let mut bytes = control(SYN_STREAM, &syn);
        bytes.extend(FrameWriter::data(5, b"hello", true));
        bytes.extend(FrameWriter::ping(7));
        let mut reader = FrameReader::new();
        let mut frames = Vec::new();
        for byte in bytes {
            reader.feed(&[byte]);
            frames.extend(reader.next().unwrap());
        }
        assert_eq!(
            frames,
            [
                Frame::SynStream {
                    stream: 5,
                    headers: vec![("port".to_owned(), "80".to_owned())],
                    fin: false
                },
                Frame::Data { stream: 5, bytes: b"hello".to_vec(), fin: false },
                Frame::Data { stream: 5, bytes: Vec::new(), fin: true },
                Frame::Ping { id: 7 },
            ]
        );
    }

    #[test]
    fn other_bytes_are_refused() {
        let mut reader = FrameReader::new();
        reader.feed(b"GET / HTTP/1.1\r\n");
        assert!(reader.next().is_err());
        let mut reader = FrameReader::new();
        reader.feed(&[0x80, 2, 0, 1, 0, 0, 0, 0]);
        assert!(reader.next().is_err());
    }
}
