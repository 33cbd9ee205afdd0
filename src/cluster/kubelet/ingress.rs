//! Requests that ingress-nginx passes on.

use crate::apimachinery::builtin::POD;

use super::super::ingress::{Target, certificate, is_ready_controller, is_secured, target};
use super::super::network::{self, Client, ConnectError, HttpRequest, HttpResponse};
use super::super::registry::Registry;
use super::super::runtime::{Proxied, ServerCertificate};
use super::NodeState;

/// What browsers are told that came over TLS.
const HSTS: &str = "max-age=31536000; includeSubDomains";

impl NodeState {
    /// The certificate that ingress-nginx shows at a place, if it is what answers there.
    pub(super) fn ingress_certificate(
        &self,
        registry: &mut Registry,
        slot: &str,
        place: (&str, u16),
        name: &str,
    ) -> Option<ServerCertificate> {
        let (pod, port) = self.destination(registry, slot, place.0, place.1, "TCP").ok()?;
        let pod = registry.get(&POD, &pod).ok()?;
        (port == 443 && is_ready_controller(&pod)).then(|| certificate(registry, name))
    }

    /// Passes a request that came to a Pod of ingress-nginx on to where the Ingresses say.
    pub(super) fn proxy_ingress(
        &mut self,
        registry: &mut Registry,
        slot: &str,
        request: &HttpRequest,
    ) -> Proxied {
        let host = request.header("Host").unwrap_or_default().to_owned();
        match target(registry, &host, &request.path, request.secure) {
            Target::Healthy => Proxied::own(HttpResponse::text(200, "text/html", "")),
            Target::Nowhere => Proxied::own(page(404)),
            Target::Unavailable => Proxied::own(page(503)),
            Target::Redirect(place) => Proxied::own(page(308).with_header("Location", &place)),
            Target::Backend { service, port, path } => {
                let upstream = format!("{}-{}-{port}", service.namespace, service.name);
                let own = self.pods.get(slot);
                let client = Client {
                    address: own
                        .and_then(|pod| pod.address)
                        .map(|found| found.to_string())
                        .unwrap_or_default(),
                    node: own.map(|pod| pod.node.clone()).unwrap_or_default(),
                    ..Client::default()
                };
                let Ok(endpoint) = network::choose_endpoint(registry, &service, port, &client) else {
                    return Proxied { upstream, ..Proxied::own(page(503)) };
                };
                let address = format!("{}:{}", endpoint.address, endpoint.port);
                let request = forwarded(request, &host, path, &client.address);
                let answer = self.http_from(registry, slot, &endpoint.address, endpoint.port, &request);
                let response = answer
                    .unwrap_or_else(|error| page(if error == ConnectError::TimedOut { 504 } else { 502 }));
                let response = match request.secure && is_secured(registry, &host) {
                    true => response.with_header("Strict-Transport-Security", HSTS),
                    false => response,
                };
                Proxied { response, upstream, address }
            }
        }
    }
}

/// The request as the backend sees it.
fn forwarded(request: &HttpRequest, host: &str, path: String, own: &str) -> HttpRequest {
    let client = request.header("X-Client-Address").unwrap_or(own).to_owned();
    let scheme = if request.secure { "https" } else { "http" };
    let mut forwarded = HttpRequest { path, secure: false, ..request.clone() };
    forwarded.headers.retain(|(name, _)| {
        !name.eq_ignore_ascii_case("X-Client-Address")
            && !name.to_ascii_lowercase().starts_with("x-forwarded-")
    });
    for (name, value) in [
        ("X-Real-IP", client.as_str()),
        ("X-Forwarded-For", &client),
        ("X-Forwarded-Host", host),
        ("X-Forwarded-Port", if request.secure { "443" } else { "80" }),
        ("X-Forwarded-Proto", scheme),
        ("X-Forwarded-Scheme", scheme),
        ("X-Scheme", scheme),
    ] {
        forwarded.headers.push((name.to_owned(), value.to_owned()));
    }
    forwarded
}

/// nginx' own page about a status.
fn page(status: u16) -> HttpResponse {
    let reason = match status {
        308 => "Permanent Redirect",
        404 => "Not Found",
        502 => "Bad Gateway",
        503 => "Service Temporarily Unavailable",
        _ => "Gateway Time-out",
    };
    let body = format!(
        "<html>\r\n<head><title>{status} {reason}</title></head>\r\n<body>\r\n<center><h1>{status} {reason}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
    );
    HttpResponse::text(status, "text/html", body)
}
