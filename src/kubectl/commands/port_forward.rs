//! `kubectl port-forward`: local sockets whose connections reach ports of a Pod.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use k8s_openapi::api::core::v1::Pod;
use tokio::net::{TcpListener, TcpStream};

use crate::base::Value;

use futures::StreamExt;
use futures::stream::FuturesUnordered;

use crate::apimachinery::builtin;
use crate::base::Output;
use crate::kubectl::api::Api;
use crate::kubectl::command::{Arguments, Call, Command};
use crate::kubectl::describe::{array, scalar, text_of};
use crate::kubectl::discovery::resolve;
use crate::kubectl::errors::{Failure, Outcome, reason};
use crate::kubectl::flags::Flag;
use crate::kubectl::pods::best_pod;

/// The command.
pub(super) static COMMAND: Command = Command {
    name: "port-forward",
    short: "Forward one or more local ports to a pod",
    usage: "TYPE/NAME [options] [LOCAL_PORT:]REMOTE_PORT [...[LOCAL_PORT_N:]REMOTE_PORT_N]",
    flags: &[&[
        Flag { default: "localhost", ..Flag::list("address", "Addresses to listen on") },
        Flag::duration("pod-running-timeout", "1m0s", "How long to wait until a pod runs"),
    ]],
    arguments: Arguments::Pod,
    run: |call| Box::pin(run(call)),
    ..Command::PLAIN
};

/// One forwarded port.
struct Forward {
    listener: TcpListener,
    local: u16,
    remote: u16,
}

async fn run(call: &mut Call<'_>) -> Outcome {
    let Some((typed, ports)) = call.args.split_first() else {
        return Err(call.usage_error("TYPE/NAME and list of ports are required for port-forward"));
    };
    if ports.is_empty() {
        return Err(call.usage_error("TYPE/NAME and list of ports are required for port-forward"));
    }
    let (typed, ports) = (typed.clone(), ports.to_vec());
    let api = call.api().await?;
    let namespace = call.namespace()?;
    let pod = best_pod(&api, &namespace, &typed).await?;
    if pod["status"]["phase"] != "Running" {
        let phase = text_of(&pod["status"]["phase"]);
        return Err(Failure::message(format!(
            "unable to forward port because pod is not running. Current status={phase}"
        )));
    }
    let service = service_of(&api, &namespace, &typed).await?;
    let pairs = ports.iter().map(|port| parse(port, service.as_ref(), &pod)).collect::<Outcome<Vec<_>>>()?;
    let addresses = addresses(call)?;
    let mut forwards = Vec::new();
    for (local, remote) in &pairs {
        forwards.extend(listen(call, &addresses, *local, *remote).await?);
    }
    if forwards.is_empty() {
        let shown: Vec<String> =
            pairs.iter().map(|(local, remote)| format!("{{{local} {remote}}}")).collect();
        return Err(Failure::message(format!(
            "unable to listen on any of the requested ports: [{}]",
            shown.join(" ")
        )));
    }
    let pods: kube::Api<Pod> = kube::Api::namespaced(api.client().clone(), &namespace);
    let name = text_of(&pod["metadata"]["name"]).to_owned();
    let out = call.streams.out.clone();
    let err = call.streams.err.clone();
    let running: FuturesUnordered<_> =
        forwards.iter().map(|forward| serve(forward, &pods, &name, out.clone(), err.clone())).collect();
    running.collect::<Vec<Outcome>>().await.into_iter().collect()
}

/// The Service, when that is what was named: its ports are mapped to those of the Pod.
async fn service_of(api: &Api, namespace: &str, typed: &str) -> Outcome<Option<Value>> {
    let Some((kind, name)) = typed.split_once('/') else { return Ok(None) };
    let resource = resolve(api, kind).await?;
    if !resource.is(&builtin::SERVICE) {
        return Ok(None);
    }
    api.get(&resource.object(namespace, name)).await.map(Some)
}

/// Local and remote port of `8080`, `8080:80`, `:80` or `8080:http`.
fn parse(text: &str, service: Option<&Value>, pod: &Value) -> Outcome<(u16, u16)> {
    let mut parts = text.split(':');
    let local = parts.next().unwrap_or_default();
    let remote = parts.next().unwrap_or(local);
    if is_udp_alone(remote, service, pod) {
        return Err(Failure::message(format!("UDP protocol is not supported for {remote}")));
    }
    let remote = match service {
        Some(service) => {
            let port = array(&service["spec"]["ports"])
                .iter()
                .find(|port| scalar(&port["port"]) == remote || text_of(&port["name"]) == remote)
                .ok_or_else(|| {
                    let name = text_of(&service["metadata"]["name"]);
                    Failure::message(match remote.parse::<u64>() {
                        Ok(_) => format!("Service {name} does not have a service port {remote}"),
                        Err(_) => format!("Service '{name}' does not have a named port '{remote}'"),
                    })
                })?;
            let target = if port["targetPort"].is_null() { &port["port"] } else { &port["targetPort"] };
            let target = scalar(target);
            container_port(pod, &target).ok_or_else(|| unnamed(pod, &target))?
        }
        None if is_number(remote) => number(if local == remote { "local" } else { "remote" }, remote)?,
        None => container_port(pod, remote).ok_or_else(|| unnamed(pod, remote))?,
    };
    if remote == 0 {
        return Err(Failure::message("remote port must be > 0"));
    }
    let local = match local {
        "" => 0,
        name if name == text && !is_number(name) => remote,
        text => number("local", text)?,
    };
    Ok((local, remote))
}

fn is_number(text: &str) -> bool {
    text.parse::<i64>().is_ok()
}

/// A port as Go reads one.
fn number(which: &str, text: &str) -> Outcome<u16> {
    text.parse().map_err(|_| {
        let is_large = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let why = if is_large { "value out of range" } else { "invalid syntax" };
        Failure::message(format!(
            "error parsing {which} port '{text}': strconv.ParseUint: parsing {text:?}: {why}"
        ))
    })
}

fn unnamed(pod: &Value, port: &str) -> Failure {
    let name = text_of(&pod["metadata"]["name"]);
    Failure::message(format!("Pod '{name}' does not have a named port '{port}'"))
}

/// The addresses to listen on.
fn addresses(call: &Call<'_>) -> Outcome<Vec<IpAddr>> {
    let given = call.flags.all("address").to_vec();
    let mut addresses: Vec<IpAddr> = Vec::new();
    for address in if given.is_empty() { vec!["localhost".to_owned()] } else { given } {
        let meant = if address == "localhost" {
            vec![IpAddr::from(Ipv4Addr::LOCALHOST), IpAddr::from(Ipv6Addr::LOCALHOST)]
        } else {
            let wrong = |_| Failure::message(format!("{address} is not a valid IP"));
            vec![address.parse().map_err(wrong)?]
        };
        addresses.extend(meant);
    }
    let mut unique: Vec<IpAddr> = Vec::new();
    for address in addresses {
        if !unique.contains(&address) {
            unique.push(address);
        }
    }
    Ok(unique)
}

/// Whether a port of the Service, or else of the Pod, is one for UDP and none for TCP.
fn is_udp_alone(remote: &str, service: Option<&Value>, pod: &Value) -> bool {
    let (ports, number): (Vec<&Value>, &str) = match service {
        Some(service) => (array(&service["spec"]["ports"]).iter().collect(), "port"),
        None => {
            let containers = array(&pod["spec"]["containers"]).iter();
            (containers.flat_map(|container| array(&container["ports"])).collect(), "containerPort")
        }
    };
    let named = ports.iter().find(|port| text_of(&port["name"]) == remote);
    let wanted = named.map_or_else(|| remote.to_owned(), |port| scalar(&port[number]));
    let has = |protocol: &str| {
        let is = |port: &&&Value| match text_of(&port["protocol"]) {
            "" => protocol == "TCP",
            own => own == protocol,
        };
        ports.iter().filter(is).any(|port| scalar(&port[number]) == wanted)
    };
    has("UDP") && !has("TCP")
}

/// The number of a container's port that is given by number or name.
fn container_port(pod: &Value, port: &str) -> Option<u16> {
    if let Ok(number) = port.parse() {
        return Some(number);
    }
    let ports = array(&pod["spec"]["containers"]).iter().flat_map(|container| array(&container["ports"]));
    let found =
        ports.filter(|one| text_of(&one["name"]) == port).find_map(|one| one["containerPort"].as_u64());
    found.and_then(|number| number.try_into().ok())
}

/// Opens the local sockets of a port and says so, or why none could be opened.
async fn listen(call: &mut Call<'_>, addresses: &[IpAddr], local: u16, remote: u16) -> Outcome<Vec<Forward>> {
    let (mut forwards, mut failures) = (Vec::new(), Vec::new());
    let mut port = local;
    for address in addresses {
        let socket = SocketAddr::new(*address, port);
        let listener = match TcpListener::bind(socket).await {
            Ok(listener) => listener,
            Err(error) => {
                let family = if address.is_ipv6() { "tcp6" } else { "tcp4" };
                let why = reason(&error);
                failures
                    .push(format!("unable to create listener: Error listen {family} {socket}: bind: {why}"));
                continue;
            }
        };
        port = listener.local_addr()?.port();
        call.line(format!("Forwarding from {} -> {remote}", SocketAddr::new(*address, port)))?;
        forwards.push(Forward { listener, local: port, remote });
    }
    if forwards.is_empty() {
        call.complain(format!(
            "Unable to listen on port {local}: Listeners failed to create with the following errors: [{}]",
            failures.join(" ")
        ))?;
    }
    Ok(forwards)
}

async fn serve(
    forward: &Forward,
    pods: &kube::Api<Pod>,
    name: &str,
    mut out: Output,
    err: Output,
) -> Outcome {
    let mut connections = FuturesUnordered::new();
    loop {
        tokio::select! {
            accepted = forward.listener.accept() => {
                let (socket, _) = accepted?;
                out.line(format!("Handling connection for {}", forward.local))?;
                connections.push(carry(socket, forward, pods, name, err.clone()));
            }
            Some(()) = connections.next(), if !connections.is_empty() => {}
        }
    }
}

/// Carries one connection; what goes wrong ends only that connection.
async fn carry(mut socket: TcpStream, forward: &Forward, pods: &kube::Api<Pod>, name: &str, mut err: Output) {
    let failed = match pods.portforward(name, &[forward.remote]).await {
        Err(error) => Some(error.to_string()),
        Ok(mut forwarder) => {
            let error = forwarder.take_error(forward.remote);
            if let Some(mut stream) = forwarder.take_stream(forward.remote) {
                // A connection that ends in the middle is the client's or the program's own affair.
                let _ = tokio::io::copy_bidirectional(&mut socket, &mut stream).await;
            }
            match error {
                Some(error) => error.await,
                None => None,
            }
        }
    };
    if let Some(why) = failed {
        // Nobody is left to be told when standard error is closed.
        let _ = err.line(format!(
            "error forwarding port {} to pod {name}, uid : an error occurred forwarding {} -> {}: {why}",
            forward.remote, forward.local, forward.remote
        ));
    }
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    #[test]
    fn ports_are_given_by_number_or_name_and_through_services() {
        let pod = json!({"spec": {"containers": [{"ports": [{"name": "http", "containerPort": 8080}]}]}});
        assert_eq!(parse("80", None, &pod).unwrap(), (80, 80));
        assert_eq!(parse("8000:80", None, &pod).unwrap(), (8000, 80));
        assert_eq!(parse(":http", None, &pod).unwrap(), (0, 8080));
        let service = json!({"spec": {"ports": [{"port": 80, "targetPort": "http"}]}});
        assert_eq!(parse("9000:80", Some(&service), &pod).unwrap(), (9000, 8080));
        assert!(parse("9000:81", Some(&service), &pod).is_err());
        let told = |text: &str| parse(text, None, &pod).unwrap_err().to_string();
        let large =
            "error parsing local port '99999': strconv.ParseUint: parsing \"99999\": value out of range";
        assert_eq!(told("99999"), large);
        assert_eq!(told("80:70000"), large.replace("99999", "70000").replace("local", "remote"));
        assert_eq!(told("0"), "remote port must be > 0");
        assert_eq!(told("80:"), "Pod '' does not have a named port ''");
    }
}
