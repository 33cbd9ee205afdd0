//! The example of the tutorial on autoscaling: a page that computes for a while, then says OK.

use super::super::http::{HttpRequest, HttpResponse};
use super::super::process::Process;
use super::super::program::Program;
use super::super::system::System;
use super::apache;

/// `registry.k8s.io/hpa-example`.
pub(in super::super) struct PhpApache;

impl Program for PhpApache {
    fn name(&self) -> &'static str {
        "php-apache"
    }

    fn start(&self, process: &mut Process, system: &mut dyn System) {
        for _ in 0..2 {
            apache::note_missing_name(process, system, "apache2");
        }
        apache::note(
            process,
            system,
            "[mpm_prefork:notice] [pid 1] AH00163: Apache/2.4.10 (Debian) PHP/5.6.14 configured -- resuming normal operations",
        );
        let command = "[core:notice] [pid 1] AH00094: Command line: 'apache2 -D FOREGROUND'";
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
        let found = matches!(request.path_only(), "/" | "/index.php");
        let (status, body) = if found { (200, "OK!") } else { (404, "Not Found") };
        let line = apache::access_line(request, system, status, body.len() + 181);
        let agent = request.header("User-Agent").unwrap_or("-");
        process.print_line(&format!("{line} \"-\" {agent:?}"));
        let response = HttpResponse::text(status, "text/html; charset=UTF-8", body);
        Some(
            response
                .with_header("Server", "Apache/2.4.10 (Debian)")
                .with_header("X-Powered-By", "PHP/5.6.14"),
        )
    }
}
