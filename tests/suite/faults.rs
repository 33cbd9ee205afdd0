//! Chapters with planted faults: each is found, at its line, by its rule.

use std::fs;
use std::path::Path;

use podlings::lesson::{Diagnostic, Language, Source, lint};
use serde_json::{Value, json};

use super::program::piped;

/// A chapter without faults: what an author is given to begin with.
fn scaffold(course: &Path) -> (String, String) {
    let output = piped(course, &["author", "new", "05-web", "--course", course.to_str().unwrap()], "");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let read = |file: &str| fs::read_to_string(course.join("05-web").join(file)).unwrap();
    (read("en.md"), read("ko.md"))
}

/// A fault: what to replace in which file, and what is to be said about it.
struct Fault {
    tool: &'static str,
    file: &'static str,
    from: &'static str,
    to: &'static str,
    rule: &'static str,
    /// Text on the line that is named.
    line: &'static str,
    /// Part of the message or the hint.
    says: &'static str,
}

/// Found by reading alone.
const fn read(
    from: &'static str,
    to: &'static str,
    rule: &'static str,
    line: &'static str,
    says: &'static str,
) -> Fault {
    Fault { tool: "read", file: "en.md", from, to, rule, line, says }
}

/// Found by `author lint`, which asks an embedded cluster as well.
const fn survey(
    from: &'static str,
    to: &'static str,
    rule: &'static str,
    line: &'static str,
    says: &'static str,
) -> Fault {
    Fault { tool: "lint", file: "en.md", from, to, rule, line, says }
}

/// Found by `author test`.
const fn proof(
    from: &'static str,
    to: &'static str,
    rule: &'static str,
    line: &'static str,
    says: &'static str,
) -> Fault {
    Fault { tool: "test", file: "en.md", from, to, rule, line, says }
}

const fn korean(
    from: &'static str,
    to: &'static str,
    rule: &'static str,
    line: &'static str,
    says: &'static str,
) -> Fault {
    Fault { tool: "read", file: "ko.md", from, to, rule, line, says }
}

const READ: &[Fault] = &[
    // How it is written.
    read("## Look at it {#look}", "## Look at it", "step-id", "## Look at it", "no id"),
    read("{#look}", "{#order}", "step-id", "## Look at it", "two steps"),
    read("{#look}", "{#Look_2}", "step-id", "## Look at it", "small letters"),
    read("minutes: 5", "minuets: 5", "unknown-key", "minuets", "minutes"),
    read("minutes: 5", "minutes: 240", "reading-time", "summary:", "do not fit"),
    read("```yaml mistake", "```yaml mistakes", "unknown-block", "```yaml mistakes", "yaml mistake"),
    read("```hint\nThe verb", "```hnt\nThe verb", "unknown-block", "```hnt", "did you mean `hint`"),
    read(
        "  object: deployment/web\n  contains: {spec: {replicas: 2}}",
        "  objekt: deployment/web\n  contains: {spec: {replicas: 2}}",
        "unknown-key",
        "objekt",
        "object",
    ),
    read(
        "object: deployment/web\n  settled",
        "object: deploymnet/web\n  settled",
        "unknown-kind",
        "deploymnet",
        "deployment",
    ),
    read("say: \"You", "sya: \"You", "unknown-key", "sya:", "say"),
    read(
        "answer: address",
        "answer: adress",
        "unknown-question",
        "- that: You read the address",
        "no such question",
    ),
    read(
        "from: {select: pods, where: {labels: {app: web}}, path: .status.podIP}\n",
        "",
        "no-right-answer",
        "id: address",
        "no right answer",
    ),
    read(
        "from: {select: pods, where: {labels: {app: web}}, path: .status.podIP}",
        "choices: [one, two]\nanswer: 3",
        "no-right-answer",
        "answer: 3",
        "2 choices",
    ),
    read(
        "`kubectl get pods -o ____`\n```",
        "`kubectl get pods -o ____`",
        "unclosed-block",
        "```hint",
        "never closed",
    ),
    // Links.
    read(
        "Every Pod has an address of its own.",
        "See [the Pods](../01-pods/en.md).",
        "dead-link",
        "See [the Pods]",
        "01-pods",
    ),
    read(
        "Every Pod has an address of its own.",
        "See [above](#odrer).",
        "dead-link",
        "See [above]",
        "#order",
    ),
    read(
        "Every Pod has an address of its own.",
        "Do `goto services/expose` again.",
        "unknown-place",
        "goto",
        "services",
    ),
    // Hints.
    read(
        "```hint\nThe verb is `create`; the number of Pods is a flag.\n```\n\n",
        "",
        "hint-count",
        "## Order it",
        "2 of three hints",
    ),
    read(
        "The verb is `create`; the number of Pods is a flag.",
        "`kubectl create deployment web --image=codongmin/kub-first-app --replicas=2`",
        "hint-gives-away",
        "`kubectl create deployment web",
        "hint 2",
    ),
    read("--________=2`", "--replicas=2`", "hint-gives-away", "--replicas=2`", "whole solution"),
    read("--________=2`", "-n=2`", "hint-blank", "-n=2`", "no blank"),
    // Matches.
    read(
        "          - image: {$image: codongmin/kub-first-app}",
        "          - imagee: {$image: codongmin/kub-first-app}",
        "unknown-field",
        "imagee",
        "\"image\"",
    ),
    read(
        "contains: {spec: {replicas: 2}}",
        "contains: {spec: {replicas: \"2\"}}",
        "wrong-type",
        "replicas: \"2\"",
        "whole number",
    ),
    read(
        "contains: {spec: {replicas: 2}}",
        "contains: {spec: {strategy: {type: RollingUpdates}}}",
        "unknown-value",
        "RollingUpdates",
        "RollingUpdate",
    ),
    read(
        "contains: {spec: {replicas: 2}}",
        "contains: {status: {conditions: [{type: Available, status: \"true\"}]}}",
        "unknown-value",
        "Available",
        "\"True\"",
    ),
    read(
        "contains: {spec: {replicas: 2}}",
        "contains: {spec: {replicas: {$atleast: 2}}}",
        "unknown-test",
        "$atleast",
        "$atLeast",
    ),
    read(
        "contains: {spec: {replicas: 2}}",
        "contains: {spec: {replicas: {$notEqualTo: snap.before}}}",
        "unknown-snap",
        "snap.before",
        "remembers no",
    ),
    read("contains: {spec: {replicas: 2}}", "cel: object.spec.replicas = 2", "rule-error", "cel:", "CEL"),
    read("contains: {spec: {replicas: 2}}", "cel: object.spec.replica == 2", "rule-error", "cel:", "replica"),
    read("contains: {spec: {replicas: 2}}", "cel: object.spec.replicas", "rule-error", "cel:", "bool"),
    // Checks that cannot fail, and ones that cannot hold.
    read("contains: {spec: {replicas: 2}}", "contains: {}", "cannot-fail", "contains: {}", "empty"),
    read(
        "contains: {spec: {replicas: 2}}",
        "contains: {spec: {replicas: {$atLeast: 0}}}",
        "cannot-fail",
        "$atLeast: 0",
        "nothing is less",
    ),
    read(
        "contains: {spec: {replicas: 2}}",
        "contains: {metadata: {name: web}}",
        "cannot-fail",
        "name: web}}",
        "repeats",
    ),
    read(
        "contains: {spec: {replicas: 2}}",
        "cel: object.spec.replicas == 2 || object.spec.replicas != 2",
        "cannot-fail",
        "cel:",
        "whatever",
    ),
    read("contains: {spec: {replicas: 2}}", "cel: 1 + 1 == 2", "cannot-fail", "cel:", "names nothing"),
    read(
        "  object: deployment/web\n  contains: {spec: {replicas: 2}}",
        "  select: pods\n  count: {atLeast: 0}",
        "cannot-fail",
        "count:",
        "at least 0",
    ),
    read(
        "  object: deployment/web\n  contains: {spec: {replicas: 2}}",
        "  either: [{object: deployment/web}, {absent: deployment/web}]",
        "cannot-fail",
        "either:",
        "alternatives",
    ),
    read(
        "  object: deployment/web\n  contains: {spec: {replicas: 2}}",
        "  object: namespace/default",
        "cannot-fail",
        "namespace/default",
        "every cluster",
    ),
    survey(
        "  object: deployment/web\n  contains: {spec: {replicas: 2}}",
        "  absent: deployment/other",
        "holds-at-start",
        "- that: It asks for two Pods",
        "empty cluster",
    ),
    read(
        "- absent: deployment/web\nsay",
        "- absent: pod/web\nsay",
        "cannot-hold",
        "- absent: pod/web",
        "to be there and to be absent",
    ),
    read(
        "- object: pod/web\n- absent: deployment/web\n",
        "- object: deployment/web\n  contains: {spec: {replicas: 2}}\n",
        "mistake-matches",
        "when:",
        "nothing but",
    ),
    // Manifests and commands.
    read(
        "  replicas: 2\n  selector: {matchLabels: {app: web}}",
        "  replica: 2\n  selector: {matchLabels: {app: web}}",
        "start-refused",
        "  replica: 2",
        "replicas",
    ),
    read(
        "  replicas: 2\n  selector: {matchLabels: {app: web}}",
        "  replicas: two\n  selector: {matchLabels: {app: web}}",
        "start-refused",
        "replicas: two",
        "int32",
    ),
    read(
        "  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    spec:\n      containers:\n      -",
        "  selector: {matchLabels: {app: other}}\n  template:\n    metadata: {labels: {app: web}}\n    spec:\n      containers:\n      -",
        "start-refused",
        "apiVersion: apps/v1",
        "selector",
    ),
    read(
        "kind: Deployment\nmetadata: {name: web,",
        "kind: Deploymnt\nmetadata: {name: web,",
        "unknown-kind",
        "kind: Deploymnt",
        "Deployment",
    ),
    survey(
        "```sh solution\nkubectl get pods -o wide",
        "```sh solution\nkubectl gte pods -o wide",
        "solution-syntax",
        "kubectl gte",
        "get",
    ),
    survey(
        "```sh solution\nkubectl get pods -o wide",
        "```sh solution\nkubectl get pods -o \"wide",
        "solution-syntax",
        "kubectl get pods -o \"wide",
        "does not end",
    ),
    survey(
        "```sh solution\nkubectl get pods -o wide",
        "```sh solution\nkubectl get pods --wide",
        "solution-syntax",
        "kubectl get pods --wide",
        "--wide",
    ),
    // Allowances.
    read(
        "```yaml mistake",
        "```yaml allow\n- {rule: hint-blnk, because: x}\n```\n\n```yaml mistake",
        "allow",
        "hint-blnk",
        "hint-blank",
    ),
    read(
        "```yaml mistake",
        "```yaml allow\n- {rule: hint-blank, because: x}\n```\n\n```yaml mistake",
        "allow-unused",
        "- {rule: hint-blank",
        "does not occur",
    ),
    // Translations.
    korean("## 살펴보기 {#look}", "## 살펴보기 {#loook}", "translation-mismatch", "{#loook}", "{#look}"),
    korean("- 파드 두 개를 요구합니다\n", "", "translation-missing", "{#order}", "check 3"),
    korean("```hint\n열이 더 많은 보기가 있습니다.\n```\n\n", "", "translation-missing", "{#look}", "hint 3"),
    korean(
        "열이 더 많은 보기가 있습니다.",
        "There is a view with more columns.",
        "untranslated",
        "{#look}",
        "hint 2",
    ),
    korean(
        "```sh\nkubectl get pods -o wide\n```",
        "```sh\nkubectl get pod -o wide\n```",
        "translation-mismatch",
        "{#look}",
        "kubectl get pods -o wide",
    ),
    korean("--________=2`", "--replicas=2`", "hint-gives-away", "--replicas=2`", "whole solution"),
    korean("# Web 장", "Web 장", "title", "---", "title"),
];

const RUN: &[Fault] = &[
    proof(
        "--image=codongmin/kub-first-app --replicas=2\n```\n\n```sh solution\ncat",
        "--image=codongmin/kub-first-app --replicas=3\n```\n\n```sh solution\ncat",
        "solution-fails",
        "--replicas=3",
        "solution 1 does not pass",
    ),
    proof(
        "  replicas: 2\n  selector:\n",
        "  replicas: 1\n  selector:\n",
        "solution-fails",
        "cat > web.yaml",
        "solution 2 does not pass",
    ),
    proof(
        "- that: It asks for two Pods\n  object: deployment/web\n  contains: {spec: {replicas: 2}}\n",
        "",
        "mutant-passes",
        "kubectl create deployment web --image=codongmin/kub-first-app --replicas=2",
        "\"3\" instead of \"2\"",
    ),
    proof(
        "          - image: {$image: codongmin/kub-first-app}",
        "          - image: {$exists: true}",
        "mutant-passes",
        "kubectl create deployment web --image=codongmin/kub-first-app --replicas=2",
        "image",
    ),
    proof(
        "try: kubectl run web --image=codongmin/kub-first-app",
        "try: kubectl create deployment web --image=nginx",
        "mistake-unheard",
        "when:",
        "own words",
    ),
    proof(
        "try: kubectl run web --image=codongmin/kub-first-app\n",
        "",
        "mistake-unproved",
        "when:",
        "`try:`",
    ),
    proof(
        "- object: pod/web\n- absent: deployment/web",
        "- absent: pod/web",
        "mistake-matches",
        "when:",
        "at the start",
    ),
    proof(
        "- object: pod/web\n- absent: deployment/web",
        "- object: deployment/web",
        "mistake-matches",
        "when:",
        "solved",
    ),
    proof(
        "      - {name: kub-first-app, image: codongmin/kub-first-app}",
        "      - {name: kub-first-app, image: codongmin/kub-first-app:2}",
        "arrival-differs",
        "apiVersion: apps/v1",
        "image",
    ),
    proof(
        "answer: address\n```\n\n```sh solution\nkubectl get pods -o wide",
        "object: deployment/web\n```\n\n```sh solution\nkubectl get pods -o wide",
        "start-passes",
        "## Look at it",
        "before anything",
    ),
    proof(
        "answer: address\n```\n\n```sh solution\nkubectl get pods -o wide",
        "object: pod/probe\n  settled: true\n```\n\n```sh solution\nkubectl run web-0 --image=nginx\nkubectl run probe --image=nginx",
        "mutant-passes",
        "kubectl run web-0",
        "without",
    ),
    proof(
        "path: .status.podIP}",
        "path: .metadata.annotations.nothing}",
        "answer-rejected",
        "id: address",
        "cannot tell",
    ),
    proof(
        "- that: Both Pods are available",
        "- that: Nothing else is there\n  absent: service/web\n- that: Both Pods are available",
        "check-never-fails",
        "- that: Nothing else",
        "held in every state",
    ),
    proof(
        "```sh solution\nkubectl get pods -o wide",
        "```sh solution\nkubectl get pods nothing",
        "command-fails",
        "kubectl get pods nothing",
        "NotFound",
    ),
];

/// Plants a fault and runs the tool; what is wrong with the answer.
fn look_for(fault: &Fault, english: &str, korean: &str) -> Option<String> {
    let Fault { tool, file, from, to, rule, line, says } = *fault;
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
fn look_for_all(faults: &[Fault]) {
    let home = tempfile::tempdir().unwrap();
    let (english, korean) = scaffold(home.path());
    let half = faults.len().div_ceil(2);
    let missed: Vec<String> = std::thread::scope(|scope| {
        let workers: Vec<_> = faults
            .chunks(half)
            .map(|faults| {
                let (english, korean) = (&english, &korean);
                scope.spawn(move || {
                    faults.iter().filter_map(|fault| look_for(fault, english, korean)).collect::<Vec<_>>()
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
    look_for_all(READ);
}

#[test]
fn faults_are_found_by_running() {
    look_for_all(RUN);
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
