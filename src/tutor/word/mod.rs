//! The tutor's own words, and how a line is told from a command.

use crate::lesson::Language;

/// A tutor word with its arguments.
#[derive(Clone, Debug, PartialEq)]
pub enum Word {
    /// Show the words.
    Help,
    /// Judge now.
    Check,
    /// Tell what keeps an object, or the step, from being as it should.
    Why(String),
    /// Show the next hint.
    Hint,
    /// Run the solution.
    Solve,
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
    /// Stop simulated time.
    Pause,
    /// Let simulated time run again.
    Resume,
    /// Change the speed of simulated time.
    Speed(String),
    /// Let simulated time pass at once.
    Skip(String),
    /// Leave.
    Quit,
    /// A word of the tutor that this version does not know how to do.
    NotYet(&'static str),
    /// After a colon: no word of the tutor.
    Unknown(String),
}

/// What `help` says about a word.
#[derive(Clone, Copy, Debug)]
pub struct WordHelp {
    /// The word.
    pub word: &'static str,
    /// Its argument, if it takes one.
    pub argument: &'static str,
    english: &'static str,
    korean: &'static str,
}

impl WordHelp {
    /// What the word does.
    #[must_use]
    pub fn text(&self, language: Language) -> &'static str {
        match language {
            Language::En => self.english,
            Language::Ko => self.korean,
        }
    }
}

const fn word(
    word: &'static str,
    argument: &'static str,
    english: &'static str,
    korean: &'static str,
) -> WordHelp {
    WordHelp { word, argument, english, korean }
}

/// Every word that works, in the order of `help`.
pub static WORDS: &[WordHelp] = &[
    word("status", "", "show the task again", "지금 할 일을 다시 보여 줍니다"),
    word("check", "", "judge the step now and say why", "지금 단계를 판정하고 이유를 알려 줍니다"),
    word(
        "why",
        "OBJECT",
        "what keeps it: why, why pod/web",
        "무엇이 막고 있는지 알려 줍니다: why, why pod/web",
    ),
    word("hint", "", "show the next hint", "다음 힌트를 보여 줍니다"),
    word("answer", "TEXT", "answer the step's question", "단계의 질문에 답합니다"),
    word("predict", "TEXT", "say what you expect before you try", "해 보기 전에 예상을 적어 둡니다"),
    word("solve", "", "run the solution and go on", "풀이를 실행하고 다음으로 넘어갑니다"),
    word("next", "", "go on to the next step or chapter", "다음 단계나 장으로 갑니다"),
    word("back", "", "go one step back", "한 단계 뒤로 갑니다"),
    word(
        "goto",
        "PLACE",
        "go to a chapter or step: goto 3, goto services/expose",
        "장이나 단계로 갑니다: goto 3, goto services/expose",
    ),
    word("reset", "", "put the step's world back to its start", "단계를 처음 상태로 되돌립니다"),
    word("list", "", "show chapters, steps and progress", "장, 단계, 진행 상황을 보여 줍니다"),
    word("pause", "", "stop simulated time", "모의 시간을 멈춥니다"),
    word("resume", "", "let simulated time run again", "모의 시간을 다시 흐르게 합니다"),
    word("speed", "N", "run simulated time N times as fast", "모의 시간을 N배로 흐르게 합니다"),
    word("skip", "TIME", "let time pass at once: skip 30s, skip 5m", "시간을 건너뜁니다: skip 30s, skip 5m"),
    word("help", "", "show these words", "이 목록을 보여 줍니다"),
    word("quit", "", "leave; everything is kept", "나갑니다. 모든 것이 저장됩니다"),
];

/// Words that belong to the tutor and do nothing yet.
const RESERVED: &[&str] = &["map", "timeline", "undo"];

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
        let word = match first {
            "help" | "?" => Self::Help,
            "check" => Self::Check,
            "why" => Self::Why(argument),
            "hint" => Self::Hint,
            "solve" => Self::Solve,
            "next" => Self::Next,
            "back" => Self::Back,
            "goto" => Self::Goto(argument),
            "reset" => Self::Reset,
            "status" => Self::Status,
            "list" => Self::List,
            "answer" => Self::Answer(argument),
            "predict" => Self::Predict(argument),
            "pause" => Self::Pause,
            "resume" => Self::Resume,
            "speed" => Self::Speed(argument),
            "skip" => Self::Skip(argument),
            "quit" | "exit" => Self::Quit,
            other => match RESERVED.iter().find(|reserved| **reserved == other) {
                Some(reserved) => Self::NotYet(reserved),
                None if forced => Self::Unknown(other.to_owned()),
                None => return None,
            },
        };
        Some(word)
    }

    /// The seconds that `30s`, `5m`, `2h` or `1m30s` mean; `None` when it is none of these.
    #[must_use]
    pub fn seconds(text: &str) -> Option<u64> {
        let span: jiff::SignedDuration = text.trim().parse().ok()?;
        u64::try_from(span.as_secs()).ok().filter(|seconds| *seconds > 0)
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
        assert_eq!(Word::parse("map"), Some(Word::NotYet("map")));
    }

    #[test]
    fn every_word_of_help_is_a_word() {
        for help in WORDS {
            assert!(!matches!(Word::parse(help.word), None | Some(Word::NotYet(_))), "{}", help.word);
        }
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
