//! What types ask of bodies that are applied, and how lists tell theirs.

use crate::base::{Value, json};

use super::tests::{MAPS, ask, get, post_bytes, with_default_namespace};

const DEPLOYMENTS: &str = "/apis/apps/v1/namespaces/default/deployments";

#[tokio::test]
async fn items_of_built_in_kinds_leave_their_type_to_the_list() {
    let cluster = with_default_namespace().await;
    let map = json!({"kind": "ConfigMap", "metadata": {"name": "one"}});
    ask(&cluster, "POST", MAPS, &[], &map).await;
    let (_, list) = get(&cluster, MAPS).await;
    let item = &list["items"][0];
    assert_eq!(
        (&list["kind"], item.get("kind"), item.get("apiVersion")),
        (&json!("ConfigMapList"), None, None)
    );
    assert!(item["metadata"]["name"].is_string());
    let definition = json!({"metadata": {"name": "foos.example.com"}, "spec": {"group": "example.com",
        "scope": "Namespaced", "names": {"plural": "foos", "singular": "foo", "kind": "Foo", "listKind": "FooList"},
        "versions": [{"name": "v1", "served": true, "storage": true,
            "schema": {"openAPIV3Schema": {"type": "object"}}}]}});
    let definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    assert_eq!(ask(&cluster, "POST", definitions, &[], &definition).await.0, 201);
    let foos = "/apis/example.com/v1/namespaces/default/foos";
    let foo = json!({"apiVersion": "example.com/v1", "kind": "Foo", "metadata": {"name": "one"}});
    assert_eq!(ask(&cluster, "POST", foos, &[], &foo).await.0, 201);
    assert_eq!(get(&cluster, foos).await.1["items"][0]["kind"], "Foo");
}

async fn applied(cluster: &super::super::running_cluster::Cluster, url: &str, body: Value) -> (u16, String) {
    let headers = [("content-type", "application/apply-patch+yaml")];
    let (code, answer) = ask(cluster, "PATCH", url, &headers, &body).await;
    (code, answer["message"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn what_is_applied_must_be_what_the_path_names() {
    let cluster = with_default_namespace().await;
    let one = format!("{MAPS}/one?fieldManager=me");
    let body = |version: &str, name: &str| json!({"apiVersion": version, "kind": "ConfigMap", "metadata": {"name": name}});
    assert_eq!(
        applied(&cluster, &one, body("v1", "two")).await,
        (400, "the name of the object (two) does not match the name on the URL (one)".to_owned())
    );
    assert_eq!(
        applied(&cluster, &one, body("v2", "one")).await,
        (
            400,
            "Incorrect version specified in apply patch. Specified patch version: v2, expected: v1"
                .to_owned()
        )
    );
    assert_eq!(applied(&cluster, &one, body("v1", "one")).await.0, 201);
    let container = json!([{"name": "c", "image": "x", "env": [{"name": "A", "value": 1}]}]);
    let body = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d"},
        "spec": {"template": {"spec": {"containers": container}}}});
    let (code, told) = applied(&cluster, &format!("{DEPLOYMENTS}/d?fieldManager=me"), body).await;
    assert_eq!(code, 500);
    assert_eq!(
        told,
        "failed to create typed patch object (default/d; apps/v1, Kind=Deployment): .spec.template.spec.containers[name=\"c\"].env[name=\"A\"].value: expected string, got &value.valueUnstructured{Value:1}"
    );
}

#[tokio::test]
async fn keys_that_come_twice_in_yaml_are_told_by_their_lines() {
    let cluster = with_default_namespace().await;
    let body = "kind: ConfigMap\nmetadata:\n  name: twice\n  name: again\ndata:\n  a: x\n  a: z\nfoo: 1\n";
    let strict = "?fieldValidation=Strict";
    let (code, told) = post_bytes(&cluster, strict, "application/yaml", body.as_bytes().to_vec()).await;
    assert_eq!(code, 400);
    assert!(
        told.contains("strict decoding error: yaml: unmarshal errors:\n  line 4: key \"name\" already set in map\n  line 7: key \"a\" already set in map, unknown field \"foo\""),
        "{told}"
    );
    let ignored = "?fieldValidation=Ignore";
    assert_eq!(post_bytes(&cluster, ignored, "application/yaml", body.as_bytes().to_vec()).await.0, 201);
}

#[tokio::test]
async fn a_scale_is_that_of_the_object_in_the_path() {
    let cluster = with_default_namespace().await;
    let labels = json!({"a": "b"});
    let body = json!({"metadata": {"name": "d"}, "spec": {"selector": {"matchLabels": labels},
        "template": {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "c", "image": "nginx"}]}}}});
    assert_eq!(ask(&cluster, "POST", DEPLOYMENTS, &[], &body).await.0, 201);
    let scale = json!({"apiVersion": "autoscaling/v1", "kind": "Scale", "metadata": {"name": "z"}, "spec": {"replicas": 2}});
    let (code, told) = ask(&cluster, "PUT", &format!("{DEPLOYMENTS}/d/scale"), &[], &scale).await;
    assert_eq!(code, 400);
    assert_eq!(told["message"], "the name of the object (z) does not match the name on the URL (d)");
}

#[tokio::test]
async fn an_api_whose_server_is_not_there_is_unavailable() {
    let cluster = with_default_namespace().await;
    let spec = json!({"group": "wardle.example.com", "version": "v1alpha1", "groupPriorityMinimum": 1000,
        "versionPriority": 15, "service": {"namespace": "default", "name": "nobody"}});
    let body = json!({"metadata": {"name": "v1alpha1.wardle.example.com"}, "spec": spec});
    let services = "/apis/apiregistration.k8s.io/v1/apiservices";
    assert_eq!(ask(&cluster, "POST", services, &[], &body).await.0, 201);
    let path = "/apis/wardle.example.com/v1alpha1/flunders";
    assert_eq!(get(&cluster, path).await, (503, json!("service unavailable\n")));
    let accept = [("accept", "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList")];
    let (_, groups) = ask(&cluster, "GET", "/apis", &accept, &Value::Null).await;
    let stale = json!({"metadata": {"name": "wardle.example.com"},
        "versions": [{"version": "v1alpha1", "freshness": "Stale"}]});
    assert!(groups["items"].as_array().unwrap().contains(&stale), "{groups}");
}

#[tokio::test]
async fn answers_say_which_flow_a_request_belongs_to() {
    let cluster = with_default_namespace().await;
    let uid = async |kind: &str, name: &str| {
        let path = format!("/apis/flowcontrol.apiserver.k8s.io/v1/{kind}/{name}");
        get(&cluster, &path).await.1["metadata"]["uid"].as_str().unwrap().to_owned()
    };
    let account = "system:serviceaccount:default:default";
    for (user, path, schema, level) in [
        ("", "/api/v1/namespaces/default/pods", "exempt", "exempt"),
        (account, "/apis", "service-accounts", "workload-low"),
        (account, "/healthz", "probes", "exempt"),
    ] {
        let mut request = http::Request::builder().uri(path);
        if !user.is_empty() {
            request = request.header("impersonate-user", user);
        }
        let answer = cluster.client().send(request.body(Vec::new().into()).unwrap()).await.unwrap();
        let told = |name: &str| answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        assert_eq!(told("audit-id").unwrap().len(), 36);
        assert_eq!(told("x-kubernetes-pf-flowschema-uid"), Some(uid("flowschemas", schema).await), "{path}");
        let level = uid("prioritylevelconfigurations", level).await;
        assert_eq!(told("x-kubernetes-pf-prioritylevel-uid"), Some(level));
    }
}

#[tokio::test]
async fn ports_of_a_slice_are_tcp_unless_they_say_otherwise() {
    let cluster = with_default_namespace().await;
    let slice = json!({"metadata": {"name": "own"}, "addressType": "IPv4",
        "endpoints": [{"addresses": ["10.1.2.3"]}], "ports": [{"port": 80}]});
    let slices = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices";
    let (code, made) = ask(&cluster, "POST", slices, &[], &slice).await;
    assert_eq!((code, &made["ports"]), (201, &json!([{"name": "", "port": 80, "protocol": "TCP"}])));
}
