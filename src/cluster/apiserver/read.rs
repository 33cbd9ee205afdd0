//! Reading one object.

use std::sync::Arc;

use http::{HeaderMap, Response};

use crate::apimachinery::Status;

use super::body::Body;
use super::encoding::Presentation;
use super::list_options::{resource_version, too_large};
use super::negotiate;
use super::objects::Objects;
use super::request_info::RequestInfo;

/// Answers with one object (or what a subresource shows of it).
///
/// # Errors
/// 404 when there is none, 504 for a revision that is still to come.
pub(super) fn get(
    shared: &impl Objects,
    info: &RequestInfo,
    headers: &HeaderMap,
) -> Result<Response<Body>, Status> {
    let presentation = Presentation::of_one(negotiate::encoding(headers)?, info)?;
    let key = info.key();
    let at_least = resource_version(&info.query)?.unwrap_or_default();
    let (object, now) = shared.with(|simulation| {
        let registry = &simulation.registry;
        let current = registry.store().revision();
        if at_least > current {
            return Err(too_large(at_least, current));
        }
        let object = match info.subresource_name() {
            "scale" => registry.get_scale(info.kind, &key).map(Arc::new),
            _ => registry.get(info.kind, &key),
        };
        object.map(|object| (object, registry.now()))
    })?;
    Ok(presentation.object(200, &object, now))
}
