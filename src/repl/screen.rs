//! Draws views: straight to the terminal, or above the line that is being edited.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use termimad::crossterm::terminal;

use crate::base::Output;
use crate::tutor::{Rollout, Screen, View};

use super::progress;
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
    /// Whether the terminal's size is followed.
    follows_size: bool,
    /// Lines of progress that stand right above the prompt.
    above: Arc<AtomicUsize>,
}

/// Columns below which nothing can be drawn.
const WIDTH_MIN: usize = 20;

/// How often the sign of life moves.
const TICK: Duration = Duration::from_millis(120);

impl TerminalScreen {
    /// A screen that draws to `out`; it follows the terminal's size unless its width was chosen.
    #[must_use]
    pub fn new(theme: Theme, out: Output, follows_size: bool) -> Self {
        Self {
            theme,
            out,
            editing: Arc::default(),
            printer: Arc::default(),
            busy: Arc::default(),
            follows_size,
            above: Arc::default(),
        }
    }

    /// How to draw on the terminal as large as it is now.
    pub(super) fn theme(&self) -> Theme {
        let measured = || terminal::size().ok().map(|(columns, _)| usize::from(columns));
        match self.follows_size.then(measured).flatten() {
            Some(width) if width > 0 => Theme { width: width.max(WIDTH_MIN), ..self.theme },
            _ => self.theme,
        }
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
        self.above.store(0, Ordering::SeqCst);
        self.editing.store(editing, Ordering::SeqCst);
    }

    fn print(&self, text: String) {
        self.above.store(0, Ordering::SeqCst);
        self.send(text);
    }

    fn send(&self, text: String) {
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
        if !self.theme.redraw {
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
        self.print(format!("{}\n", render(&self.theme(), view)));
    }

    fn progress(&self, rollouts: &[Rollout]) {
        // While a command runs the screen is its own.
        if !self.editing.load(Ordering::SeqCst) {
            return;
        }
        let theme = self.theme();
        let lines = progress::lines(&theme, rollouts);
        let text = format!("{}\n", lines.join("\n"));
        if !theme.redraw {
            return self.print(text);
        }
        // The editor has taken its prompt away when this is printed: above stand the lines of last time.
        let above = self.above.load(Ordering::SeqCst);
        let up = if above > 0 { format!("\r\u{1b}[{above}A\u{1b}[J") } else { String::new() };
        self.send(format!("{up}{text}"));
        self.above.store(lines.len(), Ordering::SeqCst);
    }
}
