//! grep and tr, which pass on what they read as it comes.

use super::super::filesystem::join;
use super::super::pattern::{Pattern, Syntax};
use super::inputs::{inputs, is_gnu, lines_so_far};
use super::options::{Options, Taken};
use super::printing::unescape;
use super::text::{number_of, options_or_end};
use super::{Call, Outcome};

const GREP: Taken = Taken {
    letters: "e:f:EFGivncqosxwHhlLrRm:A:B:C:a\u{1}::\u{2}",
    refused: "zPbTUZ",
    long: &[
        ("regexp", 'e'),
        ("extended-regexp", 'E'),
        ("fixed-strings", 'F'),
        ("perl-regexp", 'P'),
        ("ignore-case", 'i'),
        ("invert-match", 'v'),
        ("line-number", 'n'),
        ("count", 'c'),
        ("quiet", 'q'),
        ("silent", 'q'),
        ("only-matching", 'o'),
        ("no-messages", 's'),
        ("line-regexp", 'x'),
        ("word-regexp", 'w'),
        ("with-filename", 'H'),
        ("no-filename", 'h'),
        ("files-with-matches", 'l'),
        ("files-without-match", 'L'),
        ("recursive", 'r'),
        ("max-count", 'm'),
        ("after-context", 'A'),
        ("before-context", 'B'),
        ("context", 'C'),
        ("text", 'a'),
        ("color", '\u{1}'),
        ("include", 'I'),
        ("exclude", 'X'),
        ("line-buffered", '\u{2}'),
    ],
};
/// Levels of folders that `-r` walks, and files at most.
const DEPTH_MAX: usize = 32;
const FILES_MAX: usize = 10_000;

/// What a search looks for and how it tells of it.
struct Search {
    patterns: Vec<Pattern>,
    options: Options,
    most: u64,
    before: usize,
    after: usize,
    /// Whether names stand before lines.
    named: bool,
}

/// Lines that match a pattern.
pub(super) fn grep(call: &mut Call<'_>) -> Outcome {
    let mut options = options_or_end!(call, &GREP);
    let search = match search_of(call, &mut options) {
        Ok(patterns) => patterns,
        Err(ended) => return ended,
    };
    let recursive = search.options.has('r') || search.options.has('R');
    let names =
        if recursive { files_below(call, &search.options.operands) } else { search.options.operands.clone() };
    if names.is_empty() && recursive {
        return Outcome::Ended(1);
    }
    if !names.is_empty() && names != ["-"] {
        let mut status = 0;
        let silent = search.options.has('s');
        let complaints = call.stderr.len();
        let Some(read) = inputs(call, &names, &mut status) else { return Outcome::NeedsInput };
        if silent {
            call.stderr.truncate(complaints);
        }
        let mut found = false;
        for read in read {
            found |= search.one(call, &read.name, &read.text());
        }
        let quiet = search.options.has('q') && found;
        return Outcome::Ended(if quiet {
            0
        } else if status > 0 {
            2
        } else {
            i32::from(!found)
        });
    }
    search.stream(call)
}

fn search_of(call: &mut Call<'_>, options: &mut Options) -> Result<Search, Outcome> {
    let mut texts: Vec<String> =
        options.values('e').flat_map(|text| text.split('\n')).map(str::to_owned).collect();
    for name in options.values('f') {
        let path = call.path(name);
        let read = call.system.files().read(&path);
        match read {
            Ok(bytes) => texts.extend(String::from_utf8_lossy(&bytes).lines().map(str::to_owned)),
            Err(why) => {
                call.complain(&format!("{name}: {why}"));
                return Err(Outcome::Ended(2));
            }
        }
    }
    if !options.has('e') && !options.has('f') {
        if options.operands.is_empty() {
            call.complain("missing pattern");
            return Err(Outcome::Ended(2));
        }
        texts.extend(options.operands.remove(0).split('\n').map(str::to_owned));
    }
    let extended = options.has('E') || call.name() == "egrep";
    let syntax = match options.has('F') || call.name() == "fgrep" {
        true => Syntax::Fixed,
        false if extended => Syntax::Extended,
        false => Syntax::Basic,
    };
    let mut patterns = Vec::new();
    for text in texts {
        match Pattern::of_lines(&text, syntax, options.has('i'), options.has('w'), options.has('x')) {
            Ok(pattern) => patterns.push(pattern),
            Err(why) => {
                let told = match (why.starts_with("not simulated"), is_gnu(call)) {
                    (true, _) | (_, true) => why,
                    _ => format!("bad regex '{text}'"),
                };
                call.complain(&told);
                return Err(Outcome::Ended(2));
            }
        }
    }
    let mut numbers = [usize::MAX, 0, 0];
    for (place, letter) in [(0, 'm'), (1, 'C'), (2, 'C'), (1, 'B'), (2, 'A')] {
        if let Some(text) = options.value(letter) {
            numbers[place] = number_of(call, text)?;
        }
    }
    let several = options.operands.len() > 1 || options.has('r') || options.has('R');
    let named = options.has('H') || several && !options.has('h');
    let [most, before, after] = numbers;
    Ok(Search { patterns, options: std::mem::take(options), most: most as u64, before, after, named })
}

/// Every file in the folders named; the present one when none is.
fn files_below(call: &mut Call<'_>, names: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    let mut open: Vec<(String, usize)> = if names.is_empty() {
        vec![(".".to_owned(), 0)]
    } else {
        names.iter().rev().map(|name| (name.clone(), 0)).collect()
    };
    while let Some((name, depth)) = open.pop() {
        let path = call.path(&name);
        let files = call.system.files();
        let link = depth > 0 && files.link_target(&path).is_some();
        if found.len() >= FILES_MAX || link {
            continue;
        }
        if files.is_directory(&path) && depth < DEPTH_MAX {
            let inner = files.list(&path).unwrap_or_default();
            open.extend(inner.iter().rev().map(|inner| (join(&name, inner), depth + 1)));
        } else {
            found.push(name);
        }
    }
    found
}

impl Search {
    fn is_found_in(&self, line: &str) -> bool {
        self.patterns.iter().any(|pattern| pattern.is_found_in(line)) != self.options.has('v')
    }

    /// Searches one text; gives back whether something was found.
    fn one(&self, call: &mut Call<'_>, name: &str, text: &str) -> bool {
        let lines: Vec<&str> = text.lines().collect();
        let (mut found, mut printed) = (0_u64, 0);
        let mut shows_until = 0;
        for (at, line) in lines.iter().enumerate() {
            let meant = found < self.most && self.is_found_in(line);
            if meant {
                found += 1;
                if self.options.has('q') || self.options.has('l') || self.options.has('L') {
                    break;
                }
                let start = at.saturating_sub(self.before).max(printed);
                if self.before + self.after > 0 && start > printed && printed > 0 {
                    self.say(call, "--");
                }
                for (earlier, line) in lines.iter().enumerate().take(at).skip(start) {
                    self.line(call, name, earlier + 1, line, '-');
                }
                self.line(call, name, at + 1, line, ':');
                printed = at + 1;
                shows_until = at + self.after;
            } else if found > 0 && at <= shows_until {
                self.line(call, name, at + 1, line, '-');
                printed = at + 1;
            }
        }
        self.conclude(call, name, found);
        found > 0
    }

    /// What is told of a text at its end.
    fn conclude(&self, call: &mut Call<'_>, name: &str, found: u64) {
        if self.options.has('q') {
            return;
        }
        if self.options.has('l') || self.options.has('L') {
            if self.options.has('l') == (found > 0) {
                call.say(if name == "-" { "(standard input)" } else { name });
            }
        } else if self.options.has('c') {
            let name = if self.named { format!("{name}:") } else { String::new() };
            call.say(&format!("{name}{found}"));
        }
    }

    fn say(&self, call: &mut Call<'_>, text: &str) {
        if !self.options.has('c') {
            call.say(text);
        }
    }

    fn line(&self, call: &mut Call<'_>, name: &str, number: usize, line: &str, sign: char) {
        let mut before = String::new();
        if self.named {
            before.push_str(&format!("{}{sign}", if name == "-" { "(standard input)" } else { name }));
        }
        if self.options.has('n') {
            before.push_str(&format!("{number}{sign}"));
        }
        if !self.options.has('o') {
            return self.say(call, &format!("{before}{line}"));
        }
        if sign != ':' || self.options.has('v') {
            return;
        }
        let mut from = 0;
        while let Some((start, end)) = self
            .patterns
            .iter()
            .filter_map(|pattern| pattern.find(line, from))
            .min_by_key(|(start, end)| (*start, std::cmp::Reverse(*end)))
        {
            if end > start {
                self.say(call, &format!("{before}{}", &line[start..end]));
                from = end;
                continue;
            }
            match line[end..].chars().next() {
                Some(next) => from = end + next.len_utf8(),
                None => break,
            }
        }
    }

    /// Searches standard input as it comes.
    fn stream(&self, call: &mut Call<'_>) -> Outcome {
        // Lines around a match need the whole text, and so do few matches.
        if self.before + self.after > 0 || self.most < u64::MAX >> 1 {
            let Some(bytes) = call.all_input() else { return Outcome::NeedsInput };
            let text = String::from_utf8_lossy(&bytes).into_owned();
            return Outcome::Ended(i32::from(!self.one(call, "-", &text)));
        }
        let (text, goes_on) = match lines_so_far(call, &[]) {
            Ok(read) => read,
            Err(ended) => return ended,
        };
        // What was counted before: lines read, and lines found.
        let (mut read, mut found) = (*call.memory >> 32, *call.memory & u64::from(u32::MAX));
        for line in text.lines() {
            read += 1;
            if !self.is_found_in(line) {
                continue;
            }
            found += 1;
            if self.options.has('q') {
                return Outcome::Ended(0);
            }
            if !self.options.has('l') && !self.options.has('L') {
                self.line(call, "-", usize::try_from(read).unwrap_or(usize::MAX), line, ':');
            }
        }
        *call.memory = read << 32 | found;
        if goes_on {
            return Outcome::NeedsInput;
        }
        self.conclude(call, "-", found);
        Outcome::Ended(i32::from(found == 0))
    }
}

const TR: Taken = Taken {
    letters: "cCdst",
    refused: "",
    long: &[("delete", 'd'), ("squeeze-repeats", 's'), ("complement", 'c'), ("truncate-set1", 't')],
};

/// Characters replaced, deleted or squeezed.
pub(super) fn tr(call: &mut Call<'_>) -> Outcome {
    let options = options_or_end!(call, &TR);
    let operands = &options.operands;
    let (deletes, squeezes) = (options.has('d'), options.has('s'));
    if operands.is_empty() || operands.len() == 1 && !deletes && !squeezes {
        call.complain("missing operand");
        return Outcome::Ended(1);
    }
    let bytes: Vec<u8> = call.input.bytes.drain(..).collect();
    let text = String::from_utf8_lossy(&bytes);
    let from = character_set(operands.first().map(String::as_str).unwrap_or_default());
    let to = character_set(operands.get(1).map(String::as_str).unwrap_or_default());
    let complement = options.has('c') || options.has('C');
    let squeezed = if to.is_empty() { &from } else { &to };
    let mut changed = String::new();
    for character in text.chars() {
        let place = from.iter().position(|candidate| *candidate == character);
        let place = if complement { place.is_none().then_some(usize::MAX) } else { place };
        let character = match place {
            None => character,
            Some(_) if deletes => continue,
            Some(index) => to.get(index).or(to.last()).copied().unwrap_or(character),
        };
        let repeats =
            changed.ends_with(character) && squeezed.contains(&character) != (complement && to.is_empty());
        if !(squeezes && repeats) {
            changed.push(character);
        }
    }
    call.stdout.extend_from_slice(changed.as_bytes());
    if call.input.open { Outcome::NeedsInput } else { Outcome::Ended(0) }
}

fn character_set(text: &str) -> Vec<char> {
    let named = text
        .replace("[:upper:]", "A-Z")
        .replace("[:lower:]", "a-z")
        .replace("[:digit:]", "0-9")
        .replace("[:alpha:]", "A-Za-z")
        .replace("[:alnum:]", "A-Za-z0-9")
        .replace("[:space:]", " \t\n");
    let characters: Vec<char> = unescape(&named).chars().collect();
    let mut set = Vec::new();
    let mut index = 0;
    while let Some(first) = characters.get(index) {
        match (characters.get(index + 1), characters.get(index + 2)) {
            (Some('-'), Some(last)) => {
                set.extend(*first..=*last);
                index += 3;
            }
            _ => {
                set.push(*first);
                index += 1;
            }
        }
    }
    set
}
