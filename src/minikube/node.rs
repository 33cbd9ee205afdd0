//! `minikube node`: add, delete, list, start and stop the machines beneath the nodes.

use http::Method;

use crate::base::Value;

use super::api;
use super::arguments::Arguments;
use super::printer::{Failure, Outcome, Printer, Style};
use super::{Context, PROFILE};

/// Exit code for a node that cannot be had.
const EXIT_GUEST: i32 = 80;

/// The command.
pub(super) async fn node(arguments: &Arguments, printer: &mut Printer<'_>, context: &Context) -> Outcome {
    let words: Vec<&str> = arguments.words().iter().map(String::as_str).collect();
    match words[..] {
        ["list"] => list(printer, context).await,
        ["add"] => add(printer, context).await,
        ["start", name] => start(printer, context, name).await,
        ["stop", name] => stop(printer, context, name).await,
        ["delete", name] => delete(printer, context, name).await,
        ["start" | "stop" | "delete"] => {
            let id = "MK_USAGE";
            Err(Failure::known(14, id, &format!("name is required: minikube node {} NAME", words[0])))
        }
        _ => Err(Failure::usage(14, "Usage: minikube node [add|start|stop|delete|list]".to_owned())),
    }
}

async fn list(printer: &mut Printer<'_>, context: &Context) -> Outcome {
    for node in api::sorted_nodes(&context.client).await? {
        printer.line(format!("{}\t{}", node.name(), api::internal_ip(&node)))?;
    }
    Ok(0)
}

/// `m02` for `minikube-m02`, and the other way round.
fn short(name: &str) -> &str {
    name.strip_prefix(PROFILE).and_then(|rest| rest.strip_prefix('-')).unwrap_or(name)
}

/// The full name of the machine that a person means.
async fn find(context: &Context, wanted: &str) -> Result<String, Failure> {
    let machines = api::machines(&context.client).await?;
    let names = machines.iter().filter_map(|machine| machine["name"].as_str());
    let found = names.map(str::to_owned).find(|name| name == wanted || short(name) == wanted);
    found.ok_or_else(|| {
        let message = format!("retrieving node: Could not find node {wanted}");
        Failure::known(EXIT_GUEST, "GUEST_NODE_RETRIEVE", &message)
    })
}

async fn add(printer: &mut Printer<'_>, context: &Context) -> Outcome {
    let machines = api::machines(&context.client).await?;
    let last = machines.iter().filter_map(|machine| machine["number"].as_u64()).max().unwrap_or_default();
    let expected = format!("m{:02}", last + 2);
    printer.step(Style::Happy, format!("Adding node {expected} to cluster {PROFILE} as [worker]"))?;
    let made = api::machine(&context.client, Method::POST, "").await?;
    let name = made["name"].as_str().unwrap_or_default().to_owned();
    printer.step(Style::ThumbsUp, format!("Starting \"{name}\" worker node in \"{PROFILE}\" cluster"))?;
    printer.step(Style::HealthCheck, "Verifying Kubernetes components...")?;
    printer.step(Style::Ready, format!("Successfully added {} to {PROFILE}!", short(&name)))?;
    Ok(0)
}

async fn start(printer: &mut Printer<'_>, context: &Context, wanted: &str) -> Outcome {
    let name = find(context, wanted).await?;
    let answer = api::machine(&context.client, Method::POST, &format!("/{name}/start")).await?;
    if answer["changed"] == Value::Bool(false) {
        printer.step(Style::Running, format!("{name} is already running"))?;
        return Ok(0);
    }
    printer.step(Style::ThumbsUp, format!("Starting \"{name}\" worker node in \"{PROFILE}\" cluster"))?;
    printer.step(Style::HealthCheck, "Verifying Kubernetes components...")?;
    printer.step(Style::Ready, format!("Successfully started node {}!", short(&name)))?;
    Ok(0)
}

async fn stop(printer: &mut Printer<'_>, context: &Context, wanted: &str) -> Outcome {
    let name = find(context, wanted).await?;
    printer.step(Style::Stopping, format!("Stopping node \"{name}\"  ..."))?;
    api::machine(&context.client, Method::POST, &format!("/{name}/stop")).await?;
    printer.step(Style::Stopped, format!("Successfully stopped node {name}"))?;
    Ok(0)
}

async fn delete(printer: &mut Printer<'_>, context: &Context, wanted: &str) -> Outcome {
    let name = find(context, wanted).await?;
    printer.step(Style::Deleting, format!("Deleting node {} from cluster {PROFILE}", short(&name)))?;
    printer.step(Style::Stopping, format!("Stopping node \"{name}\"  ..."))?;
    api::machine(&context.client, Method::DELETE, &format!("/{name}")).await?;
    printer.step(Style::Deleted, format!("Node {} was successfully deleted.", short(&name)))?;
    Ok(0)
}
