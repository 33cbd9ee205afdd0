//! HTTP that flows on into the cluster: proxies, port-forward, node ports.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::header::{CONNECTION, CONTENT_LENGTH, HeaderName, HeaderValue, TRANSFER_ENCODING};
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};

use crate::apimachinery::Status;

use super::super::network::{ConnectError, HttpRequest, HttpResponse};
use super::body;

/// Wall time within which the headers of a request must have come.
const HEADERS_MAX: Duration = Duration::from_mins(1);

/// Why a forwarded request got no response.
#[derive(Debug, thiserror::Error)]
enum NoResponse {
    /// The request could not be read.
    #[error("{0}")]
    Unreadable(Status),
    /// The other side did not answer.
    #[error("no reply")]
    Silence,
}

/// Reads a whole request; `path` with query as the cluster's program shall see it.
///
/// # Errors
/// 400 and 413 for bodies that cannot be read.
pub(super) async fn request_of(
    request: Request<Incoming>,
    path: Option<String>,
) -> Result<HttpRequest, Status> {
    let (parts, incoming) = request.into_parts();
    let body = body::read(incoming).await?.to_vec();
    let path = path
        .unwrap_or_else(|| parts.uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string));
    let headers = parts
        .headers
        .iter()
        .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    Ok(HttpRequest { method: parts.method.to_string(), path, headers, body, secure: false })
}

/// A program's response, as HTTP.
pub(super) fn response_of(response: HttpResponse) -> Response<body::Body> {
    response_with(response).map(BodyExt::boxed_unsync)
}

fn response_with(response: HttpResponse) -> Response<Full<Bytes>> {
    let mut answer = Response::new(Full::new(Bytes::from(response.body)));
    *answer.status_mut() = StatusCode::from_u16(response.status).unwrap_or(StatusCode::BAD_GATEWAY);
    for (name, value) in response.headers {
        let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) else {
            continue;
        };
        // How long the body is, the connection says itself.
        if ![CONTENT_LENGTH, TRANSFER_ENCODING, CONNECTION].contains(&name) {
            answer.headers_mut().append(name, value);
        }
    }
    answer
}

/// Serves HTTP on a connection whose other end is a program in the cluster. When the program does not
/// answer, the connection ends without a byte, as it would on a real node.
pub(crate) async fn serve_forwarded(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    ask: impl Fn(&HttpRequest) -> Result<HttpResponse, ConnectError> + Send + Sync + 'static,
) -> Option<ConnectError> {
    let failed = Arc::new(Mutex::new(None));
    let (ask, failure) = (Arc::new(ask), Arc::clone(&failed));
    let service = service_fn(move |request: Request<Incoming>| {
        let (ask, failure) = (Arc::clone(&ask), Arc::clone(&failure));
        async move {
            let request = request_of(request, None).await.map_err(NoResponse::Unreadable)?;
            ask(&request).map(response_with).map_err(|error| {
                *failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                NoResponse::Silence
            })
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .half_close(true)
        .header_read_timeout(HEADERS_MAX)
        .serve_connection(TokioIo::new(stream), service);
    // A broken connection is the client's affair; why the program was silent is told to the caller.
    let _ = connection.await;
    *failed.lock().unwrap_or_else(PoisonError::into_inner)
}
