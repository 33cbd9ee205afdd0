//! The line editor on a thread of its own: it blocks while the learner types.

use std::path::PathBuf;
use std::sync::mpsc;

use rustyline::config::{BellStyle, CompletionType, Config};
use rustyline::error::ReadlineError;
use rustyline::history::DefaultHistory;
use rustyline::{
    Cmd, Completer, ConditionalEventHandler, Editor, Event, EventContext, EventHandler, ExternalPrinter,
    Helper, Highlighter, Hinter, KeyEvent, Movement, RepeatCount, Validator,
};

use crate::base::{ResultExt, UserError};

use super::Settings;
use super::completer::LineCompleter;
use super::highlighter::LineHighlighter;
use super::hinter::LineHinter;
use super::names::ObjectNames;
use super::prompt::Prompt;
use super::screen::Printer;
use super::validator::LineValidator;

/// Lines remembered.
const HISTORY_LENGTH_MAX: usize = 2_000;

/// What the learner did.
#[derive(Debug)]
pub(super) enum Typed {
    /// A line.
    Line(String),
    /// Ctrl-C.
    Interrupted,
    /// Ctrl-D, or the terminal is gone.
    End,
}

#[derive(Completer, Helper, Highlighter, Hinter, Validator)]
struct LineHelper {
    #[rustyline(Completer)]
    completer: LineCompleter,
    #[rustyline(Highlighter)]
    highlighter: LineHighlighter,
    #[rustyline(Hinter)]
    hinter: LineHinter,
    #[rustyline(Validator)]
    validator: LineValidator,
}

/// Ctrl-C: takes away what is typed, or, where nothing is, ends the running command at the front.
struct ClearOrInterrupt;

impl ConditionalEventHandler for ClearOrInterrupt {
    fn handle(
        &self,
        _event: &Event,
        _n: RepeatCount,
        _positive: bool,
        context: &EventContext<'_>,
    ) -> Option<Cmd> {
        Some(if context.line().is_empty() { Cmd::Interrupt } else { Cmd::Kill(Movement::WholeBuffer) })
    }
}

/// The editor's thread: it reads a line when asked.
pub(super) struct EditorThread {
    requests: mpsc::Sender<Prompt>,
    typed: tokio::sync::mpsc::UnboundedReceiver<Typed>,
    printer: Option<Printer>,
    validator: LineValidator,
}

impl EditorThread {
    /// Starts the thread.
    pub(super) fn start(
        settings: &Settings,
        names: ObjectNames,
        places: Vec<String>,
    ) -> Result<Self, UserError> {
        let doing = || "cannot use this terminal".to_owned();
        let config = Config::builder()
            .completion_type(CompletionType::List)
            .bell_style(BellStyle::None)
            .auto_add_history(true)
            .max_history_size(HISTORY_LENGTH_MAX)
            .while_doing(doing)?
            .history_ignore_dups(true)
            .while_doing(doing)?
            .build();
        let mut editor: Editor<LineHelper, DefaultHistory> =
            Editor::with_config(config).while_doing(doing)?;
        let validator = LineValidator::default();
        editor.set_helper(Some(LineHelper {
            completer: LineCompleter::new(names, settings.workspace.clone(), places),
            highlighter: LineHighlighter::new(settings.theme),
            hinter: LineHinter::new(!settings.theme.spoken),
            validator: validator.clone(),
        }));
        editor.bind_sequence(KeyEvent::ctrl('C'), EventHandler::Conditional(Box::new(ClearOrInterrupt)));
        // A terminal without this (TERM=dumb) shows notices as they come.
        let printer = editor.create_external_printer().ok().map(|mut printer| {
            let print: Printer = Box::new(move |text| {
                // A terminal that is gone cannot be told.
                let _ = printer.print(text);
            });
            print
        });
        let (requests, receiver) = mpsc::channel();
        let (sender, typed) = tokio::sync::mpsc::unbounded_channel();
        let history = settings.history.clone();
        std::thread::spawn(move || serve(editor, history.as_ref(), &receiver, &sender));
        Ok(Self { requests, typed, printer, validator })
    }

    pub(super) fn take_printer(&mut self) -> Option<Printer> {
        self.printer.take()
    }

    /// Asks for a line.
    pub(super) fn request(&self, prompt: Prompt) {
        self.validator.forget();
        // A thread that is gone answers with the end of the input.
        let _ = self.requests.send(prompt);
    }

    /// Whether a line is whole that [`EditorThread::typed`] has yet to give: no key is read any more.
    pub(super) fn accepted(&self) -> bool {
        self.validator.accepted()
    }

    /// Waits for what the learner did.
    pub(super) async fn typed(&mut self) -> Typed {
        self.typed.recv().await.unwrap_or(Typed::End)
    }
}

fn serve(
    mut editor: Editor<LineHelper, DefaultHistory>,
    history: Option<&PathBuf>,
    requests: &mpsc::Receiver<Prompt>,
    typed: &tokio::sync::mpsc::UnboundedSender<Typed>,
) {
    if let Some(path) = history {
        // The first session has none.
        let _ = editor.load_history(path);
    }
    for prompt in requests {
        let answer = match editor.readline(&(&prompt.raw, &prompt.styled)) {
            Ok(line) => {
                if let Some(path) = history {
                    // A history that cannot be kept is no reason to stop.
                    let _ = editor.append_history(path);
                }
                Typed::Line(line)
            }
            Err(ReadlineError::Interrupted) => Typed::Interrupted,
            Err(_) => Typed::End,
        };
        if typed.send(answer).is_err() {
            return;
        }
    }
}
