//! Questions that the API answers and does not store: who am I, may I.

use serde_json::{Value, json};

use crate::apimachinery::{Kind, Object, Status, unstored};

use super::authentication::User;

/// Whether objects of that kind are reviews.
pub(super) fn is_review(kind: &'static Kind) -> bool {
    kind.verbs == ["create"] && kind != &unstored::BINDING
}

/// Answers a review: fills in its status.
///
/// # Errors
/// 501 for reviews about other users: there is nobody else yet.
pub(super) fn answer(kind: &'static Kind, mut review: Object, user: &User) -> Result<Object, Status> {
    let everything = json!([{"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}]);
    let every_path = json!([{"verbs": ["*"], "nonResourceURLs": ["*"]}]);
    let status: Value = match kind.kind {
        "SelfSubjectReview" => json!({"userInfo": {"username": user.name, "groups": user.groups}}),
        "SelfSubjectAccessReview" => json!({"allowed": true}),
        "SelfSubjectRulesReview" => {
            json!({"resourceRules": everything, "nonResourceRules": every_path, "incomplete": false})
        }
        _ => {
            return Err(Status::failure(
                501,
                "NotImplemented",
                "not simulated: access of other users; this cluster has one user, who may do everything",
            ));
        }
    };
    review.set("/apiVersion", kind.api_version());
    review.set("/kind", kind.kind);
    review.set("/metadata/creationTimestamp", Value::Null);
    review.set("/status", status);
    Ok(review)
}
