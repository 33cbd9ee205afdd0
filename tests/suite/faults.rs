//! Chapters with planted faults: each is found, at its line, by its rule.

use std::fs;
use std::path::Path;

use podlings::lesson::{Diagnostic, Language, Source, lint};
use serde_json::{Value, json};

use super::planted::{COMPARED, COMPARED_KOREAN, Fault, KOREAN, LINT, Planted, READ, RUN};
use super::program::piped;

/// A chapter without faults: what an author is given to begin with.
fn scaffold(course: &Path) -> (String, String) {
    let output = piped(course, &["author", "new", "05-web", "--course", course.to_str().unwrap()], "");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let read = |file: &str| fs::read_to_string(course.join("05-web").join(file)).unwrap();
    (read("en.md"), read("ko.md"))
}

/// Plants a fault and runs the tool; what is wrong with the answer.
fn look_for(planted: &Planted, fault: &Fault, english: &str, korean: &str) -> Option<String> {
    let Planted { tool, file, .. } = *planted;
    let Fault { from, to, rule, line, says } = *fault;
    let course = tempfile::tempdir().unwrap();
    let folder = course.path().join("05-web");
    fs::create_dir(&folder).unwrap();
    let mut texts = [("en.md", english.to_owned()), ("ko.md", korean.to_owned())];
    for (name, text) in &mut texts {
        if *name == file {
            assert!(text.contains(from), "{from:?} is not in {file}");
            *text = text.replacen(from, to, 1);
        }
        fs::write(folder.join(name), text).unwrap();
    }
    let findings =
        if tool == "read" { read_by(course.path()) } else { told_by(tool, course.path(), &folder) };
    let text = &texts.iter().find(|(name, _)| *name == file).unwrap().1;
    let found = findings.iter().any(|finding| {
        let number = usize::try_from(finding["line"].as_u64().unwrap()).unwrap();
        let there = text.lines().nth(number - 1).unwrap_or_default();
        let words = format!("{} {}", finding["message"], finding["hint"]).replace("\\\"", "\"");
        finding["rule"] == rule
            && finding["file"].as_str().unwrap().ends_with(file)
            && there.contains(line)
            && words.contains(says)
    });
    let shown: Vec<String> = findings.iter().map(ToString::to_string).collect();
    (!found).then(|| format!("{rule} at {line:?} ({says:?}) is not among\n  {}", shown.join("\n  ")))
}

/// What is found by reading, without a cluster.
fn read_by(course: &Path) -> Vec<Value> {
    let linted = lint(&Source::Folder(course.to_owned()), &[Language::En, Language::Ko]);
    let to_value = |one: &Diagnostic| {
        json!({
            "file": one.file, "line": one.line, "rule": one.rule, "message": one.message, "hint": one.hint,
        })
    };
    linted.diagnostics.iter().map(to_value).collect()
}

/// What one of the author's tools tells; it must end with 1.
fn told_by(tool: &str, home: &Path, folder: &Path) -> Vec<Value> {
    let arguments = ["author", tool, folder.to_str().unwrap(), "--json", "--deny", "warnings"];
    let output = piped(home, &arguments, "");
    let error = String::from_utf8_lossy(&output.stderr);
    let told: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{tool}: {error}"));
    assert_eq!(output.status.code(), Some(1), "{told:#}\n{error}");
    let steps = told["steps"].as_array().into_iter().flatten().map(|step| &step["findings"]);
    let lists = steps.chain(told.get("findings")).filter_map(Value::as_array);
    lists.flatten().cloned().collect()
}

/// Looks for each fault, two at a time.
fn look_for_all(planted: &Planted) {
    let home = tempfile::tempdir().unwrap();
    let (english, korean) = scaffold(home.path());
    let half = planted.faults.len().div_ceil(2);
    let missed: Vec<String> = std::thread::scope(|scope| {
        let workers: Vec<_> = planted
            .faults
            .chunks(half)
            .map(|faults| {
                let (english, korean) = (&english, &korean);
                scope.spawn(move || {
                    faults
                        .iter()
                        .filter_map(|fault| look_for(planted, fault, english, korean))
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    assert!(missed.is_empty(), "{}", missed.join("\n\n"));
}

#[test]
fn a_new_chapter_lints_clean_and_proves() {
    let course = tempfile::tempdir().unwrap();
    scaffold(course.path());
    lints_clean_and_proves(&course);
}

#[test]
fn so_does_a_chapter_about_a_kind_of_its_own() {
    let course = tempfile::tempdir().unwrap();
    let folder = course.path().join("01-menus");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("en.md"), include_str!("data/menus/en.md")).unwrap();
    fs::write(folder.join("ko.md"), include_str!("data/menus/ko.md")).unwrap();
    lints_clean_and_proves(&course);
}

fn lints_clean_and_proves(course: &tempfile::TempDir) {
    for tool in ["lint", "test"] {
        let output = piped(
            course.path(),
            &["author", tool, course.path().to_str().unwrap(), "--deny", "warnings"],
            "",
        );
        let told = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(0), "{told}\n{}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn faults_are_found_by_reading() {
    for planted in [READ, KOREAN, COMPARED, COMPARED_KOREAN, LINT] {
        look_for_all(&planted);
    }
}

#[test]
fn faults_are_found_by_running() {
    look_for_all(&RUN);
}

#[test]
fn a_missing_translation_and_a_leftover_are_found() {
    let course = tempfile::tempdir().unwrap();
    let (english, _) = scaffold(course.path());
    fs::remove_file(course.path().join("05-web/ko.md")).unwrap();
    // What the first step leaves behind gets in the way of the second one's solution.
    let second = "```sh solution\nkubectl get pods -o wide";
    let broken = english
        .replacen("answer: address\n```\n\n```sh solution", "object: service/web\n```\n\n```sh solution", 1)
        .replacen(second, "```sh solution\nkubectl create service clusterip web --tcp=80:80\nkubectl create deployment extra --image=nginx", 1)
        .replacen("--replicas=2\n```\n\n```sh solution\ncat", "--replicas=2\nkubectl create service clusterip web --tcp=80:8080\n```\n\n```sh solution\ncat", 1);
    fs::write(course.path().join("05-web/en.md"), &broken).unwrap();
    let told = |arguments: &[&str]| {
        let output = piped(course.path(), arguments, "");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let folder = course.path().to_str().unwrap();
    let read = told(&["author", "lint", folder]);
    assert!(read.contains("05-web/ko.md:1:1: error[translation-missing]"), "{read}");
    let run = told(&["author", "test", folder]);
    assert!(
        run.contains("error[arrival-fails]: who solves web/order finds this step passed on arrival"),
        "{run}"
    );
    assert!(run.contains("error[arrival-differs]"), "{run}");
}

#[test]
fn a_chapter_saved_while_it_is_open_is_read_again_and_a_broken_one_is_told() {
    let course = tempfile::tempdir().unwrap();
    scaffold(course.path());
    let (folder, file) = (course.path().to_str().unwrap(), course.path().join("05-web/en.md"));
    let file = file.to_str().unwrap();
    let input = format!(
        "sed -i.old 's/^## Order it /## Order it well /' {file}\n# next\nkubectl get pods\n\
         sed -i.old 's/  object: deployment/  objekt: deployment/' {file}\nkubectl get nodes\nstatus\n"
    );
    let output = piped(course.path(), &["learn", "web", "--course", folder, "--lang", "en"], &input);
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(told.contains("The chapter was saved and read again."), "{told}");
    assert!(told.contains("05-web/en.md:18:3: error[unknown-key]"), "{told}");
    let (_, last) = told.rsplit_once("$ status").unwrap();
    assert!(last.contains("Order it well"), "the old one stays: {last}");
}
