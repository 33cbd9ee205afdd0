//! A person's terminal: its size, and raw mode, in which every key goes to a remote program.

use std::fmt::Debug;
use std::io;

use tokio::io::AsyncRead;

/// Columns and rows of a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TerminalSize {
    /// Characters in a line.
    pub columns: u16,
    /// Lines.
    pub rows: u16,
}

/// The terminal of this process, as the front end that owns it lends it to commands.
pub trait Terminal: Debug + Send + Sync {
    /// Passes every key on at once and unechoed (`true`), or goes back to edited, echoed lines.
    ///
    /// # Errors
    /// When the terminal is gone.
    fn set_raw(&self, raw: bool) -> io::Result<()>;

    /// How large it is now.
    ///
    /// # Errors
    /// When the terminal is gone.
    fn size(&self) -> io::Result<TerminalSize>;
}

/// Raw mode for as long as this lives.
#[derive(Debug)]
pub struct RawMode {
    terminal: &'static dyn Terminal,
    resized: TerminalSignal,
}

impl RawMode {
    /// Enters raw mode.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn enter(terminal: &'static dyn Terminal) -> io::Result<Self> {
        let resized = TerminalSignal::window_change()?;
        terminal.set_raw(true)?;
        Ok(Self { terminal, resized })
    }

    /// The keys as they are typed. Unlike the standard input of a process, reading them can be
    /// given up: no thread stays behind that would swallow the next key.
    #[must_use]
    pub fn keys(&self) -> Box<dyn AsyncRead + Send + Unpin> {
        #[cfg(unix)]
        if let Ok(keys) = tokio::net::unix::pipe::OpenOptions::new().unchecked(true).open_receiver("/dev/tty")
        {
            return Box::new(keys);
        }
        Box::new(tokio::io::stdin())
    }

    /// How large the terminal is now; `None` when it does not say.
    #[must_use]
    pub fn size(&self) -> Option<TerminalSize> {
        self.terminal.size().ok()
    }

    /// Waits until the terminal gets another size; gives it back.
    pub async fn resized(&mut self) -> TerminalSize {
        loop {
            self.resized.heard().await;
            if let Some(size) = self.size() {
                return size;
            }
        }
    }
}

impl Drop for RawMode {
    fn drop(&mut self) {
        // A terminal that is gone needs no mode.
        let _ = self.terminal.set_raw(false);
    }
}

/// Tells when the terminal sends a signal.
#[derive(Debug)]
pub struct TerminalSignal {
    #[cfg(unix)]
    signal: tokio::signal::unix::Signal,
}

impl TerminalSignal {
    /// Listens from now on for Ctrl-C where no key is read; it no longer ends this process.
    ///
    /// # Errors
    /// When the system lets nobody listen.
    pub fn interrupt() -> io::Result<Self> {
        Ok(Self {
            #[cfg(unix)]
            signal: tokio::signal::unix::signal(tokio::signal::unix::SignalKind::interrupt())?,
        })
    }

    /// Listens from now on for another size of the window.
    fn window_change() -> io::Result<Self> {
        Ok(Self {
            #[cfg(unix)]
            signal: tokio::signal::unix::signal(tokio::signal::unix::SignalKind::window_change())?,
        })
    }

    /// Waits for the next one. Giving up the wait loses nothing.
    pub async fn heard(&mut self) {
        #[cfg(unix)]
        if self.signal.recv().await.is_some() {
            return;
        }
        std::future::pending().await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    #[derive(Debug)]
    struct Remembering;

    static IS_RAW: AtomicBool = AtomicBool::new(false);

    impl Terminal for Remembering {
        fn set_raw(&self, raw: bool) -> io::Result<()> {
            IS_RAW.store(raw, Ordering::SeqCst);
            Ok(())
        }

        fn size(&self) -> io::Result<TerminalSize> {
            Ok(TerminalSize { columns: 80, rows: 24 })
        }
    }

    #[tokio::test]
    async fn the_mode_comes_back_when_the_future_is_dropped() {
        let attached = async {
            let mut raw = RawMode::enter(&Remembering).unwrap();
            raw.resized().await
        };
        tokio::select! {
            biased;
            _ = attached => panic!("nobody resizes the terminal"),
            () = std::future::ready(()) => {}
        }
        assert!(!IS_RAW.load(Ordering::SeqCst));
        let raw = RawMode::enter(&Remembering).unwrap();
        assert!(IS_RAW.load(Ordering::SeqCst));
        assert_eq!(raw.size(), Some(TerminalSize { columns: 80, rows: 24 }));
    }
}
