//! Addresses, names, Services and the HTTP that flows between them.

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
