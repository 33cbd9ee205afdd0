//! `kubectl attach`, and what `run -it` shares with it.

use super::exec::{DETACH_KEYS, FLAGS, Place, place};
use crate::base::Value;
use crate::kubectl::api::Api;
use crate::kubectl::command::{Arguments, Call, Command};
use crate::kubectl::describe::{array, text_of};
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::remote::Session;

/// `kubectl attach`.
pub(super) static ATTACH: Command = Command {
    name: "attach",
    short: "Attach to a running container",
    usage: "(POD | TYPE/NAME) -c CONTAINER [options]",
    flags: &[FLAGS, &[DETACH_KEYS]],
    arguments: Arguments::Pod,
    run: |call| Box::pin(attach(call)),
    ..Command::PLAIN
};

async fn attach(call: &mut Call<'_>) -> Outcome {
    let typed = match call.args.as_slice() {
        [] => return Err(Failure::message("at least 1 argument is required for attach")),
        [one] => one.clone(),
        [kind, name] => format!("{kind}/{name}"),
        many => {
            return Err(Failure::message(format!(
                "expected POD, TYPE/NAME, or TYPE NAME, (at most 2 arguments) saw {}: [{}]",
                many.len(),
                many.join(" ")
            )));
        }
    };
    let api = call.api().await?;
    let place = place(call, &typed).await?;
    connect(call, &api, &place).await
}

/// Attaches to the main process of a running container (`kubectl/pkg/cmd/attach`).
pub(super) async fn connect(call: &mut Call<'_>, api: &Api, place: &Place) -> Outcome {
    let is_quiet = call.flags.on("quiet");
    let mut session = Session::wanted(call)?;
    let has_tty = container_has_tty(&place.pod, &place.container);
    if session.tty && !has_tty && !is_quiet {
        call.complain(format!(
            "error: Unable to use a TTY - container {} did not allocate one",
            place.container
        ))?;
    }
    session.tty = has_tty && session.stdin && call.streams.keyboard().is_some();
    if !is_quiet {
        call.complain("All commands and output from this session will be recorded in container logs, including credentials and sensitive information passed through the command prompt.")?;
        call.complain("If you don't see a command prompt, try pressing enter.")?;
    }
    session.run(api, &session.add_to(place.url("attach"), &place.container), call.streams).await?;
    if session.tty && !is_quiet && place.pod["spec"]["restartPolicy"] == "Always" {
        call.line(format!(
            "Session ended, resume using 'kubectl attach {} -c {} -n {} -i -t' command",
            text_of(&place.pod["metadata"]["name"]),
            place.container,
            text_of(&place.pod["metadata"]["namespace"])
        ))?;
    }
    Ok(())
}

fn container_has_tty(pod: &Value, name: &str) -> bool {
    ["containers", "ephemeralContainers"]
        .into_iter()
        .flat_map(|list| array(&pod["spec"][list]))
        .any(|container| container["name"] == name && container["tty"] == true)
}
