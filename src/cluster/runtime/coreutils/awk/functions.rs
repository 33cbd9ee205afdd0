//! Functions that awk brings along.

use std::rc::Rc;

use super::super::super::pattern::Pattern;
use super::super::format::{Piece, pieces};
use super::ast::{Expression, Place};
use super::memory::split_by;
use super::run::{OUTPUT_MAX, Ran, Runner};
use super::value::Value;

impl Runner<'_> {
    /// The expression that a value stands for: `/…/` itself, or any text.
    pub(super) fn pattern(&mut self, expression: &Expression) -> Ran<Rc<Pattern>> {
        match expression {
            Expression::Regex(pattern) => Ok(Rc::clone(pattern)),
            other => {
                let text = self.value(other)?.string();
                self.memory.pattern(&text)
            }
        }
    }

    pub(super) fn builtin(&mut self, name: &str, arguments: &[Expression]) -> Ran<Value> {
        match name {
            "split" => return self.split_into(arguments),
            "sub" | "gsub" => return self.substitute(arguments, name == "gsub"),
            "match" => return self.matched(arguments),
            "length" => return self.length(arguments),
            _ => {}
        }
        let mut values = Vec::with_capacity(arguments.len());
        for argument in arguments {
            values.push(self.value(argument)?);
        }
        let first = || values.first().cloned().unwrap_or_default();
        let second = || values.get(1).cloned().unwrap_or_default();
        Ok(match name {
            "substr" => {
                let length = values.get(2).map(Value::number);
                Value::Text(part(&first().string(), second().number(), length).into())
            }
            "index" => {
                let (text, wanted) = (first().string(), second().string());
                let place = text.find(&*wanted).map_or(0, |place| text[..place].chars().count() + 1);
                Value::Number(place as f64)
            }
            "sprintf" => Value::Text(formatted(&values)?.into()),
            "tolower" => Value::Text(first().string().to_lowercase().into()),
            "toupper" => Value::Text(first().string().to_uppercase().into()),
            "int" => Value::Number(first().number().trunc()),
            "sqrt" => Value::Number(first().number().sqrt()),
            "exp" => Value::Number(first().number().exp()),
            "log" => Value::Number(first().number().ln()),
            "sin" => Value::Number(first().number().sin()),
            "cos" => Value::Number(first().number().cos()),
            "atan2" => Value::Number(first().number().atan2(second().number())),
            "rand" => {
                self.seed =
                    self.seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                Value::Number((self.seed >> 11) as f64 / (1_u64 << 53) as f64)
            }
            "srand" => {
                let before = std::mem::replace(&mut self.seed, first().number() as u64);
                Value::Number(before as f64)
            }
            "close" | "fflush" => Value::Number(0.0),
            other => return Err(format!("not simulated: the function {other}")),
        })
    }

    fn length(&mut self, arguments: &[Expression]) -> Ran<Value> {
        let text = match arguments.first() {
            None => self.record.whole(&self.memory),
            Some(Expression::Place(Place::Variable(name))) if !self.memory.array(name).is_empty() => {
                return Ok(Value::Number(self.memory.array(name).len() as f64));
            }
            Some(argument) => self.value(argument)?.string(),
        };
        Ok(Value::Number(text.chars().count() as f64))
    }

    fn split_into(&mut self, arguments: &[Expression]) -> Ran<Value> {
        let [text, Expression::Place(Place::Variable(array)), rest @ ..] = arguments else {
            return Err("Too few arguments".to_owned());
        };
        let text = self.value(text)?.string();
        let pieces = match rest.first() {
            None => {
                let separator = self.memory.get("FS").string();
                self.memory.split(&text, &separator)?
            }
            Some(Expression::Regex(_)) if text.is_empty() => Vec::new(),
            Some(Expression::Regex(pattern)) => split_by(&text, pattern),
            Some(separator) => {
                let separator = self.value(separator)?.string();
                self.memory.split(&text, &separator)?
            }
        };
        let count = pieces.len();
        let numbered = pieces.into_iter().enumerate().map(|(at, piece)| ((at + 1).to_string().into(), piece));
        *self.memory.array(array) = numbered.collect();
        Ok(Value::Number(count as f64))
    }

    fn substitute(&mut self, arguments: &[Expression], everywhere: bool) -> Ran<Value> {
        let [pattern, replacement, rest @ ..] = arguments else { return Err("Too few arguments".to_owned()) };
        let pattern = self.pattern(pattern)?;
        let replacement = self.value(replacement)?.string();
        let whole = Place::Field(Box::new(Expression::Number(0.0)));
        let place = match rest.first() {
            None => &whole,
            Some(Expression::Place(place)) => place,
            Some(_) => return Err("Unexpected token".to_owned()),
        };
        let text = self.read(place)?.string();
        let (mut out, mut copied, mut from, mut count) = (String::new(), 0, 0, 0);
        while let Some((start, end)) = pattern.find(&text, from) {
            count += 1;
            out.push_str(&text[copied..start]);
            replace(&replacement, &text[start..end], &mut out);
            if out.len() > OUTPUT_MAX {
                return Err("not simulated: texts of that length".to_owned());
            }
            copied = end;
            from = if start < end {
                end
            } else {
                match text[end..].chars().next() {
                    Some(next) => end + next.len_utf8(),
                    None => break,
                }
            };
            if !everywhere {
                break;
            }
        }
        if count > 0 {
            out.push_str(&text[copied..]);
            self.assign(place, Value::Text(out.into()))?;
        }
        Ok(Value::Number(f64::from(count)))
    }

    fn matched(&mut self, arguments: &[Expression]) -> Ran<Value> {
        let [text, pattern] = arguments else { return Err("Too few arguments".to_owned()) };
        let text = self.value(text)?.string();
        let found = self.pattern(pattern)?.find(&text, 0);
        let (start, length) = found.map_or((0.0, -1.0), |(start, end)| {
            (text[..start].chars().count() as f64 + 1.0, text[start..end].chars().count() as f64)
        });
        self.memory.set("RSTART", Value::Number(start));
        self.memory.set("RLENGTH", Value::Number(length));
        Ok(Value::Number(start))
    }
}

/// Puts a replacement in, `&` standing for what was found.
fn replace(replacement: &str, found: &str, out: &mut String) {
    let mut characters = replacement.chars();
    while let Some(character) = characters.next() {
        match character {
            '&' => out.push_str(found),
            '\\' => match characters.next() {
                Some(sign @ ('&' | '\\')) => out.push(sign),
                other => {
                    out.push('\\');
                    out.extend(other);
                }
            },
            other => out.push(other),
        }
    }
}

/// `substr`: characters from a place on, counted from 1, both rounded.
fn part(text: &str, from: f64, length: Option<f64>) -> String {
    let from = from.round();
    let end = length.map_or(f64::INFINITY, |length| from + length.round());
    let start = from.max(1.0);
    if end.is_nan() || end <= start {
        return String::new();
    }
    let count = if end.is_finite() { (end - start) as usize } else { usize::MAX };
    text.chars().skip(start as usize - 1).take(count).collect()
}

/// `sprintf`: the first value is the format.
pub(super) fn formatted(values: &[Value]) -> Ran<String> {
    let Some((format, values)) = values.split_first() else { return Err("Too few arguments".to_owned()) };
    let pieces = pieces(&format.string()).map_err(|wrong| format!("'{wrong}': Invalid format specifier"))?;
    let mut values = values.iter();
    let mut next = || values.next().cloned().unwrap_or_default();
    let mut out = String::new();
    for piece in pieces {
        match piece {
            Piece::Text(text) => out.push_str(&text),
            Piece::Place(mut place) => {
                for _ in 0..place.asks() {
                    place = place.answered(next().number() as i64);
                }
                let value = next();
                out.push_str(&match place.conversion {
                    'd' | 'i' | 'o' | 'x' | 'X' | 'u' => place.integer(value.number() as i64),
                    'e' | 'E' | 'f' | 'F' | 'g' | 'G' => place.float(value.number()),
                    'c' => match value {
                        Value::Number(code) => {
                            place.text(&char::from_u32(code as u32).map(String::from).unwrap_or_default())
                        }
                        text => place.text(&text.string()),
                    },
                    _ => place.text(&value.string()),
                });
            }
        }
    }
    Ok(out)
}
