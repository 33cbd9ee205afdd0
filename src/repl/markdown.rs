//! Markdown for a terminal: pulldown-cmark reads it, termimad sets the prose, the rest is drawn here.

use pulldown_cmark::{BlockQuoteKind, CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use termimad::MadSkin;
use termimad::crossterm::style::Color;

use crate::base::{display_width, strip_ansi};

use super::prose;
use super::syntax;
use super::theme::{Role, Theme};

/// Narrower than this nothing is wrapped any more.
const WIDTH_MIN: usize = 16;

/// Renders Markdown; lines of code keep their length so that they can be copied.
#[must_use]
pub(super) fn render(theme: &Theme, markdown: &str) -> String {
    let options = Options::ENABLE_TABLES | Options::ENABLE_GFM | Options::ENABLE_STRIKETHROUGH;
    let mut renderer = Renderer { theme, skin: skin(theme), out: String::new(), stack: Vec::new() };
    renderer.stack.push(Block::default());
    for event in Parser::new_ext(markdown, options) {
        renderer.event(event);
    }
    renderer.flush();
    renderer.out.trim_end().to_owned()
}

fn skin(theme: &Theme) -> MadSkin {
    if !theme.colour {
        return MadSkin::no_style();
    }
    let mut skin = MadSkin::no_style();
    skin.bold = termimad::CompoundStyle::with_attr(termimad::crossterm::style::Attribute::Bold);
    skin.italic = termimad::CompoundStyle::with_attr(termimad::crossterm::style::Attribute::Italic);
    let code = theme.tone(Role::Command).map_or(Color::DarkCyan, Color::AnsiValue);
    skin.inline_code = termimad::CompoundStyle::with_fg(code);
    skin
}

/// What stands before the lines of a block, and the text collected in it.
#[derive(Default)]
struct Block {
    /// Before the first line.
    first: String,
    /// Before every further line.
    rest: String,
    /// Next number of an ordered list.
    number: Option<u64>,
    /// Prose in termimad's dialect.
    text: String,
    /// Info string and content of a code block.
    code: Option<(String, String)>,
    /// Rows of a table, in termimad's dialect.
    table: Option<String>,
    tight: bool,
}

struct Renderer<'a> {
    theme: &'a Theme,
    skin: MadSkin,
    out: String,
    stack: Vec<Block>,
}

impl Renderer<'_> {
    fn top(&mut self) -> &mut Block {
        if self.stack.is_empty() {
            self.stack.push(Block::default());
        }
        let last = self.stack.len() - 1;
        &mut self.stack[last]
    }

    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            // Placeholders like <pending> are words here, not HTML.
            Event::Text(text) | Event::InlineHtml(text) | Event::Html(text) => {
                if let Some((_, code)) = &mut self.top().code {
                    code.push_str(&text);
                } else {
                    let text = escape(&text);
                    self.top().text.push_str(&text);
                }
            }
            Event::Code(code) => {
                let code = format!("`{code}`");
                // Without colour the marks stay: they are what sets code apart.
                let code = if self.theme.colour { code } else { escape(&code) };
                self.top().text.push_str(&code);
            }
            Event::SoftBreak => self.top().text.push(' '),
            Event::HardBreak => self.top().text.push('\n'),
            Event::Rule => {
                let line = self.theme.symbol("─", "-").repeat(self.theme.width.min(40));
                self.line(&self.theme.paint(Role::Faint, &line));
                self.blank();
            }
            _ => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::List(number) => {
                self.flush();
                let nested = Block { number, tight: true, ..Block::default() };
                self.stack.push(nested);
            }
            Tag::Item => {
                let bullet = match &mut self.top().number {
                    Some(number) => {
                        let bullet = format!("{number}. ");
                        *number += 1;
                        bullet
                    }
                    None => format!("{} ", self.theme.symbol("•", "-")),
                };
                let rest = " ".repeat(display_width(&bullet));
                self.stack.push(Block { first: bullet, rest, tight: true, ..Block::default() });
            }
            Tag::BlockQuote(kind) => {
                self.flush();
                let bar = format!("{} ", self.theme.symbol("│", "|"));
                let bar = self.theme.paint(quote_role(kind), &bar);
                self.stack.push(Block { first: bar.clone(), rest: bar, ..Block::default() });
            }
            Tag::CodeBlock(kind) => {
                self.flush();
                let info = match kind {
                    CodeBlockKind::Fenced(info) => info.to_string(),
                    CodeBlockKind::Indented => String::new(),
                };
                self.top().code = Some((info, String::new()));
            }
            Tag::Table(_) => {
                self.flush();
                self.top().table = Some(String::new());
            }
            Tag::Strong => self.top().text.push_str("**"),
            Tag::Emphasis => self.top().text.push('*'),
            Tag::Strikethrough => self.top().text.push_str("~~"),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph => {
                self.flush();
                if !self.top().tight {
                    self.blank();
                }
            }
            TagEnd::Heading(_) => {
                let text = std::mem::take(&mut self.top().text);
                self.line(&self.theme.paint(Role::Title, &unescape(&text)));
                self.blank();
            }
            TagEnd::Item => {
                self.flush();
                self.stack.pop();
            }
            TagEnd::List(_) => {
                self.stack.pop();
                if self.stack.len() <= 1 {
                    self.blank();
                }
            }
            TagEnd::BlockQuote(_) => {
                self.flush();
                self.stack.pop();
                self.blank();
            }
            TagEnd::CodeBlock => self.code(),
            TagEnd::Strong => self.top().text.push_str("**"),
            TagEnd::Emphasis => self.top().text.push('*'),
            TagEnd::Strikethrough => self.top().text.push_str("~~"),
            TagEnd::TableCell => {
                let cell = std::mem::take(&mut self.top().text);
                if let Some(table) = &mut self.top().table {
                    table.push('|');
                    table.push_str(&cell);
                }
            }
            TagEnd::TableHead | TagEnd::TableRow => {
                let is_head = tag == TagEnd::TableHead;
                if let Some(table) = &mut self.top().table {
                    table.push_str("|\n");
                    if is_head {
                        let columns = table.matches('|').count().saturating_sub(1);
                        table.push_str(&"|-".repeat(columns));
                        table.push_str("|\n");
                    }
                }
            }
            TagEnd::Table => {
                if let Some(table) = self.top().table.take() {
                    self.table(&table);
                    self.blank();
                }
            }
            _ => {}
        }
    }

    fn flush(&mut self) {
        let text = std::mem::take(&mut self.top().text);
        if text.trim().is_empty() {
            return;
        }
        self.prose(&text);
    }

    /// Columns left within the open blocks.
    fn room(&self) -> usize {
        let indent: usize = self.stack.iter().map(|block| display_width(&block.rest)).sum();
        self.theme.width.saturating_sub(indent).max(WIDTH_MIN)
    }

    fn prose(&mut self, text: &str) {
        for line in prose::wrap(text.trim(), self.room()) {
            let set = self.skin.inline(&line).to_string();
            self.line(&set);
        }
    }

    fn table(&mut self, text: &str) {
        let set = self.skin.text(text, Some(self.room())).to_string();
        for line in set.trim_end().lines() {
            // termimad pads with spaces; a copied line should not end in them.
            let line = if strip_ansi(line).len() == line.len() { line.trim_end() } else { line };
            self.line(line);
        }
    }

    fn code(&mut self) {
        let Some((info, code)) = self.top().code.take() else { return };
        for line in code.lines() {
            let painted = match info.split_whitespace().next() {
                Some("sh" | "bash" | "console" | "shell") => syntax::command(self.theme, line),
                Some("yaml" | "yml") => syntax::yaml(self.theme, line),
                _ => line.to_owned(),
            };
            self.line(&format!("    {painted}"));
        }
        self.blank();
    }

    /// One line behind the marks of all open blocks.
    fn line(&mut self, line: &str) {
        for block in &mut self.stack {
            self.out.push_str(&block.first);
            block.first.clone_from(&block.rest);
        }
        self.out.push_str(line);
        self.out.push('\n');
    }

    fn blank(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }
}

fn quote_role(kind: Option<BlockQuoteKind>) -> Role {
    match kind {
        Some(BlockQuoteKind::Warning | BlockQuoteKind::Caution) => Role::Bad,
        Some(BlockQuoteKind::Important) => Role::Attention,
        Some(BlockQuoteKind::Tip) => Role::Good,
        _ => Role::Faint,
    }
}

/// Keeps termimad from reading marks in plain text.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '*' | '`' | '~' | '|') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

fn unescape(text: &str) -> String {
    text.replace(r"\*", "*").replace(r"\`", "`").replace(r"\~", "~").replace(r"\|", "|").replace('`', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(width: usize, markdown: &str) -> String {
        render(&Theme { colour: false, symbols: true, width, ..Theme::plain() }, markdown)
    }

    #[test]
    fn prose_is_wrapped_and_code_is_not() {
        let text = plain(
            20,
            "One two three four five six seven.\n\n```sh\nkubectl get pods --all-namespaces\n```\n",
        );
        assert_eq!(text, "One two three four\nfive six seven.\n\n    kubectl get pods --all-namespaces");
    }

    #[test]
    fn soft_breaks_join_and_stars_survive() {
        assert_eq!(plain(80, "2 * 3\nis **six**"), "2 * 3 is six");
        assert_eq!(plain(80, "Still <pending>, and <none>."), "Still <pending>, and <none>.");
    }

    #[test]
    fn code_stands_out_with_and_without_colour() {
        let markdown = "Type `get -o jsonpath='{.items[*].x}'`.";
        assert_eq!(plain(80, markdown), markdown);
        let coloured = render(&Theme { colour: true, symbols: true, width: 80, ..Theme::plain() }, markdown);
        assert_eq!(strip_ansi(&coloured).trim_end(), markdown.replace('`', ""));
        assert_ne!(strip_ansi(&coloured).trim_end(), coloured.trim_end());
    }

    #[test]
    fn lists_hang() {
        let text = plain(24, "- first item that is long\n- second\n\n1. one\n2. two\n");
        assert_eq!(text, "• first item that is\n  long\n• second\n\n1. one\n2. two");
    }

    #[test]
    fn korean_lines_fit() {
        let text = plain(20, "파드는 쿠버네티스에서 배포할 수 있는 가장 작은 단위입니다.");
        assert!(text.lines().all(|line| display_width(line) <= 20), "{text}");
    }

    #[test]
    fn what_hangs_on_code_stays_with_it() {
        let text = "원하는 것을 담은 필드(`spec`)와 `describe`는 다릅니다.";
        for colour in [false, true] {
            for width in 16..60 {
                let set = render(&Theme { colour, width, ..Theme::plain() }, text);
                let set = strip_ansi(&set).replace('`', "");
                assert!(!set.contains("\n는") && !set.contains("\n)"), "{set}");
                assert!(set.lines().all(|line| display_width(line) <= width), "{set}");
            }
        }
    }

    #[test]
    fn quotes_carry_a_bar() {
        assert_eq!(plain(30, "> [!WARNING]\n> Mind the gap."), "│ Mind the gap.");
    }
}
