//! What an answer outside 2xx means, whether or not it says so itself.

use http::Method;

use super::errors::Failure;
use super::unreachable::dialled;
use crate::apimachinery::{Status, StatusCause, StatusDetails};
use crate::base::Timestamp;

/// The failure that an answer outside 2xx means, whether or not it carries a Status.
///
/// `asked` says what was asked for, such as ` (get pods web)`; only text is shown.
pub(super) fn refusal(code: u16, body: &[u8], asked: &str, is_text: bool) -> Failure {
    if let Ok(status) = serde_json::from_slice::<Status>(body)
        && status.status == "Failure"
    {
        return status.into();
    }
    let is_new = asked.starts_with(" (post");
    let text = String::from_utf8_lossy(body).trim().to_owned();
    let text = if text.is_empty() || !is_text { "unknown".to_owned() } else { text };
    let (reason, message) = match code {
        400 => ("BadRequest", "the server rejected our request for an unknown reason".to_owned()),
        401 => ("Unauthorized", "the server has asked for the client to provide credentials".to_owned()),
        403 => ("Forbidden", text.clone()),
        404 => ("NotFound", "the server could not find the requested resource".to_owned()),
        405 => {
            ("MethodNotAllowed", "the server does not allow this method on the requested resource".to_owned())
        }
        406 => ("NotAcceptable", text.clone()),
        409 if is_new => ("AlreadyExists", "the server reported a conflict".to_owned()),
        409 => ("Conflict", "the server reported a conflict".to_owned()),
        415 => ("UnsupportedMediaType", text.clone()),
        422 => ("Invalid", "the server rejected our request due to an error in our request".to_owned()),
        429 => (
            "TooManyRequests",
            "the server has received too many requests and has asked us to try again later".to_owned(),
        ),
        503 => {
            ("ServiceUnavailable", "the server is currently unable to handle the request".to_owned())
        }
        504 => ("Timeout", "the server was unable to return a response in the time allotted, but may still be processing the request".to_owned()),
        500.. => (
            "InternalError",
            format!("an error on the server ({text:?}) has prevented the request from succeeding"),
        ),
        _ => (
            "",
            format!("the server responded with the status code {code} but did not return more information"),
        ),
    };
    let mut status = Status::failure(code, reason, format!("{message}{asked}"));
    status.details = Some(Box::new(details_of(asked, text)));
    status.into()
}

/// What a Status would say in detail of what was asked for, had there been one.
fn details_of(asked: &str, text: String) -> StatusDetails {
    let mut words = asked.trim_matches([' ', '(', ')']).split(' ').skip(1);
    let resource = words.next().unwrap_or_default();
    let (kind, group) = resource.split_once('.').unwrap_or((resource, ""));
    let cause = StatusCause {
        reason: "UnexpectedServerResponse".to_owned(),
        message: text,
        ..StatusCause::default()
    };
    StatusDetails {
        name: words.next().unwrap_or_default().to_owned(),
        group: group.to_owned(),
        kind: kind.to_owned(),
        causes: vec![cause],
        ..StatusDetails::default()
    }
}

/// What went wrong below HTTP, in the words of Go's libraries.
pub(super) fn below_http(text: &str, host: &str) -> String {
    let certificate = |why: &str| format!("tls: failed to verify certificate: x509: {why}");
    if let Some(why) = text.split("invalid peer certificate: ").nth(1) {
        // A server's certificate that signs itself is its own authority.
        if why.starts_with("UnknownIssuer") || why.contains("CaUsedAsEndEntity") {
            return certificate("certificate signed by unknown authority");
        }
        if why.starts_with("Expired")
            || why.starts_with("certificate expired")
            || why.contains("not valid yet")
        {
            return certificate(&format!("certificate has expired or is not yet valid{}", outside_of(why)));
        }
        if let Some((wanted, valid)) =
            why.strip_prefix("certificate not valid for name ").and_then(|rest| rest.split_once(';'))
        {
            let names: Vec<&str> = valid.split('"').skip(1).step_by(2).collect();
            return certificate(&format!(
                "certificate is valid for {}, not {}",
                names.join(", "),
                wanted.trim_matches('"')
            ));
        }
    }
    let bare = host.split_once("://").map_or(host, |(_, rest)| rest);
    let name = bare.split(['/', ':']).next().unwrap_or_default();
    let known = [
        // Go calls an answer that never came the end of a file.
        ("connection closed before", "EOF".to_owned()),
        (
            "invalid HTTP version parsed",
            "net/http: HTTP/1.x transport connection broken: malformed HTTP response".to_owned(),
        ),
        ("Connection reset by peer", "read: connection reset by peer".to_owned()),
        (
            "message head is too large",
            "net/http: HTTP/1.x transport connection broken: net/http: server response headers exceeded 10485760 bytes; aborted".to_owned(),
        ),
        ("deadline has elapsed", format!("dial tcp {}: i/o timeout", dialled(host))),
        ("No route to host", format!("dial tcp {}: connect: no route to host", dialled(host))),
        ("Network is unreachable", format!("dial tcp {}: connect: network is unreachable", dialled(host))),
        ("InvalidContentType", "http: server gave HTTP response to HTTPS client".to_owned()),
        ("failed to lookup address information", format!("dial tcp: lookup {name}: no such host")),
    ];
    let found = known.into_iter().find(|(sign, _)| text.contains(sign));
    found.map_or_else(|| text.to_owned(), |(_, words)| words)
}

/// Which moment lies outside of which, of rustls' `verification time A (UNIX), but … after B (…)`.
fn outside_of(why: &str) -> String {
    let number = |text: &str| text.split([' ', '(']).find_map(|word| word.parse::<i64>().ok());
    let moment = |seconds: i64| Timestamp::from_second(seconds).ok();
    let read = || {
        let (now, bound) = why.split_once("verification time ")?.1.split_once(", but ")?;
        let how = if bound.contains("valid after") { "after" } else { "before" };
        let (now, bound) = (moment(number(now)?)?, moment(number(bound)?)?);
        Some(format!(": current time {now} is {how} {bound}"))
    };
    read().unwrap_or_default()
}

/// Verb, resource and name of a request, as client-go adds them to answers without a Status.
pub(super) fn asked(method: &Method, path: &str) -> String {
    let mut parts = path.split('/').filter(|part| !part.is_empty());
    let group = match parts.next() {
        Some("api") => parts.next().map(|_| ""),
        Some("apis") => parts.next().and_then(|group| parts.next().map(|_| group)),
        _ => None,
    };
    let rest: Vec<&str> = parts.collect();
    let (Some(group), false) = (group, rest.is_empty()) else { return String::new() };
    let rest = match rest.as_slice() {
        ["namespaces", _, rest @ ..] if !rest.is_empty() => rest,
        rest => rest,
    };
    let verb = method.as_str().to_lowercase();
    let dot = if group.is_empty() { "" } else { "." };
    match rest {
        [resource, name, ..] => format!(" ({verb} {resource}{dot}{group} {name})"),
        [resource] => format!(" ({verb} {resource}{dot}{group})"),
        [] => String::new(),
    }
}

/// Whether the path is one that tells what a server serves.
pub(super) fn is_about_api(path: &str) -> bool {
    let path = path.split('?').next().unwrap_or_default();
    matches!(path, "/api" | "/apis" | "/version") || path.starts_with("/openapi/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_without_a_status_say_what_was_asked() {
        let asked = |path: &str| asked(&Method::GET, path);
        assert_eq!(asked("/apis/apps/v1/namespaces/a/deployments/web/foo"), " (get deployments.apps web)");
        assert_eq!(asked("/api/v1/namespaces/a/pods"), " (get pods)");
        assert_eq!(asked("/api/v1/namespaces/a"), " (get namespaces a)");
        assert_eq!(asked("/healthz"), "");
    }

    #[test]
    fn what_fails_below_http_is_worded_as_go_words_it() {
        let host = "https://nope.example:6443";
        for (text, expected) in [
            (
                "invalid peer certificate: UnknownIssuer",
                "tls: failed to verify certificate: x509: certificate signed by unknown authority",
            ),
            (
                r#"invalid peer certificate: certificate not valid for name "b"; certificate is only valid for DnsName("minikube") or DnsName("a.b")"#,
                "tls: failed to verify certificate: x509: certificate is valid for minikube, a.b, not b",
            ),
            (
                "invalid peer certificate: certificate expired: verification time 86400 (UNIX), but certificate is not valid after 60 (86340 seconds ago)",
                "tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 1970-01-02T00:00:00Z is after 1970-01-01T00:01:00Z",
            ),
            (
                "invalid peer certificate: certificate not valid yet: verification time 0 (UNIX), but certificate is not valid until 1 (1 seconds from now)",
                "tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 1970-01-01T00:00:00Z is before 1970-01-01T00:00:01Z",
            ),
            (
                "received corrupt message of type InvalidContentType",
                "http: server gave HTTP response to HTTPS client",
            ),
            ("failed to lookup address information: x", "dial tcp: lookup nope.example: no such host"),
            ("connection closed before message completed", "EOF"),
            ("Connection reset by peer (os error 104)", "read: connection reset by peer"),
            ("deadline has elapsed", "dial tcp nope.example:6443: i/o timeout"),
            ("No route to host (os error 113)", "dial tcp nope.example:6443: connect: no route to host"),
            ("something else", "something else"),
        ] {
            assert_eq!(below_http(text, host), expected);
        }
    }

    #[test]
    fn an_unknown_path_is_worded_as_upstream_words_it() {
        assert_eq!(
            refusal(404, b"404 page not found", "", true).report(),
            "Error from server (NotFound): the server could not find the requested resource"
        );
    }

    #[test]
    fn a_code_without_a_status_says_what_its_status_would() {
        let report = |code, asked| refusal(code, b"why\n", asked, true).report();
        let get = " (get deployments.apps web)";
        assert_eq!(report(406, get), format!("Error from server (NotAcceptable): why{get}"));
        assert_eq!(report(415, get), format!("Error from server (UnsupportedMediaType): why{get}"));
        assert_eq!(
            report(409, get),
            format!("Error from server (Conflict): the server reported a conflict{get}")
        );
        assert_eq!(
            report(409, " (post pods)"),
            "Error from server (AlreadyExists): the server reported a conflict (post pods)"
        );
        assert_eq!(report(422, get), r#"The deployments "web" is invalid: : why"#);
        assert_eq!(report(422, ""), "The request is invalid: : why");
    }
}
