//! The line discipline of a terminal: echo, erase, end of input, line feeds.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

/// Bytes of a line that is being typed.
const LINE_MAX: usize = 4_096;

/// The line being typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Terminal {
    line: Vec<u8>,
}

/// What came of the bytes that were typed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in super::super) struct Typed {
    /// What the terminal shows.
    pub echo: Vec<u8>,
    /// Whole lines for the program.
    pub lines: VecDeque<u8>,
    /// End of input (Ctrl-D on an empty line).
    pub ended: bool,
    /// Ctrl-C.
    pub interrupted: bool,
}

impl Terminal {
    /// Takes what was typed.
    pub(in super::super) fn type_bytes(&mut self, bytes: &[u8]) -> Typed {
        let mut typed = Typed::default();
        for byte in bytes {
            match byte {
                b'\r' | b'\n' => {
                    typed.echo.extend_from_slice(b"\r\n");
                    self.line.push(b'\n');
                    typed.lines.extend(self.line.drain(..));
                }
                0x7f | 0x08 if self.erase() => typed.echo.extend_from_slice(b"\x08 \x08"),
                0x03 => {
                    // As a terminal does: what was typed before and nobody has read yet is gone.
                    self.line.clear();
                    typed.lines.clear();
                    typed.echo.extend_from_slice(b"^C\r\n");
                    typed.interrupted = true;
                }
                0x04 => {
                    if self.line.is_empty() {
                        typed.ended = true;
                    } else {
                        typed.lines.extend(self.line.drain(..));
                    }
                }
                0x15 => {
                    typed.echo.extend_from_slice(&b"\x08 \x08".repeat(self.line.len()));
                    self.line.clear();
                }
                byte if self.line.len() < LINE_MAX && (*byte >= 0x20 || *byte == b'\t') => {
                    self.line.push(*byte);
                    typed.echo.push(*byte);
                }
                _ => {}
            }
        }
        typed
    }

    /// Takes the last character back; false when there is none.
    fn erase(&mut self) -> bool {
        let mut erased = false;
        while let Some(byte) = self.line.pop() {
            erased = true;
            let is_continuation = byte & 0xc0 == 0x80;
            if !is_continuation {
                break;
            }
        }
        erased
    }
}

/// Output as a terminal receives it: line feeds return the carriage.
pub(in super::super) fn for_terminal(bytes: &[u8]) -> Vec<u8> {
    let mut shown = Vec::with_capacity(bytes.len());
    for byte in bytes {
        if *byte == b'\n' && shown.last() != Some(&b'\r') {
            shown.push(b'\r');
        }
        shown.push(*byte);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_edited_before_the_program_sees_them() {
        let mut terminal = Terminal::default();
        let typed = terminal.type_bytes(b"lx\x7fs\r");
        assert_eq!(typed.lines, b"ls\n");
        assert_eq!(typed.echo, b"lx\x08 \x08s\r\n");
        assert_eq!(terminal.type_bytes("가각\x7f\r".as_bytes()).lines, "가\n".as_bytes());
        assert!(terminal.type_bytes(b"\x04").ended);
        assert!(terminal.type_bytes(b"abc\x03").interrupted);
        assert!(terminal.type_bytes(b"sleep 600\r\x03").lines.is_empty());
        assert_eq!(for_terminal(b"a\nb\r\n"), b"a\r\nb\r\n");
    }
}
