//! Questions: asked for, told apart, and with choices that differ.

use std::collections::BTreeSet;

use super::super::check_spec::{Form, Reading, ValueOrigin, ValueSource};
use super::super::course::{Answer, Chapter, Question, Step};
use super::super::diagnostic::Report;
use super::super::language::{Language, Text};
use crate::apimachinery::{FieldType, schema_of};
use crate::base::Position;

/// Fields that whoever writes to an object changes, the cluster above all.
const MOVES: &[&str] =
    &["resourceVersion", "lastUpdateTime", "lastTransitionTime", "lastProbeTime", "lastHeartbeatTime"];

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
    if let Answer::Cluster(ValueSource { from, read: Reading::Path(path) }) = &question.answer {
        source(question, from, path, at, report);
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

/// Whether what is read from the cluster can be typed, and stays what it is while a learner types it.
fn source(question: &Question, from: &ValueOrigin, path: &str, at: Position, report: &mut Report) {
    let kind = match from {
        ValueOrigin::Object(object) => object.kind,
        ValueOrigin::Selection(selection) => selection.kind,
    };
    let parts: Vec<&str> = path.trim_matches(['{', '}']).split('.').filter(|part| !part.is_empty()).collect();
    let mut holder = schema_of(kind);
    let mut last = None;
    for part in &parts {
        last = holder.and_then(|holder| holder.field(part)).map(|field| &field.field_type);
        holder = last.and_then(FieldType::message);
    }
    if matches!(last, Some(FieldType::Message(_) | FieldType::Map(_))) {
        let message = format!("nobody can type the answer to {:?}: {path} holds several fields", question.id);
        report.broken("no-right-answer", at, message, Some("lead the path to a single value".to_owned()));
    }
    if parts.last().is_some_and(|last| MOVES.contains(last)) {
        let message = format!("the answer to {:?} changes by itself: {path}", question.id);
        report.broken("question", at, message, Some("ask for something that stays".to_owned()));
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
