//! Questions and predictions: what a learner's answer leads to.

use crate::check::chosen;
use crate::lesson::{Expectation, Form, Question, Text};
use crate::progress;

use super::super::effect::Effect;
use super::super::message::{Message, Remark, remark, say};
use super::super::view::View;
use super::Session;

impl Session {
    pub(super) fn answer(&mut self, text: String) -> Vec<Effect> {
        let Some(question) = self.step().and_then(|step| step.questions.first()) else {
            return vec![self.notice(Message::NoQuestion)];
        };
        if text.is_empty() {
            return vec![self.notice(Message::AnswerEmpty)];
        }
        // Answers go to the first question that has none yet; a new answer to the last one replaces it.
        let open = self.step().and_then(|step| {
            step.questions.iter().find(|question| !self.learner.answers.contains_key(&question.id))
        });
        let question = open.unwrap_or(question);
        if !question.choices.is_empty() && self.choice(&text, &question.choices).is_none() {
            return vec![self.notice(Message::NotAChoice(&text, question.choices.len()))];
        }
        vec![Effect::Answer { question: question.id.clone(), answer: text }]
    }

    pub(super) fn answered(
        &mut self,
        question: String,
        answer: String,
        result: Result<(), String>,
    ) -> Vec<Effect> {
        let right = result.is_ok();
        let mut text = say(self.language, if right { Message::AnswerRight } else { Message::AnswerWrong });
        if let Err(feedback) = result
            && !feedback.is_empty()
        {
            text = format!("{text} {feedback}");
        }
        let explain = self.question(&question).and_then(|question| question.explain.as_ref());
        if let Some(explain) = explain.filter(|_| right) {
            text = format!("{text} {}", explain.get(self.language));
        }
        let right = Some(right);
        let mut effects = vec![Effect::Record(progress::Event::QuestionAnswered { question, answer, right })];
        effects.push(Effect::Show(View::Notice(text)));
        effects.push(Effect::Judge { asked: false });
        effects
    }

    /// The question of the step with that id.
    pub(super) fn question(&self, id: &str) -> Option<&Question> {
        self.step()?.questions.iter().find(|question| question.id == id)
    }

    pub(super) fn predict(&mut self, text: String) -> Vec<Effect> {
        let Some(predict) = self.step().and_then(|step| step.predict.as_ref()) else {
            return vec![self.notice(Message::NoPrediction)];
        };
        if text.is_empty() {
            return vec![self.prediction_question(predict)];
        }
        if !predict.choices.is_empty() && self.choice(&text, &predict.choices).is_none() {
            return vec![self.notice(Message::NotAChoice(&text, predict.choices.len()))];
        }
        vec![
            Effect::Record(progress::Event::Predicted { prediction: text }),
            self.notice(Message::PredictionKept),
        ]
    }

    /// What is so, after the step is passed, beside what the learner expected.
    pub(super) fn explanation(&self) -> Option<Effect> {
        let predict = self.step()?.predict.as_ref()?;
        let explain = predict.explain.as_ref()?.get(self.language);
        let Some(said) = self.learner.prediction.as_deref() else {
            return Some(Effect::Show(View::Notice(explain.to_owned())));
        };
        let said = self.choice(said, &predict.choices).unwrap_or(said);
        let right =
            predict.answer.and_then(|index| predict.choices.get(index)).map(|text| text.get(self.language));
        let compared = match right {
            Some(right) if right == said => remark(self.language, Remark::ExpectedRightly(said)),
            Some(right) => remark(self.language, Remark::ExpectedOtherwise(said, right)),
            None => say(self.language, Message::Predicted(said)),
        };
        Some(Effect::Show(View::Notice(format!("{compared}\n\n{explain}"))))
    }

    /// Whether the step asks for answers and nothing else.
    pub(super) fn only_asks(&self) -> bool {
        let asks = |check: &Expectation| matches!(check.form, Form::Answer(_));
        self.step().is_some_and(|step| !step.questions.is_empty() && step.checks.iter().all(asks))
    }

    /// The text of the choice that the learner named.
    fn choice<'a>(&self, text: &str, choices: &'a [Text]) -> Option<&'a str> {
        let choices: Vec<&str> = choices.iter().map(|choice| choice.get(self.language)).collect();
        choices.get(chosen(text, &choices)?).copied()
    }
}
