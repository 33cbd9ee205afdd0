//! Lays the Korean file of a chapter over the English one.

use crate::base::{Position, nearest};

use super::chapter::{front, read_page, step_id};
use super::course::{Chapter, Question, Step};
use super::diagnostic::Report;
use super::language::{Language, Text};
use super::markdown::{Block, BlockKind, Page, Section};
use super::node::{Node, YamlBlock};

/// Translates a chapter; what is missing stays English and is reported.
pub(super) fn translate(chapter: &mut Chapter, source: &str, report: &mut Report) {
    let page = read_page(source, report);
    let start = Position { line: 1, column: 1 };
    if page.title.is_empty() {
        report.broken("title", start, "the chapter has no `# title`", None);
    } else {
        chapter.title.translate(page.title.clone());
    }
    let summary = front(&page, report).and_then(|front| front.summary);
    chapter.summary.translate(summary.unwrap_or_else(|| page.introduction.clone()));
    let mut seen: Vec<String> = Vec::new();
    for section in &page.sections {
        let id = step_id(section, report);
        let twice = seen.contains(&id);
        if twice {
            report.broken("step-id", section.at, format!("there are two steps {{#{id}}}"), None);
        }
        let ids: Vec<String> = chapter.steps.iter().map(|step| step.id.clone()).collect();
        match chapter.steps.iter_mut().find(|step| step.id == id) {
            Some(step) if !twice => Translator { step, at: section.at, report }.section(section),
            Some(_) => {}
            None => {
                let hint = match nearest(&id, ids.iter().map(String::as_str)) {
                    Some(name) => format!("did you mean {{#{name}}}?"),
                    None => format!("its steps are: {}", ids.join(", ")),
                };
                let message = format!("en.md has no step {{#{id}}}");
                report.doubtful("translation-mismatch", section.at, message, Some(hint));
            }
        }
        seen.push(id);
    }
    for step in chapter.steps.iter().filter(|step| !seen.contains(&step.id)) {
        let message = format!("the step {{#{}}} is not translated", step.id);
        let hint = at_origin(step, step.origin.at);
        report.doubtful(
            "translation-missing",
            place_of_gap(chapter, step, &page, start),
            message,
            Some(hint),
        );
    }
}

/// Where a missing step belongs: behind the one before it, or at the file's end.
fn place_of_gap(chapter: &Chapter, missing: &Step, page: &Page, otherwise: Position) -> Position {
    let before = chapter.steps.iter().take_while(|step| step.id != missing.id);
    let ids: Vec<&str> = before.map(|step| step.id.as_str()).collect();
    let sections = page.sections.iter().filter(|section| {
        let id = section.id.as_deref();
        id.is_some_and(|id| ids.contains(&id))
    });
    sections.map(|section| section.at).max().unwrap_or(otherwise)
}

fn at_origin(step: &Step, at: Position) -> String {
    format!("it stands at {}:{}", step.origin.file, at.line)
}

struct Translator<'a> {
    step: &'a mut Step,
    at: Position,
    report: &'a mut Report,
}

impl Translator<'_> {
    fn section(&mut self, section: &Section) {
        self.step.title.translate(section.title.clone());
        self.step.prose.translate(section.prose.clone());
        let mut hints = 0;
        let mut mistakes = 0;
        let mut questions = 0;
        let mut checks = 0;
        for block in &section.blocks {
            match block.kind {
                BlockKind::Hint => {
                    self.hint(hints, block);
                    hints += 1;
                }
                BlockKind::Check => checks += self.check(checks, block),
                BlockKind::Mistake => {
                    self.mistake(mistakes, block);
                    mistakes += 1;
                }
                BlockKind::Predict => self.predict(block),
                BlockKind::Question => {
                    self.question(questions, block);
                    questions += 1;
                }
                _ => {
                    let message = "this block is inherited from en.md and ignored here";
                    self.mismatch(block.at, message, Some("remove it".to_owned()));
                }
            }
        }
        self.complain_about_gaps();
    }

    fn mismatch(&mut self, at: Position, message: &str, hint: Option<String>) {
        self.report.doubtful("translation-mismatch", at, message, hint);
    }

    /// What has nothing to translate; of what could not be read in English, is told there.
    fn more_than_english(&mut self, at: Position, message: &str) {
        if !self.step.origin.unread {
            self.mismatch(at, message, None);
        }
    }

    fn hint(&mut self, index: usize, block: &Block) {
        match self.step.hints.get_mut(index) {
            Some(hint) => hint.translate(block.text.trim()),
            None => self.mismatch(block.at, "en.md has fewer hints", None),
        }
    }

    /// Translates the sentences of the checks from that index on; gives back how many there were.
    fn check(&mut self, from: usize, block: &Block) -> usize {
        let Some(yaml) = YamlBlock::parse(block, self.report) else { return 0 };
        let Some(list) = yaml.first(self.report) else { return 0 };
        let items = list.items(self.report);
        for (index, item) in items.iter().enumerate() {
            let Some(text) = item.text(self.report) else { continue };
            match self.step.checks.get_mut(from + index) {
                Some(check) if !text.trim().is_empty() => check.that.translate(text),
                Some(_) => {}
                None => self.more_than_english(item.at(), "en.md has fewer checks"),
            }
        }
        items.len()
    }

    fn mistake(&mut self, index: usize, block: &Block) {
        let Some(yaml) = YamlBlock::parse(block, self.report) else { return };
        let Some(node) = yaml.first(self.report) else { return };
        node.allow(&["say"], self.report);
        let say = node.require("say", self.report).and_then(|say| say.text(self.report));
        match (self.step.mistakes.get_mut(index), say) {
            (Some(mistake), Some(say)) => mistake.say.translate(say),
            (None, _) => self.more_than_english(block.at, "en.md has fewer mistakes"),
            (Some(_), None) => {}
        }
    }

    fn predict(&mut self, block: &Block) {
        let Some(yaml) = YamlBlock::parse(block, self.report) else { return };
        let Some(node) = yaml.first(self.report) else { return };
        node.allow(&["ask", "choices", "explain"], self.report);
        let Some(predict) = &mut self.step.predict else {
            return self.more_than_english(block.at, "en.md has no prediction here");
        };
        translate_text(&mut predict.ask, &node, "ask", self.report);
        translate_choices(&mut predict.choices, &node, self.report);
        if let Some(explain) = &mut predict.explain {
            translate_text(explain, &node, "explain", self.report);
        }
    }

    fn question(&mut self, index: usize, block: &Block) {
        let Some(yaml) = YamlBlock::parse(block, self.report) else { return };
        let Some(node) = yaml.first(self.report) else { return };
        node.allow(&["id", "ask", "choices", "feedback", "explain"], self.report);
        let id = node.get("id").and_then(|id| id.text(self.report));
        let by_id = |question: &Question| id.as_ref().is_none_or(|id| question.id == *id);
        let found = match &id {
            Some(_) => self.step.questions.iter_mut().find(|question| by_id(question)),
            None => self.step.questions.get_mut(index),
        };
        let Some(question) = found else {
            return self.more_than_english(block.at, "en.md has no such question");
        };
        translate_text(&mut question.ask, &node, "ask", self.report);
        translate_choices(&mut question.choices, &node, self.report);
        if let Some(feedback) = &mut question.feedback {
            translate_text(feedback, &node, "feedback", self.report);
        }
        if let Some(explain) = &mut question.explain {
            translate_text(explain, &node, "explain", self.report);
        }
    }

    /// Reports every text of the step that is still English only.
    fn complain_about_gaps(&mut self) {
        let mut missing: Vec<(String, Position)> = Vec::new();
        let step = &*self.step;
        let origin = &step.origin;
        let mut look = |name: &str, index: Option<usize>, texts: &[&Text], at: Option<&Position>| {
            let gaps = texts.iter().filter(|text| !text.is_in(Language::Ko)).count();
            if gaps == 0 {
                return;
            }
            let number = index.map(|index| format!(" {}", index + 1)).unwrap_or_default();
            let part = if gaps < texts.len() { "a text of " } else { "" };
            let at = at.copied().unwrap_or(origin.at);
            missing.push((format!("{part}{name}{number} of {{#{}}} is not translated", step.id), at));
        };
        for (index, hint) in step.hints.iter().enumerate() {
            look("hint", Some(index), &[hint], origin.hints.get(index));
        }
        for (index, check) in step.checks.iter().enumerate() {
            look("check", Some(index), &[&check.that], Some(&check.at));
        }
        for (index, mistake) in step.mistakes.iter().enumerate() {
            look("mistake", Some(index), &[&mistake.say], origin.mistakes.get(index));
        }
        if let Some(predict) = &step.predict {
            let texts: Vec<&Text> =
                std::iter::once(&predict.ask).chain(&predict.choices).chain(&predict.explain).collect();
            look("the prediction", None, &texts, None);
        }
        for (index, question) in step.questions.iter().enumerate() {
            let said = question.feedback.iter().chain(&question.explain);
            let texts: Vec<&Text> =
                std::iter::once(&question.ask).chain(&question.choices).chain(said).collect();
            look("question", Some(index), &texts, origin.questions.get(index));
        }
        for (message, at) in missing {
            let hint = at_origin(self.step, at);
            self.report.doubtful("translation-missing", self.at, message, Some(hint));
        }
    }
}

fn translate_text(text: &mut Text, node: &Node<'_>, key: &str, report: &mut Report) {
    let translated = node.get(key).and_then(|value| value.text(report));
    if let Some(translated) = translated.filter(|translated| !translated.trim().is_empty()) {
        text.translate(translated);
    }
}

fn translate_choices(choices: &mut [Text], node: &Node<'_>, report: &mut Report) {
    let Some(list) = node.get("choices") else { return };
    let translated = list.items(report);
    if translated.len() != choices.len() {
        let message = format!("en.md has {} choices here", choices.len());
        report.doubtful("translation-mismatch", list.at(), message, None);
    }
    for (choice, translated) in choices.iter_mut().zip(&translated) {
        if let Some(text) = translated.text(report) {
            choice.translate(text);
        }
    }
}
