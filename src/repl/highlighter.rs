//! Colours the line that is being typed.

use std::borrow::Cow;

use rustyline::highlight::{CmdKind, Highlighter};

use super::syntax;
use super::theme::{Role, Theme};

/// Highlights commands, and dims what is only proposed.
pub(super) struct LineHighlighter {
    theme: Theme,
}

impl LineHighlighter {
    pub(super) fn new(theme: Theme) -> Self {
        Self { theme }
    }
}

impl Highlighter for LineHighlighter {
    fn highlight<'l>(&self, line: &'l str, _position: usize) -> Cow<'l, str> {
        if self.theme.colour { Cow::Owned(syntax::command(&self.theme, line)) } else { Cow::Borrowed(line) }
    }

    fn highlight_prompt<'b, 's: 'b, 'p: 'b>(&'s self, prompt: &'p str, _default: bool) -> Cow<'b, str> {
        Cow::Borrowed(prompt)
    }

    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        Cow::Owned(self.theme.paint(Role::Faint, hint))
    }

    fn highlight_char(&self, _line: &str, _position: usize, _kind: CmdKind) -> bool {
        self.theme.colour
    }
}
