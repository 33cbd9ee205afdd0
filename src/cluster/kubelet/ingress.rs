//! Requests that ingress-nginx passes on.

use super::super::ingress::{Target, target};
use super::super::network::{self, Client, ConnectError, HttpRequest, HttpResponse};
use super::super::registry::Registry;
use super::super::runtime::Proxied;
use super::NodeState;

impl NodeState {
    /// Passes a request that came to a Pod of ingress-nginx on to where the Ingresses say.
    pub(super) fn proxy_ingress(
        &mut self,
        registry: &mut Registry,
        slot: &str,
        request: &HttpRequest,
    ) -> Proxied {
        let host = request.header("Host").unwrap_or_default().to_owned();
        match target(registry, &host, &request.path) {
            Target::Nowhere if request.path_only() == "/healthz" => {
                Proxied::own(HttpResponse::text(200, "text/html", ""))
            }
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
                    external: false,
                };
                let Ok(endpoint) = network::choose_endpoint(registry, &service, port, &client) else {
                    return Proxied { upstream, ..Proxied::own(page(503)) };
                };
                let address = format!("{}:{}", endpoint.address, endpoint.port);
                let request = forwarded(request, &host, path, &client.address);
                let answer = self.http_from(registry, slot, &endpoint.address, endpoint.port, &request);
                let response = answer
                    .unwrap_or_else(|error| page(if error == ConnectError::TimedOut { 504 } else { 502 }));
                Proxied { response, upstream, address }
            }
        }
    }
}

/// The request as the backend sees it.
fn forwarded(request: &HttpRequest, host: &str, path: String, own: &str) -> HttpRequest {
    let client = request.header("X-Client-Address").unwrap_or(own).to_owned();
    let mut forwarded = HttpRequest { path, ..request.clone() };
    forwarded.headers.retain(|(name, _)| {
        !name.eq_ignore_ascii_case("X-Client-Address")
            && !name.to_ascii_lowercase().starts_with("x-forwarded-")
    });
    for (name, value) in [
        ("X-Real-IP", client.as_str()),
        ("X-Forwarded-For", &client),
        ("X-Forwarded-Host", host),
        ("X-Forwarded-Port", "80"),
        ("X-Forwarded-Proto", "http"),
        ("X-Forwarded-Scheme", "http"),
        ("X-Scheme", "http"),
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
