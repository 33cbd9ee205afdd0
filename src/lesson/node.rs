//! A value of a YAML block with its place in the lesson file, and the questions one asks of it.

use crate::base::{Position, Value, YamlDocument, nearest, parse_yaml};

use super::diagnostic::Report;
use super::markdown::Block;

/// A parsed YAML block.
pub(super) struct YamlBlock {
    documents: Vec<YamlDocument>,
    at: Position,
}

impl YamlBlock {
    /// Parses a block; reports why it is no YAML.
    pub(super) fn parse(block: &Block, report: &mut Report) -> Option<Self> {
        match parse_yaml(&block.text) {
            Ok(documents) => {
                for document in &documents {
                    for (key, position) in document.duplicate_keys() {
                        let at = shift(block.at, *position);
                        report.broken("duplicate-key", at, format!("{key:?} stands here twice"), None);
                    }
                }
                Some(Self { documents, at: block.at })
            }
            Err(error) => {
                let hint = remedy(&block.text, error.position.line, &error.message);
                report.error(shift(block.at, error.position), format!("not YAML: {}", error.message), hint);
                None
            }
        }
    }

    /// Its documents.
    pub(super) fn documents(&self) -> impl Iterator<Item = Node<'_>> {
        self.documents.iter().map(|document| Node {
            value: &document.value,
            pointer: String::new(),
            document,
            block: self.at,
        })
    }

    /// Its first document.
    pub(super) fn first(&self, report: &mut Report) -> Option<Node<'_>> {
        let first = self.documents().next();
        if first.is_none() {
            report.error(self.at, "this block is empty", None);
        }
        first
    }
}

/// A value in a block.
pub(super) struct Node<'a> {
    /// The value.
    pub value: &'a Value,
    pointer: String,
    document: &'a YamlDocument,
    block: Position,
}

impl<'a> Node<'a> {
    /// Where it stands in the lesson file.
    pub(super) fn at(&self) -> Position {
        let mut pointer = self.pointer.as_str();
        loop {
            if let Some(position) = self.document.position(pointer) {
                return shift(self.block, position);
            }
            match pointer.rfind('/') {
                Some(slash) => pointer = &pointer[..slash],
                None => return self.block,
            }
        }
    }

    /// The value of a key; null counts as absent.
    pub(super) fn get(&self, key: &str) -> Option<Node<'a>> {
        let value = self.value.get(key)?;
        let escaped = key.replace('~', "~0").replace('/', "~1");
        (!value.is_null()).then(|| self.below(value, &escaped))
    }

    /// Key and value of every entry.
    pub(super) fn entries(&self) -> Vec<(&'a str, Node<'a>)> {
        let map = self.value.as_object().into_iter().flatten();
        map.filter_map(|(key, _)| Some((key.as_str(), self.get(key)?))).collect()
    }

    /// The items of a list.
    pub(super) fn items(&self, report: &mut Report) -> Vec<Node<'a>> {
        let Some(items) = self.value.as_array() else {
            report.error(self.at(), "a list was expected here", Some("begin each item with `- `".to_owned()));
            return Vec::new();
        };
        items.iter().enumerate().map(|(index, item)| self.below(item, &index.to_string())).collect()
    }

    /// Reports that it is no map, or has keys other than `known`.
    pub(super) fn allow(&self, known: &[&str], report: &mut Report) -> bool {
        let Some(map) = self.value.as_object() else {
            let hint = format!("known keys: {}", known.join(", "));
            report.error(self.at(), "keys and values were expected here", Some(hint));
            return false;
        };
        for key in map.keys().filter(|key| !known.contains(&key.as_str())) {
            let at = self.get(key).map_or_else(|| self.at(), |node| node.at());
            let hint = match nearest(key, known.iter().copied()) {
                Some(name) => format!("did you mean {name:?}?"),
                None => format!("known keys: {}", known.join(", ")),
            };
            report.broken("unknown-key", at, format!("unknown key {key:?}"), Some(hint));
        }
        true
    }

    /// The value of a key that must be there.
    pub(super) fn require(&self, key: &str, report: &mut Report) -> Option<Node<'a>> {
        let found = self.get(key);
        if found.is_none() {
            report.error(self.at(), format!("{key:?} is missing"), None);
        }
        found
    }

    /// A scalar as text.
    pub(super) fn text(&self, report: &mut Report) -> Option<String> {
        match self.value {
            Value::String(text) => Some(text.trim().to_owned()),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(_) => {
                let hint =
                    "YAML reads yes, no, on, off, true and false as truth values; put the text in quotes";
                report.error(self.at(), "a text was expected here", Some(hint.to_owned()));
                None
            }
            _ => {
                report.error(self.at(), "a text was expected here", None);
                None
            }
        }
    }

    /// A truth value.
    pub(super) fn flag(&self, report: &mut Report) -> bool {
        self.value.as_bool().unwrap_or_else(|| {
            report.error(self.at(), "true or false was expected here", None);
            false
        })
    }

    /// A whole number from 0.
    pub(super) fn number(&self, report: &mut Report) -> Option<u64> {
        let number = self.value.as_u64();
        if number.is_none() {
            report.error(self.at(), "a whole number was expected here", None);
        }
        number
    }

    fn below(&self, value: &'a Value, step: &str) -> Node<'a> {
        Node {
            value,
            pointer: format!("{}/{step}", self.pointer),
            document: self.document,
            block: self.block,
        }
    }
}

/// What to do about the commonest of what YAML complains about in its own words.
fn remedy(text: &str, line: usize, complaint: &str) -> Option<String> {
    let lines = || text.lines().take(line);
    let by_tab = |line: &str| line.trim_start_matches(' ').starts_with('\t');
    let last = lines().last().unwrap_or_default();
    let value = last.split_once(": ").map_or(last, |(_, value)| value).trim_start_matches([' ', '-']);
    let first = value.chars().next().unwrap_or_default();
    if lines().any(by_tab) {
        Some("indent with spaces: YAML takes no tabs".to_owned())
    } else if complaint.contains("mapping values") || (value.contains(": ") && !value.starts_with('{')) {
        Some("put a text that holds a colon and a blank into quotes".to_owned())
    } else if matches!(first, '`' | '@' | '%' | '*' | '&' | '!' | '|' | '>') {
        Some(format!("put a text that begins with {first} into quotes"))
    } else {
        None
    }
}

/// A place within a block as a place in the file.
fn shift(block: Position, within: Position) -> Position {
    Position { line: block.line + within.line.saturating_sub(1), column: within.column }
}

#[cfg(test)]
mod tests {
    use super::super::markdown::BlockKind;
    use super::*;

    #[test]
    fn what_is_no_yaml_is_told_with_what_to_do() {
        let told = |text: &str| {
            let at = Position { line: 5, column: 1 };
            let block = Block { kind: BlockKind::Check, text: text.to_owned(), at };
            let mut report = Report::new("");
            assert!(YamlBlock::parse(&block, &mut report).is_none(), "{text}");
            let found = report.finish();
            (found[0].line, found[0].hint.clone().unwrap_or_default())
        };
        let (line, hint) = told("a:\n\tb: c\n");
        assert!(line == 6 && hint.contains("tabs"), "{line} {hint}");
        let (line, hint) = told("a: b\nsay: Wrong: no\n");
        assert!(line == 6 && hint.contains("colon"), "{line} {hint}");
        assert!(told("say: `kubectl` is it\n").1.contains("begins with `"));
        assert!(told("schedule: */5 * * * *\n").1.contains("begins with *"));
        assert_eq!(told("a: [b\n").1, "");
    }
}
