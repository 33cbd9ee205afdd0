//! cat, tee, touch and mktemp.

use super::super::filesystem::{FileError, absolute};
use super::super::ownership::Ownership;
use super::devices::{bytes_of, is_endless};
use super::load::piece;
use super::options::{Taken, or_end};
use super::{Call, Outcome};

const CAT: Taken = Taken {
    letters: "nbvteAu",
    refused: "sET",
    long: &[
        ("number", 'n'),
        ("number-nonblank", 'b'),
        ("show-all", 'A'),
        ("show-nonprinting", 'v'),
        ("squeeze-blank", 's'),
        ("show-ends", 'E'),
        ("show-tabs", 'T'),
    ],
};

/// Copies files or standard input to standard output.
pub(super) fn cat(call: &mut Call<'_>) -> Outcome {
    let options = or_end!(call.options(&CAT));
    let shows = Shows {
        numbers: options.has('n') || options.has('b'),
        spares_empty: options.has('b'),
        ends: options.has('e') || options.has('A'),
        tabs: options.has('t') || options.has('A'),
        all: ['v', 'e', 't', 'A'].iter().any(|letter| options.has(*letter)),
    };
    let mut names = options.operands;
    if names.is_empty() {
        names.push("-".to_owned());
    }
    let plain = !shows.numbers && !shows.all;
    if !plain && call.input.open && names.iter().any(|name| name == "-") {
        return Outcome::NeedsInput;
    }
    let mut status = 0;
    let (mut number, mut content) = (0, Vec::new());
    for name in names {
        if name == "-" {
            let bytes: Vec<u8> = call.input.bytes.drain(..).collect();
            if !plain {
                content.extend(bytes);
                continue;
            }
            call.stdout.extend(bytes);
            if call.input.open {
                return Outcome::NeedsInput;
            }
            continue;
        }
        let path = call.path(&name);
        if is_endless(&path) {
            if call.discards {
                return Outcome::Becomes("burner".to_owned());
            }
            let piece = piece(call);
            let bytes = bytes_of(&path, piece, call.system);
            call.stdout.extend(bytes);
            return Outcome::More;
        }
        match call.system.files().read(&path) {
            Ok(bytes) if plain => call.stdout.extend(bytes),
            Ok(bytes) => content.extend(bytes),
            Err(why) => {
                let gnu = call.is_gnu();
                call.complain(&match why {
                    why if gnu => format!("{name}: {why}"),
                    FileError::IsADirectory => "read error: Is a directory".to_owned(),
                    why => format!("can't open '{name}': {why}"),
                });
                status = 1;
            }
        }
    }
    for line in content.split_inclusive(|byte| *byte == b'\n') {
        shows.line(line, &mut number, &mut call.stdout);
    }
    Outcome::Ended(status)
}

/// How `cat` shows lines.
struct Shows {
    numbers: bool,
    spares_empty: bool,
    ends: bool,
    tabs: bool,
    all: bool,
}

impl Shows {
    fn line(&self, line: &[u8], number: &mut u64, out: &mut Vec<u8>) {
        let (text, ends) = match line.split_last() {
            Some((b'\n', text)) => (text, true),
            _ => (line, false),
        };
        if self.numbers && !(self.spares_empty && text.is_empty()) {
            *number += 1;
            out.extend(format!("{number:>6}\t").into_bytes());
        }
        for byte in text {
            match *byte {
                b'\t' if self.tabs => out.extend(b"^I"),
                byte if self.all => visible(byte, out),
                byte => out.push(byte),
            }
        }
        if ends {
            out.extend(if self.ends { &b"$\n"[..] } else { b"\n" });
        }
    }
}

fn visible(byte: u8, out: &mut Vec<u8>) {
    match byte {
        b'\t' => out.push(byte),
        128.. => {
            out.extend(b"M-");
            visible_low(byte - 128, out);
        }
        _ => visible_low(byte, out),
    }
}

fn visible_low(byte: u8, out: &mut Vec<u8>) {
    match byte {
        0..=31 => out.extend([b'^', byte + 64]),
        127 => out.extend(b"^?"),
        _ => out.push(byte),
    }
}

/// Copies input to output and to files.
pub(super) fn tee(call: &mut Call<'_>) -> Outcome {
    let taken = Taken { letters: "ai", refused: "p", long: &[("append", 'a'), ("ignore-interrupts", 'i')] };
    let options = or_end!(call.options(&taken));
    let bytes: Vec<u8> = call.input.bytes.drain(..).collect();
    // What came before has been written already; a file that failed then was told of.
    let before = *call.memory;
    *call.memory |= 1;
    for name in &options.operands {
        let path = call.path(name);
        let mut files = call.system.files();
        let written = if options.has('a') || before & 1 == 1 {
            files.append(&path, &bytes)
        } else {
            files.write(&path, bytes.clone())
        };
        if let Err(why) = written {
            if before & 2 == 0 {
                call.complain(&format!("{name}: {why}"));
            }
            *call.memory |= 2;
        }
    }
    call.stdout.extend(bytes);
    if call.input.open { Outcome::NeedsInput } else { Outcome::Ended(i32::from(*call.memory & 2 != 0)) }
}

/// Makes files that are not there, and sets when they were changed.
pub(super) fn touch(call: &mut Call<'_>) -> Outcome {
    let taken = Taken {
        letters: "chamd:t:r:f",
        refused: "",
        long: &[("no-create", 'c'), ("date", 'd'), ("reference", 'r'), ("no-dereference", 'h')],
    };
    let options = or_end!(call.options(&taken));
    if options.operands.is_empty() {
        return call.fail_usage("missing file operand");
    }
    let now = call.system.now().as_second();
    let moment = if let Some(name) = options.value('r') {
        let path = call.path(name);
        let files = call.system.files();
        if !files.exists(&path) {
            let text = format!("{name}: No such file or directory");
            call.complain(&text);
            return Outcome::Ended(1);
        }
        Some(files.modified(&path))
    } else if let Some(text) = options.value('d') {
        moment_of(text, now)
    } else if let Some(text) = options.value('t') {
        stamp_of(text, now)
    } else {
        Some(now)
    };
    let Some(moment) = moment else {
        let text = options.value('d').or(options.value('t')).unwrap_or_default();
        let why = if call.is_gnu() {
            format!("invalid date format '{text}'")
        } else {
            format!("invalid date '{text}'")
        };
        call.complain(&why);
        return Outcome::Ended(1);
    };
    let mut status = 0;
    for name in &options.operands {
        let path = call.path(name);
        let mut files = call.system.files();
        let there = files.exists(&path);
        let done = if there {
            files.set_modified(&path, moment)
        } else if options.has('c') {
            Ok(())
        } else {
            files.write(&path, Vec::new()).and_then(|()| files.set_modified(&path, moment))
        };
        if let Err(why) = done {
            let text = if call.is_gnu() {
                format!("cannot touch '{name}': {why}")
            } else {
                format!("{name}: {why}")
            };
            call.complain(&text);
            status = 1;
        }
    }
    Outcome::Ended(status)
}

/// The moment that a date such as `2020-01-02 03:04:05` or `@86400` names.
pub(super) fn moment_of(text: &str, now: i64) -> Option<i64> {
    if let Some(seconds) = text.strip_prefix('@') {
        return seconds.parse().ok();
    }
    if text == "now" {
        return Some(now);
    }
    let text = text.trim_end_matches('Z').replace('T', " ");
    let formats = ["%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y.%m.%d-%H:%M:%S", "%Y.%m.%d-%H:%M"];
    let parsed = formats.iter().find_map(|format| jiff::civil::DateTime::strptime(format, &text).ok());
    let parsed = parsed.or_else(|| Some(jiff::civil::Date::strptime("%Y-%m-%d", &text).ok()?.at(0, 0, 0, 0)));
    Some(parsed?.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_second())
}

/// The moment that `[[CC]YY]MMDDhhmm[.ss]` names.
fn stamp_of(text: &str, now: i64) -> Option<i64> {
    let (digits, seconds) = text.split_once('.').unwrap_or((text, "00"));
    let year = jiff::Timestamp::from_second(now).ok()?.strftime("%Y").to_string();
    let full = match digits.len() {
        12 => digits.to_owned(),
        10 if digits.starts_with(['7', '8', '9']) => format!("19{digits}"),
        10 => format!("20{digits}"),
        8 => format!("{year}{digits}"),
        _ => return None,
    };
    let parsed = jiff::civil::DateTime::strptime("%Y%m%d%H%M%S", format!("{full}{seconds}")).ok()?;
    Some(parsed.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_second())
}

/// Makes a file or directory with a name of its own.
pub(super) fn mktemp(call: &mut Call<'_>) -> Outcome {
    let taken = Taken { letters: "dtqup:", refused: "", long: &[("directory", 'd'), ("tmpdir", 'p')] };
    let options = or_end!(call.options(&taken));
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let template = options.operands.first().cloned();
    let folder = options.value('p').map(str::to_owned).or_else(|| call.environment.get("TMPDIR").cloned());
    let folder = folder.unwrap_or_else(|| "/tmp".to_owned());
    let mut name = match template {
        None => {
            let length = if call.is_gnu() { 10 } else { 6 };
            format!("{folder}/tmp.{}", "X".repeat(length))
        }
        Some(template) if options.has('t') || options.value('p').is_some() => format!("{folder}/{template}"),
        Some(template) => template,
    };
    let marks = name.len() - name.trim_end_matches('X').len();
    if marks < if call.is_gnu() { 3 } else { 6 } {
        let why = if call.is_gnu() {
            format!("too few X's in template '{name}'")
        } else {
            format!("{name}: Invalid argument")
        };
        call.complain(&why);
        return Outcome::Ended(1);
    }
    name.truncate(name.len() - marks);
    for _ in 0..marks {
        let place = usize::try_from(call.system.random(letters.len() as u64)).unwrap_or_default();
        name.push(char::from(letters[place]));
    }
    let path = absolute(call.directory, &name);
    let mut files = call.system.files();
    let mode = if options.has('d') { 0o700 } else { 0o600 };
    let made = match (options.has('u'), options.has('d')) {
        (true, _) => Ok(()),
        (_, true) => files.make_directory(&path),
        _ => files.write(&path, Vec::new()),
    };
    let made = made.and_then(|()| match files.ownership(&path) {
        Some(own) => files.set_ownership(&path, Ownership { mode, ..own }),
        None => Ok(()),
    });
    match made {
        Ok(()) => {
            call.say(&name);
            Outcome::Ended(0)
        }
        Err(_) if options.has('q') => Outcome::Ended(1),
        Err(why) => {
            call.complain(&format!("{name}: {why}"));
            Outcome::Ended(1)
        }
    }
}
