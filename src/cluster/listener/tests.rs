//! The API as other programs meet it.

use http::Request;
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};
use serde_json::Value;

use super::super::config::ClusterConfig;
use super::super::driver::Cluster;

async fn config_of(kubeconfig: &str) -> Config {
    let kubeconfig = Kubeconfig::from_yaml(kubeconfig).unwrap();
    Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await.unwrap()
}

async fn code_of(config: Config) -> u16 {
    let client = Client::try_from(config).unwrap();
    let request = Request::get("/api/v1/namespaces").body(Vec::new().into()).unwrap();
    client.send(request).await.unwrap().status().as_u16()
}

fn without_credentials(mut config: Config) -> Config {
    config.auth_info.client_certificate_data = None;
    config.auth_info.client_key_data = None;
    config
}

#[tokio::test]
async fn the_kubeconfig_opens_the_door_and_nothing_else_does() {
    let cluster = Cluster::start(ClusterConfig { manual_time: true, ..ClusterConfig::default() }).unwrap();
    let listener = cluster.listen(0).await.unwrap();
    let administrator = config_of(listener.kubeconfig()).await;
    assert_eq!(code_of(administrator.clone()).await, 200);
    let mut config = without_credentials(administrator);
    assert_eq!(code_of(config.clone()).await, 403, "nobody may list namespaces");
    config.auth_info.token = Some("guess".to_owned().into());
    assert_eq!(code_of(config.clone()).await, 401);
    config.auth_info.token = None;
    let key = rcgen::KeyPair::generate().unwrap();
    let foreign = rcgen::CertificateParams::new(Vec::new()).unwrap().self_signed(&key).unwrap();
    let encoded = |text: String| base64::Engine::encode(&base64::engine::general_purpose::STANDARD, text);
    config.auth_info.client_certificate_data = Some(encoded(foreign.pem()));
    config.auth_info.client_key_data = Some(encoded(key.serialize_pem()).into());
    assert_eq!(code_of(config).await, 401);
}

#[tokio::test]
async fn a_token_opens_the_door_for_its_account_until_it_expires() {
    let cluster = Cluster::start(ClusterConfig { manual_time: true, ..ClusterConfig::default() }).unwrap();
    let listener = cluster.listen(0).await.unwrap();
    let request = serde_json::json!({"spec": {"expirationSeconds": 600}});
    let url = "/api/v1/namespaces/kube-system/serviceaccounts/default/token";
    let request = Request::post(url).body(serde_json::to_vec(&request).unwrap()).unwrap();
    let answer: Value = cluster.client().request(request).await.unwrap();
    let mut config = without_credentials(config_of(listener.kubeconfig()).await);
    config.auth_info.token = Some(answer["status"]["token"].as_str().unwrap().to_owned().into());
    assert_eq!(code_of(config.clone()).await, 200, "minikube lets this account do everything");
    cluster.pass(std::time::Duration::from_secs(600));
    assert_eq!(code_of(config).await, 401);
}

#[tokio::test]
async fn a_port_in_use_is_said_with_what_to_do() {
    let cluster = Cluster::start(ClusterConfig { manual_time: true, ..ClusterConfig::default() }).unwrap();
    let first = cluster.listen(0).await.unwrap();
    let error = cluster.listen(first.port()).await.unwrap_err();
    assert_eq!(error.message, format!("port {} on 127.0.0.1 is in use", first.port()));
    assert_eq!(error.hints.len(), 1);
    let port = first.port();
    drop(first);
    let again = async {
        loop {
            if let Ok(listener) = cluster.listen(port).await {
                return listener;
            }
            tokio::task::yield_now().await;
        }
    };
    crate::base::timeout(std::time::Duration::from_secs(5), again).await.unwrap();
}

#[tokio::test]
async fn node_ports_get_sockets_that_follow_their_services() {
    let cluster = Cluster::start(ClusterConfig { manual_time: true, ..ClusterConfig::default() }).unwrap();
    let _listener = cluster.listen(0).await.unwrap();
    let client = cluster.client();
    let service = serde_json::json!({"kind": "Service", "apiVersion": "v1", "metadata": {"name": "web"},
        "spec": {"type": "NodePort", "selector": {"app": "web"}, "ports": [{"port": 80}]}});
    let namespace = serde_json::json!({"metadata": {"name": "default"}});
    let post = |url: &str, body: &Value| Request::post(url).body(serde_json::to_vec(body).unwrap()).unwrap();
    let _ = client.request::<Value>(post("/api/v1/namespaces", &namespace)).await;
    let made: Value = client.request(post("/api/v1/namespaces/default/services", &service)).await.unwrap();
    let node_port = made["spec"]["ports"][0]["nodePort"].to_string();
    let served = async {
        loop {
            let request = Request::get("/podlings/node-ports").body(Vec::new()).unwrap();
            let ports: Value = client.request(request).await.unwrap();
            if let Some(local) = ports[node_port.as_str()].as_u64() {
                return local;
            }
            tokio::task::yield_now().await;
        }
    };
    assert!(crate::base::timeout(std::time::Duration::from_secs(5), served).await.unwrap() > 0);
}
