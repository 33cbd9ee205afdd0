//! What bash has and a POSIX shell has not: arrays and braces.

use super::ast::{Part, Word};
use super::shell_state::ShellState;

/// Elements that one array holds at most, and words that one pair of braces becomes.
const ELEMENTS_MAX: usize = 10_000;
/// Digits that a number between braces is filled up to at most.
const WIDTH_MAX: usize = 100;

impl ShellState {
    /// The elements of an array by key, in order; a plain variable is an array of one.
    pub(super) fn elements(&self, name: &str) -> Vec<(String, String)> {
        let start = format!("{name}[");
        let mut found: Vec<(String, String)> = self
            .variables
            .range(start.clone()..)
            .take_while(|(key, _)| key.starts_with(&start))
            .filter_map(|(key, value)| {
                Some((key[start.len()..].strip_suffix(']')?.to_owned(), value.clone()))
            })
            .filter(|(key, _)| !key.is_empty())
            .collect();
        found.sort_by_key(|(key, _)| key.parse::<usize>().unwrap_or(usize::MAX));
        if found.is_empty()
            && let Some(value) = self.variables.get(name)
        {
            found.push(("0".to_owned(), value.clone()));
        }
        found
    }

    /// Makes a name stand for an array whose keys are texts (`declare -A`).
    pub(super) fn declare_associative(&mut self, name: &str) {
        self.variables.insert(format!("{name}[]"), String::new());
    }

    /// Whether the keys of an array are texts.
    pub(super) fn is_associative(&self, name: &str) -> bool {
        self.variables.contains_key(&format!("{name}[]"))
    }

    /// Gives an array its elements; `appends` keeps those that it has.
    pub(super) fn set_array(&mut self, name: &str, values: Vec<String>, appends: bool) {
        let old = self.elements(name);
        let mut next = 0;
        if appends {
            next = old
                .iter()
                .filter_map(|(key, _)| key.parse::<usize>().ok())
                .max()
                .map_or(0, |last| last.saturating_add(1));
        } else {
            for (key, _) in old {
                self.variables.remove(&format!("{name}[{key}]"));
            }
            self.variables.remove(name);
        }
        for (index, value) in values.into_iter().take(ELEMENTS_MAX).enumerate() {
            self.variables.insert(format!("{name}[{}]", next.saturating_add(index)), value);
        }
    }
}

/// The words of `{a,b}` and `{1..5}`; the word itself when it has no braces outside quotes.
pub(super) fn braces(word: &Word) -> Vec<Word> {
    let found = word.0.iter().enumerate().find_map(|(index, part)| match part {
        Part::Bare(text) => brace(text).map(|(before, inside, after)| (index, before, inside, after)),
        _ => None,
    });
    let Some((index, before, inside, after)) = found else { return vec![word.clone()] };
    let mut words = Vec::new();
    for text in inside {
        let mut parts = word.0.clone();
        parts[index] = Part::Bare(format!("{before}{text}{after}"));
        words.extend(braces(&Word(parts)));
        if words.len() > ELEMENTS_MAX {
            break;
        }
    }
    words
}

/// What stands before, between and after the first braces that mean several words.
fn brace(text: &str) -> Option<(String, Vec<String>, String)> {
    for (open, _) in text.match_indices('{') {
        let (mut depth, mut commas, mut close) = (0, Vec::new(), None);
        for (at, character) in text[open..].char_indices() {
            match character {
                '{' => depth += 1,
                '}' if depth == 1 => {
                    close = Some(open + at);
                    break;
                }
                '}' => depth -= 1,
                ',' if depth == 1 => commas.push(open + at),
                _ => {}
            }
        }
        let Some(close) = close else { continue };
        let inside = if commas.is_empty() {
            sequence(&text[open + 1..close])
        } else {
            let mut starts = vec![open + 1];
            starts.extend(commas.iter().map(|comma| comma + 1));
            let ends = commas.iter().copied().chain([close]);
            Some(starts.iter().zip(ends).map(|(start, end)| text[*start..end].to_owned()).collect())
        };
        if let Some(inside) = inside {
            return Some((text[..open].to_owned(), inside, text[close + 1..].to_owned()));
        }
    }
    None
}

/// `1..5`, `01..10`, `a..e`, `10..0..2`.
fn sequence(text: &str) -> Option<Vec<String>> {
    let mut ends = text.split("..");
    let (first, last, step) = (ends.next()?, ends.next()?, ends.next());
    let step = step.map_or(Some(1), |step| step.parse::<i64>().ok())?.checked_abs()?.max(1);
    if ends.next().is_some() {
        return None;
    }
    let letter = |text: &str| {
        let mut characters = text.chars();
        characters.next().filter(char::is_ascii_alphabetic).filter(|_| characters.next().is_none())
    };
    if let (Some(first), Some(last)) = (letter(first), letter(last)) {
        let range = |low: char, high: char| (low..=high).map(String::from).collect::<Vec<_>>();
        let mut letters = if first <= last { range(first, last) } else { range(last, first) };
        if first > last {
            letters.reverse();
        }
        return Some(letters.into_iter().step_by(usize::try_from(step).unwrap_or(1)).collect());
    }
    let padded =
        [first, last].iter().any(|end| end.trim_start_matches('-').starts_with('0') && end.len() > 1);
    let width = if padded { first.len().max(last.len()).min(WIDTH_MAX) } else { 0 };
    let (first, last): (i64, i64) = (first.parse().ok()?, last.parse().ok()?);
    let step = if first <= last { step } else { -step };
    let mut numbers = Vec::new();
    let mut number = first;
    while numbers.len() < ELEMENTS_MAX && (step > 0 && number <= last || step < 0 && number >= last) {
        numbers.push(format!("{number:0width$}"));
        number = match number.checked_add(step) {
            Some(next) => next,
            None => break,
        };
    }
    Some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_become_words() {
        let words = |text: &str| -> Vec<String> {
            let all = braces(&Word(vec![Part::Bare(text.to_owned())]));
            all.iter().map(|word| word.bare().unwrap_or_default().to_owned()).collect()
        };
        assert_eq!(words("{1..3}"), ["1", "2", "3"]);
        assert_eq!(words("{08..10}"), ["08", "09", "10"]);
        assert_eq!(words("a{x,y{1,2}}z"), ["axz", "ay1z", "ay2z"]);
        assert_eq!(words("{c..a}"), ["c", "b", "a"]);
        assert_eq!(words("{}"), ["{}"]);
        assert_eq!(words("{a}"), ["{a}"]);
        assert_eq!(words("{9223372036854775806..9223372036854775807}").len(), 2);
        assert_eq!(words("{1..2..-9223372036854775808}").len(), 1);
        assert_eq!(words(&format!("{{{}1..2}}", "0".repeat(70_000)))[0].len(), WIDTH_MAX);
    }
}
