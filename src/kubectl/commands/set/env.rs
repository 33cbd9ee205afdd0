//! `kubectl set env`.

use base64::Engine;

use super::super::create::check_variable_name;
use super::{NO_TEMPLATE, all_targets, change_each, is_meant, pod_spec};
use crate::apimachinery::JsonPath;
use crate::base::{Value, json};
use crate::kubectl::api::Api;
use crate::kubectl::command::Call;
use crate::kubectl::discovery::resolve;
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::flags::Flag;
use crate::kubectl::pods::named;
use crate::kubectl::printers::check_printing;
use crate::kubectl::resource_args::Info;

/// Flags of its own.
pub(super) const FLAGS: &[Flag] = &[
    Flag::switch("list", "Show the environment and change nothing"),
    Flag::text("containers", "*", "Containers to change; * stands for any text").short('c'),
    Flag::array("env", "A variable to set, KEY=value").short('e'),
    Flag::switch_on("overwrite", "Overwrite variables that are there already"),
    Flag::text("from", "", "ConfigMap or Secret whose keys become variables, configmap/NAME or secret/NAME"),
    Flag::list("keys", "Keys to take from it; all when left out"),
    Flag::text("prefix", "", "What is put before the names of its keys"),
    Flag::switch("resolve", "Show the values behind references (--list)"),
];

/// Sets (`KEY=value`) and removes (`KEY-`) variables.
pub(super) async fn run(call: &mut Call<'_>) -> Outcome {
    check_printing(call)?;
    if call.flags.on("list") && !call.flags.text("output").is_empty() {
        return Err(Failure::message("--list and --output may not be specified together"));
    }
    if call.args.iter().any(|arg| arg == "-") {
        call.args.retain(|arg| arg != "-");
        call.flags.add("env", "-");
    }
    let reads_input = call.flags.all("env").iter().any(|given| given == "-");
    let is_change = |arg: &String| {
        arg.contains('=') && !arg.starts_with('=') || (arg.ends_with('-') && !arg.contains('/'))
    };
    let first = call.args.iter().position(is_change).unwrap_or(call.args.len());
    if !call.args[first..].iter().all(is_change) {
        return Err(Failure::message(format!(
            "all resources must be specified before environment changes: {}",
            call.args.join(" ")
        )));
    }
    let (given, resources): (Vec<String>, Vec<String>) = call.args.iter().cloned().partition(is_change);
    let mut changes: Vec<String> = Vec::new();
    if reads_input && call.flags.all("filename").iter().any(|file| file == "-") {
        return Err(Failure::message("standard input cannot be used for multiple arguments"));
    }
    if reads_input {
        // Who cannot log in without a person at standard input is told before it is read.
        call.api().await?;
        let text = call.streams.input.read_to_string().await?;
        changes.extend(text.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned));
    }
    changes.extend(call.flags.all("env").iter().filter(|given| *given != "-").cloned());
    changes.extend(given);
    if resources.is_empty() && call.flags.all("filename").is_empty() {
        return Err(Failure::message(
            "one or more resources must be specified as <resource> <name> or <resource>/<name>",
        ));
    }
    if call.flags.on("local") {
        super::require_arguments_without(call)?;
    }
    check(&changes)?;
    let api = call.api().await?;
    let taken = from(call, &api).await?;
    let infos = all_targets(call, &api, &resources).await?;
    if call.flags.on("list") {
        return list(call, &api, &infos).await;
    }
    let pattern = call.flags.text("containers").to_owned();
    for info in infos.iter().filter(|info| !has_container(info, &pattern)) {
        let (kind, name) = (&info.resource.kind, &info.name);
        call.complain(format!("Warning: {kind}/{name} does not have any containers matching {pattern:?}"))?;
    }
    let overwrite = call.flags.on("overwrite");
    for info in infos.iter().filter(|_| !overwrite) {
        refuse_overwriting(info, &changes, &pattern)?;
    }
    change_each(call, &api, &infos, "env updated", |object| set(object, &changes, &taken, &pattern)).await
}

/// Refuses names that no variable has, and what cannot be done at once.
fn check(changes: &[String]) -> Outcome {
    let is_removed = |name: &str| changes.iter().any(|change| change.strip_suffix('-') == Some(name));
    for (name, _) in changes.iter().filter_map(|change| change.split_once('=')) {
        check_variable_name(name)?;
        if is_removed(name) {
            return Err(Failure::message(
                "can not both modify and remove the same environment variable in the same command",
            ));
        }
    }
    Ok(())
}

/// Whether a container of the Pod template is meant; what has no template is not judged here.
fn has_container(info: &Info, pattern: &str) -> bool {
    let mut object = info.object.value().clone();
    let Some(spec) = pod_spec(&mut object) else { return true };
    let mut containers = spec["containers"].as_array().into_iter().flatten();
    containers.any(|container| is_meant(pattern, container["name"].as_str().unwrap_or_default()))
}

/// Refuses changes of variables that have a value.
fn refuse_overwriting(info: &Info, changes: &[String], pattern: &str) -> Outcome {
    let mut object = info.object.value().clone();
    let Some(spec) = pod_spec(&mut object) else { return Ok(()) };
    let containers = spec["containers"].as_array().into_iter().flatten();
    let meant = containers.filter(|one| is_meant(pattern, one["name"].as_str().unwrap_or_default()));
    let mut refusals = Vec::new();
    for variable in meant.flat_map(|container| container["env"].as_array().into_iter().flatten()) {
        let name = variable["name"].as_str().unwrap_or_default();
        if changes.iter().any(|change| change.split_once('=').is_some_and(|(known, _)| known == name)) {
            refusals.push(Failure::message(format!(
                "{}/{} '{name}' already has a value ({}), and --overwrite is false",
                info.resource.plural,
                info.name,
                variable["value"].as_str().unwrap_or_default()
            )));
        }
    }
    refusals.truncate(1);
    Failure::many(refusals)
}

/// Variables that refer to the keys of `--from`.
async fn from(call: &mut Call<'_>, api: &Api) -> Outcome<Vec<Value>> {
    let typed = call.flags.text("from");
    if typed.is_empty() {
        return Ok(Vec::new());
    }
    if !typed.contains('/') {
        resolve(api, typed).await?;
        return Err(Failure::message("resource(s) were provided, but no name was specified"));
    }
    let found = named(api, &call.namespace()?, typed).await?;
    let field = match found.resource.kind.as_str() {
        "ConfigMap" => "configMapKeyRef",
        "Secret" => "secretKeyRef",
        _ => return Err(Failure::message("unsupported resource specified in --from")),
    };
    let name = &found.object["metadata"]["name"];
    let wanted = call.flags.all("keys").to_vec();
    let prefix = call.flags.text("prefix").to_owned();
    let mut variables = Vec::new();
    for (key, _) in found.object["data"].as_object().into_iter().flatten() {
        if !wanted.is_empty() && !wanted.iter().any(|wanted| wanted == key) {
            continue;
        }
        let as_name = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
        let variable: String = key.chars().map(as_name).collect();
        if variable != *key {
            call.complain(format!("Warning: key {key} transferred to {variable}"))?;
        }
        let reference = json!({field: {"name": name, "key": key}});
        variables.push(json!({"name": format!("{prefix}{variable}"), "valueFrom": reference}));
    }
    Ok(variables)
}

/// What a variable refers to, if it can be read.
async fn resolved(api: &Api, namespace: &str, object: &Value, variable: &Value) -> Option<String> {
    let from = &variable["valueFrom"];
    if let Some(path) = from["fieldRef"]["fieldPath"].as_str() {
        let found = JsonPath::parse_relaxed(path).ok()?.find(object).ok()?;
        return found.first().map(crate::apimachinery::go_text);
    }
    for (field, kind) in [("configMapKeyRef", "configmaps"), ("secretKeyRef", "secrets")] {
        let Some(name) = from[field]["name"].as_str() else { continue };
        let held = named(api, namespace, &format!("{kind}/{name}")).await.ok()?.object;
        let value = held["data"][from[field]["key"].as_str()?].as_str()?.to_owned();
        if kind == "configmaps" {
            return Some(value);
        }
        let bytes = base64::engine::general_purpose::STANDARD.decode(value).ok()?;
        return Some(String::from_utf8_lossy(&bytes).into_owned());
    }
    None
}

async fn list(call: &mut Call<'_>, api: &Api, infos: &[Info]) -> Outcome {
    for info in infos {
        let mut object = info.object.value().clone();
        let kind = info.resource.kind.clone();
        let Some(spec) = pod_spec(&mut object) else { continue };
        for container in spec["containers"].as_array().into_iter().flatten() {
            let name = container["name"].as_str().unwrap_or_default();
            if !is_meant(call.flags.text("containers"), name) {
                continue;
            }
            call.line(format!("# {kind} {}, container {name}", info.name))?;
            for variable in container["env"].as_array().into_iter().flatten() {
                let value = match call.flags.on("resolve") {
                    true => resolved(api, &info.namespace, info.object.value(), variable).await,
                    false => None,
                };
                let name = variable["name"].as_str().unwrap_or_default();
                call.line(value.map_or_else(|| shown(variable), |value| format!("{name}={value}")))?;
            }
        }
    }
    Ok(())
}

fn shown(variable: &Value) -> String {
    let name = variable["name"].as_str().unwrap_or_default();
    let from = &variable["valueFrom"];
    for (field, what) in [("configMapKeyRef", "configmap"), ("secretKeyRef", "secret")] {
        if from[field].is_object() {
            let (object, key) = (&from[field]["name"], &from[field]["key"]);
            return format!(
                "# {name} from {what} {}, key {}",
                object.as_str().unwrap_or_default(),
                key.as_str().unwrap_or_default()
            );
        }
    }
    if let Some(path) = from["fieldRef"]["fieldPath"].as_str() {
        return format!("# {name} from field path {path}");
    }
    format!("{name}={}", variable["value"].as_str().unwrap_or_default())
}

fn set(object: &mut Value, changes: &[String], taken: &[Value], pattern: &str) -> Outcome {
    let Some(spec) = pod_spec(object) else {
        return Err(Failure::message(NO_TEMPLATE));
    };
    for container in spec["containers"].as_array_mut().into_iter().flatten() {
        if !is_meant(pattern, container["name"].as_str().unwrap_or_default()) {
            continue;
        }
        let mut variables = container["env"].as_array().cloned().unwrap_or_default();
        for entry in taken {
            match variables.iter_mut().find(|variable| variable["name"] == entry["name"]) {
                Some(known) => *known = entry.clone(),
                None => variables.push(entry.clone()),
            }
        }
        for change in changes {
            match change.split_once('=') {
                Some((name, value)) => {
                    let entry = json!({"name": name, "value": value});
                    match variables.iter_mut().find(|variable| variable["name"] == *name) {
                        Some(known) => *known = entry,
                        None => variables.push(entry),
                    }
                }
                None => variables.retain(|variable| variable["name"] != *change.trim_end_matches('-')),
            }
        }
        if let (true, Some(container)) = (variables.is_empty(), container.as_object_mut()) {
            container.remove("env");
        } else {
            container["env"] = variables.into();
        }
    }
    Ok(())
}
