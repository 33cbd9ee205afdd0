//! A plain-HTTP socket on this machine for every Service's node port.

use std::collections::BTreeMap;
use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use crate::apimachinery::{Object, ObjectKey, builtin};
use crate::base::sleep;

use super::super::apiserver::serve_forwarded;
use super::super::driver::Shared;
use super::{ACCEPT_PAUSE, EndOnDrop};

/// Connections that may be open at once on one node port.
const CONNECTIONS_MAX: usize = 100;

/// The port of a Service that a node port leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Target {
    service: ObjectKey,
    port: u16,
}

/// An open socket; closes when dropped.
struct Socket {
    target: Target,
    _task: EndOnDrop,
}

/// Empties the mapping when the listener closes.
struct Mapping(Arc<Shared>);

impl Drop for Mapping {
    fn drop(&mut self) {
        self.0.node_ports().clear();
    }
}

/// Keeps one socket open for every node port, for as long as the future is polled.
pub(super) async fn serve(shared: Arc<Shared>) {
    let mapping = Mapping(Arc::clone(&shared));
    let mut changed = shared.subscribe();
    let mut sockets: BTreeMap<u16, Socket> = BTreeMap::new();
    let mut seen = None;
    while !shared.has_ended() {
        changed.borrow_and_update();
        if let Some((place, targets)) = shared.look(|simulation, epoch| {
            let store = simulation.registry.store();
            let place = (epoch, store.revision());
            let moved = seen.is_none_or(|(seen_epoch, revision)| {
                seen_epoch != epoch || services_changed(store.changes_since(revision))
            });
            seen = Some(place);
            moved.then(|| (place, targets(store.list(&builtin::SERVICE, None).map(AsRef::as_ref))))
        }) {
            seen = Some(place);
            follow(&shared, &mut sockets, targets).await;
        }
        if changed.changed().await.is_err() {
            break;
        }
    }
    drop(mapping);
}

fn services_changed<'a, E>(
    changes: Result<impl Iterator<Item = &'a super::super::storage::Change>, E>,
) -> bool {
    changes.map_or(true, |mut changes| changes.any(|change| change.kind == &builtin::SERVICE))
}

/// Every node port with where it leads.
fn targets<'a>(services: impl Iterator<Item = &'a Object>) -> BTreeMap<u16, Target> {
    let mut targets = BTreeMap::new();
    for service in services {
        for entry in service.list("/spec/ports") {
            let number = |name: &str| {
                entry.get(name).and_then(serde_json::Value::as_u64).and_then(|n| n.try_into().ok())
            };
            if let (Some(node_port), Some(port)) = (number("nodePort"), number("port")) {
                targets.insert(node_port, Target { service: service.key(), port });
            }
        }
    }
    targets
}

/// Opens and closes sockets until they are those of `targets`.
async fn follow(shared: &Arc<Shared>, sockets: &mut BTreeMap<u16, Socket>, targets: BTreeMap<u16, Target>) {
    sockets.retain(|node_port, socket| targets.get(node_port) == Some(&socket.target));
    shared.node_ports().retain(|node_port, _| sockets.contains_key(node_port));
    for (node_port, target) in targets {
        if sockets.contains_key(&node_port) {
            continue;
        }
        let Ok((listener, local)) = bind(node_port).await else { continue };
        let task = tokio::spawn(accept(Arc::clone(shared), listener, target.clone()));
        sockets.insert(node_port, Socket { target, _task: EndOnDrop(task) });
        shared.node_ports().insert(node_port, local);
    }
}

/// The socket of that number, or of another when it is taken.
async fn bind(node_port: u16) -> io::Result<(TcpListener, u16)> {
    let listener = match TcpListener::bind((Ipv4Addr::LOCALHOST, node_port)).await {
        Ok(listener) => listener,
        Err(_) => TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?,
    };
    let local = listener.local_addr()?.port();
    Ok((listener, local))
}

async fn accept(shared: Arc<Shared>, listener: TcpListener, target: Target) {
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        let Ok((stream, _)) = listener.accept().await else {
            sleep(ACCEPT_PAUSE).await;
            continue;
        };
        let (shared, target) = (Arc::clone(&shared), target.clone());
        tokio::spawn(async move {
            serve_forwarded(stream, move |request| {
                shared.reach_in(|simulation| {
                    let (node, registry) = (&mut simulation.node, &mut simulation.registry);
                    node.http_from_outside(registry, &target.service, target.port, request)
                })
            })
            .await;
            drop(place);
        });
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn node_ports_lead_to_the_ports_of_their_services() {
        let mut web = Object::new(&builtin::SERVICE, "default", "web");
        web.set("/spec/ports", json!([{"port": 80, "nodePort": 30080}, {"port": 81}]));
        let plain = Object::new(&builtin::SERVICE, "default", "plain");
        let targets = targets([&web, &plain].into_iter());
        let expected = Target { service: ObjectKey::new("default", "web"), port: 80 };
        assert_eq!(targets, BTreeMap::from([(30080, expected)]));
    }
}
