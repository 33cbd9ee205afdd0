//! Text → tokens: words with their quotes and substitutions, operators, here-documents.

use super::ast::{Part, SyntaxError, Word};
use super::parameters::braced;
use super::parser::{self, is_name};

/// How deep substitutions may nest.
pub(super) const DEPTH_MAX: usize = 40;

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
    /// What cannot be read any further.
    Wrong(SyntaxError),
}

/// How a text is read.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Manner {
    /// Levels of substitutions around it.
    pub depth: usize,
    /// Whether bash reads it.
    pub bash: bool,
    /// Whether Debian's `sh` reads it.
    pub dash: bool,
    /// Whether more lines may come.
    pub more: bool,
    /// Number of its first line.
    pub line: u32,
}

impl Manner {
    /// Whether `$'…'` is read: Debian's `sh` does not, and says nothing of it.
    fn bash_quotes(self) -> bool {
        !self.dash
    }

    fn inner(self, line: u32) -> Self {
        Self { depth: self.depth + 1, more: false, line, ..self }
    }
}

/// Tokens and the lines that they are on.
pub(super) type Tokens = (Vec<Token>, Vec<u32>);

const OPERATORS: &[&str] = &[
    "<<<", "<<-", "&&", "||", ";;", "<<", ">>", "<&", ">&", ">|", "&>", "|&", ";", "&", "|", "<", ">", "(",
    ")",
];

impl Token {
    fn into_word(self) -> Option<Word> {
        if let Self::Word(word) = self { Some(word) } else { None }
    }
}

/// Whether what was read is `NAME=` or `NAME+=`, behind which `(` begins the elements of an array.
fn begins_array(text: &str) -> bool {
    let name = text.strip_suffix('=').map(|name| name.strip_suffix('+').unwrap_or(name));
    name.is_some_and(is_name)
}

/// Splits a text into tokens; what is wrong with it is the last of them.
pub(super) fn tokens(text: &str, manner: Manner) -> Tokens {
    let mut lexer = Lexer::new(text, manner);
    if manner.depth > DEPTH_MAX {
        return (vec![Token::Wrong(too_deep())], vec![manner.line]);
    }
    if let Err(wrong) = lexer.run() {
        lexer.tokens.push(Token::Wrong(wrong));
    }
    lexer.lines.resize(lexer.tokens.len(), lexer.line);
    (lexer.tokens, lexer.lines)
}

pub(super) struct Lexer {
    pub(super) chars: Vec<char>,
    pub(super) at: usize,
    manner: Manner,
    tokens: Vec<Token>,
    /// The line that each token is on.
    lines: Vec<u32>,
    line: u32,
    /// Characters whose line ends are counted in `line`.
    counted: usize,
    /// Here-documents that begin after this line: index of the token, end marker, quoted, tabs stripped.
    documents: Vec<(usize, String, bool, bool)>,
    /// Levels of quotes inside of substitutions that are being looked for the end of.
    pub(super) quotes: usize,
}

impl Lexer {
    fn new(text: &str, manner: Manner) -> Self {
        Self {
            chars: text.chars().collect(),
            at: 0,
            manner,
            tokens: Vec::new(),
            lines: Vec::new(),
            line: manner.line,
            counted: 0,
            documents: Vec::new(),
            quotes: 0,
        }
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    pub(super) fn starts_with(&self, text: &str) -> bool {
        text.chars().enumerate().all(|(index, expected)| self.chars.get(self.at + index) == Some(&expected))
    }

    /// Brings the number of the line up to the present place.
    fn count_lines(&mut self) {
        let end = self.at.min(self.chars.len());
        let ends = self.chars[self.counted.min(end)..end].iter().filter(|next| **next == '\n').count();
        self.line += u32::try_from(ends).unwrap_or_default();
        self.counted = end;
    }

    fn run(&mut self) -> Result<(), SyntaxError> {
        while let Some(next) = self.peek() {
            self.count_lines();
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
            self.lines.resize(self.tokens.len(), self.line);
        }
        self.count_lines();
        if !self.documents.is_empty() {
            self.read_documents()?;
        }
        Ok(())
    }

    fn operator_or_word(&mut self) -> Result<(), SyntaxError> {
        let bash = self.manner.bash;
        let known = |operator: &&&str| bash || **operator != "|&";
        let mut operators = OPERATORS.iter().filter(known).copied();
        if let Some(operator) = operators.find(|operator| self.starts_with(operator)) {
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
        if marker.0.is_empty() {
            return Err(SyntaxError::Incomplete("syntax error: unexpected end of file".to_owned()));
        }
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
                    // At the end of a script the document ends, too.
                    if self.manner.more {
                        return Err(unterminated("here-document"));
                    }
                    break;
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
            let word = if quoted { Word::literal(&text) } else { expanding(&text, self.manner)? };
            self.tokens[index] = Token::Document(word);
        }
        Ok(())
    }

    fn word(&mut self) -> Result<Word, SyntaxError> {
        let mut parts = Vec::new();
        let mut bare = String::new();
        while let Some(next) = self.peek() {
            match next {
                '(' if self.manner.bash && parts.is_empty() && begins_array(&bare) => {
                    self.at += 1;
                    let text = self.until_closed(")")?;
                    flush(&mut bare, &mut parts);
                    let (inside, _) = tokens(&text, self.manner.inner(self.line));
                    parts.push(Part::Array(inside.into_iter().filter_map(Token::into_word).collect()));
                    break;
                }
                '$' if self.manner.bash_quotes() && self.starts_with("$'") => {
                    self.at += 1;
                    flush(&mut bare, &mut parts);
                    let text = self.escaped_quoted()?;
                    parts.push(Part::Quoted(text));
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
            let text = self.backquoted()?;
            let program = parser::parse(&text, self.manner.inner(self.line))?;
            return Ok(Some(Part::Substitution(program, quoted)));
        }
        self.at += 1;
        if self.starts_with("((") {
            self.at += 2;
            let text = self.until_closed("))")?;
            return Ok(Some(Part::Arithmetic(expanding(&text, self.manner)?, quoted)));
        }
        match self.peek() {
            Some('(') => {
                self.at += 1;
                let text = self.until_closed(")")?;
                Ok(Some(Part::Substitution(parser::parse(&text, self.manner.inner(self.line))?, quoted)))
            }
            Some('{') => {
                self.at += 1;
                let text = self.until_closed("}")?;
                braced(&text, quoted, self.manner).map(Some)
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
}

fn flush(bare: &mut String, parts: &mut Vec<Part>) {
    if !bare.is_empty() {
        parts.push(Part::Bare(std::mem::take(bare)));
    }
}

pub(super) fn unterminated(what: &str) -> SyntaxError {
    SyntaxError::Incomplete(format!("syntax error: unterminated {what}"))
}

pub(super) fn too_deep() -> SyntaxError {
    SyntaxError::Wrong("syntax error: nested too deeply".to_owned())
}

/// What reads a text inside of another.
fn inside(text: &str, manner: Manner) -> Result<Lexer, SyntaxError> {
    if manner.depth >= DEPTH_MAX {
        return Err(too_deep());
    }
    Ok(Lexer::new(text, manner.inner(manner.line)))
}

/// A text as if inside double quotes.
pub(super) fn expanding(text: &str, manner: Manner) -> Result<Word, SyntaxError> {
    let mut lexer = inside(text, manner)?;
    let mut parts = Vec::new();
    lexer.double_quoted(&mut parts, None)?;
    Ok(Word(parts))
}

/// A text of which quotes are taken off, as behind `${NAME%`.
pub(super) fn pattern(text: &str, manner: Manner) -> Result<Word, SyntaxError> {
    let mut lexer = inside(text, manner)?;
    let mut parts = Vec::new();
    while let Some(next) = lexer.peek() {
        match next {
            // Only quotes, dollars and backslashes mean something here.
            '\'' | '"' | '\\' | '$' | '`' => {
                let Word(found) = lexer.word()?;
                parts.extend(found);
            }
            next => {
                parts.push(Part::Bare(next.to_string()));
                lexer.at += 1;
            }
        }
    }
    Ok(Word(parts))
}
