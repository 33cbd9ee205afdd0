//! `kubectl label` and `kubectl annotate`: the same command on two maps of the metadata.

use super::flag_sets::{ALL, ALL_NAMESPACES, DRY_RUN, FILES, OUTPUT, RECORD, SELECTORS, field_manager};
use super::record::record;
use crate::apimachinery::create_merge_patch;
use crate::apimachinery::validate_label_value;
use crate::base::{Map, Value, json};
use crate::kubectl::api::{Api, MERGE_PATCH};
use crate::kubectl::command::{Arguments, Call, Command};
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::flags::Flag;
use crate::kubectl::printers::{DryRun, dry_run, print_done};
use crate::kubectl::resource_args::{ALL_AND_SELECTOR, Info, Wanted, find, find_as_given};

/// `kubectl label`.
pub(super) static LABEL: Command = Command {
    name: "label",
    short: "Update the labels on a resource",
    usage: "[--overwrite] (-f FILENAME | TYPE NAME) KEY_1=VAL_1 ... KEY_N=VAL_N [--resource-version=version] [options]",
    flags: &[
        FLAGS,
        &[field_manager("kubectl-label")],
        FILES,
        OUTPUT,
        SELECTORS,
        ALL,
        ALL_NAMESPACES,
        DRY_RUN,
        RECORD,
    ],
    arguments: Arguments::Objects(&[]),
    run: |call| Box::pin(run(call, &LABELS)),
    ..Command::PLAIN
};

/// `kubectl annotate`.
pub(super) static ANNOTATE: Command = Command {
    name: "annotate",
    short: "Update the annotations on a resource",
    usage: "[--overwrite] (-f FILENAME | TYPE NAME) KEY_1=VAL_1 ... KEY_N=VAL_N [--resource-version=version] [options]",
    flags: &[
        FLAGS,
        &[field_manager("kubectl-annotate")],
        FILES,
        OUTPUT,
        SELECTORS,
        ALL,
        ALL_NAMESPACES,
        DRY_RUN,
        RECORD,
    ],
    arguments: Arguments::Objects(&[]),
    run: |call| Box::pin(run(call, &ANNOTATIONS)),
    ..Command::PLAIN
};

const FLAGS: &[Flag] = &[
    Flag::switch("overwrite", "Allow values that are there to be changed"),
    Flag::switch("list", "Show what is there"),
    Flag::switch("local", "Change the files' objects without asking the server"),
    Flag::text("resource-version", "", "Only change the object when this is its resource version"),
];

/// Which of the two maps is meant, and its words.
struct Words {
    field: &'static str,
    one: &'static str,
    changed: &'static str,
    unchanged: &'static str,
    removed: &'static str,
    both: &'static str,
    is_label: bool,
}

const LABELS: Words = Words {
    field: "labels",
    one: "label",
    changed: "labeled",
    unchanged: "not labeled",
    removed: "unlabeled",
    both: "modified",
    is_label: true,
};

const ANNOTATIONS: Words = Words {
    field: "annotations",
    one: "annotation",
    changed: "annotated",
    unchanged: "annotated",
    removed: "annotated",
    both: "annotated",
    is_label: false,
};

/// What to set and what to remove.
struct Changes {
    set: Vec<(String, String)>,
    remove: Vec<String>,
}

async fn run(call: &mut Call<'_>, words: &Words) -> Outcome {
    let (resources, pairs) = super::set::resources_and_pairs(&call.args, words.one)?;
    let names_files = !call.flags.all("filename").is_empty() || call.flags.is_set("kustomize");
    let listing = call.flags.on("list");
    let local = call.flags.on("local");
    let example = if words.is_label { "pod" } else { "rsrc" };
    if local && !resources.is_empty() {
        return Err(Failure::message(format!(
            "can only use local files by -f {example}.yaml or --filename={example}.json when --local=true is set"
        )));
    }
    if local && !names_files {
        return Err(Failure::message(format!(
            "one or more files must be specified as -f {example}.yaml or --filename={example}.json"
        )));
    }
    if call.flags.on("all") && !call.flags.text("selector").is_empty() {
        return Err(Failure::message(ALL_AND_SELECTOR));
    }
    if resources.is_empty() && !names_files {
        return Err(Failure::message(
            "one or more resources must be specified as <resource> <name> or <resource>/<name>",
        ));
    }
    if pairs.is_empty() && !listing {
        return Err(Failure::message(format!("at least one {} update is required", words.one)));
    }
    let changes = parse(&pairs, words)?;
    let api = call.api().await?;
    let wanted = Wanted { selectors: true, names_beside_all: true, ..Wanted::default() };
    if call.flags.is_set("resource-version") && !names_one(call, &resources) {
        return Err(Failure::message("--resource-version may only be used with a single resource"));
    }
    let infos = match local {
        true => find_as_given(call, &api, &resources, wanted).await?,
        false => find(call, &api, &resources, wanted).await?,
    };
    let mut failures = Vec::new();
    for info in &infos {
        if listing {
            if let Err(failure) = list(call, info, &changes, words, infos.len() > 1) {
                failures.push(failure);
            }
        } else if let Err(failure) = change(call, &api, info, &changes, words).await {
            failures.push(failure);
        }
    }
    Failure::many(failures)
}

/// Whether the command line names one object and no more: a version is one object's.
fn names_one(call: &Call<'_>, resources: &[String]) -> bool {
    match (call.flags.all("filename"), resources) {
        ([file], []) => file != "-" && !call.factory.path(file).is_dir(),
        (_, [pair]) => pair.contains('/'),
        (_, [kind, _name]) => !kind.contains(['/', ',']),
        _ => false,
    }
}

fn parse(pairs: &[String], words: &Words) -> Outcome<Changes> {
    let mut changes = Changes { set: Vec::new(), remove: Vec::new() };
    for pair in pairs {
        match pair.split_once('=') {
            Some((key, value)) => {
                check(key, value, pair, words)?;
                changes.set.push((key.to_owned(), value.to_owned()));
            }
            None => changes.remove.push(pair.trim_end_matches('-').to_owned()),
        }
    }
    let both = |key: &&String| changes.set.iter().any(|(set, _)| set == *key);
    let both: Vec<&str> = changes.remove.iter().filter(both).map(String::as_str).collect();
    if !both.is_empty() {
        return Err(Failure::message(if words.is_label {
            "can not both modify and remove a label in the same command".to_owned()
        } else {
            format!(
                "can not both modify and remove the following annotation(s) in the same command: {}",
                both.join(", ")
            )
        }));
    }
    Ok(changes)
}

fn check(key: &str, value: &str, pair: &str, words: &Words) -> Outcome {
    if key.is_empty() || words.is_label && value.contains('=') {
        return Err(Failure::message(format!("invalid {} spec: {pair}", words.one)));
    }
    // Keys are for the server to judge.
    let wrong = if words.is_label { validate_label_value(value) } else { Vec::new() };
    if wrong.is_empty() {
        return Ok(());
    }
    Err(Failure::message(format!("invalid label value: {pair:?}: {}", wrong.join(";"))))
}

fn list(call: &mut Call<'_>, info: &Info, changes: &Changes, words: &Words, several: bool) -> Outcome {
    let known = info.object.map(&format!("/metadata/{}", words.field)).cloned().unwrap_or_default();
    if !call.flags.on("overwrite") {
        refuse_overwriting(&known, changes, words)?;
    }
    if several {
        call.line(format!(
            "Listing {}s for {}.{}/{}:",
            words.one, info.resource.kind, info.resource.group, info.name
        ))?;
    }
    for (key, value) in updated(known, changes) {
        call.line(format!("{}{key}={}", if several { " " } else { "" }, value.as_str().unwrap_or_default()))?;
    }
    Ok(())
}

async fn change(call: &mut Call<'_>, api: &Api, info: &Info, changes: &Changes, words: &Words) -> Outcome {
    let original = info.object.value();
    let known = original["metadata"][words.field].as_object().cloned().unwrap_or_default();
    if !call.flags.on("overwrite") {
        refuse_overwriting(&known, changes, words)?;
    }
    let dry_run = dry_run(call)?;
    let locally = call.flags.on("local") || dry_run == DryRun::Client;
    if words.is_label {
        // Upstream takes a new printer for each object, which knows of no document before it.
        call.yaml_documents = 0;
    }
    for key in changes.remove.iter().filter(|key| words.is_label && !known.contains_key(key)) {
        // Without a server upstream does not look.
        if !locally {
            call.line(format!("{} {key:?} not found.", words.one))?;
        }
    }
    let mut modified = original.clone();
    let updated = updated(known, changes);
    if !updated.is_empty() || original["metadata"][words.field].is_object() {
        modified["metadata"][words.field] = updated.into();
    }
    let version = call.flags.text("resource-version");
    if !version.is_empty() {
        modified["metadata"]["resourceVersion"] = version.into();
    }
    record(call, &mut modified);
    let verb = verb(original, &modified, words);
    let has_none = !modified["metadata"][words.field].is_object();
    if locally {
        if has_none {
            modified["metadata"][words.field] = json!({});
        }
        return print_done(call, &modified, &info.named(), verb);
    }
    let mut patch = create_merge_patch(original, &modified);
    if has_none && !words.is_label {
        patch["metadata"][words.field] = json!({});
    }
    if !version.is_empty() {
        // It is said even where it is the present one: until the write it may change.
        patch["metadata"]["resourceVersion"] = version.into();
    }
    let mut object = modified;
    // As upstream: of annotations the server hears in any case.
    if patch != json!({}) || !words.is_label {
        let url = info
            .url()
            .with("dryRun", dry_run.parameter())
            .with("fieldManager", call.flags.text("field-manager"));
        object = api.patch(&url, MERGE_PATCH, &patch).await?;
    }
    print_done(call, &object, &info.named(), verb)
}

fn refuse_overwriting(known: &Map, changes: &Changes, words: &Words) -> Outcome {
    let clashes: Vec<String> = changes
        .set
        .iter()
        .filter_map(|(key, value)| {
            let old = known.get(key)?.as_str()?;
            (old != value).then(|| format!("'{key}' already has a value ({old})"))
        })
        .collect();
    if clashes.is_empty() {
        return Ok(());
    }
    if words.is_label {
        let texts =
            clashes.iter().map(|clash| Failure::message(format!("{clash}, and --overwrite is false")));
        return Failure::many(texts.collect());
    }
    Err(Failure::message(format!(
        "--overwrite is false but found the following declared annotation(s): {}",
        clashes.join("; ")
    )))
}

fn updated(mut map: Map, changes: &Changes) -> Map {
    for (key, value) in &changes.set {
        map.insert(key.clone(), value.as_str().into());
    }
    map.retain(|key, _| !changes.remove.iter().any(|removed| removed == key));
    map
}

/// `labeled`, `unlabeled`, `modified` or `not labeled`, told by what the object looks like before and after.
fn verb(before: &Value, after: &Value, words: &Words) -> &'static str {
    let entries = |object: &Value| object["metadata"][words.field].as_object().cloned().unwrap_or_default();
    let (old, new) = (entries(before), entries(after));
    let removes = old.keys().any(|key| !new.contains_key(key));
    let sets = new.iter().any(|(key, value)| old.get(key) != Some(value));
    match (removes, sets) {
        _ if before == after => words.unchanged,
        (true, true) => words.both,
        (true, false) => words.removed,
        _ => words.changed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_not_overwritten_unasked() {
        let known = json!({"env": "dev"}).as_object().cloned().unwrap();
        let changes = parse(&["env=prod".to_owned()], &LABELS).unwrap();
        let failure = refuse_overwriting(&known, &changes, &LABELS).unwrap_err();
        assert_eq!(failure.report(), "error: 'env' already has a value (dev), and --overwrite is false");
        let failure = refuse_overwriting(&known, &changes, &ANNOTATIONS).unwrap_err();
        assert_eq!(
            failure.report(),
            "error: --overwrite is false but found the following declared annotation(s): 'env' already has a value (dev)"
        );
    }

    #[test]
    fn the_verb_tells_what_happened() {
        let known = json!({"env": "dev"}).as_object().cloned().unwrap();
        let verb_of = |pairs: &str| {
            let pairs: Vec<String> = pairs.split(' ').map(str::to_owned).collect();
            let changes = parse(&pairs, &LABELS).unwrap();
            let pod = |labels| json!({"metadata": {"labels": labels}});
            verb(&pod(known.clone()), &pod(updated(known.clone(), &changes)), &LABELS)
        };
        assert_eq!(verb_of("a=b"), "labeled");
        assert_eq!(verb_of("env-"), "unlabeled");
        assert_eq!(verb_of("a=b env-"), "modified");
        assert_eq!(verb_of("env=dev"), "not labeled");
    }
}
