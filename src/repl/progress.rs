//! Rollouts as they go on: a bar each, drawn by indicatif, printed above the prompt.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle, TermLike};

use crate::base::{display_width, strip_ansi};
use crate::tutor::Rollout;

use super::theme::{Role, Theme};

/// Columns of a bar, and of one on a narrow terminal.
const BAR: usize = 16;
const NARROW_BAR: usize = 5;

/// Columns from which on a terminal is not narrow.
const WIDE: usize = 60;

/// Rollouts shown at the same time.
const ROLLOUTS_MAX: usize = 4;

/// A line for each rollout; none is wider than the terminal.
pub(super) fn lines(theme: &Theme, rollouts: &[Rollout]) -> Vec<String> {
    rollouts.iter().take(ROLLOUTS_MAX).map(|rollout| line(theme, rollout)).collect()
}

fn line(theme: &Theme, rollout: &Rollout) -> String {
    if theme.spoken || !theme.redraw {
        return format!("{} {}/{}: {}", rollout.object, ready(rollout), rollout.wanted, rollout.words);
    }
    let page = Page::default();
    let target = ProgressDrawTarget::term_like(Box::new(page.clone()));
    let bar = ProgressBar::with_draw_target(Some(rollout.wanted.max(1)), target);
    let columns = if theme.width < WIDE { NARROW_BAR } else { BAR };
    let template = format!("{{prefix}} {{bar:{columns}}} {}/{}: {{msg}}", ready(rollout), rollout.wanted);
    if let Ok(style) = ProgressStyle::with_template(&template) {
        bar.set_style(style.progress_chars(theme.symbol("━╸─", "=> ")));
    }
    bar.set_prefix(rollout.object.clone());
    bar.set_message(rollout.words.clone());
    bar.set_position(ready(rollout).min(rollout.wanted));
    bar.tick();
    bar.abandon();
    let role = if rollout.done { Role::Good } else { Role::Attention };
    theme.paint(role, &cut(strip_ansi(&page.last_line()).trim_end(), theme.width.saturating_sub(1)))
}

fn ready(rollout: &Rollout) -> u64 {
    rollout.updated.min(rollout.available)
}

/// The beginning of a line that fits: whole counts, none of them half told.
fn cut(line: &str, width: usize) -> String {
    let mut short = String::new();
    for character in line.chars() {
        short.push(character);
        if display_width(&short) > width {
            short.pop();
            return short.rsplit_once(", ").map_or(short.as_str(), |(whole, _)| whole).to_owned();
        }
    }
    short
}

/// A terminal of one line that only remembers what was drawn.
#[derive(Clone, Debug, Default)]
struct Page(Arc<Mutex<String>>);

impl Page {
    fn last_line(&self) -> String {
        let drawn = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        drawn.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default().to_owned()
    }

    fn write(&self, text: &str) -> io::Result<()> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push_str(text);
        Ok(())
    }
}

impl TermLike for Page {
    fn width(&self) -> u16 {
        // Wide enough for every message: what is too long is cut afterwards.
        500
    }

    fn move_cursor_up(&self, _lines: usize) -> io::Result<()> {
        self.write("\n")
    }

    fn move_cursor_down(&self, _lines: usize) -> io::Result<()> {
        self.write("\n")
    }

    fn move_cursor_right(&self, _columns: usize) -> io::Result<()> {
        Ok(())
    }

    fn move_cursor_left(&self, _columns: usize) -> io::Result<()> {
        Ok(())
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        self.write(text)?;
        self.write("\n")
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        self.write(text)
    }

    fn clear_line(&self) -> io::Result<()> {
        self.write("\n")
    }

    fn flush(&self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rollout() -> Rollout {
        Rollout {
            object: "deployment/web".into(),
            wanted: 4,
            updated: 2,
            available: 3,
            old: 1,
            done: false,
            words: "2 new, 3 ready, 1 old".into(),
        }
    }

    #[test]
    fn a_bar_shows_how_far_it_is_and_fits() {
        let theme = Theme { redraw: true, ..Theme::plain() };
        let drawn = line(&theme, &rollout());
        assert!(drawn.starts_with("deployment/web ━━━━━━━━"), "{drawn}");
        assert!(drawn.ends_with("2/4: 2 new, 3 ready, 1 old"), "{drawn}");
        let narrow = line(&Theme { width: 40, ..theme }, &rollout());
        assert!(display_width(&narrow) < 40 && narrow.ends_with("2/4: 2 new"), "{narrow}");
    }

    #[test]
    fn where_nothing_is_redrawn_it_is_a_sentence() {
        assert_eq!(line(&Theme::plain(), &rollout()), "deployment/web 2/4: 2 new, 3 ready, 1 old");
    }
}
