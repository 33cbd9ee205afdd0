//! Requests of any shape: every one gets an answer that says what it is, and none harms the next.

use std::sync::OnceLock;

use http::Request;
use http_body_util::BodyExt;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::FileFailurePersistence;
use tokio::runtime::Runtime;

use super::super::config::ClusterConfig;
use super::super::running_cluster::Cluster;
use crate::base::{Value, timeout};

const MAPS: &str = "/api/v1/namespaces/default/configmaps";
/// Wall time within which an answer must have come; generous, for machines that are busy.
const ANSWER_MAX: std::time::Duration = std::time::Duration::from_secs(30);

/// One cluster for all cases: what harms it shows in a later case.
fn bench() -> &'static (Runtime, Cluster) {
    static BENCH: OnceLock<(Runtime, Cluster)> = OnceLock::new();
    BENCH.get_or_init(|| {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let config = ClusterConfig { manual_time: true, ..ClusterConfig::default() };
        let cluster = runtime.block_on(async { Cluster::start(config).unwrap() });
        (runtime, cluster)
    })
}

fn paths() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        4 => select(vec![
            "api", "apis", "v1", "apps", "namespaces", "default", "configmaps", "pods", "deployments", "x", "", "..",
            "watch", "scale", "status", "log", "exec", "portforward", "proxy", "eviction", "binding", "finalize",
            "events.k8s.io", "openapi", "v3", "healthz", "livez", "metrics", "version", "nodes", "minikube",
        ]).prop_map(str::to_owned),
        1 => "(%[0-9a-f]{2}|[a-zA-Z0-9:;@!$&'()*+,=~_.-]){0,8}",
    ];
    prop_oneof![
        1 => Just(MAPS.to_owned()),
        1 => Just(format!("{MAPS}/x")),
        1 => Just("/apis/apps/v1/namespaces/default/deployments/x/scale".to_owned()),
        3 => prop::collection::vec(part, 0..7).prop_map(|parts| format!("/{}", parts.join("/"))),
    ]
}

fn queries() -> impl Strategy<Value = String> {
    let name = select(vec![
        "limit",
        "continue",
        "resourceVersion",
        "resourceVersionMatch",
        "sendInitialEvents",
        "labelSelector",
        "fieldSelector",
        "dryRun",
        "fieldValidation",
        "fieldManager",
        "force",
        "pretty",
        "gracePeriodSeconds",
        "propagationPolicy",
        "includeObject",
        "command",
        "stdout",
        "ports",
        "tailLines",
        "sinceTime",
        "exclude",
    ]);
    let value = prop_oneof![
        select(vec![
            "",
            "0",
            "1",
            "-1",
            "true",
            "Exact",
            "NotOlderThan",
            "All",
            "Strict",
            "a=b",
            "a%20in%20(b)",
            "!a"
        ])
        .prop_map(str::to_owned),
        "([a-zA-Z0-9.,=!()-]|%[0-9a-fA-F]{2}){0,12}",
    ];
    prop::collection::vec((name, value), 0..4).prop_map(|pairs| {
        pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
    })
}

/// A sound body with a few bytes changed, or any bytes at all.
fn bodies() -> impl Strategy<Value = Vec<u8>> {
    let sound = select(vec![
        br#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x","labels":{"a":"b"}},"data":{"k":"v"}}"#.to_vec(),
        br#"{"metadata":{"name":"x","ownerReferences":[{"uid":1}],"managedFields":[{}]},"data":[1]}"#.to_vec(),
        br#"{"kind":"DeleteOptions","gracePeriodSeconds":"x","preconditions":{"uid":"y"}}"#.to_vec(),
        br#"[{"op":"test","path":"/metadata/name","value":"y"},{"op":"remove","path":"/data"}]"#.to_vec(),
        br#"{"spec":{"replicas":3,"$patch":"replace","$setElementOrder/containers":[{"name":1}]}}"#.to_vec(),
        b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: &a {k: *a}\n".to_vec(),
        b"k8s\0\x0a\x0f\x0a\x02v1\x12\x09ConfigMap\x12\x0c\x0a\x0a\x0a\x08in-proto".to_vec(),
    ]);
    let changed =
        (sound, prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4), any::<bool>())
            .prop_map(|(mut body, changes, cut)| {
                for (index, byte) in changes {
                    let at = index.index(body.len());
                    body[at] = byte;
                    if cut {
                        body.truncate(at.max(1));
                    }
                }
                body
            });
    prop_oneof![4 => changed, 1 => prop::collection::vec(any::<u8>(), 0..200)]
}

/// Cases that failed once are kept beside the other tests.
fn settings() -> ProptestConfig {
    let kept = FileFailurePersistence::SourceParallel("tests/regressions");
    ProptestConfig { cases: 400, failure_persistence: Some(Box::new(kept)), ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(settings())]
    #[test]
    fn every_request_gets_an_answer(
        method in select(vec!["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "BREW"]),
        path in paths(),
        query in queries(),
        content_type in select(vec![
            "application/json", "application/yaml", "application/vnd.kubernetes.protobuf", "text/html", "",
            "application/json-patch+json", "application/merge-patch+json",
            "application/strategic-merge-patch+json", "application/apply-patch+yaml",
        ]),
        accept in select(vec![
            "*/*", "application/json", "application/yaml", "application/json;as=Table;v=v1;g=meta.k8s.io",
            "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io", "application/cbor", "x/;;=,",
        ]),
        body in bodies(),
    ) {
        let (runtime, cluster) = bench();
        let built = Request::builder()
            .method(method)
            .uri(format!("{path}?{query}"))
            .header("content-type", content_type)
            .header("accept", accept)
            .body(body.into());
        let Ok(request) = built else { return Ok(()) };
        let (code, is_json, bytes) = runtime.block_on(async {
            let answered = async {
                let response = cluster.client().send(request).await.unwrap();
                let is_json = response.headers().get("content-type").is_some_and(|value| value == "application/json");
                let code = response.status().as_u16();
                let streams = path.contains("watch") || query.contains("follow");
                // A watch goes on: its beginning is enough.
                let bytes = if streams { Default::default() } else { response.into_body().collect().await.unwrap().to_bytes() };
                (code, is_json, bytes)
            };
            timeout(ANSWER_MAX, answered).await.unwrap()
        });
        let text = String::from_utf8_lossy(&bytes).into_owned();
        prop_assert!(!text.contains("caused apiserver to panic"), "{method} {path}?{query}");
        if code >= 400 && is_json && !bytes.is_empty() {
            let status: Value = serde_json::from_slice(&bytes).unwrap();
            prop_assert_eq!(&status["kind"], "Status", "{} {}", method, path);
            prop_assert_eq!(&status["code"], code, "{} {}", method, path);
            prop_assert!(status["message"].as_str().is_some_and(|message| !message.is_empty()), "{}", text);
        }
        let list = Request::get(MAPS).body(Vec::new()).unwrap();
        let list: Value = runtime.block_on(cluster.client().request(list)).unwrap();
        prop_assert_eq!(&list["kind"], "ConfigMapList");
    }
}
