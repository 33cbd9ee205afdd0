//! metrics-server: ready once it has measured something. What it measured is told by `cluster::metrics`.

use jiff::SignedDuration;

use super::super::http::{HttpRequest, HttpResponse};
use super::super::process::Process;
use super::super::program::Program;
use super::super::system::System;

/// `metrics-server`.
pub(in super::super) struct MetricsServer;

/// From the start to the first measurement.
const FIRST_SCRAPE: SignedDuration = SignedDuration::from_secs(17);
/// Where it remembers when it is ready.
const READY_AT: &str = "ready at";

impl Program for MetricsServer {
    fn name(&self) -> &'static str {
        "metrics-server"
    }

    fn start(&self, process: &mut Process, system: &mut dyn System) {
        let now = system.now();
        let ready_at = now.checked_add(FIRST_SCRAPE).unwrap_or(now);
        process.memory.insert(READY_AT.to_owned(), ready_at.to_string());
        let at = now.strftime("I%m%d %H:%M:%S%.6f").to_string();
        process.print_error(
            format!(
                "{at}       1 serving.go:380] Generated self-signed cert (/tmp/apiserver.crt, /tmp/apiserver.key)\n{at}       1 handler.go:288] Adding GroupVersion metrics.k8s.io v1beta1 to ResourceManager\n{at}       1 secure_serving.go:211] Serving securely on [::]:4443\n"
            )
            .as_bytes(),
        );
    }

    fn speaks_tls(&self, _: &Process) -> bool {
        true
    }

    fn ports(&self, process: &Process) -> Vec<u16> {
        let command = process.command();
        let port = command.iter().find_map(|argument| argument.strip_prefix("--secure-port="));
        vec![port.and_then(|port| port.parse().ok()).unwrap_or(443)]
    }

    fn serve(
        &self,
        process: &mut Process,
        request: &HttpRequest,
        system: &mut dyn System,
    ) -> Option<HttpResponse> {
        let ready_at = process.memory.get(READY_AT).and_then(|at| at.parse().ok());
        let ready = ready_at.is_none_or(|at| system.now() >= at);
        Some(match request.path_only() {
            "/livez" => HttpResponse::text(200, "text/plain; charset=utf-8", "ok"),
            "/readyz" if ready => HttpResponse::text(200, "text/plain; charset=utf-8", "ok"),
            "/readyz" => HttpResponse::text(
                500,
                "text/plain; charset=utf-8",
                "[+]ping ok\n[-]metric-storage-ready failed: reason withheld\nreadyz check failed\n",
            ),
            _ => HttpResponse::text(403, "application/json", "Forbidden"),
        })
    }
}
