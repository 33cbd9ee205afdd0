//! What is wrong with a script, in the words of each shell.

use super::shell_state::Dialect;

/// busybox' message in the words of another shell.
pub(super) fn words_of(message: &str, dialect: Dialect) -> String {
    let Some(rest) = message.strip_prefix("syntax error: ") else { return message.to_owned() };
    let said = match dialect {
        Dialect::Dash => dash(rest),
        Dialect::Bash => bash(rest),
        Dialect::Ash | Dialect::None => None,
    };
    said.unwrap_or_else(|| message.to_owned())
}

fn dash(rest: &str) -> Option<String> {
    if let Some(expecting) = rest.strip_prefix("unexpected end of file") {
        return Some(format!("Syntax error: end of file unexpected{expecting}"));
    }
    if let Some(token) = rest.strip_prefix("unexpected ") {
        let (token, expecting) =
            token.split_once(" (").map_or((token, None), |(token, more)| (token, Some(more)));
        let expecting = expecting.map(|more| format!(" ({more}")).unwrap_or_default();
        return Some(format!("Syntax error: {token} unexpected{expecting}"));
    }
    match rest {
        "bad substitution" => Some("Bad substitution".to_owned()),
        "missing '}'" => Some("Syntax error: Missing '}'".to_owned()),
        "bad for loop variable" => Some("Syntax error: Bad for loop variable".to_owned()),
        rest => {
            let mut letters = rest.chars();
            let first = letters.next()?.to_ascii_uppercase();
            Some(format!("Syntax error: {first}{}", letters.as_str()))
        }
    }
}

fn bash(rest: &str) -> Option<String> {
    if rest.starts_with("unexpected end of file") {
        return Some("syntax error: unexpected end of file".to_owned());
    }
    if let Some(token) = rest.strip_prefix("unexpected ") {
        let token = token.split(" (").next().unwrap_or_default().trim_matches('"');
        return Some(format!("syntax error near unexpected token `{token}'"));
    }
    match rest {
        "unterminated quoted string" => Some("unexpected EOF while looking for matching `\"'".to_owned()),
        "missing '}'" => Some("unexpected EOF while looking for matching `}'".to_owned()),
        "EOF in backquote substitution" => Some("unexpected EOF while looking for matching ``'".to_owned()),
        "bad substitution" => Some("bad substitution".to_owned()),
        _ => None,
    }
}
