//! Rules of Services.

use serde_json::json;

use crate::apimachinery::{
    FieldError, FieldErrors, Object, validate_dns1123_label, validate_dns1123_subdomain,
};

use super::container::PROTOCOLS;
use super::field::Field;
use super::service_access::{access_errors, affinity_config_errors};
use super::workload::label_errors;

/// Types of Services, in the order of messages.
const TYPES: &[&str] = &["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];
/// What a client is told that changes a cluster IP.
const SET_ONCE: &str = "may not change once set";

/// What is wrong with a Service (`ValidateService`).
pub(crate) fn service_errors(service: &Object) -> FieldErrors {
    let spec = Field::of(service, "spec");
    let service_type = spec.child("type");
    let headless = spec.child("clusterIP").text() == "None";
    let ports = spec.child("ports");
    let mut errors = FieldErrors::new();
    if ports.is_empty() && !headless && service_type.text() != "ExternalName" {
        errors.push(ports.required(""));
    }
    match service_type.text() {
        "ExternalName" => errors.extend(external_name_errors(&spec)),
        kind @ ("LoadBalancer" | "NodePort") if headless => {
            let detail = format!("may not be set to 'None' for {kind} services");
            errors.push(FieldError::invalid("spec.clusterIPs[0]", "None", detail));
        }
        _ => {}
    }
    errors.extend(port_errors(&ports));
    errors.extend(label_errors(&spec.child("selector")));
    errors.extend(spec.child("sessionAffinity").one_of(&["ClientIP", "None"]));
    errors.extend(affinity_config_errors(&spec));
    errors.extend(cluster_ip_errors(&spec));
    errors.extend(service_type.one_of(TYPES));
    errors.extend(access_errors(&spec));
    errors.extend(duplicate_ports(&ports));
    for policy in ["externalTrafficPolicy", "internalTrafficPolicy"] {
        let policy = spec.child(policy);
        if !matches!(policy.text(), "" | "Cluster" | "Local") {
            errors.push(policy.not_supported(&["Cluster", "Local"]));
        }
    }
    errors
}

/// What is wrong with a change of a Service (`ValidateServiceUpdate`).
pub(crate) fn service_update_errors(new: &Object, old: &Object) -> FieldErrors {
    let (before, after) =
        (Field::of(old, "spec").child("clusterIPs"), Field::of(new, "spec").child("clusterIPs"));
    let keeps_address = [old, new].iter().all(|service| service.text("/spec/type") != "ExternalName");
    if keeps_address && !before.is_empty() && before.value() != after.value() {
        return vec![FieldError::invalid("spec.clusterIPs[0]", after.value().clone(), SET_ONCE)];
    }
    FieldErrors::new()
}

fn external_name_errors(spec: &Field<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    let (addresses, name) = (spec.child("clusterIPs"), spec.child("externalName"));
    if !addresses.is_empty() || !spec.child("clusterIP").is_empty() {
        errors.push(addresses.forbidden("may not be set for ExternalName services"));
    }
    if name.is_empty() {
        errors.push(name.required(""));
    } else {
        errors.extend(name.invalid_all(validate_dns1123_subdomain(name.text().trim_end_matches('.'))));
    }
    errors
}

fn port_errors(ports: &Field<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    let mut taken = Vec::new();
    let several = ports.items().count() > 1;
    for port in ports.items() {
        let name = port.child("name");
        if name.is_empty() {
            errors.extend(several.then(|| name.required("")));
        } else {
            errors.extend(name.invalid_all(validate_dns1123_label(name.text())));
            if taken.contains(&name.text()) {
                errors.push(name.duplicate());
            }
            taken.push(name.text());
        }
        errors.extend(port.child("port").port_number());
        errors.extend(port.child("protocol").one_of(PROTOCOLS));
        errors.extend(port.child("targetPort").port_number_or_name());
    }
    errors
}

fn duplicate_ports(ports: &Field<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    let mut taken = Vec::new();
    for port in ports.items() {
        let key = (port.child("protocol").text(), port.child("port").number());
        if taken.contains(&key) {
            let shown = json!({
                "Name": "", "Protocol": key.0, "AppProtocol": null, "Port": key.1, "TargetPort": 0, "NodePort": 0,
            });
            errors.push(FieldError { value: shown, ..port.duplicate() });
        }
        taken.push(key);
    }
    errors
}

fn cluster_ip_errors(spec: &Field<'_>) -> FieldErrors {
    let (address, addresses) = (spec.child("clusterIP"), spec.child("clusterIPs"));
    let mut errors = FieldErrors::new();
    let first = addresses.items().next();
    if let Some(first) = &first
        && !address.is_empty()
        && first.value() != address.value()
    {
        errors.push(addresses.invalid("first value must match `clusterIP`"));
    }
    let shown = if first.is_some() || address.is_empty() { None } else { Some(address.text()) };
    let texts = addresses.items().map(|item| item.text()).chain(shown);
    for (index, text) in texts.enumerate() {
        if !matches!(text, "" | "None") && text.parse::<std::net::IpAddr>().is_err() {
            let path = format!("spec.clusterIPs[{index}]");
            let detail = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
            errors.push(FieldError::invalid(path, text, detail));
        }
    }
    errors
}
