//! bash's `[[ … ]]`.

use super::super::coreutils::{Outcome, holds};
use super::super::system::System;
use super::ast::{Condition, Part, Word};
use super::machine::Machine;
use super::matching::matches;
use super::words::Expander;

/// Levels of parentheses.
const DEPTH_MAX: usize = 40;

/// A word of a condition, expanded.
#[derive(Clone, Debug)]
enum Item {
    /// `&&`, `||`, `!`, `(`, `)`, `<`, `>`: never quoted.
    Sign(String),
    /// A text, the same as a pattern, and as a regular expression.
    Text(String, String, String),
}

impl Machine {
    /// Evaluates one; the status is 2 when it makes no sense.
    pub(super) fn condition(&mut self, condition: &Condition, system: &mut dyn System) {
        let mut items = Vec::new();
        let mut expander = Expander { shell: &mut self.shell, captured: &mut self.captured, error: None };
        for word in &condition.words {
            items.push(match word.bare() {
                Some(sign @ ("&&" | "||" | "!" | "(" | ")" | "<" | ">")) => Item::Sign(sign.to_owned()),
                _ => expander.item(word),
            });
        }
        let error = expander.error;
        self.captured.clear();
        if let Some(error) = error {
            self.complain(&error);
            return self.ended(1, condition.tested);
        }
        let mut reader = Reader { items: &items, at: 0, machine: self, system, depth: 0 };
        let truth = reader.any().filter(|_| reader.at == items.len());
        match truth {
            Some(truth) => self.ended(i32::from(!truth), condition.tested),
            None => {
                self.complain("syntax error in conditional expression");
                self.ended(2, condition.tested);
            }
        }
    }
}

impl Expander<'_> {
    fn item(&mut self, word: &Word) -> Item {
        let (text, pattern) = self.text_and_pattern(word);
        let quoted = word.0.iter().any(|part| matches!(part, Part::Quoted(_)));
        // Quoted parts of a regular expression mean themselves.
        let expression = if quoted { expression_of(&pattern) } else { text.clone() };
        Item::Text(text, pattern, expression)
    }
}

/// A pattern's escapes are those of a regular expression, too; what it escapes needlessly is left bare.
fn expression_of(pattern: &str) -> String {
    let mut expression = String::new();
    let mut characters = pattern.chars();
    while let Some(next) = characters.next() {
        match next {
            '\\' => expression.extend(characters.next().map(|escaped| regex::escape(&escaped.to_string()))),
            next => expression.push(next),
        }
    }
    expression
}

struct Reader<'a> {
    items: &'a [Item],
    at: usize,
    machine: &'a mut Machine,
    system: &'a mut dyn System,
    depth: usize,
}

impl Reader<'_> {
    fn sign(&mut self, sign: &str) -> bool {
        let found = matches!(self.items.get(self.at), Some(Item::Sign(found)) if found == sign);
        self.at += usize::from(found);
        found
    }

    fn any(&mut self) -> Option<bool> {
        let mut truth = self.all()?;
        while self.sign("||") {
            truth |= self.all()?;
        }
        Some(truth)
    }

    fn all(&mut self) -> Option<bool> {
        let mut truth = self.one()?;
        while self.sign("&&") {
            truth &= self.one()?;
        }
        Some(truth)
    }

    fn one(&mut self) -> Option<bool> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return None;
        }
        let truth = if self.sign("!") {
            !self.one()?
        } else if self.sign("(") {
            let truth = self.any()?;
            self.sign(")").then_some(truth)?
        } else {
            self.primary()?
        };
        self.depth -= 1;
        Some(truth)
    }

    fn primary(&mut self) -> Option<bool> {
        let items: &[Item] = &self.items[self.at..];
        let (taken, truth) = match items {
            [Item::Text(left, ..), Item::Sign(sign), Item::Text(right, ..), ..]
                if matches!(sign.as_str(), "<" | ">") =>
            {
                (3, if sign == "<" { left < right } else { left > right })
            }
            [Item::Text(left, ..), Item::Text(operator, ..), Item::Text(right, pattern, expression), ..]
                if is_binary(operator) =>
            {
                let truth = match operator.as_str() {
                    "=" | "==" => matches(pattern, left),
                    "!=" => !matches(pattern, left),
                    "=~" => self.searches(left, expression)?,
                    "-eq" | "-ne" | "-lt" | "-le" | "-gt" | "-ge" => self.compares(left, operator, right)?,
                    _ => self.asks(&[left, operator, right])?,
                };
                (3, truth)
            }
            [Item::Text(operator, ..), Item::Text(operand, ..), ..] if is_unary(operator) => {
                let truth = if operator == "-v" {
                    self.machine.shell.get(operand).is_some()
                } else {
                    self.asks(&[operator, operand])?
                };
                (2, truth)
            }
            [Item::Text(text, ..), ..] => (1, !text.is_empty()),
            _ => return None,
        };
        self.at += taken;
        Some(truth)
    }

    /// What `test` says of the same.
    fn asks(&mut self, words: &[&str]) -> Option<bool> {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        match holds(&words, &self.machine.shell.directory, self.system) {
            Outcome::Ended(status @ (0 | 1)) => Some(status == 0),
            _ => None,
        }
    }

    fn compares(&mut self, left: &str, operator: &str, right: &str) -> Option<bool> {
        let shell = &mut self.machine.shell;
        let left = super::arithmetic::evaluate(left, shell).ok()?;
        let right = super::arithmetic::evaluate(right, shell).ok()?;
        Some(match operator {
            "-eq" => left == right,
            "-ne" => left != right,
            "-lt" => left < right,
            "-le" => left <= right,
            "-gt" => left > right,
            _ => left >= right,
        })
    }

    /// `=~`, which leaves what its groups matched in BASH_REMATCH.
    fn searches(&mut self, text: &str, expression: &str) -> Option<bool> {
        let expression = regex::RegexBuilder::new(expression).size_limit(1 << 20).build().ok()?;
        let found = expression.captures(text);
        let groups = found.iter().flat_map(|found| found.iter());
        let groups = groups.map(|group| group.map_or_else(String::new, |group| group.as_str().to_owned()));
        let groups: Vec<String> = groups.collect();
        let found = !groups.is_empty();
        self.machine.shell.set_array("BASH_REMATCH", groups, false);
        Some(found)
    }
}

fn is_binary(operator: &str) -> bool {
    ["=", "==", "!=", "=~", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-nt", "-ot", "-ef"].contains(&operator)
}

fn is_unary(operator: &str) -> bool {
    let letter = operator.strip_prefix('-').filter(|rest| rest.len() == 1);
    letter.is_some_and(|letter| "abcdefghknoprstuvwxzGLNOS".contains(letter))
}
