//! Values of flags: how lists are split, which values are refused, and which are told to be of old times.

use super::command::Command;
use super::errors::{Failure, Outcome};
use super::flags::{Flags, parse_bool};
use super::printers::deprecated_dry_run;
use crate::base::Streams;

/// Refuses values that mean nothing, of flags that mean the same wherever they are.
pub(super) fn check_values(command: &Command, flags: &Flags, streams: &mut Streams) -> Outcome {
    let own = |name: &str| command.flags.iter().flat_map(|table| table.iter()).any(|flag| flag.long == name);
    let profile = flags.text("profile");
    if !own("profile") && !matches!(profile, "" | "none") {
        return Err(Failure::message(match profile {
            "cpu" | "heap" | "goroutine" | "threadcreate" | "block" | "mutex" | "allocs" | "trace" => {
                "not simulated: --profile; this program has no Go profiles to write".to_owned()
            }
            other => format!("unknown profile '{other}'"),
        }));
    }
    let (validate, cascade) = (flags.text("validate"), flags.text("cascade"));
    if own("validate") && parse_bool(validate).is_none() && !matches!(validate, "strict" | "warn" | "ignore")
    {
        return Err(Failure::message(format!(
            "invalid - validate option {validate:?}; must be one of: strict (or true), warn, ignore (or false)"
        )));
    }
    if own("dry-run")
        && let Some(warning) = deprecated_dry_run(flags.text("dry-run"))
    {
        streams.err.line(warning)?;
    }
    match parse_bool(cascade) {
        _ if !own("cascade") => {}
        Some(on) => {
            let instead = if on { "background" } else { "orphan" };
            streams.err.line(format!(
                "warning: --cascade={cascade} is deprecated (boolean value) and can be replaced with --cascade={instead}."
            ))?;
        }
        None if matches!(cascade, "background" | "foreground" | "orphan") => {}
        None => {
            return Err(Failure::message(format!(
                "invalid cascade value ({cascade}). Must be \"background\", \"foreground\", or \"orphan\""
            )));
        }
    }
    Ok(())
}

/// The texts of one value of a list, which pflag reads as comma-separated values, the first record only; none of
/// an empty value.
pub(super) fn split_list(value: &str) -> Result<Vec<String>, String> {
    let mut texts = Vec::new();
    if value.is_empty() {
        return Ok(texts);
    }
    let lines = value.replace("\r\n", "\n");
    let lines = lines.strip_suffix('\r').unwrap_or(&lines);
    let record = lines.trim_start_matches('\n');
    if record.is_empty() {
        return Err("EOF".to_owned());
    }
    let mut rest = record;
    loop {
        let (text, after) = match rest.strip_prefix('"') {
            Some(quoted) => split_quoted(quoted).map_err(|wrong| {
                parse_error(lines, record, wrong, "extraneous or missing \" in quoted-field")
            })?,
            None => {
                let end = rest.find([',', '\n']).unwrap_or(rest.len());
                if let Some(quote) = rest[..end].find('"') {
                    return Err(parse_error(lines, record, &rest[quote..], "bare \" in non-quoted field"));
                }
                (rest[..end].to_owned(), &rest[end..])
            }
        };
        texts.push(text);
        match after.strip_prefix(',') {
            Some(more) => rest = more,
            None => return Ok(texts),
        }
    }
}

/// What stands up to the closing quote, in which two quotes mean one, and what comes after; or what begins with
/// a quote in the wrong place, or lacks one.
fn split_quoted(quoted: &str) -> Result<(String, &str), &str> {
    let mut text = String::new();
    let mut rest = quoted;
    loop {
        let Some(end) = rest.find('"') else { return Err("") };
        text.push_str(&rest[..end]);
        let (from_quote, after) = (&rest[end..], &rest[end + 1..]);
        if let Some(more) = after.strip_prefix('"') {
            text.push('"');
            rest = more;
        } else if after.is_empty() || after.starts_with([',', '\n']) {
            return Ok((text, after));
        } else {
            return Err(from_quote);
        }
    }
}

/// A complaint of Go's `encoding/csv` about what begins at `wrong`.
fn parse_error(lines: &str, record: &str, wrong: &str, why: &str) -> String {
    let line_of = |rest: &str| {
        let before = &lines[..lines.len() - rest.len()];
        (1 + before.matches('\n').count(), 1 + before.len() - before.rfind('\n').map_or(0, |end| end + 1))
    };
    let ((begun, _), (line, column)) = (line_of(record), line_of(wrong));
    let record = if begun == line { String::new() } else { format!("record on line {begun}; ") };
    format!("{record}parse error on line {line}, column {column}: {why}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_as_lines_of_comma_separated_values() {
        for (value, texts) in [
            ("", vec![]),
            ("a", vec!["a"]),
            ("a,,b,", vec!["a", "", "b", ""]),
            ("\"a,b\",c", vec!["a,b", "c"]),
            ("\"a\"\"b\"", vec!["a\"b"]),
            ("\na\r\nb", vec!["a"]),
            ("\"a\nb\",c\r", vec!["a\nb", "c"]),
        ] {
            assert_eq!(split_list(value).unwrap(), texts, "{value}");
        }
        let bare = split_list("a,b\"c").unwrap_err();
        assert_eq!(bare, "parse error on line 1, column 4: bare \" in non-quoted field");
        for (value, why) in [
            ("\"a", "parse error on line 1, column 3: extraneous or missing \" in quoted-field"),
            ("\"a\"b,c", "parse error on line 1, column 3: extraneous or missing \" in quoted-field"),
            (
                "\n\"a\nb\"c",
                "record on line 2; parse error on line 3, column 2: extraneous or missing \" in quoted-field",
            ),
            ("\n", "EOF"),
        ] {
            assert_eq!(split_list(value).unwrap_err(), why, "{value}");
        }
    }
}
