//! ingress-nginx: passes requests on as the Ingresses of its class say; and the helper of its setup.

use super::super::http::{HttpRequest, HttpResponse};
use super::super::process::Process;
use super::super::program::Program;
use super::super::system::System;

/// The path under which the controller tells of its health.
pub(crate) const INGRESS_HEALTH: &str = "/healthz";

/// The controller.
pub(in super::super) struct IngressNginx;

/// `kube-webhook-certgen`: finds the certificate that came with the addon, and is done.
pub(in super::super) struct WebhookCertgen;

impl Program for IngressNginx {
    fn name(&self) -> &'static str {
        "ingress-nginx"
    }

    fn start(&self, process: &mut Process, system: &mut dyn System) {
        let at = system.now().strftime("%m%d %H:%M:%S").to_string();
        process.print_error(
            format!(
                "-------------------------------------------------------------------------------\nNGINX Ingress controller\n  Release:       {}\n-------------------------------------------------------------------------------\nI{at}.000000       7 controller.go:214] \"Configuration changes detected, backend reload required\"\n",
                process.memory.get("tag").map_or("unknown", String::as_str)
            )
            .as_bytes(),
        );
    }

    fn ports(&self, _: &Process) -> Vec<u16> {
        vec![80, 443, 10_254]
    }

    fn serve(
        &self,
        process: &mut Process,
        request: &HttpRequest,
        system: &mut dyn System,
    ) -> Option<HttpResponse> {
        let proxied = system.proxy_ingress(request);
        if request.path_only() == INGRESS_HEALTH && proxied.upstream.is_empty() {
            return Some(proxied.response);
        }
        let at = system.now().strftime("%d/%b/%Y:%H:%M:%S +0000").to_string();
        let or_dash = |text: &str| if text.is_empty() { "-".to_owned() } else { text.to_owned() };
        let (status, length) = (proxied.response.status, proxied.response.body.len());
        process.print_line(&format!(
            "{} - - [{at}] \"{} {} HTTP/1.1\" {status} {length} \"-\" {:?} {} 0.001 [{}] [] {} {length} 0.001 {status} -",
            request.header("X-Client-Address").unwrap_or("192.168.49.1"),
            request.method,
            request.path,
            request.header("User-Agent").unwrap_or("-"),
            request.path.len() + request.body.len(),
            proxied.upstream,
            or_dash(&proxied.address),
        ));
        Some(proxied.response)
    }
}

impl Program for WebhookCertgen {
    fn name(&self) -> &'static str {
        "kube-webhook-certgen"
    }

    fn start(&self, process: &mut Process, _: &mut dyn System) {
        process.exit_code = Some(0);
    }
}
