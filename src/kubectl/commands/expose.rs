//! `kubectl expose`: a Service in front of what has Pods.

use super::flag_sets::{DRY_RUN, FILES, OUTPUT, RECORD, SAVE_CONFIG, field_manager};
use super::record::record;
use crate::apimachinery::builtin;
use crate::base::{Map, Value, json};
use crate::kubectl::api::Api;
use crate::kubectl::command::{Arguments, Call, Command};
use crate::kubectl::describe::{array, scalar, text_of};
use crate::kubectl::discovery::Resource;
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::flags::Flag;
use crate::kubectl::printers::{DryRun, check_printing, dry_run, print_done};
use crate::kubectl::resource_args::{Info, Wanted, find_as_given};

/// Kinds of what can be exposed, as completion offers them.
const EXPOSABLE: &[&str] = &["pod", "service", "replicationcontroller", "deployment", "replicaset"];

/// The command.
pub(super) static COMMAND: Command = Command {
    name: "expose",
    short: "Take a replication controller, service, deployment or pod and expose it as a new Kubernetes service",
    usage: "(-f FILENAME | TYPE NAME) [--port=port] [--protocol=TCP|UDP|SCTP] [--target-port=number-or-name] [--name=name] [--external-ip=external-ip-of-service] [--type=type] [options]",
    flags: &[FLAGS, FILES, OUTPUT, DRY_RUN, SAVE_CONFIG, RECORD],
    arguments: Arguments::Objects(EXPOSABLE),
    run: |call| Box::pin(run(call)),
    ..Command::PLAIN
};

const FLAGS: &[Flag] = &[
    Flag::text("port", "", "The port that the service serves on; the object's own port when it is left out"),
    Flag::text("target-port", "", "Name or number of the port on the container"),
    Flag::text("protocol", "", "The network protocol"),
    Flag::text("type", "", "Type of the service: ClusterIP, NodePort, LoadBalancer or ExternalName"),
    Flag::text("name", "", "The name of the service; the object's own when it is left out"),
    Flag::text("selector", "", "Label selector of the service; the object's own when it is left out"),
    Flag::text("labels", "", "Labels of the service").short('l'),
    Flag::text("external-ip", "", "Additional IP address"),
    Flag::text("load-balancer-ip", "", "IP address to assign to the load balancer"),
    Flag::text("cluster-ip", "", "Cluster IP to use; \"None\" for a headless service"),
    Flag::text("session-affinity", "", "Session affinity: None or ClientIP"),
    Flag::text("overrides", "", "JSON that is merged into the object"),
    Flag::text("override-type", "merge", "How --overrides is merged: json, merge, or strategic"),
    field_manager("kubectl-expose"),
];

async fn run(call: &mut Call<'_>) -> Outcome {
    check_printing(call)?;
    let dry_run = dry_run(call)?;
    let api = call.api().await?;
    let args = call.args.clone();
    if args.is_empty() && call.flags.all("filename").is_empty() {
        return Err(Failure::message(
            "You must provide one or more resources by argument or filename.\nExample resource specifications include:\n   '-f rsrc.yaml'\n   '--filename=rsrc.json'\n   '<resource> <name>'\n   '<resource>'",
        ));
    }
    let infos = find_as_given(call, &api, &args, Wanted::default()).await?;
    let mut failures = Vec::new();
    let mut taken = Taken::default();
    for info in infos {
        // What cannot be exposed does not keep the rest from being.
        match expose(call, &api, &info, &mut taken, dry_run).await {
            Err(Failure::ClosedPipe) => return Err(Failure::ClosedPipe),
            Err(failure) => failures.push(failure),
            Ok(()) => {}
        }
    }
    Failure::many(failures)
}

/// What flags leave open and the first object says; upstream keeps it for all that follow.
#[derive(Default)]
struct Taken {
    selector: Option<Map>,
    ports: Vec<String>,
    labels: Map,
}

async fn expose(call: &mut Call<'_>, api: &Api, info: &Info, taken: &mut Taken, dry_run: DryRun) -> Outcome {
    let mut service = service(call, info, taken)?;
    let resource = Resource::from(&builtin::SERVICE);
    if call.flags.on("save-config") {
        super::apply::annotate_typed(&mut service);
    }
    record(call, &mut service);
    let name = text_of(&service["metadata"]["name"]).to_owned();
    if dry_run != DryRun::Client {
        let url = resource
            .collection(&info.namespace)
            .with("dryRun", dry_run.parameter())
            .with("fieldManager", call.flags.text("field-manager"));
        service = api.post(&url, &service).await?;
    }
    print_done(call, &service, &resource.named(&name), "exposed")
}

fn service(call: &Call<'_>, info: &Info, taken: &mut Taken) -> Outcome<Value> {
    let flag = |name: &str| call.flags.text(name).to_owned();
    let object = info.object.value();
    can_be_exposed(info)?;
    let selector = match (call.flags.text("selector"), &taken.selector) {
        ("", Some(known)) => known.clone(),
        ("", None) => selector_of(info)?,
        (text, _) => pairs(text)?,
    };
    taken.selector = Some(selector.clone());
    let ports = ports(call, object, taken)?;
    // A Service's name may be shorter than that of what it exposes.
    let own = info.name.get(..LONGEST_NAME).unwrap_or(&info.name);
    let name = if call.flags.is_set("name") { flag("name") } else { own.to_owned() };
    let mut service = json!({
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name},
        "spec": {"ports": ports, "selector": selector},
        "status": {"loadBalancer": {}},
    });
    let target = call.target()?;
    if target.explicit_namespace {
        service["metadata"]["namespace"] = target.namespace.into();
    }
    match call.flags.text("labels") {
        "" if taken.labels.is_empty() => {
            taken.labels = object["metadata"]["labels"].as_object().cloned().unwrap_or_default();
        }
        "" => {}
        text => taken.labels = pairs(text)?,
    }
    if !taken.labels.is_empty() {
        service["metadata"]["labels"] = taken.labels.clone().into();
    }
    for (name, field) in
        [("type", "type"), ("cluster-ip", "clusterIP"), ("session-affinity", "sessionAffinity")]
    {
        if name == "session-affinity" && !matches!(flag(name).as_str(), "" | "None" | "ClientIP") {
            return Err(Failure::message(format!("unknown session affinity: {}", flag(name))));
        }
        if !flag(name).is_empty() {
            service["spec"][field] = flag(name).into();
        }
    }
    if flag("type") == "LoadBalancer" && !flag("load-balancer-ip").is_empty() {
        service["spec"]["loadBalancerIP"] = flag("load-balancer-ip").into();
    }
    if !flag("external-ip").is_empty() {
        service["spec"]["externalIPs"] = json!([flag("external-ip")]);
    }
    if !flag("overrides").is_empty() {
        service = super::run::overridden(call, &builtin::SERVICE, &service)?;
        // Go's struct has no port without a targetPort.
        for port in service["spec"]["ports"].as_array_mut().into_iter().flatten() {
            if let Some(port) = port.as_object_mut() {
                port.entry("targetPort").or_insert_with(|| 0.into());
            }
        }
    }
    Ok(service)
}

/// How long the name of a Service may be.
const LONGEST_NAME: usize = 63;

/// Refuses kinds that no Service stands in front of.
fn can_be_exposed(info: &Info) -> Outcome {
    let (group, kind) = (info.resource.group.as_str(), info.resource.kind.as_str());
    match (group, kind) {
        ("", "Pod" | "Service" | "ReplicationController") | ("apps", "Deployment" | "ReplicaSet") => Ok(()),
        _ if info.resource.builtin().is_none() => Err(Failure::message(format!(
            "no kind {kind:?} is registered for version {:?} in scheme \"pkg/scheme/scheme.go:28\"",
            info.resource.api_version()
        ))),
        ("", kind) => Err(Failure::message(format!("cannot expose a {kind}"))),
        (group, kind) => Err(Failure::message(format!("cannot expose a {kind}.{group}"))),
    }
}

/// What selects the Pods of an object that can be exposed.
fn selector_of(info: &Info) -> Outcome<Map> {
    let object = info.object.value();
    let kind = info.resource.kind.as_str();
    let selector = match kind {
        "Pod" => &object["metadata"]["labels"],
        "Service" | "ReplicationController" => &object["spec"]["selector"],
        _ => {
            let expressions = array(&object["spec"]["selector"]["matchExpressions"]);
            let has_labels =
                object["spec"]["selector"]["matchLabels"].as_object().is_some_and(|map| !map.is_empty());
            if has_labels && !expressions.is_empty() {
                return Err(Failure::message(
                    "couldn't convert expressions - \"".to_owned()
                        + &object["spec"]["selector"]["matchExpressions"].to_string()
                        + "\" to map-based selector format",
                ));
            }
            &object["spec"]["selector"]["matchLabels"]
        }
    };
    match selector.as_object().filter(|map| !map.is_empty()) {
        Some(map) => Ok(map.clone()),
        None if kind == "Pod" => Err(Failure::message(
            "couldn't retrieve selectors via --selector flag or introspection: the pod has no labels and cannot be exposed",
        )),
        None if kind == "Service" => Err(Failure::message(
            "couldn't retrieve selectors via --selector flag or introspection: the service has no pod selector set",
        )),
        None => Err(Failure::message(format!(
            "couldn't retrieve selectors via --selector flag or introspection: invalid {}: no selectors, therefore cannot be exposed",
            kind.to_lowercase()
        ))),
    }
}

/// `key=value,key=value` as a map.
fn pairs(text: &str) -> Outcome<Map> {
    text.split(',')
        .map(|pair| match pair.split_once('=') {
            Some((key, value)) if !key.is_empty() => Ok((key.trim().to_owned(), value.trim().into())),
            _ => Err(Failure::message(format!("unexpected label spec: {pair}"))),
        })
        .collect()
}

/// The ports of the Service: those of `--port`, or those of the object.
fn ports(call: &Call<'_>, object: &Value, taken: &mut Taken) -> Outcome<Vec<Value>> {
    let known = known_ports(object);
    match call.flags.text("port") {
        "" if taken.ports.is_empty() => taken.ports = known.iter().map(|(port, _)| port.clone()).collect(),
        "" => {}
        text => taken.ports = text.split(',').map(str::to_owned).collect(),
    }
    let numbers = taken.ports.clone();
    if numbers.is_empty() && call.flags.text("cluster-ip") != "None" {
        return Err(Failure::message("couldn't find port via --port flag or introspection"));
    }
    let several = numbers.len() > 1;
    let target = call.flags.text("target-port");
    numbers
        .iter()
        .enumerate()
        .map(|(index, text)| {
            let number: u16 = text
                .parse()
                .map_err(|_| Failure::message(format!("strconv.Atoi: parsing {text:?}: invalid syntax")))?;
            let protocol = match call.flags.text("protocol") {
                "" => known
                    .iter()
                    .find(|(port, _)| port == text)
                    .map_or("TCP", |(_, protocol)| protocol.as_str()),
                given => given,
            };
            let target = if target.is_empty() { text.as_str() } else { target };
            let target = target.parse::<u16>().map_or_else(|_| Value::from(target), Value::from);
            let mut port = json!({"port": number, "protocol": protocol, "targetPort": target});
            if several {
                port["name"] = format!("port-{}", index + 1).into();
            }
            Ok(port)
        })
        .collect()
}

/// The ports that an object names, with their protocols.
fn known_ports(object: &Value) -> Vec<(String, String)> {
    let protocol = |port: &Value| port["protocol"].as_str().unwrap_or("TCP").to_owned();
    if object["kind"] == "Service" {
        let ports = array(&object["spec"]["ports"]).iter();
        return ports.map(|port| (scalar(&port["port"]), protocol(port))).collect();
    }
    let spec = if object["kind"] == "Pod" { &object["spec"] } else { &object["spec"]["template"]["spec"] };
    let containers = array(&spec["containers"]).iter();
    containers
        .flat_map(|container| array(&container["ports"]))
        .map(|port| (scalar(&port["containerPort"]), protocol(port)))
        .collect()
}
