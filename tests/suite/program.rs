//! Starts the real executable: piped, or in a terminal whose screen can be read.

use std::io::{BufRead, Read, Write};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// How long a screen may take to show what is awaited; generous, for machines that are busy.
const AWAIT_MAX: Duration = Duration::from_secs(30);

/// The executable under test.
pub(super) fn executable() -> &'static str {
    env!("CARGO_BIN_EXE_podlings")
}

/// Runs the executable with lines on standard input, in an otherwise empty environment.
pub(super) fn piped(home: &Path, arguments: &[&str], input: &str) -> Output {
    run(home, arguments, input, &[])
}

/// As [`piped`], with more environment variables.
pub(super) fn piped_with(home: &Path, arguments: &[&str], input: &str, more: &[(&str, &Path)]) -> Output {
    run(home, arguments, input, more)
}

#[expect(clippy::disallowed_methods, reason = "tests start the program")]
fn run(home: &Path, arguments: &[&str], input: &str, more: &[(&str, &Path)]) -> Output {
    let mut child = Command::new(executable())
        .args(arguments)
        .env_clear()
        .envs([("HOME", home), ("PATH", Path::new("/usr/bin:/bin"))])
        .envs(more.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that refuses its arguments does not read.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

/// A cluster that `podlings cluster` serves; ends with this value.
pub(super) struct Served {
    child: std::process::Child,
    pub(super) kubeconfig: std::path::PathBuf,
}

impl Served {
    /// Starts one and waits until it is ready.
    pub(super) fn start(home: &Path) -> Self {
        Self::start_at_speed(home, "1")
    }

    /// As [`Served::start`]; time runs so many times as fast.
    pub(super) fn start_at_speed(home: &Path, speed: &str) -> Self {
        Self::start_with_seed(home, speed, "1")
    }

    /// The same with another seed: another cluster.
    #[expect(clippy::disallowed_methods, reason = "tests start the program")]
    pub(super) fn start_with_seed(home: &Path, speed: &str, seed: &str) -> Self {
        let kubeconfig = home.join("served.kubeconfig");
        let mut child = Command::new(executable())
            .args(["cluster", "--seed", seed, "--speed", speed, "--kubeconfig", kubeconfig.to_str().unwrap()])
            .env_clear()
            .env("HOME", home)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = std::io::BufReader::new(child.stdout.take().unwrap()).lines();
        assert!(lines.any(|line| line.unwrap().starts_with("Ready")));
        Self { child, kubeconfig }
    }

    /// Runs the executable as [`piped`] does, with this cluster's kubeconfig.
    pub(super) fn piped(&self, home: &Path, arguments: &[&str], input: &str) -> Output {
        run(home, arguments, input, &[("KUBECONFIG", &self.kubeconfig)])
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// A session in a terminal.
pub(super) struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    writer: Box<dyn Write + Send>,
    screen: Arc<Mutex<vt100::Parser>>,
    _master: Box<dyn MasterPty + Send>,
}

impl Terminal {
    /// Starts the executable in a terminal of that size.
    pub(super) fn start(home: &Path, (columns, rows): (u16, u16), arguments: &[&str]) -> Self {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(executable());
        command.env_clear();
        command.args(arguments);
        for (name, value) in [
            ("HOME", home.to_str().unwrap()),
            ("PATH", "/usr/bin:/bin"),
            ("TERM", "xterm-256color"),
            ("LANG", "C.UTF-8"),
        ] {
            command.env(name, value);
        }
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let rows = rows.try_into().unwrap();
        let columns = columns.try_into().unwrap();
        let screen = Arc::new(Mutex::new(vt100::Parser::new(rows, columns, 2_000)));
        let drawn = Arc::clone(&screen);
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = reader.read(&mut bytes) {
                drawn.lock().unwrap().process(&bytes[..count]);
            }
        });
        let writer = pair.master.take_writer().unwrap();
        Self { child, writer, screen, _master: pair.master }
    }

    /// Types text as it is.
    pub(super) fn type_text(&mut self, text: &str) {
        self.writer.write_all(text.as_bytes()).unwrap();
        self.writer.flush().unwrap();
    }

    /// Types a line.
    pub(super) fn line(&mut self, text: &str) {
        self.type_text(&format!("{text}\r"));
    }

    /// What the screen shows.
    pub(super) fn screen(&self) -> String {
        self.screen.lock().unwrap().screen().contents()
    }

    /// Waits until the screen shows `text`.
    pub(super) fn shows(&self, text: &str) {
        self.shows_when(text, |screen| screen.contains(text));
    }

    /// Waits until the screen satisfies a condition.
    #[expect(clippy::disallowed_methods, reason = "a test waits for the program")]
    pub(super) fn shows_when(&self, what: &str, condition: impl Fn(&str) -> bool) {
        let start = Instant::now();
        while !condition(&self.screen()) {
            assert!(start.elapsed() < AWAIT_MAX, "no {what:?} on:\n{}", self.screen());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Ends the program the hard way (SIGKILL).
    pub(super) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits for the program to end by itself; gives back its exit code.
    pub(super) fn ended(mut self) -> u32 {
        self.child.wait().unwrap().exit_code()
    }
}
