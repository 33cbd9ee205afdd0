//! `metrics.k8s.io`, as metrics-server answers it behind the API server.

use std::sync::Arc;

use http::{HeaderMap, Response};

use crate::apimachinery::{Kind, NODE_METRICS, Object, POD_METRICS, Status};

use super::super::driver::Shared;
use super::super::metrics;
use super::super::simulation::Simulation;
use super::body::Body;
use super::encoding::{ListMeta, Presentation};
use super::negotiate;
use super::request_info::{RequestInfo, Verb};
use super::selection::Selection;

/// Whether objects of that kind are metrics.
pub(super) fn are_metrics(kind: &'static Kind) -> bool {
    kind.group == POD_METRICS.group
}

/// Whether anybody claims to serve them.
pub(super) fn are_served(shared: &Shared) -> bool {
    shared.look(|simulation, _| metrics::is_registered(&simulation.registry))
}

/// Answers with the metrics of one Node or Pod, or of several.
///
/// # Errors
/// 404 when there are none, 503 when metrics-server is not ready.
pub(super) fn answer(
    shared: &Shared,
    info: &RequestInfo,
    headers: &HeaderMap,
) -> Result<Response<Body>, Status> {
    let presentation = Presentation::of(negotiate::encoding(headers)?, info)?;
    let selection = Selection::parse(info)?;
    let (objects, now) = shared.with(|simulation| {
        metrics::availability(&simulation.registry)?;
        Ok::<_, Status>((measured(simulation, info), simulation.registry.now()))
    })?;
    if info.verb == Verb::Get {
        let found = objects.iter().find(|object| object.name() == info.name);
        let found = found.ok_or_else(|| Status::not_found(info.kind, &described(info)))?;
        return Ok(presentation.object(200, found, now));
    }
    let selected: Vec<Arc<Object>> = objects.into_iter().filter(|object| selection.matches(object)).collect();
    Ok(presentation.list(&ListMeta::default(), &selected, now))
}

/// How metrics-server names a Pod that it knows nothing of.
fn described(info: &RequestInfo) -> String {
    match &info.namespace {
        Some(namespace) => format!("{namespace}/{}", info.name),
        None => info.name.clone(),
    }
}

fn measured(simulation: &Simulation, info: &RequestInfo) -> Vec<Arc<Object>> {
    let (registry, node) = (&simulation.registry, &simulation.node);
    let now = registry.now();
    let values: Vec<_> = if info.kind == &NODE_METRICS {
        node.node_metrics(registry).iter().map(|metrics| metrics.object(now)).collect()
    } else {
        let pods = node.pod_metrics(registry, info.namespace.as_deref());
        pods.iter().map(|metrics| metrics.object(now)).collect()
    };
    values.into_iter().filter_map(Object::from_value).map(Arc::new).collect()
}
