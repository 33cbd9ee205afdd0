//! What the doctor found, for people and for programs.

use crate::base::{Value, display_width, json, pad_end, wrap};
use crate::repl::{Role, Theme};

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// In order.
    Good,
    /// Worth knowing, and no matter.
    Info,
    /// It limits what can be done.
    Attention,
    /// It does not work.
    Problem,
}

impl State {
    fn word(self) -> &'static str {
        match self {
            Self::Good => "ok",
            Self::Info => "info",
            Self::Attention => "attention",
            Self::Problem => "problem",
        }
    }
}

/// One thing that was looked at.
#[derive(Clone, Debug)]
pub(super) struct Finding {
    /// What it belongs to, for programs: `terminal`, `context` …
    pub area: &'static str,
    /// What it is called.
    pub name: String,
    /// How it is.
    pub state: State,
    /// What was found.
    pub value: String,
    /// What to do about it.
    pub remedy: Option<String>,
    /// More of it, for programs.
    pub data: Value,
}

impl Finding {
    pub(super) fn new(
        area: &'static str,
        name: impl Into<String>,
        state: State,
        value: impl Into<String>,
    ) -> Self {
        Self { area, name: name.into(), state, value: value.into(), remedy: None, data: Value::Null }
    }

    pub(super) fn good(area: &'static str, name: impl Into<String>, value: impl Into<String>) -> Self {
        Self::new(area, name, State::Good, value)
    }

    /// Adds what to do about it.
    pub(super) fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }

    /// Adds more for programs.
    pub(super) fn with(mut self, data: Value) -> Self {
        self.data = data;
        self
    }
}

/// All findings as JSON.
pub(super) fn to_json(findings: &[Finding]) -> Value {
    let checks: Vec<Value> = findings
        .iter()
        .map(|finding| {
            let mut check = json!({
                "area": finding.area,
                "name": finding.name,
                "state": finding.state.word(),
                "value": finding.value,
            });
            if let Some(remedy) = &finding.remedy {
                check["remedy"] = json!(remedy);
            }
            if !finding.data.is_null() {
                check["data"] = finding.data.clone();
            }
            check
        })
        .collect();
    json!({"ok": is_well(findings), "checks": checks})
}

/// Whether there is no problem.
pub(super) fn is_well(findings: &[Finding]) -> bool {
    findings.iter().all(|finding| finding.state != State::Problem)
}

/// All findings for a person: a line each, remedies below.
pub(super) fn render(findings: &[Finding], theme: Theme, remedy_word: &str) -> String {
    let names = findings.iter().map(|finding| display_width(&finding.name)).max().unwrap_or(0);
    // On a narrow screen what was found stands below its name.
    let narrow = theme.width < names + 30;
    let mut lines = Vec::new();
    for finding in findings {
        let (symbol, ascii, role) = match finding.state {
            State::Good => ("✓", "ok", Role::Good),
            State::Info => ("·", "--", Role::Faint),
            State::Attention => ("!", "! ", Role::Attention),
            State::Problem => ("✗", "x ", Role::Bad),
        };
        let mark = theme.paint(role, theme.symbol(symbol, ascii));
        let margin = display_width(theme.symbol(symbol, ascii)) + 1;
        let indent = if narrow { margin + 2 } else { margin + names + 2 };
        let mut texts = wrap(&finding.value, theme.width.saturating_sub(indent));
        if let Some(remedy) = &finding.remedy {
            let remedy = wrap(&format!("{remedy_word}: {remedy}"), theme.width.saturating_sub(indent));
            texts.extend(remedy.iter().map(|line| theme.paint(Role::Aside, line)));
        }
        let mut texts = texts.into_iter();
        if narrow {
            lines.push(format!("{mark} {}", finding.name));
        } else {
            let first = texts.next().unwrap_or_default();
            lines.push(format!("{mark} {}  {first}", pad_end(&finding.name, names)));
        }
        lines.extend(texts.map(|text| format!("{}{text}", " ".repeat(indent))));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_fits_and_remedies_stand_below() {
        let findings = [
            Finding::good("program", "kubectl", "v1.33.1 in /usr/local/bin/kubectl"),
            Finding::new("program", "도커", State::Problem, "실행되고 있지 않습니다")
                .remedy("sudo systemctl start docker"),
        ];
        for width in [80, 40] {
            let theme = Theme { width, ..Theme::plain() };
            let text = render(&findings, theme, "remedy");
            assert!(text.lines().all(|line| display_width(line) <= width), "{text}");
            assert!(text.contains("remedy: sudo"), "{text}");
        }
        assert!(!is_well(&findings));
        assert_eq!(to_json(&findings)["checks"][1]["remedy"], "sudo systemctl start docker");
    }
}
