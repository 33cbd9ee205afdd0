//! Questions that the API answers and does not store: who am I, may I.

use serde_json::{Value, json};

use crate::apimachinery::{Kind, Object, Status};

use super::authentication::User;

const REVIEW: Kind = Kind {
    group: "authorization.k8s.io",
    version: "v1",
    kind: "",
    plural: "",
    singular: "",
    short_names: &[],
    categories: &[],
    namespaced: false,
    verbs: &["create"],
    subresources: &[],
    stored_as: None,
};

static SELF_SUBJECT_REVIEW: Kind = Kind {
    group: "authentication.k8s.io",
    kind: "SelfSubjectReview",
    plural: "selfsubjectreviews",
    singular: "selfsubjectreview",
    ..REVIEW
};
static LOCAL_SUBJECT_ACCESS_REVIEW: Kind = Kind {
    kind: "LocalSubjectAccessReview",
    plural: "localsubjectaccessreviews",
    singular: "localsubjectaccessreview",
    namespaced: true,
    ..REVIEW
};
static SELF_SUBJECT_ACCESS_REVIEW: Kind = Kind {
    kind: "SelfSubjectAccessReview",
    plural: "selfsubjectaccessreviews",
    singular: "selfsubjectaccessreview",
    ..REVIEW
};
static SELF_SUBJECT_RULES_REVIEW: Kind = Kind {
    kind: "SelfSubjectRulesReview",
    plural: "selfsubjectrulesreviews",
    singular: "selfsubjectrulesreview",
    ..REVIEW
};
static SUBJECT_ACCESS_REVIEW: Kind = Kind {
    kind: "SubjectAccessReview",
    plural: "subjectaccessreviews",
    singular: "subjectaccessreview",
    ..REVIEW
};

/// The kinds of review.
pub(super) static KINDS: &[&Kind] = &[
    &SELF_SUBJECT_REVIEW,
    &LOCAL_SUBJECT_ACCESS_REVIEW,
    &SELF_SUBJECT_ACCESS_REVIEW,
    &SELF_SUBJECT_RULES_REVIEW,
    &SUBJECT_ACCESS_REVIEW,
];

/// The review served at that group, version and plural.
pub(super) fn kind_by_resource(group: &str, version: &str, plural: &str) -> Option<&'static Kind> {
    KINDS.iter().copied().find(|kind| kind.group == group && kind.version == version && kind.plural == plural)
}

/// Whether objects of that kind are reviews.
pub(super) fn is_review(kind: &'static Kind) -> bool {
    KINDS.contains(&kind)
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
