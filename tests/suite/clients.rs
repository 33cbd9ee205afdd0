//! Genuine kubectls of several releases against a served cluster: streams over SPDY and over WebSocket.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use super::program::Served;

/// Releases: the last whose every stream is SPDY, the last whose port-forward is, and a newer one.
const RELEASES: &[&str] = &["1.29", "1.30", "1.33"];

/// A genuine kubectl and the cluster that it talks to.
struct Client<'a> {
    program: PathBuf,
    kubeconfig: &'a Path,
}

impl Client<'_> {
    #[expect(clippy::disallowed_methods, reason = "tests start programs")]
    fn start(&self, arguments: &[&str]) -> Child {
        Command::new(&self.program)
            .args(arguments)
            .env("KUBECONFIG", self.kubeconfig)
            .env("HOME", self.kubeconfig.parent().unwrap())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    /// Runs a command to its end: exit code, output, errors.
    fn run(&self, arguments: &[&str], input: &[u8]) -> (Option<i32>, Vec<u8>, String) {
        let mut child = self.start(arguments);
        let (mut stdin, input) = (child.stdin.take().unwrap(), input.to_vec());
        // Beside the reading: what goes in comes out at once.
        let writer = std::thread::spawn(move || stdin.write_all(&input));
        let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
        // A command that does not read its input closes it.
        let _ = writer.join().unwrap();
        (status.code(), stdout, String::from_utf8_lossy(&stderr).into_owned())
    }

    /// What a port of the Pod answers through `kubectl port-forward`.
    fn answer_through_port_forward(&self) -> String {
        let mut child = self.start(&["port-forward", "pod/web", ":80"]);
        let mut line = String::new();
        let mut printed = BufReader::new(child.stdout.take().unwrap());
        printed.read_line(&mut line).unwrap();
        let port = line.split_once("127.0.0.1:").and_then(|(_, rest)| rest.split(' ').next()).unwrap();
        let mut stream = TcpStream::connect(format!("127.0.0.1:{port}")).unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        // Read until now: a kubectl that cannot print any more ends.
        drop(printed);
        answer
    }
}

/// The kubectl of a release, where one is installed beside the `kubectl` on the path.
#[expect(clippy::disallowed_methods, reason = "whether a genuine kubectl is at hand depends on the machine")]
fn installed(release: &str) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    let plain = std::env::split_paths(&folders).map(|folder| folder.join("kubectl")).find(|p| p.exists())?;
    let beside = plain.canonicalize().ok()?.with_file_name(format!("kubectl.{release}"));
    beside.exists().then_some(beside)
}

#[test]
#[expect(clippy::print_stderr, reason = "a test that could not run says so")]
fn kubectls_of_every_age_stream() {
    let home = tempfile::tempdir().unwrap();
    let served = Served::start_at_speed(home.path(), "50");
    for release in RELEASES {
        let Some(program) = installed(release) else {
            eprintln!("skipped: no kubectl {release} is installed");
            continue;
        };
        let client = Client { program, kubeconfig: &served.kubeconfig };
        client.run(&["run", "web", "--image=nginx"], b"");
        let (code, _, err) = client.run(&["wait", "--for=condition=Ready", "pod/web", "--timeout=60s"], b"");
        assert_eq!(code, Some(0), "{release}: {err}");
        let script = "echo out; echo err >&2; exit 3";
        let (code, out, err) = client.run(&["exec", "web", "--", "sh", "-c", script], b"");
        assert_eq!((code, out.as_slice()), (Some(3), b"out\n".as_slice()), "{release}: {err}");
        assert!(err.starts_with("err\n"), "{release}: {err}");
        let input = b"0123456789abcde\n".repeat(200_000);
        let (code, out, err) = client.run(&["exec", "-i", "web", "--", "cat"], &input);
        assert_eq!((code, out == input), (Some(0), true), "{release}: {} bytes, {err}", out.len());
        let (code, _, err) = client.run(&["exec", "web", "--", "nope"], b"");
        assert_eq!(code, Some(1), "{release}");
        assert!(err.contains("executable file not found"), "{release}: {err}");
        let answer = client.answer_through_port_forward();
        assert!(answer.starts_with("HTTP/1.1 200 OK"), "{release}: {answer}");
    }
}
