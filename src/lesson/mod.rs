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
//! | `yaml snap` | values remembered when the step begins: `name: {object: kind/name, path: .x}`, or `cel: …` |
//! | `yaml check` | expectations, each with `that:` and one of `object`, `select`, `with`, `absent`, `either`, `http`, `requests`, `trial`, `answer`, `command` |
//! | `yaml mistake` | `when:` expectations that hold in a known wrong state, `say:` what to tell, `try:` commands that lead to it |
//! | `hint` | the idea, the verb, the command with one blank |
//! | `yaml predict` | `ask`, `choices`, `answer` (the number of the choice that comes true), `explain` |
//! | `yaml question` | `id`, `ask`, `choices`, `answer` or `from: {object, path}`, `feedback` on a wrong answer, `explain` after the right one |
//! | `yaml allow` | what the author's tools shall not complain about: `mutant` or `rule`, `text`, `because` |
//!
//! `settled: true` beside `object` asks that its controller has finished, of a Pod that it is ready;
//! `settled: 30s` that its containers have run for that long since. What is held to be ready must also be
//! steady: a container that was restarted has to outlive its last run (30 seconds at most), and a liveness
//! probe to be answered; a step whose checks speak of `restartCount` or `lastState` judges that by itself.
//! `wait: false` says that only the learner can bring something about, so that the step is not yet and not
//! converging; `needs: true` makes an expectation a precondition, without which the step is broken. A selection (`select`, filtered by
//! `where: {labels, selector, ownedBy, contains}`) leaves out what is being deleted and has one of `every`,
//! `any`, `none`, `count`, `cel`. The same object may come several times in `yaml start`, each time later in
//! its life.
//!
//! A partial object (`contains`, `every`, `any`, `none`) is matched key by key, lists by content. In place
//! of a value it may hold tests: `$exists`, `$equalTo`, `$notEqualTo`, `$oneOf`, `$noneOf`, `$atLeast`,
//! `$atMost`, `$moreThan`, `$lessThan` (numbers and quantities), `$quantity` (the same amount), `$contains`,
//! `$matches` (a regular expression), `$image`, `$base64`, `$size`, `$not`, `$exactly` (and nothing else),
//! `$every` and `$none` (of the items of a list). `snap.NAME` in a test stands for a remembered value.
//!
//! A rule (`cel`) is an expression that must be true: of `object` beside `object:`, of the list `objects`
//! beside `select:`, of the names that `with: {NAME: {object | select …}}` gives; `snap.NAME` is there too.
//! Fields and types are checked when the chapter is read. Kinds are those of Kubernetes, and those whose
//! CustomResourceDefinition is in a start state, a file or a solution of the chapter. `either` holds when one of its
//! expectations does.
//!
//! `http: {service, port, path, status, contains, namespace, host, times, distinct}` asks a Service through
//! the API server: each of `times` requests must succeed, and `distinct` different bodies must come.
//! `requests: {service, port, …, during: kind/name}` asks again and again while the learner rolls that object
//! out: no request may fail. `trial: {delete | restart | patch, requests, then}` does something once all
//! other checks hold: `delete: {object | select …}` deletes one object, `restart: kind/name` makes its Pods
//! anew, `patch: {object, with}` changes one. Without `then` (expectations, in which `snap.deleted` is the uid
//! of what was deleted) what was deleted must be replaced, and what was changed must settle.
//!
//! The words of a `command` come in this order in one command; `a|b` stands for either, and a kind for all
//! its names. Several alternatives to what is typed usually exist: ask for the state where there is one.
//!
//! `ko.md` repeats the headings with the same ids and holds translated prose, `hint` blocks, the sentences of
//! `yaml check` as a list, `say` of `yaml mistake`, and the texts of `yaml predict` and `yaml question`, all
//! in the order of `en.md`; everything else is inherited.

mod chapter;
mod check_reader;
mod check_spec;
mod course;
mod custom_kinds;
mod diagnostic;
mod language;
mod lint;
mod markdown;
mod node;
mod reach;
mod rules;
mod source;
mod step;
mod translation;
mod typed;
mod watch;

pub use check_spec::{
    Action, Expectation, Form, HttpProbe, ObjectRef, Quantifier, Reading, Rule, Selection, Trial,
    ValueOrigin, ValueSource,
};
pub use course::{Allowance, Answer, Chapter, Course, LessonFile, Mistake, Origin, Predict, Question, Step};
pub use diagnostic::{Diagnostic, Severity};
pub use language::{Language, Text};
pub use lint::{Linted, lint};
pub use rules::{LessonRule, RULES};
pub use source::{SAMPLE_IMAGE, Source, load, load_with, sample_app};
pub use typed::{TypedWord, commands_of, kubectl_verb, makes, writes, writing_verb};
pub use watch::{CourseWatch, complaint};
