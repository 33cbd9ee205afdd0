//! The grammar of JSONPath templates.

use crate::base::Value;

use super::{Block, End, Node};

/// Parses a whole template.
pub(super) fn parse(template: &str) -> Result<Vec<Block>, String> {
    let characters: Vec<char> = template.chars().collect();
    let mut parser = Parser { input: &characters, position: 0, nesting: 0 };
    let mut blocks = Vec::new();
    while parser.position < characters.len() {
        let text = parser.take_while(|c| c != '{');
        if !text.is_empty() {
            blocks.push(Block::Text(text));
        }
        if parser.next().is_some() {
            blocks.push(Block::Action(parser.action()?));
        }
    }
    Ok(blocks)
}

/// How deep unions and filters may nest.
const MOST_NESTED: usize = 32;

struct Parser<'a> {
    input: &'a [char],
    position: usize,
    nesting: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<char> {
        self.input.get(self.position).copied()
    }

    fn next(&mut self) -> Option<char> {
        let next = self.peek();
        self.position += usize::from(next.is_some());
        next
    }

    fn take_while(&mut self, accepts: impl Fn(char) -> bool) -> String {
        let start = self.position;
        while self.peek().is_some_and(&accepts) {
            self.position += 1;
        }
        self.input[start..self.position].iter().collect()
    }

    fn skip(&mut self, prefix: &str) -> bool {
        let is_here = self.input[self.position..].iter().take(prefix.len()).copied().eq(prefix.chars());
        if is_here {
            self.position += prefix.len();
        }
        is_here
    }

    /// What stands between `{` and `}`, the latter consumed.
    fn action(&mut self) -> Result<Vec<Node>, String> {
        let mut nodes = Vec::new();
        loop {
            if self.skip("}") {
                return Ok(nodes);
            }
            if self.skip("[?(") {
                nodes.push(self.filter()?);
                continue;
            }
            if self.skip("..") {
                if matches!(nodes.last(), Some(Node::Recursive)) {
                    return Err("invalid multiple recursive descent".to_owned());
                }
                nodes.push(Node::Recursive);
                if self.peek().is_some_and(is_alphanumeric) {
                    nodes.push(self.field());
                }
                continue;
            }
            match self.next() {
                None | Some('\n' | '\r') => return Err("unclosed action".to_owned()),
                Some(' ' | '@' | '$') => {}
                Some('[') => self.array(&mut nodes)?,
                Some(quote @ ('"' | '\'')) => nodes.push(self.quoted(quote)?),
                Some('.') => nodes.push(self.field()),
                Some(c) if c == '+' || c == '-' || c.is_ascii_digit() => {
                    self.position -= 1;
                    nodes.push(self.number()?);
                }
                Some(c) if is_alphanumeric(c) => {
                    self.position -= 1;
                    nodes.push(identifier(self.take_while(|c| !is_terminator(c))));
                }
                Some(c) => {
                    let code = u32::from(c);
                    return Err(format!("unrecognized character in action: U+{code:04X} '{c}'"));
                }
            }
        }
    }

    /// Parses `text` as if it stood between braces.
    fn inner(&self, text: &str) -> Result<Vec<Node>, String> {
        if self.nesting == MOST_NESTED {
            return Err("expression nests too deeply".to_owned());
        }
        let characters: Vec<char> = format!("{text}}}").chars().collect();
        Parser { input: &characters, position: 0, nesting: self.nesting + 1 }.action()
    }

    fn field(&mut self) -> Node {
        let mut name = String::new();
        while let Some(c) = self.peek().filter(|c| !is_terminator(*c)) {
            self.position += 1;
            if c == '\\' {
                name.extend(self.next());
            } else {
                name.push(c);
            }
        }
        if name == "*" { Node::Wildcard } else { Node::Field(name) }
    }

    fn number(&mut self) -> Result<Node, String> {
        let mut text = String::new();
        text.extend(self.next());
        text.push_str(&self.take_while(|c| c == '.' || c.is_ascii_digit()));
        if let Ok(whole) = text.parse::<i64>() {
            return Ok(Node::Literal(whole.into()));
        }
        let float = text.parse::<f64>().map_err(|_| format!("cannot parse number {text}"))?;
        Ok(Node::Literal(float.into()))
    }

    fn quoted(&mut self, quote: char) -> Result<Node, String> {
        let mut text = String::new();
        loop {
            match self.next() {
                None | Some('\n') => return Err("unterminated quoted string".to_owned()),
                Some(c) if c == quote => return Ok(Node::Literal(text.into())),
                Some('\\') => text.push(match self.next() {
                    Some('n') => '\n',
                    Some('t') => '\t',
                    Some('r') => '\r',
                    Some(kind @ ('x' | 'u' | 'U')) => match self.code_point(kind) {
                        Some(c) => c,
                        None => return Err(self.invalid_escape(quote, &text, kind)),
                    },
                    Some('a') => '\u{7}',
                    Some('b') => '\u{8}',
                    Some('f') => '\u{C}',
                    Some('v') => '\u{B}',
                    Some('\\') => '\\',
                    Some(c) if c == quote => c,
                    other => return Err(self.invalid_escape(quote, &text, other.unwrap_or_default())),
                }),
                Some(c) => text.push(c),
            }
        }
    }

    /// The character that `\\x41`, `\\u00e9` or `\\U0001f600` stands for.
    fn code_point(&mut self, kind: char) -> Option<char> {
        let length = match kind {
            'x' => 2,
            'u' => 4,
            _ => 8,
        };
        let digits: String = self.input.get(self.position..self.position + length)?.iter().collect();
        let code = u32::from_str_radix(&digits, 16).ok()?;
        self.position += length;
        char::from_u32(code)
    }

    fn invalid_escape(&mut self, quote: char, text: &str, escaped: char) -> String {
        let rest = self.take_while(|c| c != quote);
        format!("unquote string {quote}{text}\\{escaped}{rest}{quote} error invalid syntax")
    }

    /// What follows `[`.
    fn array(&mut self, nodes: &mut Vec<Node>) -> Result<(), String> {
        let text = self.take_while(|c| c != ']' && c != '\n');
        if self.next() != Some(']') {
            return Err("unterminated array".to_owned());
        }
        if text.contains(',') {
            let parts = text.split(',').map(|part| self.inner(&format!("[{}]", part.trim_matches(' '))));
            nodes.push(Node::Union(parts.collect::<Result<_, _>>()?));
            return Ok(());
        }
        let key = text
            .strip_prefix('\'')
            .and_then(|rest| rest.strip_suffix('\''))
            .filter(|key| !key.contains('\''));
        if let Some(key) = key {
            nodes.extend(self.inner(&format!(".{key}"))?);
            return Ok(());
        }
        nodes.push(slice(if text == "*" { ":" } else { &text })?);
        Ok(())
    }

    /// What follows `[?(`.
    fn filter(&mut self) -> Result<Node, String> {
        let mut text = String::new();
        let mut quote = None;
        loop {
            match self.next() {
                None | Some('\n') => return Err("unterminated filter".to_owned()),
                Some(')') if quote.is_none() => break,
                Some(c) => {
                    if matches!(c, '"' | '\'') && !text.ends_with('\\') {
                        match quote {
                            None => quote = Some(c),
                            Some(open) if open == c => quote = None,
                            Some(_) => {}
                        }
                    }
                    text.push(c);
                }
            }
        }
        if self.next() != Some(']') {
            return Err("unclosed array expect ]".to_owned());
        }
        let is_operator = |c: char| "!<>=".contains(c);
        let start = text.find(is_operator).filter(|start| *start > 0 && text.len() > start + 1);
        let Some(start) = start else {
            return Ok(Node::Filter {
                left: self.inner(&text)?,
                operator: "exists".to_owned(),
                right: Vec::new(),
            });
        };
        let (left, rest) = text.split_at(start);
        // Something has to be compared with, if need be the end of the operator.
        let end = rest.find(|c| !is_operator(c)).unwrap_or(rest.len() - 1);
        let (operator, right) = rest.split_at(end);
        Ok(Node::Filter { left: self.inner(left)?, operator: operator.to_owned(), right: self.inner(right)? })
    }
}

fn identifier(name: String) -> Node {
    match name.as_str() {
        "range" => Node::Range,
        "end" => Node::EndRange,
        "true" | "false" => Node::Literal(Value::Bool(name == "true")),
        _ => Node::Unknown(name),
    }
}

fn slice(text: &str) -> Result<Node, String> {
    let parts: Vec<&str> = text.split(':').collect();
    let is_index =
        |part: &&str| part.strip_prefix('-').unwrap_or(part).bytes().all(|byte| byte.is_ascii_digit());
    if parts.len() > 3 || !parts.iter().all(is_index) {
        return Err(format!("invalid array index {text}"));
    }
    let number = |index: usize| match parts.get(index) {
        None | Some(&"") => Ok(None),
        Some(part) => part.parse().map(Some).map_err(|_| format!("array index {part} is not a number")),
    };
    let end = match (parts.len(), number(1)?) {
        (1, _) => End::OneItem,
        (_, None) => End::Open,
        (_, Some(end)) => End::Before(end),
    };
    Ok(Node::Slice { start: number(0)?, end, step: number(2)? })
}

fn is_alphanumeric(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

fn is_terminator(c: char) -> bool {
    c.is_whitespace() || ".,[]$@{}".contains(c)
}
