//! A `kube::Client` over in-memory HTTP, upgrades included.
