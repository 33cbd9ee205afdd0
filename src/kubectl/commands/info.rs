//! `kubectl api-resources`, `api-versions`, `version`, `cluster-info` and `options`.

use std::sync::Arc;

use http::Method;

use super::flag_sets::OUTPUT;
use crate::apimachinery::{builtin, go_json_error};
use crate::base::{Value, json, to_yaml};
use crate::kubectl::api::{Api, Url};
use crate::kubectl::command::{Call, Command};
use crate::kubectl::discovery::{Resource, discover};
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::factory::CLIENT_VERSION;
use crate::kubectl::flags::Flag;
use crate::kubectl::help;
use crate::kubectl::printers::{format_of, plain_table};
use crate::kubectl::resource_args::items;
use crate::kubectl::unreachable::BY_TYPE;

/// The version of Kustomize that this kubectl would hold.
const KUSTOMIZE_VERSION: &str = "v5.8.1";

/// `kubectl api-resources`.
pub(super) static API_RESOURCES: Command = Command {
    name: "api-resources",
    short: "Print the supported API resources on the server",
    usage: "[flags] [options]",
    flags: &[&[
        Flag::text("api-group", "", "Only resources of this group"),
        Flag::switch_on("namespaced", "Only resources that live in a namespace, or only others"),
        Flag::list("verbs", "Only resources that support these verbs"),
        Flag::list("categories", "Only resources of these categories"),
        Flag::switch("no-headers", "Leave the header out"),
        Flag::text("output", "", "Output format: json, yaml, kyaml, name or wide").short('o'),
        Flag::switch("show-managed-fields", "Keep metadata.managedFields in yaml and json"),
        Flag::text("sort-by", "", "Sort by name or kind"),
        Flag::switch("cached", "Accepted for compatibility; nothing is cached"),
    ]],
    run: |call| Box::pin(api_resources(call)),
    ..Command::PLAIN
};

/// `kubectl api-versions`.
pub(super) static API_VERSIONS: Command = Command {
    name: "api-versions",
    short: "Print the supported API versions on the server, in the form of \"group/version\"",
    run: |call| Box::pin(api_versions(call)),
    ..Command::PLAIN
};

/// `kubectl version`.
pub(super) static VERSION: Command = Command {
    name: "version",
    short: "Print the client and server version information",
    usage: "[flags] [options]",
    flags: &[&[
        Flag::switch("client", "Only the client's version"),
        Flag::text("output", "", "Output format: yaml or json").short('o'),
    ]],
    run: |call| Box::pin(version(call)),
    ..Command::PLAIN
};

/// `kubectl cluster-info`.
pub(super) static CLUSTER_INFO: Command = Command {
    name: "cluster-info",
    short: "Display cluster information",
    usage: "[flags] [options]",
    subcommands: &[&super::cluster_dump::COMMAND],
    run: |call| Box::pin(cluster_info(call)),
    ..Command::PLAIN
};

/// `kubectl options`.
pub(super) static OPTIONS: Command = Command {
    name: "options",
    short: "Print the list of flags inherited by all commands",
    flags: &[OUTPUT],
    run: |call| Box::pin(help::options(call)),
    ..Command::PLAIN
};

/// `kubectl alpha`: there are no commands in it now.
pub(super) static ALPHA: Command = Command {
    name: "alpha",
    short: "Commands for features in alpha",
    usage: "[flags] [options]",
    run: |call| Box::pin(alpha(call)),
    ..Command::PLAIN
};

async fn alpha(call: &mut Call<'_>) -> Outcome {
    call.complain("No alpha commands are available in this version of kubectl")
}

async fn api_resources(call: &mut Call<'_>) -> Outcome {
    if !call.args.is_empty() {
        return Err(call.usage_error(format!("unexpected arguments: [{}]", call.args.join(" "))));
    }
    let output = call.flags.text("output").to_owned();
    if !matches!(output.as_str(), "" | "wide" | "name" | "json" | "yaml" | "kyaml") {
        return Err(Failure::message(format!(
            "unable to match a printer suitable for the output format {output:?}, allowed formats are: json,kyaml,name,wide,yaml"
        )));
    }
    let api = call.api().await?;
    // A resource is listed once, in the version that its group prefers, which comes first.
    let mut resources: Vec<Resource> = Vec::new();
    for resource in discover(&api).await?.iter().filter(|one| is_listed(call, one)) {
        if !resources.iter().any(|known| known.group_resource() == resource.group_resource()) {
            resources.push(resource.clone());
        }
    }
    if !matches!(call.flags.text("sort-by"), "" | "name" | "kind") {
        return Err(Failure::message("--sort-by accepts only name or kind"));
    }
    match call.flags.text("sort-by") {
        "name" => resources.sort_by(|a, b| a.plural.cmp(&b.plural)),
        "kind" => resources.sort_by(|a, b| a.kind.cmp(&b.kind)),
        _ => resources.sort_by(|a, b| (&a.group, &a.plural).cmp(&(&b.group, &b.plural))),
    }
    if output == "name" {
        let names: String = resources.iter().map(|resource| resource.group_resource() + "\n").collect();
        return call.text(names);
    }
    if let (true, Some(format)) = (output != "wide", format_of(call, true)?) {
        let resources: Vec<Value> = resources.iter().map(listed).collect();
        let list = json!({"apiVersion": "v1", "kind": "APIResourceList", "groupVersion": "", "resources": resources});
        return format.show(call, &list);
    }
    let wide = output == "wide";
    let mut rows = Vec::new();
    if !call.flags.on("no-headers") {
        let headers = ["NAME", "SHORTNAMES", "APIVERSION", "NAMESPACED", "KIND", "VERBS", "CATEGORIES"];
        rows.push(headers[..if wide { 7 } else { 5 }].iter().map(|header| (*header).to_owned()).collect());
    }
    rows.extend(resources.iter().map(|resource| {
        let mut cells = vec![
            resource.plural.clone(),
            resource.short_names.join(","),
            resource.api_version(),
            resource.namespaced.to_string(),
            resource.kind.clone(),
        ];
        if wide {
            cells.extend([resource.verbs.join(","), resource.categories.join(",")]);
        }
        cells
    }));
    call.text(plain_table(&rows))
}

/// A resource as discovery tells of it (`APIResource`).
fn listed(resource: &Resource) -> Value {
    let mut entry = json!({
        "name": resource.plural,
        "singularName": resource.singular,
        "namespaced": resource.namespaced,
        "version": resource.version,
        "kind": resource.kind,
        "verbs": resource.verbs,
    });
    if !resource.group.is_empty() {
        entry["group"] = resource.group.as_str().into();
    }
    for (field, list) in [("shortNames", &resource.short_names), ("categories", &resource.categories)] {
        if !list.is_empty() {
            entry[field] = json!(list);
        }
    }
    entry
}

fn is_listed(call: &Call<'_>, resource: &Resource) -> bool {
    let has_all =
        |flag: &str, known: &[String]| call.flags.all(flag).iter().all(|wanted| known.contains(wanted));
    (!call.flags.is_set("api-group") || resource.group == call.flags.text("api-group"))
        && (!call.flags.is_set("namespaced") || resource.namespaced == call.flags.on("namespaced"))
        && !resource.verbs.is_empty()
        && has_all("verbs", &resource.verbs)
        && has_all("categories", &resource.categories)
}

async fn api_versions(call: &mut Call<'_>) -> Outcome {
    if !call.args.is_empty() {
        return Err(call.usage_error(format!("unexpected arguments: [{}]", call.args.join(" "))));
    }
    let api = call.api().await?;
    let mut versions: Vec<String> = discovered(&api).await?.iter().map(Resource::api_version).collect();
    versions.sort();
    versions.dedup();
    call.text(versions.iter().map(|version| format!("{version}\n")).collect::<String>())
}

async fn discovered(api: &Api) -> Outcome<Arc<Vec<Resource>>> {
    discover(api).await.map_err(|failure| {
        Failure::message(format!("couldn't get available api versions from server: {failure}"))
    })
}

async fn version(call: &mut Call<'_>) -> Outcome {
    if !call.args.is_empty() {
        return Err(Failure::message(format!("extra arguments: [{}]", call.args.join(" "))));
    }
    let mut all = json!({"clientVersion": client_version(), "kustomizeVersion": KUSTOMIZE_VERSION});
    let mut failure = None;
    if !call.flags.on("client") {
        // Without a connection nothing is told at all.
        let api = call.api().await?;
        match server_version(&api).await {
            Ok(server) => all["serverVersion"] = server,
            Err(refused) => failure = Some(refused),
        }
    }
    match call.flags.text("output") {
        "json" => call.text(ordered(&all))?,
        "yaml" => call.line(to_yaml(&all))?,
        "" => {
            call.line(format!("Client Version: {CLIENT_VERSION}"))?;
            call.line(format!("Kustomize Version: {KUSTOMIZE_VERSION}"))?;
            if let Some(server) = all["serverVersion"]["gitVersion"].as_str() {
                call.line(format!("Server Version: {server}"))?;
            }
        }
        _ => return Err(Failure::message("--output must be 'yaml' or 'json'")),
    }
    warn_about_skew(call, &all["serverVersion"])?;
    failure.map_or(Ok(()), Err)
}

async fn server_version(api: &Api) -> Outcome<Value> {
    let url = Url::new("/version").with("timeout", api.patience());
    let answer = api.text(Method::GET, &url, "application/json, */*", None).await?;
    serde_json::from_str(&answer).map_err(|error| {
        let why = go_json_error(&error, answer.as_bytes());
        Failure::message(format!("unable to parse the server version: {why}"))
    })
}

/// What this program says of itself: the version that it imitates, and where it runs.
fn client_version() -> Value {
    let architecture = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    };
    json!({
        "major": "1",
        "minor": "36",
        "gitVersion": CLIENT_VERSION,
        "gitCommit": "",
        "gitTreeState": "clean",
        "buildDate": "1970-01-01T00:00:00Z",
        "goVersion": "go1.26",
        "compiler": "gc",
        "platform": format!("{}/{architecture}", std::env::consts::OS),
    })
}

/// Fields of a version in the order of Go's.
const FIELDS: &[&str] = &[
    "major",
    "minor",
    "emulationMajor",
    "emulationMinor",
    "minCompatibilityMajor",
    "minCompatibilityMinor",
    "gitVersion",
    "gitCommit",
    "gitTreeState",
    "buildDate",
    "goVersion",
    "compiler",
    "platform",
];

/// Versions as JSON, indented by two, each with its fields in Go's order.
fn ordered(all: &Value) -> String {
    let parts = ["clientVersion", "kustomizeVersion", "serverVersion"].into_iter().filter_map(|name| {
        let value = all.get(name)?;
        let shown = match value.as_object() {
            None => value.to_string(),
            Some(map) => {
                let known = FIELDS.iter().filter_map(|field| Some((*field, map.get(field)?)));
                let lines: Vec<String> =
                    known.map(|(field, value)| format!("    \"{field}\": {value}")).collect();
                format!("{{\n{}\n  }}", lines.join(",\n"))
            }
        };
        Some(format!("  \"{name}\": {shown}"))
    });
    format!("{{\n{}\n}}\n", parts.collect::<Vec<String>>().join(",\n"))
}

fn warn_about_skew(call: &mut Call<'_>, server: &Value) -> Outcome {
    let minor: Option<i64> = server["minor"]
        .as_str()
        .and_then(|minor| minor.trim_end_matches(|c: char| !c.is_ascii_digit()).parse().ok());
    match minor {
        Some(minor) if (minor - 36).abs() > 1 => call.complain(format!(
            "Warning: version difference between client (1.36) and server (1.{minor}) exceeds the supported minor version skew of +/-1"
        )),
        _ => Ok(()),
    }
}

/// Where a Service can be reached: at its load balancer, or through the API server.
fn link_to(service: &Value, host: &str) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let ports = service["spec"]["ports"].as_array().map(Vec::as_slice).unwrap_or_default();
    let ingress = &service["status"]["loadBalancer"]["ingress"][0];
    if ingress.is_object() {
        let address =
            [&ingress["ip"], &ingress["hostname"]].map(text).into_iter().find(|one| !one.is_empty());
        let address = address.unwrap_or_default();
        return ports.iter().map(|port| format!("http://{address}:{} ", port["port"])).collect();
    }
    let name = text(&service["metadata"]["name"]);
    let path = match ports.first() {
        Some(port) if port["name"] == "https" || port["port"] == 443 => {
            format!("https:{name}:{}", text(&port["name"]))
        }
        Some(port) if port["name"].as_str().is_some_and(|name| !name.is_empty()) => {
            format!("{name}:{}", text(&port["name"]))
        }
        _ => name,
    };
    format!("{host}/api/v1/namespaces/kube-system/services/{path}/proxy")
}

const FURTHER: &str = "\nTo further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.";

async fn cluster_info(call: &mut Call<'_>) -> Outcome {
    let api = call.api().await?;
    let services = Resource::from(&builtin::SERVICE);
    let url = services.collection("kube-system").with("labelSelector", "kubernetes.io/cluster-service=true");
    let proven = api.prove(BY_TYPE).await;
    let list = match proven {
        Ok(()) => api.get(&url).await,
        Err(failure) => Err(failure),
    };
    let list = match list {
        Ok(list) => list,
        Err(failure) => {
            call.line(FURTHER)?;
            return Err(failure);
        }
    };
    let host = api.host().to_owned();
    call.line(format!("Kubernetes control plane is running at {host}"))?;
    for service in items(&list, &services) {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let name = text(&service["metadata"]["name"]);
        let label = text(&service["metadata"]["labels"]["kubernetes.io/name"]);
        let link = link_to(&service, &host);
        let shown = if label.is_empty() { name } else { label };
        call.line(format!("{shown} is running at {link}"))?;
    }
    call.line(FURTHER)
}
