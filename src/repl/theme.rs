//! One calm theme: which words are coloured, and what replaces colour and symbols where there are none.

/// What a piece of text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A heading.
    Title,
    /// Something went right.
    Good,
    /// Something is wrong.
    Bad,
    /// Something is on its way, or needs attention.
    Attention,
    /// Something to type.
    Command,
    /// A hint or a path.
    Aside,
    /// Less important.
    Faint,
}

/// How to draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Theme {
    /// Whether to use colour (off with NO_COLOR, or where nobody looks).
    pub colour: bool,
    /// Whether to use symbols outside ASCII.
    pub symbols: bool,
    /// Columns to draw in, at least 20.
    pub width: usize,
}

impl Theme {
    /// Plain text of 80 columns.
    #[must_use]
    pub fn plain() -> Self {
        Self { colour: false, symbols: true, width: 80 }
    }

    /// Colours `text` for its role.
    #[must_use]
    pub fn paint(&self, role: Role, text: &str) -> String {
        if !self.colour || text.is_empty() {
            return text.to_owned();
        }
        // The sixteen named colours, which terminals map to what is readable on their background.
        let code = match role {
            Role::Title => "1",
            Role::Good => "32",
            Role::Bad => "31",
            Role::Attention => "33",
            Role::Command => "36",
            Role::Aside => "35",
            Role::Faint => "2",
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }

    /// `symbol`, or its stand-in where only ASCII is wanted.
    #[must_use]
    pub fn symbol<'a>(&self, symbol: &'a str, ascii: &'a str) -> &'a str {
        if self.symbols { symbol } else { ascii }
    }
}
