//! Manifests: `-f` files, folders, standard input and URLs, read into objects.

use std::path::{Path, PathBuf};

use crate::apimachinery::{Object, builtin, decode_strictly};
use crate::base::{Value, json, parse_yaml};

use super::command::Call;
use super::errors::{Failure, Outcome, reason};
use super::glob;
use super::kustomize;

/// One object of a manifest.
#[derive(Clone, Debug)]
pub(super) struct Document {
    /// The object.
    pub(super) object: Object,
    /// The file it stands in, as the person named it; `STDIN` for standard input.
    pub(super) source: String,
}

/// Reads every file that `-f` names; folders give their `.json`, `.yaml` and `.yml` files.
///
/// What can be read is given even when other files or documents fail.
pub(super) async fn read(call: &mut Call<'_>) -> Outcome<(Vec<Document>, Vec<Failure>)> {
    let names = call.flags.all("filename").to_vec();
    let recursive = call.flags.on("recursive");
    let validate = is_validated(call);
    let (mut documents, mut failures) = (Vec::new(), Vec::new());
    let mut texts = Vec::new();
    if call.flags.is_set("kustomize") {
        if !names.is_empty() {
            return Err(Failure::message("only one of -f or -k can be specified"));
        }
        if recursive {
            return Err(Failure::message("the -k flag can't be used with -f or -R"));
        }
        let folder = call.flags.text("kustomize").to_owned();
        let path = call.factory.path(&folder);
        let built = kustomize::build(&path, &folder, &mut call.streams.err)?.sorted();
        texts.push((built.to_yaml(), folder));
    }
    if names.iter().filter(|name| *name == "-").count() > 1 {
        return Err(Failure::message("standard input cannot be used for multiple arguments"));
    }
    for name in names {
        if name == "-" {
            texts.push((call.streams.input.read_to_string().await?, "STDIN".to_owned()));
        } else if name.starts_with("http://") || name.starts_with("https://") {
            return Err(Failure::message(format!(
                "not simulated: reading {name}; save it to a file and name that"
            )));
        } else {
            let exists = call.factory.path(&name).exists();
            for name in if exists { vec![name] } else { glob::matching(&call.factory.path(""), &name)? } {
                for (path, shown) in files(&call.factory.path(&name), &name, recursive)? {
                    texts.push((read_file(&path, &shown)?, shown));
                }
            }
        }
    }
    for (text, source) in texts {
        parse(&text, &source, validate, &mut documents, &mut failures);
    }
    if documents.is_empty() && failures.is_empty() {
        failures.push(Failure::NothingPassed(call.command.name));
    }
    Ok((documents, failures))
}

/// Whether files are looked at before the server does that; only commands do it that send whole manifests.
pub(super) fn is_validated(call: &Call<'_>) -> bool {
    call.command.name != "edit" && !matches!(call.flags.text("validate"), "" | "false" | "ignore")
}

fn read_file(path: &Path, shown: &str) -> Outcome<String> {
    std::fs::read_to_string(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::InvalidData => Failure::message(format!(
            "error parsing {shown}: error converting YAML to JSON: yaml: invalid leading UTF-8 octet"
        )),
        _ => Failure::message(format!("open {shown}: {}", reason(&error))),
    })
}

/// The files that one `-f` names, with the names to show.
fn files(path: &Path, shown: &str, recursive: bool) -> Outcome<Vec<(PathBuf, String)>> {
    if !path.exists() {
        return Err(Failure::message(format!("the path {shown:?} does not exist")));
    }
    if !path.is_dir() {
        return Ok(vec![(path.to_owned(), shown.to_owned())]);
    }
    let mut found = Vec::new();
    collect_folder(path, shown, recursive, &mut found)?;
    if found.is_empty() {
        return Err(Failure::message(format!(
            "error reading {}: recognized file extensions are [.json .yaml .yml]",
            bracketed(shown)
        )));
    }
    Ok(found)
}

fn bracketed(shown: &str) -> String {
    format!("[{shown}]")
}

fn collect_folder(path: &Path, shown: &str, recursive: bool, found: &mut Vec<(PathBuf, String)>) -> Outcome {
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(path)?.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    entries.sort();
    for entry in entries {
        let name = super::factory::file_name(&entry);
        let shown = match shown.trim_end_matches('/').trim_start_matches("./") {
            "." | "" => name.clone(),
            folder => format!("{folder}/{name}"),
        };
        if entry.is_dir() {
            if recursive {
                collect_folder(&entry, &shown, true, found)?;
            }
        } else if entry.extension().is_some_and(|end| end == "json" || end == "yaml" || end == "yml") {
            found.push((entry, shown));
        }
    }
    Ok(())
}

/// Reads the objects of one text; the items of Lists stand for themselves.
pub(super) fn parse(
    text: &str,
    source: &str,
    validate: bool,
    documents: &mut Vec<Document>,
    failures: &mut Vec<Failure>,
) {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let values = match json_stream(text) {
        Some(values) => values,
        None => match parse_yaml(text) {
            _ if let Some((line, rest)) = bad_separator(text) => {
                parse(before_document_at(text, line), source, validate, documents, failures);
                let why = format!("error parsing {source}: invalid Yaml document separator: {rest}");
                failures.push(Failure::message(why));
                return;
            }
            Ok(values) => values.into_iter().map(|document| document.value).collect(),
            Err(error) => {
                parse(before_document_at(text, error.position.line), source, validate, documents, failures);
                let why = if ends_amid_json(text) {
                    "unexpected EOF".to_owned()
                } else {
                    format!("error converting YAML to JSON: {error}")
                };
                failures.push(Failure::message(format!("error parsing {source}: {why}")));
                return;
            }
        },
    };
    for value in values.into_iter().filter(|value| !value.is_null()) {
        if let Err(failure) = add(value, source, validate, documents) {
            failures.push(failure);
        }
    }
}

/// The first line of dashes that does not end a document, counted from one, and what follows its first three.
fn bad_separator(text: &str) -> Option<(usize, &str)> {
    text.lines().zip(1..).find_map(|(line, number)| {
        let rest = line.strip_prefix("---")?.trim();
        (!rest.is_empty() && !rest.starts_with('#')).then_some((number, rest))
    })
}

/// The documents before the one that holds a line: they are read although it cannot be.
fn before_document_at(text: &str, line: usize) -> &str {
    let (mut start, mut end) = (0, 0);
    for text in text.split_inclusive('\n').take(line.saturating_sub(1)) {
        if text.starts_with("---") {
            end = start;
        }
        start += text.len();
    }
    &text[..end]
}

/// Whether a text is JSON so far as it goes.
fn ends_amid_json(text: &str) -> bool {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    text.trim_start().starts_with('{')
        && values.next().is_some_and(|value| value.is_err_and(|error| error.is_eof()))
}

/// Objects of JSON, one after another without separators; `None` for anything else.
fn json_stream(text: &str) -> Option<Vec<Value>> {
    if !text.trim_start().starts_with('{') {
        return None;
    }
    let values: Result<Vec<Value>, _> = serde_json::Deserializer::from_str(text).into_iter().collect();
    values.ok().filter(|values| values.len() > 1)
}

fn add(value: Value, source: &str, validate: bool, documents: &mut Vec<Document>) -> Outcome {
    check_type(&value, source, validate)?;
    let list_of = value["kind"].as_str().and_then(|kind| kind.strip_suffix("List"));
    if let (Some(kind), Some(items)) = (list_of, value["items"].as_array()) {
        for item in items {
            let mut item = item.clone();
            if let (false, Some(map)) = (kind.is_empty(), item.as_object_mut()) {
                map.entry("apiVersion").or_insert_with(|| value["apiVersion"].clone());
                map.entry("kind").or_insert_with(|| kind.into());
            }
            add(item, source, validate, documents)?;
        }
        return Ok(());
    }
    check_metadata(&value, source)?;
    if let Some(object) = Object::from_value(value) {
        documents.push(Document { object, source: source.to_owned() });
    }
    Ok(())
}

/// What kubectl checks before it can know where an object belongs.
fn check_type(value: &Value, source: &str, validate: bool) -> Outcome {
    if !value.is_object() {
        return Err(Failure::message(if validate {
            format!(
                "error validating {source:?}: error validating data: invalid object to validate; if you choose to ignore these errors, turn validation off with --validate=false"
            )
        } else {
            format!(
                "unable to decode {source:?}: json: cannot unmarshal {} into Go value of type unstructured.detector",
                json_type(value)
            )
        }));
    }
    let is_set = |key: &str| value[key].as_str().is_some_and(|text| !text.is_empty());
    let mut missing = Vec::new();
    for key in ["apiVersion", "kind"] {
        if value[key].is_null() {
            missing.push(format!("{key} not set"));
        } else if !value[key].is_string() {
            missing.push(format!("{key} isn't string type"));
        }
    }
    if missing.is_empty() && validate && value["kind"] == "List" && !value["items"].is_array() {
        missing.push("invalid object to validate".to_owned());
    }
    let is_complete = is_set("apiVersion") && is_set("kind");
    if missing.is_empty() && is_complete {
        return Ok(());
    }
    if validate && !missing.is_empty() {
        let all = match missing.as_slice() {
            [one] => one.clone(),
            many => format!("[{}]", many.join(", ")),
        };
        return Err(Failure::message(format!(
            "error validating {source:?}: error validating data: {all}; if you choose to ignore these errors, turn validation off with --validate=false"
        )));
    }
    if is_set("kind") {
        return Err(Failure::message(format!(
            "unable to decode {source:?}: Object 'apiVersion' is missing in '{value}'"
        )));
    }
    Err(Failure::message(format!("unable to decode {source:?}: Object 'Kind' is missing in '{value}'")))
}

/// Metadata are read into a Go struct before anything is sent, whatever the kind; a ConfigMap's are like all others.
fn check_metadata(value: &Value, source: &str) -> Outcome {
    let only = json!({"metadata": value["metadata"]});
    let Err(status) = decode_strictly(&builtin::CONFIG_MAP, &only) else { return Ok(()) };
    let why = status.message.split_once("cannot be handled as a ConfigMap: ").map_or("", |(_, why)| why);
    let why = why.replace("struct field ConfigMap.", "struct field metadataOnlyObject.");
    Err(Failure::message(format!("unable to decode {source:?}: {why}")))
}

/// What Go calls the type of a JSON value.
pub(super) fn json_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str, validate: bool) -> (Vec<String>, Vec<String>) {
        let (mut documents, mut failures) = (Vec::new(), Vec::new());
        parse(text, "a.yaml", validate, &mut documents, &mut failures);
        let names = documents.iter().map(|document| document.object.name().to_owned()).collect();
        (names, failures.iter().map(Failure::report).collect())
    }

    #[test]
    fn documents_and_the_items_of_lists_stand_for_themselves() {
        let text = "---\n{apiVersion: v1, kind: Pod, metadata: {name: a}}\n---\n---\n\
            {apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: Pod, metadata: {name: b}}]}\n";
        assert_eq!(parsed(text, true), (vec!["a".to_owned(), "b".to_owned()], Vec::new()));
    }

    #[test]
    fn what_is_no_object_is_told_with_its_file_and_the_rest_is_read() {
        let (names, failures) =
            parsed("kind: Pod\n---\n7\n---\n{apiVersion: v1, kind: Pod, metadata: {name: a}}", true);
        assert_eq!(names, ["a"]);
        assert_eq!(
            failures,
            [
                "error: error validating \"a.yaml\": error validating data: apiVersion not set; if you choose to ignore these errors, turn validation off with --validate=false",
                "error: error validating \"a.yaml\": error validating data: invalid object to validate; if you choose to ignore these errors, turn validation off with --validate=false",
            ]
        );
        let typed = &parsed("apiVersion: 1\nkind: Pod\n", true).1[0];
        assert!(typed.contains("error validating data: apiVersion isn't string type;"), "{typed}");
        let nothing = &parsed("a: b", true).1[0];
        assert!(nothing.contains("error validating data: [apiVersion not set, kind not set];"), "{nothing}");
    }

    #[test]
    fn what_stands_before_a_broken_document_is_read() {
        let text = "{apiVersion: v1, kind: Pod, metadata: {name: a}}\n---\nb: [\n---\nc: d\n";
        let (names, failures) = parsed(text, true);
        assert_eq!((names, failures.len()), (vec!["a".to_owned()], 1));
        // What a bad separator was to end goes with it.
        let more =
            text.replacen("---\nb", "---\n{apiVersion: v1, kind: Pod, metadata: {name: b}}\n----\nb", 1);
        let (names, failures) = parsed(&more, true);
        let separator = "error: error parsing a.yaml: invalid Yaml document separator: -";
        assert_eq!((names, failures), (vec!["a".to_owned()], vec![separator.to_owned()]));
        let cut_short = parsed(r#"{"apiVersion": "v1", "kind""#, true).1;
        assert_eq!(cut_short, ["error: error parsing a.yaml: unexpected EOF"]);
    }

    #[test]
    fn metadata_of_the_wrong_type_are_told_before_anything_is_sent() {
        let text = "{apiVersion: v1, kind: Pod, metadata: {name: a, labels: {x: true}}}";
        let failures = parsed(text, true).1;
        let expected = "error: unable to decode \"a.yaml\": json: cannot unmarshal bool into Go struct field ObjectMeta.metadata.labels of type string";
        assert_eq!(failures, [expected]);
    }

    #[test]
    fn without_validation_decoding_complains() {
        let failures =
            [parsed("kind: Pod", false).1, parsed("apiVersion: v1", false).1, parsed("[7]", false).1]
                .concat();
        assert_eq!(
            failures,
            [
                r#"error: unable to decode "a.yaml": Object 'apiVersion' is missing in '{"kind":"Pod"}'"#,
                r#"error: unable to decode "a.yaml": Object 'Kind' is missing in '{"apiVersion":"v1"}'"#,
                r#"error: unable to decode "a.yaml": json: cannot unmarshal array into Go value of type unstructured.detector"#,
            ]
        );
    }

    #[test]
    fn a_folder_gives_its_manifests_in_order() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b.yml", "a.yaml", "notes.txt"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        std::fs::create_dir(folder.path().join("deep")).unwrap();
        std::fs::write(folder.path().join("deep/c.json"), "").unwrap();
        let shown = |recursive| -> Vec<String> {
            files(folder.path(), "./k8s/", recursive).unwrap().into_iter().map(|(_, shown)| shown).collect()
        };
        assert_eq!(shown(false), ["k8s/a.yaml", "k8s/b.yml"]);
        assert_eq!(shown(true), ["k8s/a.yaml", "k8s/b.yml", "k8s/deep/c.json"]);
        let missing = files(&folder.path().join("no"), "no", false).unwrap_err().report();
        assert_eq!(missing, "error: the path \"no\" does not exist");
    }
}
