//! Field numbers of every message: a table of facts, one line a message.
//!
//! A line of `messages.txt` reads `core.v1.Probe 1=*core.v1.ProbeHandler 2=initialDelaySeconds …`:
//! names as in JSON; `*` marks a message whose fields JSON shows as the outer one's.

use std::collections::BTreeMap;
use std::sync::OnceLock;

const TABLE: &str = include_str!("messages.txt");

/// What a field number stands for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Entry {
    /// The field with that JSON name.
    Field(&'static str),
    /// A message (its name) whose fields belong to the outer one.
    Inline(&'static str),
}

type Message = BTreeMap<u32, Entry>;

/// The fields of a message, by number.
pub(super) fn fields_of(name: &str) -> Option<&'static Message> {
    static MESSAGES: OnceLock<BTreeMap<&'static str, Message>> = OnceLock::new();
    let messages = MESSAGES.get_or_init(|| TABLE.lines().filter_map(parse_line).collect());
    messages.get(short(name))
}

/// Names of the fields of a message in the order of their numbers, those of inline messages in their place.
pub(in crate::apimachinery) fn numbered_fields(name: &str) -> Vec<&'static str> {
    let entries = fields_of(name).into_iter().flat_map(BTreeMap::values);
    entries
        .flat_map(|entry| match entry {
            Entry::Field(field) => vec![*field],
            Entry::Inline(inner) => numbered_fields(inner),
        })
        .collect()
}

fn short(name: &str) -> &str {
    name.strip_prefix("io.k8s.api.")
        .or_else(|| name.strip_prefix("io.k8s.apimachinery.pkg.apis."))
        .unwrap_or(name)
}

fn parse_line(line: &'static str) -> Option<(&'static str, Message)> {
    let mut words = line.split(' ');
    let name = words.next()?;
    let fields = words
        .filter_map(|word| {
            let (number, field) = word.split_once('=')?;
            let entry = field.strip_prefix('*').map_or(Entry::Field(field), Entry::Inline);
            Some((number.parse().ok()?, entry))
        })
        .collect();
    Some((name, fields))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apimachinery::schema;

    #[test]
    fn every_line_is_about_fields_that_exist() {
        for line in TABLE.lines() {
            let (name, fields) = parse_line(line).unwrap();
            assert_eq!(fields.len(), line.split(' ').count() - 1, "{name}");
            let full =
                ["io.k8s.api.", "io.k8s.apimachinery.pkg.apis."].map(|prefix| format!("{prefix}{name}"));
            let Some(schema) = full.iter().find_map(|name| schema::by_name(name)) else { continue };
            for entry in fields.values() {
                match entry {
                    Entry::Field(field) => assert!(schema.field(field).is_some(), "{name} {field}"),
                    Entry::Inline(message) => assert!(fields_of(message).is_some(), "{name} {message}"),
                }
            }
        }
    }
}
