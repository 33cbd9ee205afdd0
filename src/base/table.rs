//! Column layouts, by Go's `text/tabwriter` rules, as kubectl uses them.

use std::io::Write;

use tabwriter::TabWriter;

/// The two layouts that kubectl prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Columns {
    /// Tables of `get`: minimum width 6, padding 3.
    Get,
    /// `describe`: padding 2.
    Describe,
}

/// Aligns text whose cells are separated by tabs.
#[must_use]
pub fn align(layout: Columns, text: &str) -> String {
    let (minimum, padding) = match layout {
        Columns::Get => (3, 3),
        Columns::Describe => (0, 2),
    };
    let mut writer = TabWriter::new(Vec::new()).minwidth(minimum).padding(padding);
    let written = writer.write_all(text.as_bytes()).and_then(|()| writer.flush());
    match (written, writer.into_inner()) {
        (Ok(()), Ok(bytes)) => String::from_utf8_lossy(&bytes).into_owned(),
        _ => text.to_owned(),
    }
}
