//! The files below /dev that never end: /dev/zero, /dev/urandom.

use super::super::system::System;

/// Files that never end.
const ENDLESS: &[&str] = &["/dev/zero", "/dev/urandom", "/dev/random", "/dev/full"];

/// Whether a path leads to a device.
pub(super) fn is_device(path: &str) -> bool {
    const FINITE: &[&str] = &["/dev/null", "/dev/tty", "/dev/stdin", "/dev/stdout", "/dev/stderr"];
    ENDLESS.contains(&path) || FINITE.contains(&path)
}

/// Whether a path leads to a file that never ends.
pub(super) fn is_endless(path: &str) -> bool {
    ENDLESS.contains(&path)
}

/// So many bytes of an endless file.
pub(super) fn bytes_of(path: &str, count: usize, system: &mut dyn System) -> Vec<u8> {
    if path.ends_with("random") {
        return (0..count).map(|_| u8::try_from(system.random(256)).unwrap_or_default()).collect();
    }
    vec![0; count]
}
