//! Draws views: straight to the terminal, or above the line that is being edited.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use termimad::crossterm::terminal;

use crate::base::Output;
use crate::progress::Outcome;
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
    printer: Arc<Mutex<Option<mpsc::SyncSender<Frame>>>>,
    busy: Arc<Mutex<Option<ProgressBar>>>,
    /// Whether the terminal's size is followed.
    follows_size: bool,
    live: Arc<Mutex<Live>>,
}

/// What stands right above the prompt and is replaced when it changes.
#[derive(Default)]
struct Live {
    /// A verdict on a step that is on its way.
    verdict: String,
    /// Rollouts, a line each.
    progress: Vec<String>,
    /// Lines on the screen.
    lines: usize,
}

impl Live {
    fn text(&self) -> String {
        let progress = (!self.progress.is_empty()).then(|| self.progress.join("\n"));
        let verdict = (!self.verdict.is_empty()).then(|| self.verdict.clone());
        verdict.into_iter().chain(progress).collect::<Vec<_>>().join("\n")
    }
}

/// Text for the printer, and how many lines above the prompt it replaces.
struct Frame {
    replaces: usize,
    text: String,
}

/// Columns below which nothing can be drawn.
const WIDTH_MIN: usize = 20;

/// Texts that may wait for a terminal that stands still.
const FRAMES_MAX: usize = 1_000;

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
            live: Arc::default(),
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
        let (sender, receiver) = mpsc::sync_channel::<Frame>(FRAMES_MAX);
        let editing = Arc::clone(&self.editing);
        std::thread::spawn(move || {
            for Frame { replaces, text } in receiver {
                // The editor has taken its prompt away when this is printed. Without a prompt, what stands
                // above is something else.
                let up = if replaces > 0 && editing.load(Ordering::SeqCst) {
                    format!("\r\u{1b}[{replaces}A\u{1b}[J")
                } else {
                    String::new()
                };
                printer(format!("{up}{text}"));
            }
        });
        *self.printer.lock().unwrap_or_else(PoisonError::into_inner) = Some(sender);
    }

    /// Says whether a line is being edited.
    pub(super) fn editing(&self, editing: bool) {
        if !editing {
            // The typed line stands below it now.
            *self.live() = Live::default();
        }
        self.editing.store(editing, Ordering::SeqCst);
    }

    fn live(&self) -> MutexGuard<'_, Live> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn print(&self, text: String) {
        *self.live() = Live::default();
        self.send(Frame { replaces: 0, text });
    }

    fn send(&self, frame: Frame) {
        if self.editing.load(Ordering::SeqCst)
            && let Some(printer) = &*self.printer.lock().unwrap_or_else(PoisonError::into_inner)
        {
            // A gone printer thread means that the terminal is gone; a full one, that it stands still.
            let _ = printer.try_send(frame);
            return;
        }
        // The same: nobody is left to tell. A sign of life would wipe out what is printed over it.
        let print = || _ = self.out.clone().text(&frame.text);
        match &*self.busy.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }

    /// Changes what stands above the prompt, in its place if nothing else came in between.
    fn replace(&self, change: impl FnOnce(&mut Live)) {
        let mut live = self.live();
        change(&mut live);
        let (text, replaces) = (live.text(), live.lines);
        live.lines = text.lines().count();
        // What scrolled off the top cannot be reached any more.
        if replaces + 2 > self.rows() {
            *live = Live::default();
            return self.send(Frame { replaces: 0, text: format!("{text}\n") });
        }
        self.send(Frame { replaces, text: format!("{text}\n") });
    }

    fn rows(&self) -> usize {
        terminal::size().map_or(0, |(_, rows)| usize::from(rows))
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
        let theme = self.theme();
        let text = render(&theme, view);
        match view {
            View::Verdict { outcome: Outcome::Converging | Outcome::NotYet, .. } if theme.redraw => {
                self.replace(|live| live.verdict = text);
            }
            _ => self.print(format!("{text}\n")),
        }
    }

    fn progress(&self, rollouts: &[Rollout]) {
        // While a command runs the screen is its own.
        if !self.editing.load(Ordering::SeqCst) {
            return;
        }
        let theme = self.theme();
        let lines = progress::lines(&theme, rollouts);
        if theme.redraw {
            self.replace(|live| live.progress = lines);
        } else {
            self.print(format!("{}\n", lines.join("\n")));
        }
    }
}
