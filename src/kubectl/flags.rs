//! Flags: their tables, and parsing them with pflag's rules and error texts.

use std::collections::BTreeMap;
use std::time::Duration;

use super::errors::Failure;

/// What a flag takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FlagKind {
    /// `--watch`, `--watch=false`.
    Bool,
    /// One text; the last one wins.
    Text,
    /// A whole number; the last one wins.
    Int,
    /// A whole number of 32 bits; the last one wins.
    Int32,
    /// Go's duration, `1m30s`; the last one wins.
    Duration,
    /// A duration, or a bare number of seconds; the last one wins.
    Timeout,
    /// Texts, repeated or separated by commas.
    List,
    /// Texts, repeated.
    Array,
}

/// One row of a command's table of flags.
#[derive(Clone, Copy, Debug)]
pub(super) struct Flag {
    /// Name after `--`.
    pub(super) long: &'static str,
    /// Letter after `-`.
    pub(super) short: Option<char>,
    /// What it takes.
    pub(super) kind: FlagKind,
    /// Value when it is not given.
    pub(super) default: &'static str,
    /// Value when it is given without one; empty when it needs one.
    pub(super) bare: &'static str,
    /// Whether the command refuses to run without it.
    pub(super) required: bool,
    /// One sentence for `--help`.
    pub(super) help: &'static str,
    /// What to use instead; such a flag is not shown in `--help`.
    pub(super) deprecated: &'static str,
}

impl Flag {
    const fn new(long: &'static str, kind: FlagKind, default: &'static str, help: &'static str) -> Self {
        let bare = if matches!(kind, FlagKind::Bool) { "true" } else { "" };
        Self { long, short: None, kind, default, bare, required: false, help, deprecated: "" }
    }

    /// A switch that is off unless given.
    pub(super) const fn switch(long: &'static str, help: &'static str) -> Self {
        Self::new(long, FlagKind::Bool, "false", help)
    }

    /// A switch that is on unless switched off.
    pub(super) const fn switch_on(long: &'static str, help: &'static str) -> Self {
        Self::new(long, FlagKind::Bool, "true", help)
    }

    /// A text.
    pub(super) const fn text(long: &'static str, default: &'static str, help: &'static str) -> Self {
        Self::new(long, FlagKind::Text, default, help)
    }

    /// A whole number.
    pub(super) const fn int(long: &'static str, default: &'static str, help: &'static str) -> Self {
        Self::new(long, FlagKind::Int, default, help)
    }

    /// A whole number of 32 bits.
    pub(super) const fn int32(long: &'static str, default: &'static str, help: &'static str) -> Self {
        Self::new(long, FlagKind::Int32, default, help)
    }

    /// A duration.
    pub(super) const fn duration(long: &'static str, default: &'static str, help: &'static str) -> Self {
        Self::new(long, FlagKind::Duration, default, help)
    }

    /// A duration, or a bare number of seconds.
    pub(super) const fn timeout(long: &'static str, help: &'static str) -> Self {
        Self::new(long, FlagKind::Timeout, "0", help)
    }

    /// Texts separated by commas.
    pub(super) const fn list(long: &'static str, help: &'static str) -> Self {
        Self::new(long, FlagKind::List, "", help)
    }

    /// Texts, each given by a flag of its own.
    pub(super) const fn array(long: &'static str, help: &'static str) -> Self {
        Self::new(long, FlagKind::Array, "", help)
    }

    /// Adds the letter.
    pub(super) const fn short(mut self, letter: char) -> Self {
        self.short = Some(letter);
        self
    }

    /// Lets the flag stand without a value, which then is `value`.
    pub(super) const fn bare(mut self, value: &'static str) -> Self {
        self.bare = value;
        self
    }

    /// Makes the flag mandatory.
    pub(super) const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// Says what to use instead whenever the flag is given.
    pub(super) const fn deprecated(mut self, instead: &'static str) -> Self {
        self.deprecated = instead;
        self
    }

    /// `-o, --output` or `--replicas`: how pflag names a flag in errors.
    fn shown(&self) -> String {
        match self.short {
            Some(letter) => format!("-{letter}, --{}", self.long),
            None => format!("--{}", self.long),
        }
    }
}

/// Values of flags after parsing.
#[derive(Debug, Default)]
pub(super) struct Flags {
    given: BTreeMap<&'static str, Vec<String>>,
    typed: Vec<(&'static str, String)>,
    defaults: BTreeMap<&'static str, &'static str>,
    kinds: BTreeMap<&'static str, FlagKind>,
}

impl Flags {
    /// Whether the command has a flag of its own of that name, which takes several texts where the
    /// global one takes one.
    pub(super) fn is_hidden(&self, name: &str) -> bool {
        self.kinds.get(name) == Some(&FlagKind::Array)
    }

    /// The one text of a global flag; empty when it is hidden.
    pub(super) fn global(&self, name: &str) -> &str {
        if self.is_hidden(name) { "" } else { self.text(name) }
    }

    /// Flags in the order in which they were typed, each with its text.
    pub(super) fn typed(&self) -> &[(&'static str, String)] {
        &self.typed
    }

    /// Whether the flag was given.
    pub(super) fn is_set(&self, name: &str) -> bool {
        self.given.contains_key(name)
    }

    /// The text of a flag, or its default.
    pub(super) fn text(&self, name: &str) -> &str {
        let given = self.given.get(name).and_then(|values| values.last()).map(String::as_str);
        given.or_else(|| self.defaults.get(name).copied()).unwrap_or_default()
    }

    /// Whether a switch is on.
    pub(super) fn on(&self, name: &str) -> bool {
        parse_bool(self.text(name)).unwrap_or_default()
    }

    /// The number of a flag, or its default.
    pub(super) fn int(&self, name: &str) -> i64 {
        self.text(name).parse().unwrap_or_default()
    }

    /// The duration of a flag in seconds, or its default; negative durations stay negative.
    pub(super) fn seconds(&self, name: &str) -> f64 {
        let text = self.text(name);
        parse_duration(text).or_else(|| text.parse().ok()).unwrap_or_default()
    }

    /// The duration of a flag; `None` when it is zero, which means no limit.
    pub(super) fn limit(&self, name: &str) -> Option<Duration> {
        Duration::try_from_secs_f64(self.seconds(name)).ok().filter(|limit| !limit.is_zero())
    }

    /// Adds a text to a flag, as if it had been typed.
    pub(super) fn add(&mut self, name: &'static str, value: &str) {
        self.given.entry(name).or_default().push(value.to_owned());
    }

    /// All texts of a flag.
    pub(super) fn all(&self, name: &str) -> &[String] {
        self.given.get(name).map(Vec::as_slice).unwrap_or_default()
    }
}

/// Splits words into flags and arguments, flags anywhere before `--`.
///
/// `dash` in the result is the number of arguments that stood before `--`.
pub(super) fn parse(
    flags: &[&Flag],
    words: &[String],
) -> Result<(Flags, Vec<String>, Option<usize>), Failure> {
    let mut parsed = Flags::default();
    for flag in flags {
        parsed.defaults.insert(flag.long, flag.default);
        parsed.kinds.insert(flag.long, flag.kind);
    }
    let mut arguments = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if word == "--" {
            let dash = arguments.len();
            arguments.extend(words.cloned());
            return Ok((parsed, arguments, Some(dash)));
        }
        if let Some(long) = word.strip_prefix("--") {
            parse_long(flags, long, &mut words, &mut parsed)?;
        } else if word.len() > 1 && word.starts_with('-') {
            parse_letters(flags, word, &mut words, &mut parsed)?;
        } else {
            arguments.push(word.clone());
        }
    }
    Ok((parsed, arguments, None))
}

fn parse_long<'w>(
    flags: &[&Flag],
    long: &str,
    words: &mut impl Iterator<Item = &'w String>,
    parsed: &mut Flags,
) -> Result<(), Failure> {
    let (name, value) = match long.split_once('=') {
        Some((name, value)) => (name, Some(value.to_owned())),
        None => (long, None),
    };
    if name.is_empty() || name.starts_with('-') {
        return Err(Failure::message(format!("bad flag syntax: --{long}")));
    }
    let Some(flag) = flags.iter().find(|flag| flag.long == name) else {
        return Err(Failure::message(format!("unknown flag: --{name}")));
    };
    let value = match value {
        Some(value) => value,
        None if !flag.bare.is_empty() => flag.bare.to_owned(),
        None => match words.next() {
            Some(next) => next.clone(),
            None => return Err(Failure::message(format!("flag needs an argument: --{name}"))),
        },
    };
    store(flag, value, parsed)
}

fn parse_letters<'w>(
    flags: &[&Flag],
    word: &str,
    words: &mut impl Iterator<Item = &'w String>,
    parsed: &mut Flags,
) -> Result<(), Failure> {
    let mut rest = &word[1..];
    while let Some(letter) = rest.chars().next() {
        let all = rest;
        rest = &rest[letter.len_utf8()..];
        let Some(flag) = flags.iter().find(|flag| flag.short == Some(letter)) else {
            return Err(Failure::message(format!("unknown shorthand flag: {letter:?} in -{all}")));
        };
        if let Some(value) = rest.strip_prefix('=') {
            return store(flag, value.to_owned(), parsed);
        }
        if !flag.bare.is_empty() {
            store(flag, flag.bare.to_owned(), parsed)?;
            continue;
        }
        if !rest.is_empty() {
            return store(flag, rest.to_owned(), parsed);
        }
        let Some(next) = words.next() else {
            return Err(Failure::message(format!("flag needs an argument: {letter:?} in -{all}")));
        };
        return store(flag, next.clone(), parsed);
    }
    Ok(())
}

fn store(flag: &Flag, value: String, parsed: &mut Flags) -> Result<(), Failure> {
    let wrong = match flag.kind {
        FlagKind::Bool if parse_bool(&value).is_none() => {
            Some(format!("strconv.ParseBool: parsing {value:?}: invalid syntax"))
        }
        FlagKind::Int => value.parse::<i64>().err().map(|error| parse_error("ParseInt", &value, &error)),
        FlagKind::Int32 => value.parse::<i32>().err().map(|error| parse_error("ParseInt", &value, &error)),
        _ if flag.long == "vmodule" && !value.split(',').all(is_module_level) => {
            Some("syntax error: expect comma-separated list of filename=N".to_owned())
        }
        FlagKind::Duration if parse_duration(&value).is_none() => Some(duration_error(&value)),
        _ => None,
    };
    if let Some(why) = wrong {
        return Err(invalid(flag, &value, &why));
    }
    let listed = if flag.kind == FlagKind::List {
        super::flag_values::split_list(&value).map_err(|why| invalid(flag, &value, &why))?
    } else {
        Vec::new()
    };
    parsed.typed.push((flag.long, value.clone()));
    let values = parsed.given.entry(flag.long).or_default();
    match flag.kind {
        FlagKind::List => values.extend(listed),
        FlagKind::Array => values.push(value),
        _ => *values = vec![value],
    }
    Ok(())
}

fn invalid(flag: &Flag, value: &str, why: &str) -> Failure {
    Failure::message(format!("invalid argument {value:?} for {:?} flag: {why}", flag.shown()))
}

/// `filename=N`, or nothing.
fn is_module_level(text: &str) -> bool {
    let level = text.split_once('=').filter(|(name, _)| !name.is_empty());
    text.is_empty() || level.is_some_and(|(_, level)| level.parse::<i64>().is_ok())
}

/// Why Go's strconv refuses a number.
pub(super) fn parse_error(function: &str, text: &str, error: &std::num::ParseIntError) -> String {
    let why = match error.kind() {
        std::num::IntErrorKind::PosOverflow | std::num::IntErrorKind::NegOverflow => "value out of range",
        // To Go a minus sign before a number without sign is no syntax at all, and so it is to Rust.
        _ => "invalid syntax",
    };
    format!("strconv.{function}: parsing {text:?}: {why}")
}

fn duration_error(value: &str) -> String {
    let digits = value.trim_start_matches(['-', '+']);
    let unit_start = digits.find(|c: char| !c.is_ascii_digit() && c != '.');
    match unit_start {
        None if !digits.is_empty() => format!("time: missing unit in duration {value:?}"),
        Some(start) if start > 0 => {
            let unit = &digits[start..];
            let end = unit.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(unit.len());
            match &unit[..end] {
                "ns" | "us" | "µs" | "μs" | "ms" | "s" | "m" | "h" => {
                    format!("time: invalid duration {value:?}")
                }
                unknown => format!("time: unknown unit {unknown:?} in duration {value:?}"),
            }
        }
        _ => format!("time: invalid duration {value:?}"),
    }
}

/// What Go's strconv takes for a truth value.
pub(super) fn parse_bool(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}

/// Seconds of a Go duration such as `1m30s`, `500ms`, `-1s` or `0`.
pub(super) fn parse_duration(text: &str) -> Option<f64> {
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(0.0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut seconds = 0.0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number: f64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let unit_end = rest.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(rest.len());
        let unit = match &rest[..unit_end] {
            "ns" => 1e-9,
            "us" | "µs" | "μs" => 1e-6,
            "ms" => 1e-3,
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3600.0,
            _ => return None,
        };
        seconds += number * unit;
        rest = &rest[unit_end..];
    }
    Some(sign * seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &[&Flag] = &[
        &Flag::text("output", "", "").short('o'),
        &Flag::switch("watch", "").short('w'),
        &Flag::text("dry-run", "none", "").bare("unchanged"),
        &Flag::int("replicas", "1", ""),
        &Flag::list("filename", "").short('f'),
        &Flag::duration("timeout", "0s", ""),
    ];

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn flags_stand_anywhere_in_every_form() {
        let (flags, arguments, dash) =
            parse(TABLE, &words("pods -oyaml --watch=false a --replicas 3 --dry-run b -f x,y -f=z -- -w"))
                .unwrap();
        assert_eq!(flags.text("output"), "yaml");
        assert!(!flags.on("watch") && flags.is_set("watch"));
        assert_eq!(flags.int("replicas"), 3);
        assert_eq!(flags.text("dry-run"), "unchanged");
        assert_eq!(flags.all("filename"), ["x", "y", "z"]);
        assert_eq!(arguments, ["pods", "a", "b", "-w"]);
        assert_eq!(dash, Some(3));
    }

    #[test]
    fn wrong_flags_are_refused_in_the_words_of_pflag() {
        let cases = [
            ("--nope", "unknown flag: --nope"),
            ("-wz", "unknown shorthand flag: 'z' in -z"),
            ("-o", "flag needs an argument: 'o' in -o"),
            ("--output", "flag needs an argument: --output"),
            (
                "--watch=x",
                r#"invalid argument "x" for "-w, --watch" flag: strconv.ParseBool: parsing "x": invalid syntax"#,
            ),
            (
                "--replicas=x",
                r#"invalid argument "x" for "--replicas" flag: strconv.ParseInt: parsing "x": invalid syntax"#,
            ),
            (
                "--timeout=5",
                r#"invalid argument "5" for "--timeout" flag: time: missing unit in duration "5""#,
            ),
        ];
        for (line, expected) in cases {
            let error = parse(TABLE, &words(line)).unwrap_err();
            assert_eq!(error.to_string(), expected, "{line}");
        }
    }

    #[test]
    fn durations_are_read_as_go_reads_them() {
        assert_eq!(parse_duration("1m30s"), Some(90.0));
        assert_eq!(parse_duration("-1s"), Some(-1.0));
        assert_eq!(parse_duration("0"), Some(0.0));
        assert_eq!(parse_duration("1.5h"), Some(5400.0));
        assert_eq!(parse_duration("5 s"), None);
        assert_eq!(parse_duration(""), None);
    }
}
