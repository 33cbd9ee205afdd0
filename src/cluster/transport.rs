//! A `kube::Client` over in-memory HTTP, upgrades included.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::uri::{Authority, Scheme};
use http::{Request, Response, Uri};
use hyper::body::Incoming;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::client::legacy::{Client, ResponseFuture};
use hyper_util::rt::{TokioExecutor, TokioIo};
use kube::client::Body;
use tokio::io::DuplexStream;
use tower::Service;

use super::apiserver::{ApiServer, serve_http1};

/// Bytes that may be on their way in one direction.
const PIPE_BYTES: usize = 64 * 1024;

/// A client whose every connection is a pipe to the API server; it may do everything.
pub(super) fn client(server: &Arc<ApiServer>) -> kube::Client {
    let http = Client::builder(TokioExecutor::new()).build(Connector { server: Arc::clone(server) });
    kube::Client::new(InMemory { http }, "default")
}

/// Gives requests, which carry a path alone, the scheme and host that the HTTP client asks for.
#[derive(Clone)]
struct InMemory {
    http: Client<Connector, Body>,
}

impl Service<Request<Body>> for InMemory {
    type Response = Response<Incoming>;
    type Error = hyper_util::client::legacy::Error;
    type Future = ResponseFuture;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        let mut parts = std::mem::take(request.uri_mut()).into_parts();
        parts.scheme = Some(Scheme::HTTP);
        parts.authority = Some(Authority::from_static("podlings.internal"));
        *request.uri_mut() = Uri::from_parts(parts).unwrap_or_default();
        self.http.request(request)
    }
}

/// Opens pipes to the API server.
#[derive(Clone)]
struct Connector {
    server: Arc<ApiServer>,
}

impl Service<Uri> for Connector {
    type Response = Pipe;
    type Error = Infallible;
    type Future = Ready<Result<Pipe, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        let (near, far) = tokio::io::duplex(PIPE_BYTES);
        let server = Arc::clone(&self.server);
        let administrator = server.administrator();
        tokio::spawn(serve_http1(server, far, administrator));
        ready(Ok(Pipe(TokioIo::new(near))))
    }
}

/// The client's end of a connection.
struct Pipe(TokioIo<DuplexStream>);

impl Connection for Pipe {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}

impl Read for Pipe {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(context, buffer)
    }
}

impl Write for Pipe {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}
