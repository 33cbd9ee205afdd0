//! minikube's command lines: words and flags, in any order.

use std::collections::BTreeMap;

use super::printer::Failure;

/// A flag of a command.
#[derive(Clone, Copy, Debug)]
pub(super) struct Flag {
    /// Long name without dashes.
    pub(super) name: &'static str,
    /// Short name, if there is one.
    pub(super) short: Option<char>,
    /// Whether a value follows.
    pub(super) takes_value: bool,
}

impl Flag {
    pub(super) const fn switch(name: &'static str) -> Self {
        Self { name, short: None, takes_value: false }
    }

    pub(super) const fn value(name: &'static str) -> Self {
        Self { name, short: None, takes_value: true }
    }

    pub(super) const fn short(mut self, short: char) -> Self {
        self.short = Some(short);
        self
    }
}

/// Flags that every command takes.
const GLOBAL: &[Flag] = &[
    Flag::value("profile").short('p'),
    Flag::switch("help").short('h'),
    Flag::switch("alsologtostderr"),
    Flag::switch("logtostderr"),
    Flag::switch("skip-audit"),
    Flag::switch("rootless"),
    Flag::value("bootstrapper").short('b'),
    Flag::value("user"),
    Flag::value("v").short('v'),
];

/// A parsed command line.
#[derive(Clone, Debug, Default)]
pub(super) struct Arguments {
    words: Vec<String>,
    flags: BTreeMap<&'static str, String>,
}

impl Arguments {
    /// Parses what follows the command's name; `command` is for messages.
    pub(super) fn parse(command: &str, args: &[String], flags: &'static [Flag]) -> Result<Self, Failure> {
        let mut parsed = Self::default();
        let mut rest = args.iter();
        let wrong = |message: String| {
            let usage = format!("See 'minikube {command} --help' for usage.");
            Failure::usage(super::EXIT_USAGE, format!("Error: {message}")).with(None, usage)
        };
        while let Some(argument) = rest.next() {
            if argument == "--" {
                parsed.words.extend(rest.by_ref().cloned());
                break;
            }
            let known = || flags.iter().chain(GLOBAL);
            let (flag, attached) = if let Some(long) = argument.strip_prefix("--") {
                let (name, value) =
                    long.split_once('=').map_or((long, None), |(name, value)| (name, Some(value)));
                let flag = known().find(|flag| flag.name == name);
                (flag.ok_or_else(|| wrong(format!("unknown flag: --{name}")))?, value.map(str::to_owned))
            } else if let Some(letters) = argument.strip_prefix('-').filter(|letters| !letters.is_empty()) {
                let letter = letters.chars().next();
                let flag = known().find(|flag| flag.short.is_some() && flag.short == letter);
                let unknown =
                    || wrong(format!("unknown shorthand flag: {:?} in {argument}", letter.unwrap_or('-')));
                let value = letters.trim_start_matches(|c| Some(c) == letter).trim_start_matches('=');
                (flag.ok_or_else(unknown)?, (!value.is_empty()).then(|| value.to_owned()))
            } else {
                parsed.words.push(argument.clone());
                continue;
            };
            let value = match attached {
                Some(value) => value,
                None if !flag.takes_value => "true".to_owned(),
                None => {
                    let value = rest.next().cloned();
                    value.ok_or_else(|| wrong(format!("flag needs an argument: {argument}")))?
                }
            };
            parsed.flags.insert(flag.name, value);
        }
        Ok(parsed)
    }

    /// The words that are no flags.
    pub(super) fn words(&self) -> &[String] {
        &self.words
    }

    /// The value of a flag, if it was given.
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        self.flags.get(name).map(String::as_str)
    }

    /// Whether a switch is on.
    pub(super) fn is_on(&self, name: &str) -> bool {
        self.value(name) == Some("true")
    }

    /// The names of the flags given.
    pub(super) fn given(&self) -> impl Iterator<Item = &'static str> {
        self.flags.keys().copied()
    }
}
