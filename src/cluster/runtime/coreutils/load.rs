//! Programs that keep a processor busy, or read without end.

use super::devices::{bytes_of, is_endless};
use super::{Call, Outcome};

/// Bytes that a copy may make of nothing.
const COPY_MAX: usize = 64 << 20;

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

/// dd: copies a file, standard input or what never ends.
pub(super) fn dd(call: &mut Call<'_>) -> Outcome {
    let value = |name: &str| {
        let words = call.arguments[1..].iter();
        words.filter_map(|word| word.strip_prefix(name)?.strip_prefix('=')).next().map(str::to_owned)
    };
    let (source, target) = (value("if"), value("of"));
    let size = value("bs").map_or(512, |text| bytes(&text)).max(1);
    let count = value("count").and_then(|count| count.parse::<usize>().ok());
    let odd = ["skip", "seek", "conv", "iflag", "oflag"].iter().find(|name| value(name).is_some());
    if let Some(name) = odd.filter(|name| **name != "conv" && !name.ends_with("flag")) {
        call.complain(&format!("not simulated: {name}="));
        return Outcome::Ended(1);
    }
    let most = count.map_or(usize::MAX, |count| size.saturating_mul(count));
    let content = match source.as_deref() {
        Some(path) if is_endless(path) => {
            if count.is_none() && target.as_deref() == Some("/dev/null") {
                return Outcome::Becomes("burner".to_owned());
            }
            if let (false, Some(count), Some(name)) = (path.ends_with("random"), count, &target) {
                return write_zeros(call, size, count, name);
            }
            if most > COPY_MAX {
                call.complain("not simulated: copying more than 64 MiB");
                return Outcome::Ended(1);
            }
            bytes_of(path, most, call.system)
        }
        Some(name) => {
            let path = call.path(name);
            match call.system.files().read(&path) {
                Ok(content) => content,
                Err(why) => {
                    call.complain(&format!("can't open '{name}': {why}"));
                    return Outcome::Ended(1);
                }
            }
        }
        None => match call.all_input() {
            Some(content) => content,
            None => return Outcome::NeedsInput,
        },
    };
    write_copy(call, &content[..content.len().min(most)], target, size)
}

fn write_zeros(call: &mut Call<'_>, size: usize, count: usize, name: &str) -> Outcome {
    let path = call.path(name);
    let length = (size as u64).saturating_mul(count as u64);
    if let Err(why) = call.system.files().write_zeros(&path, length) {
        call.complain(&format!("error writing '{name}': {why}"));
        return Outcome::Ended(1);
    }
    tell_copied(call, count, 0, length);
    Outcome::Ended(0)
}

fn tell_copied(call: &mut Call<'_>, whole: usize, part: usize, length: u64) {
    let mebibytes = length.saturating_mul(10) / (1 << 20);
    let text = format!(
        "{whole}+{part} records in\n{whole}+{part} records out\n{length} bytes ({}.{}MB) copied, 0.01 seconds\n",
        mebibytes / 10,
        mebibytes % 10
    );
    call.stderr.extend_from_slice(text.as_bytes());
}

/// fallocate and truncate: a file of so many zeros.
pub(super) fn fallocate(call: &mut Call<'_>) -> Outcome {
    let words = &call.arguments[1..];
    let value = words.iter().position(|word| matches!(word.as_str(), "-l" | "-s"));
    let joined = words.iter().find_map(|word| word.strip_prefix("-l").or_else(|| word.strip_prefix("-s")));
    let length = value.and_then(|index| words.get(index + 1).map(String::as_str)).or(joined);
    let (Some(length), Some(name)) = (length.map(bytes), words.last().cloned()) else {
        call.complain("no length specified");
        return Outcome::Ended(1);
    };
    let path = call.path(&name);
    match call.system.files().write_zeros(&path, length as u64) {
        Ok(()) => Outcome::Ended(0),
        Err(why) => {
            call.complain(&format!("{name}: {why}"));
            Outcome::Ended(1)
        }
    }
}

fn write_copy(call: &mut Call<'_>, content: &[u8], target: Option<String>, size: usize) -> Outcome {
    match target {
        None => call.stdout.extend_from_slice(content),
        Some(name) => {
            let path = call.path(&name);
            if let Err(why) = call.system.files().write(&path, content.to_vec()) {
                call.complain(&format!("error writing '{name}': {why}"));
                return Outcome::Ended(1);
            }
        }
    }
    let (whole, part) = (content.len() / size, usize::from(!content.len().is_multiple_of(size)));
    tell_copied(call, whole, part, content.len() as u64);
    Outcome::Ended(0)
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
