//! `kubectl diff`: what apply would change, as a unified diff.

use serde_json::{Value, json};

use super::apply::{annotate, patch_of};
use super::flag_sets::{FILES, SELECTOR, field_manager};
use crate::base::to_yaml;
use crate::kubectl::api::Api;
use crate::kubectl::command::{Call, Command};
use crate::kubectl::errors::{Failure, Outcome};
use crate::kubectl::flags::Flag;
use crate::kubectl::resource_args::{Info, from_files};

/// Unchanged lines shown around a change.
const CONTEXT: usize = 3;

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
    field_manager("kubectl-client-side-apply"),
];

async fn run(call: &mut Call<'_>) -> Outcome {
    if call.flags.all("filename").is_empty() && !call.flags.is_set("kustomize") {
        return Err(Failure::WithCode("error: must specify one of -f and -k".to_owned(), 2));
    }
    let api = call.api().await?;
    let (infos, failures) = from_files(call, &api).await?;
    Failure::many(failures).map_err(more_than_a_difference)?;
    let mut differs = false;
    for info in infos {
        let (live, merged) = versions(call, &api, &info).await.map_err(more_than_a_difference)?;
        let text = unified(&lines_of(&live), &lines_of(&merged));
        if text.is_empty() {
            continue;
        }
        differs = true;
        let name = file_name(&info);
        call.text(format!(
            "diff -u -N LIVE/{name} MERGED/{name}\n--- LIVE/{name}\n+++ MERGED/{name}\n{text}"
        ))?;
    }
    if differs { Err(Failure::Exit(1)) } else { Ok(()) }
}

/// Exit code 1 means a difference, so a failure needs another.
fn more_than_a_difference(failure: Failure) -> Failure {
    Failure::WithCode(failure.report(), failure.exit_code().max(2))
}

/// The live object (null when there is none), and what it would become.
async fn versions(call: &Call<'_>, api: &Api, info: &Info) -> Outcome<(Value, Value)> {
    let manager = call.flags.text("field-manager");
    let mut modified = info.object.value().clone();
    annotate(&mut modified);
    let live = match api.get(&info.url()).await {
        Ok(live) => live,
        Err(failure) if failure.is_not_found() => {
            let url =
                info.resource.collection(&info.namespace).with("dryRun", "All").with("fieldManager", manager);
            return Ok((Value::Null, api.post(&url, &modified).await?));
        }
        Err(failure) => return Err(failure),
    };
    let (mut patch, content_type) = patch_of(&info.resource, &modified, &live)?;
    if patch == json!({}) {
        return Ok((live.clone(), live));
    }
    patch["metadata"]["resourceVersion"] = live["metadata"]["resourceVersion"].clone();
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

fn lines_of(object: &Value) -> Vec<String> {
    if object.is_null() {
        return Vec::new();
    }
    let mut object = object.clone();
    if let Some(metadata) = object["metadata"].as_object_mut() {
        metadata.remove("managedFields");
    }
    to_yaml(&object).lines().map(str::to_owned).collect()
}

/// The hunks of a unified diff; empty when nothing differs.
fn unified(old: &[String], new: &[String]) -> String {
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
    fn changes_are_shown_with_three_lines_around_them() {
        let text = unified(&lines("a b c d e f g h"), &lines("a b c d X f g h"));
        assert_eq!(text, "@@ -2,7 +2,7 @@\n b\n c\n d\n-e\n+X\n f\n g\n h\n");
        assert_eq!(unified(&lines("a"), &lines("a")), "");
        assert_eq!(unified(&[], &lines("a b")), "@@ -0,0 +1,2 @@\n+a\n+b\n");
    }
}
