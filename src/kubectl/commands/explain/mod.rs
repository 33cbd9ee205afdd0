//! `kubectl explain`: fields of a kind from the server's OpenAPI v3 documents.

mod openapi_v2;
mod plaintext;

use crate::base::Value;
use crate::kubectl::api::{Api, Url};
use crate::kubectl::command::{Arguments, Call, Command};
use crate::kubectl::discovery::{Resource, discover, resolve};
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::flags::Flag;

/// The command.
pub(super) static COMMAND: Command = Command {
    name: "explain",
    short: "Get documentation for a resource",
    usage: "TYPE [--recursive=FALSE|TRUE] [--api-version=api-version-group] [-o|--output=plaintext|plaintext-openapiv2] [options]",
    flags: &[&[
        Flag::switch("recursive", "Show the fields of fields, too").short('R'),
        Flag::text("api-version", "", "The version of the kind to explain, group/version"),
        Flag::text("output", "plaintext", "Output format: plaintext or plaintext-openapiv2").short('o'),
    ]],
    arguments: Arguments::KindsAtPrompt,
    run: |call| Box::pin(run(call)),
    ..Command::PLAIN
};

async fn run(call: &mut Call<'_>) -> Outcome {
    let typed = match call.args.as_slice() {
        [typed] => typed.clone(),
        [] => {
            return Err(Failure::message(
                "You must specify the type of resource to explain. Use \"kubectl api-resources\" for a complete list of supported resources.",
            ));
        }
        _ => return Err(Failure::message("We accept only this format: explain RESOURCE")),
    };
    if typed.starts_with('.') || typed.contains("..") || typed.contains(['[', ']', '{', '}', '*']) {
        return Err(Failure::message("invalid jsonpath syntax, first node must be field node"));
    }
    let (kind, path) = typed.split_once('.').unwrap_or((&typed, ""));
    let api = call.api().await?;
    api.prove(2).await?;
    // Upstream prints this one without the usual prefix.
    let resource = resolve(&api, kind).await.map_err(|failure| Failure::Plain(failure.to_string()))?;
    // `deployments.apps.spec`: the group may stand behind the name.
    let path = match path.strip_prefix(&resource.group) {
        Some("") if !resource.group.is_empty() => "",
        Some(rest) if !resource.group.is_empty() => rest.strip_prefix('.').unwrap_or(path),
        _ => path,
    };
    let resource = match call.flags.text("api-version") {
        "" => resource,
        version => in_version(&api, &resource, version).await?,
    };
    let document = api.get(&Url::new(format!("/openapi/v3/{}", path_of(&resource)))).await;
    let document = document.map_err(|failure| match failure.is_not_found() {
        true => unknown(&resource.group_version_resource()),
        false => failure,
    })?;
    let schemas = Schemas(&document["components"]["schemas"]);
    let root = schemas.of_kind(&resource).ok_or_else(|| {
        Failure::message(format!("GVK {:?} not found in OpenAPI schema", resource.group_version_kind()))
    })?;
    match call.flags.text("output") {
        "plaintext" => {}
        "plaintext-openapiv2" => {
            let text = openapi_v2::explain(&schemas, root, &resource, path, call.flags.on("recursive"))?;
            return call.text(text);
        }
        other => {
            return Err(Failure::message(format!("unrecognized format: {other}")));
        }
    }
    let mut head = String::new();
    if !resource.group.is_empty() {
        head.push_str(&format!("GROUP:      {}\n", resource.group));
    }
    head.push_str(&format!("KIND:       {}\nVERSION:    {}\n\n", resource.kind, resource.version));
    call.text(head)?;
    let text = plaintext::explain(&schemas, root, path, call.flags.on("recursive"))?;
    call.text(text)
}

/// The same kind in another version.
async fn in_version(api: &Api, resource: &Resource, version: &str) -> Outcome<Resource> {
    let served = discover(api).await?;
    let in_version = served.iter().filter(|one| one.api_version() == version);
    let mut found = in_version.clone().filter(|one| one.plural == resource.plural);
    found.next().cloned().ok_or_else(|| {
        let (group, version) = version.split_once('/').unwrap_or(("", version));
        let named = format!("{group}/{version}, Resource={}", resource.plural);
        match in_version.count() {
            0 => unknown(&named),
            _ => Failure::message(format!("GVR ({named}) not found in OpenAPI schema")),
        }
    })
}

fn unknown(resource: &str) -> Failure {
    Failure::message(format!("couldn't find resource for {resource:?}"))
}

/// `api/v1` or `apis/apps/v1`.
fn path_of(resource: &Resource) -> String {
    let root = if resource.group.is_empty() { "api" } else { "apis" };
    format!("{root}/{}", resource.api_version())
}

/// The schemas of one document.
struct Schemas<'d>(&'d Value);

impl<'d> Schemas<'d> {
    fn of_kind(&self, resource: &Resource) -> Option<&'d Value> {
        self.0.as_object()?.values().find(|schema| {
            let kinds =
                schema["x-kubernetes-group-version-kind"].as_array().map(Vec::as_slice).unwrap_or_default();
            kinds.iter().any(|one| {
                one["kind"] == *resource.kind
                    && one["group"] == *resource.group
                    && one["version"] == *resource.version
            })
        })
    }

    /// What a reference, or a single `allOf` of one, points to, with its name.
    fn target(&self, schema: &Value) -> Option<(&'d Value, &'d str)> {
        let reference = schema["$ref"].as_str().or_else(|| schema["allOf"][0]["$ref"].as_str())?;
        let name = reference.rsplit('/').next()?;
        let (name, schema) = self.0.as_object()?.get_key_value(name)?;
        Some((schema, name.rsplit('.').next().unwrap_or(name)))
    }

    /// The schema that holds the fields below a schema: through references, lists and maps.
    fn inner(&self, schema: &'d Value) -> &'d Value {
        if let Some((target, _)) = self.target(schema) {
            return self.inner(target);
        }
        for nested in ["items", "additionalProperties"] {
            if schema[nested].is_object() {
                return self.inner(&schema[nested]);
            }
        }
        schema
    }

    /// The schema that a reference names.
    fn referred(&self, reference: &str) -> Option<&'d Value> {
        self.0.get(reference.rsplit('/').next()?)
    }
}

fn description(schema: &Value) -> &str {
    schema["description"].as_str().unwrap_or_default()
}
