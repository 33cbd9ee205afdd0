//! Commands in containers: exec and attach over WebSocket (`v5.channel.k8s.io`, `v4.channel.k8s.io`).

use futures::{SinkExt, StreamExt};
use http::Method;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio_tungstenite::tungstenite::Message;

use crate::base::Value;

use std::io::Write;

use super::api::{Api, Url};
use super::command::Call;
use super::detach_keys::DetachKeys;
use super::errors::{Failure, Outcome};
use crate::base::{RawMode, Streams, TerminalSize};

const STDIN: u8 = 0;
const STDOUT: u8 = 1;
const STDERR: u8 = 2;
const STATUS: u8 = 3;
/// Ends another channel; `v5` only.
const CLOSE: u8 = 255;
/// Bytes of input sent at once.
const CHUNK: usize = 32 * 1024;

/// Columns and rows of the terminal.
const RESIZE: u8 = 4;

/// What is connected.
#[derive(Clone, Debug)]
pub(super) struct Session {
    /// Send standard input.
    pub(super) stdin: bool,
    /// Use a terminal on the other side; its errors come with its output.
    pub(super) tty: bool,
    /// What is typed at a terminal to leave.
    pub(super) detach: DetachKeys,
}

impl Session {
    /// What `-i` and `-t` ask for; a terminal only when there is one on this side.
    pub(super) fn wanted(call: &mut Call<'_>) -> Outcome<Self> {
        let stdin = call.flags.on("stdin");
        let wants_tty = stdin && call.flags.on("tty");
        let tty = wants_tty && call.streams.keyboard().is_some();
        if wants_tty && !tty {
            call.complain("Unable to use a TTY - input is not a terminal or the right kind of file")?;
        }
        let detach = DetachKeys::parse(call.flags.text("detach-keys"))?;
        Ok(Self { stdin, tty, detach })
    }

    /// Adds what is connected to a URL.
    pub(super) fn add_to(&self, url: Url, container: &str) -> Url {
        let flag = |on: bool| if on { "true" } else { "" };
        url.with("container", container)
            .with("stdin", flag(self.stdin))
            .with("stdout", "true")
            .with("stderr", flag(!self.tty))
            .with("tty", flag(self.tty))
    }

    /// Connects, moves bytes until the other side ends, and fails as the remote command did.
    pub(super) async fn run(&self, api: &Api, url: &Url, streams: &mut Streams) -> Outcome {
        let request = api.request(Method::GET, url, "*/*", None)?;
        let told = api.tell_request(&request)?;
        let connection = api.client().connect(request).await;
        let connection =
            connection.map_err(|error| match api.unreachable(&Method::POST, url.as_str(), &error) {
                Failure::Status(status) => {
                    Failure::message(format!("unable to upgrade connection: {}", status.message))
                }
                failure => failure,
            })?;
        api.tell_upgrade(told)?;
        let closes = connection.supports_stream_close();
        let (mut sink, mut stream) = connection.into_stream().split();
        let mut here = Here::take(self, streams)?;
        let mut status = None;
        loop {
            tokio::select! {
                message = stream.next() => match message {
                    None | Some(Ok(Message::Close(_))) => break,
                    Some(Ok(Message::Binary(bytes))) => take(&bytes, streams, &mut status)?,
                    Some(Ok(_)) => {}
                    Some(Err(_)) if status.is_some() => break,
                    Some(Err(error)) => return Err(Failure::message(format!("error reading from error stream: {error}"))),
                },
                message = here.message() => {
                    let Some(message) = message? else { return Ok(()) };
                    let is_known = closes || message.first() != Some(&CLOSE);
                    if is_known && sink.send(Message::Binary(message.into())).await.is_err() {
                        here.input = None;
                    }
                }
            }
        }
        outcome(status)
    }
}

/// The near end of a session: what is typed, and the terminal it is typed at, given back at the end.
struct Here {
    input: Option<Box<dyn AsyncRead + Send + Unpin>>,
    buffer: Vec<u8>,
    raw: Option<RawMode>,
    /// Whether the other side has heard how large the terminal is.
    is_sized: bool,
    detach: DetachKeys,
}

impl Here {
    fn take(session: &Session, streams: &mut Streams) -> Outcome<Self> {
        let keyboard = streams.keyboard().filter(|_| session.tty);
        let raw = keyboard.map(RawMode::enter).transpose()?;
        let input = session.stdin.then(|| match &raw {
            Some(raw) => raw.keys(),
            None => streams.input.take_reader(),
        });
        // Only keys that come one by one can be told from what a pipe holds.
        let detach = if raw.is_some() { session.detach.clone() } else { DetachKeys::default() };
        Ok(Self { input, buffer: vec![0; CHUNK], raw, is_sized: false, detach })
    }

    /// The next message for the other side, `None` when the session was left; waits for ever when there
    /// will be none.
    async fn message(&mut self) -> std::io::Result<Option<Vec<u8>>> {
        if let (false, Some(size)) = (self.is_sized, self.raw.as_ref().and_then(RawMode::size)) {
            self.is_sized = true;
            return Ok(Some(resize(size)));
        }
        tokio::select! {
            read = read_some(&mut self.input, &mut self.buffer) => Ok(match read? {
                0 => {
                    self.input = None;
                    Some(vec![CLOSE, STDIN])
                }
                read => match self.detach.filter(&self.buffer[..read]) {
                    (_, true) => None,
                    (typed, false) => Some(std::iter::once(STDIN).chain(typed).collect()),
                },
            }),
            size = resized(&mut self.raw) => Ok(Some(resize(size))),
        }
    }
}

/// Reads input, or waits for ever when there is none.
async fn read_some(
    input: &mut Option<Box<dyn AsyncRead + Send + Unpin>>,
    buffer: &mut [u8],
) -> std::io::Result<usize> {
    match input {
        Some(input) => input.read(buffer).await,
        None => std::future::pending().await,
    }
}

/// Waits until the terminal gets another size, or for ever when there is none.
async fn resized(raw: &mut Option<RawMode>) -> TerminalSize {
    match raw {
        Some(raw) => raw.resized().await,
        None => std::future::pending().await,
    }
}

/// The message that tells a size (`remotecommand.TerminalSize`).
fn resize(TerminalSize { columns, rows }: TerminalSize) -> Vec<u8> {
    let size = format!(r#"{{"Width":{columns},"Height":{rows}}}"#);
    std::iter::once(RESIZE).chain(size.into_bytes()).collect()
}

fn take(bytes: &[u8], streams: &mut Streams, status: &mut Option<Value>) -> Outcome {
    let Some((channel, rest)) = bytes.split_first() else { return Ok(()) };
    match *channel {
        STDOUT => {
            streams.out.write_all(rest)?;
            streams.out.flush()?;
        }
        STDERR => {
            streams.err.write_all(rest)?;
            streams.err.flush()?;
        }
        STATUS if !rest.is_empty() => *status = serde_json::from_slice(rest).ok(),
        _ => {}
    }
    Ok(())
}

/// The failure that the final Status means.
fn outcome(status: Option<Value>) -> Outcome {
    let Some(status) = status else { return Ok(()) };
    if status["status"] != "Failure" {
        return Ok(());
    }
    if status["reason"] == "NonZeroExitCode" {
        let causes = status["details"]["causes"].as_array().map(Vec::as_slice).unwrap_or_default();
        let code = causes.iter().find(|cause| cause["reason"] == "ExitCode");
        if let Some(code) =
            code.and_then(|cause| cause["message"].as_str()).and_then(|code| code.parse().ok())
        {
            return Err(Failure::WithCode(format!("command terminated with exit code {code}"), code));
        }
    }
    Err(Failure::message(status["message"].as_str().unwrap_or("the command failed").to_owned()))
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    #[test]
    fn the_size_of_the_terminal_is_worded_as_kubectl_words_it() {
        assert_eq!(resize(TerminalSize { columns: 80, rows: 24 }), b"\x04{\"Width\":80,\"Height\":24}");
    }

    #[test]
    fn the_remote_exit_code_becomes_our_own() {
        let status = json!({"status": "Failure", "reason": "NonZeroExitCode",
            "details": {"causes": [{"reason": "ExitCode", "message": "42"}]}});
        let failure = outcome(Some(status)).unwrap_err();
        assert_eq!(failure.exit_code(), 42);
        assert_eq!(failure.report(), "command terminated with exit code 42");
        assert!(outcome(Some(json!({"status": "Success"}))).is_ok());
    }
}
