//! A chain of objects and its broken link, as lines of a terminal.

use crate::base::{display_width, indent, wrap};

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
    if theme.spoken {
        return spoken(theme, trail, text, reasons);
    }
    let mut lines: Vec<String> =
        trail.iter().map(|line| theme.paint(Role::Faint, &branch(theme, &in_signs(theme, line)))).collect();
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

/// The same to be read aloud: a sentence an object, numbered by who leads to whom, nothing cut.
fn spoken(theme: &Theme, trail: &[String], text: &str, reasons: &[(String, Option<String>)]) -> String {
    let told = |text: &str| wrap(text, theme.width).join("\n");
    let mut counts: Vec<usize> = Vec::new();
    let mut lines = Vec::new();
    for line in trail {
        let object = line.trim_start().trim_start_matches("└ ");
        let depth =
            if object.len() == line.len() { 0 } else { (line.len() - line.trim_start().len()) / 2 + 1 };
        counts.resize(depth + 1, 0);
        counts[depth] += 1;
        let number = counts.iter().map(ToString::to_string).collect::<Vec<_>>().join(".");
        lines.push(told(&format!("{number}: {object}.")));
    }
    if !text.is_empty() {
        lines.push(told(text));
    }
    for (reason, command) in reasons {
        lines.push(told(reason));
        lines.extend(command.clone());
    }
    lines.join("\n")
}

fn in_signs(theme: &Theme, line: &str) -> String {
    if theme.symbols { line.to_owned() } else { line.replace('└', "`-") }
}

/// A line of the tree; what does not fit goes on below its first word, a little further in.
fn branch(theme: &Theme, line: &str) -> String {
    let text = line.trim_start_matches([' ', '└', '`', '-']);
    let (mark, _) = line.split_at(line.len() - text.len());
    let margin = display_width(mark);
    let lines = wrap(text, theme.width.saturating_sub(margin + 2));
    format!("{mark}{}", lines.join(&format!("\n{}", " ".repeat(margin + 2))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_branch_that_does_not_fit_goes_on_further_in() {
        let trail = [
            "deployment/web: 0/1".to_owned(),
            "└ replicaset/web-7df8988f74: no Pod is available yet".to_owned(),
        ];
        let theme = Theme { width: 40, ..Theme::plain() };
        let drawn = draw(&theme, &trail, "", &[]);
        assert_eq!(drawn, "deployment/web: 0/1\n└ replicaset/web-7df8988f74: no Pod is\n    available yet");
    }

    #[test]
    fn read_aloud_it_is_sentences_and_nothing_is_cut() {
        let long = "word ".repeat(30);
        let long = long.trim();
        let trail = [
            "deployment/web: 0/1".to_owned(),
            format!("└ replicaset/web-1: {long}"),
            "  └ pod/web-1-a: Pending".to_owned(),
        ];
        let theme = Theme { width: 40, ..Theme::plain().read_aloud() };
        let told = draw(&theme, &trail, "", &[("No node.".to_owned(), Some("kubectl get nodes".to_owned()))]);
        assert_eq!(
            told.replace('\n', " "),
            format!(
                "1: deployment/web: 0/1. 1.1: replicaset/web-1: {long}. 1.1.1: pod/web-1-a: Pending. No node. kubectl get nodes"
            )
        );
    }
}
