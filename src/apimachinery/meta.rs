//! Owner references.

use serde::Deserialize;

use crate::base::{ToValue, Value, json};

use super::object::Object;

/// `metadata.ownerReferences[]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OwnerReference {
    /// Group and version, `apps/v1`.
    pub api_version: String,
    /// Kind.
    pub kind: String,
    /// Name.
    pub name: String,
    /// Uid of the very object that owns.
    pub uid: String,
    /// Whether this owner is the managing controller.
    #[serde(default)]
    pub controller: Option<bool>,
    /// Whether foreground deletion of the owner waits for this object.
    #[serde(default)]
    pub block_owner_deletion: Option<bool>,
}

impl ToValue for OwnerReference {
    fn to_value(&self) -> Value {
        let mut reference = json!({
            "apiVersion": self.api_version, "kind": self.kind, "name": self.name, "uid": self.uid,
        });
        let flags = [("controller", self.controller), ("blockOwnerDeletion", self.block_owner_deletion)];
        for (name, flag) in flags {
            if let Some(flag) = flag {
                reference[name] = flag.into();
            }
        }
        reference
    }
}

impl OwnerReference {
    /// The reference by which a controller claims an object
    /// (`metav1.NewControllerRef`: controller and blockOwnerDeletion are set).
    #[must_use]
    pub fn controller(owner: &Object) -> Self {
        Self {
            api_version: owner.api_version().to_owned(),
            kind: owner.kind().to_owned(),
            name: owner.name().to_owned(),
            uid: owner.uid().to_owned(),
            controller: Some(true),
            block_owner_deletion: Some(true),
        }
    }

    /// Whether this reference is the managing controller's.
    #[must_use]
    pub fn is_controller(&self) -> bool {
        self.controller == Some(true)
    }
}
