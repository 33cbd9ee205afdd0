//! Rules of Endpoints and EndpointSlices (`pkg/apis/core/validation`, `pkg/apis/discovery/validation`).

use std::collections::BTreeSet;
use std::net::IpAddr;

use crate::apimachinery::{FieldErrors, Object, validate_dns1123_label, validate_dns1123_subdomain};

use super::container::PROTOCOLS;
use super::field::Field;

/// What is wrong with Endpoints.
pub(crate) fn endpoints_errors(endpoints: &Object) -> FieldErrors {
    let mut errors = FieldErrors::new();
    for subset in Field::of(endpoints, "subsets").items() {
        let [ready, other] = ["addresses", "notReadyAddresses"].map(|field| subset.child(field));
        if ready.is_empty() && other.is_empty() {
            errors.push(subset.required("must specify `addresses` or `notReadyAddresses`"));
        }
        for address in ready.items().chain(other.items()) {
            errors.extend(address_errors(&address.child("ip"), false));
        }
        let ports = subset.child("ports");
        let several = ports.items().count() > 1;
        for port in ports.items() {
            let name = port.child("name");
            if several && name.is_empty() {
                errors.push(name.required(""));
            } else if !name.is_empty() {
                errors.extend(name.invalid_all(validate_dns1123_label(name.text())));
            }
            errors.extend(port.child("port").port_number());
            errors.extend(port.child("protocol").one_of(PROTOCOLS));
        }
    }
    errors
}

/// What is wrong with an EndpointSlice.
pub(crate) fn endpoint_slice_errors(slice: &Object) -> FieldErrors {
    let kind = Field::of(slice, "addressType");
    let mut errors: FieldErrors = kind.one_of(&["FQDN", "IPv4", "IPv6"]).into_iter().collect();
    for endpoint in Field::of(slice, "endpoints").items() {
        let addresses = endpoint.child("addresses");
        if addresses.is_empty() {
            errors.push(addresses.required("must contain at least 1 address"));
        }
        for address in addresses.items() {
            errors.extend(match kind.text() {
                "FQDN" => address.invalid_all(validate_dns1123_subdomain(address.text())),
                "IPv6" => address_errors(&address, true),
                _ => address_errors(&address, false),
            });
        }
    }
    errors.extend(port_errors(&Field::of(slice, "ports")));
    errors
}

/// What may not be changed of an EndpointSlice.
pub(crate) fn endpoint_slice_update_errors(new: &Object, old: &Object) -> FieldErrors {
    let [new, old] = [new, old].map(|slice| Field::of(slice, "addressType"));
    if new.text() == old.text() { FieldErrors::new() } else { vec![new.invalid("field is immutable")] }
}

fn port_errors(ports: &Field<'_>) -> FieldErrors {
    let mut errors = FieldErrors::new();
    let mut names = BTreeSet::new();
    for port in ports.items() {
        let name = port.child("name");
        if !name.is_empty() {
            errors.extend(name.invalid_all(validate_dns1123_label(name.text())));
        }
        if !names.insert(name.text()) {
            errors.push(name.duplicate());
        }
        errors.extend(port.child("protocol").one_of(PROTOCOLS));
    }
    errors
}

/// An address that traffic can be sent to (`ValidateEndpointIP`).
fn address_errors(address: &Field<'_>, wants_v6: bool) -> FieldErrors {
    let Ok(parsed) = address.text().parse::<IpAddr>() else {
        return vec![address.invalid("must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)")];
    };
    let mut errors = FieldErrors::new();
    if wants_v6 && parsed.is_ipv4() {
        errors.push(address.invalid("must be an IPv6 address"));
    }
    let (link_local, local_multicast) = match parsed {
        IpAddr::V4(v4) => (v4.is_link_local(), v4.octets()[..3] == [224, 0, 0]),
        IpAddr::V6(v6) => (v6.segments()[0] & 0xffc0 == 0xfe80, v6.segments()[0] & 0xff0f == 0xff02),
    };
    let rules = [
        (parsed.is_unspecified(), "may not be unspecified (0.0.0.0 or ::)"),
        (parsed.is_loopback(), "may not be in the loopback range (127.0.0.0/8, ::1/128)"),
        (link_local, "may not be in the link-local range (169.254.0.0/16, fe80::/10)"),
        (local_multicast, "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)"),
    ];
    errors.extend(rules.into_iter().filter(|(broken, _)| *broken).map(|(_, why)| address.invalid(why)));
    errors
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    #[test]
    fn addresses_must_be_such_that_traffic_can_go_there() {
        let told = |errors: FieldErrors| -> Vec<String> { errors.iter().map(ToString::to_string).collect() };
        let endpoints = |ip: &str| {
            let value =
                json!({"subsets": [{"addresses": [{"ip": ip}], "ports": [{"port": 80, "protocol": "TCP"}]}]});
            told(endpoints_errors(&Object::from_value(value).unwrap()))
        };
        assert!(endpoints("10.1.2.3").is_empty());
        assert_eq!(
            endpoints("127.0.0.1"),
            [
                "subsets[0].addresses[0].ip: Invalid value: \"127.0.0.1\": may not be in the loopback range (127.0.0.0/8, ::1/128)"
            ]
        );
        let slice =
            json!({"addressType": "IPv4", "endpoints": [{"addresses": ["1.2.3"]}, {"addresses": []}]});
        assert_eq!(
            told(endpoint_slice_errors(&Object::from_value(slice).unwrap())),
            [
                "endpoints[0].addresses[0]: Invalid value: \"1.2.3\": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)",
                "endpoints[1].addresses: Required value: must contain at least 1 address",
            ]
        );
    }
}
