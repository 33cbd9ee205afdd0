//! `kubectl config set-cluster` and `set-credentials`: entries written from flags.

use std::path::{Path, PathBuf};

use base64::Engine;

use super::{load, named, one_name};
use crate::base::{Map, Value, json};
use crate::kubectl::command::Call;
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::flags::Flag;
use crate::kubectl::help::print_own;

/// Flags of `set-cluster`; those with the names of global ones stand before them.
pub(super) const CLUSTER_FLAGS: &[Flag] = &[
    Flag::text("server", "", "Address and port of the API server"),
    Flag::text("tls-server-name", "", "Name that the server's certificate is checked for"),
    Flag::switch("insecure-skip-tls-verify", "Do not check the server's certificate"),
    Flag::text("certificate-authority", "", "Path of the certificate authority's certificate"),
    Flag::switch("embed-certs", "Write the certificate itself instead of its path"),
    Flag::text("proxy-url", "", "Proxy on the way to the server"),
];

/// Flags of `set-credentials`; those with the names of global ones stand before them.
pub(super) const USER_FLAGS: &[Flag] = &[
    Flag::text("client-certificate", "", "Path of the client's certificate"),
    Flag::text("client-key", "", "Path of the client's key"),
    Flag::text("token", "", "Bearer token of the user"),
    Flag::text("username", "", "User name for basic authentication"),
    Flag::text("password", "", "Password for basic authentication"),
    Flag::switch("embed-certs", "Write certificate and key themselves instead of their paths"),
    Flag::text("auth-provider", "", "Auth provider of the user"),
    Flag::list("auth-provider-arg", "Arguments of the auth provider, key=value"),
    Flag::text("exec-api-version", "", "API version of the program that gives credentials"),
    Flag::array("exec-arg", "Argument of the program that gives credentials, may be repeated"),
    Flag::text("exec-command", "", "Program that gives credentials"),
    Flag::array("exec-env", "Variable for the program that gives credentials, key=value; key- removes it"),
    Flag::text("exec-interactive-mode", "", "Whether the program may ask: Never, IfAvailable or Always"),
    Flag::switch("exec-provide-cluster-info", "Tell the program about the cluster"),
];

fn given(call: &Call<'_>, flag: &str) -> Option<String> {
    call.flags.is_set(flag).then(|| call.flags.text(flag).to_owned())
}

/// `set-cluster`.
pub(super) async fn set_cluster(call: &mut Call<'_>) -> Outcome {
    let name = named(call, "cluster name")?;
    let embed = call.flags.on("embed-certs");
    if call.flags.on("insecure-skip-tls-verify") && !call.flags.text("certificate-authority").is_empty() {
        return Err(Failure::message(
            "you cannot specify a certificate authority and insecure mode at the same time",
        ));
    }
    if embed && call.flags.text("certificate-authority").is_empty() {
        return Err(Failure::message("you must specify a --certificate-authority to embed"));
    }
    check_file(call, "certificate-authority", embed)?;
    let config = load(call)?;
    let authority = given(call, "certificate-authority")
        .map(|path| file_of(call, &config.first_path(), "certificate-authority", &path, embed))
        .transpose()?;
    let texts = ["server", "tls-server-name", "proxy-url"].map(|key| (key, given(call, key)));
    let skip =
        call.flags.is_set("insecure-skip-tls-verify").then(|| call.flags.on("insecure-skip-tls-verify"));
    config.change("clusters", &name, |entry| {
        set_texts(entry, &texts);
        if let Some(skip) = skip {
            entry.insert("insecure-skip-tls-verify", skip.into());
            if skip {
                entry.remove("certificate-authority");
                entry.remove("certificate-authority-data");
            }
        }
        if let Some((key, value)) = authority {
            entry.remove("certificate-authority");
            entry.remove("certificate-authority-data");
            entry.remove("insecure-skip-tls-verify");
            entry.insert(key, value);
        }
    })?;
    call.line(format!("Cluster {name:?} set."))
}

fn set_texts(entry: &mut Map, texts: &[(&str, Option<String>)]) {
    for (key, value) in texts {
        match value {
            Some(value) if value.is_empty() => drop(entry.remove(key)),
            Some(value) => drop(entry.insert((*key).to_owned(), value.as_str().into())),
            None => {}
        }
    }
}

/// Refuses a file that is to be embedded and is not there, before the kubeconfig is read.
fn check_file(call: &Call<'_>, field: &str, embed: bool) -> Outcome {
    match given(call, field) {
        Some(path) if embed && !path.is_empty() => {
            file_of(call, Path::new(""), field, &path, embed).map(|_| ())
        }
        _ => Ok(()),
    }
}

/// Field and value for a file: its path, or what it holds.
fn file_of(call: &Call<'_>, config: &Path, field: &str, path: &str, embed: bool) -> Outcome<(String, Value)> {
    let absolute = call.factory.path(path);
    if !embed {
        let folder = call.factory.path("").join(config.parent().unwrap_or(Path::new("/")));
        // Files beside the kubeconfig move along with it.
        let shown: PathBuf = absolute.strip_prefix(&folder).map(Path::to_owned).unwrap_or(absolute);
        return Ok((field.to_owned(), shown.display().to_string().into()));
    }
    let bytes = std::fs::read(&absolute).map_err(|_| {
        Failure::message(format!(
            "could not stat {field} file {path}: stat {path}: no such file or directory"
        ))
    })?;
    let text = base64::engine::general_purpose::STANDARD.encode(bytes);
    Ok((format!("{field}-data"), text.into()))
}

/// `set-credentials`.
pub(super) async fn set_credentials(call: &mut Call<'_>) -> Outcome {
    let name = one_name(call)?;
    let is_pair = |pair: &&String| pair.contains('=') || pair.ends_with('-');
    if let Some(wrong) = call.flags.all("exec-env").iter().find(|pair| !is_pair(pair)).cloned() {
        print_own(call)?;
        return Err(Failure::message(format!("invalid exec-env format: {wrong}")));
    }
    if let Some(wrong) = call.flags.all("auth-provider-arg").iter().find(|pair| !is_pair(pair)).cloned() {
        print_own(call)?;
        return Err(Failure::message(format!("invalid auth-provider-arg format: {wrong}")));
    }
    if name.is_empty() {
        return Err(Failure::message("you must specify a non-empty user name"));
    }
    check(call)?;
    let embed = call.flags.on("embed-certs");
    for field in ["client-certificate", "client-key"] {
        check_file(call, field, embed)?;
    }
    let config = load(call)?;
    let mut files = Vec::new();
    for field in ["client-certificate", "client-key"] {
        if let Some(path) = given(call, field) {
            files.push((field, file_of(call, &config.first_path(), field, &path, embed)?));
        }
    }
    let texts = ["token", "username", "password"].map(|key| (key, given(call, key)));
    let (has_token, has_basic) =
        (!call.flags.text("token").is_empty(), !call.flags.text("username").is_empty());
    config.change("users", &name, |entry| {
        for (field, (key, value)) in files {
            entry.remove(field);
            entry.remove(&format!("{field}-data"));
            entry.insert(key, value);
        }
        set_texts(entry, &texts);
        // One way to log in replaces the other.
        if has_token && !has_basic {
            entry.remove("username");
            entry.remove("password");
        }
        if has_basic && !has_token {
            entry.remove("token");
        }
        set_provider(call, entry);
        set_exec(call, entry);
    })?;
    call.line(format!("User {name:?} set."))
}

fn check(call: &Call<'_>) -> Outcome {
    let mut methods = Vec::new();
    if !call.flags.text("token").is_empty() {
        methods.push("--token");
    }
    if !call.flags.text("username").is_empty() || !call.flags.text("password").is_empty() {
        methods.push("--username/--password");
    }
    if methods.len() > 1 {
        return Err(Failure::message(format!(
            "you cannot specify more than one authentication method at the same time: {}",
            methods.join(", ")
        )));
    }
    let has_file =
        !call.flags.text("client-certificate").is_empty() || !call.flags.text("client-key").is_empty();
    if call.flags.on("embed-certs") && !has_file {
        return Err(Failure::message("you must specify a --client-certificate or --client-key to embed"));
    }
    Ok(())
}

fn set_provider(call: &Call<'_>, entry: &mut Map) {
    if !call.flags.is_set("auth-provider") {
        return;
    }
    let pairs = call.flags.all("auth-provider-arg").iter().filter_map(|pair| pair.split_once('='));
    let arguments: Map = pairs.map(|(key, value)| (key.to_owned(), value.into())).collect();
    entry.insert(
        "auth-provider".to_owned(),
        json!({"name": call.flags.text("auth-provider"), "config": arguments}),
    );
}

fn set_exec(call: &Call<'_>, entry: &mut Map) {
    let flags = [
        "exec-command",
        "exec-api-version",
        "exec-arg",
        "exec-env",
        "exec-interactive-mode",
        "exec-provide-cluster-info",
    ];
    if !flags.iter().any(|flag| call.flags.is_set(flag)) {
        return;
    }
    // Without a program there is nothing that could have arguments.
    let mut exec = match entry.remove("exec") {
        Some(exec) => exec,
        None if call.flags.text("exec-command").is_empty() => return,
        None => json!({"env": null, "args": null, "provideClusterInfo": false}),
    };
    for (flag, field) in [
        ("exec-command", "command"),
        ("exec-api-version", "apiVersion"),
        ("exec-interactive-mode", "interactiveMode"),
    ] {
        if let Some(text) = given(call, flag) {
            exec[field] = text.into();
        }
    }
    if call.flags.is_set("exec-arg") {
        exec["args"] = call.flags.all("exec-arg").into();
    }
    if call.flags.is_set("exec-provide-cluster-info") {
        exec["provideClusterInfo"] = call.flags.on("exec-provide-cluster-info").into();
    }
    let mut variables = exec["env"].as_array().cloned().unwrap_or_default();
    for pair in call.flags.all("exec-env") {
        match pair.split_once('=') {
            Some((key, value)) => {
                variables.retain(|variable| variable["name"] != key);
                variables.push(json!({"name": key, "value": value}));
            }
            None => variables.retain(|variable| variable["name"] != pair.trim_end_matches('-')),
        }
    }
    if call.flags.is_set("exec-env") {
        exec["env"] = variables.into();
    }
    entry.insert("exec", exec);
}
