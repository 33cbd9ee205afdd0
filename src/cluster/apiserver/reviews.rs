//! Questions that the API answers and does not store: who am I, may I.

use crate::apimachinery::{FieldError, FieldErrors, Kind, Object, Status, unstored};
use crate::base::{Value, json, to_value};

use super::super::authentication::{API_AUDIENCE, user_of_token};
use super::super::authorization::{Attributes, Decision, PolicyRule, User, authorize, rules_for};
use super::super::registry::Registry;
use super::super::storage::Store;

/// Whether objects of that kind are reviews.
pub(super) fn is_review(kind: &'static Kind) -> bool {
    kind.verbs == ["create"] && kind != &unstored::BINDING
}

/// Answers a review: fills in its status.
///
/// # Errors
/// 400 and 422 for questions that make no sense.
pub(super) fn answer(
    kind: &'static Kind,
    mut review: Object,
    namespace: &str,
    registry: &Registry,
    user: &User,
) -> Result<Object, Status> {
    let store = registry.store();
    let status = match kind.kind {
        "TokenReview" => token_status(registry, &review)?,
        "SelfSubjectReview" => json!({"userInfo": user.info()}),
        "SelfSubjectRulesReview" => rules_status(store, user, review.text("/spec/namespace"))?,
        "SelfSubjectAccessReview" => {
            check_spec(kind, &review, attribute_errors(&review))?;
            access_status(store, user, &review)
        }
        _ => {
            let mut errors = attribute_errors(&review);
            errors.extend(subject_errors(&review));
            if kind.namespaced {
                errors.extend(local_errors(&review, namespace));
            }
            check_spec(kind, &review, errors)?;
            access_status(store, &subject(&review), &review)
        }
    };
    review.set("/apiVersion", kind.api_version());
    review.set("/kind", kind.kind);
    if kind.namespaced {
        review.set("/metadata/namespace", namespace);
    }
    review.set("/metadata/creationTimestamp", Value::Null);
    review.set("/status", status);
    Ok(review)
}

/// Whether a token is valid, and for whom.
fn token_status(registry: &Registry, review: &Object) -> Result<Value, Status> {
    let token = review.text("/spec/token");
    if token.is_empty() {
        return Err(Status::bad_request("token is required for TokenReview in authentication"));
    }
    let mut audiences = texts(review.list("/spec/audiences"));
    if audiences.is_empty() {
        audiences.push(API_AUDIENCE.to_owned());
    }
    let found = user_of_token(registry.authority()?, registry.store(), registry.now(), token, &audiences);
    Ok(match found {
        Some((user, audiences)) => {
            json!({"authenticated": true, "user": user.info(), "audiences": audiences})
        }
        None => json!({"user": {}, "error": "invalid bearer token"}),
    })
}

fn texts(values: &[Value]) -> Vec<String> {
    values.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn check_spec(kind: &'static Kind, review: &Object, errors: FieldErrors) -> Result<(), Status> {
    if errors.is_empty() { Ok(()) } else { Err(Status::invalid(kind, review.name(), &errors)) }
}

fn attribute_errors(review: &Object) -> FieldErrors {
    let given = |field: &str| review.get(&format!("/spec/{field}"));
    match (given("resourceAttributes"), given("nonResourceAttributes")) {
        (Some(_), Some(path)) => vec![FieldError::invalid(
            "spec.nonResourceAttributes",
            path.clone(),
            "cannot be specified in combination with resourceAttributes",
        )],
        (None, None) => vec![FieldError::invalid(
            "spec.resourceAttributes",
            Value::Null,
            "exactly one of nonResourceAttributes or resourceAttributes must be specified",
        )],
        _ => FieldErrors::new(),
    }
}

fn subject_errors(review: &Object) -> FieldErrors {
    if !review.text("/spec/user").is_empty() || !review.list("/spec/groups").is_empty() {
        return FieldErrors::new();
    }
    vec![FieldError::invalid("spec.user", "", "at least one of user or group must be specified")]
}

fn local_errors(review: &Object, namespace: &str) -> FieldErrors {
    let mut errors = FieldErrors::new();
    if review.get("/spec/resourceAttributes").is_some()
        && review.text("/spec/resourceAttributes/namespace") != namespace
    {
        let found = review.text("/spec/resourceAttributes/namespace");
        let detail = "must match metadata.namespace";
        errors.push(FieldError::invalid("spec.resourceAttributes.namespace", found, detail));
    }
    if let Some(path) = review.get("/spec/nonResourceAttributes") {
        let detail = "disallowed on this kind of request";
        errors.push(FieldError::invalid("spec.nonResourceAttributes", path.clone(), detail));
    }
    errors
}

/// Who is asked about.
fn subject(review: &Object) -> User {
    let mut user = User {
        name: review.text("/spec/user").to_owned(),
        uid: review.text("/spec/uid").to_owned(),
        groups: texts(review.list("/spec/groups")),
        ..User::default()
    };
    for (key, values) in review.map("/spec/extra").into_iter().flatten() {
        let values = values.as_array().map(Vec::as_slice).unwrap_or_default();
        user.extra.insert(key.to_ascii_lowercase(), texts(values));
    }
    user
}

fn access_status(store: &Store, user: &User, review: &Object) -> Value {
    let text = |field: &str| review.text(&format!("/spec/resourceAttributes/{field}")).to_owned();
    let attributes = if review.get("/spec/resourceAttributes").is_some() {
        Attributes {
            verb: text("verb"),
            is_resource: true,
            group: text("group"),
            version: text("version"),
            resource: text("resource"),
            subresource: text("subresource"),
            namespace: text("namespace"),
            name: text("name"),
            path: String::new(),
        }
    } else {
        let text = |field: &str| review.text(&format!("/spec/nonResourceAttributes/{field}"));
        Attributes::at(text("verb"), text("path"))
    };
    let (allowed, reason) = match authorize(store, user, &attributes) {
        Decision::Allowed(reason) => (true, reason),
        Decision::NoOpinion(reason) => (false, reason),
    };
    let mut status = json!({"allowed": allowed});
    if !reason.is_empty() {
        status["reason"] = reason.into();
    }
    status
}

fn rules_status(store: &Store, user: &User, namespace: &str) -> Result<Value, Status> {
    if namespace.is_empty() {
        return Err(Status::bad_request("no namespace on request"));
    }
    let (rules, errors) = rules_for(store, user, namespace);
    let (paths, resources): (Vec<PolicyRule>, Vec<PolicyRule>) =
        rules.into_iter().partition(|rule| !rule.non_resource_urls.is_empty());
    let listed = |rules: &[PolicyRule]| to_value(rules).map_err(|error| Status::internal(error.to_string()));
    let mut status = json!({"resourceRules": listed(&resources)?, "nonResourceRules": listed(&paths)?, "incomplete": !errors.is_empty()});
    if !errors.is_empty() {
        status["evaluationError"] = match errors.as_slice() {
            [one] => one.clone(),
            many => format!("[{}]", many.join(", ")),
        }
        .into();
    }
    Ok(status)
}
