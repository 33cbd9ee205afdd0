//! A process: what it was started with, what it has printed, when it wants to go on.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use crate::base::Timestamp;

use super::filesystem::FileView;
use super::http::{ConnectError, HttpRequest, HttpResponse};
use super::images::Image;
use super::program::{Sigterm, program};

/// Bytes of output that wait for a reader; what comes after is dropped.
const OUTPUT_MAX: usize = 4 << 20;

/// A running process: the main one of a container, or one that `exec` started.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct ProcessId(pub u64);

/// What a process printed, and how it ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ProcessOutput {
    /// Standard output since the last look.
    pub stdout: Vec<u8>,
    /// Standard error since the last look.
    pub stderr: Vec<u8>,
    /// Exit code once the process has ended and all its output was taken.
    pub exit_code: Option<i32>,
}

/// What a process may ask of the node it runs on.
pub(crate) trait System {
    /// The present moment.
    fn now(&self) -> Timestamp;
    /// A whole number below `bound`.
    fn random(&mut self, bound: u64) -> u64;
    /// The name of the machine: the Pod's name.
    fn hostname(&self) -> String;
    /// The address of the machine: the Pod's.
    fn address(&self) -> String;
    /// The image of the container.
    fn image(&self) -> Option<&'static Image>;
    /// The numeric user that the container runs as.
    fn user(&self) -> i64;
    /// The files of the container.
    fn files(&mut self) -> FileView<'_>;
    /// Makes an HTTP request.
    fn http(&mut self, host: &str, port: u16, request: &HttpRequest) -> Result<HttpResponse, ConnectError>;
    /// The addresses of a name.
    fn resolve(&mut self, name: &str) -> Vec<String>;
    /// Number and command line of the processes in the container.
    fn processes(&self) -> Vec<(u32, String)>;
    /// Sends a signal to a process of the container; false when there is none of that number.
    fn signal(&mut self, number: u32, signal: i32) -> bool;
}

/// What a process was started to do.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Work {
    /// One of the modelled programs, by name.
    Program(String),
}

/// Standard input.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Input {
    /// Bytes that nobody has read yet.
    pub bytes: VecDeque<u8>,
    /// Whether more may come.
    pub open: bool,
}

/// A process.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Process {
    /// Uid of the Pod.
    pub pod: String,
    /// Name of the container.
    pub container: String,
    /// Number within the container; the main process is 1.
    pub number: u32,
    /// Command line.
    pub arguments: Vec<String>,
    /// Environment.
    pub environment: BTreeMap<String, String>,
    /// Where it was started.
    pub working_directory: String,
    /// Whether its input and output are a terminal.
    pub tty: bool,
    /// Standard input.
    pub input: Input,
    /// Standard output that nobody has taken yet.
    pub stdout: Vec<u8>,
    /// Standard error that nobody has taken yet.
    pub stderr: Vec<u8>,
    /// What it does.
    pub work: Work,
    /// What a program remembers.
    pub memory: BTreeMap<String, String>,
    /// When it wants to go on.
    pub wake: Option<Timestamp>,
    /// When a signal ends it, and with which code.
    pub doom: Option<(Timestamp, i32)>,
    /// Exit code once it has ended.
    pub exit_code: Option<i32>,
}

impl Process {
    /// Runs it from the start, or from where it waits, until it waits again or ends.
    pub(crate) fn run(&mut self, first: bool, system: &mut dyn System) {
        self.wake = None;
        match &self.work {
            Work::Program(name) => {
                let program = program(name);
                if first { program.start(self, system) } else { program.wake(self, system) }
            }
        }
    }

    /// Prints a line on standard output.
    pub(crate) fn print_line(&mut self, text: &str) {
        self.print(text.as_bytes());
        self.print(b"\n");
    }

    /// Prints on standard output.
    pub(crate) fn print(&mut self, bytes: &[u8]) {
        let room = OUTPUT_MAX.saturating_sub(self.stdout.len());
        self.stdout.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    /// Prints on standard error.
    pub(crate) fn print_error(&mut self, bytes: &[u8]) {
        let room = OUTPUT_MAX.saturating_sub(self.stderr.len());
        self.stderr.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    /// The ports on which it answers.
    pub(crate) fn ports(&self) -> Vec<u16> {
        match &self.work {
            Work::Program(name) => program(name).ports(self),
        }
    }

    /// Answers a request; `None` when it closes the connection without a word.
    pub(crate) fn serve(&mut self, request: &HttpRequest, system: &mut dyn System) -> Option<HttpResponse> {
        match &self.work {
            Work::Program(name) => program(name).serve(self, request, system),
        }
    }

    /// What SIGTERM does to it.
    pub(crate) fn on_sigterm(&self) -> Sigterm {
        match &self.work {
            Work::Program(name) => program(name).on_sigterm(),
        }
    }
}
