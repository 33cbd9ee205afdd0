//! The proxy's server: files of a folder, and everything else from the API server.

use std::convert::Infallible;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use http::{HeaderMap, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use kube::client::Body;
use tokio::io::{AsyncRead, AsyncWrite};

use super::filter::Filter;
use crate::kubectl::api::Api;

/// What the proxy serves.
pub(super) struct Proxy {
    pub(super) api: Api,
    pub(super) filter: Filter,
    /// Begins and ends with a slash.
    pub(super) api_prefix: String,
    /// Prefix and folder of static files.
    pub(super) www: Option<(String, PathBuf)>,
}

/// Bytes of a request that are held before it is passed on.
const LARGEST_BODY: usize = 64 << 20;

/// Headers that belong to one connection and are not passed on.
const OWN_HEADERS: &[&str] = &[
    "connection",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "host",
];

/// Serves one connection beside others until it ends.
pub(super) fn serve(connection: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, proxy: Arc<Proxy>) {
    let service = service_fn(move |request| {
        let proxy = Arc::clone(&proxy);
        async move { Ok::<_, Infallible>(proxy.answer(request).await) }
    });
    tokio::spawn(async move {
        // A client that goes away in the middle is no failure of ours.
        let _ = hyper::server::conn::http1::Builder::new()
            .serve_connection(TokioIo::new(connection), service)
            .await;
    });
}

impl Proxy {
    async fn answer(&self, request: Request<Incoming>) -> Response<Body> {
        let path = request.uri().path().to_owned();
        let host =
            request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
        if let Some((prefix, folder)) = &self.www
            && let Some(rest) = path.strip_prefix(prefix.as_str())
        {
            return file(folder, rest);
        }
        if !self.filter.accepts(request.method().as_str(), &path, host) {
            return plain(StatusCode::FORBIDDEN, "Forbidden\n");
        }
        let Some(rest) = path.strip_prefix(self.api_prefix.as_str()) else {
            return plain(StatusCode::NOT_FOUND, "404 page not found\n");
        };
        if request.headers().contains_key(header::UPGRADE) {
            return plain(
                StatusCode::NOT_IMPLEMENTED,
                "not simulated: upgraded connections through the proxy; use kubectl exec or port-forward\n",
            );
        }
        let query = request.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
        self.pass_on(request, &format!("/{rest}{query}")).await
    }

    async fn pass_on(&self, request: Request<Incoming>, target: &str) -> Response<Body> {
        let (parts, body) = request.into_parts();
        let Ok(body) = Limited::new(body, LARGEST_BODY).collect().await else {
            return plain(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large\n");
        };
        let body = Body::from(body.to_bytes().to_vec());
        let built = Request::builder().method(&parts.method).uri(target).body(body);
        let Ok(mut onward) = built else { return plain(StatusCode::BAD_REQUEST, "Bad Request\n") };
        copy_headers(&parts.headers, onward.headers_mut());
        match self.api.client().send(onward).await {
            Ok(mut response) => {
                for name in OWN_HEADERS {
                    response.headers_mut().remove(*name);
                }
                response
            }
            Err(error) => {
                let failure = self.api.unreachable(&parts.method, target, &error);
                plain(StatusCode::BAD_GATEWAY, &format!("{failure}\n"))
            }
        }
    }
}

fn copy_headers(from: &HeaderMap, to: &mut HeaderMap) {
    for (name, value) in from.iter().filter(|(name, _)| !OWN_HEADERS.contains(&name.as_str())) {
        to.append(name.clone(), value.clone());
    }
}

fn plain(status: StatusCode, text: &str) -> Response<Body> {
    let mut response = Response::new(Body::from(text.as_bytes().to_vec()));
    *response.status_mut() = status;
    response
}

/// A file below the folder; nothing above it can be named.
fn file(folder: &Path, path: &str) -> Response<Body> {
    let relative = Path::new(path.trim_start_matches('/'));
    let is_below = relative.components().all(|part| matches!(part, Component::Normal(_)));
    let mut found = folder.join(relative);
    if found.is_dir() {
        found = found.join("index.html");
        if is_below && !found.exists() {
            return listing(&folder.join(relative));
        }
    }
    match std::fs::read(&found) {
        Ok(bytes) if is_below => {
            let mut response = Response::new(Body::from(bytes));
            let kind = media_type(&found);
            response.headers_mut().insert(header::CONTENT_TYPE, http::HeaderValue::from_static(kind));
            response
        }
        _ => plain(StatusCode::NOT_FOUND, "404 page not found\n"),
    }
}

/// The names in a folder as links, the way Go's file server lists them.
fn listing(folder: &Path) -> Response<Body> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .map(|entry| {
            let ending = if entry.path().is_dir() { "/" } else { "" };
            format!("{}{ending}", entry.file_name().to_string_lossy())
        })
        .take(LONGEST_LISTING)
        .collect();
    names.sort();
    let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let link = |name: &String| {
        let target = crate::kubectl::api::encode(name).replace("%2F", "/");
        format!("<a href=\"{target}\">{}</a>\n", escaped(name))
    };
    let links: String = names.iter().map(link).collect();
    let head = "<!doctype html>\n<meta name=\"viewport\" content=\"width=device-width\">\n";
    let mut response = plain(StatusCode::OK, &format!("{head}<pre>\n{links}</pre>\n"));
    let kind = http::HeaderValue::from_static("text/html; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

/// Names of a folder that are listed.
const LONGEST_LISTING: usize = 10_000;

fn media_type(path: &Path) -> &'static str {
    match path.extension().and_then(|end| end.to_str()).unwrap_or_default() {
        "html" | "htm" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        "png" => "image/png",
        "svg" => "image/svg+xml",
        _ => "text/plain; charset=utf-8",
    }
}
