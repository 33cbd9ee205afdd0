//! Colours for commands and YAML.

use super::theme::{Role, Theme};

/// Colours a command line: programs, flags and comments.
#[must_use]
pub(super) fn command(theme: &Theme, line: &str) -> String {
    if !theme.colour {
        return line.to_owned();
    }
    if line.trim_start().starts_with('#') {
        return theme.paint(Role::Faint, line);
    }
    let mut expects_program = true;
    let mut painted = String::with_capacity(line.len() + 16);
    for piece in line.split_inclusive(' ') {
        let word = piece.trim_end();
        let space = &piece[word.len()..];
        if word.is_empty() {
            painted.push_str(piece);
            continue;
        }
        if expects_program {
            painted.push_str(&theme.paint(Role::Command, word));
        } else if word.starts_with('-') {
            painted.push_str(&theme.paint(Role::Attention, word));
        } else {
            painted.push_str(word);
        }
        painted.push_str(space);
        expects_program = matches!(word, "|" | "&&" | "||" | ";");
    }
    painted
}

/// Colours one line of YAML: keys and comments.
#[must_use]
pub(super) fn yaml(theme: &Theme, line: &str) -> String {
    if !theme.colour {
        return line.to_owned();
    }
    if line.trim_start().starts_with('#') {
        return theme.paint(Role::Faint, line);
    }
    let dashes = line.len() - line.trim_start_matches([' ', '-']).len();
    let (before, rest) = line.split_at(dashes);
    match rest.split_once(':') {
        Some((key, value)) if !key.contains(' ') && (value.is_empty() || value.starts_with(' ')) => {
            format!("{before}{}:{value}", theme.paint(Role::Command, key))
        }
        _ => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::strip_ansi;

    const COLOUR: Theme = Theme { colour: true, symbols: true, width: 80 };

    #[test]
    fn colours_change_nothing_but_colour() {
        for line in ["kubectl get pods -n shop | grep web", "  - name: web", "# note", "a: b: c", ""] {
            assert_eq!(strip_ansi(&command(&COLOUR, line)), line);
            assert_eq!(strip_ansi(&yaml(&COLOUR, line)), line);
        }
        assert!(command(&COLOUR, "kubectl get -A").contains("\u{1b}[33m-A"));
        assert!(yaml(&COLOUR, "  - name: web").contains("\u{1b}[36mname"));
    }
}
