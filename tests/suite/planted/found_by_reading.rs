//! Faults that are found by reading the chapter and its translation.

use super::{Fault, Planted, fault};

/// Found by reading alone.
pub(in super::super) const READ: Planted = Planted { tool: "read", file: "en.md", faults: READ_FAULTS };

/// A fault of what the check on the number of Pods asks for.
const fn asking(to: &'static str, rule: &'static str, line: &'static str, says: &'static str) -> Fault {
    fault("contains: {spec: {replicas: 2}}", to, rule, line, says)
}

/// A fault of that check: something else instead of its object and what it asks of it.
const fn as_check(to: &'static str, rule: &'static str, line: &'static str, says: &'static str) -> Fault {
    fault("  object: deployment/web\n  contains: {spec: {replicas: 2}}", to, rule, line, says)
}

/// A fault of the prose.
const fn saying(to: &'static str, rule: &'static str, line: &'static str, says: &'static str) -> Fault {
    fault("Every Pod has an address of its own.", to, rule, line, says)
}

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
    as_check(
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
    // Answers that cannot be right for long, or cannot be typed.
    fault(
        "from: {select: pods, where: {labels: {app: web}}, path: .status.podIP}",
        "from: {object: deployment/web, path: .spec.template}",
        "no-right-answer",
        "id: address",
        "several fields",
    ),
    fault(
        "from: {select: pods, where: {labels: {app: web}}, path: .status.podIP}",
        "from: {object: deployment/web, path: .metadata.resourceVersion}",
        "question",
        "id: address",
        "changes by itself",
    ),
    fault(
        "```sh solution\nkubectl get pods -o wide\n```",
        "```sh solution\n\n```",
        "no-solution",
        "## Look at it",
        "is empty",
    ),
    fault(
        "```sh solution\nkubectl get pods -o wide\n```",
        "```sh solution\nkubectl get pods\n```\n\n```sh solution\nkubectl  get pods\n```",
        "solution-twice",
        "kubectl  get pods",
        "the same commands",
    ),
    // Links.
    saying("See [the `Pods`](https://kubernetes.io/docs pods).", "dead-link", "See [the `Pods`]", "%20"),
    saying("See [the Pods](../01-pods/en.md).", "dead-link", "See [the Pods]", "01-pods"),
    saying("See [above](#odrer).", "dead-link", "See [above]", "#order"),
    saying("Do `goto services/expose` again.", "unknown-place", "goto", "services"),
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
    fault(
        "The verb is `create`; the number of Pods is a flag.",
        "The idea: order the application, and leave the Pods to Kubernetes.",
        "hint-count",
        "The idea",
        "same as one before",
    ),
    fault(
        "The idea: order the application, and leave the Pods to Kubernetes.",
        "k create deploy web --image codongmin/kub-first-app -r 2",
        "hint-gives-away",
        "k create deploy web",
        "hint 1",
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
    asking("contains: {spec: {replicas: \"2\"}}", "wrong-type", "replicas: \"2\"", "whole number"),
    asking(
        "contains: {spec: {strategy: {type: RollingUpdates}}}",
        "unknown-value",
        "RollingUpdates",
        "RollingUpdate",
    ),
    asking(
        "contains: {status: {conditions: [{type: Available, status: \"true\"}]}}",
        "unknown-value",
        "Available",
        "\"True\"",
    ),
    asking("contains: {spec: {replicas: {$atleast: 2}}}", "unknown-test", "$atleast", "$atLeast"),
    asking(
        "contains: {spec: {replicas: {$notEqualTo: snap.before}}}",
        "unknown-snap",
        "snap.before",
        "remembers no",
    ),
    asking("cel: object.spec.replicas = 2", "rule-error", "cel:", "CEL"),
    asking("cel: object.spec.replica == 2", "rule-error", "cel:", "replica"),
    asking("cel: object.spec.replicas", "rule-error", "cel:", "bool"),
    // Checks that cannot fail, and ones that cannot hold.
    asking("contains: {}", "cannot-fail", "contains: {}", "empty"),
    asking("contains: {spec: {replicas: {$atLeast: 0}}}", "cannot-fail", "$atLeast: 0", "nothing is less"),
    asking("contains: {metadata: {name: web}}", "cannot-fail", "name: web}}", "repeats"),
    asking("cel: object.spec.replicas == 2 || object.spec.replicas != 2", "cannot-fail", "cel:", "whatever"),
    asking("cel: 1 + 1 == 2", "cannot-fail", "cel:", "names nothing"),
    as_check("  select: pods\n  count: {atLeast: 0}", "cannot-fail", "count:", "at least 0"),
    as_check(
        "  either: [{object: deployment/web}, {absent: deployment/web}]",
        "cannot-fail",
        "either:",
        "alternatives",
    ),
    as_check("  object: namespace/default", "cannot-fail", "namespace/default", "every cluster"),
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
    asking(
        "contains: {spec: {replicas: {$atLeast: 3, $atMost: 1}}}",
        "cannot-hold",
        "$atLeast: 3",
        "between these bounds",
    ),
    asking("contains: {spec: {replicas: {$oneOf: []}}}", "cannot-hold", "$oneOf", "nothing to choose from"),
    fault("  settled: true", "  settled: 10h", "format", "settled: 10h", "at most 5m"),
    as_check(
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
    // Rules that every object of its kind follows.
    asking("cel: size(object.metadata.name) > 0", "cannot-fail", "cel:", "whatever"),
    asking("cel: object.kind == 'Deployment' && has(object.metadata)", "cannot-fail", "cel:", "whatever"),
    asking("cel: object.spec.replicas >= 0", "cannot-fail", "cel:", "whatever"),
    asking(
        "cel: object.spec.template.spec.containers.all(c, c.image != '')",
        "cannot-fail",
        "cel:",
        "whatever",
    ),
    // The solution in other clothes, links in HTML, amounts.
    fault(
        "The verb is `create`; the number of Pods is a flag.",
        "`kubectl create deploy web --replicas 2 --image codongmin/kub-first-app`",
        "hint-gives-away",
        "`kubectl create deploy web",
        "hint 2",
    ),
    fault(
        "The idea: order the application, and leave the Pods to Kubernetes.",
        "Type kubectl create deployment, the name web,\nthen --image=codongmin/kub-first-app and --replicas=2.",
        "hint-gives-away",
        "Type kubectl create",
        "hint 1",
    ),
    saying("See <a href=\"../notes.md\">the notes</a>.", "dead-link", "See <a", "notes.md"),
    asking(
        "contains: {spec: {template: {spec: {containers: [{resources: {limits: {cpu: 100Mi}}}]}}}}",
        "unknown-value",
        "cpu: 100Mi",
        "500m",
    ),
];

/// Found by reading the translation.
pub(in super::super) const KOREAN: Planted = Planted { tool: "read", file: "ko.md", faults: KOREAN_FAULTS };

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
    fault(
        "- web 디플로이먼트가 codongmin/kub-first-app 이미지를 씁니다\n- 파드 두 개를 요구합니다",
        "- 파드 두 개를 요구합니다\n- web 디플로이먼트가 codongmin/kub-first-app 이미지를 씁니다",
        "translation-mismatch",
        "{#order}",
        "checks 1 and 2",
    ),
    fault(
        "`kubectl delete pod web`",
        "`kubectl delete deployment web`",
        "translation-mismatch",
        "{#order}",
        "which the original does not",
    ),
    fault(
        "`web` 디플로이먼트입니다",
        "`wbe` 디플로이먼트입니다",
        "translation-mismatch",
        "{#order}",
        "`wbe`",
    ),
    fault("동사는 `create`이고", "동사는 `run`이고", "translation-mismatch", "{#order}", "names `run`"),
    fault("- 파드의 주소를 읽었습니다", "- \"\"", "translation-missing", "{#look}", "check 1"),
    fault("## 주문하기 {#order}", "## Order it {#order}", "untranslated", "## Order it", "title"),
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
