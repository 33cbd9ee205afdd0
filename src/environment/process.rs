//! Runs programs of the host: the only place that starts any.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use futures::future::BoxFuture;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};

use super::heard::{Ear, HEARD};
use crate::base::{Input, Output, Streams, timeout};
use crate::kubectl::{Ended, Program, Programs};

/// Exit code of a command that a signal ended, as shells report Ctrl-C.
pub const INTERRUPTED: i32 = 130;

/// Exit code when the shell itself cannot be started.
const CANNOT_RUN: i32 = 126;

/// How long Ctrl-C may take to reach us after it has reached the child.
const SIGNAL_MAX: Duration = Duration::from_millis(200);

/// Runs a line, `$1`, beside a watchman who ends its process group when standard input ends.
const WATCHED_LINE: &str = "exec 3<&0 </dev/null; \
    ( trap '' TERM; read -r _ <&3; kill -s TERM 0; sleep 1; kill -s KILL 0 ) >/dev/null 2>&1 & \
    exec 3<&-; exec sh -c \"$1\"";

/// How the learner's shell is set up.
#[derive(Clone, Debug)]
pub(super) struct Shell {
    /// The folder it starts in.
    pub folder: PathBuf,
    /// First on PATH: kubectl, k, minikube … as links to this program.
    pub shims: PathBuf,
    /// Hears what kubectl says in a line.
    pub ear: Ear,
    /// KUBECONFIG.
    pub kubeconfig: PathBuf,
    /// The environment of this process.
    pub environment: BTreeMap<String, String>,
}

impl Shell {
    /// Runs a line with `sh -c`. Ctrl-C reaches the line and not this program.
    pub(super) async fn run(&self, line: &str, streams: &mut Streams) -> i32 {
        self.ear.open();
        let mut command = self.command(line);
        command.env(HEARD, self.ear.file());
        // A piped session's standard input holds the session, not what a command should read.
        command.stdin(if matches!(streams.input, Input::Process) { Stdio::inherit() } else { Stdio::null() });
        let mut child = match command.spawn() {
            Ok(child) => child,
            Err(error) => {
                // Nobody is left to tell when standard error is closed.
                let _ = streams.err.line(format!("error: cannot run sh: {error}"));
                return CANNOT_RUN;
            }
        };
        let mut heard = false;
        let status = loop {
            tokio::select! {
                status = child.wait() => break status,
                // The terminal sends the signal to the child as well; here it is only kept from ending us.
                _ = tokio::signal::ctrl_c() => heard = true,
            }
        };
        let exit_code = code_of(status);
        if exit_code == INTERRUPTED && !heard {
            // The child was faster: its signal is on its way to us, and must not end what comes next.
            let _ = timeout(SIGNAL_MAX, tokio::signal::ctrl_c()).await;
        }
        exit_code
    }

    /// Runs a line that nothing is typed at, in a process group of its own, which goes with this future.
    pub(super) async fn run_apart(&self, line: &str, streams: &mut Streams) -> i32 {
        let mut command = if cfg!(unix) { self.command(WATCHED_LINE) } else { self.command(line) };
        command.args(["sh", line]).stdout(Stdio::piped()).stderr(Stdio::piped());
        // Nobody writes: it ends when this program does, however that is.
        command.stdin(if cfg!(unix) { Stdio::piped() } else { Stdio::null() });
        #[cfg(unix)]
        command.process_group(0);
        let mut child = match command.spawn() {
            Ok(child) => child,
            Err(error) => {
                // Nobody is left to tell when standard error is closed.
                let _ = streams.err.line(format!("error: cannot run sh: {error}"));
                return CANNOT_RUN;
            }
        };
        let group = Group(child.id());
        let lifeline = child.stdin.take();
        let out = copy(child.stdout.take(), streams.out.clone());
        let err = copy(child.stderr.take(), streams.err.clone());
        let (status, (), ()) = tokio::join!(child.wait(), out, err);
        // What the line left behind goes as well: its output has ended.
        drop((group, lifeline));
        code_of(status)
    }

    #[expect(clippy::disallowed_methods, reason = "the one place that starts programs")]
    fn command(&self, line: &str) -> tokio::process::Command {
        let mut command = tokio::process::Command::new("sh");
        command
            .args(["-c", line])
            .current_dir(&self.folder)
            .envs(&self.environment)
            .env("PATH", self.path())
            .env("KUBECONFIG", &self.kubeconfig)
            .kill_on_drop(true);
        command
    }

    fn path(&self) -> std::ffi::OsString {
        let rest = self.environment.get("PATH").cloned().unwrap_or_default();
        let folders = std::iter::once(self.shims.clone()).chain(std::env::split_paths(&rest));
        // A folder with a colon in its name cannot be on PATH; then the rest must do.
        std::env::join_paths(folders).unwrap_or_else(|_| rest.into())
    }
}

/// The exit code as shells report it.
fn code_of(status: std::io::Result<ExitStatus>) -> i32 {
    let Ok(status) = status else { return CANNOT_RUN };
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return 128 + signal;
    }
    status.code().unwrap_or(INTERRUPTED)
}

/// A process group, ended when this is dropped.
struct Group(Option<u32>);

impl Drop for Group {
    #[expect(clippy::disallowed_methods, reason = "the one place that starts programs")]
    fn drop(&mut self) {
        let Some(leader) = self.0.filter(|_| cfg!(unix)) else { return };
        let mut kill = std::process::Command::new("sh");
        kill.args(["-c", &format!("kill -s TERM -- -{leader}")]);
        // A group that has ended by itself is no failure.
        let _ = kill.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    }
}

/// Copies what a program prints, line by line.
async fn copy(from: Option<impl AsyncRead + Unpin>, mut to: Output) {
    let Some(from) = from else { return };
    let mut lines = BufReader::new(from);
    let mut line = Vec::new();
    while lines.read_until(b'\n', &mut line).await.is_ok_and(|count| count > 0) {
        // Whoever listened is gone: the program will notice by itself.
        let _ = to.text(String::from_utf8_lossy(&line));
        line.clear();
    }
}

/// Starts the programs that kubectl needs: editors, plugins, external diffs.
#[derive(Clone, Copy, Debug, Default)]
pub struct HostPrograms;

impl Programs for HostPrograms {
    fn run(&self, program: Program) -> BoxFuture<'_, std::io::Result<Ended>> {
        Box::pin(async move {
            let Some((name, arguments)) = program.words.split_first() else { return Ok(Ended::default()) };
            let mut command = command_of(name);
            command.args(arguments).envs(program.environment).kill_on_drop(true);
            if program.folder.is_dir() {
                command.current_dir(&program.folder);
            }
            if program.captured {
                command.stdout(Stdio::piped());
            }
            if program.deaf {
                command.stdin(Stdio::null());
            }
            let ended = command.spawn()?.wait_with_output().await?;
            Ok(Ended { code: code_of(Ok(ended.status)), out: ended.stdout })
        })
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that starts programs")]
fn command_of(name: &str) -> tokio::process::Command {
    tokio::process::Command::new(name)
}

/// How long a program that was asked to end may take before it is ended the hard way.
const END_MAX: Duration = Duration::from_secs(20);

/// Bytes of standard error that are kept.
const ERRORS_MAX: u64 = 64 << 10;

/// Bytes of a line that are read at once.
const LINE_MAX: u64 = 1 << 20;

/// What a program printed, and how it ended.
#[derive(Clone, Debug, Default)]
pub struct Captured {
    /// Its exit code; a signal that ended it counts as 130.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

/// Runs a program that answers quickly; one that does not is ended.
///
/// # Errors
/// When it cannot be started, or does not end within `at_most`.
pub async fn ask_program(
    program: &Path,
    arguments: &[&str],
    environment: &BTreeMap<String, String>,
    at_most: Duration,
) -> std::io::Result<Captured> {
    let mut command = command_of(&program.to_string_lossy());
    command.args(arguments).envs(environment).stdin(Stdio::null()).kill_on_drop(true);
    let Some(ended) = timeout(at_most, command.output()).await else {
        let text = format!("no answer within {} seconds", at_most.as_secs());
        return Err(std::io::Error::new(std::io::ErrorKind::TimedOut, text));
    };
    let ended = ended?;
    Ok(Captured {
        code: ended.status.code().unwrap_or(INTERRUPTED),
        out: String::from_utf8_lossy(&ended.stdout).into_owned(),
        err: String::from_utf8_lossy(&ended.stderr).into_owned(),
    })
}

/// A program whose lines are read while it runs.
pub(super) struct Running {
    child: tokio::process::Child,
    out: BufReader<tokio::process::ChildStdout>,
    /// What was read of a line that is not complete.
    begun: Vec<u8>,
    errors: tokio::task::JoinHandle<String>,
}

impl Running {
    /// Starts it.
    pub(super) fn start(
        program: &Path,
        arguments: &[&str],
        environment: &BTreeMap<String, String>,
    ) -> std::io::Result<Self> {
        let mut command = command_of(&program.to_string_lossy());
        command.args(arguments).envs(environment).stdin(Stdio::null()).kill_on_drop(true);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let gone = || std::io::Error::other("its output is not there");
        let out = child.stdout.take().ok_or_else(gone)?;
        let err = child.stderr.take().ok_or_else(gone)?;
        let errors = tokio::spawn(async move {
            let mut text = Vec::new();
            let mut err = err;
            // What does not fit is read and dropped, so that nobody waits for a full pipe.
            let _ = (&mut err).take(ERRORS_MAX).read_to_end(&mut text).await;
            let _ = tokio::io::copy(&mut err, &mut tokio::io::sink()).await;
            String::from_utf8_lossy(&text).into_owned()
        });
        Ok(Self { child, out: BufReader::new(out), begun: Vec::new(), errors })
    }

    /// The next line of its standard output, in pieces where it is very long; `None` once it closes it. May
    /// be dropped at any time: nothing that was read is lost.
    pub(super) async fn line(&mut self) -> Option<String> {
        loop {
            let room = LINE_MAX.saturating_sub(self.begun.len() as u64);
            let read = (&mut self.out).take(room).read_until(b'\n', &mut self.begun).await;
            let is_over = !matches!(read, Ok(1..));
            if is_over && self.begun.is_empty() {
                return None;
            }
            if is_over || self.begun.ends_with(b"\n") || self.begun.len() as u64 >= LINE_MAX {
                let line = std::mem::take(&mut self.begun);
                return Some(String::from_utf8_lossy(&line).trim_end().to_owned());
            }
        }
    }

    /// Waits for its end: exit code and standard error.
    pub(super) async fn end(mut self) -> (i32, String) {
        let code = self.child.wait().await.ok().and_then(|status| status.code()).unwrap_or(INTERRUPTED);
        (code, self.errors.await.unwrap_or_default())
    }

    /// Asks it to end, as Ctrl-C does, and waits until it has.
    pub(super) async fn interrupt(mut self) {
        if let Some(id) = self.child.id() {
            let mut kill = command_of("kill");
            kill.args(["-INT", &id.to_string()]).stdout(Stdio::null()).stderr(Stdio::null());
            // Where there is no such program the wait below ends the hard way.
            let _ = kill.status().await;
        }
        if timeout(END_MAX, self.child.wait()).await.is_none() {
            // One that is gone already needs no end.
            let _ = self.child.kill().await;
        }
    }
}

/// The program of that name on a search path, but for links to this very program.
#[must_use]
pub fn find_program(name: &str, path: &str, own: Option<&Path>) -> Option<PathBuf> {
    let own = own.and_then(|own| own.canonicalize().ok());
    let names = if cfg!(windows) { vec![format!("{name}.exe")] } else { vec![name.to_owned()] };
    std::env::split_paths(path)
        .flat_map(|folder| names.iter().map(move |name| folder.join(name)).collect::<Vec<_>>())
        .find(|candidate| {
            let is_ours = own.is_some() && candidate.canonicalize().ok() == own;
            is_executable(candidate) && !is_ours
        })
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(path: &Path) -> bool {
    path.is_file()
}

/// Puts links to this program into `folder` under the names of the tools it can be.
///
/// # Errors
/// When the folder cannot be written.
pub(super) fn link_tools(folder: &Path, executable: &Path, names: &[&str]) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    for name in names {
        let link = folder.join(name);
        // Another version's link, or one of another place.
        match std::fs::remove_file(&link) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        #[cfg(unix)]
        std::os::unix::fs::symlink(executable, &link)?;
        #[cfg(not(unix))]
        std::fs::copy(executable, link.with_extension("exe"))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::base::timeout;

    fn shell(folder: &Path) -> Shell {
        Shell {
            folder: folder.to_owned(),
            shims: folder.join("bin"),
            ear: Ear::new(folder.join("heard")),
            kubeconfig: folder.join("kubeconfig"),
            environment: BTreeMap::from([("PATH".to_owned(), "/usr/bin:/bin".to_owned())]),
        }
    }

    #[tokio::test]
    async fn exit_codes_come_back_and_tools_are_found_first() {
        let folder = tempfile::tempdir().unwrap();
        let shell = shell(folder.path());
        link_tools(&shell.shims, Path::new("/bin/true"), &["kubectl"]).unwrap();
        link_tools(&shell.shims, Path::new("/bin/true"), &["kubectl"]).unwrap();
        let (mut streams, _) = Streams::captured("");
        assert_eq!(shell.run("exit 3", &mut streams).await, 3);
        assert_eq!(shell.run("kubectl get pods", &mut streams).await, 0);
        assert_eq!(shell.run("test \"$KUBECONFIG\" = \"$PWD/kubeconfig\"", &mut streams).await, 0);
        assert_eq!(shell.run("kill -INT $$", &mut streams).await, INTERRUPTED);
    }

    #[tokio::test]
    async fn a_program_that_prints_what_is_no_text_is_read_to_its_end() {
        let line =
            "printf 'a\\n\\377\\376\\n'; head -c 200000 /dev/zero | tr '\\0' x; echo; echo last; exit 3";
        let arguments = ["-c", line];
        let mut running = Running::start(Path::new("/bin/sh"), &arguments, &BTreeMap::new()).unwrap();
        let mut lines = Vec::new();
        while let Some(line) = running.line().await {
            lines.push(line);
        }
        assert_eq!((lines[0].as_str(), lines[2].len(), lines[3].as_str()), ("a", 200_000, "last"));
        assert_eq!(running.end().await.0, 3);
    }

    #[tokio::test]
    async fn a_line_that_runs_apart_is_heard_and_goes_with_all_of_its_processes() {
        let folder = tempfile::tempdir().unwrap();
        let shell = shell(folder.path());
        let (mut streams, capture) = Streams::captured("");
        assert_eq!(shell.run_apart("echo out; echo err >&2; exit 3", &mut streams).await, 3);
        assert_eq!((capture.out(), capture.err()), ("out\n".to_owned(), "err\n".to_owned()));
        let line = "(sleep 600; echo never) & echo $! >pid; wait";
        let given_up = timeout(Duration::from_millis(500), shell.run_apart(line, &mut streams)).await;
        assert_eq!(given_up, None);
        let pid = std::fs::read_to_string(folder.path().join("pid")).unwrap();
        // Gone, or a zombie that waits for its parent to look.
        let gone = format!(
            "for n in 1 2 3 4 5 6 7 8; do grep -qs '^State:.Z' /proc/{0}/status || ! kill -0 {0} 2>/dev/null && exit 0; sleep 0.2; done; exit 1",
            pid.trim()
        );
        assert_eq!(shell.run(&gone, &mut streams).await, 0);
    }
}
