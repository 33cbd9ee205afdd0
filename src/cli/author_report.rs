//! How the author's tools tell what they found: for people, and as JSON for programs.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::base::{Stopwatch, UserError, Value, display_width, json, pad_end, wrap};
use crate::lesson::{Diagnostic, Severity};
use crate::repl::{Role, Theme};
use crate::tutor::{Onlooker, StepProof};

use super::args::Common;
use super::author::print;
use super::surroundings::Surroundings;

/// Columns for the name of a step.
const NAME_WIDTH: usize = 28;

/// Prints findings and proofs.
#[derive(Clone)]
pub(super) struct Reporter {
    theme: Theme,
    /// Whether long lines are broken: not where a program reads them.
    wraps: bool,
    /// Stands before the names of files.
    folder: PathBuf,
}

impl Reporter {
    pub(super) fn new(surroundings: &Surroundings, common: &Common, folder: &Path) -> Self {
        let theme = surroundings.theme(common);
        Self { theme, wraps: surroundings.output_is_terminal, folder: folder.to_owned() }
    }

    pub(super) fn line(&self, text: &str) -> Result<(), UserError> {
        print(&self.wrapped(text, 0))
    }

    fn wrapped(&self, text: &str, margin: usize) -> String {
        let indent = " ".repeat(margin);
        if !self.wraps {
            return format!("{indent}{text}");
        }
        let lines = wrap(text, self.theme.width.saturating_sub(margin));
        lines.iter().map(|line| format!("{indent}{line}")).collect::<Vec<_>>().join("\n")
    }

    /// A finding in two lines: what and where, then what to do.
    fn finding(&self, finding: &Diagnostic, margin: usize) -> String {
        let Diagnostic { line, column, severity, rule, message, hint, .. } = finding;
        let place = self.file(finding);
        let word = format!("{}[{rule}]", severity.word());
        let role = match severity {
            Severity::Error => Role::Bad,
            Severity::Warning => Role::Attention,
            Severity::Note => Role::Faint,
        };
        // Coloured once it is broken into lines: the word stands in the first.
        let told = self.wrapped(&format!("{place}:{line}:{column}: {word}: {message}"), margin);
        let mut told = told.replacen(&word, &self.theme.paint(role, &word), 1);
        if let Some(hint) = hint {
            let hint = self.wrapped(&format!("hint: {hint}"), margin + 2);
            told.push('\n');
            told.push_str(&hint.replacen("hint:", &self.theme.paint(Role::Aside, "hint:"), 1));
        }
        told
    }

    /// The name of a finding's file, as somebody in the present folder names it.
    fn file(&self, finding: &Diagnostic) -> String {
        if Path::new(&finding.file).is_absolute() {
            return finding.file.clone();
        }
        self.folder.join(&finding.file).display().to_string()
    }

    /// All findings, grouped by file, and how many there are.
    pub(super) fn findings(&self, findings: &[Diagnostic]) -> Result<(), UserError> {
        let mut file = "";
        for finding in findings {
            if !file.is_empty() && file != finding.file {
                print("")?;
            }
            file = &finding.file;
            print(&self.finding(finding, 0))?;
        }
        if !findings.is_empty() {
            print("")?;
        }
        self.line(&self.counts(findings))
    }

    fn counts(&self, findings: &[Diagnostic]) -> String {
        let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
        let (errors, warnings, notes) =
            (count(Severity::Error), count(Severity::Warning), count(Severity::Note));
        if findings.is_empty() {
            return self.theme.paint(Role::Good, "Nothing to complain about.");
        }
        format!("{}, {}, {}", counted(errors, "error"), counted(warnings, "warning"), counted(notes, "note"))
    }

    /// One step's proof.
    fn proof(&self, proof: &StepProof) -> String {
        let failed = !proof.is_clean(false);
        let (role, word) = if failed {
            (Role::Bad, "FAILED")
        } else if proof.findings.is_empty() {
            (Role::Good, "proved")
        } else {
            (Role::Attention, "proved")
        };
        let tried = format!(
            "{}, {}, {}",
            counted(proof.solutions, "solution"),
            counted(proof.mutants, "mutant"),
            counted(proof.mistakes, "mistake"),
        );
        let word = self.theme.paint(role, word);
        let narrow = self.theme.width < NAME_WIDTH + display_width(&tried) + 16;
        let mut told = if narrow {
            format!("{word} {}\n  {tried}, {:.1} s", proof.name, proof.seconds)
        } else {
            format!("{word} {} {tried}, {:.1} s", pad_end(&proof.name, NAME_WIDTH), proof.seconds)
        };
        for finding in &proof.findings {
            told.push('\n');
            told.push_str(&self.finding(finding, 2));
        }
        told
    }

    /// The last line of a proof.
    pub(super) fn summary(&self, proofs: &[StepProof], seconds: f64) -> Result<(), UserError> {
        let sum = |of: fn(&StepProof) -> usize| proofs.iter().map(of).sum::<usize>();
        let failed = proofs.iter().filter(|proof| !proof.is_clean(false)).count();
        let findings: Vec<Diagnostic> = proofs.iter().flat_map(|proof| proof.findings.clone()).collect();
        let outcome = match failed {
            0 => self.theme.paint(Role::Good, "all proved"),
            failed => self.theme.paint(Role::Bad, &format!("{failed} failed")),
        };
        let tried = format!(
            "{}: {outcome}; {}, {}, {} in {seconds:.1} s",
            counted(proofs.len(), "step"),
            counted(sum(|proof| proof.solutions), "solution"),
            counted(sum(|proof| proof.mutants), "mutant"),
            counted(sum(|proof| proof.mistakes), "mistake"),
        );
        self.line(&tried)?;
        if findings.is_empty() { Ok(()) } else { self.line(&self.counts(&findings)) }
    }

    pub(super) fn json(&self, value: &Value) -> Result<(), UserError> {
        print(&format!("{value:#}"))
    }

    pub(super) fn findings_json(&self, findings: &[Diagnostic]) -> Value {
        let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
        json!({
            "findings": findings.iter().map(|finding| self.finding_json(finding)).collect::<Vec<_>>(),
            "errors": count(Severity::Error),
            "warnings": count(Severity::Warning),
            "notes": count(Severity::Note),
        })
    }

    fn finding_json(&self, finding: &Diagnostic) -> Value {
        json!({
            "file": self.file(finding),
            "line": finding.line,
            "column": finding.column,
            "severity": finding.severity.word(),
            "rule": finding.rule,
            "message": finding.message,
            "hint": finding.hint,
        })
    }

    pub(super) fn proofs_json(&self, proofs: &[StepProof], seconds: f64) -> Value {
        let steps: Vec<Value> = proofs
            .iter()
            .map(|proof| {
                json!({
                    "step": proof.name,
                    "proved": proof.is_clean(false),
                    "solutions": proof.solutions,
                    "mutants": proof.mutants,
                    "mistakes": proof.mistakes,
                    "seconds": proof.seconds,
                    "findings": proof.findings.iter().map(|finding| self.finding_json(finding)).collect::<Vec<_>>(),
                })
            })
            .collect();
        let failed = proofs.iter().filter(|proof| !proof.is_clean(false)).count();
        json!({"steps": steps, "failed": failed, "seconds": seconds})
    }
}

fn counted(count: usize, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {what}{plural}")
}

/// Tells how a proof goes on: a bar while it runs, a line for each step that is done.
pub(super) struct Progress {
    reporter: Reporter,
    bar: ProgressBar,
    silent: bool,
    stopwatch: Stopwatch,
    seconds: Mutex<f64>,
}

impl Progress {
    pub(super) fn new(reporter: &Reporter, steps: usize, silent: bool) -> Self {
        let bar = ProgressBar::with_draw_target(
            Some(u64::try_from(steps).unwrap_or(u64::MAX)),
            ProgressDrawTarget::stderr(),
        );
        // A template that does not parse leaves the bar as it is.
        if let Ok(style) = ProgressStyle::with_template("{bar:20} {pos}/{len} {wide_msg}") {
            let cells = if reporter.theme.symbols { "━━ " } else { "== " };
            bar.set_style(style.progress_chars(cells));
        }
        bar.enable_steady_tick(Duration::from_millis(200));
        Self {
            reporter: reporter.clone(),
            bar,
            silent,
            stopwatch: Stopwatch::start(),
            seconds: Mutex::new(0.0),
        }
    }

    /// The proof is done.
    pub(super) fn end(&self) {
        self.bar.finish_and_clear();
        *self.seconds.lock().unwrap_or_else(PoisonError::into_inner) = self.stopwatch.elapsed().as_secs_f64();
    }

    /// How long it took.
    pub(super) fn seconds(&self) -> f64 {
        *self.seconds.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Onlooker for Progress {
    fn began(&self, name: &str) {
        self.bar.set_message(name.to_owned());
    }

    fn ended(&self, proof: &StepProof) {
        self.bar.inc(1);
        if !self.silent {
            // Nobody is left to tell when the output is closed; the proof goes on for its exit code.
            self.bar.suspend(|| drop(print(&self.reporter.proof(proof))));
        }
    }
}
