//! The proxy's server: files of a folder, and everything else from the API server.

use std::convert::Infallible;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use kube::client::Body;
use tokio::io::{AsyncRead, AsyncWrite};

use super::filter::Filter;
use crate::base::Output;
use crate::kubectl::api::{Api, decode, encode};
use crate::kubectl::klog::{self, Severity};

/// What the proxy serves.
pub(super) struct Proxy {
    pub(super) api: Api,
    pub(super) filter: Filter,
    /// Begins and ends with a slash.
    pub(super) api_prefix: String,
    /// Prefix and folder of static files.
    pub(super) www: Option<(String, PathBuf)>,
    /// Where failures are told.
    pub(super) err: Output,
}

/// Where a path leads.
#[derive(Debug, PartialEq)]
enum Way {
    /// Another path should have been asked for.
    Elsewhere(String),
    /// A file of the folder.
    File(String),
    /// The API server, under this path.
    Api(String),
    Nowhere,
}

/// Finds the way as Go's `ServeMux` does: clean paths only, the longest prefix first, and prefixes with
/// their slash.
fn way(path: &str, api_prefix: &str, www_prefix: Option<&str>) -> Way {
    let clean = clean(path);
    let prefixes = || www_prefix.into_iter().chain([api_prefix]);
    let with_slash = format!("{clean}/");
    if !clean.ends_with('/') && prefixes().any(|prefix| prefix == with_slash) {
        return Way::Elsewhere(with_slash);
    }
    if clean != path {
        return Way::Elsewhere(clean);
    }
    match prefixes().filter(|prefix| path.starts_with(prefix)).max_by_key(|prefix| prefix.len()) {
        None => Way::Nowhere,
        Some(prefix) if Some(prefix) == www_prefix => Way::File(path[prefix.len()..].to_owned()),
        // What looks like the API's own prefix is left where it is.
        Some(prefix) if prefix.starts_with("/api") => Way::Api(path.to_owned()),
        Some(prefix) => Way::Api(format!("/{}", &path[prefix.len()..])),
    }
}

/// The path without doubled slashes and steps that lead nowhere or back.
fn clean(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let end = if path.ends_with('/') && !parts.is_empty() { "/" } else { "" };
    format!("/{}{end}", parts.join("/"))
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
        let query = request.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
        let www = self.www.as_ref();
        let path = match way(&path, &self.api_prefix, www.map(|(prefix, _)| prefix.as_str())) {
            Way::Elsewhere(path) => {
                let with_body = matches!(*request.method(), Method::GET | Method::HEAD);
                return redirect(StatusCode::TEMPORARY_REDIRECT, &format!("{path}{query}"), with_body);
            }
            Way::File(path) => {
                let found = www.zip(decode(&path));
                return found.map_or_else(not_found, |((_, folder), path)| file(folder, &path));
            }
            Way::Nowhere => return not_found(),
            Way::Api(path) => path,
        };
        // A path is judged by what it means, however it is written.
        let Some(meant) = decode(&path) else { return plain(StatusCode::BAD_REQUEST, "Bad Request\n") };
        if !self.filter.accepts(request.method().as_str(), &meant, host) {
            return plain(StatusCode::FORBIDDEN, "Forbidden\n");
        }
        if request.headers().contains_key(header::UPGRADE) {
            return plain(
                StatusCode::NOT_IMPLEMENTED,
                "not simulated: upgraded connections through the proxy; use kubectl exec or port-forward\n",
            );
        }
        self.pass_on(request, &format!("{path}{query}")).await
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
                let failure = self.api.unreachable(&parts.method, target, &error).to_string();
                // What was asked for is not told again.
                let why = failure.split_once("\": ").map_or(failure.as_str(), |(_, why)| why);
                let text = format!("Error while proxying request: {why}");
                // The client is told in any case.
                let _ = self.err.clone().line(klog::line(Severity::Error, "proxy_server.go:147", &text));
                plain(StatusCode::INTERNAL_SERVER_ERROR, &format!("{why}\n"))
            }
        }
    }
}

fn copy_headers(from: &HeaderMap, to: &mut HeaderMap) {
    for (name, value) in from.iter().filter(|(name, _)| !OWN_HEADERS.contains(&name.as_str())) {
        to.append(name.clone(), value.clone());
    }
}

/// A text as Go's `http.Error` answers it.
fn plain(status: StatusCode, text: &str) -> Response<Body> {
    let mut response = of_type(text.as_bytes().to_vec(), PLAIN_TEXT);
    *response.status_mut() = status;
    let nosniff = HeaderValue::from_static("nosniff");
    response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, nosniff);
    response
}

fn not_found() -> Response<Body> {
    plain(StatusCode::NOT_FOUND, "404 page not found\n")
}

fn of_type(bytes: Vec<u8>, kind: &'static str) -> Response<Body> {
    let mut response = Response::new(Body::from(bytes));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

/// Leads somewhere else; browsers that do not go there by themselves are shown a link.
fn redirect(status: StatusCode, target: &str, with_body: bool) -> Response<Body> {
    let text = format!("<a href=\"{}\">Temporary Redirect</a>.\n\n", escaped(target));
    let mut response = match with_body {
        true => of_type(text.into_bytes(), "text/html; charset=utf-8"),
        false => Response::new(Body::empty()),
    };
    *response.status_mut() = status;
    if let Ok(target) = HeaderValue::from_str(target) {
        response.headers_mut().insert(header::LOCATION, target);
    }
    response
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&#34;")
        .replace('\'', "&#39;")
}

/// A file below the folder; nothing above it can be named.
fn file(folder: &Path, path: &str) -> Response<Body> {
    let relative = Path::new(path.trim_start_matches('/'));
    let is_below = relative.components().all(|part| matches!(part, Component::Normal(_)));
    let mut found: PathBuf = folder.components().chain(relative.components()).collect();
    if path.is_empty() && found.is_file() {
        return plain(StatusCode::INTERNAL_SERVER_ERROR, "http: attempting to traverse a non-directory\n");
    }
    if !is_below || !found.exists() {
        return not_found();
    }
    // Every page has one address: folders end with a slash, files do not, and a folder is its index.
    let last = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    if path == "index.html" || path.ends_with("/index.html") {
        return redirect(StatusCode::MOVED_PERMANENTLY, "./", false);
    }
    match (found.is_dir(), path.is_empty() || path.ends_with('/')) {
        (true, false) => return redirect(StatusCode::MOVED_PERMANENTLY, &format!("{last}/"), false),
        (false, true) if !path.is_empty() => {
            return redirect(StatusCode::MOVED_PERMANENTLY, &format!("../{last}"), false);
        }
        _ => {}
    }
    if found.is_dir() {
        found = found.join("index.html");
        if !found.exists() {
            return listing(&folder.join(relative));
        }
    }
    match std::fs::read(&found) {
        Ok(bytes) => {
            let kind = media_type(&found, &bytes);
            of_type(bytes, kind)
        }
        Err(_) => not_found(),
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
    let link = |name: &String| {
        // What may stand in a path as it is.
        let plain = ["/", "$", "&", "+", ",", ":", ";", "=", "@"];
        let target = plain.iter().fold(encode(name), |target, sign| target.replace(&encode(sign), sign));
        format!("<a href=\"{target}\">{}</a>\n", escaped(name))
    };
    let links: String = names.iter().map(link).collect();
    let head = "<!doctype html>\n<meta name=\"viewport\" content=\"width=device-width\">\n";
    of_type(format!("{head}<pre>\n{links}</pre>\n").into_bytes(), "text/html; charset=utf-8")
}

/// Names of a folder that are listed.
const LONGEST_LISTING: usize = 10_000;

const PLAIN_TEXT: &str = "text/plain; charset=utf-8";

/// What a file holds, by its name, else by whether it looks like text.
fn media_type(path: &Path, bytes: &[u8]) -> &'static str {
    match path.extension().and_then(|end| end.to_str()).unwrap_or_default() {
        "html" | "htm" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        "png" => "image/png",
        "svg" => "image/svg+xml",
        "txt" => PLAIN_TEXT,
        _ if bytes.iter().take(512).any(|byte| is_binary(*byte)) => "application/octet-stream",
        _ => PLAIN_TEXT,
    }
}

/// Whether a byte stands in no text.
fn is_binary(byte: u8) -> bool {
    matches!(byte, 0..=8 | 0x0b | 0x0e..=0x1a | 0x1c..=0x1f)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_where_gos_mux_leads_them() {
        let to = |path: &str| Way::Elsewhere(path.to_owned());
        let api = |path: &str| Way::Api(path.to_owned());
        let file = |path: &str| Way::File(path.to_owned());
        for (path, prefix, www, expected) in [
            ("/api/v1", "/", None, api("/api/v1")),
            ("/api/../healthz", "/", None, to("/healthz")),
            ("//healthz", "/", None, to("/healthz")),
            ("/static/a", "/", Some("/static/"), file("a")),
            ("/static", "/", Some("/static/"), to("/static/")),
            ("/static", "/", None, api("/static")),
            ("/custom", "/custom/", None, to("/custom/")),
            ("/custom/api", "/custom/", None, api("/api")),
            ("/api", "/custom/", None, Way::Nowhere),
            ("/custom/api", "custom/", None, Way::Nowhere),
            ("/api/healthz", "/api/", Some("/"), api("/api/healthz")),
            ("/a.txt", "/api/", Some("/"), file("a.txt")),
        ] {
            assert_eq!(way(path, prefix, www), expected, "{path} {prefix}");
        }
    }

    #[test]
    fn every_page_of_the_folder_has_one_address() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("sub")).unwrap();
        std::fs::write(folder.path().join("sub/index.html"), "i").unwrap();
        std::fs::write(folder.path().join("a b&<.bin"), [0, 1]).unwrap();
        let told = |path: &str| {
            let answer = file(folder.path(), path);
            let header = |name: &str| {
                answer
                    .headers()
                    .get(name)
                    .and_then(|value| value.to_str().ok())
                    .unwrap_or_default()
                    .to_owned()
            };
            format!("{} {}{}", answer.status().as_u16(), header("location"), header("content-type"))
        };
        assert_eq!(told("sub"), "301 sub/");
        assert_eq!(told("sub/"), "200 text/html; charset=utf-8");
        assert_eq!(told("sub/index.html"), "301 ./");
        assert_eq!(told("a b&<.bin"), "200 application/octet-stream");
        assert_eq!(told("a b&<.bin/"), "301 ../a b&<.bin");
        assert_eq!(told("nope"), "404 text/plain; charset=utf-8");
        assert_eq!(told("../a"), "404 text/plain; charset=utf-8");
    }
}
