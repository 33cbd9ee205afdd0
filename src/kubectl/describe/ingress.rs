//! Describes Ingresses and IngressClasses.

use super::service::{endpoint_slices_of, formatted_endpoints};
use super::text::{Text, array, scalar, text_of};
use crate::apimachinery::builtin;
use crate::base::Value;
use crate::kubectl::api::Api;
use crate::kubectl::discovery::Resource;

/// Everything but the events.
pub(crate) async fn ingress(text: &mut Text, api: &Api, ingress: &Value) {
    let (metadata, spec) = (&ingress["metadata"], &ingress["spec"]);
    let namespace = text_of(&metadata["namespace"]);
    text.field(0, "Name", text_of(&metadata["name"]));
    text.labels(0, "Labels", metadata["labels"].as_object());
    text.field(0, "Namespace", namespace);
    text.field(0, "Address", addresses(&ingress["status"]["loadBalancer"]["ingress"]));
    text.field(0, "Ingress Class", spec["ingressClassName"].as_str().unwrap_or("<none>"));
    let default = match &spec["defaultBackend"] {
        Value::Null => "<default>".to_owned(),
        default => backend(api, namespace, default).await,
    };
    text.field(0, "Default backend", &default);
    tls(text, &spec["tls"]);
    text.line(0, "Rules:");
    text.line(1, "Host\tPath\tBackends");
    text.line(1, "----\t----\t--------");
    let has_paths = array(&spec["rules"]).iter().any(|rule| rule["http"].is_object());
    if !has_paths {
        text.line(1, format!("*\t*\t{default}"));
    }
    for rule in array(&spec["rules"]) {
        if !rule["http"].is_object() {
            continue;
        }
        let host = match text_of(&rule["host"]) {
            "" => "*",
            host => host,
        };
        text.line(1, format!("{host}\t"));
        for path in array(&rule["http"]["paths"]) {
            let backend = backend(api, namespace, &path["backend"]).await;
            text.line(2, format!("\t{} \t{backend}", text_of(&path["path"])));
        }
    }
    text.annotations(0, "Annotations", metadata["annotations"].as_object());
}

fn tls(text: &mut Text, entries: &Value) {
    if array(entries).is_empty() {
        return;
    }
    text.line(0, "TLS:");
    for entry in array(entries) {
        let hosts = array(&entry["hosts"]).iter().map(text_of).collect::<Vec<_>>().join(",");
        text.line(
            1,
            match text_of(&entry["secretName"]) {
                "" => format!("SNI routes {hosts}"),
                secret => format!("{secret} terminates {hosts}"),
            },
        );
    }
}

/// Addresses of the load balancer, sorted.
fn addresses(ingress: &Value) -> String {
    let mut addresses: Vec<&str> = array(ingress)
        .iter()
        .map(|entry| match text_of(&entry["ip"]) {
            "" => text_of(&entry["hostname"]),
            ip => ip,
        })
        .filter(|address| !address.is_empty())
        .collect();
    addresses.sort_unstable();
    addresses.dedup();
    addresses.join(",")
}

/// `web:80 (10.244.0.5:8080)`, or why there is nothing behind it.
async fn backend(api: &Api, namespace: &str, backend: &Value) -> String {
    let service = &backend["service"];
    if service.is_object() {
        let (name, port) = (text_of(&service["name"]), &service["port"]);
        let number = port["number"].as_i64().unwrap_or_default();
        let shown = if number == 0 { text_of(&port["name"]).to_owned() } else { number.to_string() };
        let found = api.get(&Resource::from(&builtin::SERVICE).object(namespace, name)).await;
        return match found {
            Err(error) => {
                let why = error.status().map_or_else(|| error.report(), |status| status.message.clone());
                format!("{name}:{shown} (<error: {why}>)")
            }
            Ok(found) => {
                let slices = endpoint_slices_of(api, namespace, name).await;
                let endpoints = formatted_endpoints(&slices, port_name(&found, port));
                format!("{name}:{shown} ({endpoints})")
            }
        };
    }
    let resource = &backend["resource"];
    if resource.is_object() {
        let group = resource["apiGroup"].as_str().unwrap_or("<none>");
        return format!(
            "APIGroup: {group}, Kind: {}, Name: {}",
            scalar(&resource["kind"]),
            scalar(&resource["name"])
        );
    }
    String::new()
}

/// The name of the Service's port that a backend means; empty when there is none.
fn port_name<'a>(service: &'a Value, wanted: &Value) -> &'a str {
    let number = wanted["number"].as_i64().unwrap_or_default();
    let name = text_of(&wanted["name"]);
    let mut ports = array(&service["spec"]["ports"]).iter();
    let found = ports.rfind(|port| {
        if number == 0 { !name.is_empty() && port["name"] == name } else { port["port"] == number }
    });
    found.map(|port| text_of(&port["name"])).unwrap_or_default()
}

/// Everything but the events.
pub(crate) fn ingress_class(text: &mut Text, class: &Value) {
    let (metadata, parameters) = (&class["metadata"], &class["spec"]["parameters"]);
    text.field(0, "Name", text_of(&metadata["name"]));
    text.labels(0, "Labels", metadata["labels"].as_object());
    text.annotations(0, "Annotations", metadata["annotations"].as_object());
    text.field(0, "Controller", text_of(&class["spec"]["controller"]));
    if parameters.is_object() {
        text.line(0, "Parameters:");
        text.field_if(1, "APIGroup", text_of(&parameters["apiGroup"]));
        text.field(1, "Kind", text_of(&parameters["kind"]));
        text.field(1, "Name", text_of(&parameters["name"]));
    }
}
