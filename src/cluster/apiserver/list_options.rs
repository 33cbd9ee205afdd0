//! `ListOptions`: the parameters of lists and watches, checked as upstream checks them.

use crate::apimachinery::{FieldError, Status, StatusCause, StatusDetails};

use super::query::Query;
use super::request_info::{RequestInfo, Verb};

/// `resourceVersionMatch`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Match {
    Unset,
    Exact,
    NotOlderThan,
}

/// What a list or watch asks for, besides selectors.
#[derive(Clone, Debug)]
pub(super) struct ListOptions {
    /// The revision named, if any.
    pub resource_version: Option<u64>,
    /// How the revision is meant.
    pub matching: Match,
    /// Objects that one page may have; 0 for all.
    pub limit: usize,
    /// Where an earlier page ended.
    pub continue_token: String,
    /// Whether a watch begins with the present state.
    pub send_initial_events: Option<bool>,
}

impl ListOptions {
    /// Reads and checks the parameters.
    ///
    /// # Errors
    /// 400 for what is no number, 422 for combinations that mean nothing.
    pub(super) fn of(info: &RequestInfo) -> Result<Self, Status> {
        let query = &info.query;
        let limit = query.number("limit")?.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(0);
        let errors = if info.verb == Verb::Watch { watch_errors(query) } else { list_errors(query) };
        if !errors.is_empty() {
            return Err(Status::invalid_in("meta.k8s.io", "ListOptions", "", &errors));
        }
        let matching = match query.text("resourceVersionMatch") {
            "Exact" => Match::Exact,
            "NotOlderThan" => Match::NotOlderThan,
            _ => Match::Unset,
        };
        let resource_version = resource_version(query)?;
        let continue_token = query.text("continue").to_owned();
        if !continue_token.is_empty() && resource_version.is_some_and(|version| version > 0) {
            let message = "specifying resource version is not allowed when using continue";
            return Err(Status::bad_request(message));
        }
        let send_initial_events = query.flag_or_none("sendInitialEvents");
        Ok(Self { resource_version, matching, limit, continue_token, send_initial_events })
    }
}

/// The `resourceVersion` parameter.
///
/// # Errors
/// 500 in upstream's words when it is no number.
pub(super) fn resource_version(query: &Query) -> Result<Option<u64>, Status> {
    let text = query.text("resourceVersion");
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| {
        let detail = format!("strconv.ParseUint: parsing {text:?}: invalid syntax");
        Status::failure(500, "", FieldError::invalid("resourceVersion", text, detail).to_string())
    })
}

/// `ValidateListOptions` for a list.
fn list_errors(query: &Query) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let mut forbid =
        |field: &str, detail: &str| errors.push(FieldError::forbidden(field.to_owned(), detail.to_owned()));
    let (matching, version) = (query.text("resourceVersionMatch"), query.text("resourceVersion"));
    if !matching.is_empty() && version.is_empty() {
        forbid(
            "resourceVersionMatch",
            "resourceVersionMatch is forbidden unless resourceVersion is provided",
        );
    }
    if !matching.is_empty() && !query.text("continue").is_empty() {
        forbid("resourceVersionMatch", "resourceVersionMatch is forbidden when continue is provided");
    }
    if matching == "Exact" && version == "0" {
        let detail = "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"";
        forbid("resourceVersionMatch", detail);
    }
    if query.flag_or_none("sendInitialEvents").is_some() {
        forbid("sendInitialEvents", "sendInitialEvents is forbidden for list");
    }
    if !["", "Exact", "NotOlderThan"].contains(&matching) {
        let supported = ["Exact", "NotOlderThan", ""];
        errors.push(FieldError::not_supported("resourceVersionMatch", matching, &supported));
    }
    errors
}

/// `ValidateListOptions` for a watch.
fn watch_errors(query: &Query) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let mut forbid = |detail: &str| {
        errors.push(FieldError::forbidden("resourceVersionMatch", detail.to_owned()));
    };
    let matching = query.text("resourceVersionMatch");
    let sends_initial_events = query.flag_or_none("sendInitialEvents").is_some();
    if sends_initial_events && matching != "NotOlderThan" {
        forbid("sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
    }
    if !sends_initial_events && !matching.is_empty() {
        forbid("resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided");
    }
    if (sends_initial_events || !matching.is_empty()) && !query.text("continue").is_empty() {
        forbid("resourceVersionMatch is forbidden when continue is provided");
    }
    if !["", "NotOlderThan"].contains(&matching) {
        errors.push(FieldError::not_supported("resourceVersionMatch", matching, &["NotOlderThan"]));
    }
    errors
}

/// 504: a revision that this server has not reached.
pub(super) fn too_large(wanted: u64, current: u64) -> Status {
    let message = format!("Timeout: Too large resource version: {wanted}, current: {current}");
    let mut status = Status::failure(504, "Timeout", message);
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

#[cfg(test)]
mod tests {
    use http::Method;

    use super::*;

    fn told(query: &str) -> String {
        let info = RequestInfo::parse(&Method::GET, "/api/v1/pods", Query::parse(query), &|_, _, _| None)
            .unwrap()
            .unwrap();
        match ListOptions::of(&info) {
            Ok(_) => String::new(),
            Err(status) => format!("{} {}", status.code, status.message),
        }
    }

    #[test]
    fn combinations_that_mean_nothing_are_refused() {
        let invalid = |text: &str| format!("422 ListOptions.meta.k8s.io \"\" is invalid: {text}");
        let about = "resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden";
        for (query, expected) in [
            ("resourceVersion=5&resourceVersionMatch=Exact&limit=2", String::new()),
            ("resourceVersionMatch=Exact", invalid(&format!("{about} unless resourceVersion is provided"))),
            (
                "resourceVersion=0&resourceVersionMatch=Exact",
                invalid(
                    "resourceVersionMatch: Forbidden: resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"",
                ),
            ),
            (
                "resourceVersion=1&resourceVersionMatch=exact",
                invalid(
                    "resourceVersionMatch: Unsupported value: \"exact\": supported values: \"Exact\", \"NotOlderThan\", \"\"",
                ),
            ),
            (
                "sendInitialEvents=true",
                invalid("sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list"),
            ),
            (
                "continue=x&resourceVersion=5",
                "400 specifying resource version is not allowed when using continue".to_owned(),
            ),
            (
                "resourceVersion=x",
                "500 resourceVersion: Invalid value: \"x\": strconv.ParseUint: parsing \"x\": invalid syntax"
                    .to_owned(),
            ),
            ("limit=x", "400 strconv.ParseInt: parsing \"x\": invalid syntax".to_owned()),
            (
                "watch=1&resourceVersionMatch=NotOlderThan",
                invalid(&format!("{about} for watch unless sendInitialEvents is provided")),
            ),
            (
                "watch=1&sendInitialEvents=true",
                invalid(
                    "resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan",
                ),
            ),
        ] {
            assert_eq!(told(query), expected, "{query}");
        }
    }
}
