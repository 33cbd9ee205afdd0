//! What is wrong in a lesson file, and where.

use std::fmt;

use crate::apimachinery::{Kind, resolve_kind, resolve_kind_among};
use crate::base::Position;

use super::rules::severity_of;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing is wrong; an author may want to know.
    Note,
    /// The chapter works, but an author should look.
    Warning,
    /// Something of the chapter is lost.
    Error,
}

/// A remark about a place in a lesson file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The file, relative to the course, e.g. `02-deployments/en.md`.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// How bad it is.
    pub severity: Severity,
    /// The rule that it breaks, one of [`RULES`](super::RULES).
    pub rule: &'static str,
    /// What is wrong, one sentence.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Severity {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl Diagnostic {
    /// A remark about a place, as bad as its rule says.
    #[must_use]
    pub fn new(rule: &'static str, file: &str, at: Position, message: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            line: at.line.max(1),
            column: at.column.max(1),
            severity: severity_of(rule),
            rule,
            message: message.into(),
            hint: None,
        }
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same with another severity.
    #[must_use]
    pub fn with_severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// `file:line:column: error[rule]: message`.
    #[must_use]
    pub fn headline(&self) -> String {
        let Self { file, line, column, rule, message, .. } = self;
        format!("{file}:{line}:{column}: {}[{rule}]: {message}", self.severity.word())
    }

    /// Where it belongs among others: by file, then by place.
    #[must_use]
    pub fn order(&self) -> (&str, usize, usize, &str) {
        (&self.file, self.line, self.column, &self.message)
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.headline())?;
        if let Some(hint) = &self.hint {
            write!(f, "\n  hint: {hint}")?;
        }
        Ok(())
    }
}

/// Collects the diagnostics of one file, and knows the kinds that its chapter brings along.
#[derive(Debug)]
pub(super) struct Report {
    file: String,
    custom_kinds: Vec<&'static Kind>,
    diagnostics: Vec<Diagnostic>,
}

impl Report {
    pub(super) fn new(file: &str) -> Self {
        Self { file: file.to_owned(), custom_kinds: Vec::new(), diagnostics: Vec::new() }
    }

    /// From here on these kinds may be named as well.
    pub(super) fn know(&mut self, custom_kinds: Vec<&'static Kind>) {
        self.custom_kinds = custom_kinds;
    }

    /// The kinds that the chapter brings along.
    pub(super) fn custom_kinds(&self) -> &[&'static Kind] {
        &self.custom_kinds
    }

    /// The kind that a word names: one of Kubernetes, or one that the chapter brings along.
    pub(super) fn kind(&self, word: &str) -> Option<&'static Kind> {
        resolve_kind(word).or_else(|| resolve_kind_among(&self.custom_kinds, word))
    }

    /// The file that is reported on.
    pub(super) fn file(&self) -> &str {
        &self.file
    }

    /// An error in how something is written.
    pub(super) fn error(&mut self, at: Position, message: impl Into<String>, hint: Option<String>) {
        self.broken("format", at, message, hint);
    }

    /// What breaks a rule, as bad as the rule says.
    pub(super) fn broken(
        &mut self,
        rule: &'static str,
        at: Position,
        message: impl Into<String>,
        hint: Option<String>,
    ) {
        let diagnostic = Diagnostic::new(rule, &self.file, at, message);
        self.diagnostics.push(Diagnostic { hint, ..diagnostic });
    }

    /// What breaks a rule, where it does no more harm than to make an author look.
    pub(super) fn doubtful(
        &mut self,
        rule: &'static str,
        at: Position,
        message: impl Into<String>,
        hint: Option<String>,
    ) {
        let diagnostic = Diagnostic::new(rule, &self.file, at, message).with_severity(Severity::Warning);
        self.diagnostics.push(Diagnostic { hint, ..diagnostic });
    }

    /// How many remarks there are.
    pub(super) fn len(&self) -> usize {
        self.diagnostics.len()
    }

    /// The remarks, in the order of the file.
    pub(super) fn finish(mut self) -> Vec<Diagnostic> {
        self.diagnostics.sort_by_key(|diagnostic| (diagnostic.line, diagnostic.column));
        self.diagnostics
    }
}
