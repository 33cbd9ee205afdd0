//! The API for other programs: loopback TLS, client certificates and tokens, a kubeconfig; and sockets for node ports.

mod credentials;
mod node_ports;

use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use crate::base::{ResultExt, UserError, sleep, timeout};

use super::apiserver::{ApiServer, Authentication, serve_http1, serve_http2};
use super::driver::Shared;

use credentials::Credentials;

/// Connections that may be open at once.
const CONNECTIONS_MAX: usize = 3_000;
/// Wall time that a client has to shake hands.
const HANDSHAKE_MAX: Duration = Duration::from_secs(10);
/// Wall time to wait when the operating system gives out no more connections.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// An open listener; closes when dropped.
#[derive(Debug)]
pub struct Listener {
    port: u16,
    kubeconfig: String,
    _tasks: [EndOnDrop; 2],
}

/// A task that lives as long as its owner.
#[derive(Debug)]
struct EndOnDrop(JoinHandle<()>);

impl Drop for EndOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Listener {
    /// Opens a listener on 127.0.0.1; port 0 picks a free one.
    ///
    /// # Errors
    /// When the port is in use.
    pub(super) async fn open(
        shared: &Arc<Shared>,
        server: &Arc<ApiServer>,
        port: u16,
    ) -> Result<Self, UserError> {
        let socket =
            TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(|error| refused(port, &error))?;
        let port = socket.local_addr().while_doing(|| "cannot tell the port of the API".to_owned())?.port();
        let authority = shared.look(|simulation, _| simulation.registry.authority().map(Arc::clone));
        let credentials = Credentials::new(authority.while_doing(|| "cannot open the API".to_owned())?)?;
        let acceptor = TlsAcceptor::from(Arc::new(credentials.tls()?));
        let kubeconfig = credentials.kubeconfig(port)?;
        let door = Door { acceptor, credentials, shared: Arc::clone(shared), server: Arc::clone(server) };
        let api = tokio::spawn(accept(socket, Arc::new(door)));
        let node_ports = tokio::spawn(node_ports::serve(Arc::clone(shared)));
        Ok(Self { port, kubeconfig, _tasks: [EndOnDrop(api), EndOnDrop(node_ports)] })
    }

    /// The port on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// A kubeconfig (YAML) whose only context, `minikube`, reaches this cluster.
    #[must_use]
    pub fn kubeconfig(&self) -> &str {
        &self.kubeconfig
    }
}

fn refused(port: u16, error: &io::Error) -> UserError {
    if error.kind() == io::ErrorKind::AddrInUse {
        return UserError::new(format!("port {port} on 127.0.0.1 is in use"))
            .hint("choose another port, or port 0 for any free one");
    }
    UserError::new(format!("cannot listen on 127.0.0.1:{port}: {error}"))
}

/// What every connection needs.
struct Door {
    acceptor: TlsAcceptor,
    credentials: Credentials,
    shared: Arc<Shared>,
    server: Arc<ApiServer>,
}

async fn accept(socket: TcpListener, door: Arc<Door>) {
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        let Ok((stream, _)) = socket.accept().await else {
            sleep(ACCEPT_PAUSE).await;
            continue;
        };
        let door = Arc::clone(&door);
        tokio::spawn(async move {
            serve(stream, &door).await;
            drop(place);
        });
    }
}

async fn serve(stream: TcpStream, door: &Door) {
    // Small frames (watch events, keystrokes) shall not wait for more.
    let _ = stream.set_nodelay(true);
    let Some(Ok(stream)) = timeout(HANDSHAKE_MAX, door.acceptor.accept(stream)).await else { return };
    let connection = stream.get_ref().1;
    let shown = door.credentials.judge(connection.peer_certificates(), door.shared.clock().now());
    let authentication = Authentication::Client(shown);
    let server = Arc::clone(&door.server);
    if connection.alpn_protocol() == Some(b"h2") {
        serve_http2(server, stream, authentication).await;
    } else {
        serve_http1(server, stream, authentication).await;
    }
}

#[cfg(test)]
mod tests;
