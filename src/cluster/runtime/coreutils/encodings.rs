//! base64 and checksums.

use std::fmt::Write;

use ::base64::Engine;
use ::base64::engine::DecodePaddingMode;
use ::base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use ring::digest;

use super::devices::is_endless;
use super::options::{Taken, or_end};
use super::text::number_of;
use super::{Call, Outcome};

/// Characters of a line of base64.
const LINE: usize = 76;

/// base64: encodes, or decodes with -d.
pub(super) fn base64(call: &mut Call<'_>) -> Outcome {
    let taken = Taken {
        letters: "dDiw:",
        refused: "",
        long: &[("decode", 'd'), ("wrap", 'w'), ("ignore-garbage", 'i')],
    };
    let options = or_end!(call.options(&taken));
    let width = match options.value('w') {
        None => LINE,
        Some(text) => or_end!(number_of(call, text)),
    };
    let bytes = or_end!(content(call, options.operands.first().map(String::as_str)));
    if options.has('d') || options.has('D') {
        return decode(call, &bytes);
    }
    let text = STANDARD.encode(bytes);
    for line in text.as_bytes().chunks(if width == 0 { text.len().max(1) } else { width }) {
        call.stdout.extend_from_slice(line);
        if width > 0 {
            call.stdout.push(b'\n');
        }
    }
    Outcome::Ended(0)
}

/// busybox takes what it can read and stops quietly, or complains of an end that is cut off; GNU's is strict.
fn decode(call: &mut Call<'_>, bytes: &[u8]) -> Outcome {
    let gnu = call.is_gnu();
    let is_digit = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    let text: Vec<u8> = bytes
        .iter()
        .copied()
        .filter(|byte| match gnu {
            true => !byte.is_ascii_whitespace(),
            false => is_digit(byte) || *byte == b'=',
        })
        .collect();
    let lenient = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let engine = GeneralPurpose::new(&::base64::alphabet::STANDARD, lenient);
    let digits = text.iter().take_while(|byte| is_digit(byte)).count();
    let whole = digits / 4 * 4;
    if let Ok(plain) = if gnu { STANDARD.decode(&text) } else { engine.decode(&text[..digits]) } {
        let padded = text.len() >= digits.div_ceil(4) * 4;
        if gnu || padded {
            call.stdout.extend(plain);
            return Outcome::Ended(0);
        }
    }
    call.stdout.extend(engine.decode(&text[..whole]).unwrap_or_default());
    call.complain(if gnu { "invalid input" } else { "truncated input" });
    Outcome::Ended(1)
}

/// The bytes of a file or of standard input.
fn content(call: &mut Call<'_>, name: Option<&str>) -> Result<Vec<u8>, Outcome> {
    let Some(name) = name.filter(|name| *name != "-") else {
        return call.all_input().ok_or(Outcome::NeedsInput);
    };
    let path = call.path(name);
    let read = call.system.files().read(&path);
    let plain = call.is_gnu() || call.name() == "base64";
    read.map_err(|why| {
        call.complain(&if plain { format!("{name}: {why}") } else { format!("can't open '{name}': {why}") });
        Outcome::Ended(1)
    })
}

/// The checksum that a program computes, in hexadecimal.
fn checksum(program: &str, bytes: &[u8]) -> String {
    let sum: Vec<u8> = match program {
        "md5sum" => {
            use md5::Digest;
            md5::Md5::digest(bytes).to_vec()
        }
        "sha1sum" => digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, bytes).as_ref().to_vec(),
        "sha512sum" => digest::digest(&digest::SHA512, bytes).as_ref().to_vec(),
        _ => digest::digest(&digest::SHA256, bytes).as_ref().to_vec(),
    };
    let mut text = String::new();
    for byte in sum {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// md5sum, sha256sum and the like; of what never ends, they keep a processor busy.
pub(super) fn sum(call: &mut Call<'_>) -> Outcome {
    let taken = Taken {
        letters: "cswbt",
        refused: "",
        long: &[
            ("check", 'c'),
            ("status", 's'),
            ("warn", 'w'),
            ("quiet", 'q'),
            ("binary", 'b'),
            ("text", 't'),
        ],
    };
    let options = or_end!(call.options(&taken));
    let mut names = options.operands.clone();
    if names.iter().any(|path| is_endless(path)) {
        return Outcome::Becomes("burner".to_owned());
    }
    if names.is_empty() {
        names.push("-".to_owned());
    }
    let program = call.name().to_owned();
    let mut status = 0;
    for name in names {
        let bytes = match content(call, Some(&name)) {
            Ok(bytes) => bytes,
            Err(Outcome::Ended(code)) => {
                status = code;
                continue;
            }
            Err(outcome) => return outcome,
        };
        if options.has('c') {
            status |= check(call, &program, &String::from_utf8_lossy(&bytes), options.has('s'));
        } else {
            call.say(&format!("{}  {name}", checksum(&program, &bytes)));
        }
    }
    Outcome::Ended(status)
}

/// Compares files with the sums that a list gives them.
fn check(call: &mut Call<'_>, program: &str, list: &str, silent: bool) -> i32 {
    let (mut wrong, mut all) = (0, 0);
    for line in list.lines() {
        let Some((sum, name)) = line.split_once("  ").or_else(|| line.split_once(" *")) else { continue };
        all += 1;
        let right = content(call, Some(name)).is_ok_and(|bytes| checksum(program, &bytes) == sum);
        wrong += usize::from(!right);
        if !silent {
            call.say(&format!("{name}: {}", if right { "OK" } else { "FAILED" }));
        }
    }
    if wrong > 0 && !silent {
        call.complain(&format!("WARNING: {wrong} of {all} computed checksums did NOT match"));
    }
    i32::from(wrong > 0 || all == 0)
}
