//! truncate and fallocate: files that are made to a length.

use super::super::filesystem::{FileError, FileView};
use super::options::{Taken, or_end};
use super::{Call, Outcome};

/// Bytes that are kept in a file, unless all of them are zeros.
pub(super) const COPY_MAX: u64 = 64 << 20;

/// `1`, `4k`, `1M`, `1G`, `1MB` in bytes; nothing for what is no size.
fn size_of(text: &str) -> Option<u64> {
    let digits = text.find(|next: char| !next.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let factor = match unit {
        "" | "c" => 1,
        "w" => 2,
        "b" => 512,
        "kB" | "KB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        "k" | "K" | "KiB" => 1 << 10,
        "m" | "M" | "MiB" => 1 << 20,
        "g" | "G" | "GiB" => 1 << 30,
        "t" | "T" | "TiB" => 1 << 40,
        _ => return None,
    };
    // What is too long to be read is as much as there can be.
    (!number.is_empty()).then(|| number.parse().unwrap_or(u64::MAX).saturating_mul(factor))
}

/// As [`size_of`].
///
/// # Errors
/// How the program ends, its complaint made, when it is no size.
pub(super) fn size(call: &mut Call<'_>, text: &str) -> Result<u64, Outcome> {
    size_of(text).ok_or_else(|| {
        let colon = if call.is_gnu() { ":" } else { "" };
        call.complain(&format!("invalid number{colon} '{text}'"));
        Outcome::Ended(1)
    })
}

/// The bytes of a file that is written to; none of one that is not there.
///
/// # Errors
/// When it cannot be read.
pub(super) fn kept(files: &FileView<'_>, path: &str) -> Result<Vec<u8>, FileError> {
    match files.read(path) {
        Ok(bytes) => Ok(bytes),
        Err(FileError::NotFound | FileError::Endless) => Ok(Vec::new()),
        Err(why) => Err(why),
    }
}

/// Makes a file so long: it loses its end, or gains zeros.
fn set_length(files: &mut FileView<'_>, path: &str, length: u64) -> Result<(), FileError> {
    let mut bytes = match kept(files, path) {
        // So long a file holds nothing but zeros.
        Err(FileError::TooLong) => Vec::new(),
        bytes => bytes?,
    };
    if bytes.iter().all(|byte| *byte == 0) {
        return files.write_zeros(path, length);
    }
    if length > COPY_MAX {
        return Err(FileError::TooLong);
    }
    bytes.resize(usize::try_from(length).unwrap_or_default(), 0);
    files.write(path, bytes)
}

/// truncate: gives files a length.
pub(super) fn truncate(call: &mut Call<'_>) -> Outcome {
    let taken = Taken {
        letters: "cs:",
        refused: "or",
        long: &[("no-create", 'c'), ("size", 's'), ("reference", 'r'), ("io-blocks", 'o')],
    };
    let options = or_end!(call.options(&taken));
    let Some(wanted) = options.value('s').map(str::to_owned) else {
        return call.fail_usage("you must specify either '--size' or '--reference'");
    };
    if options.operands.is_empty() {
        return call.fail_usage("missing file operand");
    }
    // Only GNU's takes a change instead of a length.
    let sign = wanted.chars().next().filter(|sign| call.is_gnu() && matches!(sign, '+' | '-'));
    let number = or_end!(size(call, wanted.trim_start_matches(|next| Some(next) == sign)));
    let mut status = 0;
    for name in &options.operands {
        let path = call.path(name);
        let mut files = call.system.files();
        let old = files.length(&path);
        if old.is_none() && options.has('c') {
            continue;
        }
        let length = match sign {
            Some('+') => old.unwrap_or_default().saturating_add(number),
            Some(_) => old.unwrap_or_default().saturating_sub(number),
            None => number,
        };
        if let Err(why) = set_length(&mut files, &path, length) {
            let message = match call.is_gnu() {
                true => format!("cannot open '{name}' for writing: {why}"),
                false => format!("{name}: {why}"),
            };
            call.complain(&message);
            status = 1;
        }
    }
    Outcome::Ended(status)
}

/// fallocate: a file that has so much room at least.
pub(super) fn fallocate(call: &mut Call<'_>) -> Outcome {
    let taken = Taken { letters: "l:o:", refused: "cdnpxzi", long: &[("length", 'l'), ("offset", 'o')] };
    let options = or_end!(call.options(&taken));
    let Some(length) = options.value('l').map(str::to_owned) else {
        return call.fail_usage("no length argument specified");
    };
    let length = or_end!(size(call, &length));
    let offset = or_end!(size(call, options.value('o').unwrap_or("0")));
    let Some(name) = options.operands.first() else { return call.fail_usage("no filename specified") };
    let path = call.path(name);
    let mut files = call.system.files();
    let end = offset.saturating_add(length);
    let done = match files.length(&path) {
        Some(old) if old >= end => Ok(()),
        _ => set_length(&mut files, &path, end),
    };
    match done {
        Ok(()) => Outcome::Ended(0),
        Err(why) => {
            let message = match why {
                FileError::NoSpace if call.is_gnu() => format!("fallocate failed: {why}"),
                _ => format!("{name}: {why}"),
            };
            call.complain(&message);
            Outcome::Ended(1)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units() {
        for (text, size) in [
            ("12", Some(12)),
            ("4k", Some(4 << 10)),
            ("1MB", Some(1_000_000)),
            ("2w", Some(4)),
            ("99999999999999999999", Some(u64::MAX)),
            ("k", None),
            ("3x", None),
            ("", None),
        ] {
            assert_eq!(size_of(text), size, "{text}");
        }
    }
}
