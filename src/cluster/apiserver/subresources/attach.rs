//! `pods/exec` and `pods/attach`: a process over the channels of a WebSocket or of SPDY.

use std::sync::Arc;

use http::{Request, Response};
use hyper::body::Incoming;

use crate::apimachinery::Status;
use crate::base::{Value, json, to_value};

use super::super::super::driver::Shared;
use super::super::super::runtime::{ProcessId, ProcessOutput};
use super::super::body::{self, Body};
use super::super::query::Query;
use super::super::request_info::RequestInfo;
use super::channels::{Channels, OVER_SPDY, OVER_WEB_SOCKET, Received, STDERR, STDIN, STDOUT, Wanted};
use super::handshake::{self, Upgrade};

/// The protocol whose streams the API server translates; the others it only passes on to the node.
const TRANSLATED: &str = "v5.channel.k8s.io";
/// Bytes of standard input that may wait until a process reads them.
const UNREAD_MAX: usize = 32 * 1024 * 1024;

/// Starts a command in a container and speaks with it.
///
/// # Errors
/// 400 without a command or an upgrade, 404 without the Pod, and what the kubelet refuses.
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
    let wanted = wanted(query)?;
    let container = query.get("container").filter(|name| !name.is_empty());
    handshake::transport(request.headers())?;
    let started = shared.reach_in(|simulation| {
        let (node, registry) = (&mut simulation.node, &mut simulation.registry);
        node.exec(registry, &info.key(), container, &command, wanted.tty, wanted.stdin)
    });
    converse(shared, &mut request, wanted, started, Ending::ExitCode)
}

/// Speaks with the main process of a container.
///
/// # Errors
/// 400 without an upgrade, 404 without the Pod, and what the kubelet refuses.
pub(in super::super) fn attach(
    shared: &Arc<Shared>,
    info: &RequestInfo,
    mut request: Request<Incoming>,
) -> Result<Response<Body>, Status> {
    let wanted = wanted(&info.query)?;
    let container = info.query.get("container").filter(|name| !name.is_empty());
    handshake::transport(request.headers())?;
    let process = shared.with(|simulation| {
        let (node, registry) = (&mut simulation.node, &mut simulation.registry);
        node.attach(registry, &info.key(), container)
    });
    converse(shared, &mut request, wanted, process, Ending::Detached)
}

/// Which streams the client asked for (`remotecommand.NewOptions`): a terminal has no standard error.
fn wanted(query: &Query) -> Result<Wanted, Status> {
    let (tty, stdin, stdout) = (query.flag("tty"), query.flag("stdin"), query.flag("stdout"));
    let stderr = query.flag("stderr") && !tty;
    if !stdin && !stdout && !stderr {
        return Err(Status::bad_request("you must specify at least 1 of stdin, stdout, stderr"));
    }
    Ok(Wanted { stdin, stdout, stderr, tty })
}

/// What the end of a process tells the client.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// Its exit code.
    ExitCode,
    /// Only that it ended: whoever attached reads the exit code from the Pod.
    Detached,
}

fn converse(
    shared: &Arc<Shared>,
    request: &mut Request<Incoming>,
    wanted: Wanted,
    process: Result<ProcessId, Status>,
    ending: Ending,
) -> Result<Response<Body>, Status> {
    let conversation = process.map(|process| Conversation { shared: Arc::clone(shared), process, ending });
    // What the API server itself refuses opens no stream.
    if let Err(status) = &conversation
        && status.code < 500
    {
        return Err(status.clone());
    }
    let (response, upgrade) = handshake::upgrade(request, OVER_WEB_SOCKET, OVER_SPDY)?;
    let conversation = match conversation {
        Ok(conversation) => Ok(conversation),
        // The node says in plain words that there is nothing to speak with.
        Err(status) if status.reason.is_empty() => {
            if upgrade.protocol != TRANSLATED {
                return Ok(body::bytes(status.code, body::TEXT, status.message));
            }
            Err(Status::internal(format!("unable to upgrade connection: {}", status.message)))
        }
        // What the node answers, the API server wraps once more when it translates.
        Err(status) if upgrade.protocol == TRANSLATED => Err(Status::internal(status.message)),
        Err(status) => Err(status),
    };
    shared.spawn(speak(upgrade, wanted, conversation));
    Ok(response)
}

async fn speak(upgrade: Upgrade, wanted: Wanted, conversation: Result<Conversation, Status>) {
    let Some(mut channels) = Channels::open(upgrade, wanted).await else { return };
    let said = match conversation {
        Ok(conversation) => conversation.run(&mut channels).await,
        Err(status) => to_value(&status).ok(),
    };
    if let Some(status) = said {
        channels.finish(&status).await;
    }
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
            let (ProcessOutput { stdout, stderr, exit_code }, unread) = self
                .shared
                .with(|simulation| simulation.node.take_output_of(&mut simulation.registry, self.process));
            let had_output = !stdout.is_empty() || !stderr.is_empty();
            // Complaints come first: programs write what they gathered when they end, and a client that has
            // read to the end of an archive listens no longer.
            channels.send(STDERR, &stderr).await.ok()?;
            channels.send(STDOUT, &stdout).await.ok()?;
            if let Some(code) = exit_code {
                return Some(self.status(code));
            }
            if self.shared.has_ended() {
                return None;
            }
            // A process that does not read makes its client wait, too.
            let has_room = unread < UNREAD_MAX;
            tokio::select! {
                // A flood of output shall not keep Ctrl-C out.
                biased;
                received = channels.receive(), if has_room => match received {
                    Received::Gone => return None,
                    received => self.hear(&received),
                },
                () = std::future::ready(()), if had_output => {}
                _ = changed.changed() => {}
            }
        }
    }

    fn hear(&self, received: &Received) {
        match received {
            Received::Data(STDIN, bytes) => self.shared.reach_in(|simulation| {
                simulation.node.write_stdin(&mut simulation.registry, self.process, bytes);
            }),
            Received::Closed(STDIN) => self.shared.reach_in(|simulation| {
                simulation.node.close_stdin(&mut simulation.registry, self.process);
            }),
            // The size of the terminal is nothing that a modelled program asks for.
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
