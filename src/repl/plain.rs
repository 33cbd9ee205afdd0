//! The front end where nobody looks: lines from standard input, plain text out.

use std::io::BufRead;

use crate::base::{Output, UserError};
use crate::lesson::CourseWatch;
use crate::tutor::{Driver, Ending, Screen, View};

use super::read_again;
use super::render::render;
use super::theme::Theme;

/// Prints views as they come.
pub struct PlainScreen {
    theme: Theme,
    out: Output,
}

impl PlainScreen {
    /// A screen that prints to `out`.
    #[must_use]
    pub fn new(theme: Theme, out: Output) -> Self {
        Self { theme, out }
    }
}

impl Screen for PlainScreen {
    fn busy(&self, doing: Option<&str>) {
        if let Some(doing) = doing {
            self.show(&View::Notice(doing.to_owned()));
        }
    }

    fn show(&self, view: &View) {
        // A reader that is gone cannot be told.
        let _ = self.out.clone().line(render(&self.theme, view));
    }
}

/// Runs a session with lines from `input` until they end or the session does.
///
/// A line that leaves a quote or a heredoc open goes on in the next one.
///
/// # Errors
/// When the input is not text, or the journal cannot be written.
pub async fn run_plain(
    mut driver: Driver,
    mut out: Output,
    input: impl BufRead,
    world_kept: bool,
    mut course: Option<CourseWatch>,
) -> Result<Ending, UserError> {
    driver.start(world_kept).await?;
    let mut open = String::new();
    for (number, line) in input.lines().enumerate() {
        if driver.ending().is_some() {
            break;
        }
        let line = line.map_err(|error| {
            UserError::new(format!("line {} of the input: {error}", number + 1))
                .hint("the input must be UTF-8 text, one command a line")
        })?;
        open.push_str(&line);
        if crate::tutor::is_unfinished(&open) {
            open.push('\n');
            continue;
        }
        let line = std::mem::take(&mut open);
        if line.trim().is_empty() || line.trim_start().starts_with('#') {
            continue;
        }
        read_again(&mut driver, &mut course).await?;
        // What a closed output swallows is no reason to stop working.
        let _ = out.line(format!("$ {line}"));
        driver.line(line).await?;
    }
    if driver.ending().is_none() {
        driver.end_of_input().await?;
    }
    Ok(driver.ending().unwrap_or(Ending::Left))
}
