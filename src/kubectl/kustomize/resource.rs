//! One object of a kustomization, and the names that it had before.

use crate::apimachinery::{Kind, kind_of};
use crate::base::{Map, Value, json};
use crate::kubectl::name_hash::name_hash;

/// An object on its way through the layers.
#[derive(Clone, Debug)]
pub(super) struct Resource {
    pub(super) value: Value,
    /// The name in the file, which references and patches mean.
    pub(super) original_name: String,
    /// Names that it had in the layers between.
    pub(super) names: Vec<String>,
    /// Whether its content goes into its name at the end.
    pub(super) needs_hash: bool,
}

impl Resource {
    pub(super) fn new(value: Value) -> Self {
        let name = value["metadata"]["name"].as_str().unwrap_or_default().to_owned();
        Self { value, original_name: name.clone(), names: vec![name], needs_hash: false }
    }

    pub(super) fn kind(&self) -> &str {
        self.value["kind"].as_str().unwrap_or_default()
    }

    pub(super) fn api_version(&self) -> &str {
        self.value["apiVersion"].as_str().unwrap_or_default()
    }

    pub(super) fn group(&self) -> &str {
        self.api_version().split_once('/').map_or("", |(group, _)| group)
    }

    pub(super) fn version(&self) -> &str {
        self.api_version().rsplit('/').next().unwrap_or_default()
    }

    pub(super) fn name(&self) -> &str {
        self.value["metadata"]["name"].as_str().unwrap_or_default()
    }

    pub(super) fn namespace(&self) -> &str {
        self.value["metadata"]["namespace"].as_str().unwrap_or_default()
    }

    /// The built-in kind, if it is one.
    pub(super) fn builtin(&self) -> Option<&'static Kind> {
        kind_of(self.api_version(), self.kind())
    }

    /// Whether it lives in a namespace; what nobody knows does.
    pub(super) fn is_namespaced(&self) -> bool {
        self.builtin().is_none_or(|kind| kind.namespaced)
    }

    /// Whether a file means this object by that name.
    pub(super) fn was_called(&self, name: &str) -> bool {
        self.name() == name || self.names.iter().any(|known| known == name)
    }

    /// Gives it another name and remembers the old one.
    pub(super) fn rename(&mut self, name: String) {
        self.names.push(name.clone());
        self.value["metadata"]["name"] = name.into();
    }

    /// `Deployment.v1.apps/web.[noNs]`, as kustomize names an object in messages.
    pub(super) fn id(&self) -> String {
        let or = |text: &str, other: &str| if text.is_empty() { other.to_owned() } else { text.to_owned() };
        format!(
            "{}.{}.{}/{}.{}",
            self.kind(),
            or(self.version(), "[noVer]"),
            or(self.group(), "[noGrp]"),
            self.name(),
            or(self.namespace(), "[noNs]")
        )
    }

    /// Adds the hash of a generated object to its name.
    pub(super) fn add_hash(&mut self) {
        if self.needs_hash {
            // Without a name in it: equal content has equal hashes.
            let name = format!("{}-{}", self.name(), name_hash(&self.value, ""));
            self.rename(name);
        }
    }
}

/// The object that sits at `path` below `value`, made on the way.
pub(super) fn ensure<'v>(value: &'v mut Value, path: &[&str]) -> Option<&'v mut Map> {
    let mut place = value;
    for key in path {
        if place.is_null() {
            *place = json!({});
        }
        place = place.as_object_mut()?.entry(*key).or_insert(Value::Null);
    }
    if place.is_null() {
        *place = json!({});
    }
    place.as_object_mut()
}
