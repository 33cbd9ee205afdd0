//! The controllers that are started.

use super::manager::Reconciler;

/// Every controller, in the order in which they are asked.
pub(crate) static CONTROLLERS: &[&dyn Reconciler] = &[];
