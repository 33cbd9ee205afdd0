//! `kubectl create secret generic`, `docker-registry` and `tls`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::super::flag_sets::{DRY_RUN, OUTPUT, SAVE_CONFIG, VALIDATE, field_manager};
use super::config_map::{APPEND_HASH, Holder, SOURCES, add_hash, read_file_source, read_sources};
use super::{create, failed, one_name, required_name};
use crate::apimachinery::builtin;
use crate::base::{Map, escape_html, json};
use crate::kubectl::command::{Call, Command};
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::flags::Flag;

/// The group.
pub(super) static COMMAND: Command = Command {
    name: "secret",
    short: "Create a secret using a specified subcommand",
    usage: "(docker-registry | generic | tls) [options]",
    subcommands: &[&DOCKER_REGISTRY, &GENERIC, &TLS],
    ..Command::PLAIN
};

static GENERIC: Command = Command {
    name: "generic",
    short: "Create a secret from a local file, directory, or literal value",
    usage: "NAME [--type=string] [--from-file=[key=]source] [--from-literal=key1=value1] [--dry-run=server|client|none] [options]",
    flags: &[FLAGS, APPEND_HASH, SOURCES, OUTPUT, DRY_RUN, VALIDATE, SAVE_CONFIG],
    run: |call| Box::pin(generic(call)),
    ..Command::PLAIN
};

static DOCKER_REGISTRY: Command = Command {
    name: "docker-registry",
    short: "Create a secret for use with a Docker registry",
    usage: "NAME --docker-username=user --docker-password=password --docker-email=email [--docker-server=string] [--from-file=[key=]source] [--dry-run=server|client|none] [options]",
    flags: &[
        &[
            field_manager("kubectl-create"),
            Flag::text("docker-username", "", "User name at the registry"),
            Flag::text("docker-password", "", "Password at the registry"),
            Flag::text("docker-email", "", "Email address of the user"),
            Flag::text("docker-server", "https://index.docker.io/v1/", "Address of the registry"),
            Flag::list("from-file", "A file, or key=file, with what docker login wrote"),
        ],
        APPEND_HASH,
        OUTPUT,
        DRY_RUN,
        VALIDATE,
        SAVE_CONFIG,
    ],
    run: |call| Box::pin(docker_registry(call)),
    ..Command::PLAIN
};

static TLS: Command = Command {
    name: "tls",
    short: "Create a TLS secret",
    usage: "NAME --cert=path/to/cert/file --key=path/to/key/file [--dry-run=server|client|none] [options]",
    flags: &[
        &[
            field_manager("kubectl-create"),
            Flag::text("cert", "", "File with the certificate, PEM"),
            Flag::text("key", "", "File with the key of the certificate, PEM"),
        ],
        APPEND_HASH,
        OUTPUT,
        DRY_RUN,
        VALIDATE,
        SAVE_CONFIG,
    ],
    run: |call| Box::pin(tls(call)),
    ..Command::PLAIN
};

const FLAGS: &[Flag] = &[field_manager("kubectl-create"), Flag::text("type", "", "The type of the secret")];

async fn generic(call: &mut Call<'_>) -> Outcome {
    let name = required_name(call)?;
    let mut data = Map::new();
    for (key, bytes) in read_sources(call, Holder::Secret)? {
        data.insert(key, STANDARD.encode(bytes).into());
    }
    let kind = call.flags.text("type").to_owned();
    post(call, &name, &kind, data).await
}

async fn post(call: &mut Call<'_>, name: &str, kind: &str, data: Map) -> Outcome {
    let mut object = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}});
    if !data.is_empty() {
        object["data"] = data.into();
    }
    if !kind.is_empty() {
        object["type"] = kind.into();
    }
    add_hash(call, &mut object);
    create(call, &builtin::SECRET, object).await.map_err(|failure| failed(failure, "secret"))
}

/// The key that holds what a registry asks for.
const CONFIG_KEY: &str = ".dockerconfigjson";

async fn docker_registry(call: &mut Call<'_>) -> Outcome {
    let name = required_name(call)?;
    let text = |flag: &str| call.flags.text(flag).to_owned();
    let mut data = Map::new();
    if call.flags.all("from-file").is_empty() {
        let (user, password, server) =
            (text("docker-username"), text("docker-password"), text("docker-server"));
        if user.is_empty() || password.is_empty() || server.is_empty() {
            return Err(Failure::message(
                "either --from-file or the combination of --docker-username, --docker-password and --docker-server is required",
            ));
        }
        let auth = STANDARD.encode(format!("{user}:{password}"));
        // The fields stand in the order of upstream's struct, which is part of what is stored.
        let mut entry = format!("\"username\":{},\"password\":{}", json!(user), json!(password));
        if !text("docker-email").is_empty() {
            entry.push_str(&format!(",\"email\":{}", json!(text("docker-email"))));
        }
        let config = format!("{{\"auths\":{{{}:{{{entry},\"auth\":{}}}}}}}", json!(server), json!(auth));
        let config = escape_html(config);
        data.insert(CONFIG_KEY, STANDARD.encode(config.as_bytes()).into());
    } else {
        for source in call.flags.all("from-file") {
            // A file alone is what docker login wrote.
            let keyed = format!("{CONFIG_KEY}={source}");
            let source = if source.contains('=') { source } else { &keyed };
            for (key, bytes) in read_file_source(call, source)? {
                data.insert(key, STANDARD.encode(bytes).into());
            }
        }
    }
    post(call, &name, "kubernetes.io/dockerconfigjson", data).await
}

async fn tls(call: &mut Call<'_>) -> Outcome {
    let name = one_name(call)?;
    let (certificate, key) = (call.flags.text("cert"), call.flags.text("key"));
    if certificate.is_empty() || key.is_empty() {
        return Err(Failure::message("key and cert must be specified"));
    }
    let mut data = Map::new();
    for (field, file) in [("tls.crt", certificate), ("tls.key", key)] {
        let bytes = std::fs::read(call.factory.path(file)).map_err(|_| {
            Failure::message(format!("Cannot read file {file}, open {file}: no such file or directory"))
        })?;
        if !String::from_utf8_lossy(&bytes).contains("-----BEGIN ") {
            return Err(Failure::message(match field {
                "tls.crt" => "tls: failed to find any PEM data in certificate input",
                _ => "tls: failed to find any PEM data in key input",
            }));
        }
        data.insert(field.to_owned(), STANDARD.encode(bytes).into());
    }
    post(call, &name, "kubernetes.io/tls", data).await
}
