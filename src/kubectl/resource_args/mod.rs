//! Arguments that name objects: `TYPE NAME`, `TYPE/NAME`, commas, `-l`, `--all`, `-f` (cli-runtime's `resource.Builder`).

mod words;

use crate::apimachinery::{LabelSelector, Object, builtin};
use crate::base::{Value, json};

use super::api::{Api, Url};
use super::command::Call;
use super::discovery::{self, Resource};
use super::errors::{Failure, Outcome};
use super::flags::Flags;
use super::manifest;
use super::unreachable::BY_NAME;
use words::Words;

/// What the arguments name.
#[derive(Clone, Debug)]
pub(super) enum Selection {
    /// One object.
    Named(Resource, String),
    /// All objects of a resource that the selectors match.
    Every(Resource),
}

/// One object, found or only named.
#[derive(Clone, Debug)]
pub(super) struct Info {
    /// Its resource.
    pub(super) resource: Resource,
    /// Its namespace; empty when cluster-scoped.
    pub(super) namespace: String,
    /// Its name.
    pub(super) name: String,
    /// The object: as a file holds it, or as the server answered it.
    pub(super) object: Object,
    /// The file it comes from; empty otherwise.
    pub(super) source: String,
}

impl Info {
    /// URL of the object.
    pub(super) fn url(&self) -> Url {
        self.resource.object(&self.namespace, &self.name)
    }

    /// The URL of what `--subresource` names of it, or else its own.
    pub(super) fn place(&self, flags: &Flags) -> Url {
        self.resource.subresource(&self.namespace, &self.name, flags.text("subresource"))
    }

    /// Type and place in two lines, as refusals of `apply` name an object.
    pub(super) fn described(&self) -> String {
        format!(
            "Resource: {:?}, GroupVersionKind: {:?}\nName: {:?}, Namespace: {:?}",
            self.resource.group_version_resource(),
            self.resource.group_version_kind(),
            self.name,
            self.namespace
        )
    }

    /// Refuses an object without a name: no request could be about it.
    pub(super) fn require_name(&self) -> Outcome {
        if self.name.is_empty() {
            return Err(Failure::message(NO_NAME));
        }
        Ok(())
    }

    /// `deployment.apps/web`.
    pub(super) fn named(&self) -> String {
        self.resource.named(&self.name)
    }
}

/// Upstream's only command that leaves objects without a namespace where files leave them so.
const RECONCILE: &str = "kubectl auth reconcile";

/// What is said of an empty name.
pub(super) const NO_NAME: &str = "resource name may not be empty";

/// What is said when nothing is named.
pub(super) const NOTHING_NAMED: &str = "You must provide one or more resources by argument or filename.\nExample resource specifications include:\n   '-f rsrc.yaml'\n   '--filename=rsrc.json'\n   '<resource> <name>'\n   '<resource>'";

/// Refuses a command line that names neither objects nor files.
pub(super) fn require_arguments(call: &Call<'_>) -> Outcome {
    if call.args.is_empty() && call.flags.all("filename").is_empty() && !call.flags.is_set("kustomize") {
        return Err(Failure::message(NOTHING_NAMED));
    }
    Ok(())
}

/// Refuses arguments beside files.
pub(super) fn refuse_arguments(args: &[String]) -> Outcome {
    if args.is_empty() {
        return Ok(());
    }
    Err(Failure::message(match Words::read(args)? {
        Words::Pairs(_) => "resource/name arguments cannot be provided when a path is specified",
        Words::Types(..) => {
            "when paths, URLs, or stdin is provided as input, you may not specify resource arguments as well"
        }
    }))
}

/// A complaint about what stands in files, as commands print it that visit all files before they begin:
/// an aggregate, without `error: `.
pub(super) fn visited(failure: Failure) -> Failure {
    match failure {
        Failure::Message(text)
            if !["the path ", "error reading ", "when paths, "]
                .iter()
                .any(|start| text.starts_with(start)) =>
        {
            Failure::Plain(text)
        }
        other => other,
    }
}

/// Resolves arguments; an empty list of names means every object of the types.
pub(super) async fn select(api: &Api, args: &[String]) -> Outcome<Vec<Selection>> {
    resolve(api, Words::read(args)?).await
}

/// As [`select`], with a selector that chooses objects of the types.
pub(super) async fn select_matching(api: &Api, args: &[String]) -> Outcome<Vec<Selection>> {
    let words = Words::read(args)?;
    words.check_selector()?;
    resolve(api, words).await
}

async fn resolve(api: &Api, words: Words) -> Outcome<Vec<Selection>> {
    let (types, names) = match words {
        Words::Pairs(pairs) => {
            api.expect(BY_NAME).await?;
            let mut selections = Vec::new();
            for (kind, name) in pairs {
                selections.push(Selection::Named(discovery::resolve(api, &kind).await?, name));
            }
            return Ok(selections);
        }
        Words::Types(types, names) => (types, names),
    };
    if types.is_empty() {
        return Ok(Vec::new());
    }
    api.expect(BY_NAME + types.len()).await?;
    let resources = resolve_types(api, &types).await?;
    if names.is_empty() {
        return Ok(resources.into_iter().map(Selection::Every).collect());
    }
    let [resource] = resources.as_slice() else {
        // A category stands for several resources.
        return Err(Failure::message("you must specify only one resource"));
    };
    Ok(names.into_iter().map(|name| Selection::Named(resource.clone(), name)).collect())
}

/// The resources of types, or of a category such as `all`.
async fn resolve_types(api: &Api, types: &[String]) -> Outcome<Vec<Resource>> {
    let mut resources: Vec<Resource> = Vec::new();
    for typed in types {
        if typed.is_empty() {
            return Err(Failure::message("the server doesn't have a resource type \"\""));
        }
        let members = discovery::category(api, typed).await?;
        if members.is_empty() {
            resources.push(discovery::resolve(api, typed).await?);
        } else {
            resources.extend(members);
        }
    }
    let mut unique: Vec<Resource> = Vec::new();
    for resource in resources {
        if !unique.contains(&resource) {
            unique.push(resource);
        }
    }
    Ok(unique)
}

/// What a command accepts besides names.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Wanted {
    /// Selectors may be used (`-l`, `--field-selector`).
    pub(super) selectors: bool,
    /// A type alone means every object of it, even without `--all`.
    pub(super) types_alone: bool,
    /// Names may stand beside `--all`, which then means nothing.
    pub(super) names_beside_all: bool,
}

/// What is said of `--all` beside `-l` where the two cannot be told apart.
pub(super) const ALL_AND_SELECTOR: &str = "cannot set --all and --selector at the same time";

/// Finds the objects that arguments, files and selectors name, asking the server for each.
pub(super) async fn find(
    call: &mut Call<'_>,
    api: &Api,
    args: &[String],
    wanted: Wanted,
) -> Outcome<Vec<Info>> {
    let mut infos = Vec::new();
    for info in locate(call, api, args, wanted).await? {
        match info {
            Found::Named(resource, namespace, name, source) => {
                match read(api, &resource, &namespace, &name).await {
                    Ok(object) => infos.push(info_of(resource, object, source)?),
                    // What is missing does not keep the rest from being done.
                    Err(failure) if ends_everything(&failure) => return Err(failure),
                    Err(failure) => call.deferred.push(failure),
                }
            }
            Found::Object(info) => infos.push(info),
        }
    }
    if infos.is_empty() && !call.deferred.is_empty() {
        Failure::many(std::mem::take(&mut call.deferred))?;
    }
    Ok(infos)
}

/// Reads an object; of one that is missing, it says when its namespace is missing, too.
pub(super) async fn read(api: &Api, resource: &Resource, namespace: &str, name: &str) -> Outcome<Value> {
    if name.is_empty() {
        return Err(Failure::message(NO_NAME));
    }
    match api.get(&resource.object(namespace, name)).await {
        Err(failure) => Err(or_namespace(api, resource, namespace, failure).await),
        read => read,
    }
}

/// What is said of an object that is not there: when its namespace is not there either, that of the namespace.
pub(super) async fn or_namespace(
    api: &Api,
    resource: &Resource,
    namespace: &str,
    failure: Failure,
) -> Failure {
    let is_elsewhere = resource.namespaced && !matches!(namespace, "" | "default");
    if !is_elsewhere || !failure.is_not_found() {
        return failure;
    }
    let place = Resource::from(&builtin::NAMESPACE).object("", namespace);
    match api.get(&place).await {
        Err(missing) if missing.is_not_found() => missing,
        _ => failure,
    }
}

/// What was found, where nothing is done unless everything was (`Result.Infos`).
pub(super) fn all_or_nothing(call: &mut Call<'_>, found: Vec<Info>) -> Outcome<Vec<Info>> {
    Failure::many(std::mem::take(&mut call.deferred))?;
    Ok(found)
}

/// Whether a failure about one object keeps the rest from being shown or changed.
pub(super) fn ends_everything(failure: &Failure) -> bool {
    !matches!(failure, Failure::Status(_)) && failure.to_string() != NO_NAME
}

/// As [`find`], but the objects of files are taken as they are, without asking the server for them.
pub(super) async fn find_as_given(
    call: &mut Call<'_>,
    api: &Api,
    args: &[String],
    wanted: Wanted,
) -> Outcome<Vec<Info>> {
    if call.flags.all("filename").is_empty() && !call.flags.is_set("kustomize") {
        return find(call, api, args, wanted).await;
    }
    // Where --selector means something else, it chooses no objects.
    let selector = if wanted.selectors { call.flags.text("selector").to_owned() } else { String::new() };
    let (infos, failures) = from_files_matching(call, api, &selector).await?;
    if infos.is_empty() {
        Failure::many(failures)?;
    } else {
        call.deferred.extend(failures);
    }
    Ok(infos)
}

/// What was named and not yet read, or was read because a selector had to be answered.
pub(super) enum Found {
    /// Resource, namespace, name and source of one object.
    Named(Resource, String, String, String),
    /// An object that a list gave.
    Object(Info),
}

/// Finds what arguments, files and selectors name, asking the server only for lists.
pub(super) async fn locate(
    call: &mut Call<'_>,
    api: &Api,
    args: &[String],
    wanted: Wanted,
) -> Outcome<Vec<Found>> {
    if !call.flags.all("filename").is_empty() || call.flags.is_set("kustomize") {
        refuse_arguments(args)?;
        let (infos, failures) = from_files(call, api).await?;
        if infos.is_empty() {
            Failure::many(failures)?;
        } else {
            call.deferred.extend(failures);
        }
        return Ok(infos
            .into_iter()
            .map(|info| Found::Named(info.resource, info.namespace, info.name, info.source))
            .collect());
    }
    let namespace = call.namespace()?;
    let everywhere = call.flags.on("all-namespaces");
    let labels = if wanted.selectors { call.flags.text("selector").trim() } else { "" };
    let fields = if wanted.selectors { call.flags.text("field-selector").trim() } else { "" };
    let has_names = args.len() > 1 || args.iter().any(|arg| arg.contains('/'));
    let all = call.flags.on("all") && !(wanted.names_beside_all && has_names);
    let has_selector = !labels.is_empty() || !fields.is_empty();
    let selections = match has_selector || all {
        true => select_matching(api, args).await?,
        false => select(api, args).await?,
    };
    let mut found = Vec::new();
    for selection in selections {
        match selection {
            Selection::Named(resource, name) => {
                if everywhere && resource.namespaced {
                    return Err(Failure::message(
                        "a resource cannot be retrieved by name across all namespaces",
                    ));
                }
                let namespace = if resource.namespaced { namespace.clone() } else { String::new() };
                found.push(Found::Named(resource, namespace, name, String::new()));
            }
            Selection::Every(resource) => {
                if !has_selector && !all && !wanted.types_alone {
                    return Err(Failure::message("resource(s) were provided, but no name was specified"));
                }
                let scope = if everywhere { "" } else { namespace.as_str() };
                let url =
                    resource.collection(scope).with("fieldSelector", fields).with("labelSelector", labels);
                let list = match call.flags.int("chunk-size") {
                    0 => api.get(&url).await,
                    page => api.clone().in_pages(page).list(&url).await,
                };
                let list = list.map_err(|failure| unlisted(failure, &resource, labels, fields))?;
                for object in into_items(list, &resource) {
                    found.push(Found::Object(info_of(resource.clone(), object, String::new())?));
                }
            }
        }
    }
    Ok(found)
}

/// Says of a refused list what was asked for.
pub(super) fn unlisted(failure: Failure, resource: &Resource, labels: &str, fields: &str) -> Failure {
    match failure {
        Failure::Status(mut status) if status.is("BadRequest") || status.is("NotFound") => {
            let what = resource.group_version_resource();
            status.message = if labels.is_empty() && fields.is_empty() {
                format!("Unable to list {what:?}: {}", status.message)
            } else {
                format!(
                    "Unable to find {what:?} that match label selector {labels:?}, field selector {fields:?}: {}",
                    status.message
                )
            };
            Failure::Status(status)
        }
        other => other,
    }
}

/// The objects of a list, each with its apiVersion and kind.
pub(super) fn items(list: &Value, resource: &Resource) -> Vec<Value> {
    into_items(json!({"items": list["items"]}), resource)
}

/// As [`items`], of a list that nobody needs any more.
pub(super) fn into_items(mut list: Value, resource: &Resource) -> Vec<Value> {
    let mut items = match list["items"].take() {
        Value::Array(items) => items,
        _ => Vec::new(),
    };
    for map in items.iter_mut().filter_map(Value::as_object_mut) {
        map.entry("apiVersion").or_insert_with(|| resource.api_version().into());
        map.entry("kind").or_insert_with(|| resource.kind.clone().into());
    }
    items
}

/// An object of the server with its place.
pub(super) fn info_of(resource: Resource, object: Value, source: String) -> Outcome<Info> {
    let object = Object::from_value(object)
        .ok_or_else(|| Failure::message("the server answered something that is not an object"))?;
    Ok(Info {
        namespace: object.namespace().to_owned(),
        name: object.name().to_owned(),
        resource,
        object,
        source,
    })
}

/// The objects of `-f`, with resources resolved and namespaces filled in, and what could not be used.
pub(super) async fn from_files(call: &mut Call<'_>, api: &Api) -> Outcome<(Vec<Info>, Vec<Failure>)> {
    let selector = call.flags.text("selector").to_owned();
    from_files_matching(call, api, &selector).await
}

async fn from_files_matching(
    call: &mut Call<'_>,
    api: &Api,
    selector: &str,
) -> Outcome<(Vec<Info>, Vec<Failure>)> {
    let target = call.target()?;
    let (documents, mut failures) = manifest::read(call).await?;
    let selector = LabelSelector::parse(selector).map_err(Failure::message)?;
    let mut infos = Vec::new();
    if let Some(first) = documents.first() {
        prove(call, api, &first.source).await?;
    }
    for manifest::Document { mut object, source } in documents {
        if !selector.matches(object.labels()) {
            continue;
        }
        let (api_version, kind) = (object.api_version().to_owned(), object.kind().to_owned());
        let Some(resource) = discovery::of_object(api, &api_version, &kind).await? else {
            failures.push(discovery::unknown_kind(
                &kind,
                &api_version,
                object.name(),
                object.namespace(),
                &source,
            ));
            continue;
        };
        if resource.namespaced {
            let as_written = call.flags.on("local") || call.path == RECONCILE;
            if as_written && object.namespace().is_empty() {
                // Locally nobody is asked, so nobody knows that the kind has namespaces.
            } else if object.namespace().is_empty() {
                object.set("/metadata/namespace", target.namespace.as_str());
            } else if target.explicit_namespace && object.namespace() != target.namespace {
                return Err(Failure::message(format!(
                    "the namespace from the provided object \"{}\" does not match the namespace \"{}\". You must pass '--namespace={}' to perform this operation.",
                    object.namespace(),
                    target.namespace,
                    object.namespace()
                )));
            }
        }
        if !resource.namespaced {
            // As upstream: what belongs to no namespace is sent without one.
            object.remove("/metadata/namespace");
        }
        let (namespace, name) = (object.namespace().to_owned(), object.name().to_owned());
        infos.push(Info { resource, namespace, name, object, source });
    }
    Ok((infos, failures))
}

/// Asks whether there is a server, before the first object of a file is thought about.
async fn prove(call: &Call<'_>, api: &Api, source: &str) -> Outcome {
    if call.flags.on("local") {
        return Ok(());
    }
    if manifest::is_validated(call) {
        api.prove_schemas(source).await?;
    }
    api.prove(1)
        .await
        .map_err(|failure| Failure::message(format!("unable to recognize {source:?}: {failure}")))
}

#[cfg(test)]
mod tests;
