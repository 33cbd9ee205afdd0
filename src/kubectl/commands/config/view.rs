//! `kubectl config view`.

use base64::Engine;

use super::load;
use crate::base::{Value, to_yaml};
use crate::kubectl::command::Call;
use crate::kubectl::errors::{Failure, Outcome, reason};
use crate::kubectl::kubeconfig::Kubeconfig;
use crate::kubectl::printers::format_of;

/// What is shown instead of certificates.
const OMITTED: &str = "DATA+OMITTED";
/// What is shown instead of secrets.
const REDACTED: &str = "REDACTED";

/// Prints the merged kubeconfig, secrets left out.
pub(super) async fn run(call: &mut Call<'_>) -> Outcome {
    if !call.args.is_empty() {
        return Err(call.usage_error(format!("unexpected arguments: [{}]", call.args.join(" "))));
    }
    if !call.flags.on("merge") && call.flags.text("kubeconfig").is_empty() {
        return Err(Failure::message("if merge==false a precise file must be specified"));
    }
    let config = load(call)?;
    let mut merged = config.merged();
    if call.flags.on("minify") {
        let named = call.flags.text("context").to_owned();
        if !named.is_empty() && config.entry("contexts", &named).is_none() {
            return Err(Failure::message(format!("cannot locate context {named}")));
        }
        let target = call.target()?;
        if target.context.is_empty() {
            return Err(Failure::message("current-context must exist in order to minify"));
        }
        minify(&mut merged, &target.context)?;
    }
    if call.flags.on("flatten") {
        flatten(&config, &mut merged)?;
    }
    if !call.flags.on("raw") && !call.flags.on("flatten") {
        redact(&mut merged);
    }
    match format_of(call, false)? {
        Some(format) => format.show(call, &merged),
        None => call.text(to_yaml(&merged)),
    }
}

fn minify(merged: &mut Value, context: &str) -> Outcome {
    let entries = merged["contexts"].as_array().cloned().unwrap_or_default();
    let entry = entries.into_iter().find(|entry| entry["name"] == *context).unwrap_or_default();
    let names = [
        ("contexts", context.to_owned()),
        ("clusters", entry["context"]["cluster"].as_str().unwrap_or_default().to_owned()),
        ("users", entry["context"]["user"].as_str().unwrap_or_default().to_owned()),
    ];
    for (section, name) in names {
        let entries = merged[section].as_array_mut();
        let found = entries.is_some_and(|entries| {
            entries.retain(|entry| entry["name"] == *name);
            !entries.is_empty()
        });
        if !found && !name.is_empty() {
            let one = section.trim_end_matches('s');
            return Err(Failure::message(format!("cannot locate {one} {name}")));
        }
        if !found {
            merged[section] = Value::Null;
        }
    }
    merged["current-context"] = context.into();
    Ok(())
}

/// Puts the content of files in the place of their paths.
fn flatten(config: &Kubeconfig, merged: &mut Value) -> Outcome {
    let files = [
        ("clusters", "cluster", "certificate-authority"),
        ("users", "user", "client-certificate"),
        ("users", "user", "client-key"),
    ];
    for (section, inner, field) in files {
        for entry in merged[section].as_array_mut().into_iter().flatten() {
            let named = config.resolved_entry(section, entry["name"].as_str().unwrap_or_default());
            let Some(path) = named.and_then(|held| held[field].as_str().map(str::to_owned)) else { continue };
            if path.is_empty() {
                continue;
            }
            let bytes = std::fs::read(&path)
                .map_err(|error| Failure::message(format!("open {path}: {}", reason(&error))))?;
            if let Some(held) = entry[inner].as_object_mut() {
                held.remove(field);
                let text = base64::engine::general_purpose::STANDARD.encode(bytes);
                held.insert(format!("{field}-data"), text.into());
            }
        }
    }
    Ok(())
}

fn redact(merged: &mut Value) {
    let hidden = [
        ("clusters", "cluster", "certificate-authority-data", OMITTED),
        ("users", "user", "client-certificate-data", OMITTED),
        ("users", "user", "client-key-data", OMITTED),
        ("users", "user", "token", REDACTED),
        ("users", "user", "password", REDACTED),
    ];
    for (section, inner, field, shown) in hidden {
        for entry in merged[section].as_array_mut().into_iter().flatten() {
            if entry[inner][field].is_string() {
                entry[inner][field] = shown.into();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    #[test]
    fn secrets_are_not_shown() {
        let mut config = json!({"users": [{"name": "u", "user": {"token": "secret"}}], "clusters": null});
        redact(&mut config);
        assert_eq!(config["users"][0]["user"]["token"], "REDACTED");
    }
}
