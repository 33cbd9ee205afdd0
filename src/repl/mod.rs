//! The terminal front end: a line editor, completion, and views drawn above the prompt.

mod completer;
mod editor;
mod highlighter;
mod hinter;
mod keyboard;
mod markdown;
mod names;
mod plain;
mod progress;
mod prompt;
mod prose;
mod render;
mod screen;
mod syntax;
mod theme;
mod validator;
mod why;
mod world;

use std::path::PathBuf;

use crate::base::UserError;
use crate::lesson::CourseWatch;
use crate::tutor::{Driver, Ending, Happening};

pub use keyboard::Keyboard;
pub use plain::{PlainScreen, run_plain};
pub use render::{error_lines, render};
pub use screen::TerminalScreen;
pub use theme::{Role, Theme};

use editor::{EditorThread, Typed};
use names::ObjectNames;

/// Settings of the terminal front end.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How to draw.
    pub theme: Theme,
    /// Where lines typed are remembered; nowhere when absent.
    pub history: Option<PathBuf>,
    /// The learner's folder of manifests, for completing file names.
    pub workspace: PathBuf,
    /// Follows the course's files, where an author may change them.
    pub course: Option<CourseWatch>,
}

/// Runs a session in the terminal until the learner leaves.
///
/// # Errors
/// When the terminal cannot be used, or the journal cannot be written.
pub async fn run(
    mut driver: Driver,
    screen: TerminalScreen,
    settings: Settings,
    world_kept: bool,
) -> Result<Ending, UserError> {
    let names = ObjectNames::new(driver.client(), driver.namespace());
    let mut editor = EditorThread::start(&settings, names.clone(), driver.session().places())?;
    screen.attach(editor.take_printer());
    let mut course = settings.course.clone();
    driver.start(world_kept).await?;
    while driver.ending().is_none() {
        editor.request(prompt::prompt(&screen.theme(), driver.session()));
        screen.editing(true);
        // Verdicts come while the learner types: the prompt stays, they appear above it.
        let typed = loop {
            tokio::select! {
                typed = editor.typed() => break typed,
                // A person is faster than a thread: this Ctrl-C is for the line that is on its way.
                happening = driver.happened() => match happening {
                    Happening::Interrupt if editor.accepted() => driver.interrupt_next(),
                    happening => driver.react(happening).await?,
                },
                () = saved(course.as_ref()) => read_again(&mut driver, &mut course).await?,
            }
        };
        screen.editing(false);
        read_again(&mut driver, &mut course).await?;
        match typed {
            Typed::Line(line) => driver.line(line).await?,
            Typed::Interrupted => driver.interrupt(),
            Typed::End => driver.end_of_input().await?,
        }
        names.forget();
    }
    Ok(driver.ending().unwrap_or(Ending::Left))
}

/// Waits until the author saves a chapter.
async fn saved(course: Option<&CourseWatch>) {
    match course {
        Some(course) => course.changed().await,
        None => std::future::pending().await,
    }
}

/// Hands over what an author saved since the course was read.
async fn read_again(driver: &mut Driver, course: &mut Option<CourseWatch>) -> Result<(), UserError> {
    match course.as_mut().and_then(CourseWatch::read_again) {
        Some(read) => driver.course_read(read).await,
        None => Ok(()),
    }
}
