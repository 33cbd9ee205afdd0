//! Faults that are found on a cluster: by `author lint` and `author test`.

use super::{Fault, Planted, fault};

/// Found by `author lint`, which asks an embedded cluster as well.
pub(in super::super) const LINT: Planted = Planted { tool: "lint", file: "en.md", faults: LINT_FAULTS };

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
        "Remove it with `kubectl delete pod web`",
        "Remove it with `kubectl dlete pod web`",
        "command-unknown",
        "when:",
        "delete",
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
pub(in super::super) const RUN: Planted = Planted { tool: "test", file: "en.md", faults: RUN_FAULTS };

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
        "- that: Both Pods are available",
        "- that: It rolls\n  object: deployment/web\n  contains: {spec: {strategy: {type: RollingUpdate}}}\n- that: Both Pods are available",
        "check-never-fails",
        "- that: It rolls",
        "fills it in",
    ),
    fault(
        "```sh solution\nkubectl get pods -o wide",
        "```sh solution\nkubectl edit deployment web",
        "command-fails",
        "kubectl edit",
        "editor",
    ),
    fault(
        "```sh solution\nkubectl get pods -o wide",
        "```sh solution\nkubectl get pods nothing",
        "command-fails",
        "kubectl get pods nothing",
        "NotFound",
    ),
];
