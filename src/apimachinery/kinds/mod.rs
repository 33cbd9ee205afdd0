//! What a kind is: group, version, plural, short names, scope, verbs, subresources.

use std::fmt;

use super::custom::CustomType;

mod aggregated;
pub mod builtin;
pub mod groups;
pub mod unstored;

pub use aggregated::{AGGREGATED, NODE_METRICS, POD_METRICS, aggregated_by_resource};

/// The place of kinds that stand in no table.
pub const NO_PLACE: usize = usize::MAX;

/// A kind that the embedded cluster serves: one that Kubernetes brings along, which kubectl knows
/// without asking, or one that a CustomResourceDefinition adds.
pub struct Kind {
    /// API group; empty for the core group.
    pub group: &'static str,
    /// Version within the group.
    pub version: &'static str,
    /// Kind in CamelCase.
    pub kind: &'static str,
    /// Resource: lower-case plural, as in URLs.
    pub plural: &'static str,
    /// Lower-case singular.
    pub singular: &'static str,
    /// Short names that kubectl accepts.
    pub short_names: &'static [&'static str],
    /// Categories such as `all`.
    pub categories: &'static [&'static str],
    /// Whether objects live in a namespace.
    pub namespaced: bool,
    /// Verbs in discovery's order.
    pub verbs: &'static [&'static str],
    /// Subresources.
    pub subresources: &'static [Subresource],
    /// The kind as which objects are stored, where this one is another version of it.
    pub stored_as: Option<&'static Kind>,
    /// Place in [`KINDS`]; [`NO_PLACE`] for kinds outside it.
    pub place: usize,
    /// What a CustomResourceDefinition says about it; `None` for kinds that Kubernetes brings along.
    pub custom: Option<&'static CustomType>,
}

/// A subresource such as `pods/log`.
#[derive(Clone, Copy, Debug)]
pub struct Subresource {
    /// Name in the URL.
    pub name: &'static str,
    /// Group of what it answers; empty for the parent's.
    pub group: &'static str,
    /// Version of what it answers; empty for the parent's.
    pub version: &'static str,
    /// Kind of what it answers.
    pub kind: &'static str,
    /// Verbs.
    pub verbs: &'static [&'static str],
}

impl fmt::Debug for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.api_version(), self.kind)
    }
}

impl PartialEq for &'static Kind {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(*self, *other) || (self.version == other.version && self.shares_resource(other))
    }
}

impl Kind {
    /// Whether both are versions, or former shapes, of one custom resource.
    #[must_use]
    pub fn shares_resource(&self, other: &Self) -> bool {
        self.custom.is_some()
            && other.custom.is_some()
            && self.plural == other.plural
            && self.group == other.group
    }

    /// `v1` or `apps/v1`.
    #[must_use]
    pub fn api_version(&self) -> String {
        if self.group.is_empty() {
            self.version.to_owned()
        } else {
            format!("{}/{}", self.group, self.version)
        }
    }

    /// `pods` or `deployments.apps`: how errors name the resource.
    #[must_use]
    pub fn group_resource(&self) -> String {
        with_group(self.plural, self.group)
    }

    /// `Pod` or `Deployment.apps`: how errors name the kind.
    #[must_use]
    pub fn group_kind(&self) -> String {
        with_group(self.kind, self.group)
    }

    /// `pod` or `deployment.apps`: how kubectl names the kind before `/name`.
    #[must_use]
    pub fn qualified_singular(&self) -> String {
        with_group(self.singular, self.group)
    }

    /// The kind as which objects are stored: itself, unless it is another version of one.
    #[must_use]
    pub fn stored(&'static self) -> &'static Self {
        self.stored_as.unwrap_or(self)
    }

    /// The subresource of that name.
    #[must_use]
    pub fn subresource(&self, name: &str) -> Option<&Subresource> {
        self.subresources.iter().find(|subresource| subresource.name == name)
    }
}

fn with_group(name: &str, group: &str) -> String {
    if group.is_empty() { name.to_owned() } else { format!("{name}.{group}") }
}

/// The kind with that apiVersion and kind.
#[must_use]
pub fn kind_of(api_version: &str, kind: &str) -> Option<&'static Kind> {
    let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
    KINDS.iter().copied().find(|entry| entry.kind == kind && entry.version == version && entry.group == group)
}

/// The kind served at that group, version and plural.
#[must_use]
pub fn kind_by_resource(group: &str, version: &str, plural: &str) -> Option<&'static Kind> {
    KINDS
        .iter()
        .copied()
        .find(|entry| entry.group == group && entry.version == version && entry.plural == plural)
}

/// The kind served at that group, version and plural although no objects of it are stored.
#[must_use]
pub fn unstored_kind_by_resource(group: &str, version: &str, plural: &str) -> Option<&'static Kind> {
    unstored::TABLE
        .iter()
        .copied()
        .find(|entry| entry.group == group && entry.version == version && entry.plural == plural)
}

/// Every stored kind, in the order of discovery.
pub static KINDS: &[&Kind] = builtin::TABLE;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_kinds_share_a_resource() {
        for (index, kind) in KINDS.iter().enumerate() {
            assert!(
                !KINDS[..index].iter().any(|other| other.stored_as.is_none()
                    && kind.stored_as.is_none()
                    && other.group_resource() == kind.group_resource()),
                "{kind:?}"
            );
        }
    }

    #[test]
    fn every_kind_knows_its_place() {
        for (index, kind) in KINDS.iter().enumerate() {
            assert_eq!(kind.place, index, "{kind:?}");
        }
    }

    #[test]
    fn kinds_are_found_both_ways() {
        let deployment = kind_of("apps/v1", "Deployment").unwrap();
        assert_eq!(deployment.group_resource(), "deployments.apps");
        assert_eq!(kind_by_resource("", "v1", "pods").map(|kind| kind.kind), Some("Pod"));
        assert!(kind_of("apps/v1", "Pod").is_none());
    }
}
