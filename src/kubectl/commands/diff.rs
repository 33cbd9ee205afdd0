//! `kubectl diff`: what apply would change, as a unified diff.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::apply::{Visited, leftovers, patch_of};
use super::flag_sets::{FILES, SELECTOR, field_manager};
use crate::base::{Random, Value, json, to_yaml, unified_diff};
use crate::kubectl::api::{APPLY_PATCH, Api};
use crate::kubectl::command::{Call, Command};
use crate::kubectl::errors::{Failure, Outcome, reason, unwritten};
use crate::kubectl::flags::Flag;
use crate::kubectl::klog::{self, Severity};
use crate::kubectl::programs::Program;
use crate::kubectl::resource_args::{Info, from_files, info_of};

/// Unchanged lines shown around a change.
const CONTEXT: usize = 3;

/// How often an object that changes meanwhile is compared.
const TRIES: usize = 4;

/// The command.
pub(super) static COMMAND: Command = Command {
    name: "diff",
    short: "Diff the live version against a would-be applied version",
    usage: "-f FILENAME [options]",
    flags: &[FLAGS, FILES],
    run: |call| Box::pin(run(call)),
    ..Command::PLAIN
};

const FLAGS: &[Flag] = &[
    SELECTOR,
    Flag::switch("server-side", "Let the server merge"),
    Flag::switch("force-conflicts", "Take over fields that other managers own (server side)"),
    Flag::switch("show-managed-fields", "Keep metadata.managedFields"),
    Flag::switch("show-secrets", "Show the values of Secrets as they are"),
    Flag::switch("prune", "Show what `apply --prune` would delete, too"),
    Flag::array("prune-allowlist", "A kind that --prune may delete, group/version/kind; may be repeated"),
    Flag::int("concurrency", "1", "Accepted for compatibility; objects are compared one by one"),
    field_manager("kubectl-client-side-apply"),
];

async fn run(call: &mut Call<'_>) -> Outcome {
    if !call.args.is_empty() {
        let failure = call.usage_error(format!("Unexpected args: [{}]", call.args.join(" ")));
        return Err(Failure::WithCode(failure.report(), 2));
    }
    if call.flags.all("filename").is_empty() && !call.flags.is_set("kustomize") {
        return Err(Failure::WithCode("error: must specify one of -f and -k".to_owned(), 2));
    }
    if call.flags.on("force-conflicts") && !call.flags.on("server-side") {
        let refusal = "error: --force-conflicts only works with --server-side".to_owned();
        return Err(Failure::WithCode(refusal, 2));
    }
    let api = call.api().await.map_err(more_than_a_difference)?;
    let (infos, failures) = from_files(call, &api).await.map_err(more_than_a_difference)?;
    if !(infos.is_empty() && is_nothing(&failures)) {
        Failure::many(failures).map_err(more_than_a_difference)?;
    }
    let external = call.factory.variable("KUBECTL_EXTERNAL_DIFF").unwrap_or_default().to_owned();
    if !external.is_empty() {
        return with_program(call, &api, &infos, &external).await;
    }
    let mut shown = BTreeMap::new();
    let mut visited = Visited::default();
    for info in &infos {
        let (mut live, mut merged) = versions(call, &api, info).await.map_err(more_than_a_difference)?;
        visited.note(&live, &info.namespace);
        if !call.flags.on("show-secrets") {
            mask(&mut live, &mut merged);
        }
        let keep = call.flags.on("show-managed-fields");
        shown.insert(file_name(info), (lines_of(&live, keep), lines_of(&merged, keep)));
    }
    for info in pruned(call, &api, &visited).await.map_err(more_than_a_difference)? {
        // As upstream: what would go is shown whole.
        shown.insert(file_name(&info), (lines_of(info.object.value(), true), Vec::new()));
    }
    show(call, &shown)
}

/// The time of a file that is not there.
const NEVER: &str = "1970-01-01 00:00:00.000000000 +0000";

/// Prints how the versions differ, as `diff -u -N` does of two folders.
fn show(call: &mut Call<'_>, shown: &BTreeMap<String, (Vec<String>, Vec<String>)>) -> Outcome {
    let [live, merged] = folders(call).map(|folder| folder.display().to_string());
    let time = call.now().strftime("%Y-%m-%d %H:%M:%S.%9f +0000").to_string();
    let mut differs = false;
    for (name, (old, new)) in shown {
        let text = unified(old, new);
        if text.is_empty() {
            continue;
        }
        differs = true;
        // What would go has no file, and `diff -N` gives that the first moment of all.
        let new_time = if new.is_empty() { NEVER } else { &time };
        call.text(format!(
            "diff -u -N {live}/{name} {merged}/{name}\n--- {live}/{name}\t{time}\n+++ {merged}/{name}\t{new_time}\n{text}"
        ))?;
    }
    if differs { Err(Failure::Exit(1)) } else { Ok(()) }
}

/// Where both versions stand, or would stand for a program that compares folders.
fn folders(call: &Call<'_>) -> [PathBuf; 2] {
    let folder = call.factory.variable("TMPDIR").filter(|folder| !folder.is_empty()).unwrap_or("/tmp");
    let mut random = Random::seeded(Random::fresh_seed());
    ["LIVE", "MERGED"]
        .map(|name| Path::new(folder).join(format!("{name}-{}", random.below(u64::from(u32::MAX)))))
}

/// Whether files that hold no objects are all that is wrong: then nothing differs.
fn is_nothing(failures: &[Failure]) -> bool {
    matches!(failures, [Failure::NothingPassed(_)])
}

/// What `apply --prune` would delete.
async fn pruned(call: &Call<'_>, api: &Api, visited: &Visited) -> Outcome<Vec<Info>> {
    if !call.flags.on("prune") {
        return Ok(Vec::new());
    }
    let found = leftovers(call, api, visited).await?;
    found.into_iter().map(|(resource, object)| info_of(resource, object, String::new())).collect()
}

/// Writes both versions of all objects into folders and has a program compare these.
async fn with_program(call: &mut Call<'_>, api: &Api, infos: &[Info], program: &str) -> Outcome {
    let folders = folders(call);
    for (made, folder) in folders.iter().enumerate() {
        // One that is there is somebody else's.
        if let Err(error) = std::fs::create_dir(folder) {
            remove(&folders[..made]);
            return Err(unmade("mkdir", folder, &error));
        }
    }
    let compared = compare(call, api, infos, program, &folders).await;
    remove(&folders);
    compared
}

fn remove(folders: &[PathBuf]) {
    for folder in folders {
        // What cannot be removed is left in the folder for such things.
        let _ = std::fs::remove_dir_all(folder);
    }
}

/// A failure to write is no difference.
fn unmade(what: &str, path: &Path, error: &std::io::Error) -> Failure {
    more_than_a_difference(unwritten(what, path, error))
}

async fn compare(
    call: &Call<'_>,
    api: &Api,
    infos: &[Info],
    program: &str,
    folders: &[PathBuf; 2],
) -> Outcome {
    let write = |info: &Info, live: &Value, merged: &Value, keep: bool| -> Outcome {
        // What would go has no second version.
        let versions = folders.iter().zip([Some(live), Some(merged).filter(|merged| !merged.is_null())]);
        for (folder, object) in versions.filter_map(|(folder, object)| Some((folder, object?))) {
            let lines = lines_of(object, keep);
            let text = if lines.is_empty() { String::new() } else { lines.join("\n") + "\n" };
            let path = folder.join(file_name(info));
            std::fs::write(&path, text).map_err(|error| unmade("open", &path, &error))?;
        }
        Ok(())
    };
    let mut visited = Visited::default();
    for info in infos {
        let (mut live, mut merged) = versions(call, api, info).await.map_err(more_than_a_difference)?;
        visited.note(&live, &info.namespace);
        if !call.flags.on("show-secrets") {
            mask(&mut live, &mut merged);
        }
        write(info, &live, &merged, call.flags.on("show-managed-fields"))?;
    }
    for info in pruned(call, api, &visited).await.map_err(more_than_a_difference)? {
        write(&info, info.object.value(), &Value::Null, true)?;
    }
    // As upstream does, only words of plain characters are passed on.
    let is_plain = |word: &&str| word.chars().all(|c| c.is_ascii_alphanumeric() || "-=".contains(c));
    let mut given = program.split_whitespace();
    let mut words: Vec<String> = given.next().into_iter().map(str::to_owned).collect();
    words.extend(folders.iter().map(|folder| folder.display().to_string()));
    // As upstream does, options come last, and only those of plain characters.
    words.extend(given.filter(is_plain).map(str::to_owned));
    let started = call.factory.start(Program { words, ..Program::default() }).await;
    match started.map_err(more_than_a_difference)? {
        Ok(ended) if ended.code == 0 => Ok(()),
        Ok(ended) if ended.code == 1 => Err(Failure::Exit(1)),
        Ok(ended) => {
            Err(Failure::WithCode(format!("error: failed to run {program:?}: exit status {}", ended.code), 2))
        }
        Err(error) => {
            let why = match error.kind() {
                std::io::ErrorKind::NotFound => "executable file not found in $PATH".to_owned(),
                _ => reason(&error),
            };
            Err(Failure::WithCode(format!("error: failed to run {program:?}: {why}"), 2))
        }
    }
}

/// Hides what Secrets hold, and shows only where it differs.
fn mask(live: &mut Value, merged: &mut Value) {
    if merged["kind"] != "Secret" && live["kind"] != "Secret" {
        return;
    }
    let keys = |object: &Value| -> Vec<String> {
        object["data"].as_object().into_iter().flatten().map(|(key, _)| key.to_string()).collect()
    };
    for key in keys(live).into_iter().chain(keys(merged)) {
        let (old, new) = (live["data"].get(&key).cloned(), merged["data"].get(&key).cloned());
        let (before, after) = match (&old, &new) {
            (Some(old), Some(new)) if old != new && !is_mask(old) => ("*** (before)", "*** (after)"),
            _ => ("***", "***"),
        };
        if old.as_ref().is_some_and(|old| !is_mask(old)) {
            live["data"][&key] = before.into();
        }
        if new.as_ref().is_some_and(|new| !is_mask(new)) {
            merged["data"][&key] = after.into();
        }
    }
}

fn is_mask(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.starts_with("***"))
}

/// Exit code 1 means a difference, so a failure needs another.
fn more_than_a_difference(failure: Failure) -> Failure {
    Failure::WithCode(failure.report(), failure.exit_code().max(2))
}

/// The live object (null when there is none), and what it would become; an object that keeps
/// changing is compared without regard to its version in the end.
async fn versions(call: &Call<'_>, api: &Api, info: &Info) -> Outcome<(Value, Value)> {
    for _ in 1..TRIES {
        match versions_once(call, api, info, true).await {
            Err(Failure::Status(status)) if status.is("Conflict") => {}
            other => return other,
        }
    }
    let (kind, name) = (info.resource.group_version_kind(), &info.name);
    let warning = format!("Object ({kind}: {name}) keeps changing, diffing without lock");
    call.streams.err.clone().line(klog::line(Severity::Warning, "diff.go:723", &warning))?;
    versions_once(call, api, info, false).await
}

async fn versions_once(call: &Call<'_>, api: &Api, info: &Info, locked: bool) -> Outcome<(Value, Value)> {
    let manager = call.flags.text("field-manager");
    info.require_name()?;
    // As upstream: what would be remembered of the apply is no difference to be shown.
    let mut modified = info.object.value().clone();
    if !modified["metadata"]["annotations"].is_object() {
        modified["metadata"]["annotations"] = json!({});
    }
    let server_side = call.flags.on("server-side");
    let live = match api.get(&info.url()).await {
        Ok(live) => live,
        Err(failure) if failure.is_not_found() && server_side => Value::Null,
        Err(failure) if failure.is_not_found() => {
            let url =
                info.resource.collection(&info.namespace).with("dryRun", "All").with("fieldManager", manager);
            return Ok((Value::Null, api.post(&url, info.object.value()).await?));
        }
        Err(failure) => return Err(failure),
    };
    if server_side {
        let manager = if call.flags.is_set("field-manager") { manager } else { "kubectl" };
        let url = info
            .url()
            .with("dryRun", "All")
            .with("fieldManager", manager)
            .with("force", call.flags.on("force-conflicts").to_string());
        return Ok((live, api.patch(&url, APPLY_PATCH, info.object.value()).await?));
    }
    let (mut patch, content_type) = patch_of(&info.resource, &modified, &live)?;
    if patch == json!({}) {
        return Ok((live.clone(), live));
    }
    if locked {
        patch["metadata"]["resourceVersion"] = live["metadata"]["resourceVersion"].clone();
    }
    let url = info.url().with("dryRun", "All").with("fieldManager", manager);
    let merged = api.patch(&url, content_type, &patch).await?;
    Ok((live, merged))
}

/// `apps.v1.Deployment.default.web`.
fn file_name(info: &Info) -> String {
    let group =
        if info.resource.group.is_empty() { String::new() } else { format!("{}.", info.resource.group) };
    format!("{group}{}.{}.{}.{}", info.resource.version, info.resource.kind, info.namespace, info.name)
}

fn lines_of(object: &Value, keep_managed_fields: bool) -> Vec<String> {
    if object.is_null() {
        return Vec::new();
    }
    let mut object = object.clone();
    if let (false, Some(metadata)) = (keep_managed_fields, object["metadata"].as_object_mut()) {
        metadata.remove("managedFields");
    }
    to_yaml(&object).lines().map(str::to_owned).collect()
}

/// Pairs of lines that are all looked at; longer texts are compared in a way that needs less room.
const MOST_PAIRS: usize = 1 << 24;

/// The hunks of a unified diff; empty when nothing differs.
fn unified(old: &[String], new: &[String]) -> String {
    if old.len().saturating_mul(new.len()) > MOST_PAIRS {
        return unified_diff(old, new);
    }
    let steps = steps(old, new);
    let mut text = String::new();
    let mut index = 0;
    while let Some(offset) = steps[index..].iter().position(|step| step.0 != ' ') {
        let first = index + offset;
        let mut last = first;
        while let Some(gap) =
            steps[last + 1..].iter().position(|step| step.0 != ' ').filter(|gap| *gap <= 2 * CONTEXT)
        {
            last += gap + 1;
        }
        let (from, to) = (first.saturating_sub(CONTEXT).max(index), (last + CONTEXT + 1).min(steps.len()));
        text.push_str(&hunk(&steps, from, to));
        index = to;
    }
    text
}

fn hunk(steps: &[(char, &str)], from: usize, to: usize) -> String {
    let count = |range: &[(char, &str)], skip: char| range.iter().filter(|step| step.0 != skip).count();
    let range = |skip: char| {
        let (before, inside) = (count(&steps[..from], skip), count(&steps[from..to], skip));
        let start = if inside == 0 { before } else { before + 1 };
        if inside == 1 { start.to_string() } else { format!("{start},{inside}") }
    };
    let mut text = format!("@@ -{} +{} @@\n", range('+'), range('-'));
    for (sign, line) in &steps[from..to] {
        text.push_str(&format!("{sign}{line}\n"));
    }
    text
}

/// Lines kept, removed and added, by the longest common subsequence.
fn steps<'l>(old: &'l [String], new: &'l [String]) -> Vec<(char, &'l str)> {
    let mut longest = vec![vec![0_usize; new.len() + 1]; old.len() + 1];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            longest[i][j] = if old[i] == new[j] {
                longest[i + 1][j + 1] + 1
            } else {
                longest[i + 1][j].max(longest[i][j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut steps = Vec::new();
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            steps.push((' ', old[i].as_str()));
            (i, j) = (i + 1, j + 1);
        } else if i < old.len() && (j == new.len() || longest[i + 1][j] >= longest[i][j + 1]) {
            steps.push(('-', old[i].as_str()));
            i += 1;
        } else {
            steps.push(('+', new[j].as_str()));
            j += 1;
        }
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn secrets_only_show_where_they_differ() {
        let (mut live, mut merged) = (
            json!({"kind": "Secret", "data": {"a": "1", "b": "2"}}),
            json!({"kind": "Secret", "data": {"a": "1", "b": "3", "c": "4"}}),
        );
        mask(&mut live, &mut merged);
        assert_eq!(live["data"], json!({"a": "***", "b": "*** (before)"}));
        assert_eq!(merged["data"], json!({"a": "***", "b": "*** (after)", "c": "***"}));
    }

    #[test]
    fn what_cannot_be_written_is_no_difference() {
        let full = std::io::Error::from(std::io::ErrorKind::StorageFull);
        let failure = unmade("mkdir", Path::new("/x/LIVE-1"), &full);
        assert_eq!(failure.exit_code(), 2);
        assert_eq!(failure.report(), "error: mkdir /x/LIVE-1: no space left on device");
    }

    #[test]
    fn changes_are_shown_with_three_lines_around_them() {
        let text = unified(&lines("a b c d e f g h"), &lines("a b c d X f g h"));
        assert_eq!(text, "@@ -2,7 +2,7 @@\n b\n c\n d\n-e\n+X\n f\n g\n h\n");
        assert_eq!(unified(&lines("a"), &lines("a")), "");
        assert_eq!(unified(&[], &lines("a b")), "@@ -0,0 +1,2 @@\n+a\n+b\n");
        let long: Vec<String> = (0..5000).map(|line| line.to_string()).collect();
        assert_eq!(unified(&long, &long[..4999]), "@@ -4997,4 +4997,3 @@\n 4996\n 4997\n 4998\n-4999\n");
    }
}
