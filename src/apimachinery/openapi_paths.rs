//! The paths of OpenAPI documents: which operations each kind offers, with which parameters and bodies.

use crate::base::{Map, Value, json};

use super::kinds::{Kind, Subresource};

const META: &str = "io.k8s.apimachinery.pkg.apis.meta.v1";

/// Parameters of lists and watches.
const LIST_PARAMETERS: &[&str] = &[
    "allowWatchBookmarks",
    "continue",
    "fieldSelector",
    "labelSelector",
    "limit",
    "resourceVersion",
    "resourceVersionMatch",
    "sendInitialEvents",
    "shardSelector",
    "timeoutSeconds",
    "watch",
];
/// Parameters that say which objects of a collection are deleted.
const SELECT_PARAMETERS: &[&str] = &[
    "continue",
    "fieldSelector",
    "labelSelector",
    "limit",
    "resourceVersion",
    "resourceVersionMatch",
    "sendInitialEvents",
    "shardSelector",
    "timeoutSeconds",
];
/// Parameters of writes.
const WRITE_PARAMETERS: &[&str] = &["dryRun", "fieldManager", "fieldValidation"];
/// Parameters of deletions.
const DELETE_PARAMETERS: &[&str] = &[
    "dryRun",
    "gracePeriodSeconds",
    "ignoreStoreReadErrorWithClusterBreakingPotential",
    "orphanDependents",
    "propagationPolicy",
];
/// Parameters that are no text: the type of each.
const TYPED_PARAMETERS: &[(&str, &str)] = &[
    ("allowWatchBookmarks", "boolean"),
    ("force", "boolean"),
    ("gracePeriodSeconds", "integer"),
    ("ignoreStoreReadErrorWithClusterBreakingPotential", "boolean"),
    ("limit", "integer"),
    ("orphanDependents", "boolean"),
    ("sendInitialEvents", "boolean"),
    ("timeoutSeconds", "integer"),
    ("watch", "boolean"),
];
/// Content types of answers.
const ANSWERS: &[&str] = &["application/json", "application/vnd.kubernetes.protobuf", "application/yaml"];

/// The paths of a kind whose objects have the type `schema`, and what can be done there.
pub(super) fn of_kind(kind: &Kind, schema: &str, patch_types: &[&str]) -> Vec<(String, Value)> {
    let root = if kind.group.is_empty() { "/api" } else { "/apis" };
    let base = format!("{root}/{}", kind.api_version());
    let namespaces = if kind.namespaced { "/namespaces/{namespace}" } else { "" };
    let resource = Resource { kind, schema, patch_types };
    let collection = format!("{base}{namespaces}/{}", kind.plural);
    let object = format!("{collection}/{{name}}");
    let mut paths = Vec::new();
    if kind.namespaced && kind.verbs.contains(&"list") {
        let list = resource.operation("list", "get", "", false);
        let names = [LIST_PARAMETERS, &["pretty"]].concat();
        let item = json!({"get": list, "parameters": parameters(&names)});
        paths.push((format!("{base}/{}", kind.plural), item));
    }
    paths.push((
        collection,
        resource.item(&[("list", "get"), ("create", "post"), ("deletecollection", "delete")], false),
    ));
    let on_objects = [("get", "get"), ("update", "put"), ("patch", "patch"), ("delete", "delete")];
    paths.push((object.clone(), resource.item(&on_objects, true)));
    for subresource in kind.subresources {
        paths.push((format!("{object}/{}", subresource.name), resource.subresource(subresource)));
    }
    paths.retain(|(_, item)| item.as_object().is_some_and(|item| item.len() > 1));
    paths
}

struct Resource<'a> {
    kind: &'a Kind,
    schema: &'a str,
    patch_types: &'a [&'a str],
}

impl Resource<'_> {
    /// What can be done at one path: verbs with their HTTP methods.
    fn item(&self, operations: &[(&str, &str)], named: bool) -> Value {
        let mut item = Map::new();
        for (verb, method) in operations.iter().filter(|(verb, _)| self.kind.verbs.contains(verb)) {
            item.insert((*method).to_owned(), self.operation(verb, method, "", true));
        }
        item.insert("parameters", self.path_parameters(named).into());
        item.into()
    }

    fn path_parameters(&self, named: bool) -> Vec<Value> {
        let mut parameters = Vec::new();
        if named {
            parameters.push(parameter("name", "path"));
        }
        if self.kind.namespaced {
            parameters.push(parameter("namespace", "path"));
        }
        parameters.push(parameter("pretty", "query"));
        parameters
    }

    fn subresource(&self, subresource: &Subresource) -> Value {
        let mut item = Map::new();
        let is_connection = matches!(subresource.name, "attach" | "exec" | "portforward" | "proxy");
        for verb in subresource.verbs {
            let method = match *verb {
                "create" => "post",
                "update" => "put",
                other => other,
            };
            let operation = if is_connection {
                self.connection(subresource, method)
            } else {
                self.operation(verb, method, subresource.name, true)
            };
            item.insert(method.to_owned(), operation);
        }
        item.insert("parameters", self.path_parameters(true).into());
        item.into()
    }

    /// An operation that hands the connection over, and has no body of a known type.
    fn connection(&self, subresource: &Subresource, method: &str) -> Value {
        let capital = capitalized(subresource.name);
        let scope = self.scope();
        json!({
            "tags": [self.tag()],
            "description": format!("connect {} requests to {} of {}", method.to_uppercase(), subresource.name, self.kind.kind),
            "operationId": format!("connect{}{}{scope}{}{capital}", self.group_name(), capitalized(method), self.kind.kind),
            "responses": {"200": {"description": "OK", "content": {"*/*": {"schema": {"type": "string"}}}}, "401": unauthorized()},
            "x-kubernetes-action": "connect",
            "x-kubernetes-group-version-kind": {"group": "", "version": "v1", "kind": subresource.kind},
        })
    }

    fn operation(&self, verb: &str, method: &str, subresource: &str, within: bool) -> Value {
        let about = self.kind.subresource(subresource);
        let (schema, group_version_kind) = self.answer_of(about);
        let schema = if verb == "list" { format!("{schema}List") } else { schema };
        let deletes = matches!(verb, "delete" | "deletecollection");
        let shown =
            if deletes && self.answers_with_status(verb) { format!("{META}.Status") } else { schema.clone() };
        let codes: &[(&str, &str)] = match verb {
            "create" => &[("200", "OK"), ("201", "Created"), ("202", "Accepted")],
            "update" | "patch" => &[("200", "OK"), ("201", "Created")],
            "delete" => &[("200", "OK"), ("202", "Accepted")],
            _ => &[("200", "OK")],
        };
        let mut responses = Map::new();
        for (code, description) in codes {
            responses.insert((*code).to_owned(), response(description, &shown, verb == "list"));
        }
        responses.insert("401", unauthorized());
        let mut operation = json!({
            "tags": [self.tag()],
            "description": self.description(verb, subresource),
            "operationId": self.operation_id(verb, subresource, within),
            "responses": responses,
            "x-kubernetes-action": action(verb, method),
            "x-kubernetes-group-version-kind": group_version_kind,
        });
        let (names, body): (Vec<&str>, Option<Value>) = match verb {
            "list" if within => (LIST_PARAMETERS.to_vec(), None),
            "list" => (Vec::new(), None),
            "get" => (Vec::new(), None),
            "delete" => (DELETE_PARAMETERS.to_vec(), Some(delete_body())),
            "deletecollection" => ([DELETE_PARAMETERS, SELECT_PARAMETERS].concat(), Some(delete_body())),
            "patch" => ([WRITE_PARAMETERS, &["force"]].concat(), Some(self.patch_body())),
            _ => (WRITE_PARAMETERS.to_vec(), Some(any_body(&schema))),
        };
        if !names.is_empty() {
            operation["parameters"] = parameters(&names).into();
        }
        if let Some(body) = body {
            operation["requestBody"] = body;
        }
        operation
    }

    /// The type that the kind, or a subresource of it, answers with, and the kind that an operation is about.
    fn answer_of(&self, subresource: Option<&Subresource>) -> (String, Value) {
        let kind = self.kind;
        let own = json!({"group": kind.group, "version": kind.version, "kind": kind.kind});
        match subresource {
            Some(part) if part.kind != kind.kind => {
                let (group, version) = if part.version.is_empty() {
                    (kind.group, kind.version)
                } else {
                    (part.group, part.version)
                };
                let package = match group.split('.').next() {
                    Some("") | None => "core",
                    Some(first) => first,
                };
                let schema = format!("io.k8s.api.{package}.{version}.{}", part.kind);
                (schema, json!({"group": group, "version": version, "kind": part.kind}))
            }
            _ => (self.schema.to_owned(), own),
        }
    }

    /// Deletions answer with a Status, but for a few kinds of old that answer with the object.
    fn answers_with_status(&self, verb: &str) -> bool {
        let with_object = matches!(
            self.kind.kind,
            "Pod"
                | "PersistentVolume"
                | "PersistentVolumeClaim"
                | "PodTemplate"
                | "ResourceQuota"
                | "Service"
                | "ServiceAccount"
                | "StorageClass"
                | "VolumeAttachment"
                | "CSIDriver"
                | "CSINode"
                | "VolumeAttributesClass"
                | "IPAddress"
                | "ResourceClaim"
                | "ResourceClaimTemplate"
                | "DeviceClass"
                | "ResourceSlice"
        );
        verb == "deletecollection" || !with_object
    }

    fn scope(&self) -> &'static str {
        if self.kind.namespaced { "Namespaced" } else { "" }
    }

    /// `AppsV1`, as operations are named.
    fn group_name(&self) -> String {
        let group = match self.kind.group.strip_suffix(".k8s.io").unwrap_or(self.kind.group) {
            "" => "core".to_owned(),
            group => group.to_owned(),
        };
        let words: String = group.split('.').map(capitalized).collect();
        format!("{words}{}", capitalized(self.kind.version))
    }

    /// `apps_v1`.
    fn tag(&self) -> String {
        let mut name = self.group_name();
        let version = name.split_off(name.len() - self.kind.version.len());
        let name = format!("{}{}", name[..1].to_lowercase(), &name[1..]);
        format!("{name}_{}", version.to_lowercase())
    }

    fn operation_id(&self, verb: &str, subresource: &str, within: bool) -> String {
        let word = match verb {
            "get" => "read",
            "update" => "replace",
            "deletecollection" => {
                return format!("delete{}Collection{}{}", self.group_name(), self.scope(), self.kind.kind);
            }
            other => other,
        };
        let scope = self.scope();
        if within || !self.kind.namespaced {
            format!("{word}{}{scope}{}{}", self.group_name(), self.kind.kind, capitalized(subresource))
        } else {
            format!("{word}{}{}ForAllNamespaces", self.group_name(), self.kind.kind)
        }
    }

    fn description(&self, verb: &str, subresource: &str) -> String {
        let kind = self.kind.kind;
        let part =
            if subresource.is_empty() { String::new() } else { format!("{subresource} of the specified ") };
        match verb {
            "list" if self.kind.verbs.contains(&"watch") => format!("list or watch objects of kind {kind}"),
            "list" => format!("list objects of kind {kind}"),
            "create" if subresource.is_empty() => format!("create {} {kind}", article(kind)),
            "create" => format!("create {subresource} of {} {kind}", article(kind)),
            "deletecollection" => format!("delete collection of {kind}"),
            "delete" => format!("delete {} {kind}", article(kind)),
            "patch" if part.is_empty() => format!("partially update the specified {kind}"),
            "patch" => format!("partially update {part}{kind}"),
            "update" if part.is_empty() => format!("replace the specified {kind}"),
            "update" => format!("replace {part}{kind}"),
            _ if part.is_empty() => format!("read the specified {kind}"),
            _ => format!("read {part}{kind}"),
        }
    }

    fn patch_body(&self) -> Value {
        let schema = json!({"schema": reference(&format!("{META}.Patch"))});
        let content: Map = self
            .patch_types
            .iter()
            .map(|content_type| ((*content_type).to_owned(), schema.clone()))
            .collect();
        json!({"content": content, "required": true})
    }
}

fn article(kind: &str) -> &'static str {
    if kind.starts_with(['A', 'E', 'I', 'O', 'U']) { "an" } else { "a" }
}

fn action(verb: &str, method: &str) -> String {
    match verb {
        "create" | "update" => method.to_owned(),
        other => other.to_owned(),
    }
}

fn capitalized(word: &str) -> String {
    let mut characters = word.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

fn response(description: &str, schema: &str, streams: bool) -> Value {
    let body = json!({"schema": reference(schema)});
    let streamed = ["application/json;stream=watch", "application/vnd.kubernetes.protobuf;stream=watch"];
    let types = ANSWERS.iter().chain(streamed.iter().filter(|_| streams));
    let content: Map = types.map(|name| ((*name).to_owned(), body.clone())).collect();
    json!({"description": description, "content": content})
}

fn unauthorized() -> Value {
    json!({"description": "Unauthorized"})
}

fn any_body(schema: &str) -> Value {
    json!({"content": {"*/*": {"schema": reference(schema)}}, "required": true})
}

fn delete_body() -> Value {
    json!({"content": {"*/*": {"schema": reference(&format!("{META}.DeleteOptions"))}}})
}

fn parameters(names: &[&str]) -> Vec<Value> {
    let mut names = names.to_vec();
    names.sort_unstable();
    names.iter().map(|name| parameter(name, "query")).collect()
}

fn parameter(name: &str, place: &str) -> Value {
    let known = TYPED_PARAMETERS.iter().find(|(typed, _)| *typed == name);
    let value_type = known.map_or("string", |(_, value_type)| value_type);
    let mut parameter =
        json!({"name": name, "in": place, "schema": {"type": value_type, "uniqueItems": true}});
    if place == "path" {
        parameter["required"] = true.into();
    }
    parameter
}
