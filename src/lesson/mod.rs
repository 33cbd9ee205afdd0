//! Chapters: Markdown files in, a course and diagnostics out.
//!
//! A chapter is a folder `NN-name` with `en.md` and, beside it, `ko.md`. The file opens with front
//! matter (`summary`, `minutes`), has one `#` title and one `##` heading with an explicit `{#id}` for
//! each step. Below a step's heading stand prose and fenced blocks with these info strings:
//!
//! | block | what it holds |
//! |---|---|
//! | `yaml start` | objects present when the step begins |
//! | `sh solution` | the commands of one correct way, each further block another way |
//! | `yaml file=NAME` | a file for the learner's workspace |
//! | `yaml snap` | values remembered when the step begins: `name: {object: kind/name, path: .x}` |
//! | `yaml check` | expectations, each with `that:` and one of `object`, `select`, `absent`, `http`, `answer`, `command` |
//! | `yaml mistake` | `when:` expectations that hold in a known wrong state, `say:` what to tell, `try:` commands that lead to it |
//! | `hint` | the idea, the verb, the command with one blank |
//! | `yaml predict` | `ask`, `choices`, `explain` |
//! | `yaml question` | `id`, `ask`, `choices`, `answer` or `from: {object, path}`, `feedback` |
//! | `yaml allow` | what the author's tools shall not complain about: `mutant` or `rule`, `text`, `because` |
//!
//! `settled: true` beside `object` asks that its controller has finished; `wait: false` says that only the
//! learner can bring something about, so that the step is not yet and not converging; `needs: true` makes
//! an expectation a precondition, without which the step is broken. A selection (`select`, filtered by
//! `where: {labels, ownedBy, contains}`) leaves out what is being deleted and has one of `every`, `any`,
//! `none`, `count`. The same object may come several times in `yaml start`, each time later in its life.
//!
//! A partial object (`contains`, `every`, `any`, `none`) is matched key by key, lists by content. In place
//! of a value it may hold one test: `$exists`, `$oneOf`, `$notEqualTo`, `$equalTo`, `$atLeast`, `$atMost`,
//! `$contains` or `$image`; `snap.NAME` in a test stands for a remembered value.
//!
//! `ko.md` repeats the headings with the same ids and holds translated prose, `hint` blocks, the sentences of
//! `yaml check` as a list, `say` of `yaml mistake`, and the texts of `yaml predict` and `yaml question`, all
//! in the order of `en.md`; everything else is inherited.

mod chapter;
mod check_reader;
mod check_spec;
mod course;
mod diagnostic;
mod language;
mod lint;
mod markdown;
mod node;
mod rules;
mod source;
mod step;
mod translation;

pub use check_spec::{
    Expectation, Form, HttpProbe, ObjectRef, Quantifier, Selection, ValueOrigin, ValueSource,
};
pub use course::{Allowance, Answer, Chapter, Course, LessonFile, Mistake, Origin, Predict, Question, Step};
pub use diagnostic::{Diagnostic, Severity};
pub use language::{Language, Text};
pub use lint::{Linted, lint};
pub use rules::{LessonRule, RULES};
pub use source::{Source, load};
