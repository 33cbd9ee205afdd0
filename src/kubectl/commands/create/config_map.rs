//! `kubectl create configmap`, and reading `--from-…` flags.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::super::flag_sets::{DRY_RUN, OUTPUT, SAVE_CONFIG, VALIDATE, field_manager};
use super::{create, failed, required_name};
use crate::apimachinery::{builtin, validate_config_key};
use crate::base::{Map, Value, json};
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
    usage: "NAME [--from-file=[key=]source] [--from-literal=key1=value1] [--dry-run=server|client|none] [options]",
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
    let name = required_name(call)?;
    let mut object = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}});
    let (mut data, mut binary) = (Map::new(), Map::new());
    for (key, bytes) in read_sources(call, Holder::ConfigMap(&name))? {
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

/// What keys are read for: its words stand in refusals.
#[derive(Clone, Copy)]
pub(super) enum Holder<'n> {
    /// The ConfigMap of that name.
    ConfigMap(&'n str),
    /// A Secret.
    Secret,
}

impl Holder<'_> {
    fn check(self, key: &str, known: &[(String, Vec<u8>)]) -> Outcome {
        let wrong = validate_config_key(key).join(",");
        if !wrong.is_empty() {
            // The Secret's text is upstream's, with its missing colon.
            return Err(Failure::message(match self {
                Self::ConfigMap(_) => format!("{key:?} is not a valid key name for a ConfigMap: {wrong}"),
                Self::Secret => format!("{key:?} is not valid key name for a Secret {wrong}"),
            }));
        }
        let Some((_, bytes)) = known.iter().find(|(one, _)| one == key) else { return Ok(()) };
        Err(Failure::message(match self {
            Self::ConfigMap(name) => {
                let field = if std::str::from_utf8(bytes).is_ok() { "Data" } else { "BinaryData" };
                format!(
                    "cannot add key {key:?}, another key by that name already exists in {field} for ConfigMap {name:?}"
                )
            }
            Self::Secret => format!("cannot add key {key}, another key by that name already exists"),
        }))
    }
}

/// Keys and values of `--from-file`, `--from-literal` and `--from-env-file`.
pub(super) fn read_sources(call: &Call<'_>, holder: Holder<'_>) -> Outcome<Vec<(String, Vec<u8>)>> {
    if call.flags.is_set("from-env-file")
        && (call.flags.is_set("from-file") || call.flags.is_set("from-literal"))
    {
        return Err(Failure::message("from-env-file cannot be combined with from-file or from-literal"));
    }
    let mut entries = Vec::new();
    let mut add = |key: String, value: Vec<u8>| -> Outcome {
        holder.check(&key, &entries)?;
        entries.push((key, value));
        Ok(())
    };
    // Upstream reads the literals of a Secret before its files, and those of a ConfigMap after them.
    let literals_first = matches!(holder, Holder::Secret);
    for literals in [literals_first, !literals_first] {
        if literals {
            for literal in call.flags.all("from-literal") {
                let (key, value) = literal_of(literal)?;
                add(key.to_owned(), value.as_bytes().to_vec())?;
            }
            continue;
        }
        for source in call.flags.all("from-file") {
            for (key, value) in read_file_source(call, source)? {
                add(key, value)?;
            }
        }
    }
    for path in call.flags.all("from-env-file") {
        if call.factory.path(path).is_dir() {
            return Err(Failure::message("env config file cannot be a directory"));
        }
        let bytes = read(&call.factory.path(path), path)?;
        for (key, value) in variables(&bytes, path, |name| call.factory.variable(name))? {
            add(key, value.into_bytes())?;
        }
    }
    Ok(entries)
}

fn literal_of(literal: &str) -> Outcome<(&str, &str)> {
    literal
        .split_once('=')
        .filter(|(key, _)| !key.is_empty())
        .ok_or_else(|| Failure::message(format!("invalid literal source {literal}, expected key=value")))
}

/// The lines `KEY=value` of an environment file; a key alone takes the value it has around here.
fn variables<'e>(
    bytes: &[u8],
    path: &str,
    known: impl Fn(&str) -> Option<&'e str>,
) -> Outcome<Vec<(String, String)>> {
    let mut found = Vec::new();
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    for (index, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let Ok(line) = std::str::from_utf8(line) else {
            let shown: Vec<String> = line.iter().map(u8::to_string).collect();
            return Err(Failure::message(format!(
                "env file {path} contains invalid utf8 bytes at line {}: [{}]",
                index + 1,
                shown.join(" ")
            )));
        };
        let line = line.trim_start();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (key, value) = line.split_once('=').map_or((line, None), |(key, value)| (key, Some(value)));
        check_variable_name(key)?;
        found.push((key.to_owned(), value.or_else(|| known(key)).unwrap_or_default().to_owned()));
    }
    Ok(found)
}

/// Refuses a name that no variable of the environment has.
pub(in crate::kubectl::commands) fn check_variable_name(name: &str) -> Outcome {
    const FORMAT: &str = "[-._a-zA-Z][-._a-zA-Z0-9]*";
    let fits = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
    let is_name =
        !name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit()) && name.chars().all(fits);
    let mut wrong = Vec::new();
    if !is_name {
        wrong.push(format!("a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a digit (e.g. 'my.env-name',  or 'MY_ENV.NAME',  or 'MyEnvName1', regex used for validation is '{FORMAT}')"));
    }
    match name {
        "." => wrong.push("must not be '.'".to_owned()),
        ".." => wrong.push("must not be '..'".to_owned()),
        name if name.starts_with("..") => wrong.push("must not start with '..'".to_owned()),
        _ => {}
    }
    if wrong.is_empty() {
        return Ok(());
    }
    Err(Failure::message(format!("{name:?} is not a valid key name: {}", wrong.join(";"))))
}

/// Keys and values of one `--from-file`.
pub(super) fn read_file_source(call: &Call<'_>, source: &str) -> Outcome<Vec<(String, Vec<u8>)>> {
    let (key, shown) = match source.split_once('=') {
        Some((key, path)) if !key.is_empty() && path.contains('=') => {
            return Err(Failure::message("key names or file paths cannot contain '='"));
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_environment_files_become_keys() {
        let known = |name: &str| (name == "HOME").then_some("/root");
        let text = b"\xef\xbb\xbfA=1=2\r\n# no\n\n  B=\nHOME\n";
        let found = variables(text, "a.env", known).unwrap();
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        assert_eq!(found, [pair("A", "1=2"), pair("B", ""), pair("HOME", "/root")]);
        let wrong = variables(b"A=1\n\xff=2", "e2", known).unwrap_err();
        assert_eq!(wrong.to_string(), "env file e2 contains invalid utf8 bytes at line 2: [255 61 50]");
        let wrong = variables(b"1a=b", "e", known).unwrap_err().to_string();
        assert!(wrong.starts_with("\"1a\" is not a valid key name: a valid environment variable"), "{wrong}");
    }

    #[test]
    fn a_key_is_refused_in_the_words_of_what_would_hold_it() {
        let known = [("a".to_owned(), b"x".to_vec())];
        let text = |holder: Holder<'_>, key| holder.check(key, &known).unwrap_err().to_string();
        assert_eq!(
            text(Holder::ConfigMap("c"), "a"),
            "cannot add key \"a\", another key by that name already exists in Data for ConfigMap \"c\""
        );
        assert_eq!(text(Holder::Secret, "a"), "cannot add key a, another key by that name already exists");
        assert_eq!(
            text(Holder::ConfigMap("c"), ".."),
            "\"..\" is not a valid key name for a ConfigMap: must not be '..'"
        );
        assert!(
            text(Holder::Secret, "a b").starts_with("\"a b\" is not valid key name for a Secret a valid")
        );
    }
}
