//! Rules of Services.

use std::net::IpAddr;

use crate::apimachinery::{
    FieldError, FieldErrors, Object, validate_dns1123_label, validate_dns1123_subdomain, validate_label_key,
};
use crate::base::json;

use super::container::PROTOCOLS;
use super::field::Field;
use super::networking::range_error;
use super::workload::label_errors;

/// Types of Services, in the order of messages.
const TYPES: &[&str] = &["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];
/// Which endpoints may be preferred.
const DISTRIBUTIONS: &[&str] = &["PreferClose", "PreferSameZone", "PreferSameNode"];
/// What a client is told whose address is none.
const NO_ADDRESS: &str = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
/// What a client is told that changes a cluster IP or the class of a balancer.
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
    errors.extend(cluster_ip_errors(&spec));
    errors.extend(service_type.one_of(TYPES));
    if service_type.text() == "ClusterIP" {
        let used = ports.items().map(|port| port.child("nodePort")).filter(|number| number.number() != 0);
        errors.extend(used.map(|number| number.forbidden("may not be used when `type` is 'ClusterIP'")));
    }
    errors.extend(duplicate_ports(&ports));
    errors.extend(duplicate_node_ports(&ports));
    errors.extend(address_errors(&spec));
    errors.extend(affinity_errors(&spec));
    errors.extend(balancer_errors(&spec));
    errors.extend(source_range_errors(&spec));
    let distribution = spec.child("trafficDistribution");
    if !distribution.is_absent() && !DISTRIBUTIONS.contains(&distribution.text()) {
        errors.push(distribution.not_supported(DISTRIBUTIONS));
    }
    errors.extend(traffic_policy_errors(&spec));
    errors
}

/// Whether a Service can be reached from outside (`ExternallyAccessible`).
pub(crate) fn is_externally_accessible(service: &Object) -> bool {
    match service.text("/spec/type") {
        "LoadBalancer" | "NodePort" => true,
        "ClusterIP" | "" => !service.list("/spec/externalIPs").is_empty(),
        _ => false,
    }
}

/// Whether a balancer asks the nodes of a Service for their health (`NeedsHealthCheck`).
pub(crate) fn needs_health_check(service: &Object) -> bool {
    service.text("/spec/type") == "LoadBalancer" && service.text("/spec/externalTrafficPolicy") == "Local"
}

/// What only balanced Services have.
fn balancer_errors(spec: &Field<'_>) -> FieldErrors {
    let class = spec.child("loadBalancerClass");
    if spec.child("type").text() == "LoadBalancer" {
        let messages = if class.is_absent() { Vec::new() } else { validate_label_key(class.text()) };
        return class.invalid_all(messages);
    }
    [spec.child("allocateLoadBalancerNodePorts"), class]
        .iter()
        .filter(|field| !field.is_absent())
        .map(|field| field.forbidden("may only be used when `type` is 'LoadBalancer'"))
        .collect()
}

/// What is wrong with what a balancer says of itself (`ValidateLoadBalancerStatus`).
pub(crate) fn balancer_status_errors(service: &Object) -> FieldErrors {
    let ingress = Field::of(service, "status").child("loadBalancer").child("ingress");
    if service.text("/spec/type") != "LoadBalancer" && !ingress.is_empty() {
        return vec![ingress.forbidden("may only be used when `spec.type` is 'LoadBalancer'")];
    }
    let mut errors = FieldErrors::new();
    for item in ingress.items() {
        let [ip, mode, host] = ["ip", "ipMode", "hostname"].map(|name| item.child(name));
        if !ip.is_empty() && ip.text().parse::<IpAddr>().is_err() {
            errors.push(ip.invalid(NO_ADDRESS));
        }
        if !mode.is_absent() && ip.is_empty() {
            errors.push(mode.forbidden("may not be specified when `ip` is not set"));
        } else if !mode.is_absent() && !["Proxy", "VIP"].contains(&mode.text()) {
            errors.push(mode.not_supported(&["Proxy", "VIP"]));
        }
        if !host.is_empty() {
            errors.extend(host.invalid_all(validate_dns1123_subdomain(host.text())));
            if host.text().parse::<IpAddr>().is_ok() {
                errors.push(host.invalid("must be a DNS name, not an IP address"));
            }
        }
    }
    errors
}

/// Whom a balancer lets in.
fn source_range_errors(spec: &Field<'_>) -> FieldErrors {
    // Upstream's path begins with a capital.
    let path = [spec.path(), ".LoadBalancerSourceRanges"].concat();
    let ranges = spec.child("loadBalancerSourceRanges");
    let ranges = Field::at(path, ranges.value());
    let mut errors = FieldErrors::new();
    if !ranges.is_empty() && spec.child("type").text() != "LoadBalancer" {
        errors.push(ranges.forbidden("may only be used when `type` is 'LoadBalancer'"));
    }
    errors.extend(ranges.items().filter_map(|range| range_error(&range)));
    errors
}

fn traffic_policy_errors(spec: &Field<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    let (external, internal) = (spec.child("externalTrafficPolicy"), spec.child("internalTrafficPolicy"));
    let accessible = match spec.child("type").text() {
        "LoadBalancer" | "NodePort" => true,
        "ClusterIP" => !spec.child("externalIPs").is_empty(),
        _ => false,
    };
    if !accessible && !external.is_empty() {
        errors.push(external.invalid("may only be set for externally-accessible services"));
    } else if accessible {
        errors.extend(external.one_of(&["Cluster", "Local"]));
    }
    let health = spec.child("healthCheckNodePort");
    let balanced = spec.child("type").text() == "LoadBalancer" && external.text() == "Local";
    if health.number() != 0 && !balanced {
        errors.push(
            health.invalid(
                "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'",
            ),
        );
    }
    if !internal.is_empty() {
        errors.extend(internal.one_of(&["Cluster", "Local"]));
    }
    errors
}

/// Addresses that a person gives to a Service (`ValidateNonSpecialIP`).
fn address_errors(spec: &Field<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    for address in spec.child("externalIPs").items() {
        match address.text().parse::<IpAddr>() {
            Err(_) => {
                errors.push(address.invalid(NO_ADDRESS));
            }
            Ok(found) if found.is_unspecified() => {
                errors.push(address.invalid("may not be unspecified (0.0.0.0 or ::)"));
            }
            Ok(found) if found.is_loopback() => {
                errors.push(address.invalid("may not be in the loopback range (127.0.0.0/8, ::1/128)"));
            }
            Ok(_) => {}
        }
    }
    errors
}

fn affinity_errors(spec: &Field<'_>) -> FieldErrors {
    let config = spec.child("sessionAffinityConfig");
    match spec.child("sessionAffinity").text() {
        "None" if !config.is_absent() => {
            vec![config.forbidden("must not be set when session affinity is None")]
        }
        "ClientIP" => {
            let seconds = config.child("clientIP").child("timeoutSeconds");
            let wrong = !(1..=86_400).contains(&seconds.number());
            let error = wrong.then(|| seconds.invalid("must be greater than 0 and less than 86400"));
            error.into_iter().collect()
        }
        _ => FieldErrors::new(),
    }
}

fn duplicate_node_ports(ports: &Field<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    let mut taken = Vec::new();
    for port in ports.items() {
        let (number, protocol) = (port.child("nodePort"), port.child("protocol"));
        let key = (protocol.text(), number.number());
        if number.number() != 0 && taken.contains(&key) {
            errors.push(number.duplicate());
        }
        taken.push(key);
    }
    errors
}

/// What is wrong with a change of a Service (`ValidateServiceUpdate`).
pub(crate) fn service_update_errors(new: &Object, old: &Object) -> FieldErrors {
    let mut errors = address_change_errors(new, old);
    let class = |service| Field::of(service, "spec").child("loadBalancerClass");
    let balanced = [old, new].iter().all(|service| service.text("/spec/type") == "LoadBalancer");
    if balanced && class(new).value() != class(old).value() {
        errors.push(class(new).invalid(SET_ONCE));
    }
    let [port, before] = [new, old].map(|service| Field::of(service, "spec").child("healthCheckNodePort"));
    if [old, new].into_iter().all(needs_health_check) && port.number() != before.number() {
        errors.push(port.forbidden("field is immutable"));
    }
    errors
}

fn address_change_errors(new: &Object, old: &Object) -> FieldErrors {
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
        let application = port.child("appProtocol");
        if !application.is_absent() {
            errors.extend(application.invalid_all(validate_label_key(application.text())));
        }
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
        if !matches!(text, "" | "None") && text.parse::<IpAddr>().is_err() {
            errors.push(FieldError::invalid(format!("spec.clusterIPs[{index}]"), text, NO_ADDRESS));
        }
    }
    errors
}

#[cfg(test)]
mod tests {
    use crate::base::Value;

    use super::*;

    #[test]
    fn ranges_of_a_balancer_and_protocols_of_ports_are_such() {
        let service = json!({"spec": {"type": "LoadBalancer", "sessionAffinity": "None",
            "externalTrafficPolicy": "Cluster", "loadBalancerSourceRanges": ["10.0.0.0/8 ", "1.2.3.4"],
            "ports": [{"port": 80, "targetPort": 80, "protocol": "TCP", "appProtocol": "bad proto"}]}});
        let errors = service_errors(&Object::from_value(service).unwrap());
        let told: Vec<String> = errors.iter().map(ToString::to_string).collect();
        assert!(told[0].starts_with("spec.ports[0].appProtocol: Invalid value: \"bad proto\": "), "{told:?}");
        assert_eq!(
            told[1..],
            [
                "spec.LoadBalancerSourceRanges[1]: Invalid value: \"1.2.3.4\": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"
            ]
        );
    }

    #[test]
    fn what_a_type_cannot_have_is_refused() {
        let texts = |mut spec: Value| -> Vec<String> {
            spec["sessionAffinity"] = "None".into();
            let service = Object::from_value(json!({"spec": spec})).unwrap();
            service_errors(&service).iter().map(ToString::to_string).collect()
        };
        let port = |extra: Value| {
            let mut port = json!({"port": 80, "targetPort": 80, "protocol": "TCP"});
            port.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
            port
        };
        assert_eq!(
            texts(json!({"type": "ClusterIP", "ports": [port(json!({"nodePort": 30080}))],
                "externalTrafficPolicy": "Local", "externalIPs": []})),
            [
                "spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'",
                "spec.externalTrafficPolicy: Invalid value: \"Local\": may only be set for externally-accessible services",
            ]
        );
        assert_eq!(
            texts(
                json!({"type": "ClusterIP", "ports": [port(json!({}))], "externalTrafficPolicy": "Cluster",
                "externalIPs": ["127.0.0.1", "x", "192.168.1.5"], "allocateLoadBalancerNodePorts": true})
            ),
            [
                "spec.externalIPs[0]: Invalid value: \"127.0.0.1\": may not be in the loopback range (127.0.0.0/8, ::1/128)",
                "spec.externalIPs[1]: Invalid value: \"x\": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)",
                "spec.allocateLoadBalancerNodePorts: Forbidden: may only be used when `type` is 'LoadBalancer'",
            ]
        );
        let twins = [
            port(json!({"name": "a", "nodePort": 30001})),
            port(json!({"name": "b", "port": 81, "nodePort": 30001})),
        ];
        assert_eq!(
            texts(json!({"type": "NodePort", "ports": twins, "externalTrafficPolicy": "Cluster"})),
            ["spec.ports[1].nodePort: Duplicate value: 30001"]
        );
    }

    #[test]
    fn only_balancers_have_a_class_which_stays() {
        let service = |fields: Value| {
            let mut service = Object::from_value(json!({"spec": {"sessionAffinity": "None", "ports": [
                {"port": 80, "targetPort": 80, "protocol": "TCP"}]}}))
            .unwrap();
            for (field, value) in fields.as_object().unwrap() {
                service.set(&format!("/spec/{field}"), value.clone());
            }
            service
        };
        let told = |errors: FieldErrors| errors.iter().map(ToString::to_string).collect::<Vec<_>>();
        let plain = service(json!({"type": "ClusterIP", "loadBalancerClass": "a"}));
        assert_eq!(
            told(service_errors(&plain)),
            ["spec.loadBalancerClass: Forbidden: may only be used when `type` is 'LoadBalancer'"]
        );
        let class = |class: &str| service(json!({"type": "LoadBalancer", "loadBalancerClass": class}));
        assert_eq!(
            told(service_update_errors(&class("b"), &class("a"))),
            [r#"spec.loadBalancerClass: Invalid value: "b": may not change once set"#]
        );
        let far = service(json!({"type": "ClusterIP", "trafficDistribution": "Far"}));
        assert_eq!(
            told(service_errors(&far)),
            [
                r#"spec.trafficDistribution: Unsupported value: "Far": supported values: "PreferClose", "PreferSameZone", "PreferSameNode""#
            ]
        );
        let health = |policy: &str, port: i32| {
            service(
                json!({"type": "LoadBalancer", "externalTrafficPolicy": policy, "healthCheckNodePort": port}),
            )
        };
        assert_eq!(
            told(service_update_errors(&health("Local", 30_001), &health("Local", 30_002))),
            ["spec.healthCheckNodePort: Forbidden: field is immutable"]
        );
        assert!(service_update_errors(&health("Cluster", 0), &health("Local", 30_002)).is_empty());
        let mut balanced = class("a");
        balanced.set(
            "/status/loadBalancer/ingress",
            json!([{"ip": "1.2"}, {"hostname": "1.2.3.4", "ipMode": "VIP"}]),
        );
        assert_eq!(
            told(balancer_status_errors(&balanced)),
            [
                format!("status.loadBalancer.ingress[0].ip: Invalid value: \"1.2\": {NO_ADDRESS}"),
                "status.loadBalancer.ingress[1].ipMode: Forbidden: may not be specified when `ip` is not set".to_owned(),
                "status.loadBalancer.ingress[1].hostname: Invalid value: \"1.2.3.4\": must be a DNS name, not an IP address".to_owned(),
            ]
        );
        let mut plain = service(json!({"type": "ClusterIP"}));
        plain.set("/status/loadBalancer/ingress", json!([{"ip": "1.2.3.4"}]));
        assert_eq!(
            told(balancer_status_errors(&plain)),
            ["status.loadBalancer.ingress: Forbidden: may only be used when `spec.type` is 'LoadBalancer'"]
        );
    }
}
