//! The API as clients meet it, over the in-memory transport.

use futures::{AsyncBufReadExt, TryStreamExt};
use http::Request;

use crate::base::{Value, json};

use super::super::config::ClusterConfig;
use super::super::running_cluster::Cluster;

fn cluster() -> Cluster {
    Cluster::start(ClusterConfig { manual_time: true, ..ClusterConfig::default() }).unwrap()
}

/// Makes one request; the code and the JSON of the answer (a string when it is none).
pub(super) async fn ask(
    cluster: &Cluster,
    method: &str,
    url: &str,
    headers: &[(&str, &str)],
    body: &Value,
) -> (u16, Value) {
    let mut request = Request::builder().method(method).uri(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body = if body.is_null() { Vec::new() } else { serde_json::to_vec(body).unwrap() };
    let response = cluster.client().send(request.body(body.into()).unwrap()).await.unwrap();
    let code = response.status().as_u16();
    let bytes = http_body_util::BodyExt::collect(response.into_body()).await.unwrap().to_bytes();
    let value = serde_json::from_slice(&bytes)
        .unwrap_or_else(|_| Value::from(String::from_utf8_lossy(&bytes).into_owned()));
    (code, value)
}

pub(super) async fn get(cluster: &Cluster, url: &str) -> (u16, Value) {
    ask(cluster, "GET", url, &[], &Value::Null).await
}

fn config_map(name: &str, color: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap",
        "metadata": {"name": name, "labels": {"color": color}}, "data": {"a": "1"}})
}

pub(super) const MAPS: &str = "/api/v1/namespaces/default/configmaps";

pub(super) async fn with_default_namespace() -> Cluster {
    let cluster = cluster();
    if get(&cluster, "/api/v1/namespaces/default").await.0 == 404 {
        let body = json!({"kind": "Namespace", "metadata": {"name": "default"}});
        ask(&cluster, "POST", "/api/v1/namespaces", &[], &body).await;
    }
    cluster
}

#[tokio::test]
async fn objects_are_created_read_changed_and_deleted() {
    let cluster = with_default_namespace().await;
    let (code, made) = ask(&cluster, "POST", MAPS, &[], &config_map("one", "red")).await;
    assert_eq!((code, &made["kind"]), (201, &json!("ConfigMap")));
    let (code, again) = ask(&cluster, "POST", MAPS, &[], &config_map("one", "red")).await;
    assert_eq!((code, &again["message"]), (409, &json!("configmaps \"one\" already exists")));
    let one = format!("{MAPS}/one");
    let merge = [("content-type", "application/merge-patch+json")];
    let (code, patched) = ask(&cluster, "PATCH", &one, &merge, &json!({"data": {"b": "2"}})).await;
    assert_eq!((code, &patched["data"]), (200, &json!({"a": "1", "b": "2"})));
    assert_eq!(ask(&cluster, "PUT", &one, &[], &made).await.0, 409, "the copy is stale");
    let (code, status) = ask(&cluster, "DELETE", &one, &[], &Value::Null).await;
    assert_eq!((code, &status["status"]), (200, &json!("Success")));
    assert_eq!(status["details"]["uid"], made["metadata"]["uid"]);
    let (code, status) = get(&cluster, &one).await;
    assert_eq!((code, &status["message"]), (404, &json!("configmaps \"one\" not found")));
}

#[tokio::test]
async fn lists_are_selected_paged_and_named_after_their_kind() {
    let cluster = with_default_namespace().await;
    let (_, empty) = get(&cluster, "/api/v1/namespaces/nowhere/services").await;
    assert_eq!((&empty["kind"], &empty["items"]), (&json!("ServiceList"), &json!([])));
    for (name, color) in [("x1", "red"), ("x2", "blue"), ("x3", "red")] {
        ask(&cluster, "POST", MAPS, &[], &config_map(name, color)).await;
    }
    let names = |list: &Value| -> Vec<String> {
        let items = list["items"].as_array().unwrap();
        items.iter().map(|item| item["metadata"]["name"].as_str().unwrap().to_owned()).collect()
    };
    let (_, red) = get(&cluster, &format!("{MAPS}?labelSelector=color%3Dred")).await;
    assert_eq!(names(&red), ["x1", "x3"]);
    let (_, page) = get(&cluster, &format!("{MAPS}?labelSelector=color&limit=2")).await;
    assert_eq!(names(&page), ["x1", "x2"]);
    let token = page["metadata"]["continue"].as_str().unwrap();
    let (_, page) = get(&cluster, &format!("{MAPS}?labelSelector=color&limit=2&continue={token}")).await;
    assert_eq!(names(&page), ["x3"]);
    assert_eq!(get(&cluster, &format!("{MAPS}?fieldSelector=x%3Dy")).await.0, 400);
    assert_eq!(
        get(&cluster, &format!("{MAPS}?resourceVersion=99999&resourceVersionMatch=Exact")).await.0,
        504
    );
}

#[tokio::test]
async fn every_page_shows_the_revision_of_the_first() {
    let cluster = with_default_namespace().await;
    for name in ["p1", "p2", "p3", "p4"] {
        ask(&cluster, "POST", MAPS, &[], &config_map(name, "red")).await;
    }
    let colored = format!("{MAPS}?labelSelector=color&limit=2");
    let names = |list: &Value| -> Vec<String> {
        let items = list["items"].as_array().unwrap();
        items.iter().map(|item| item["metadata"]["name"].as_str().unwrap().to_owned()).collect()
    };
    let (_, first) = get(&cluster, &colored).await;
    let (token, revision) =
        (first["metadata"]["continue"].as_str().unwrap(), &first["metadata"]["resourceVersion"]);
    assert_eq!(first["metadata"].get("remainingItemCount"), None, "nobody counts what a selector hides");
    ask(&cluster, "DELETE", &format!("{MAPS}/p3"), &[], &Value::Null).await;
    ask(&cluster, "POST", MAPS, &[], &config_map("p5", "red")).await;
    let (_, second) = get(&cluster, &format!("{colored}&continue={token}")).await;
    assert_eq!(
        (names(&second), &second["metadata"]["resourceVersion"]),
        (vec!["p3".into(), "p4".into()], revision)
    );
    let text = revision.as_str().unwrap();
    let exact = format!("{MAPS}?labelSelector=color&resourceVersion={text}&resourceVersionMatch=Exact");
    assert_eq!(names(&get(&cluster, &exact).await.1), ["p1", "p2", "p3", "p4"]);
    let newer =
        format!("{MAPS}?labelSelector=color&resourceVersion={text}&resourceVersionMatch=NotOlderThan");
    assert_eq!(names(&get(&cluster, &newer).await.1), ["p1", "p2", "p4", "p5"]);
    let (_, whole) = get(&cluster, &format!("{colored}&resourceVersion=0")).await;
    assert_eq!(names(&whole).len(), 4, "any state is served whole");
    cluster.reset();
    let (code, gone) = get(&cluster, &format!("{colored}&continue={token}")).await;
    assert_eq!((code, &gone["reason"]), (410, &json!("Expired")));
    let rest = gone["metadata"]["continue"].as_str().unwrap();
    assert_eq!(get(&cluster, &format!("{colored}&continue={rest}")).await.0, 200);
}

#[tokio::test]
async fn answers_are_indented_packed_or_refused_as_asked() {
    let cluster = with_default_namespace().await;
    let raw = async |url: &str, headers: &[(&str, &str)]| {
        let mut request = Request::get(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = cluster.client().send(request.body(Vec::new().into()).unwrap()).await.unwrap();
        let coding = response.headers().get("content-encoding").cloned();
        (
            response.status().as_u16(),
            coding,
            http_body_util::BodyExt::collect(response.into_body()).await.unwrap().to_bytes(),
        )
    };
    let (_, _, body) = raw("/api/v1/namespaces/default", &[("user-agent", "curl/8")]).await;
    assert!(body.starts_with(b"{\n  \""), "{body:?}");
    let (_, coding, body) = raw("/openapi/v3/api/v1", &[("accept-encoding", "gzip")]).await;
    assert_eq!((coding.unwrap().as_bytes(), &body[..2]), (&b"gzip"[..], &[0x1f, 0x8b][..]));
    for (url, accept) in [
        (MAPS, "application/vnd.kubernetes.protobuf"),
        (MAPS, "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"),
        ("/api/v1/namespaces/default", "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"),
    ] {
        assert_eq!(raw(url, &[("accept", accept)]).await.0, 406, "{url} {accept}");
    }
    assert_eq!(raw("/api/v1/namespaces/%zz", &[]).await.0, 400);
}

#[tokio::test]
async fn the_server_tells_how_it_is_and_what_it_did() {
    let cluster = with_default_namespace().await;
    assert_eq!(get(&cluster, "/readyz").await, (200, json!("ok")));
    let (_, told) = get(&cluster, "/livez?verbose&exclude=log").await;
    let told = told.as_str().unwrap();
    assert!(
        told.starts_with("[+]ping ok\n[+]log excluded: ok\n[+]etcd ok\n[+]poststarthook/start-"),
        "{told}"
    );
    assert!(told.ends_with("openapiv3-controller ok\nlivez check passed\n"), "{told}");
    assert_eq!(get(&cluster, "/readyz/poststarthook/rbac/bootstrap-roles").await.0, 200);
    let kubelet = "/api/v1/nodes/minikube:10250/proxy";
    assert_eq!(get(&cluster, &format!("{kubelet}/healthz")).await, (200, json!("ok")));
    assert_eq!(get(&cluster, &format!("{kubelet}/configz")).await.0, 501);
    let (_, groups) = get(&cluster, "/apis/apps").await;
    assert_eq!(groups["preferredVersion"]["groupVersion"], "apps/v1");
    assert_eq!((get(&cluster, "/healthz/etcd").await.0, get(&cluster, "/healthz/x").await.0), (200, 404));
    get(&cluster, &format!("{MAPS}/none")).await;
    let (_, metrics) = get(&cluster, "/metrics").await;
    let line = "apiserver_request_total{code=\"404\",component=\"apiserver\",dry_run=\"\",group=\"\",resource=\"configmaps\",scope=\"resource\",subresource=\"\",verb=\"GET\",version=\"v1\"} 1\n";
    assert!(metrics.as_str().unwrap().contains(line), "{metrics}");
}

#[tokio::test]
async fn tables_carry_cells_and_metadata() {
    let cluster = with_default_namespace().await;
    ask(&cluster, "POST", MAPS, &[], &config_map("x1", "red")).await;
    let table = [("accept", "application/json;as=Table;v=v1;g=meta.k8s.io,application/json")];
    let (_, shown) = ask(&cluster, "GET", &format!("{MAPS}/x1"), &table, &Value::Null).await;
    assert_eq!((&shown["kind"], &shown["rows"][0]["cells"][0]), (&json!("Table"), &json!("x1")));
    assert_eq!(shown["columnDefinitions"][0]["name"], "Name");
    assert_eq!(shown["rows"][0]["object"]["kind"], "PartialObjectMetadata");
    let (_, shown) =
        ask(&cluster, "GET", &format!("{MAPS}?includeObject=Object"), &table, &Value::Null).await;
    assert!(shown["rows"].as_array().unwrap().iter().all(|row| row["object"]["kind"] == "ConfigMap"));
}

#[tokio::test]
async fn what_is_unknown_or_malformed_is_said_so() {
    let cluster = with_default_namespace().await;
    assert_eq!(get(&cluster, "/api/v1/nothing").await, (404, json!("404 page not found\n")));
    let (code, status) = ask(&cluster, "DELETE", "/api/v1/namespaces", &[], &Value::Null).await;
    assert_eq!((code, &status["reason"]), (405, &json!("MethodNotAllowed")));
    let odd = [("content-type", "application/x-odd")];
    assert_eq!(ask(&cluster, "POST", MAPS, &odd, &json!({})).await.0, 415);
    assert_eq!(ask(&cluster, "PATCH", &format!("{MAPS}/x"), &odd, &json!({})).await.0, 415);
    assert_eq!(ask(&cluster, "POST", MAPS, &[], &json!([1])).await.0, 400);
    assert_eq!(ask(&cluster, "POST", MAPS, &[], &json!({"kind": "Secret"})).await.0, 400);
    assert_eq!(get(&cluster, "/podlings/node-ports").await, (200, json!({})));
}

/// Posts bytes; the code and the message of the answer.
pub(super) async fn post_bytes(
    cluster: &Cluster,
    query: &str,
    content_type: &str,
    body: Vec<u8>,
) -> (u16, String) {
    let request =
        Request::post(format!("{MAPS}{query}")).header("content-type", content_type).body(body.into());
    let response = cluster.client().send(request.unwrap()).await.unwrap();
    let code = response.status().as_u16();
    let bytes = http_body_util::BodyExt::collect(response.into_body()).await.unwrap().to_bytes();
    let value: Value = serde_json::from_slice(&bytes).unwrap();
    (code, value["message"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn hostile_bodies_get_a_status_and_harm_nobody() {
    let cluster = with_default_namespace().await;
    let json = "application/json";
    let nested = |open: &str| open.repeat(100_000).into_bytes();
    for (content_type, body, expected) in [
        (json, b"".to_vec(), 400),
        (json, b"{".to_vec(), 400),
        (json, b"{\"metadata\": \"x\"}".to_vec(), 400),
        (json, b"\xff\xfe".to_vec(), 400),
        (json, nested("["), 400),
        (json, nested("{\"a\":"), 400),
        (json, vec![b' '; 3 * 1024 * 1024 + 1], 413),
        ("application/yaml", nested("["), 400),
        ("application/yaml", nested("{a: "), 400),
        ("application/yaml", b"\xff".to_vec(), 400),
        ("application/vnd.kubernetes.protobuf", b"k8s\0".to_vec(), 400),
        ("application/vnd.kubernetes.protobuf", b"no magic".to_vec(), 400),
        ("application/vnd.kubernetes.protobuf", b"k8s\0\x0a\xff\xff\xff\xff\x0f".to_vec(), 400),
        ("text/html", b"{}".to_vec(), 415),
    ] {
        let shown = String::from_utf8_lossy(&body[..body.len().min(20)]).into_owned();
        let (code, message) = post_bytes(&cluster, "", content_type, body).await;
        assert_eq!(code, expected, "{content_type} {shown}: {message}");
        assert!(!message.is_empty(), "{content_type} {shown}");
    }
    assert_eq!(get(&cluster, MAPS).await.0, 200);
}

#[tokio::test]
async fn fields_that_come_twice_are_refused_strictly() {
    let cluster = with_default_namespace().await;
    let body =
        br#"{"metadata":{"name":"twice"},"what":1,"data":{"a":"1","a":"2"},"bogus":1,"bogus":2}"#.to_vec();
    let strict = "?fieldValidation=Strict";
    assert_eq!(
        post_bytes(&cluster, strict, "application/json", body.clone()).await,
        (
            400,
            "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: strict decoding error: \
             unknown field \"what\", duplicate field \"data.a\", unknown field \"bogus\""
                .to_owned()
        )
    );
    assert_eq!(post_bytes(&cluster, "", "application/json", body).await.0, 201);
}

#[tokio::test]
async fn options_are_checked_before_anything_is_done() {
    let cluster = with_default_namespace().await;
    let apply = [("content-type", "application/apply-patch+yaml")];
    let merge = [("content-type", "application/merge-patch+json")];
    let (one, body) = (format!("{MAPS}/one"), config_map("one", "red"));
    let both = json!({"propagationPolicy": "Never", "orphanDependents": true, "dryRun": ["Some"]});
    for (method, url, headers, body, expected) in [
        (
            "PATCH",
            one.clone(),
            &apply[..],
            &body,
            r#"PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch"#,
        ),
        (
            "PATCH",
            format!("{one}?force=true"),
            &merge[..],
            &body,
            r#"PatchOptions.meta.k8s.io "" is invalid: force: Forbidden: may not be specified for non-apply patch"#,
        ),
        (
            "POST",
            format!("{MAPS}?dryRun=Some&fieldManager=a%07"),
            &[],
            &body,
            r#"CreateOptions.meta.k8s.io "" is invalid: [fieldManager: Invalid value: "a\u0007": invalid character U+0007 (at position 1), dryRun: Unsupported value: ["Some"]: supported values: "All"]"#,
        ),
        (
            "DELETE",
            one.clone(),
            &[],
            &both,
            r#"DeleteOptions.meta.k8s.io "" is invalid: [propagationPolicy: Invalid value: "Never": orphanDependents and deletionPropagation cannot be both set, propagationPolicy: Unsupported value: "Never": supported values: "Foreground", "Background", "Orphan", "nil", dryRun: Unsupported value: ["Some"]: supported values: "All"]"#,
        ),
    ] {
        let (code, status) = ask(&cluster, method, &url, headers, body).await;
        assert_eq!((code, &status["message"]), (422, &json!(expected)), "{method} {url}");
    }
}

#[tokio::test]
async fn a_client_can_discover_and_ask_who_it_is() {
    let cluster = cluster();
    assert_eq!(cluster.client().apiserver_version().await.unwrap().git_version, "v1.36.2");
    let groups = cluster.client().list_api_groups().await.unwrap();
    assert!(groups.groups.iter().any(|group| group.name == "apps"));
    let aggregated = cluster.client().list_core_api_versions_aggregated().await.unwrap();
    assert_eq!(aggregated.items.len(), 1);
    let legacy = cluster.client().list_core_api_resources("v1").await.unwrap();
    let eviction = legacy.resources.iter().find(|resource| resource.name == "pods/eviction").unwrap();
    assert_eq!((eviction.group.as_deref(), eviction.version.as_deref()), (Some("policy"), Some("v1")));
    let url = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
    let (code, review) = ask(&cluster, "POST", url, &[], &json!({"kind": "SelfSubjectReview"})).await;
    assert_eq!((code, &review["status"]["userInfo"]["username"]), (201, &json!("minikube-user")));
}

/// Opens a watch; each line as JSON.
async fn lines(
    cluster: &Cluster,
    url: &str,
    accept: &str,
) -> impl futures::Stream<Item = std::io::Result<Value>> + Unpin + use<> {
    let request = Request::get(url).header("accept", accept).body(Vec::new()).unwrap();
    let lines = cluster.client().request_stream(request).await.unwrap().lines();
    Box::pin(lines.map_ok(|line| serde_json::from_str(&line).unwrap()))
}

fn told(event: &Value) -> String {
    let name = event["object"]["metadata"]["name"].as_str().unwrap_or("-");
    format!("{} {name}", event["type"].as_str().unwrap())
}

#[tokio::test]
async fn a_watch_tells_the_state_and_then_what_happens() {
    let cluster = with_default_namespace().await;
    ask(&cluster, "POST", MAPS, &[], &config_map("x1", "red")).await;
    let mut events = lines(&cluster, &format!("{MAPS}?watch=1&labelSelector=color%3Dred"), "*/*").await;
    assert_eq!(told(&events.try_next().await.unwrap().unwrap()), "ADDED x1");
    ask(&cluster, "POST", MAPS, &[], &config_map("x2", "blue")).await;
    let merge = [("content-type", "application/merge-patch+json")];
    let paint = |color: &str| json!({"metadata": {"labels": {"color": color}}});
    ask(&cluster, "PATCH", &format!("{MAPS}/x2"), &merge, &paint("red")).await;
    ask(&cluster, "PATCH", &format!("{MAPS}/x1"), &merge, &paint("green")).await;
    ask(&cluster, "DELETE", &format!("{MAPS}/x2"), &[], &Value::Null).await;
    let mut heard = Vec::new();
    for _ in 0..3 {
        heard.push(events.try_next().await.unwrap().unwrap());
    }
    assert_eq!(heard.iter().map(told).collect::<Vec<_>>(), ["ADDED x2", "DELETED x1", "DELETED x2"]);
    assert_eq!(heard[1]["object"]["metadata"]["labels"]["color"], "red", "the last state that was selected");
}

#[tokio::test]
async fn a_watch_list_ends_its_first_part_with_a_bookmark() {
    let cluster = with_default_namespace().await;
    ask(&cluster, "POST", MAPS, &[], &config_map("x1", "red")).await;
    let parameters =
        "watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true";
    let url = format!("{MAPS}?{parameters}&fieldSelector=metadata.name%3Dx1&timeoutSeconds=30");
    let mut events = lines(&cluster, &url, "application/json").await;
    assert_eq!(told(&events.try_next().await.unwrap().unwrap()), "ADDED x1");
    let bookmark = events.try_next().await.unwrap().unwrap();
    assert_eq!(bookmark["type"], "BOOKMARK");
    assert_eq!(bookmark["object"]["metadata"]["annotations"]["k8s.io/initial-events-end"], "true");
}

#[tokio::test]
async fn watched_tables_name_their_columns_once() {
    let cluster = with_default_namespace().await;
    let (_, list) = get(&cluster, MAPS).await;
    let revision = list["metadata"]["resourceVersion"].as_str().unwrap();
    let accept = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";
    let mut events = lines(&cluster, &format!("{MAPS}?watch=true&resourceVersion={revision}"), accept).await;
    ask(&cluster, "POST", MAPS, &[], &config_map("x1", "red")).await;
    ask(&cluster, "POST", MAPS, &[], &config_map("x2", "red")).await;
    let (one, two) = (events.try_next().await.unwrap().unwrap(), events.try_next().await.unwrap().unwrap());
    assert_eq!(one["object"]["columnDefinitions"][0]["name"], "Name");
    assert_eq!(two["object"]["columnDefinitions"], json!([]));
    assert_eq!(two["object"]["rows"][0]["cells"][0], "x2");
}

#[tokio::test]
async fn a_reset_ends_watches_with_410() {
    let cluster = with_default_namespace().await;
    let (_, list) = get(&cluster, MAPS).await;
    let revision = list["metadata"]["resourceVersion"].as_str().unwrap();
    let mut events = lines(&cluster, &format!("{MAPS}?watch=true&resourceVersion={revision}"), "*/*").await;
    cluster.reset();
    let event = events.try_next().await.unwrap().unwrap();
    assert_eq!((&event["type"], &event["object"]["code"]), (&json!("ERROR"), &json!(410)));
    assert!(events.try_next().await.unwrap().is_none());
    let mut events = lines(&cluster, &format!("{MAPS}?watch=true&resourceVersion=999999"), "*/*").await;
    let event = events.try_next().await.unwrap().unwrap();
    assert_eq!((&event["type"], &event["object"]["reason"]), (&json!("ERROR"), &json!("Expired")));
    assert!(events.try_next().await.unwrap().is_none());
}

#[tokio::test]
async fn bodies_may_be_yaml_or_protobuf() {
    let cluster = with_default_namespace().await;
    let post = async |content_type: &str, body: Vec<u8>| {
        let request = Request::post(MAPS).header("content-type", content_type).body(body.into()).unwrap();
        cluster.client().send(request).await.unwrap().status().as_u16()
    };
    assert_eq!(post("application/yaml", b"metadata:\n  name: in-yaml\n".to_vec()).await, 201);
    assert_eq!(post("application/yaml", b"a: b: c".to_vec()).await, 400);
    // The envelope: apiVersion v1, kind ConfigMap; within it metadata.name.
    let mut body = b"k8s\0\x0a\x0f\x0a\x02v1\x12\x09ConfigMap".to_vec();
    body.extend(b"\x12\x0c\x0a\x0a\x0a\x08in-proto");
    assert_eq!(post("application/vnd.kubernetes.protobuf", body).await, 201);
    assert_eq!(post("application/vnd.kubernetes.protobuf", b"k8s\0\xff".to_vec()).await, 400);
    assert_eq!(get(&cluster, &format!("{MAPS}/in-proto")).await.0, 200);
}

#[tokio::test]
async fn whoever_is_impersonated_may_do_what_is_bound_to_them() {
    let cluster = cluster();
    let roles = "/apis/rbac.authorization.k8s.io/v1/namespaces/default";
    let bot = [("impersonate-user", "system:serviceaccount:default:bot")];
    let secrets = "/api/v1/namespaces/default/secrets";
    let refused = r#"secrets is forbidden: User "system:serviceaccount:default:bot" cannot list resource "secrets" in API group "" in the namespace "default""#;
    let (code, status) = ask(&cluster, "GET", secrets, &bot, &Value::Null).await;
    assert_eq!((code, &status["message"]), (403, &json!(refused)));
    let role = json!({"metadata": {"name": "reader"},
        "rules": [{"verbs": ["get", "list"], "apiGroups": [""], "resources": ["secrets"]}]});
    assert_eq!(ask(&cluster, "POST", &format!("{roles}/roles"), &[], &role).await.0, 201);
    let binding = json!({"metadata": {"name": "reader"}, "roleRef": {"kind": "Role", "name": "reader"},
        "subjects": [{"kind": "ServiceAccount", "name": "bot"}]});
    assert_eq!(ask(&cluster, "POST", &format!("{roles}/rolebindings"), &[], &binding).await.0, 201);
    assert_eq!(ask(&cluster, "GET", secrets, &bot, &Value::Null).await.0, 200);
    let review = json!({"spec": {"resourceAttributes": {"namespace": "default", "verb": "list", "resource": "secrets"}}});
    let url = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
    let (_, answer) = ask(&cluster, "POST", url, &bot, &review).await;
    let reason =
        r#"RBAC: allowed by RoleBinding "reader/default" of Role "reader" to ServiceAccount "bot/default""#;
    assert_eq!(answer["status"], json!({"allowed": true, "reason": reason}));
    let jane = [("impersonate-user", "jane")];
    let (code, status) = ask(&cluster, "GET", "/metrics", &jane, &Value::Null).await;
    assert_eq!(
        (code, &status["message"]),
        (403, &json!(r#"forbidden: User "jane" cannot get path "/metrics""#))
    );
    let (_, view) = get(&cluster, "/apis/rbac.authorization.k8s.io/v1/clusterroles/view").await;
    assert!(view["rules"].as_array().unwrap().len() > 9, "the rules of others are gathered");
}
