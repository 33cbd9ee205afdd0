//! head and tail: the first and the last lines or bytes.

use super::devices::{bytes_of, is_endless};
use super::inputs::{Read, complain_unreadable, inputs};
use super::load::bytes;
use super::options::{Options, Taken, or_end};
use super::{Call, Outcome};

/// Bytes that are taken from what never ends.
const ENDLESS_MAX: usize = 16 << 20;

const HEAD: Taken = Taken {
    letters: "n:c:qv",
    refused: "z",
    long: &[("lines", 'n'), ("bytes", 'c'), ("quiet", 'q'), ("verbose", 'v')],
};
const TAIL: Taken = Taken {
    letters: "n:c:qvfFs:",
    refused: "z",
    long: &[("lines", 'n'), ("bytes", 'c'), ("quiet", 'q'), ("verbose", 'v'), ("follow", 'f')],
};

/// How much is wanted.
struct Wanted {
    count: usize,
    /// `+` or `-` before it.
    sign: Option<char>,
    bytes: bool,
}

/// Reads options, `-3` and `+3` at first being `-n3` and `-n+3`, as they are written of old.
fn with_old_counts(call: &mut Call<'_>, taken: &Taken) -> Result<Options, Outcome> {
    let mut words = call.arguments[1..].to_vec();
    if let Some(first) = words.first_mut() {
        let count = first.strip_prefix('-').or_else(|| first.starts_with('+').then_some(first.as_str()));
        let is_count = |count: &&str| {
            let digits = count.trim_start_matches('+');
            !digits.is_empty() && digits.chars().all(|next| next.is_ascii_digit())
        };
        if let Some(count) = count.filter(is_count) {
            *first = format!("-n{count}");
        }
    }
    call.options_of(&words, taken)
}

fn wanted(call: &mut Call<'_>, options: &Options) -> Result<Wanted, Outcome> {
    let by_bytes = options.value('c');
    let text = by_bytes.or(options.value('n')).unwrap_or("10");
    let digits = text.trim_start_matches(['+', '-']);
    if !digits.starts_with(|next: char| next.is_ascii_digit()) {
        call.complain(&format!("invalid number '{text}'"));
        return Err(Outcome::Ended(1));
    }
    let sign = text.chars().next().filter(|sign| matches!(sign, '+' | '-'));
    Ok(Wanted { count: bytes(digits), sign, bytes: by_bytes.is_some() })
}

/// Prints parts of the inputs, each under its name when there are several.
fn print_parts(call: &mut Call<'_>, options: &Options, read: &[Read], part: impl Fn(&[u8]) -> Vec<u8>) {
    let titled = options.has('v') || options.operands.len() > 1 && !options.has('q');
    for (at, Read { name, bytes }) in read.iter().enumerate() {
        if titled {
            let name = if name == "-" { "standard input" } else { name };
            call.say(&format!("{}==> {name} <==", if at > 0 { "\n" } else { "" }));
        }
        call.stdout.extend(part(bytes));
    }
}

/// The lines in a range, their ends included.
fn lines_in(bytes: &[u8], range: impl Fn(usize) -> std::ops::Range<usize>) -> Vec<u8> {
    let lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    let range = range(lines.len());
    lines[range.start.min(lines.len())..range.end.min(lines.len())].concat()
}

/// The bytes in a range.
fn bytes_in(bytes: &[u8], range: impl Fn(usize) -> std::ops::Range<usize>) -> Vec<u8> {
    bytes[range(bytes.len())].to_vec()
}

/// The first lines or bytes.
pub(super) fn head(call: &mut Call<'_>) -> Outcome {
    let options = or_end!(with_old_counts(call, &HEAD));
    let wanted = or_end!(wanted(call, &options));
    let standard = options.operands.is_empty() || options.operands == ["-"];
    let range = |length: usize| match wanted.sign {
        Some('-') => 0..length.saturating_sub(wanted.count),
        _ => 0..wanted.count.min(length),
    };
    if let Some(endless) = options.operands.iter().find(|name| is_endless(name)).cloned() {
        return first_of_endless(call, &endless, &wanted);
    }
    if standard && call.input.open {
        // Enough ends it before the input does.
        let there = if wanted.bytes {
            call.input.bytes.len()
        } else {
            call.input.bytes.iter().filter(|byte| **byte == b'\n').count()
        };
        if wanted.sign == Some('-') || there < wanted.count {
            return Outcome::NeedsInput;
        }
        let bytes: Vec<u8> = call.input.bytes.drain(..).collect();
        let part = if wanted.bytes { bytes_in(&bytes, range) } else { lines_in(&bytes, range) };
        call.stdout.extend(part);
        return Outcome::Ended(0);
    }
    let mut status = 0;
    let Some(read) = inputs(call, &options.operands, &mut status) else { return Outcome::NeedsInput };
    print_parts(call, &options, &read, |bytes| {
        if wanted.bytes { bytes_in(bytes, range) } else { lines_in(bytes, range) }
    });
    Outcome::Ended(status)
}

fn first_of_endless(call: &mut Call<'_>, name: &str, wanted: &Wanted) -> Outcome {
    if !wanted.bytes || wanted.sign.is_some() || wanted.count > ENDLESS_MAX {
        call.complain("not simulated: anything but up to 16 MiB from the start of files without end");
        return Outcome::Ended(1);
    }
    let bytes = bytes_of(name, wanted.count, call.system);
    call.stdout.extend(bytes);
    Outcome::Ended(0)
}

/// The last lines or bytes; `-f` follows a file.
pub(super) fn tail(call: &mut Call<'_>) -> Outcome {
    let options = or_end!(with_old_counts(call, &TAIL));
    let follows = options.has('f') || options.has('F');
    if follows && options.operands == ["/dev/null"] {
        return Outcome::Again(3_600_000);
    }
    if options.operands.iter().any(|name| is_endless(name)) {
        return Outcome::Becomes("hoarder".to_owned());
    }
    let wanted = or_end!(wanted(call, &options));
    if follows && let Some(name) = options.operands.first().cloned() {
        return follow(call, &options, &name, &wanted);
    }
    let mut status = 0;
    let Some(read) = inputs(call, &options.operands, &mut status) else { return Outcome::NeedsInput };
    print_parts(call, &options, &read, |bytes| wanted.last(bytes));
    if status != 0 && read.is_empty() {
        call.complain("no files");
    }
    Outcome::Ended(status)
}

impl Wanted {
    fn last(&self, bytes: &[u8]) -> Vec<u8> {
        let range = |length: usize| match self.sign {
            Some('+') => self.count.saturating_sub(1).min(length)..length,
            _ => length.saturating_sub(self.count)..length,
        };
        if self.bytes { bytes_in(bytes, range) } else { lines_in(bytes, range) }
    }
}

/// Prints what is there, then what comes.
fn follow(call: &mut Call<'_>, options: &Options, name: &str, wanted: &Wanted) -> Outcome {
    if options.operands.len() > 1 {
        call.complain("not simulated: -f with several files");
        return Outcome::Ended(1);
    }
    let path = call.path(name);
    let read = call.system.files().read(&path);
    let bytes = match read {
        Ok(bytes) => bytes,
        // -F waits for the file.
        Err(why) if options.has('F') => {
            if *call.memory == 0 {
                complain_unreadable(call, name, &why);
                *call.memory = 1;
            }
            return Outcome::Again(1_000);
        }
        Err(why) => {
            let status = complain_unreadable(call, name, &why);
            call.complain("no files");
            return Outcome::Ended(status);
        }
    };
    let new = match *call.memory {
        0 => wanted.last(&bytes),
        seen => {
            let seen = usize::try_from(seen - 1).unwrap_or_default();
            // A file that became shorter is read from its start.
            bytes[if seen > bytes.len() { 0 } else { seen }..].to_vec()
        }
    };
    call.stdout.extend(new);
    *call.memory = bytes.len() as u64 + 1;
    Outcome::Again(1_000)
}
