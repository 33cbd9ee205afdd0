//! Listing: a collection as it is, as it was, or page by page.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderMap, Response};
use serde::{Deserialize, Serialize};

use crate::apimachinery::{Object, Status, go_json_error};

use super::super::registry::Registry;
use super::body::Body;
use super::encoding::{ListMeta, Presentation};
use super::list_options::{ListOptions, Match, too_large};
use super::negotiate;
use super::objects::Objects;
use super::request_info::RequestInfo;
use super::selection::Selection;

/// The version of the tokens.
const TOKEN_VERSION: &str = "meta.k8s.io/v1";
/// What a further page gets whose revision has left the change log.
const INCONSISTENT_CONTINUE: &str = "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.";

/// Seconds after which the first page of a list is too old for a further one (`--etcd-compaction-interval`).
const COMPACTED_AFTER: i64 = 300;

/// Where a list of many pages goes on.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Continue {
    #[serde(rename = "v")]
    version: String,
    /// The revision that every page shows; -1 for the present one.
    #[serde(rename = "rv")]
    resource_version: i64,
    /// The key of the last object, and a zero byte: the lowest key that follows it.
    start: String,
    /// When the first page was made, in seconds.
    #[serde(default)]
    since: i64,
}

impl Continue {
    fn after(resource_version: i64, last: &Object, within: Option<&str>, since: i64) -> Self {
        let key = match within {
            Some(_) => last.name().to_owned(),
            None => format!("{}/{}", last.namespace(), last.name()),
        };
        Self { version: TOKEN_VERSION.to_owned(), resource_version, start: format!("{key}\0"), since }
    }

    /// When the first page of a list was made: one that goes on in the present begins anew there.
    fn since(from: Option<&Self>, now: i64) -> i64 {
        from.filter(|from| from.resource_version > 0).map_or(now, |from| from.since)
    }

    fn encode(&self) -> String {
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default())
    }

    fn decode(text: &str) -> Result<Option<Self>, Status> {
        if text.is_empty() {
            return Ok(None);
        }
        let refused = |why: String| {
            Status::bad_request(format!("invalid continue token: continue key is not valid: {why}"))
        };
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|error| {
            let place = match error {
                base64::DecodeError::InvalidByte(place, _)
                | base64::DecodeError::InvalidLastSymbol { offset: place, .. } => place,
                _ => text.len(),
            };
            refused(format!("illegal base64 data at input byte {place}"))
        })?;
        let token: Self =
            serde_json::from_slice(&bytes).map_err(|error| refused(go_json_error(&error, &bytes)))?;
        if token.version != TOKEN_VERSION {
            let why = format!("server does not recognize this encoded version {:?}", token.version);
            return Err(refused(why));
        }
        if token.resource_version == 0 {
            let why = "incorrect encoded start resourceVersion (version meta.k8s.io/v1)";
            return Err(refused(why.to_owned()));
        }
        if token.start.is_empty() {
            return Err(refused("encoded start key empty (version meta.k8s.io/v1)".to_owned()));
        }
        Ok(Some(token))
    }

    /// Namespace and name of the last object of the page before.
    fn last(&self, within: Option<&str>) -> (String, String) {
        let key = self.start.trim_end_matches('\0');
        match (within, key.split_once('/')) {
            (Some(namespace), _) => (namespace.to_owned(), key.to_owned()),
            (None, Some((namespace, name))) => (namespace.to_owned(), name.to_owned()),
            (None, None) => (String::new(), key.to_owned()),
        }
    }

    /// 410 with a token that goes on in the present.
    fn expired(&self) -> Status {
        let fresh = Self {
            version: TOKEN_VERSION.to_owned(),
            resource_version: -1,
            start: self.start.clone(),
            since: 0,
        };
        let mut status = Status::expired(INCONSISTENT_CONTINUE);
        status.metadata.insert("continue", fresh.encode().into());
        status
    }
}

/// Answers with the objects of a collection, a page of them if so asked.
///
/// # Errors
/// 400 (bad selectors or tokens), 410 and 504 (a revision that is gone or still to come), 422 (options
/// that do not go together).
pub(super) fn list(
    shared: &impl Objects,
    info: &RequestInfo,
    headers: &HeaderMap,
) -> Result<Response<Body>, Status> {
    let presentation = Presentation::of_list(negotiate::encoding(headers)?, info)?;
    let options = ListOptions::of(info)?;
    let selection = Selection::parse(info)?;
    let from = Continue::decode(&options.continue_token)?;
    let within = info.namespace.as_deref();
    let (all, revision, now) = shared.with(|simulation| {
        let registry = &*simulation.registry;
        let (objects, revision) = objects_at(registry, info, &options, from.as_ref())?;
        Ok((objects, revision, registry.now()))
    })?;
    let before = from.as_ref().map_or(0, |from| {
        let last = from.last(within);
        all.partition_point(|object| (object.namespace(), object.name()) <= (&*last.0, &*last.1))
    });
    let limit = limit(&options);
    let everything = selection.is_everything();
    // How many are left is told only of whole collections.
    let enough = if limit > 0 && !everything { limit + 1 } else { usize::MAX };
    // Of cold objects only copies are looked at, one after the other.
    let chosen =
        |object: &Arc<Object>| everything || selection.matches(&Object::to_look_at(Arc::clone(object)));
    let mut objects: Vec<Arc<Object>> = all.into_iter().skip(before).filter(chosen).take(enough).collect();
    let mut meta = ListMeta { resource_version: revision.to_string(), ..ListMeta::default() };
    if limit > 0 && objects.len() > limit {
        let remaining = objects.len() - limit;
        objects.truncate(limit);
        if let Some(last) = objects.last() {
            let revision = i64::try_from(revision).unwrap_or(-1);
            let since = Continue::since(from.as_ref(), now.as_second());
            meta.continue_token = Continue::after(revision, last, within, since).encode();
        }
        meta.remaining_item_count = everything.then_some(remaining);
    }
    Ok(presentation.list(&meta, &objects, now))
}

/// The objects at the revision that is asked for, and that revision.
fn objects_at(
    registry: &Registry,
    info: &RequestInfo,
    options: &ListOptions,
    from: Option<&Continue>,
) -> Result<(Vec<Arc<Object>>, u64), Status> {
    let current = registry.store().revision();
    let within = info.namespace.as_deref();
    let present = || Ok((registry.list_shown(info.kind, within, None)?, current));
    if let Some(from) = from {
        let Ok(revision) = u64::try_from(from.resource_version) else { return present() };
        if registry.now().as_second() - from.since >= COMPACTED_AFTER {
            return Err(from.expired());
        }
        // A revision of a world that was reset since is as gone as one that left the log.
        if revision > current {
            return Err(from.expired());
        }
        let found = registry.list_shown(info.kind, within, Some(revision));
        return match found {
            Err(status) if status.is("Expired") => Err(from.expired()),
            found => Ok((found?, revision)),
        };
    }
    match (options.resource_version, options.matching) {
        (Some(wanted), _) if wanted > current => Err(too_large(wanted, current)),
        (Some(wanted), Match::Exact) => Ok((registry.list_shown(info.kind, within, Some(wanted))?, wanted)),
        _ => present(),
    }
}

/// Objects that the page may have: a list "as fresh as you have it" comes whole, as from a watch cache.
fn limit(options: &ListOptions) -> usize {
    let any_state = options.resource_version == Some(0) && options.matching != Match::Exact;
    if any_state && options.continue_token.is_empty() { 0 } else { options.limit }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apimachinery::builtin::CONFIG_MAP;

    #[test]
    fn tokens_come_back_as_they_went() {
        let last = Object::new(&CONFIG_MAP, "a", "x");
        let token = Continue::after(7, &last, None, 9);
        let read = Continue::decode(&token.encode()).unwrap().unwrap();
        assert_eq!(read, token);
        assert_eq!(read.last(None), ("a".to_owned(), "x".to_owned()));
        assert_eq!(Continue::after(7, &last, Some("a"), 9).start, "x\0");
        let expired = read.expired();
        let fresh = expired.metadata["continue"].as_str().unwrap();
        let fresh = Continue::decode(fresh).unwrap().unwrap();
        assert_eq!(fresh.resource_version, -1);
        assert_eq!((Continue::since(Some(&token), 99), Continue::since(Some(&fresh), 99)), (9, 99));
    }

    #[test]
    fn malformed_tokens_are_refused() {
        let encoded = |text: &str| URL_SAFE_NO_PAD.encode(text);
        for (token, why) in [
            ("!".to_owned(), "illegal base64 data at input byte 0"),
            (
                encoded(r#"{"v":"x","rv":1,"start":"a"}"#),
                "server does not recognize this encoded version \"x\"",
            ),
            (
                encoded(r#"{"v":"meta.k8s.io/v1","rv":0,"start":"a"}"#),
                "incorrect encoded start resourceVersion",
            ),
            (encoded(r#"{"v":"meta.k8s.io/v1","rv":1,"start":""}"#), "encoded start key empty"),
        ] {
            let status = Continue::decode(&token).unwrap_err();
            assert!(status.code == 400 && status.message.contains(why), "{token}: {}", status.message);
        }
    }
}
