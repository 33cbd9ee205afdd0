//! A script of sed, carried out line by line.

use super::super::super::pattern::Pattern;
use super::script::{Action, Address, Command, Part, Place, Substitution};

/// Commands carried out at most: a script may loop.
const STEPS_MAX: usize = 500_000;
/// Bytes printed at most, and held at a time.
const OUTPUT_MAX: usize = 8 << 20;
const ENDLESS: &str = "not simulated: scripts of sed that go on and on";

/// What came of it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Edited {
    /// What is printed.
    pub text: String,
    /// The status of `q`.
    pub status: i32,
}

struct Editor<'a> {
    commands: &'a [Command],
    lines: Vec<&'a str>,
    /// Number of the line that was read last, from 1.
    number: usize,
    /// For every command with a range, the line at which it ends; 0 outside it.
    ranges: Vec<usize>,
    space: String,
    hold: String,
    /// What `a` gave, printed behind the line.
    behind: String,
    last: Option<&'a Pattern>,
    /// Whether something was replaced since the line was read, or `t` asked.
    replaced: bool,
    quiet: bool,
    out: String,
}

/// What a command leads to.
enum Flow {
    Next,
    To(usize),
    /// The next line, or again with what is left; printed before or not.
    Cycle {
        prints: bool,
        keeps: bool,
    },
    Quit(i32, bool),
}

/// Carries out a script on a text.
///
/// # Errors
/// busybox' words, or what is not simulated.
pub(super) fn edited(commands: &[Command], text: &str, quiet: bool) -> Result<Edited, String> {
    let mut editor = Editor {
        commands,
        lines: text.lines().collect(),
        number: 0,
        ranges: commands.iter().map(|command| if begins_before(command) { usize::MAX } else { 0 }).collect(),
        space: String::new(),
        hold: String::new(),
        behind: String::new(),
        last: None,
        replaced: false,
        quiet,
        out: String::new(),
    };
    let status = editor.run()?;
    // A last line without its newline is printed without one.
    if !text.is_empty()
        && !text.ends_with('\n')
        && editor.number == editor.lines.len()
        && editor.out.ends_with('\n')
    {
        editor.out.pop();
    }
    Ok(Edited { text: editor.out, status })
}

/// `0,/…/`: a range that may end on the first line.
fn begins_before(command: &Command) -> bool {
    matches!(command.address, Some(Address::Range(Place::Line(0), _)))
}

impl<'a> Editor<'a> {
    fn run(&mut self) -> Result<i32, String> {
        let mut steps = 0;
        let mut keeps = false;
        while keeps || self.read() {
            self.replaced &= keeps;
            keeps = false;
            let mut at = 0;
            let mut prints = true;
            let mut quits = None;
            let commands = self.commands;
            while let Some(command) = commands.get(at) {
                steps += 1;
                let held = [&self.out, &self.space, &self.hold, &self.behind];
                if steps > STEPS_MAX || held.iter().any(|text| text.len() > OUTPUT_MAX) {
                    return Err(ENDLESS.to_owned());
                }
                let fits = self.is_meant(at, command)? != command.negated;
                at += 1;
                if !fits {
                    if let Action::Block(end) = command.action {
                        at = end;
                    }
                    continue;
                }
                match self.carry_out(at - 1, command)? {
                    Flow::Next => {}
                    Flow::To(place) => at = place,
                    Flow::Cycle { prints: printed, keeps: kept } => {
                        (prints, keeps) = (printed, kept);
                        break;
                    }
                    Flow::Quit(status, printed) => {
                        prints = printed;
                        quits = Some(status);
                        break;
                    }
                }
            }
            if prints && !self.quiet {
                self.print();
            }
            self.out.push_str(&std::mem::take(&mut self.behind));
            if let Some(status) = quits {
                return Ok(status);
            }
        }
        Ok(0)
    }

    fn read(&mut self) -> bool {
        let Some(line) = self.lines.get(self.number) else { return false };
        self.number += 1;
        (*line).clone_into(&mut self.space);
        true
    }

    fn print(&mut self) {
        self.out.push_str(&self.space);
        self.out.push('\n');
    }

    fn is_meant(&mut self, at: usize, command: &'a Command) -> Result<bool, String> {
        match &command.address {
            None => Ok(true),
            Some(Address::One(place)) => self.is_at(place),
            Some(Address::Range(from, to)) => {
                let number = self.number;
                if self.ranges[at] == 0 {
                    if !self.is_at(from)? {
                        return Ok(false);
                    }
                    self.ranges[at] = match to {
                        Place::Line(last) if *last <= number => 0,
                        Place::Line(last) => *last,
                        Place::Plus(0) => 0,
                        Place::Plus(more) => number.saturating_add(*more),
                        Place::Last if number == self.lines.len() => 0,
                        _ => usize::MAX,
                    };
                    return Ok(true);
                }
                let ends = match to {
                    Place::Line(_) | Place::Plus(_) => {
                        if number > self.ranges[at] {
                            self.ranges[at] = 0;
                            return Ok(false);
                        }
                        number == self.ranges[at]
                    }
                    place => self.is_at(place)?,
                };
                if ends {
                    self.ranges[at] = 0;
                }
                Ok(true)
            }
        }
    }

    fn is_at(&mut self, place: &'a Place) -> Result<bool, String> {
        Ok(match place {
            Place::Line(number) => *number == self.number,
            Place::Last => self.number == self.lines.len(),
            Place::Step(first, 0) => *first == self.number,
            Place::Step(first, step) => self.number >= *first && (self.number - first).is_multiple_of(*step),
            Place::Plus(_) => false,
            Place::Match(pattern) => {
                let pattern = self.meant(pattern.as_ref())?;
                pattern.is_found_in(&self.space)
            }
        })
    }

    /// The expression, or the one used last.
    fn meant(&mut self, pattern: Option<&'a Pattern>) -> Result<&'a Pattern, String> {
        self.last = pattern.or(self.last);
        self.last.ok_or_else(|| "no previous regexp".to_owned())
    }

    fn carry_out(&mut self, at: usize, command: &'a Command) -> Result<Flow, String> {
        match &command.action {
            Action::Substitute(substitution) => {
                let replaced = self.substitute(substitution)?;
                self.replaced |= replaced;
                if replaced && substitution.prints {
                    self.print();
                }
            }
            Action::Transliterate(pairs) => {
                let other = |letter: char| {
                    pairs.iter().find(|(from, _)| *from == letter).map_or(letter, |(_, to)| *to)
                };
                self.space = self.space.chars().map(other).collect();
            }
            Action::Text('a', text) => self.behind.push_str(text),
            Action::Text('i', text) => self.out.push_str(text),
            Action::Text(_, text) => {
                // In a range the text stands once, at its end.
                if self.ranges[at] == 0 {
                    self.out.push_str(text);
                }
                return Ok(Flow::Cycle { prints: false, keeps: false });
            }
            Action::Branch(letter, to) => {
                let replaced = *letter != 'b' && std::mem::take(&mut self.replaced);
                if *letter == 'b' || (*letter == 't') == replaced {
                    return Ok(Flow::To(*to));
                }
            }
            Action::Block(_) => {}
            Action::Quit(prints, status) => return Ok(Flow::Quit(*status, *prints)),
            Action::Letter(letter) => return Ok(self.letter(*letter)),
        }
        Ok(Flow::Next)
    }

    fn letter(&mut self, letter: char) -> Flow {
        match letter {
            'd' => return Flow::Cycle { prints: false, keeps: false },
            'D' => {
                return match self.space.split_once('\n') {
                    Some((_, rest)) => {
                        self.space = rest.to_owned();
                        Flow::Cycle { prints: false, keeps: true }
                    }
                    None => Flow::Cycle { prints: false, keeps: false },
                };
            }
            'p' => self.print(),
            'P' => {
                let first = self.space.split('\n').next().unwrap_or_default().to_owned();
                self.out.push_str(&first);
                self.out.push('\n');
            }
            'n' => {
                if self.number == self.lines.len() {
                    return Flow::Quit(0, true);
                }
                if !self.quiet {
                    self.print();
                }
                self.out.push_str(&std::mem::take(&mut self.behind));
                self.read();
            }
            'N' => {
                let Some(line) = self.lines.get(self.number) else { return Flow::Quit(0, true) };
                self.number += 1;
                self.space.push('\n');
                self.space.push_str(line);
            }
            'g' => self.space.clone_from(&self.hold),
            'G' => self.space = format!("{}\n{}", self.space, self.hold),
            'h' => self.hold.clone_from(&self.space),
            'H' => self.hold = format!("{}\n{}", self.hold, self.space),
            'x' => std::mem::swap(&mut self.space, &mut self.hold),
            '=' => self.out.push_str(&format!("{}\n", self.number)),
            _ => {}
        }
        Flow::Next
    }

    fn substitute(&mut self, substitution: &'a Substitution) -> Result<bool, String> {
        let pattern = self.meant(substitution.pattern.as_ref())?;
        let (mut out, mut at, mut count, mut copied) = (String::new(), 0, 0, 0);
        let line = std::mem::take(&mut self.space);
        while let Some(found) = pattern.captures(&line, at) {
            let Some(whole) = found.get(0) else { break };
            count += 1;
            if count >= substitution.from {
                out.push_str(&line[copied..whole.start()]);
                for part in &substitution.replacement {
                    match part {
                        Part::Text(text) => out.push_str(text),
                        Part::Group(group) => {
                            out.push_str(found.get(*group).map_or("", |group| group.as_str()));
                        }
                    }
                }
                copied = whole.end();
                if out.len() > OUTPUT_MAX {
                    return Err(ENDLESS.to_owned());
                }
                if !substitution.everywhere {
                    break;
                }
            }
            at = match whole.is_empty() {
                false => whole.end(),
                true => match line[whole.end()..].chars().next() {
                    Some(next) => whole.end() + next.len_utf8(),
                    None => break,
                },
            };
        }
        out.push_str(&line[copied..]);
        self.space = out;
        Ok(count >= substitution.from)
    }
}
