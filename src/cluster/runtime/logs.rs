//! What containers printed: one bounded buffer per run, with moments, and pages cut from it.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::base::Timestamp;

/// Bytes kept of one run (a real node rotates at 10 MiB).
const BYTES_MAX: usize = 1 << 20;
/// Bits of a cursor that hold the place within a run; the number of the run is above them.
const PLACE_BITS: u32 = 40;

/// Where a line was printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum LogStream {
    /// Standard output.
    #[default]
    Stdout,
    /// Standard error.
    Stderr,
}

/// `PodLogOptions`.
#[derive(Clone, Debug, Default)]
pub(crate) struct LogOptions {
    /// Container; the only or default one when absent.
    pub container: Option<String>,
    /// The previous run of the container.
    pub previous: bool,
    /// Only lines at or after this moment.
    pub since: Option<Timestamp>,
    /// Only the last lines.
    pub tail_lines: Option<usize>,
    /// Put the moment before each line.
    pub timestamps: bool,
    /// Only what was printed on one of the two streams.
    pub stream: Option<LogStream>,
    /// Stop after this many bytes.
    pub limit_bytes: Option<usize>,
    /// Where the last page ended; 0 to begin.
    pub cursor: u64,
}

/// A piece of a log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct LogPage {
    /// Text.
    pub bytes: Vec<u8>,
    /// Where to go on.
    pub cursor: u64,
    /// Whether the container has ended, so that no more will come.
    pub ended: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Line {
    at: Timestamp,
    /// Bytes with the line feed, which only the last line may lack.
    #[serde(with = "super::text_bytes")]
    bytes: Vec<u8>,
    #[serde(default)]
    stream: LogStream,
}

/// The log of one run of a container.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RunLog {
    /// Number of the run, from 0.
    run: u32,
    lines: VecDeque<Line>,
    bytes: usize,
    /// Bytes that have left the buffer.
    dropped: u64,
}

impl RunLog {
    /// An empty log for the run of that number.
    pub(crate) fn new(run: u32) -> Self {
        Self { run, ..Self::default() }
    }

    /// Bytes that it holds.
    pub(crate) fn size(&self) -> u64 {
        self.bytes as u64
    }

    /// Adds what was printed at a moment on standard output.
    #[cfg(test)]
    pub(crate) fn append(&mut self, at: Timestamp, bytes: &[u8]) {
        self.append_to(LogStream::Stdout, at, bytes);
    }

    /// Adds what was printed at a moment.
    pub(crate) fn append_to(&mut self, stream: LogStream, at: Timestamp, bytes: &[u8]) {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.bytes += piece.len();
            match self.lines.back_mut() {
                Some(last) if last.stream == stream && last.bytes.last() != Some(&b'\n') => {
                    last.bytes.extend_from_slice(piece);
                }
                _ => self.lines.push_back(Line { at, bytes: piece.to_vec(), stream }),
            }
        }
        while self.bytes > BYTES_MAX
            && let Some(first) = self.lines.pop_front()
        {
            self.bytes -= first.bytes.len();
            self.dropped += first.bytes.len() as u64;
        }
    }

    /// The text after the cursor, or what the options choose when there is no cursor yet.
    pub(crate) fn page(&self, options: &LogOptions, ended: bool) -> LogPage {
        let run = u64::from(self.run) << PLACE_BITS;
        let end = self.dropped + self.bytes as u64;
        let cursor = run + end + 1;
        let mut bytes = Vec::new();
        let first = options.cursor == 0;
        if !first && (options.cursor - 1) >> PLACE_BITS != u64::from(self.run) {
            // The run that was followed has been replaced: its reader is done.
            return LogPage { bytes, cursor: options.cursor, ended: true };
        }
        let from = if first { 0 } else { (options.cursor - 1) & ((1 << PLACE_BITS) - 1) };
        let skip = match options.tail_lines {
            Some(tail) if first => self.lines.len().saturating_sub(tail),
            _ => 0,
        };
        let mut place = self.dropped;
        for (index, line) in self.lines.iter().enumerate() {
            let start = place;
            place += line.bytes.len() as u64;
            let too_old = first && options.since.is_some_and(|since| line.at < since);
            let unwanted = options.stream.is_some_and(|stream| stream != line.stream);
            if index < skip || place <= from || too_old || unwanted {
                continue;
            }
            let seen = usize::try_from(from.saturating_sub(start)).unwrap_or_default();
            if options.timestamps && seen == 0 {
                bytes.extend_from_slice(format!("{:.9} ", line.at).as_bytes());
            }
            bytes.extend_from_slice(&line.bytes[seen..]);
        }
        if let Some(limit) = options.limit_bytes {
            bytes.truncate(limit);
        }
        LogPage { bytes, cursor, ended }
    }

    /// The last `bytes_max` bytes of the last `lines_max` lines, for termination messages.
    pub(crate) fn tail(&self, lines_max: usize, bytes_max: usize) -> String {
        let skip = self.lines.len().saturating_sub(lines_max);
        let all: Vec<u8> = self.lines.iter().skip(skip).flat_map(|line| line.bytes.iter().copied()).collect();
        String::from_utf8_lossy(&all[all.len().saturating_sub(bytes_max)..]).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log() -> RunLog {
        let mut log = RunLog::new(1);
        for (second, text) in [(1, "one\n"), (2, "two\nthr"), (3, "ee\n")] {
            log.append(Timestamp::from_second(second).unwrap(), text.as_bytes());
        }
        log
    }

    fn text(page: &LogPage) -> String {
        String::from_utf8(page.bytes.clone()).unwrap()
    }

    #[test]
    fn options_choose_lines() {
        let tail = LogOptions { tail_lines: Some(1), ..LogOptions::default() };
        assert_eq!(text(&log().page(&tail, false)), "three\n");
        let since = LogOptions { since: Timestamp::from_second(2).ok(), ..LogOptions::default() };
        assert_eq!(text(&log().page(&since, false)), "two\nthree\n");
        let limit = LogOptions { limit_bytes: Some(5), ..LogOptions::default() };
        assert_eq!(text(&log().page(&limit, false)), "one\nt");
        let stamped = LogOptions { timestamps: true, tail_lines: Some(1), ..LogOptions::default() };
        assert_eq!(text(&log().page(&stamped, false)), "1970-01-01T00:00:02.000000000Z three\n");
    }

    #[test]
    fn one_stream_is_told_alone() {
        let mut log = RunLog::new(0);
        log.append(Timestamp::UNIX_EPOCH, b"out");
        log.append_to(LogStream::Stderr, Timestamp::UNIX_EPOCH, b"err\n");
        let of = |stream| LogOptions { stream, ..LogOptions::default() };
        assert_eq!(text(&log.page(&of(Some(LogStream::Stderr)), false)), "err\n");
        assert_eq!(text(&log.page(&of(Some(LogStream::Stdout)), false)), "out");
        assert_eq!(text(&log.page(&of(None), false)), "outerr\n");
    }

    #[test]
    fn a_cursor_goes_on_where_the_page_ended() {
        let mut log = log();
        let page = log.page(&LogOptions::default(), false);
        log.append(Timestamp::from_second(4).unwrap(), b"four\n");
        let next = LogOptions { cursor: page.cursor, ..LogOptions::default() };
        assert_eq!(text(&log.page(&next, false)), "four\n");
        assert!(RunLog::new(2).page(&next, false).ended);
    }

    #[test]
    fn the_buffer_is_bounded() {
        let mut log = RunLog::new(0);
        for _ in 0..40_000 {
            log.append(Timestamp::UNIX_EPOCH, b"a line of thirty-two characters\n");
        }
        assert!(log.bytes <= BYTES_MAX);
        let page = log.page(&LogOptions::default(), false);
        assert_eq!(page.bytes.len(), log.bytes);
        assert_eq!(page.cursor, 40_000 * 32 + 1);
    }
}
