//! Resources: the built-in table first, then what the server says it serves.

use std::sync::Arc;

use http::Method;

use crate::apimachinery::{KINDS, Kind};
use crate::base::Value;

use super::api::{Api, Url};
use super::errors::{Failure, Outcome, no_resource_type};

/// What is asked for, so that one answer tells of all groups.
const ACCEPT: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json";

/// A resource that a server serves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Resource {
    /// API group; empty for the core group.
    pub(super) group: String,
    /// Version.
    pub(super) version: String,
    /// Kind in CamelCase.
    pub(super) kind: String,
    /// Lower-case plural.
    pub(super) plural: String,
    /// Lower-case singular.
    pub(super) singular: String,
    /// Short names.
    pub(super) short_names: Vec<String>,
    /// Categories.
    pub(super) categories: Vec<String>,
    /// Whether objects live in a namespace.
    pub(super) namespaced: bool,
    /// Verbs.
    pub(super) verbs: Vec<String>,
}

impl From<&Kind> for Resource {
    fn from(kind: &Kind) -> Self {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Self {
            group: kind.group.to_owned(),
            version: kind.version.to_owned(),
            kind: kind.kind.to_owned(),
            plural: kind.plural.to_owned(),
            singular: kind.singular.to_owned(),
            short_names: owned(kind.short_names),
            categories: owned(kind.categories),
            namespaced: kind.namespaced,
            verbs: owned(kind.verbs),
        }
    }
}

impl Resource {
    /// `v1` or `apps/v1`.
    pub(super) fn api_version(&self) -> String {
        if self.group.is_empty() { self.version.clone() } else { format!("{}/{}", self.group, self.version) }
    }

    /// `pods` or `deployments.apps`.
    pub(super) fn group_resource(&self) -> String {
        self.with_group(&self.plural)
    }

    /// `pod` or `deployment.apps`: the kind in lower case, as kubectl prints it before `/name`.
    pub(super) fn qualified_kind(&self) -> String {
        self.with_group(&self.kind.to_lowercase())
    }

    fn with_group(&self, name: &str) -> String {
        if self.group.is_empty() { name.to_owned() } else { format!("{name}.{}", self.group) }
    }

    /// `deployment.apps/web`.
    pub(super) fn named(&self, name: &str) -> String {
        let name = if name.is_empty() { "<unknown>" } else { name };
        format!("{}/{name}", self.qualified_kind())
    }

    /// `apps/v1, Kind=Deployment`, as Go prints a GroupVersionKind.
    pub(super) fn group_version_kind(&self) -> String {
        format!("{}, Kind={}", self.group_version(), self.kind)
    }

    /// `apps/v1, Resource=deployments`, as Go prints a GroupVersionResource.
    pub(super) fn group_version_resource(&self) -> String {
        format!("{}, Resource={}", self.group_version(), self.plural)
    }

    fn group_version(&self) -> String {
        format!("{}/{}", self.group, self.version)
    }

    /// Whether this is that kind of that group.
    pub(super) fn is(&self, kind: &Kind) -> bool {
        self.kind == kind.kind && self.group == kind.group
    }

    /// The entry of the built-in table, if there is one.
    pub(super) fn builtin(&self) -> Option<&'static Kind> {
        KINDS.iter().copied().find(|kind| self.is(kind) && self.version == kind.version)
    }

    /// URL of the collection in a namespace (empty: everywhere, or cluster-scoped).
    pub(super) fn collection(&self, namespace: &str) -> Url {
        let root = if self.group.is_empty() { "/api".to_owned() } else { format!("/apis/{}", self.group) };
        let scope = if self.namespaced && !namespace.is_empty() {
            format!("/namespaces/{}", super::api::encode(namespace))
        } else {
            String::new()
        };
        Url::new(format!("{root}/{}{scope}/{}", self.version, self.plural))
    }

    /// URL of one object.
    pub(super) fn object(&self, namespace: &str, name: &str) -> Url {
        Url::new(format!("{}/{}", self.collection(namespace).as_str(), super::api::encode(name)))
    }

    /// URL of a subresource of one object; of the object itself where none is named.
    pub(super) fn subresource(&self, namespace: &str, name: &str, subresource: &str) -> Url {
        let object = self.object(namespace, name);
        if subresource.is_empty() { object } else { Url::new(format!("{}/{subresource}", object.as_str())) }
    }

    fn answers_to(&self, name: &str) -> bool {
        self.plural == name
            || self.singular == name
            || self.kind.to_lowercase() == name
            || self.has_short_name(name)
    }

    fn has_short_name(&self, name: &str) -> bool {
        self.short_names.iter().any(|short| short == name)
    }
}

/// All resources of the server, by its aggregated discovery, in its order.
pub(super) async fn discover(api: &Api) -> Outcome<Arc<Vec<Resource>>> {
    if let Some(known) = api.known_resources() {
        return Ok(known);
    }
    api.prove(1).await?;
    let mut resources = Vec::new();
    for root in ["/api", "/apis"] {
        let text = api.text(Method::GET, &Url::new(root), ACCEPT, None).await?;
        let document: Value = serde_json::from_str(&text).unwrap_or_default();
        if document["kind"] == "APIGroupDiscoveryList" {
            resources.extend(array(&document["items"]).iter().flat_map(group_resources));
        } else {
            resources.extend(discover_legacy(api, root, &document).await?);
        }
    }
    let resources = Arc::new(resources);
    api.remember_resources(Arc::clone(&resources));
    Ok(resources)
}

fn group_resources(group: &Value) -> Vec<Resource> {
    let name = text(&group["metadata"]["name"]);
    let versions = array(&group["versions"]).iter();
    versions
        .flat_map(|version| {
            array(&version["resources"]).iter().map(|resource| Resource {
                group: name.clone(),
                version: text(&version["version"]),
                kind: text(&resource["responseKind"]["kind"]),
                plural: text(&resource["resource"]),
                singular: text(&resource["singularResource"]),
                short_names: texts(&resource["shortNames"]),
                categories: texts(&resource["categories"]),
                namespaced: resource["scope"] == "Namespaced",
                verbs: texts(&resource["verbs"]),
            })
        })
        .collect()
}

/// Servers older than aggregated discovery list each version on its own.
async fn discover_legacy(api: &Api, root: &str, document: &Value) -> Outcome<Vec<Resource>> {
    let versions: Vec<(String, String)> = if root == "/api" {
        texts(&document["versions"]).into_iter().map(|version| (String::new(), version)).collect()
    } else {
        let groups = array(&document["groups"]).iter();
        groups
            .flat_map(|group| {
                array(&group["versions"])
                    .iter()
                    .map(|version| (text(&group["name"]), text(&version["version"])))
            })
            .collect()
    };
    let mut resources = Vec::new();
    for (group, version) in versions {
        let path =
            if group.is_empty() { format!("{root}/{version}") } else { format!("{root}/{group}/{version}") };
        let list = api.get(&Url::new(path)).await?;
        let plain =
            array(&list["resources"]).iter().filter(|resource| !text(&resource["name"]).contains('/'));
        resources.extend(plain.map(|resource| Resource {
            group: group.clone(),
            version: version.clone(),
            kind: text(&resource["kind"]),
            plural: text(&resource["name"]),
            singular: text(&resource["singularName"]),
            short_names: texts(&resource["shortNames"]),
            categories: texts(&resource["categories"]),
            namespaced: resource["namespaced"] == true,
            verbs: texts(&resource["verbs"]),
        }));
    }
    Ok(resources)
}

fn array(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn texts(value: &Value) -> Vec<String> {
    array(value).iter().map(text).collect()
}

/// The resource that a person means by `po`, `Pod`, `deployments.apps` or `deployments.v1.apps`.
pub(super) async fn resolve(api: &Api, typed: &str) -> Outcome<Resource> {
    let builtin: Vec<Resource> = KINDS.iter().copied().map(Resource::from).collect();
    if let Some(resource) = find(&builtin, typed) {
        warn_of_others(api, &builtin, &resource, typed)?;
        return Ok(resource);
    }
    let served = discover(api).await?;
    let Some(found) = find(&served, typed) else {
        let name = typed.split_once('.').map_or(typed, |(name, _)| name);
        return Err(no_resource_type(name, "", ""));
    };
    warn_of_others(api, &served, &found, typed)?;
    Ok(found)
}

fn warn_of_others(api: &Api, served: &[Resource], found: &Resource, typed: &str) -> Outcome {
    for other in also_short_for(served, found, typed) {
        api.warn(format!("short name {typed:?} could also match lower priority resource {other}"))?;
    }
    Ok(())
}

/// The other resources that have the typed word as a short name.
fn also_short_for(served: &[Resource], found: &Resource, typed: &str) -> Vec<String> {
    if !found.has_short_name(typed) {
        return Vec::new();
    }
    let mut others: Vec<String> = Vec::new();
    for other in served.iter().filter(|other| other.has_short_name(typed)).map(Resource::group_resource) {
        if other != found.group_resource() && !others.contains(&other) {
            others.push(other);
        }
    }
    others
}

fn find(resources: &[Resource], typed: &str) -> Option<Resource> {
    let typed = typed.to_lowercase();
    let (name, rest) = typed.split_once('.').unwrap_or((&typed, ""));
    // A version stands before a dot: `pods.v1.`, `deployments.v1.apps`.
    if let Some((version, group)) = rest.split_once('.')
        && let Some(found) = find_in(resources, name, version, group)
    {
        return Some(found);
    }
    find_in(resources, name, "", rest)
}

/// The first resource of that name; an empty version or group stands for any.
fn find_in(resources: &[Resource], name: &str, version: &str, group: &str) -> Option<Resource> {
    let is_short = !resources.iter().any(|resource| resource.plural == name)
        && resources.iter().any(|resource| resource.has_short_name(name));
    let named = || resources.iter().filter(|resource| resource.answers_to(name));
    let of_version = |resource: &&Resource| version.is_empty() || resource.version == version;
    // A short name stands for a resource in its preferred version, whichever was typed.
    let exact = named()
        .filter(|resource| group.is_empty() || resource.group == group)
        .find(|resource| is_short || of_version(resource));
    // The beginning of a group does when nothing has that very group.
    let begins = || named().filter(|resource| resource.group.starts_with(group)).find(of_version);
    exact.or_else(begins).cloned()
}

/// The resources of a category such as `all`; empty when there is no such category.
pub(super) async fn category(api: &Api, name: &str) -> Outcome<Vec<Resource>> {
    let builtin = KINDS.iter().any(|kind| kind.categories.contains(&name));
    if !builtin && KINDS.iter().any(|kind| Resource::from(*kind).answers_to(name)) {
        return Ok(Vec::new());
    }
    let served = discover(api).await?;
    let mut members: Vec<Resource> = Vec::new();
    for resource in
        served.iter().filter(|resource| resource.categories.iter().any(|category| category == name))
    {
        if !members.iter().any(|known| known.group_resource() == resource.group_resource()) {
            members.push(resource.clone());
        }
    }
    Ok(members)
}

/// The resource of objects with that apiVersion and kind.
pub(super) async fn of_object(api: &Api, api_version: &str, kind: &str) -> Outcome<Option<Resource>> {
    if let Some(kind) = crate::apimachinery::kind_of(api_version, kind) {
        return Ok(Some(Resource::from(kind)));
    }
    let served = discover(api).await?;
    Ok(served.iter().find(|resource| resource.kind == kind && resource.api_version() == api_version).cloned())
}

/// A failure about an object whose kind the server does not have.
pub(super) fn unknown_kind(
    kind: &str,
    api_version: &str,
    name: &str,
    namespace: &str,
    source: &str,
) -> Failure {
    Failure::message(format!(
        "resource mapping not found for name: {name:?} namespace: {namespace:?} from {source:?}: no matches for kind {kind:?} in version {api_version:?}\nensure CRDs are installed first"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_may_name_a_resource_in_many_ways() {
        let builtin: Vec<Resource> = KINDS.iter().copied().map(Resource::from).collect();
        for (typed, plural) in [
            ("po", "pods"),
            ("Pod", "pods"),
            ("deploy", "deployments"),
            ("deployments.apps", "deployments"),
            ("deployments.v1.apps", "deployments"),
            ("pods.v1.", "pods"),
            ("deployments.v1.", "deployments"),
            ("deployments.app", "deployments"),
        ] {
            assert_eq!(
                find(&builtin, typed).map(|resource| resource.plural),
                Some(plural.to_owned()),
                "{typed}"
            );
        }
        assert_eq!(find(&builtin, "deployments.batch"), None);
        assert_eq!(find(&builtin, "pods.v1"), None);
        let version = |typed: &str| find(&builtin, typed).unwrap().api_version();
        assert_eq!(version("horizontalpodautoscalers.v1.autoscaling"), "autoscaling/v1");
        assert_eq!(version("hpa.v1.autoscaling"), "autoscaling/v2");
    }

    #[test]
    fn a_short_name_of_several_is_told() {
        let builtin: Vec<Resource> = KINDS.iter().copied().map(Resource::from).collect();
        let mut served = builtin.clone();
        served[1].short_names.push("po".to_owned());
        let pods = find(&builtin, "po").unwrap();
        assert_eq!(also_short_for(&served, &pods, "po"), [served[1].group_resource()]);
        assert!(also_short_for(&served, &pods, "pods").is_empty());
    }

    #[test]
    fn urls_follow_group_and_scope() {
        let deployment = Resource::from(&crate::apimachinery::builtin::DEPLOYMENT);
        assert_eq!(
            deployment.subresource("default", "web", "scale").as_str(),
            "/apis/apps/v1/namespaces/default/deployments/web/scale"
        );
        let node = Resource::from(&crate::apimachinery::builtin::NODE);
        assert_eq!(node.object("default", "minikube").as_str(), "/api/v1/nodes/minikube");
        assert_eq!(deployment.group_version_kind(), "apps/v1, Kind=Deployment");
    }
}
