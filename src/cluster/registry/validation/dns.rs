//! Rules of a Pod's names and addresses: DNS, host aliases, gates.

use crate::apimachinery::{
    FieldErrors, validate_dns1123_subdomain, validate_dns1123_subdomain_with_underscore, validate_label_key,
};

use super::field::Field;

/// What a client is told about something that is no address.
const NO_ADDRESS: &str = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
/// Most name servers and search domains of a Pod.
const NAMESERVERS_MAX: usize = 3;
const SEARCHES_MAX: usize = 32;

fn address_error(field: &Field<'_>) -> Option<crate::apimachinery::FieldError> {
    field.text().parse::<std::net::IpAddr>().is_err().then(|| field.invalid(NO_ADDRESS))
}

/// What is wrong with `dnsConfig` (`validatePodDNSConfig`).
pub(super) fn dns_errors(spec: &Field<'_>) -> FieldErrors {
    let config = spec.child("dnsConfig");
    let mut errors = FieldErrors::new();
    let servers = config.child("nameservers");
    if spec.child("dnsPolicy").text() == "None" {
        if config.is_absent() {
            errors.push(config.required("must provide `dnsConfig` when `dnsPolicy` is None"));
            return errors;
        }
        if servers.is_empty() {
            let detail = "must provide at least one DNS nameserver when `dnsPolicy` is None";
            errors.push(servers.required(detail));
        }
    }
    if servers.items().count() > NAMESERVERS_MAX {
        errors.push(servers.invalid(format!("must not have more than {NAMESERVERS_MAX} nameservers")));
    }
    errors.extend(servers.items().filter_map(|server| address_error(&server)));
    let searches = config.child("searches");
    if searches.items().count() > SEARCHES_MAX {
        errors.push(searches.invalid(format!("must not have more than {SEARCHES_MAX} search paths")));
    }
    // A dot alone is the root: names are tried as they are.
    for search in searches.items().filter(|search| search.text() != ".") {
        let domain = search.text().strip_suffix('.').unwrap_or(search.text());
        errors.extend(search.invalid_all(validate_dns1123_subdomain_with_underscore(domain)));
    }
    for option in config.child("options").items() {
        let name = option.child("name");
        if name.is_empty() {
            errors.push(option.required("must not be empty"));
        }
    }
    errors
}

/// What is wrong with `hostAliases`.
pub(super) fn host_alias_errors(aliases: &Field<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    for alias in aliases.items() {
        errors.extend(address_error(&alias.child("ip")));
        for name in alias.child("hostnames").items() {
            errors.extend(name.invalid_all(validate_dns1123_subdomain(name.text())));
        }
    }
    errors
}

/// What is wrong with the gates that hold a Pod's readiness.
pub(super) fn readiness_gate_errors(spec: &Field<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    for gate in spec.child("readinessGates").items() {
        let kind = gate.child("conditionType");
        errors.extend(
            validate_label_key(kind.text())
                .into_iter()
                .map(|message| kind.invalid_value(kind.text(), message)),
        );
    }
    errors
}
