//! Addresses of Pods: each node hands them out from its range, the one freed last comes back last.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

/// The range of a node that names none.
const DEFAULT_RANGE: &str = "10.244.0.0/24";

/// The addresses in use on every node, by the node's range.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct AddressPool(BTreeMap<String, Range>);

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Range {
    used: BTreeSet<Ipv4Addr>,
    last: u32,
}

impl AddressPool {
    /// The next free address of a range (`spec.podCIDR`; minikube's when empty).
    ///
    /// # Errors
    /// The network plugin's words when the range is full.
    pub(crate) fn allocate(&mut self, range: &str) -> Result<Ipv4Addr, String> {
        let range = if range.is_empty() { DEFAULT_RANGE } else { range };
        let (first, size) = parse(range).ok_or_else(|| format!("invalid CIDR address: {range}"))?;
        let state = self.0.entry(range.to_owned()).or_default();
        // .0 is the network, .1 the bridge, the last one the broadcast address.
        let usable = size.saturating_sub(3);
        for step in 0..usable {
            let offset = (state.last + step) % usable;
            let address = Ipv4Addr::from(first + 2 + offset);
            if state.used.insert(address) {
                state.last = offset + 1;
                return Ok(address);
            }
        }
        Err(format!("failed to allocate for range 0: no IP addresses available in range set: {range}"))
    }

    /// Marks an address as taken that a running Pod already has.
    pub(crate) fn reserve(&mut self, range: &str, address: Ipv4Addr) {
        let range = if range.is_empty() { DEFAULT_RANGE } else { range };
        self.0.entry(range.to_owned()).or_default().used.insert(address);
    }

    /// Gives an address back.
    pub(crate) fn release(&mut self, address: Ipv4Addr) {
        for range in self.0.values_mut() {
            range.used.remove(&address);
        }
    }
}

fn parse(range: &str) -> Option<(u32, u32)> {
    let (base, bits) = range.split_once('/')?;
    let (base, bits) = (base.parse::<Ipv4Addr>().ok()?, bits.parse::<u32>().ok()?);
    let size = 1_u32.checked_shl(32_u32.checked_sub(bits)?)?;
    Some((u32::from(base), size))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_unique_and_come_back_late() {
        let mut pool = AddressPool::default();
        let first = pool.allocate("").unwrap();
        assert_eq!(first.to_string(), "10.244.0.2");
        pool.reserve("", "10.244.0.3".parse().unwrap());
        assert_eq!(pool.allocate("").unwrap().to_string(), "10.244.0.4");
        pool.release(first);
        assert_eq!(pool.allocate("").unwrap().to_string(), "10.244.0.5");
        let last = (0..250).map(|_| pool.allocate("").unwrap()).last().unwrap();
        assert_eq!(last, first);
        assert!(pool.allocate("").is_err());
    }

    #[test]
    fn nodes_have_ranges_of_their_own() {
        let mut pool = AddressPool::default();
        assert_eq!(pool.allocate("10.244.1.0/24").unwrap().to_string(), "10.244.1.2");
        assert_eq!(pool.allocate("10.244.2.0/24").unwrap().to_string(), "10.244.2.2");
        assert!(pool.allocate("nonsense").is_err());
    }
}
