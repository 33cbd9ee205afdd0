//! Regular expressions as `grep`, `sed` and `awk` write them, carried over into those of the `regex` crate.
//!
//! One difference stays: of two alternatives that match at the same place POSIX takes the longer, this the first.

use std::iter::Peekable;
use std::str::Chars;

use regex::{Captures, Regex, RegexBuilder};

/// Bytes that a compiled expression may take.
const SIZE_MAX: usize = 1 << 20;

/// How an expression is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Syntax {
    /// It is the text itself.
    Fixed,
    /// `\(`, `\{`, `\|` are special, and `*`.
    Basic,
    /// `(`, `{`, `|`, `+`, `?` are.
    Extended,
    /// The same, with `\t` and the like in brackets, too.
    Awk,
}

/// What busybox' programs say of an expression that `Pattern` does not take.
pub(super) fn complaint(text: &str, why: String) -> String {
    if why.starts_with("not simulated") { why } else { format!("bad regex '{text}': {why}") }
}

/// A compiled expression.
#[derive(Clone, Debug)]
pub(super) struct Pattern(Regex);

impl Pattern {
    /// Compiles an expression.
    ///
    /// # Errors
    /// The C library's words for what is wrong, or what is not simulated.
    pub(super) fn new(text: &str, syntax: Syntax, ignores_case: bool) -> Result<Self, String> {
        Self::compiled(&translated(text, syntax)?, ignores_case)
    }

    /// Compiles an expression for whole lines or whole words.
    ///
    /// # Errors
    /// As `new`.
    pub(super) fn of_lines(
        text: &str,
        syntax: Syntax,
        ignores_case: bool,
        words: bool,
        whole: bool,
    ) -> Result<Self, String> {
        let mut expression = translated(text, syntax)?;
        if words {
            expression = format!("\\b{{start-half}}(?:{expression})\\b{{end-half}}");
        }
        if whole {
            expression = format!("^(?:{expression})$");
        }
        Self::compiled(&expression, ignores_case)
    }

    fn compiled(expression: &str, ignores_case: bool) -> Result<Self, String> {
        RegexBuilder::new(expression)
            .case_insensitive(ignores_case)
            .dot_matches_new_line(true)
            .size_limit(SIZE_MAX)
            .build()
            .map(Self)
            .map_err(|_| "Invalid regular expression".to_owned())
    }

    /// Whether some part of a text matches.
    pub(super) fn is_found_in(&self, text: &str) -> bool {
        self.0.is_match(text)
    }

    /// The first match from a byte on: where it begins and ends.
    pub(super) fn find(&self, text: &str, from: usize) -> Option<(usize, usize)> {
        self.0.find_at(text, from).map(|found| (found.start(), found.end()))
    }

    /// The first match from a byte on, with its groups.
    pub(super) fn captures<'a>(&self, text: &'a str, from: usize) -> Option<Captures<'a>> {
        self.0.captures_at(text, from)
    }
}

fn translated(text: &str, syntax: Syntax) -> Result<String, String> {
    match syntax {
        Syntax::Fixed => Ok(regex::escape(text)),
        _ => Translator::new(text, syntax).translate(),
    }
}

struct Translator<'a> {
    from: Peekable<Chars<'a>>,
    syntax: Syntax,
    to: String,
    open: usize,
    /// Whether what came last is a repetition.
    repeated: bool,
}

impl<'a> Translator<'a> {
    fn new(text: &'a str, syntax: Syntax) -> Self {
        Self { from: text.chars().peekable(), syntax, to: String::new(), open: 0, repeated: false }
    }

    fn translate(mut self) -> Result<String, String> {
        // Whether something stands before that `*` can repeat.
        let mut repeatable = false;
        while let Some(character) = self.from.next() {
            let extended = self.syntax != Syntax::Basic;
            let repeated = std::mem::take(&mut self.repeated);
            repeatable = match character {
                '\\' => self.escaped(repeatable, repeated)?,
                '[' => self.bracket()?,
                '*' if repeatable => self.repeat("*", repeated),
                '*' => self.literal('*'),
                '^' if extended || !repeatable && self.at_branch_start() => self.sign("^"),
                '$' if extended || self.at_branch_end() => self.sign("$"),
                '.' => {
                    self.to.push('.');
                    true
                }
                '+' | '?' if extended && repeatable => self.repeat(&character.to_string(), repeated),
                '(' if extended => self.group(),
                ')' if extended && self.open > 0 => self.end_group(),
                '|' if extended => self.sign("|"),
                '{' if extended && repeatable => self.interval("}")?,
                other => self.literal(other),
            };
        }
        if self.open > 0 { Err("Unmatched ( or \\(".to_owned()) } else { Ok(self.to) }
    }

    fn literal(&mut self, character: char) -> bool {
        self.to.push_str(&regex::escape(character.encode_utf8(&mut [0; 4])));
        true
    }

    fn sign(&mut self, sign: &str) -> bool {
        self.to.push_str(sign);
        false
    }

    /// A repetition; several in a row are one of the whole.
    fn repeat(&mut self, sign: &str, repeated: bool) -> bool {
        self.repeated = true;
        if !repeated {
            self.to.push_str(sign);
        }
        true
    }

    fn group(&mut self) -> bool {
        self.open += 1;
        self.sign("(")
    }

    fn end_group(&mut self) -> bool {
        self.open -= 1;
        self.to.push(')');
        true
    }

    fn at_branch_start(&self) -> bool {
        self.to.is_empty() || self.to.ends_with(['(', '|'])
    }

    fn at_branch_end(&self) -> bool {
        let mut rest = self.from.clone();
        match rest.next() {
            None => true,
            Some('\\') => matches!(rest.next(), Some(')' | '|')),
            Some(_) => false,
        }
    }

    fn escaped(&mut self, repeatable: bool, repeated: bool) -> Result<bool, String> {
        let basic = self.syntax == Syntax::Basic;
        Ok(match self.from.next() {
            None => return Err("Trailing backslash".to_owned()),
            Some('(') if basic => self.group(),
            Some(')') if basic && self.open > 0 => self.end_group(),
            Some(')') if basic => return Err("Unmatched ) or \\)".to_owned()),
            Some('|') if basic => self.sign("|"),
            Some(sign @ ('+' | '?')) if basic && repeatable => self.repeat(&sign.to_string(), repeated),
            Some('{') if basic => self.interval("\\}")?,
            Some(class @ ('w' | 'W' | 's' | 'S')) => {
                self.to.extend(['\\', class]);
                true
            }
            Some(edge @ ('b' | 'B')) => self.sign(&format!("\\{edge}")),
            Some('<') => self.sign("\\b{start}"),
            Some('>') => self.sign("\\b{end}"),
            Some('n') => self.literal('\n'),
            Some('t') => self.literal('\t'),
            Some('r') => self.literal('\r'),
            Some(digit) if digit.is_ascii_digit() && digit != '0' => {
                return Err("not simulated: back-references in expressions".to_owned());
            }
            Some(other) => self.literal(other),
        })
    }

    /// `{2}`, `{2,}`, `{,3}`, `{2,3}`; elsewhere a brace is a brace.
    fn interval(&mut self, end: &str) -> Result<bool, String> {
        let rest: String = self.from.clone().collect();
        let Some((inside, _)) = rest.split_once(end) else {
            if end == "}" {
                return Ok(self.literal('{'));
            }
            return Err("Unmatched \\{".to_owned());
        };
        let (least, most) = inside.split_once(',').map_or((inside, Some(inside)), |(least, most)| {
            (if least.is_empty() { "0" } else { least }, (!most.is_empty()).then_some(most))
        });
        let (Ok(least), Ok(most)) = (least.parse::<u16>(), most.map(str::parse::<u16>).transpose()) else {
            if end == "}" {
                return Ok(self.literal('{'));
            }
            return Err("Invalid content of \\{\\}".to_owned());
        };
        for _ in 0..inside.chars().count() + end.len() {
            self.from.next();
        }
        let most = most.map(|most| most.to_string()).unwrap_or_default();
        self.to.push_str(&format!("{{{least},{most}}}"));
        self.repeated = true;
        Ok(true)
    }

    /// `[…]`, with its classes; a backslash stands for itself but in awk.
    fn bracket(&mut self) -> Result<bool, String> {
        let mut class = "[".to_owned();
        if self.from.next_if_eq(&'^').is_some() {
            class.push('^');
        }
        let mut first = true;
        loop {
            let character = self.from.next().ok_or("Unmatched [, [^, [:, [., or [=")?;
            match character {
                ']' if !first => break,
                '[' if self.from.peek() == Some(&':') => self.named_class(&mut class)?,
                '\\' if self.syntax == Syntax::Awk => {
                    let escaped = match self.from.next().ok_or("Trailing backslash")? {
                        'n' => '\n',
                        't' => '\t',
                        'r' => '\r',
                        other => other,
                    };
                    push_member(&mut class, escaped);
                }
                // Between two members a dash makes a range.
                '-' if !first && self.from.peek().is_some_and(|next| *next != ']') => class.push('-'),
                other => push_member(&mut class, other),
            }
            first = false;
        }
        class.push(']');
        self.to.push_str(&class);
        Ok(true)
    }

    fn named_class(&mut self, class: &mut String) -> Result<(), String> {
        let rest: String = self.from.clone().collect();
        let name = rest.get(1..).and_then(|rest| rest.split_once(":]")).map(|(name, _)| name.to_owned());
        let name = name.ok_or("Unmatched [, [^, [:, [., or [=")?;
        const NAMES: &[&str] = &[
            "alpha", "digit", "alnum", "upper", "lower", "space", "blank", "punct", "print", "graph",
            "cntrl", "xdigit",
        ];
        if !NAMES.contains(&name.as_str()) {
            return Err("Invalid character class name".to_owned());
        }
        class.push_str(&format!("[:{name}:]"));
        for _ in 0..name.chars().count() + 3 {
            self.from.next();
        }
        Ok(())
    }
}

fn push_member(class: &mut String, member: char) {
    if "[]\\^-&~".contains(member) {
        class.push('\\');
    }
    class.push(member);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_find_what_grep_finds() {
        use Syntax::{Awk, Basic, Extended, Fixed};
        for (pattern, syntax, line, found) in [
            ("lo w", Basic, "hello world", Some("lo w")),
            ("^hel*o", Basic, "helllo", Some("helllo")),
            ("^o", Basic, "hello", None),
            ("o$", Basic, "hello", Some("o")),
            ("a$b", Basic, "a$b", Some("a$b")),
            ("a|b", Basic, "a", None),
            ("x|h.l", Extended, "hello", Some("hel")),
            ("MODE\\|PASS", Basic, "PASSWORD=1", Some("PASS")),
            ("[0-9]+", Extended, "abc17", Some("17")),
            ("[0-9]+", Basic, "1+", Some("1+")),
            ("[^a-z]", Basic, "abc", None),
            ("[]x]", Basic, "a]", Some("]")),
            ("[a\\]", Basic, "\\", Some("\\")),
            ("[[:digit:]_-]*$", Basic, "a1_2-", Some("1_2-")),
            ("a.*b.*c", Basic, "axxbxxc", Some("axxbxxc")),
            ("\\.", Basic, "abc", None),
            ("\\(ab\\)\\{2\\}", Basic, "ababab", Some("abab")),
            ("(ab){2,}", Extended, "ababab", Some("ababab")),
            ("a{x", Extended, "a{x", Some("a{x")),
            ("*a", Basic, "*a", Some("*a")),
            ("\\bfoo\\b", Extended, "a foo b", Some("foo")),
            ("[\\t ]+x", Awk, "a\t x", Some("\t x")),
            ("a.c", Fixed, "xa.cx", Some("a.c")),
            ("a.c", Fixed, "abc", None),
        ] {
            let compiled = Pattern::new(pattern, syntax, false).unwrap();
            assert_eq!(compiled.find(line, 0).map(|(start, end)| &line[start..end]), found, "{pattern}");
        }
        assert!(Pattern::new("aBc", Basic, true).unwrap().is_found_in("xAbCx"));
    }

    #[test]
    fn what_is_no_expression_is_told() {
        for (pattern, syntax, why) in [
            ("[a", Syntax::Basic, "Unmatched [, [^, [:, [., or [="),
            ("\\(a", Syntax::Basic, "Unmatched ( or \\("),
            ("(a", Syntax::Extended, "Unmatched ( or \\("),
            ("a\\", Syntax::Basic, "Trailing backslash"),
            ("[[:foo:]]", Syntax::Basic, "Invalid character class name"),
            ("\\(a\\)\\1", Syntax::Basic, "not simulated: back-references in expressions"),
        ] {
            assert_eq!(Pattern::new(pattern, syntax, false).unwrap_err(), why, "{pattern}");
        }
    }
}
