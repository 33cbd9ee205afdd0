//! Tests of what is said of the specs of Pods.

use crate::apimachinery::Object;
use crate::apimachinery::builtin::POD;
use crate::base::{Value, json};

use super::tests::{check, container};
use super::{Field, pod_spec_errors};

#[test]
fn a_whole_pod_asks_for_no_less_than_its_containers() {
    let mut manifest =
        container(json!({"resources": {"requests": {"cpu": "200m"}, "limits": {"memory": "2Gi"}}}));
    manifest["spec"]["resources"] = json!({"requests": {"cpu": "100m"}, "limits": {"memory": "1Gi"}});
    check(
        &POD,
        "p",
        vec![(
            manifest,
            vec![
                r#"spec.resources.requests: Invalid value: "2Gi": must be less than or equal to memory limit of 1Gi"#,
                r#"spec.resources.requests[cpu]: Invalid value: "100m": must be greater than or equal to aggregate container requests of 200m"#,
                r#"spec.resources.containers[0][memory].limits: Invalid value: "2Gi": must be less than or equal to pod limits of 1Gi"#,
            ],
        )],
    );
    let mut manifest = container(json!({}));
    let limits = json!({"ephemeral-storage": "1Gi", "gpu": "1", "cpu": "1"});
    manifest["spec"]["resources"] = json!({"limits": limits});
    check(
        &POD,
        "p",
        vec![(
            manifest,
            vec![
                r#"spec.resources.limits[ephemeral-storage]: Unsupported value: "ephemeral-storage": supported values: "cpu", "hugepages-", "memory""#,
                r#"spec.resources.limits[gpu]: Invalid value: "gpu": must be a standard resource type or fully qualified"#,
            ],
        )],
    );
}

#[test]
fn rules_about_restarts_need_a_policy_and_codes() {
    let rule = |action: &str, codes: Value| json!({"action": action, "exitCodes": codes});
    let many = rule("Restart", json!({"operator": "In", "values": [1]}));
    check(
        &POD,
        "p",
        vec![
            (
                container(
                    json!({"restartPolicyRules": [rule("Restart", json!({"operator": "In", "values": [1]}))]}),
                ),
                vec![
                    "spec.containers[0].restartPolicy: Required value: must specify restartPolicy when restart rules are used",
                ],
            ),
            (
                container(json!({"restartPolicy": "Sometimes"})),
                vec![
                    r#"spec.containers[0].restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "Never", "OnFailure""#,
                ],
            ),
            (
                container(
                    json!({"restartPolicy": "Never", "restartPolicyRules": [rule("Stop", json!({"operator": "Is"}))]}),
                ),
                vec![
                    r#"spec.containers[0].restartPolicyRules[0].action: Unsupported value: "Stop": supported values: "Restart", "RestartAllContainers""#,
                    r#"spec.containers[0].restartPolicyRules[0].exitCodes.operator: Unsupported value: "Is": supported values: "In", "NotIn""#,
                ],
            ),
            (
                container(json!({"restartPolicy": "Never", "restartPolicyRules": vec![many; 21]})),
                vec!["spec.containers[0].restartPolicyRules: Too many: 21: must have at most 20 items"],
            ),
            (
                container(json!({"restartPolicy": "Never", "restartPolicyRules": [
                    rule("Restart", json!({"operator": "In", "values": (0..256).collect::<Vec<_>>()}))]})),
                vec![
                    "spec.containers[0].restartPolicyRules[0].exitCodes.values: Too many: 256: must have at most 255 items",
                ],
            ),
        ],
    );
}

/// What is said about a Pod spec to which `change` was done.
fn spec_told(change: impl FnOnce(&mut Value)) -> Vec<String> {
    let mut spec = json!({
        "restartPolicy": "Always", "dnsPolicy": "ClusterFirst",
        "containers": [{
            "name": "a", "image": "nginx", "terminationMessagePolicy": "File", "imagePullPolicy": "Always",
        }],
    });
    change(&mut spec);
    let pod = Object::from_value(json!({"spec": spec})).unwrap();
    pod_spec_errors(&Field::of(&pod, "spec")).iter().map(ToString::to_string).collect()
}

#[test]
fn two_sources_of_a_volume_may_not_write_one_path() {
    let told = spec_told(|spec| {
        let part = |name: &str| json!({"configMap": {"name": name, "items": [{"key": "k", "path": "p"}]}});
        spec["volumes"] = json!([{"name": "v", "projected": {"sources": [part("a"), part("b")]}}]);
    });
    let expected = r#"spec.volumes[0].projected: Invalid value: "b": conflicting duplicate paths"#;
    assert_eq!(told, [expected]);
}

#[test]
fn pod_specs_are_judged_in_upstreams_words() {
    let container =
        |field: &'static str, value: Value| spec_told(move |spec| spec["containers"][0][field] = value);
    assert_eq!(spec_told(|_| ()), [] as [String; 0]);
    for (told, expected) in [
        (
            container("lifecycle", json!({"preStop": {}})),
            "spec.containers[0].lifecycle.preStop: Required value: must specify a handler type",
        ),
        (
            container("envFrom", json!([{}])),
            "spec.containers[0].envFrom[0]: Invalid value: \"\": must specify one of: `configMapRef` or `secretRef`",
        ),
        (
            container("securityContext", json!({"runAsUser": -1})),
            "spec.containers[0].securityContext.runAsUser: Invalid value: -1: must be between 0 and 2147483647, inclusive",
        ),
        (
            container(
                "env",
                json!([{"name": "A", "valueFrom": {"resourceFieldRef": {"resource": "limits.gpu"}}}]),
            ),
            r#"spec.containers[0].env[0].valueFrom.resourceFieldRef.resource: Unsupported value: "limits.gpu": supported values: "limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu", "requests.ephemeral-storage", "requests.memory""#,
        ),
        (
            spec_told(|spec| {
                let term = json!({"labelSelector": {"matchLabels": {"a": "b"}}});
                spec["affinity"] =
                    json!({"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}});
            })
            .into_iter()
            .take(1)
            .collect(),
            "spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey: Required value: can not be empty",
        ),
        (
            spec_told(|spec| {
                spec["topologySpreadConstraints"] =
                    json!([{"maxSkew": 0, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule"}]);
            }),
            "spec.topologySpreadConstraints[0].maxSkew: Invalid value: 0: must be greater than zero",
        ),
        (
            spec_told(|spec| {
                spec["volumes"] = json!([{"name": "v", "hostPath": {"path": "/a", "type": "Folder"}}])
            }),
            r#"spec.volumes[0].hostPath.type: Unsupported value: "Folder": supported values: "", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket""#,
        ),
        (
            spec_told(|spec| {
                let init = json!({"name": "i", "image": "x", "terminationMessagePolicy": "File", "imagePullPolicy": "Always",
                    "readinessProbe": {"tcpSocket": {"port": 80}}});
                spec["initContainers"] = json!([init]);
            }),
            "spec.initContainers[0].readinessProbe: Forbidden: may not be set for init containers without restartPolicy=Always",
        ),
        (
            spec_told(|spec| spec["dnsPolicy"] = "None".into()),
            "spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None",
        ),
    ] {
        assert_eq!(told, [expected]);
    }
}

#[test]
fn mounts_and_security_say_only_what_can_be() {
    let mut manifest = container(json!({
        "volumeMounts": [
            {"name": "v", "mountPath": "/a", "recursiveReadOnly": "Enabled"},
            {"name": "v", "mountPath": "/b", "subPath": "../x"},
        ],
        "securityContext": {"procMount": "Unmasked", "appArmorProfile": {"type": "Any"}},
    }));
    let spec = &mut manifest["spec"];
    spec["volumes"] = json!([{"name": "v", "emptyDir": {}}]);
    spec["hostNetwork"] = json!(true);
    spec["securityContext"] = json!({
        "supplementalGroupsPolicy": "Some", "appArmorProfile": {"type": "Localhost"},
        "sysctls": [{"name": "net.core.somaxconn", "value": "1"}, {"name": "kernel.shm_rmid_forced", "value": "1"}],
    });
    check(
        &POD,
        "p",
        vec![(
            manifest,
            vec![
                "spec.containers[0].volumeMounts.recursiveReadOnly: Forbidden: may only be specified when readOnly is true",
                r#"spec.containers[0].volumeMounts.subPath: Invalid value: "../x": must not contain '..'"#,
                r#"spec.containers[0].securityContext.appArmorProfile.type: Unsupported value: "Any": supported values: "Localhost", "RuntimeDefault", "Unconfined""#,
                r#"spec.containers[0].securityContext.procMount: Invalid value: "Unmasked": `hostUsers` must be false to use `Unmasked`"#,
                r#"spec.securityContext.sysctls[0].name: Invalid value: "net.core.somaxconn": may not be specified when 'hostNetwork' is true"#,
                r#"spec.securityContext.supplementalGroupsPolicy: Unsupported value: "Some": supported values: "Merge", "Strict""#,
                "spec.securityContext.appArmorProfile.localhostProfile: Required value: must be set when AppArmor type is Localhost",
            ],
        )],
    );
}

#[test]
fn domains_to_search_may_hold_underscores_or_be_the_root() {
    let mut manifest = container(json!({}));
    manifest["spec"]["dnsConfig"] = json!({"searches": [".", "_tcp.example.com.", "a_b.c", "UPPER"]});
    let refusal = r#"spec.dnsConfig.searches[3]: Invalid value: "UPPER": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\._?[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*')"#;
    check(&POD, "p", vec![(manifest, vec![refusal])]);
}
