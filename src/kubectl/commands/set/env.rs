//! `kubectl set env`.

use serde_json::{Value, json};

use super::{change_each, pod_spec, targets};
use crate::kubectl::command::Call;
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::flags::Flag;
use crate::kubectl::resource_args::Info;

/// Flags of its own.
pub(super) const FLAGS: &[Flag] = &[
    Flag::switch("list", "Show the environment and change nothing"),
    Flag::text("containers", "*", "Containers to change; * stands for any text").short('c'),
    Flag::array("env", "A variable to set, KEY=value").short('e'),
    Flag::switch_on("overwrite", "Overwrite variables that are there already"),
];

/// Sets (`KEY=value`) and removes (`KEY-`) variables.
pub(super) async fn run(call: &mut Call<'_>) -> Outcome {
    let is_change = |arg: &String| arg.contains('=') || (arg.ends_with('-') && !arg.contains('/'));
    let (mut changes, resources): (Vec<String>, Vec<String>) = call.args.iter().cloned().partition(is_change);
    changes.extend(call.flags.all("env").iter().cloned());
    if resources.is_empty() && call.flags.all("filename").is_empty() {
        return Err(call.usage_error(
            "one or more resources must be specified as <resource> <name> or <resource>/<name>",
        ));
    }
    let api = call.api().await?;
    let infos = targets(call, &api, &resources).await?;
    if call.flags.on("list") {
        return list(call, &infos);
    }
    if changes.is_empty() {
        return Err(call.usage_error("at least one environment variable must be provided"));
    }
    let pattern = call.flags.text("containers").to_owned();
    change_each(call, &api, &infos, "env updated", |object| set(object, &changes, &pattern)).await
}

fn list(call: &mut Call<'_>, infos: &[Info]) -> Outcome {
    for info in infos {
        let mut object = info.object.value().clone();
        let kind = info.resource.kind.clone();
        let Some(spec) = pod_spec(&mut object) else { continue };
        for container in spec["containers"].as_array().into_iter().flatten() {
            let name = container["name"].as_str().unwrap_or_default();
            call.line(format!("# {kind} {}, container {name}", info.name))?;
            for variable in container["env"].as_array().into_iter().flatten() {
                call.line(shown(variable))?;
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

fn set(object: &mut Value, changes: &[String], pattern: &str) -> Outcome {
    let Some(spec) = pod_spec(object) else {
        return Err(Failure::message("the object does not have a pod template"));
    };
    for container in spec["containers"].as_array_mut().into_iter().flatten() {
        if pattern != "*" && container["name"] != *pattern {
            continue;
        }
        let mut variables = container["env"].as_array().cloned().unwrap_or_default();
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
