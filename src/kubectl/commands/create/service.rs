//! `kubectl create service clusterip|nodeport|loadbalancer|externalname`.

use futures::future::BoxFuture;

use super::super::flag_sets::{DRY_RUN, OUTPUT, SAVE_CONFIG, VALIDATE, field_manager};
use super::{create, failed, one_name};
use crate::apimachinery::{builtin, validate_dns1123_subdomain, validate_port_name};
use crate::base::{Value, json};
use crate::kubectl::command::{Call, Command};
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::flags::{Flag, parse_error};

/// The group.
pub(super) static COMMAND: Command = Command {
    name: "service",
    aliases: &["svc"],
    short: "Create a service using a specified subcommand",
    usage: "[flags] [options]",
    subcommands: &[&CLUSTER_IP, &EXTERNAL_NAME, &LOAD_BALANCER, &NODE_PORT],
    ..Command::PLAIN
};

const TCP: Flag = Flag::list("tcp", "Port pairs can be specified as '<port>:<targetPort>'.");
const MANAGER: Flag = field_manager("kubectl-create");

const fn of_type(
    name: &'static str,
    short: &'static str,
    usage: &'static str,
    flags: &'static [&'static [Flag]],
    run: for<'c> fn(&'c mut Call<'_>) -> BoxFuture<'c, Outcome>,
) -> Command {
    Command { name, short, usage, flags, run, ..Command::PLAIN }
}

static CLUSTER_IP: Command = of_type(
    "clusterip",
    "Create a ClusterIP service",
    "NAME [--tcp=<port>:<targetPort>] [--dry-run=server|client|none] [options]",
    &[
        &[TCP, MANAGER, Flag::text("clusterip", "", "Cluster IP to use; \"None\" for a headless service")],
        OUTPUT,
        DRY_RUN,
        VALIDATE,
        SAVE_CONFIG,
    ],
    |call| Box::pin(run(call, "ClusterIP")),
);
static NODE_PORT: Command = of_type(
    "nodeport",
    "Create a NodePort service",
    "NAME [--tcp=port:targetPort] [--dry-run=server|client|none] [options]",
    &[
        &[TCP, MANAGER, Flag::int("node-port", "0", "Port of the node to use")],
        OUTPUT,
        DRY_RUN,
        VALIDATE,
        SAVE_CONFIG,
    ],
    |call| Box::pin(run(call, "NodePort")),
);
static LOAD_BALANCER: Command = of_type(
    "loadbalancer",
    "Create a LoadBalancer service",
    "NAME [--tcp=port:targetPort] [--dry-run=server|client|none] [options]",
    &[&[TCP, MANAGER], OUTPUT, DRY_RUN, VALIDATE, SAVE_CONFIG],
    |call| Box::pin(run(call, "LoadBalancer")),
);
static EXTERNAL_NAME: Command = of_type(
    "externalname",
    "Create an ExternalName service",
    "NAME --external-name external.name [--dry-run=server|client|none] [options]",
    &[
        &[TCP, MANAGER, Flag::text("external-name", "", "Name that the service stands for").required()],
        OUTPUT,
        DRY_RUN,
        VALIDATE,
        SAVE_CONFIG,
    ],
    |call| Box::pin(run(call, "ExternalName")),
);

async fn run(call: &mut Call<'_>, service_type: &str) -> Outcome {
    let name = one_name(call)?;
    let headless = call.flags.text("clusterip") == "None";
    let tcp = call.flags.all("tcp");
    if tcp.is_empty() && !headless && service_type != "ExternalName" {
        return Err(Failure::message("at least one tcp port specifier must be provided"));
    }
    let external_name = call.flags.text("external-name");
    if service_type == "ExternalName" && !validate_dns1123_subdomain(external_name).is_empty() {
        return Err(Failure::message(format!("invalid service external name {external_name}")));
    }
    let node_port = call.flags.int("node-port");
    let ports = tcp.iter().map(|pair| port(pair, node_port)).collect::<Outcome<Vec<Value>>>()?;
    let labels = json!({"app": name});
    let mut object = json!({
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "labels": labels},
        "spec": {"type": service_type, "selector": labels},
        "status": {"loadBalancer": {}},
    });
    if !ports.is_empty() {
        object["spec"]["ports"] = ports.into();
    }
    if !call.flags.text("clusterip").is_empty() {
        object["spec"]["clusterIP"] = call.flags.text("clusterip").into();
    }
    if service_type == "ExternalName" {
        object["spec"]["externalName"] = call.flags.text("external-name").into();
    }
    let kind = format!("{service_type} service");
    create(call, &builtin::SERVICE, object).await.map_err(|failure| failed(failure, &kind))
}

/// The port of `5678` or `5678:8080`, named as upstream names it.
fn port(pair: &str, node_port: i64) -> Outcome<Value> {
    // Of more than two parts upstream reads two.
    let mut parts = pair.split(':');
    let port = parts.next().unwrap_or_default();
    let target = parts.next().unwrap_or(port);
    let number: u16 =
        port.parse().map_err(|error| Failure::message(parse_error("ParseUint", port, &error)))?;
    let target = match target.parse::<i64>() {
        Ok(number @ 1..=65535) => number.into(),
        Ok(0) if !pair.contains(':') => 0.into(),
        Ok(_) => return Err(Failure::message("must be between 1 and 65535, inclusive")),
        Err(_) => {
            let wrong = validate_port_name(target);
            if !wrong.is_empty() {
                return Err(Failure::message(wrong.join(",")));
            }
            Value::from(target)
        }
    };
    let mut entry = json!({
        "name": pair.replace(':', "-"),
        "port": number,
        "protocol": "TCP",
        "targetPort": target,
    });
    if node_port != 0 {
        entry["nodePort"] = node_port.into();
    }
    Ok(entry)
}
