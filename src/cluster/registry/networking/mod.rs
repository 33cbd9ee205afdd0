//! Rules of the kinds of the networking.k8s.io group.

mod addresses;

pub(super) use addresses::{IpAddressStrategy, ServiceCidrStrategy};
