//! `pods/exec` and `pods/attach`: a process over the channels of a WebSocket.

use std::sync::Arc;

use http::{Request, Response};
use hyper::body::Incoming;
use serde_json::{Value, json};

use crate::apimachinery::Status;

use super::super::super::driver::Shared;
use super::super::super::runtime::{ProcessId, ProcessOutput};
use super::super::body::Body;
use super::super::request_info::RequestInfo;
use super::websocket::{self, Channels, Received, Upgrade};

const V5: &str = "v5.channel.k8s.io";
const V4: &str = "v4.channel.k8s.io";

const STDIN: u8 = 0;
const STDOUT: u8 = 1;
const STDERR: u8 = 2;
const STATUS: u8 = 3;
const CLOSE: u8 = 255;

/// Starts a command in a container and speaks with it.
///
/// # Errors
/// 400 without a command or a WebSocket, 404 without the Pod, and what the kubelet refuses.
pub(in super::super) fn exec(
    shared: &Arc<Shared>,
    info: &RequestInfo,
    mut request: Request<Incoming>,
) -> Result<Response<Body>, Status> {
    let query = &info.query;
    let command: Vec<String> = query.all("command").map(str::to_owned).collect();
    if command.is_empty() {
        return Err(Status::bad_request("you must specify at least 1 command for the container"));
    }
    let container = query.get("container").filter(|name| !name.is_empty());
    let (response, upgrade) = websocket::upgrade(&mut request, &[V5, V4])?;
    let (tty, stdin) = (query.flag("tty"), query.flag("stdin"));
    let process = shared.reach_in(|simulation| {
        let (node, registry) = (&mut simulation.node, &mut simulation.registry);
        node.exec(registry, &info.key(), container, &command, tty, stdin)
    });
    // Like a real node, one that cannot start the command says so on the open stream.
    converse(shared, upgrade, process, Ending::ExitCode);
    Ok(response)
}

/// Speaks with the main process of a container.
///
/// # Errors
/// 400 without a WebSocket, 404 without the Pod, and what the kubelet refuses.
pub(in super::super) fn attach(
    shared: &Arc<Shared>,
    info: &RequestInfo,
    mut request: Request<Incoming>,
) -> Result<Response<Body>, Status> {
    let container = info.query.get("container").filter(|name| !name.is_empty());
    let process = shared.with(|simulation| {
        let (node, registry) = (&mut simulation.node, &mut simulation.registry);
        node.attach(registry, &info.key(), container)
    })?;
    let (response, upgrade) = websocket::upgrade(&mut request, &[V5, V4])?;
    converse(shared, upgrade, Ok(process), Ending::Detached);
    Ok(response)
}

/// What the end of a process tells the client.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// Its exit code.
    ExitCode,
    /// Only that it ended: whoever attached reads the exit code from the Pod.
    Detached,
}

fn converse(shared: &Arc<Shared>, upgrade: Upgrade, process: Result<ProcessId, Status>, ending: Ending) {
    let conversation = process.map(|process| Conversation { shared: Arc::clone(shared), process, ending });
    shared.spawn(async move {
        let Some(mut channels) = Channels::open(upgrade).await else { return };
        let said = match conversation {
            Ok(conversation) => conversation.run(&mut channels).await,
            Err(status) => serde_json::to_value(&status).ok(),
        };
        if let Some(status) = said
            && channels.send(STATUS, status.to_string().as_bytes()).await.is_ok()
        {
            channels.close().await;
        }
    });
}

/// A process and its client; the process is hung up when the client is gone.
struct Conversation {
    shared: Arc<Shared>,
    process: ProcessId,
    ending: Ending,
}

impl Drop for Conversation {
    fn drop(&mut self) {
        self.shared.reach_in(|simulation| simulation.node.hang_up(&mut simulation.registry, self.process));
    }
}

impl Conversation {
    /// Carries bytes both ways until the process ends; `None` when the client left before.
    async fn run(self, channels: &mut Channels) -> Option<Value> {
        let mut changed = self.shared.subscribe();
        loop {
            changed.borrow_and_update();
            let ProcessOutput { stdout, stderr, exit_code } =
                self.shared.with(|simulation| simulation.node.take_output(self.process));
            channels.send(STDOUT, &stdout).await.ok()?;
            channels.send(STDERR, &stderr).await.ok()?;
            if let Some(code) = exit_code {
                return Some(self.status(code));
            }
            if self.shared.has_ended() {
                return None;
            }
            tokio::select! {
                _ = changed.changed() => {}
                received = channels.receive() => match received {
                    Received::Data(channel, bytes) => self.hear(channel, &bytes),
                    Received::Gone => return None,
                },
            }
        }
    }

    fn hear(&self, channel: u8, bytes: &[u8]) {
        match channel {
            STDIN => self.shared.reach_in(|simulation| {
                simulation.node.write_stdin(&mut simulation.registry, self.process, bytes);
            }),
            CLOSE if bytes.first() == Some(&STDIN) => self.shared.reach_in(|simulation| {
                simulation.node.close_stdin(&mut simulation.registry, self.process);
            }),
            // The size of the terminal (4) is nothing that a modelled program asks for.
            _ => {}
        }
    }

    fn status(&self, code: i32) -> Value {
        if code == 0 || self.ending == Ending::Detached {
            return json!({"metadata": {}, "status": "Success"});
        }
        json!({
            "metadata": {},
            "status": "Failure",
            "reason": "NonZeroExitCode",
            "message": format!("command terminated with non-zero exit code: exit status {code}"),
            "details": {"causes": [{"reason": "ExitCode", "message": code.to_string()}]},
        })
    }
}
