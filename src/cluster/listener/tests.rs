//! The API as other programs meet it.

use std::net::Ipv4Addr;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::Request;
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::base::{Value, json, timeout};

use super::super::config::ClusterConfig;
use super::super::running_cluster::Cluster;

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

/// A token of an account that may do everything, good for ten minutes.
async fn token(cluster: &Cluster) -> String {
    let request = json!({"spec": {"expirationSeconds": 600}});
    let url = "/api/v1/namespaces/kube-system/serviceaccounts/default/token";
    let request = Request::post(url).body(serde_json::to_vec(&request).unwrap()).unwrap();
    let answer: Value = cluster.client().request(request).await.unwrap();
    answer["status"]["token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_token_opens_the_door_for_its_account_until_it_expires() {
    let cluster = Cluster::start(ClusterConfig { manual_time: true, ..ClusterConfig::default() }).unwrap();
    let listener = cluster.listen(0).await.unwrap();
    let mut config = without_credentials(config_of(listener.kubeconfig()).await);
    config.auth_info.token = Some(token(&cluster).await.into());
    assert_eq!(code_of(config.clone()).await, 200, "minikube lets this account do everything");
    cluster.pass(std::time::Duration::from_secs(600));
    assert_eq!(code_of(config).await, 401);
}

/// Sends bytes over TLS, closes that direction if so asked, and reads what comes back.
async fn answer_to(kubeconfig: &str, port: u16, bytes: &[u8], closes: bool) -> String {
    let mut stream = connect(kubeconfig, port, b"http/1.1").await;
    // The other side may close as soon as it has seen enough.
    let _ = stream.write_all(bytes).await;
    if closes {
        let _ = stream.shutdown().await;
    }
    let mut answer = Vec::new();
    let _ = timeout(std::time::Duration::from_secs(10), stream.read_to_end(&mut answer)).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

/// A connection of somebody without a certificate.
async fn connect(kubeconfig: &str, port: u16, protocol: &[u8]) -> TlsStream<TcpStream> {
    let value: Value = serde_yaml::from_str(kubeconfig).unwrap();
    let authority = value["clusters"][0]["cluster"]["certificate-authority-data"].as_str().unwrap();
    let pem = STANDARD.decode(authority).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(&pem).unwrap()).unwrap();
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![protocol.to_vec()];
    let socket = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, socket).await.unwrap()
}

#[tokio::test]
async fn whoever_dawdles_breaks_off_or_talks_nonsense_harms_nobody_else() {
    let cluster = Cluster::start(ClusterConfig { manual_time: true, ..ClusterConfig::default() }).unwrap();
    let listener = cluster.listen(0).await.unwrap();
    let (kubeconfig, port) = (listener.kubeconfig(), listener.port());
    let token = token(&cluster).await;
    let head = |line: &str| format!("{line} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n");
    let mut held = Vec::new();
    for number in 0..60 {
        // Heads that never end, and watches that nobody reads.
        let mut stream = connect(kubeconfig, port, b"http/1.1").await;
        let text = if number % 2 == 0 {
            "GET /api HTTP/1.1\r\nhos".to_owned()
        } else {
            head("GET /api/v1/pods?watch=true") + "\r\n"
        };
        stream.write_all(text.as_bytes()).await.unwrap();
        held.push(stream);
    }
    for frames in [
        // A reset of a stream that there is not, a window that overflows, a frame of no known kind.
        &b"\0\0\x04\x03\0\0\0\0\x05\0\0\0\x08"[..],
        b"\0\0\x04\x08\0\0\0\0\0\x7f\xff\xff\xff",
        b"\xff\xff\xff\xee\xff\xff\xff\xff\xff",
    ] {
        let mut stream = connect(kubeconfig, port, b"h2").await;
        let _ = stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await;
        let _ = stream.write_all(frames).await;
        held.push(stream);
    }
    let socket = "upgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-version: 13\r\nsec-websocket-protocol: v5.channel.k8s.io\r\nconnection: close\r\nsec-websocket-key: ";
    let exec =
        head("GET /api/v1/namespaces/kube-system/pods/etcd-minikube/exec?command=ls&stdout=true") + socket;
    let good = exec.clone() + "AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n\u{ff}\u{ff}";
    let answer = answer_to(kubeconfig, port, good.as_bytes(), true).await;
    // It comes to its end, which `answer_to` waits for.
    assert!(answer.starts_with("HTTP/1.1 101"), "{answer:.200}");
    let answer = answer_to(kubeconfig, port, (exec + "!\r\n\r\n").as_bytes(), false).await;
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer:.200}");
    let body = "k8s\0\u{1}\u{2}nonsense";
    let post = format!(
        "{}content-type: application/vnd.kubernetes.protobuf\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        head("POST /api/v1/namespaces/default/configmaps"),
        body.len()
    );
    let answer = answer_to(kubeconfig, port, post.as_bytes(), false).await;
    assert!(
        answer.starts_with("HTTP/1.1 400") && answer.contains("\"reason\":\"BadRequest\""),
        "{answer:.400}"
    );
    assert_eq!(code_of(config_of(kubeconfig).await).await, 200);
}

#[tokio::test]
async fn bytes_that_are_no_request_end_their_connection_only() {
    let cluster = Cluster::start(ClusterConfig { manual_time: true, ..ClusterConfig::default() }).unwrap();
    let listener = cluster.listen(0).await.unwrap();
    let token = token(&cluster).await;
    let get = format!("GET /version HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n");
    let post = get.replace("GET /version", "POST /api/v1/namespaces/default/configmaps");
    for (bytes, closes, start) in [
        ("\0\x01garbage\r\n\r\n".to_owned(), false, "HTTP/1.1 400"),
        (format!("{get}x: {}\r\n\r\n", "a".repeat(1_000_000)), false, "HTTP/1.1 431"),
        (format!("{get}{}\r\n", "x: y\r\n".repeat(500)), false, "HTTP/1.1 431"),
        ("GET /ver".to_owned(), true, ""),
        (format!("{post}content-length: 100\r\n\r\n{{\"me"), true, ""),
        (
            format!("{post}transfer-encoding: chunked\r\nconnection: close\r\n\r\nzz\r\n"),
            false,
            "HTTP/1.1 400",
        ),
        (format!("{get}connection: close\r\n\r\n"), false, "HTTP/1.1 200"),
    ] {
        let answer = answer_to(listener.kubeconfig(), listener.port(), bytes.as_bytes(), closes).await;
        assert!(answer.starts_with(start), "{bytes:.80}: {answer:.200}");
    }
    let pipelined = format!("{}{get}connection: close\r\n\r\n", format!("{get}\r\n").repeat(20));
    let answer = answer_to(listener.kubeconfig(), listener.port(), pipelined.as_bytes(), false).await;
    assert_eq!(answer.matches("HTTP/1.1 200 OK").count(), 21);
    assert_eq!(code_of(config_of(listener.kubeconfig()).await).await, 200);
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
    let service = json!({"kind": "Service", "apiVersion": "v1", "metadata": {"name": "web"},
        "spec": {"type": "NodePort", "selector": {"app": "web"}, "ports": [{"port": 80}]}});
    let namespace = json!({"metadata": {"name": "default"}});
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
