//! Writing: create, update, patch.

use std::sync::Arc;

use http::header::USER_AGENT;
use http::{HeaderMap, Response};

use crate::apimachinery::Status;

use super::super::authorization::User;
use super::super::registry::{FieldValidation, WriteOptions, Written};
use super::body::{self, Body};
use super::encoding::Presentation;
use super::objects::Objects;
use super::request_info::RequestInfo;
use super::{decode, negotiate, reviews};

/// Characters that the name of a field manager may have.
const MANAGER_LENGTH_MAX: usize = 128;

/// Creates the object in the body.
///
/// # Errors
/// What the registry refuses; 400 and 415 for bodies that cannot be read.
pub(super) fn create(
    shared: &impl Objects,
    info: &RequestInfo,
    headers: &HeaderMap,
    body: &[u8],
    user: &Arc<User>,
) -> Result<Response<Body>, Status> {
    let presentation = Presentation::of(negotiate::encoding(headers)?, info)?;
    let object = decode::object(info.kind, headers, body)?;
    if reviews::is_review(info.kind) {
        let namespace = info.namespace.as_deref().unwrap_or_default();
        let answered = shared
            .with(|simulation| reviews::answer(info.kind, object, namespace, simulation.registry, user));
        let answered = Arc::new(answered?);
        return Ok(presentation.object(201, &answered, shared.now()));
    }
    let mut options = write_options(info, headers, user)?;
    options.duplicate_fields = decode::duplicate_fields(headers, body);
    let namespace = info.namespace.clone().unwrap_or_default();
    let (written, now) = shared.with(|simulation| {
        let registry = &mut simulation.registry;
        registry.create(info.kind, &namespace, object, &options).map(|written| (written, registry.now()))
    })?;
    Ok(with_warnings(presentation.object(201, &written.object, now), &written))
}

/// Replaces an object with the one in the body.
///
/// # Errors
/// As [`create`].
pub(super) fn update(
    shared: &impl Objects,
    info: &RequestInfo,
    headers: &HeaderMap,
    body: &[u8],
    user: &Arc<User>,
) -> Result<Response<Body>, Status> {
    let presentation = Presentation::of(negotiate::encoding(headers)?, info)?;
    let mut options = write_options(info, headers, user)?;
    options.duplicate_fields = decode::duplicate_fields(headers, body);
    let object = decode::any(headers, body)?;
    if options.subresource != "scale" {
        decode::check_kind(info.kind, &object)?;
    }
    let (written, now) = shared.with(|simulation| {
        let registry = &mut simulation.registry;
        let written = registry.update(info.kind, &info.key(), object, &options);
        written.map(|written| (written, registry.now()))
    })?;
    let code = if written.created { 201 } else { 200 };
    Ok(with_warnings(presentation.object(code, &written.object, now), &written))
}

/// Patches an object.
///
/// # Errors
/// As [`create`]; 415 for unknown kinds of patch.
pub(super) fn patch(
    shared: &impl Objects,
    info: &RequestInfo,
    headers: &HeaderMap,
    body: &[u8],
    user: &Arc<User>,
) -> Result<Response<Body>, Status> {
    let presentation = Presentation::of(negotiate::encoding(headers)?, info)?;
    let patch = decode::patch(info, headers, body)?;
    let mut options = write_options(info, headers, user)?;
    options.duplicate_fields = decode::duplicate_fields(headers, body);
    let (written, now) = shared.with(|simulation| {
        let registry = &mut simulation.registry;
        let written = registry.patch(info.kind, &info.key(), &patch, &options);
        written.map(|written| (written, registry.now()))
    })?;
    let code = if written.created { 201 } else { 200 };
    Ok(with_warnings(presentation.object(code, &written.object, now), &written))
}

/// How a request wants its write to be made.
///
/// # Errors
/// 422 for unknown values of `dryRun` and `fieldValidation`.
pub(super) fn write_options(
    info: &RequestInfo,
    headers: &HeaderMap,
    user: &Arc<User>,
) -> Result<WriteOptions, Status> {
    let field_validation = match info.query.text("fieldValidation") {
        "" | "Warn" => FieldValidation::Warn,
        "Strict" => FieldValidation::Strict,
        "Ignore" => FieldValidation::Ignore,
        other => return Err(unsupported(info, "fieldValidation", other, r#""Ignore", "Strict", "Warn""#)),
    };
    let dry_run = match info.query.text("dryRun") {
        "" => false,
        "All" => true,
        other => return Err(unsupported(info, "dryRun", other, r#""All""#)),
    };
    let manager = match info.query.text("fieldManager") {
        "" => manager_of(headers),
        manager => manager.to_owned(),
    };
    Ok(WriteOptions {
        manager,
        user: Arc::clone(user),
        dry_run,
        field_validation,
        duplicate_fields: Vec::new(),
        subresource: info.subresource_name(),
    })
}

fn unsupported(info: &RequestInfo, field: &str, value: &str, supported: &str) -> Status {
    let options = match info.verb.name() {
        "create" => "CreateOptions",
        "patch" => "PatchOptions",
        "update" => "UpdateOptions",
        _ => "DeleteOptions",
    };
    let message = format!(
        "{options}.meta.k8s.io \"\" is invalid: {field}: Unsupported value: {value:?}: supported values: {supported}"
    );
    Status::failure(422, "Invalid", message)
}

/// The name of a client in managedFields when it gives none: its User-Agent up to the first slash.
fn manager_of(headers: &HeaderMap) -> String {
    let agent = headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let name = agent.split('/').next().unwrap_or_default();
    let name: String = name.chars().filter(|c| !c.is_control()).take(MANAGER_LENGTH_MAX).collect();
    if name.is_empty() { "unknown".to_owned() } else { name }
}

fn with_warnings(mut response: Response<Body>, written: &Written) -> Response<Body> {
    for warning in &written.warnings {
        body::warn(&mut response, warning);
    }
    response
}
