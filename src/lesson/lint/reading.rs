//! Front matter, the length of texts, and whether `minutes` fits them.

use super::super::chapter::front;
use super::super::course::Chapter;
use super::super::diagnostic::Report;
use super::super::language::Language;
use super::super::markdown::Page;
use super::super::source::START;
use super::section_of;

/// Lines of prose, code aside, that a step may have.
const LINES_MAX: usize = 10;

/// Characters of prose that a step may have: ten full lines.
const CHARACTERS_MAX: usize = 1200;

/// How fast people read what they try out at the same time.
const WORDS_PER_MINUTE: f64 = 150.0;
const KOREAN_CHARACTERS_PER_MINUTE: f64 = 400.0;

/// What doing a step takes at least and at most, beside reading.
const MINUTES_PER_STEP: (f64, f64) = (0.5, 10.0);

pub(super) fn lint(chapter: &Chapter, page: &Page, language: Language, report: &mut Report) {
    let mut ignored = Report::new(report.file());
    let front = front(page, &mut ignored);
    let has_summary =
        front.as_ref().is_some_and(|front| front.summary.as_ref().is_some_and(|text| !text.is_empty()));
    if !has_summary && page.introduction.trim().is_empty() {
        let hint = "open the file with `---`, `summary: …`, `---`".to_owned();
        report.broken("front-matter", START, "the chapter does not say what it is about", Some(hint));
    }
    for step in &chapter.steps {
        let Some(section) = section_of(page, step) else { continue };
        let prose: Vec<&str> = section.prose.split("```").step_by(2).flat_map(str::lines).collect();
        let lines = prose.iter().filter(|line| !line.trim().is_empty()).count();
        let characters: usize = prose.iter().map(|line| line.chars().count()).sum();
        if lines > LINES_MAX || characters > CHARACTERS_MAX {
            let message =
                format!("the step {{#{}}} has {lines} lines of prose, {characters} characters", step.id);
            let hint = format!("at most {LINES_MAX} lines of 120; make two steps of it, or say less");
            report.broken("long-prose", section.at, message, Some(hint));
        }
    }
    if language == Language::En {
        minutes(chapter, front.map_or(0, |front| front.minutes), page, report);
    }
}

fn minutes(chapter: &Chapter, minutes: u32, page: &Page, report: &mut Report) {
    let at = page.front.as_ref().map_or(START, |front| front.at);
    let steps = f64::from(u32::try_from(chapter.steps.len()).unwrap_or(u32::MAX));
    let reading = reading_minutes(chapter, Language::En).max(reading_minutes(chapter, Language::Ko));
    let (least, most) = (reading + steps * MINUTES_PER_STEP.0, 2.0 * reading + steps * MINUTES_PER_STEP.1);
    let hint = format!("reading takes about {reading:.0}, and there are {steps} steps to take");
    if minutes == 0 {
        report.broken("front-matter", at, "the chapter does not say how many minutes it takes", Some(hint));
    } else if f64::from(minutes) < least.floor() || f64::from(minutes) > most.ceil() {
        let message = format!("{minutes} minutes do not fit: {least:.0} to {most:.0} would");
        report.broken("reading-time", at, message, Some(hint));
    }
}

/// How long the texts of a chapter are read that every learner sees.
fn reading_minutes(chapter: &Chapter, language: Language) -> f64 {
    let mut texts = vec![&chapter.summary];
    for step in &chapter.steps {
        texts.push(&step.prose);
        texts.extend(
            step.questions
                .iter()
                .flat_map(|question| std::iter::once(&question.ask).chain(&question.choices)),
        );
        texts.extend(
            step.predict.iter().flat_map(|predict| std::iter::once(&predict.ask).chain(&predict.choices)),
        );
    }
    let read = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    let of = |text: &str| match language {
        Language::En => read(text.split_whitespace().count()) / WORDS_PER_MINUTE,
        Language::Ko => {
            read(text.chars().filter(|c| !c.is_whitespace()).count()) / KOREAN_CHARACTERS_PER_MINUTE
        }
    };
    texts.iter().filter(|text| text.is_in(language)).map(|text| of(text.get(language))).sum()
}
