//! Scripts of sed, read.

use std::iter::Peekable;
use std::str::Chars;

use super::super::super::pattern::{Pattern, Syntax, complaint};

/// A command behind its address.
#[derive(Debug)]
pub(super) struct Command {
    /// The lines that it is for; all when there is none.
    pub address: Option<Address>,
    /// `!`: for the other lines.
    pub negated: bool,
    /// What it does.
    pub action: Action,
}

/// Which lines.
#[derive(Debug)]
pub(super) enum Address {
    /// A line, or every one that matches.
    One(Place),
    /// From one line to another.
    Range(Place, Place),
}

/// A line.
#[derive(Debug)]
pub(super) enum Place {
    /// By its number, from 1.
    Line(usize),
    /// `$`.
    Last,
    /// `/…/`; nothing is the expression used last.
    Match(Option<Pattern>),
    /// `FIRST~STEP`.
    Step(usize, usize),
    /// `+N` behind a range's start.
    Plus(usize),
}

/// What a command does.
#[derive(Debug)]
pub(super) enum Action {
    /// `s`.
    Substitute(Box<Substitution>),
    /// `y`.
    Transliterate(Vec<(char, char)>),
    /// `a`, `i`, `c` with their text.
    Text(char, String),
    /// `b`, `t`, `T` to a command.
    Branch(char, usize),
    /// `{`: to the command behind its `}` when the address does not fit.
    Block(usize),
    /// `q` and `Q` with their status.
    Quit(bool, i32),
    /// `d D p P n N g G h H x =`, and `}` and labels, which do nothing.
    Letter(char),
}

/// `s/…/…/`.
#[derive(Debug)]
pub(super) struct Substitution {
    /// Nothing is the expression used last.
    pub pattern: Option<Pattern>,
    /// Text and groups.
    pub replacement: Vec<Part>,
    /// The first match that is replaced, from 1.
    pub from: usize,
    /// And those behind it.
    pub everywhere: bool,
    /// Whether the line is printed then.
    pub prints: bool,
}

/// A part of a replacement.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Text.
    Text(String),
    /// `&` and `\1` to `\9`.
    Group(usize),
}

struct Reader<'a> {
    from: Peekable<Chars<'a>>,
    extended: bool,
    commands: Vec<Command>,
    /// Places of `{` not closed.
    open: Vec<usize>,
    labels: Vec<(String, usize)>,
    jumps: Vec<(usize, String)>,
}

/// Reads a script.
///
/// # Errors
/// busybox' words for what is wrong.
pub(super) fn read(script: &str, extended: bool) -> Result<Vec<Command>, String> {
    let mut reader = Reader {
        from: script.chars().peekable(),
        extended,
        commands: Vec::new(),
        open: Vec::new(),
        labels: Vec::new(),
        jumps: Vec::new(),
    };
    while reader.command()? {}
    reader.finish()
}

impl Reader<'_> {
    fn skip(&mut self, what: &str) {
        while self.from.next_if(|next| what.contains(*next)).is_some() {}
    }

    fn finish(mut self) -> Result<Vec<Command>, String> {
        if !self.open.is_empty() {
            return Err("unmatched '{'".to_owned());
        }
        let end = self.commands.len();
        for (place, label) in &self.jumps {
            let to = match self.labels.iter().find(|(name, _)| name == label) {
                Some((_, to)) => *to,
                None if label.is_empty() => end,
                None => return Err(format!("can't find label for jump to '{label}'")),
            };
            if let Action::Branch(_, target) = &mut self.commands[*place].action {
                *target = to;
            }
        }
        Ok(self.commands)
    }

    /// Reads one command; false at the end.
    fn command(&mut self) -> Result<bool, String> {
        self.skip(" \t\n;");
        if self.from.peek().is_none() {
            return Ok(false);
        }
        let address = self.address()?;
        self.skip(" \t");
        let negated = self.from.next_if_eq(&'!').is_some();
        self.skip(" \t!");
        let letter = self.from.next().ok_or("missing command")?;
        let place = self.commands.len();
        let action = match letter {
            '#' if address.is_none() => {
                while self.from.next_if(|next| *next != '\n').is_some() {}
                return Ok(true);
            }
            's' => self.substitution()?,
            'y' => self.transliteration()?,
            'a' | 'i' | 'c' => Action::Text(letter, self.text()),
            ':' => {
                let label = self.word();
                self.labels.push((label, place));
                Action::Letter(':')
            }
            'b' | 't' | 'T' => {
                let label = self.word();
                self.jumps.push((place, label));
                Action::Branch(letter, 0)
            }
            '{' => {
                self.open.push(place);
                Action::Block(0)
            }
            '}' => {
                let start = self.open.pop().ok_or("unexpected '}'")?;
                self.commands[start].action = Action::Block(place);
                Action::Letter('}')
            }
            'q' | 'Q' => Action::Quit(letter == 'q', self.word().parse().unwrap_or_default()),
            'd' | 'D' | 'p' | 'P' | 'n' | 'N' | 'g' | 'G' | 'h' | 'H' | 'x' | '=' => Action::Letter(letter),
            'r' | 'w' | 'l' | 'e' | 'F' | 'z' | 'R' | 'W' => {
                return Err(format!("not simulated: command {letter}"));
            }
            other => return Err(format!("unsupported command {other}")),
        };
        self.commands.push(Command { address, negated, action });
        if !matches!(letter, '{' | 'a' | 'i' | 'c') {
            self.skip(" \t");
            match self.from.peek() {
                None | Some('\n' | ';' | '}' | '#') => {}
                Some(_) => return Err("extra characters after command".to_owned()),
            }
        }
        Ok(true)
    }

    fn address(&mut self) -> Result<Option<Address>, String> {
        let Some(first) = self.place()? else { return Ok(None) };
        self.skip(" \t");
        if self.from.next_if_eq(&',').is_none() {
            return Ok(Some(Address::One(first)));
        }
        self.skip(" \t");
        let second = if self.from.next_if_eq(&'+').is_some() {
            Place::Plus(self.number().unwrap_or_default())
        } else {
            self.place()?.ok_or("no address after comma")?
        };
        Ok(Some(Address::Range(first, second)))
    }

    fn place(&mut self) -> Result<Option<Place>, String> {
        if let Some(number) = self.number() {
            return Ok(Some(match self.from.next_if_eq(&'~') {
                Some(_) => Place::Step(number, self.number().unwrap_or_default()),
                None => Place::Line(number),
            }));
        }
        if self.from.next_if_eq(&'$').is_some() {
            return Ok(Some(Place::Last));
        }
        let delimiter = match self.from.peek() {
            Some('/') => '/',
            Some('\\') => {
                self.from.next();
                *self.from.peek().ok_or("unmatched '\\'")?
            }
            _ => return Ok(None),
        };
        self.from.next();
        let text = self.until(delimiter, true)?;
        let ignores_case = self.from.next_if_eq(&'I').is_some();
        Ok(Some(Place::Match(self.pattern(&text, ignores_case)?)))
    }

    fn number(&mut self) -> Option<usize> {
        let mut digits = String::new();
        while let Some(digit) = self.from.next_if(char::is_ascii_digit) {
            digits.push(digit);
        }
        digits.parse().ok()
    }

    fn pattern(&self, text: &str, ignores_case: bool) -> Result<Option<Pattern>, String> {
        let syntax = if self.extended { Syntax::Extended } else { Syntax::Basic };
        let refused = |why: String| complaint(text, why);
        (!text.is_empty()).then(|| Pattern::new(text, syntax, ignores_case).map_err(refused)).transpose()
    }

    /// The text up to a delimiter; an escaped delimiter stands for itself.
    fn until(&mut self, delimiter: char, is_pattern: bool) -> Result<String, String> {
        let mut text = String::new();
        let mut in_brackets = false;
        while let Some(character) = self.from.next() {
            match character {
                '\\' => match self.from.next() {
                    Some(next) if next == delimiter => text.push(next),
                    Some(next) => text.extend(['\\', next]),
                    None => break,
                },
                '[' if is_pattern => {
                    in_brackets = true;
                    text.push('[');
                    if self.from.next_if_eq(&'^').is_some() {
                        text.push('^');
                    }
                    text.extend(self.from.next_if_eq(&']'));
                }
                ']' => {
                    in_brackets = false;
                    text.push(']');
                }
                found if found == delimiter && !in_brackets => return Ok(text),
                other => text.push(other),
            }
        }
        Err(format!("unmatched '{delimiter}'"))
    }

    fn substitution(&mut self) -> Result<Action, String> {
        let delimiter = self.from.next().ok_or("bad format in substitution expression")?;
        let (pattern, replacement) = (self.until(delimiter, true)?, self.until(delimiter, false)?);
        let (mut from, mut everywhere, mut prints, mut ignores_case) = (None, false, false, false);
        loop {
            match self.from.peek() {
                Some('g') => everywhere = true,
                Some('p') => prints = true,
                Some('I' | 'i') => ignores_case = true,
                Some('w') => return Err("not simulated: flag w".to_owned()),
                Some(digit) if digit.is_ascii_digit() => {
                    from = self.number();
                    continue;
                }
                None | Some(' ' | '\t' | '\n' | ';' | '}' | '#') => break,
                Some(_) => return Err("bad option in substitution expression".to_owned()),
            }
            self.from.next();
        }
        Ok(Action::Substitute(Box::new(Substitution {
            pattern: self.pattern(&pattern, ignores_case)?,
            replacement: parts(&replacement),
            from: from.unwrap_or(1).max(1),
            everywhere,
            prints,
        })))
    }

    fn transliteration(&mut self) -> Result<Action, String> {
        let delimiter = self.from.next().ok_or("y command strings have different lengths")?;
        let (from, to) = (self.until(delimiter, false)?, self.until(delimiter, false)?);
        let plain = |text: &str| super::super::printing::unescape(text).chars().collect::<Vec<_>>();
        let (from, to) = (plain(&from), plain(&to));
        if from.len() != to.len() {
            return Err("y command strings have different lengths".to_owned());
        }
        Ok(Action::Transliterate(from.into_iter().zip(to).collect()))
    }

    /// The text of `a`, `i` and `c`: to the end of the line, on both forms.
    fn text(&mut self) -> String {
        self.skip(" \t");
        if self.from.next_if_eq(&'\\').is_some() {
            self.skip(" \t");
            self.from.next_if_eq(&'\n');
        }
        let mut text = String::new();
        while let Some(character) = self.from.next() {
            match character {
                '\n' => break,
                '\\' => text.extend(match self.from.next() {
                    Some('t') => Some('\t'),
                    other => other,
                }),
                other => text.push(other),
            }
        }
        text.push('\n');
        text
    }

    /// A label or a number.
    fn word(&mut self) -> String {
        self.skip(" \t");
        let mut word = String::new();
        while let Some(character) = self.from.next_if(|next| !" \t\n;}".contains(*next)) {
            word.push(character);
        }
        word
    }
}

fn parts(replacement: &str) -> Vec<Part> {
    let (mut parts, mut text) = (Vec::new(), String::new());
    let mut characters = replacement.chars();
    while let Some(character) = characters.next() {
        let group = match character {
            '&' => 0,
            '\\' => match characters.next() {
                Some(digit) if digit.is_ascii_digit() => digit.to_digit(10).unwrap_or_default() as usize,
                Some('n') => {
                    text.push('\n');
                    continue;
                }
                Some('t') => {
                    text.push('\t');
                    continue;
                }
                other => {
                    text.extend(other);
                    continue;
                }
            },
            other => {
                text.push(other);
                continue;
            }
        };
        if !text.is_empty() {
            parts.push(Part::Text(std::mem::take(&mut text)));
        }
        parts.push(Part::Group(group));
    }
    if !text.is_empty() {
        parts.push(Part::Text(text));
    }
    parts
}
