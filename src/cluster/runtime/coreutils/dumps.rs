//! hexdump, od and xxd: bytes as numbers.

use super::inputs::inputs;
use super::options::{Taken, or_end};
use super::text::number_of;
use super::{Call, Outcome};

/// Bytes of a line.
const LINE: usize = 16;

/// The bytes of every file named, or of standard input.
fn content(call: &mut Call<'_>, names: &[String]) -> Result<Vec<u8>, Outcome> {
    let mut status = 0;
    let read = inputs(call, names, &mut status).ok_or(Outcome::NeedsInput)?;
    if status != 0 {
        return Err(Outcome::Ended(status));
    }
    Ok(read.into_iter().flat_map(|read| read.bytes).collect())
}

fn printable(bytes: &[u8]) -> String {
    bytes
        .iter()
        .map(|byte| if byte.is_ascii_graphic() || *byte == b' ' { char::from(*byte) } else { '.' })
        .collect()
}

/// Says lines, a run of equal ones as a `*`, and where they end.
fn say_lines(
    call: &mut Call<'_>,
    bytes: &[u8],
    offset: impl Fn(usize) -> String,
    line: impl Fn(&[u8]) -> String,
) {
    let mut last: Option<&[u8]> = None;
    let mut starred = false;
    for (index, chunk) in bytes.chunks(LINE).enumerate() {
        if last == Some(chunk) && chunk.len() == LINE {
            if !std::mem::replace(&mut starred, true) {
                call.say("*");
            }
            continue;
        }
        (last, starred) = (Some(chunk), false);
        call.say(&format!("{}{}", offset(index * LINE), line(chunk)));
    }
    let end = offset(bytes.len());
    if !end.is_empty() && !bytes.is_empty() {
        call.say(end.trim_end());
    }
}

/// hexdump, and `-C` with the characters beside.
pub(super) fn hexdump(call: &mut Call<'_>) -> Outcome {
    let options = or_end!(call.options(&Taken { letters: "Cn:s:vx", refused: "bcdoefR", long: &[] }));
    let bounds = or_end!(bounds(call, options.value('s'), options.value('n')));
    let bytes = or_end!(content(call, &options.operands));
    let bytes = within(&bytes, bounds);
    let start = bounds.0;
    if options.has('C') {
        say_lines(
            call,
            bytes,
            |at| format!("{:08x}  ", start + at),
            |chunk| {
                let hex = |bytes: &[u8]| {
                    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ")
                };
                let (left, right) = chunk.split_at(chunk.len().min(LINE / 2));
                format!("{:<48}  |{}|", format!("{}  {}", hex(left), hex(right)).trim_end(), printable(chunk))
            },
        );
    } else {
        let apart = if options.has('x') { "   " } else { "" };
        say_lines(
            call,
            bytes,
            |at| format!("{:07x}", start + at),
            |chunk| {
                let words = chunk.chunks(2).map(|pair| {
                    let other = pair.get(1).unwrap_or(&0);
                    format!(" {apart}{other:02x}{:02x}", pair[0])
                });
                // The columns of words that are not there stay.
                format!("{:<width$}", words.collect::<String>(), width = (5 + apart.len()) * LINE / 2)
            },
        );
    }
    Outcome::Ended(0)
}

fn bounds(call: &mut Call<'_>, skip: Option<&str>, count: Option<&str>) -> Result<(usize, usize), Outcome> {
    Ok((number_of(call, skip.unwrap_or("0"))?, count.map_or(Ok(usize::MAX), |count| number_of(call, count))?))
}

fn within(bytes: &[u8], (skip, count): (usize, usize)) -> &[u8] {
    let rest = &bytes[skip.min(bytes.len())..];
    &rest[..count.min(rest.len())]
}

const OD: Taken = Taken {
    letters: "A:t:N:j:cbxv",
    refused: "adfhiloswS",
    long: &[("address-radix", 'A'), ("format", 't'), ("read-bytes", 'N')],
};

/// od: octal words, or what `-c`, `-b`, `-x` and `-t` ask for.
pub(super) fn od(call: &mut Call<'_>) -> Outcome {
    let options = or_end!(call.options(&OD));
    let bounds = or_end!(bounds(call, options.value('j'), options.value('N')));
    let form = match options.value('t') {
        Some("c") => 'c',
        Some("x1") => 'h',
        Some("o1") => 'b',
        Some("x2") => 'x',
        Some("o2") => 'o',
        Some("u1" | "d1") => 'u',
        Some(other) => {
            let message = format!("not simulated: -t {other}; c, o1, o2, u1, x1, x2 are");
            call.complain(&message);
            return Outcome::Ended(1);
        }
        None => ['c', 'b', 'x'].into_iter().find(|letter| options.has(*letter)).unwrap_or('o'),
    };
    let radix = options.value('A').unwrap_or("o").to_owned();
    let bytes = or_end!(content(call, &options.operands));
    let bytes = within(&bytes, bounds);
    let start = bounds.0;
    let offset = |at: usize| match radix.as_str() {
        "n" => String::new(),
        "x" => format!("{:06x}", start + at),
        "d" => format!("{:07}", start + at),
        _ => format!("{:07o}", start + at),
    };
    say_lines(call, bytes, offset, |chunk| match form {
        'c' => chunk.iter().map(|byte| format!(" {:>3}", character(*byte))).collect(),
        'h' => chunk.iter().map(|byte| format!(" {byte:02x}")).collect(),
        'b' => chunk.iter().map(|byte| format!(" {byte:03o}")).collect(),
        'u' => chunk.iter().map(|byte| format!(" {byte:>3}")).collect(),
        form => chunk
            .chunks(2)
            .map(|pair| {
                let word = u16::from_le_bytes([pair[0], *pair.get(1).unwrap_or(&0)]);
                if form == 'x' { format!(" {word:04x}") } else { format!(" {word:06o}") }
            })
            .collect(),
    });
    Outcome::Ended(0)
}

fn character(byte: u8) -> String {
    match byte {
        0 => "\\0".to_owned(),
        7 => "\\a".to_owned(),
        8 => "\\b".to_owned(),
        b'\t' => "\\t".to_owned(),
        b'\n' => "\\n".to_owned(),
        11 => "\\v".to_owned(),
        12 => "\\f".to_owned(),
        b'\r' => "\\r".to_owned(),
        byte if byte.is_ascii_graphic() || byte == b' ' => char::from(byte).to_string(),
        byte => format!("{byte:03o}"),
    }
}

/// xxd, and `-p` without anything but the digits.
pub(super) fn xxd(call: &mut Call<'_>) -> Outcome {
    let options = or_end!(call.options(&Taken { letters: "pl:s:", refused: "rgcio", long: &[] }));
    let bounds = or_end!(bounds(call, options.value('s'), options.value('l')));
    let bytes = or_end!(content(call, &options.operands));
    let bytes = within(&bytes, bounds);
    if options.has('p') {
        for chunk in bytes.chunks(30) {
            call.say(&chunk.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
        }
        return Outcome::Ended(0);
    }
    for (index, chunk) in bytes.chunks(LINE).enumerate() {
        let pairs: Vec<String> =
            chunk.chunks(2).map(|pair| pair.iter().map(|byte| format!("{byte:02x}")).collect()).collect();
        let at = bounds.0 + index * LINE;
        call.say(&format!("{at:08x}: {:<39}  {}", pairs.join(" "), printable(chunk)));
    }
    Outcome::Ended(0)
}
