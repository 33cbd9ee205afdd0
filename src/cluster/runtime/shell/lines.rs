//! Lines of an input, and moments a little later.

use crate::base::Timestamp;

use super::super::process::Input;

/// Takes a whole line, or what is left when nothing more will come.
pub(super) fn take_line(input: &mut Input) -> Option<String> {
    let end = match input.bytes.iter().position(|byte| *byte == b'\n') {
        Some(index) => index + 1,
        None if !input.open && !input.bytes.is_empty() => input.bytes.len(),
        None => return None,
    };
    let bytes: Vec<u8> = input.bytes.drain(..end).collect();
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// A moment so many milliseconds later.
pub(super) fn later(now: Timestamp, milliseconds: i64) -> Timestamp {
    now.checked_add(jiff::SignedDuration::from_millis(milliseconds)).unwrap_or(Timestamp::MAX)
}
