//! libyaml's opinion of a text: whether it is YAML, and in which words it is not.

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{Position, YamlError};

/// Problems found by libyaml's parser; goyaml counts lines from 0 for these and from 1 for the scanner's.
const PARSER_PROBLEMS: [&str; 9] = [
    "did not find expected <stream-start>",
    "did not find expected <document start>",
    "did not find expected key",
    "did not find expected '-' indicator",
    "did not find expected ',' or ']'",
    "did not find expected ',' or '}'",
    "did not find expected node content",
    "found undefined tag handle",
    "found duplicate %YAML directive",
];

/// The first complaint of libyaml about any document of `text`.
pub(super) fn complaint(text: &str) -> Option<YamlError> {
    let error = serde_yaml::Deserializer::from_str(text)
        .find_map(|document| IgnoredAny::deserialize(document).err())?;
    let full = error.to_string();
    let position = error.location().map_or(Position { line: 1, column: 1 }, |place| Position {
        line: place.line(),
        column: place.column(),
    });
    // `PROBLEM at line 2 column 4, while CONTEXT at line 1 column 1`
    let problem = full.split(" at line ").next().unwrap_or_default();
    let problem = problem.split(" at position ").next().unwrap_or_default();
    let problem = problem.split(", while ").next().unwrap_or_default();
    if problem == "unknown anchor" {
        let message = format!("unknown anchor '{}' referenced", alias_at(text, position));
        return Some(YamlError { position, kubectl_line: None, message });
    }
    Some(word(text, position, problem.to_owned()))
}

/// The name of the alias that stands at a place.
fn alias_at(text: &str, position: Position) -> String {
    let line = text.lines().nth(position.line - 1).unwrap_or_default();
    let rest = line.chars().skip(position.column - 1).skip_while(|c| *c == '*');
    rest.take_while(|c| c.is_alphanumeric() || *c == '-' || *c == '_').collect()
}

/// An error at a place, with the line number that kubectl prints for it.
///
/// kubectl cuts the stream into documents first and counts within one.
pub(super) fn word(text: &str, position: Position, message: String) -> YamlError {
    let before = text.lines().take(position.line.saturating_sub(1));
    let separators = before.enumerate().filter(|(_, line)| is_separator(line));
    let start = separators.last().map_or(0, |(index, _)| index + 1);
    let line_in_document = position.line - start.min(position.line);
    let is_parser_problem = PARSER_PROBLEMS.contains(&message.as_str());
    // A problem on the first line is reported without a line.
    let kubectl_line = (line_in_document > 1).then(|| line_in_document - usize::from(is_parser_problem));
    YamlError { position, kubectl_line, message }
}

fn is_separator(line: &str) -> bool {
    line.strip_prefix("---").is_some_and(|rest| rest.trim().is_empty() || rest.trim().starts_with('#'))
}
