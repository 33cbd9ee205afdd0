//! What minikube prints about a cluster that answers fixed JSON.

use std::convert::Infallible;

use http::{Request, Response};
use kube::client::Body;
use tower::service_fn;

use super::{Context, run};
use crate::base::{Streams, Value, json};

/// A client whose cluster has one node, three Services and one running Pod.
fn client() -> kube::Client {
    let service = service_fn(|request: Request<Body>| {
        std::future::ready(Ok::<_, Infallible>(answered(known(request.uri().path()))))
    });
    kube::Client::new(service, "default")
}

/// What stands at a path.
fn known(path: &str) -> Option<Value> {
    match path {
        "/api/v1/nodes" => Some(json!({"items": [node("minikube", "192.168.49.2", true)]})),
        "/version" => Some(json!({"gitVersion": "v1.36.2"})),
        "/podlings/node-ports" => Some(json!({"30762": 30763})),
        "/api/v1/namespaces/default/pods" => Some(json!({"items": [
            {"metadata": {"name": "p", "labels": {"app": "first-app"}}, "status": {"phase": "Running"}}
        ]})),
        "/api/v1/pods" => Some(json!({"items": [{"status": {"containerStatuses": [
            {"image": "docker.io/codongmin/kub-first-app:latest", "imageID": "docker.io/codongmin/kub-first-app@sha256:2"},
            {"image": "codongmin/absent:3", "imageID": ""},
        ]}}]})),
        "/api/v1/services" => {
            let items: Vec<Value> = ["first-app", "inner"].into_iter().filter_map(service_named).collect();
            Some(json!({"items": items}))
        }
        other => service_named(other.strip_prefix("/api/v1/namespaces/default/services/")?),
    }
}

fn service_named(name: &str) -> Option<Value> {
    let (kind, app, port) = match name {
        "first-app" => ("LoadBalancer", "first-app", json!({"port": 8080, "nodePort": 30762})),
        "inner" => ("ClusterIP", "first-app", json!({"port": 80, "name": "web"})),
        "dead" => ("NodePort", "nobody", json!({"port": 80, "nodePort": 30000})),
        _ => return None,
    };
    let metadata = json!({"name": name, "namespace": "default"});
    Some(json!({"metadata": metadata, "spec": {"type": kind, "selector": {"app": app}, "ports": [port]}}))
}

fn node(name: &str, ip: &str, ready: bool) -> Value {
    json!({
        "metadata": {"name": name, "labels": {"node-role.kubernetes.io/control-plane": ""}},
        "status": {
            "addresses": [{"type": "InternalIP", "address": ip}],
            "conditions": [{"type": "Ready", "status": if ready { "True" } else { "False" }}],
            "images": [{"names": ["docker.io/library/nginx@sha256:1", "docker.io/library/nginx:latest"]}],
        }
    })
}

/// An answer of JSON, or 404.
fn answered(body: Option<Value>) -> Response<Body> {
    let (code, body) = match body {
        Some(body) => (200, body),
        None => (404, json!({"kind": "Status", "status": "Failure", "reason": "NotFound", "code": 404})),
    };
    let mut response = Response::new(Body::from(body.to_string().into_bytes()));
    *response.status_mut() = http::StatusCode::from_u16(code).unwrap();
    response
}

/// Exit code, standard output and standard error of a line.
async fn minikube(line: &str, plain: bool) -> (i32, String, String) {
    let args: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
    let (mut streams, capture) = Streams::captured("");
    let code = run(&args, &mut streams, &Context::new(client(), plain)).await;
    (code, capture.out(), capture.err())
}

#[tokio::test]
async fn service_url_is_a_port_of_this_machine() {
    let (code, out, err) = minikube("service first-app --url", false).await;
    assert_eq!((code, out.as_str(), err.as_str()), (0, "http://127.0.0.1:30763\n", ""));
    let (_, out, _) = minikube("service first-app --url --https", false).await;
    assert_eq!(out, "https://127.0.0.1:30763\n");
}

#[tokio::test]
async fn service_shows_a_table_and_opens_no_browser() {
    let (code, out, _) = minikube("service first-app", false).await;
    let expected = "\
┌───────────┬───────────┬─────────────┬────────────────────────┐
│ NAMESPACE │   NAME    │ TARGET PORT │          URL           │
├───────────┼───────────┼─────────────┼────────────────────────┤
│ default   │ first-app │ 8080        │ http://127.0.0.1:30763 │
└───────────┴───────────┴─────────────┴────────────────────────┘
💡  No browser was opened; fetch it with: curl http://127.0.0.1:30763
";
    assert_eq!((code, out.as_str()), (0, expected));
}

#[tokio::test]
async fn a_service_that_cannot_be_reached_is_explained() {
    let (code, _, err) = minikube("service nope", false).await;
    assert_eq!(code, 115);
    assert!(
        err.starts_with(
            "❌  Exiting due to SVC_NOT_FOUND: Service 'nope' was not found in 'default' namespace.\n"
        ),
        "{err}"
    );
    let (code, _, err) = minikube("service dead --url", true).await;
    assert_eq!(code, 115);
    assert!(
        err.starts_with(
            "X Exiting due to SVC_UNREACHABLE: service not available: no running pod for service dead found\n"
        ),
        "{err}"
    );
    let (code, out, err) = minikube("service inner", true).await;
    assert_eq!(code, 0);
    assert!(out.contains("| web/80      | No node port |"), "{out}");
    assert!(err.contains("kubectl port-forward -n default service/inner 8080:80"), "{err}");
}

#[tokio::test]
async fn service_list_shows_every_service() {
    let (_, out, _) = minikube("service list", true).await;
    let expected = "\
| NAMESPACE |   NAME    | TARGET PORT  |          URL           |
|-----------|-----------|--------------|------------------------|
| default   | first-app | 8080         | http://127.0.0.1:30763 |
| default   | inner     | No node port |                        |
";
    assert_eq!(out, expected);
}

#[tokio::test]
async fn the_cluster_is_described_in_minikubes_words() {
    let (code, out, _) = minikube("status", false).await;
    let expected = "minikube\ntype: Control Plane\nhost: Running\nkubelet: Running\napiserver: Running\nkubeconfig: Configured\n\n";
    assert_eq!((code, out.as_str()), (0, expected));
    assert_eq!(minikube("ip", false).await.1, "192.168.49.2\n");
    assert_eq!(minikube("node list", false).await.1, "minikube\t192.168.49.2\n");
    let (_, images, _) = minikube("image ls", false).await;
    assert_eq!(images, "docker.io/codongmin/kub-first-app:latest\ndocker.io/library/nginx:latest\n");
    assert!(minikube("version", false).await.1.starts_with("minikube version: v1.38.1\ncommit: "));
    let (_, out, _) = minikube("profile list", false).await;
    assert!(
        out.contains("│ minikube │ docker │ docker  │ 192.168.49.2 │ v1.36.2 │ OK     │ 1     │ *              │ *                  │"),
        "{out}"
    );
    let (code, out, _) = minikube("start", false).await;
    assert_eq!(code, 0);
    assert!(out.ends_with(
        "🏄  Done! kubectl is now configured to use \"minikube\" cluster and \"default\" namespace by default\n"
    ));
    let (_, out, _) = minikube("addons list", false).await;
    assert!(out.contains("│ default-storageclass        │ minikube │ enabled ✅ │"), "{out}");
}

#[tokio::test]
async fn json_has_the_fields_in_the_order_of_minikube() {
    for (line, wanted) in [
        (
            "status -o json",
            r#"{"Name":"minikube","Host":"Running","Kubelet":"Running","APIServer":"Running","Kubeconfig":"Configured","Worker":false}"#,
        ),
        ("version -o json", r#"{"commit":"eb25dbc7","minikubeVersion":"v1.38.1"}"#),
        (
            "service list -o json",
            r#"[{"Namespace":"default","Name":"first-app","URLs":["http://127.0.0.1:30763"],"PortNames":["8080"]},{"Namespace":"default","Name":"inner","URLs":[],"PortNames":["web/80"]}]"#,
        ),
        (
            "profile list -o json",
            r#"{"invalid":[],"valid":[{"Name":"minikube","Status":"OK","Config":{"Name":"minikube","Nodes":[{"IP":"192.168.49.2","Name":"minikube"}]},"Active":true,"ActiveKubeContext":true}]}"#,
        ),
    ] {
        let (code, out, _) = minikube(line, false).await;
        assert_eq!((code, out.trim_end()), (0, wanted), "{line}");
    }
}

#[tokio::test]
async fn what_is_absent_says_so_and_what_to_do_instead() {
    for line in [
        "stop",
        "delete --all",
        "dashboard",
        "ssh",
        "image load x",
        "image build -t x .",
        "image ls --format table",
        "addons enable registry",
        "addons enable yakd",
        "update-check",
    ] {
        let (code, out, err) = minikube(line, true).await;
        assert_eq!((code, out.as_str()), (1, ""), "{line}");
        assert!(err.starts_with("not simulated: minikube ") && err.lines().count() == 2, "{line}: {err}");
    }
}

#[tokio::test]
async fn wrong_lines_are_refused_as_minikube_refuses_them() {
    let (code, _, err) = minikube("sevice x", false).await;
    assert_eq!(code, 14);
    assert!(
        err.starts_with("Error: unknown command \"sevice\" for \"minikube\"\n") && err.contains("service"),
        "{err}"
    );
    let (code, _, err) = minikube("service x --nope", false).await;
    assert_eq!(
        (code, err.as_str()),
        (14, "Error: unknown flag: --nope\nSee 'minikube service --help' for usage.\n")
    );
    let (code, _, err) = minikube("status -p other", false).await;
    assert_eq!(code, 85);
    assert!(err.starts_with("🤷  Profile \"other\" not found."), "{err}");
}
