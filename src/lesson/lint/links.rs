//! Links to files, steps and chapters that are not there.

use std::path::{Component, Path, PathBuf};
use std::sync::LazyLock;

use pulldown_cmark::{BrokenLink, CowStr, Event, LinkType, Parser, Tag};
use regex::Regex;

use super::super::course::Course;
use super::super::diagnostic::Report;
use super::super::markdown::{BlockKind, Page, options, position};
use super::super::node::{Node, YamlBlock};
use super::Pages;
use crate::base::{Position, nearest};

/// An address in a piece of HTML.
static IN_HTML: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"\b(?:href|src)\s*=\s*["']([^"']+)["']"#).ok());

/// What links are looked up in.
pub(super) struct Links<'a> {
    pub file: &'a str,
    pub course: &'a Course,
    pub pages: &'a Pages,
}

impl Links<'_> {
    /// Looks at every link of a file, in its prose, its hints and its other texts.
    pub(super) fn lint(&self, text: &str, page: &Page, report: &mut Report) {
        self.text(text, &|offset| position(text, offset), report);
        for block in page.sections.iter().flat_map(|section| &section.blocks) {
            match block.kind {
                BlockKind::Hint => {
                    let within = |offset| {
                        let within = position(&block.text, offset);
                        Position { line: block.at.line + within.line - 1, column: within.column }
                    };
                    self.text(&block.text, &within, report);
                }
                BlockKind::Mistake | BlockKind::Question | BlockKind::Predict => {
                    let mut told = Report::new("");
                    let yaml = YamlBlock::parse(block, &mut told);
                    for node in yaml.iter().flat_map(YamlBlock::documents) {
                        self.strings(&node, report);
                    }
                }
                _ => {}
            }
        }
    }

    fn strings(&self, node: &Node<'_>, report: &mut Report) {
        if let Some(text) = node.value.as_str() {
            let at = node.at();
            return self.text(text, &|_| at, report);
        }
        for (_, below) in node.entries() {
            self.strings(&below, report);
        }
        if node.value.is_array() {
            for item in node.items(&mut Report::new("")) {
                self.strings(&item, report);
            }
        }
    }

    /// Looks at the links of a text, and at every `goto PLACE` that it tells the learner to type.
    fn text(&self, text: &str, at: &dyn Fn(usize) -> Position, report: &mut Report) {
        let mut undefined = Vec::new();
        let mut remember = |link: BrokenLink<'_>| {
            if link.link_type == LinkType::Reference {
                undefined.push((link.span.start, link.reference.to_string()));
            }
            None::<(CowStr<'_>, CowStr<'_>)>
        };
        let events = Parser::new_with_broken_link_callback(text, options(), Some(&mut remember));
        let mut targets = Vec::new();
        let (mut typed, mut spaced) = (Vec::new(), Vec::new());
        for (event, range) in events.into_offset_iter() {
            match event {
                Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                    targets.push((range.start, dest_url.to_string()));
                }
                Event::Html(html) | Event::InlineHtml(html) => {
                    let found = IN_HTML.iter().flat_map(|pattern| pattern.captures_iter(&html));
                    let addresses = found.filter_map(|found| found.get(1)).map(|one| one.as_str().to_owned());
                    targets.extend(addresses.map(|address| (range.start, address)));
                }
                Event::Code(code) => typed.push((range.start, code.to_string())),
                Event::Text(words) if words.ends_with(']') => {
                    spaced
                        .extend(address_with_space(&text[range.end..]).map(|address| (range.start, address)));
                }
                _ => {}
            }
        }
        for (start, address) in spaced {
            let message = format!("the address {address:?} holds a space, which makes no link");
            let hint = "write %20 for the space, or put the address into <angle brackets>".to_owned();
            report.broken("dead-link", at(start), message, Some(hint));
        }
        for (start, name) in undefined {
            let hint = Some(format!("write a line `[{name}]: ADDRESS`"));
            report.broken("dead-link", at(start), format!("the link [{name}] is defined nowhere"), hint);
        }
        for (start, target) in targets {
            if let Some((message, hint)) = problem(&target, self.file, self.pages) {
                report.broken("dead-link", at(start), message, hint);
            }
        }
        for (start, code) in typed {
            let Some(place) = code.trim_start_matches(':').strip_prefix("goto ") else { continue };
            // In capitals it stands for what the learner chooses.
            let is_placeholder =
                !place.chars().any(char::is_lowercase) && !place.starts_with(char::is_numeric);
            if is_placeholder {
                continue;
            }
            if let Err(error) = self.course.find(place.trim()) {
                let hint = error.hints.first().cloned();
                report.broken("unknown-place", at(start), format!("`{code}`: {}", error.message), hint);
            }
        }
    }
}

/// The address behind the words of a link that is none, because the address holds a space.
fn address_with_space(rest: &str) -> Option<&str> {
    let (address, _) = rest.strip_prefix('(')?.split_once(')')?;
    let first = address.split_whitespace().next()?;
    let is_address = first.contains('/') || first.starts_with('#') || first.ends_with(".md");
    (is_address && first.len() < address.len()).then_some(address)
}

/// Why a link leads nowhere, and what to do about it.
fn problem(target: &str, file: &str, pages: &Pages) -> Option<(String, Option<String>)> {
    if target.is_empty() {
        return Some(("the link leads nowhere".to_owned(), None));
    }
    if let Some((scheme, rest)) = target.split_once("://") {
        let host = rest.split('/').next().unwrap_or_default();
        let good = matches!(scheme, "http" | "https") && host.contains('.') && !host.contains(' ');
        return (!good).then(|| {
            (format!("the link {target:?} leads nowhere"), Some("web pages begin with https://".to_owned()))
        });
    }
    if target.starts_with("mailto:") {
        return None;
    }
    let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
    let path = if path.is_empty() { Some(file.to_owned()) } else { resolve(file, path) };
    let Some(path) = path else {
        return Some((format!("the link {target:?} leads out of the course"), None));
    };
    // A folder stands for its chapter.
    let page = [path.clone(), format!("{path}/en.md")].into_iter().find(|path| pages.contains(path));
    let Some(page) = page else {
        if pages.source.has(&path) {
            return None;
        }
        let name = |path: &str| path.trim_end_matches('/').to_owned();
        let known: Vec<String> = pages.files.keys().map(|path| name(path)).collect();
        let hint =
            nearest(&path, known.iter().map(String::as_str)).map(|path| format!("did you mean {path}?"));
        return Some((format!("the link {target:?} leads to nothing: there is no {path}"), hint));
    };
    if anchor.is_empty() {
        return None;
    }
    let (_, page) = pages.get(&page)?;
    let ids = || page.sections.iter().filter_map(|section| section.id.as_deref());
    if ids().any(|id| id == anchor) {
        return None;
    }
    let hint = nearest(anchor, ids()).map(|id| format!("did you mean #{id}?"));
    Some((format!("the link {target:?} leads to a step that is not there"), hint))
}

/// A path relative to a file of the course, as a path within the course.
fn resolve(file: &str, path: &str) -> Option<String> {
    let mut resolved = PathBuf::from(file).parent()?.to_path_buf();
    for part in Path::new(path).components() {
        match part {
            Component::Normal(name) => resolved.push(name),
            Component::CurDir => {}
            Component::ParentDir if resolved.pop() => {}
            _ => return None,
        }
    }
    resolved.to_str().map(|path| path.replace('\\', "/"))
}
