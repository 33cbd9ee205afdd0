//! Echo servers: answer with the request that came in.

use super::super::http::{HttpRequest, HttpResponse};
use super::super::process::Process;
use super::super::program::Program;
use super::super::system::System;

/// `echo-server`.
pub(in super::super) struct EchoServer;

const PORT: u16 = 8080;

impl Program for EchoServer {
    fn name(&self) -> &'static str {
        "echo-server"
    }

    fn start(&self, process: &mut Process, _: &mut dyn System) {
        process.print_line(&format!("Echo server listening on port {PORT}."));
    }

    fn ports(&self, _: &Process) -> Vec<u16> {
        vec![PORT]
    }

    fn serve(
        &self,
        process: &mut Process,
        request: &HttpRequest,
        system: &mut dyn System,
    ) -> Option<HttpResponse> {
        let mut body = format!(
            "Request served by {}\n\n{} {} HTTP/1.1\n\n",
            system.hostname(),
            request.method,
            request.path
        );
        for (name, value) in request.headers.iter().filter(|(name, _)| name != "X-Client-Address") {
            body.push_str(&format!("{name}: {value}\n"));
        }
        process.print_line(&format!("{} {}", request.method, request.path));
        Some(HttpResponse::text(200, "text/plain", body))
    }
}
