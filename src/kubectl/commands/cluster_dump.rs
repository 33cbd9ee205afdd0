//! `kubectl cluster-info dump`: what is needed to see later what was wrong.

use http::Method;

use crate::apimachinery::{Kind, builtin};
use crate::base::Value;
use crate::kubectl::api::Api;
use crate::kubectl::command::{Call, Command};
use crate::kubectl::describe::{array, text_of};
use crate::kubectl::discovery::Resource;
use crate::kubectl::errors::{Failure, Outcome, unwritten};
use crate::kubectl::flags::Flag;
use crate::kubectl::printers::{Format, format_of};

/// The command.
pub(super) static COMMAND: Command = Command {
    name: "dump",
    short: "Dump relevant information for debugging and diagnosis",
    usage: "[flags] [options]",
    flags: &[&[
        Flag::switch("all-namespaces", "Dump all namespaces").short('A'),
        Flag::list("namespaces", "Namespaces to dump besides kube-system"),
        Flag::text("output", "json", "Output format: json or yaml").short('o'),
        Flag::text("template", "", "Template of the output format"),
        Flag::switch_on(
            "allow-missing-template-keys",
            "Print nothing for fields that a template does not find",
        ),
        Flag::switch("show-managed-fields", "Keep metadata.managedFields in yaml and json"),
        Flag::text("output-directory", "", "Folder to write files into; - or nothing for standard output"),
        Flag::duration("pod-running-timeout", "20s", "How long to wait until a pod runs"),
    ]],
    run: |call| Box::pin(run(call)),
    ..Command::PLAIN
};

/// What is listed of each namespace, and the file that it goes into.
const LISTS: &[(&Kind, &str)] = &[
    (&builtin::EVENT, "events"),
    (&builtin::REPLICATION_CONTROLLER, "replication-controllers"),
    (&builtin::SERVICE, "services"),
    (&builtin::DAEMON_SET, "daemonsets"),
    (&builtin::DEPLOYMENT, "deployments"),
    (&builtin::REPLICA_SET, "replicasets"),
    (&builtin::POD, "pods"),
];

/// The file of what is printed first.
const NODES: &str = "nodes";

async fn run(call: &mut Call<'_>) -> Outcome {
    let Some(format) = format_of(call, false)? else { return Ok(()) };
    let api = call.api().await?;
    let nodes = list(&api, &builtin::NODE, "").await?;
    if matches!(format, Format::Name) {
        return Err(Failure::message("list types are not supported by name printing: *v1.NodeList"));
    }
    print(call, &format, NODES, &nodes)?;
    for namespace in namespaces(call, &api).await? {
        let mut pods = Value::Null;
        for (kind, file) in LISTS {
            let found = list(&api, kind, &namespace).await?;
            print(call, &format, &format!("{namespace}/{file}"), &found)?;
            pods = found;
        }
        for pod in array(&pods["items"]) {
            logs(call, &api, &namespace, pod).await?;
        }
    }
    match call.flags.text("output-directory") {
        "" | "-" => Ok(()),
        folder => {
            let text = format!("Cluster info dumped to {folder}");
            call.line(text)
        }
    }
}

async fn namespaces(call: &Call<'_>, api: &Api) -> Outcome<Vec<String>> {
    if call.flags.on("all-namespaces") {
        let all = list(api, &builtin::NAMESPACE, "").await?;
        return Ok(array(&all["items"])
            .iter()
            .map(|one| text_of(&one["metadata"]["name"]).to_owned())
            .collect());
    }
    let given = call.flags.all("namespaces");
    if !given.is_empty() {
        return Ok(given.to_vec());
    }
    let mut namespaces = vec!["kube-system".to_owned(), call.namespace()?];
    namespaces.dedup();
    Ok(namespaces)
}

async fn list(api: &Api, kind: &'static Kind, namespace: &str) -> Outcome<Value> {
    api.get(&Resource::from(kind).collection(namespace)).await
}

fn print(call: &mut Call<'_>, format: &Format, name: &str, value: &Value) -> Outcome {
    let mut text = format.text(call, value)?;
    // All documents after the first begin with a line, whichever file they go into.
    if matches!(format, Format::Yaml) && name != NODES {
        text.insert_str(0, "---\n");
    }
    let ending = match call.flags.text("output") {
        known @ ("json" | "yaml") => known,
        _ => "txt",
    };
    write(call, &format!("{name}.{ending}"), &text)
}

/// Writes a file below the folder, or prints.
fn write(call: &mut Call<'_>, name: &str, text: &str) -> Outcome {
    match call.flags.text("output-directory") {
        "" | "-" => call.text(text),
        folder => {
            let path = call.factory.path(folder).join(name);
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder).map_err(|error| unwritten("mkdir", folder, &error))?;
            }
            std::fs::write(&path, text).map_err(|error| unwritten("open", &path, &error))
        }
    }
}

async fn logs(call: &mut Call<'_>, api: &Api, namespace: &str, pod: &Value) -> Outcome {
    let name = text_of(&pod["metadata"]["name"]);
    let mut text = String::new();
    for list in ["initContainers", "containers"] {
        for container in array(&pod["spec"][list]) {
            let container = text_of(&container["name"]);
            text.push_str(&format!(
                "==== START logs for container {container} of pod {namespace}/{name} ====\n"
            ));
            let url = Resource::from(&builtin::POD)
                .subresource(namespace, name, "log")
                .with("container", container);
            match api.text(Method::GET, &url, "*/*", None).await {
                Ok(log) => text.push_str(&log),
                Err(Failure::Status(status)) => {
                    text.push_str(&format!("Request log error: {}\n", status.message));
                }
                Err(failure) => return Err(failure),
            }
            text.push_str(&format!(
                "==== END logs for container {container} of pod {namespace}/{name} ====\n"
            ));
        }
    }
    write(call, &format!("{namespace}/{name}/logs.txt"), &text)
}
