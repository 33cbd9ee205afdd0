//! grep and tr, which pass on what they read as it comes.

use super::super::filesystem::join;
use super::super::pattern::{Pattern, Syntax};
use super::inputs::{inputs, lines_so_far};
use super::options::{Options, Taken, or_end};
use super::printing::unescaped_bytes;
use super::text::number_of;
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
    let mut options = or_end!(call.options(&GREP));
    let search = or_end!(search_of(call, &mut options));
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
                // busybox' grep alone does not say what is wrong with it.
                let told = match call.is_gnu() || why.starts_with("not simulated") {
                    true => why,
                    false => format!("bad regex '{text}'"),
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
        let (text, goes_on) = or_end!(lines_so_far(call, &[]));
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

/// Bytes replaced, deleted or squeezed.
pub(super) fn tr(call: &mut Call<'_>) -> Outcome {
    let options = or_end!(call.options(&TR));
    let operands = &options.operands;
    let (deletes, squeezes) = (options.has('d'), options.has('s'));
    if operands.is_empty() || operands.len() == 1 && !deletes && !squeezes {
        call.complain("missing operand");
        return Outcome::Ended(1);
    }
    let mut from = byte_set(&operands[0]);
    let to = operands.get(1).map(|text| byte_set(text)).unwrap_or_default();
    if options.has('t') {
        from.truncate(to.len());
    }
    let changes = Changes { complement: options.has('c') || options.has('C'), from, to, deletes, squeezes };
    let bytes: Vec<u8> = call.input.bytes.drain(..).collect();
    // What was printed last is squeezed with what comes next.
    let last = call.memory.checked_sub(1).and_then(|byte| u8::try_from(byte).ok());
    let changed = changes.applied(&bytes, last);
    if let Some(last) = changed.last() {
        *call.memory = u64::from(*last) + 1;
    }
    call.stdout.extend(changed);
    if call.input.open { Outcome::NeedsInput } else { Outcome::Ended(0) }
}

/// What `tr` was asked to do; like the genuine ones it knows bytes and no characters.
struct Changes {
    from: Vec<u8>,
    to: Vec<u8>,
    complement: bool,
    deletes: bool,
    squeezes: bool,
}

impl Changes {
    fn applied(&self, bytes: &[u8], mut last: Option<u8>) -> Vec<u8> {
        let mut places: [Option<usize>; 256] = [None; 256];
        for (place, byte) in self.from.iter().enumerate().rev() {
            places[usize::from(*byte)] = Some(place);
        }
        if self.complement {
            places = places.map(|place| place.is_none().then_some(usize::MAX));
        }
        // The second set is squeezed, or what is meant by the only one.
        let squeezed = |byte: u8| match self.to.is_empty() {
            true => places[usize::from(byte)].is_some(),
            false => self.to.contains(&byte),
        };
        let mut changed = Vec::with_capacity(bytes.len());
        for byte in bytes.iter().copied() {
            let byte = match places[usize::from(byte)] {
                None => byte,
                Some(_) if self.deletes => continue,
                Some(place) => self.to.get(place).or(self.to.last()).copied().unwrap_or(byte),
            };
            if !(self.squeezes && last == Some(byte) && squeezed(byte)) {
                changed.push(byte);
            }
            last = Some(byte);
        }
        changed
    }
}

/// The bytes of a set: ranges, escapes and classes resolved.
fn byte_set(text: &str) -> Vec<u8> {
    let mut set = Vec::new();
    let mut rest = text;
    while let Some((before, class, after)) = rest.split_once("[:").and_then(|(before, inside)| {
        let (name, after) = inside.split_once(":]")?;
        Some((before, class(name)?, after))
    }) {
        add_ranges(&mut set, before);
        set.extend((0..=u8::MAX).filter(class));
        rest = after;
    }
    add_ranges(&mut set, rest);
    set
}

fn add_ranges(set: &mut Vec<u8>, text: &str) {
    let bytes = unescaped_bytes(text);
    let mut rest = bytes.as_slice();
    while let [first, after @ ..] = rest {
        if let [b'-', last, after @ ..] = after {
            set.extend(*first..=*last);
            rest = after;
        } else {
            set.push(*first);
            rest = after;
        }
    }
}

fn class(name: &str) -> Option<fn(&u8) -> bool> {
    Some(match name {
        "alpha" => u8::is_ascii_alphabetic,
        "digit" => u8::is_ascii_digit,
        "alnum" => u8::is_ascii_alphanumeric,
        "upper" => u8::is_ascii_uppercase,
        "lower" => u8::is_ascii_lowercase,
        "space" => |byte| matches!(byte, b' ' | b'\t'..=b'\r'),
        "blank" => |byte| matches!(byte, b' ' | b'\t'),
        "punct" => u8::is_ascii_punctuation,
        "print" => |byte| byte.is_ascii_graphic() || *byte == b' ',
        "graph" => u8::is_ascii_graphic,
        "cntrl" => u8::is_ascii_control,
        "xdigit" => u8::is_ascii_hexdigit,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_replaced_deleted_and_squeezed() {
        for (letters, from, to, text, changed) in [
            ("", "a-c", "A-C", &b"abcd"[..], &b"ABCd"[..]),
            ("", "[:lower:]", "[:upper:]", b"x1", b"X1"),
            ("", "abc", "x", b"abcd", b"xxxd"),
            ("t", "abc", "x", b"abcd", b"xbcd"),
            ("d", "[:punct:][:space:]", "", b"a, b.\r\n", b"ab"),
            ("d", "\\377", "", b"a\xffb", b"ab"),
            ("dc", "a-z", "", b"a\xff1b", b"ab"),
            ("s", " ", "", b"a  b", b"a b"),
            ("s", "[:space:]", "\\n", b"a \t b", b"a\nb"),
            ("sc", "a-z", "\\n", b"ab, c", b"ab\nc"),
            ("sc", "a-z", "", b"aa  b", b"aa b"),
            ("", "x", "y", b"\xfex", b"\xfey"),
        ] {
            let has = |letter: char| letters.contains(letter);
            let (mut from, to) = (byte_set(from), byte_set(to));
            from.truncate(if has('t') { to.len() } else { from.len() });
            let changes = Changes { from, to, complement: has('c'), deletes: has('d'), squeezes: has('s') };
            assert_eq!(changes.applied(text, None), changed, "{letters} {text:?}");
        }
        let spaces = Changes {
            from: byte_set(" "),
            to: Vec::new(),
            complement: false,
            deletes: false,
            squeezes: true,
        };
        assert_eq!(spaces.applied(b" a", Some(b' ')), b"a");
    }
}
