//! What lies in a namespace, whose it is, and what of it may go.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures::future::join_all;
use http::{Method, Request};

use crate::apimachinery::{KINDS, Kind, Object};
use crate::base::{UserError, Value, json};

use super::COURSE_LABEL;
use super::objects::{Objects, collection_path, is_not_found, reason, unreachable};
use super::request::Place;

/// Kinds that the cluster makes by itself, and those that are no objects to keep.
const MADE_BY_THE_CLUSTER: &[&str] =
    &["endpoints", "endpointslices", "events", "leases", "controllerrevisions", "podmetricses"];

/// Kinds outside of namespaces that lessons and learners make.
const CLUSTER_KINDS: &[&str] = &[
    "namespaces",
    "persistentvolumes",
    "clusterroles",
    "clusterrolebindings",
    "storageclasses",
    "ingressclasses",
    "priorityclasses",
    "customresourcedefinitions",
    "gatewayclasses",
];

/// Objects that every namespace has.
const IN_EVERY_NAMESPACE: &[(&str, &str)] =
    &[("configmaps", "kube-root-ca.crt"), ("serviceaccounts", "default")];

/// The Service of the API server.
const API_SERVICE: (&str, &str) = ("services", "kubernetes");

/// Groups of kinds beyond Kubernetes' own that are looked at.
const GROUPS_MAX: usize = 100;

/// Most objects of a kind that are listed.
const ITEMS_MAX: usize = 1000;

/// A kind as the cluster serves it: one of Kubernetes', or of a definition that somebody brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Served {
    group: String,
    pub plural: String,
    singular: String,
    namespaced: bool,
    /// The URL of its objects in all namespaces.
    root: String,
}

impl Served {
    pub(super) fn of(kind: &Kind) -> Self {
        Self {
            group: kind.group.to_owned(),
            plural: kind.plural.to_owned(),
            singular: kind.singular.to_owned(),
            namespaced: kind.namespaced,
            root: collection_path(kind, None),
        }
    }

    /// One that discovery names, if its objects can be made and deleted.
    fn of_discovery(group_version: &str, resource: &Value) -> Option<Self> {
        let text = |key: &str| resource[key].as_str().unwrap_or_default().to_owned();
        let (plural, verbs) = (text("name"), resource["verbs"].as_array()?);
        let does = |verb: &str| verbs.iter().any(|one| one == verb);
        let whole = !plural.contains('/') && ["list", "create", "delete"].into_iter().all(does);
        let singular = match text("singularName") {
            name if name.is_empty() => text("kind").to_lowercase(),
            name => name,
        };
        whole.then(|| Self {
            group: group_version.split('/').next().unwrap_or_default().to_owned(),
            root: format!("/apis/{group_version}/{plural}"),
            plural,
            singular,
            namespaced: resource["namespaced"] == true,
        })
    }

    /// The kind of the object at a path, and its namespace.
    fn of_path(path: &str) -> Option<(Self, Option<String>)> {
        let place = Place::of(path).filter(|place| place.name.is_some() && place.part.is_none())?;
        let Place { group, version, plural, .. } = place;
        let version =
            if group.is_empty() { format!("api/{version}") } else { format!("apis/{group}/{version}") };
        let namespace = place.namespace.map(str::to_owned);
        let known = KINDS.iter().find(|kind| kind.group == group && kind.plural == plural);
        let kind = Self {
            group: group.to_owned(),
            plural: plural.to_owned(),
            singular: known.map_or(plural, |kind| kind.singular).to_owned(),
            namespaced: namespace.is_some(),
            root: format!("/{version}/{plural}"),
        };
        Some((kind, namespace))
    }

    /// The URL of its objects in a namespace, or outside of all.
    fn collection(&self, namespace: Option<&str>) -> String {
        match namespace {
            Some(namespace) => {
                let (version, plural) = self.root.rsplit_once('/').unwrap_or((&self.root, &self.plural));
                format!("{version}/namespaces/{namespace}/{plural}")
            }
            None => self.root.clone(),
        }
    }
}

/// An object that nobody but a person or a program made: no controller stands behind it.
#[derive(Clone, Debug)]
pub(super) struct Root {
    pub kind: Arc<Served>,
    pub namespace: Option<String>,
    pub name: String,
    pub uid: String,
    /// Whether it carries the course's label.
    pub labelled: bool,
    /// Who wrote its fields, as the programs call themselves.
    pub managers: BTreeSet<String>,
    /// Whether it lies outside of what lessons use: only a command of the learner's can have put it there.
    pub elsewhere: bool,
    /// Whether it is a namespace in which somebody else has something.
    pub shared: bool,
    /// Of a Pod that its controller let go: the uid of what had it made.
    pub made_for: Option<String>,
}

impl Root {
    /// How a person names it: `deployment/first-app`.
    pub(super) fn shown(&self) -> String {
        let group = if self.kind.group.is_empty() { String::new() } else { format!(".{}", self.kind.group) };
        let plain = ["apps", "batch", "networking.k8s.io", "rbac.authorization.k8s.io", "storage.k8s.io"];
        let group = if plain.contains(&self.kind.group.as_str()) { String::new() } else { group };
        let place = match &self.namespace {
            Some(namespace) if self.elsewhere => format!(" -n {namespace}"),
            _ => String::new(),
        };
        format!("{}{group}/{}{place}", self.kind.singular, self.name)
    }

    /// The URL of the object.
    pub(super) fn path(&self) -> String {
        format!("{}/{}", self.kind.collection(self.namespace.as_deref()), self.name)
    }
}

/// The objects of a namespace, and of the whole cluster where lessons may touch that.
pub(super) async fn roots(
    client: &kube::Client,
    namespace: &str,
    whole_cluster: bool,
    custom: &[Arc<Served>],
) -> Result<Vec<Root>, UserError> {
    let listable = |kind: &&&'static Kind| {
        ["list", "delete", "create"].iter().all(|verb| kind.verbs.contains(verb))
            && kind.stored_as.is_none()
            && !MADE_BY_THE_CLUSTER.contains(&kind.plural)
            && (kind.namespaced || (whole_cluster && CLUSTER_KINDS.contains(&kind.plural)))
    };
    let of_kubernetes = KINDS.iter().filter(listable).map(|kind| Arc::new(Served::of(kind)));
    let of_others = custom.iter().filter(|kind| kind.namespaced || whole_cluster).cloned();
    let kinds: Vec<Arc<Served>> = of_kubernetes.chain(of_others).collect();
    let lists = join_all(kinds.iter().map(|kind| list(client, kind, namespace))).await;
    let (mut found, mut makers) = (Vec::new(), BTreeMap::new());
    for listed in lists {
        let listed = listed?;
        found.extend(listed.roots);
        makers.extend(listed.makers);
    }
    for root in &mut found {
        root.made_for = root.made_for.take().and_then(|set| makers.get(&set).cloned());
    }
    Ok(found)
}

/// What a list holds.
#[derive(Default)]
struct Listed {
    roots: Vec<Root>,
    /// ReplicaSets by name, and the uid of whoever stands behind each.
    makers: BTreeMap<String, String>,
}

/// The kinds of definitions that are there already, as far as discovery tells.
pub(super) async fn custom_kinds(client: &kube::Client) -> Vec<Arc<Served>> {
    let ask = async |path: String| -> Option<Value> {
        client.request::<Value>(Request::get(path).body(Vec::new()).ok()?).await.ok()
    };
    let Some(groups) = ask("/apis".to_owned()).await else { return Vec::new() };
    let foreign = groups["groups"].as_array().into_iter().flatten().filter(|group| {
        let name = group["name"].as_str().unwrap_or_default();
        KINDS.iter().all(|kind| kind.group != name)
    });
    let versions: Vec<String> = foreign
        .filter_map(|group| group.pointer("/preferredVersion/groupVersion")?.as_str().map(str::to_owned))
        .take(GROUPS_MAX)
        .collect();
    let lists = join_all(versions.iter().map(|version| ask(format!("/apis/{version}")))).await;
    let mut found = Vec::new();
    for (version, list) in versions.iter().zip(lists) {
        let resources = list.as_ref().and_then(|list| list["resources"].as_array()).into_iter().flatten();
        found.extend(resources.filter_map(|one| Served::of_discovery(version, one)).map(Arc::new));
    }
    found
}

async fn list(client: &kube::Client, kind: &Arc<Served>, namespace: &str) -> Result<Listed, UserError> {
    let place = kind.namespaced.then_some(namespace);
    let request = Request::get(format!("{}?limit={ITEMS_MAX}", kind.collection(place)))
        .header("Accept", "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json")
        .body(Vec::new());
    let answer = match request.map_err(kube::Error::HttpError) {
        Ok(request) => client.request::<Value>(request).await,
        Err(error) => Err(error),
    };
    let list = match answer {
        Ok(list) => list,
        // Not served here, or not for us to see: then lessons do not make any, either.
        Err(kube::Error::Api(status)) if matches!(status.code, 403..=405) => return Ok(Listed::default()),
        Err(error) => return Err(unreachable(&error)),
    };
    let items = list["items"].as_array().cloned().unwrap_or_default();
    let mut listed = Listed::default();
    if kind.plural == "replicasets" {
        let objects = items.iter().cloned().filter_map(Object::from_value);
        listed.makers = objects.map(|set| (set.name().to_owned(), behind(&set))).collect();
    }
    listed.roots = items.into_iter().filter_map(|item| root(kind, place, item)).collect();
    Ok(listed)
}

/// The uid of what stands behind an object: its controller, or itself.
fn behind(object: &Object) -> String {
    object.controller().map_or_else(|| object.uid().to_owned(), |owner| owner.uid.clone())
}

fn root(kind: &Arc<Served>, namespace: Option<&str>, item: Value) -> Option<Root> {
    let object = Object::from_value(item)?;
    let named = (kind.plural.as_str(), object.name());
    let is_api_service = named == API_SERVICE && namespace == Some("default");
    if object.controller().is_some() || IN_EVERY_NAMESPACE.contains(&named) || is_api_service {
        return None;
    }
    Some(Root {
        kind: Arc::clone(kind),
        namespace: namespace.map(str::to_owned),
        name: object.name().to_owned(),
        uid: object.uid().to_owned(),
        labelled: object.label(COURSE_LABEL).is_some(),
        managers: object
            .list("/metadata/managedFields")
            .iter()
            .filter_map(|entry| entry["manager"].as_str().map(str::to_owned))
            .collect(),
        elsewhere: false,
        shared: false,
        made_for: let_go_by(kind, &object),
    })
}

/// The ReplicaSet that made a Pod which nobody controls: its labels were changed.
fn let_go_by(kind: &Served, object: &Object) -> Option<String> {
    let made = kind.plural == "pods" && object.label("pod-template-hash").is_some();
    let prefix = object.text("/metadata/generateName").strip_suffix('-').filter(|_| made)?;
    Some(prefix.to_owned())
}

/// The object at a path outside of what lessons use, if it still is the one of that uid.
pub(super) async fn elsewhere(objects: &Objects, path: &str, uid: &str) -> Result<Option<Root>, UserError> {
    let Some((kind, namespace)) = Served::of_path(path) else { return Ok(None) };
    let item = match objects.request(Method::GET, path, &Value::Null).await {
        Ok(item) => item,
        // It is gone, or may not be looked at: then it may not be deleted, either.
        Err(kube::Error::Api(status)) if matches!(status.code, 403..=405) => return Ok(None),
        Err(error) => return Err(unreachable(&error)),
    };
    let found = root(&Arc::new(kind), namespace.as_deref(), item);
    Ok(found.filter(|root| root.uid == uid).map(|root| Root { elsewhere: true, ..root }))
}

/// Which of the objects are the course's and the learner's, and which are somebody else's.
pub(super) fn sort(
    roots: Vec<Root>,
    recorded: &BTreeSet<String>,
    everything: bool,
    keep: &str,
) -> (Vec<Root>, Vec<Root>) {
    // The namespace of the lessons stays: it is made and removed on its own.
    let is_kept = |root: &Root| root.kind.plural == "namespaces" && root.name == keep;
    let is_made = |root: &Root| root.labelled || recorded.contains(&root.uid);
    let makers: BTreeSet<String> =
        roots.iter().filter(|root| is_made(root)).map(|root| root.uid.clone()).collect();
    roots.into_iter().filter(|root| !is_kept(root)).partition(|root| {
        let let_go = root.made_for.as_ref().is_some_and(|maker| makers.contains(maker));
        is_made(root) || let_go || (everything && root.namespace.is_some())
    })
}

/// Deletes objects, each only if it still is the one that was listed, and waits until they are gone.
pub(super) async fn remove(objects: &Objects, roots: &[Root]) -> Result<(), UserError> {
    for root in roots {
        // What an object controls goes before it; a namespace has its own way of emptying itself.
        let policy = if root.kind.plural == "namespaces" { "Background" } else { "Foreground" };
        let body = json!({
            "propagationPolicy": policy,
            "gracePeriodSeconds": 1,
            "preconditions": {"uid": root.uid},
        });
        match objects.request(Method::DELETE, &root.path(), &body).await {
            // Somebody was faster, or another object has its name now.
            Err(kube::Error::Api(status)) if matches!(status.code, 404 | 409) => {}
            Err(error) if is_not_found(&error) => {}
            Err(error) => {
                let (what, why) = (root.shown(), reason(&error));
                return Err(UserError::new(format!("cannot delete {what}: {why}"))
                    .hint("what is left goes with the next reset")
                    .or_korean(
                        UserError::new(format!("{what}을(를) 삭제할 수 없습니다: {why}"))
                            .hint("남은 것은 다음 reset 때 지워집니다"),
                    ));
            }
            Ok(_) => {}
        }
    }
    let uids: BTreeSet<&str> = roots.iter().map(|root| root.uid.as_str()).collect();
    let mut collections: Vec<(String, &Root)> = Vec::new();
    for root in roots {
        let path = root.kind.collection(root.namespace.as_deref());
        if collections.iter().all(|(known, _)| *known != path) {
            collections.push((path, root));
        }
    }
    for (path, example) in collections {
        let gone = objects.until(&path, super::objects::GONE_MAX, |present| {
            !present
                .values()
                .any(|object| object["metadata"]["uid"].as_str().is_some_and(|uid| uids.contains(uid)))
        });
        if !gone.await? {
            let what = example.shown();
            return Err(UserError::new(format!("{what} does not go away"))
                .hint(format!("kubectl get {what} -o yaml says what it waits for"))
                .or_korean(
                    UserError::new(format!("{what}이(가) 없어지지 않습니다"))
                        .hint(format!("kubectl get {what} -o yaml 로 무엇을 기다리는지 볼 수 있습니다")),
                ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apimachinery::builtin;

    fn item(name: &str, uid: &str, label: bool) -> Value {
        let labels = if label { json!({COURSE_LABEL: "podlings"}) } else { json!({}) };
        json!({"metadata": {"name": name, "uid": uid, "labels": labels}})
    }

    #[test]
    fn only_what_is_labelled_or_recorded_may_go() {
        let kind = Arc::new(Served::of(&builtin::CONFIG_MAP));
        let of = |item| root(&kind, Some("podlings"), item);
        let all = [item("a", "1", true), item("b", "2", false), item("c", "3", false)];
        let roots: Vec<Root> = all.into_iter().filter_map(of).collect();
        let recorded = BTreeSet::from(["2".to_owned()]);
        let names = |roots: &[Root]| roots.iter().map(Root::shown).collect::<Vec<_>>();
        let (ours, others) = sort(roots.clone(), &recorded, false, "podlings");
        assert_eq!(names(&ours), ["configmap/a", "configmap/b"]);
        assert_eq!(names(&others), ["configmap/c"]);
        assert_eq!(sort(roots, &recorded, true, "podlings").1.len(), 0);
    }

    #[test]
    fn a_pod_that_was_let_go_is_whose_its_maker_is() {
        let of = |kind: &Kind, item| root(&Arc::new(Served::of(kind)), Some("podlings"), item).unwrap();
        let mut pod = item("web-5d-x", "2", false);
        pod["metadata"]["generateName"] = json!("web-5d-");
        pod["metadata"]["labels"] = json!({"pod-template-hash": "5d", "app": "other"});
        let mut pod = of(&builtin::POD, pod);
        assert_eq!(pod.made_for.as_deref(), Some("web-5d"));
        let web = of(&builtin::DEPLOYMENT, item("web", "1", true));
        pod.made_for = Some("1".to_owned());
        let (ours, others) = sort(vec![web, pod.clone()], &BTreeSet::new(), false, "podlings");
        assert_eq!((ours.len(), others.len()), (2, 0));
        pod.made_for = Some("somebody else's".to_owned());
        assert_eq!(sort(vec![pod], &BTreeSet::new(), false, "podlings").0.len(), 0);
    }

    #[test]
    fn what_every_namespace_has_and_what_controllers_made_is_nobodys() {
        let of = |kind: &Kind, item| root(&Arc::new(Served::of(kind)), Some("default"), item);
        assert!(of(&builtin::CONFIG_MAP, item("kube-root-ca.crt", "1", false)).is_none());
        assert!(of(&builtin::SERVICE, item("kubernetes", "1", false)).is_none());
        let mut pod = item("web-1", "1", false);
        pod["metadata"]["ownerReferences"] = json!([{
            "apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web", "uid": "2", "controller": true,
        }]);
        assert!(of(&builtin::POD, pod).is_none());
    }
}
