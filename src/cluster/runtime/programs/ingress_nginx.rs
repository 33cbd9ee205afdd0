//! ingress-nginx: passes requests on as the Ingresses of its class say, and judges new ones; and the helper
//! of its setup.

use serde_json::{Value, json};

use crate::apimachinery::Object;

use super::super::super::ingress::{HEALTH, objection, warnings};
use super::super::super::registry::{Registry, WebhookAnswer, WebhookServer};
use super::super::http::{HttpRequest, HttpResponse};
use super::super::image_reference::ImageReference;
use super::super::images::image_of;
use super::super::process::Process;
use super::super::program::Program;
use super::super::system::System;
use super::agnhost::flag;

/// The controller's name in the catalogue.
const NAME: &str = "ingress-nginx";

/// The controller.
pub(in super::super) struct IngressNginx;

/// The admission webhook of the controller (`internal/admission/controller`).
#[derive(Debug)]
pub(crate) struct IngressNginxWebhook;

/// `kube-webhook-certgen`: finds the certificate that came with the addon, and is done.
pub(in super::super) struct WebhookCertgen;

impl Program for IngressNginx {
    fn name(&self) -> &'static str {
        NAME
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
        if request.path_only() == HEALTH && proxied.upstream.is_empty() {
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

impl WebhookServer for IngressNginxWebhook {
    fn certificate_file(&self, container: &Value, port: u16) -> Option<String> {
        let image = ImageReference::parse(container["image"].as_str()?).ok()?;
        image_of(&image).filter(|image| image.program == NAME)?;
        let arguments = container["args"].as_array()?.iter().filter_map(Value::as_str).map(str::to_owned);
        let arguments: Vec<String> = arguments.collect();
        let address = flag(&arguments, "validating-webhook")?;
        let own: u16 = address.rsplit_once(':')?.1.parse().ok()?;
        if own == port { flag(&arguments, "validating-webhook-certificate") } else { None }
    }

    fn answer(&self, registry: &Registry, _: &Value, _: &str, body: &Value) -> Option<WebhookAnswer> {
        let ingress = Object::from_value(body["request"]["object"].clone())?;
        let mut response = match objection(registry, &ingress) {
            Some(why) => json!({"allowed": false, "status": {
                "status": "Failure", "code": 400, "reason": "BadRequest", "message": why,
            }}),
            None => json!({"allowed": true}),
        };
        response["warnings"] = warnings(&ingress).into();
        response["uid"] = body["request"]["uid"].clone();
        let body = json!({"kind": body["kind"], "apiVersion": body["apiVersion"], "response": response});
        Some(WebhookAnswer { after: 0, body })
    }
}
