//! minikube's way of printing: an emoji, two spaces, a line; and how errors end a command.

use std::io;

use crate::base::{Streams, Value};

/// What kind of line it is; decides the emoji.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Happy,
    Sparkle,
    ThumbsUp,
    Running,
    HealthCheck,
    AddonEnable,
    AddonDisable,
    Check,
    Notice,
    Option,
    Ready,
    Tip,
    Url,
    Warning,
    Failure,
    Meh,
    Sad,
    Stopping,
    Stopped,
    Deleting,
    Deleted,
}

impl Style {
    fn prefix(self, plain: bool) -> &'static str {
        match self {
            Self::Warning if plain => "! ",
            Self::Failure if plain => "X ",
            Self::Option if plain => "  - ",
            _ if plain => "* ",
            Self::Happy => "😄  ",
            Self::Sparkle => "✨  ",
            Self::ThumbsUp => "👍  ",
            Self::Running => "🏃  ",
            Self::HealthCheck => "🔎  ",
            Self::AddonEnable => "🌟  ",
            Self::AddonDisable => "🌑  ",
            Self::Check => "✅  ",
            Self::Notice => "📌  ",
            Self::Option => "    ▪ ",
            Self::Ready => "🏄  ",
            Self::Tip => "💡  ",
            Self::Url => "👉  ",
            Self::Warning => "❗  ",
            Self::Failure => "❌  ",
            Self::Meh => "🤷  ",
            Self::Sad => "😿  ",
            Self::Stopping => "✋  ",
            Self::Stopped => "🛑  ",
            Self::Deleting => "🔥  ",
            Self::Deleted => "💀  ",
        }
    }
}

/// Why a command ends before its time.
#[derive(Debug)]
pub(super) enum Failure {
    /// Nobody reads the output any more.
    Closed,
    /// Lines for standard error, and the exit code.
    Exit { code: i32, lines: Vec<(Option<Style>, String)> },
}

impl Failure {
    /// `Exiting due to ID: message`, as minikube ends on known problems.
    pub(super) fn known(code: i32, id: &str, message: &str) -> Self {
        Self::Exit { code, lines: vec![(Some(Style::Failure), format!("Exiting due to {id}: {message}"))] }
    }

    /// A line without emoji, as for wrong usage.
    pub(super) fn usage(code: i32, message: String) -> Self {
        Self::Exit { code, lines: vec![(None, message)] }
    }

    /// Adds a line.
    pub(super) fn with(mut self, style: Option<Style>, line: impl Into<String>) -> Self {
        if let Self::Exit { lines, .. } = &mut self {
            lines.push((style, line.into()));
        }
        self
    }
}

impl From<io::Error> for Failure {
    fn from(_: io::Error) -> Self {
        Self::Closed
    }
}

/// How a command ends: with an exit code, or before its time.
pub(super) type Outcome = Result<i32, Failure>;

/// Prints to a command's streams.
pub(super) struct Printer<'a> {
    streams: &'a mut Streams,
    /// Whether to do without emoji and box characters.
    pub(super) plain: bool,
}

impl<'a> Printer<'a> {
    pub(super) fn new(streams: &'a mut Streams, plain: bool) -> Self {
        Self { streams, plain }
    }

    /// A line on standard output, as it is.
    pub(super) fn line(&mut self, text: impl AsRef<str>) -> io::Result<()> {
        self.streams.out.line(text)
    }

    /// A styled line on standard output.
    pub(super) fn step(&mut self, style: Style, text: impl AsRef<str>) -> io::Result<()> {
        self.streams.out.line(format!("{}{}", style.prefix(self.plain), text.as_ref()))
    }

    /// A styled line on standard error.
    pub(super) fn notice(&mut self, style: Style, text: impl AsRef<str>) -> io::Result<()> {
        self.streams.err.line(format!("{}{}", style.prefix(self.plain), text.as_ref()))
    }

    /// Prints why a command failed; answers its exit code.
    pub(super) fn fail(&mut self, failure: &Failure) -> i32 {
        let Failure::Exit { code, lines } = failure else { return 1 };
        for (style, line) in lines {
            let prefix = style.map(|style| style.prefix(self.plain)).unwrap_or_default();
            if self.streams.err.line(format!("{prefix}{line}")).is_err() {
                break;
            }
        }
        *code
    }
}

/// A JSON object whose fields stand in the order of minikube's own structures.
pub(super) fn ordered(fields: &[(&str, Value)]) -> String {
    let field = |(name, value): &(&str, Value)| format!("\"{name}\":{value}");
    format!("{{{}}}", fields.iter().map(field).collect::<Vec<_>>().join(","))
}
