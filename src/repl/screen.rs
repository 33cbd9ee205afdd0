//! Draws views: straight to the terminal, or above the line that is being edited.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::base::Output;
use crate::tutor::{Screen, View};

use super::render::render;
use super::theme::Theme;

/// Prints text above the line that is being edited.
pub(super) type Printer = Box<dyn FnMut(String) + Send>;

/// A terminal that a person looks at; clones share it.
#[derive(Clone)]
pub struct TerminalScreen {
    theme: Theme,
    out: Output,
    editing: Arc<AtomicBool>,
    printer: Arc<Mutex<Option<mpsc::Sender<String>>>>,
    busy: Arc<Mutex<Option<ProgressBar>>>,
}

/// How often the sign of life moves.
const TICK: Duration = Duration::from_millis(120);

impl TerminalScreen {
    /// A screen that draws to `out`.
    #[must_use]
    pub fn new(theme: Theme, out: Output) -> Self {
        Self { theme, out, editing: Arc::default(), printer: Arc::default(), busy: Arc::default() }
    }

    /// Uses the line editor's printer while a line is being edited. It may block until the
    /// editor takes the text, so it gets a thread of its own.
    pub(super) fn attach(&self, printer: Option<Printer>) {
        let Some(mut printer) = printer else { return };
        let (sender, receiver) = mpsc::channel::<String>();
        std::thread::spawn(move || {
            for text in receiver {
                printer(text);
            }
        });
        *self.printer.lock().unwrap_or_else(PoisonError::into_inner) = Some(sender);
    }

    /// Says whether a line is being edited.
    pub(super) fn editing(&self, editing: bool) {
        self.editing.store(editing, Ordering::SeqCst);
    }

    fn print(&self, text: String) {
        if self.editing.load(Ordering::SeqCst)
            && let Some(printer) = &*self.printer.lock().unwrap_or_else(PoisonError::into_inner)
        {
            // A gone printer thread means that the terminal is gone.
            let _ = printer.send(text);
            return;
        }
        // The same: nobody is left to tell.
        let _ = self.out.clone().text(text);
    }
}

impl Screen for TerminalScreen {
    fn busy(&self, doing: Option<&str>) {
        let mut busy = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bar) = busy.take() {
            bar.finish_and_clear();
        }
        let Some(doing) = doing else { return };
        if !self.theme.colour {
            // Nothing is redrawn where redrawing may be read aloud line by line.
            drop(busy);
            return self.show(&View::Notice(doing.to_owned()));
        }
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {elapsed}") {
            bar.set_style(style.tick_chars(self.theme.symbol("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏ ", "-\\|/ ")));
        }
        bar.set_message(doing.to_owned());
        bar.enable_steady_tick(TICK);
        *busy = Some(bar);
    }

    fn show(&self, view: &View) {
        self.print(format!("{}\n", render(&self.theme, view)));
    }
}
