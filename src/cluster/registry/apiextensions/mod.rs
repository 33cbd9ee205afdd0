//! Rules of the group `apiextensions.k8s.io`, and of the kinds that its definitions add.

mod columns;
mod conversion;
mod custom_resource;
mod definition;
mod names;
mod printer_columns;
mod ratcheting;
mod rules;
mod schema;
mod structural;
mod versions;

pub(super) use definition::CustomResourceDefinitionStrategy;

#[cfg(test)]
mod tests;
