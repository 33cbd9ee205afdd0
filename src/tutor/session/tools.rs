//! The learner's tools: what their words lead to.

use crate::base::{UserError, Value};
use crate::progress::{self, Place};

use super::super::effect::{Effect, Look};
use super::super::message::{Message, Remark, remark, say};
use super::super::recap::recap;
use super::super::view::View;
use super::super::word::Word;
use super::{Session, find};

impl Session {
    /// What a word of a tool leads to; `None` for all other words.
    pub(super) fn tool(&mut self, word: &Word) -> Option<Vec<Effect>> {
        Some(match word {
            Word::Map => vec![Effect::Look(Look::Map)],
            Word::Timeline => vec![Effect::Look(Look::Timeline)],
            Word::Diff(since) => vec![Effect::Look(Look::Diff(*since))],
            Word::Explain(field) if field.is_empty() => vec![self.remark(Remark::ExplainWhat)],
            Word::Explain(field) => vec![Effect::Explain(field.clone())],
            Word::Again => vec![Effect::Again],
            Word::Undo => vec![Effect::Undo],
            Word::Pause => vec![Effect::Speed(0.0)],
            Word::Resume => vec![Effect::Speed(1.0)],
            Word::Speed(text) => match text.parse::<f64>() {
                Ok(speed) if speed.is_finite() && (0.0..=10_000.0).contains(&speed) => {
                    vec![Effect::Speed(speed)]
                }
                _ => vec![self.notice(Message::NotASpan(text))],
            },
            Word::Skip(text) if text.is_empty() => vec![Effect::Settle, Effect::Judge { asked: false }],
            Word::Skip(text) => match Word::seconds(text) {
                Some(seconds) => vec![Effect::Skip(seconds), Effect::Judge { asked: false }],
                None => vec![self.notice(Message::NotASpan(text))],
            },
            Word::Jobs => vec![Effect::Jobs],
            Word::Foreground(text) => self.job(text, Effect::Foreground),
            Word::Stop(text) => self.job(text, Effect::Stop),
            Word::Edit(name) if name.is_empty() => vec![self.remark(Remark::EditWhat)],
            Word::Edit(name) => vec![Effect::Edit(name.clone())],
            Word::Note(text) => self.note(text),
            Word::Because(text) => self.because(text),
            Word::Recap(name) => self.recap(name),
            Word::Review => vec![Effect::AskTime],
            Word::Flag(text) => vec![Effect::Flag(text.clone())],
            _ => return None,
        })
    }

    fn job(&self, text: &str, effect: fn(Option<usize>) -> Effect) -> Vec<Effect> {
        match Word::job(text) {
            Ok(number) => vec![effect(number)],
            Err(text) => vec![self.remark(Remark::NoSuchJob(&text))],
        }
    }

    fn note(&self, text: &str) -> Vec<Effect> {
        if text.is_empty() {
            return vec![self.remark(Remark::TextMissing("note"))];
        }
        let noted = progress::Event::Noted { text: text.to_owned() };
        vec![Effect::Record(noted), self.remark(Remark::WordsKept)]
    }

    fn because(&self, text: &str) -> Vec<Effect> {
        if text.is_empty() {
            return vec![self.remark(Remark::TextMissing("because"))];
        }
        let Some(place) = self.learner.last_passed.clone() else {
            return vec![self.remark(Remark::NothingPassed)];
        };
        let explained = progress::Event::Explained { place, text: text.to_owned() };
        vec![Effect::Record(explained), self.remark(Remark::WordsKept)]
    }

    /// `recap [CHAPTER] [FILE]`: what names no chapter and looks like no file is a misspelt chapter.
    fn recap(&self, argument: &str) -> Vec<Effect> {
        let (first, rest) = argument.split_once(char::is_whitespace).unwrap_or((argument, ""));
        let (chapter, file) = match self.course.find(first) {
            _ if first.is_empty() => (self.chapter(), ""),
            Ok((index, _)) if !first.contains('.') => (self.course.chapters.get(index), rest.trim()),
            Err(error) if !first.contains('.') => return vec![self.error(error)],
            _ => (self.chapter(), argument),
        };
        match chapter.and_then(|chapter| recap(chapter, &self.learner, self.language)) {
            None => vec![self.remark(Remark::RecapEmpty)],
            Some(notes) if file.is_empty() => vec![Effect::Show(View::Document(notes))],
            Some(content) => vec![Effect::Write { name: file.to_owned(), content }],
        }
    }

    /// The last feedback once more; a judgement where there was none yet.
    pub(super) fn verdict_again(&self) -> Vec<Effect> {
        match &self.last_verdict {
            Some(view) => vec![Effect::Show(view.clone())],
            None => vec![Effect::Judge { asked: true }],
        }
    }

    /// The hints so far once more.
    pub(super) fn hints_again(&self) -> Vec<Effect> {
        let hints = self.step().map(|step| step.hints.as_slice()).unwrap_or_default();
        let shown = hints.iter().take(self.learner.hints);
        let views: Vec<Effect> = shown.map(|hint| self.hint_view(hint.get(self.language))).collect();
        if views.is_empty() { vec![self.remark(Remark::NoHintsYet)] } else { views }
    }

    pub(super) fn hint_view(&self, markdown: &str) -> Effect {
        let headline = say(self.language, Message::Hint);
        Effect::Show(View::Hint { headline, markdown: markdown.to_owned() })
    }

    /// The world is as it was before a command, perhaps one of an earlier step.
    pub(super) fn undone(
        &mut self,
        line: String,
        place: Place,
        values: std::collections::BTreeMap<String, Value>,
    ) -> Vec<Effect> {
        let moved = place != self.place();
        let Some((chapter, step)) = find(&self.course, &place) else { return Vec::new() };
        (self.chapter, self.step) = (chapter, step);
        self.works_again();
        let said = self.remark(Remark::Undone(&line));
        let undone = progress::Event::Undone { line, place: place.clone(), values };
        let mut effects = vec![Effect::Record(undone), said];
        if moved {
            effects.push(self.show_step());
        }
        effects.push(Effect::Watch(place));
        effects
    }

    /// An error, in the learner's language where it is known in it.
    pub(super) fn error(&self, error: UserError) -> Effect {
        Effect::Show(View::Error(self.language.error(error)))
    }

    pub(super) fn remark(&self, what: Remark<'_>) -> Effect {
        Effect::Show(View::Notice(remark(self.language, what)))
    }
}
