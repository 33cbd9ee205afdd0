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
    /// Whether the terminal has 256 colours, of which some are readable on light and on dark.
    pub palette: bool,
    /// Whether to use symbols outside ASCII.
    pub symbols: bool,
    /// Whether what stands on the screen may be drawn anew.
    pub redraw: bool,
    /// Whether the screen is read aloud: line by line, without pictures.
    pub spoken: bool,
    /// Columns to draw in, at least 20.
    pub width: usize,
}

impl Theme {
    /// Plain text of 80 columns.
    #[must_use]
    pub fn plain() -> Self {
        Self { colour: false, palette: false, symbols: true, redraw: false, spoken: false, width: 80 }
    }

    /// The same for a screen that is read aloud.
    #[must_use]
    pub fn read_aloud(self) -> Self {
        Self { colour: false, palette: false, symbols: false, redraw: false, spoken: true, ..self }
    }

    /// Colours `text` for its role.
    #[must_use]
    pub fn paint(&self, role: Role, text: &str) -> String {
        if !self.colour || text.is_empty() {
            return text.to_owned();
        }
        let code = match self.tone(role) {
            Some(number) => format!("38;5;{number}"),
            None => sixteen(role).to_owned(),
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }

    /// The number of a role's colour among 256; `None` where it has none, or the terminal has fewer.
    pub(super) fn tone(&self, role: Role) -> Option<u8> {
        // Of middle brightness, so that each can be read on white and on black.
        let number = match role {
            Role::Title => return None,
            Role::Good => 28,
            Role::Bad => 161,
            Role::Attention => 130,
            Role::Command => 30,
            Role::Aside => 97,
            Role::Faint => 243,
        };
        self.palette.then_some(number)
    }

    /// `symbol`, or its stand-in where only ASCII is wanted.
    #[must_use]
    pub fn symbol<'a>(&self, symbol: &'a str, ascii: &'a str) -> &'a str {
        if self.symbols { symbol } else { ascii }
    }
}

/// The sixteen named colours, which terminals map to what is readable on their background.
fn sixteen(role: Role) -> &'static str {
    match role {
        Role::Title => "1",
        Role::Good => "32",
        Role::Bad => "31",
        Role::Attention => "33",
        Role::Command => "36",
        Role::Aside => "35",
        Role::Faint => "2",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance of a colour of the 6×6×6 cube or of the greys (WCAG 2).
    fn luminance(number: u8) -> f64 {
        let channels = match number {
            232.. => [8 + 10 * (i32::from(number) - 232); 3],
            number => {
                let index = i32::from(number) - 16;
                [index / 36, index / 6 % 6, index % 6]
                    .map(|level| if level == 0 { 0 } else { 55 + 40 * level })
            }
        };
        let linear = channels.map(|channel| {
            let share = f64::from(channel) / 255.0;
            if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    }

    #[test]
    fn every_colour_can_be_read_on_white_and_on_black() {
        let theme = Theme { colour: true, palette: true, ..Theme::plain() };
        for role in [Role::Good, Role::Bad, Role::Attention, Role::Command, Role::Aside, Role::Faint] {
            let luminance = luminance(theme.tone(role).unwrap());
            let (white, black) = (1.05 / (luminance + 0.05), (luminance + 0.05) / 0.05);
            assert!(white >= 4.0 && black >= 4.0, "{role:?}: {white:.2} on white, {black:.2} on black");
        }
    }
}
