//! `pods/binding`, `pods/eviction`, `serviceaccounts/token`.

use std::sync::Arc;

use http::{HeaderMap, Response};

use crate::apimachinery::{Object, ObjectKey, Status};

use super::super::super::authorization::User;
use super::super::super::registry::DeleteOptions;
use super::super::body::{self, Body};
use super::super::objects::Objects;
use super::super::request_info::RequestInfo;
use super::super::{decode, write};

fn created() -> Response<Body> {
    let mut status = Status::success(None);
    status.code = 201;
    body::json(201, &status)
}

/// Binds a Pod to the node in `target`.
///
/// # Errors
/// What the registry refuses.
pub(in super::super) fn bind(
    shared: &impl Objects,
    info: &RequestInfo,
    headers: &HeaderMap,
    body: &[u8],
    user: &Arc<User>,
) -> Result<Response<Body>, Status> {
    let options = write::write_options(info, headers, user)?;
    let binding = decode::any(headers, body)?;
    let pod = if info.name.is_empty() { binding.name() } else { info.name.as_str() };
    let key = ObjectKey::new(info.namespace.clone().unwrap_or_default(), pod);
    let node = binding.text("/target/name");
    if node.is_empty() {
        return Err(Status::failure(
            422,
            "Invalid",
            format!("Binding {pod:?} is invalid: target.name: Required value"),
        ));
    }
    shared.with(|simulation| simulation.registry.bind(&key, node, options.dry_run))?;
    Ok(created())
}

/// Deletes a Pod in the way that asks its disruption budget first.
///
/// # Errors
/// What the registry refuses.
pub(in super::super) fn evict(
    shared: &impl Objects,
    info: &RequestInfo,
    headers: &HeaderMap,
    body: &[u8],
    user: &Arc<User>,
) -> Result<Response<Body>, Status> {
    let eviction: Object = decode::any(headers, body)?;
    if !eviction.name().is_empty() && eviction.name() != info.key().name {
        return Err(Status::bad_request("name in URL does not match name in Eviction object"));
    }
    let mut options = write::write_options(info, headers, user)?;
    options.subresource = "";
    options.dry_run |= eviction.list("/deleteOptions/dryRun").iter().any(|value| value == "All");
    let text = |pointer| Some(eviction.text(pointer)).filter(|text| !text.is_empty()).map(str::to_owned);
    let delete = DeleteOptions {
        grace_period_seconds: eviction.number("/deleteOptions/gracePeriodSeconds"),
        propagation: None,
        uid: text("/deleteOptions/preconditions/uid"),
        resource_version: text("/deleteOptions/preconditions/resourceVersion"),
    };
    shared.with(|simulation| simulation.registry.evict(&info.key(), &delete, &options))?;
    Ok(created())
}

/// Makes a token of a service account.
///
/// # Errors
/// What the registry refuses.
pub(in super::super) fn request_token(
    shared: &impl Objects,
    info: &RequestInfo,
    headers: &HeaderMap,
    body: &[u8],
    user: &User,
) -> Result<Response<Body>, Status> {
    let request = decode::any(headers, body)?;
    let answer = shared.with(|simulation| simulation.registry.request_token(&info.key(), request, user))?;
    Ok(body::json(201, &answer))
}
