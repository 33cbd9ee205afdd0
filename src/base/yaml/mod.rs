//! YAML as kubectl reads and writes it, with positions.

mod emitter;
mod key_order;
mod libyaml;
mod reader;
mod resolve;
mod scalar;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::base::Value;

pub use emitter::to_yaml;
pub use reader::parse_yaml;

/// A place in a file; both count from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// One document of a YAML stream.
#[derive(Clone, Debug)]
pub struct YamlDocument {
    /// Its content as JSON, scalars resolved by YAML 1.1 as kubectl resolves them.
    pub value: Value,
    positions: BTreeMap<String, Position>,
    duplicate_keys: Vec<(String, Position)>,
}

/// Why a text is not YAML. Displays as kubectl prints it: `yaml: line 3: …`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("yaml: {}{message}", kubectl_line.map(|line| format!("line {line}: ")).unwrap_or_default())]
pub struct YamlError {
    /// Where, in the whole text.
    pub position: Position,
    /// The line kubectl names: counted within the document, and one less for some errors.
    pub kubectl_line: Option<usize>,
    /// libyaml's words, which kubectl prints.
    pub message: String,
}

impl YamlDocument {
    /// Where the value at a JSON pointer stands (the key's position for a map entry).
    /// Values that an alias brought in have none below the alias.
    #[must_use]
    pub fn position(&self, pointer: &str) -> Option<Position> {
        self.positions.get(pointer).copied()
    }

    /// Keys that appear a second time in their map, as paths such as `spec.replicas`; the last
    /// value won, as in kubectl.
    #[must_use]
    pub fn duplicate_keys(&self) -> &[(String, Position)] {
        &self.duplicate_keys
    }
}
