//! Through which proxy a server is reached, by the variables and rules that Go's programs go by.

use std::collections::BTreeMap;
use std::net::IpAddr;

use http::Uri;

/// The proxy for a server: the one named for it, else that of `HTTPS_PROXY` or `HTTP_PROXY`, unless
/// `NO_PROXY` names the server or it is on this machine.
#[must_use]
pub fn proxy_of(server: &str, named: Option<&str>, environment: &BTreeMap<String, String>) -> Option<String> {
    let with_scheme = |proxy: &str| match proxy.contains("://") {
        true => proxy.to_owned(),
        false => format!("http://{proxy}"),
    };
    if let Some(named) = named.filter(|named| !named.is_empty()) {
        return Some(with_scheme(named));
    }
    let variable = |name: &str| {
        let value = environment.get(name).or_else(|| environment.get(&name.to_lowercase()));
        value.map(String::as_str).filter(|value| !value.is_empty())
    };
    let uri = server.parse::<Uri>().ok()?;
    let is_plain = uri.scheme_str() == Some("http");
    let proxy = variable(if is_plain { "HTTP_PROXY" } else { "HTTPS_PROXY" })?;
    let host = uri.host()?.trim_matches(['[', ']']).to_lowercase();
    let port = uri.port_u16().unwrap_or(if is_plain { 80 } else { 443 });
    let exceptions = variable("NO_PROXY").unwrap_or_default();
    let is_spared = is_here(&host) || exceptions.split(',').any(|entry| spares(entry.trim(), &host, port));
    (!is_spared).then(|| with_scheme(proxy))
}

fn is_here(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Whether an entry of `NO_PROXY` means a host: `*`, an address, a network, a domain with all in it, or,
/// with a leading dot, only what is in it. A port behind it must be the same.
fn spares(entry: &str, host: &str, port: u16) -> bool {
    let entry = entry.to_lowercase();
    let address = host.parse::<IpAddr>().ok();
    if let Some((network, bits)) = entry.split_once('/') {
        return address.is_some_and(|address| is_in(address, network, bits));
    }
    let (name, wanted) = match entry.rsplit_once(':') {
        Some((name, wanted)) if !name.contains(':') || name.ends_with(']') => (name, wanted.parse().ok()),
        _ => (entry.as_str(), None),
    };
    if wanted.is_some_and(|wanted: u16| wanted != port) {
        return false;
    }
    let name = name.trim_matches(['[', ']']);
    match name.strip_prefix("*.").or_else(|| name.strip_prefix('.')) {
        _ if name == "*" => true,
        _ if name.is_empty() => false,
        Some(domain) => host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.')),
        None if address.is_some() => name.parse::<IpAddr>().ok() == address,
        None => host == name || host.strip_suffix(name).is_some_and(|rest| rest.ends_with('.')),
    }
}

fn is_in(address: IpAddr, network: &str, bits: &str) -> bool {
    let (Ok(network), Ok(bits)) = (network.parse::<IpAddr>(), bits.parse::<u32>()) else { return false };
    let (one, other, width) = match (address, network) {
        (IpAddr::V4(one), IpAddr::V4(other)) => (u128::from(one.to_bits()), u128::from(other.to_bits()), 32),
        (IpAddr::V6(one), IpAddr::V6(other)) => (one.to_bits(), other.to_bits(), 128),
        _ => return false,
    };
    let cut = width - bits.min(width);
    one.checked_shr(cut).unwrap_or(0) == other.checked_shr(cut).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_reached_as_go_reaches_them() {
        let variables = [
            ("https_proxy", "proxy.corp:3128"),
            ("NO_PROXY", "10.0.0.0/8, .lab.corp,intra.corp,192.168.1.7:6443,[fd00::1]:6443"),
        ];
        let environment = variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let through = |server: &str| proxy_of(server, None, &environment).is_some();
        for server in
            ["https://34.1.2.3", "https://lab.corp", "https://192.168.1.7", "https://[fd00::2]:6443"]
        {
            assert!(through(server), "{server}");
        }
        for server in [
            "https://127.0.0.1:6443",
            "https://localhost:6443",
            "https://[::1]:6443",
            "https://10.20.30.40:6443",
            "https://a.lab.corp",
            "https://intra.corp",
            "https://a.intra.corp",
            "https://192.168.1.7:6443",
            "https://[fd00::1]:6443",
            "http://34.1.2.3",
        ] {
            assert!(!through(server), "{server}");
        }
        let of = |named| proxy_of("https://127.0.0.1:6443", named, &environment);
        assert_eq!(of(Some("socks5://localhost:1080")).as_deref(), Some("socks5://localhost:1080"));
        assert_eq!(proxy_of("https://x.org", None, &environment).as_deref(), Some("http://proxy.corp:3128"));
        assert_eq!(proxy_of("https://x.org", None, &BTreeMap::new()), None);
    }
}
