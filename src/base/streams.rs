//! Where a command reads from and writes to.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncRead, AsyncReadExt};

use super::terminal::Terminal;

/// The three streams of a command.
#[derive(Debug)]
pub struct Streams {
    /// Standard input.
    pub input: Input,
    /// Standard output.
    pub out: Output,
    /// Standard error.
    pub err: Output,
    /// Whether `out` is a terminal that a person looks at.
    pub terminal: bool,
    /// Columns of the terminal; 80 where there is none.
    pub width: usize,
    /// The terminal that `input` is typed at, for commands that want each key; `None` where it is none.
    pub keyboard: Option<&'static dyn Terminal>,
}

impl Streams {
    /// Streams that end in memory, and what reads them back.
    #[must_use]
    pub fn captured(input: &str) -> (Self, Capture) {
        let (out, out_text) = Output::captured();
        let (err, err_text) = Output::captured();
        let input = if input.is_empty() { Input::Empty } else { Input::Text(input.to_owned()) };
        let streams = Self { input, out, err, terminal: false, width: 80, keyboard: None };
        (streams, Capture { out: out_text, err: err_text })
    }

    /// The streams of this process.
    #[must_use]
    pub fn of_process(terminal: bool, width: usize) -> Self {
        Self {
            input: Input::Process,
            out: Output::new(io::stdout()),
            err: Output::new(io::stderr()),
            terminal,
            width,
            keyboard: None,
        }
    }

    /// Keeps the end of what is printed from now on, which is printed all the same.
    pub fn overhear(&mut self) -> Capture {
        let (out, out_text) = Output::overheard(&self.out);
        let (err, err_text) = Output::overheard(&self.err);
        (self.out, self.err) = (out, err);
        Capture { out: out_text, err: err_text }
    }

    /// The terminal whose keys a remote program may have; `None` when the input is none.
    #[must_use]
    pub fn keyboard(&self) -> Option<&'static dyn Terminal> {
        self.keyboard.filter(|_| matches!(self.input, Input::Process))
    }
}

/// What a captured command printed.
#[derive(Debug, Clone)]
pub struct Capture {
    out: Arc<Mutex<Vec<u8>>>,
    err: Arc<Mutex<Vec<u8>>>,
}

impl Capture {
    /// Standard output so far.
    #[must_use]
    pub fn out(&self) -> String {
        text_of(&self.out)
    }

    /// Standard error so far.
    #[must_use]
    pub fn err(&self) -> String {
        text_of(&self.err)
    }
}

fn text_of(bytes: &Mutex<Vec<u8>>) -> String {
    String::from_utf8_lossy(&bytes.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
}

/// What a command reads.
#[derive(Debug)]
pub enum Input {
    /// Nothing.
    Empty,
    /// A text given beforehand.
    Text(String),
    /// A file that is read from where it stands.
    File(std::fs::File),
    /// The standard input of this process.
    Process,
}

impl Input {
    /// Takes the input as an asynchronous reader; leaves [`Input::Empty`] behind.
    pub fn take_reader(&mut self) -> Box<dyn AsyncRead + Send + Unpin> {
        match std::mem::replace(self, Self::Empty) {
            Self::Empty => Box::new(tokio::io::empty()),
            Self::Text(text) => Box::new(io::Cursor::new(text.into_bytes())),
            Self::File(file) => Box::new(tokio::fs::File::from_std(file)),
            Self::Process => Box::new(tokio::io::stdin()),
        }
    }

    /// Reads a word, byte by byte, so that what follows it is left to be read.
    ///
    /// # Errors
    /// When reading fails, or there is no word before the end.
    pub async fn read_word(&mut self) -> io::Result<String> {
        let again = match self {
            Self::File(file) => Some(Self::File(file.try_clone()?)),
            Self::Process => Some(Self::Process),
            Self::Empty | Self::Text(_) => None,
        };
        let mut reader = self.take_reader();
        let mut word = Vec::new();
        loop {
            let mut byte = [0];
            match reader.read(&mut byte).await? {
                0 if word.is_empty() => return Err(io::ErrorKind::UnexpectedEof.into()),
                0 => break,
                _ if !byte[0].is_ascii_whitespace() => word.push(byte[0]),
                _ if word.is_empty() => {}
                _ => break,
            }
        }
        *self = match again {
            Some(input) => input,
            None => {
                let mut rest = String::new();
                reader.read_to_string(&mut rest).await?;
                Self::Text(rest)
            }
        };
        Ok(String::from_utf8_lossy(&word).into_owned())
    }

    /// Reads all of it.
    ///
    /// # Errors
    /// When reading fails or the bytes are not UTF-8.
    pub async fn read_to_string(&mut self) -> io::Result<String> {
        let mut text = String::new();
        self.take_reader().read_to_string(&mut text).await?;
        Ok(text)
    }
}

/// Something to print to; clones share one destination.
#[derive(Clone)]
pub struct Output(Arc<Mutex<dyn Write + Send>>);

impl std::fmt::Debug for Output {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Output")
    }
}

impl Output {
    /// Prints to `writer`.
    pub fn new(writer: impl Write + Send + 'static) -> Self {
        Self(Arc::new(Mutex::new(writer)))
    }

    /// Prints to memory.
    #[must_use]
    pub fn captured() -> (Self, Arc<Mutex<Vec<u8>>>) {
        let bytes = Arc::new(Mutex::new(Vec::new()));
        let shared: Arc<Mutex<dyn Write + Send>> = bytes.clone();
        (Self(shared), bytes)
    }

    /// Prints to another one, and keeps the end of it.
    fn overheard(to: &Self) -> (Self, Arc<Mutex<Vec<u8>>>) {
        let kept = Arc::new(Mutex::new(Vec::new()));
        (Self::new(Overheard { to: to.clone(), kept: Arc::clone(&kept) }), kept)
    }

    /// Prints a line.
    ///
    /// # Errors
    /// When the destination is gone (a closed pipe).
    pub fn line(&mut self, text: impl AsRef<str>) -> io::Result<()> {
        self.text(text)?;
        self.text("\n")
    }

    /// Prints text as it is, at once.
    ///
    /// # Errors
    /// When the destination is gone (a closed pipe).
    pub fn text(&mut self, text: impl AsRef<str>) -> io::Result<()> {
        self.write_all(text.as_ref().as_bytes())?;
        self.flush()
    }
}

/// Bytes that are kept of what is overheard.
const OVERHEARD_MAX: usize = 8 * 1024;

struct Overheard {
    to: Output,
    kept: Arc<Mutex<Vec<u8>>>,
}

impl Write for Overheard {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.to.write(bytes)?;
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend_from_slice(&bytes[..written]);
        let excess = kept.len().saturating_sub(OVERHEARD_MAX);
        kept.drain(..excess);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).flush()
    }
}
