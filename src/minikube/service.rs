//! `minikube service` and `service list`: the URL under which a Service answers on this machine.

use std::collections::BTreeMap;

use crate::apimachinery::Object;
use crate::base::Value;

use super::Context;
use super::api;
use super::arguments::Arguments;
use super::printer::{Failure, Outcome, Printer, Style, ordered};
use super::table::table;

/// Exit code of everything that is wrong with a Service.
const EXIT_SERVICE: i32 = 115;
const HEADINGS: [&str; 4] = ["NAMESPACE", "NAME", "TARGET PORT", "URL"];

/// Where node ports can be reached.
struct Addresses {
    /// Local ports of the embedded cluster.
    local: Option<BTreeMap<i64, i64>>,
    /// Address of the first node, for other clusters.
    node: String,
}

impl Addresses {
    async fn of(context: &Context) -> Result<Self, Failure> {
        let local = api::node_ports(&context.client).await?;
        let nodes = api::sorted_nodes(&context.client).await?;
        Ok(Self { local, node: nodes.first().map(api::internal_ip).unwrap_or_default().to_owned() })
    }

    fn of_port(&self, node_port: i64) -> (&str, i64) {
        match self.local.as_ref().and_then(|ports| ports.get(&node_port)) {
            Some(port) => ("127.0.0.1", *port),
            None => (&self.node, node_port),
        }
    }
}

/// `minikube service NAME…` and `minikube service list`.
pub(super) async fn service(arguments: &Arguments, printer: &mut Printer<'_>, context: &Context) -> Outcome {
    if arguments.words().first().is_some_and(|word| word == "list") {
        return list(arguments, printer, context).await;
    }
    let namespace = arguments.value("namespace").unwrap_or("default");
    let services = named(arguments, namespace, context).await?;
    let addresses = Addresses::of(context).await?;
    for service in &services {
        one(service, arguments, &addresses, printer, context).await?;
    }
    Ok(0)
}

async fn named(arguments: &Arguments, namespace: &str, context: &Context) -> Result<Vec<Object>, Failure> {
    if arguments.is_on("all") {
        return api::services(&context.client, Some(namespace)).await;
    }
    if arguments.words().is_empty() {
        let message = "You must specify service name(s)";
        return Err(Failure::known(14, "MK_USAGE", message));
    }
    let mut services = Vec::new();
    for name in arguments.words() {
        let Some(service) = api::service(&context.client, namespace, name).await? else {
            let message = format!(
                "Service '{name}' was not found in '{namespace}' namespace.\n\
                 You may select another namespace by using 'minikube service {name} -n <namespace>'. \
                 Or list out all the services using 'minikube service list'"
            );
            return Err(Failure::known(EXIT_SERVICE, "SVC_NOT_FOUND", &message));
        };
        services.push(service);
    }
    Ok(services)
}

async fn one(
    service: &Object,
    arguments: &Arguments,
    addresses: &Addresses,
    printer: &mut Printer<'_>,
    context: &Context,
) -> Result<(), Failure> {
    let (namespace, name) = (service.namespace(), service.name());
    if !api::has_running_pod(&context.client, service).await? {
        let message = format!("service not available: no running pod for service {name} found");
        let look = format!(
            "See why: kubectl get pods -n {namespace}, kubectl describe service {name} -n {namespace}"
        );
        return Err(Failure::known(EXIT_SERVICE, "SVC_UNREACHABLE", &message).with(Some(Style::Tip), look));
    }
    let urls = urls(service, arguments, addresses);
    if arguments.is_on("url") && !urls.is_empty() {
        for url in urls {
            printer.line(url)?;
        }
        return Ok(());
    }
    if !arguments.is_on("url") {
        let url = if urls.is_empty() { "No node port".to_owned() } else { urls.join("\n") };
        let row = vec![namespace.to_owned(), name.to_owned(), target_ports(service), url];
        printer.line(table(&HEADINGS, &[row], printer.plain))?;
    }
    match urls.first() {
        Some(url) => printer.step(Style::Tip, format!("No browser was opened; fetch it with: curl {url}"))?,
        None => no_node_port(service, printer)?,
    }
    Ok(())
}

fn no_node_port(service: &Object, printer: &mut Printer<'_>) -> std::io::Result<()> {
    let (namespace, name) = (service.namespace(), service.name());
    let port = service.number("/spec/ports/0/port").unwrap_or(80);
    let local = if port < 1024 { port + 8000 } else { port };
    printer.notice(Style::Sad, format!("service {namespace}/{name} has no node port"))?;
    printer.notice(
        Style::Warning,
        format!(
            "Services [{namespace}/{name}] have type \"{}\" not meant to be exposed",
            service.text("/spec/type")
        ),
    )?;
    printer.notice(
        Style::Tip,
        format!("Reach it from here with: kubectl port-forward -n {namespace} service/{name} {local}:{port}"),
    )
}

/// The URL of each node port; none for Services without.
fn urls(service: &Object, arguments: &Arguments, addresses: &Addresses) -> Vec<String> {
    let scheme = if arguments.is_on("https") { "https" } else { "http" };
    let format = arguments.value("format").unwrap_or("http://{{.IP}}:{{.Port}}");
    let ports = service.list("/spec/ports").iter().filter_map(|port| port["nodePort"].as_i64());
    ports
        .map(|node_port| {
            let (host, port) = addresses.of_port(node_port);
            let url = format.replace("{{.IP}}", host).replace("{{.Port}}", &port.to_string());
            url.strip_prefix("http://").map_or(url.clone(), |rest| format!("{scheme}://{rest}"))
        })
        .collect()
}

/// `[name/]port` of each port of the Service.
fn target_ports(service: &Object) -> String {
    let text = |port: &Value| match port["name"].as_str() {
        Some(name) if !name.is_empty() => format!("{name}/{}", port["port"]),
        _ => port["port"].to_string(),
    };
    service.list("/spec/ports").iter().map(text).collect::<Vec<_>>().join("\n")
}

async fn list(arguments: &Arguments, printer: &mut Printer<'_>, context: &Context) -> Outcome {
    let services = api::services(&context.client, arguments.value("namespace")).await?;
    let addresses = Addresses::of(context).await?;
    if arguments.value("output") == Some("json") {
        let entries: Vec<String> = services
            .iter()
            .map(|service| {
                let ports: Vec<String> = target_ports(service).lines().map(str::to_owned).collect();
                ordered(&[
                    ("Namespace", service.namespace().into()),
                    ("Name", service.name().into()),
                    ("URLs", urls(service, arguments, &addresses).into()),
                    ("PortNames", ports.into()),
                ])
            })
            .collect();
        printer.line(format!("[{}]", entries.join(",")))?;
        return Ok(0);
    }
    let rows: Vec<Vec<String>> = services
        .iter()
        .map(|service| {
            let urls = urls(service, arguments, &addresses);
            let ports = if urls.is_empty() { "No node port".to_owned() } else { target_ports(service) };
            vec![service.namespace().to_owned(), service.name().to_owned(), ports, urls.join("\n")]
        })
        .collect();
    printer.line(table(&HEADINGS, &rows, printer.plain))?;
    Ok(0)
}
