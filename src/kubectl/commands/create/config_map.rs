//! `kubectl create configmap`, and reading `--from-…` flags.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::super::flag_sets::{DRY_RUN, OUTPUT, SAVE_CONFIG, VALIDATE, field_manager};
use super::{create, failed, one_name};
use crate::apimachinery::builtin;
use crate::kubectl::command::{Call, Command};
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::factory::file_name;
use crate::kubectl::flags::Flag;
use crate::kubectl::name_hash::name_hash;

/// The command.
pub(super) static COMMAND: Command = Command {
    name: "configmap",
    aliases: &["cm"],
    short: "Create a config map from a local file, directory or literal value",
    usage: "NAME [--from-file=[key=]source] [--from-literal=key1=value1] [options]",
    flags: &[FLAGS, APPEND_HASH, SOURCES, OUTPUT, DRY_RUN, VALIDATE, SAVE_CONFIG],
    run: |call| Box::pin(run(call)),
    ..Command::PLAIN
};

const FLAGS: &[Flag] = &[field_manager("kubectl-create")];

/// `--append-hash`.
pub(super) const APPEND_HASH: &[Flag] =
    &[Flag::switch("append-hash", "Append a hash of the content to the name")];

/// Appends the hash where that was asked for.
pub(super) fn add_hash(call: &Call<'_>, object: &mut Value) {
    if call.flags.on("append-hash") {
        let name = object["metadata"]["name"].as_str().unwrap_or_default().to_owned();
        object["metadata"]["name"] = format!("{name}-{}", name_hash(object, &name)).into();
    }
}

/// Where keys and values come from.
pub(super) const SOURCES: &[Flag] = &[
    Flag::array("from-literal", "A key and its value, key=value"),
    Flag::list("from-file", "A file, a folder, or key=file"),
    Flag::list("from-env-file", "A file with lines of the form key=value"),
];

async fn run(call: &mut Call<'_>) -> Outcome {
    let name = one_name(call)?;
    let mut object = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}});
    let (mut data, mut binary) = (Map::new(), Map::new());
    for (key, bytes) in read_sources(call)? {
        match String::from_utf8(bytes) {
            Ok(text) => data.insert(key, Value::String(text)),
            Err(error) => binary.insert(key, STANDARD.encode(error.as_bytes()).into()),
        };
    }
    if !data.is_empty() {
        object["data"] = data.into();
    }
    if !binary.is_empty() {
        object["binaryData"] = binary.into();
    }
    add_hash(call, &mut object);
    create(call, &builtin::CONFIG_MAP, object).await.map_err(|failure| failed(failure, "configmap"))
}

/// Keys and values of `--from-file`, `--from-literal` and `--from-env-file`.
pub(super) fn read_sources(call: &Call<'_>) -> Outcome<Vec<(String, Vec<u8>)>> {
    let mut entries = Vec::new();
    if call.flags.is_set("from-env-file")
        && (call.flags.is_set("from-file") || call.flags.is_set("from-literal"))
    {
        return Err(Failure::message("from-env-file cannot be combined with from-file or from-literal"));
    }
    for source in call.flags.all("from-file") {
        entries.extend(read_file_source(call, source)?);
    }
    for literal in call.flags.all("from-literal") {
        let Some((key, value)) = literal.split_once('=').filter(|(key, _)| !key.is_empty()) else {
            return Err(Failure::message(format!("invalid literal source {literal}, expected key=value")));
        };
        entries.push((key.to_owned(), unquoted(value).as_bytes().to_vec()));
    }
    for path in call.flags.all("from-env-file") {
        let bytes = read(&call.factory.path(path), path)?;
        for line in String::from_utf8_lossy(&bytes).lines() {
            let line = line.trim_start();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (key, value) = line.split_once('=').unwrap_or((line, ""));
            let value =
                if line.contains('=') { value } else { call.factory.variable(key).unwrap_or_default() };
            entries.push((key.to_owned(), value.as_bytes().to_vec()));
        }
    }
    for (index, (key, _)) in entries.iter().enumerate() {
        check_key(key)?;
        if entries[..index].iter().any(|(known, _)| known == key) {
            return Err(Failure::message(format!(
                "cannot add key {key:?}, another key by that name already exists in Data"
            )));
        }
    }
    Ok(entries)
}

fn read_file_source(call: &Call<'_>, source: &str) -> Outcome<Vec<(String, Vec<u8>)>> {
    let (key, shown) = match source.split_once('=') {
        Some((key, path)) if !key.is_empty() && !path.is_empty() => (Some(key), path),
        Some(("", _)) => {
            return Err(Failure::message(format!("key name for file path {} missing", &source[1..])));
        }
        Some((key, _)) => return Err(Failure::message(format!("file path for key name {key} missing"))),
        None => (None, source),
    };
    let path = call.factory.path(shown);
    if !path.is_dir() {
        let key = key.map_or_else(|| file_name(Path::new(shown)), str::to_owned);
        return Ok(vec![(key, read(&path, shown)?)]);
    }
    if key.is_some() {
        return Err(Failure::message("cannot give a key name for a directory path"));
    }
    let mut files: Vec<_> =
        std::fs::read_dir(&path)?.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    files.sort();
    let plain = files.into_iter().filter(|file| file.is_file());
    plain.map(|file| Ok((file_name(&file), read(&file, shown)?))).collect()
}

fn read(path: &Path, shown: &str) -> Outcome<Vec<u8>> {
    std::fs::read(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => {
            Failure::message(format!("error reading {shown}: no such file or directory"))
        }
        _ => Failure::message(format!("error reading {shown}: {error}")),
    })
}

/// A value without the quotes around it.
fn unquoted(value: &str) -> &str {
    let inner = |quote: char| value.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    inner('"').or_else(|| inner('\'')).unwrap_or(value)
}

fn check_key(key: &str) -> Outcome {
    let valid = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || "-._".contains(c));
    if valid && key.len() <= 253 && key != "." && key != ".." {
        return Ok(());
    }
    Err(Failure::message(format!(
        "{key:?} is not valid key name: a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"
    )))
}
