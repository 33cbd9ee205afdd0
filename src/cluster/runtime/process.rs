//! A process: what it was started with, what it has printed, when it wants to go on.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use crate::base::Timestamp;

use super::consumption::Consumption;
use super::earlier;
use super::executable::wrapped;
use super::http::{HttpRequest, HttpResponse};
use super::program::{GrpcHealth, Program, Sigterm, program};
use super::programs::ASKED_PORT;
use super::shell::{Machine, State, Terminal, for_terminal};
use super::system::System;

/// Bytes of output that may wait for a reader: room for the largest file, printed at once.
const OUTPUT_MAX: usize = 20 << 20;
/// Bytes of output with which a process stops until its reader has taken them.
pub(super) const OUTPUT_HIGH: usize = 1 << 20;
/// How many programs a shell may start one after the other without time moving on.
const PROGRAMS_PER_TURN_MAX: usize = 64;
/// Where a process remembers which program runs in its shell's foreground, and its command line.
const STARTED: &str = "started";
const COMMAND: &str = "command";

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

/// What a process was started to do.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Work {
    /// One of the modelled programs, by name.
    Program(String),
    /// A shell, or a command as a shell would run it.
    Script(Box<Machine>),
}

impl Default for Work {
    fn default() -> Self {
        Self::Program(String::new())
    }
}

impl Work {
    /// A script that has not begun; its command line is that of the process.
    pub(super) fn new_script() -> Self {
        Self::Script(Box::default())
    }
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
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
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
    /// The line being typed, when there is a terminal.
    pub terminal: Terminal,
    /// Standard output that nobody has taken yet.
    pub stdout: Vec<u8>,
    /// Standard error that nobody has taken yet.
    pub stderr: Vec<u8>,
    /// In which order both were printed: whether on standard error, and how many bytes.
    #[serde(default)]
    pub order: Vec<(bool, usize)>,
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
    /// Millionths of a second of processor time that nobody has counted yet.
    #[serde(default)]
    pub used: u64,
}

impl Process {
    /// Whether it stands still until somebody takes what it has printed. The main process of a container
    /// never does: its log takes everything.
    pub(crate) fn waits_for_reader(&self) -> bool {
        self.number != 1 && self.stdout.len() + self.stderr.len() >= OUTPUT_HIGH
    }

    /// Bytes of standard input that nobody has read yet.
    pub(crate) fn unread(&self) -> usize {
        let inside = match &self.work {
            Work::Script(machine) => machine.input.bytes.len(),
            Work::Program(_) => 0,
        };
        self.input.bytes.len() + inside
    }

    /// Runs it from the start, or from where it waits, until it waits again or ends.
    pub(crate) fn run(&mut self, first: bool, system: &mut dyn System) {
        self.wake = None;
        if self.waits_for_reader() {
            return;
        }
        let mut work = std::mem::replace(&mut self.work, Work::Program(String::new()));
        match &mut work {
            Work::Program(name) => {
                let program = program(name);
                if first { program.start(self, system) } else { program.wake(self, system) }
            }
            Work::Script(machine) => self.run_script(first, machine, system),
        }
        self.work = work;
    }

    fn run_script(&mut self, first: bool, machine: &mut Machine, system: &mut dyn System) {
        if first {
            let arguments = system.image().and_then(|image| wrapped(image, &self.arguments));
            let arguments = arguments.unwrap_or(std::borrow::Cow::Borrowed(&self.arguments));
            *machine = Machine::new(&arguments, &self.environment, &self.working_directory, self.number);
        }
        machine.input.bytes.extend(self.input.bytes.drain(..));
        machine.input.open = self.input.open;
        // A program that ends hands over to the shell, which may start the next one at once.
        for _ in 0..PROGRAMS_PER_TURN_MAX {
            if !self.run_foreground(machine, system) {
                return;
            }
            let state = machine.run(system);
            self.take_machine_output(machine);
            match state {
                State::Done(code) => {
                    self.exit_code = Some(code);
                    return;
                }
                State::Waiting(at) => self.wake = earlier(self.wake, at),
            }
            let waits = machine.foreground().map(|(name, _)| name.to_owned());
            if waits.is_none() || waits.as_ref() == self.memory.get(STARTED) {
                return;
            }
        }
    }

    fn take_machine_output(&mut self, machine: &mut Machine) {
        self.used = self.used.saturating_add(std::mem::take(&mut machine.used));
        let (stdout, stderr) = (std::mem::take(&mut machine.stdout), std::mem::take(&mut machine.stderr));
        for (error, bytes) in pieces(&std::mem::take(&mut machine.order), &stdout, &stderr) {
            match error {
                _ if self.tty => self.print(&for_terminal(bytes)),
                false => self.print(bytes),
                true => self.print_error(bytes),
            }
        }
    }

    /// Takes what was printed, in its order.
    pub(crate) fn take_output(&mut self) -> Vec<(bool, Vec<u8>)> {
        let (stdout, stderr) = (std::mem::take(&mut self.stdout), std::mem::take(&mut self.stderr));
        let order = std::mem::take(&mut self.order);
        pieces(&order, &stdout, &stderr).into_iter().map(|(error, bytes)| (error, bytes.to_vec())).collect()
    }

    /// Starts or wakes the program in the shell's foreground; false while the whole process is to wait for it.
    fn run_foreground(&mut self, machine: &mut Machine, system: &mut dyn System) -> bool {
        let Some((name, arguments)) = machine.foreground() else { return true };
        let (name, arguments) = (name.to_owned(), arguments.join("\0"));
        if self.memory.get(STARTED) == Some(&name) {
            program(&name).wake(self, system);
        } else {
            self.memory.insert(STARTED.to_owned(), name.clone());
            self.memory.insert(COMMAND.to_owned(), arguments);
            program(&name).start(self, system);
        }
        if let Some(code) = self.exit_code.take() {
            self.memory.remove(STARTED);
            self.memory.remove(COMMAND);
            machine.end_program(code);
        }
        true
    }

    /// Takes bytes that somebody typed or piped in.
    pub(crate) fn take_input(&mut self, bytes: &[u8], system: &mut dyn System) {
        if !self.input.open {
            return;
        }
        if !self.tty {
            self.input.bytes.extend(bytes);
            return self.run(false, system);
        }
        let typed = self.terminal.type_bytes(bytes);
        self.print(&typed.echo);
        if typed.interrupted
            && let Work::Script(machine) = &mut self.work
        {
            machine.give_up();
        }
        self.input.bytes.extend(typed.lines);
        self.input.open &= !typed.ended;
        self.run(false, system);
    }

    /// The modelled program that answers for this process.
    fn program(&self) -> Option<&'static dyn Program> {
        match &self.work {
            Work::Program(name) => Some(program(name)),
            Work::Script(machine) => machine.foreground().map(|(name, _)| program(name)),
        }
    }

    /// Name of that program; `None` for a shell.
    pub(super) fn program_name(&self) -> Option<&str> {
        match &self.work {
            Work::Program(name) => Some(name),
            Work::Script(machine) => machine.foreground().map(|(name, _)| name),
        }
    }

    /// What that program takes all the time, when it knows.
    pub(super) fn own_consumption(&self) -> Option<Consumption> {
        self.program()?.consumption(self)
    }

    /// The command line of that program.
    pub(super) fn command(&self) -> Vec<String> {
        match self.memory.get(COMMAND) {
            Some(command) => command.split('\0').map(str::to_owned).collect(),
            None => self.arguments.clone(),
        }
    }

    /// Its command line as it shows it: a start script has made room for the program by then.
    pub(crate) fn shown_arguments(&self) -> Vec<String> {
        if let Some(title) = self.program().and_then(|program| program.title(self)) {
            return vec![title];
        }
        let is_script = self.arguments.len() > 1
            && self.arguments[0].ends_with("entrypoint.sh")
            && matches!(self.work, Work::Program(_));
        self.arguments[usize::from(is_script)..].to_vec()
    }

    /// User and title of the processes that it has started.
    pub(crate) fn workers(&self, processors: u64) -> Vec<(i64, String)> {
        self.program().map(|program| program.workers(self, processors)).unwrap_or_default()
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
        self.note_order(false, bytes.len().min(room));
    }

    /// Prints on standard error.
    pub(crate) fn print_error(&mut self, bytes: &[u8]) {
        let room = OUTPUT_MAX.saturating_sub(self.stderr.len());
        self.stderr.extend_from_slice(&bytes[..bytes.len().min(room)]);
        self.note_order(true, bytes.len().min(room));
    }

    fn note_order(&mut self, error: bool, length: usize) {
        // Only of a container's main process is the order told: of others the streams stay apart.
        match self.order.last_mut() {
            _ if self.number != 1 => {}
            Some((last, sum)) if *last == error => *sum += length,
            _ => self.order.push((error, length)),
        }
    }

    /// The ports on which it answers.
    pub(crate) fn ports(&self) -> Vec<u16> {
        self.program().map(|program| program.ports(self)).unwrap_or_default()
    }

    /// Whether it answers on its ports only who asks from inside of its own Pod.
    pub(crate) fn only_inside(&self) -> bool {
        self.program().is_some_and(|program| program.only_inside(self))
    }

    /// Whether its ports expect TLS.
    pub(crate) fn speaks_tls(&self) -> bool {
        self.program().is_some_and(|program| program.speaks_tls(self))
    }

    /// Answers a request; `None` when it closes the connection without a word.
    pub(crate) fn serve(&mut self, request: &HttpRequest, system: &mut dyn System) -> Option<HttpResponse> {
        let response = self.program()?.serve(self, request, system);
        // A program that ends with its answer hands back to the shell that started it.
        if let Some(code) = self.exit_code
            && let Work::Script(machine) = &mut self.work
            && machine.end_program(code)
        {
            self.exit_code = None;
            self.memory.remove(STARTED);
            self.memory.remove(COMMAND);
            self.wake = Some(system.now());
        }
        response
    }

    /// The ports on which it takes datagrams.
    pub(crate) fn udp_ports(&self) -> Vec<u16> {
        self.program().map(|program| program.udp_ports(self)).unwrap_or_default()
    }

    /// Takes a datagram; gives back what it answers.
    pub(crate) fn take_datagram(
        &mut self,
        content: &[u8],
        client: &str,
        system: &mut dyn System,
    ) -> Option<Vec<u8>> {
        self.program()?.take_datagram(self, content, client, system)
    }

    /// What it says of its health over gRPC; `None` when it does not speak of it.
    pub(crate) fn grpc_health(&self, port: u16) -> Option<GrpcHealth> {
        self.program()?.grpc_health(self, port)
    }

    /// What SIGTERM does to it.
    pub(crate) fn on_sigterm(&self) -> Sigterm {
        match &self.work {
            Work::Program(name) => program(name).on_sigterm(),
            Work::Script(_) => Sigterm::Ignored,
        }
    }

    /// Takes a SIGHUP.
    pub(crate) fn hang_up(&mut self, system: &mut dyn System) {
        if let Some(program) = self.program() {
            program.on_sighup(self, system);
        }
    }

    /// Notes through which port the next request comes, where there are several.
    pub(crate) fn note_port(&mut self, port: u16) {
        if self.ports().len() > 1 {
            self.memory.insert(ASKED_PORT.to_owned(), port.to_string());
        }
    }

    /// Takes a signal about which `trap` says something; false when it says nothing.
    pub(crate) fn run_trap(&mut self, signal: i32) -> bool {
        let Work::Script(machine) = &mut self.work else { return false };
        super::signals::signal_name(signal).is_some_and(|name| machine.take_signal(name))
    }
}

/// Two streams as one sequence; what the order does not tell comes at its end.
pub(super) fn pieces<'a>(
    order: &[(bool, usize)],
    stdout: &'a [u8],
    stderr: &'a [u8],
) -> Vec<(bool, &'a [u8])> {
    let mut left = [stdout, stderr];
    let mut pieces = Vec::new();
    for (error, length) in order.iter().copied().chain([(false, usize::MAX), (true, usize::MAX)]) {
        let rest = &mut left[usize::from(error)];
        let (piece, after) = rest.split_at(length.min(rest.len()));
        *rest = after;
        if !piece.is_empty() {
            pieces.push((error, piece));
        }
    }
    pieces
}
