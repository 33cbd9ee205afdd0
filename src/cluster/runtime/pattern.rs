//! Regular expressions as `grep` takes them: no groups, no counts, always bounded work.

/// One alternative: anchors and pieces.
#[derive(Debug)]
struct Branch {
    at_start: bool,
    at_end: bool,
    pieces: Vec<Piece>,
}

#[derive(Debug)]
struct Piece {
    what: What,
    least: usize,
    most: usize,
}

#[derive(Debug)]
enum What {
    Any,
    Exactly(char),
    OneOf { negated: bool, ranges: Vec<(char, char)> },
}

/// A compiled pattern.
#[derive(Debug)]
pub(super) struct Pattern(Vec<Branch>);

impl Pattern {
    /// Compiles a pattern: literal text, a basic or an extended expression.
    pub(super) fn new(text: &str, fixed: bool, extended: bool) -> Self {
        if fixed {
            return Self(text.split('\n').map(literal).collect());
        }
        let alternatives: Vec<String> = if extended {
            text.split('|').map(str::to_owned).collect()
        } else {
            text.split("\\|").map(str::to_owned).collect()
        };
        Self(alternatives.iter().map(|text| branch(text, extended)).collect())
    }

    /// Whether some part of a line matches.
    pub(super) fn is_found_in(&self, line: &str) -> bool {
        let characters: Vec<char> = line.chars().collect();
        self.0.iter().any(|branch| {
            let last = if branch.at_start { 0 } else { characters.len() };
            (0..=last).any(|start| ends(branch, &characters, start).is_some())
        })
    }

    /// The first and longest part of a line that matches, from a character on: where it begins and ends.
    pub(super) fn find(&self, line: &[char], from: usize) -> Option<(usize, usize)> {
        (from..=line.len()).find_map(|start| {
            let fits = self.0.iter().filter(|branch| !branch.at_start || start == 0);
            Some((start, fits.filter_map(|branch| ends(branch, line, start)).max()?))
        })
    }
}

fn literal(text: &str) -> Branch {
    let pieces = text.chars().map(|character| once(What::Exactly(character))).collect();
    Branch { at_start: false, at_end: false, pieces }
}

fn once(what: What) -> Piece {
    Piece { what, least: 1, most: 1 }
}

fn branch(text: &str, extended: bool) -> Branch {
    let (at_start, text) = text.strip_prefix('^').map_or((false, text), |rest| (true, rest));
    let (at_end, text) = match text.strip_suffix('$') {
        Some(rest) if !rest.ends_with('\\') => (true, rest),
        _ => (false, text),
    };
    let mut pieces: Vec<Piece> = Vec::new();
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let what = match character {
            '*' if !pieces.is_empty() => {
                repeat(&mut pieces, 0, usize::MAX);
                continue;
            }
            '+' if extended && !pieces.is_empty() => {
                repeat(&mut pieces, 1, usize::MAX);
                continue;
            }
            '?' if extended && !pieces.is_empty() => {
                repeat(&mut pieces, 0, 1);
                continue;
            }
            '(' | ')' if extended => continue,
            '.' => What::Any,
            '[' => bracket(&mut characters),
            '\\' => What::Exactly(characters.next().unwrap_or('\\')),
            character => What::Exactly(character),
        };
        pieces.push(once(what));
    }
    Branch { at_start, at_end, pieces }
}

fn repeat(pieces: &mut [Piece], least: usize, most: usize) {
    if let Some(last) = pieces.last_mut() {
        (last.least, last.most) = (least, most);
    }
}

fn bracket(characters: &mut std::iter::Peekable<std::str::Chars<'_>>) -> What {
    let negated = characters.next_if_eq(&'^').is_some();
    let mut ranges = Vec::new();
    while let Some(first) = characters.next() {
        if first == ']' && !ranges.is_empty() {
            break;
        }
        if characters.peek() == Some(&'-') {
            characters.next();
            match characters.next() {
                Some(']') | None => {
                    ranges.extend([(first, first), ('-', '-')]);
                    break;
                }
                Some(last) => ranges.push((first, last)),
            }
        } else {
            ranges.push((first, first));
        }
    }
    What::OneOf { negated, ranges }
}

/// Where the whole branch's longest match from `start` ends: the set of places reached, piece by piece.
fn ends(branch: &Branch, text: &[char], start: usize) -> Option<usize> {
    let mut places = vec![start];
    for piece in &branch.pieces {
        let mut next = Vec::new();
        for place in &places {
            let mut at = *place;
            let mut count = 0;
            loop {
                if count >= piece.least {
                    next.push(at);
                }
                if count == piece.most || !text.get(at).is_some_and(|character| fits(&piece.what, *character))
                {
                    break;
                }
                at += 1;
                count += 1;
            }
        }
        next.sort_unstable();
        next.dedup();
        places = next;
    }
    if branch.at_end { places.contains(&text.len()).then_some(text.len()) } else { places.last().copied() }
}

fn fits(what: &What, character: char) -> bool {
    match what {
        What::Any => true,
        What::Exactly(expected) => *expected == character,
        What::OneOf { negated, ranges } => {
            ranges.iter().any(|(first, last)| (*first..=*last).contains(&character)) != *negated
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_find_what_grep_finds() {
        for (pattern, extended, line, found) in [
            ("lo w", false, "hello world", true),
            ("^hel*o", false, "helllo", true),
            ("^o", false, "hello", false),
            ("o$", false, "hello", true),
            ("a|b", false, "a", false),
            ("x|h.l", true, "hello", true),
            ("MODE\\|PASS", false, "PASSWORD=1", true),
            ("[0-9]+", true, "abc7", true),
            ("[^a-z]", false, "abc", false),
            ("a.*b.*c", false, "axxbxxc", true),
            ("\\.", false, "abc", false),
        ] {
            assert_eq!(Pattern::new(pattern, false, extended).is_found_in(line), found, "{pattern}");
        }
        assert!(Pattern::new("a.c", true, false).is_found_in("xa.cx"));
        assert!(!Pattern::new("a.c", true, false).is_found_in("abc"));
    }
}
