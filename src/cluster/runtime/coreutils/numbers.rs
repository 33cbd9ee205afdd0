//! expr.

use super::super::pattern::{Pattern, Syntax};
use super::{Call, Outcome};

/// Operators by how tightly they bind, the loosest first.
const LEVELS: &[&[&str]] =
    &[&["|"], &["&"], &["<", "<=", "=", "==", "!=", ">=", ">"], &["+", "-"], &["*", "/", "%"], &[":"]];

/// Levels of parentheses and of functions.
const DEPTH_MAX: usize = 50;

/// Prints the value of an expression; ends with 1 when that is empty or 0.
pub(super) fn expr(call: &mut Call<'_>) -> Outcome {
    let words = call.arguments[1..].to_vec();
    if words.is_empty() {
        call.complain("too few arguments");
        return Outcome::Ended(2);
    }
    let mut reader = Reader { words: &words, at: 0, depth: 0 };
    match reader.level(0) {
        Ok(value) if reader.at == words.len() => {
            call.say(&value);
            Outcome::Ended(i32::from(value.is_empty() || value == "0"))
        }
        Ok(_) => {
            call.complain("syntax error");
            Outcome::Ended(2)
        }
        Err(why) => {
            call.complain(&why);
            Outcome::Ended(2)
        }
    }
}

struct Reader<'a> {
    words: &'a [String],
    at: usize,
    depth: usize,
}

impl Reader<'_> {
    fn level(&mut self, level: usize) -> Result<String, String> {
        let Some(operators) = LEVELS.get(level) else { return self.operand() };
        let mut left = self.level(level + 1)?;
        while let Some(operator) = self.words.get(self.at).filter(|word| operators.contains(&word.as_str())) {
            self.at += 1;
            let right = self.level(level + 1)?;
            left = applied(operator, left, right)?;
        }
        Ok(left)
    }

    fn operand(&mut self) -> Result<String, String> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err("not simulated: expressions nested so deep".to_owned());
        }
        let value = self.word_or_function()?;
        self.depth -= 1;
        Ok(value)
    }

    fn word_or_function(&mut self) -> Result<String, String> {
        let word = self.words.get(self.at).ok_or("syntax error")?;
        self.at += 1;
        // A word that is followed by nothing or an operator stands for itself.
        let next = self.words.get(self.at);
        if next.is_some_and(|next| !LEVELS.iter().any(|level| level.contains(&next.as_str())) && next != ")")
        {
            match word.as_str() {
                "length" => return Ok(self.operand()?.chars().count().to_string()),
                "match" => return matched(&self.operand()?, &self.operand()?),
                "index" => {
                    let (text, wanted) = (self.operand()?, self.operand()?);
                    let place = text.chars().position(|letter| wanted.contains(letter));
                    return Ok(place.map_or(0, |place| place + 1).to_string());
                }
                "substr" => {
                    let (text, from, length) = (self.operand()?, self.operand()?, self.operand()?);
                    let (from, length) =
                        (from.parse::<usize>().unwrap_or(0), length.parse::<usize>().unwrap_or(0));
                    let part =
                        text.chars().skip(from.wrapping_sub(1)).take(if from == 0 { 0 } else { length });
                    return Ok(part.collect());
                }
                _ => {}
            }
        }
        if word == "(" {
            let inner = self.level(0)?;
            self.at += 1;
            return match self.words.get(self.at - 1).map(String::as_str) {
                Some(")") => Ok(inner),
                _ => Err("syntax error".to_owned()),
            };
        }
        Ok(word.clone())
    }
}

/// `TEXT : EXPRESSION`: the group of a match at the start, or how long it is.
fn matched(text: &str, expression: &str) -> Result<String, String> {
    let pattern = Pattern::new(expression, Syntax::Basic, false)?;
    let found =
        pattern.captures(text, 0).filter(|found| found.get(0).is_some_and(|whole| whole.start() == 0));
    Ok(match found {
        Some(found) if found.len() > 1 => found.get(1).map_or("", |group| group.as_str()).to_owned(),
        Some(found) => found.get(0).map_or(0, |whole| whole.as_str().chars().count()).to_string(),
        None if expression.contains("\\(") => String::new(),
        None => "0".to_owned(),
    })
}

fn applied(operator: &str, left: String, right: String) -> Result<String, String> {
    let is_false = |text: &str| text.is_empty() || text == "0";
    let numbers = left.parse::<i64>().ok().zip(right.parse::<i64>().ok());
    let order = numbers.map_or_else(|| left.cmp(&right), |(one, other)| one.cmp(&other));
    let told = |holds: bool| Ok(i32::from(holds).to_string());
    match operator {
        ":" => return matched(&left, &right),
        "|" => return Ok(if is_false(&left) { right } else { left }),
        "&" => return Ok(if is_false(&left) || is_false(&right) { "0".to_owned() } else { left }),
        "=" | "==" => return told(order.is_eq()),
        "!=" => return told(order.is_ne()),
        "<" => return told(order.is_lt()),
        "<=" => return told(order.is_le()),
        ">" => return told(order.is_gt()),
        ">=" => return told(order.is_ge()),
        _ => {}
    }
    let (one, other) = numbers.ok_or("non-numeric argument")?;
    let value = match operator {
        "+" => one.wrapping_add(other),
        "-" => one.wrapping_sub(other),
        "*" => one.wrapping_mul(other),
        _ if other == 0 => return Err("division by zero".to_owned()),
        "/" => one.wrapping_div(other),
        _ => one.wrapping_rem(other),
    };
    Ok(value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_have_values_and_an_end() {
        let value = |words: &[&str]| {
            let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            Reader { words: &words, at: 0, depth: 0 }.level(0)
        };
        for (words, expected) in [
            (&["1", "+", "2", "*", "3"][..], "7"),
            (&["(", "1", "+", "2", ")", "*", "3"], "9"),
            (&["abc", ":", "a\\(.\\)"], "b"),
            (&["length", "length", "x"], "1"),
            (&["a", "=", "b", "|", "c"], "c"),
        ] {
            assert_eq!(value(words).as_deref(), Ok(expected), "{words:?}");
        }
        for word in ["(", "length"] {
            assert_eq!(value(&[word; 5_000]), Err("not simulated: expressions nested so deep".to_owned()));
        }
    }
}
