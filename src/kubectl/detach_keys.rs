//! Keys that end a session at a terminal and leave the container's process running (`--detach-keys`).

use super::errors::{Failure, Outcome};

/// A sequence of keys, and how much of it was typed so far.
#[derive(Clone, Debug, Default)]
pub(super) struct DetachKeys {
    keys: Vec<u8>,
    typed: usize,
}

impl DetachKeys {
    /// Reads `ctrl-p,ctrl-q`; an empty text means that no keys end the session.
    pub(super) fn parse(text: &str) -> Outcome<Self> {
        let keys = text.split(',').filter(|_| !text.is_empty()).map(key).collect::<Outcome<_>>()?;
        Ok(Self { keys, typed: 0 })
    }

    /// What of the typed bytes goes to the container, and whether the sequence was completed. A beginning of
    /// the sequence is held back until it is known how it goes on.
    pub(super) fn filter(&mut self, bytes: &[u8]) -> (Vec<u8>, bool) {
        if self.keys.is_empty() {
            return (bytes.to_vec(), false);
        }
        let mut passed = Vec::with_capacity(bytes.len());
        for byte in bytes {
            if self.keys[self.typed] != *byte {
                passed.extend_from_slice(&self.keys[..std::mem::take(&mut self.typed)]);
            }
            if self.keys[self.typed] == *byte {
                self.typed += 1;
            } else {
                passed.push(*byte);
            }
            if self.typed == self.keys.len() {
                return (passed, true);
            }
        }
        (passed, false)
    }
}

/// One key: a character, or `ctrl-` and one of `a-z@[\]^_`.
fn key(text: &str) -> Outcome<u8> {
    let unknown = || Failure::message(format!("unknown character: '{text}'"));
    let letter = |text: &str| match text.as_bytes() {
        [byte] => Some(*byte),
        _ => None,
    };
    match text.strip_prefix("ctrl-").map(letter) {
        None => letter(text).ok_or_else(unknown),
        Some(Some(b'@')) => Ok(0),
        Some(Some(byte @ b'a'..=b'z')) => Ok(byte - b'a' + 1),
        Some(Some(byte @ (b'[' | b'\\' | b']' | b'^' | b'_'))) => Ok(byte - b'[' + 27),
        Some(_) => Err(unknown()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sequence_ends_the_session_and_its_beginning_waits() {
        let mut keys = DetachKeys::parse("ctrl-p,ctrl-q").unwrap();
        assert_eq!(keys.filter(b"ls\x10"), (b"ls".to_vec(), false));
        assert_eq!(keys.filter(b"x"), (b"\x10x".to_vec(), false));
        assert_eq!(keys.filter(b"\x10\x10\x11rest"), (b"\x10".to_vec(), true));
    }

    #[test]
    fn sequences_are_letters_and_control_keys() {
        assert_eq!(DetachKeys::parse("a,ctrl-],ctrl-@").unwrap().keys, [b'a', 29, 0]);
        assert_eq!(DetachKeys::parse("").unwrap().filter(b"\x10\x11"), (b"\x10\x11".to_vec(), false));
        assert!(DetachKeys::parse("ctrl-").is_err());
        assert!(DetachKeys::parse("ab").is_err());
    }
}
