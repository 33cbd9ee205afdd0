//! `head -c` and `tail -c`: the first or last bytes, whatever they mean.

use super::devices::{bytes_of, is_endless};
use super::load::bytes;
use super::{Call, Outcome};

/// Bytes that are taken from what never ends.
const ENDLESS_MAX: usize = 16 << 20;

/// The value of `-c` and the names of files; `None` without `-c`.
fn count_and_names(call: &Call<'_>) -> Option<(String, Vec<String>)> {
    let (mut count, mut names) = (None, Vec::new());
    let mut words = call.arguments[1..].iter();
    while let Some(word) = words.next() {
        match word.strip_prefix("-c").or_else(|| word.strip_prefix("--bytes=")) {
            Some("") => count = words.next().cloned(),
            Some(value) => count = Some(value.to_owned()),
            None if word == "-" || !word.starts_with('-') => names.push(word.clone()),
            None => {}
        }
    }
    Some((count?, names))
}

/// Carries out `-c`; `None` when the command line has none.
pub(super) fn by_bytes(call: &mut Call<'_>, last: bool) -> Option<Outcome> {
    let (value, names) = count_and_names(call)?;
    let count = bytes(value.trim_start_matches(['+', '-']));
    let mut content = Vec::new();
    if names.is_empty() || names == ["-"] {
        if call.input.open && (last || value.starts_with('-') || call.input.bytes.len() < count) {
            return Some(Outcome::NeedsInput);
        }
        content.extend(call.input.bytes.drain(..));
    }
    for name in names.iter().filter(|name| *name != "-") {
        let path = call.path(name);
        if is_endless(&path) {
            if last || value.starts_with('-') || count > ENDLESS_MAX {
                call.complain("not simulated: anything but up to 16 MiB from the start of files without end");
                return Some(Outcome::Ended(1));
            }
            let bytes = bytes_of(&path, count, call.system);
            content.extend(bytes);
            continue;
        }
        match call.system.files().read(&path) {
            Ok(read) => content.extend(read),
            Err(why) => {
                call.complain(&format!("{name}: {why}"));
                return Some(Outcome::Ended(1));
            }
        }
    }
    let length = content.len();
    let range = match (last, value.chars().next()) {
        (true, Some('+')) => count.saturating_sub(1).min(length)..length,
        (true, _) => length.saturating_sub(count)..length,
        (false, Some('-')) => 0..length.saturating_sub(count),
        (false, _) => 0..count.min(length),
    };
    call.stdout.extend_from_slice(&content[range]);
    Some(Outcome::Ended(0))
}
