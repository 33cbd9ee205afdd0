//! `kubectl create`: from files, and one file for each kind that flags can make.

mod config_map;
mod cron_job;
mod deployment;
mod ingress;
mod job;
mod namespace;
mod pod_disruption_budget;
mod priority_class;
mod quota;
mod role;
mod role_binding;
mod secret;
mod service;
mod service_account;
mod token;

use super::edit::{LINE_ENDINGS, Mode, Session};
use super::flag_sets::{DRY_RUN, FILES, OUTPUT, RECORD, SAVE_CONFIG, VALIDATE, field_manager};
use super::record::record;
use crate::apimachinery::Kind;
use crate::base::Value;
use crate::kubectl::api::Url;
use crate::kubectl::command::{Arguments, Call, Command};
use crate::kubectl::discovery::Resource;
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::flags::Flag;
use crate::kubectl::printers::{DryRun, check_printing, dry_run, print_done};
use crate::kubectl::resource_args::from_files;

/// The command.
pub(super) static COMMAND: Command = Command {
    name: "create",
    short: "Create a resource from a file or from stdin",
    usage: "-f FILENAME [options]",
    flags: &[FLAGS, LINE_ENDINGS, FILES, OUTPUT, DRY_RUN, VALIDATE, SAVE_CONFIG, RECORD],
    subcommands: &[
        &config_map::COMMAND,
        &cron_job::COMMAND,
        &deployment::COMMAND,
        &ingress::COMMAND,
        &job::COMMAND,
        &namespace::COMMAND,
        &pod_disruption_budget::COMMAND,
        &priority_class::COMMAND,
        &quota::COMMAND,
        &secret::COMMAND,
        &service::COMMAND,
        &service_account::COMMAND,
        &role::CLUSTER_ROLE,
        &role::ROLE,
        &role_binding::CLUSTER_ROLE_BINDING,
        &role_binding::ROLE_BINDING,
        &token::COMMAND,
    ],
    arguments: Arguments::None,
    run: |call| Box::pin(run(call)),
    ..Command::PLAIN
};

const FLAGS: &[Flag] = &[
    field_manager("kubectl-create"),
    Flag::text("selector", "", "Label selector that chooses objects of the files").short('l'),
    Flag::text("raw", "", "Path of the API to post the file to"),
    Flag::switch("edit", "Edit the objects before they are created"),
];

async fn run(call: &mut Call<'_>) -> Outcome {
    if call.flags.all("filename").is_empty() && !call.flags.is_set("kustomize") {
        if call.args.is_empty() {
            return Err(Failure::message("must specify one of -f and -k"));
        }
        return Err(call.usage_error(format!("Unexpected args: [{}]", call.args.join(" "))));
    }
    if !call.args.is_empty() {
        return Err(call.usage_error(format!("Unexpected args: [{}]", call.args.join(" "))));
    }
    if call.flags.is_set("raw") {
        return super::raw::send(call, http::Method::POST).await;
    }
    let dry_run = dry_run(call)?;
    let api = call.api().await?;
    let (infos, mut failures) = from_files(call, &api).await?;
    if call.flags.on("edit") {
        Failure::many(failures)?;
        for info in infos {
            Session::new(call, &api, Mode::BeforeCreate).run(vec![info]).await?;
        }
        return Ok(());
    }
    if infos.is_empty() && failures.is_empty() {
        failures.push(Failure::NothingPassed("create"));
    }
    for info in infos {
        let mut object = info.object.value().clone();
        if call.flags.on("save-config") {
            super::apply::annotate(&mut object);
        }
        record(call, &mut object);
        let created = if dry_run == DryRun::Client {
            Ok(object)
        } else {
            forget_version(&mut object);
            let url = write_url(call, info.resource.collection(&info.namespace), dry_run);
            api.post(&url, &object).await.map_err(|failure| failure.about("creating", &info.source))
        };
        match created {
            Ok(object) => {
                let name = object["metadata"]["name"].as_str().unwrap_or_default();
                print_done(call, &object, &info.resource.named(name), "created")?;
            }
            Err(failure @ Failure::Status(_)) => failures.push(failure),
            Err(failure) => return Err(failure),
        }
    }
    Failure::many(failures)
}

pub(super) use config_map::check_variable_name;
pub(super) use role_binding::subjects;

/// Drops the version that an object had where it was taken from: a new one begins anew.
pub(super) fn forget_version(object: &mut Value) {
    if let Some(metadata) = object["metadata"].as_object_mut() {
        metadata.remove("resourceVersion");
    }
}

/// Adds what every write carries.
pub(super) fn write_url(call: &Call<'_>, url: Url, dry_run: DryRun) -> Url {
    url.with("dryRun", dry_run.parameter())
        .with("fieldManager", call.flags.text("field-manager"))
        .with("fieldValidation", field_validation(call))
}

/// What the server is to do about fields that it does not know.
pub(super) fn field_validation(call: &Call<'_>) -> &'static str {
    match call.flags.text("validate") {
        "false" | "ignore" => "Ignore",
        "warn" => "Warn",
        _ => "Strict",
    }
}

/// The one NAME that a generator takes; what it is to print is checked right after it.
pub(super) fn one_name(call: &Call<'_>) -> Outcome<String> {
    let before_dash = call.dash.unwrap_or(call.args.len());
    match &call.args[..before_dash] {
        [name] => {
            check_printing(call)?;
            Ok(name.clone())
        }
        names => Err(call.usage_error(format!("exactly one NAME is required, got {}", names.len()))),
    }
}

/// As [`one_name`], of generators that refuse an empty name themselves.
pub(super) fn required_name(call: &Call<'_>) -> Outcome<String> {
    match one_name(call)? {
        name if name.is_empty() => Err(Failure::message("name must be specified")),
        name => Ok(name),
    }
}

/// Posts what a generator made, and prints it.
pub(super) async fn create(call: &mut Call<'_>, kind: &'static Kind, mut object: Value) -> Outcome {
    let resource = Resource::from(kind);
    let target = call.target()?;
    let dry_run = dry_run(call)?;
    let name = object["metadata"]["name"].as_str().unwrap_or_default().to_owned();
    if resource.namespaced && target.explicit_namespace {
        object["metadata"]["namespace"] = target.namespace.as_str().into();
    }
    if call.flags.on("save-config") {
        super::apply::annotate_typed(&mut object);
    }
    if dry_run != DryRun::Client {
        let api = call.api().await?;
        let url = write_url(call, resource.collection(&target.namespace), dry_run);
        object = api.post(&url, &object).await?;
    }
    print_done(call, &object, &resource.named(&name), "created")
}

/// Says which kind could not be created, as upstream's generators do.
pub(super) fn failed(failure: Failure, kind: &str) -> Failure {
    match failure {
        Failure::Status(status) => {
            // Upstream's Secrets come without the colon.
            let end = if kind == "secret" { "" } else { ":" };
            Failure::message(format!("failed to create {kind}{end} {}", status.message))
        }
        failure @ (Failure::Unreachable(_) | Failure::Message(_)) => {
            Failure::message(format!("failed to create {kind}: {failure}"))
        }
        other => other,
    }
}
