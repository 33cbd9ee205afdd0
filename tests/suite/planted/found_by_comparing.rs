//! Faults that are found by holding the parts of a chapter against each other and against what can be at all.

use super::{Fault, Planted, fault};

/// Found by reading alone.
pub(in super::super) const COMPARED: Planted = Planted { tool: "read", file: "en.md", faults: FAULTS };

/// Found by reading the translation beside the original.
pub(in super::super) const COMPARED_KOREAN: Planted =
    Planted { tool: "read", file: "ko.md", faults: KOREAN_FAULTS };

/// A fault of what the check on the number of Pods asks for.
const fn asking(to: &'static str, rule: &'static str, line: &'static str, says: &'static str) -> Fault {
    fault("contains: {spec: {replicas: 2}}", to, rule, line, says)
}

/// A fault of that check: something else instead of its object and what it asks of it.
const fn as_check(to: &'static str, rule: &'static str, line: &'static str, says: &'static str) -> Fault {
    fault("  object: deployment/web\n  contains: {spec: {replicas: 2}}", to, rule, line, says)
}

/// Checks beside those that are there.
const fn beside(to: &'static str, rule: &'static str, line: &'static str, says: &'static str) -> Fault {
    fault("- that: Both Pods are available", to, rule, line, says)
}

const FAULTS: &[Fault] = &[
    // How it is written.
    fault("## Look at it {#look}", "## {#look}", "title", "## {#look}", "no title"),
    asking("contains:\n\tspec: {replicas: 2}", "format", "\tspec:", "takes no tabs"),
    fault("say: \"You made", "say: You made: \"You made", "format", "say: You made:", "into quotes"),
    fault(
        "say: \"You made a single Pod, which nobody brings back. Remove it with `kubectl delete pod web` and order a Deployment.\"",
        "say: \"\"",
        "sentence",
        "say: \"\"",
        "says nothing",
    ),
    fault(
        "when:\n- object: pod/web\n- absent: deployment/web",
        "when: []",
        "format",
        "when: []",
        "hold always",
    ),
    fault(
        "```yaml question",
        "```yaml file=\"web.yaml\"\na: b\n```\n\n```yaml question",
        "file-name",
        "a: b",
        "without quotes",
    ),
    fault(
        "The idea: order the application, and leave the Pods to Kubernetes.",
        "생각: 애플리케이션을 주문하고, 파드는 쿠버네티스에 맡기세요.",
        "untranslated",
        "## Order it",
        "in Korean",
    ),
    fault(
        "```yaml question",
        "```yaml predict\nask: a\nexplain: b\n```\n\n```yaml predict\nask: c\nexplain: d\n```\n\n```yaml question",
        "format",
        "ask: c",
        "second prediction",
    ),
    // Remembered values.
    asking("contains: {metadata: {uid: snap.before}}", "unknown-snap", "snap.before", "$equalTo"),
    asking(
        "contains: {metadata: {uid: {$oneOf: [a, snap.before]}}}",
        "unknown-snap",
        "snap.before",
        "is a text here",
    ),
    fault(
        "```yaml question",
        "```yaml snap\nbefore: {object: deployment/web, path: .metadata.uid}\n```\n\n```yaml question",
        "snap-unused",
        "before:",
        "nothing asks for it",
    ),
    // Values and names that cannot be.
    asking(
        "contains: {status: {conditions: [{type: Availabel, status: \"True\"}]}}",
        "unknown-value",
        "Availabel",
        "\"Available\"",
    ),
    asking(
        "contains: {metadata: {ownerReferences: [{kind: Replicaset}]}}",
        "unknown-value",
        "Replicaset",
        "\"ReplicaSet\"",
    ),
    as_check(
        "  object: rolebinding/web\n  contains: {subjects: [{kind: Serviceaccount, name: web}]}",
        "unknown-value",
        "Serviceaccount",
        "\"ServiceAccount\"",
    ),
    asking(
        "contains: {spec: {selector: {matchLabels: {app: {name: web}}}}}",
        "unknown-field",
        "name: web",
        "holds one value",
    ),
    as_check("  object: deployment/Web", "cannot-hold", "deployment/Web", "lowercase"),
    as_check("  object: deployment/web\n  namespace: Shop", "cannot-hold", "namespace: Shop", "lowercase"),
    as_check("  http: {service: web, port: 123456}", "cannot-hold", "port: 123456", "65535"),
    as_check("  http: {service: web, port: web_port}", "cannot-hold", "port: web_port", "hyphens"),
    as_check("  http: {service: web, port: 80, host: a b}", "cannot-hold", "host: a b", "no host"),
    as_check(
        "  http: {service: web, port: 80, contains: \"\"}",
        "cannot-fail",
        "contains: \"\"",
        "empty text",
    ),
    as_check("  command: \"\"", "format", "command: \"\"", "no command"),
    as_check("  command: kubectl", "cannot-fail", "command: kubectl", "any command"),
    // Tests that no value meets, or every one.
    asking(
        "contains: {spec: {replicas: {$equalTo: 2, $notEqualTo: 2}}}",
        "cannot-hold",
        "$notEqualTo",
        "no value meets",
    ),
    asking(
        "contains: {spec: {replicas: {$oneOf: [1, 2], $moreThan: 2}}}",
        "cannot-hold",
        "$moreThan",
        "no value meets",
    ),
    asking(
        "contains: {metadata: {labels: {app: {$matches: \"^web$|\"}}}}",
        "cannot-fail",
        "$matches",
        "every text",
    ),
    asking("cel: object.metadata.name == 'web'", "cannot-fail", "cel:", "whatever"),
    asking("cel: object.metadata.name == 'wbe'", "unknown-value", "cel:", "never \"wbe\""),
    asking("cel: object.metadata.uid != object.metadata.uid", "cannot-hold", "cel:", "with itself"),
    asking("cel: object.spec.strategy.type == 'Rolling'", "unknown-value", "cel:", "RollingUpdate"),
    asking("cel: size(object.spec.template.spec.containers) >= 1", "cannot-fail", "cel:", "whatever"),
    // Checks beside each other.
    beside(
        "- that: Many\n  object: deployment/web\n  contains: {spec: {replicas: {$atLeast: 3}}}\n- that: Both Pods are available",
        "cannot-hold",
        "- that: Many",
        "2 above",
    ),
    beside(
        "- that: None\n  select: pods\n  count: 0\n- that: Some\n  select: pods\n  any: {metadata: {name: a}}\n- that: Both Pods are available",
        "cannot-hold",
        "- that: Some",
        "another number",
    ),
    beside(
        "- that: None\n  select: pods\n  none: {metadata: {name: a}}\n- that: Some\n  select: pods\n  any: {metadata: {name: a}}\n- that: Both Pods are available",
        "cannot-hold",
        "- that: Some",
        "the opposite",
    ),
    as_check("  either: [{object: deployment/web}]", "either-pointless", "either:", "one alternative"),
    as_check(
        "  either:\n  - object: deployment/web\n  - object: deployment/web\n    contains: {spec: {replicas: 2}}",
        "either-pointless",
        "  - object: deployment/web",
        "alternative 2 is needless",
    ),
    as_check(
        "  either: [{select: pods, none: {metadata: {name: a}}}, {select: pods, any: {metadata: {name: a}}}]",
        "cannot-fail",
        "either:",
        "alternatives",
    ),
    // What is told, and what is asked for.
    fault(
        "- that: It asks for two Pods",
        "- that: It asks for three Pods",
        "told-otherwise",
        "- that: It asks for three",
        "asks for 2",
    ),
    fault("with two Pods\n", "with three Pods\n", "told-otherwise", "## Order it", "speaks of 3"),
    asking(
        "contains: {metadata: {labels: {app: web, tier: front}}}\n- that: x\n  object: deployment/web\n  contains: {metadata: {labels: {tier: frnot}}}",
        "cannot-hold",
        "- that: x",
        "front",
    ),
];

const KOREAN_FAULTS: &[Fault] = &[
    fault(
        "파드 두 개를 요구합니다",
        "파드 세 개를 요구합니다",
        "translation-mismatch",
        "{#order}",
        "speaks of 3",
    ),
    fault(
        "- 두 파드를 모두 쓸 수 있습니다",
        "- 파드를 15개 모두 쓸 수 있습니다",
        "translation-mismatch",
        "{#order}",
        "speaks of 15",
    ),
    fault(
        "explain: 파드와 함께 생겼다가 파드와 함께 사라집니다.",
        "explain: It comes with the Pod and goes with it.",
        "untranslated",
        "{#look}",
        "explanation of question 1",
    ),
    fault(
        "- web 디플로이먼트가 codongmin/kub-first-app 이미지를 씁니다",
        "- webb 디플로이먼트가 codongmin/kub-first-app 이미지를 씁니다",
        "translation-mismatch",
        "{#order}",
        "names webb",
    ),
    fault("# Web 장", "# A chapter about the web", "untranslated", "# A chapter", "the title"),
    fault(
        "`codongmin/kub-first-app` 이미지의",
        "`codongmin/kub-frist-app` 이미지의",
        "translation-mismatch",
        "{#order}",
        "kub-frist-app",
    ),
];
