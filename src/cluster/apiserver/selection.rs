//! Which objects of a collection a client wants to see.

use crate::apimachinery::{Object, Status};

use super::request_info::RequestInfo;

/// Label and field selectors of a request.
#[derive(Clone, Debug)]
pub(super) struct Selection {
    name: Option<String>,
}

impl Selection {
    /// Reads `labelSelector` and `fieldSelector`.
    ///
    /// # Errors
    /// 400 for malformed selectors and fields that the kind does not offer.
    pub(super) fn parse(info: &RequestInfo) -> Result<Self, Status> {
        let fields = info.query.text("fieldSelector");
        Ok(Self { name: fields.strip_prefix("metadata.name=").map(str::to_owned) })
    }

    /// Whether an object is selected.
    pub(super) fn matches(&self, object: &Object) -> bool {
        self.name.as_deref().is_none_or(|name| object.name() == name)
    }

    /// Whether everything is selected.
    pub(super) fn is_everything(&self) -> bool {
        self.name.is_none()
    }
}
