//! `/podlings/tunnel`: Services of type LoadBalancer have an address while somebody reads this.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::stream;
use http::Response;
use hyper::body::Bytes;
use tokio::sync::watch;

use super::super::driver::Shared;
use super::body::{self, Body};

/// An open tunnel; closes when dropped.
struct Tunnel {
    shared: Arc<Shared>,
    changed: watch::Receiver<u64>,
    told: Option<BTreeMap<String, u16>>,
}

impl Drop for Tunnel {
    fn drop(&mut self) {
        self.shared.with(|simulation| simulation.close_tunnel());
    }
}

/// Opens a tunnel: a line for every change of where the ports of Services are served on this machine.
pub(super) fn open(shared: &Arc<Shared>) -> Response<Body> {
    let changed = shared.subscribe();
    shared.with(|simulation| simulation.open_tunnel());
    let tunnel = Tunnel { shared: Arc::clone(shared), changed, told: None };
    body::stream(body::JSON, stream::unfold(tunnel, next_line))
}

async fn next_line(mut tunnel: Tunnel) -> Option<(Bytes, Tunnel)> {
    loop {
        if tunnel.shared.has_ended() {
            return None;
        }
        tunnel.changed.borrow_and_update();
        let served = tunnel.shared.balancer_ports().clone();
        if tunnel.told.as_ref() != Some(&served) {
            let mut line = serde_json::to_vec(&served).ok()?;
            line.push(b'\n');
            tunnel.told = Some(served);
            return Some((line.into(), tunnel));
        }
        tunnel.changed.changed().await.ok()?;
    }
}
