//! The example of the tutorial on autoscaling: a page that computes for a while, then says OK.

use super::super::http::{HttpRequest, HttpResponse};
use super::super::process::{Process, System};
use super::super::program::Program;

/// `registry.k8s.io/hpa-example`.
pub(in super::super) struct PhpApache;

impl Program for PhpApache {
    fn name(&self) -> &'static str {
        "php-apache"
    }

    fn start(&self, process: &mut Process, system: &mut dyn System) {
        let (address, at) = (system.address(), system.now());
        let warning = format!(
            "AH00558: apache2: Could not reliably determine the server's fully qualified domain name, using {address}. Set the 'ServerName' directive globally to suppress this message\n"
        );
        process.print_error(warning.repeat(2).as_bytes());
        let at = at.strftime("%a %b %d %H:%M:%S%.6f %Y").to_string();
        process.print_error(
            format!("[{at}] [mpm_prefork:notice] [pid 1] AH00163: Apache/2.4.10 (Debian) PHP/5.6.14 configured -- resuming normal operations\n[{at}] [core:notice] [pid 1] AH00094: Command line: 'apache2 -D FOREGROUND'\n")
                .as_bytes(),
        );
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
        let found = matches!(request.path_only(), "/" | "/index.php");
        let (status, body) = if found { (200, "OK!") } else { (404, "Not Found") };
        let at = system.now().strftime("%d/%b/%Y:%H:%M:%S +0000").to_string();
        process.print_line(&format!(
            "{} - - [{at}] \"{} {} HTTP/1.1\" {status} {} \"-\" {:?}",
            request.header("X-Client-Address").unwrap_or("10.244.0.1"),
            request.method,
            request.path,
            body.len() + 181,
            request.header("User-Agent").unwrap_or("-"),
        ));
        let response = HttpResponse::text(status, "text/html; charset=UTF-8", body);
        Some(
            response
                .with_header("Server", "Apache/2.4.10 (Debian)")
                .with_header("X-Powered-By", "PHP/5.6.14"),
        )
    }
}
