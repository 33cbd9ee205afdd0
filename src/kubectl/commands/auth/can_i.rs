//! `kubectl auth can-i`.

use crate::base::{Value, json};
use crate::kubectl::api::{Api, Url};
use crate::kubectl::command::{Arguments, Call, Command};
use crate::kubectl::discovery::resolve;
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::flags::Flag;
use crate::kubectl::policy_rules::{PolicyRule, compacted};
use crate::kubectl::printers::plain_table;

/// The command.
pub(super) static COMMAND: Command = Command {
    name: "can-i",
    short: "Check whether an action is allowed",
    usage: "VERB [TYPE | TYPE/NAME | NONRESOURCEURL] [options]",
    flags: &[FLAGS],
    arguments: Arguments::KindsAtPrompt,
    run: |call| Box::pin(run(call)),
    ..Command::PLAIN
};

const FLAGS: &[Flag] = &[
    Flag::switch("all-namespaces", "Check the action in all namespaces").short('A'),
    Flag::switch("quiet", "Print nothing, only the exit code counts").short('q'),
    Flag::text("subresource", "", "Subresource such as log or scale"),
    Flag::switch("list", "Print all allowed actions"),
    Flag::switch("no-headers", "Leave the header of the list out"),
];

const REVIEWS: &str = "/apis/authorization.k8s.io/v1";
const API_VERSION: &str = "authorization.k8s.io/v1";

/// Verbs that mean something for resources.
const RESOURCE_VERBS: &[&str] = &[
    "get",
    "list",
    "watch",
    "create",
    "update",
    "patch",
    "delete",
    "deletecollection",
    "use",
    "bind",
    "impersonate",
    "*",
    "approve",
    "sign",
    "escalate",
    "attest",
];
/// Verbs that mean something for paths.
const PATH_VERBS: &[&str] = &["get", "put", "post", "head", "options", "delete", "patch", "*"];
/// Resources that exist for authorization alone.
const UNDISCOVERABLE: [&str; 2] = ["users", "groups"];

async fn run(call: &mut Call<'_>) -> Outcome {
    if call.flags.on("list") {
        return list(call).await;
    }
    let [verb, what] = call.args.clone().try_into().map_err(|_| {
        Failure::message(
            "you must specify two arguments: verb resource or verb resource/resourceName.\nSee 'kubectl auth can-i -h' for help and examples.",
        )
    })?;
    let api = call.api().await?;
    let spec = if what.starts_with('/') {
        path_question(call, &verb, &what)?
    } else {
        resource_question(call, &api, &verb, &what).await?
    };
    if call.flags.on("no-headers") {
        return Err(Failure::message("--no-headers cannot be set without --list specified"));
    }
    let review = json!({"apiVersion": API_VERSION, "kind": "SelfSubjectAccessReview", "metadata": {},
        "spec": spec});
    let answer = api.post(&Url::new(format!("{REVIEWS}/selfsubjectaccessreviews")), &review).await?;
    let status = &answer["status"];
    let allowed = status["allowed"] == true;
    if !call.flags.on("quiet") {
        let mut text = if allowed { "yes" } else { "no" }.to_owned();
        for field in ["reason", "evaluationError"] {
            match status[field].as_str() {
                Some(why) if !allowed && !why.is_empty() => text.push_str(&format!(" - {why}")),
                _ => {}
            }
        }
        call.line(text)?;
    }
    if allowed { Ok(()) } else { Err(Failure::Exit(1)) }
}

fn path_question(call: &mut Call<'_>, verb: &str, path: &str) -> Outcome<Value> {
    if !call.flags.text("subresource").is_empty() {
        return Err(Failure::message("--subresource can not be used with NonResourceURL"));
    }
    if !PATH_VERBS.contains(&verb) {
        warn(call, &format!("verb '{verb}' is not a known verb"))?;
    }
    Ok(json!({"nonResourceAttributes": {"path": path, "verb": verb}}))
}

async fn resource_question(call: &mut Call<'_>, api: &Api, verb: &str, what: &str) -> Outcome<Value> {
    let (typed, name) = what.split_once('/').unwrap_or((what, ""));
    let everywhere = call.flags.on("all-namespaces");
    let (mut resource, mut group) = (typed.to_owned(), String::new());
    let mut namespaced = true;
    if typed != "*" {
        let found = match api.prove(2).await {
            Ok(()) => resolve(api, &typed.to_lowercase()).await,
            // What cannot be looked up is asked about as it was typed.
            Err(failure) => Err(Failure::message(failure.to_string())),
        };
        match found {
            Ok(found) => {
                namespaced = found.namespaced;
                (resource, group) = (found.plural, found.group);
            }
            Err(Failure::Message(_)) => {
                let lower = typed.to_lowercase();
                if !UNDISCOVERABLE.contains(&lower.as_str()) {
                    let (name, group) = lower.split_once('.').unwrap_or((&lower, ""));
                    let place = if group.is_empty() { String::new() } else { format!(" in group '{group}'") };
                    warn(call, &format!("the server doesn't have a resource type '{name}'{place}"))?;
                }
            }
            Err(failure) => return Err(failure),
        }
    }
    if !everywhere {
        if !namespaced {
            let place = if group.is_empty() { String::new() } else { format!(" in group '{group}'") };
            warn(call, &format!("resource '{resource}' is not namespace scoped{place}"))?;
        }
        if !RESOURCE_VERBS.contains(&verb) {
            warn(call, &format!("verb '{verb}' is not a known verb"))?;
        }
    }
    let namespace = if everywhere { String::new() } else { call.namespace()? };
    let mut attributes = json!({"verb": verb, "resource": resource});
    let subresource = call.flags.text("subresource");
    let others =
        [("namespace", namespace.as_str()), ("group", &group), ("subresource", subresource), ("name", name)];
    for (field, value) in others.into_iter().filter(|(_, value)| !value.is_empty()) {
        attributes[field] = value.into();
    }
    Ok(json!({"resourceAttributes": attributes}))
}

/// A warning of kubectl's own; upstream's texts end in a newline that the printer adds to.
fn warn(call: &mut Call<'_>, text: &str) -> Outcome {
    call.complain(format!("Warning: {text}\n"))
}

async fn list(call: &mut Call<'_>) -> Outcome {
    if !call.args.is_empty() {
        return Err(Failure::message("list option must be specified with no arguments"));
    }
    let flags = &call.flags;
    if flags.on("quiet") || flags.on("all-namespaces") || !flags.text("subresource").is_empty() {
        return Err(Failure::message(
            "list option can't be specified with neither quiet, all-namespaces nor subresource options",
        ));
    }
    let api = call.api().await?;
    let review = json!({"apiVersion": API_VERSION, "kind": "SelfSubjectRulesReview", "metadata": {},
        "spec": {"namespace": call.namespace()?}});
    let answer = api.post(&Url::new(format!("{REVIEWS}/selfsubjectrulesreviews")), &review).await?;
    let status = &answer["status"];
    if status["incomplete"] == true {
        let why = status["evaluationError"].as_str().unwrap_or_default();
        call.complain(format!("Warning: the list may be incomplete: {why}"))?;
    }
    let rules: Vec<Value> = ["resourceRules", "nonResourceRules"]
        .into_iter()
        .flat_map(|field| status[field].as_array().cloned().unwrap_or_default())
        .collect();
    let mut rows: Vec<String> = Vec::new();
    if !call.flags.on("no-headers") {
        rows.push("Resources\tNon-Resource URLs\tResource Names\tVerbs".to_owned());
    }
    rows.extend(compacted(&rules).iter().map(PolicyRule::row));
    let rows: Vec<Vec<String>> =
        rows.iter().map(|row| row.split('\t').map(str::to_owned).collect()).collect();
    call.text(plain_table(&rows))
}
