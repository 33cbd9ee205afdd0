//! From a request to its response.

use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use http::header::{DATE, HeaderValue};
use http::{HeaderMap, Method, Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use jiff::fmt::rfc2822::DateTimePrinter;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::apimachinery::{AGGREGATED, Kind, Status, unstored};

use super::super::authentication::{openid_configuration, user_of_certificate};
use super::super::authorization::User;
use super::super::driver::Shared;
use super::super::registry::{Registry, unavailable_apis};
use super::super::storage::Definitions;
use super::access;
use super::authentication::Authentication;
use super::body::{self, Body};
use super::event_cache::EventCache;
use super::finish::Finish;
use super::flow_control::{self, Classified};
use super::query::{Query, is_well_escaped};
use super::request_info::{RequestInfo, Verb};
use super::request_metrics::{Metrics, Series};
use super::{
    component_statuses, delete, discovery, health, list, machines, metrics, openapi, read, subresources,
    tunnel, watch, write,
};

/// Watches that may be open at once.
const WATCHES_MAX: usize = 2_000;
/// Wall time after which an HTTP/1.1 connection without a whole request is closed, as upstream's `IdleTimeout`.
const IDLE_MAX: Duration = Duration::from_secs(90);
/// Bytes of a response that wait for a slow reader, and that the head of a request may have.
const BUFFER_BYTES: usize = 128 * 1024;
/// Wall time between two pings that find out whether an HTTP/2 client is still there.
const PING_PERIOD: Duration = Duration::from_secs(30);
/// Requests that may be under way at once on one HTTP/2 connection, as upstream limits them.
const STREAMS_MAX: u32 = 250;

/// The API server.
pub(crate) struct ApiServer {
    shared: Arc<Shared>,
    watches: Arc<Semaphore>,
    metrics: Metrics,
    events: Arc<EventCache>,
}

impl ApiServer {
    /// A server over a simulation.
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self {
            shared,
            watches: Arc::new(Semaphore::new(WATCHES_MAX)),
            metrics: Metrics::default(),
            events: Arc::default(),
        }
    }

    /// Answers a request; failures are responses, too.
    pub(crate) async fn respond(
        &self,
        request: Request<Incoming>,
        authentication: &Authentication,
    ) -> Response<Body> {
        let reads = request.method() == Method::GET;
        let finish = Finish::of(request.headers(), request.uri().query().unwrap_or_default());
        let audit = flow_control::audit_id(request.headers().get("audit-id"));
        let mut classified = Classified::default();
        let answer = async {
            let (user, found) = self.admit(&request, authentication)?;
            classified = found;
            self.route(request, &user).await
        };
        // `filters.WithPanicRecovery`: a fault costs one request, not the connection.
        let answered = AssertUnwindSafe(answer).catch_unwind().await.unwrap_or_else(|_| {
            let message = "This request caused apiserver to panic. Look in the logs for details.";
            Err(Status::failure(500, "InternalError", message))
        });
        let mut response =
            finish.apply(answered.unwrap_or_else(|status| body::failure(&status)), reads).await;
        if let Some(now) = self.date() {
            response.headers_mut().insert(DATE, now);
        }
        if let Some((name, id)) = audit {
            response.headers_mut().insert(name, id);
        }
        classified.tell(response.headers_mut());
        response
    }

    /// The time of the cluster, as it stands above every answer.
    fn date(&self) -> Option<HeaderValue> {
        let now = self.shared.clock().now();
        let text = DateTimePrinter::new().timestamp_to_rfc9110_string(&now).ok()?;
        HeaderValue::from_str(&text).ok()
    }

    /// In whose name the request is made, if they may make it, and which flow it belongs to.
    fn admit(
        &self,
        request: &Request<Incoming>,
        authentication: &Authentication,
    ) -> Result<(Arc<User>, Classified), Status> {
        let uri = request.uri();
        let query = Query::parse(uri.query().unwrap_or_default());
        let attributes = access::attributes_of(request.method(), uri.path(), &query);
        let now = self.shared.clock().now();
        self.shared.look(|simulation, _| {
            let registry = &simulation.registry;
            let user = authentication.user(request.headers(), registry, now)?;
            let store = registry.store();
            let user = access::impersonated(store, user, request.headers())?;
            access::check(store, &user, &attributes)?;
            let classified = Classified::of(store, &user, &attributes);
            Ok((user, classified))
        })
    }

    async fn route(&self, request: Request<Incoming>, user: &Arc<User>) -> Result<Response<Body>, Status> {
        let uri = request.uri();
        if !is_well_escaped(uri.path()) {
            return Ok(body::bytes(400, body::TEXT, "400 Bad Request"));
        }
        let query = Query::parse(uri.query().unwrap_or_default());
        let custom = |group: &str, version: &str, plural: &str| {
            self.definitions().kind_by_resource(group, version, plural)
        };
        if let Some(info) = RequestInfo::parse(request.method(), uri.path(), query.clone(), &custom) {
            let info = info?;
            if metrics::are_metrics(info.kind) && !metrics::are_served(&self.shared) {
                return Ok(body::page_not_found());
            }
            let deprecation = Registry::deprecation(info.kind);
            let series = Series::of(&info);
            let answered = self.resource(request, info, user).await;
            let mut response = answered.unwrap_or_else(|status| body::failure(&status));
            self.metrics.count(series.answered(response.status().as_u16()));
            if let Some(warning) = deprecation {
                body::warn(&mut response, warning);
            }
            return Ok(response);
        }
        if uri.path().starts_with(machines::PATH) {
            return machines::answer(&self.shared, request.method(), uri.path());
        }
        let reads = matches!(*request.method(), Method::GET | Method::HEAD);
        Ok(match uri.path() {
            path if self.is_unavailable(path) => body::bytes(503, body::TEXT, "service unavailable\n"),
            _ if !reads => body::page_not_found(),
            "/metrics" => self.metrics.response(&self.shared, WATCHES_MAX - self.watches.available_permits()),
            "/podlings/tunnel" => tunnel::open(&self.shared),
            "/podlings/node-ports" => body::json(200, &*self.shared.node_ports()),
            "/openapi/v2" => openapi::version_2(request.headers(), &self.added_kinds()),
            path if path.starts_with("/openapi/") => {
                openapi::answer(path, &query, &self.added_kinds()).unwrap_or_else(body::page_not_found)
            }
            path if let Some(health) = health::answer(self.shared.is_kept(), path, &query) => health,
            path if path.starts_with("/.well-known/") || path.starts_with("/openid/") => {
                self.openid(path)?.unwrap_or_else(body::page_not_found)
            }
            path => {
                let stale = self.shared.look(|simulation, _| unavailable_apis(&simulation.registry));
                discovery::answer(path, request.headers(), self.kinds(), &stale)
                    .unwrap_or_else(body::page_not_found)
            }
        })
    }

    /// Whether a path belongs to an API whose server cannot be reached.
    fn is_unavailable(&self, path: &str) -> bool {
        let mut parts = path.split('/').skip(1);
        let (Some("apis"), Some(group), Some(version)) = (parts.next(), parts.next(), parts.next()) else {
            return false;
        };
        let apis = self.shared.look(|simulation, _| unavailable_apis(&simulation.registry));
        apis.iter().any(|(other, of)| other == group && of == version)
    }

    /// What others need to check the tokens of service accounts.
    fn openid(&self, path: &str) -> Result<Option<Response<Body>>, Status> {
        let authority = self.shared.look(|simulation, _| simulation.registry.authority().map(Arc::clone))?;
        Ok(openid_configuration(&authority, path).map(|text| body::bytes(200, "application/json", text)))
    }

    /// A connection of the cluster's administrator.
    pub(crate) fn administrator(&self) -> Authentication {
        let user = self.shared.look(|simulation, _| {
            let authority = simulation.registry.authority().ok()?;
            user_of_certificate(&authority.administrator()?.der)
        });
        Authentication::Connection(Arc::new(user.unwrap_or_else(User::administrator)))
    }

    /// The custom kinds of this moment.
    fn definitions(&self) -> Definitions {
        self.shared.with(|simulation| simulation.registry.store().definitions().clone())
    }

    fn custom_kinds(&self) -> Vec<&'static Kind> {
        let mut kinds: Vec<&Kind> = self.definitions().served().collect();
        kinds.sort_by_key(|kind| kind.group);
        kinds
    }

    /// Every kind that is served, with those that another server serves behind this one.
    fn kinds(&self) -> Vec<&'static Kind> {
        let mut kinds = discovery::builtin_kinds();
        kinds.extend(self.added_kinds());
        kinds
    }

    /// Those of them that are not built in.
    fn added_kinds(&self) -> Vec<&'static Kind> {
        let mut kinds = self.custom_kinds();
        if metrics::are_served(&self.shared) {
            kinds.splice(0..0, AGGREGATED.iter().copied());
        }
        kinds
    }

    fn create(
        &self,
        info: &RequestInfo,
        headers: &HeaderMap,
        body: &[u8],
        user: &Arc<User>,
    ) -> Result<Response<Body>, Status> {
        match info.subresource_name() {
            _ if info.kind == &unstored::BINDING => {
                subresources::bind(self.shared.as_ref(), info, headers, body, user)
            }
            "binding" => subresources::bind(self.shared.as_ref(), info, headers, body, user),
            "token" => subresources::request_token(self.shared.as_ref(), info, headers, body, user),
            "eviction" => subresources::evict(self.shared.as_ref(), info, headers, body, user),
            _ => write::create(self.shared.as_ref(), info, headers, body, user),
        }
    }

    fn watch_permit(&self) -> Result<OwnedSemaphorePermit, Status> {
        Arc::clone(&self.watches).try_acquire_owned().map_err(|_| {
            Status::failure(429, "TooManyRequests", "too many watches are open, please try again later")
        })
    }

    async fn resource(
        &self,
        request: Request<Incoming>,
        info: RequestInfo,
        user: &Arc<User>,
    ) -> Result<Response<Body>, Status> {
        let shared = &self.shared;
        subresources::admit_connection(shared, &info, user)?;
        match info.subresource_name() {
            "log" => return subresources::log(shared, &info),
            "exec" => return subresources::exec(shared, &info, request),
            "attach" => return subresources::attach(shared, &info, request),
            "portforward" => return subresources::port_forward(shared, &info, request),
            "proxy" => return subresources::proxy(shared, &info, request).await,
            _ => {}
        }
        let (parts, incoming) = request.into_parts();
        let headers = &parts.headers;
        match info.verb {
            _ if metrics::are_metrics(info.kind) => metrics::answer(shared, &info, headers),
            Verb::Get | Verb::List if info.kind == &unstored::COMPONENT_STATUS => {
                component_statuses::read(shared, &info, headers)
            }
            Verb::Get => read::get(shared.as_ref(), &info, headers),
            Verb::List => list::list(shared.as_ref(), &info, headers),
            Verb::Create => self.create(&info, headers, &body::read(incoming).await?, user),
            Verb::Update => {
                write::update(shared.as_ref(), &info, headers, &body::read(incoming).await?, user)
            }
            Verb::Patch => write::patch(shared.as_ref(), &info, headers, &body::read(incoming).await?, user),
            Verb::Watch => watch::watch(shared, &info, headers, self.watch_permit()?, &self.events),
            Verb::Delete => {
                delete::delete(shared.as_ref(), &info, headers, &body::read(incoming).await?, user)
            }
            Verb::DeleteCollection => {
                delete::delete_collection(shared.as_ref(), &info, headers, &body::read(incoming).await?, user)
            }
        }
    }
}

/// Serves one HTTP/1.1 connection until it ends; upgrades are possible.
pub(crate) async fn serve_http1(
    server: Arc<ApiServer>,
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    authentication: Authentication,
) {
    let service = service_fn(move |request| {
        let (server, authentication) = (Arc::clone(&server), authentication.clone());
        async move { Ok::<_, Infallible>(server.respond(request, &authentication).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(IDLE_MAX)
        .max_buf_size(BUFFER_BYTES)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    // A connection that breaks is the client's affair: there is nobody left to tell.
    let _ = connection.await;
}

/// Serves one HTTP/2 connection until it ends.
pub(crate) async fn serve_http2(
    server: Arc<ApiServer>,
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    authentication: Authentication,
) {
    let service = service_fn(move |request| {
        let (server, authentication) = (Arc::clone(&server), authentication.clone());
        async move { Ok::<_, Infallible>(server.respond(request, &authentication).await) }
    });
    let connection = http2::Builder::new(TokioExecutor::new())
        .timer(TokioTimer::new())
        .keep_alive_interval(PING_PERIOD)
        .max_concurrent_streams(STREAMS_MAX)
        .serve_connection(TokioIo::new(stream), service);
    // As above.
    let _ = connection.await;
}
