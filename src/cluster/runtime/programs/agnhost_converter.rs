//! `agnhost crd-conversion-webhook`: how Kubernetes' own suites convert custom objects
//! (`test/images/agnhost/crd-conversion-webhook`).

use crate::base::{Map, Value, json};

use super::super::super::registry::{Registry, WebhookAnswer, WebhookServer};
use super::agnhost::flag;
use super::agnhost_webhook::words_of;

/// The subcommand.
pub(super) const NAME: &str = "crd-conversion-webhook";

/// `agnhost crd-conversion-webhook`.
#[derive(Debug)]
pub(crate) struct AgnhostConverter;

impl WebhookServer for AgnhostConverter {
    fn certificate_file(&self, container: &Value, port: u16) -> Option<String> {
        let words = words_of(container, NAME)?;
        let own = flag(&words, "port").map_or(Some(443), |port| port.parse().ok())?;
        if own == port { flag(&words, "tls-cert-file") } else { None }
    }

    fn answer(&self, _: &Registry, _: &Value, path: &str, body: &Value) -> Option<WebhookAnswer> {
        if path != "/crdconvert" {
            return None;
        }
        let request = &body["request"];
        let to = request["desiredAPIVersion"].as_str().unwrap_or_default();
        let objects = request["objects"].as_array().into_iter().flatten();
        let converted: Result<Vec<Value>, String> = objects.map(|object| converted(object, to)).collect();
        let response = match converted {
            Ok(objects) => json!({"convertedObjects": objects, "result": {"status": "Success"}}),
            Err(why) => {
                json!({"convertedObjects": null, "result": {"status": "Failure", "message": why}})
            }
        };
        Some(WebhookAnswer::to(body, response))
    }
}

/// `hostPort` of version 1 is `host` and `port` in version 2.
fn converted(object: &Value, to: &str) -> Result<Value, String> {
    const ONE: &str = "stable.example.com/v1";
    const TWO: &str = "stable.example.com/v2";
    let from = object["apiVersion"].as_str().unwrap_or_default();
    if from == to {
        return Err(format!("conversion from a version to itself should not call the webhook: {to}"));
    }
    let mut fields = object.as_object().cloned().unwrap_or_default();
    match (from, to) {
        (ONE, TWO) => split(&mut fields)?,
        (TWO, ONE) => join(&mut fields),
        (ONE | TWO, _) => return Err(format!("unexpected conversion version {to:?}")),
        _ => return Err(format!("unexpected conversion version {from:?}")),
    }
    fields.insert("apiVersion", to.into());
    Ok(fields.into())
}

fn split(fields: &mut Map) -> Result<(), String> {
    let Some(both) = fields.remove("hostPort") else { return Ok(()) };
    let text = both.as_str().unwrap_or_default();
    match text.split(':').collect::<Vec<_>>().as_slice() {
        [host, port] => {
            fields.insert("host", (*host).into());
            fields.insert("port", (*port).into());
            Ok(())
        }
        _ => Err(format!("invalid hostPort value `{text}`")),
    }
}

fn join(fields: &mut Map) {
    let parts = ["host", "port"].map(|name| fields.remove(name));
    if parts.iter().any(Option::is_some) {
        let [host, port] =
            parts.map(|part| part.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned());
        fields.insert("hostPort", format!("{host}:{port}").into());
    }
}
