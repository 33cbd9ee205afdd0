//! `kubectl debug`: ephemeral containers, copies of Pods, and Pods on a Node.

mod pod_copy;
mod profiles;
mod session;

use crate::apimachinery::{apply_merge_patch, builtin, two_way_strategic_patch};
use crate::base::{Random, Value, json, parse_yaml};
use crate::kubectl::api::{Api, STRATEGIC_PATCH};
use crate::kubectl::command::{Arguments, Call, Command};
use crate::kubectl::describe::{array, text_of};
use crate::kubectl::discovery::Resource;
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::flags::Flag;
use crate::kubectl::pods::{container_names, named};
use crate::kubectl::resource_args::from_files;
use profiles::{Profile, Style};

/// The command.
pub(super) static COMMAND: Command = Command {
    name: "debug",
    short: "Create debugging sessions for troubleshooting workloads and nodes",
    usage: "(POD | TYPE[[.VERSION].GROUP]/NAME) [ -- COMMAND [args...] ] [options]",
    flags: &[FLAGS, COPY_FLAGS],
    arguments: Arguments::Objects(&[]),
    run: |call| Box::pin(run(call)),
    ..Command::PLAIN
};

const FLAGS: &[Flag] = &[
    Flag::switch("arguments-only", "What follows -- are arguments of the image's command, not a command"),
    Flag::switch("attach", "Wait for the container and attach to it; on with --stdin"),
    Flag::text("container", "", "Name of the debug container").short('c'),
    Flag::text("custom", "", "File with part of a container that changes the profile's"),
    Flag::list("env", "Variables of the container, key=value"),
    Flag::list("filename", "File that names the resource to debug").short('f'),
    Flag::text("image", "", "Image of the debug container"),
    Flag::text("image-pull-policy", "", "When to pull the image"),
    Flag::text(
        "profile",
        "general",
        "What the container may do: \"legacy\", \"general\", \"baseline\", \"netadmin\", \"restricted\" or \"sysadmin\"",
    ),
    Flag::switch("quiet", "Say nothing about what is done").short('q'),
    Flag::switch("stdin", "Keep standard input open").short('i'),
    Flag::text("target", "", "Container whose processes the ephemeral container sees"),
    Flag::switch("tty", "Give the container a terminal").short('t'),
];

const COPY_FLAGS: &[Flag] = &[
    Flag::text("copy-to", "", "Name of a copy of the Pod that is debugged in its stead"),
    Flag::switch("replace", "Delete the original Pod (--copy-to)"),
    Flag::switch("same-node", "Run the copy on the same Node (--copy-to)"),
    Flag::list("set-image", "Images for containers of the copy, name=image (--copy-to)"),
    Flag::switch_on("share-processes", "Containers of the copy see each other's processes (--copy-to)"),
    Flag::switch("keep-annotations", "Keep the annotations (--copy-to)"),
    Flag::switch_on("keep-init-containers", "Run the init containers, too (--copy-to)"),
    Flag::switch("keep-labels", "Keep the labels (--copy-to)"),
    Flag::switch("keep-liveness", "Keep liveness probes (--copy-to)"),
    Flag::switch("keep-readiness", "Keep readiness probes (--copy-to)"),
    Flag::switch("keep-startup", "Keep startup probes (--copy-to)"),
];

/// What the debug container is made of.
struct Wanted {
    profile: Profile,
    custom: Option<Value>,
    command: Vec<String>,
    random: Random,
}

async fn run(call: &mut Call<'_>) -> Outcome {
    let dash = call.dash.unwrap_or(call.args.len());
    let (names, command) = (call.args[..dash].to_vec(), call.args[dash..].to_vec());
    let profile = Profile::named(call.flags.text("profile"))?;
    let custom = custom(call)?;
    for flag in ["env", "set-image"] {
        if let Some(pair) = call.flags.all(flag).iter().find(|pair| !pair.contains('=')) {
            return Err(Failure::message(format!(
                "invalid argument {pair:?} for \"--{flag}\" flag: {pair} must be formatted as key=value\nSee 'kubectl debug --help' for usage."
            )));
        }
    }
    validate(call, &names, &command)?;
    if !call.flags.text("target").is_empty() && !call.flags.on("quiet") {
        let text = format!(
            "Targeting container {:?}. If you don't see processes from this container it may be because the container runtime doesn't support this feature.",
            call.flags.text("target")
        );
        call.line(text)?;
    }
    if call.flags.on("tty") && !call.flags.on("stdin") {
        return Err(Failure::message("-i/--stdin is required for containers with -t/--tty=true"));
    }
    if profile == Profile::Legacy {
        call.complain("--profile=legacy is deprecated and planned to be removed in v1.39. It is recommended to specify other profile, for example \"--profile=general\".")?;
    }
    let api = call.api().await?;
    let namespace = call.namespace()?;
    let mut targets = Vec::new();
    if !call.flags.all("filename").is_empty() {
        let (infos, failures) = from_files(call, &api).await?;
        Failure::many(failures)?;
        for info in infos {
            let object = api.get(&info.url()).await?;
            targets.push((info.resource, object));
        }
    }
    for name in &names {
        let found = named(&api, &namespace, name).await?;
        targets.push((found.resource, found.object));
    }
    let mut wanted = Wanted { profile, custom, command, random: Random::seeded(Random::fresh_seed()) };
    for (resource, object) in targets {
        let (pod, container) = debug(call, &api, &mut wanted, &resource, &object).await?;
        let attach = call.flags.on("attach") || !call.flags.is_set("attach") && call.flags.on("stdin");
        if attach && !container.is_empty() {
            session::attach(call, &api, &pod, &container).await?;
        }
    }
    Ok(())
}

fn validate(call: &Call<'_>, names: &[String], command: &[String]) -> Outcome {
    let (on, text) = (|flag: &str| call.flags.on(flag), |flag: &str| call.flags.text(flag));
    let images = call.flags.all("set-image");
    let refused = if on("attach")
        && call.flags.is_set("attach")
        && text("image").is_empty()
        && text("container").is_empty()
    {
        "you must specify --container or create a new container using --image in order to attach."
    } else if text("copy-to").is_empty() {
        if on("replace") {
            "--replace may only be used with --copy-to."
        } else if on("same-node") {
            "--same-node may only be used with --copy-to."
        } else if !images.is_empty() {
            "--set-image may only be used with --copy-to."
        } else if text("image").is_empty() {
            "you must specify --image when not using --copy-to."
        } else {
            ""
        }
    } else if text("image").is_empty() && images.is_empty() && command.is_empty() {
        "you must specify --image, --set-image or command arguments."
    } else if !command.is_empty() && text("container").is_empty() && text("image").is_empty() {
        "you must specify an existing container or a new image when specifying args."
    } else {
        ""
    };
    if !refused.is_empty() {
        return Err(Failure::message(refused));
    }
    let image = text("image");
    if !image.is_empty() && !is_image(image) {
        return Err(Failure::message(format!("invalid image name {image:?}: invalid reference format")));
    }
    if names.is_empty() && call.flags.all("filename").is_empty() {
        return Err(Failure::message("NAME or filename is required for debug"));
    }
    if !matches!(text("image-pull-policy"), "" | "Always" | "IfNotPresent" | "Never") {
        return Err(Failure::message(format!("invalid image pull policy: {}", text("image-pull-policy"))));
    }
    if !text("target").is_empty() && !text("copy-to").is_empty() {
        return Err(Failure::message(
            "--target is incompatible with --copy-to. Use --share-processes instead.",
        ));
    }
    Ok(())
}

/// Whether a text can be the name of an image.
fn is_image(text: &str) -> bool {
    let path = text.rsplit('/').next().unwrap_or_default();
    let name = path.split([':', '@']).next().unwrap_or_default();
    !name.is_empty()
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c))
        && text.chars().all(|c| c.is_ascii_graphic())
}

fn custom(call: &Call<'_>) -> Outcome<Option<Value>> {
    let file = call.flags.text("custom");
    if file.is_empty() {
        return Ok(None);
    }
    let text = std::fs::read_to_string(call.factory.path(file)).map_err(|_| {
        Failure::message(format!(
            "must pass a container spec json file for custom profile: open {file}: no such file or directory"
        ))
    })?;
    let documents = parse_yaml(&text).map_err(|error| {
        Failure::message(format!("{file} does not contain a valid container spec: {error}"))
    })?;
    let value = documents.into_iter().next().map(|document| document.value).unwrap_or_default();
    if ["name", "command", "image", "lifecycle", "volumeDevices"]
        .iter()
        .any(|field| value.get(field).is_some())
    {
        return Err(Failure::message(
            "name, command, image, lifecycle and volume devices are not modifiable via custom profile",
        ));
    }
    Ok(Some(value))
}

/// Adds or creates what is debugged in; gives back the Pod and the container.
async fn debug(
    call: &mut Call<'_>,
    api: &Api,
    wanted: &mut Wanted,
    resource: &Resource,
    object: &Value,
) -> Outcome<(Value, String)> {
    if resource.is(&builtin::NODE) {
        return on_node(call, api, wanted, object).await;
    }
    if !resource.is(&builtin::POD) {
        return Err(Failure::message(format!("{:?} not supported by debug", resource.group_version_kind())));
    }
    if !call.flags.text("copy-to").is_empty() {
        return pod_copy::create(call, api, wanted, object).await;
    }
    let name = container_name(call, wanted, object)?;
    let mut container = container(call, wanted, &name);
    container["image"] = call.flags.text("image").into();
    if !call.flags.text("target").is_empty() {
        container["targetContainerName"] = call.flags.text("target").into();
    }
    let mut changed = object.clone();
    if !changed["spec"]["ephemeralContainers"].is_array() {
        changed["spec"]["ephemeralContainers"] = json!([]);
    }
    if let Some(list) = changed["spec"]["ephemeralContainers"].as_array_mut() {
        list.push(container);
    }
    wanted.profile.apply(&mut changed, &name, Style::Ephemeral, call);
    customize(wanted, &mut changed, "ephemeralContainers", &name);
    warn_of_user(call, &changed, "ephemeralContainers", &name)?;
    let patch = patch_between(object, &changed, &name)?;
    let (namespace, pod) = (text_of(&object["metadata"]["namespace"]), text_of(&object["metadata"]["name"]));
    let url = resource.subresource(namespace, pod, "ephemeralcontainers");
    Ok((api.patch(&url, STRATEGIC_PATCH, &patch).await?, name))
}

/// The patch that adds an ephemeral container.
///
/// Where there is one of that name, the server is asked to make that into the new one and to add what it
/// was, as upstream's comparison of lists has it; it refuses.
fn patch_between(object: &Value, changed: &Value, name: &str) -> Outcome<Value> {
    let mut patch = two_way_strategic_patch(&builtin::POD, object, changed)?;
    let is_known = |one: &&Value| one["name"] == *name;
    let Some(known) = array(&object["spec"]["ephemeralContainers"]).iter().find(is_known) else {
        return Ok(patch);
    };
    let all = array(&changed["spec"]["ephemeralContainers"]);
    let (Some(old), Some(new)) = (all.iter().find(is_known), all.iter().rfind(is_known)) else {
        return Ok(patch);
    };
    let alone = |one: &Value| json!({"spec": {"ephemeralContainers": [one]}});
    let mut list = two_way_strategic_patch(&builtin::POD, &alone(known), &alone(new))?;
    if let Some(list) = list["spec"]["ephemeralContainers"].as_array_mut() {
        list.push(old.clone());
    }
    patch["spec"]["ephemeralContainers"] = list["spec"]["ephemeralContainers"].take();
    Ok(patch)
}

async fn on_node(
    call: &mut Call<'_>,
    api: &Api,
    wanted: &mut Wanted,
    node: &Value,
) -> Outcome<(Value, String)> {
    let container_name = match call.flags.text("container") {
        "" => "debugger".to_owned(),
        name => name.to_owned(),
    };
    let node_name = text_of(&node["metadata"]["name"]);
    let name = format!("node-debugger-{node_name}-{}", wanted.random.name_suffix(5));
    if !call.flags.on("quiet") {
        call.line(format!(
            "Creating debugging pod {name} with container {container_name} on node {node_name}."
        ))?;
    }
    let mut container = container(call, wanted, &container_name);
    container["image"] = call.flags.text("image").into();
    let mut pod = json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": {"app.kubernetes.io/managed-by": "kubectl-debug"}},
        "spec": {
            "containers": [container],
            "nodeName": node_name,
            "restartPolicy": "Never",
            "tolerations": [{"operator": "Exists"}],
        },
    });
    wanted.profile.apply(&mut pod, &container_name, Style::Node, call);
    customize(wanted, &mut pod, "containers", &container_name);
    let namespace = call.namespace()?;
    let created = api.post(&Resource::from(&builtin::POD).collection(&namespace), &pod).await?;
    Ok((created, container_name))
}

/// The name of the debug container: given, or made up.
fn container_name(call: &mut Call<'_>, wanted: &mut Wanted, pod: &Value) -> Outcome<String> {
    let given = call.flags.text("container");
    if !given.is_empty() {
        return Ok(given.to_owned());
    }
    let known = container_names(pod);
    let name = loop {
        let name = format!("debugger-{}", wanted.random.name_suffix(5));
        if !known.contains(&name) {
            break name;
        }
    };
    if !call.flags.on("quiet") {
        call.line(format!("Defaulting debug container name to {name}."))?;
    }
    Ok(name)
}

/// A container from the flags, without an image yet.
fn container(call: &Call<'_>, wanted: &Wanted, name: &str) -> Value {
    let mut container = json!({"name": name, "resources": {}, "terminationMessagePolicy": "File"});
    set_flags(call, wanted, &mut container);
    container
}

/// Sets what the flags say of command, variables, pull policy and terminal.
fn set_flags(call: &Call<'_>, wanted: &Wanted, container: &mut Value) {
    if !wanted.command.is_empty() {
        let field = if call.flags.on("arguments-only") { "args" } else { "command" };
        if field == "command"
            && let Some(map) = container.as_object_mut()
        {
            map.remove("args");
        }
        container[field] = wanted.command.clone().into();
    }
    let mut variables: Vec<Value> = call
        .flags
        .all("env")
        .iter()
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| json!({"name": name, "value": value}))
        .collect();
    if !variables.is_empty() {
        variables.sort_by_key(|variable| text_of(&variable["name"]).to_owned());
        container["env"] = variables.into();
    }
    if !call.flags.text("image-pull-policy").is_empty() {
        container["imagePullPolicy"] = call.flags.text("image-pull-policy").into();
    }
    for (flag, field) in [("stdin", "stdin"), ("tty", "tty")] {
        match (call.flags.on(flag), container.as_object_mut()) {
            (true, Some(map)) => drop(map.insert(field.to_owned(), true.into())),
            (false, Some(map)) => drop(map.remove(field)),
            _ => {}
        }
    }
}

/// Merges `--custom` into the debug container.
fn customize(wanted: &Wanted, pod: &mut Value, list: &str, name: &str) {
    let Some(custom) = &wanted.custom else { return };
    for container in pod["spec"][list].as_array_mut().into_iter().flatten().filter(|one| one["name"] == name)
    {
        let mut merged = apply_merge_patch(container, custom);
        // Variables and mounts are merged by name, not replaced.
        for (field, key) in [("env", "name"), ("volumeMounts", "mountPath"), ("ports", "containerPort")] {
            let (old, new) = (array(&container[field]).to_vec(), array(&custom[field]).to_vec());
            if !old.is_empty() && !new.is_empty() {
                let kept = old.into_iter().filter(|old| !new.iter().any(|new| new[key] == old[key]));
                merged[field] = kept.chain(new.iter().cloned()).collect::<Vec<_>>().into();
            }
        }
        *container = merged;
    }
}

/// Capabilities are of little use to a user who is not root.
fn warn_of_user(call: &mut Call<'_>, pod: &Value, list: &str, name: &str) -> Outcome {
    let is_user = |context: &Value| context["runAsUser"].as_i64().is_some_and(|user| user != 0);
    let container = array(&pod["spec"][list]).iter().find(|container| container["name"] == name);
    let Some(context) = container.map(|container| &container["securityContext"]) else { return Ok(()) };
    let is_root = context["runAsUser"].as_i64() == Some(0);
    let is_granted = context["privileged"] == true || !array(&context["capabilities"]["add"]).is_empty();
    if !is_user(&pod["spec"]["securityContext"]) || is_root || !is_granted {
        return Ok(());
    }
    call.complain("Warning: Non-root user is configured for the entire target Pod, and some capabilities granted by debug profile may not work. Please consider using \"--custom\" with a custom profile that specifies \"securityContext.runAsUser: 0\".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_container_of_one_name_is_sent_as_upstream_sends_it() {
        let old = json!({"name": "dc", "image": "busybox", "imagePullPolicy": "Always"});
        let new = json!({"name": "dc", "image": "busybox", "tty": true});
        let pod = |list: Value| json!({"spec": {"ephemeralContainers": list}});
        let patch = patch_between(&pod(json!([old])), &pod(json!([old, new])), "dc").unwrap();
        let spec = json!({
            "$setElementOrder/ephemeralContainers": [{"name": "dc"}, {"name": "dc"}],
            "ephemeralContainers": [{"name": "dc", "imagePullPolicy": null, "tty": true}, old],
        });
        assert_eq!(patch, json!({"spec": spec}));
    }
}
