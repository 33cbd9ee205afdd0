//! What prose and sentences tell, beside what the checks ask for: the same numbers, the same names.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::super::course::Step;
use super::super::diagnostic::Report;
use super::super::language::Language;
use super::super::markdown::{Block, BlockKind, Section};
use super::super::node::Node;
use super::expectations::{essence, leaves};
use super::kept::{numbers, outside_of_blocks, words};
use crate::base::{Value, is_typo, parse_yaml};

/// Letters of a name from which on a typing error can be told.
const NAME_MIN: usize = 3;

/// Digits within whatever a check holds.
static DIGITS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\d+").ok());

/// Compares the sentence of a check with what it asks for.
pub(super) fn sentence(item: &Node<'_>, report: &mut Report) {
    let Some(that) = item.get("that") else { return };
    let text = that.value.as_str().unwrap_or_default();
    let asked = essence(item.value);
    // What settles is so many as are asked for elsewhere.
    if ["answer", "command", "settled"].iter().any(|key| !asked[*key].is_null()) {
        return;
    }
    let asked = asked.to_string();
    let digits = DIGITS.iter().flat_map(|pattern| pattern.find_iter(&asked));
    let held: BTreeSet<u64> = digits.filter_map(|found| found.as_str().parse().ok()).collect();
    // A bound that does not count itself is told by the number beside it.
    let beside = asked.contains("$moreThan") || asked.contains("$lessThan") || asked.contains(['<', '>']);
    let is_held = |number: &u64| {
        held.contains(number)
            || (beside && (held.contains(&(number + 1)) || held.contains(&number.saturating_sub(1))))
    };
    let said = numbers(text);
    if let (Some(number), Some(other)) = (said.first(), held.first())
        && !said.iter().any(is_held)
    {
        let message = format!("the sentence speaks of {number}, and the check asks for {other}");
        report.broken("told-otherwise", that.at(), message, None);
    }
}

/// Compares the prose of a step with the values that its checks ask for.
pub(super) fn prose(step: &Step, section: &Section, report: &mut Report) {
    let prose = step.prose.get(Language::En);
    let said: BTreeSet<&str> = words(prose).collect();
    let asked = asked(section);
    let elsewhere = |name: &str| {
        let among = |block: &Block| words(&block.text).any(|word| word == name);
        section.blocks.iter().any(among)
            || prose.split("```").skip(1).step_by(2).any(|code| words(code).any(|word| word == name))
    };
    let outside = outside_of_blocks(prose);
    let is_name = |code: &str| {
        let plain =
            |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || "-./:".contains(letter);
        code.len() >= NAME_MIN && code.chars().all(plain)
    };
    for name in outside.split('`').skip(1).step_by(2).filter(|code| is_name(code) && !elsewhere(code)) {
        let meant = asked
            .iter()
            .filter_map(Value::as_str)
            .find(|value| value.len() >= NAME_MIN && !said.contains(value) && is_typo(name, value));
        if let Some(meant) = meant {
            let message = format!("the prose speaks of `{name}`, and a check asks for {meant:?}");
            report.broken("told-otherwise", section.at, message, None);
        }
    }
    let (said, said_anywhere) = (numbers(&outside), numbers(prose));
    let numbers_of = |block: &Block| -> Vec<u64> {
        let found = DIGITS.iter().flat_map(|pattern| pattern.find_iter(&block.text));
        found.filter_map(|found| found.as_str().parse().ok()).collect()
    };
    let held: BTreeSet<u64> = section.blocks.iter().flat_map(numbers_of).collect();
    let mut wanted = asked.iter().filter_map(Value::as_u64);
    let unsaid = wanted.find(|number| *number > 1 && !said_anywhere.contains(number));
    let unheld = said.iter().find(|number| **number > 1 && !held.contains(number));
    if let (Some(unsaid), Some(unheld)) = (unsaid, unheld) {
        let message = format!("the prose speaks of {unheld}, and a check asks for {unsaid}");
        report.broken("told-otherwise", section.at, message, None);
    }
}

/// The values that matches of the step's checks ask for.
fn asked(section: &Section) -> Vec<Value> {
    let checks = section.blocks.iter().filter(|block| block.kind == BlockKind::Check);
    let documents = checks.flat_map(|block| parse_yaml(&block.text).unwrap_or_default());
    let mut values = Vec::new();
    for document in documents {
        for item in document.value.as_array().into_iter().flatten() {
            for partial in ["contains", "every", "any"] {
                all_leaves(&item[partial], &mut values);
            }
        }
    }
    values
}

/// The values of a partial object, those of lists as well, tests aside.
fn all_leaves(value: &Value, found: &mut Vec<Value>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| all_leaves(item, found)),
        other => {
            for (pointer, leaf) in leaves(other) {
                if leaf.is_array() {
                    all_leaves(leaf, found);
                } else if !pointer.contains("/$") {
                    found.push(leaf.clone());
                }
            }
        }
    }
}
