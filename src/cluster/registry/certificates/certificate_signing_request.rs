//! Columns of CertificateSigningRequests.

use jiff::SignedDuration;
use serde_json::Value;

use crate::apimachinery::Object;
use crate::base::{Timestamp, human_duration};

use super::super::columns::{self, Column};
use super::super::strategy::Strategy;

/// `pkg/registry/certificates/certificates`.
pub(crate) struct CertificateSigningRequestStrategy;

impl Strategy for CertificateSigningRequestStrategy {
    fn columns(&self) -> &'static [Column] {
        const {
            &[
                columns::NAME,
                columns::AGE,
                Column::text("SignerName"),
                Column::text("Requestor"),
                Column::text("RequestedDuration"),
                Column::text("Condition"),
            ]
        }
    }

    fn cells(&self, object: &Object, now: Timestamp) -> Vec<Value> {
        let asked = object.number("/spec/expirationSeconds");
        let duration = asked.map_or_else(
            || columns::NONE.to_owned(),
            |seconds| human_duration(SignedDuration::from_secs(seconds)),
        );
        vec![
            object.name().into(),
            columns::age(object, now),
            columns::text_or_none(object, "/spec/signerName"),
            object.text("/spec/username").into(),
            duration.into(),
            condition(object).into(),
        ]
    }
}

/// What became of the request (`extractCSRStatus`).
fn condition(request: &Object) -> String {
    let has = |wanted: &str| request.condition(wanted).is_some();
    let mut text = match (has("Denied"), has("Approved")) {
        (true, _) => "Denied",
        (false, true) => "Approved",
        (false, false) => "Pending",
    }
    .to_owned();
    if has("Failed") {
        text.push_str(",Failed");
    }
    if !request.text("/status/certificate").is_empty() {
        text.push_str(",Issued");
    }
    text
}
