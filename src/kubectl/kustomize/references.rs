//! Names of objects in other objects follow when the objects are renamed.

use super::field_specs::{references, visit};
use super::resource::Resource;

/// What a name of a kind became.
struct Renamed {
    kind: String,
    namespace: String,
    names: Vec<String>,
    name: String,
}

/// Rewrites every reference to an object of these files.
pub(super) fn update(resources: &mut [Resource]) {
    let renamed: Vec<Renamed> = resources
        .iter()
        .filter(|resource| resource.names.len() > 1)
        .map(|resource| Renamed {
            kind: resource.kind().to_owned(),
            namespace: resource.namespace().to_owned(),
            names: resource.names.clone(),
            name: resource.name().to_owned(),
        })
        .collect();
    for resource in resources {
        let namespace = resource.namespace().to_owned();
        for (kind, path) in references(resource.kind()) {
            if !names_that_kind(resource, kind) {
                continue;
            }
            visit(&mut resource.value, &path, false, &mut |value| {
                let Some(old) = value.as_str() else { return };
                let candidates: Vec<&Renamed> = renamed
                    .iter()
                    .filter(|one| one.kind == kind && one.names.iter().any(|name| name == old))
                    .collect();
                let near = candidates.iter().find(|one| one.namespace == namespace);
                if let Some(found) = near.or_else(|| candidates.first()) {
                    *value = found.name.as_str().into();
                }
            });
        }
    }
}

/// Whether the field that says the kind of a reference, where there is one, says this kind.
fn names_that_kind(resource: &Resource, kind: &str) -> bool {
    match resource.kind() {
        "HorizontalPodAutoscaler" => resource.value["spec"]["scaleTargetRef"]["kind"] == kind,
        "RoleBinding" | "ClusterRoleBinding" if kind != "ServiceAccount" => {
            resource.value["roleRef"]["kind"] == kind
        }
        _ => true,
    }
}
