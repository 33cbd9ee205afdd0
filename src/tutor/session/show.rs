//! What a session shows: steps, verdicts, questions, help.

use crate::lesson::{Language, Predict, Text};

use super::super::effect::Effect;
use super::super::message::{Message, Remark, say};
use super::super::view::View;
use super::super::word::{WORDS, WordGroup, WordHelp};
use super::list::rows;
use super::{Phase, Session};

impl Session {
    pub(super) fn status(&self) -> Vec<Effect> {
        if self.phase == Phase::ChapterDone {
            return vec![self.chapter_done()];
        }
        let mut effects = vec![self.show_step()];
        effects.extend(self.show_prediction());
        effects.push(Effect::Judge { asked: true });
        effects
    }

    pub(super) fn show_step(&self) -> Effect {
        let (Some(chapter), Some(step)) = (self.chapter(), self.step()) else {
            return self.notice(Message::CourseDone);
        };
        Effect::Show(View::Step {
            number: self.step + 1,
            total: chapter.steps.len(),
            title: step.title.get(self.language).to_owned(),
            markdown: step.prose.get(self.language).to_owned(),
            files: step.files.iter().map(|file| file.name.clone()).collect(),
        })
    }

    pub(super) fn show_prediction(&self) -> Vec<Effect> {
        let Some(step) = self.step() else { return Vec::new() };
        let mut effects = Vec::new();
        if let Some(predict) = &step.predict
            && self.learner.prediction.is_none()
        {
            effects.push(self.prediction_question(predict));
        }
        for question in &step.questions {
            if self.learner.answers.contains_key(&question.id) {
                continue;
            }
            effects.push(Effect::Show(View::Question {
                text: question.ask.get(self.language).to_owned(),
                choices: choices(&question.choices, self.language),
                how: say(
                    self.language,
                    if question.choices.is_empty() { Message::HowToAnswer } else { Message::HowToChoose },
                ),
            }));
        }
        effects
    }

    pub(super) fn prediction_question(&self, predict: &Predict) -> Effect {
        Effect::Show(View::Question {
            text: predict.ask.get(self.language).to_owned(),
            choices: choices(&predict.choices, self.language),
            how: say(self.language, Message::HowToPredict),
        })
    }

    /// After a solution: what the learner is asked about it.
    pub(super) fn ask_why(&mut self) -> Option<Effect> {
        std::mem::take(&mut self.asks_why).then(|| self.remark(Remark::AskWhy))
    }

    pub(super) fn chapter_done(&self) -> Effect {
        match self.next_chapter().and_then(|chapter| self.course.chapters.get(chapter)) {
            Some(next) => self.notice(Message::ChapterDone(next.title.get(self.language))),
            None => self.notice(Message::CourseDone),
        }
    }

    pub(super) fn help(&self) -> View {
        let row = |help: &WordHelp| {
            let (word, other) = match self.language {
                Language::En => (help.word, help.korean_word),
                Language::Ko => (help.korean_word, help.word),
            };
            let argument = help.argument(self.language);
            let word = format!("{word} · {other} {argument}").trim().to_owned();
            (word, help.text(self.language).to_owned())
        };
        let group = |group: WordGroup| {
            let rows = WORDS.iter().filter(|help| help.group == group).map(row);
            (group.title(self.language).to_owned(), rows.collect())
        };
        View::Help {
            headline: say(self.language, Message::HelpHeadline),
            groups: WordGroup::ALL.into_iter().map(group).collect(),
            closing: say(self.language, Message::HelpClosing),
        }
    }

    pub(super) fn list(&self) -> View {
        let here = self.place();
        View::List {
            headline: say(self.language, Message::ListHeadline),
            chapters: rows(&self.course, &self.learner, self.language, Some(&here)),
        }
    }

    pub(super) fn notice(&self, message: Message<'_>) -> Effect {
        Effect::Show(View::Notice(say(self.language, message)))
    }
}

fn choices(choices: &[Text], language: Language) -> Vec<String> {
    choices.iter().map(|choice| choice.get(language).to_owned()).collect()
}
