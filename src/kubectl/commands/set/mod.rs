//! `kubectl set`: image, env and resources of Pod templates.

mod env;
mod image;
mod resources;
mod selector;
mod service_account;
mod subject;

use super::flag_sets::{ALL, DEEP_FILES, DRY_RUN, FILES, OUTPUT, RECORD, SELECTOR, field_manager};
use super::record::record;
use crate::apimachinery::{create_merge_patch, fill_structs, two_way_strategic_patch};
use crate::base::{Map, Value};
use crate::kubectl::api::{Api, MERGE_PATCH, STRATEGIC_PATCH};
use crate::kubectl::command::{Arguments, Call, Command, Run};
use crate::kubectl::discovery::Resource;
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::flags::Flag;
use crate::kubectl::printers::{DryRun, dry_run, print_done};
use crate::kubectl::resource_args::{
    ALL_AND_SELECTOR, Info, NOTHING_NAMED, Wanted, all_or_nothing, find, find_as_given,
};

/// The group.
pub(super) static COMMAND: Command = Command {
    name: "set",
    short: "Set specific features on objects",
    usage: "SUBCOMMAND [options]",
    subcommands: &[&ENV, &IMAGE, &RESOURCES, &SELECTOR_COMMAND, &SERVICE_ACCOUNT, &SUBJECT],
    ..Command::PLAIN
};

static IMAGE: Command = Command {
    arguments: Arguments::Objects(&[
        "daemonsets",
        "deployments",
        "pods",
        "cronjobs",
        "replicasets",
        "replicationcontrollers",
        "statefulsets",
    ]),
    ..setter(
        "image",
        "Update the image of a pod template",
        "(-f FILENAME | TYPE NAME) CONTAINER_NAME_1=CONTAINER_IMAGE_1 ... CONTAINER_NAME_N=CONTAINER_IMAGE_N [options]",
        PLAIN_FLAGS,
        |call| Box::pin(image::run(call)),
    )
};

static ENV: Command = setter(
    "env",
    "Update environment variables on a pod template",
    "RESOURCE/NAME KEY_1=VAL_1 ... KEY_N=VAL_N [options]",
    &[FLAGS, env::FLAGS, FILES, OUTPUT, ALL, DRY_RUN],
    |call| Box::pin(env::run(call)),
);

static RESOURCES: Command = setter(
    "resources",
    "Update resource requests/limits on objects with pod templates",
    "(-f FILENAME | TYPE NAME)  ([--limits=LIMITS & --requests=REQUESTS] [options]",
    &[FLAGS, resources::FLAGS, FILES, OUTPUT, ALL, DRY_RUN, RECORD],
    |call| Box::pin(resources::run(call)),
);

static SELECTOR_COMMAND: Command = setter(
    "selector",
    "Set the selector on a resource",
    "(-f FILENAME | TYPE NAME) EXPRESSIONS [--resource-version=version] [options]",
    &[WITHOUT_SELECTOR, selector::FLAGS, DEEP_FILES, OUTPUT, ALL, DRY_RUN, RECORD],
    |call| Box::pin(selector::run(call)),
);

static SERVICE_ACCOUNT: Command = Command {
    aliases: &["sa"],
    ..setter(
        "serviceaccount",
        "Update the service account of a resource",
        "(-f FILENAME | TYPE NAME) SERVICE_ACCOUNT [options]",
        &[WITHOUT_SELECTOR, FILES, OUTPUT, ALL, DRY_RUN, RECORD],
        |call| Box::pin(service_account::run(call)),
    )
};

static SUBJECT: Command = setter(
    "subject",
    "Update the user, group, or service account in a role binding or cluster role binding",
    "(-f FILENAME | TYPE NAME) [--user=username] [--group=groupname] [--serviceaccount=namespace:serviceaccountname] [--dry-run=server|client|none] [options]",
    &[FLAGS, subject::FLAGS, FILES, OUTPUT, ALL, DRY_RUN],
    |call| Box::pin(subject::run(call)),
);

/// A command that changes objects which its arguments name.
const fn setter(
    name: &'static str,
    short: &'static str,
    usage: &'static str,
    flags: &'static [&'static [Flag]],
    run: Run,
) -> Command {
    Command { name, short, usage, flags, arguments: Arguments::ObjectsAtPrompt, run, ..Command::PLAIN }
}

/// What is said when `--local` comes without files.
const ONLY_FILES: &str = "you must specify resources by --filename when --local is set.\nExample resource specifications include:\n   '-f rsrc.yaml'\n   '--filename=rsrc.json'";

/// What is said of objects that have no Pod template.
const NO_TEMPLATE: &str = "the object is not a pod or does not have a pod template";

/// Flags of those that need no more.
const PLAIN_FLAGS: &[&[Flag]] = &[FLAGS, FILES, OUTPUT, ALL, DRY_RUN, RECORD];

const WITHOUT_SELECTOR: &[Flag] = &[
    field_manager("kubectl-set"),
    Flag::switch("local", "Change the files' objects without asking the server"),
];

const FLAGS: &[Flag] = &[
    SELECTOR,
    field_manager("kubectl-set"),
    Flag::switch("local", "Change the files' objects without asking the server"),
];

/// Refuses a command line that names neither objects nor files, whatever else it says.
fn require_arguments_without(call: &Call<'_>) -> Outcome {
    if call.flags.all("filename").is_empty() && !call.flags.is_set("kustomize") {
        return Err(Failure::message(NOTHING_NAMED));
    }
    Ok(())
}

/// Tells words that name objects from words that say what is to change, which come last.
pub(super) fn resources_and_pairs(args: &[String], what: &str) -> Outcome<(Vec<String>, Vec<String>)> {
    let is_pair =
        |arg: &String| arg.contains('=') && !arg.starts_with('=') || arg.ends_with('-') && arg.len() > 1;
    let first = args.iter().position(is_pair).unwrap_or(args.len());
    let (resources, pairs) = args.split_at(first);
    if let Some(stray) = pairs.iter().find(|arg| !is_pair(arg)) {
        return Err(Failure::message(format!(
            "all resources must be specified before {what} changes: {stray}"
        )));
    }
    Ok((resources.to_vec(), pairs.to_vec()))
}

/// The objects to change: asked for, or with `--local` those of the files.
async fn targets(call: &mut Call<'_>, api: &Api, args: &[String]) -> Outcome<Vec<Info>> {
    if args.is_empty() {
        require_arguments_without(call)?;
    }
    if call.flags.on("local") {
        // No server is asked for what arguments name.
        if !args.is_empty() || call.flags.all("filename").is_empty() && !call.flags.is_set("kustomize") {
            return Err(Failure::message(ONLY_FILES));
        }
        return find_as_given(call, api, args, Wanted::default()).await;
    }
    if call.flags.on("all") && !call.flags.text("selector").is_empty() {
        return Err(Failure::message(ALL_AND_SELECTOR));
    }
    find(call, api, args, Wanted { selectors: true, names_beside_all: true, ..Wanted::default() }).await
}

/// As [`targets`], of commands that change nothing unless every object is there.
async fn all_targets(call: &mut Call<'_>, api: &Api, args: &[String]) -> Outcome<Vec<Info>> {
    let infos = targets(call, api, args).await?;
    all_or_nothing(call, infos)
}

/// Whether a name is one that a pattern means, in which `*` stands for any text.
fn is_meant(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = name.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    if !pattern.contains('*') {
        return rest.is_empty();
    }
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return false };
    for part in middle {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// The Pod spec inside an object, if it has one.
fn pod_spec(object: &mut Value) -> Option<&mut Value> {
    let path = match object["kind"].as_str() {
        Some("Pod") => "/spec",
        Some("CronJob") => "/spec/jobTemplate/spec/template/spec",
        _ => "/spec/template/spec",
    };
    object.pointer_mut(path)
}

/// Sends what `change` makes of each object and prints `verb`; objects that do not change stay unmentioned.
async fn change_each(
    call: &mut Call<'_>,
    api: &Api,
    infos: &[Info],
    verb: &str,
    change: impl Fn(&mut Value) -> Outcome,
) -> Outcome {
    let dry_run = dry_run(call)?;
    let mut failures = Vec::new();
    for info in infos {
        let original = info.object.value();
        let mut modified = original.clone();
        if let Err(failure) = change(&mut modified) {
            // Of a container that is not there upstream speaks and goes on.
            let goes_on = verb == "image updated" && failure.to_string() != NO_TEMPLATE;
            failures.push(match failure {
                Failure::Message(text) if text == NO_TEMPLATE => {
                    let Resource { version, kind, .. } = &info.resource;
                    let plural = &info.resource.plural;
                    // Of files nobody has asked the server for the plural.
                    let singular = kind.to_lowercase();
                    let word = if call.flags.on("local") { &singular } else { plural };
                    let named = format!("{word}/{}", info.name);
                    // The line break at its end is upstream's.
                    Failure::message(format!("error: {named} {text}: *{version}.{kind}\n"))
                }
                other => other,
            });
            // What could be changed is changed even so.
            if &modified == original && !goes_on {
                continue;
            }
        }
        // Of what stays as it is upstream notes the cause, too.
        record(call, &mut modified);
        if &modified == original && !matches!(verb, "selector updated" | "serviceaccount updated") {
            // Nothing is said of what stays as it is, whether it would be sent or not.
            continue;
        }
        if call.flags.on("local") {
            // Read into Go's structs, an object has all of their parts.
            fill_structs(&mut modified);
        }
        if call.flags.on("local") || dry_run == DryRun::Client {
            print_done(call, &modified, &info.named(), verb)?;
            continue;
        }
        let (patch, content_type) = match info.resource.builtin() {
            Some(kind) => (two_way_strategic_patch(kind, original, &modified)?, STRATEGIC_PATCH),
            None => (create_merge_patch(original, &modified), MERGE_PATCH),
        };
        // Of selectors and accounts upstream says that they are updated even where they are not.
        if patch.as_object().is_some_and(Map::is_empty)
            && !matches!(verb, "selector updated" | "serviceaccount updated")
        {
            continue;
        }
        let url = info
            .url()
            .with("dryRun", dry_run.parameter())
            .with("fieldManager", call.flags.text("field-manager"));
        match api.patch(&url, content_type, &patch).await {
            Ok(object) => print_done(call, &object, &info.named(), verb)?,
            Err(failure) => failures.push(failed(failure, verb)),
        }
    }
    Failure::many(failures)
}

fn failed(failure: Failure, verb: &str) -> Failure {
    let doing = match verb {
        "image updated" => "failed to patch image update to pod template:",
        "env updated" => "failed to patch env update to pod template:",
        "resource requirements updated" => "failed to patch resources update to pod template",
        "serviceaccount updated" => "failed to patch ServiceAccountName",
        "subjects updated" => "failed to patch subjects to rolebinding:",
        _ => return failure,
    };
    match failure {
        Failure::Status(status) => Failure::message(format!("{doing} {}", status.message)),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_text() {
        for (pattern, name, meant) in [
            ("*", "web", true),
            ("web", "web", true),
            ("web", "web2", false),
            ("w*", "web", true),
            ("*b", "web", true),
            ("w*x*b", "wxb", true),
            ("w*x*b", "web", false),
            ("w*", "app", false),
        ] {
            assert_eq!(is_meant(pattern, name), meant, "{pattern} {name}");
        }
    }
}
