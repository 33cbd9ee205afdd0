//! Faults planted into the chapter that authors are given to begin with, and what is to be said about each.

/// A fault: what to replace, and what is to be said about it.
pub(super) struct Fault {
    pub(super) from: &'static str,
    pub(super) to: &'static str,
    pub(super) rule: &'static str,
    /// Text on the line that is named.
    pub(super) line: &'static str,
    /// Part of the message or the hint.
    pub(super) says: &'static str,
}

/// Faults of one file that one tool finds.
pub(super) struct Planted {
    pub(super) tool: &'static str,
    pub(super) file: &'static str,
    pub(super) faults: &'static [Fault],
}

const fn fault(
    from: &'static str,
    to: &'static str,
    rule: &'static str,
    line: &'static str,
    says: &'static str,
) -> Fault {
    Fault { from, to, rule, line, says }
}

/// Found by reading alone.
pub(super) const READ: Planted = Planted { tool: "read", file: "en.md", faults: READ_FAULTS };

const READ_FAULTS: &[Fault] = &[
    // How it is written.
    fault("## Look at it {#look}", "## Look at it", "step-id", "## Look at it", "no id"),
    fault("{#look}", "{#order}", "step-id", "## Look at it", "two steps"),
    fault("{#look}", "{#Look_2}", "step-id", "## Look at it", "small letters"),
    fault("## Look at it {#look}", "# Look\n\n## Look at it {#look}", "title", "# Look", "second"),
    fault("minutes: 5", "minuets: 5", "unknown-key", "minuets", "minutes"),
    fault("minutes: 5", "minutes: 240", "reading-time", "summary:", "do not fit"),
    fault("```yaml mistake", "```yaml mistakes", "unknown-block", "```yaml mistakes", "yaml mistake"),
    fault("```hint\nThe verb", "```hnt\nThe verb", "unknown-block", "```hnt", "did you mean `hint`"),
    fault(
        "  object: deployment/web\n  contains: {spec: {replicas: 2}}",
        "  objekt: deployment/web\n  contains: {spec: {replicas: 2}}",
        "unknown-key",
        "objekt",
        "object",
    ),
    fault(
        "object: deployment/web\n  settled",
        "object: deploymnet/web\n  settled",
        "unknown-kind",
        "deploymnet",
        "deployment",
    ),
    fault("explain: It came", "explains: It came", "unknown-key", "explains", "explain"),
    fault(
        "explain: It came with the Pod, and goes with it.\n",
        "",
        "question",
        "id: address",
        "why the right answer is right",
    ),
    fault("say: \"You", "sya: \"You", "unknown-key", "sya:", "say"),
    fault(
        "answer: address",
        "answer: adress",
        "unknown-question",
        "- that: You read the address",
        "no such question",
    ),
    fault(
        "from: {select: pods, where: {labels: {app: web}}, path: .status.podIP}\n",
        "",
        "no-right-answer",
        "id: address",
        "no right answer",
    ),
    fault(
        "from: {select: pods, where: {labels: {app: web}}, path: .status.podIP}",
        "choices: [one, two]\nanswer: 3",
        "no-right-answer",
        "answer: 3",
        "2 choices",
    ),
    fault(
        "`kubectl get pods -o ____`\n```",
        "`kubectl get pods -o ____`",
        "unclosed-block",
        "```hint",
        "never closed",
    ),
    fault(
        "  settled: true\n```\n\n```yaml mistake",
        "  settled: true\n\n```yaml mistake",
        "unclosed-block",
        "```yaml check",
        "where the next one begins",
    ),
    fault("## Look at it {#look}", "### Look at it {#look}", "step-id", "### Look at it", "begins no step"),
    fault("## Look at it {#look}", "##Look at it {#look}", "step-id", "##Look at it", "begins no step"),
    // Links.
    fault(
        "Every Pod has an address of its own.",
        "See [the Pods](../01-pods/en.md).",
        "dead-link",
        "See [the Pods]",
        "01-pods",
    ),
    fault(
        "Every Pod has an address of its own.",
        "See [above](#odrer).",
        "dead-link",
        "See [above]",
        "#order",
    ),
    fault(
        "Every Pod has an address of its own.",
        "Do `goto services/expose` again.",
        "unknown-place",
        "goto",
        "services",
    ),
    // Hints.
    fault(
        "```hint\nThe verb is `create`; the number of Pods is a flag.\n```\n\n",
        "",
        "hint-count",
        "## Order it",
        "2 of three hints",
    ),
    fault(
        "The verb is `create`; the number of Pods is a flag.",
        "`kubectl create deployment web --image=codongmin/kub-first-app --replicas=2`",
        "hint-gives-away",
        "`kubectl create deployment web",
        "hint 2",
    ),
    fault("--________=2`", "--replicas=2`", "hint-gives-away", "--replicas=2`", "whole solution"),
    fault("--________=2`", "-n=2`", "hint-blank", "-n=2`", "no blank"),
    // Matches.
    fault(
        "          - image: {$image: codongmin/kub-first-app}",
        "          - imagee: {$image: codongmin/kub-first-app}",
        "unknown-field",
        "imagee",
        "\"image\"",
    ),
    fault(
        "contains: {spec: {replicas: 2}}",
        "contains: {spec: {replicas: \"2\"}}",
        "wrong-type",
        "replicas: \"2\"",
        "whole number",
    ),
    fault(
        "contains: {spec: {replicas: 2}}",
        "contains: {spec: {strategy: {type: RollingUpdates}}}",
        "unknown-value",
        "RollingUpdates",
        "RollingUpdate",
    ),
    fault(
        "contains: {spec: {replicas: 2}}",
        "contains: {status: {conditions: [{type: Available, status: \"true\"}]}}",
        "unknown-value",
        "Available",
        "\"True\"",
    ),
    fault(
        "contains: {spec: {replicas: 2}}",
        "contains: {spec: {replicas: {$atleast: 2}}}",
        "unknown-test",
        "$atleast",
        "$atLeast",
    ),
    fault(
        "contains: {spec: {replicas: 2}}",
        "contains: {spec: {replicas: {$notEqualTo: snap.before}}}",
        "unknown-snap",
        "snap.before",
        "remembers no",
    ),
    fault("contains: {spec: {replicas: 2}}", "cel: object.spec.replicas = 2", "rule-error", "cel:", "CEL"),
    fault(
        "contains: {spec: {replicas: 2}}",
        "cel: object.spec.replica == 2",
        "rule-error",
        "cel:",
        "replica",
    ),
    fault("contains: {spec: {replicas: 2}}", "cel: object.spec.replicas", "rule-error", "cel:", "bool"),
    // Checks that cannot fail, and ones that cannot hold.
    fault("contains: {spec: {replicas: 2}}", "contains: {}", "cannot-fail", "contains: {}", "empty"),
    fault(
        "contains: {spec: {replicas: 2}}",
        "contains: {spec: {replicas: {$atLeast: 0}}}",
        "cannot-fail",
        "$atLeast: 0",
        "nothing is less",
    ),
    fault(
        "contains: {spec: {replicas: 2}}",
        "contains: {metadata: {name: web}}",
        "cannot-fail",
        "name: web}}",
        "repeats",
    ),
    fault(
        "contains: {spec: {replicas: 2}}",
        "cel: object.spec.replicas == 2 || object.spec.replicas != 2",
        "cannot-fail",
        "cel:",
        "whatever",
    ),
    fault("contains: {spec: {replicas: 2}}", "cel: 1 + 1 == 2", "cannot-fail", "cel:", "names nothing"),
    fault(
        "  object: deployment/web\n  contains: {spec: {replicas: 2}}",
        "  select: pods\n  count: {atLeast: 0}",
        "cannot-fail",
        "count:",
        "at least 0",
    ),
    fault(
        "  object: deployment/web\n  contains: {spec: {replicas: 2}}",
        "  either: [{object: deployment/web}, {absent: deployment/web}]",
        "cannot-fail",
        "either:",
        "alternatives",
    ),
    fault(
        "  object: deployment/web\n  contains: {spec: {replicas: 2}}",
        "  object: namespace/default",
        "cannot-fail",
        "namespace/default",
        "every cluster",
    ),
    fault(
        "- absent: deployment/web\nsay",
        "- absent: pod/web\nsay",
        "cannot-hold",
        "- absent: pod/web",
        "to be there and to be absent",
    ),
    fault(
        "- object: pod/web\n- absent: deployment/web\n",
        "- object: deployment/web\n  contains: {spec: {replicas: 2}}\n",
        "mistake-matches",
        "when:",
        "nothing but",
    ),
    fault(
        "contains: {spec: {replicas: 2}}",
        "contains: {spec: {replicas: {$atLeast: 3, $atMost: 1}}}",
        "cannot-hold",
        "$atLeast: 3",
        "between these bounds",
    ),
    fault(
        "contains: {spec: {replicas: 2}}",
        "contains: {spec: {replicas: {$oneOf: []}}}",
        "cannot-hold",
        "$oneOf",
        "nothing to choose from",
    ),
    fault("  settled: true", "  settled: 10h", "format", "settled: 10h", "at most 5m"),
    fault(
        "  object: deployment/web\n  contains: {spec: {replicas: 2}}",
        "  object: pod/web\n  contains: {status: {phase: Running}}",
        "phase-running",
        "phase: Running",
        "settled: true",
    ),
    // Sentences and files.
    fault("- that: It asks for two Pods", "- that: \"\"", "sentence", "that: \"\"", "says nothing"),
    fault(
        "- that: It asks for two Pods",
        "- that: Both Pods are available",
        "sentence",
        "- that: Both Pods are available",
        "another check",
    ),
    fault(
        "```yaml question",
        "```yaml file=../web.yaml\na: b\n```\n\n```yaml question",
        "file-name",
        "a: b",
        "not a file name",
    ),
    fault(
        "```yaml question",
        "```yaml file=a.yaml\na: b\n```\n\n```yaml file=a.yaml\na: c\n```\n\n```yaml question",
        "file-name",
        "a: c",
        "two files",
    ),
    // Manifests and commands.
    fault(
        "  replicas: 2\n  selector: {matchLabels: {app: web}}",
        "  replica: 2\n  selector: {matchLabels: {app: web}}",
        "start-refused",
        "  replica: 2",
        "replicas",
    ),
    fault(
        "  replicas: 2\n  selector: {matchLabels: {app: web}}",
        "  replicas: two\n  selector: {matchLabels: {app: web}}",
        "start-refused",
        "replicas: two",
        "int32",
    ),
    fault(
        "kind: Deployment\nmetadata: {name: web,",
        "kind: Deploymnt\nmetadata: {name: web,",
        "unknown-kind",
        "kind: Deploymnt",
        "Deployment",
    ),
    // Allowances.
    fault(
        "```yaml mistake",
        "```yaml allow\n- {rule: hint-blnk, because: x}\n```\n\n```yaml mistake",
        "allow",
        "hint-blnk",
        "hint-blank",
    ),
    fault(
        "```yaml mistake",
        "```yaml allow\n- {rule: hint-blank, because: x}\n```\n\n```yaml mistake",
        "allow-unused",
        "- {rule: hint-blank",
        "does not occur",
    ),
];

/// Found by reading the translation.
pub(super) const KOREAN: Planted = Planted { tool: "read", file: "ko.md", faults: KOREAN_FAULTS };

const KOREAN_FAULTS: &[Fault] = &[
    // Translations.
    fault("## 살펴보기 {#look}", "## 살펴보기 {#loook}", "translation-mismatch", "{#loook}", "{#look}"),
    fault("- 파드 두 개를 요구합니다\n", "", "translation-missing", "{#order}", "check 3"),
    fault("```hint\n열이 더 많은 보기가 있습니다.\n```\n\n", "", "translation-missing", "{#look}", "hint 3"),
    fault(
        "열이 더 많은 보기가 있습니다.",
        "There is a view with more columns.",
        "untranslated",
        "{#look}",
        "hint 2",
    ),
    fault(
        "```sh\nkubectl get pods -o wide\n```",
        "```sh\nkubectl get pod -o wide\n```",
        "translation-mismatch",
        "{#look}",
        "kubectl get pods -o wide",
    ),
    fault("--________=2`", "--replicas=2`", "hint-gives-away", "--replicas=2`", "whole solution"),
    fault("# Web 장", "Web 장", "title", "---", "title"),
    fault(
        "summary: 이 장을 마치면 무엇을 할 수 있는지 한두 문장으로 적습니다.",
        "summary: What a learner can do after this chapter.",
        "untranslated",
        "---",
        "summary",
    ),
];

/// Found by `author lint`, which asks an embedded cluster as well.
pub(super) const LINT: Planted = Planted { tool: "lint", file: "en.md", faults: LINT_FAULTS };

const LINT_FAULTS: &[Fault] = &[
    fault(
        "  object: deployment/web\n  contains: {spec: {replicas: 2}}",
        "  absent: deployment/other",
        "holds-at-start",
        "- that: It asks for two Pods",
        "empty cluster",
    ),
    fault(
        "  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    spec:\n      containers:\n      -",
        "  selector: {matchLabels: {app: other}}\n  template:\n    metadata: {labels: {app: web}}\n    spec:\n      containers:\n      -",
        "start-refused",
        "apiVersion: apps/v1",
        "selector",
    ),
    fault(
        "```yaml question",
        "```yaml snap\nbefore: {object: deployment/wbe, path: .metadata.uid}\n```\n\n```yaml question",
        "snap-nothing",
        "before:",
        "remembers nothing",
    ),
    fault(
        "- that: You read the address of a Pod",
        "- that: It is mine\n  object: deployment/web\n  cel: object.metadata.annotations['owner'] == 'me'\n- that: You read the address of a Pod",
        "rule-unclear",
        "- that: It is mine",
        "no such key: owner",
    ),
    fault(
        "- that: You read the address of a Pod",
        "- that: You looked\n  command: kubectl gte pods\n- that: You read the address of a Pod",
        "command-unknown",
        "- that: You looked",
        "get",
    ),
    fault(
        "```sh solution\nkubectl get pods -o wide",
        "```sh solution\nkubectl gte pods -o wide",
        "solution-syntax",
        "kubectl gte",
        "get",
    ),
    fault(
        "```sh solution\nkubectl get pods -o wide",
        "```sh solution\nkubectl get pods -o \"wide",
        "solution-syntax",
        "kubectl get pods -o \"wide",
        "does not end",
    ),
    fault(
        "```sh solution\nkubectl get pods -o wide",
        "```sh solution\nkubectl get pods --wide",
        "solution-syntax",
        "kubectl get pods --wide",
        "--wide",
    ),
];

/// Found by `author test`.
pub(super) const RUN: Planted = Planted { tool: "test", file: "en.md", faults: RUN_FAULTS };

const RUN_FAULTS: &[Fault] = &[
    fault(
        "--image=codongmin/kub-first-app --replicas=2\n```\n\n```sh solution\ncat",
        "--image=codongmin/kub-first-app --replicas=3\n```\n\n```sh solution\ncat",
        "solution-fails",
        "--replicas=3",
        "solution 1 does not pass",
    ),
    fault(
        "  replicas: 2\n  selector:\n",
        "  replicas: 1\n  selector:\n",
        "solution-fails",
        "cat > web.yaml",
        "solution 2 does not pass",
    ),
    fault(
        "- that: It asks for two Pods\n  object: deployment/web\n  contains: {spec: {replicas: 2}}\n",
        "",
        "mutant-passes",
        "kubectl create deployment web --image=codongmin/kub-first-app --replicas=2",
        "\"3\" instead of \"2\"",
    ),
    fault(
        "          - image: {$image: codongmin/kub-first-app}",
        "          - image: {$exists: true}",
        "mutant-passes",
        "kubectl create deployment web --image=codongmin/kub-first-app --replicas=2",
        "image",
    ),
    fault(
        "try: kubectl run web --image=codongmin/kub-first-app",
        "try: kubectl create deployment web --image=nginx",
        "mistake-unheard",
        "when:",
        "own words",
    ),
    fault(
        "try: kubectl run web --image=codongmin/kub-first-app\n",
        "",
        "mistake-unproved",
        "when:",
        "`try:`",
    ),
    fault(
        "- object: pod/web\n- absent: deployment/web",
        "- absent: pod/web",
        "mistake-matches",
        "when:",
        "at the start",
    ),
    fault(
        "- object: pod/web\n- absent: deployment/web",
        "- object: deployment/web",
        "mistake-matches",
        "when:",
        "solved",
    ),
    fault(
        "      - {name: kub-first-app, image: codongmin/kub-first-app}",
        "      - {name: kub-first-app, image: codongmin/kub-first-app:2}",
        "arrival-differs",
        "apiVersion: apps/v1",
        "image",
    ),
    fault(
        "answer: address\n```\n\n```sh solution\nkubectl get pods -o wide",
        "object: deployment/web\n```\n\n```sh solution\nkubectl get pods -o wide",
        "start-passes",
        "## Look at it",
        "before anything",
    ),
    fault(
        "answer: address\n```\n\n```sh solution\nkubectl get pods -o wide",
        "object: pod/probe\n  settled: true\n```\n\n```sh solution\nkubectl run web-0 --image=nginx\nkubectl run probe --image=nginx",
        "mutant-passes",
        "kubectl run web-0",
        "without",
    ),
    fault(
        "path: .status.podIP}",
        "path: .metadata.annotations.nothing}",
        "answer-rejected",
        "id: address",
        "cannot tell",
    ),
    fault(
        "- that: Both Pods are available",
        "- that: Nothing else is there\n  absent: service/web\n- that: Both Pods are available",
        "check-never-fails",
        "- that: Nothing else",
        "held in every state",
    ),
    fault(
        "```sh solution\nkubectl get pods -o wide",
        "```sh solution\nkubectl get pods nothing",
        "command-fails",
        "kubectl get pods nothing",
        "NotFound",
    ),
];
