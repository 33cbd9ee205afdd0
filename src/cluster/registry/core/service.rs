//! Rules of Services.

use crate::apimachinery::{FieldErrors, Object, validate_dns1035_label};
use crate::base::{Timestamp, Value, json};

use super::super::Registry;
use super::super::columns::{self, Column};
use super::super::service_allocation;
use super::super::strategy::Strategy;
use super::super::validation;
use super::super::warnings::service_warnings;

/// `pkg/registry/core/service`.
pub(crate) struct ServiceStrategy;

impl Strategy for ServiceStrategy {
    fn creates_on_update(&self) -> bool {
        true
    }

    fn set_defaults(&self, object: &mut Object) {
        set_default(object, "/spec/sessionAffinity", "None");
        set_default(object, "/spec/type", "ClusterIP");
        if object.text("/spec/sessionAffinity") == "ClientIP" {
            set_default(object, "/spec/sessionAffinityConfig/clientIP/timeoutSeconds", 10_800);
        } else if object.text("/spec/sessionAffinity") == "None" {
            object.remove("/spec/sessionAffinityConfig");
        }
        if let Some(Value::Array(ports)) = object.get_mut("/spec/ports") {
            ports.iter_mut().for_each(set_port_defaults);
        }
        let service_type = object.text("/spec/type").to_owned();
        if validation::is_externally_accessible(object) {
            set_default(object, "/spec/externalTrafficPolicy", "Cluster");
        }
        if service_type != "ExternalName" {
            set_default(object, "/spec/internalTrafficPolicy", "Cluster");
        }
        if service_type == "LoadBalancer" {
            set_default(object, "/spec/allocateLoadBalancerNodePorts", true);
        }
    }

    fn write_out_zero_values(&self, object: &mut Object) {
        if object.get("/status/loadBalancer").is_none() {
            object.set("/status/loadBalancer", json!({}));
        }
    }

    fn set_status_defaults(&self, object: &mut Object) {
        if object.text("/spec/type") != "LoadBalancer" {
            return;
        }
        for ingress in
            object.get_mut("/status/loadBalancer/ingress").and_then(Value::as_array_mut).into_iter().flatten()
        {
            if ingress["ip"].as_str().is_some_and(|ip| !ip.is_empty()) && ingress["ipMode"].is_null() {
                ingress["ipMode"] = json!("VIP");
            }
        }
    }

    fn validate_part(&self, subresource: &str, new: &Object, _old: &Object) -> FieldErrors {
        match subresource {
            "status" => validation::balancer_status_errors(new),
            _ => FieldErrors::new(),
        }
    }

    fn prepare_for_update(&self, new: &mut Object, old: &Object) {
        service_allocation::keep_allocations(new, old);
    }

    fn allocate(&self, registry: &mut Registry, object: &mut Object) -> FieldErrors {
        service_allocation::allocate(registry, object)
    }

    fn name_errors(&self, name: &str) -> Vec<String> {
        validate_dns1035_label(name)
    }

    fn validate(&self, object: &Object) -> FieldErrors {
        validation::service_errors(object)
    }

    fn warnings(&self, object: &Object) -> Vec<String> {
        service_warnings(object)
    }

    fn validate_update(&self, new: &Object, old: &Object) -> FieldErrors {
        validation::service_update_errors(new, old)
    }

    fn columns(&self) -> &'static [Column] {
        const {
            &[
                columns::NAME,
                Column::text("Type"),
                Column::text("Cluster-IP"),
                Column::text("External-IP"),
                Column::text("Port(s)"),
                columns::AGE,
                Column::wide("Selector"),
            ]
        }
    }

    fn cells(&self, object: &Object, now: Timestamp) -> Vec<Value> {
        let ports: Vec<String> = object.list("/spec/ports").iter().map(port_text).collect();
        vec![
            object.name().into(),
            object.text("/spec/type").into(),
            columns::text_or_none(object, "/spec/clusterIPs/0"),
            external_ip(object),
            columns::or_none(&ports.join(",")),
            columns::age(object, now),
            columns::labels_text(object.map("/spec/selector")),
        ]
    }
}

fn set_default(object: &mut Object, pointer: &str, value: impl Into<Value>) {
    if object.get(pointer).is_none_or(|found| found == "") {
        object.set(pointer, value);
    }
}

fn set_port_defaults(port: &mut Value) {
    let Value::Object(port) = port else { return };
    if port.get("protocol").and_then(Value::as_str).unwrap_or_default().is_empty() {
        port.insert("protocol", "TCP".into());
    }
    let absent = match port.get("targetPort") {
        None | Some(Value::Null) => true,
        Some(target) => *target == 0 || *target == "",
    };
    if absent && let Some(number) = port.get("port").cloned() {
        port.insert("targetPort", number);
    }
}

fn port_text(port: &Value) -> String {
    let (number, protocol) = (&port["port"], port["protocol"].as_str().unwrap_or_default());
    match port["nodePort"].as_i64() {
        Some(node_port) if node_port > 0 => format!("{number}:{node_port}/{protocol}"),
        _ => format!("{number}/{protocol}"),
    }
}

fn external_ip(service: &Object) -> Value {
    let external: Vec<&str> = service.list("/spec/externalIPs").iter().filter_map(Value::as_str).collect();
    match service.text("/spec/type") {
        "ExternalName" => service.text("/spec/externalName").into(),
        "LoadBalancer" => {
            let mut addresses: Vec<&str> = service
                .list("/status/loadBalancer/ingress")
                .iter()
                .filter_map(|ingress| ingress["ip"].as_str().or_else(|| ingress["hostname"].as_str()))
                .collect();
            addresses.extend(external);
            if addresses.is_empty() { "<pending>".into() } else { addresses.join(",").into() }
        }
        _ => columns::or_none(&external.join(",")),
    }
}
