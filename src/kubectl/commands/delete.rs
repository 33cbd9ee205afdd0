//! `kubectl delete`: objects by name, file or selector, then waiting until they are gone.

use super::flag_sets::{ALL, ALL_NAMESPACES, DRY_RUN, FILES, SELECTORS};
use crate::base::{Value, json};
use crate::kubectl::api::Api;
use crate::kubectl::command::{Arguments, Call, Command};
use crate::kubectl::discovery::Resource;
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::flags::Flag;
use crate::kubectl::printers::{DryRun, dry_run};
use crate::kubectl::resource_args::{Found, NO_NAME, Wanted, locate, require_arguments};
use crate::kubectl::watch::until;

/// The command.
pub(super) static COMMAND: Command = Command {
    name: "delete",
    short: "Delete resources by file names, stdin, resources and names, or by resources and label selector",
    usage: "([-f FILENAME] | [-k DIRECTORY] | TYPE [(NAME | -l label | --all)]) [options]",
    flags: &[FLAGS, FILES, SELECTORS, ALL, ALL_NAMESPACES, DRY_RUN],
    arguments: Arguments::Objects(&[]),
    run: |call| Box::pin(run(call)),
    ..Command::PLAIN
};

const FLAGS: &[Flag] = &[
    Flag::text(
        "cascade",
        "background",
        "How to delete what the object owns: \"background\", \"orphan\", or \"foreground\"",
    )
    .bare("background"),
    Flag::switch("force", "Delete at once and do not wait for a graceful end"),
    Flag::int(
        "grace-period",
        "-1",
        "Seconds that a Pod is given to end by itself; negative for its own setting",
    ),
    Flag::switch("now", "Give Pods one second to end"),
    Flag::switch("ignore-not-found", "Exit 0 when there is nothing to delete"),
    Flag::switch_on("wait", "Wait until the objects are gone"),
    Flag::duration("timeout", "0s", "How long to wait; zero means as long as it takes"),
    Flag::text("output", "", "Output format; only \"name\"").short('o'),
    Flag::switch("interactive", "Show what would be deleted, and ask").short('i'),
    Flag::text("raw", "", "Path of the API to delete"),
];

const IMMEDIATE: &str = "Warning: Immediate deletion does not wait for confirmation that the running resource has been terminated. The resource may continue to run on the cluster indefinitely.";

/// How to delete.
pub(super) struct Plan {
    options: Value,
    forced: bool,
    dry_run: DryRun,
}

impl Plan {
    /// Deletes with a way to treat dependents, and seconds for a graceful end unless these are negative.
    pub(super) fn new(cascade: &str, grace: i64, dry_run: DryRun) -> Self {
        let propagation = match cascade {
            "foreground" => "Foreground",
            "orphan" | "false" => "Orphan",
            // Other words were refused before the command began.
            _ => "Background",
        };
        let mut options = json!({"propagationPolicy": propagation});
        if grace >= 0 {
            options["gracePeriodSeconds"] = grace.into();
        }
        if dry_run == DryRun::Server {
            options["dryRun"] = json!(["All"]);
        }
        Self { options, forced: false, dry_run }
    }

    /// The body of the request of who deletes what it applied, which names its type.
    pub(super) fn options(&self) -> Value {
        let mut options = self.options.clone();
        options["apiVersion"] = "v1".into();
        options["kind"] = "DeleteOptions".into();
        options
    }
}

/// One object that is on its way out.
struct Gone {
    resource: Resource,
    namespace: String,
    name: String,
    uid: String,
}

async fn run(call: &mut Call<'_>) -> Outcome {
    if !matches!(call.flags.text("output"), "" | "name") {
        return Err(Failure::message(format!(
            "unexpected -o output mode: {}. We only support '-o name'",
            call.flags.text("output")
        )));
    }
    if call.flags.is_set("raw") {
        return super::raw::send(call, http::Method::DELETE).await;
    }
    if call.flags.text("selector").is_empty() && !call.flags.on("all") {
        require_arguments(call)?;
    }
    let plan = plan(call)?;
    let api = call.api().await?;
    let args = call.args.clone();
    let selects = !call.flags.text("selector").is_empty() || !call.flags.text("field-selector").is_empty();
    if call.flags.on("all") && selects {
        // The space at the end is upstream's.
        return Err(Failure::message("setting 'all' parameter but found a non empty selector. "));
    }
    let found = match locate(call, &api, &args, Wanted { selectors: true, ..Wanted::default() }).await {
        // Files without objects leave nothing to do.
        Err(Failure::NothingPassed(_)) => Vec::new(),
        other => other?,
    };
    if plan.forced && call.flags.on("force") {
        call.complain(IMMEDIATE)?;
    }
    if found.is_empty() {
        return call.line("No resources found");
    }
    if call.flags.on("interactive") && !is_confirmed(call, &found).await? {
        return call.line("deletion is cancelled");
    }
    // Whoever deletes by labels may be outrun by the garbage collector.
    let ignore_missing = match call.flags.is_set("ignore-not-found") {
        true => call.flags.on("ignore-not-found"),
        false => call.flags.on("all") || selects,
    };
    delete_all(call, &api, &plan, found, ignore_missing).await
}

/// Deletes what was found, and waits until it is gone if that is asked for.
pub(super) async fn delete_all(
    call: &mut Call<'_>,
    api: &Api,
    plan: &Plan,
    found: Vec<Found>,
    ignore_missing: bool,
) -> Outcome {
    let (mut going, mut failures) = (Vec::new(), Vec::new());
    let mut warns = call.target()?.explicit_namespace;
    for target in found {
        let (resource, namespace, name, source) = match target {
            Found::Named(resource, namespace, name, source) => (resource, namespace, name, source),
            Found::Object(info) => (info.resource, info.namespace, info.name, info.source),
        };
        if warns && !resource.namespaced {
            call.complain(
                "Warning: deleting cluster-scoped resources, not scoped to the provided namespace",
            )?;
            warns = false;
        }
        if name.is_empty() {
            let unnamed = Failure::message(NO_NAME);
            failures.push(unnamed.about("deleting", &source));
            continue;
        }
        let mut gone = Gone { resource, namespace, name, uid: String::new() };
        match delete(call, api, plan, &gone).await {
            Ok(uid) => {
                gone.uid = uid;
                going.push(gone);
            }
            // Upstream looks whether it is gone, all the same.
            Err(failure) if failure.is_not_found() && ignore_missing => going.push(gone),
            Err(failure @ Failure::Status(_)) => failures.push(failure.about("deleting", &source)),
            Err(failure) => return Err(failure),
        }
    }
    Failure::many(failures)?;
    if call.flags.on("wait") && plan.dry_run == DryRun::None {
        wait_for_all(call, api, &going).await?;
    }
    Ok(())
}

/// Shows what would be deleted and asks.
async fn is_confirmed(call: &mut Call<'_>, found: &[Found]) -> Outcome<bool> {
    call.line(format!("You are about to delete the following {} resource(s):", found.len()))?;
    for target in found {
        call.line(match target {
            Found::Named(resource, _, name, _) => resource.named(name),
            Found::Object(info) => info.named(),
        })?;
    }
    call.text("Do you want to continue? (y/N): ")?;
    let mut answer = String::new();
    let mut input = tokio::io::BufReader::new(call.streams.input.take_reader());
    tokio::io::AsyncBufReadExt::read_line(&mut input, &mut answer).await?;
    Ok(answer.trim().eq_ignore_ascii_case("y"))
}

fn plan(call: &Call<'_>) -> Outcome<Plan> {
    let (force, now) = (call.flags.on("force"), call.flags.on("now"));
    let mut grace = call.flags.int("grace-period");
    if now && grace != -1 {
        return Err(Failure::message("--now and --grace-period cannot be specified together"));
    }
    if force && grace > 0 {
        return Err(Failure::message(
            "--force and --grace-period greater than 0 cannot be specified together",
        ));
    }
    if now {
        grace = 1;
    }
    if force && grace < 0 {
        grace = 0;
    }
    let immediate = grace == 0;
    if immediate && !force {
        // Without --force kubectl keeps waiting for a graceful end, the shortest there is.
        grace = 1;
    }
    Ok(Plan { forced: immediate, ..Plan::new(call.flags.text("cascade"), grace, dry_run(call)?) })
}

async fn delete(call: &mut Call<'_>, api: &Api, plan: &Plan, gone: &Gone) -> Outcome<String> {
    let Gone { resource, namespace, name, .. } = gone;
    let url = resource.object(namespace, name);
    let answer = match plan.dry_run {
        DryRun::Client => Value::Null,
        _ => api.delete(&url, &plan.options).await?,
    };
    let uid = if answer["kind"] == "Status" { &answer["details"]["uid"] } else { &answer["metadata"]["uid"] };
    let uid = uid.as_str().unwrap_or_default().to_owned();
    if call.flags.text("output") == "name" {
        call.line(resource.named(name))?;
    } else {
        let verb = if plan.forced && call.flags.on("force") { "force deleted" } else { "deleted" };
        let place = if resource.namespaced { format!(" from {namespace} namespace") } else { String::new() };
        call.line(format!("{} {name:?} {verb}{place}{}", resource.qualified_kind(), plan.dry_run.suffix()))?;
    }
    Ok(uid)
}

async fn wait_for_all(call: &Call<'_>, api: &Api, going: &[Gone]) -> Outcome {
    let all = async {
        for gone in going {
            let is_gone = |object: Option<&Value>| {
                let same = |object: &Value| gone.uid.is_empty() || object["metadata"]["uid"] == *gone.uid;
                Ok(if object.is_some_and(same) { None } else { Some(()) })
            };
            let ended = match api.get(&gone.resource.object(&gone.namespace, &gone.name)).await {
                Ok(object) if is_gone(Some(&object))?.is_none() => {
                    until(api, &gone.resource, &gone.namespace, &gone.name, is_gone).await
                }
                Err(failure) if !failure.is_not_found() => Err(failure),
                _ => Ok(()),
            };
            match ended {
                // Whoever may delete need not be allowed to look.
                Err(Failure::Status(status)) if status.is("Forbidden") || status.is("MethodNotAllowed") => {}
                other => other?,
            }
        }
        Ok(())
    };
    match call.flags.limit("timeout") {
        Some(limit) => crate::base::timeout(limit, all).await.unwrap_or_else(|| {
            let what = going.first().map(|gone| format!(" on {}/{}", gone.resource.plural, gone.name));
            Err(Failure::message(format!("timed out waiting for the condition{}", what.unwrap_or_default())))
        }),
        None => all.await,
    }
}
