//! `/podlings/machines`: the machines beneath the nodes, which minikube adds, stops, starts and deletes.

use http::{Method, Response};

use crate::apimachinery::Status;
use crate::base::{Value, json};

use super::super::driver::Shared;
use super::body::{self, Body};

/// Where they are.
pub(super) const PATH: &str = "/podlings/machines";
/// Most machines of a cluster.
const MACHINES_MAX: usize = 100;

/// Answers a request for a path below [`PATH`]: `GET` lists, `POST` adds one, `POST NAME/stop` and
/// `NAME/start` switch one, `DELETE NAME` takes one away.
///
/// # Errors
/// 404 for an unknown machine, 409 for the control plane and for too many machines, 405 for other methods.
pub(super) fn answer(shared: &Shared, method: &Method, path: &str) -> Result<Response<Body>, Status> {
    let rest = path.trim_start_matches(PATH).trim_start_matches('/');
    let (name, verb) = rest.split_once('/').unwrap_or((rest, ""));
    let machines = list(shared);
    if name.is_empty() {
        return match *method {
            Method::GET => Ok(body::json(200, &machines)),
            Method::POST if machines.len() >= MACHINES_MAX => {
                let message = format!("a cluster has at most {MACHINES_MAX} nodes");
                Err(Status::failure(409, "Conflict", message))
            }
            Method::POST => {
                let name = shared.with(super::super::simulation::Simulation::add_node)?;
                Ok(body::json(201, &json!({"name": name})))
            }
            _ => Err(not_allowed()),
        };
    }
    let Some(machine) = machines.iter().find(|machine| machine["name"] == name) else {
        return Err(Status::failure(404, "NotFound", format!("machine {name:?} not found")));
    };
    let up = match (method, verb) {
        (&Method::POST, "stop") => Some(false),
        (&Method::POST, "start") => Some(true),
        (&Method::DELETE, "") => None,
        _ => return Err(not_allowed()),
    };
    if machine["number"] == 0 && up != Some(true) {
        let message = "not simulated: a cluster without its control plane";
        return Err(Status::failure(409, "Conflict", message));
    }
    let done = shared.with(|simulation| simulation.switch_node(name, up))?;
    Ok(body::json(200, &json!({"name": name, "changed": done})))
}

fn not_allowed() -> Status {
    Status::failure(
        405,
        "MethodNotAllowed",
        "the server does not allow this method on the requested resource",
    )
}

fn list(shared: &Shared) -> Vec<Value> {
    shared.with(|simulation| {
        let machines = simulation.node.machines();
        let mut list: Vec<(usize, Value)> = machines
            .map(|(name, machine)| {
                (machine.number, json!({"name": name, "number": machine.number, "up": machine.up}))
            })
            .collect();
        list.sort_by_key(|(number, _)| *number);
        list.into_iter().map(|(_, machine)| machine).collect()
    })
}
