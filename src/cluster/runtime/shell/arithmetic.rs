//! `$(( … ))`: whole numbers, variables, the operators of C.

use super::shell_state::{Dialect, ShellState};

/// Levels of parentheses that an expression may have.
const DEPTH_MAX: usize = 60;
/// Variables that may stand for one another in turn.
const HOPS_MAX: usize = 16;
/// Tokens that one expression and all that its variables stand for may have.
const TOKENS_MAX: usize = 100_000;

/// The value of an expression.
///
/// # Errors
/// The shell's words for what is wrong.
pub(super) fn evaluate(text: &str, shell: &mut ShellState) -> Result<i64, String> {
    evaluate_at(text, shell, 0, &mut 0)
}

fn evaluate_at(text: &str, shell: &mut ShellState, hops: usize, work: &mut usize) -> Result<i64, String> {
    let (bash, dash) = (shell.is_bash(), shell.dialect == Dialect::Dash);
    let tokens = tokens(text)?;
    if tokens.is_empty() {
        return Ok(0);
    }
    *work += tokens.len();
    if *work > TOKENS_MAX {
        return Err(wrong());
    }
    let mut evaluator = Evaluator { tokens, at: 0, shell, depth: 0, hops, skips: 0, work };
    let value = evaluator
        .list()
        .and_then(|value| if evaluator.at < evaluator.tokens.len() { Err(wrong()) } else { Ok(value) });
    value.map_err(|why| match why.as_str() {
        "divide by zero" if bash => {
            let divisor = text.rsplit(['/', '%']).next().unwrap_or_default().trim();
            format!("{}: division by 0 (error token is \"{divisor}\")", text.trim())
        }
        "divide by zero" if dash => format!("arithmetic expression: division by zero: \"{text}\""),
        "arithmetic syntax error" if dash => format!("arithmetic expression: expecting EOF: \"{text}\""),
        _ => why,
    })
}

fn wrong() -> String {
    "arithmetic syntax error".to_owned()
}

const OPERATORS: &[&str] = &[
    "<<=", ">>=", "**", "<<", ">>", "<=", ">=", "==", "!=", "&&", "||", "++", "--", "+=", "-=", "*=", "/=",
    "%=", "&=", "|=", "^=", "+", "-", "*", "/", "%", "<", ">", "(", ")", "=", "!", "&", "|", "^", "~", "?",
    ":", ",",
];

fn tokens(text: &str) -> Result<Vec<String>, String> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = if first.is_ascii_alphanumeric() || first == '_' {
            let word = |next: &char| next.is_ascii_alphanumeric() || matches!(next, '_' | '#' | '@');
            let length = rest.chars().take_while(word).count();
            length + subscript(&rest[length..])
        } else {
            let operator = OPERATORS.iter().find(|operator| rest.starts_with(**operator));
            operator.map(|operator| operator.len()).ok_or_else(wrong)?
        };
        tokens.push(rest[..length].to_owned());
        rest = rest[length..].trim_start();
    }
    Ok(tokens)
}

/// The length of `[…]` at the start of a text.
fn subscript(text: &str) -> usize {
    if text.starts_with('[') { text.find(']').map_or(0, |end| end + 1) } else { 0 }
}

/// Binary operators from the loosest to the tightest; `&&` and `||` come before these.
const LEVELS: &[&[&str]] = &[
    &["|"],
    &["^"],
    &["&"],
    &["==", "!="],
    &["<", "<=", ">", ">="],
    &["<<", ">>"],
    &["+", "-"],
    &["*", "/", "%"],
];

struct Evaluator<'a> {
    tokens: Vec<String>,
    at: usize,
    shell: &'a mut ShellState,
    depth: usize,
    /// Variables that led here.
    hops: usize,
    /// How many short cuts the present place is behind: nothing is assigned there.
    skips: usize,
    /// Tokens that were read so far, also of what variables stand for.
    work: &'a mut usize,
}

impl Evaluator<'_> {
    fn peek(&self) -> Option<&str> {
        self.tokens.get(self.at).map(String::as_str)
    }

    fn take(&mut self, token: &str) -> bool {
        let found = self.peek() == Some(token);
        self.at += usize::from(found);
        found
    }

    fn list(&mut self) -> Result<i64, String> {
        let mut value = self.assignment()?;
        while self.take(",") {
            value = self.assignment()?;
        }
        Ok(value)
    }

    fn assignment(&mut self) -> Result<i64, String> {
        let is_name =
            |name: &&str| name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
        let name = self.peek().filter(is_name).map(str::to_owned);
        let operator = self.tokens.get(self.at + 1).cloned();
        if let (Some(name), Some(operator)) = (name, operator)
            && let Some(kind) = operator.strip_suffix('=')
            && matches!(kind, "" | "+" | "-" | "*" | "/" | "%" | "&" | "|" | "^" | "<<" | ">>")
        {
            self.at += 2;
            let right = self.deeper(Self::assignment)?;
            let value = if kind.is_empty() { right } else { self.apply(kind, &name, right)? };
            self.store(&name, value);
            return Ok(value);
        }
        self.condition()
    }

    /// A part that may hold others of its kind.
    fn deeper(&mut self, part: fn(&mut Self) -> Result<i64, String>) -> Result<i64, String> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(wrong());
        }
        let value = part(self)?;
        self.depth -= 1;
        Ok(value)
    }

    fn apply(&mut self, kind: &str, name: &str, right: i64) -> Result<i64, String> {
        let left = self.variable(name)?;
        if self.skips > 0 { Ok(0) } else { apply(kind, left, right) }
    }

    fn condition(&mut self) -> Result<i64, String> {
        let condition = self.any()?;
        if !self.take("?") {
            return Ok(condition);
        }
        let yes = self.beside(condition == 0, |own| own.deeper(Self::list))?;
        if !self.take(":") {
            return Err(wrong());
        }
        let no = self.beside(condition != 0, |own| own.deeper(Self::condition))?;
        Ok(if condition != 0 { yes } else { no })
    }

    /// What may stand on a way that is not taken.
    fn beside(&mut self, skipped: bool, part: fn(&mut Self) -> Result<i64, String>) -> Result<i64, String> {
        self.skips += usize::from(skipped);
        let value = part(self);
        self.skips -= usize::from(skipped);
        value
    }

    fn any(&mut self) -> Result<i64, String> {
        let mut left = self.all()?;
        while self.take("||") {
            let right = self.beside(left != 0, Self::all)?;
            left = i64::from(left != 0 || right != 0);
        }
        Ok(left)
    }

    fn all(&mut self) -> Result<i64, String> {
        let mut left = self.binary(0)?;
        while self.take("&&") {
            let right = self.beside(left == 0, |evaluator| evaluator.binary(0))?;
            left = i64::from(left != 0 && right != 0);
        }
        Ok(left)
    }

    fn binary(&mut self, level: usize) -> Result<i64, String> {
        let Some(operators) = LEVELS.get(level) else { return self.power() };
        let mut left = self.binary(level + 1)?;
        while let Some(operator) = self.peek().filter(|token| operators.contains(token)).map(str::to_owned) {
            self.at += 1;
            let right = self.binary(level + 1)?;
            left = if self.skips > 0 { 0 } else { apply(&operator, left, right)? };
        }
        Ok(left)
    }

    fn power(&mut self) -> Result<i64, String> {
        let base = self.unary()?;
        if !self.take("**") {
            return Ok(base);
        }
        let exponent = self.deeper(Self::power)?;
        if exponent < 0 {
            return Err(wrong());
        }
        Ok(base.wrapping_pow(u32::try_from(exponent).unwrap_or(u32::MAX)))
    }

    fn unary(&mut self) -> Result<i64, String> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(wrong());
        }
        let token = self.peek().map(str::to_owned).ok_or_else(wrong)?;
        self.at += 1;
        let value = match token.as_str() {
            "-" => self.unary()?.wrapping_neg(),
            "+" => self.unary()?,
            "!" => i64::from(self.unary()? == 0),
            "~" => !self.unary()?,
            "++" | "--" => {
                let name = self.peek().map(str::to_owned).ok_or_else(wrong)?;
                self.at += 1;
                self.step(&name, &token)?
            }
            "(" => {
                let value = self.list()?;
                if self.take(")") { value } else { return Err(wrong()) }
            }
            number if number.starts_with(|first: char| first.is_ascii_digit()) => {
                let bash = self.shell.is_bash();
                number_of(number).ok_or_else(|| refused(number, bash))?
            }
            name if name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_') => {
                let value = self.variable(name)?;
                if let Some(operator @ ("++" | "--")) = self.peek() {
                    let operator = operator.to_owned();
                    self.at += 1;
                    self.step(name, &operator)?;
                }
                value
            }
            _ => return Err(wrong()),
        };
        self.depth -= 1;
        Ok(value)
    }

    fn step(&mut self, name: &str, operator: &str) -> Result<i64, String> {
        let value = self.variable(name)?.wrapping_add(if operator == "++" { 1 } else { -1 });
        self.store(name, value);
        Ok(value)
    }

    fn store(&mut self, name: &str, value: i64) {
        if self.skips == 0 {
            let name = self.place(name);
            self.shell.set(&name, value.to_string());
        }
    }

    /// A name whose index, if it has one, is a number.
    fn place(&mut self, name: &str) -> String {
        let Some((array, index)) = name.strip_suffix(']').and_then(|name| name.split_once('[')) else {
            return name.to_owned();
        };
        if self.shell.is_associative(array) {
            return name.to_owned();
        }
        let index = evaluate_at(index, self.shell, self.hops + 1, self.work).unwrap_or_default();
        format!("{array}[{index}]")
    }

    /// What a variable holds may be an expression of its own.
    fn variable(&mut self, name: &str) -> Result<i64, String> {
        let place = self.place(name);
        let Some(value) = self.shell.get(&place) else { return Ok(0) };
        match value.trim() {
            "" => Ok(0),
            text if self.hops < HOPS_MAX => evaluate_at(text, self.shell, self.hops + 1, self.work),
            _ => Err(wrong()),
        }
    }
}

fn refused(number: &str, bash: bool) -> String {
    match number.chars().next() {
        Some('0') if bash && number.bytes().all(|digit| digit.is_ascii_digit()) => {
            format!("{number}: value too great for base (error token is \"{number}\")")
        }
        _ => wrong(),
    }
}

/// A decimal, octal (`017`) or hexadecimal number, or one with its base (`2#101`).
fn number_of(text: &str) -> Option<i64> {
    let digits = |text: &str, base: u32| {
        text.chars().try_fold(0_i64, |sum, digit| {
            let digit = digit.to_digit(base)?;
            Some(sum.wrapping_mul(i64::from(base)).wrapping_add(i64::from(digit)))
        })
    };
    if let Some((base, rest)) = text.split_once('#') {
        let base = base.parse().ok().filter(|base| (2..=36).contains(base))?;
        return digits(rest, base).filter(|_| !rest.is_empty());
    }
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(hex) => digits(hex, 16),
        None if text.len() > 1 && text.starts_with('0') => digits(&text[1..], 8),
        None => digits(text, 10),
    }
}

fn apply(operator: &str, left: i64, right: i64) -> Result<i64, String> {
    let truth = |value: bool| i64::from(value);
    Ok(match operator {
        "|" => left | right,
        "^" => left ^ right,
        "&" => left & right,
        "==" => truth(left == right),
        "!=" => truth(left != right),
        "<" => truth(left < right),
        "<=" => truth(left <= right),
        ">" => truth(left > right),
        ">=" => truth(left >= right),
        "<<" => left.wrapping_shl(u32::try_from(right & 63).unwrap_or_default()),
        ">>" => left.wrapping_shr(u32::try_from(right & 63).unwrap_or_default()),
        "+" => left.wrapping_add(right),
        "-" => left.wrapping_sub(right),
        "*" => left.wrapping_mul(right),
        _ if right == 0 => return Err("divide by zero".to_owned()),
        "/" => left.wrapping_div(right),
        _ => left.wrapping_rem(right),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_have_values() {
        let mut shell = ShellState::default();
        shell.set("i", "4".to_owned());
        shell.set("sum", "1+2".to_owned());
        for (text, value) in [
            ("i+1", 5),
            ("2+3*4", 14),
            ("(2+3)*4", 20),
            ("i % 3", 1),
            ("i == 4 && i < 5", 1),
            ("-i", -4),
            ("i > 3 ? 1 : 2", 1),
            ("", 0),
            ("2**3**2", 512),
            ("a=3, a*2", 6),
            ("0 && (a=9)", 0),
            ("1 || (a=9)", 1),
            ("1 ? 2 : (a=9)", 2),
            ("a", 3),
            ("sum*2", 6),
            ("017 + 0x1F + 2#101", 51),
            ("0 && 1/0", 0),
        ] {
            assert_eq!(evaluate(text, &mut shell), Ok(value), "{text}");
        }
        assert_eq!(evaluate("i += 2", &mut shell), Ok(6));
        assert_eq!(evaluate("i++", &mut shell), Ok(6));
        assert_eq!(shell.get("i").as_deref(), Some("7"));
        assert_eq!(evaluate("1/0", &mut shell), Err("divide by zero".to_owned()));
        for text in ["1 +", "08", "1 = 2", "1.5", "5 5"] {
            assert_eq!(evaluate(text, &mut shell), Err(wrong()), "{text}");
        }
        for piece in ["a=", "1?", "1?1:", "2**", "-", "("] {
            assert_eq!(evaluate(&piece.repeat(50_000), &mut shell), Err(wrong()), "{piece}");
        }
        shell.set("x0", "1".to_owned());
        for level in 1..12 {
            shell.set(
                &format!("x{level}"),
                format!("x{}", level - 1) + &format!("+x{}", level - 1).repeat(20),
            );
        }
        assert_eq!(evaluate("x2", &mut shell), Ok(441));
        assert_eq!(evaluate("x11", &mut shell), Err(wrong()));
    }
}
