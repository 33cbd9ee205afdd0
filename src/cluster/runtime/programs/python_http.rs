//! `python3 -m http.server`: the files below the present directory.

use super::super::filesystem::{absolute, join};
use super::super::http::{HttpRequest, HttpResponse};
use super::super::process::Process;
use super::super::program::{Program, Sigterm};
use super::super::system::System;
use super::super::system::loops_back;

/// `python-http`.
pub(in super::super) struct PythonHttp;

fn port(process: &Process) -> u16 {
    let command = process.command();
    let words = command.iter().skip_while(|word| *word != "http.server").skip(1);
    words.filter_map(|word| word.parse().ok()).next().unwrap_or(8000)
}

impl Program for PythonHttp {
    fn name(&self) -> &'static str {
        "python-http"
    }

    fn start(&self, process: &mut Process, _: &mut dyn System) {
        let port = port(process);
        process.print_line(&format!("Serving HTTP on 0.0.0.0 port {port} (http://0.0.0.0:{port}/) ..."));
    }

    fn ports(&self, process: &Process) -> Vec<u16> {
        vec![port(process)]
    }

    fn only_inside(&self, process: &Process) -> bool {
        let command = process.command();
        let mut words = command.iter().skip_while(|word| !matches!(word.as_str(), "-b" | "--bind"));
        words.nth(1).is_some_and(|host| loops_back(host))
    }

    fn serve(
        &self,
        process: &mut Process,
        request: &HttpRequest,
        system: &mut dyn System,
    ) -> Option<HttpResponse> {
        let root = process.working_directory.clone();
        let path = absolute(&root, request.path_only().trim_start_matches('/'));
        let files = system.files();
        let index = join(&path, "index.html");
        let response = if files.is_directory(&path) && !files.exists(&index) {
            let names = files.list(&path).unwrap_or_default();
            let items: Vec<String> =
                names.iter().map(|name| format!("<li><a href=\"{name}\">{name}</a></li>\n")).collect();
            let body = format!(
                "<!DOCTYPE HTML>\n<html lang=\"en\">\n<body>\n<h1>Directory listing for {}</h1>\n<hr>\n<ul>\n{}</ul>\n<hr>\n</body>\n</html>\n",
                request.path_only(),
                items.concat()
            );
            HttpResponse::text(200, "text/html; charset=utf-8", body)
        } else {
            let file = if files.is_directory(&path) { index } else { path };
            match files.read(&file) {
                Ok(body) => HttpResponse {
                    body,
                    ..HttpResponse::text(200, super::content_type(&file), String::new())
                },
                Err(_) => HttpResponse::text(404, "text/html;charset=utf-8", "File not found\n"),
            }
        };
        let at = system.now().strftime("%d/%b/%Y %H:%M:%S").to_string();
        let client = request.header("X-Client-Address").unwrap_or("10.244.0.1");
        process.print_error(
            format!(
                "{client} - - [{at}] \"{} {} HTTP/1.1\" {} -\n",
                request.method, request.path, response.status
            )
            .as_bytes(),
        );
        Some(response)
    }

    fn on_sigterm(&self) -> Sigterm {
        Sigterm::Ignored
    }
}
