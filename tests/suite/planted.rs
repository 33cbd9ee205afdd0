//! Faults planted into the chapter that authors are given to begin with, and what is to be said about each.

/// A fault: what to replace in which file, and what is to be said about it.
pub(super) struct Fault {
    pub(super) tool: &'static str,
    pub(super) file: &'static str,
    pub(super) from: &'static str,
    pub(super) to: &'static str,
    pub(super) rule: &'static str,
    /// Text on the line that is named.
    pub(super) line: &'static str,
    /// Part of the message or the hint.
    pub(super) says: &'static str,
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

/// Faults that are found by reading.
pub(super) const READ: &[Fault] = &[
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
    survey(
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

/// Faults that are found by running.
pub(super) const RUN: &[Fault] = &[
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
