//! Tokens → steps: lists, pipelines, loops, conditions, functions.

use super::ast::{LEVELS_MAX, Op, Part, Program, Redirect, RedirectKind, Simple, SyntaxError, Word, levels};
use super::lexer::{Manner, Token, tokens, too_deep};

/// How deep compound commands may stand inside of each other.
const NESTED_MAX: usize = 60;

const CLOSERS: &[&str] = &["then", "else", "elif", "fi", "do", "done", "esac", "}"];

/// Compiles a script; where it stops being one, it fails when it comes there.
pub(super) fn compile(text: &str, manner: Manner) -> Program {
    let mut parser = Parser::new(text, manner);
    let mut program = Program::new();
    while parser.peek().is_some() {
        let start = program.len();
        let read = parser.line(&mut program);
        if let Err(why) = read {
            program.truncate(start);
            program.push(Op::Fail(why.message().to_owned(), parser.line_number()));
            break;
        }
    }
    if levels(&program) > LEVELS_MAX {
        return vec![Op::Fail(too_deep().message().to_owned(), manner.line)];
    }
    program
}

/// Compiles a script or says what is wrong with it.
pub(super) fn parse(text: &str, manner: Manner) -> Result<Program, SyntaxError> {
    let mut parser = Parser::new(text, manner);
    let mut program = Program::new();
    parser.list(&mut program)?;
    match parser.peek() {
        None if levels(&program) > LEVELS_MAX => Err(too_deep()),
        None => Ok(program),
        Some(token) => Err(unexpected(token)),
    }
}

/// A loop being compiled: where `continue` goes, and the `break`s that wait for its end.
pub(super) struct Loop {
    pub start: usize,
    pub breaks: Vec<usize>,
    pub redirects: usize,
    pub cases: usize,
    /// Whether it goes over words.
    pub is_for: bool,
}

pub(super) struct Parser {
    pub(super) tokens: Vec<Token>,
    /// The line that each token is on.
    lines: Vec<u32>,
    pub(super) manner: Manner,
    pub(super) at: usize,
    pub(super) loops: Vec<Loop>,
    /// Whether the status of what is being compiled will be looked at.
    pub(super) tested: bool,
    /// Compound redirections around the present place.
    pub(super) depth: usize,
    /// `case`s around the present place.
    pub(super) cases: usize,
    /// Commands around the present place.
    nested: usize,
}

impl Parser {
    fn new(text: &str, manner: Manner) -> Self {
        let (tokens, mut lines) = tokens(text, manner);
        let ends = text.matches('\n').count();
        lines.push(manner.line + u32::try_from(ends).unwrap_or_default());
        Self { tokens, lines, manner, at: 0, loops: Vec::new(), tested: false, depth: 0, cases: 0, nested: 0 }
    }

    /// The line of the present token, or the last one.
    pub(super) fn line_number(&self) -> u32 {
        self.lines.get(self.at).or(self.lines.last()).copied().unwrap_or_default()
    }

    /// The commands of one line, and what closes it.
    fn line(&mut self, program: &mut Program) -> Result<(), SyntaxError> {
        loop {
            if matches!(self.peek(), None | Some(Token::Newline)) {
                self.at += 1;
                return Ok(());
            }
            self.item(program)?;
            if !self.take_operator(";")
                && !matches!(self.peek(), None | Some(Token::Newline))
                && !self.after_background()
            {
                return self.peek().map_or(Ok(()), |token| Err(unexpected(token)));
            }
        }
    }

    /// Whether a `&` was just taken, behind which the next command may stand.
    fn after_background(&self) -> bool {
        let before = self.at.checked_sub(1).and_then(|at| self.tokens.get(at));
        matches!(before, Some(Token::Operator("&")))
    }

    pub(super) fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    pub(super) fn keyword(&self) -> Option<&str> {
        match self.peek()? {
            Token::Word(word) => word.bare(),
            _ => None,
        }
    }

    pub(super) fn is_operator(&self, operator: &str) -> bool {
        matches!(self.peek(), Some(Token::Operator(found)) if *found == operator)
    }

    pub(super) fn take_operator(&mut self, operator: &str) -> bool {
        let found = self.is_operator(operator);
        self.at += usize::from(found);
        found
    }

    pub(super) fn take_keyword(&mut self, keyword: &str) -> bool {
        let found = self.keyword() == Some(keyword);
        self.at += usize::from(found);
        found
    }

    pub(super) fn expect_keyword(&mut self, keyword: &str) -> Result<(), SyntaxError> {
        if self.take_keyword(keyword) { Ok(()) } else { Err(self.wrong(keyword)) }
    }

    pub(super) fn wrong(&self, expected: &str) -> SyntaxError {
        match self.peek() {
            Some(token) => unexpected(token),
            None if expected.is_empty() => {
                SyntaxError::Incomplete("syntax error: unexpected end of file".to_owned())
            }
            None => SyntaxError::Incomplete(format!(
                "syntax error: unexpected end of file (expecting \"{expected}\")"
            )),
        }
    }

    pub(super) fn skip_newlines(&mut self) {
        while matches!(self.peek(), Some(Token::Newline)) {
            self.at += 1;
        }
    }

    /// Commands separated by `;`, `&` and line ends, up to what closes them.
    pub(super) fn list(&mut self, program: &mut Program) -> Result<(), SyntaxError> {
        self.skip_newlines();
        loop {
            let closed = self.keyword().is_some_and(|word| CLOSERS.contains(&word));
            if self.peek().is_none() || closed || self.is_operator(")") || self.is_operator(";;") {
                return Ok(());
            }
            self.item(program)?;
            if matches!(self.peek(), Some(Token::Newline)) || self.take_operator(";") {
                self.skip_newlines();
                continue;
            }
            if self.peek().is_none()
                || self.after_background()
                || self.is_operator(")")
                || self.is_operator(";;")
            {
                continue;
            }
            return self.peek().map_or(Ok(()), |token| Err(unexpected(token)));
        }
    }

    /// One list of `&&` and `||`, in the background when `&` follows.
    fn item(&mut self, program: &mut Program) -> Result<(), SyntaxError> {
        let start = program.len();
        self.and_or(program)?;
        if self.take_operator("&") {
            let background = self.cut(program, start);
            program.push(Op::Background(background));
        }
        Ok(())
    }

    /// Takes the steps from `start` on out of a program: they become one of their own, whose end `break` and
    /// `continue` go to that are for a loop outside.
    fn cut(&mut self, program: &mut Program, start: usize) -> Program {
        let mut piece = program.split_off(start);
        relocate(&mut piece, start);
        let end = piece.len();
        for outer in &mut self.loops {
            let inside = outer.breaks.partition_point(|at| *at < start);
            for at in outer.breaks.drain(inside..) {
                piece[at - start] = Op::Jump(end);
            }
        }
        piece
    }

    fn and_or(&mut self, program: &mut Program) -> Result<(), SyntaxError> {
        let mut start = program.len();
        self.pipeline(program)?;
        while self.is_operator("&&") || self.is_operator("||") {
            for op in &mut program[start..] {
                match op {
                    Op::Simple(simple) => simple.tested = true,
                    Op::Condition(condition) => condition.tested = true,
                    Op::Arithmetic { tested, .. } | Op::Check(tested) => *tested = true,
                    _ => {}
                }
            }
            let and = self.is_operator("&&");
            self.at += 1;
            self.skip_newlines();
            if self.peek().is_none() {
                return Err(self.wrong(""));
            }
            let jump = program.len();
            program.push(Op::Jump(0));
            start = program.len();
            self.pipeline(program)?;
            let end = program.len();
            program[jump] = if and { Op::JumpIfFailed(end) } else { Op::JumpIfSucceeded(end) };
        }
        Ok(())
    }

    fn pipeline(&mut self, program: &mut Program) -> Result<(), SyntaxError> {
        let mut negate = false;
        while self.take_keyword("!") {
            negate = !negate;
        }
        let outer = self.tested;
        self.tested |= negate;
        let start = program.len();
        self.command(program)?;
        if self.is_operator("|") || self.is_operator("|&") {
            let mut stages = vec![self.cut(program, start)];
            while self.is_operator("|") || self.is_operator("|&") {
                if self.is_operator("|&") {
                    both_streams(stages.last_mut());
                }
                self.at += 1;
                self.skip_newlines();
                let mut stage = Program::new();
                // A stage is a program of its own: loops outside cannot be left from inside.
                let loops = std::mem::take(&mut self.loops);
                self.command(&mut stage)?;
                self.loops = loops;
                stages.push(stage);
            }
            program.push(Op::Pipeline(stages));
            if !negate {
                program.push(Op::Check(self.tested));
            }
        }
        if negate {
            program.push(Op::Negate);
        }
        self.tested = outer;
        Ok(())
    }

    pub(super) fn command(&mut self, program: &mut Program) -> Result<(), SyntaxError> {
        let start = program.len();
        program.push(Op::RedirectBegin(Vec::new()));
        if self.nested >= NESTED_MAX {
            return Err(too_deep());
        }
        self.nested += 1;
        self.depth += 1;
        let compound = self.compound(program);
        self.depth -= 1;
        self.nested -= 1;
        if !compound? {
            program.truncate(start);
            return self.simple(program);
        }
        let redirects = self.redirects()?;
        if let Op::RedirectBegin(list) = &mut program[start] {
            *list = redirects;
        }
        program.push(Op::RedirectEnd);
        Ok(())
    }

    /// A compound command; false when there is none here.
    fn compound(&mut self, program: &mut Program) -> Result<bool, SyntaxError> {
        if self.manner.bash && self.is_doubled() {
            self.arithmetic(program)?;
            return Ok(true);
        }
        if self.take_operator("(") {
            let mut inner = Program::new();
            let loops = std::mem::take(&mut self.loops);
            self.list(&mut inner)?;
            self.loops = loops;
            if !self.take_operator(")") {
                return Err(self.wrong(")"));
            }
            program.push(Op::Subshell(inner));
            program.push(Op::Check(self.tested));
            return Ok(true);
        }
        match self.keyword() {
            Some("if") => self.if_clause(program)?,
            Some("while") => self.while_clause(program, true)?,
            Some("until") => self.while_clause(program, false)?,
            Some("for") => self.for_clause(program)?,
            Some("case") => self.case_clause(program)?,
            Some("[[") if self.manner.bash => self.double_brackets(program)?,
            Some("select") if self.manner.bash => {
                return Err(SyntaxError::Wrong("not simulated: select; use a loop with read".to_owned()));
            }
            Some("{") => {
                self.at += 1;
                self.list(program)?;
                self.expect_keyword("}")?;
            }
            Some(name) if self.is_function(name) => self.function(program)?,
            Some(closer) if CLOSERS.contains(&closer) => return Err(self.wrong("")),
            _ => return Ok(false),
        }
        Ok(true)
    }

    pub(super) fn condition(&mut self, program: &mut Program) -> Result<(), SyntaxError> {
        let outer = std::mem::replace(&mut self.tested, true);
        let start = program.len();
        self.list(program)?;
        self.tested = outer;
        if program.len() == start && self.peek().is_some() {
            return Err(self.wrong(""));
        }
        Ok(())
    }

    fn simple(&mut self, program: &mut Program) -> Result<(), SyntaxError> {
        let mut simple = Simple { tested: self.tested, line: self.line_number(), ..Simple::default() };
        loop {
            if self.redirect(&mut simple.redirects)? {
                continue;
            }
            if let Some(word) = self.double_bracket_operator(&simple) {
                simple.words.push(word);
                self.at += 1;
                continue;
            }
            let Some(Token::Word(word)) = self.peek().cloned() else { break };
            self.at += 1;
            match assignment(&word).filter(|_| simple.words.is_empty()) {
                Some(assignment) => simple.assignments.push(assignment),
                None => simple.words.push(word),
            }
        }
        if simple.words.is_empty() && simple.assignments.is_empty() && simple.redirects.is_empty() {
            return Err(self.wrong(""));
        }
        self.push_simple(simple, program);
        Ok(())
    }

    /// `&&` and `||` between `[[` and `]]`, which are words of busybox' command.
    fn double_bracket_operator(&self, simple: &Simple) -> Option<Word> {
        let word = |word: Option<&Word>| word.and_then(Word::bare).map(str::to_owned);
        let inside = word(simple.words.first()).is_some_and(|first| first == "[[")
            && word(simple.words.last()).is_none_or(|last| last != "]]")
            && !self.manner.dash;
        match self.peek() {
            Some(Token::Operator("&&")) if inside => Some(Word::literal("-a")),
            Some(Token::Operator("||")) if inside => Some(Word::literal("-o")),
            _ => None,
        }
    }

    /// `break` and `continue` become jumps; everything else is a step.
    fn push_simple(&mut self, simple: Simple, program: &mut Program) {
        let (depth, cases) = (self.depth, self.cases);
        let keyword =
            simple.words.first().and_then(Word::bare).filter(|word| matches!(*word, "break" | "continue"));
        let levels = match simple.words.as_slice() {
            [_] => Some(1),
            [_, count] => {
                count.bare().and_then(|count| count.parse::<usize>().ok()).filter(|count| *count > 0)
            }
            _ => None,
        };
        let (Some(keyword), Some(levels), false) = (keyword, levels, self.loops.is_empty()) else {
            program.push(Op::Simple(simple));
            return;
        };
        let target = self.loops.len().saturating_sub(levels);
        for inner in &self.loops[target + 1..] {
            // What the loops inside remember goes with them.
            if inner.is_for {
                program.push(Op::ForEnd);
            }
        }
        let left = &mut self.loops[target];
        for _ in left.redirects..depth {
            program.push(Op::RedirectEnd);
        }
        for _ in left.cases..cases {
            program.push(Op::CaseEnd);
        }
        if keyword == "break" {
            left.breaks.push(program.len());
            program.push(Op::Jump(0));
        } else {
            program.push(Op::Jump(left.start));
        }
    }
}

/// `2>&1`.
pub(super) fn errors_to_output() -> Redirect {
    Redirect { descriptor: 2, kind: RedirectKind::Duplicate, target: Word::literal("1") }
}

/// Sends the errors of a stage of a pipeline the way of its output.
fn both_streams(stage: Option<&mut Program>) {
    let Some(stage) = stage else { return };
    let inside = std::mem::take(stage);
    stage.push(Op::RedirectBegin(vec![errors_to_output()]));
    let mut inside = inside;
    for op in &mut inside {
        shift(op, 1);
    }
    stage.extend(inside);
    stage.push(Op::RedirectEnd);
}

/// Whether a text may be the name of a variable.
pub(super) fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && text.chars().all(|next| next.is_ascii_alphanumeric() || next == '_')
}

/// `NAME=word`.
pub(super) fn assignment(word: &Word) -> Option<(String, Word)> {
    let Some(Part::Bare(first)) = word.0.first() else { return None };
    let (name, rest) = first.split_once('=')?;
    let plain = name.strip_suffix('+').unwrap_or(name);
    let plain = plain.split_once('[').filter(|_| plain.ends_with(']')).map_or(plain, |(plain, _)| plain);
    let valid = !plain.is_empty()
        && !plain.starts_with(|first: char| first.is_ascii_digit())
        && plain.chars().all(|character| character.is_ascii_alphanumeric() || character == '_');
    if !valid {
        return None;
    }
    let mut parts = word.0.clone();
    parts[0] = Part::Bare(rest.to_owned());
    Some((name.to_owned(), Word(parts)))
}

/// Jumps inside a piece that was cut out at `start` count from its own beginning; those that lead out of it
/// go to its end.
fn relocate(program: &mut Program, start: usize) {
    let last = program.len();
    for op in program {
        match op {
            Op::Jump(to) | Op::JumpIfFailed(to) | Op::JumpIfSucceeded(to) => {
                *to = to.checked_sub(start).unwrap_or(last);
            }
            Op::ForNext { end, .. } => *end -= start,
            Op::CaseTest { otherwise, .. } => *otherwise -= start,
            _ => {}
        }
    }
}

/// A step whose program begins so many steps later.
fn shift(op: &mut Op, by: usize) {
    match op {
        Op::Jump(to) | Op::JumpIfFailed(to) | Op::JumpIfSucceeded(to) => *to += by,
        Op::ForNext { end, .. } => *end += by,
        Op::CaseTest { otherwise, .. } => *otherwise += by,
        _ => {}
    }
}

fn unexpected(token: &Token) -> SyntaxError {
    let text = match token {
        Token::Wrong(why) => return why.clone(),
        Token::Word(word) => word.bare().unwrap_or("word").to_owned(),
        Token::Operator(operator) => (*operator).to_owned(),
        Token::Newline => "newline".to_owned(),
        Token::Descriptor(number) => number.to_string(),
        Token::Document(_) => "redirection".to_owned(),
    };
    SyntaxError::Wrong(format!("syntax error: unexpected {text:?}"))
}
