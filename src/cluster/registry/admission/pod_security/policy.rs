//! What the labels of a namespace ask for.

use std::fmt;

use crate::apimachinery::{FieldError, Object};

/// Before the name of each label.
const PREFIX: &str = "pod-security.kubernetes.io/";
/// The present minor version.
const LATEST: u32 = 36;

/// How strict a level is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    Privileged,
    Baseline,
    Restricted,
}

/// The version whose rules hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    Latest,
    Minor(u32),
}

impl Version {
    /// The minor version whose rules hold.
    pub(super) fn minor(self) -> u32 {
        match self {
            Self::Latest => LATEST,
            Self::Minor(minor) => minor,
        }
    }
}

/// A level and the version of its rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LevelVersion {
    pub level: Level,
    pub version: Version,
}

impl LevelVersion {
    const NOTHING: Self = Self { level: Level::Privileged, version: Version::Latest };
}

impl fmt::Display for LevelVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let level = match self.level {
            Level::Privileged => "privileged",
            Level::Baseline => "baseline",
            Level::Restricted => "restricted",
        };
        match self.version {
            Version::Latest => write!(f, "{level}:latest"),
            Version::Minor(minor) => write!(f, "{level}:v1.{minor}"),
        }
    }
}

/// What a namespace enforces and warns about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Policy {
    pub enforce: LevelVersion,
    pub warn: LevelVersion,
}

impl Policy {
    /// What the labels of a namespace say, and what is wrong with them. A level that cannot be read is
    /// taken for the strictest when it is to be enforced, and for none else.
    pub(super) fn of(namespace: &Object) -> (Self, Vec<FieldError>) {
        let mut errors = Vec::new();
        let mut read = |mode: &str, otherwise: Level| {
            let mut given = LevelVersion::NOTHING;
            let level = namespace.label(&format!("{PREFIX}{mode}"));
            if let Some(text) = level {
                given.level = parse_level(text).unwrap_or_else(|| {
                    let detail = "must be one of privileged, baseline, restricted";
                    errors.push(wrong(mode, text, detail));
                    otherwise
                });
            }
            let version = namespace.label(&format!("{PREFIX}{mode}-version"));
            if let Some(text) = version {
                given.version = parse_version(text).unwrap_or_else(|| {
                    errors.push(wrong(&format!("{mode}-version"), text, "must be \"latest\" or \"v1.x\""));
                    Version::Latest
                });
            }
            (given, level.is_some(), version.is_some())
        };
        let (enforce, enforces, _) = read("enforce", Level::Restricted);
        read("audit", Level::Privileged);
        let (mut warn, warns, has_version) = read("warn", Level::Privileged);
        // Who enforces a level wants to be warned of it where it is not enforced: for workloads.
        if !warns && enforces && enforce.level > warn.level {
            warn.level = enforce.level;
            if !has_version {
                warn.version = enforce.version;
            }
        }
        (Self { enforce, warn }, errors)
    }
}

fn wrong(label: &str, value: &str, detail: &str) -> FieldError {
    FieldError::invalid(format!("metadata.labels[{PREFIX}{label}]"), value, detail)
}

fn parse_level(text: &str) -> Option<Level> {
    match text {
        "privileged" => Some(Level::Privileged),
        "baseline" => Some(Level::Baseline),
        "restricted" => Some(Level::Restricted),
        _ => None,
    }
}

fn parse_version(text: &str) -> Option<Version> {
    if text == "latest" {
        return Some(Version::Latest);
    }
    let digits = text.strip_prefix("v1.")?;
    let canonical = digits == "0" || !digits.starts_with('0');
    let digits =
        Some(digits).filter(|digits| canonical && digits.bytes().all(|byte| byte.is_ascii_digit()))?;
    digits.parse().ok().map(Version::Minor)
}
