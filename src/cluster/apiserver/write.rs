//! Writing: create, update, patch.

use std::sync::Arc;

use http::header::USER_AGENT;
use http::{HeaderMap, Response};

use crate::apimachinery::{FieldError, FieldErrorType, Status};
use crate::base::Value;

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
        if presentation.is_table() {
            return Err(negotiate::not_acceptable());
        }
        let namespace = info.namespace.as_deref().unwrap_or_default();
        let answered = shared
            .with(|simulation| reviews::answer(info.kind, object, namespace, simulation.registry, user));
        let answered = Arc::new(answered?);
        return Ok(presentation.object(201, &answered, shared.now()));
    }
    let options = options_of_body(info, headers, user, body)?;
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
    let options = options_of_body(info, headers, user, body)?;
    let object = match options.subresource {
        "scale" => decode::any(headers, body)?,
        _ => decode::object(info.kind, headers, body)?,
    };
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
    let options = options_of_body(info, headers, user, body)?;
    let patch = decode::patch(info, headers, body)?;
    let (written, now) = shared.with(|simulation| {
        let registry = &mut simulation.registry;
        let written = registry.patch(info.kind, &info.key(), &patch, &options);
        written.map(|written| (written, registry.now()))
    })?;
    let code = if written.created { 201 } else { 200 };
    Ok(with_warnings(presentation.object(code, &written.object, now), &written))
}

/// How a request with a body wants its write to be made; where anybody is to be told, with what the body
/// says twice.
///
/// # Errors
/// As [`write_options`].
fn options_of_body(
    info: &RequestInfo,
    headers: &HeaderMap,
    user: &Arc<User>,
    body: &[u8],
) -> Result<WriteOptions, Status> {
    let mut options = write_options(info, headers, user)?;
    if options.field_validation != FieldValidation::Ignore {
        options.duplicate_fields = decode::duplicate_fields(headers, body);
        options.yaml_duplicates = decode::yaml_duplicates(headers, body);
    }
    Ok(options)
}

/// How a request wants its write to be made.
///
/// # Errors
/// 422 for values that the options of a creation, an update or a patch may not have.
pub(super) fn write_options(
    info: &RequestInfo,
    headers: &HeaderMap,
    user: &Arc<User>,
) -> Result<WriteOptions, Status> {
    let kind = match info.verb.name() {
        "create" => Some("CreateOptions"),
        "patch" => Some("PatchOptions"),
        "update" => Some("UpdateOptions"),
        _ => None,
    };
    if let Some(kind) = kind {
        let errors = option_errors(info, headers);
        if !errors.is_empty() {
            return Err(Status::invalid_in("meta.k8s.io", kind, "", &errors));
        }
    }
    let field_validation = match info.query.text("fieldValidation") {
        "Strict" => FieldValidation::Strict,
        "Ignore" => FieldValidation::Ignore,
        _ => FieldValidation::Warn,
    };
    let dry_run = info.query.text("dryRun") == "All";
    let manager = match info.query.text("fieldManager") {
        "" => manager_of(headers),
        manager => manager.to_owned(),
    };
    Ok(WriteOptions {
        yaml_duplicates: Vec::new(),
        manager,
        user: Arc::clone(user),
        dry_run,
        field_validation,
        duplicate_fields: Vec::new(),
        subresource: info.subresource_name(),
    })
}

/// What upstream's validation of `CreateOptions` and its like finds, in its order.
fn option_errors(info: &RequestInfo, headers: &HeaderMap) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if info.verb.name() == "patch" {
        errors.extend(decode::patch_option_error(info, headers));
    }
    let manager = info.query.text("fieldManager");
    if manager.len() > MANAGER_LENGTH_MAX {
        let detail = format!("may not be more than {MANAGER_LENGTH_MAX} bytes");
        errors.push(FieldError::new("fieldManager", FieldErrorType::TooLong, Value::Null, detail));
    }
    let unprintable = |c: char| c.is_control() || (c.is_whitespace() && c != ' ');
    for (place, odd) in manager.char_indices().filter(|(_, character)| unprintable(*character)) {
        let detail = format!("invalid character U+{:04X} (at position {place})", u32::from(odd));
        errors.push(FieldError::invalid("fieldManager", manager, detail));
    }
    errors.extend(dry_run_error(info.query.all("dryRun").collect()));
    let validation = info.query.text("fieldValidation");
    let supported = ["", "Ignore", "Strict", "Warn"];
    if !supported.contains(&validation) {
        errors.push(FieldError::not_supported("fieldValidation", validation, &supported));
    }
    errors
}

/// What is wrong with the values of `dryRun`.
pub(super) fn dry_run_error(values: Vec<&str>) -> Option<FieldError> {
    let known = values.iter().all(|value| *value == "All");
    (!known).then(|| FieldError::not_supported("dryRun", values, &["All"]))
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
