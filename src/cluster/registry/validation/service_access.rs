//! Rules of how a Service is reached from outside, and by whom again.

use crate::apimachinery::{FieldErrors, validate_label_key};

use super::field::Field;

/// The longest time for which a client keeps its Pod, in seconds.
const AFFINITY_SECONDS_MAX: i64 = 86_400;
/// Fields that only a load balancer has.
const LOAD_BALANCER_FIELDS: &[&str] =
    &["loadBalancerSourceRanges", "allocateLoadBalancerNodePorts", "loadBalancerClass"];

/// What is wrong with the fields that go with the type of a Service.
pub(super) fn access_errors(spec: &Field<'_>) -> FieldErrors {
    let service_type = spec.child("type").text();
    let mut errors = FieldErrors::new();
    for (index, address) in spec.child("externalIPs").items().enumerate() {
        if address.text().parse::<std::net::IpAddr>().is_err() {
            let path = format!("{}.externalIPs[{index}]", spec.path());
            let detail = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
            errors.push(Field::at(path, address.value()).invalid(detail));
        }
    }
    if service_type != "LoadBalancer" {
        for field in LOAD_BALANCER_FIELDS {
            let field = spec.child(field);
            if !field.is_empty() {
                errors.push(field.forbidden("may only be used when `type` is 'LoadBalancer'"));
            }
        }
    }
    if service_type == "ClusterIP" {
        for port in spec.child("ports").items() {
            let node_port = port.child("nodePort");
            if node_port.number() != 0 {
                errors.push(node_port.forbidden("may not be used when `type` is 'ClusterIP'"));
            }
        }
    }
    let accessible = matches!(service_type, "NodePort" | "LoadBalancer")
        || (service_type == "ClusterIP" && !spec.child("externalIPs").is_empty());
    let policy = spec.child("externalTrafficPolicy");
    if !accessible && !policy.is_absent() {
        errors.push(policy.invalid("may only be set for externally-accessible services"));
    }
    let health = spec.child("healthCheckNodePort");
    if health.number() != 0 && !(service_type == "LoadBalancer" && policy.text() == "Local") {
        let detail = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
        errors.push(health.invalid(detail));
    }
    for port in spec.child("ports").items() {
        let protocol = port.child("appProtocol");
        if !protocol.is_empty() {
            errors.extend(protocol.invalid_all(validate_label_key(protocol.text())));
        }
    }
    errors
}

/// What is wrong with the time for which a client keeps its Pod.
pub(super) fn affinity_config_errors(spec: &Field<'_>) -> FieldErrors {
    let config = spec.child("sessionAffinityConfig");
    let mut errors = FieldErrors::new();
    match spec.child("sessionAffinity").text() {
        "ClientIP" => {
            let seconds = config.child("clientIP").child("timeoutSeconds");
            if !seconds.is_absent() && !(1..=AFFINITY_SECONDS_MAX).contains(&seconds.number()) {
                let detail = format!("must be greater than 0 and less than {AFFINITY_SECONDS_MAX}");
                errors.push(seconds.invalid(detail));
            }
        }
        "None" if !config.is_absent() => {
            errors.push(config.forbidden("must not be set when session affinity is None"));
        }
        _ => {}
    }
    errors
}
