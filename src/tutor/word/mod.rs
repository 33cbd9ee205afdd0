//! The tutor's own words, and how a line is told from a command.

mod help;

pub use help::{WORDS, WordGroup, WordHelp};

use help::known;

/// A moment to compare the present with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// Before the last command.
    Command,
    /// When the step began.
    Step,
}

/// A tutor word with its arguments.
#[derive(Clone, Debug, PartialEq)]
pub enum Word {
    /// Show the words.
    Help,
    /// Judge now.
    Check,
    /// Show the last feedback again.
    Verdict,
    /// Tell what keeps an object, or the step, from being as it should.
    Why(String),
    /// Show the next hint.
    Hint,
    /// Show the hints so far again.
    Hints,
    /// Run the solution.
    Solve,
    /// Say why the solution works.
    Because(String),
    /// Show once more what was said last.
    Again,
    /// Go on.
    Next,
    /// One step back.
    Back,
    /// To a chapter or step.
    Goto(String),
    /// Put the step's world back to its start.
    Reset,
    /// Show the step again.
    Status,
    /// Show chapters and progress.
    List,
    /// Answer the step's question.
    Answer(String),
    /// Store a prediction.
    Predict(String),
    /// Draw the objects.
    Map,
    /// Tell what happened.
    Timeline,
    /// Tell what differs.
    Diff(Since),
    /// Explain a field.
    Explain(String),
    /// Take the last command back.
    Undo,
    /// Stop simulated time.
    Pause,
    /// Let simulated time run again.
    Resume,
    /// Change the speed of simulated time.
    Speed(String),
    /// Let simulated time pass at once.
    Skip(String),
    /// List the running commands.
    Jobs,
    /// Bring one to the front.
    Foreground(String),
    /// End one.
    Stop(String),
    /// Edit a file of the workspace.
    Edit(String),
    /// Keep a note.
    Note(String),
    /// Show or write the notes on the chapter.
    Recap(String),
    /// Do again what was hard.
    Review,
    /// Write a bundle for the author.
    Flag(String),
    /// Leave.
    Quit,
    /// After a colon: no word of the tutor.
    Unknown(String),
}

impl Word {
    /// The word that a line says, or `None` when the line is a command.
    ///
    /// A leading `:` always means the tutor, a leading `!` always the shell.
    #[must_use]
    pub fn parse(line: &str) -> Option<Self> {
        let line = line.trim();
        if line.starts_with('!') {
            return None;
        }
        let (forced, line) = match line.strip_prefix(':') {
            Some(rest) => (true, rest.trim()),
            None => (false, line),
        };
        let (first, argument) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let argument = argument.trim().to_owned();
        let Some(word) = known(first) else {
            return forced.then(|| Self::Unknown(first.to_owned()));
        };
        Self::of(word, argument, forced)
    }

    /// What the first word of a line may be meant for, where no program has its name.
    #[must_use]
    pub fn meant(line: &str) -> Option<&'static str> {
        help::meant(line.split_whitespace().next()?)
    }

    /// The word with its argument; `None` when it is meant for the shell.
    fn of(word: &str, argument: String, forced: bool) -> Option<Self> {
        Some(match word {
            "help" => Self::Help,
            "check" => Self::Check,
            "verdict" => Self::Verdict,
            "why" => Self::Why(argument),
            "hint" => Self::Hint,
            "hints" => Self::Hints,
            "solve" => Self::Solve,
            "because" => Self::Because(argument),
            "again" => Self::Again,
            "next" => Self::Next,
            "back" => Self::Back,
            "goto" => Self::Goto(argument),
            "reset" => Self::Reset,
            "status" => Self::Status,
            "list" => Self::List,
            "answer" => Self::Answer(argument),
            "predict" => Self::Predict(argument),
            "map" => Self::Map,
            "timeline" => Self::Timeline,
            "diff" => match argument.as_str() {
                "" => Self::Diff(Since::Command),
                "step" | "단계" => Self::Diff(Since::Step),
                // Two files, or flags: the program of that name.
                _ if !forced => return None,
                _ => Self::Diff(Since::Command),
            },
            "explain" => Self::Explain(argument),
            "undo" => Self::Undo,
            "pause" => Self::Pause,
            "resume" => Self::Resume,
            "speed" => Self::Speed(argument),
            "skip" => Self::Skip(argument),
            "jobs" => Self::Jobs,
            "fg" => Self::Foreground(argument),
            "stop" => Self::Stop(argument),
            "edit" => Self::Edit(argument),
            "note" => Self::Note(argument),
            "recap" => Self::Recap(argument),
            "review" => Self::Review,
            "flag" => Self::Flag(argument),
            "quit" => Self::Quit,
            other => Self::Unknown(other.to_owned()),
        })
    }

    /// The seconds that `30s`, `5m`, `2h` or `1m30s` mean; `None` when it is none of these.
    #[must_use]
    pub fn seconds(text: &str) -> Option<u64> {
        let span: jiff::SignedDuration = text.trim().parse().ok()?;
        u64::try_from(span.as_secs()).ok().filter(|seconds| *seconds > 0)
    }

    /// The number of a job: `2`, `%2`, or nothing for the latest.
    ///
    /// # Errors
    /// With what was typed instead.
    pub fn job(text: &str) -> Result<Option<usize>, String> {
        match text.strip_prefix('%').unwrap_or(text) {
            "" => Ok(None),
            number => number.parse().map(Some).map_err(|_| text.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_word_decides_and_marks_overrule_it() {
        assert_eq!(Word::parse("check"), Some(Word::Check));
        assert_eq!(Word::parse("  goto 2/scale "), Some(Word::Goto("2/scale".to_owned())));
        assert_eq!(Word::parse("kubectl get pods"), None);
        assert_eq!(Word::parse("!check"), None);
        assert_eq!(Word::parse(":hint"), Some(Word::Hint));
        assert_eq!(Word::parse(":kubectl get"), Some(Word::Unknown("kubectl".to_owned())));
    }

    #[test]
    fn every_word_of_help_is_a_word_in_both_languages() {
        for help in WORDS {
            for typed in [help.word, help.korean_word] {
                let word = Word::parse(typed);
                assert!(!matches!(word, None | Some(Word::Unknown(_))), "{typed}");
                assert_eq!(word, Word::parse(help.word), "{typed}");
            }
        }
        let words = WORDS.iter().flat_map(|help| [help.word, help.korean_word]);
        assert_eq!(words.collect::<std::collections::BTreeSet<_>>().len(), 2 * WORDS.len());
        for group in WordGroup::ALL {
            assert!(WORDS.iter().any(|help| help.group == group), "{group:?}");
        }
    }

    #[test]
    fn two_files_are_compared_by_the_shell() {
        assert_eq!(Word::parse("diff"), Some(Word::Diff(Since::Command)));
        assert_eq!(Word::parse("diff step"), Some(Word::Diff(Since::Step)));
        assert_eq!(Word::parse("diff a.yaml b.yaml"), None);
    }

    #[test]
    fn jobs_are_named_as_in_a_shell() {
        assert_eq!(Word::job(""), Ok(None));
        assert_eq!(Word::job("%2"), Ok(Some(2)));
        assert_eq!(Word::job("2"), Ok(Some(2)));
        assert_eq!(Word::job("x"), Err("x".to_owned()));
    }

    #[test]
    fn spans_of_time_are_read() {
        for (text, seconds) in [
            ("30s", Some(30)),
            ("1m30s", Some(90)),
            ("2h", Some(7200)),
            ("5", None),
            ("x", None),
            ("", None),
            ("99999999999999999999d", None),
        ] {
            assert_eq!(Word::seconds(text), seconds, "{text}");
        }
    }
}
