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

/// The texts of one value of a list, which pflag reads as a line of comma-separated values; none of an empty value.
pub(super) fn split_list(value: &str) -> Result<Vec<String>, String> {
    let mut texts = Vec::new();
    let line = value.split(['\n', '\r']).next().unwrap_or_default();
    if line.is_empty() {
        return Ok(texts);
    }
    let mut rest = line;
    loop {
        let column = line.len() - rest.len() + 1;
        let (text, after) = match rest.strip_prefix('"') {
            Some(quoted) => split_quoted(quoted, column)?,
            None => {
                let end = rest.find(',').unwrap_or(rest.len());
                if let Some(quote) = rest[..end].find('"') {
                    let at = column + quote;
                    return Err(format!("parse error on line 1, column {at}: bare \" in non-quoted field"));
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

/// What stands up to the closing quote, in which two quotes mean one, and what comes after.
fn split_quoted(quoted: &str, column: usize) -> Result<(String, &str), String> {
    let mut text = String::new();
    let mut rest = quoted;
    loop {
        let Some(end) = rest.find('"') else {
            let at = column + 1 + quoted.len();
            return Err(format!(
                "parse error on line 1, column {at}: extraneous or missing \" in quoted-field"
            ));
        };
        text.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        if let Some(more) = rest.strip_prefix('"') {
            text.push('"');
            rest = more;
        } else if rest.is_empty() || rest.starts_with(',') {
            return Ok((text, rest));
        } else {
            let at = column + quoted.len() - rest.len();
            return Err(format!(
                "parse error on line 1, column {at}: extraneous or missing \" in quoted-field"
            ));
        }
    }
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
        ] {
            assert_eq!(split_list(value).unwrap(), texts, "{value}");
        }
        let bare = split_list("a,b\"c").unwrap_err();
        assert_eq!(bare, "parse error on line 1, column 4: bare \" in non-quoted field");
        split_list("\"a").unwrap_err();
    }
}
