//! What the operating system says about this process: environment variables, folders, terminal.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::path::PathBuf;

use etcetera::BaseStrategy;

use crate::base::Terminal;
use crate::lesson::Language;
use crate::repl::{Keyboard, Theme};

use super::args::Common;

/// Columns where there is no terminal to ask.
const WIDTH_DEFAULT: usize = 80;

/// Columns below which nothing can be drawn.
const WIDTH_MIN: usize = 20;

/// The surroundings of this process, read once.
#[derive(Clone, Debug)]
pub(super) struct Surroundings {
    /// Environment variables that are text.
    pub environment: BTreeMap<String, String>,
    /// Whether standard input is a terminal.
    pub input_is_terminal: bool,
    /// Whether standard output is a terminal.
    pub output_is_terminal: bool,
    /// The path of this executable.
    pub executable: Option<PathBuf>,
}

/// Has memory come in ordinary pages: clearing huge ones takes longer than all that a short command does.
pub(super) fn stay_small() {
    // Where this is not possible, the command only takes a little longer.
    #[cfg(target_os = "linux")]
    let _ = rustix::thread::disable_transparent_huge_pages(true);
}

impl Surroundings {
    /// Reads them.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
    pub(super) fn read() -> Self {
        let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        Self {
            environment: std::env::vars_os().filter_map(text).collect(),
            input_is_terminal: std::io::stdin().is_terminal(),
            output_is_terminal: std::io::stdout().is_terminal(),
            executable: std::env::current_exe().ok(),
        }
    }

    /// A variable that is set to something.
    pub(super) fn variable(&self, name: &str) -> Option<&str> {
        self.environment.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The home folder.
    pub(super) fn home(&self) -> Option<PathBuf> {
        self.variable("HOME").or_else(|| self.variable("USERPROFILE")).map(PathBuf::from)
    }

    /// Where state belongs on this system; `None` without a home.
    pub(super) fn state_folder(&self) -> Option<PathBuf> {
        self.home()?;
        let strategy = etcetera::choose_base_strategy().ok()?;
        let folder = strategy.state_dir().unwrap_or_else(|| strategy.data_dir());
        Some(folder.join("podlings"))
    }

    /// The folder in which the command was typed.
    pub(super) fn working_folder(&self) -> PathBuf {
        std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."))
    }

    /// The kubeconfig files that kubectl would read.
    pub(super) fn kubeconfig(&self) -> Vec<PathBuf> {
        match self.variable("KUBECONFIG") {
            Some(list) => std::env::split_paths(list).filter(|path| !path.as_os_str().is_empty()).collect(),
            None => self.home().map(|home| home.join(".kube").join("config")).into_iter().collect(),
        }
    }

    /// The language of the locale.
    pub(super) fn language(&self) -> Language {
        let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|name| self.variable(name));
        if locale.is_some_and(|locale| locale.starts_with("ko")) { Language::Ko } else { Language::En }
    }

    /// How to draw: colour unless NO_COLOR or a pipe, symbols unless the locale or an option forbid.
    pub(super) fn theme(&self, common: &Common) -> Theme {
        let dumb = self.variable("TERM") == Some("dumb");
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| self.variable(name));
        let ascii_locale = matches!(locale, Some("C" | "POSIX")) && self.output_is_terminal;
        let many = self.variable("COLORTERM").is_some()
            || self.variable("TERM").is_some_and(|name| name.contains("256color") || name.contains("kitty"));
        let theme = Theme {
            colour: self.output_is_terminal && !dumb && self.variable("NO_COLOR").is_none(),
            palette: many,
            symbols: !common.ascii && !ascii_locale && !dumb,
            redraw: self.output_is_terminal && !dumb,
            spoken: false,
            width: self.width(),
        };
        let spoken =
            common.screen_reader || self.variable("PODLINGS_SCREEN_READER").is_some_and(|on| on != "0");
        if spoken { theme.read_aloud() } else { theme }
    }

    /// Whether the width is the terminal's own, so that it may change.
    pub(super) fn follows_size(&self) -> bool {
        self.output_is_terminal && self.variable("COLUMNS").is_none()
    }

    /// The terminal that a person types at; `None` where standard input is none.
    pub(super) fn keyboard(&self) -> Option<&'static dyn Terminal> {
        self.input_is_terminal.then_some(&Keyboard as &dyn Terminal)
    }

    /// Columns of the terminal.
    pub(super) fn width(&self) -> usize {
        let asked = self.variable("COLUMNS").and_then(|columns| columns.parse().ok());
        let measured = || {
            self.output_is_terminal
                .then(|| termimad::crossterm::terminal::size().ok())
                .flatten()
                .map(|(columns, _)| usize::from(columns))
        };
        asked.or_else(measured).filter(|width| *width > 0).unwrap_or(WIDTH_DEFAULT).max(WIDTH_MIN)
    }
}
