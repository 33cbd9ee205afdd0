//! Rules of Ingresses, IngressClasses and NetworkPolicies (`pkg/apis/networking/validation`).

use std::net::IpAddr;

use crate::apimachinery::{
    Cidr, FieldError, FieldErrors, Object, validate_dns1035_label, validate_dns1123_subdomain,
    validate_port_name,
};
use crate::base::Value;

use super::container::PROTOCOLS;
use super::field::Field;
use super::workload::{expression_errors, label_errors};

/// What a client is told whose range of addresses is none.
const NO_RANGE: &str = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";
/// Where the class stood before `spec.ingressClassName`.
const CLASS_ANNOTATION: &str = "kubernetes.io/ingress.class";
/// Most bytes in the name of a controller.
const CONTROLLER_MAX: usize = 250;
/// What a path may not contain, and how it may not end.
const PATH_SEQUENCES: &[&str] = &["//", "/./", "/../", "%2f", "%2F"];
const PATH_ENDS: &[&str] = &["/..", "/."];
/// What a host with an asterisk must look like.
const WILDCARD_FORM: &str = r"a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', regex used for validation is '\*\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

/// What is wrong with an Ingress.
pub(crate) fn ingress_errors(ingress: &Object) -> FieldErrors {
    let spec = Field::of(ingress, "spec");
    let (default, rules) = (spec.child("defaultBackend"), spec.child("rules"));
    let mut errors = FieldErrors::new();
    if rules.is_empty() && default.is_absent() {
        let detail = "either `defaultBackend` or `rules` must be specified";
        errors.push(spec.invalid_value(rules.value().clone(), detail));
    }
    if !default.is_absent() {
        errors.extend(backend_errors(&default));
    }
    let first = rules.path().to_owned() + "[0]";
    for rule in rules.items() {
        errors.extend(host_errors(&rule.child("host")));
        // Upstream reports the paths of every rule as those of the first.
        let own = rule.path().to_owned();
        errors.extend(
            paths_errors(&rule.child("http"))
                .into_iter()
                .map(|error| FieldError { path: error.path.replacen(&own, &first, 1), ..error }),
        );
    }
    for entry in spec.child("tls").items() {
        for host in entry.child("hosts").items() {
            errors.extend(host.invalid_all(host_problems(host.text())));
        }
        let secret = entry.child("secretName");
        if !secret.is_empty() {
            errors.extend(secret.invalid_all(validate_dns1123_subdomain(secret.text())));
        }
    }
    errors.extend(class_errors(ingress, &spec.child("ingressClassName")));
    errors
}

fn class_errors(ingress: &Object, class: &Field<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    if class.is_absent() {
        return errors;
    }
    if let Some(annotation) = ingress.annotation(CLASS_ANNOTATION).filter(|found| *found != class.text()) {
        let path = format!("annotations.{CLASS_ANNOTATION}");
        let detail = "must match `ingressClassName` when both are specified";
        errors.push(FieldError::invalid(path, annotation, detail));
    }
    errors.extend(class.invalid_all(validate_dns1123_subdomain(class.text())));
    errors
}

fn host_problems(host: &str) -> Vec<String> {
    if !host.contains('*') {
        return validate_dns1123_subdomain(host);
    }
    let valid = host.strip_prefix("*.").is_some_and(|rest| validate_dns1123_subdomain(rest).is_empty());
    if valid { Vec::new() } else { vec![WILDCARD_FORM.to_owned()] }
}

fn host_errors(host: &Field<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    if host.is_empty() {
        return errors;
    }
    if host.text().parse::<IpAddr>().is_ok() {
        errors.push(host.invalid("must be a DNS name, not an IP address"));
    }
    errors.extend(host.invalid_all(host_problems(host.text())));
    errors
}

fn paths_errors(http: &Field<'_>) -> FieldErrors {
    if http.is_absent() {
        return FieldErrors::new();
    }
    let paths = http.child("paths");
    if paths.is_empty() {
        return vec![paths.required("")];
    }
    paths.items().flat_map(|path| path_errors(&path)).collect()
}

fn path_errors(entry: &Field<'_>) -> FieldErrors {
    let (kind, path) = (entry.child("pathType"), entry.child("path"));
    let mut errors = FieldErrors::new();
    match kind.text() {
        "" => return vec![kind.required("pathType must be specified")],
        "Exact" | "Prefix" => {
            if !path.text().starts_with('/') {
                errors.push(path.invalid_value(path.text(), "must be an absolute path"));
            }
            let within = PATH_SEQUENCES.iter().filter(|sequence| path.text().contains(**sequence));
            errors.extend(within.map(|sequence| path.invalid(format!("must not contain '{sequence}'"))));
            let at_end = PATH_ENDS.iter().filter(|end| path.text().ends_with(**end));
            errors.extend(at_end.map(|end| path.invalid(format!("cannot end with '{end}'"))));
        }
        "ImplementationSpecific" => {
            if !path.is_empty() && !path.text().starts_with('/') {
                errors.push(path.invalid("must be an absolute path"));
            }
        }
        _ => errors.push(kind.not_supported(&["Exact", "ImplementationSpecific", "Prefix"])),
    }
    errors.extend(backend_errors(&entry.child("backend")));
    errors
}

fn backend_errors(backend: &Field<'_>) -> FieldErrors {
    let (service, resource) = (backend.child("service"), backend.child("resource"));
    match (resource.is_absent(), service.is_absent()) {
        (false, false) => {
            vec![backend.invalid_value("", "cannot set both resource and service backends")]
        }
        (true, true) => vec![backend.invalid_value("", "resource or service backend is required")],
        (false, true) => ["kind", "name"]
            .iter()
            .map(|field| resource.child(field))
            .filter(Field::is_empty)
            .map(|field| field.required(""))
            .collect(),
        (true, false) => service_backend_errors(backend, &service),
    }
}

fn service_backend_errors(backend: &Field<'_>, service: &Field<'_>) -> FieldErrors {
    let name = service.child("name");
    let mut errors = if name.is_empty() {
        vec![name.required("")]
    } else {
        name.invalid_all(validate_dns1035_label(name.text()))
    };
    let port = service.child("port");
    let (port_name, number) = (port.child("name"), port.child("number"));
    match (port_name.is_empty(), number.number() == 0) {
        (false, false) => errors.push(backend.invalid_value("", "cannot set both port name & port number")),
        (false, true) => errors.extend(port_name.invalid_all(validate_port_name(port_name.text()))),
        (true, false) => errors.extend(number.port_number()),
        (true, true) => errors.push(backend.required("port name or number is required")),
    }
    errors
}

/// What is wrong with an IngressClass.
pub(crate) fn ingress_class_errors(class: &Object) -> FieldErrors {
    let controller = Field::of(class, "spec").child("controller");
    let mut errors = FieldErrors::new();
    if controller.text().len() > CONTROLLER_MAX {
        let kind = crate::apimachinery::FieldErrorType::TooLong;
        let detail = format!("may not be more than {CONTROLLER_MAX} bytes");
        errors.push(FieldError::new(controller.path(), kind, Value::Null, detail));
    }
    match controller.text().split_once('/') {
        _ if controller.is_empty() => errors.push(controller.required("")),
        Some((domain, path)) if !domain.is_empty() && !path.is_empty() => {
            errors.extend(controller.invalid_all(validate_dns1123_subdomain(domain)));
        }
        _ => errors.push(controller.invalid("must be a domain-prefixed path (such as \"acme.io/foo\")")),
    }
    errors
}

/// What is wrong with a change of an IngressClass.
pub(crate) fn ingress_class_update_errors(new: &Object, old: &Object) -> FieldErrors {
    let controller = |class| Field::of(class, "spec").child("controller");
    super::workload::immutable(&controller(new), &controller(old))
}

/// What is wrong with a NetworkPolicy.
pub(crate) fn network_policy_errors(policy: &Object) -> FieldErrors {
    let spec = Field::of(policy, "spec");
    let mut errors = selector_errors(&spec.child("podSelector"));
    for (rules, peers) in [("ingress", "from"), ("egress", "to")] {
        for rule in spec.child(rules).items() {
            errors.extend(rule.child("ports").items().flat_map(|port| port_errors(&port)));
            errors.extend(rule.child(peers).items().flat_map(|peer| peer_errors(&peer)));
        }
    }
    let types = spec.child("policyTypes");
    if types.items().count() > 2 {
        errors.push(types.invalid("may not specify more than two policyTypes"));
        return errors;
    }
    let unknown = types.items().filter(|found| !["Ingress", "Egress"].contains(&found.text()));
    errors.extend(unknown.map(|found| found.not_supported(&["Egress", "Ingress"])));
    errors
}

fn selector_errors(selector: &Field<'_>) -> FieldErrors {
    let mut errors = label_errors(&selector.child("matchLabels"));
    for expression in selector.child("matchExpressions").items() {
        errors.extend(expression_errors(&expression));
    }
    errors
}

fn port_errors(entry: &Field<'_>) -> FieldErrors {
    let (protocol, port, end) = (entry.child("protocol"), entry.child("port"), entry.child("endPort"));
    let mut errors = FieldErrors::new();
    if !protocol.is_absent() && !PROTOCOLS.contains(&protocol.text()) {
        errors.push(protocol.not_supported(&["TCP", "UDP", "SCTP"]));
    }
    match port.value() {
        Value::Null if !end.is_absent() => {
            errors.push(end.invalid("may not be specified when `port` is not specified"));
        }
        Value::Null => {}
        Value::String(_) => {
            if !end.is_absent() {
                errors.push(end.invalid("may not be specified when `port` is non-numeric"));
            }
            errors.extend(port.port_number_or_name());
        }
        _ => {
            errors.extend(port.port_number());
            if !end.is_absent() {
                if end.number() < port.number() {
                    let detail = "must be greater than or equal to `port`";
                    errors.push(end.invalid_value(port.number(), detail));
                }
                errors.extend(end.port_number());
            }
        }
    }
    errors
}

fn peer_errors(peer: &Field<'_>) -> FieldErrors {
    let selectors = ["podSelector", "namespaceSelector"].map(|field| peer.child(field));
    let block = peer.child("ipBlock");
    let selecting = selectors.iter().filter(|selector| !selector.is_absent()).count();
    let mut errors: FieldErrors = selectors.iter().flat_map(selector_errors).collect();
    if !block.is_absent() {
        errors.extend(block_errors(&block));
    }
    match (selecting, block.is_absent()) {
        (0, true) => errors.push(peer.required("must specify a peer")),
        (1.., false) => errors.push(peer.forbidden("may not specify both ipBlock and another peer")),
        _ => {}
    }
    errors
}

fn block_errors(block: &Field<'_>) -> FieldErrors {
    let cidr = block.child("cidr");
    if cidr.is_empty() {
        return vec![cidr.required("")];
    }
    let Some(outer) = Cidr::parse(cidr.text()) else { return vec![cidr.invalid(NO_RANGE)] };
    let mut errors = FieldErrors::new();
    for except in block.child("except").items() {
        match Cidr::parse(except.text()) {
            None => errors.push(except.invalid(NO_RANGE)),
            Some(inner) if !outer.contains(inner.address()) || outer.bits() >= inner.bits() => {
                errors.push(except.invalid("must be a strict subset of `cidr`"));
            }
            Some(_) => {}
        }
    }
    errors
}

/// What is wrong with a range of addresses, around which blanks may stand.
pub(super) fn range_error(range: &Field<'_>) -> Option<FieldError> {
    Cidr::parse(range.text().trim()).is_none().then(|| range.invalid(NO_RANGE))
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    fn texts(errors: &FieldErrors) -> Vec<String> {
        errors.iter().map(ToString::to_string).collect()
    }

    fn object(spec: Value) -> Object {
        Object::from_value(json!({"spec": spec})).unwrap()
    }

    #[test]
    fn an_ingress_needs_rules_with_paths_and_backends() {
        assert_eq!(
            texts(&ingress_errors(&object(json!({})))),
            ["spec: Invalid value: null: either `defaultBackend` or `rules` must be specified"]
        );
        let ingress = object(json!({"rules": [
            {"host": "*.a_b", "http": {"paths": [{"path": "/", "backend": {}}]}},
            {"host": "10.0.0.1", "http": {"paths": [{"path": "x//y", "pathType": "Prefix",
                "backend": {"service": {"name": "web", "port": {}}}}]}},
        ]}));
        assert_eq!(
            texts(&ingress_errors(&ingress)),
            [
                format!("spec.rules[0].host: Invalid value: \"*.a_b\": {WILDCARD_FORM}"),
                "spec.rules[0].http.paths[0].pathType: Required value: pathType must be specified".to_owned(),
                "spec.rules[1].host: Invalid value: \"10.0.0.1\": must be a DNS name, not an IP address"
                    .to_owned(),
                "spec.rules[0].http.paths[0].path: Invalid value: \"x//y\": must be an absolute path"
                    .to_owned(),
                "spec.rules[0].http.paths[0].path: Invalid value: \"x//y\": must not contain '//'".to_owned(),
                "spec.rules[0].http.paths[0].backend: Required value: port name or number is required"
                    .to_owned(),
            ]
        );
    }

    #[test]
    fn a_policys_ports_and_peers_are_checked() {
        let policy = object(json!({"podSelector": {}, "policyTypes": ["Ingress", "Out"], "ingress": [{
            "ports": [{"port": "http", "endPort": 90}, {"port": 80, "endPort": 70}],
            "from": [{}, {"ipBlock": {"cidr": "10.0.0.0/8", "except": ["11.0.0.0/16"]}, "podSelector": {}},
                {"ipBlock": {"cidr": "10.0.0.0"}}]}]}));
        assert_eq!(
            texts(&network_policy_errors(&policy)),
            [
                "spec.ingress[0].ports[0].endPort: Invalid value: 90: may not be specified when `port` is non-numeric",
                "spec.ingress[0].ports[1].endPort: Invalid value: 80: must be greater than or equal to `port`",
                "spec.ingress[0].from[0]: Required value: must specify a peer",
                "spec.ingress[0].from[1].ipBlock.except[0]: Invalid value: \"11.0.0.0/16\": must be a strict subset of `cidr`",
                "spec.ingress[0].from[1]: Forbidden: may not specify both ipBlock and another peer",
                "spec.ingress[0].from[2].ipBlock.cidr: Invalid value: \"10.0.0.0\": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)",
                "spec.policyTypes[1]: Unsupported value: \"Out\": supported values: \"Egress\", \"Ingress\"",
            ]
        );
    }
}
