//! Which objects of a collection a client wants to see.

use crate::apimachinery::{FieldSelector, LabelSelector, Object, Status};

use super::request_info::RequestInfo;

/// Label and field selectors of a request, and the one name it may be about.
#[derive(Clone, Debug)]
pub(super) struct Selection {
    name: String,
    labels: LabelSelector,
    fields: FieldSelector,
}

impl Selection {
    /// Reads `labelSelector` and `fieldSelector`.
    ///
    /// # Errors
    /// 400 for malformed selectors and fields that the kind does not offer.
    pub(super) fn parse(info: &RequestInfo) -> Result<Self, Status> {
        let fields = FieldSelector::parse(info.query.text("fieldSelector")).map_err(Status::bad_request)?;
        fields.check(info.kind)?;
        let labels = LabelSelector::parse(info.query.text("labelSelector")).map_err(Status::bad_request)?;
        Ok(Self { name: info.name.clone(), labels, fields })
    }

    /// Whether an object is selected.
    pub(super) fn matches(&self, object: &Object) -> bool {
        (self.name.is_empty() || object.name() == self.name)
            && self.labels.matches(object.labels())
            && self.fields.matches(object)
    }

    /// Whether everything is selected.
    pub(super) fn is_everything(&self) -> bool {
        self.name.is_empty() && self.labels.is_empty() && self.fields.is_empty()
    }
}
