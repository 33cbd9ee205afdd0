//! hashicorp/http-echo: answers every request with the text of its `-text` flag.

use super::super::http::{HttpRequest, HttpResponse};
use super::super::process::Process;
use super::super::program::Program;
use super::super::system::System;
use super::super::system::loops_back;

/// `http-echo`.
pub(in super::super) struct HttpEcho;

impl Program for HttpEcho {
    fn name(&self) -> &'static str {
        "http-echo"
    }

    fn start(&self, process: &mut Process, system: &mut dyn System) {
        if text(process).is_none() {
            process.print_error(b"Missing -text option!\n");
            process.exit_code = Some(127);
            return;
        }
        let at = system.now().strftime("%Y/%m/%d %H:%M:%S").to_string();
        let listen = flag(process, "listen").unwrap_or_else(|| ":5678".to_owned());
        process.print_line(&format!("{at} [INFO] server is listening on {listen}"));
        if self.ports(process).is_empty() {
            let why = match listen.rsplit_once(':') {
                Some((_, port)) => format!("lookup tcp/{port}: unknown port"),
                None => format!("address {listen}: missing port in address"),
            };
            process.print_error(format!("{at} [ERR] server exited with: listen tcp: {why}\n").as_bytes());
            process.exit_code = Some(1);
        }
    }

    fn ports(&self, process: &Process) -> Vec<u16> {
        let listen = flag(process, "listen").unwrap_or_else(|| ":5678".to_owned());
        listen.rsplit(':').next().and_then(|port| port.parse().ok()).into_iter().collect()
    }

    fn only_inside(&self, process: &Process) -> bool {
        let listen = flag(process, "listen").unwrap_or_default();
        listen.rsplit_once(':').is_some_and(|(host, _)| loops_back(host))
    }

    fn serve(
        &self,
        process: &mut Process,
        request: &HttpRequest,
        system: &mut dyn System,
    ) -> Option<HttpResponse> {
        let body = format!("{}\n", text(process)?);
        let at = system.now().strftime("%Y/%m/%d %H:%M:%S").to_string();
        process.print_line(&format!(
            "{at} {} {:?} \"{} {} HTTP/1.1\" 200 {}",
            request.header("Host").unwrap_or_default(),
            request.header("X-Client-Address").unwrap_or("10.244.0.1"),
            request.method,
            request.path,
            body.len(),
        ));
        Some(
            HttpResponse::text(200, "text/plain; charset=utf-8", body).with_header("X-App-Name", "http-echo"),
        )
    }
}

/// The text: `-text`, or the variable ECHO_TEXT.
fn text(process: &Process) -> Option<String> {
    flag(process, "text").or_else(|| process.environment.get("ECHO_TEXT").cloned())
}

/// The value of `-name=value`, `--name=value` or `-name value`.
fn flag(process: &Process, name: &str) -> Option<String> {
    let mut arguments = process.arguments.iter();
    while let Some(argument) = arguments.next() {
        let bare = argument.trim_start_matches('-');
        match bare.split_once('=') {
            Some((flag, value)) if flag == name && bare.len() < argument.len() => {
                return Some(value.to_owned());
            }
            None if bare == name && bare.len() < argument.len() => return arguments.next().cloned(),
            _ => {}
        }
    }
    None
}
