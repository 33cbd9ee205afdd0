//! TLS as clients inside of Pods see it: which certificate a server shows, and whether it is believed.

use super::super::http::{ConnectError, ServerCertificate};
use super::Call;

/// What is said to whoever asks for TLS where nobody speaks it.
pub(super) const NO_TLS: &str =
    "not simulated: TLS inside the embedded cluster but for the API server and ingress-nginx; use http://";
/// What curl adds when it does not believe a certificate.
const MORE_DETAILS: &str = "More details here: https://curl.se/docs/sslcerts.html

curl failed to verify the legitimacy of the server and therefore could not
establish a secure connection to it. To learn more about this situation and
how to fix it, please visit the webpage mentioned above.";

/// Whether no connection comes about at all, so that nobody is asked for TLS.
pub(super) fn nobody_listens(call: &mut Call<'_>, host: &str, port: u16) -> bool {
    matches!(call.system.connects(host, port), Err(ConnectError::Refused | ConnectError::TimedOut))
}

/// Why curl makes no secure connection, with its exit code; otherwise the server's certificate.
pub(super) fn connect(
    call: &mut Call<'_>,
    host: &str,
    place: (&str, u16),
    authority: Option<&str>,
    insecure: bool,
) -> Result<ServerCertificate, (i32, String)> {
    let Some(shown) = call.system.tls_server(place.0, place.1, host) else {
        if nobody_listens(call, place.0, place.1) {
            let message = format!(
                "Failed to connect to {host} port {} after 0 ms: Couldn't connect to server",
                place.1
            );
            return Err((7, message));
        }
        return Err((35, NO_TLS.to_owned()));
    };
    if insecure {
        return Ok(shown);
    }
    let path = authority.map(|name| call.path(name));
    let trusted = match path {
        Some(path) => match call.system.files().read(&path) {
            Ok(bytes) => {
                !shown.trusted.is_empty() && String::from_utf8_lossy(&bytes).contains(shown.trusted.trim())
            }
            Err(_) => return Err((77, format!("error adding trust anchors from file: {path}"))),
        },
        None => false,
    };
    if !trusted {
        return Err((60, format!("SSL certificate problem: {}\n{MORE_DETAILS}", doubt(&shown))));
    }
    if !shown.is_for(host) {
        let what = if host.parse::<std::net::Ipv4Addr>().is_ok() { "ipv4 address" } else { "hostname" };
        let why = format!("SSL: no alternative certificate subject name matches target {what} '{host}'");
        return Err((60, format!("{why}\n{MORE_DETAILS}")));
    }
    Ok(shown)
}

fn doubt(shown: &ServerCertificate) -> &'static str {
    if shown.subject == shown.issuer {
        "self-signed certificate"
    } else {
        "unable to get local issuer certificate"
    }
}

/// What `curl -v` tells of a certificate.
pub(super) fn told(shown: &ServerCertificate, insecure: bool) -> String {
    let mut text = format!(
        "* Server certificate:\n*  subject: {}\n*  start date: {}\n*  expire date: {}\n",
        shown.subject, shown.starts, shown.ends
    );
    text.push_str(&format!("*  issuer: {}\n", shown.issuer));
    text.push_str(&if insecure {
        let code = if shown.subject == shown.issuer { 18 } else { 20 };
        format!("*  SSL certificate verify result: {} ({code}), continuing anyway.\n", doubt(shown))
    } else {
        "*  SSL certificate verify ok.\n".to_owned()
    });
    text
}
