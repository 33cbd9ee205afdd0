//! Programs that keep a processor busy, or read without end.

use super::{Call, Outcome};

/// stress, as a shell starts it.
pub(super) fn stress(_: &mut Call<'_>) -> Outcome {
    Outcome::Becomes("stress".to_owned())
}

/// Bytes that `yes` and `cat /dev/zero` print at a time: little where somebody reads along, much into a file.
const PIECE: usize = 1_024;
const LARGE_PIECE: usize = 256 << 10;

/// How much an endless command prints at a time.
pub(super) fn piece(call: &Call<'_>) -> usize {
    if call.to_file { LARGE_PIECE } else { PIECE }
}

/// yes: prints its words for ever; where nobody listens only the work counts.
pub(super) fn yes(call: &mut Call<'_>) -> Outcome {
    if call.discards {
        return Outcome::Becomes("burner".to_owned());
    }
    let words = call.arguments[1..].join(" ");
    let line = if words.is_empty() { "y\n".to_owned() } else { format!("{words}\n") };
    let times = (piece(call) / line.len()).max(1);
    call.stdout.extend(line.repeat(times).into_bytes());
    Outcome::More
}

/// `1`, `4k`, `1M`, `1G` in bytes.
pub(super) fn bytes(text: &str) -> usize {
    let digits = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    let number = match &text[..digits] {
        "" => 1,
        // What is too long to be read is as much as there can be.
        digits => digits.parse().unwrap_or(usize::MAX),
    };
    let factor = match text[digits..].chars().next().map(|unit| unit.to_ascii_uppercase()) {
        Some('K') => 1 << 10,
        Some('M') => 1 << 20,
        Some('G') => 1 << 30,
        _ => 1,
    };
    number.saturating_mul(factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units() {
        for (text, size) in [
            ("12", 12),
            ("4k", 4 << 10),
            ("1M", 1 << 20),
            ("G", 1 << 30),
            ("99999999999999999999", usize::MAX),
        ] {
            assert_eq!(bytes(text), size, "{text}");
        }
    }
}
