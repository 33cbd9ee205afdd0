//! read, mapfile, getopts, and printf into a variable.

use crate::base::Timestamp;

use super::super::process::Input;
use super::super::system::System;
use super::ast::{Op, Simple, Word};
use super::builtins::Builtin;
use super::descriptors::Descriptors;
use super::lines::{later, take_line};
use super::machine::{Blocked, Calling, Machine};
use super::parser::is_name;
use super::shell_state::Dialect;

/// Lines that `mapfile` takes.
const LINES_MAX: usize = 10_000;

/// What `read` is asked for.
#[derive(Default)]
struct Request {
    raw: bool,
    prompt: Option<String>,
    seconds: Option<f64>,
    count: Option<usize>,
    delimiter: Option<u8>,
    array: Option<String>,
    descriptor: Option<u32>,
    names: Vec<String>,
}

impl Request {
    /// Reads the command line; the option that is none otherwise.
    fn parse(words: &[String], bash: bool) -> Result<Self, char> {
        let mut request = Self::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let Some(letters) = word.strip_prefix('-').filter(|letters| !letters.is_empty()) else {
                request.names.push(word.clone());
                request.names.extend(words.cloned());
                break;
            };
            for (place, letter) in letters.char_indices() {
                let mut value = || {
                    let rest = &letters[place + letter.len_utf8()..];
                    if rest.is_empty() { words.next().cloned().unwrap_or_default() } else { rest.to_owned() }
                };
                match letter {
                    'r' => request.raw = true,
                    's' => {}
                    'e' if bash => {}
                    'p' => request.prompt = Some(value()),
                    't' => request.seconds = value().parse().ok(),
                    'n' | 'N' => request.count = value().parse().ok(),
                    'd' => request.delimiter = Some(value().bytes().next().unwrap_or_default()),
                    'u' => request.descriptor = value().parse().ok(),
                    'a' if bash => request.array = Some(value()),
                    '-' => {}
                    letter => return Err(letter),
                }
                if "ptnNdua".contains(letter) {
                    break;
                }
            }
        }
        Ok(request)
    }

    /// Takes what was asked for; `None` while it is not there yet. Whether it was complete, and the text.
    fn take(&self, input: &mut Input) -> Option<(bool, String)> {
        if let Some(count) = self.count {
            let end = input.bytes.iter().take(count).position(|byte| *byte == b'\n');
            let available = input.bytes.len();
            return match end {
                Some(end) => {
                    let bytes: Vec<u8> = input.bytes.drain(..=end).collect();
                    Some((true, String::from_utf8_lossy(&bytes[..end]).into_owned()))
                }
                None if available >= count || !input.open => {
                    let bytes: Vec<u8> = input.bytes.drain(..count.min(available)).collect();
                    Some((available >= count, String::from_utf8_lossy(&bytes).into_owned()))
                }
                None => None,
            };
        }
        if let Some(delimiter) = self.delimiter {
            let end = input.bytes.iter().position(|byte| *byte == delimiter);
            let found = end.is_some();
            let end = match end {
                Some(end) => end + 1,
                None if !input.open => input.bytes.len(),
                None => return None,
            };
            let bytes: Vec<u8> = input.bytes.drain(..end).collect();
            let text = &bytes[..bytes.len() - usize::from(found)];
            return Some((found, String::from_utf8_lossy(text).into_owned()));
        }
        let mut text = String::new();
        loop {
            let Some(line) = take_line(input) else {
                return (!input.open).then_some((false, text));
            };
            let whole = line.ends_with('\n');
            let line = line.strip_suffix('\n').unwrap_or(&line);
            let slashes = line.len() - line.trim_end_matches('\\').len();
            if !self.raw && whole && slashes % 2 == 1 {
                // A backslash at its end goes on in the next line.
                text.push_str(&line[..line.len() - 1]);
                continue;
            }
            text.push_str(line);
            return Some((whole, text));
        }
    }
}

/// `read [-r] [-p PROMPT] [-t SECONDS] [-n COUNT] [-d DELIMITER] NAME…`. Called again it comes with the
/// moment at which it gives up, and the present one.
pub(super) fn read(
    machine: &mut Machine,
    arguments: &[String],
    mut descriptors: Descriptors,
    timeout: Option<(Timestamp, Timestamp)>,
) -> Builtin {
    let request = match Request::parse(&arguments[1..], machine.shell.is_bash()) {
        Ok(request) => request,
        Err(letter) => {
            let why = machine.words(
                format!("illegal option -{letter}"),
                format!("Illegal option -{letter}"),
                format!("-{letter}: invalid option"),
            );
            machine.complain_of("read", &why);
            return Builtin::Ended(2);
        }
    };
    if let Some(name) = request.names.iter().find(|name| !is_name(name)) {
        return Builtin::Ended(bad_name(machine, name));
    }
    if let Some(prompt) = request.prompt.as_ref().filter(|_| machine.shell.interactive && timeout.is_none()) {
        machine.said.extend_from_slice(prompt.as_bytes());
    }
    let from = request.descriptor.filter(|number| *number > 0).or(descriptors.from);
    let input = match (descriptors.input.as_mut(), from) {
        (Some(input), None) => input,
        (_, Some(number)) => match machine.other_input(number) {
            Some(input) => input,
            None => return Builtin::Ended(1),
        },
        (None, None) => machine.effective_input(),
    };
    let Some((complete, text)) = request.take(input) else {
        if timeout.is_some_and(|(at, now)| at <= now) {
            set_fields(machine, &request, "");
            return Builtin::Ended(if machine.shell.is_bash() { 142 } else { 1 });
        }
        let milliseconds = |seconds: f64| (seconds.clamp(0.0, 1e9) * 1_000.0) as i64;
        let now = machine.shell.now.unwrap_or_default();
        let at =
            timeout.map(|(at, _)| at).or(request.seconds.map(|seconds| later(now, milliseconds(seconds))));
        machine.blocked = Some(Blocked::Calling(Box::new(Calling {
            arguments: arguments.to_vec(),
            descriptors,
            at,
            memory: 0,
            tested: true,
            separators: Some(machine.shell.separators()),
        })));
        return Builtin::Handled;
    };
    set_fields(machine, &request, &text);
    Builtin::Ended(i32::from(!complete))
}

fn bad_name(machine: &mut Machine, name: &str) -> i32 {
    match machine.shell.dialect {
        Dialect::Bash => {
            machine.complain_of("read", &format!("`{name}': not a valid identifier"));
            1
        }
        Dialect::Dash => {
            machine.complain_of("read", &format!("{name}: bad variable name"));
            2
        }
        _ => {
            machine.said.extend_from_slice(format!("sh: read: '{name}': bad variable name\n").as_bytes());
            1
        }
    }
}

/// Characters of what was read, and whether a backslash protects them.
fn characters(text: &str, raw: bool) -> Vec<(char, bool)> {
    let mut all = Vec::new();
    let mut rest = text.chars();
    while let Some(next) = rest.next() {
        match next {
            '\\' if !raw => all.extend(rest.next().map(|next| (next, true))),
            next => all.push((next, false)),
        }
    }
    all
}

/// Cuts what was read into its variables.
fn set_fields(machine: &mut Machine, request: &Request, text: &str) {
    let separators = machine.shell.separators();
    let characters = characters(text, request.raw);
    let is_space = |(next, escaped): &(char, bool)| {
        !escaped && separators.contains(*next) && matches!(next, ' ' | '\t' | '\n')
    };
    let is_separator = |(next, escaped): &(char, bool)| !escaped && separators.contains(*next);
    let joined = |piece: &[(char, bool)]| piece.iter().map(|(next, _)| *next).collect::<String>();
    let trim = |mut piece: &[(char, bool)]| {
        while piece.first().is_some_and(is_space) {
            piece = &piece[1..];
        }
        while piece.last().is_some_and(is_space) {
            piece = &piece[..piece.len() - 1];
        }
        joined(piece)
    };
    if request.names.is_empty() && request.array.is_none() {
        let whole = if machine.shell.is_bash() { joined(&characters) } else { trim(&characters) };
        return machine.shell.set("REPLY", whole);
    }
    let mut fields = Vec::new();
    let most = if request.array.is_some() { usize::MAX } else { request.names.len() };
    let mut rest: &[(char, bool)] = &characters;
    while !rest.is_empty() {
        while rest.first().is_some_and(is_space) {
            rest = &rest[1..];
        }
        if fields.len() + 1 == most {
            // The last one takes all that is left, but for one separator at its end.
            let last = trim(rest);
            let inner = rest.iter().position(is_separator);
            let ends = inner.is_some_and(|at| rest[at + 1..].iter().all(is_space) && !is_space(&rest[at]));
            fields.push(if ends { joined(&rest[..inner.unwrap_or_default()]) } else { last });
            break;
        }
        if rest.is_empty() {
            break;
        }
        let end = rest.iter().position(is_separator).unwrap_or(rest.len());
        fields.push(joined(&rest[..end]));
        rest = &rest[end..];
        while rest.first().is_some_and(is_space) {
            rest = &rest[1..];
        }
        if rest.first().is_some_and(|next| is_separator(next) && !is_space(next)) {
            rest = &rest[1..];
        }
    }
    if let Some(array) = &request.array {
        return machine.shell.set_array(array, fields, false);
    }
    let mut fields = fields.into_iter();
    for name in &request.names {
        machine.shell.set(name, fields.next().unwrap_or_default());
    }
}

/// bash's `mapfile [-t] ARRAY`.
pub(super) fn read_lines(
    machine: &mut Machine,
    arguments: &[String],
    mut descriptors: Descriptors,
) -> Builtin {
    let strips = arguments.iter().any(|word| word == "-t");
    if let Some(option) = arguments[1..].iter().find(|word| word.starts_with('-') && *word != "-t") {
        machine.complain_of(&arguments[0], &format!("not simulated: {option}"));
        return Builtin::Ended(1);
    }
    let name = arguments[1..].iter().find(|word| !word.starts_with('-')).map_or("MAPFILE", String::as_str);
    let input = match descriptors.input.as_mut() {
        Some(input) => input,
        None => machine.effective_input(),
    };
    let bytes: Vec<u8> = input.bytes.drain(..).collect();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let lines = text.split_inclusive('\n').take(LINES_MAX);
    let lines =
        lines.map(|line| if strips { line.trim_end_matches('\n') } else { line }.to_owned()).collect();
    machine.shell.set_array(name, lines, false);
    Builtin::Ended(0)
}

/// bash's `printf -v NAME …`: what it prints becomes a value.
pub(super) fn print_into(
    machine: &mut Machine,
    words: &[String],
    descriptors: Descriptors,
    tested: bool,
    system: &mut dyn System,
) -> Builtin {
    let [_, name, rest @ ..] = words else {
        machine.complain_of("printf", "-v: option requires an argument");
        return Builtin::Ended(2);
    };
    let command = ["printf".to_owned()].into_iter().chain(rest.iter().cloned());
    let printed = Simple { words: command.map(|word| Word::literal(&word)).collect(), ..Simple::default() };
    // The trailing dot keeps line ends that a substitution would lose.
    let program = vec![
        Op::Simple(printed),
        Op::Simple(Simple { words: ["printf", "."].map(Word::literal).to_vec(), ..Simple::default() }),
    ];
    let value = Word(vec![super::ast::Part::Substitution(program, true)]);
    let assigned = Word(vec![super::ast::Part::Variable {
        name: name.clone(),
        change: Some(("%".to_owned(), Word::literal("."))),
        quoted: true,
    }]);
    let assign = |word: Word| {
        Op::Simple(Simple { assignments: vec![(name.clone(), word)], tested, ..Simple::default() })
    };
    let _ = system;
    machine.push_frame(vec![assign(value), assign(assigned)]);
    machine.in_frame(|frame| frame.redirects = vec![descriptors]);
    Builtin::Handled
}

/// `getopts LETTERS NAME [WORD…]`.
pub(super) fn next_option(machine: &mut Machine, words: &[String]) -> i32 {
    let [letters, name, rest @ ..] = words else {
        let own = "usage: getopts optstring var [arg]".to_owned();
        let why = machine.words(own.clone(), own, "usage: getopts optstring name [arg ...]".to_owned());
        machine.complain_of("getopts", &why);
        return 2;
    };
    let given = if rest.is_empty() { machine.shell.positional.clone() } else { rest.to_vec() };
    let index = machine.shell.get("OPTIND").and_then(|index| index.parse::<usize>().ok()).unwrap_or(1).max(1);
    let place = machine.shell.option_place.max(1);
    let word = given.get(index - 1);
    let letter = word.filter(|word| word.starts_with('-') && word.len() > 1 && *word != "--");
    let Some((word, letter)) = letter.and_then(|word| Some((word, word.get(place..)?.chars().next()?)))
    else {
        if word.is_some_and(|word| word == "--") {
            machine.shell.set("OPTIND", (index + 1).to_string());
        }
        machine.shell.set(name, "?".to_owned());
        machine.shell.variables.remove("OPTARG");
        return 1;
    };
    let after = place + letter.len_utf8();
    let ends = after >= word.len();
    let silent = letters.starts_with(':');
    let known = letters.find(letter).filter(|_| letter != ':');
    let takes = known.is_some_and(|at| letters[at + letter.len_utf8()..].starts_with(':'));
    let (mut found, mut value, mut next) = (letter.to_string(), None, index + usize::from(ends));
    if known.is_none() {
        found = "?".to_owned();
        complain_of_option(machine, letter, silent, "Illegal option -", "illegal option -- ");
        value = silent.then(|| letter.to_string());
    } else if takes && !ends {
        value = Some(word[after..].to_owned());
        next = index + 1;
    } else if takes {
        next = index + 2;
        value = given.get(index).cloned();
        if value.is_none() {
            next = index + 1;
            found = if silent { ":" } else { "?" }.to_owned();
            value = silent.then(|| letter.to_string());
            complain_of_option(machine, letter, silent, "No arg for -", "option requires an argument -- ");
        }
    }
    machine.shell.set("OPTIND", next.to_string());
    machine.shell.option_place = if next == index { after } else { 1 };
    machine.shell.set(name, found);
    match value {
        Some(value) => machine.shell.set("OPTARG", value),
        None if takes => drop(machine.shell.variables.remove("OPTARG")),
        None => machine.shell.set("OPTARG", String::new()),
    }
    0
}

fn complain_of_option(machine: &mut Machine, letter: char, silent: bool, short: &str, bash: &str) {
    let text = match machine.shell.dialect {
        _ if silent => return,
        Dialect::Bash => format!("{}: {bash}{letter}\n", machine.shell.name),
        _ if short.starts_with("No") => format!("{short}{letter} option\n"),
        _ => format!("{short}{letter}\n"),
    };
    machine.said.extend_from_slice(text.as_bytes());
}
