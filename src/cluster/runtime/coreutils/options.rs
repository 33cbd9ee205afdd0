//! Options of a command line, as `getopt_long` reads them.

use super::{Call, Outcome};

/// What was read, or the end of the command that could not read it.
macro_rules! or_end {
    ($read:expr) => {
        match $read {
            Ok(read) => read,
            Err(ended) => return ended,
        }
    };
}
pub(super) use or_end;

/// What a program takes.
pub(super) struct Taken {
    /// Letters that are modelled; one with `:` behind it takes a value, one with `::` takes it only when it stands
    /// beside it. A leading `+` ends options at the first operand.
    pub letters: &'static str,
    /// Letters that the genuine program has and this one has not.
    pub refused: &'static str,
    /// Long names, without `--`, and the letters that they stand for.
    pub long: &'static [(&'static str, char)],
}

/// The options and operands of a command line.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Options {
    given: Vec<(char, String)>,
    /// Everything that is not an option.
    pub operands: Vec<String>,
}

impl Options {
    /// Whether an option was given.
    pub(super) fn has(&self, letter: char) -> bool {
        self.given.iter().any(|(given, _)| *given == letter)
    }

    /// Its value; that of the last when it was given more than once.
    pub(super) fn value(&self, letter: char) -> Option<&str> {
        self.given.iter().rev().find(|(given, _)| *given == letter).map(|(_, value)| value.as_str())
    }

    /// Every value that it was given.
    pub(super) fn values(&self, letter: char) -> impl Iterator<Item = &str> {
        self.given.iter().filter(move |(given, _)| *given == letter).map(|(_, value)| value.as_str())
    }
}

/// Why a command line is refused.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Wrong {
    /// A letter that is none.
    Invalid(char),
    /// A long name that is none.
    Unrecognized(String),
    /// An option without its value.
    Needs(String),
    /// One that the genuine program has.
    NotModelled(String),
    /// `--help`.
    Help,
}

impl Call<'_> {
    /// Reads the command line.
    ///
    /// # Errors
    /// How the program ends, its complaint made, when it does not take what was given.
    pub(super) fn options(&mut self, taken: &Taken) -> Result<Options, Outcome> {
        read(&self.arguments[1..], taken).map_err(|wrong| self.refuse(&wrong, taken))
    }

    /// Reads words that were made of the command line.
    ///
    /// # Errors
    /// As `options`.
    pub(super) fn options_of(&mut self, words: &[String], taken: &Taken) -> Result<Options, Outcome> {
        read(words, taken).map_err(|wrong| self.refuse(&wrong, taken))
    }

    fn refuse(&mut self, wrong: &Wrong, taken: &Taken) -> Outcome {
        let message = match wrong {
            Wrong::Invalid(letter) => format!("invalid option -- '{letter}'"),
            Wrong::Unrecognized(name) => format!("unrecognized option '--{name}'"),
            Wrong::Needs(option) => format!("option requires an argument -- '{option}'"),
            Wrong::NotModelled(option) => format!("not simulated: option {option}"),
            Wrong::Help => {
                let letters = taken.letters.chars().filter(|letter| letter.is_ascii_graphic());
                let mut modelled: String = letters.filter(|letter| !matches!(letter, ':' | '+')).collect();
                if modelled.is_empty() {
                    modelled.push_str("none");
                }
                self.complain(&format!("not simulated: its help; modelled options: {modelled}"));
                return Outcome::Ended(0);
            }
        };
        self.complain(&message);
        if self.is_gnu() && !matches!(wrong, Wrong::NotModelled(_)) {
            let hint = format!("Try '{} --help' for more information.\n", self.name());
            self.stderr.extend_from_slice(hint.as_bytes());
        }
        Outcome::Ended(self.status_of_bad_usage())
    }

    /// The status with which a program ends when it was called wrongly.
    fn status_of_bad_usage(&self) -> i32 {
        match self.name() {
            "grep" | "sort" | "ls" | "diff" | "cmp" => 2,
            "env" | "timeout" | "nohup" => 125,
            _ => 1,
        }
    }
}

/// Reads words as options and operands.
///
/// # Errors
/// The first thing that is not taken.
pub(super) fn read(words: &[String], taken: &Taken) -> Result<Options, Wrong> {
    let mut options = Options::default();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if word == "--" {
            options.operands.extend(words.cloned());
            break;
        }
        if let Some(long) = word.strip_prefix("--") {
            read_long(long, taken, &mut words, &mut options)?;
        } else if let Some(letters) = word.strip_prefix('-').filter(|letters| !letters.is_empty()) {
            read_letters(letters, taken, &mut words, &mut options)?;
        } else {
            options.operands.push(word.clone());
            if taken.letters.starts_with('+') {
                options.operands.extend(words.cloned());
                break;
            }
        }
    }
    Ok(options)
}

/// Whether an option takes a value.
#[derive(PartialEq, Eq)]
enum Value {
    No,
    Beside,
    Yes,
}

/// What a letter takes; nothing when it is not modelled.
fn value_of(taken: &Taken, letter: char) -> Option<Value> {
    let place = taken.letters.find(letter).filter(|_| !matches!(letter, ':' | '+'))?;
    let rest = &taken.letters[place + letter.len_utf8()..];
    Some(match (rest.starts_with("::"), rest.starts_with(':')) {
        (true, _) => Value::Beside,
        (_, true) => Value::Yes,
        _ => Value::No,
    })
}

fn read_long(
    word: &str,
    taken: &Taken,
    words: &mut std::slice::Iter<'_, String>,
    options: &mut Options,
) -> Result<(), Wrong> {
    let (name, value) = word.split_once('=').map_or((word, None), |(name, value)| (name, Some(value)));
    let Some((_, letter)) = taken.long.iter().find(|(long, _)| *long == name) else {
        return Err(if name == "help" { Wrong::Help } else { Wrong::Unrecognized(name.to_owned()) });
    };
    let value = match value_of(taken, *letter) {
        None => return Err(Wrong::NotModelled(format!("--{name}"))),
        Some(Value::Yes) => match value.map(str::to_owned).or_else(|| words.next().cloned()) {
            Some(value) => value,
            None => return Err(Wrong::Needs(name.to_owned())),
        },
        Some(Value::Beside) => value.unwrap_or_default().to_owned(),
        Some(Value::No) => String::new(),
    };
    options.given.push((*letter, value));
    Ok(())
}

fn read_letters(
    letters: &str,
    taken: &Taken,
    words: &mut std::slice::Iter<'_, String>,
    options: &mut Options,
) -> Result<(), Wrong> {
    for (place, letter) in letters.char_indices() {
        let rest = &letters[place + letter.len_utf8()..];
        match value_of(taken, letter) {
            None if taken.refused.contains(letter) => return Err(Wrong::NotModelled(format!("-{letter}"))),
            None => return Err(Wrong::Invalid(letter)),
            Some(Value::No) => options.given.push((letter, String::new())),
            Some(Value::Beside) => {
                options.given.push((letter, rest.to_owned()));
                return Ok(());
            }
            Some(Value::Yes) => {
                let value = if rest.is_empty() { words.next().cloned() } else { Some(rest.to_owned()) };
                options.given.push((letter, value.ok_or_else(|| Wrong::Needs(letter.to_string()))?));
                return Ok(());
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SORT: Taken = Taken { letters: "nrk:", refused: "M", long: &[("key", 'k'), ("month-sort", 'M')] };

    fn given(line: &str, taken: &Taken) -> Result<Options, Wrong> {
        read(&line.split(' ').map(str::to_owned).collect::<Vec<_>>(), taken)
    }

    #[test]
    fn letters_stand_together_and_carry_values() {
        for line in ["-nrk2 a", "-n -r -k 2 a", "a -nr --key=2", "-rn --key 2 -- a"] {
            let options = given(line, &SORT).unwrap();
            assert!(options.has('n') && options.has('r'), "{line}");
            assert_eq!((options.value('k'), options.operands.as_slice()), (Some("2"), &["a".to_owned()][..]));
        }
        assert_eq!(given("-- -n", &SORT).unwrap().operands, ["-n"]);
        let env = Taken { letters: "+i", refused: "", long: &[] };
        assert_eq!(given("-i ls -l", &env).unwrap().operands, ["ls", "-l"]);
    }

    #[test]
    fn what_is_not_taken_is_told() {
        for (line, wrong) in [
            ("-z", Wrong::Invalid('z')),
            ("--nope", Wrong::Unrecognized("nope".to_owned())),
            ("-k", Wrong::Needs("k".to_owned())),
            ("-M", Wrong::NotModelled("-M".to_owned())),
            ("--month-sort", Wrong::NotModelled("--month-sort".to_owned())),
            ("--help", Wrong::Help),
        ] {
            assert_eq!(given(line, &SORT), Err(wrong), "{line}");
        }
    }
}
