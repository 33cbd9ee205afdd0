//! What can be said of a course without running it: rules over its files, its texts and its checks.

mod allowances;
mod alternatives;
mod contradictions;
mod expectations;
mod hints;
mod kept;
mod links;
mod manifests;
mod questions;
mod reading;
mod rules_in_cel;
mod told;
mod translations;
mod values;

use std::collections::BTreeMap;

use super::course::{Chapter, Course, Step};
use super::custom_kinds::custom_kinds;
use super::diagnostic::{Diagnostic, Report, Severity};
use super::language::Language;
use super::markdown::{Page, split};
use super::rules::severity_of;
use super::source::{Source, build, read_files};

/// A course and all that is to be said about its files.
#[derive(Clone, Debug)]
pub struct Linted {
    /// What could be read.
    pub course: Course,
    /// The remarks, by file and place.
    pub diagnostics: Vec<Diagnostic>,
    /// Those for which nobody can learn from the course as it is.
    pub broken: Vec<Diagnostic>,
}

/// Reads a course and holds it to every rule that needs no cluster, in these languages.
#[must_use]
pub fn lint(source: &Source, languages: &[Language]) -> Linted {
    let mut diagnostics = Vec::new();
    let files = read_files(source, &mut diagnostics);
    let course = build(&files, &mut diagnostics);
    let broken: Vec<Diagnostic> =
        diagnostics.iter().filter(|one| one.severity == Severity::Error).cloned().collect();
    let pages = Pages::of(source, &files);
    diagnostics.extend(chapters_side_by_side(&files));
    for chapter in &course.chapters {
        diagnostics.extend(lint_chapter(chapter, &course, &pages, languages));
    }
    if !languages.contains(&Language::Ko) {
        diagnostics.retain(|one| !one.file.ends_with("/ko.md") && !one.rule.starts_with("translation"));
    }
    for one in &mut diagnostics {
        one.severity = severity_of(one.rule);
    }
    allowances::apply(&course, &pages, &mut diagnostics);
    diagnostics.sort_by(|one, other| one.order().cmp(&other.order()));
    diagnostics.dedup();
    Linted { course, diagnostics, broken }
}

/// The files of a course, split, by their path.
struct Pages {
    source: Source,
    files: BTreeMap<String, (String, Page)>,
}

impl Pages {
    fn of(source: &Source, files: &BTreeMap<String, String>) -> Self {
        let split = |text: &String| (text.clone(), split(text, &mut Vec::new()));
        Self {
            source: source.clone(),
            files: files.iter().map(|(path, text)| (path.clone(), split(text))).collect(),
        }
    }

    /// A file's text and its parts.
    fn get(&self, path: &str) -> Option<(&str, &Page)> {
        self.files.get(path).map(|(text, page)| (text.as_str(), page))
    }

    fn contains(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }
}

/// The file of a chapter in a language.
fn file_of(chapter: &Chapter, language: Language) -> Option<String> {
    let english = &chapter.steps.first()?.origin.file;
    let folder = english.strip_suffix("en.md")?;
    Some(format!("{folder}{language}.md"))
}

fn lint_chapter(
    chapter: &Chapter,
    course: &Course,
    pages: &Pages,
    languages: &[Language],
) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    for language in languages.iter().copied() {
        let Some(file) = file_of(chapter, language) else { continue };
        let Some((text, page)) = pages.get(&file) else { continue };
        let mut report = Report::new(&file);
        report.know(custom_kinds(page));
        links::Links { file: &file, course, pages }.lint(text, page, &mut report);
        reading::lint(chapter, page, language, &mut report);
        hints::lint(chapter, page, language, &mut report);
        if language == Language::En {
            expectations::lint(chapter, page, &mut report);
            manifests::lint(page, &mut report);
            questions::lint(chapter, &mut report);
            ids(page, &mut report);
            translations::lint_original(chapter, page, &mut report);
        } else if let Some((_, english)) =
            file_of(chapter, Language::En).as_deref().and_then(|english| pages.get(english))
        {
            translations::lint(chapter, english, page, &mut report);
        }
        diagnostics.extend(report.finish());
    }
    diagnostics
}

/// Ids that read well in `goto` and in links.
fn ids(page: &Page, report: &mut Report) {
    for section in &page.sections {
        let Some(id) = &section.id else { continue };
        let good = id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        // A number would be taken for the step's place in the chapter.
        if !good || id.chars().all(|c| c.is_ascii_digit()) {
            let hint = "small letters, digits and hyphens, such as {#scale-up}".to_owned();
            report.broken("step-id", section.at, format!("{{#{id}}} is no good id"), Some(hint));
        }
    }
}

/// Numbers and names of chapters, which `goto` takes.
fn chapters_side_by_side(files: &BTreeMap<String, String>) -> Vec<Diagnostic> {
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    let mut diagnostics = Vec::new();
    for path in files.keys() {
        let Some(folder) = path.strip_suffix("/en.md") else {
            let english = path.replace("/ko.md", "/en.md");
            if !files.contains_key(&english) {
                let mut report = Report::new(path);
                let hint = Some("en.md is the chapter, other languages follow it".to_owned());
                report.broken("chapter-folder", super::source::START, "there is no en.md beside it", hint);
                diagnostics.extend(report.finish());
            }
            continue;
        };
        let Some((number, name)) = folder.split_once('-') else { continue };
        let number = number.trim_start_matches('0');
        for what in [format!("the number {number:?}"), format!("the name {name:?}")] {
            if let Some(other) = seen.insert(what.clone(), folder) {
                let mut report = Report::new(path);
                let message = format!("{what} is taken by {other}");
                report.broken("chapter-folder", super::source::START, message, None);
                diagnostics.extend(report.finish());
            }
        }
    }
    diagnostics
}

/// The section of a page that belongs to a step.
fn section_of<'a>(page: &'a Page, step: &Step) -> Option<&'a super::markdown::Section> {
    page.sections.iter().find(|section| section.id.as_deref() == Some(step.id.as_str()))
}
