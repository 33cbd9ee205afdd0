//! Reading: one object, or a list of them.

use std::sync::Arc;

use http::{HeaderMap, Response};

use crate::apimachinery::{Object, Status, StatusCause, StatusDetails};

use super::body::Body;
use super::encoding::{ListMeta, Presentation};
use super::negotiate;
use super::objects::Objects;
use super::request_info::RequestInfo;
use super::selection::Selection;

/// Answers with one object (or what a subresource shows of it).
///
/// # Errors
/// 404 when there is none.
pub(super) fn get(
    shared: &impl Objects,
    info: &RequestInfo,
    headers: &HeaderMap,
) -> Result<Response<Body>, Status> {
    let presentation = Presentation::of(negotiate::encoding(headers)?, info)?;
    let key = info.key();
    let (object, now) = shared.with(|simulation| {
        let registry = &simulation.registry;
        let object = match info.subresource_name() {
            "scale" => registry.get_scale(info.kind, &key).map(Arc::new),
            _ => registry.get(info.kind, &key),
        };
        object.map(|object| (object, registry.now()))
    })?;
    Ok(presentation.object(200, &object, now))
}

/// Where a list of many pages goes on.
struct Continue {
    resource_version: u64,
    after: (String, String),
}

impl Continue {
    fn encode(&self) -> String {
        format!("{}/{}/{}", self.resource_version, self.after.0, self.after.1)
    }

    fn decode(text: &str) -> Result<Option<Self>, Status> {
        if text.is_empty() {
            return Ok(None);
        }
        let mut parts = text.splitn(3, '/');
        let version = parts.next().and_then(|version| version.parse().ok());
        match (version, parts.next(), parts.next()) {
            (Some(resource_version), Some(namespace), Some(name)) => {
                Ok(Some(Self { resource_version, after: (namespace.to_owned(), name.to_owned()) }))
            }
            _ => Err(Status::bad_request("continue key is not valid: illegal base64 data at input byte 0")),
        }
    }
}

/// Answers with the objects of a collection, a page of them if so asked.
///
/// # Errors
/// 400 (bad selectors or tokens), 410 and 504 (a revision that is gone or still to come).
pub(super) fn list(
    shared: &impl Objects,
    info: &RequestInfo,
    headers: &HeaderMap,
) -> Result<Response<Body>, Status> {
    let presentation = Presentation::of(negotiate::encoding(headers)?, info)?;
    let selection = Selection::parse(info)?;
    let limit = info.query.number("limit")?.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(0);
    let from = Continue::decode(info.query.text("continue"))?;
    let (all, revision, now) = shared.with(|simulation| {
        let registry = &simulation.registry;
        let objects = registry.list(info.kind, info.namespace.as_deref());
        (objects, registry.store().revision(), registry.now())
    });
    check_resource_version(info, revision)?;
    let mut objects: Vec<Arc<Object>> = all
        .into_iter()
        .filter(|object| {
            from.as_ref().is_none_or(|from| {
                (object.namespace(), object.name()) > (from.after.0.as_str(), from.after.1.as_str())
            })
        })
        .filter(|object| selection.matches(object))
        .collect();
    let revision = from.as_ref().map_or(revision, |from| from.resource_version);
    let mut meta = ListMeta { resource_version: revision.to_string(), ..ListMeta::default() };
    if limit > 0 && objects.len() > limit {
        let remaining = objects.len() - limit;
        objects.truncate(limit);
        if let Some(last) = objects.last() {
            let after = (last.namespace().to_owned(), last.name().to_owned());
            meta.continue_token = Continue { resource_version: revision, after }.encode();
        }
        meta.remaining_item_count = selection.is_everything().then_some(remaining);
    }
    Ok(presentation.list(&meta, &objects, now))
}

/// Refuses what this server cannot show: revisions to come, and exact revisions of the past.
fn check_resource_version(info: &RequestInfo, current: u64) -> Result<(), Status> {
    let text = info.query.text("resourceVersion");
    let matching = info.query.text("resourceVersionMatch");
    if text.is_empty() {
        if !matching.is_empty() {
            return Err(list_options_invalid(
                "resourceVersionMatch",
                "Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided",
            ));
        }
        return Ok(());
    }
    let wanted = parse_resource_version(text)?;
    if wanted > current {
        return Err(too_large(wanted, current));
    }
    if matching == "Exact" && wanted != current {
        return Err(Status::expired(format!(
            "The resourceVersion for the provided list is too old: {wanted}"
        )));
    }
    Ok(())
}

/// Reads a resourceVersion parameter.
///
/// # Errors
/// 400 when it is no number.
pub(super) fn parse_resource_version(text: &str) -> Result<u64, Status> {
    text.parse().map_err(|_| {
        list_options_invalid(
            "resourceVersion",
            &format!("Invalid value: {text:?}: strconv.ParseUint: parsing {text:?}: invalid syntax"),
        )
    })
}

/// 504: a revision that this server has not reached.
pub(super) fn too_large(wanted: u64, current: u64) -> Status {
    let mut status = Status::failure(
        504,
        "Timeout",
        format!("Timeout: Too large resource version: {wanted}, current: {current}"),
    );
    status.details = Some(Box::new(StatusDetails {
        causes: vec![StatusCause {
            reason: "ResourceVersionTooLarge".to_owned(),
            message: "Too large resource version".to_owned(),
            field: String::new(),
        }],
        retry_after_seconds: Some(1),
        ..StatusDetails::default()
    }));
    status
}

/// 422 about a parameter of a list or watch.
pub(super) fn list_options_invalid(field: &str, message: &str) -> Status {
    let text = format!("ListOptions.meta.k8s.io \"\" is invalid: {field}: {message}");
    Status::failure(422, "Invalid", text)
}
