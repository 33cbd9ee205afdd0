//! `kubectl exec`, and the pod and container that it and `attach` name.

use super::flag_sets::FILE_NAMES;
use crate::apimachinery::builtin;
use crate::base::Value;
use crate::kubectl::api::Url;
use crate::kubectl::command::{Arguments, Call, Command};
use crate::kubectl::describe::text_of;
use crate::kubectl::discovery::Resource;
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::flags::Flag;
use crate::kubectl::pods::{best_pod, chosen_container};
use crate::kubectl::remote::Session;
use crate::kubectl::resource_args::{Wanted, find_as_given};

/// `kubectl exec`.
pub(super) static EXEC: Command = Command {
    name: "exec",
    short: "Execute a command in a container",
    usage: "(POD | TYPE/NAME) [-c CONTAINER] [flags] -- COMMAND [args...] [options]",
    flags: &[FLAGS, FILE_NAMES],
    arguments: Arguments::Pod,
    run: |call| Box::pin(exec(call)),
    ..Command::PLAIN
};

pub(super) const FLAGS: &[Flag] = &[
    Flag::text("container", "", "The container; the first one when it is left out").short('c'),
    Flag::switch("stdin", "Pass standard input to the container").short('i'),
    Flag::switch("tty", "Standard input is a terminal").short('t'),
    Flag::switch("quiet", "Only print what the container prints").short('q'),
    Flag::duration("pod-running-timeout", "1m0s", "How long to wait until the pod runs"),
];

/// Keys that end a session without ending the container's process.
pub(super) const DETACH_KEYS: Flag =
    Flag::text("detach-keys", "ctrl-p,ctrl-q", "Keys that leave the container to itself; empty for none");

/// Where to connect to.
pub(super) struct Place {
    /// The pod.
    pub(super) pod: Value,
    /// One of its containers.
    pub(super) container: String,
}

impl Place {
    /// URL of a way into the pod.
    pub(super) fn url(&self, subresource: &str) -> Url {
        let metadata = &self.pod["metadata"];
        let (namespace, name) = (text_of(&metadata["namespace"]), text_of(&metadata["name"]));
        Resource::from(&builtin::POD).subresource(namespace, name, subresource)
    }
}

async fn exec(call: &mut Call<'_>) -> Outcome {
    let words = call.args.clone();
    // Of what stands before the dashes only the first word counts.
    let (targets, command) = words.split_at(call.dash.unwrap_or(words.len()));
    if call.dash.is_none() && call.args.len() > 1 {
        return Err(call.usage_error(
            "exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead",
        ));
    }
    let typed = match targets.first().cloned() {
        Some(typed) if !typed.is_empty() => typed,
        _ if call.flags.all("filename").is_empty() => {
            return Err(Failure::message("pod, type/name or --filename must be specified"));
        }
        _ => {
            let api = call.api().await?;
            match find_as_given(call, &api, &[], Wanted::default()).await?.as_slice() {
                [info] => format!("{}/{}", info.resource.plural, info.name),
                _ => return Err(Failure::message("cannot exec into multiple objects at a time")),
            }
        }
    };
    if command.is_empty() {
        return Err(Failure::message("you must specify at least one command for the container"));
    }
    if call.flags.is_set("pod-running-timeout") && call.flags.seconds("pod-running-timeout") <= 0.0 {
        return Err(call.usage_error("--pod-running-timeout must be higher than zero"));
    }
    let command = command.to_vec();
    let api = call.api().await?;
    let place = place(call, &typed).await?;
    let mut url = place.url("exec");
    for word in &command {
        url = with_word(url, word);
    }
    let session = Session::wanted(call)?;
    session.run(&api, &session.add_to(url, &place.container), call.streams).await
}

/// Adds a word of the command, an empty one, too.
pub(super) fn with_word(url: Url, word: &str) -> Url {
    if word.is_empty() {
        Url::new(format!("{}{}command=", url.as_str(), if url.as_str().contains('?') { '&' } else { '?' }))
    } else {
        url.with("command", word)
    }
}

/// Finds what the arguments name.
pub(super) async fn place(call: &mut Call<'_>, typed: &str) -> Outcome<Place> {
    let api = call.api().await?;
    let namespace = call.namespace()?;
    let pod = best_pod(&api, &namespace, typed).await?;
    if matches!(text_of(&pod["status"]["phase"]), "Succeeded" | "Failed") {
        return Err(Failure::message(format!(
            "cannot {} a container in a completed pod; current phase is {}",
            if call.command.name == "attach" { "attach" } else { "exec into" },
            text_of(&pod["status"]["phase"])
        )));
    }
    let given = call.flags.text("container").to_owned();
    let (container, notice) = chosen_container(&pod, &given).map_err(|failure| match call.command.name {
        "attach" => Failure::message(format!("cannot attach to the container: {failure}")),
        _ => failure,
    })?;
    if let (Some(notice), false) = (notice, call.flags.on("quiet")) {
        call.complain(notice)?;
    }
    Ok(Place { pod, container })
}
