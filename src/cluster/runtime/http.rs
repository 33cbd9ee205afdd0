//! HTTP as programs see it: whole requests and whole responses.

use crate::base::Timestamp;

/// One HTTP request, whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HttpRequest {
    /// `GET`, `POST` …
    pub method: String,
    /// Path with query.
    pub path: String,
    /// Header names and values.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Vec<u8>,
    /// Whether it goes through TLS.
    pub secure: bool,
}

impl HttpRequest {
    /// A `GET` without headers.
    pub(crate) fn get(path: &str) -> Self {
        Self {
            method: "GET".to_owned(),
            path: path.to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
            secure: false,
        }
    }

    /// The path without the query.
    pub(crate) fn path_only(&self) -> &str {
        self.path.split('?').next().unwrap_or_default()
    }

    /// The first header of that name, whatever its case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }
}

/// One HTTP response, whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HttpResponse {
    /// Status code.
    pub status: u16,
    /// Header names and values.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Vec<u8>,
}

impl HttpResponse {
    /// A response with a text body.
    pub(crate) fn text(status: u16, content_type: &str, body: impl Into<String>) -> Self {
        Self {
            status,
            headers: vec![("Content-Type".to_owned(), content_type.to_owned())],
            body: body.into().into_bytes(),
        }
    }

    /// The same with one more header.
    #[must_use]
    pub(crate) fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same behind the headers that a web server puts first, and with those that it puts last.
    #[must_use]
    pub(super) fn served_by(mut self, server: &str, now: Timestamp) -> Self {
        const OWN: &[&str] = &["server", "date", "content-length", "connection"];
        self.headers.retain(|(name, _)| !OWN.contains(&name.to_ascii_lowercase().as_str()));
        let mut headers = vec![
            ("Server".to_owned(), server.to_owned()),
            ("Date".to_owned(), now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()),
        ];
        // What a server says of the content comes before how long it is, the rest behind it.
        let (kind, rest): (Vec<_>, Vec<_>) =
            self.headers.into_iter().partition(|(name, _)| name.eq_ignore_ascii_case("Content-Type"));
        headers.extend(kind);
        headers.push(("Content-Length".to_owned(), self.body.len().to_string()));
        let is_before =
            |name: &str| ["last-modified", "location"].contains(&name.to_ascii_lowercase().as_str());
        let (before, behind): (Vec<_>, Vec<_>) = rest.into_iter().partition(|(name, _)| is_before(name));
        headers.extend(before);
        headers.push(("Connection".to_owned(), "keep-alive".to_owned()));
        headers.extend(behind);
        self.headers = headers;
        self
    }

    /// The first header of that name, whatever its case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }

    /// Where a redirect leads.
    pub(crate) fn location(&self) -> Option<&str> {
        self.header("Location")
    }

    /// The words that go with the status code.
    pub(crate) fn reason(&self) -> &'static str {
        match self.status {
            200 => "OK",
            201 => "Created",
            204 => "No Content",
            301 => "Moved Permanently",
            302 => "Found",
            308 => "Permanent Redirect",
            400 => "Bad Request",
            401 => "Unauthorized",
            403 => "Forbidden",
            404 => "Not Found",
            405 => "Method Not Allowed",
            409 => "Conflict",
            422 => "Unprocessable Entity",
            500 => "Internal Server Error",
            501 => "Not Implemented",
            502 => "Bad Gateway",
            503 => "Service Unavailable",
            504 => "Gateway Timeout",
            _ => "",
        }
    }
}

fn header<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(header, _)| header.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// The certificate that a server shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ServerCertificate {
    /// PEM of what has to be believed: the authority's certificate, or its own. Empty when nobody has it.
    pub trusted: String,
    /// Whose it is, as OpenSSL writes names.
    pub subject: String,
    /// Who signed it.
    pub issuer: String,
    /// The names and addresses that it is for.
    pub names: Vec<String>,
    /// Since when it is good.
    pub starts: String,
    /// Until when.
    pub ends: String,
}

impl ServerCertificate {
    /// Whether it is for a host: by its name, or by a wildcard in the place of the first part.
    pub(crate) fn is_for(&self, host: &str) -> bool {
        let host = host.to_ascii_lowercase();
        let wildcard = host.split_once('.').map(|(_, rest)| format!("*.{rest}"));
        self.names.iter().any(|name| {
            let name = name.to_ascii_lowercase();
            name == host || Some(&name) == wildcard.as_ref()
        })
    }
}

/// Why no response came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ConnectError {
    /// Nothing listens (also: a Service without ready endpoints).
    Refused,
    /// The name does not resolve.
    UnknownHost,
    /// The peer went away without answering (the process ended).
    EmptyReply,
    /// Packets are dropped.
    TimedOut,
}

/// One record of the DNS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DnsRecord {
    /// The full name.
    pub name: String,
    /// `A`, `CNAME`, `SRV` or `PTR`.
    pub kind: &'static str,
    /// The address, name, or what else the kind holds.
    pub data: String,
}

/// What became of a request that was passed on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Proxied {
    /// The answer.
    pub response: HttpResponse,
    /// Name of the backend; empty when there was none.
    pub upstream: String,
    /// Address and port that were asked.
    pub address: String,
}

impl Proxied {
    /// An answer of the proxy's own.
    pub(crate) fn own(response: HttpResponse) -> Self {
        Self { response, upstream: String::new(), address: String::new() }
    }
}
