//! What Apache's httpd prints, whoever packages it: its error log, and its access log.

use super::super::http::HttpRequest;
use super::super::process::Process;
use super::super::system::System;

/// Notes that nobody named the server.
pub(super) fn note_missing_name(process: &mut Process, system: &dyn System, program: &str) {
    let address = system.address();
    process.print_error(
        format!("AH00558: {program}: Could not reliably determine the server's fully qualified domain name, using {address}. Set the 'ServerName' directive globally to suppress this message\n")
            .as_bytes(),
    );
}

/// A line of the error log.
pub(super) fn note(process: &mut Process, system: &dyn System, text: &str) {
    let at = system.now().strftime("%a %b %d %H:%M:%S%.6f %Y");
    process.print_error(format!("[{at}] {text}\n").as_bytes());
}

/// A line of the access log in the common format.
pub(super) fn access_line(request: &HttpRequest, system: &dyn System, status: u16, length: usize) -> String {
    let at = system.now().strftime("%d/%b/%Y:%H:%M:%S +0000");
    let client = request.header("X-Client-Address").unwrap_or("10.244.0.1");
    let (method, path) = (&request.method, &request.path);
    format!("{client} - - [{at}] \"{method} {path} HTTP/1.1\" {status} {length}")
}
