//! Kubernetes' own types: quantities, URLs, addresses, versions.

use std::net::IpAddr;
use std::sync::Arc;

use super::evaluate::Outcome;
use super::value::CelValue;
use crate::apimachinery::quantity::Quantity;

/// `quantity(text)`.
pub(super) fn quantity(text: &str) -> Outcome {
    Quantity::parse(text).map(CelValue::Quantity)
}

/// Methods of quantities.
pub(super) fn quantity_method(name: &str, this: Quantity, arguments: &[CelValue]) -> Option<Outcome> {
    let other = match arguments {
        [] => None,
        [CelValue::Quantity(other)] => Some(*other),
        [CelValue::Int(other)] => Some(Quantity::from_whole(*other)),
        _ => return None,
    };
    let is_whole = this.milli() % 1000 == 0;
    Some(Ok(match (name, other) {
        ("isGreaterThan", Some(other)) => CelValue::Bool(this > other),
        ("isLessThan", Some(other)) => CelValue::Bool(this < other),
        ("compareTo", Some(other)) => CelValue::Int(this.cmp(&other) as i64),
        ("add", Some(other)) => CelValue::Quantity(this + other),
        ("sub", Some(other)) => CelValue::Quantity(this - other),
        ("sign", None) => CelValue::Int(this.milli().signum()),
        ("isInteger", None) => CelValue::Bool(is_whole),
        ("asInteger", None) if is_whole => CelValue::Int(this.milli() / 1000),
        ("asInteger", None) => return Some(Err("cannot convert value to integer".to_owned())),
        #[allow(clippy::cast_precision_loss, reason = "upstream approximates, too")]
        ("asApproximateFloat", None) => CelValue::Double(this.milli() as f64 / 1000.0),
        _ => return None,
    }))
}

/// `url(text)`: absolute, or an absolute path.
pub(super) fn url(text: &str) -> Outcome {
    let parsed = text.parse::<http::Uri>();
    match parsed {
        Ok(uri) if uri.scheme().is_some() || text.starts_with('/') => Ok(CelValue::Url(Arc::new(uri))),
        _ => Err(format!(
            "URL parse error during conversion from string: parse {text:?}: invalid URI for request"
        )),
    }
}

/// Methods of URLs.
pub(super) fn url_method(name: &str, this: &http::Uri) -> Option<CelValue> {
    let host = this.host().unwrap_or_default();
    let port = this.port_u16().map(|port| port.to_string()).unwrap_or_default();
    Some(match name {
        "getScheme" => CelValue::text(this.scheme_str().unwrap_or_default()),
        "getHost" if port.is_empty() => CelValue::text(host),
        "getHost" => CelValue::text(&format!("{host}:{port}")),
        "getHostname" => CelValue::text(host.trim_start_matches('[').trim_end_matches(']')),
        "getPort" => CelValue::text(&port),
        "getEscapedPath" => {
            CelValue::text(if this.path() == "/" && this.scheme().is_some() { "" } else { this.path() })
        }
        "getQuery" => {
            let pairs = this.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
            let mut all: Vec<(CelValue, CelValue)> = Vec::new();
            for pair in pairs {
                let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
                let (key, value) = (CelValue::text(key), CelValue::text(value));
                match all.iter_mut().find(|(known, _)| known.equals(&key)) {
                    Some((_, CelValue::List(values))) => Arc::make_mut(values).push(value),
                    _ => all.push((key, CelValue::List(Arc::new(vec![value])))),
                }
            }
            CelValue::Map(Arc::new(all))
        }
        _ => return None,
    })
}

/// `ip(text)`.
pub(super) fn ip(text: &str) -> Outcome {
    text.parse().map(CelValue::Ip).map_err(|_| {
        format!("IP Address {text:?} parse error during conversion from string: ParseAddr({text:?}): unable to parse IP")
    })
}

/// `cidr(text)`.
pub(super) fn cidr(text: &str) -> Outcome {
    let parsed = text.split_once('/').and_then(|(address, length)| {
        let (address, length): (IpAddr, u8) = (address.parse().ok()?, length.parse().ok()?);
        (u32::from(length) <= bits(address)).then_some(CelValue::Cidr(address, length))
    });
    parsed.ok_or_else(|| {
        format!(
            "network address parse error during conversion from string: netip.ParsePrefix({text:?}): no '/'"
        )
    })
}

fn bits(address: IpAddr) -> u32 {
    if address.is_ipv4() { 32 } else { 128 }
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u32::from(address).into(),
        IpAddr::V6(address) => address.into(),
    }
}

/// Whether an address is in a network.
fn holds(network: IpAddr, length: u8, address: IpAddr) -> bool {
    let shift = bits(network) - u32::from(length);
    let prefix = |address: IpAddr| number(address).checked_shr(shift).unwrap_or_default();
    network.is_ipv4() == address.is_ipv4() && prefix(network) == prefix(address)
}

/// Methods of addresses.
pub(super) fn ip_method(name: &str, this: IpAddr) -> Option<CelValue> {
    let is_link_local = match this {
        IpAddr::V4(address) => address.is_link_local(),
        IpAddr::V6(address) => address.is_unicast_link_local(),
    };
    Some(match name {
        "family" => CelValue::Int(if this.is_ipv4() { 4 } else { 6 }),
        "isUnspecified" => CelValue::Bool(this.is_unspecified()),
        "isLoopback" => CelValue::Bool(this.is_loopback()),
        "isLinkLocalUnicast" => CelValue::Bool(is_link_local),
        "isGlobalUnicast" => CelValue::Bool(
            !this.is_unspecified() && !this.is_loopback() && !this.is_multicast() && !is_link_local,
        ),
        _ => return None,
    })
}

/// Methods of networks.
pub(super) fn cidr_method(name: &str, this: (IpAddr, u8), arguments: &[CelValue]) -> Option<Outcome> {
    let (network, length) = this;
    Some(Ok(match (name, arguments) {
        ("containsIP", [CelValue::Ip(address)]) => CelValue::Bool(holds(network, length, *address)),
        ("containsIP", [CelValue::Text(text)]) => match ip(text) {
            Ok(CelValue::Ip(address)) => CelValue::Bool(holds(network, length, address)),
            outcome => return Some(outcome),
        },
        ("containsCIDR", [CelValue::Cidr(address, other)]) => {
            CelValue::Bool(*other >= length && holds(network, length, *address))
        }
        ("containsCIDR", [CelValue::Text(text)]) => match cidr(text) {
            Ok(CelValue::Cidr(address, other)) => {
                CelValue::Bool(other >= length && holds(network, length, address))
            }
            outcome => return Some(outcome),
        },
        ("ip", []) => CelValue::Ip(network),
        ("prefixLength", []) => CelValue::Int(length.into()),
        _ => return None,
    }))
}

/// `semver(text)`.
pub(super) fn semver(text: &str) -> Outcome {
    let without_build = text.split('+').next().unwrap_or_default();
    let (numbers, pre) = without_build.split_once('-').unwrap_or((without_build, ""));
    let parts: Vec<u64> = numbers.split('.').filter_map(|part| part.parse().ok()).collect();
    match <[u64; 3]>::try_from(parts) {
        Ok(parts) if numbers.split('.').count() == 3 => Ok(CelValue::Semver(parts, pre.into())),
        _ => Err("No Major.Minor.Patch elements found".to_owned()),
    }
}

/// Methods of versions.
pub(super) fn semver_method(name: &str, this: &CelValue, arguments: &[CelValue]) -> Option<CelValue> {
    let CelValue::Semver(parts, _) = this else { return None };
    let order = |other: &CelValue| this.compare(other);
    Some(match (name, arguments) {
        ("major", []) => CelValue::Int(i64::try_from(parts[0]).ok()?),
        ("minor", []) => CelValue::Int(i64::try_from(parts[1]).ok()?),
        ("patch", []) => CelValue::Int(i64::try_from(parts[2]).ok()?),
        ("isGreaterThan", [other]) => CelValue::Bool(order(other)?.is_gt()),
        ("isLessThan", [other]) => CelValue::Bool(order(other)?.is_lt()),
        ("compareTo", [other]) => CelValue::Int(order(other)? as i64),
        _ => return None,
    })
}
