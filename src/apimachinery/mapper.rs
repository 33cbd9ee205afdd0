//! From what a person types (`po`, `deploy.apps`, `all`) to the kinds meant.

use super::kinds::{KINDS, Kind};

/// The kind that a name typed by a person means: plural, singular, short name or kind, in any
/// case, with or without group (`deploy.apps`) and version (`deployments.v1.apps`).
#[must_use]
pub fn resolve_kind(typed: &str) -> Option<&'static Kind> {
    resolve_kind_among(KINDS, typed)
}

/// The first of these kinds that such a name means.
#[must_use]
pub fn resolve_kind_among(kinds: &[&'static Kind], typed: &str) -> Option<&'static Kind> {
    let typed = typed.to_ascii_lowercase();
    let (name, qualifier) = typed.split_once('.').unwrap_or((&typed, ""));
    let named = |kind: &&Kind| {
        kind.plural == name
            || kind.singular == name
            || kind.short_names.contains(&name)
            || kind.kind.to_ascii_lowercase() == name
    };
    let qualified = |kind: &&Kind| match qualifier.split_once('.') {
        _ if qualifier.is_empty() || qualifier == kind.group => true,
        Some((version, group)) => version == kind.version && group == kind.group,
        None => qualifier == kind.version && kind.group.is_empty(),
    };
    kinds.iter().copied().find(|kind| named(kind) && qualified(kind))
}

/// The kinds of a category such as `all`; none when there is no such category.
#[must_use]
pub fn kinds_in_category(category: &str) -> Vec<&'static Kind> {
    let stored = KINDS.iter().copied().filter(|kind| kind.stored_as.is_none());
    stored.filter(|kind| kind.categories.contains(&category)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_of_naming_a_kind_is_understood() {
        let cases = [
            ("po", Some("Pod")),
            ("pods", Some("Pod")),
            ("Pod", Some("Pod")),
            ("pods.v1", Some("Pod")),
            ("pods.v1.", Some("Pod")),
            ("deploy.apps", Some("Deployment")),
            ("deployments.v1.apps", Some("Deployment")),
            ("deployments.v2.apps", None),
            ("deployments.extensions", None),
            ("hpa.v1.autoscaling", Some("HorizontalPodAutoscaler")),
            ("pdo", None),
            ("", None),
        ];
        for (typed, expected) in cases {
            assert_eq!(resolve_kind(typed).map(|kind| kind.kind), expected, "{typed}");
        }
    }

    #[test]
    fn a_category_names_several_kinds() {
        let all: Vec<&str> = kinds_in_category("all").iter().map(|kind| kind.plural).collect();
        assert!(
            all.starts_with(&["pods", "replicationcontrollers", "services"]) && all.contains(&"deployments"),
            "{all:?}"
        );
        assert_eq!(all.iter().filter(|plural| **plural == "horizontalpodautoscalers").count(), 1);
        assert!(kinds_in_category("none").is_empty());
    }
}
