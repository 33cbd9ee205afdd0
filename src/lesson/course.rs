//! The course as data: chapters, steps and what belongs to them.

use crate::base::{Position, UserError, Value, nearest};

use super::check_spec::{Expectation, ValueSource};
use super::language::Text;

/// All chapters, in their order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Course {
    /// The chapters.
    pub chapters: Vec<Chapter>,
}

/// A chapter: one folder of the course.
#[derive(Clone, Debug, PartialEq)]
pub struct Chapter {
    /// Its number, from the folder's name.
    pub number: u32,
    /// The folder's name without the number, e.g. `deployments`.
    pub id: String,
    /// Title.
    pub title: Text,
    /// One or two sentences on what it is about.
    pub summary: Text,
    /// How long it takes, in minutes.
    pub minutes: u32,
    /// Steps, in their order.
    pub steps: Vec<Step>,
}

/// A step: one thing to do.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Step {
    /// Its id within the chapter.
    pub id: String,
    /// Title.
    pub title: Text,
    /// What the learner reads, Markdown.
    pub prose: Text,
    /// Objects present when the step begins, applied in this order; the same object may come again with a
    /// later version of itself.
    pub start: Vec<Value>,
    /// Ways to pass: the commands of each, the first being the one that `solve` runs.
    pub solutions: Vec<Vec<String>>,
    /// Files put into the learner's workspace.
    pub files: Vec<LessonFile>,
    /// What must be so.
    pub checks: Vec<Expectation>,
    /// Known wrong states.
    pub mistakes: Vec<Mistake>,
    /// At most three: the idea, the verb, the command with one blank.
    pub hints: Vec<Text>,
    /// What to predict before acting.
    pub predict: Option<Predict>,
    /// Questions.
    pub questions: Vec<Question>,
    /// Values remembered when the step begins: name and where they are read.
    pub snap: Vec<(String, ValueSource)>,
    /// What the author's tools shall not complain about.
    pub allowances: Vec<Allowance>,
    /// Where its parts stand.
    pub origin: Origin,
}

/// Where the parts of a step stand in the chapter's English file, in the order of the step's lists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The file, relative to the course.
    pub file: String,
    /// The heading.
    pub at: Position,
    /// Every object of the start state.
    pub start: Vec<Position>,
    /// Every command of every solution.
    pub solutions: Vec<Vec<Position>>,
    /// The content of every file.
    pub files: Vec<Position>,
    /// Every mistake.
    pub mistakes: Vec<Position>,
    /// Every hint.
    pub hints: Vec<Position>,
    /// Every question.
    pub questions: Vec<Position>,
    /// Every value that is remembered.
    pub snap: Vec<Position>,
    /// Whether a block could not be read, of which is told already.
    pub unread: bool,
}

/// Something that the author's tools would complain about and that is meant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Allowance {
    /// The rule that may be broken here, or `mutant` for a change of the solution that may pass.
    pub rule: String,
    /// The class of the mutant (`image`, `port` …), where it is one.
    pub mutant: Option<String>,
    /// Text that the complaint contains; empty for every one.
    pub text: String,
    /// Why it is meant.
    pub because: String,
    /// Where it stands.
    pub at: Position,
}

/// A file of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LessonFile {
    /// Its name in the workspace.
    pub name: String,
    /// Its content.
    pub content: String,
}

/// A known wrong state.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mistake {
    /// It is this mistake when all of these hold.
    pub when: Vec<Expectation>,
    /// What to say about it.
    pub say: Text,
    /// Commands that lead to it from the step's start.
    pub tries: Vec<String>,
}

/// A guess to make before acting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Predict {
    /// What is asked.
    pub ask: Text,
    /// Choices, if any.
    pub choices: Vec<Text>,
    /// The choice that comes true, from 0, where the author says so.
    pub answer: Option<usize>,
    /// What to say once the learner has seen what happens.
    pub explain: Option<Text>,
}

/// A question to answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// Its id within the step.
    pub id: String,
    /// What is asked.
    pub ask: Text,
    /// Choices, if any.
    pub choices: Vec<Text>,
    /// What is right.
    pub answer: Answer,
    /// What to say about a wrong answer.
    pub feedback: Option<Text>,
    /// Why the right answer is right.
    pub explain: Option<Text>,
}

/// What answers a question.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// One of these texts; the first is the one to show.
    OneOf(Vec<String>),
    /// The choice with this index, from 0.
    Choice(usize),
    /// A value of the live cluster.
    Cluster(ValueSource),
}

impl Course {
    /// Finds a chapter (`2`, `deployments`, `02-deployments`) or a step in it (`2/scale`, `2/3`).
    ///
    /// # Errors
    /// When there is none, with the nearest name as a hint.
    pub fn find(&self, place: &str) -> Result<(usize, usize), UserError> {
        let (chapter_word, step_word) = match place.split_once(['/', '.']) {
            Some((chapter, step)) => (chapter.trim(), Some(step.trim())),
            None => (place.trim(), None),
        };
        let chapter_index = self.find_chapter(chapter_word)?;
        let step_index = match step_word {
            Some(word) if !word.is_empty() => self.chapters[chapter_index].find_step(word)?,
            _ => 0,
        };
        Ok((chapter_index, step_index))
    }

    fn find_chapter(&self, word: &str) -> Result<usize, UserError> {
        let digits = word.split('-').next().unwrap_or_default();
        let number: Option<u32> = digits.parse().ok();
        let id = if number.is_some() { word.split_once('-').map(|(_, id)| id) } else { Some(word) };
        let found = self.chapters.iter().position(|chapter| {
            number.is_none_or(|number| chapter.number == number) && id.is_none_or(|id| chapter.id == id)
        });
        found.ok_or_else(|| {
            let names = self.chapters.iter().map(|chapter| chapter.id.as_str());
            let (hint, korean) = match nearest(word, names) {
                Some(name) => (format!("did you mean {name}?"), format!("{name}을(를) 뜻하셨나요?")),
                None => ("`list` shows the chapters".to_owned(), "`list`로 장들을 볼 수 있습니다".to_owned()),
            };
            let korean = UserError::new(format!("{word:?}(이)라는 장은 없습니다")).hint(korean);
            UserError::new(format!("there is no chapter {word:?}")).hint(hint).or_korean(korean)
        })
    }
}

impl Chapter {
    fn find_step(&self, word: &str) -> Result<usize, UserError> {
        if let Some(index) = self.steps.iter().position(|step| step.id == word) {
            return Ok(index);
        }
        if let Ok(number) = word.parse::<usize>()
            && (1..=self.steps.len()).contains(&number)
        {
            return Ok(number - 1);
        }
        let (hint, korean) = match nearest(word, self.steps.iter().map(|step| step.id.as_str())) {
            Some(name) => {
                (format!("did you mean {}/{name}?", self.id), format!("{}/{name}을(를) 뜻하셨나요?", self.id))
            }
            None => ("`list` shows the steps".to_owned(), "`list`로 단계들을 볼 수 있습니다".to_owned()),
        };
        let korean =
            UserError::new(format!("{} 장에는 {word:?}(이)라는 단계가 없습니다", self.id)).hint(korean);
        Err(UserError::new(format!("chapter {} has no step {word:?}", self.id)).hint(hint).or_korean(korean))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn course() -> Course {
        let chapter = |number, id: &str, steps: &[&str]| Chapter {
            number,
            id: id.to_owned(),
            title: Text::new(id),
            summary: Text::default(),
            minutes: 5,
            steps: steps.iter().map(|id| Step { id: (*id).to_owned(), ..Step::default() }).collect(),
        };
        Course {
            chapters: vec![chapter(1, "pods", &["run"]), chapter(2, "deployments", &["create", "scale"])],
        }
    }

    #[test]
    fn chapters_and_steps_are_found_by_number_id_and_folder() {
        let course = course();
        assert_eq!(course.find("2"), Ok((1, 0)));
        assert_eq!(course.find("deployments"), Ok((1, 0)));
        assert_eq!(course.find("02-deployments/scale"), Ok((1, 1)));
        assert_eq!(course.find("2/2"), Ok((1, 1)));
        assert_eq!(course.find("1.1"), Ok((0, 0)));
    }

    #[test]
    fn a_misspelt_place_is_answered_with_the_nearest_one() {
        let course = course();
        assert_eq!(course.find("deploymets").unwrap_err().hints, ["did you mean deployments?"]);
        assert_eq!(course.find("2/scael").unwrap_err().hints, ["did you mean deployments/scale?"]);
        assert!(course.find("9").is_err());
        assert!(course.find("2/0").is_err());
        assert!(course.find("2-pods").is_err());
    }
}
