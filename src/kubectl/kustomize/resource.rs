//! One object of a kustomization, and the names that it had before.

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::apimachinery::{Kind, kind_of};

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
            let name = format!("{}-{}", self.name(), self.hash());
            self.rename(name);
        }
    }

    /// The beginning of the SHA-256 of kind, name and data, in letters that form no words.
    fn hash(&self) -> String {
        let mut hashed = Map::new();
        hashed.insert("kind".to_owned(), self.kind().into());
        // The genuine program leaves the name out, too: equal content has equal hashes.
        hashed.insert("name".to_owned(), "".into());
        hashed.insert("data".to_owned(), self.value.get("data").cloned().unwrap_or_else(|| "".into()));
        if let Some(kind) = self.value.get("type") {
            hashed.insert("type".to_owned(), kind.clone());
        }
        for field in ["binaryData", "stringData"] {
            if let Some(data) = self.value.get(field) {
                hashed.insert(field.to_owned(), data.clone());
            }
        }
        let text = super::super::printers::escape_html(&Value::Object(hashed).to_string());
        let digest: String =
            Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
        digest[..10]
            .chars()
            .map(|c| match c {
                '0' => 'g',
                '1' => 'h',
                '3' => 'k',
                'a' => 'm',
                'e' => 't',
                c => c,
            })
            .collect()
    }
}

/// The object that sits at `path` below `value`, made on the way.
pub(super) fn ensure<'v>(value: &'v mut Value, path: &[&str]) -> Option<&'v mut Map<String, Value>> {
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
