//! `pods/portforward`: TCP connections to a Pod over a WebSocket or SPDY.

use std::sync::Arc;

use http::{Request, Response};
use hyper::body::Incoming;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, ReadHalf, WriteHalf};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::apimachinery::{ObjectKey, Status, builtin};

use super::super::super::driver::Shared;
use super::super::super::network::ConnectError;
use super::super::body::Body;
use super::super::forward::serve_forwarded;
use super::super::request_info::RequestInfo;
use super::channels::Received;
use super::handshake::{self, Transport};
use super::spdy_forward;
use super::tunnel::Tunnel;
use super::websocket::WebSocket;

/// SPDY within the messages of a WebSocket.
const TUNNELLED: &str = "SPDY/3.1+portforward.k8s.io";
const OVER_WEB_SOCKET: &[&str] = &[TUNNELLED, "v4.channel.k8s.io", "v4.base64.channel.k8s.io"];
const OVER_SPDY: &[&str] = &["portforward.k8s.io"];
/// Bytes on their way in one direction of a forwarded connection.
pub(super) const PIPE_BYTES: usize = 64 * 1024;
/// Pieces on their way to the client.
pub(super) const QUEUE_LENGTH: usize = 16;
/// Ports that one request may forward: two channels each, numbered in one byte.
const PORTS_MAX: usize = 100;

/// Forwards the ports in the query.
///
/// # Errors
/// 400 without ports or a WebSocket; 404 without the Pod.
pub(in super::super) fn port_forward(
    shared: &Arc<Shared>,
    info: &RequestInfo,
    mut request: Request<Incoming>,
) -> Result<Response<Body>, Status> {
    let key = info.key();
    let pod = shared.with(|simulation| simulation.registry.get(&builtin::POD, &key))?;
    if pod.text("/spec/nodeName").is_empty() {
        return Err(Status::bad_request(format!("pod {} does not have a host assigned", key.name)));
    }
    let (response, upgrade) = handshake::upgrade(&mut request, OVER_WEB_SOCKET, OVER_SPDY)?;
    let beside = Arc::clone(shared);
    if upgrade.transport == Transport::Spdy || upgrade.protocol == TUNNELLED {
        shared.spawn(async move {
            let Some(tunnel) = Tunnel::open(upgrade).await else { return };
            spdy_forward::run(beside, key, tunnel).await;
        });
    } else {
        let ports = ports(info)?;
        shared.spawn(async move {
            let Some(mut socket) = WebSocket::open(upgrade).await else { return };
            if forward(&beside, &key, &ports, &mut socket).await.is_some() {
                socket.close().await;
            }
        });
    }
    Ok(response)
}

fn ports(info: &RequestInfo) -> Result<Vec<u16>, Status> {
    let texts = info.query.all("ports").flat_map(|ports| ports.split(','));
    let ports: Vec<u16> = texts
        .map(|text| {
            let port = text.parse().ok().filter(|port| *port > 0);
            port.ok_or_else(|| Status::bad_request(format!("invalid port {text:?}")))
        })
        .collect::<Result<_, _>>()?;
    if ports.is_empty() || ports.len() > PORTS_MAX {
        return Err(Status::bad_request("query parameter \"ports\" is required"));
    }
    Ok(ports)
}

/// What the Pod's side says on a channel; an empty piece ends its connection.
type Piece = (u8, Vec<u8>);

/// Serves one connection of the client with HTTP from a Pod; what went wrong is said as upstream words it.
pub(super) async fn serve_pod(
    shared: Arc<Shared>,
    pod: ObjectKey,
    port: u16,
    stream: DuplexStream,
) -> Option<String> {
    let uid = shared.with(|simulation| {
        simulation.registry.get(&builtin::POD, &pod).map(|pod| pod.uid().to_owned()).unwrap_or_default()
    });
    let ask = move |request: &_| {
        shared
            .reach_in(|simulation| simulation.node.http_to_pod(&mut simulation.registry, &pod, port, request))
    };
    match serve_forwarded(stream, ask).await? {
        ConnectError::EmptyReply => None,
        ConnectError::Refused | ConnectError::UnknownHost | ConnectError::TimedOut => Some(format!(
            "failed to execute portforward in network namespace \"/var/run/netns/cni-{uid}\": failed to connect to localhost:{port} inside namespace \"{uid}\", IPv4: dial tcp4 127.0.0.1:{port}: connect: connection refused IPv6 dial tcp6 [::1]:{port}: connect: connection refused"
        )),
    }
}

/// Carries bytes both ways until every connection has ended; `None` when the client left before.
async fn forward(shared: &Arc<Shared>, pod: &ObjectKey, ports: &[u16], socket: &mut WebSocket) -> Option<()> {
    let (sender, mut pieces) = mpsc::channel::<Piece>(QUEUE_LENGTH);
    let mut writers: Vec<Option<WriteHalf<DuplexStream>>> = Vec::new();
    // Served beside each other and this loop; they end with it.
    let mut servers = JoinSet::new();
    for (index, port) in (0_u8..).zip(ports) {
        let (data, error) = (index * 2, index * 2 + 1);
        for channel in [data, error] {
            socket.send(channel, &port.to_le_bytes()).await.ok()?;
        }
        let (near, far) = tokio::io::duplex(PIPE_BYTES);
        let (reader, writer) = tokio::io::split(near);
        writers.push(Some(writer));
        let served = serve_pod(Arc::clone(shared), pod.clone(), *port, far);
        let sender = sender.clone();
        servers.spawn(async move {
            let (failure, ()) = tokio::join!(served, read_all(reader, data, sender.clone()));
            if let Some(failure) = failure {
                // The client may be gone: then nobody asks what went wrong.
                let _ = sender.send((error, failure.into_bytes())).await;
            }
        });
    }
    drop(sender);
    loop {
        tokio::select! {
            piece = pieces.recv() => match piece {
                Some((channel, bytes)) => socket.send(channel, &bytes).await.ok()?,
                None => return Some(()),
            },
            received = socket.receive() => match received {
                Received::Data(channel, bytes) => {
                    let writer = writers.get_mut(usize::from(channel / 2)).filter(|_| channel % 2 == 0)?;
                    if let Some(open) = writer && open.write_all(&bytes).await.is_err() {
                        *writer = None;
                    }
                }
                Received::Closed(_) => {}
                Received::Gone => return None,
            },
        }
    }
}

async fn read_all(mut reader: ReadHalf<DuplexStream>, channel: u8, sender: mpsc::Sender<Piece>) {
    let mut buffer = vec![0; PIPE_BYTES];
    while let Ok(length) = reader.read(&mut buffer).await {
        if length == 0 || sender.send((channel, buffer[..length].to_vec())).await.is_err() {
            return;
        }
    }
}
