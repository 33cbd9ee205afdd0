//! `status`, `ip`, `version`, `profile`: what there is.

use crate::apimachinery::Object;
use crate::base::json;

use super::api;
use super::arguments::Arguments;
use super::printer::{Failure, Outcome, Printer, Style, ordered};
use super::table::table;
use super::{Context, PROFILE, VERSION};

/// The commit of the version that is imitated.
const COMMIT: &str = "eb25dbc7";

/// `minikube status`.
pub(super) async fn status(arguments: &Arguments, printer: &mut Printer<'_>, context: &Context) -> Outcome {
    let nodes = api::sorted_nodes(&context.client).await?;
    let machines = api::machines(&context.client).await?;
    let host = |node: &Object| {
        let off = machines.iter().any(|machine| machine["name"] == node.name() && machine["up"] == false);
        if off { "Stopped" } else { "Running" }
    };
    if matches!(arguments.value("output"), Some("json")) {
        let states: Vec<_> = nodes.iter().map(|node| status_json(node, host(node))).collect();
        let text = match states.as_slice() {
            [one] => one.clone(),
            many => format!("[{}]", many.join(",")),
        };
        printer.line(text)?;
        return Ok(exit_code(&nodes));
    }
    for node in &nodes {
        let (kubelet, host) = (kubelet_state(node, host(node)), host(node));
        printer.line(node.name())?;
        if api::is_control_plane(node) {
            printer.line(format!("type: Control Plane\nhost: {host}"))?;
            printer.line(format!("kubelet: {kubelet}\napiserver: Running\nkubeconfig: Configured\n"))?;
        } else {
            printer.line(format!("type: Worker\nhost: {host}\nkubelet: {kubelet}\n"))?;
        }
    }
    Ok(exit_code(&nodes))
}

fn status_json(node: &Object, host: &str) -> String {
    let is_worker = !api::is_control_plane(node);
    let plane = |state: &'static str| if is_worker { "Irrelevant" } else { state };
    ordered(&[
        ("Name", node.name().into()),
        ("Host", host.into()),
        ("Kubelet", kubelet_state(node, host).into()),
        ("APIServer", plane("Running").into()),
        ("Kubeconfig", plane("Configured").into()),
        ("Worker", is_worker.into()),
    ])
}

fn kubelet_state(node: &Object, host: &str) -> &'static str {
    if host == "Running" && node.condition_is_true("Ready") { "Running" } else { "Stopped" }
}

/// Bit 1 (value 2) stands for a kubelet that does not run.
fn exit_code(nodes: &[Object]) -> i32 {
    if nodes.iter().all(|node| node.condition_is_true("Ready")) { 0 } else { 2 }
}

/// `minikube ip`.
pub(super) async fn ip(arguments: &Arguments, printer: &mut Printer<'_>, context: &Context) -> Outcome {
    let nodes = api::sorted_nodes(&context.client).await?;
    let wanted = arguments.value("node");
    let node = nodes.iter().find(|node| wanted.is_none_or(|name| node.name() == name));
    let Some(node) = node else {
        let name = wanted.unwrap_or(PROFILE);
        return Err(Failure::known(80, "GUEST_NODE_RETRIEVE", &format!("node {name} was not found")));
    };
    printer.line(api::internal_ip(node))?;
    // On the embedded cluster nothing outside it leads there.
    if api::node_ports(&context.client).await?.is_some() {
        printer.notice(
            Style::Tip,
            "Only Pods reach this address; from this machine use: minikube service NAME --url",
        )?;
    }
    Ok(0)
}

/// `minikube version`.
pub(super) async fn version(arguments: &Arguments, printer: &mut Printer<'_>, _: &Context) -> Outcome {
    let versions = [("commit", COMMIT.into()), ("minikubeVersion", VERSION.into())];
    match arguments.value("output") {
        _ if arguments.is_on("short") => printer.line(VERSION)?,
        Some("json") => printer.line(ordered(&versions))?,
        Some("yaml") => printer.line(format!("commit: {COMMIT}\nminikubeVersion: {VERSION}\n"))?,
        Some(other) => {
            let message = format!("error: --output must be 'yaml' or 'json', not '{other}'");
            return Err(Failure::known(14, "MK_USAGE", &message));
        }
        None => {
            printer.line(format!("minikube version: {VERSION}\ncommit: {COMMIT}"))?;
            printer.line("(simulated by podlings)")?;
        }
    }
    Ok(0)
}

/// `minikube profile` and `minikube profile list`.
pub(super) async fn profile(arguments: &Arguments, printer: &mut Printer<'_>, context: &Context) -> Outcome {
    match arguments.words() {
        [] => printer.line(PROFILE)?,
        [word] if word == "list" => return profile_list(arguments, printer, context).await,
        [name, ..] if name == PROFILE => {
            printer.line(format!("minikube profile was successfully set to {PROFILE}"))?;
        }
        [name, ..] => return Err(super::commands::unknown_profile(name)),
    }
    Ok(0)
}

async fn profile_list(arguments: &Arguments, printer: &mut Printer<'_>, context: &Context) -> Outcome {
    let nodes = api::sorted_nodes(&context.client).await?;
    let version = api::server_version(&context.client).await?;
    if arguments.value("output") == Some("json") {
        let names: Vec<_> =
            nodes.iter().map(|node| json!({"Name": node.name(), "IP": api::internal_ip(node)})).collect();
        let profile = ordered(&[
            ("Name", PROFILE.into()),
            ("Status", "OK".into()),
            ("Config", json!({"Name": PROFILE, "Nodes": names})),
            ("Active", true.into()),
            ("ActiveKubeContext", true.into()),
        ]);
        printer.line(format!("{{\"invalid\":[],\"valid\":[{profile}]}}"))?;
        return Ok(0);
    }
    let ip = nodes.first().map(api::internal_ip).unwrap_or_default();
    let count = nodes.len().to_string();
    let row = [PROFILE, "docker", "docker", ip, &version, "OK", &count, "*", "*"].map(str::to_owned).to_vec();
    let headings = [
        "Profile",
        "Driver",
        "Runtime",
        "IP",
        "Version",
        "Status",
        "Nodes",
        "Active Profile",
        "Active Kubecontext",
    ];
    printer.line(table(&headings, &[row], printer.plain))?;
    Ok(0)
}
