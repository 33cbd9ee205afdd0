//! Study notes of a chapter: what the learner did, expected, answered and said, as Markdown.

use crate::lesson::{Chapter, Language, Step, Text};
use crate::progress::{Learner, Place, StepNotes};

/// The notes on a chapter; `None` while there are none.
pub(super) fn recap(chapter: &Chapter, learner: &Learner, language: Language) -> Option<String> {
    let mut parts = Vec::new();
    for step in &chapter.steps {
        let place = Place { chapter: chapter.id.clone(), step: step.id.clone() };
        let notes = learner.notes.get(&place);
        let passed = learner.has_passed(&place);
        if let Some(notes) = notes.filter(|notes| passed || **notes != StepNotes::default()) {
            parts.push(of_step(step, notes, passed, language));
        }
    }
    if parts.is_empty() {
        return None;
    }
    Some(format!("# {}\n\n{}", chapter.title.get(language), parts.join("\n")))
}

fn of_step(step: &Step, notes: &StepNotes, passed: bool, language: Language) -> String {
    let words = Words::of(language);
    let mut text = format!("## {}\n\n", step.title.get(language));
    if !passed {
        text.push_str(&format!("{}\n\n", words.open));
    }
    if !notes.commands.is_empty() {
        text.push_str(&format!("```sh\n{}\n```\n\n", notes.commands.join("\n")));
    }
    let mut lines = Vec::new();
    if let (Some(predict), Some(said)) = (&step.predict, &notes.prediction) {
        let said = choice(said, &predict.choices, language);
        lines.push(format!("{} {} — {said}", words.expected, plain(predict.ask.get(language))));
        if let Some(explain) = predict.explain.as_ref().filter(|_| passed) {
            lines.push(format!("{} {}", words.is_so, plain(explain.get(language))));
        }
    }
    for (id, answer) in &notes.answers {
        if let Some(question) = step.questions.iter().find(|question| question.id == *id) {
            let answer = choice(answer, &question.choices, language);
            lines.push(format!("{} {} — {answer}", words.asked, plain(question.ask.get(language))));
            if let Some(explain) = question.explain.as_ref().filter(|_| passed) {
                lines.push(format!("{} {}", words.is_so, plain(explain.get(language))));
            }
        }
    }
    if let Some(reason) = &notes.reason {
        lines.push(format!("{} {reason}", words.reason));
    }
    if notes.solved && notes.reason.is_none() {
        lines.push(words.solved.to_owned());
    }
    lines.extend(notes.notes.iter().map(|note| format!("{} {note}", words.note)));
    for line in lines {
        text.push_str(&format!("- {line}\n"));
    }
    text
}

/// The text of the choice that the learner named, or what they wrote.
fn choice(said: &str, choices: &[Text], language: Language) -> String {
    let texts: Vec<&str> = choices.iter().map(|choice| choice.get(language)).collect();
    let chosen = crate::check::chosen(said, &texts).and_then(|index| texts.get(index).copied());
    plain(chosen.unwrap_or(said))
}

/// One line.
fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

struct Words {
    open: &'static str,
    expected: &'static str,
    is_so: &'static str,
    asked: &'static str,
    reason: &'static str,
    solved: &'static str,
    note: &'static str,
}

impl Words {
    fn of(language: Language) -> Self {
        match language {
            Language::En => Self {
                open: "(not passed yet)",
                expected: "**Expected:**",
                is_so: "**So it is:**",
                asked: "**Question:**",
                reason: "**Why it works:**",
                solved: "Passed with the solution.",
                note: "**Note:**",
            },
            Language::Ko => Self {
                open: "(아직 통과하지 않음)",
                expected: "**예상:**",
                is_so: "**실제:**",
                asked: "**질문:**",
                reason: "**되는 이유:**",
                solved: "풀이로 통과함.",
                note: "**메모:**",
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lesson::Predict;
    use crate::progress::Event;

    #[test]
    fn notes_hold_the_learners_words_and_the_commands_that_worked() {
        let step = Step {
            id: "run".into(),
            title: Text::new("Run one"),
            predict: Some(Predict {
                ask: Text::new("Will it\nrun?"),
                choices: vec![Text::new("Yes"), Text::new("No")],
                answer: None,
                explain: Some(Text::new("It will.")),
            }),
            ..Step::default()
        };
        let chapter = Chapter {
            number: 1,
            id: "pods".into(),
            title: Text::new("Pods"),
            summary: Text::default(),
            minutes: 1,
            steps: vec![step],
        };
        let place = Place { chapter: "pods".into(), step: "run".into() };
        let mut learner = Learner::default();
        assert_eq!(recap(&chapter, &learner, Language::En), None);
        for event in [
            Event::StepEntered { place: place.clone() },
            Event::Predicted { prediction: "1".into() },
            Event::CommandRun { line: "kubectl rum".into(), exit_code: 1 },
            Event::CommandRun { line: "kubectl run a --image=b".into(), exit_code: 0 },
            Event::SolutionRun,
            Event::StepPassed { place: place.clone(), solved: true },
            Event::Explained { place, text: "the kubelet starts it".into() },
        ] {
            learner.apply(&event);
        }
        assert_eq!(
            recap(&chapter, &learner, Language::En).unwrap(),
            "# Pods\n\n## Run one\n\n```sh\nkubectl run a --image=b\n```\n\n- **Expected:** Will it run? — Yes\n\
             - **So it is:** It will.\n- **Why it works:** the kubelet starts it\n"
        );
    }
}
