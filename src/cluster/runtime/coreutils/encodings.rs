//! base64 and checksums.

use std::fmt::Write;

use ::base64::Engine;
use ::base64::engine::general_purpose::STANDARD;
use ring::digest;

use super::devices::is_endless;
use super::{Call, Outcome};

/// Characters of a line of base64.
const LINE: usize = 76;

/// base64: encodes, or decodes with -d.
pub(super) fn base64(call: &mut Call<'_>) -> Outcome {
    let (mut width, mut decodes, mut names) = (LINE, false, Vec::new());
    let mut words = call.arguments[1..].iter().cloned();
    while let Some(word) = words.next() {
        match word.as_str() {
            "-d" | "-D" | "--decode" => decodes = true,
            "-w" => width = words.next().and_then(|value| value.parse().ok()).unwrap_or(LINE),
            word if word.starts_with("-w") => width = word[2..].parse().unwrap_or(LINE),
            word if word.starts_with("--wrap=") => width = word[7..].parse().unwrap_or(LINE),
            word if word.starts_with('-') && word.len() > 1 => {}
            word => names.push(word.to_owned()),
        }
    }
    let bytes = match content(call, names.first().map(String::as_str)) {
        Ok(bytes) => bytes,
        Err(outcome) => return outcome,
    };
    if decodes {
        let text: Vec<u8> = bytes.into_iter().filter(|byte| !byte.is_ascii_whitespace()).collect();
        return match STANDARD.decode(text) {
            Ok(plain) => {
                call.stdout.extend(plain);
                Outcome::Ended(0)
            }
            Err(_) => {
                call.complain("invalid input");
                Outcome::Ended(1)
            }
        };
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

/// The bytes of a file or of standard input.
fn content(call: &mut Call<'_>, name: Option<&str>) -> Result<Vec<u8>, Outcome> {
    let Some(name) = name.filter(|name| *name != "-") else {
        return call.all_input().ok_or(Outcome::NeedsInput);
    };
    let path = call.path(name);
    let read = call.system.files().read(&path);
    read.map_err(|why| {
        call.complain(&format!("{name}: {why}"));
        Outcome::Ended(1)
    })
}

/// sha256sum and the like; of what never ends, they keep a processor busy.
pub(super) fn sum(call: &mut Call<'_>) -> Outcome {
    let (_, mut names) = call.split_options();
    if names.iter().any(|path| is_endless(path)) {
        return Outcome::Becomes("burner".to_owned());
    }
    let algorithm = match call.name() {
        "sha1sum" => &digest::SHA1_FOR_LEGACY_USE_ONLY,
        "sha256sum" => &digest::SHA256,
        "sha512sum" => &digest::SHA512,
        _ => {
            call.complain("not simulated: MD5; sha256sum is");
            return Outcome::Ended(1);
        }
    };
    if call.arguments[1..].iter().any(|word| word == "-c") {
        call.complain("not simulated: -c");
        return Outcome::Ended(1);
    }
    if names.is_empty() {
        names.push("-".to_owned());
    }
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
        let mut text = String::new();
        for byte in digest::digest(algorithm, &bytes).as_ref() {
            // Writing to a string cannot fail.
            let _ = write!(text, "{byte:02x}");
        }
        call.say(&format!("{text}  {name}"));
    }
    Outcome::Ended(status)
}
