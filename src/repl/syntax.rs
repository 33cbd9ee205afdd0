//! Colours for commands and YAML; the text itself stays as it is, letter by letter.

use super::theme::{Role, Theme};

/// Programs whose second word is a verb.
const PROGRAMS_WITH_VERBS: &[&str] = &["kubectl", "k", "minikube", "docker"];

/// Colours a command line: programs, verbs, flags, texts, variables, marks of the shell, comments.
#[must_use]
pub(super) fn command(theme: &Theme, line: &str) -> String {
    if !theme.colour {
        return line.to_owned();
    }
    if line.trim_start().starts_with('#') {
        return theme.paint(Role::Faint, line);
    }
    let mut painter = Painter { theme, expects: Expects::Program };
    let mut out = String::with_capacity(line.len() + 32);
    let (head, body) = line.split_once('\n').unwrap_or((line, ""));
    for piece in pieces(head) {
        out.push_str(&painter.piece(piece));
    }
    if head.len() < line.len() {
        out.push('\n');
        // What follows is mostly a heredoc with a manifest.
        let lines: Vec<String> = body.split('\n').map(|line| yaml(theme, line)).collect();
        out.push_str(&lines.join("\n"));
    }
    out
}

#[derive(Clone, Copy, PartialEq)]
enum Expects {
    Program,
    Verb,
    Argument,
}

/// A piece of a line.
#[derive(Clone, Copy)]
enum Piece<'a> {
    Space(&'a str),
    Mark(&'a str),
    Comment(&'a str),
    Word(&'a str),
}

/// Cuts a line into words, spaces and marks; quotes keep a word together.
fn pieces(line: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        let length = if first.is_whitespace() {
            rest.find(|character: char| !character.is_whitespace()).unwrap_or(rest.len())
        } else if is_mark(first) {
            rest.find(|character: char| !is_mark(character)).unwrap_or(rest.len())
        } else if first == '#' {
            rest.len()
        } else {
            word_length(rest)
        };
        let (piece, after) = rest.split_at(length);
        found.push(if first.is_whitespace() {
            Piece::Space(piece)
        } else if is_mark(first) {
            Piece::Mark(piece)
        } else if first == '#' {
            Piece::Comment(piece)
        } else {
            Piece::Word(piece)
        });
        rest = after;
    }
    found
}

fn is_mark(character: char) -> bool {
    matches!(character, '|' | '&' | ';' | '<' | '>' | '(' | ')')
}

fn word_length(text: &str) -> usize {
    let mut quote = None;
    let mut escaped = false;
    for (index, character) in text.char_indices() {
        match (quote, character) {
            _ if escaped => escaped = false,
            (None | Some('"'), '\\') => escaped = true,
            (Some(open), character) if character == open => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(character),
            (None, character) if character.is_whitespace() || is_mark(character) => return index,
            (None, _) => {}
        }
    }
    text.len()
}

struct Painter<'a> {
    theme: &'a Theme,
    expects: Expects,
}

impl Painter<'_> {
    fn piece(&mut self, piece: Piece<'_>) -> String {
        match piece {
            Piece::Space(text) => text.to_owned(),
            Piece::Comment(text) => self.theme.paint(Role::Faint, text),
            Piece::Mark(text) => {
                // Behind a redirection stands a file, behind all other marks a command.
                self.expects = if text.contains(['<', '>']) { Expects::Argument } else { Expects::Program };
                self.theme.paint(Role::Faint, text)
            }
            Piece::Word(text) => self.word(text),
        }
    }

    fn word(&mut self, text: &str) -> String {
        if text.starts_with('-') && self.expects != Expects::Program {
            let (flag, value) =
                text.split_once('=').map_or((text, None), |(flag, value)| (flag, Some(value)));
            let painted = self.theme.paint(Role::Attention, flag);
            return match value {
                Some(value) => format!("{painted}={}", self.value(value)),
                None => painted,
            };
        }
        match self.expects {
            Expects::Program if is_assignment(text) => self.theme.paint(Role::Aside, text),
            Expects::Program => {
                let has_verb = PROGRAMS_WITH_VERBS.contains(&text);
                self.expects = if has_verb { Expects::Verb } else { Expects::Argument };
                self.theme.paint(Role::Command, text)
            }
            Expects::Verb => {
                self.expects = Expects::Argument;
                self.theme.paint(Role::Title, text)
            }
            Expects::Argument => self.value(text),
        }
    }

    fn value(&self, text: &str) -> String {
        if text.starts_with(['\'', '"']) {
            self.theme.paint(Role::Good, text)
        } else if text.contains('$') {
            self.theme.paint(Role::Aside, text)
        } else {
            text.to_owned()
        }
    }
}

fn is_assignment(text: &str) -> bool {
    let name = text.split_once('=').map(|(name, _)| name);
    name.is_some_and(|name| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))
}

/// Colours one line of YAML: keys, texts, numbers and words with a meaning, comments.
#[must_use]
pub(super) fn yaml(theme: &Theme, line: &str) -> String {
    if !theme.colour {
        return line.to_owned();
    }
    let trimmed = line.trim();
    if trimmed.starts_with('#') || matches!(trimmed, "---" | "...") {
        return theme.paint(Role::Faint, line);
    }
    let dashes = line.len() - line.trim_start_matches([' ', '-']).len();
    // A word such as `--flag` is no list item.
    let (before, rest) = if line[..dashes].contains("--") { ("", line) } else { line.split_at(dashes) };
    match rest.split_once(':') {
        Some((key, value)) if !key.contains([' ', '{']) && (value.is_empty() || value.starts_with(' ')) => {
            format!("{before}{}:{}", theme.paint(Role::Command, key), scalar(theme, value))
        }
        _ if !before.trim().is_empty() => format!("{before}{}", scalar(theme, rest)),
        _ => line.to_owned(),
    }
}

/// Colours a value and the comment behind it.
fn scalar(theme: &Theme, text: &str) -> String {
    let (value, comment) = match text.find(" #") {
        Some(index) if !text[..index].contains(['"', '\'']) => text.split_at(index),
        _ => (text, ""),
    };
    let word = value.trim();
    let role = if word.starts_with(['"', '\'']) {
        Some(Role::Good)
    } else if matches!(word, "true" | "false" | "null" | "~") || word.parse::<f64>().is_ok() {
        Some(Role::Attention)
    } else {
        None
    };
    let start = value.len() - value.trim_start().len();
    let painted = match role {
        Some(role) => {
            let (space, rest) = value.split_at(start);
            let end = rest.trim_end().len();
            format!("{space}{}{}", theme.paint(role, &rest[..end]), &rest[end..])
        }
        None => value.to_owned(),
    };
    format!("{painted}{}", theme.paint(Role::Faint, comment))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::strip_ansi;

    const COLOUR: Theme =
        Theme { colour: true, symbols: true, width: 80, palette: false, redraw: true, spoken: false };

    #[test]
    fn colours_change_nothing_but_colour() {
        for line in [
            "kubectl get pods -n shop | grep web",
            "kubectl patch svc a -p '{\"spec\": {}}' --type=merge # note",
            "A=1 kubectl get pods -l 'app in (a, b)' > \"$FILE\" && echo \"it\\\"s\"",
            "kubectl apply -f - <<END\nkind: Pod\nEND",
            "  - name: web",
            "# note",
            "a: b: c",
            "replicas: 3 # many",
            "- \"x: y\"",
            "---",
            "echo 'open",
            "파드: 이름",
            "",
        ] {
            assert_eq!(strip_ansi(&command(&COLOUR, line)), line);
            if !line.contains('\n') {
                assert_eq!(strip_ansi(&yaml(&COLOUR, line)), line);
            }
        }
    }

    #[test]
    fn words_are_told_apart() {
        let painted = command(&COLOUR, "kubectl get pods -A | grep 'web'");
        for part in ["\u{1b}[36mkubectl", "\u{1b}[1mget", "\u{1b}[33m-A", "\u{1b}[36mgrep", "\u{1b}[32m'web'"]
        {
            assert!(painted.contains(part), "{part:?} in {painted:?}");
        }
        assert!(yaml(&COLOUR, "  - name: web").contains("\u{1b}[36mname"));
        assert!(yaml(&COLOUR, "replicas: 3").contains("\u{1b}[33m3"));
    }
}
