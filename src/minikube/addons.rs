//! `minikube addons` and `minikube image`: what the embedded cluster came with, and metrics-server.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::apimachinery::{Object, kind_of};
use crate::base::parse_yaml;

use super::arguments::Arguments;
use super::printer::{Failure, Outcome, Printer, Style};
use super::table::table;
use super::{Context, PROFILE, absent, api};

/// Name, maintainer, and whether it is there; the others can only be looked at.
const ADDONS: &[(&str, &str, bool)] = &[
    ("csi-hostpath-driver", "Kubernetes", false),
    ("dashboard", "Kubernetes", false),
    ("default-storageclass", "Kubernetes", true),
    ("ingress", "Kubernetes", false),
    ("ingress-dns", "minikube", false),
    ("metallb", "3rd party (MetalLB)", false),
    ("metrics-server", "Kubernetes", false),
    ("registry", "minikube", false),
    ("storage-provisioner", "minikube", true),
    ("volumesnapshots", "Kubernetes", false),
];

/// The addon that can be switched on and off.
const METRICS_SERVER: &str = "metrics-server";
/// Its objects.
const MANIFEST: &str = include_str!("metrics_server.yaml");
/// The object by which it is known to be there.
const API_SERVICE: &str = "/apis/apiregistration.k8s.io/v1/apiservices/v1beta1.metrics.k8s.io";

/// `minikube addons list`, `enable`, `disable`.
pub(super) async fn addons(arguments: &Arguments, printer: &mut Printer<'_>, context: &Context) -> Outcome {
    match arguments.words() {
        [word] if word == "list" => list(arguments, printer, measures(context).await?),
        [word, name] if word == "enable" && name == METRICS_SERVER => {
            enable_metrics_server(printer, context).await
        }
        [word, name] if word == "disable" && name == METRICS_SERVER => {
            disable_metrics_server(printer, context).await
        }
        [word, name] if word == "enable" => enable(name, printer),
        [word, ..] if word == "enable" || word == "disable" => {
            Err(absent::failure(&format!("addons {word}")))
        }
        _ => Err(Failure::usage(14, "Usage: minikube addons [list|enable NAME]".to_owned())),
    }
}

/// Whether metrics-server is there.
async fn measures(context: &Context) -> Result<bool, Failure> {
    Ok(api::get(&context.client, API_SERVICE).await?.is_some())
}

fn manifest() -> Vec<Object> {
    let documents = parse_yaml(MANIFEST).unwrap_or_default();
    documents.into_iter().filter_map(|document| Object::from_value(document.value)).collect()
}

/// Path of an object's collection.
fn collection(object: &Object) -> Option<String> {
    let kind = kind_of(object.api_version(), object.kind())?;
    let version = kind.api_version();
    let root = if kind.group.is_empty() { "api" } else { "apis" };
    let scope = match object.namespace() {
        "" => String::new(),
        namespace => format!("/namespaces/{namespace}"),
    };
    Some(format!("/{root}/{version}{scope}/{}", kind.plural))
}

async fn enable_metrics_server(printer: &mut Printer<'_>, context: &Context) -> Outcome {
    printer.step(
        Style::Tip,
        format!("{METRICS_SERVER} is an addon maintained by Kubernetes. For any concerns contact minikube on GitHub.\nYou can view the list of minikube maintainers at: https://github.com/kubernetes/minikube/blob/master/OWNERS"),
    )?;
    printer.step(Style::Option, "Using image registry.k8s.io/metrics-server/metrics-server:v0.8.0")?;
    for object in manifest() {
        if let Some(path) = collection(&object) {
            api::create(&context.client, &path, object.value()).await?;
        }
    }
    printer.step(Style::AddonEnable, format!("The '{METRICS_SERVER}' addon is enabled"))?;
    Ok(0)
}

async fn disable_metrics_server(printer: &mut Printer<'_>, context: &Context) -> Outcome {
    for object in manifest().iter().rev() {
        if let Some(path) = collection(object) {
            api::delete(&context.client, &format!("{path}/{}", object.name())).await?;
        }
    }
    // The quotation mark that nothing closes is minikube's.
    printer.step(Style::AddonDisable, format!("\"The '{METRICS_SERVER}' addon is disabled"))?;
    Ok(0)
}

fn list(arguments: &Arguments, printer: &mut Printer<'_>, measures: bool) -> Outcome {
    let is_on = |name: &str, enabled: bool| enabled || (measures && name == METRICS_SERVER);
    if arguments.value("output") == Some("json") {
        let state = |enabled| if enabled { "enabled" } else { "disabled" };
        let entry = |(name, _, enabled): &(&str, &str, bool)| {
            ((*name).to_owned(), json!({"Status": state(is_on(name, *enabled)), "Profile": PROFILE}))
        };
        printer.line(Value::Object(ADDONS.iter().map(entry).collect::<Map<_, _>>()).to_string())?;
        return Ok(0);
    }
    let check = if printer.plain { "enabled" } else { "enabled ✅" };
    let rows: Vec<Vec<String>> = ADDONS
        .iter()
        .map(|(name, maintainer, enabled)| {
            let state = if is_on(name, *enabled) { check } else { "disabled" };
            vec![(*name).to_owned(), PROFILE.to_owned(), state.to_owned(), (*maintainer).to_owned()]
        })
        .collect();
    printer.line(table(&["ADDON NAME", "PROFILE", "  STATUS  ", "MAINTAINER"], &rows, printer.plain))?;
    Ok(0)
}

fn enable(name: &str, printer: &mut Printer<'_>) -> Outcome {
    match ADDONS.iter().find(|(known, ..)| *known == name) {
        Some((.., true)) => {
            printer.step(Style::AddonEnable, format!("The '{name}' addon is enabled"))?;
            Ok(0)
        }
        Some(_) => Err(absent::failure("addons enable")),
        None => {
            let message = format!("enable failed: '{name}' is not a valid minikube addon");
            Err(Failure::known(10, "MK_ADDON_ENABLE", &message))
        }
    }
}

/// `minikube image ls`: the images on the nodes.
pub(super) async fn image(arguments: &Arguments, printer: &mut Printer<'_>, context: &Context) -> Outcome {
    match arguments.words() {
        [word] if word == "ls" || word == "list" => {
            for name in images(context).await? {
                printer.line(name)?;
            }
            Ok(0)
        }
        [word, ..] => Err(absent::failure(&format!("image {word}"))),
        [] => Err(Failure::usage(14, "Usage: minikube image [ls]".to_owned())),
    }
}

/// References with a tag, sorted: what the nodes report, and what runs on them.
async fn images(context: &Context) -> Result<BTreeSet<String>, Failure> {
    let nodes = api::nodes(&context.client).await?;
    let reported = nodes.iter().flat_map(|node| node.list("/status/images"));
    let reported = reported.filter_map(|image| image["names"].as_array()).flatten();
    let pods = api::pods(&context.client).await?;
    let running = pods.iter().flat_map(|pod| pod.list("/status/containerStatuses"));
    let running = running.filter(|container| container["imageID"].as_str().is_some_and(|id| !id.is_empty()));
    let names = reported.chain(running.map(|container| &container["image"])).filter_map(Value::as_str);
    Ok(names.filter(|name| !name.contains('@')).map(str::to_owned).collect())
}
