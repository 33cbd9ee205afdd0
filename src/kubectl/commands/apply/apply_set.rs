//! `kubectl apply --prune --applyset`: what belongs together is remembered by a parent object and a label.
//!
//! Follows the ApplySet specification (`k8s.io/kubectl/pkg/cmd/apply/applyset.go`).

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use super::prune::{Visited, remove};
use crate::apimachinery::builtin;
use crate::base::{Value, json};
use crate::kubectl::api::{APPLY_PATCH, Api};
use crate::kubectl::command::Call;
use crate::kubectl::discovery::{Resource, discover, resolve};
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::factory::CLIENT_VERSION;
use crate::kubectl::printers::DryRun;
use crate::kubectl::resource_args::{Info, items};

const TOOLING: &str = "applyset.kubernetes.io/tooling";
const NAMESPACES: &str = "applyset.kubernetes.io/additional-namespaces";
const KINDS: &str = "applyset.kubernetes.io/contains-group-kinds";
const PARENT_ID: &str = "applyset.kubernetes.io/id";
const PART_OF: &str = "applyset.kubernetes.io/part-of";
const PARENT_TYPE: &str = "applyset.kubernetes.io/is-parent-type";
/// Who keeps the set, and by which version of the specification.
const TOOL: &str = "kubectl";
const MANAGER: &str = "kubectl-applyset";

/// The set that an apply is about.
pub(super) struct ApplySet {
    resource: Resource,
    namespace: String,
    name: String,
    /// What the set holds on the server as the command begins.
    current: Members,
    /// What the command applies.
    updated: Members,
}

/// Kinds and namespaces of the members.
#[derive(Default)]
struct Members {
    kinds: BTreeMap<String, Resource>,
    namespaces: BTreeSet<String>,
}

impl ApplySet {
    /// The set that `--applyset` names, `[RESOURCE][.GROUP]/NAME`; a name alone means a Secret.
    pub(super) async fn of(call: &Call<'_>, api: &Api) -> Outcome<Option<Self>> {
        let given = call.flags.text("applyset");
        if given.is_empty() {
            return Ok(None);
        }
        let wrong = |why: &dyn std::fmt::Display| {
            Failure::message(format!("invalid parent reference {given:?}: {why}"))
        };
        let (resource, name) = match given.split_once('/') {
            Some((kind, name)) => {
                let (plural, group) = kind.split_once('.').unwrap_or((kind, ""));
                let unknown = format!("no matches for {group}/, Resource={plural}");
                (resolve(api, kind).await.map_err(|_| wrong(&unknown))?, name)
            }
            None => (Resource::from(&builtin::SECRET), given),
        };
        if name.is_empty() {
            return Err(wrong(&"name cannot be blank"));
        }
        let target = call.target()?;
        let explicit = resource.namespaced && target.explicit_namespace;
        let namespace = if explicit { target.namespace } else { String::new() };
        let name = name.to_owned();
        let set =
            Self { resource, namespace, name, current: Members::default(), updated: Members::default() };
        check_flags(call)?;
        set.check_parent(api).await?;
        Ok(Some(set))
    }

    async fn check_parent(&self, api: &Api) -> Outcome {
        let mut wrong = Vec::new();
        if self.resource.namespaced && self.namespace.is_empty() {
            wrong.push(Failure::message("namespace is required to use namespace-scoped ApplySet"));
        }
        if !self.may_be_made() {
            let crds = Resource::from(&builtin::CUSTOM_RESOURCE_DEFINITION);
            let list = api.get(&crds.collection("").with("labelSelector", PARENT_TYPE)).await?;
            let own = self.resource.group_resource();
            if !items(&list, &crds).iter().any(|crd| crd["metadata"]["name"] == own.as_str()) {
                wrong.push(Failure::message(format!(
                    "resource {:?} is not permitted as an ApplySet parent",
                    self.resource.group_version_resource()
                )));
            }
        }
        Failure::many(wrong)
    }

    /// Whether the parent is of a kind that is made when it is not there.
    fn may_be_made(&self) -> bool {
        self.resource.is(&builtin::SECRET) || self.resource.is(&builtin::CONFIG_MAP)
    }

    /// What the members' label says.
    fn id(&self) -> String {
        let parts = [&self.name, &self.namespace, &self.resource.kind, &self.resource.group];
        let text = parts.map(String::as_str).join(".");
        format!("applyset-{}-v1", URL_SAFE_NO_PAD.encode(Sha256::digest(text.as_bytes())))
    }

    /// `secrets./web`, as upstream writes it.
    fn shown(&self) -> String {
        format!("{}.{}/{}", self.resource.plural, self.resource.group, self.name)
    }

    /// Labels what is to be applied, and widens the parent so that nothing is lost when the rest fails.
    pub(super) async fn before_apply(
        &mut self,
        call: &Call<'_>,
        api: &Api,
        infos: &mut [Info],
        dry_run: DryRun,
    ) -> Outcome {
        let id = self.id();
        for info in infos {
            if info.object.labels().is_some_and(|labels| labels.contains_key(PART_OF)) {
                return Err(Failure::message(format!(
                    "ApplySet label {PART_OF:?} already set in input data"
                )));
            }
            info.object.set(&format!("/metadata/labels/{}", PART_OF.replace('/', "~1")), id.as_str());
            self.updated.kinds.insert(group_kind(&info.resource), info.resource.clone());
            self.updated.namespaces.extend(Some(info.namespace.clone()).filter(|name| !name.is_empty()));
        }
        self.read_parent(api).await?;
        self.write_parent(call, api, true, dry_run).await
    }

    async fn read_parent(&mut self, api: &Api) -> Outcome {
        let parent = match api.get(&self.resource.object(&self.namespace, &self.name)).await {
            Ok(parent) => parent,
            Err(failure) if failure.is_not_found() && self.may_be_made() => return Ok(()),
            Err(failure) if failure.is_not_found() => {
                return Err(Failure::message(
                    "custom resource ApplySet parents cannot be created automatically",
                ));
            }
            Err(failure) => {
                return Err(Failure::message(format!(
                    "failed to fetch ApplySet parent object {:?}: {failure}",
                    self.shown()
                )));
            }
        };
        self.check_owner(&parent)?;
        let annotation = |name: &str| parent["metadata"]["annotations"][name].as_str().map(str::to_owned);
        let Some(kinds) = annotation(KINDS) else {
            return Err(Failure::message(format!(
                "parsing ApplySet annotation on {:?}: kubectl requires the {KINDS:?} annotation to be set on all ApplySet parent objects",
                self.shown()
            )));
        };
        let served = discover(api).await?;
        for kind in kinds.split(',').filter(|kind| !kind.is_empty()) {
            let known = served.iter().find(|resource| group_kind(resource) == kind).ok_or_else(|| {
                Failure::message(format!(
                    "parsing ApplySet annotation on {:?}: could not find mapping for kind in {KINDS:?} annotation: no matches for kind {kind:?}",
                    self.shown()
                ))
            })?;
            self.current.kinds.insert(kind.to_owned(), known.clone());
        }
        let namespaces = annotation(NAMESPACES).unwrap_or_default();
        self.current.namespaces =
            namespaces.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect();
        if self.resource.namespaced {
            self.current.namespaces.insert(self.namespace.clone());
        }
        Ok(())
    }

    /// Refuses a parent that is none, or somebody else's.
    fn check_owner(&self, parent: &Value) -> Outcome {
        let shown = self.shown();
        let refuse = |why: String| Err(Failure::message(format!("ApplySet parent object {shown:?} {why}")));
        let Some(tooling) = parent["metadata"]["annotations"][TOOLING].as_str() else {
            return refuse(format!("already exists and is missing required annotation {TOOLING:?}"));
        };
        let tool = tooling.rsplit_once('/').map_or(tooling, |(tool, _)| tool);
        if tool != TOOL {
            return refuse(format!("already exists and is managed by tooling {tool:?} instead of {TOOL:?}"));
        }
        match parent["metadata"]["labels"][PARENT_ID].as_str() {
            None => refuse(format!("exists and does not have required label {PARENT_ID}")),
            Some(id) if id != self.id() => refuse(format!(
                "exists and has incorrect value for label {PARENT_ID:?} (got: {id}, want: {})",
                self.id()
            )),
            Some(_) => Ok(()),
        }
    }

    /// Writes what the set holds into the parent: all that it held, too, while the apply is under way.
    async fn write_parent(&self, call: &Call<'_>, api: &Api, all: bool, dry_run: DryRun) -> Outcome {
        if dry_run == DryRun::Client {
            return Ok(());
        }
        let before = if all { &self.current } else { &Members::default() };
        let kinds: BTreeSet<&String> = before.kinds.keys().chain(self.updated.kinds.keys()).collect();
        let mut namespaces = &before.namespaces | &self.updated.namespaces;
        namespaces.remove(&self.namespace);
        let joined = |texts: Vec<&str>| texts.join(",");
        let mut metadata = json!({
            "name": self.name,
            "annotations": {
                TOOLING: format!("{TOOL}/{CLIENT_VERSION}"),
                KINDS: joined(kinds.into_iter().map(String::as_str).collect()),
                NAMESPACES: joined(namespaces.iter().map(String::as_str).collect()),
            },
            "labels": {PARENT_ID: self.id()},
        });
        if !self.namespace.is_empty() {
            metadata["namespace"] = self.namespace.as_str().into();
        }
        let parent = json!({
            "apiVersion": self.resource.api_version(),
            "kind": self.resource.kind,
            "metadata": metadata,
        });
        let url = self.resource.object(&self.namespace, &self.name);
        let url = super::super::create::write_url(call, url, dry_run).with("force", "false");
        let url = url.replacing("fieldManager", MANAGER);
        let written = match api.patch(&url, APPLY_PATCH, &parent).await {
            Err(Failure::Status(status)) if status.is("Conflict") => {
                api.patch(&url.replacing("force", "true"), APPLY_PATCH, &parent).await
            }
            other => other,
        };
        match written {
            Ok(_) => Ok(()),
            Err(failure) => Err(Failure::message(format!("failed to update ApplySet: {failure}"))),
        }
    }

    /// Deletes the members that were not applied, and narrows the parent to what was.
    pub(super) async fn prune(
        &self,
        call: &mut Call<'_>,
        api: &Api,
        visited: &Visited,
        dry_run: DryRun,
    ) -> Outcome {
        let selector = format!("{PART_OF}={}", self.id());
        for resource in self.current.kinds.values() {
            let everywhere = BTreeSet::from([String::new()]);
            let places = if resource.namespaced { &self.current.namespaces } else { &everywhere };
            for namespace in places {
                let url = resource.collection(namespace).with("labelSelector", &selector);
                for object in items(&api.get(&url).await?, resource) {
                    if !visited.uids.contains(object["metadata"]["uid"].as_str().unwrap_or_default()) {
                        remove(call, api, resource, &object, dry_run).await?;
                    }
                }
            }
        }
        self.write_parent(call, api, false, dry_run).await.map_err(|failure| {
            Failure::message(format!("apply and prune succeeded, but ApplySet update failed: {failure}"))
        })
    }
}

/// Flags that a set makes senseless.
fn check_flags(call: &Call<'_>) -> Outcome {
    if !call.flags.on("prune") {
        return Err(Failure::message("--applyset requires --prune"));
    }
    let clashes = [
        ("--all", call.flags.on("all")),
        ("--selector", !call.flags.text("selector").is_empty()),
        ("--prune-allowlist", !call.flags.all("prune-allowlist").is_empty()),
    ];
    match clashes.into_iter().find(|(_, given)| *given) {
        Some((flag, _)) => Err(Failure::message(format!("{flag} is incompatible with --applyset"))),
        None => Ok(()),
    }
}

/// `Deployment.apps`, or `Secret` for the core group.
fn group_kind(resource: &Resource) -> String {
    let Resource { group, kind, .. } = resource;
    if group.is_empty() { kind.clone() } else { format!("{kind}.{group}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(resource: Resource, name: &str) -> ApplySet {
        ApplySet {
            resource,
            namespace: "team".to_owned(),
            name: name.to_owned(),
            current: Members::default(),
            updated: Members::default(),
        }
    }

    #[test]
    fn a_parent_of_somebody_else_is_refused() {
        let set = set(Resource::from(&builtin::SECRET), "web");
        let parent = |tooling: &str, id: &str| json!({"metadata": {"annotations": {TOOLING: tooling}, "labels": {PARENT_ID: id}}});
        assert!(set.check_owner(&parent("kubectl/v1alpha1", &set.id())).is_ok());
        let refused = |parent: Value| set.check_owner(&parent).unwrap_err().to_string();
        assert_eq!(
            refused(parent("helm/v3", "x")),
            "ApplySet parent object \"secrets./web\" already exists and is managed by tooling \"helm\" instead of \"kubectl\""
        );
        assert!(refused(parent("kubectl/v2", "x")).contains("has incorrect value for label"));
        assert!(refused(json!({"metadata": {}})).contains("is missing required annotation"));
    }

    #[test]
    fn the_id_is_made_of_name_namespace_and_kind() {
        // `printf web.team.Secret. | openssl dgst -sha256 -binary | base64`, in the letters of URLs.
        let id = set(Resource::from(&builtin::SECRET), "web").id();
        assert_eq!(id, "applyset-rC_uUimqN5GHjGA5YtFFhtTzkFenXQCdyFeIADusSq8-v1");
    }
}
