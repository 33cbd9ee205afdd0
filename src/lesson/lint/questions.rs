//! Questions: asked for, told apart, and with choices that differ.

use std::collections::BTreeSet;

use super::super::check_spec::Form;
use super::super::course::{Chapter, Question, Step};
use super::super::diagnostic::Report;
use super::super::language::{Language, Text};
use crate::base::Position;

pub(super) fn lint(chapter: &Chapter, report: &mut Report) {
    for step in &chapter.steps {
        let mut ids = BTreeSet::new();
        for (question, at) in step.questions.iter().zip(&step.origin.questions) {
            if !ids.insert(&question.id) {
                let message = format!("there are two questions {:?}", question.id);
                report.broken("question", *at, message, Some("each has an id of its own".to_owned()));
            }
            look(step, question, *at, report);
        }
        if let Some(predict) = &step.predict {
            choices(&predict.choices, step.origin.at, "the prediction", report);
            if predict.explain.is_none() {
                let message = "the prediction is never explained";
                report.broken("question", step.origin.at, message, Some("add `explain:`".to_owned()));
            }
        }
    }
}

fn look(step: &Step, question: &Question, at: Position, report: &mut Report) {
    let asked = step.checks.iter().any(|check| matches!(&check.form, Form::Answer(id) if *id == question.id));
    if !asked {
        let message = format!("no check asks for the answer {:?}: the step passes without it", question.id);
        report.broken("question", at, message, Some(format!("add `- {{that: …, answer: {}}}`", question.id)));
    }
    choices(&question.choices, at, &format!("the question {:?}", question.id), report);
    if question.feedback.is_none() {
        let message = format!("the question {:?} has nothing to say about a wrong answer", question.id);
        report.broken("question", at, message, Some("add `feedback:` that leads on".to_owned()));
    }
    if question.explain.is_none() {
        let message = format!("the question {:?} does not say why the right answer is right", question.id);
        report.broken("question", at, message, Some("add `explain:`".to_owned()));
    }
}

fn choices(choices: &[Text], at: Position, what: &str, report: &mut Report) {
    if choices.len() == 1 {
        report.broken("question", at, format!("{what} has a single choice"), None);
    }
    for language in [Language::En, Language::Ko] {
        let mut seen = BTreeSet::new();
        for choice in choices {
            if !seen.insert(choice.get(language).to_lowercase()) {
                let message = format!("{what} has the choice {:?} twice", choice.get(language));
                report.broken("question", at, message, None);
            }
        }
    }
}
