//! Kustomizations: bases, generators, patches and transformers of a folder, built into objects.

mod accumulate;
mod field_specs;
mod file;
mod generators;
mod images;
mod order;
mod patches;
mod references;
mod replacements;
mod resource;
mod shape;
#[cfg(test)]
mod tests;
mod transformers;

use std::collections::BTreeSet;
use std::path::Path;

use super::errors::Outcome;
use crate::base::{Output, to_yaml};
use resource::Resource;

/// The objects of a kustomization, in the order in which they were read.
#[derive(Clone, Debug, Default)]
pub(super) struct Built {
    resources: Vec<Resource>,
    /// Whether the kustomization itself says in which order they are to be.
    pub(super) is_ordered: bool,
}

/// Builds the kustomization of a folder; `shown` is how the person named the folder, and warnings go to `err`.
pub(super) fn build(folder: &Path, shown: &str, err: &mut Output) -> Outcome<Built> {
    build_with(folder, shown, false, err)
}

/// As [`build`], perhaps with files from anywhere.
pub(super) fn build_with(folder: &Path, shown: &str, anywhere: bool, err: &mut Output) -> Outcome<Built> {
    let mut accumulator = accumulate::Accumulator::default();
    accumulator.anywhere = anywhere;
    let resources = accumulator.root(folder, shown);
    // What the files say in old words is told whether or not anything comes of them.
    for warning in &accumulator.warnings {
        err.line(warning)?;
    }
    let mut resources = resources?;
    for resource in &mut resources {
        resource.add_hash();
    }
    references::update(&mut resources);
    let ordered = order::sort_by_options(&mut resources, &accumulator.sort_options);
    let is_ordered = ordered.is_some();
    ordered.unwrap_or(Ok(()))?;
    Ok(Built { resources, is_ordered })
}

impl Built {
    /// Puts the objects into the order in which a cluster can create them, unless the kustomization says another.
    pub(super) fn sorted(mut self) -> Self {
        if !self.is_ordered {
            order::sort(&mut self.resources);
        }
        self
    }

    /// Each object as a file of its own: name and text.
    pub(super) fn files(&self) -> Vec<(String, String)> {
        let namespaces: BTreeSet<&str> =
            self.resources.iter().filter(|one| one.is_namespaced()).map(Resource::namespace).collect();
        let several = namespaces.len() > 1;
        let file = |resource: &Resource| {
            let namespace = match resource.namespace() {
                "" => "default",
                namespace => namespace,
            };
            let parts = [
                if several && resource.is_namespaced() { namespace } else { "" },
                resource.group(),
                resource.version(),
                resource.kind(),
                resource.name(),
            ];
            let name: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
            (name.join("_").to_lowercase() + ".yaml", to_yaml(&resource.value))
        };
        self.resources.iter().map(file).collect()
    }

    /// All objects as YAML documents.
    pub(super) fn to_yaml(&self) -> String {
        let documents: Vec<String> = self.resources.iter().map(|resource| to_yaml(&resource.value)).collect();
        documents.join("---\n")
    }
}
