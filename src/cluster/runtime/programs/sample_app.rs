//! The course's sample app: greets on port 8080, and `/error` ends it.

use super::super::http::{HttpRequest, HttpResponse};
use super::super::process::Process;
use super::super::program::{Program, Sigterm};
use super::super::system::System;

/// `kub-first-app`.
pub(in super::super) struct SampleApp;

const PORT: u16 = 8080;

impl Program for SampleApp {
    fn name(&self) -> &'static str {
        "sample-app"
    }

    fn start(&self, process: &mut Process, _: &mut dyn System) {
        process.print_line(&format!("kub-first-app version {} listens on port {PORT}", version(process)));
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
        match request.path_only() {
            "/" => {
                let body = format!(
                    "Hello from kub-first-app!\nversion: {}\nhostname: {}\nTry to visit /error and see what happens to this Pod.\n",
                    version(process),
                    system.hostname()
                );
                Some(HttpResponse::text(200, "text/plain; charset=utf-8", body))
            }
            "/error" => {
                process.print_error(b"asked for /error: ending with exit code 1\n");
                process.exit_code = Some(1);
                None
            }
            path => {
                let body = format!("Cannot {} {path}\n", request.method);
                Some(HttpResponse::text(404, "text/plain; charset=utf-8", body))
            }
        }
    }

    fn on_sigterm(&self) -> Sigterm {
        Sigterm::Exits { code: 0, after: 400 }
    }
}

/// The version that the image's tag stands for.
fn version(process: &Process) -> &str {
    match process.memory.get("tag").map(String::as_str) {
        Some("2") => "2",
        _ => "1",
    }
}
