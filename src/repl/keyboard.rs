//! The terminal that the learner types at, lent to commands that attach to a container.

use std::io;

use termimad::crossterm::terminal;

use crate::base::{Terminal, TerminalSize};

/// The terminal of this process.
#[derive(Clone, Copy, Debug)]
pub struct Keyboard;

impl Terminal for Keyboard {
    fn set_raw(&self, raw: bool) -> io::Result<()> {
        if raw { terminal::enable_raw_mode() } else { terminal::disable_raw_mode() }
    }

    fn size(&self) -> io::Result<TerminalSize> {
        terminal::size().map(|(columns, rows)| TerminalSize { columns, rows })
    }
}
