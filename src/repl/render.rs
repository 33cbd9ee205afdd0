//! Views as lines of a terminal.

use crate::base::{UserError, display_width, indent, pad_end, wrap};
use crate::progress::Outcome;
use crate::tutor::{ChapterRow, JobRow, StepState, View};

use super::markdown;
use super::syntax;
use super::theme::{Role, Theme};
use super::why;
use super::world;

/// Renders a view; ends without a line break.
#[must_use]
pub fn render(theme: &Theme, view: &View) -> String {
    let drawn = draw(theme, view);
    if theme.symbols { drawn } else { in_ascii(&drawn) }
}

/// Typographic signs of the texts in plain letters; words of other scripts stay.
fn in_ascii(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '“' | '”' => plain.push('"'),
            '‘' | '’' => plain.push('\''),
            '…' => plain.push_str("..."),
            '→' => plain.push_str("->"),
            '≥' => plain.push_str(">="),
            '≤' => plain.push_str("<="),
            '≠' => plain.push_str("!="),
            '–' | '─' => plain.push('-'),
            '·' => plain.push('|'),
            _ => plain.push(character),
        }
    }
    plain
}

fn draw(theme: &Theme, view: &View) -> String {
    match view {
        View::Notice(text) => markdown::render(theme, text),
        View::Error(error) => error_lines(theme, error),
        View::Chapter { number, title, summary } => chapter(theme, *number, title, summary),
        View::Step { number, total, title, markdown, files } => {
            step(theme, (*number, *total), title, markdown, files)
        }
        View::Verdict { outcome, headline, details } => verdict(theme, *outcome, headline, details),
        View::Why { trail, text, reasons } => why::draw(theme, trail, text, reasons),
        View::Question { text, choices, how } => question(theme, text, choices, how),
        View::Hint { headline, markdown } => {
            let mark = theme.symbol("◆", "*");
            let headline = theme.paint(Role::Aside, &format!("{mark} {headline}"));
            format!("{headline}\n{}", indent(&markdown::render(&narrowed(theme, 2), markdown), "  "))
        }
        View::SolutionLine(line) => {
            format!("{} {}", theme.paint(Role::Faint, "$"), syntax::command(theme, line))
        }
        View::List { headline, chapters } => list(theme, headline, chapters),
        View::Help { headline, groups, closing } => help(theme, headline, groups, closing),
        View::Map { headline, roots, closing } => world::map(theme, headline, roots, closing),
        View::Timeline { headline, rows, closing } => world::timeline(theme, headline, rows, closing),
        View::Difference { headline, objects, closing } => {
            world::difference(theme, headline, objects, closing)
        }
        View::FileDifference { headline, lines } => world::file_difference(theme, headline, lines),
        View::Jobs { headline, rows } => jobs(theme, headline, rows),
        View::JobOutput { number, lines } => job_output(theme, *number, lines),
        View::JobEnded { number, line, exit_code } => job_ended(theme, *number, line, *exit_code),
        View::Document(text) => markdown::render(theme, text),
    }
}

fn narrowed(theme: &Theme, by: usize) -> Theme {
    Theme { width: theme.width.saturating_sub(by), ..*theme }
}

pub(super) fn paragraphs(theme: &Theme, text: &str) -> String {
    wrap(text, theme.width).join("\n")
}

/// A message and its hints.
#[must_use]
pub fn error_lines(theme: &Theme, error: &UserError) -> String {
    let mut lines = vec![hanging(theme, &theme.paint(Role::Bad, "error:"), &error.message)];
    for hint in &error.hints {
        lines.push(hanging(theme, &theme.paint(Role::Aside, "hint:"), hint));
    }
    lines.join("\n")
}

/// `text` wrapped behind a mark; further lines stand below its first word.
pub(super) fn hanging(theme: &Theme, mark: &str, text: &str) -> String {
    let margin = display_width(mark) + 1;
    let lines = wrap(text, theme.width.saturating_sub(margin));
    let mut out = format!("{mark} ");
    out.push_str(&lines.join(&format!("\n{}", " ".repeat(margin))));
    out.trim_end().to_owned()
}

fn chapter(theme: &Theme, number: u32, title: &str, summary: &str) -> String {
    let title = theme.paint(Role::Title, &format!("{number}. {title}"));
    let rule = theme.symbol("━", "=").repeat(display_width(&title).min(theme.width));
    let rule = theme.paint(Role::Faint, &rule);
    if summary.is_empty() {
        return format!("\n{title}\n{rule}");
    }
    format!("\n{title}\n{rule}\n{}", markdown::render(theme, summary))
}

fn step(
    theme: &Theme,
    (number, total): (usize, usize),
    title: &str,
    markdown: &str,
    files: &[String],
) -> String {
    let place = theme.paint(Role::Faint, &format!("[{number}/{total}]"));
    let mut out = format!("\n{place} {}\n\n", theme.paint(Role::Title, title));
    out.push_str(&markdown::render(theme, markdown));
    if !files.is_empty() {
        out.push_str("\n\n");
        let files = files.join("  ");
        out.push_str(&hanging(theme, &theme.paint(Role::Faint, theme.symbol("▤", "#")), &files));
    }
    out.push('\n');
    out
}

fn verdict(theme: &Theme, outcome: Outcome, headline: &str, details: &[String]) -> String {
    let (role, mark) = match outcome {
        Outcome::Passed => (Role::Good, theme.symbol("✔", "[ok]")),
        Outcome::Converging => (Role::Attention, theme.symbol("…", "[..]")),
        Outcome::Mistake | Outcome::NotYet => (Role::Attention, theme.symbol("·", "[--]")),
        Outcome::Broken => (Role::Bad, theme.symbol("✘", "[!!]")),
    };
    let marked = if theme.spoken { headline.to_owned() } else { format!("{mark} {headline}") };
    let mut out = theme.paint(role, &marked);
    for detail in details {
        out.push('\n');
        if outcome == Outcome::Mistake {
            out.push_str(&indent(&markdown::render(&narrowed(theme, 2), detail), "  "));
        } else {
            out.push_str(&hanging(theme, "  -", detail));
        }
    }
    out
}

fn question(theme: &Theme, text: &str, choices: &[String], how: &str) -> String {
    let mark = theme.paint(Role::Aside, "?");
    let text = markdown::render(&narrowed(theme, 2), text);
    let mut out = format!("{mark} {}", text.replace('\n', "\n  "));
    for (index, choice) in choices.iter().enumerate() {
        out.push('\n');
        out.push_str(&hanging(theme, &format!("  {}.", index + 1), choice));
    }
    out.push('\n');
    let how = wrap(how, theme.width.saturating_sub(2)).join("\n");
    out.push_str(&indent(&theme.paint(Role::Faint, &how), "  "));
    out
}

fn list(theme: &Theme, headline: &str, chapters: &[ChapterRow]) -> String {
    let mut lines = vec![theme.paint(Role::Title, headline)];
    for chapter in chapters {
        let count = format!("{}/{}", chapter.passed, chapter.total);
        let done = chapter.passed == chapter.total && chapter.total > 0;
        let count = theme.paint(if done { Role::Good } else { Role::Faint }, &pad_end(&count, 5));
        let name = format!("{} {}", chapter.title, theme.paint(Role::Faint, &format!("({})", chapter.id)));
        lines.push(hanging(theme, &format!("{:>2}. {count}", chapter.number), &name));
        for step in &chapter.steps {
            let (role, mark) = match step.state {
                StepState::Passed => (Role::Good, theme.symbol("✔", "x")),
                StepState::Present => (Role::Attention, theme.symbol("▶", ">")),
                StepState::Ahead => (Role::Faint, theme.symbol("·", ".")),
            };
            let name = format!("{} {}", step.title, theme.paint(Role::Faint, &format!("({})", step.id)));
            lines.push(hanging(theme, &format!("      {}", theme.paint(role, mark)), &name));
        }
    }
    lines.join("\n")
}

fn help(theme: &Theme, headline: &str, groups: &[(String, Vec<(String, String)>)], closing: &str) -> String {
    let rows = groups.iter().flat_map(|(_, rows)| rows);
    let widest = rows.map(|(word, _)| display_width(word)).max().unwrap_or_default();
    let mut lines = vec![theme.paint(Role::Title, headline)];
    for (title, rows) in groups {
        lines.push(String::new());
        lines.push(theme.paint(Role::Aside, title));
        for (word, text) in rows {
            let word_painted = theme.paint(Role::Command, word);
            if theme.spoken {
                lines.push(format!("{}: {text}", word.replace(" · ", ", ")));
            } else if widest + 24 > theme.width {
                lines.push(format!("  {word_painted}"));
                lines.push(hanging(theme, "     ", text));
            } else {
                let mark = format!("  {}", theme.paint(Role::Command, &pad_end(word, widest)));
                lines.push(hanging(theme, &mark, text));
            }
        }
    }
    lines.push(String::new());
    lines.push(markdown::render(theme, closing));
    lines.join("\n")
}

fn jobs(theme: &Theme, headline: &str, rows: &[JobRow]) -> String {
    let mut lines = vec![theme.paint(Role::Title, headline)];
    for row in rows {
        let front = if row.front { theme.symbol("▶", ">") } else { " " };
        let mark = format!("  {front} {}", theme.paint(Role::Faint, &format!("[{}]", row.number)));
        lines.push(hanging(theme, &mark, &row.line));
    }
    lines.join("\n")
}

/// What a job printed stays as it is: tables keep their columns.
fn job_output(theme: &Theme, number: Option<usize>, lines: &[String]) -> String {
    let mark = number.map(|number| format!("{} ", theme.paint(Role::Faint, &format!("[{number}]"))));
    let mark = mark.unwrap_or_default();
    lines.iter().map(|line| format!("{mark}{line}")).collect::<Vec<_>>().join("\n")
}

fn job_ended(theme: &Theme, number: usize, line: &str, exit_code: Option<i32>) -> String {
    let how = match exit_code {
        Some(0) => theme.symbol("✔", "ok").to_owned(),
        Some(code) => format!("{} {code}", theme.symbol("✘", "exit")),
        None => theme.symbol("■", "ended").to_owned(),
    };
    theme.paint(Role::Faint, &hanging(theme, &format!("[{number}] {how}"), line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_wider_than_a_narrow_terminal() {
        let theme = Theme { colour: true, symbols: true, width: 40, ..Theme::plain() };
        let views = [
            View::Notice("모든 것이 저장됩니다. ".repeat(9)),
            View::Error(UserError::new("word ".repeat(20)).hint("try ".repeat(20))),
            View::Verdict {
                outcome: Outcome::NotYet,
                headline: "Not yet:".into(),
                details: vec!["three Pods are ready (expected 3, found 1)".into()],
            },
            View::Help {
                headline: "Words".into(),
                groups: vec![(
                    "The way".into(),
                    vec![("goto · 이동 PLACE".into(), "go to a chapter or step, wherever it is".into())],
                )],
                closing: "Everything else is a command for the shell.".into(),
            },
        ];
        for view in views {
            for line in render(&theme, &view).lines() {
                assert!(display_width(line) <= 40, "{line:?}");
            }
        }
    }

    #[test]
    fn without_symbols_everything_is_ascii() {
        let theme = Theme { colour: false, symbols: false, width: 80, ..Theme::plain() };
        let view = View::Verdict { outcome: Outcome::Passed, headline: "Passed".into(), details: vec![] };
        assert_eq!(render(&theme, &view), "[ok] Passed");
        assert_eq!(render(&theme, &View::Notice("Then “Pods” → ≥ 2 …".into())), "Then \"Pods\" -> >= 2 ...");
    }
}
