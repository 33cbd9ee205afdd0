//! What a script is compiled to: a flat list of steps that can be left and taken up anywhere.

use serde::{Deserialize, Serialize};

/// A compiled script.
pub(super) type Program = Vec<Op>;

/// One step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Op {
    /// A command with its words.
    Simple(Simple),
    /// Go on at that step.
    Jump(usize),
    /// Go on at that step when the last status is not 0.
    JumpIfFailed(usize),
    /// Go on at that step when the last status is 0.
    JumpIfSucceeded(usize),
    /// `!`.
    Negate,
    /// Sets the status.
    SetStatus(i32),
    /// Begins `for` over words; `None` means `"$@"`.
    ForBegin(Option<Vec<Word>>),
    /// Takes the next word, or goes on at `end`.
    ForNext {
        /// Variable that takes the word.
        variable: String,
        /// Step after the loop.
        end: usize,
    },
    /// Forgets the loop's words.
    ForEnd,
    /// Begins `case` on a word.
    CaseBegin(Word),
    /// Goes on at `otherwise` unless one of the patterns matches.
    CaseTest {
        /// Patterns.
        patterns: Vec<Word>,
        /// Where the next alternative is.
        otherwise: usize,
    },
    /// Forgets the word of `case`.
    CaseEnd,
    /// Redirections of a compound command.
    RedirectBegin(Vec<Redirect>),
    /// Ends them.
    RedirectEnd,
    /// Commands joined by `|`.
    Pipeline(Vec<Program>),
    /// `( … )`.
    Subshell(Program),
    /// `… &`.
    Background(Program),
    /// A function.
    Define(String, Program),
    /// `[[ … ]]`.
    Condition(Condition),
    /// `(( … ))`: ends well when the value is not 0.
    Arithmetic {
        /// The expression.
        text: Word,
        /// Whether its status is looked at.
        tested: bool,
    },
    /// Behind `( … )` and pipelines: `set -e` ends the shell, unless the status is looked at.
    Check(bool),
    /// Notes in the frame that a command failed.
    Gather,
    /// The status of all of them: that one, if any failed.
    Conclude(i32),
    /// Tells how long it took since then.
    Timed(crate::base::Timestamp),
    /// Here the script stops being one: the message, and the line.
    Fail(String, u32),
}

/// The words of `[[ … ]]`, operators among them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Condition {
    /// The words.
    pub words: Vec<Word>,
    /// Whether its status is looked at.
    pub tested: bool,
    /// Line of the script.
    pub line: u32,
}

/// A simple command.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Simple {
    /// `NAME=word` before the command.
    pub assignments: Vec<(String, Word)>,
    /// Command and arguments.
    pub words: Vec<Word>,
    /// Redirections.
    pub redirects: Vec<Redirect>,
    /// Whether its failure is looked at (`if`, `while`, `&&`, `||`, `!`), so that `set -e` spares it.
    pub tested: bool,
    /// Line of the script.
    #[serde(default)]
    pub line: u32,
}

/// A redirection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Redirect {
    /// File descriptor.
    pub descriptor: u32,
    /// What to do with it.
    pub kind: RedirectKind,
    /// File, descriptor or text.
    pub target: Word,
}

/// The forms of redirection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum RedirectKind {
    /// `<`.
    Read,
    /// `>`.
    Write,
    /// `>|`.
    Force,
    /// `>>`.
    Append,
    /// `>&` and `<&`.
    Duplicate,
    /// `<<`: the text itself.
    Document,
}

/// A word before expansion.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Word(pub Vec<Part>);

/// A piece of a word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Part {
    /// Text outside quotes.
    Bare(String),
    /// Text inside quotes.
    Quoted(String),
    /// `$NAME`, `${NAME…}`.
    Variable {
        /// Name, digit or special character.
        name: String,
        /// `:-word` and its kin, `#pattern`, `%pattern`, or `#` before the name for the length.
        change: Option<(String, Word)>,
        /// Inside double quotes.
        quoted: bool,
    },
    /// `$(…)`.
    Substitution(Program, bool),
    /// `$((…))`.
    Arithmetic(Word, bool),
    /// `(…)` right behind `NAME=`.
    Array(Vec<Word>),
}

impl Word {
    /// A word of plain text that nothing expands.
    pub(super) fn literal(text: &str) -> Self {
        Self(vec![Part::Quoted(text.to_owned())])
    }

    /// The text of a word that is one unquoted piece: what keywords and assignments look like.
    pub(super) fn bare(&self) -> Option<&str> {
        match self.0.as_slice() {
            [Part::Bare(text)] => Some(text),
            _ => None,
        }
    }
}

impl Word {
    /// How deep it is when it is stored.
    fn levels(&self) -> usize {
        let of = |part: &Part| match part {
            Part::Substitution(program, _) => 2 + levels(program),
            Part::Arithmetic(word, _) => 2 + word.levels(),
            Part::Variable { change: Some((_, word)), .. } => 3 + word.levels(),
            Part::Array(words) => 2 + words.iter().map(Self::levels).max().unwrap_or_default(),
            _ => 2,
        };
        1 + self.0.iter().map(of).max().unwrap_or_default()
    }
}

/// Why a text is not a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum SyntaxError {
    /// More lines could complete it.
    Incomplete(String),
    /// Nothing can.
    Wrong(String),
}

impl SyntaxError {
    /// What the shell says.
    pub(super) fn message(&self) -> &str {
        match self {
            Self::Incomplete(message) | Self::Wrong(message) => message,
        }
    }
}

/// How deep a script may be when it is stored: whoever reads it gives up at 128 levels, of which shells inside of
/// each other take most.
pub(super) const LEVELS_MAX: usize = 44;

/// How deep a script is when it is stored.
pub(super) fn levels(program: &[Op]) -> usize {
    let words = |words: &[Word]| words.iter().map(Word::levels).max().unwrap_or_default();
    let targets = |redirects: &[Redirect]| {
        redirects.iter().map(|redirect| redirect.target.levels() + 1).max().unwrap_or_default()
    };
    let of = |op: &Op| match op {
        Op::Simple(simple) => {
            let values = simple.assignments.iter().map(|(_, word)| word.levels() + 1);
            3 + words(&simple.words).max(targets(&simple.redirects)).max(values.max().unwrap_or_default())
        }
        Op::Condition(condition) => 3 + words(&condition.words),
        Op::Arithmetic { text, .. } => 2 + text.levels(),
        Op::ForBegin(Some(list)) => 2 + words(list),
        Op::CaseBegin(word) => 1 + word.levels(),
        Op::CaseTest { patterns, .. } => 3 + words(patterns),
        Op::RedirectBegin(redirects) => 2 + targets(redirects),
        Op::Pipeline(stages) => 2 + stages.iter().map(|stage| levels(stage)).max().unwrap_or_default(),
        Op::Subshell(inner) | Op::Background(inner) => 1 + levels(inner),
        Op::Define(_, inner) => 2 + levels(inner),
        _ => 2,
    };
    1 + program.iter().map(of).max().unwrap_or_default()
}
