//! Deleting: one object, or a collection.

use std::sync::Arc;

use http::{HeaderMap, Response};

use crate::apimachinery::{FieldError, Object, Status, StatusDetails};
use crate::base::{Map, Value};

use super::super::authorization::User;
use super::super::registry::{DeleteOptions, Deleted, Propagation, WriteOptions};
use super::body::{self, Body};
use super::encoding::{ListMeta, Presentation};
use super::objects::Objects;
use super::request_info::RequestInfo;
use super::selection::Selection;
use super::{decode, negotiate, write};

/// Deletes one object; answers with it while it is still there, else with a Status.
///
/// # Errors
/// What the registry refuses; 422 for unknown options.
pub(super) fn delete(
    shared: &impl Objects,
    info: &RequestInfo,
    headers: &HeaderMap,
    body: &[u8],
    user: &Arc<User>,
) -> Result<Response<Body>, Status> {
    let presentation = Presentation::of(negotiate::encoding(headers)?, info)?;
    let (delete, options) = decode_options(info, headers, body, user)?;
    let (deleted, now) = shared.with(|simulation| {
        let registry = &mut simulation.registry;
        let deleted = registry.delete(info.kind, &info.key(), &delete, &options);
        deleted.map(|deleted| (deleted, registry.now()))
    })?;
    Ok(match deleted {
        Deleted::Pending(object) => presentation.object(200, &object, now),
        Deleted::Gone(object) => body::json(200, &Status::success(Some(details(info, &object)))),
    })
}

/// Deletes every selected object of a collection; answers with what they were.
///
/// # Errors
/// As [`delete`]; the first refusal ends it.
pub(super) fn delete_collection(
    shared: &impl Objects,
    info: &RequestInfo,
    headers: &HeaderMap,
    body: &[u8],
    user: &Arc<User>,
) -> Result<Response<Body>, Status> {
    let presentation = Presentation::of(negotiate::encoding(headers)?, info)?;
    let (delete, options) = decode_options(info, headers, body, user)?;
    let selection = Selection::parse(info)?;
    let limit = info.query.number("limit")?.and_then(|limit| usize::try_from(limit).ok());
    let most = limit.filter(|limit| *limit > 0).unwrap_or(usize::MAX);
    shared.with(|simulation| {
        let registry = &mut simulation.registry;
        let mut objects: Vec<Arc<Object>> = Vec::new();
        let all = registry.list_shown(info.kind, info.namespace.as_deref(), None)?;
        for object in all.into_iter().filter(|object| selection.matches(object)).take(most) {
            objects.push(match registry.delete(info.kind, &object.key(), &delete, &options)? {
                Deleted::Pending(object) | Deleted::Gone(object) => object,
            });
        }
        let resource_version = registry.store().revision().to_string();
        let metadata = ListMeta { resource_version, ..ListMeta::default() };
        Ok(presentation.list(&metadata, &objects, registry.now()))
    })
}

fn details(info: &RequestInfo, object: &Object) -> StatusDetails {
    StatusDetails {
        name: object.name().to_owned(),
        group: info.kind.group.to_owned(),
        kind: info.kind.plural.to_owned(),
        uid: object.uid().to_owned(),
        ..StatusDetails::default()
    }
}

/// `DeleteOptions` from the body and, where the body is silent, from the query.
fn decode_options(
    info: &RequestInfo,
    headers: &HeaderMap,
    body: &[u8],
    user: &Arc<User>,
) -> Result<(DeleteOptions, WriteOptions), Status> {
    let given = if body.is_empty() { Object::from(Map::new()) } else { decode::any(headers, body)? };
    let mut options = write::write_options(info, headers, user)?;
    options.dry_run |= given.list("/dryRun").iter().any(|value| value == "All");
    let policy = match given.text("/propagationPolicy") {
        "" => info.query.text("propagationPolicy"),
        policy => policy,
    };
    let orphan = given
        .get("/orphanDependents")
        .and_then(Value::as_bool)
        .or_else(|| info.query.flag_or_none("orphanDependents"));
    let text = |pointer| Some(given.text(pointer)).filter(|text| !text.is_empty()).map(str::to_owned);
    let grace_period_seconds = match given.number("/gracePeriodSeconds") {
        Some(seconds) => Some(seconds),
        None => info.query.number("gracePeriodSeconds")?,
    };
    let mut errors = propagation_errors(policy, orphan);
    let dry_run = match given.list("/dryRun") {
        [] => info.query.all("dryRun").collect(),
        values => values.iter().filter_map(Value::as_str).collect(),
    };
    errors.extend(write::dry_run_error(dry_run));
    if !errors.is_empty() {
        return Err(Status::invalid_in("meta.k8s.io", "DeleteOptions", "", &errors));
    }
    let delete = DeleteOptions {
        grace_period_seconds,
        propagation: propagation(policy, orphan),
        uid: text("/preconditions/uid"),
        resource_version: text("/preconditions/resourceVersion"),
    };
    Ok((delete, options))
}

/// `ValidateDeleteOptions`, as far as propagation goes.
fn propagation_errors(policy: &str, orphan: Option<bool>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if orphan.is_some() && !policy.is_empty() {
        let detail = "orphanDependents and deletionPropagation cannot be both set";
        errors.push(FieldError::invalid("propagationPolicy", policy, detail));
    }
    if !matches!(policy, "" | "Foreground" | "Background" | "Orphan") {
        let supported = ["Foreground", "Background", "Orphan", "nil"];
        errors.push(FieldError::not_supported("propagationPolicy", policy, &supported));
    }
    errors
}

fn propagation(policy: &str, orphan: Option<bool>) -> Option<Propagation> {
    match (policy, orphan) {
        ("Orphan", _) | ("", Some(true)) => Some(Propagation::Orphan),
        ("Background", _) | ("", Some(false)) => Some(Propagation::Background),
        ("Foreground", _) => Some(Propagation::Foreground),
        _ => None,
    }
}
