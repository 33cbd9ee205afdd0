//! How a string may be written: libyaml's analysis of a scalar and its choice of a style.

use super::resolve::is_plain_string;

/// The ways to write a scalar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    SingleQuoted,
    DoubleQuoted,
    Literal,
}

#[expect(clippy::struct_excessive_bools, reason = "each is one independent finding about a text")]
#[derive(Debug, Default)]
struct Findings {
    block_indicators: bool,
    line_breaks: bool,
    special_characters: bool,
    space_at_an_end: bool,
    trailing_space: bool,
    break_at_an_end: bool,
    break_then_space: bool,
    space_then_break: bool,
}

/// The style libyaml writes `text` in; `is_simple_key` for keys before a `:`.
pub(super) fn style_of(text: &str, is_simple_key: bool) -> Style {
    let found = analyse(text);
    let is_broken = found.space_then_break || found.special_characters;
    if text.contains('\n') {
        let is_literal = !is_broken && !found.trailing_space && !is_simple_key;
        return if is_literal { Style::Literal } else { Style::DoubleQuoted };
    }
    if !is_plain_string(text) || is_simple_key && found.line_breaks || is_broken || found.break_then_space {
        return Style::DoubleQuoted;
    }
    let is_plain =
        !(found.block_indicators || found.line_breaks || found.space_at_an_end || found.break_at_an_end);
    if is_plain { Style::Plain } else { Style::SingleQuoted }
}

/// Whether `text` may stand before a `:`; others are written after `? `.
pub(super) fn is_simple_key(text: &str) -> bool {
    text.len() <= 128 && !text.contains(is_break)
}

/// Follows `yaml_emitter_analyze_scalar`.
fn analyse(text: &str) -> Findings {
    let mut found = Findings {
        block_indicators: text.starts_with("---") || text.starts_with("..."),
        ..Findings::default()
    };
    let mut previous = None;
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        let next = characters.peek().copied();
        let before_blank = next.is_none_or(is_blank);
        let after_blank = previous.is_none_or(|c| is_blank(c) || is_break(c) || c == '\0');
        found.block_indicators |= match c {
            ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@' | '`' => {
                previous.is_none()
            }
            '?' | '-' => previous.is_none() && before_blank,
            ':' => before_blank,
            '#' => after_blank,
            _ => false,
        };
        found.special_characters |= !is_printable(c);
        let is_at_an_end = previous.is_none() || next.is_none();
        if c == ' ' {
            found.space_at_an_end |= is_at_an_end;
            found.trailing_space |= next.is_none();
            found.break_then_space |= previous.is_some_and(is_break);
        } else if is_break(c) {
            found.line_breaks = true;
            found.break_at_an_end |= is_at_an_end;
            found.space_then_break |= previous == Some(' ');
        }
        previous = Some(c);
    }
    found
}

/// What libyaml calls a line break.
pub(super) fn is_break(c: char) -> bool {
    matches!(c, '\r' | '\n' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// What libyaml writes as it is: neither tabs nor anything beyond the first plane.
pub(super) fn is_printable(c: char) -> bool {
    matches!(c, '\n' | ' '..='~' | '\u{A0}'..='\u{FFFD}') && c != '\u{FEFF}'
}

fn is_blank(c: char) -> bool {
    c == ' ' || c == '\t'
}
