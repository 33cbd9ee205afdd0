//! `componentstatuses`: what the control plane says of itself when asked; nothing of it is stored.

use std::sync::Arc;

use http::{HeaderMap, Response};

use crate::apimachinery::{Object, Status, unstored};
use crate::base::json;

use super::super::driver::Shared;
use super::body::Body;
use super::encoding::{ListMeta, Presentation};
use super::negotiate;
use super::request_info::{RequestInfo, Verb};
use super::selection::Selection;

/// The components that are asked. They are part of this process: who can answer at all finds them healthy.
const COMPONENTS: &[&str] = &["controller-manager", "scheduler", "etcd-0"];

/// Answers a get or a list.
///
/// # Errors
/// 400 for bad selectors, 500 for a component that there is not.
pub(super) fn read(
    shared: &Shared,
    info: &RequestInfo,
    headers: &HeaderMap,
) -> Result<Response<Body>, Status> {
    let presentation = Presentation::of(negotiate::encoding(headers)?, info)?;
    let now = shared.clock().now();
    if info.verb == Verb::Get {
        let name = COMPONENTS
            .iter()
            .find(|name| **name == info.name)
            .ok_or_else(|| Status::failure(500, "", format!("Component not found: {}", info.name)))?;
        return Ok(presentation.object(200, &Arc::new(status_of(name)), now));
    }
    let selection = Selection::parse(info)?;
    let statuses = COMPONENTS.iter().map(|name| Arc::new(status_of(name)));
    let statuses: Vec<Arc<Object>> = statuses.filter(|status| selection.matches(status)).collect();
    Ok(presentation.list(&ListMeta::default(), &statuses, now))
}

fn status_of(name: &str) -> Object {
    let mut status = Object::new(&unstored::COMPONENT_STATUS, "", name);
    status.set("/conditions", json!([{"type": "Healthy", "status": "True", "message": "ok"}]));
    status
}
