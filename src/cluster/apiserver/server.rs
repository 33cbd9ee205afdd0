//! From a request to its response.

use std::convert::Infallible;
use std::sync::Arc;

use http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};

use crate::apimachinery::Status;

use super::super::driver::Shared;
use super::authentication::{Authentication, User};
use super::body::{self, Body};
use super::query::Query;
use super::request_info::{RequestInfo, Verb};
use super::{read, write};

/// The API server.
pub(crate) struct ApiServer {
    shared: Arc<Shared>,
}

impl ApiServer {
    /// A server over a simulation.
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// Answers a request; failures are responses, too.
    pub(crate) async fn respond(
        &self,
        request: Request<Incoming>,
        authentication: &Authentication,
    ) -> Response<Body> {
        let answered = match authentication.user(request.headers()) {
            Ok(user) => self.route(request, &user).await,
            Err(status) => Err(status),
        };
        answered.unwrap_or_else(|status| body::failure(&status))
    }

    async fn route(&self, request: Request<Incoming>, user: &User) -> Result<Response<Body>, Status> {
        let uri = request.uri();
        let query = Query::parse(uri.query().unwrap_or_default());
        match RequestInfo::parse(request.method(), uri.path(), query) {
            Some(info) => self.resource(request, info?, user).await,
            None => Ok(body::page_not_found()),
        }
    }

    async fn resource(
        &self,
        request: Request<Incoming>,
        info: RequestInfo,
        user: &User,
    ) -> Result<Response<Body>, Status> {
        let (parts, incoming) = request.into_parts();
        let headers = &parts.headers;
        let shared = &self.shared;
        match info.verb {
            Verb::Get => read::get(shared, &info, headers),
            Verb::List => read::list(shared, &info, headers),
            Verb::Create => write::create(shared, &info, headers, &body::read(incoming).await?, user),
            Verb::Update => write::update(shared, &info, headers, &body::read(incoming).await?, user),
            Verb::Patch => write::patch(shared, &info, headers, &body::read(incoming).await?, user),
            Verb::Watch | Verb::Delete | Verb::DeleteCollection => {
                Err(Status::method_not_allowed(info.kind, info.verb.name()))
            }
        }
    }
}

/// Serves one connection until it ends.
pub(crate) async fn serve_http1(
    server: Arc<ApiServer>,
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    authentication: Authentication,
) {
    let service = service_fn(move |request| {
        let (server, authentication) = (Arc::clone(&server), authentication.clone());
        async move { Ok::<_, Infallible>(server.respond(request, &authentication).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    // A connection that breaks is the client's affair: there is nobody left to tell.
    let _ = connection.await;
}
