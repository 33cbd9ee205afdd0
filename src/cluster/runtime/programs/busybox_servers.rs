//! busybox' `httpd`, and `nc` that listens.

use super::super::filesystem::{absolute, join};
use super::super::http::{HttpRequest, HttpResponse};
use super::super::process::Process;
use super::super::program::{Program, Sigterm};
use super::super::system::System;
use super::super::system::loops_back;

/// `busybox-httpd`.
pub(in super::super) struct BusyboxHttpd;

/// The value behind an option of the command line.
fn value(process: &Process, option: &str) -> Option<String> {
    let command = process.command();
    let mut words = command.iter().skip_while(|word| *word != option);
    words.nth(1).cloned()
}

fn page(status: u16, reason: &str, words: &str) -> HttpResponse {
    let body = format!(
        "<HTML><HEAD><TITLE>{status} {reason}</TITLE></HEAD>\n<BODY><H1>{status} {reason}</H1>\n{words}\n</BODY></HTML>\n"
    );
    HttpResponse::text(status, "text/html", body)
}

impl Program for BusyboxHttpd {
    fn name(&self) -> &'static str {
        "busybox-httpd"
    }

    fn start(&self, _: &mut Process, _: &mut dyn System) {}

    fn ports(&self, process: &Process) -> Vec<u16> {
        let port = value(process, "-p").and_then(|port| port.rsplit(':').next()?.parse().ok());
        vec![port.unwrap_or(80)]
    }

    fn only_inside(&self, process: &Process) -> bool {
        value(process, "-p")
            .as_deref()
            .and_then(|place| place.rsplit_once(':'))
            .is_some_and(|(host, _)| loops_back(host))
    }

    fn serve(
        &self,
        process: &mut Process,
        request: &HttpRequest,
        system: &mut dyn System,
    ) -> Option<HttpResponse> {
        if !matches!(request.method.as_str(), "GET" | "HEAD") {
            return Some(page(501, "Not Implemented", "The requested method is not recognized"));
        }
        let root = value(process, "-h").unwrap_or_else(|| "/".to_owned());
        let asked = request.path_only();
        let path = absolute(&root, asked.trim_start_matches('/'));
        let files = system.files();
        let folder = files.is_directory(&path);
        if folder && !asked.ends_with('/') {
            let mut moved = HttpResponse::text(302, "text/html", "");
            moved.headers.push(("Location".to_owned(), format!("{asked}/")));
            return Some(moved);
        }
        let file = if folder { join(&path, "index.html") } else { path };
        Some(match files.read(&file) {
            Ok(body) => {
                HttpResponse { body, ..HttpResponse::text(200, super::content_type(&file), String::new()) }
            }
            Err(_) => page(404, "Not Found", "The requested URL was not found"),
        })
    }

    fn on_sigterm(&self) -> Sigterm {
        Sigterm::Ignored
    }
}

/// `nc-server`: `nc PORT once|always TEXT`.
pub(in super::super) struct NcServer;

/// An answer that was written out by hand; `None` when it is none.
fn written(text: &str) -> Option<HttpResponse> {
    let (head, body) =
        text.split_once("\r\n\r\n").or_else(|| text.split_once("\n\n")).unwrap_or((text.trim_end(), ""));
    let mut lines = head.lines();
    let mut first = lines.next()?.split_whitespace();
    let status = first.next().filter(|version| version.starts_with("HTTP/")).and(first.next())?;
    let mut response = HttpResponse::text(status.parse().ok()?, "text/plain", body);
    response.headers.clear();
    for line in lines {
        let (name, value) = line.split_once(':')?;
        response.headers.push((name.trim().to_owned(), value.trim().to_owned()));
    }
    Some(response)
}

impl Program for NcServer {
    fn name(&self) -> &'static str {
        "nc-server"
    }

    fn start(&self, _: &mut Process, _: &mut dyn System) {}

    fn ports(&self, process: &Process) -> Vec<u16> {
        process.command().get(1).and_then(|port| port.parse().ok()).into_iter().collect()
    }

    fn serve(
        &self,
        process: &mut Process,
        request: &HttpRequest,
        _: &mut dyn System,
    ) -> Option<HttpResponse> {
        let command = process.command();
        process.print_line(&format!("{} {} HTTP/1.1", request.method, request.path));
        for (name, value) in &request.headers {
            process.print_line(&format!("{name}: {value}"));
        }
        process.print_line("");
        if command.get(2).is_some_and(|kind| kind == "once") {
            process.exit_code = Some(0);
        }
        written(command.get(3)?)
    }

    fn on_sigterm(&self) -> Sigterm {
        Sigterm::Ignored
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read_as_they_were_written() {
        let response = written("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>hi</p>\n").unwrap();
        assert_eq!((response.status, response.body.as_slice()), (200, &b"<p>hi</p>\n"[..]));
        assert_eq!(written("HTTP/1.1 200 OK\n\nhi\n").map(|response| response.body), Some(b"hi\n".to_vec()));
        assert!(written("hello\n").is_none());
    }
}
