//! `kubectl create token`.

use super::super::flag_sets::OUTPUT;
use super::{failed, one_name};
use crate::apimachinery::builtin;
use crate::base::{Value, json};
use crate::kubectl::command::{Arguments, Call, Command};
use crate::kubectl::discovery::Resource;
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::flags::{Flag, Flags};
use crate::kubectl::printers::format_of;

/// The command.
pub(super) static COMMAND: Command = Command {
    name: "token",
    short: "Request a service account token",
    usage: "SERVICE_ACCOUNT_NAME [options]",
    flags: &[FLAGS, OUTPUT],
    arguments: Arguments::One("serviceaccounts"),
    run: |call| Box::pin(run(call)),
    ..Command::PLAIN
};

const FLAGS: &[Flag] = &[
    Flag::array("audience", "Audience of the token, may be repeated"),
    Flag::duration("duration", "0s", "How long the token shall be valid"),
    Flag::text("bound-object-kind", "", "Kind of the object that the token is bound to: Node, Pod or Secret"),
    Flag::text("bound-object-name", "", "Name of the object that the token is bound to"),
    Flag::text("bound-object-uid", "", "UID of the object that the token is bound to"),
];

/// What a token can be bound to.
const KINDS: [&str; 3] = ["Node", "Pod", "Secret"];

async fn run(call: &mut Call<'_>) -> Outcome {
    let name = one_name(call)?;
    if name.is_empty() {
        return Err(Failure::message("service account name is required"));
    }
    check(&call.flags)?;
    let mut spec = json!({"audiences": call.flags.all("audience"), "expirationSeconds": null});
    if call.flags.all("audience").is_empty() {
        spec["audiences"] = Value::Null;
    }
    let seconds = call.flags.seconds("duration");
    if seconds > 0.0 {
        // The check has seen to it that these are whole seconds.
        spec["expirationSeconds"] = json!(seconds.round() as u64);
    }
    let kind = call.flags.text("bound-object-kind");
    if !kind.is_empty() {
        spec["boundObjectRef"] = json!({
            "kind": kind, "apiVersion": "v1", "name": call.flags.text("bound-object-name"),
            "uid": call.flags.text("bound-object-uid"),
        });
    }
    let request = json!({"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest",
        "metadata": {}, "spec": spec});
    let format = format_of(call, false)?;
    let api = call.api().await?;
    let url = Resource::from(&builtin::SERVICE_ACCOUNT).subresource(&call.namespace()?, &name, "token");
    let answer = api.post(&url, &request).await.map_err(|failure| failed(failure, "token"))?;
    let token = answer["status"]["token"].as_str().unwrap_or_default();
    if token.is_empty() {
        return Err(Failure::message("failed to create token: no token in server response"));
    }
    match format {
        Some(format) => format.show(call, &answer),
        None => call.text(token),
    }
}

fn check(flags: &Flags) -> Outcome {
    let seconds = flags.seconds("duration");
    let kind = flags.text("bound-object-kind");
    let wrong = if seconds < 0.0 {
        "--duration must be greater than or equal to 0".to_owned()
    } else if seconds.fract() != 0.0 {
        "--duration cannot be expressed in units less than seconds".to_owned()
    } else if flags.all("audience").iter().any(String::is_empty) {
        "--audience must not be an empty string".to_owned()
    } else if kind.is_empty() {
        let given = ["bound-object-name", "bound-object-uid"];
        match given.iter().find(|flag| !flags.text(flag).is_empty()) {
            Some(flag) => format!("--{flag} can only be set if --bound-object-kind is provided"),
            None => return Ok(()),
        }
    } else if !KINDS.contains(&kind) {
        format!("supported --bound-object-kind values are {}", KINDS.join(", "))
    } else if flags.text("bound-object-name").is_empty() {
        "--bound-object-name is required if --bound-object-kind is provided".to_owned()
    } else {
        return Ok(());
    };
    Err(Failure::message(wrong))
}
