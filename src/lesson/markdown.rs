//! Splits a chapter's Markdown into front matter, title, steps and their fenced blocks, with positions.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, MetadataBlockKind, Options, Parser, Tag, TagEnd};

use crate::base::{Position, nearest};

/// A chapter's file, split.
#[derive(Debug, Default)]
pub(super) struct Page {
    /// The front matter.
    pub front: Option<Block>,
    /// The `#` title.
    pub title: String,
    /// Where it stands.
    pub title_at: Position,
    /// What stands before the first step.
    pub introduction: String,
    /// The `##` sections.
    pub sections: Vec<Section>,
}

/// A `##` section: a step.
#[derive(Debug)]
pub(super) struct Section {
    /// The explicit `{#id}`.
    pub id: Option<String>,
    /// The heading's text.
    pub title: String,
    /// Where the heading stands.
    pub at: Position,
    /// Everything that is not a special block, Markdown.
    pub prose: String,
    /// The special blocks.
    pub blocks: Vec<Block>,
}

/// A fenced block with a meaning, or the front matter.
#[derive(Debug)]
pub(super) struct Block {
    /// What it holds.
    pub kind: BlockKind,
    /// Its content.
    pub text: String,
    /// Where its first line of content stands.
    pub at: Position,
}

/// The special info strings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum BlockKind {
    Front,
    Start,
    Solution,
    File(String),
    Snap,
    Check,
    Mistake,
    Hint,
    Predict,
    Question,
    Allow,
}

/// The info strings that mean something.
pub(super) const BLOCK_INFOS: &[&str] = &[
    "yaml start",
    "sh solution",
    "yaml file=NAME",
    "yaml snap",
    "yaml check",
    "yaml mistake",
    "hint",
    "yaml predict",
    "yaml question",
    "yaml allow",
];

/// What looks like a special block and cannot be one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Oddity {
    /// Its info string means nothing.
    UnknownBlock(String),
    /// It stands before the first step, or within a list or a quote.
    Misplaced(String),
    /// It is never closed.
    Unclosed(String),
    /// The next block begins within it, so many lines below its own beginning.
    Swallows(String, usize),
    /// A heading with an id that begins no step.
    NoStep,
    /// A title after the first.
    SecondTitle,
}

impl BlockKind {
    /// The kind that an info string names; `None` for a block that is part of the prose.
    fn parse(info: &str) -> Option<Self> {
        let (language, rest) = info.trim().split_once(' ').unwrap_or((info.trim(), ""));
        match (language, rest.trim()) {
            ("hint", "") => Some(Self::Hint),
            ("sh", "solution") => Some(Self::Solution),
            ("yaml", "start") => Some(Self::Start),
            ("yaml", "snap") => Some(Self::Snap),
            ("yaml", "check") => Some(Self::Check),
            ("yaml", "mistake") => Some(Self::Mistake),
            ("yaml", "predict") => Some(Self::Predict),
            ("yaml", "question") => Some(Self::Question),
            ("yaml", "allow") => Some(Self::Allow),
            (_, rest) => rest.strip_prefix("file=").map(|name| Self::File(name.trim().to_owned())),
        }
    }
}

/// How chapters are read.
pub(super) fn options() -> Options {
    Options::ENABLE_YAML_STYLE_METADATA_BLOCKS
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_TABLES
        | Options::ENABLE_GFM
}

/// Splits a chapter; never fails. What looks like a special block and is none is given back in `oddities`.
pub(super) fn split(source: &str, oddities: &mut Vec<(Position, Oddity)>) -> Page {
    let mut splitter = Splitter { source, page: Page::default(), cuts: Vec::new(), from: 0, depth: 0 };
    let mut events = Parser::new_ext(source, options()).into_offset_iter();
    while let Some((event, range)) = events.next() {
        match event {
            Event::Start(Tag::MetadataBlock(MetadataBlockKind::YamlStyle)) => {
                let text = inner_text(&mut events);
                let at = Position { line: position(source, range.start).line + 1, column: 1 };
                splitter.page.front = Some(Block { kind: BlockKind::Front, text, at });
                splitter.from = range.end;
            }
            Event::Start(Tag::Heading { level, id, .. }) if splitter.depth == 0 => {
                let title = inner_text(&mut events);
                if id.is_some() && level != HeadingLevel::H2 {
                    oddities.push((position(source, range.start), Oddity::NoStep));
                }
                splitter.heading(level, id.map(|id| id.to_string()), title, &range, oddities);
            }
            Event::Start(Tag::Paragraph) if splitter.depth == 0 => {
                splitter.depth += 1;
                let first = source[range.clone()].lines().next().unwrap_or_default();
                if first.starts_with('#') && first.trim_end().ends_with('}') && first.contains("{#") {
                    oddities.push((position(source, range.start), Oddity::NoStep));
                }
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) if splitter.depth == 0 => {
                let text = inner_text(&mut events);
                splitter.fence(&info, text, &range, oddities);
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                splitter.depth += 1;
                if BlockKind::parse(&info).is_some() {
                    let at = position(source, range.start);
                    oddities.push((at, Oddity::Misplaced(info.trim().to_owned())));
                }
            }
            Event::Start(_) => splitter.depth += 1,
            Event::End(_) => splitter.depth = splitter.depth.saturating_sub(1),
            _ => {}
        }
    }
    splitter.close(source.len());
    splitter.page
}

struct Splitter<'a> {
    source: &'a str,
    page: Page,
    /// Special blocks of the present section, as ranges of the source.
    cuts: Vec<Range<usize>>,
    /// Where the present section's prose begins.
    from: usize,
    /// How many containers (lists, quotes …) are open.
    depth: usize,
}

impl Splitter<'_> {
    fn heading(
        &mut self,
        level: HeadingLevel,
        id: Option<String>,
        title: String,
        range: &Range<usize>,
        oddities: &mut Vec<(Position, Oddity)>,
    ) {
        match level {
            HeadingLevel::H1 if self.page.title.is_empty() && self.page.sections.is_empty() => {
                self.page.title = title;
                self.page.title_at = position(self.source, range.start);
                self.from = range.end;
            }
            HeadingLevel::H1 => oddities.push((position(self.source, range.start), Oddity::SecondTitle)),
            HeadingLevel::H2 => {
                self.close(range.start);
                let at = position(self.source, range.start);
                self.page.sections.push(Section { id, title, at, prose: String::new(), blocks: Vec::new() });
                self.from = range.end;
            }
            _ => {}
        }
    }

    fn fence(
        &mut self,
        info: &str,
        text: String,
        range: &Range<usize>,
        oddities: &mut Vec<(Position, Oddity)>,
    ) {
        let fence = position(self.source, range.start);
        let mut odd = |oddity: fn(String) -> Oddity| oddities.push((fence, oddity(info.trim().to_owned())));
        if !is_closed(&self.source[range.clone()]) {
            odd(Oddity::Unclosed);
        }
        if let Some(line) = swallowed(&self.source[range.clone()]) {
            oddities.push((fence, Oddity::Swallows(info.trim().to_owned(), line)));
        }
        let mut odd = |oddity: fn(String) -> Oddity| oddities.push((fence, oddity(info.trim().to_owned())));
        let Some(kind) = BlockKind::parse(info) else {
            if looks_special(info, &text) {
                odd(Oddity::UnknownBlock);
            }
            return;
        };
        match self.page.sections.last_mut() {
            Some(section) => {
                section.blocks.push(Block { kind, text, at: Position { line: fence.line + 1, column: 1 } });
                self.cuts.push(range.clone());
            }
            None => odd(Oddity::Misplaced),
        }
    }

    /// Ends the present section at `end`.
    fn close(&mut self, end: usize) {
        let mut prose = String::new();
        let mut from = self.from;
        for cut in self.cuts.drain(..) {
            prose.push_str(&self.source[from..cut.start.max(from)]);
            from = cut.end;
        }
        prose.push_str(&self.source[from.min(end)..end]);
        let prose = without_gaps(&prose);
        match self.page.sections.last_mut() {
            Some(section) => section.prose = prose,
            None => self.page.introduction = prose,
        }
        self.from = end;
    }
}

/// Whether a fenced block ends with a fence of its own.
fn is_closed(block: &str) -> bool {
    let Some((first, rest)) = block.trim_start().split_once('\n') else { return false };
    let mark = first.chars().next().unwrap_or('`');
    let length = first.chars().take_while(|character| *character == mark).count();
    let last = rest.trim_end().lines().next_back().unwrap_or_default().trim();
    last.chars().count() >= length && last.chars().all(|character| character == mark)
}

/// The line of a block on which another begins: a fence with an info string, which closes nothing.
fn swallowed(block: &str) -> Option<usize> {
    let first = block.trim_start().lines().next()?;
    let mark = first.chars().next().filter(|mark| matches!(mark, '`' | '~'))?;
    let fence: String = first.chars().take_while(|character| *character == mark).collect();
    let begins = |line: &str| {
        let info = line.trim_start_matches(mark).trim();
        let words = info.split(' ').count() <= 2 && !info.contains(mark);
        line.starts_with(&fence) && !info.is_empty() && words
    };
    block.lines().skip(1).position(begins).map(|line| line + 1)
}

/// Whether a block that is part of the prose was perhaps meant to be more.
fn looks_special(info: &str, text: &str) -> bool {
    let info = info.trim();
    let near = |known: &str| nearest(&info.to_lowercase(), [known]).is_some();
    // YAML for reading is common; a list of sentences or an answer is not.
    let holds_check = || text.lines().any(|line| line.starts_with("- that:") || line.starts_with("answer:"));
    info.contains(' ')
        || (info != "hint" && info.len() > 2 && near("hint"))
        || (matches!(info, "yaml" | "yml") && holds_check())
}

/// The text of the element whose start was just read, up to its end.
fn inner_text<'a>(events: &mut impl Iterator<Item = (Event<'a>, Range<usize>)>) -> String {
    let mut text = String::new();
    for (event, _) in events {
        match event {
            Event::Text(part) | Event::Code(part) => text.push_str(&part),
            Event::SoftBreak | Event::HardBreak => text.push(' '),
            Event::End(TagEnd::Heading(_) | TagEnd::CodeBlock | TagEnd::MetadataBlock(_)) => break,
            _ => {}
        }
    }
    text
}

/// At most one empty line in a row, none at the ends.
fn without_gaps(prose: &str) -> String {
    let mut out = String::new();
    let mut empty = 0;
    for line in prose.trim().lines() {
        empty = if line.trim().is_empty() { empty + 1 } else { 0 };
        if empty > 1 {
            continue;
        }
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(line.trim_end());
    }
    out
}

/// The place of a byte offset.
pub(super) fn position(source: &str, offset: usize) -> Position {
    let before = &source[..offset];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    Position { line: before.matches('\n').count() + 1, column: before[line_start..].chars().count() + 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "---\nminutes: 5\n---\n# Pods\n\nHello.\n\n## Run one {#run}\n\nDo it:\n\n```sh\nkubectl get pods\n```\n\n```sh solution\nkubectl run a --image=b\n```\n\nDone.\n\n```hint\nThink.\n```\n\n## Look {#look}\n";

    #[test]
    fn special_blocks_leave_the_prose_and_others_stay() {
        let page = split(PAGE, &mut Vec::new());
        assert_eq!((page.title.as_str(), page.introduction.as_str()), ("Pods", "Hello."));
        let step = &page.sections[0];
        assert_eq!(step.prose, "Do it:\n\n```sh\nkubectl get pods\n```\n\nDone.");
        assert_eq!((step.id.as_deref(), step.title.as_str(), step.at.line), (Some("run"), "Run one", 8));
        assert_eq!(step.blocks[0].kind, BlockKind::Solution);
        assert_eq!(step.blocks[0].at.line, 17);
        assert_eq!(step.blocks[1].text, "Think.\n");
        assert_eq!(page.sections[1].prose, "");
    }

    #[test]
    fn an_unknown_second_word_is_reported_as_strange() {
        let mut strange = Vec::new();
        split("# T\n\n## S {#s}\n\n```yaml chekc\n```\n", &mut strange);
        assert_eq!(
            strange,
            [(Position { line: 5, column: 1 }, Oddity::UnknownBlock("yaml chekc".to_owned()))]
        );
    }

    #[test]
    fn what_is_swallowed_and_what_is_no_step_is_told() {
        let mut odd = Vec::new();
        let page = "# T\n\n## S {#s}\n\n```sh solution\nkubectl get pods\n\n```yaml check\n- that: x\n```\n\n### Deep {#deep}\n\n##Near {#near}\n\n````text\n```hint\n```\n````\n";
        split(page, &mut odd);
        let told: Vec<(usize, Oddity)> = odd.into_iter().map(|(at, odd)| (at.line, odd)).collect();
        let swallows = Oddity::Swallows("sh solution".into(), 3);
        assert_eq!(told, [(5, swallows), (12, Oddity::NoStep), (14, Oddity::NoStep)]);
    }

    #[test]
    fn blocks_that_cannot_be_special_are_told() {
        let mut odd = Vec::new();
        let page = "# T\n\n```hint\nearly\n```\n\n## S {#s}\n\n- in a list\n\n  ```hint\n  deep\n  ```\n\n```hnt\nx\n```\n\n```python\nx\n```\n\n```yaml\n- that: x\n```\n\n```hint\nopen\n\n## Lost {#lost}\n";
        let page = split(page, &mut odd);
        let told: Vec<(usize, Oddity)> = odd.into_iter().map(|(at, odd)| (at.line, odd)).collect();
        assert_eq!(
            told,
            [
                (3, Oddity::Misplaced("hint".into())),
                (11, Oddity::Misplaced("hint".into())),
                (15, Oddity::UnknownBlock("hnt".into())),
                (23, Oddity::UnknownBlock("yaml".into())),
                (27, Oddity::Unclosed("hint".into())),
            ]
        );
        assert_eq!(page.sections.len(), 1);
    }

    #[test]
    fn korean_columns_count_characters() {
        assert_eq!(position("가나다", 6), Position { line: 1, column: 3 });
    }
}
