//! `kubectl kuberc`: shows and changes the file of preferences.

use std::path::{Path, PathBuf};

use super::flag_sets::OUTPUT;
use crate::base::{Value, json, parse_yaml, to_yaml};
use crate::kubectl::command::{Call, Command};
use crate::kubectl::errors::{Failure, Outcome, unwritten};
use crate::kubectl::flags::Flag;
use crate::kubectl::kuberc_document::known;
use crate::kubectl::printers::format_of;

/// The group.
pub(super) static COMMAND: Command = Command {
    name: "kuberc",
    short: "Manage the kuberc configuration file",
    usage: "SUBCOMMAND [options]",
    subcommands: &[&SET, &VIEW],
    ..Command::PLAIN
};

static VIEW: Command = Command {
    name: "view",
    short: "Display the current kuberc configuration",
    usage: "[options]",
    flags: &[OUTPUT],
    run: |call| Box::pin(view(call)),
    ..Command::PLAIN
};

static SET: Command = Command {
    name: "set",
    short: "Set values in the kuberc configuration",
    usage: "--section (defaults|aliases) --command COMMAND [options]",
    flags: &[FLAGS],
    run: |call| Box::pin(set(call)),
    ..Command::PLAIN
};

const FLAGS: &[Flag] = &[
    Flag::text("section", "", "Part to change: 'defaults', 'aliases', or 'credentialplugin'").required(),
    Flag::text("command", "", "Command that the values are for, such as 'get' or 'set env'"),
    Flag::text("name", "", "Name of the alias (--section=aliases)"),
    Flag::array("option", "A flag and its value, flag=value, may be repeated"),
    Flag::array("prependarg", "Argument put before those that are typed, may be repeated (aliases only)"),
    Flag::array("appendarg", "Argument put behind those that are typed, may be repeated (aliases only)"),
    Flag::text("policy", "", "Which exec credential plugins may run: AllowAll, DenyAll, or Allowlist"),
    Flag::array("allowlist-entry", "A plugin that may run, command=PATH, may be repeated"),
    Flag::switch("overwrite", "Replace an entry that is there already"),
];

const DEFAULTS: &str = "defaults";
const ALIASES: &str = "aliases";
const PLUGIN: &str = "credentialplugin";

/// The file of `--kuberc` or KUBERC, else the one in the home folder; as it was named, to be told.
fn path(call: &Call<'_>) -> Outcome<PathBuf> {
    let given = call.flags.text("kuberc");
    if !given.is_empty() {
        return Ok(given.into());
    }
    match (call.factory.variable("KUBERC").unwrap_or_default(), call.factory.home()) {
        ("off", _) => Err(Failure::message("KUBERC is disabled via KUBERC=off environment variable")),
        ("", Some(home)) => Ok(home.join(".kube/kuberc")),
        (path, _) => Ok(path.into()),
    }
}

/// Where a file stands that is told by that name.
fn place(call: &Call<'_>, path: &Path) -> PathBuf {
    call.factory.path(&path.display().to_string())
}

/// What the file holds; `None` when there is none.
fn load(path: &PathBuf) -> Outcome<Option<Value>> {
    let text = match std::fs::read_to_string(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Failure::message(format!("error reading kuberc file: {error}"))),
        Ok(text) => text,
    };
    let documents =
        parse_yaml(&text).map_err(|error| Failure::message(format!("error parsing kuberc file: {error}")))?;
    let document = documents.into_iter().map(|document| document.value).find(Value::is_object);
    Ok(document.map(|document| known(&document)))
}

async fn view(call: &mut Call<'_>) -> Outcome {
    let path = path(call)?;
    let Some(mut preference) = load(&place(call, &path))? else {
        return offer(call, &path).await;
    };
    for list in [DEFAULTS, ALIASES] {
        if preference[list].is_null() {
            preference[list] = json!([]);
        }
    }
    match format_of(call, false)? {
        Some(format) => format.show(call, &preference),
        None => call.text(to_yaml(&preference)),
    }
}

/// Where there is no file: offers one with the options that upstream recommends.
async fn offer(call: &mut Call<'_>, path: &Path) -> Outcome {
    call.line(format!("kuberc file not found at {}", path.display()))?;
    call.text("Would you like to generate a default kuberc file with recommended options? (y/N): ")?;
    let mut answer = String::new();
    let mut input = tokio::io::BufReader::new(call.streams.input.take_reader());
    tokio::io::AsyncBufReadExt::read_line(&mut input, &mut answer).await?;
    if !matches!(answer.trim().to_lowercase().as_str(), "y" | "yes") {
        return Ok(());
    }
    let default = |command: &str, name: &str| json!({"command": command, "options": [{"name": name, "default": "true"}]});
    let mut preference = nothing_preferred();
    preference[DEFAULTS] = json!([default("apply", "server-side"), default("delete", "interactive")]);
    store(call, path, &preference)
}

/// The document of who prefers nothing.
fn nothing_preferred() -> Value {
    json!({"apiVersion": "kubectl.config.k8s.io/v1beta1", "kind": "Preference", ALIASES: null, DEFAULTS: null})
}

fn store(call: &mut Call<'_>, path: &Path, preference: &Value) -> Outcome {
    let place = place(call, path);
    if let Some(folder) = place.parent() {
        std::fs::create_dir_all(folder).map_err(|error| unwritten("mkdir", folder, &error))?;
    }
    crate::base::write_private(&place, &to_yaml(preference))
        .map_err(|error| unwritten("open", path, &error))?;
    call.line(format!("Updated {}", path.display()))
}

async fn set(call: &mut Call<'_>) -> Outcome {
    let path = path(call)?;
    check(call)?;
    let mut preference = load(&place(call, &path))?.unwrap_or_else(nothing_preferred);
    let options = options(call)?;
    match call.flags.text("section") {
        PLUGIN => set_plugin(call, &mut preference)?,
        section => set_entry(call, &mut preference, section, options)?,
    }
    store(call, &path, &preference)
}

/// Refuses flags that do not belong to the section.
fn check(call: &Call<'_>) -> Outcome {
    let section = call.flags.text("section");
    let wrong = |text: String| Err(Failure::message(text));
    let has = |flag: &str| !call.flags.text(flag).is_empty() || !call.flags.all(flag).is_empty();
    if ![DEFAULTS, ALIASES, PLUGIN].contains(&section) {
        return wrong(format!("--section must be {DEFAULTS:?}, {ALIASES:?}, or {PLUGIN:?}, got: {section}"));
    }
    if section == ALIASES && !has("name") {
        return wrong(format!("--name is required when --section={ALIASES}"));
    }
    if section == DEFAULTS && has("name") {
        return wrong(format!("--name should not be specified when --section={DEFAULTS}"));
    }
    if section == DEFAULTS && (has("prependarg") || has("appendarg")) {
        return wrong(format!("--prependarg and --appendarg are only valid for --section={ALIASES}"));
    }
    if section != PLUGIN {
        return match has("command") {
            true => Ok(()),
            false => wrong(format!("--command is required when --section={ALIASES} or --section={DEFAULTS}")),
        };
    }
    match call.flags.text("policy") {
        "" => wrong(format!("--policy is required when --section={PLUGIN}")),
        "AllowAll" | "DenyAll" if has("allowlist-entry") => wrong(format!(
            "--allowlist-entry may only be used when --section={PLUGIN} and --policy=Allowlist"
        )),
        "Allowlist" if !has("allowlist-entry") => {
            wrong(format!("--allowlist-entry is required when --section={PLUGIN} and --policy=Allowlist"))
        }
        "AllowAll" | "DenyAll" | "Allowlist" => Ok(()),
        policy => wrong(format!("invalid value for --policy: {policy:?}")),
    }
}

fn options(call: &Call<'_>) -> Outcome<Vec<Value>> {
    let parse = |option: &String| match option.split_once('=') {
        Some((name, value)) => Ok(json!({"name": name.trim_start_matches('-'), "default": value})),
        None => Err(Failure::message(format!("invalid option format {option:?}, expected flag=value"))),
    };
    call.flags.all("option").iter().map(parse).collect()
}

/// Adds or replaces the defaults of a command, or an alias; lists that are not given stay as they were.
fn set_entry(call: &Call<'_>, preference: &mut Value, section: &str, options: Vec<Value>) -> Outcome {
    let command = call.flags.text("command");
    let (key, name, what) = match section {
        ALIASES => ("name", call.flags.text("name"), "alias"),
        _ => ("command", command, "defaults for command"),
    };
    let mut entries = preference[section].as_array().cloned().unwrap_or_default();
    let known = entries.iter().position(|entry| entry[key] == name);
    if known.is_some() && !call.flags.on("overwrite") {
        let verb = if section == ALIASES { "exists" } else { "exist" };
        return Err(Failure::message(format!("{what} {name:?} already {verb}, use --overwrite to replace")));
    }
    let mut entry = known.map(|index| entries[index].clone()).unwrap_or_else(|| json!({}));
    entry[key] = name.into();
    entry["command"] = command.into();
    let lists = [
        ("options", options),
        ("prependArgs", call.flags.all("prependarg").iter().map(|word| word.as_str().into()).collect()),
        ("appendArgs", call.flags.all("appendarg").iter().map(|word| word.as_str().into()).collect()),
    ];
    for (field, list) in lists {
        if !list.is_empty() {
            entry[field] = list.into();
        }
    }
    match known {
        Some(index) => entries[index] = entry,
        None => entries.push(entry),
    }
    preference[section] = entries.into();
    Ok(())
}

fn set_plugin(call: &Call<'_>, preference: &mut Value) -> Outcome {
    let policy = call.flags.text("policy");
    let (mut allowed, mut wrong) = (Vec::new(), Vec::new());
    for pair in call.flags.all("allowlist-entry").iter().flat_map(|entry| entry.split(',')) {
        match pair.split_once('=') {
            None => wrong.push(format!("improperly formatted allowlist entry: {pair:?}")),
            Some(("name", _)) => {
                wrong.push("allowlist entry field \"name\" is deprecated, use \"command\" instead".to_owned())
            }
            Some(("command", value)) if value.trim().is_empty() => {
                wrong.push("empty value in allowlist entry for field \"command\"".to_owned());
            }
            Some(("command", value)) => allowed.push(json!({"command": value})),
            Some((field, _)) => wrong.push(format!("unrecognized allowlist entry field: {field:?}")),
        }
    }
    if !wrong.is_empty() {
        return Err(Failure::message(wrong.join("\n")));
    }
    if policy == "Allowlist" {
        preference["credentialPluginAllowlist"] = allowed.into();
    }
    preference["credentialPluginPolicy"] = policy.into();
    Ok(())
}
