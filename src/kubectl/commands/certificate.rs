//! `kubectl certificate approve` and `certificate deny`.

use super::flag_sets::{FILES, OUTPUT};
use crate::apimachinery::{builtin, seconds};
use crate::base::{Value, json};
use crate::kubectl::api::Api;
use crate::kubectl::command::{Call, Command, Run};
use crate::kubectl::discovery::{Resource, resolve};
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::flags::Flag;
use crate::kubectl::printers::print_done;
use crate::kubectl::resource_args::from_files;
use crate::kubectl::unreachable::BY_NAME;

/// The group.
pub(super) static COMMAND: Command = Command {
    name: "certificate",
    short: "Modify certificate resources",
    usage: "SUBCOMMAND [options]",
    subcommands: &[&APPROVE, &DENY],
    ..Command::PLAIN
};

static APPROVE: Command =
    answering("approve", "Approve a certificate signing request", |call| Box::pin(answer(call, &APPROVAL)));

static DENY: Command =
    answering("deny", "Deny a certificate signing request", |call| Box::pin(answer(call, &DENIAL)));

const fn answering(name: &'static str, short: &'static str, run: Run) -> Command {
    let flags: &[&[Flag]] = &[FLAGS, FILES, OUTPUT];
    Command { name, short, usage: "(-f FILENAME | NAME) [options]", flags, run, ..Command::PLAIN }
}

const FLAGS: &[Flag] = &[Flag::switch("force", "Update the request even if it is answered already")];

/// One of the two answers.
struct Answer {
    condition: &'static str,
    opposite: &'static str,
    reason: &'static str,
    message: &'static str,
    done: &'static str,
}

const APPROVAL: Answer = Answer {
    condition: "Approved",
    opposite: "Denied",
    reason: "KubectlApprove",
    message: "This CSR was approved by kubectl certificate approve.",
    done: "approved",
};

const DENIAL: Answer = Answer {
    condition: "Denied",
    opposite: "Approved",
    reason: "KubectlDeny",
    message: "This CSR was denied by kubectl certificate deny.",
    done: "denied",
};

async fn answer(call: &mut Call<'_>, answer: &Answer) -> Outcome {
    let from_file = !call.flags.all("filename").is_empty() || call.flags.is_set("kustomize");
    if call.args.is_empty() && !from_file {
        return Err(Failure::message("one or more CSRs must be specified as <name> or -f <filename>"));
    }
    let api = call.api().await?;
    let mut names = call.args.clone();
    if !from_file {
        api.prove(BY_NAME).await?;
    }
    if from_file {
        let (infos, failures) = from_files(call, &api).await?;
        Failure::many(failures)?;
        names.extend(infos.into_iter().map(|info| info.name));
    }
    let resource = Resource::from(&builtin::CERTIFICATE_SIGNING_REQUEST);
    for name in names {
        if let Some((kind, _)) = name.split_once('/') {
            let named = resolve(&api, kind).await?;
            if named.namespaced {
                return Err(Failure::message(
                    "namespace may not be empty when retrieving a resource by name",
                ));
            }
            if !named.is(&builtin::CERTIFICATE_SIGNING_REQUEST) {
                return Err(Failure::message(format!(
                    "can only handle CertificateSigningRequest.certificates.k8s.io objects, got {}",
                    named.kind
                )));
            }
        }
        let name = name.rsplit('/').next().unwrap_or_default().to_owned();
        let object = answered(call, &api, &resource, &name, answer).await?;
        print_done(call, &object, &resource.named(&name), answer.done)?;
    }
    Ok(())
}

async fn answered(
    call: &Call<'_>,
    api: &Api,
    resource: &Resource,
    name: &str,
    answer: &Answer,
) -> Outcome<Value> {
    let mut object = api.get(&resource.object("", name)).await?;
    let has = |object: &Value, kind: &str| {
        let mut conditions = object["status"]["conditions"].as_array().into_iter().flatten();
        conditions.any(|condition| condition["type"] == kind)
    };
    if has(&object, answer.opposite) {
        let opposite = answer.opposite;
        return Err(Failure::message(format!("certificate signing request {name:?} is already {opposite}")));
    }
    let already = has(&object, answer.condition);
    if already && !call.flags.on("force") {
        return Ok(object);
    }
    if !already {
        let mut conditions = object["status"]["conditions"].as_array().cloned().unwrap_or_default();
        conditions.push(json!({
            "type": answer.condition, "status": "True", "reason": answer.reason, "message": answer.message,
            "lastUpdateTime": seconds(call.now()),
        }));
        object["status"]["conditions"] = conditions.into();
    }
    api.put(&resource.subresource("", name, "approval"), &object).await
}
