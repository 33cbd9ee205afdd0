//! Networks, written as an address and how many of its bits count: `10.244.0.0/16`.

use std::net::IpAddr;

/// A network of either family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cidr {
    address: IpAddr,
    bits: u32,
}

impl Cidr {
    /// Reads `10.244.0.0/16` or `fd00::/8`; `None` for what is no network.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (address, bits) = text.split_once('/')?;
        let (address, bits) = (address.parse::<IpAddr>().ok()?, bits.parse::<u32>().ok()?);
        let most = if address.is_ipv4() { 32 } else { 128 };
        (bits <= most).then_some(Self { address, bits })
    }

    /// Its address, as it is written.
    #[must_use]
    pub fn address(&self) -> IpAddr {
        self.address
    }

    /// How many bits count.
    #[must_use]
    pub fn bits(&self) -> u32 {
        self.bits
    }

    /// Whether an address is in it.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let number = |address: IpAddr| match address {
            IpAddr::V4(address) => (u128::from(u32::from(address)) << 96, true),
            IpAddr::V6(address) => (u128::from(address), false),
        };
        let ((own, own_v4), (other, other_v4)) = (number(self.address), number(address));
        let mask = u128::MAX.checked_shl(128 - self.bits).unwrap_or(0);
        own_v4 == other_v4 && own & mask == other & mask
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_holds_what_begins_as_it_does() {
        for (network, address, held) in [
            ("10.244.0.0/16", "10.244.3.9", true),
            ("10.244.0.0/24", "10.244.3.9", false),
            ("0.0.0.0/0", "10.244.3.9", true),
            ("10.244.3.9/32", "10.244.3.9", true),
            ("10.244.3.8/32", "10.244.3.9", false),
            ("fd00::/8", "10.244.3.9", false),
            ("fd00::/8", "fd12::1", true),
            ("::/0", "fd12::1", true),
        ] {
            assert_eq!(
                Cidr::parse(network).unwrap().contains(address.parse().unwrap()),
                held,
                "{network} {address}"
            );
        }
        for text in ["10.0.0.0", "10.0.0.0/33", "10.0.0/8", "fd00::/129", "a/8"] {
            assert_eq!(Cidr::parse(text), None, "{text}");
        }
    }
}
