//! Plain-HTTP sockets on this machine: for every Service's node port, and for what a tunnel serves.

use std::collections::BTreeMap;
use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use crate::apimachinery::{Object, ObjectKey, builtin};
use crate::base::{Value, sleep};

use super::super::apiserver::serve_forwarded;
use super::super::controllers::TUNNEL_ADDRESS;
use super::super::driver::Shared;
use super::{ACCEPT_PAUSE, EndOnDrop};

/// Connections that may be open at once on one socket.
const CONNECTIONS_MAX: usize = 100;
/// The Service of minikube's ingress addon, which a tunnel serves, too.
const INGRESS: (&str, &str) = ("ingress-nginx", "ingress-nginx-controller");

/// The port of a Service that a socket leads to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Target {
    service: ObjectKey,
    port: u16,
}

/// What a socket stands for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    /// A node port.
    Node(u16),
    /// A port of a Service with an address of this machine.
    Balancer(Target),
}

impl Place {
    /// The number that the socket should have.
    fn wanted(&self) -> u16 {
        match self {
            Self::Node(number) => *number,
            Self::Balancer(target) => target.port,
        }
    }
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
        self.0.balancer_ports().clear();
    }
}

/// Keeps one socket open for every place, for as long as the future is polled.
pub(super) async fn serve(shared: Arc<Shared>) {
    let mapping = Mapping(Arc::clone(&shared));
    let mut changed = shared.subscribe();
    let mut sockets: BTreeMap<Place, Socket> = BTreeMap::new();
    let mut seen = None;
    while !shared.has_ended() {
        changed.borrow_and_update();
        if let Some((place, targets)) = shared.look(|simulation, epoch| {
            let store = simulation.registry.store();
            let tunnelled = simulation.node.has_tunnel();
            let place = (epoch, store.revision(), tunnelled);
            let moved = seen.is_none_or(|(seen_epoch, revision, was_tunnelled)| {
                seen_epoch != epoch
                    || was_tunnelled != tunnelled
                    || services_changed(store.changes_since(revision))
            });
            seen = Some(place);
            moved.then(|| (place, targets(store.list(&builtin::SERVICE, None).map(AsRef::as_ref), tunnelled)))
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

/// Every place with where it leads.
fn targets<'a>(services: impl Iterator<Item = &'a Object>, tunnelled: bool) -> BTreeMap<Place, Target> {
    let mut targets = BTreeMap::new();
    for service in services {
        let key = service.key();
        let is_ingress = (key.namespace.as_str(), key.name.as_str()) == INGRESS;
        let balanced = service.text("/status/loadBalancer/ingress/0/ip") == TUNNEL_ADDRESS;
        for entry in service.list("/spec/ports") {
            let number = |name: &str| entry.get(name).and_then(Value::as_u64).and_then(|n| n.try_into().ok());
            let Some(port) = number("port") else { continue };
            let target = Target { service: key.clone(), port };
            if let Some(node_port) = number("nodePort") {
                targets.insert(Place::Node(node_port), target.clone());
            }
            if tunnelled && (balanced || (is_ingress && port == 80)) {
                targets.insert(Place::Balancer(target.clone()), target);
            }
        }
    }
    targets
}

/// Opens and closes sockets until they are those of `targets`.
async fn follow(
    shared: &Arc<Shared>,
    sockets: &mut BTreeMap<Place, Socket>,
    targets: BTreeMap<Place, Target>,
) {
    sockets.retain(|place, socket| targets.get(place) == Some(&socket.target));
    shared.node_ports().retain(|node_port, _| sockets.contains_key(&Place::Node(*node_port)));
    let balanced: Vec<String> = sockets.keys().filter_map(balancer_name).collect();
    shared.balancer_ports().retain(|name, _| balanced.contains(name));
    for (place, target) in targets {
        if sockets.contains_key(&place) {
            continue;
        }
        let Ok((listener, local)) = bind(place.wanted()).await else { continue };
        let task = tokio::spawn(accept(Arc::clone(shared), listener, target.clone()));
        match (&place, balancer_name(&place)) {
            (Place::Node(node_port), _) => drop(shared.node_ports().insert(*node_port, local)),
            (_, Some(name)) => drop(shared.balancer_ports().insert(name, local)),
            _ => {}
        }
        sockets.insert(place, Socket { target, _task: EndOnDrop(task) });
    }
    shared.notify();
}

/// `namespace/name:port`.
fn balancer_name(place: &Place) -> Option<String> {
    match place {
        Place::Node(_) => None,
        Place::Balancer(target) => Some(format!("{}:{}", target.service, target.port)),
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
    use crate::base::json;

    use super::*;

    #[test]
    fn places_lead_to_the_ports_of_their_services() {
        let mut web = Object::new(&builtin::SERVICE, "default", "web");
        web.set("/spec/ports", json!([{"port": 80, "nodePort": 30080}, {"port": 81}]));
        let plain = Object::new(&builtin::SERVICE, "default", "plain");
        let target = |port| Target { service: ObjectKey::new("default", "web"), port };
        let found = targets([&web, &plain].into_iter(), true);
        assert_eq!(found, BTreeMap::from([(Place::Node(30080), target(80))]));
        web.set("/status/loadBalancer/ingress", json!([{"ip": "127.0.0.1"}]));
        let found = targets([&web].into_iter(), true);
        assert_eq!(found.get(&Place::Balancer(target(81))), Some(&target(81)));
        assert_eq!(balancer_name(&Place::Balancer(target(81))).as_deref(), Some("default/web:81"));
        assert_eq!(targets([&web].into_iter(), false).len(), 1);
    }
}
