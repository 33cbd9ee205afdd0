//! Lays the Korean file of a chapter over the English one.

use crate::base::Position;

use super::chapter::{front, read_page, step_id};
use super::course::{Chapter, Question, Step};
use super::diagnostic::Report;
use super::language::Text;
use super::markdown::{Block, BlockKind, Section};
use super::node::{Node, YamlBlock};

/// Translates a chapter; what is missing stays English and is reported.
pub(super) fn translate(chapter: &mut Chapter, source: &str, report: &mut Report) {
    let page = read_page(source, report);
    let start = Position { line: 1, column: 1 };
    if page.title.is_empty() {
        report.error(start, "the chapter has no `# title`", None);
    } else {
        chapter.title.translate(page.title.clone());
    }
    let summary = front(&page, report).and_then(|front| front.summary);
    chapter.summary.translate(summary.unwrap_or_else(|| page.introduction.clone()));
    for section in &page.sections {
        let id = step_id(section, report);
        match chapter.steps.iter_mut().find(|step| step.id == id) {
            Some(step) => Translator { step, at: section.at, report }.section(section),
            None => report.error(section.at, format!("en.md has no step {{#{id}}}"), None),
        }
    }
    for step in &chapter.steps {
        if !page.sections.iter().any(|section| section.id.as_ref() == Some(&step.id)) {
            report.warning(start, format!("the step {{#{}}} is not translated", step.id), None);
        }
    }
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
        for block in &section.blocks {
            match block.kind {
                BlockKind::Hint => {
                    self.hint(hints, block);
                    hints += 1;
                }
                BlockKind::Check => self.check(block),
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
                    self.report.warning(block.at, "this block is inherited from en.md and ignored here", None)
                }
            }
        }
        self.complain_about_gaps();
    }

    fn hint(&mut self, index: usize, block: &Block) {
        match self.step.hints.get_mut(index) {
            Some(hint) => hint.translate(block.text.trim()),
            None => self.report.error(block.at, "en.md has fewer hints", None),
        }
    }

    fn check(&mut self, block: &Block) {
        let Some(yaml) = YamlBlock::parse(block, self.report) else { return };
        let Some(list) = yaml.first(self.report) else { return };
        for (index, item) in list.items(self.report).iter().enumerate() {
            let Some(text) = item.text(self.report) else { continue };
            match self.step.checks.get_mut(index) {
                Some(check) => check.that.translate(text),
                None => self.report.error(item.at(), "en.md has fewer checks", None),
            }
        }
    }

    fn mistake(&mut self, index: usize, block: &Block) {
        let Some(yaml) = YamlBlock::parse(block, self.report) else { return };
        let Some(node) = yaml.first(self.report) else { return };
        node.allow(&["say"], self.report);
        let say = node.require("say", self.report).and_then(|say| say.text(self.report));
        match (self.step.mistakes.get_mut(index), say) {
            (Some(mistake), Some(say)) => mistake.say.translate(say),
            (None, _) => self.report.error(block.at, "en.md has fewer mistakes", None),
            (Some(_), None) => {}
        }
    }

    fn predict(&mut self, block: &Block) {
        let Some(yaml) = YamlBlock::parse(block, self.report) else { return };
        let Some(node) = yaml.first(self.report) else { return };
        node.allow(&["ask", "choices", "explain"], self.report);
        let Some(predict) = &mut self.step.predict else {
            self.report.error(block.at, "en.md has no prediction here", None);
            return;
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
        node.allow(&["id", "ask", "choices", "feedback"], self.report);
        let id = node.get("id").and_then(|id| id.text(self.report));
        let by_id = |question: &Question| id.as_ref().is_none_or(|id| question.id == *id);
        let found = match &id {
            Some(_) => self.step.questions.iter_mut().find(|question| by_id(question)),
            None => self.step.questions.get_mut(index),
        };
        let Some(question) = found else {
            self.report.error(block.at, "en.md has no such question", None);
            return;
        };
        translate_text(&mut question.ask, &node, "ask", self.report);
        translate_choices(&mut question.choices, &node, self.report);
        if let Some(feedback) = &mut question.feedback {
            translate_text(feedback, &node, "feedback", self.report);
        }
    }

    /// Reports every text of the step that is still English only.
    fn complain_about_gaps(&mut self) {
        let step = &*self.step;
        let predict = step.predict.iter().flat_map(|predict| {
            std::iter::once(&predict.ask).chain(&predict.choices).chain(&predict.explain)
        });
        let questions = step.questions.iter().flat_map(|question| {
            std::iter::once(&question.ask).chain(&question.choices).chain(&question.feedback)
        });
        let groups: [(&str, Vec<&Text>); 5] = [
            ("hint", step.hints.iter().collect()),
            ("check", step.checks.iter().map(|check| &check.that).collect()),
            ("mistake", step.mistakes.iter().map(|mistake| &mistake.say).collect()),
            ("prediction", predict.collect()),
            ("question", questions.collect()),
        ];
        for (name, texts) in groups {
            if texts.iter().any(|text| !text.is_in(super::language::Language::Ko)) {
                self.report.warning(self.at, format!("a {name} of the step is not translated"), None);
            }
        }
    }
}

fn translate_text(text: &mut Text, node: &Node<'_>, key: &str, report: &mut Report) {
    if let Some(translated) = node.get(key).and_then(|value| value.text(report)) {
        text.translate(translated);
    }
}

fn translate_choices(choices: &mut [Text], node: &Node<'_>, report: &mut Report) {
    let Some(list) = node.get("choices") else { return };
    let translated = list.items(report);
    if translated.len() != choices.len() {
        report.error(list.at(), format!("en.md has {} choices here", choices.len()), None);
    }
    for (choice, translated) in choices.iter_mut().zip(&translated) {
        if let Some(text) = translated.text(report) {
            choice.translate(text);
        }
    }
}
