//! A proxy before a served cluster that is slow, refuses, throttles or goes away when told to.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::{Method, Request, Response, StatusCode};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use kube::client::Body;
use kube::config::{KubeConfigOptions, Kubeconfig};
use tokio::net::TcpListener;
use tokio::sync::watch;

/// How a request is answered instead of being passed on.
#[derive(Clone)]
pub(super) struct Rule {
    /// Of which method; any when absent.
    pub method: Option<Method>,
    /// Part of the path.
    pub path: &'static str,
    /// With which status.
    pub status: u16,
    /// With which body.
    pub body: &'static str,
    /// How often.
    pub times: usize,
}

/// What who is not known gets to hear.
const UNAUTHORIZED: &str = r#"{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Unauthorized","message":"Unauthorized","code":401}"#;

#[derive(Default)]
struct Mood {
    rules: Vec<Rule>,
    /// The only token that is accepted; any when absent.
    token: Option<&'static str>,
    latency: Duration,
    seen: Vec<String>,
}

/// The proxy; ends with this value.
pub(super) struct Proxy {
    mood: Arc<Mutex<Mood>>,
    /// Where requests go.
    client: Arc<Mutex<kube::Client>>,
    away: watch::Sender<bool>,
    /// Leads to the cluster through the proxy; its context is named `class`.
    pub(super) kubeconfig: PathBuf,
    runtime: tokio::runtime::Runtime,
}

impl Proxy {
    /// Starts one before the cluster of a kubeconfig; writes its own kubeconfig into a folder.
    pub(super) fn start(served: &Path, folder: &Path) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let mood = Arc::new(Mutex::new(Mood::default()));
        let away = watch::Sender::new(false);
        let (listener, client) = runtime
            .block_on(async { (TcpListener::bind("127.0.0.1:0").await.unwrap(), client_of(served).await) });
        let client = Arc::new(Mutex::new(client));
        let port = listener.local_addr().unwrap().port();
        runtime.spawn(serve(listener, Arc::clone(&client), Arc::clone(&mood), away.subscribe()));
        let kubeconfig = folder.join("proxied.kubeconfig");
        let text = format!(
            "apiVersion: v1\nkind: Config\ncurrent-context: class\n\
             clusters: [{{name: class, cluster: {{server: 'http://127.0.0.1:{port}'}}}}]\n\
             users: [{{name: me, user: {{token: x}}}}]\n\
             contexts: [{{name: class, context: {{cluster: class, user: me}}}}]\n"
        );
        std::fs::write(&kubeconfig, text).unwrap();
        Self { mood, client, away, kubeconfig, runtime }
    }

    /// From now on leads to another cluster.
    pub(super) fn lead_to(&self, served: &Path) {
        let client = self.runtime.block_on(client_of(served));
        *self.client.lock().unwrap() = client;
    }

    /// From now on accepts this token alone.
    pub(super) fn accept(&self, token: &'static str) {
        self.mood.lock().unwrap().token = Some(token);
    }

    pub(super) fn rule(&self, rule: Rule) {
        self.mood.lock().unwrap().rules.push(rule);
    }

    pub(super) fn latency(&self, latency: Duration) {
        self.mood.lock().unwrap().latency = latency;
    }

    /// Cuts every connection, and takes no new one until it is back.
    pub(super) fn away(&self, away: bool) {
        self.away.send_replace(away);
    }

    /// What was asked so far: method and path.
    pub(super) fn seen(&self) -> Vec<String> {
        self.mood.lock().unwrap().seen.clone()
    }
}

async fn client_of(served: &Path) -> kube::Client {
    let kubeconfig = Kubeconfig::read_from(served).unwrap();
    let options = KubeConfigOptions::default();
    let mut config = kube::Config::from_custom_kubeconfig(kubeconfig, &options).await.unwrap();
    config.default_retry = false;
    kube::Client::try_from(config).unwrap()
}

async fn serve(
    listener: TcpListener,
    client: Arc<Mutex<kube::Client>>,
    mood: Arc<Mutex<Mood>>,
    away: watch::Receiver<bool>,
) {
    loop {
        let Ok((stream, _)) = listener.accept().await else { return };
        if *away.borrow() {
            continue;
        }
        let (client, mood, mut away) = (client.lock().unwrap().clone(), Arc::clone(&mood), away.clone());
        tokio::spawn(async move {
            let answer = service_fn(move |request| answer(client.clone(), Arc::clone(&mood), request));
            let connection =
                hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), answer);
            tokio::select! {
                // How a connection ends is the matter of those who use it.
                _ = connection => {}
                _ = away.wait_for(|away| *away) => {}
            }
        });
    }
}

async fn answer(
    client: kube::Client,
    mood: Arc<Mutex<Mood>>,
    request: Request<Incoming>,
) -> Result<Response<Body>, kube::Error> {
    let (instead, latency) = {
        let mut mood = mood.lock().unwrap();
        mood.seen.push(format!("{} {}", request.method(), request.uri()));
        let path = request.uri().path().to_owned();
        let rule = mood.rules.iter_mut().find(|rule| {
            rule.times > 0
                && path.contains(rule.path)
                && rule.method.as_ref().is_none_or(|method| method == request.method())
        });
        let instead = rule.map(|rule| {
            rule.times -= 1;
            (rule.status, rule.body)
        });
        let bearer = request.headers().get("authorization").and_then(|value| value.to_str().ok());
        let refused = mood.token.filter(|token| bearer != Some(&format!("Bearer {token}")));
        (instead.or(refused.map(|_| (401, UNAUTHORIZED))), mood.latency)
    };
    podlings::base::sleep(latency).await;
    if let Some((status, body)) = instead {
        let response = Response::builder()
            .status(StatusCode::from_u16(status).unwrap())
            .header("content-type", "application/json")
            .header("retry-after", "1");
        return Ok(response.body(Body::from(body.as_bytes().to_vec())).unwrap());
    }
    let (mut parts, body) = request.into_parts();
    // The proxy signs in as itself.
    parts.headers.remove("authorization");
    parts.headers.remove("host");
    let bytes = body.collect().await.map_err(kube::Error::HyperError)?.to_bytes();
    client.send(Request::from_parts(parts, Body::from(bytes.to_vec()))).await
}
