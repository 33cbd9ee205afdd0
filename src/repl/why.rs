//! A chain of objects and its broken link, as lines of a terminal.

use crate::base::{display_width, indent};

use super::markdown;
use super::syntax;
use super::theme::{Role, Theme};

/// The objects from one to the next, then what is the matter and the command that shows it.
pub(super) fn draw(
    theme: &Theme,
    trail: &[String],
    text: &str,
    reasons: &[(String, Option<String>)],
) -> String {
    let mut lines: Vec<String> = trail
        .iter()
        .map(|line| theme.paint(Role::Faint, &cut(&in_signs(theme, line), theme.width)))
        .collect();
    if !text.is_empty() {
        lines.push(markdown::render(theme, text));
    }
    let narrow = Theme { width: theme.width.saturating_sub(2), ..*theme };
    for (reason, command) in reasons {
        let mark = theme.paint(Role::Attention, theme.symbol("✘", "!"));
        let told = indent(&markdown::render(&narrow, &reason.replace('<', "\\<")), "  ");
        lines.push(format!("{mark} {}", told.trim_start()));
        if let Some(command) = command {
            lines.push(format!("  {} {}", theme.paint(Role::Faint, "$"), syntax::command(theme, command)));
        }
    }
    lines.join("\n")
}

fn in_signs(theme: &Theme, line: &str) -> String {
    if theme.symbols { line.to_owned() } else { line.replace('└', "`-") }
}

/// A line that fits: the objects stand below one another, and a broken line would hide it.
fn cut(line: &str, width: usize) -> String {
    if display_width(line) <= width {
        return line.to_owned();
    }
    let mut cut = String::new();
    for letter in line.chars() {
        if display_width(&cut) + 2 >= width {
            break;
        }
        cut.push(letter);
    }
    cut + "…"
}
