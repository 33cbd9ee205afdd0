//! Which FlowSchema a request falls under (`apiserver/pkg/util/flowcontrol/rule.go`), and the headers that
//! say so. Nothing is held back: one simulation answers one request after the other.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use http::HeaderMap;
use http::header::{HeaderName, HeaderValue};

use crate::apimachinery::builtin::{FLOW_SCHEMA, PRIORITY_LEVEL_CONFIGURATION};
use crate::apimachinery::{Object, ObjectKey};
use crate::base::Value;

use super::super::authorization::{Attributes, User, split_account_user_name};
use super::super::storage::Store;

const AUDIT_ID: HeaderName = HeaderName::from_static("audit-id");
const FLOW_SCHEMA_UID: HeaderName = HeaderName::from_static("x-kubernetes-pf-flowschema-uid");
const PRIORITY_LEVEL_UID: HeaderName = HeaderName::from_static("x-kubernetes-pf-prioritylevel-uid");

/// What the headers of an answer tell of its request.
#[derive(Clone, Debug, Default)]
pub(super) struct Classified {
    schema: String,
    level: String,
}

impl Classified {
    /// The first schema by precedence that means the request.
    pub(super) fn of(store: &Store, user: &User, attributes: &Attributes) -> Self {
        // They come sorted by name, and a stable sort keeps that among equals.
        let schemas = store.list(&FLOW_SCHEMA, None);
        let mut schemas: Vec<(Option<i64>, &Arc<Object>)> =
            schemas.map(|schema| (schema.number("/spec/matchingPrecedence"), schema)).collect();
        schemas.sort_by_key(|(precedence, _)| *precedence);
        let found = schemas
            .into_iter()
            .map(|(_, schema)| schema)
            .find(|schema| schema.list("/spec/rules").iter().any(|rule| is_meant(rule, user, attributes)));
        let Some(schema) = found else { return Self::default() };
        let level = ObjectKey::new("", schema.text("/spec/priorityLevelConfiguration/name"));
        let level = store.get(&PRIORITY_LEVEL_CONFIGURATION, &level);
        Self {
            schema: schema.uid().to_owned(),
            level: level.map(|level| level.uid().to_owned()).unwrap_or_default(),
        }
    }

    /// Writes them.
    pub(super) fn tell(&self, headers: &mut HeaderMap) {
        for (name, uid) in [(FLOW_SCHEMA_UID, &self.schema), (PRIORITY_LEVEL_UID, &self.level)] {
            if let Ok(value) = HeaderValue::from_str(uid)
                && !uid.is_empty()
            {
                headers.insert(name, value);
            }
        }
    }
}

/// Names a request by the name that it brought along, or one that no other has (`WithAuditID`).
pub(super) fn audit_id(given: Option<&HeaderValue>) -> Option<(HeaderName, HeaderValue)> {
    static COUNT: AtomicU64 = AtomicU64::new(1);
    if let Some(given) = given {
        return Some((AUDIT_ID, given.clone()));
    }
    // Spread so that neighbours do not look alike (splitmix64).
    let mix = |number: u64| {
        let number = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        number ^ (number >> 31)
    };
    let count = COUNT.fetch_add(2, Ordering::Relaxed);
    let digits = format!("{:016x}{:016x}", mix(count), mix(count + 1));
    let text = format!(
        "{}-{}-4{}-a{}-{}",
        &digits[..8],
        &digits[8..12],
        &digits[13..16],
        &digits[17..20],
        &digits[20..]
    );
    HeaderValue::from_str(&text).ok().map(|value| (AUDIT_ID, value))
}

fn is_meant(rule: &Value, user: &User, attributes: &Attributes) -> bool {
    let list = |field: &str| rule[field].as_array().map(Vec::as_slice).unwrap_or_default();
    let (rules, fits): (&str, fn(&Value, &Attributes) -> bool) =
        if attributes.is_resource { ("resourceRules", is_resource) } else { ("nonResourceRules", is_path) };
    list("subjects").iter().any(|subject| is_subject(subject, user))
        && list(rules).iter().any(|rule| fits(rule, attributes))
}

fn is_subject(subject: &Value, user: &User) -> bool {
    let text = |pointer: &str| subject.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    match text("/kind") {
        "User" => matches!(text("/user/name"), name if name == "*" || name == user.name),
        "Group" => matches!(text("/group/name"), name if name == "*" || user.is_in(name)),
        "ServiceAccount" => split_account_user_name(&user.name).is_some_and(|(namespace, name)| {
            namespace == text("/serviceAccount/namespace")
                && matches!(text("/serviceAccount/name"), wanted if wanted == "*" || wanted == name)
        }),
        _ => false,
    }
}

fn holds(rule: &Value, field: &str, wanted: &str) -> bool {
    let items = rule[field].as_array().into_iter().flatten().filter_map(Value::as_str);
    items.clone().any(|item| item == "*" || item == wanted)
}

fn is_resource(rule: &Value, attributes: &Attributes) -> bool {
    let in_scope = match attributes.namespace.as_str() {
        "" => rule["clusterScope"] == true,
        namespace => holds(rule, "namespaces", namespace),
    };
    in_scope
        && holds(rule, "verbs", &attributes.verb)
        && holds(rule, "apiGroups", &attributes.group)
        && holds(rule, "resources", &attributes.whole_resource())
}

fn is_path(rule: &Value, attributes: &Attributes) -> bool {
    let urls = rule["nonResourceURLs"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let fits = |url: &str| {
        url == "*"
            || url == attributes.path
            || url.strip_suffix('*').is_some_and(|begin| attributes.path.starts_with(begin))
    };
    holds(rule, "verbs", &attributes.verb) && urls.clone().any(fits)
}
