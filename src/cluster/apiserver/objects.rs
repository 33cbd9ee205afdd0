//! Where the handlers find the objects: behind the lock, or in the hands of the simulation itself.

use crate::base::Timestamp;

use super::super::driver::Shared;
use super::super::registry::Registry;

/// The objects, while somebody works on them.
pub(super) struct World<'a> {
    /// All objects.
    pub registry: &'a mut Registry,
}

/// A way to the objects.
pub(super) trait Objects {
    /// Works on the objects at the present moment.
    fn with<R>(&self, work: impl FnOnce(&mut World<'_>) -> R) -> R;

    /// The present moment.
    fn now(&self) -> Timestamp;
}

impl Objects for Shared {
    fn with<R>(&self, work: impl FnOnce(&mut World<'_>) -> R) -> R {
        Shared::with(self, |simulation| work(&mut World { registry: &mut simulation.registry }))
    }

    fn now(&self) -> Timestamp {
        self.clock().now()
    }
}
