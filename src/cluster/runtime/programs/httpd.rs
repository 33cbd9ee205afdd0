//! Apache's httpd: files below htdocs, an access log on standard output.

use super::super::filesystem::{absolute, join};
use super::super::http::{HttpRequest, HttpResponse};
use super::super::process::Process;
use super::super::program::{Program, Sigterm};
use super::super::system::System;
use super::apache;

/// `httpd-foreground`.
pub(in super::super) struct Httpd;

const ROOT: &str = "/usr/local/apache2/htdocs";

impl Program for Httpd {
    fn name(&self) -> &'static str {
        "httpd"
    }

    fn start(&self, process: &mut Process, system: &mut dyn System) {
        apache::note_missing_name(process, system, "httpd");
        if process.number == 1 && system.listening().contains(&80) {
            for socket in ["[::]:80", "0.0.0.0:80"] {
                let told = format!(
                    "(98)Address already in use: AH00072: make_sock: could not bind to address {socket}\n"
                );
                process.print_error(told.as_bytes());
            }
            process.print_error(
                b"no listening sockets available, shutting down\nAH00015: Unable to open logs\n",
            );
            process.exit_code = Some(1);
            return;
        }
        let command = "[core:notice] [pid 1:tid 1] AH00094: Command line: 'httpd -D FOREGROUND'";
        apache::note(process, system, command);
    }

    fn ports(&self, _: &Process) -> Vec<u16> {
        vec![80]
    }

    fn serve(
        &self,
        process: &mut Process,
        request: &HttpRequest,
        system: &mut dyn System,
    ) -> Option<HttpResponse> {
        let path = absolute(ROOT, &join(ROOT, request.path_only()));
        let files = system.files();
        let path = if files.is_directory(&path) { join(&path, "index.html") } else { path };
        let response = match files.read(&path) {
            Ok(bytes) => HttpResponse {
                body: bytes,
                ..HttpResponse::text(200, super::content_type(&path), String::new())
            },
            Err(_) => HttpResponse::text(
                404,
                "text/html; charset=iso-8859-1",
                "<html><head>\n<title>404 Not Found</title>\n</head><body>\n<h1>Not Found</h1>\n</body></html>\n",
            ),
        };
        let length = response.body.len();
        process.print_line(&apache::access_line(request, system, response.status, length));
        Some(response.with_header("Server", "Apache/2.4.65 (Unix)"))
    }

    fn on_sigterm(&self) -> Sigterm {
        Sigterm::Exits { code: 0, after: 100 }
    }
}
