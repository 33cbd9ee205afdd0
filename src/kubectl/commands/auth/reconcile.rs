//! `kubectl auth reconcile`: roles and bindings get what the files say, and keep what they have more.

use super::super::flag_sets::{DRY_RUN, FILES, OUTPUT};
use crate::apimachinery::{Kind, builtin};
use crate::base::{Map, Value, json};
use crate::kubectl::api::Api;
use crate::kubectl::command::{Call, Command};
use crate::kubectl::discovery::Resource;
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::flags::Flag;
use crate::kubectl::policy_rules::{PolicyRule, as_given, uncovered};
use crate::kubectl::printers::{DryRun, dry_run, print_done};
use crate::kubectl::resource_args::{Info, NO_NAME, from_files};

/// The command.
pub(super) static COMMAND: Command = Command {
    name: "reconcile",
    short: "Reconciles rules for RBAC role, role binding, cluster role, and cluster role binding objects",
    usage: "-f FILENAME [options]",
    flags: &[FLAGS, FILES, OUTPUT, DRY_RUN],
    run: |call| Box::pin(run(call)),
    ..Command::PLAIN
};

const FLAGS: &[Flag] = &[
    Flag::switch("remove-extra-permissions", "Remove rules that the files do not have"),
    Flag::switch("remove-extra-subjects", "Remove subjects that the files do not have"),
];

const ROLES: [&Kind; 2] = [&builtin::ROLE, &builtin::CLUSTER_ROLE];
const BINDINGS: [&Kind; 2] = [&builtin::ROLE_BINDING, &builtin::CLUSTER_ROLE_BINDING];

async fn run(call: &mut Call<'_>) -> Outcome {
    if !call.args.is_empty() {
        return Err(Failure::message("no arguments are allowed"));
    }
    if call.flags.all("filename").is_empty() && !call.flags.is_set("kustomize") {
        return Err(Failure::message("must specify one of -f and -k"));
    }
    let dry_run = dry_run(call)?;
    if dry_run == DryRun::Server {
        return Err(Failure::message("--dry-run=server for command reconcile is not supported yet"));
    }
    let api = call.api().await?;
    let (infos, mut failures) = from_files(call, &api).await?;
    for info in infos {
        if !is_decoded(&info.resource) {
            failures.push(Failure::message(format!(
                "unable to decode {:?}: no kind {:?} is registered for version {:?} in scheme \"pkg/scheme/scheme.go:28\"",
                info.source,
                info.resource.kind,
                info.resource.api_version()
            )));
            continue;
        }
        let role = ROLES.iter().any(|kind| info.resource.is(kind));
        if !role && !BINDINGS.iter().any(|kind| info.resource.is(kind)) {
            continue;
        }
        match reconciled(call, &api, &info, role, dry_run).await {
            Ok(change) => tell(call, &info, &change)?,
            Err(failure) => failures.push(failure),
        }
    }
    Failure::many(failures)
}

/// Whether kubectl itself knows the type, as it must here.
fn is_decoded(resource: &Resource) -> bool {
    let served_besides = ["apiextensions.k8s.io", "apiregistration.k8s.io", "metrics.k8s.io"];
    resource.builtin().is_some() && !served_besides.contains(&resource.group.as_str())
}

/// What was done to one object, or would be.
struct Change {
    object: Value,
    /// `create`, `update` or `recreate`; nothing when all was as wanted.
    operation: Option<&'static str>,
    /// `rules` or `subjects`.
    what: &'static str,
    missing: Vec<String>,
    extra: Vec<String>,
}

/// The annotation by which an object opts out, and its value for that.
const PROTECTION: (&str, &str) = ("rbac.authorization.kubernetes.io/autoupdate", "false");

fn is_protected(object: &Value) -> bool {
    object["metadata"]["annotations"][PROTECTION.0] == PROTECTION.1
}

fn tell(call: &mut Call<'_>, info: &Info, change: &Change) -> Outcome {
    print_done(call, &change.object, &info.named(), "reconciled")?;
    let Some(operation) = change.operation else { return Ok(()) };
    let (key, value) = PROTECTION;
    let caveat = if is_protected(&change.object) {
        format!(", but object opted out ({key}: {value})")
    } else {
        String::new()
    };
    call.complain(format!("\treconciliation required {operation}{caveat}"))?;
    for (title, list) in [("missing", &change.missing), ("extra", &change.extra)] {
        if !list.is_empty() {
            let done = if title == "missing" { "added" } else { "removed" };
            call.complain(format!("\t{title} {} {done}:", change.what))?;
            list.iter().try_for_each(|one| call.complain(format!("\t\t{one}")))?;
        }
    }
    Ok(())
}

async fn reconciled(call: &Call<'_>, api: &Api, info: &Info, role: bool, dry_run: DryRun) -> Outcome<Change> {
    let wanted = info.object.value();
    let live = match api.get(&info.url()).await {
        Ok(live) => live,
        Err(failure) if failure.is_not_found() => return create(api, info, role, dry_run).await,
        Err(failure) => return Err(failure),
    };
    if !role && live["roleRef"] != with_group(&wanted["roleRef"]) {
        return recreated(api, info, &live, dry_run).await;
    }
    let list = |object: &Value, field: &str| object[field].as_array().cloned().unwrap_or_default();
    let mut next = live.clone();
    merge_metadata(&mut next, wanted);
    let mut change =
        Change { object: Value::Null, operation: None, what: "rules", missing: vec![], extra: vec![] };
    if role {
        if wanted["aggregationRule"].is_null() || live["aggregationRule"].is_null() {
            let (known, given) = (list(&live, "rules"), list(wanted, "rules"));
            let missing = uncovered(&known, &given);
            let texts = |rules: &[PolicyRule]| rules.iter().map(PolicyRule::go_text).collect();
            change.missing = texts(&missing);
            if call.flags.on("remove-extra-permissions") {
                change.extra = texts(&uncovered(&given, &known));
                if !missing.is_empty() || !change.extra.is_empty() {
                    next["rules"] = given.into();
                }
            } else if !missing.is_empty() {
                next["rules"] = known.into_iter().chain(missing.iter().map(PolicyRule::to_value)).collect();
            }
        }
        if !wanted["aggregationRule"].is_null() {
            next["aggregationRule"] = wanted["aggregationRule"].clone();
        }
    } else {
        let (known, given): (Vec<Value>, Vec<Value>) =
            (list(&live, "subjects"), list(wanted, "subjects").iter().map(with_group).collect());
        let without = |all: &[Value], others: &[Value]| -> Vec<Value> {
            all.iter().filter(|one| !others.contains(one)).cloned().collect()
        };
        let missing = without(&given, &known);
        change.what = "subjects";
        change.missing = missing.iter().map(subject_text).collect();
        if call.flags.on("remove-extra-subjects") {
            change.extra = without(&known, &given).iter().map(subject_text).collect();
            next["subjects"] = given.into();
        } else if !missing.is_empty() {
            next["subjects"] = known.into_iter().chain(missing).collect();
        }
    }
    if next == live {
        return Ok(Change { object: next, ..change });
    }
    change.operation = Some("update");
    change.object = if dry_run == DryRun::Client || is_protected(&live) {
        next
    } else {
        api.put(&info.url(), &next).await?
    };
    Ok(change)
}

async fn create(api: &Api, info: &Info, role: bool, dry_run: DryRun) -> Outcome<Change> {
    let wanted = info.object.value();
    let texts = |field: &str, text: fn(&Value) -> String| -> Vec<String> {
        wanted[field].as_array().into_iter().flatten().map(text).collect()
    };
    let missing = if role {
        as_given(wanted["rules"].as_array().map(Vec::as_slice).unwrap_or_default())
            .iter()
            .map(PolicyRule::go_text)
            .collect()
    } else {
        texts("subjects", |subject| subject_text(&with_group(subject)))
    };
    let object = if dry_run == DryRun::Client {
        wanted.clone()
    } else {
        if info.resource.namespaced {
            ensure_namespace(api, &info.namespace).await?;
        }
        api.post(&info.resource.collection(&info.namespace), wanted).await?
    };
    let what = if role { "rules" } else { "subjects" };
    Ok(Change { object, operation: Some("create"), what, missing, extra: Vec::new() })
}

/// Makes the namespace of an object where there is none.
async fn ensure_namespace(api: &Api, name: &str) -> Outcome {
    if name.is_empty() {
        // As upstream, which does not fill in what the file leaves out.
        return Err(Failure::message(NO_NAME));
    }
    let namespaces = Resource::from(&builtin::NAMESPACE);
    match api.get(&namespaces.object("", name)).await {
        Err(failure) if failure.is_not_found() => {
            let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}});
            api.post(&namespaces.collection(""), &namespace).await.map(|_| ())
        }
        _ => Ok(()),
    }
}

/// What a binding binds cannot change: the binding is made anew, as the file has it.
async fn recreated(api: &Api, info: &Info, live: &Value, dry_run: DryRun) -> Outcome<Change> {
    let wanted = info.object.value();
    let object = if dry_run == DryRun::Client || is_protected(live) {
        wanted.clone()
    } else {
        api.delete(&info.url(), &json!({"preconditions": {"uid": live["metadata"]["uid"]}})).await?;
        api.post(&info.resource.collection(&info.namespace), wanted).await?
    };
    Ok(Change { object, operation: Some("recreate"), what: "subjects", missing: vec![], extra: vec![] })
}

/// A subject as Go prints it.
fn subject_text(subject: &Value) -> String {
    let text = |field: &str| subject[field].as_str().unwrap_or_default();
    format!(
        "{{Kind:{} APIGroup:{} Name:{} Namespace:{}}}",
        text("kind"),
        text("apiGroup"),
        text("name"),
        text("namespace")
    )
}

/// A reference as the server fills it in.
fn with_group(reference: &Value) -> Value {
    let mut reference = reference.clone();
    if reference["kind"] != "ServiceAccount" && reference["apiGroup"].is_null() && reference.is_object() {
        reference["apiGroup"] = "rbac.authorization.k8s.io".into();
    }
    reference
}

fn merge_metadata(next: &mut Value, wanted: &Value) {
    for field in ["labels", "annotations"] {
        let Some(given) = wanted["metadata"][field].as_object() else { continue };
        let mut all = next["metadata"][field].as_object().cloned().unwrap_or_else(Map::new);
        for (key, value) in given {
            all.entry(key.clone()).or_insert_with(|| value.clone());
        }
        next["metadata"][field] = all.into();
    }
}
