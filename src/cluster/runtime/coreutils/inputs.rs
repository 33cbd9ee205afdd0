//! The text that a program reads: the files it names, or standard input.

use std::borrow::Cow;

use super::super::filesystem::FileError;
use super::{Call, Outcome};

/// An input and where it is from; standard input is `-`.
#[derive(Debug)]
pub(super) struct Read {
    /// As it was named.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

impl Read {
    /// What is in it, as text.
    pub(super) fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.bytes)
    }
}

/// Every input, in order; one that cannot be read is complained about and `status` says so. `None` while more may come.
pub(super) fn inputs(call: &mut Call<'_>, names: &[String], status: &mut i32) -> Option<Vec<Read>> {
    let standard = ["-".to_owned()];
    let names = if names.is_empty() { &standard } else { names };
    if call.input.open && names.iter().any(|name| name == "-") {
        return None;
    }
    let mut read = Vec::new();
    for name in names {
        let bytes = if name == "-" {
            Ok(call.input.bytes.drain(..).collect())
        } else {
            let path = call.path(name);
            call.system.files().read(&path)
        };
        match bytes {
            Ok(bytes) => read.push(Read { name: name.clone(), bytes }),
            // busybox' grep passes over folders without a word.
            Err(FileError::IsADirectory) if call.name() == "grep" && !call.is_gnu() => {}
            Err(why) => *status = complain_unreadable(call, name, &why),
        }
    }
    Some(read)
}

/// All of it as one text.
///
/// # Errors
/// How the program ends when a file cannot be read.
pub(super) fn text_of(call: &mut Call<'_>, names: &[String]) -> Option<Result<String, Outcome>> {
    let mut status = 0;
    let read = inputs(call, names, &mut status)?;
    Some(if status == 0 { Ok(read.iter().map(Read::text).collect()) } else { Err(Outcome::Ended(status)) })
}

/// The whole lines that can be read now, and whether more may come.
///
/// # Errors
/// How the program ends when a file cannot be read.
pub(super) fn lines_so_far(call: &mut Call<'_>, names: &[String]) -> Result<(String, bool), Outcome> {
    if !call.input.open || !(names.is_empty() || names == ["-"]) {
        return text_of(call, names).unwrap_or(Err(Outcome::NeedsInput)).map(|text| (text, false));
    }
    let end = call.input.bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
    let bytes: Vec<u8> = call.input.bytes.drain(..end).collect();
    Ok((String::from_utf8_lossy(&bytes).into_owned(), true))
}

/// Complains about a file in the program's own words; gives back the status with which it ends then.
pub(super) fn complain_unreadable(call: &mut Call<'_>, name: &str, why: &FileError) -> i32 {
    let message = match (call.name(), call.is_gnu()) {
        ("diff", false) => format!("can't stat '{name}': {why}"),
        ("head" | "tail", true) => format!("cannot open '{name}' for reading: {why}"),
        ("sort", true) => format!("cannot read: {name}: {why}"),
        ("sed", true) => format!("can't read {name}: {why}"),
        ("tail" | "uniq" | "md5sum" | "sha1sum" | "sha256sum" | "sha512sum", false) => {
            format!("can't open '{name}': {why}")
        }
        _ => format!("{name}: {why}"),
    };
    call.complain(&message);
    match call.name() {
        "grep" | "sort" | "diff" | "cmp" => 2,
        _ => 1,
    }
}
