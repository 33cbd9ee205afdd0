//! `kubectl patch`.

use std::borrow::Cow;

use super::flag_sets::{DRY_RUN, FILES, OUTPUT, RECORD, field_manager};
use super::record::record_after;
use crate::apimachinery::{Kind, apply_merge_patch, apply_operations, apply_strategic_patch, go_json_error};
use crate::base::{Value, parse_yaml};
use crate::kubectl::api::{Api, JSON_PATCH, MERGE_PATCH, STRATEGIC_PATCH};
use crate::kubectl::command::{Arguments, Call, Command};
use crate::kubectl::errors::{Failure, Outcome, reason};
use crate::kubectl::flags::Flag;
use crate::kubectl::manifest::json_type;
use crate::kubectl::printers::{DryRun, dry_run, format_of, name_of};
use crate::kubectl::resource_args::{
    Found, Info, Wanted, ends_everything, find_as_given, info_of, locate, read, refuse_arguments,
    require_arguments,
};

/// The command.
pub(super) static COMMAND: Command = Command {
    name: "patch",
    short: "Update fields of a resource",
    usage: "(-f FILENAME | TYPE NAME) [-p PATCH|--patch-file FILE] [options]",
    flags: &[FLAGS, FILES, OUTPUT, DRY_RUN, RECORD],
    arguments: Arguments::Objects(&[]),
    run: |call| Box::pin(run(call)),
    ..Command::PLAIN
};

const FLAGS: &[Flag] = &[
    Flag::text("patch", "", "The patch, JSON or YAML").short('p'),
    Flag::text("patch-file", "", "A file with the patch"),
    Flag::text("type", "strategic", "The type of patch: json, merge or strategic"),
    Flag::text("subresource", "", "The subresource to patch instead of the object"),
    Flag::switch("local", "Change the files' objects without asking the server"),
    field_manager("kubectl-patch"),
];

/// What the libraries for strategic and for merge patches say of what is none.
const BAD_DOCUMENT: &str = "invalid JSON document";
const BAD_PATCH: &str = "Invalid JSON Patch";

async fn run(call: &mut Call<'_>) -> Outcome {
    let content_type = match call.flags.text("type").to_lowercase().as_str() {
        "json" => JSON_PATCH,
        "merge" => MERGE_PATCH,
        "strategic" => STRATEGIC_PATCH,
        other => {
            return Err(Failure::message(format!(
                "--type must be one of [json merge strategic], not {other:?}"
            )));
        }
    };
    let text = patch_text(call)?;
    let dry_run = dry_run(call)?;
    let args = call.args.clone();
    let local = call.flags.on("local");
    if local && dry_run == DryRun::Server {
        return Err(Failure::message(
            "cannot specify --local and --dry-run=server - did you mean --dry-run=client?",
        ));
    }
    if local && !args.is_empty() {
        return Err(Failure::message("cannot specify --local and server resources"));
    }
    let patch = Patch::new(content_type, text)?;
    require_arguments(call)?;
    let api = call.api().await?;
    let found = if call.flags.all("filename").is_empty() && !call.flags.is_set("kustomize") {
        locate(call, &api, &args, Wanted::default()).await?
    } else {
        refuse_arguments(&args)?;
        let given = find_as_given(call, &api, &args, Wanted::default()).await?;
        given.into_iter().map(Found::Object).collect()
    };
    if found.is_empty() {
        return Err(Failure::NothingPassed("patch"));
    }
    let mut failures = Vec::new();
    for one in found {
        let info = match one {
            Found::Object(info) => info,
            Found::Named(resource, namespace, name, source) => {
                // As upstream: the subresource itself is looked at first.
                let live = match call.flags.text("subresource") {
                    subresource if subresource.is_empty() || name.is_empty() => {
                        read(&api, &resource, &namespace, &name).await
                    }
                    subresource => api.get(&resource.subresource(&namespace, &name, subresource)).await,
                };
                match live {
                    // A subresource may be an object of another kind; what is patched is not.
                    Ok(live) => Info { namespace, name, ..info_of(resource, live, source)? },
                    // What is missing does not keep the rest from being done.
                    Err(failure) if ends_everything(&failure) => return Err(failure),
                    Err(failure) => {
                        call.deferred.push(failure);
                        continue;
                    }
                }
            }
        };
        match one_patched(call, &api, &info, &patch, dry_run).await {
            Err(failure @ Failure::Status(_)) => failures.push(failure),
            other => other?,
        }
    }
    Failure::many(failures)
}

async fn one_patched(call: &mut Call<'_>, api: &Api, info: &Info, patch: &Patch, dry_run: DryRun) -> Outcome {
    let verb = |object: &Value| {
        if object == info.object.value() { "patched (no change)" } else { "patched" }
    };
    let (object, verb) = if dry_run == DryRun::Client || call.flags.on("local") {
        let object = patch.applied_to(info)?;
        let verb = verb(&object);
        (object, verb)
    } else {
        info.require_name()?;
        let place = info.place(&call.flags).with("dryRun", dry_run.parameter());
        let url = place.with("fieldManager", call.flags.text("field-manager"));
        let answer = api.patch_as_written(&url, patch.content_type, patch.body()).await;
        let patched = answer.map_err(|failure| explained(failure, patch.content_type, info))?;
        // What is noted afterwards is no change of its own.
        let verb = verb(&patched);
        (record_after(call, api, &url, patched).await?, verb)
    };
    // A subresource may answer an object of another kind. As upstream, a dry run is not told apart.
    match format_of(call, false)? {
        Some(format) => format.show(call, &object),
        None => call.line(format!("{} {verb}", name_of(&object))),
    }
}

/// A kind of patch that the resource does not take is named.
fn explained(failure: Failure, content_type: &str, info: &Info) -> Failure {
    match failure {
        Failure::Status(status) if status.code == 415 => {
            let kind = info.resource.group_version_kind();
            Failure::message(format!("{content_type} is not supported by {kind}: {}", status.message))
        }
        other => other,
    }
}

/// What the patch is, as text.
fn patch_text(call: &Call<'_>) -> Outcome<String> {
    let (inline, file) = (call.flags.text("patch"), call.flags.text("patch-file"));
    Ok(match (inline, file) {
        ("", "") => {
            return Err(Failure::message(
                "must specify --patch or --patch-file containing the contents of the patch",
            ));
        }
        (_, "") => inline.to_owned(),
        ("", _) => std::fs::read_to_string(call.factory.path(file)).map_err(|error| {
            Failure::message(format!("unable to read patch file: open {file}: {}", reason(&error)))
        })?,
        _ => return Err(Failure::message("cannot specify --patch and --patch-file together")),
    })
}

/// A patch as it was given.
struct Patch {
    content_type: &'static str,
    given: Given,
}

/// How it was written.
enum Given {
    /// As JSON, right or not: the server is to say what is wrong with it.
    Json(String),
    /// As YAML, which the server does not read.
    Yaml(Value),
}

impl Patch {
    /// What begins like an object in JSON is taken for that (`yaml.ToJSON`).
    fn new(content_type: &'static str, text: String) -> Outcome<Self> {
        let given = if text.trim_start().starts_with('{') {
            Given::Json(text)
        } else {
            let documents = parse_yaml(&text)
                .map_err(|error| Failure::message(format!("unable to parse {text:?}: {error}")))?;
            // What holds nothing is null; the server says what it thinks of that.
            Given::Yaml(documents.into_iter().next().map_or(Value::Null, |document| document.value))
        };
        Ok(Self { content_type, given })
    }

    /// What the server is sent.
    fn body(&self) -> Vec<u8> {
        match &self.given {
            Given::Json(text) => text.clone().into_bytes(),
            Given::Yaml(value) => value.to_string().into_bytes(),
        }
    }

    /// What it says.
    fn value(&self) -> Outcome<Cow<'_, Value>> {
        match &self.given {
            Given::Yaml(value) => Ok(Cow::Borrowed(value)),
            Given::Json(text) => read_json(text, self.content_type).map(Cow::Owned),
        }
    }

    /// The object as nobody but this program was asked to patch it.
    fn applied_to(&self, info: &Info) -> Outcome<Value> {
        let (object, patch) = (info.object.value(), self.value()?);
        match (info.resource.builtin(), self.content_type) {
            (None, STRATEGIC_PATCH) => Err(Failure::message(format!(
                "strategic merge patch is not supported for {} locally, try --type merge",
                info.resource.group_version_kind()
            ))),
            (kind, content_type) => patched(kind, object, content_type, &patch),
        }
    }
}

/// An object after a patch that nobody but this program is asked to apply; without a kind none with merge keys.
pub(super) fn patched(
    kind: Option<&'static Kind>,
    object: &Value,
    content_type: &str,
    patch: &Value,
) -> Outcome<Value> {
    match (kind, patch) {
        _ if content_type == JSON_PATCH => operated(object, patch),
        (Some(_), Value::Null) if content_type == STRATEGIC_PATCH => Ok(object.clone()),
        (Some(kind), Value::Object(_)) if content_type == STRATEGIC_PATCH => {
            Ok(apply_strategic_patch(kind, object, patch)?)
        }
        _ if content_type == STRATEGIC_PATCH => Err(Failure::message(BAD_DOCUMENT)),
        (_, Value::Object(_) | Value::Array(_)) => Ok(apply_merge_patch(object, patch)),
        _ => Err(Failure::message(BAD_PATCH)),
    }
}

/// A patch that must be JSON, with the words of the library that applies such patches.
pub(super) fn read_json(text: &str, content_type: &str) -> Outcome<Value> {
    serde_json::from_str(text).map_err(|error| {
        Failure::message(match content_type {
            STRATEGIC_PATCH => BAD_DOCUMENT.to_owned(),
            MERGE_PATCH => BAD_PATCH.to_owned(),
            _ => go_json_error(&error, text.as_bytes()),
        })
    })
}

/// The object after the operations of a JSON patch, which nobody but this program was asked to apply.
fn operated(object: &Value, patch: &Value) -> Outcome<Value> {
    let wrong = |value: &Value, into: &str| {
        let what = json_type(value);
        Failure::message(format!("json: cannot unmarshal {what} into Go value of type jsonpatch.{into}"))
    };
    if patch.is_null() {
        return Ok(object.clone());
    }
    let operations = patch.as_array().ok_or_else(|| wrong(patch, "Patch"))?;
    if let Some(other) = operations.iter().find(|operation| !operation.is_object()) {
        return Err(wrong(other, "Operation"));
    }
    apply_operations(object, operations).map_err(|why| Failure::message(why.reason()))
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    #[test]
    fn what_holds_nothing_is_null() {
        let read =
            |text: &str| Patch::new(MERGE_PATCH, text.to_owned()).unwrap().value().unwrap().into_owned();
        for text in ["null", "# nothing"] {
            assert_eq!(read(text), Value::Null, "{text}");
        }
        assert_eq!((read("a: 1"), read(r#" {"a": 1}"#)), (json!({"a": 1}), json!({"a": 1})));
    }

    #[test]
    fn what_begins_like_json_is_sent_as_it_is() {
        for text in ["{'a': 1}", "{a: 1}", r#"{"a": 1,}"#, "{", " {}}"] {
            let read = |content_type| Patch::new(content_type, text.to_owned()).unwrap();
            assert_eq!(read(MERGE_PATCH).body(), text.as_bytes());
            let told = |content_type| read(content_type).value().unwrap_err().to_string();
            assert_eq!(told(MERGE_PATCH), "Invalid JSON Patch", "{text}");
            assert_eq!(told(STRATEGIC_PATCH), "invalid JSON document", "{text}");
        }
        let written = Patch::new(JSON_PATCH, "{".to_owned()).unwrap();
        assert_eq!(written.value().unwrap_err().to_string(), "unexpected end of JSON input");
        assert!(Patch::new(MERGE_PATCH, "a: [".to_owned()).is_err());
        assert_eq!(Patch::new(MERGE_PATCH, "a: 1".to_owned()).unwrap().body(), br#"{"a":1}"#);
    }

    #[test]
    fn operations_that_do_not_apply_are_told_in_the_words_of_upstreams_library() {
        let told = |patch: Value| operated(&json!({"a": 1}), &patch).unwrap_err().to_string();
        let test = json!([{"op": "test", "path": "/a", "value": 2}]);
        assert_eq!(told(test), "testing value /a failed: test failed");
        assert_eq!(told(json!({})), "json: cannot unmarshal object into Go value of type jsonpatch.Patch");
        assert_eq!(
            told(json!([1])),
            "json: cannot unmarshal number into Go value of type jsonpatch.Operation"
        );
        let both =
            json!([{"op": "replace", "path": "/a", "value": 2}, {"op": "test", "path": "/a", "value": 2}]);
        assert_eq!(operated(&json!({"a": 1}), &both).unwrap(), json!({"a": 2}));
    }
}
