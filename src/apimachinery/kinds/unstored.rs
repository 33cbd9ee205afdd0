//! Resources that the API answers and does not store: reviews, bindings, the states of components.

use super::Kind;
use super::builtin::PLAIN;

const REVIEW: Kind = Kind { group: "authorization.k8s.io", namespaced: false, verbs: &["create"], ..PLAIN };

/// core/v1 Binding.
pub static BINDING: Kind =
    Kind { kind: "Binding", plural: "bindings", singular: "binding", verbs: &["create"], ..PLAIN };
/// core/v1 ComponentStatus.
pub static COMPONENT_STATUS: Kind = Kind {
    kind: "ComponentStatus",
    plural: "componentstatuses",
    singular: "componentstatus",
    short_names: &["cs"],
    namespaced: false,
    verbs: &["get", "list"],
    ..PLAIN
};
/// authentication.k8s.io/v1 SelfSubjectReview.
pub static SELF_SUBJECT_REVIEW: Kind = Kind {
    group: "authentication.k8s.io",
    kind: "SelfSubjectReview",
    plural: "selfsubjectreviews",
    singular: "selfsubjectreview",
    ..REVIEW
};
/// authentication.k8s.io/v1 TokenReview.
pub static TOKEN_REVIEW: Kind = Kind {
    group: "authentication.k8s.io",
    kind: "TokenReview",
    plural: "tokenreviews",
    singular: "tokenreview",
    ..REVIEW
};
/// authorization.k8s.io/v1 LocalSubjectAccessReview.
pub static LOCAL_SUBJECT_ACCESS_REVIEW: Kind = Kind {
    kind: "LocalSubjectAccessReview",
    plural: "localsubjectaccessreviews",
    singular: "localsubjectaccessreview",
    namespaced: true,
    ..REVIEW
};
/// authorization.k8s.io/v1 SelfSubjectAccessReview.
pub static SELF_SUBJECT_ACCESS_REVIEW: Kind = Kind {
    kind: "SelfSubjectAccessReview",
    plural: "selfsubjectaccessreviews",
    singular: "selfsubjectaccessreview",
    ..REVIEW
};
/// authorization.k8s.io/v1 SelfSubjectRulesReview.
pub static SELF_SUBJECT_RULES_REVIEW: Kind = Kind {
    kind: "SelfSubjectRulesReview",
    plural: "selfsubjectrulesreviews",
    singular: "selfsubjectrulesreview",
    ..REVIEW
};
/// authorization.k8s.io/v1 SubjectAccessReview.
pub static SUBJECT_ACCESS_REVIEW: Kind = Kind {
    kind: "SubjectAccessReview",
    plural: "subjectaccessreviews",
    singular: "subjectaccessreview",
    ..REVIEW
};

/// autoscaling/v1 Scale, which only subresources answer with.
pub static SCALE: Kind = Kind { group: "autoscaling", kind: "Scale", verbs: &[], ..PLAIN };

/// All that have a path of their own.
pub static TABLE: &[&Kind] = &[
    &BINDING,
    &COMPONENT_STATUS,
    &SELF_SUBJECT_REVIEW,
    &TOKEN_REVIEW,
    &LOCAL_SUBJECT_ACCESS_REVIEW,
    &SELF_SUBJECT_ACCESS_REVIEW,
    &SELF_SUBJECT_RULES_REVIEW,
    &SUBJECT_ACCESS_REVIEW,
];
