//! Kustomizations and what is built of them.

use std::path::Path;

use super::{build, build_with};
use crate::base::{Output, Streams};

/// Where warnings go that nobody reads.
fn nobody() -> Output {
    Streams::captured("").0.err
}

fn write(folder: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

const DEPLOYMENT: &str = "apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: c
        image: nginx:1.25
        envFrom: [{configMapRef: {name: conf}}]
        env: [{name: P, valueFrom: {secretKeyRef: {name: sec, key: p}}}]
";

#[test]
fn layers_rename_generate_and_patch() {
    let folder = tempfile::tempdir().unwrap();
    write(
        folder.path(),
        &[
            ("base/deploy.yaml", DEPLOYMENT),
            ("base/x.txt", "hello\n"),
            (
                "base/kustomization.yaml",
                "resources: [deploy.yaml]
configMapGenerator: [{name: conf, literals: [a=1, b=two], files: [x.txt, renamed=x.txt]}]
secretGenerator: [{name: sec, literals: [p=q]}]
",
            ),
            (
                "over/kustomization.yaml",
                "resources: [../base]
namePrefix: dev-
nameSuffix: -x
namespace: ns1
commonLabels: {env: dev}
commonAnnotations: {note: hi}
images: [{name: nginx, newTag: \"1.27\"}]
replicas: [{name: web, count: 3}]
patches:
- target: {kind: Deployment}
  patch: '- {op: add, path: /spec/template/spec/containers/0/args, value: [x]}'
- patch: |-
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec: {template: {spec: {containers: [{name: c, resources: {limits: {cpu: 1}}}]}}}
configMapGenerator: [{name: conf, behavior: merge, literals: [b=three]}]
",
            ),
        ],
    );
    let (mut streams, printed) = Streams::captured("");
    let built = build(&folder.path().join("over"), "over", &mut streams.err).unwrap();
    assert_eq!(printed.err().lines().count(), 1);
    let text = built.sorted().to_yaml();
    // These names were computed by the genuine program from the same files.
    for part in [
        "  name: dev-conf-x-f899h8f6cc\n  namespace: ns1\n",
        "  name: dev-sec-x-hb2dth72f6\n",
        "              key: p\n              name: dev-sec-x-hb2dth72f6\n",
        "            name: dev-conf-x-f899h8f6cc\n",
        "  b: three\n",
        "        image: nginx:1.27\n",
        "  replicas: 3\n",
        "      - args:\n        - x\n",
        "            cpu: 1\n",
        "    matchLabels:\n      app: web\n      env: dev\n",
        "      annotations:\n        note: hi\n",
    ] {
        assert!(text.contains(part), "{part} is missing in\n{text}");
    }
    assert!(text.starts_with("apiVersion: v1\ndata:\n  a: \"1\"\n"), "{text}");
}

#[test]
fn objects_may_bear_where_they_come_from() {
    let folder = tempfile::tempdir().unwrap();
    let base = "resources: [deploy.yaml]\nconfigMapGenerator: [{name: conf, literals: [a=1]}]\n";
    let over = "resources: [../base]\nbuildMetadata: [originAnnotations, managedByLabel]\n\
        patches: [{target: {kind: Deployment}, patch: '- {op: add, path: /metadata/annotations/x, value: z}'}]\n";
    write(
        folder.path(),
        &[
            ("base/deploy.yaml", DEPLOYMENT),
            ("base/kustomization.yaml", base),
            ("over/kustomization.yaml", over),
        ],
    );
    let text = build(&folder.path().join("over"), "over", &mut nobody()).unwrap().to_yaml();
    for part in [
        "    config.kubernetes.io/origin: |\n      path: ../base/deploy.yaml\n    x: z\n",
        "      configuredIn: ../base/kustomization.yaml\n      configuredBy:\n        apiVersion: builtin\n        kind: ConfigMapGenerator\n",
        "    app.kubernetes.io/managed-by: kustomize-v5.8.1\n",
    ] {
        assert!(text.contains(part), "{part} is missing in\n{text}");
    }
    let refused = failure("buildMetadata: [transformerAnnotations]");
    assert!(refused.starts_with("error: not simulated: \"transformerAnnotations\""), "{refused}");
}

#[test]
fn each_object_may_have_a_file_of_its_own_and_files_may_stand_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    write(
        folder.path(),
        &[("deploy.yaml", DEPLOYMENT), ("over/kustomization.yaml", "resources: [../deploy.yaml]\n")],
    );
    let over = folder.path().join("over");
    assert!(build(&over, "over", &mut nobody()).unwrap_err().report().contains("is not in or below"));
    let built = build_with(&over, "over", true, &mut nobody()).unwrap();
    assert_eq!(built.files()[0].0, "apps_v1_deployment_web.yaml");
}

fn failure(kustomization: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &[("deploy.yaml", DEPLOYMENT), ("kustomization.yaml", kustomization)]);
    build(folder.path(), "x", &mut nobody()).unwrap_err().report()
}

#[test]
fn what_cannot_be_built_is_told() {
    assert_eq!(failure("foo: bar"), "error: invalid Kustomization: json: unknown field \"foo\"");
    assert!(failure("vars: []").starts_with("error: not simulated: \"vars\" in "));
    assert!(
        failure("resources: ['https://example.org/x']")
            .contains("not simulated: fetching https://example.org/x")
    );
    assert!(
        failure("resources: [deploy.yaml, deploy.yaml]")
            .contains("accumulation err='merging resources from 'deploy.yaml': may not add resource with an already registered id: Deployment.v1.apps/web.[noNs]'")
    );
    assert!(failure("resources: [.]").contains("cycle detected"));
    assert!(
        failure(
            "resources: [deploy.yaml]\npatches: [{patch: '{apiVersion: v1, kind: Pod, metadata: {name: a}}'}]"
        )
        .contains("no matches for Id Pod.v1.[noGrp]/a.[noNs]")
    );
}

#[test]
fn replacements_components_and_labels() {
    let folder = tempfile::tempdir().unwrap();
    write(
        folder.path(),
        &[
            ("deploy.yaml", DEPLOYMENT),
            (
                "part/kustomization.yaml",
                "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nnamePrefix: part-\n",
            ),
            (
                "kustomization.yaml",
                "resources: [deploy.yaml]
components: [part]
labels: [{pairs: {team: a}, includeTemplates: true}]
replacements:
- source: {kind: Deployment, fieldPath: metadata.name}
  targets:
  - select: {kind: Deployment}
    fieldPaths: ['spec.template.spec.containers.[name=c].image']
    options: {delimiter: ':', index: 1}
",
            ),
        ],
    );
    let text = build(folder.path(), "x", &mut nobody()).unwrap().to_yaml();
    assert!(text.contains("image: nginx:part-web\n"), "{text}");
    assert_eq!(text.matches("team: a").count(), 2, "{text}");
    assert!(text.contains("  name: part-web\n"), "{text}");
}

#[test]
fn what_no_list_orders_is_ordered_by_group_and_a_kustomization_may_say_another_order() {
    let folder = tempfile::tempdir().unwrap();
    let objects = "apiVersion: x.io/v1\nkind: Foo\nmetadata: {name: foo}\n---\n\
         apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: h}\n---\n\
         apiVersion: v1\nkind: Service\nmetadata: {name: s}\n";
    let built = |options: &str| {
        let kustomization = format!("resources: [r.yaml]\n{options}");
        write(folder.path(), &[("r.yaml", objects), ("kustomization.yaml", &kustomization)]);
        let text = build(folder.path(), ".", &mut nobody()).map(|built| built.sorted().to_yaml());
        text.map(|text| {
            text.lines().filter_map(|line| line.strip_prefix("kind: ").map(str::to_owned)).collect()
        })
    };
    let kinds = |options: &str| -> Vec<String> { built(options).unwrap() };
    assert_eq!(kinds(""), ["Service", "HorizontalPodAutoscaler", "Foo"]);
    assert_eq!(kinds("sortOptions: {order: fifo}"), ["Foo", "HorizontalPodAutoscaler", "Service"]);
    let last = "sortOptions: {order: legacy, legacySortOptions: {orderLast: [Service]}}";
    assert_eq!(kinds(last), ["HorizontalPodAutoscaler", "Foo", "Service"]);
    let failure: String =
        built("sortOptions: {order: other}").map(|_: Vec<String>| ()).unwrap_err().to_string();
    assert_eq!(failure, "the field 'sortOptions.order' must be one of [fifo, legacy]");
}

#[test]
fn each_layer_that_fails_says_where_it_is() {
    let folder = tempfile::tempdir().unwrap();
    write(
        folder.path(),
        &[
            ("kustomization.yaml", "resources: [base]"),
            (
                "base/kustomization.yaml",
                "patches: [{patch: \"kind: X\\napiVersion: v1\\nmetadata: {name: x}\"}]",
            ),
        ],
    );
    let base = folder.path().join("base").canonicalize().unwrap();
    let base = base.display();
    let failure = build(folder.path(), ".", &mut nobody()).unwrap_err().to_string();
    assert_eq!(
        failure,
        format!(
            "accumulating resources: accumulation err='accumulating resources from 'base': '{base}' must resolve to a file': recursed accumulation of path '{base}': no resource matches strategic merge patch \"X.v1.[noGrp]/x.[noNs]\": no matches for Id X.v1.[noGrp]/x.[noNs]; failed to find unique target for patch X.v1.[noGrp]/x.[noNs]"
        )
    );
}

#[test]
fn a_patch_is_an_object_with_a_name_or_a_list_in_json() {
    let folder = tempfile::tempdir().unwrap();
    let deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {}\n";
    let built = |patch: &str| {
        let kustomization =
            format!("resources: [d.yaml]\npatches:\n- target: {{kind: Deployment}}\n  patch: {patch:?}\n");
        write(folder.path(), &[("d.yaml", deployment), ("kustomization.yaml", &kustomization)]);
        build(folder.path(), ".", &mut nobody())
            .map(|built| built.to_yaml())
            .map_err(|failure| failure.to_string())
    };
    for taken in [
        r#"[{"op": "replace", "path": "/spec/replicas", "value": 3}]"#,
        "- {op: add, path: /spec/replicas, value: 3}",
        "kind: Deployment\nmetadata: {name: other}\nspec: {replicas: 3}",
    ] {
        let text = built(taken).unwrap();
        assert!(text.contains("replicas: 3\n") && text.contains("name: web\n"), "{taken} {text}");
    }
    for (refused, shown) in [
        ("spec: {replicas: 3}", "'spec: {replicas: 3}'"),
        ("[{op: add, path: /spec/replicas, value: 3}]", "'[{op: add, path: /spec/replicas, value: 3}]'"),
        ("x", "x"),
    ] {
        let why = format!(
            "trouble configuring builtin PatchTransformer with config: `\npatch: {shown}\ntarget:\n  kind: Deployment\n`: unable to parse SM or JSON patch from [patch: {refused:?}]"
        );
        assert_eq!(built(refused).unwrap_err(), why);
    }
}

#[test]
fn components_are_built_by_themselves_and_only_where_components_belong() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    let component = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [c.yaml]\n";
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n";
    write(
        &root,
        &[
            ("component/kustomization.yaml", component),
            ("component/c.yaml", map),
            ("plain/kustomization.yaml", "namePrefix: x-"),
            ("one/kustomization.yaml", "resources: [../component]"),
            ("two/kustomization.yaml", "components: [../plain]"),
            ("three/kustomization.yaml", "components: [nope/../../none]"),
        ],
    );
    let built = |name: &str| {
        let built = build(&root.join(name), ".", &mut nobody());
        built.map(|built| built.to_yaml()).map_err(|failure| failure.to_string())
    };
    assert!(built("component").unwrap().contains("name: c\n"));
    let path = |name: &str| root.join(name).display().to_string();
    let (component, plain, none) = (path("component"), path("plain"), path("none"));
    for (name, why) in [
        ("one", format!("must resolve to a file': expected kind != 'Component' for path '{component}'")),
        (
            "two",
            format!(
                "accumulateDirectory: \"expected kind 'Component' for path '{plain}' but got 'Kustomization'\""
            ),
        ),
        (
            "three",
            format!(
                "loader.New \"must build at directory: not a valid directory: evalsymlink failure on '{none}' : lstat {none}: no such file or directory\""
            ),
        ),
    ] {
        let failure = built(name).unwrap_err();
        assert!(failure.ends_with(&why), "{failure}");
    }
}
