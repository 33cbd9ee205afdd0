//! Text → tokens: words with their quotes and substitutions, operators, here-documents.

use super::ast::{Part, SyntaxError, Word};
use super::parser;

/// How deep substitutions may nest.
const DEPTH_MAX: usize = 40;

/// A token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// A word.
    Word(Word),
    /// `;`, `&&`, `(`, `>` …
    Operator(&'static str),
    /// A number directly before a redirection.
    Descriptor(u32),
    /// The text of a here-document, right after its `<<` operator.
    Document(Word),
    /// End of a line.
    Newline,
}

const OPERATORS: &[&str] =
    &["<<<", "<<-", "&&", "||", ";;", "<<", ">>", "<&", ">&", ">|", ";", "&", "|", "<", ">", "(", ")"];

impl Token {
    fn into_word(self) -> Option<Word> {
        if let Self::Word(word) = self { Some(word) } else { None }
    }
}

/// Whether what was read is `NAME=` or `NAME+=`, behind which `(` begins the elements of an array.
fn begins_array(text: &str) -> bool {
    let name = text.strip_suffix('=').map(|name| name.strip_suffix('+').unwrap_or(name));
    name.is_some_and(|name| {
        name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
            && name.chars().all(|next| next.is_ascii_alphanumeric() || next == '_')
    })
}

/// Splits a text into tokens.
pub(super) fn tokens(text: &str, depth: usize) -> Result<Vec<Token>, SyntaxError> {
    if depth > DEPTH_MAX {
        return Err(SyntaxError::Wrong("syntax error: nested too deeply".to_owned()));
    }
    let mut lexer =
        Lexer { chars: text.chars().collect(), at: 0, depth, tokens: Vec::new(), documents: Vec::new() };
    lexer.run()?;
    Ok(lexer.tokens)
}

struct Lexer {
    chars: Vec<char>,
    at: usize,
    depth: usize,
    tokens: Vec<Token>,
    /// Here-documents that begin after this line: index of the token, end marker, quoted, tabs stripped.
    documents: Vec<(usize, String, bool, bool)>,
}

impl Lexer {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn starts_with(&self, text: &str) -> bool {
        text.chars().enumerate().all(|(index, expected)| self.chars.get(self.at + index) == Some(&expected))
    }

    fn run(&mut self) -> Result<(), SyntaxError> {
        while let Some(next) = self.peek() {
            match next {
                ' ' | '\t' | '\r' => self.at += 1,
                '\\' if self.chars.get(self.at + 1) == Some(&'\n') => self.at += 2,
                '#' => {
                    while self.peek().is_some_and(|next| next != '\n') {
                        self.at += 1;
                    }
                }
                '\n' => {
                    self.at += 1;
                    self.tokens.push(Token::Newline);
                    self.read_documents()?;
                }
                _ => self.operator_or_word()?,
            }
        }
        if self.documents.is_empty() { Ok(()) } else { Err(unterminated("here-document")) }
    }

    fn operator_or_word(&mut self) -> Result<(), SyntaxError> {
        if let Some(operator) = OPERATORS.iter().copied().find(|operator| self.starts_with(operator)) {
            self.at += operator.chars().count();
            self.tokens.push(Token::Operator(operator));
            return if matches!(operator, "<<" | "<<-") {
                self.begin_document(operator == "<<-")
            } else {
                Ok(())
            };
        }
        let digits: String =
            self.chars[self.at..].iter().take_while(|character| character.is_ascii_digit()).collect();
        let after = self.chars.get(self.at + digits.len());
        if matches!(after, Some('<' | '>'))
            && let Ok(number) = digits.parse()
        {
            self.at += digits.len();
            self.tokens.push(Token::Descriptor(number));
            return Ok(());
        }
        let word = self.word()?;
        self.tokens.push(Token::Word(word));
        Ok(())
    }

    fn begin_document(&mut self, strip_tabs: bool) -> Result<(), SyntaxError> {
        while matches!(self.peek(), Some(' ' | '\t')) {
            self.at += 1;
        }
        let marker = self.word()?;
        let quoted = marker.0.iter().any(|part| matches!(part, Part::Quoted(_)));
        let text: String = marker
            .0
            .iter()
            .map(|part| match part {
                Part::Bare(text) | Part::Quoted(text) => text.as_str(),
                _ => "",
            })
            .collect();
        self.documents.push((self.tokens.len(), text, quoted, strip_tabs));
        self.tokens.push(Token::Document(Word::default()));
        Ok(())
    }

    fn read_documents(&mut self) -> Result<(), SyntaxError> {
        for (index, marker, quoted, strip_tabs) in std::mem::take(&mut self.documents) {
            let mut text = String::new();
            loop {
                if self.at >= self.chars.len() {
                    return Err(unterminated("here-document"));
                }
                let line: String =
                    self.chars[self.at..].iter().take_while(|character| **character != '\n').collect();
                self.at = (self.at + line.chars().count() + 1).min(self.chars.len());
                let line = if strip_tabs { line.trim_start_matches('\t') } else { &line };
                if line == marker {
                    break;
                }
                text.push_str(line);
                text.push('\n');
            }
            let word = if quoted { Word::literal(&text) } else { expanding(&text, self.depth)? };
            self.tokens[index] = Token::Document(word);
        }
        Ok(())
    }

    fn word(&mut self) -> Result<Word, SyntaxError> {
        let mut parts = Vec::new();
        let mut bare = String::new();
        while let Some(next) = self.peek() {
            match next {
                '(' if parts.is_empty() && begins_array(&bare) => {
                    self.at += 1;
                    let text = self.until_closed(")")?;
                    flush(&mut bare, &mut parts);
                    let inside = tokens(&text, self.depth + 1)?.into_iter();
                    parts.push(Part::Array(inside.filter_map(Token::into_word).collect()));
                    break;
                }
                ' ' | '\t' | '\r' | '\n' | ';' | '&' | '|' | '<' | '>' | '(' | ')' => break,
                '\\' => {
                    self.at += 1;
                    match self.peek() {
                        Some('\n') => {}
                        Some(next) => {
                            flush(&mut bare, &mut parts);
                            parts.push(Part::Quoted(next.to_string()));
                        }
                        None => bare.push('\\'),
                    }
                    self.at += 1;
                }
                '\'' => {
                    flush(&mut bare, &mut parts);
                    parts.push(Part::Quoted(self.single_quoted()?));
                }
                '"' => {
                    flush(&mut bare, &mut parts);
                    self.at += 1;
                    self.double_quoted(&mut parts, Some('"'))?;
                }
                '$' | '`' => match self.expansion(false)? {
                    Some(part) => {
                        flush(&mut bare, &mut parts);
                        parts.push(part);
                    }
                    None => bare.push('$'),
                },
                next => {
                    bare.push(next);
                    self.at += 1;
                }
            }
        }
        flush(&mut bare, &mut parts);
        Ok(Word(parts))
    }

    fn single_quoted(&mut self) -> Result<String, SyntaxError> {
        self.at += 1;
        let text: String = self.chars[self.at..].iter().take_while(|character| **character != '\'').collect();
        self.at += text.chars().count() + 1;
        if self.at > self.chars.len() { Err(unterminated("quoted string")) } else { Ok(text) }
    }

    /// Text in which only `$`, backquotes and some backslashes are special, up to `end`.
    fn double_quoted(&mut self, parts: &mut Vec<Part>, end: Option<char>) -> Result<(), SyntaxError> {
        let mut text = String::new();
        let first = parts.len();
        loop {
            let Some(next) = self.peek() else {
                if end.is_some() {
                    return Err(unterminated("quoted string"));
                }
                break;
            };
            if Some(next) == end {
                self.at += 1;
                break;
            }
            match next {
                '\\' => {
                    self.at += 1;
                    match self.peek() {
                        Some('\n') => {}
                        Some(next @ ('$' | '`' | '\\')) => text.push(next),
                        Some('"') if end.is_some() => text.push('"'),
                        Some(next) => text.extend(['\\', next]),
                        None => text.push('\\'),
                    }
                    self.at += 1;
                }
                '$' | '`' => match self.expansion(true)? {
                    Some(part) => {
                        if !text.is_empty() {
                            parts.push(Part::Quoted(std::mem::take(&mut text)));
                        }
                        parts.push(part);
                    }
                    None => text.push('$'),
                },
                next => {
                    text.push(next);
                    self.at += 1;
                }
            }
        }
        if !text.is_empty() || parts.len() == first {
            parts.push(Part::Quoted(text));
        }
        Ok(())
    }

    /// What begins with `$` or a backquote; `None` (one character further) for a `$` that means itself.
    fn expansion(&mut self, quoted: bool) -> Result<Option<Part>, SyntaxError> {
        if self.peek() == Some('`') {
            self.at += 1;
            let text: String =
                self.chars[self.at..].iter().take_while(|character| **character != '`').collect();
            self.at += text.chars().count() + 1;
            if self.at > self.chars.len() {
                return Err(unterminated("quoted string"));
            }
            let program = parser::parse_nested(&text.replace("\\$", "$"), self.depth + 1)?;
            return Ok(Some(Part::Substitution(program, quoted)));
        }
        self.at += 1;
        if self.starts_with("((") {
            self.at += 2;
            let text = self.until_closed("))")?;
            return Ok(Some(Part::Arithmetic(expanding(&text, self.depth)?, quoted)));
        }
        match self.peek() {
            Some('(') => {
                self.at += 1;
                let text = self.until_closed(")")?;
                Ok(Some(Part::Substitution(parser::parse_nested(&text, self.depth + 1)?, quoted)))
            }
            Some('{') => {
                self.at += 1;
                let text = self.until_closed("}")?;
                braced(&text, quoted, self.depth).map(Some)
            }
            Some(next) if next.is_ascii_alphabetic() || next == '_' => {
                let name: String = self.chars[self.at..]
                    .iter()
                    .take_while(|character| character.is_ascii_alphanumeric() || **character == '_')
                    .collect();
                self.at += name.len();
                Ok(Some(Part::Variable { name, change: None, quoted }))
            }
            Some(next) if next.is_ascii_digit() || "@*#?$!-".contains(next) => {
                self.at += 1;
                Ok(Some(Part::Variable { name: next.to_string(), change: None, quoted }))
            }
            _ => Ok(None),
        }
    }

    /// The text up to the closing sign that belongs to what was just opened.
    fn until_closed(&mut self, end: &str) -> Result<String, SyntaxError> {
        let (open, close) = if end == "}" { ('{', '}') } else { ('(', ')') };
        let (start, mut depth) = (self.at, 0_usize);
        while let Some(next) = self.peek() {
            if depth == 0 && self.starts_with(end) {
                let text = self.chars[start..self.at].iter().collect();
                self.at += end.len();
                return Ok(text);
            }
            match next {
                '\\' => self.at += 1,
                '\'' => {
                    self.single_quoted()?;
                    continue;
                }
                '"' => {
                    self.at += 1;
                    while self.peek().is_some_and(|next| next != '"') {
                        self.at += if self.peek() == Some('\\') { 2 } else { 1 };
                    }
                }
                next if next == open => depth += 1,
                next if next == close => depth = depth.saturating_sub(1),
                _ => {}
            }
            self.at += 1;
        }
        Err(unterminated("quoted string"))
    }
}

fn flush(bare: &mut String, parts: &mut Vec<Part>) {
    if !bare.is_empty() {
        parts.push(Part::Bare(std::mem::take(bare)));
    }
}

fn unterminated(what: &str) -> SyntaxError {
    SyntaxError::Incomplete(format!("syntax error: unterminated {what}"))
}

/// A text as if inside double quotes.
fn expanding(text: &str, depth: usize) -> Result<Word, SyntaxError> {
    let mut lexer = Lexer {
        chars: text.chars().collect(),
        at: 0,
        depth: depth + 1,
        tokens: Vec::new(),
        documents: Vec::new(),
    };
    let mut parts = Vec::new();
    lexer.double_quoted(&mut parts, None)?;
    Ok(Word(parts))
}

/// The inside of `${…}`.
fn braced(text: &str, quoted: bool, depth: usize) -> Result<Part, SyntaxError> {
    let bad = || SyntaxError::Wrong("syntax error: bad substitution".to_owned());
    if let Some(found) = subscripted(text, quoted, depth) {
        return found;
    }
    if let Some(name) = text.strip_prefix('#').filter(|name| !name.is_empty()) {
        let change = Some(("length".to_owned(), Word::default()));
        return Ok(Part::Variable { name: name.to_owned(), change, quoted });
    }
    let length = match text.chars().next() {
        Some(first) if first.is_ascii_alphabetic() || first == '_' => {
            text.chars().take_while(|next| next.is_ascii_alphanumeric() || *next == '_').count()
        }
        Some(first) if first.is_ascii_digit() => text.chars().take_while(char::is_ascii_digit).count(),
        Some('@' | '*' | '#' | '?' | '$' | '!' | '-') => 1,
        _ => return Err(bad()),
    };
    let (name, rest) = text.split_at(length);
    if rest.is_empty() {
        return Ok(Part::Variable { name: name.to_owned(), change: None, quoted });
    }
    let operators = [":-", ":=", ":+", ":?", "##", "%%", "-", "=", "+", "?", "#", "%", "//", "/", ":"];
    let operator = operators.into_iter().find(|operator| rest.starts_with(operator)).ok_or_else(bad)?;
    let word = expanding(&rest[operator.len()..], depth)?;
    Ok(Part::Variable { name: name.to_owned(), change: Some((operator.to_owned(), word)), quoted })
}

/// `${NAME[…]}`, `${#NAME[…]}` and `${!NAME[…]}`.
fn subscripted(text: &str, quoted: bool, depth: usize) -> Option<Result<Part, SyntaxError>> {
    let (sign, rest) = match text.chars().next()? {
        sign @ ('#' | '!') => (sign.to_string(), &text[1..]),
        _ => (String::new(), text),
    };
    let (name, index) = rest.split_once('[')?;
    let valid = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.chars().all(|next| next.is_ascii_alphanumeric() || next == '_');
    if !valid {
        return None;
    }
    let Some(index) = index.strip_suffix(']') else {
        return Some(Err(SyntaxError::Wrong(
            "not simulated: operators behind the index of an array".to_owned(),
        )));
    };
    let change =
        |word| Part::Variable { name: name.to_owned(), change: Some((format!("{sign}["), word)), quoted };
    Some(expanding(index, depth).map(change))
}
