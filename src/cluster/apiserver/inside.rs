//! The API as Pods reach it: whole requests within the simulation, without a connection.

use std::cell::RefCell;

use futures::FutureExt;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response};
use http_body_util::BodyExt;

use crate::apimachinery::{Kind, Status};
use crate::base::Timestamp;

use super::super::registry::{Registry, unavailable_apis};
use super::super::runtime::{HttpRequest, HttpResponse};
use super::authentication::{Authentication, ClientCertificate};
use super::body::{self, Body};
use super::finish::Finish;
use super::objects::{Objects, World};
use super::query::Query;
use super::request_info::{RequestInfo, Verb};
use super::{access, delete, discovery, health, list, openapi, read, subresources, write};

/// The objects in the hands of whoever runs the simulation.
struct Inside<'a>(RefCell<&'a mut Registry>);

impl Objects for Inside<'_> {
    fn with<R>(&self, work: impl FnOnce(&mut World<'_>) -> R) -> R {
        let mut registry = self.0.borrow_mut();
        work(&mut World { registry: &mut registry })
    }

    fn now(&self) -> Timestamp {
        self.0.borrow().now()
    }
}

/// Answers a request that a process in a Pod makes.
pub(crate) fn answer_inside(registry: &mut Registry, request: &HttpRequest) -> HttpResponse {
    let objects = Inside(RefCell::new(registry));
    let answered = answer(&objects, request).unwrap_or_else(|status| body::failure(&status));
    let query = request.path.split_once('?').map(|(_, query)| query).unwrap_or_default();
    // Every answer here is whole already: nothing is waited for.
    let finished = Finish::of(&headers_of(request), query).apply(answered, false).now_or_never();
    let Some(answered) = finished else { return HttpResponse::text(500, "text/plain", "") };
    let status = answered.status().as_u16();
    let headers = answered
        .headers()
        .iter()
        .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())))
        .collect();
    let body = answered.into_body().collect().now_or_never().and_then(Result::ok);
    let body = body.map(|body| body.to_bytes().to_vec()).unwrap_or_default();
    HttpResponse { status, headers, body }
}

fn answer(objects: &Inside<'_>, request: &HttpRequest) -> Result<Response<Body>, Status> {
    let method = Method::from_bytes(request.method.as_bytes())
        .map_err(|_| Status::bad_request(format!("unknown method {:?}", request.method)))?;
    let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
    let query = Query::parse(query);
    let headers = headers_of(request);
    let attributes = access::attributes_of(&method, path, &query);
    let user = objects.with(|world| {
        let authentication = Authentication::Client(ClientCertificate::Absent);
        let user = authentication.user(&headers, world.registry, world.registry.now())?;
        let store = world.registry.store();
        let user = access::impersonated(store, user, &headers)?;
        access::check(store, &user, &attributes)?;
        Ok::<_, Status>(user)
    })?;
    let definitions = objects.with(|world| world.registry.store().definitions().clone());
    let custom =
        |group: &str, version: &str, plural: &str| definitions.kind_by_resource(group, version, plural);
    let Some(info) = RequestInfo::parse(&method, path, query.clone(), &custom) else {
        let custom: Vec<&'static Kind> = definitions.served().collect();
        return Ok(match path {
            "/openapi/v2" => Some(openapi::version_2(&headers, &custom)),
            path if path.starts_with("/openapi/") => openapi::answer(path, &query, &custom),
            // Whoever runs the simulation has it in memory: here it is well.
            path if let Some(health) = health::answer(true, path, &query) => Some(health),
            path => {
                let kinds = discovery::builtin_kinds().into_iter().chain(custom).collect();
                let stale = objects.with(|world| unavailable_apis(world.registry));
                discovery::answer(path, &headers, kinds, &stale)
            }
        }
        .unwrap_or_else(body::page_not_found));
    };
    let (info, body) = (info?, request.body.as_slice());
    match (info.verb, info.subresource_name()) {
        (_, "log" | "exec" | "attach" | "portforward" | "proxy") | (Verb::Watch, _) => {
            let text = format!(
                "not simulated: {} from inside a Pod; use kubectl outside of the cluster",
                if info.verb == Verb::Watch { "watching" } else { info.subresource_name() }
            );
            Err(Status::failure(501, "NotImplemented", text))
        }
        (Verb::Get, _) => read::get(objects, &info, &headers),
        (Verb::List, _) => list::list(objects, &info, &headers),
        (Verb::Create, "binding") => subresources::bind(objects, &info, &headers, body, &user),
        (Verb::Create, "token") => subresources::request_token(objects, &info, &headers, body, &user),
        (Verb::Create, "eviction") => subresources::evict(objects, &info, &headers, body, &user),
        (Verb::Create, _) => write::create(objects, &info, &headers, body, &user),
        (Verb::Update, _) => write::update(objects, &info, &headers, body, &user),
        (Verb::Patch, _) => write::patch(objects, &info, &headers, body, &user),
        (Verb::Delete, _) => delete::delete(objects, &info, &headers, body, &user),
        (Verb::DeleteCollection, _) => delete::delete_collection(objects, &info, &headers, body, &user),
    }
}

fn headers_of(request: &HttpRequest) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in &request.headers {
        let name = HeaderName::from_bytes(name.as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(value)) {
            headers.append(name, value);
        }
    }
    headers
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::super::super::config::ClusterConfig;
    use super::super::super::registry::WriteOptions;
    use super::super::super::simulation::Simulation;
    use super::*;
    use crate::apimachinery::builtin::{POD, ROLE_BINDING};
    use crate::apimachinery::{Object, ObjectKey};
    use crate::base::{Value, json};

    fn create(simulation: &mut Simulation, kind: &'static Kind, name: &str, fields: Value) {
        let mut object = Object::new(kind, "default", name);
        for (field, value) in fields.as_object().into_iter().flatten() {
            object.set(&format!("/{field}"), value.clone());
        }
        simulation.registry.create(kind, "default", object, &WriteOptions::component("test")).unwrap();
    }

    fn shell(simulation: &mut Simulation, script: &str) -> (String, String, Option<i32>) {
        let words = ["sh", "-c", script].map(str::to_owned);
        let Simulation { registry, node, .. } = simulation;
        let id = node.exec(registry, &ObjectKey::new("default", "box"), None, &words, false, false).unwrap();
        simulation.advance_to(simulation.registry.now() + SignedDuration::from_secs(1));
        let output = simulation.node.take_output(id);
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (text(output.stdout), text(output.stderr), output.exit_code)
    }

    #[test]
    fn a_pod_asks_the_api_with_the_token_in_its_volume() {
        let now = "2026-01-01T00:00:00Z".parse().unwrap();
        let mut simulation = Simulation::new(&ClusterConfig::default(), now);
        simulation.node.reach_api_by(answer_inside);
        let container = json!({"name": "c", "image": "curlimages/curl", "command": ["sleep", "1000"]});
        create(&mut simulation, &POD, "box", json!({"spec": {"containers": [container]}}));
        simulation.advance_to(now + SignedDuration::from_secs(30));
        let (health, _, _) = shell(&mut simulation, "curl -sk https://kubernetes.default.svc/livez");
        assert_eq!(health, "ok");
        let ask = "cd /var/run/secrets/kubernetes.io/serviceaccount
            curl -s --cacert ca.crt -H \"Authorization: Bearer $(cat token)\" \
                https://kubernetes.default.svc/api/v1/namespaces/$(cat namespace)/pods";
        let (refused, complaint, _) = shell(&mut simulation, ask);
        let expected = r#"User \"system:serviceaccount:default:default\" cannot list resource \"pods\""#;
        assert!(refused.contains(expected), "{refused} {complaint}");
        let binding = json!({"roleRef": {"kind": "ClusterRole", "name": "view"},
            "subjects": [{"kind": "ServiceAccount", "name": "default", "namespace": "default"}]});
        create(&mut simulation, &ROLE_BINDING, "view", binding);
        let list: Value = serde_json::from_str(&shell(&mut simulation, ask).0).unwrap();
        assert_eq!(
            (&list["kind"], &list["items"][0]["metadata"]["name"]),
            (&json!("PodList"), &json!("box"))
        );
        let plain = "curl -s https://kubernetes.default.svc/version";
        assert_eq!(shell(&mut simulation, plain).2, Some(60), "nobody vouches for the certificate");
        let blind = "curl -sk -o /dev/null -w '%{http_code}' https://kubernetes.default.svc/api/v1/pods";
        assert_eq!(shell(&mut simulation, blind).0, "403");
        let odd = shell(&mut simulation, "curl -s http://kubernetes.default.svc:443/").0;
        assert_eq!(odd, "Client sent an HTTP request to an HTTPS server.\n");
    }
}
