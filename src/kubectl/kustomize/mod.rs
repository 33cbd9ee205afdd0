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
#[cfg(test)]
mod tests;
mod transformers;

use std::path::Path;

use super::errors::Outcome;
use crate::base::to_yaml;
use resource::Resource;

/// The objects of a kustomization, in the order in which they were read.
#[derive(Clone, Debug, Default)]
pub(super) struct Built {
    resources: Vec<Resource>,
    /// What to tell the person who wrote the files.
    pub(super) warnings: Vec<String>,
}

/// Builds the kustomization of a folder; `shown` is how the person named the folder.
pub(super) fn build(folder: &Path, shown: &str) -> Outcome<Built> {
    let mut accumulator = accumulate::Accumulator::default();
    let mut resources = accumulator.root(folder, shown)?;
    for resource in &mut resources {
        resource.add_hash();
    }
    references::update(&mut resources);
    Ok(Built { resources, warnings: accumulator.warnings })
}

impl Built {
    /// Puts the objects into the order in which a cluster can create them.
    pub(super) fn sorted(mut self) -> Self {
        order::sort(&mut self.resources);
        self
    }

    /// All objects as YAML documents.
    pub(super) fn to_yaml(&self) -> String {
        let documents: Vec<String> = self.resources.iter().map(|resource| to_yaml(&resource.value)).collect();
        documents.join("---\n")
    }
}
