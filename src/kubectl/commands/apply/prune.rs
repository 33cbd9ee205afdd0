//! `kubectl apply --prune`: deletes what was applied before and is in the files no longer.

use std::collections::BTreeSet;

use super::client_side::last_applied_of;
use crate::apimachinery::kind_of;
use crate::base::Value;
use crate::kubectl::api::Api;
use crate::kubectl::command::Call;
use crate::kubectl::commands::delete::Plan;
use crate::kubectl::discovery::{Resource, of_object};
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::klog::{self, Severity};
use crate::kubectl::printers::{DryRun, print_done};
use crate::kubectl::resource_args::items;

/// What is pruned unless `--prune-allowlist` says otherwise.
const NAMESPACED: &[(&str, &str)] = &[
    ("v1", "ConfigMap"),
    ("v1", "Endpoints"),
    ("v1", "PersistentVolumeClaim"),
    ("v1", "Pod"),
    ("v1", "ReplicationController"),
    ("v1", "Secret"),
    ("v1", "Service"),
    ("batch/v1", "Job"),
    ("batch/v1", "CronJob"),
    ("networking.k8s.io/v1", "Ingress"),
    ("apps/v1", "DaemonSet"),
    ("apps/v1", "Deployment"),
    ("apps/v1", "ReplicaSet"),
    ("apps/v1", "StatefulSet"),
];
/// What is pruned besides.
const CLUSTER_SCOPED: &[(&str, &str)] = &[("v1", "Namespace"), ("v1", "PersistentVolume")];

const WITHOUT_ALLOWLIST: &str = "Deprecated: kubectl apply will no longer prune non-namespaced resources by default when used with the --namespace flag in a future release. To preserve the current behaviour, list the resources you want to target explicitly in the --prune-allowlist flag.";

/// What the files named: these stay.
#[derive(Debug, Default)]
pub(in crate::kubectl::commands) struct Visited {
    pub(in crate::kubectl::commands) uids: BTreeSet<String>,
    pub(in crate::kubectl::commands) namespaces: BTreeSet<String>,
}

impl Visited {
    /// Notes an object of the server.
    pub(in crate::kubectl::commands) fn note(&mut self, object: &Value, namespace: &str) {
        self.uids.extend(object["metadata"]["uid"].as_str().map(str::to_owned));
        self.namespaces.extend(Some(namespace.to_owned()).filter(|namespace| !namespace.is_empty()));
    }
}

/// Refuses flags that do not go together.
pub(super) fn check_flags(call: &Call<'_>) -> Outcome {
    if call.flags.on("all") && !call.flags.text("selector").is_empty() {
        return Err(Failure::message("cannot set --all and --selector at the same time"));
    }
    if !call.flags.on("prune") {
        return Ok(());
    }
    if call.flags.on("force") {
        return Err(Failure::message("--force cannot be used with --prune"));
    }
    if !call.flags.text("applyset").is_empty() {
        return Ok(());
    }
    if !call.flags.on("all") && call.flags.text("selector").is_empty() {
        return Err(Failure::message(
            "all resources selected for prune without explicitly passing --all. To prune all resources, pass the --all flag. If you did not mean to prune all resources, specify a label selector",
        ));
    }
    if call.flags.on("server-side") {
        return Err(Failure::message(
            "--prune is in alpha and doesn't currently work on objects created by server-side apply",
        ));
    }
    Ok(())
}

/// Deletes what was applied before, is selected, and was not visited.
pub(super) async fn prune(call: &mut Call<'_>, api: &Api, visited: &Visited, dry_run: DryRun) -> Outcome {
    for (resource, object) in leftovers(call, api, visited).await? {
        remove(call, api, &resource, &object, dry_run).await?;
    }
    Ok(())
}

/// What was applied before, is selected, and was not visited.
pub(in crate::kubectl::commands) async fn leftovers(
    call: &Call<'_>,
    api: &Api,
    visited: &Visited,
) -> Outcome<Vec<(Resource, Value)>> {
    if call.flags.all("prune-allowlist").is_empty() {
        // As upstream, whether a namespace was named or not.
        call.streams.err.clone().line(klog::line(Severity::Warning, "prune.go:71", WITHOUT_ALLOWLIST))?;
    }
    let (mut resources, mut found) = (Vec::new(), Vec::new());
    for entry in allowed(call)? {
        if let Some(resource) = resource_of(api, &entry).await? {
            resources.push(resource);
        }
    }
    for namespace in &visited.namespaces {
        for resource in resources.iter().filter(|resource| resource.namespaced) {
            leftovers_of(call, api, resource, namespace, visited, &mut found).await?;
        }
    }
    for resource in resources.iter().filter(|resource| !resource.namespaced) {
        leftovers_of(call, api, resource, "", visited, &mut found).await?;
    }
    Ok(found)
}

/// apiVersion and kind of everything that may be deleted.
fn allowed(call: &Call<'_>) -> Outcome<Vec<(String, String)>> {
    let given = call.flags.all("prune-allowlist");
    if !given.is_empty() {
        return given.iter().map(|entry| parse_entry(entry)).collect();
    }
    let both = NAMESPACED.iter().chain(CLUSTER_SCOPED);
    Ok(both.map(|(version, kind)| ((*version).to_owned(), (*kind).to_owned())).collect())
}

/// `group/version/kind`; the group of Pods is called `core`.
fn parse_entry(entry: &str) -> Outcome<(String, String)> {
    match entry.split('/').collect::<Vec<_>>().as_slice() {
        ["core", version, kind] => Ok(((*version).to_owned(), (*kind).to_owned())),
        [group, version, kind] => Ok((format!("{group}/{version}"), (*kind).to_owned())),
        _ => Err(Failure::message(format!(
            "invalid GroupVersionKind format: {entry}, please follow <group/version/kind>"
        ))),
    }
}

/// Refuses a list of what may be deleted that names kinds the server does not have.
pub(super) async fn check_allowed(call: &Call<'_>, api: &Api) -> Outcome {
    if !call.flags.on("prune") || call.flags.all("prune-allowlist").is_empty() {
        return Ok(());
    }
    for entry in allowed(call)? {
        if resource_of(api, &entry).await?.is_none() {
            return Err(Failure::message(format!(
                "no matches for kind {:?} in version {:?}",
                entry.1, entry.0
            )));
        }
    }
    Ok(())
}

async fn resource_of(api: &Api, (version, kind): &(String, String)) -> Outcome<Option<Resource>> {
    match kind_of(version, kind) {
        Some(kind) => Ok(Some(Resource::from(kind))),
        None => of_object(api, version, kind).await,
    }
}

async fn leftovers_of(
    call: &Call<'_>,
    api: &Api,
    resource: &Resource,
    namespace: &str,
    visited: &Visited,
    found: &mut Vec<(Resource, Value)>,
) -> Outcome {
    let url = resource.collection(namespace).with("labelSelector", call.flags.text("selector"));
    let list = match api.get(&url).await {
        // A server need not serve every kind of the list.
        Err(failure) if failure.is_not_found() => return Ok(()),
        other => other?,
    };
    let is_left = |object: &Value| {
        let uid = object["metadata"]["uid"].as_str().unwrap_or_default();
        last_applied_of(object).is_some() && !visited.uids.contains(uid)
    };
    found.extend(items(&list, resource).into_iter().filter(is_left).map(|object| (resource.clone(), object)));
    Ok(())
}

/// Deletes one object and says so.
pub(super) async fn remove(
    call: &mut Call<'_>,
    api: &Api,
    resource: &Resource,
    object: &Value,
    dry_run: DryRun,
) -> Outcome {
    let part = |field: &str| object["metadata"][field].as_str().unwrap_or_default();
    if dry_run != DryRun::Client {
        let url = resource.object(part("namespace"), part("name"));
        let plan = Plan::new(call.flags.text("cascade"), call.flags.int("grace-period"), dry_run);
        api.delete(&url, &plan.options()).await?;
    }
    print_done(call, object, &resource.named(part("name")), "pruned")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_of_the_allowlist_name_group_version_and_kind() {
        assert_eq!(parse_entry("core/v1/Pod").unwrap(), ("v1".to_owned(), "Pod".to_owned()));
        assert_eq!(
            parse_entry("apps/v1/Deployment").unwrap(),
            ("apps/v1".to_owned(), "Deployment".to_owned())
        );
        assert_eq!(
            parse_entry("Pod").unwrap_err().report(),
            "error: invalid GroupVersionKind format: Pod, please follow <group/version/kind>"
        );
    }
}
